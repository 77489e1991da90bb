"""The laws that hold after every step, whatever happened. Each has its name, and raises AssertionError."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from invoicer import runs
from invoicer.domain.document import Document, Kind
from invoicer.domain.entitlement import BilledLine
from invoicer.domain.trace import replay
from invoicer.errors import Problem
from invoicer.ledger import DraftStatus, Ledger, PlannedDraft
from tests.runs.simple import totals

UNMADE = {"L142", "L146", "L147", "L148"}
"""What `verify` says of files while an issue is broken off: they are made by the next."""
BESIDE = {"D003", "D006"}
"""Problems that a plan tells of a contract and that hold up nothing else of it."""
HELD = {"D001", "D004", "D005", "L231", "U304", "U305"}
"""Why a contract may be held here: too old, a request that does not fit any more, usage that is missing or wrong."""
Papers = Mapping[str, str]
"""The JSON of documents by number, in the order of issue."""


def everything_verifies(book: Ledger, unfinished: bool) -> None:
    """Chain, anchor, tables, arithmetic from stored traces, files: as `invoicer verify` finds them."""
    wrong = [problem for verdict in runs.verify(book) for problem in verdict.problems]
    assert {problem.code for problem in wrong} <= (UNMADE if unfinished else set()), [*map(str, wrong)]


def what_is_issued_is_final(before: Papers, now: Papers) -> None:
    """Every document is what it was, and comes in the same order."""
    assert list(now.items())[: len(before)] == list(before.items())


def numbers_run_on(papers: Iterable[Document]) -> None:
    """Each series counts from one, without gap or duplicate, and its dates do not run backwards."""
    series: dict[str, list[Document]] = defaultdict(list)
    for paper in papers:
        series[paper.number.rpartition("-")[0]].append(paper)
    for of in series.values():
        assert [int(one.number.rpartition("-")[2]) for one in of] == list(range(1, len(of) + 1))
        dates = [one.issue_date for one in of]
        assert dates == sorted(dates)


def no_invoice_is_below_zero(papers: Iterable[Document]) -> None:
    """What gives back more than it asks for is a credit note."""
    assert not [(one.number, one.net) for one in papers if one.kind is Kind.INVOICE and one.net.amount < 0]


def rows_add_up(papers: Papers) -> None:
    """The rows of a document come to its totals, by a second calculation from its JSON."""
    for number, text in papers.items():
        data = json.loads(text)
        simple = totals(data)
        assert {name: Decimal(data[name]["amount"]) for name in simple} == simple, number


def every_line_is_explained(papers: Iterable[Document]) -> None:
    """The trace of each line replays to its amount, names a clause, and a correction says why."""
    for paper in papers:
        for line in paper.lines:
            assert replay(line.trace) == line.agreed.exact, (paper.number, line.number)
            assert line.clause.text_hash
            assert line.corrects is None or line.corrects.reason


def nothing_stale_is_issued(drafts: Iterable[PlannedDraft], today: Collection[str]) -> None:
    """What was confirmed and would not be planned like this any more is not issued; ``today`` are the fingerprints."""
    assert all(one.fingerprint in today for one in drafts if one.status is DraftStatus.ISSUED)


def nothing_doubted_is_issued(drafts: Iterable[PlannedDraft]) -> None:
    """What is doubtful is not issued before somebody has released each doubt by its name."""
    assert not [one.open_doubts for one in drafts if one.status is DraftStatus.ISSUED and one.open_doubts]


def withdrawn_requests_credit_nothing(billed: Iterable[BilledLine], withdrawn: Collection[int]) -> None:
    """No line of a document or a draft comes from a request that somebody has cancelled."""
    assert not [line for line in billed if line.request in withdrawn]


def plans_know_what_is_issued(book: Ledger, papers: Papers) -> None:
    """Every document is an issued draft of one plan, and nothing else is."""
    assert sum(one.drafts.get(DraftStatus.ISSUED, 0) for one in book.plans()) == len(papers)


def the_same_is_remembered(fresh: runs.Derivation, remembered: runs.Derivation) -> None:
    """What accounts came to before is what they would come to."""
    for name in ("drafts", "holds", "carried", "warnings", "doubts", "beside"):
        assert getattr(remembered, name) == getattr(fresh, name), name


def corrections_stand_apart(papers: Iterable[Document], imported: Iterable[str]) -> None:
    """What corrects something shares no document with what is new; each correction names what was there before, or was
    imported."""
    numbers = set(imported)
    for paper in papers:
        concessions = [line for line in paper.lines if line.concedes]
        others = [line for line in paper.lines if not line.concedes]
        assert len({line.corrects is None for line in others}) == 1, paper.number
        assert all(line.corrects.number in numbers for line in others if line.corrects), paper.number
        assert not concessions or not others[0].corrects
        numbers.add(paper.number)


def corrections_copy_what_they_correct(billed: Iterable[BilledLine]) -> None:
    """Parties, VAT and currency are those of the line that is corrected, whatever counts today; so is its tax point, but
    for later events (service credits, adjustments), which are components of their own."""
    lines = {(line.document, line.line): line for line in billed}
    for line in lines.values():
        if line.corrects and line.corrects[0] != line.document:
            old = lines[line.corrects]
            where = f"{line.component} of {line.document} corrects {old.component} of {old.document}"
            assert line.treatment == old.treatment, (where, line.treatment, old.treatment)
            parties = line.seller, line.registration, line.customer, line.net.currency
            assert parties == (old.seller, old.registration, old.customer, old.net.currency), where
            same = line.tax_point == old.tax_point or line.component != old.component
            assert same, (where, line.tax_point, old.tax_point)


def no_line_gives_back_more_than_it_carried(billed: Iterable[BilledLine]) -> None:
    """All credits of a line together, whoever asked for them, come to its amount at most."""
    lines = {(line.document, line.line): line for line in billed}
    taken: dict[tuple[str, int], Fraction] = defaultdict(Fraction)
    for line in lines.values():
        root = lines.get(line.corrects) if line.corrects else None
        if root and root.component == line.component and root.net.exact * line.net.exact < 0:
            taken[root.document, root.line] += line.net.exact
    for key, amount in taken.items():
        assert abs(amount) <= abs(lines[key].net.exact), (key, amount, lines[key].net)


def days_come_back_once(billed: Iterable[BilledLine]) -> None:
    """What the terms take from a line is for days that were not given back before; ``billed`` in the order of issue."""
    lines = {(line.document, line.line): line for line in billed}
    given: dict[tuple[str, int], dt.date] = {}
    for line in lines.values():
        root = lines.get(line.corrects) if line.corrects else None
        if root and line.corrects and not line.request and root.net.exact * line.net.exact < 0:
            left = given.get(line.corrects, line.days.end)
            assert line.days.end <= left, (line.document, line.days, f"days from {left} on came back before")
            if line.releases:
                given[line.corrects] = line.releases.start


def nothing_is_billed_twice(billed: Iterable[BilledLine], owed: Mapping[str, Fraction]) -> None:
    """What a customer was asked for, concessions and all, is never more than is owed for any component."""
    asked: dict[str, Fraction] = defaultdict(Fraction)
    for line in billed:
        asked[str(line.component)] += line.net.exact
    for component, amount in asked.items():
        most = owed.get(component, Fraction(0))
        assert amount <= most if most >= 0 else amount >= most, (component, amount, most)


def holds_say_why(holds: Mapping[str, Sequence[Problem]], drafted: Collection[str]) -> None:
    """A contract that is held says why and how that is mended, and no draft is made of it."""
    for contract, problems in holds.items():
        hard = [problem for problem in problems if problem.code not in BESIDE]
        assert {problem.code for problem in hard} <= HELD, (contract, [*map(str, problems)])
        assert all(problem.cause and problem.mend and str(problem.where) for problem in problems)
        assert not hard or contract not in drafted, f"{contract} is held and drafted"


def conserved(
    due: Mapping[str, Fraction],
    owed: Mapping[str, Fraction],
    lines: Iterable[BilledLine],
    told: Sequence[Problem],
    exact: bool,
    key: Callable[[BilledLine], str] = lambda line: str(line.component),
) -> None:
    """Per component of a contract (or by another ``key``: by buyer as well): what documents and drafts carry, error credits
    less, is what is owed by the terms as known today, but for what is withheld (listed, D003) and for concessions that are
    used up.

    ``due`` is what falls due by today, ``owed`` all that is owed at all; what was billed ahead lies between the two, and
    is ``due`` where the schedule never changed (``exact``). ``told`` are the problems of the contract.
    """
    counted: dict[str, Fraction] = defaultdict(Fraction)
    forgone: dict[str, Fraction] = defaultdict(Fraction)
    errors: dict[str, Fraction] = defaultdict(Fraction)
    for line in lines:
        component = key(line)
        (counted if line.counts else forgone)[component] += line.net.exact
        if line.basis:
            errors[component] += line.net.exact
    listed, waits = withheld(told)
    wrong = {component.partition("/")[0] for component in errors}
    low = high = Fraction(0)
    for component in {*due, *owed, *counted}:
        least, most = sorted((due.get(component, Fraction(0)), owed.get(component, Fraction(0))))
        if exact:
            least = most = due.get(component, Fraction(0))
        back, used = sorted((Fraction(0), errors[component])), sorted((Fraction(0), -forgone[component]))
        if not listed:
            back = [Fraction(0), Fraction(0)]
        elif component.partition("/")[0] in wrong:  # what would be taken from what is held back waits with it
            back[1] = max(back[1], -waits)
        carried = counted[component]
        assert least + back[0] + used[0] <= carried <= most + back[1] + used[1], (
            f"{component}: {float(carried)} is carried, {float(least)} to {float(most)} owed, "
            f"errors {float(errors[component])} of which {float(listed)} listed, forgone {float(forgone[component])}"
        )
        low, high = low + carried - most - used[1], high + carried - least - used[0]
    listed += waits
    assert low <= -listed <= high, f"{float(listed)} is withheld, between {float(-high)} and {float(-low)} is missing"


def withheld(told: Iterable[Problem]) -> tuple[Fraction, Fraction]:
    """What D003 lists of a contract, in its currency, and the reductions that wait with it."""
    found = waits = Fraction(0)
    for problem in told:
        if problem.code == "D003":
            amount = re.match(r"(-?[\d ]+\.\d\d) [A-Z]{3} was", problem.cause)
            assert amount, problem.cause
            found += Fraction(amount[1].replace(" ", ""))
            reduction = re.search(r"; a reduction of (-[\d ]+\.\d\d) [A-Z]{3} for .* waits with it$", problem.cause)
            waits += Fraction(reduction[1].replace(" ", "")) if reduction else 0
    return found, waits

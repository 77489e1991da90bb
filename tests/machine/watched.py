"""A workspace that is watched: whatever is done to it, the laws are held against it afterwards."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import event
from hypothesis.stateful import RuleBasedStateMachine, invariant

from invoicer import runs
from invoicer.documents import billed_lines
from invoicer.documents.finish import finish
from invoicer.domain.document import Document
from invoicer.domain.entitlement import BilledLine
from invoicer.errors import RunError
from invoicer.ledger import Ledger, Point
from invoicer.runs.families import billed_until
from invoicer.runs.law import under_law
from invoicer.runs.lineage import names_of
from invoicer.runs.measure import measure
from invoicer.runs.requested import requests_in
from invoicer.runs.settle import entitled
from tests.keeping import Memory
from tests.machine import laws, settling
from tests.machine.deal import Deal
from tests.machine.settling import Error
from tests.machine.town import Town

Sums = dict[str, Fraction]
REFUSED = {"D010", "D011", "D012", "D013", "D014", "D015", "L120", "L121", "L122", "L162", "L173"}
"""What people are told who ask for something that can't be."""


class CrashError(Exception):
    """The process ends here."""


class Watched(RuleBasedStateMachine):
    """A workspace, its ledger, and what was issued as it was issued."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="machine-"))
        self.town = Town(self.root / "town")
        self.papers: dict[str, str] = {}
        self.documents: list[Document] = []
        self.errors: list[Error] = []
        self.memory = Memory()
        self.seen = -1  # how long the log was when it was looked at
        self.unfinished = False
        self.quiet = False  # all was issued, and nothing was changed since
        self.withdrawn: set[int] = set()  # requests that somebody has cancelled

    def teardown(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

    def place(self, folder: Path) -> None:
        """Give the folder a database of its own, where that is on a server."""

    def changed(self) -> None:
        """Something is written otherwise, or it is later."""
        self.town.write()
        self.quiet = False

    def do(self, work: Callable[[runs.Desk, Ledger], object], at: int | None = None) -> None:
        """What a command does; it breaks at the ``at``-th write. What is refused for a good reason is left."""
        left = at or 0

        def fault(point: Point) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                event(f"crash: {point}")
                raise CrashError(point)

        try:
            with self.town.desk(fault=fault) as (desk, book):
                work(desk, book)
        except CrashError:
            self.quiet = False
        except RunError as error:
            codes = {problem.code for problem in error.problems}
            assert codes <= REFUSED, [*map(str, error.problems)]
            event(f"refused: {min(codes)}")

    def planned(self) -> tuple[tuple[tuple[str, ...], ...], dict[str, list[str]]]:
        """What a plan would issue and hold, without the days and places at which people wrote it."""
        with self.town.desk(writing=False) as (desk, book):
            found = runs.derive(desk, book, self.town.today)
        drafted = [_finished(one.draft, count, self.town.today) for count, one in enumerate(found.drafts)]
        lines = sorted(
            (line.contract, str(line.component), str(line.days), str(line.net), draft.kind, str(line.corrects))
            for draft in drafted
            for line in map(self.town.of_first, billed_lines(draft))
        )
        holds = {self.town.first(name): [one.code for one in problems] for name, problems in found.holds.items()}
        return tuple(lines), holds

    def note_errors(self) -> None:
        """Remember what an error rests on that was credited just now."""
        known = {one.line.request for one in self.errors}
        with self.town.desk(writing=False) as (desk, book):
            asked = requests_in(book, names_of(desk.contracts))
            day = runs.issued_as_of(book) or self.town.today
            waiting = {one.id for one, _ in asked.waiting}
            for deal in self.town.deals.values():
                billed = [line for line in self._billed(book) if line.contract == deal.name]
                carried = asked.of(asked.carried(billed)).billed
                for line in carried:
                    if line.basis and line.request not in known and line.request in waiting:
                        self.errors.append(Error(line, settling.inputs(self.town, deal, line, day)))

    # The laws

    @invariant()
    def look(self) -> None:
        """Every law, on what is issued and on what the next plan would issue."""
        if not self.town.deals:
            return
        with self.town.desk(writing=False) as (desk, book):
            if self.unfinished or book.length() != self.seen:
                self._look_at_papers(book)
            found = runs.derive(desk, book, self.town.today)
            remembered = runs.derive(replace(desk, memory=lambda: self.memory), book, self.town.today)
            laws.the_same_is_remembered(found, remembered)
            issued = self._billed(book)
            drafts = [_finished(one.draft, count, self.town.today) for count, one in enumerate(found.drafts)]
            asked = requests_in(book, names_of(desk.contracts))
            lines = asked.carried(issued)
            after = [*lines, *(self.town.of_first(line) for draft in drafts for line in billed_lines(draft))]
            self._note_released(asked.released)
            laws.corrections_stand_apart([*self.documents, *drafts], [one.number for one in book.imported()])
            laws.no_invoice_is_below_zero([*self.documents, *drafts])
            laws.corrections_copy_what_they_correct(after)
            laws.no_line_gives_back_more_than_it_carried(after)
            laws.days_come_back_once(after)
            laws.withdrawn_requests_credit_nothing(after, self.withdrawn)
            laws.holds_say_why(found.holds, {line.contract for draft in drafts for line in draft.lines})
            if self.quiet:
                assert not found.drafts, "planned again, there is something to issue"
            says = self._engine_says(desk, lines) if self.town.rich else {}
        holds = {self.town.first(name): problems for name, problems in found.holds.items()}
        for name in [*self.town.deals, *self.town.rich]:
            told = holds.get(name, ())
            if {problem.code for problem in told} <= laws.BESIDE:
                mine = [line for line in after if line.contract == name]
                if name in self.town.deals:
                    promised = asked.of([line for line in lines if line.contract == name]).billed
                    self._look_at_deal(name, promised, mine, told)
                else:
                    laws.conserved(*says[name], mine, told, self._steady(name))

    def _billed(self, book: Ledger) -> list[BilledLine]:
        return [self.town.of_first(line) for line in book.billed(self.town.ever())]

    def _look_at_papers(self, book: Ledger) -> None:
        now = {one.number: book.document_json(one.number) for one in book.documents()}
        laws.what_is_issued_is_final(self.papers, now)
        new = [number for number in now if number not in self.papers]
        self.documents += map(book.document, new)
        laws.rows_add_up({number: now[number] for number in new})
        laws.every_line_is_explained(self.documents[len(self.papers) :])
        laws.plans_know_what_is_issued(book, now)
        laws.nothing_doubted_is_issued(book.plan().drafts if book.plans() else ())
        laws.numbers_run_on(self.documents)
        laws.everything_verifies(book, self.unfinished)
        self.papers, self.seen = now, book.length()

    def _look_at_deal(
        self, name: str, before: Sequence[BilledLine], after: Sequence[BilledLine], told: Sequence[Any]
    ) -> None:
        """By counting days."""
        town, deal = self.town, self.town.deals[name]
        until = max([town.today, *(line.days.end for line in after)])
        due, owed = self._sums(deal, until, lambda charge, _: charge)
        laws.conserved(due, owed, after, told, deal.steady)
        laws.nothing_is_billed_twice(after, owed)
        of_each = self._sums(deal, until, lambda charge, on: _whose(charge, deal.buyer(on, town.today)))
        laws.conserved(*of_each, after, told, deal.steady, lambda line: _whose(str(line.component), line.customer))
        if deal.steady:
            settling.settled(town, deal, before, after, self.errors)

    def _sums(self, deal: Deal, until: dt.date, name: Callable[[str, dt.date], str]) -> tuple[Sums, Sums]:
        """What is due today and what is owed of what begins by a day, by a name for a charge and the first day."""
        due: Sums = defaultdict(Fraction)
        owed: Sums = defaultdict(Fraction)
        for charge in deal.charges():
            for one in deal.owed(charge, self.town.today, self.town.list_fee, self.town.events):
                due[name(charge, one.start)] += Fraction(one.cents, 100) if one.on <= self.town.today else 0
                owed[name(charge, one.start)] += Fraction(one.cents, 100) if one.start <= until else 0
        return due, owed

    def _engine_says(self, desk: runs.Desk, lines: Iterable[BilledLine]) -> dict[str, tuple[Sums, Sums]]:
        """What is due and what is owed of each contract by component, by the engine and the law of VAT."""
        of: dict[str, list[BilledLine]] = defaultdict(list)
        for line in lines:
            of[line.contract].append(line)
        today = self.town.today
        contracts = [under_law(desk, one, today) for one in desk.contracts if one.id in self.town.rich]
        measured, _ = measure(desk, contracts, today, lambda one: billed_until(desk, one, of))
        says = {}
        for contract in contracts:
            treated, _ = entitled(desk, contract, of, measured, today, frozenset())
            due: Sums = defaultdict(Fraction)
            owed: Sums = defaultdict(Fraction)
            for one in (each.entitlement for each in treated):
                due[str(one.component)] += one.net.exact if one.bill_date <= today else 0
                owed[str(one.component)] += one.net.exact
            says[contract.id] = due, owed
        return says

    def _steady(self, name: str) -> bool:
        return "change billing" not in self.town.rich[name].text

    def _note_released(self, released: Iterable[tuple[int, int]]) -> None:
        lines = set(released)
        for error in self.errors:
            error.released |= bool(error.line.corrects and (error.line.request, error.line.corrects[1]) in lines)
            deal = self.town.deals[error.line.contract]
            now = settling.inputs(self.town, deal, error.line, self.town.today)
            error.touched |= now != error.inputs


def _finished(draft: Any, count: int, today: dt.date) -> Document:
    return finish(draft, number=f"draft-{count}", issue_date=today, payment_reference="")


def _whose(charge: str, buyer: str) -> str:
    """A charge of a buyer; what is billed once stays where it is."""
    return charge if charge == "setup" else f"{charge} of {buyer}"

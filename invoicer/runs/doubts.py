"""runs: doubts. What about a draft somebody has to look at before it may go out, by the thresholds of the workspace."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from invoicer.documents import Reason
from invoicer.domain.contract import Contract
from invoicer.domain.document import Draft, Kind, Line
from invoicer.domain.doubt import Doubt, DoubtName
from invoicer.domain.entitlement import BilledLine
from invoicer.domain.money import Money, total
from invoicer.domain.party import PartyKind
from invoicer.domain.period import add_months
from invoicer.errors import Place, Problem, Severity
from invoicer.ledger import Ledger
from invoicer.runs.desk import Desk
from invoicer.runs.families import kin_of
from invoicer.runs.history import History, net_of
from invoicer.runs.wording import amount, number
from invoicer.workspace.review import Review

CODES = {
    DoubtName.FIRST_INVOICE: "L301",
    DoubtName.JUMP: "L302",
    DoubtName.LATE_USAGE: "L303",
    DoubtName.AMENDMENT: "L304",
    DoubtName.TAX_ID: "L305",
    DoubtName.OLD_RATE: "L306",
    DoubtName.LARGE_CREDIT: "L307",
    DoubtName.TREATMENT: "L308",
    DoubtName.WARNING: "L309",
}
_YEAR = 12  # months of invoices that a credit is held against


@dataclass(frozen=True, slots=True)
class _Case:
    """What is known of one contract on one draft. ``credited`` is all that the plan credits of it in this currency;
    ``kin`` are the contracts that it continues."""

    review: Review
    contract: Contract
    draft: Draft
    lines: tuple[Line, ...]
    history: History
    credited: Money
    released: Collection[tuple[str, str]]
    warnings: Sequence[Problem]
    as_of: dt.date
    kin: Collection[str]

    @property
    def billed(self) -> Sequence[BilledLine]:
        """What documents carry of the contract, the oldest first."""
        return self.history.billed(self.contract.id)

    @property
    def supplies(self) -> tuple[Line, ...]:
        """The lines that correct nothing."""
        return tuple(line for line in self.lines if line.corrects is None)


@dataclass(frozen=True, slots=True)
class _Found:
    cause: str
    mend: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Reviewing:
    """What is asked for, and what is known for all drafts of a run: (contract, subject) of the amendments that were
    ``released``, and the warnings about the terms of each contract, as far as somebody asks for them."""

    review: Review
    released: Collection[tuple[str, str]]
    warnings: Mapping[str, Sequence[Problem]]

    @classmethod
    def of(cls, desk: Desk, ledger: Ledger) -> Reviewing:
        """By the settings of the workspace."""
        review = desk.workspace.review
        asked = review.amendment_days is not None
        released = ledger.released_doubts(DoubtName.AMENDMENT) if asked else frozenset()
        return cls(review, released, _warnings(desk) if review.warnings else {})


def find_doubts(
    desk: Desk, reviewing: Reviewing, drafts: Sequence[Draft], history: History, as_of: dt.date
) -> list[list[Doubt]]:
    """The doubts about each draft, by contract and in the order of their codes."""
    contracts = {contract.id: contract for contract in desk.contracts}
    credited = _credited(drafts)
    found: list[list[Doubt]] = []
    for draft in drafts:
        mine: list[Doubt] = []
        for name in sorted({line.contract for line in draft.lines}):
            case = _Case(
                reviewing.review,
                contracts[name],
                draft,
                tuple(line for line in draft.lines if line.contract == name),
                history,
                credited.get((name, draft.currency), Money.zero(draft.currency)),
                reviewing.released,
                reviewing.warnings.get(name, ()),
                as_of,
                kin_of(desk, name),
            )
            mine += _of(case)
        found.append(mine)
    return found


def _of(case: _Case) -> Iterator[Doubt]:
    for name, look in _LOOKS.items():
        for found in look(case):
            place = Place(part=f"contract {case.contract.id}")
            problem = Problem(CODES[name], place, found.cause, found.mend, Severity.HOLD)
            yield Doubt(name, case.contract.id, problem, case.review.people(name), found.subject)


def _first_invoice(case: _Case) -> Iterator[_Found]:
    if case.review.first_invoice and case.supplies and not case.billed and not case.history.of_kin(case.kin):
        cause = f"it is the first invoice of this contract: {_said(net_of(case.supplies, case.draft.currency))} net"
        yield _Found(cause, "compare parties, prices and days with what was signed")


def _jump(case: _Case) -> Iterator[_Found]:
    asked, currency = case.review.jump_percent, case.draft.currency
    if asked is None or not case.supplies:
        return
    before = case.history.comparable(case.contract.id, case.supplies, currency, whole=True)
    if before is None:
        return
    again = [line for line in before.lines if not line.one_off]  # what was billed once is not expected again
    old, new = net_of(again, currency) if again else before.net, net_of(case.supplies, currency)
    change = new - old
    if change.exact < 0 and any(line.proration for line in case.supplies):
        return  # a part of a month is less than a month
    percent = _percent(change, old)
    if abs(change).exact >= Fraction(case.review.jump_least) and (percent is None or abs(percent) >= asked):
        by = signed(percent) if percent is not None else "it came to nothing"
        least = f" and {amount(case.review.jump_least, currency)}" if case.review.jump_least else ""
        cause = f"{_said(new)} net, and {before.number} of {before.issue_date} had {_said(old)}"
        once = f" besides {_said(before.net - old)} once" if before.net != old else ""
        cause += f"{once}: {by} (asked from {asked}%{least} on)"
        yield _Found(cause, "find out what has changed: `invoicer plan --json` has every line, old and new")


def _late_usage(case: _Case) -> Iterator[_Found]:
    late = [line for line in case.lines if line.corrects and line.corrects.reason in _LATE]
    if case.review.late_usage and late:
        currency = case.draft.currency
        told = [
            f"{line.component} of {line.days} on {reference.number}: {_said(reference.billed)} → {_said(reference.due)}"
            for line in late
            if (reference := line.corrects)
        ]
        sign = -1 if case.draft.kind is Kind.CREDIT_NOTE else 1
        change = total((line.agreed for line in late), currency)
        change = change if sign > 0 else -change
        cause = f"what was measured or declared has changed after it was billed, by {_said(change)}: {_some(told)}"
        yield _Found(cause, "ask whoever delivers it why it came late, and whether all of it is there")


def _amendments(case: _Case) -> Iterator[_Found]:
    days = case.review.amendment_days
    if days is None:
        return
    last = max(line.days.end for line in case.lines)
    since = case.as_of - dt.timedelta(days)
    new = [
        one
        for one in case.contract.amendments
        if since <= one.agreed <= case.as_of
        and one.effective < last
        and (case.contract.id, _subject(one.number, one.clause.text_hash)) not in case.released
    ]
    if new:
        told = [f"{one.number} “{one.title}” from {one.effective}, agreed {one.agreed}" for one in new]
        cause = f"nobody has confirmed amendment {_some(told)}; asked for {_days(days)} after the agreement"
        subject = "\n".join(_subject(one.number, one.clause.text_hash) for one in new)
        yield _Found(cause, "compare it with the signed side letter", subject)


def _subject(number: int, text_hash: str) -> str:
    return f"amendment {number} {text_hash}"


def _tax_id(case: _Case) -> Iterator[_Found]:
    customer, days = case.draft.customer, case.review.tax_id_days
    if customer.kind is not PartyKind.BUSINESS or not customer.vat_id:
        return
    mend = f"look it up in VIES, and write the day into vat_id_confirmed of customer {customer.id}"
    if customer.vat_id_confirmed is None:
        if case.review.unchecked_tax_id:
            yield _Found(f"the VAT id {customer.vat_id} of customer {customer.id} was never confirmed", mend)
    elif days is not None and case.as_of - customer.vat_id_confirmed > dt.timedelta(days):
        cause = f"the VAT id {customer.vat_id} of customer {customer.id} was confirmed on {customer.vat_id_confirmed}"
        yield _Found(f"{cause}, more than {_days(days)} ago", mend)


def _old_rate(case: _Case) -> Iterator[_Found]:
    days, accounting = case.review.rate_days, case.draft.accounting
    if days is None or accounting is None:
        return
    rate, tax_point = accounting.rate, case.draft.tax_point
    if (age := (tax_point - rate.day).days) > days:
        cause = f"the rate {rate.rate} {rate.currency} for one {rate.base} is of {rate.day}, for the tax point"
        cause += f" {tax_point}: {_days(age)} older (asked beyond {_days(days)})"
        yield _Found(cause, "see whether a later rate was published, and bring the file of rates up to date")


def _large_credit(case: _Case) -> Iterator[_Found]:
    asked, currency = case.review.credit_percent, case.draft.currency
    if asked is None or case.draft.kind is not Kind.CREDIT_NOTE or case.credited.amount < case.review.credit_least:
        return
    since = add_months(case.as_of, -_YEAR)
    lines = [one for one in case.billed if one.issue_date > since and one.net.currency == currency and one.counts]
    billed = total((one.net for one in lines), currency)
    percent = _percent(case.credited, billed) if billed.exact > 0 else Fraction(100)
    if percent is not None and percent >= asked:
        cause = f"the credits of this plan, {_said(case.credited)}, are {number(percent)}% of the {_said(billed)} that"
        cause += f" were billed of this contract in {_YEAR} months (asked from {asked}% on)"
        yield _Found(cause, "make sure that all of it is to be given back")


def _treatment(case: _Case) -> Iterator[_Found]:
    if not case.review.changed_treatment:
        return
    last = {one.component: one for one in case.billed if one.corrects is None}
    told: dict[str, None] = {}
    for line in case.supplies:
        before = last.get(line.component)
        if before and before.treatment.key != line.treatment.key:
            was, now = before.treatment, line.treatment
            old, new = (f"{one.category} {one.percent}% {one.jurisdiction}" for one in (was, now))
            told[f"{line.component} {old} on {before.document} → {new} ({now.rule})"] = None
    if told:
        cause = f"VAT is treated otherwise than before: {_some(list(told))}"
        yield _Found(cause, "find out what has changed, and since when")


def _warned(case: _Case) -> Iterator[_Found]:
    if case.warnings:
        told = [f"{one.code} {one.where.file}: {one.cause}" for one in case.warnings]
        mend = 'mend the terms, or write `acknowledge CODE "why"` into them'
        yield _Found(f"its terms are warned about: {_some(told)}", mend)


_LATE = (Reason.USAGE, Reason.DECLARED)
_LOOKS: Mapping[DoubtName, Callable[[_Case], Iterator[_Found]]] = {
    DoubtName.FIRST_INVOICE: _first_invoice,
    DoubtName.JUMP: _jump,
    DoubtName.LATE_USAGE: _late_usage,
    DoubtName.AMENDMENT: _amendments,
    DoubtName.TAX_ID: _tax_id,
    DoubtName.OLD_RATE: _old_rate,
    DoubtName.LARGE_CREDIT: _large_credit,
    DoubtName.TREATMENT: _treatment,
    DoubtName.WARNING: _warned,
}


def _credited(drafts: Sequence[Draft]) -> dict[tuple[str, str], Money]:
    """What all credit notes give back, by contract and currency: in parts it is no smaller."""
    found: dict[tuple[str, str], Money] = {}
    for draft in drafts:
        for line in draft.lines if draft.kind is Kind.CREDIT_NOTE else ():
            key = line.contract, draft.currency
            found[key] = found.get(key, Money.zero(draft.currency)) + line.agreed
    return found


def _warnings(desk: Desk) -> Mapping[str, Sequence[Problem]]:
    """The warnings that the terms of each contract do not acknowledge: those below its heading, and those of the price
    lists that it uses."""
    by_file: dict[str, list[Problem]] = defaultdict(list)
    for problem in desk.terms.problems:
        if problem.severity is Severity.WARNING:
            by_file[problem.where.file].append(problem)
    found: dict[str, list[Problem]] = defaultdict(list)
    lists = {name for name, _ in desk.workspace.price_list_files}
    heads: dict[str, list[int]] = defaultdict(list)
    for contract in desk.contracts if by_file else ():
        heads[contract.clause.file].append(contract.clause.line)
    for contract in desk.contracts if by_file else ():
        end = min((line for line in heads[contract.clause.file] if line > contract.clause.line), default=None)
        for source in contract.sources:
            for problem in by_file.get(source.path, ()):
                below = problem.where.line >= contract.clause.line and (end is None or problem.where.line < end)
                if source.path in lists or (source.path == contract.clause.file and below):
                    found[contract.id].append(problem)
    return found


def _percent(change: Money, of: Money) -> Fraction | None:
    """A change in percent of an amount, to one decimal towards zero, so that no threshold is said to be reached that is
    not; None of nothing."""
    if not of:
        return None if change else Fraction(0)
    return Fraction(int(change.exact / abs(of.exact) * 1000), 10)


def signed(percent: Fraction) -> str:
    """A percentage with its sign: +12.5%, −3%."""
    return f"{'−' if percent < 0 else '+'}{number(abs(percent))}%"


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def _said(money: Money) -> str:
    return amount(money.amount, money.currency)


def _some(told: Sequence[str], most: int = 5) -> str:
    """The first few, and how many more."""
    more = f", and {len(told) - most} more" if len(told) > most else ""
    return "; ".join(told[:most]) + more

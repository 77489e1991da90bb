"""runs: what is new, what changed and why, from the lines of two papers: an issued one and a draft, or two drafts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import zip_longest

from invoicer.domain.document import Draft, Kind, Line
from invoicer.domain.entitlement import Component
from invoicer.domain.money import Money, is_currency, minor_digits, total
from invoicer.domain.period import Period
from invoicer.domain.trace import Clause, Rounding, Trace, round_fraction
from invoicer.runs.wording import amount, number


class Cause(StrEnum):
    """Why a line comes to another amount."""

    CLAUSE = "clause"
    USAGE = "usage"
    RATE = "rate"
    PARTY = "party"
    TREATMENT = "treatment"
    PRORATION = "proration"
    NEW = "new"
    GONE = "gone"
    PERIODS = "periods"
    CORRECTION = "correction"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Why:
    """A cause, and in words what was and what is."""

    cause: Cause
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A component on two papers: ``old`` and ``new`` are what it comes to there, signed, as agreed. ``because`` is empty
    where both are the same and taxed alike."""

    contract: str
    component: Component
    title: str
    days: Period
    old: Money
    new: Money
    because: tuple[Why, ...] = ()

    @property
    def difference(self) -> Money:
        """New less old."""
        return self.new - self.old


@dataclass(frozen=True, slots=True)
class Paper:
    """Lines of a contract on a paper; ``sign`` is −1 on a credit note. ``parties`` are seller, registration, customer, and
    how they are called."""

    lines: tuple[Line, ...]
    currency: str
    sign: int = 1
    seller: str = ""
    registration: str = ""
    customer: str = ""

    @property
    def net(self) -> Money:
        """What the lines come to, signed, as agreed."""
        return _signed(self.lines, self)


def paper_of(draft: Draft, contracts: Iterable[str] | None = None) -> Paper:
    """The lines of some contracts on a draft or document, or all of them."""
    wanted = None if contracts is None else set(contracts)
    return Paper(
        tuple(line for line in draft.lines if wanted is None or line.contract in wanted),
        draft.currency,
        -1 if draft.kind is Kind.CREDIT_NOTE else 1,
        draft.seller.id,
        draft.registration,
        draft.customer.id,
    )


def compare_papers(old: Paper, new: Paper) -> tuple[Change, ...]:
    """What two papers in one currency say differently, component by component, in the order of the newer one. The
    differences sum to that of both papers. Components that say the same are among them, without a cause."""
    groups: dict[tuple[str, Component], tuple[list[Line], list[Line]]] = defaultdict(lambda: ([], []))
    for at, paper in ((1, new), (0, old)):
        for line in paper.lines:
            groups[line.contract, line.component][at].append(line)
    parties = [*_parties(old, new)]
    if old.lines and new.lines and old.sign != new.sign:
        parties.append(Why(Cause.OTHER, "given back → billed" if new.sign > 0 else "billed → given back"))
    return tuple(
        Change(
            contract=contract,
            component=component,
            title=(after or before)[0].title,
            days=_hull(after or before),
            old=_signed(before, old),
            new=_signed(after, new),
            because=tuple(dict.fromkeys((*parties, *_because(before, after)))),
        )
        for (contract, component), (before, after) in groups.items()
    )


def corrections(draft: Draft) -> tuple[Change, ...]:
    """The lines of a draft that correct earlier ones: what was billed, what is due, and why."""
    found = []
    for line in draft.lines:
        if reference := line.corrects:
            why = reference.reason.replace("-", " ")
            clause = f" ({where(reference.clause)})" if reference.clause else ""
            words = f"{reference.number} line {reference.line}: {why}{clause}"
            sign = -1 if draft.kind is Kind.CREDIT_NOTE else 1
            change = line.agreed if sign > 0 else -line.agreed
            found.append(
                Change(
                    contract=line.contract,
                    component=line.component,
                    title=line.title,
                    days=line.days,
                    old=reference.due - change,
                    new=reference.due,
                    because=(Why(_REASONS.get(reference.reason, Cause.CORRECTION), words),),
                )
            )
    return tuple(found)


_REASONS = {
    "terms-changed": Cause.CLAUSE,
    "cadence-changed": Cause.CLAUSE,
    "usage-changed": Cause.USAGE,
    "declaration-changed": Cause.USAGE,
    "index-revised": Cause.RATE,
    "treatment-changed": Cause.TREATMENT,
    "parties-changed": Cause.PARTY,
}


def _parties(old: Paper, new: Paper) -> Iterator[Why]:
    for word, before, after in (
        ("seller", old.seller, new.seller),
        ("VAT registration", old.registration, new.registration),
        ("customer", old.customer, new.customer),
    ):
        if before != after:
            yield Why(Cause.PARTY, f"{word} {before} → {after}")


def _because(before: Sequence[Line], after: Sequence[Line]) -> Iterator[Why]:
    if not before:
        place = where(after[0].clause)
        yield Why(Cause.NEW, f"not billed before ({place})" if not after[0].one_off else f"once ({place})")
        return
    if not after:
        yield Why(
            Cause.GONE, "billed once" if before[0].one_off else f"not billed this time ({where(before[0].clause)})"
        )
        return
    if len(before) != len(after):
        yield Why(Cause.PERIODS, f"{_periods(before)} → {_periods(after)}")
    found: dict[Why, None] = {}
    for old, new in zip_longest(before, after, fillvalue=None):
        if old and new:
            found |= dict.fromkeys(_of_line(old, new))
    yield from found
    changed = sum(one.agreed.exact for one in before) != sum(one.agreed.exact for one in after)
    if changed and not found and len(before) == len(after):
        yield Why(Cause.OTHER, f"{before[0].days} → {after[0].days}")


def _of_line(old: Line, new: Line) -> Iterator[Why]:
    """Why one line differs from the other: how it is taxed, the part of a period, then whatever numbers it was made of."""
    if old.treatment.key != new.treatment.key:
        was, now = (f"{one.category} {one.percent}% {one.jurisdiction}" for one in (old.treatment, new.treatment))
        yield Why(Cause.TREATMENT, f"VAT {was} → {now}")
    if old.agreed == new.agreed:
        return
    if old.proration != new.proration:
        yield Why(Cause.PRORATION, f"{_part(old)} → {_part(new)}")
    yield from _of_numbers(old, new)


def _of_numbers(old: Line, new: Line) -> Iterator[Why]:
    """The leaves of two traces that differ, by what they are. What follows from the line of a charge (a discount, a
    minimum) is explained there."""
    before, after = dict(_leaves(old.trace)), dict(_leaves(new.trace))
    used = any(
        one.clause is None and one.source and before.get(at, one).result != one.result for at, one in after.items()
    )
    for path in [*after, *(path for path in before if path not in after)]:
        was, now = before.get(path), after.get(path)
        name = (now or was or old.trace).label
        if name in _SHARES:
            continue  # days are told as a part of the period
        if was is None or now is None:
            there = was or now
            if there and there.clause and not used:  # another quantity reaches other bands
                words = f"{_said(there)} {'no more' if now is None else 'is new'}"
                yield Why(Cause.CLAUSE, f"{_name(there)} {words}{_clause(there)}")
        elif was.result != now.result:
            if name == "line-net":
                yield Why(Cause.OTHER, f"{_said(was)} → {_said(now)} for {old.charge or old.component.charge}")
            else:
                yield Why(_cause(now), f"{_name(now)} {_said(was)} → {_said(now)}{_clause(now)}")


_SHARES = {"days-in-service", "days-in-period", "hundred", "nothing", "periods"}
_INDEXED = ("index", "factor", "published")


def _cause(leaf: Trace) -> Cause:
    if leaf.clause is not None:
        return Cause.CLAUSE
    if any(word in leaf.label for word in _INDEXED) or leaf.label.endswith("rate"):
        return Cause.RATE
    return Cause.USAGE if leaf.source else Cause.OTHER


def _leaves(trace: Trace) -> Iterator[tuple[tuple[str, int], Trace]]:
    """The numbers that a trace begins with, each with its name and how often that came before it: so the same one is found
    in another trace, whatever stands between."""
    seen: dict[str, int] = defaultdict(int)
    rest = [trace]
    while rest:
        one = rest.pop()
        rest += reversed(one.operands)
        if not one.operands:
            seen[one.label] += 1
            yield (one.label, seen[one.label]), one


def _name(leaf: Trace) -> str:
    return leaf.label.replace("-", " ")


def _said(leaf: Trace) -> str:
    exact = Fraction(leaf.result)
    digits = minor_digits(leaf.unit) if is_currency(leaf.unit) else 0
    if digits and (exact * 10**digits).denominator == 1:
        return amount(Money.of(exact, leaf.unit).amount, leaf.unit).replace("-", "−")
    about = "≈ " if "/" in number(exact) else ""
    exact = round_fraction(exact, 2, Rounding.HALF_UP) if about else exact
    return f"{about}{number(exact)}{'' if leaf.unit == '%' else ' '}{leaf.unit}".strip()


def _clause(leaf: Trace) -> str:
    return f" ({where(leaf.clause)})" if leaf.clause else ""


def where(clause: Clause) -> str:
    """A place in the terms, with the number of the clause where it has one."""
    return f"{clause.file}:{clause.line}" + (f", clause {clause.reference}" if clause.reference else "")


def _part(line: Line) -> str:
    return f"{line.proration[0]} of {line.proration[1]} days" if line.proration else "a whole period"


def _periods(lines: Sequence[Line]) -> str:
    return "1 billing period" if len(lines) == 1 else f"{len(lines)} billing periods"


def _signed(lines: Iterable[Line], paper: Paper) -> Money:
    found = total((line.agreed for line in lines), paper.currency)
    return found if paper.sign > 0 else -found


def _hull(lines: Sequence[Line]) -> Period:
    return Period(min(line.days.start for line in lines), max(line.days.end for line in lines))


def told(change: Change) -> str:
    """A change in a line: what it was, what it is, and why."""
    was, now = (amount(one.amount, one.currency).replace("-", "−") for one in (change.old, change.new))
    return f"{change.component} {was} → {now}: {'; '.join(why.words for why in change.because)}"

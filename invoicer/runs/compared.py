"""runs: two ratings side by side, over the smallest spans on whose edges both agree."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TypeVar

from invoicer.domain.contract import Charge, Contract, counter_of
from invoicer.domain.entitlement import Component, Entitlement, Part
from invoicer.domain.money import Money, total
from invoicer.domain.period import Period, add_months
from invoicer.engine import ScheduledPeriod
from invoicer.engine.conditions import subjects, subjects_of
from invoicer.runs import wording
from invoicer.runs.changes import Change
from invoicer.runs.foresee import Foreseen

_SLACK_MONTHS = 13  # what is billed later than the period after it: an adjustment, a settlement
_NO_MONEY = {"id", "title", "supply", "premium"}
_PARTS = list(Part)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A span of billing periods of a component. ``old`` and ``new`` are what it comes to; None where that depends on what is
    not known: ``depends`` names the quantity, and where it is none ``doubt`` says why. ``because`` are the changes that make
    the difference."""

    component: Component
    title: str
    currency: str
    days: Period
    old: Money | None
    new: Money | None
    depends: str = ""
    doubt: str = ""
    because: tuple[Change, ...] = ()

    @property
    def difference(self) -> Money | None:
        """New less old; None where one of them is not known."""
        return None if self.old is None or self.new is None else self.new - self.old


@dataclass(frozen=True, slots=True)
class Compared:
    """``rows`` that differ or may; ``same``: how many spans don't and their amount, by currency; ``same_usage``: how many
    billing periods depend on usage and are priced alike."""

    rows: tuple[Row, ...]
    same: Mapping[str, tuple[int, Money]] = field(default_factory=dict)
    same_usage: int = 0


@dataclass(frozen=True, slots=True)
class _Span:
    """What both versions owe for days on whose edges they agree."""

    old: tuple[Entitlement, ...]
    new: tuple[Entitlement, ...]

    @property
    def all(self) -> tuple[Entitlement, ...]:
        return (*self.old, *self.new)

    @property
    def days(self) -> Period:
        return hull(one.days for one in self.all)


def rated_through(versions: Sequence[Contract], end: dt.date, known_on: dt.date) -> dt.date:
    """The bill date through which to rate, so that every span that begins before ``end`` is whole: two of the longest
    billing periods beyond it."""
    lengths = [_longest(contract, end, known_on) for contract in versions]
    beyond = max(lengths, default=end)
    return add_months(beyond + (beyond - end), _SLACK_MONTHS)


def compare(
    old_contract: Contract,
    new_contract: Contract,
    old: Foreseen,
    new: Foreseen,
    agreed: Iterable[Change],
    days: Period,
) -> Compared:
    """What two ratings of a contract differ by, in the billing periods that begin in ``days``. The differences of the rows
    sum to the difference of what both come to there."""
    versions = _Both(old_contract, new_contract, tuple(agreed), days)
    spans, unknown = _without_unknown(old, new, versions)
    rows: list[Row] = []
    same: dict[str, list[Money]] = defaultdict(list)
    for component, currency, span in spans:
        before, after = _net(span.old, currency), _net(span.new, currency)
        if before == after:
            same[currency].append(before)
        else:
            rows.append(_row(versions, component, span, before, after))
    rows += [row for row in unknown if row is not None]
    rows.sort(key=lambda row: _order(row, _ids(new_contract, old_contract)))
    counts = {currency: (len(nets), total(nets, currency)) for currency, nets in same.items()}
    return Compared(tuple(rows), counts, sum(row is None for row in unknown))


def _order(row: Row, charges: Sequence[str]) -> tuple[object, ...]:
    """As the charges stand in the contract, what is none of them last; of a charge first itself, then what stands beside."""
    component = row.component
    at = charges.index(component.charge) if component.charge in charges else len(charges)
    return at, component.charge, _PARTS.index(component.part), component.name, row.days


def hull(periods: Iterable[Period]) -> Period:
    """From the first to the last day of all the periods."""
    listed = list(periods)
    return Period(min(one.start for one in listed), max(one.end for one in listed))


# ------------------------------------------------------------------ spans


@dataclass(frozen=True, slots=True)
class _Both:
    old: Contract
    new: Contract
    agreed: tuple[Change, ...]
    days: Period

    def charges(self, name: str) -> list[Charge]:
        return [charge for one in (self.old, self.new) for charge in one.charges if charge.id == name]

    def title(self, name: str) -> str:
        """The title of a service credit or a commitment."""
        both = (self.old, self.new)
        titles = {block.id: block.title for one in both for block in one.credits}
        titles |= {block.id: block.title for one in both for block in one.commitments}
        return titles.get(name, name)


def _without_unknown(
    old: Foreseen, new: Foreseen, versions: _Both
) -> tuple[list[tuple[Component, str, _Span]], list[Row | None]]:
    """The spans of all that is known on both sides; and the rows of what is not, None where it is agreed alike."""
    unknown: list[Row | None] = []
    taken: dict[str, list[Period]] = defaultdict(list)
    for charge, days in _unknown_spans(old, new):
        if days.start < versions.days.end and days.end > versions.days.start:
            unknown.append(_unknown_row(old, new, versions, charge, days))
        taken[charge].append(days)
    known = [
        [
            one
            for one in side.entitlements
            if not any(one.days.overlaps(days) for name in _names(one) for days in taken.get(name, ()))
        ]
        for side in (old, new)
    ]
    return list(_spans(known[0], known[1], versions.days)), unknown


def _taken_from(owed: Entitlement, taken: Mapping[str, Sequence[Period]]) -> Iterator[Period]:
    for name in dict.fromkeys(_names(owed)):
        yield from taken.get(name, ())


def _unknown_spans(old: Foreseen, new: Foreseen) -> Iterator[tuple[str, Period]]:
    """The days of each charge for which a version is not known, as far as billing periods of either reach across them."""
    by_charge: dict[str, list[Period]] = defaultdict(list)
    for side in (old, new):
        for period, _ in side.unknown:
            by_charge[period.charge].append(period.days)
    for charge, days in by_charge.items():
        owed = [one.days for side in (old, new) for one in side.entitlements if charge in _names(one)]
        for group in _connected([*((one, True) for one in days), *((one, False) for one in owed)]):
            if any(missing for _, missing in group):
                yield charge, hull(one for one, _ in group)


def _spans(
    old: Sequence[Entitlement], new: Sequence[Entitlement], days: Period
) -> Iterator[tuple[Component, str, _Span]]:
    groups: dict[tuple[Component, str, bool, bool], tuple[list[Entitlement], list[Entitlement]]] = defaultdict(
        lambda: ([], [])
    )
    for at, side in enumerate((old, new)):
        for one in side:
            groups[one.component, one.net.currency, one.one_off, one.includes_tax][at].append(one)
    for (component, currency, one_off, _), (before, after) in groups.items():
        for span in _paired(before, after) if one_off else _common(before, after, days.end):
            if days.start < span.days.end and span.days.start < days.end:
                yield component, currency, span


def _paired(old: Sequence[Entitlement], new: Sequence[Entitlement]) -> Iterator[_Span]:
    """One-offs: an amount that falls due on another day is still the same amount."""
    both = {one.days for one in old} & {one.days for one in new}
    for days in sorted(both):
        yield _Span(*(tuple(one for one in side if one.days == days) for side in (old, new)))
    left = [sorted((one for one in side if one.days not in both), key=lambda one: one.days) for side in (old, new)]
    for before, after in zip_longest(*left):
        yield _Span((before,) if before else (), (after,) if after else ())


def _common(old: Sequence[Entitlement], new: Sequence[Entitlement], end: dt.date) -> Iterator[_Span]:
    """The smallest spans on whose edges both agree. Where billing periods never meet again, that is everything to come: then
    those that begin before ``end`` count."""
    last = max((one.days.start for one in (*old, *new)), default=end)
    for group in _connected([*((one.days, (0, one)) for one in old), *((one.days, (1, one)) for one in new)]):
        found = [one for _, one in group]
        if max(days.start for days, _ in group) == last >= end:
            found = [(at, one) for at, one in found if one.days.start < end]
        if found:
            yield _Span(*(tuple(one for at, one in found if at == side) for side in (0, 1)))


def _connected(items: Iterable[tuple[Period, T]]) -> Iterator[list[tuple[Period, T]]]:
    """Groups of what overlaps, directly or through others."""
    group: list[tuple[Period, T]] = []
    end = dt.date.min
    for days, item in sorted(items, key=lambda pair: pair[0]):
        if group and days.start >= end:
            yield group
            group = []
        group.append((days, item))
        end = max(end, days.end)
    if group:
        yield group


# ------------------------------------------------------------------ rows


def _row(versions: _Both, component: Component, span: _Span, before: Money, after: Money) -> Row:
    because = _because(versions, component, span.days)
    if not because:
        clauses = [side[0].clause if side else None for side in (span.old, span.new)]
        because = (Change("charge", component.charge, "", "", "", clauses[0], clauses[1], span.days),)
    title = (span.new or span.old)[0].title
    return Row(
        component=component,
        title=title,
        currency=before.currency,
        days=span.days,
        old=before,
        new=after,
        because=because,
    )


def _unknown_row(old: Foreseen, new: Foreseen, versions: _Both, charge: str, days: Period) -> Row | None:
    component = Component.parse(charge)
    because = _because(versions, component, days, every_part=True)
    if not because:
        return None
    reasons = [reasons for side in (old, new) for period, reasons in side.unknown if _in(period, charge, days)]
    charges = versions.charges(charge)  # none where a service credit or a commitment is unknown
    counted = dict.fromkeys(words for one in charges for words in _counted(one))
    depends = ", ".join(counted)
    nets = []
    for side, contract in ((old, versions.old), (new, versions.new)):
        owed = [one for one in side.entitlements if charge in _names(one) and one.days.overlaps(days)]
        missing = any(_in(period, charge, days) for period, _ in side.unknown)
        nets.append(None if missing else _net(owed, contract.currency))
    title = charges[-1].title if charges else versions.title(component.name or charge)
    return Row(
        component=component,
        title=title,
        currency=versions.new.currency,
        days=days,
        old=nets[0],
        new=nets[1],
        depends=depends,
        doubt="" if depends else reasons[0][0].cause,
        because=because,
    )


def _names(owed: Entitlement) -> tuple[str, str]:
    """By what unknown billing periods may name an amount: by its charge, or a service credit by its component."""
    return owed.component.charge, str(owed.component)


def _in(period: ScheduledPeriod, charge: str, days: Period) -> bool:
    return period.charge == charge and period.days.overlaps(days)


def _because(versions: _Both, component: Component, days: Period, every_part: bool = False) -> tuple[Change, ...]:
    """The changes that the amount of a component for some days can come from."""
    charges = versions.charges(component.charge)
    asked = {subject for charge in charges for subject in _asked(versions, charge)}
    counters = {name for charge in charges for name in _counters_of(charge)}
    found = []
    for change in versions.agreed:
        if change.days is not None and not change.days.overlaps(days):
            continue
        match change.kind:
            case "contract":
                counts = True
            case "":
                counts = change.what in ("currency", "rounding") or (change.what == "term" and change.days is not None)
            case "charge" if change.subject == component.charge:
                bound = change.what in ("minimum", "maximum")
                counts = change.what not in _NO_MONEY and (every_part or not bound or component.part is not Part.CHARGE)
            case "charge":
                counts = change.subject in asked and change.what in ("quantity", "service", "")
            case "meter" | "input":
                counts = change.subject in counters
            case "discount":
                before = (Part.CHARGE, Part.MINIMUM, Part.MAXIMUM)  # what discounts are taken off
                counts = (every_part or component.part not in before) and _touches(versions, change, component)
            case "amendment":
                counts = False
            case "commitment":  # what charges come to stays: the shortfall is a line of its own
                counts = change.subject == component.charge
            case "credit":  # what it gives back counts less towards a commitment
                counts = change.subject == component.name or _lowers(versions, change.subject, component.charge)
            case _:
                own = change.subject in (component.charge, component.name)
                counts = own or _touches(versions, change, component)
        if counts:
            found.append(change)
    return tuple(found)


def _lowers(versions: _Both, credit: str, commitment: str) -> bool:
    """Whether a service credit is on a charge that counts towards a commitment."""
    both = (versions.old, versions.new)
    rows = [row for one in both for block in one.credits if block.id == credit for row in block.rows]
    committed = [block for one in both for block in one.commitments if block.id == commitment]
    charges = [name for row in rows for name in (row.charges or _ids(*both))]
    return any(block.counts(name) for block in committed for name in charges)


def _touches(versions: _Both, change: Change, component: Component) -> bool:
    """Whether a block (a discount, an indexation) names the charge of a component, or all charges."""
    field = change.kind.replace(" ", "_") + "s"
    blocks = [
        one for side in (versions.old, versions.new) for one in getattr(side, field, ()) if one.id == change.subject
    ]
    named = [getattr(one, "charges", ()) for one in blocks]
    return any(charges is None or component.charge in charges for charges in named)


def _asked(versions: _Both, charge: Charge) -> Iterator[str]:
    """The other charges whose quantity decides on the price of a charge or on a discount of it."""
    for entry in charge.price.entries:
        yield from subjects_of(entry.value)
    for contract in (versions.old, versions.new):
        for off in contract.discounts:
            if off.when and (off.charges is None or charge.id in off.charges):
                yield from subjects(off.when)


def _counters_of(charge: Charge) -> Iterator[str]:
    """The meters and inputs that its quantity comes from."""
    for entry in charge.quantity.entries if charge.quantity else ():
        if name := counter_of(entry.value):
            yield name


def _counted(charge: Charge) -> Iterator[str]:
    for entry in charge.quantity.entries if charge.quantity else ():
        if counter_of(entry.value):
            yield wording.quantity(entry.value)


def _net(owed: Iterable[Entitlement], currency: str) -> Money:
    return total((one.net for one in owed), currency)


def _ids(*contracts: Contract) -> list[str]:
    return list(dict.fromkeys(charge.id for contract in contracts for charge in contract.charges))


def _longest(contract: Contract, end: dt.date, known_on: dt.date) -> dt.date:
    """Where the longest billing period that begins by then would end."""
    lengths = [entry.value.every for charge in contract.charges for entry in charge.billing.known_on(known_on)]
    return max((every.after(end) for every in lengths), default=end)

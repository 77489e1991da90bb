"""runs: what two versions of a contract agree differently, whatever it comes to in money."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import zip_longest
from typing import Any

from invoicer import engine
from invoicer.domain.commitment import Commitment
from invoicer.domain.contract import Charge, Contract, Discount, InService, Meter, counter_of
from invoicer.domain.credit import ServiceCredit
from invoicer.domain.indexation import Indexation
from invoicer.domain.period import Period
from invoicer.domain.refund import Refund
from invoicer.domain.stop import first_stop
from invoicer.domain.timeline import Dated, Timeline
from invoicer.domain.trace import Clause
from invoicer.runs import wording

DAY = dt.timedelta(days=1)
_TERM = ("start", "end", "term_end")
_APART = {
    "id",
    "formerly",
    "continues",
    "goes_on",
    "goes_back",
    "sources",
    "clause",
    "charges",
    "amendments",
    "examples",
    "term",
    *_TERM,
}
_NAMES = {"kind": "supply", "payment": "payment", "purchase_order": "purchase order", "takeovers": "customer"}


@dataclass(frozen=True, slots=True)
class Change:
    """``what`` is agreed differently: of the charge, discount or other block ``subject`` (``kind`` says which; "" and "" for
    the contract itself), on some ``days`` (None: on all). ``old`` and ``new`` are words, "" where nothing is agreed."""

    kind: str
    subject: str
    what: str
    old: str
    new: str
    old_clause: Clause | None = None
    new_clause: Clause | None = None
    days: Period | None = None

    @property
    def name(self) -> str:
        """What it is about: seats price, discount launch, payment."""
        if self.kind == "charge":
            return f"{self.subject} {self.what}".strip()
        return " ".join(filter(None, (self.kind, self.subject, self.what)))


def changes(old: Contract, new: Contract, known_on: dt.date, within: Period) -> tuple[Change, ...]:
    """Everything that two versions of a contract agree differently for the days of a period, as known on a day: first of
    the contract, then of each charge in the order of the newer one, then of discounts, meters and whatever else there is."""
    both = _Versions(old, new, known_on, within)
    found = [*_of_contract(both)]
    for name in dict.fromkeys([*(one.id for one in new.charges), *(one.id for one in old.charges)]):
        found += _of_charge(both, _find(old.charges, name), _find(new.charges, name))
    found += _of_blocks(both)
    found += _of_amendments(both)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Versions:
    old: Contract
    new: Contract
    known_on: dt.date
    within: Period


def meaning(value: Any) -> Any:
    """A value without the places that it was written at, to be compared."""
    if isinstance(value, Clause):
        return None
    if is_dataclass(value) and not isinstance(value, type):
        return type(value), tuple(meaning(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, tuple):
        return tuple(map(meaning, value))
    if isinstance(value, Mapping):
        return {key: meaning(one) for key, one in value.items()}
    return value


# ------------------------------------------------------------------ the contract


def _of_contract(both: _Versions) -> Iterator[Change]:
    old, new = both.old, both.new
    if any(getattr(old, name) != getattr(new, name) for name in _TERM):
        for days in _only_one_term(both) or [None]:
            yield Change("", "", "term", _term(old), _term(new), old.clause, new.clause, days)
    for field in fields(Contract):
        one, other = getattr(old, field.name), getattr(new, field.name)
        if field.name in _APART or isinstance(one, tuple):
            continue
        what = _NAMES.get(field.name, field.name.replace("_", " "))
        if isinstance(one, Timeline):
            for found in _of_timelines(both, field.name, one, other):
                yield replace(found, what=what)
        elif meaning(one) != meaning(other):
            yield Change("", "", what, _said(field.name, one, old), _said(field.name, other, new))


def _only_one_term(both: _Versions) -> list[Period | None]:
    """The days that lie in the term of one version only."""
    terms = [Period(one.start, max(one.end or dt.date.max, one.start + DAY)) for one in (both.old, both.new)]
    parts = both.within.cut_at(edge for term in terms for edge in (term.start, term.end))
    return [part for part in parts if part.overlaps(terms[0]) != part.overlaps(terms[1])]


def _term(contract: Contract) -> str:
    if contract.end:
        return f"{contract.start} to {contract.end - DAY}"
    if contract.term_end:
        return f"{contract.start} to {contract.term_end - DAY}, renewing"
    return f"open from {contract.start}"


# ------------------------------------------------------------------ charges


def _of_charge(both: _Versions, old: Charge | None, new: Charge | None) -> Iterator[Change]:
    if old is None or new is None:
        for one in filter(None, (old, new)):
            words = one.title if old else "", one.title if new else ""
            yield Change("charge", one.id, "", words[0], words[1], _written(old), _written(new))
        return
    yield from _of_service(both, old, new)
    for field in fields(Charge):
        one, other = getattr(old, field.name), getattr(new, field.name)
        if field.name in ("id", "formerly", "continues", "clause", "service"):
            continue
        what = _NAMES.get(field.name, field.name.replace("_", " "))
        if isinstance(one, Timeline) or isinstance(other, Timeline):
            served = _served(both, old, new)
            for found in _of_timelines(both, field.name, one, other, (old, new)):
                if found.days is None or any(found.days.overlaps(days) for days in served):
                    yield replace(found, kind="charge", subject=new.id, what=what)
        elif meaning(one) != meaning(other):
            said = _said(field.name, one, both.old), _said(field.name, other, both.new)
            yield Change("charge", new.id, what, said[0], said[1], old.clause, new.clause)


def _served(both: _Versions, old: Charge, new: Charge) -> list[Period]:
    """The days on which either version is in service."""
    return [
        days
        for contract, charge in ((both.old, old), (both.new, new))
        for days, _ in engine.in_service(contract, charge, both.known_on)
    ]


def _of_service(both: _Versions, old: Charge, new: Charge) -> Iterator[Change]:
    """Days on which only one of the two is in service, and ends that give back something else."""
    sides = ((both.old, old), (both.new, new))
    stretches = [engine.in_service(contract, charge, both.known_on) for contract, charge in sides]
    edges = {edge for side in stretches for days, _ in side for edge in (days.start, days.end)}
    for part in both.within.cut_at(edges):
        served = [any(part.overlaps(days) for days, _ in side) for side in stretches]
        if served[0] != served[1]:
            words = ["in service" if there else "not in service" for there in served]
            clauses = [
                _served_by(charge, side, part.start, both.known_on)
                for (_, charge), side in zip(sides, stretches, strict=True)
            ]
            yield Change("charge", new.id, "service", words[0], words[1], clauses[0], clauses[1], part)
    ends = [{days.end: stop for days, stop in side if stop} for side in stretches]
    for day in sorted(ends[0].keys() & ends[1].keys()):
        one_stop, other_stop = ends[0][day], ends[1][day]
        refunds = one_stop.value.refund, other_stop.value.refund
        if meaning(refunds[0]) != meaning(refunds[1]):
            clause, other_clause = (stop.value.refund.clause or stop.clause for stop in (one_stop, other_stop))
            yield Change("charge", new.id, "end", *_refunds(*refunds), clause, other_clause)


def _refunds(one: Refund, other: Refund) -> tuple[str, str]:
    """What two ends give back, in words; of two tables the rows that differ."""
    if one.short_rate and other.short_rate:
        return f"short-rate {wording.short_rate(one, other)}", f"short-rate {wording.short_rate(other, one)}"
    return wording.refund(one), wording.refund(other)


def _served_by(
    charge: Charge, served: Iterable[tuple[Period, Dated[InService] | None]], day: dt.date, known_on: dt.date
) -> Clause:
    """The clause that begins or ends service, as it stands on a day: of days after service has ended, what ended it."""
    ended = [stop.clause for days, stop in served if stop and days.end <= day]
    if ended and not any(days.start <= day < days.end for days, _ in served):
        return ended[-1]
    entry = charge.service.at(day, known_on)
    return entry.clause if entry else charge.clause


# ------------------------------------------------------------------ timelines and words


def _of_timelines(
    both: _Versions,
    name: str,
    old: Timeline[Any] | None,
    new: Timeline[Any] | None,
    charges: tuple[Charge | None, Charge | None] = (None, None),
) -> Iterator[Change]:
    """The days on which two timelines have different values; neighbouring days with the same two values are one change."""
    known = both.known_on
    entries = [entry for line in (old, new) if line for entry in line.known_on(known)]
    runs: list[tuple[Period, Dated[Any] | None, Dated[Any] | None]] = []
    for part in both.within.cut_at(entry.effective for entry in entries):
        one, other = (line.at(part.start, known) if line else None for line in (old, new))
        same = bool(runs) and _value(runs[-1][1]) == _value(one) and _value(runs[-1][2]) == _value(other)
        if same:
            runs[-1] = (Period(runs[-1][0].start, part.end), *runs[-1][1:])
        else:
            runs.append((part, one, other))
    for days, one, other in runs:
        if _value(one) != _value(other):
            words = [
                _said(name, entry.value, contract, charge, days.start, known) if entry else ""
                for entry, contract, charge in zip((one, other), (both.old, both.new), charges, strict=True)
            ]
            yield Change("", "", "", words[0], words[1], _written(one), _written(other), days)


def _value(entry: Dated[Any] | None) -> Any:
    return meaning(entry.value) if entry else None


def _said(
    name: str,
    value: Any,
    contract: Contract,
    charge: Charge | None = None,
    day: dt.date | None = None,
    known_on: dt.date | None = None,
) -> str:
    """A value in words; "" where there are none for it: then the clauses tell."""
    currency = contract.currency
    match name:
        case "price":
            quantity = charge.quantity.at(day, known_on) if charge and charge.quantity and day and known_on else None
            counter = counter_of(quantity.value) if quantity else None
            return wording.price(value, currency, counter or "")
        case "quantity":
            return wording.quantity(value)
        case "included":
            return f"{wording.number(value)} included"
        case "minimum" | "maximum":
            return wording.bound(value, currency)
        case "billing":
            return wording.billing(value)
        case "payment":
            return wording.payment(value)
        case "takeovers":
            return str(value.customer)
        case "proration":
            return wording.proration(value)
        case "renewal":
            return wording.renewal(value)
        case "includes_tax":
            return "prices include tax" if value else "tax is added"
        case "premium" if value is not None:
            return (
                f"policy {value.policy}, insurer {value.insurer}, class {value.insurance_class}, risk in {value.risk}"
            )
    return value if isinstance(value, str) else str(value) if isinstance(value, dt.date) else ""


# ------------------------------------------------------------------ discounts, meters, other blocks, amendments


def _of_blocks(both: _Versions) -> Iterator[Change]:
    """Blocks with an id that are there, not there, or different."""
    for field in fields(Contract):
        one, other = getattr(both.old, field.name), getattr(both.new, field.name)
        if field.name in _APART or not isinstance(one, tuple):
            continue
        kind = field.name.removesuffix("s").replace("_", " ")
        for name in dict.fromkeys([*_ids(other), *_ids(one)]):
            before, after = _find(one, name), _find(other, name)
            if meaning(before) != meaning(after):
                words = _blocks(before, after, both)
                yield Change(kind, name, "", words[0], words[1], _written(before), _written(after))


def _blocks(before: Any, after: Any, both: _Versions) -> tuple[str, str]:
    """A block in both versions, in words: of one that is in both only what differs."""
    said = _block(before, both.old), _block(after, both.new)
    differing = [(one, other) for one, other in zip_longest(*said, fillvalue="") if one != other]
    return ", ".join(one for one, _ in differing if one), ", ".join(other for _, other in differing if other)


def _block(block: Any, contract: Contract) -> tuple[str, ...]:
    match block:
        case None:
            return ()
        case Discount():
            days = block.window(dt.date.max)
            when = "on no day" if days is None else f"from {days.start}"
            until = f"until {days.last_day}" if days and days.end < dt.date.max else "without end"
            return wording.discount(block, contract.currency), when, until
        case Meter():
            return (wording.meter(block),)
        case Indexation():
            until = f"until {block.end - DAY}" if block.end else "without end"
            return wording.indexation(block), f"from {block.first}", until
        case Commitment():
            return wording.commitment(block, contract.currency), *_lasts(block, contract)
        case ServiceCredit():
            return *wording.credit(block), *_lasts(block, contract)
    return (str(getattr(block, "title", "") or block.id),)


def _lasts(block: Commitment | ServiceCredit, contract: Contract) -> tuple[str, str]:
    """From when to when it counts, where that is not as long as the contract."""
    stop = first_stop(block.stops, dt.date.max)
    end = min(block.end or dt.date.max, stop.effective if stop else dt.date.max)
    since = f"from {block.start}" if block.start > contract.start else ""
    return since, f"until {end - DAY}" if end < (contract.end or dt.date.max) else ""


def _of_amendments(both: _Versions) -> Iterator[Change]:
    sides = [{one.number: one for one in version.amendments} for version in (both.old, both.new)]
    for number in sorted(sides[0].keys() | sides[1].keys()):
        before, after = sides[0].get(number), sides[1].get(number)
        if meaning(before) != meaning(after):
            words = [f"from {one.effective}, agreed {one.agreed}" if one else "" for one in (before, after)]
            yield Change("amendment", str(number), "", words[0], words[1], _written(before), _written(after))


def _written(there: Any) -> Clause | None:
    """Where something was agreed, if it was."""
    return getattr(there, "clause", None)


def _ids(blocks: Iterable[Any]) -> list[str]:
    return [block.id for block in blocks if hasattr(block, "id")]


def _find(blocks: Iterable[Any], name: str) -> Any:
    return next((block for block in blocks if getattr(block, "id", None) == name), None)

"""editor: what counts on a day, in the words of the terms themselves: of each thing that can change over time, the lines in
force, who agreed them, and what comes next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from invoicer.domain.contract import Charge, Contract, Discount, InService
from invoicer.domain.evidence import Evidence
from invoicer.domain.period import add_months
from invoicer.domain.price import Conditional, Flat, Once, PerUnit, Price, Tiered
from invoicer.domain.timeline import Dated, Timeline
from invoicer.domain.trace import Clause
from invoicer.engine.indexation import Adjusted, Awaited, adjusted

Texts = Mapping[str, str]
_AHEAD = 12  # months in which adjustments to come are shown


def of_charge(contract: Contract, charge: Charge, today: dt.date, texts: Texts, evidence: Evidence) -> Iterator[str]:
    """The charge on a day, as known that day: its price, quantity and so on, each as it is written, and what indexation
    makes of the price. ``evidence`` has the index values."""
    service = charge.service.at(today, today)
    first = min(entry.effective for entry in charge.service.known_on(dt.date.max))
    if service is None:
        yield f"Not in service yet on {today}: it begins on {first}."
    elif not service.value.active:
        yield f"Not in service on {today}: it ended on {service.effective - dt.timedelta(days=1)}."
    else:
        yield f"On {today}:"
    day = max(today, first)
    for one in fields(charge):
        timeline = getattr(charge, one.name)
        if isinstance(timeline, Timeline) and one.name != "service":
            yield from _of_timeline(one.name, timeline, day, today, texts)
            if one.name == "price":
                yield from _indexed(contract, charge, day, today, evidence)
    for entry in charge.service.known_on(today):
        if isinstance(entry.value, InService) and not entry.value.active and entry.effective > today:
            yield f"* ends on {entry.effective - dt.timedelta(days=1)}{_by(entry)}"


def _indexed(contract: Contract, charge: Charge, day: dt.date, today: dt.date, evidence: Evidence) -> Iterator[str]:
    """What indexation makes of the agreed price: on the day, and at the next adjustment."""
    prices = adjusted(contract, charge, today, evidence, add_months(day, _AHEAD))
    agreed: Price | None = None
    raised: list[tuple[dt.date, str]] = []
    for entry in prices:
        if isinstance(entry, Awaited):
            raised.append((entry.effective, f"waits for {entry.series} of {entry.month:%Y-%m}"))
        elif agreed is not None and any(isinstance(amount, Adjusted) for amount in _amounts(entry.value)):
            pairs = zip(_amounts(agreed), _amounts(entry.value), strict=True)
            changed = (f"{old} {contract.currency} is {new} {contract.currency}" for old, new in pairs if old != new)
            raised.append((entry.effective, ", ".join(changed) or "stays as it is"))
        else:
            agreed = entry.value
            raised = [one for one in raised if entry.effective > day]
    current = [one for one in raised if one[0] <= day][-1:]
    for since, told in (*current, *(one for one in raised if one[0] > day)):
        yield f"* indexed from {since}: {told}"


def _amounts(price: Price) -> list[Decimal]:
    """The amounts of a price in the order of the text, those of bands with their flat parts."""
    match price:
        case Flat() | Once() | PerUnit():
            return [price.amount]
        case Tiered():
            return [amount for band in price.bands for amount in (band.amount, band.flat) if not band.percent]
        case Conditional():
            return [amount for option in price.options for amount in _amounts(option.price)]
        case _:
            return []


def of_discount(discount: Discount, today: dt.date) -> Iterator[str]:
    """Whether a discount counts on a day, as known that day."""
    window = discount.window(today)
    if window is None:
        yield "It counts for no day any more."
        return
    last = f" to {window.last_day}" if window.end < dt.date.max else ""
    runs = f"It counts from {window.start}{last}"
    if discount.agreed > today:
        yield f"{runs}; it is agreed only on {discount.agreed}."
    elif window.start > today:
        yield f"{runs}: not yet on {today}."
    elif window.end <= today:
        yield f"{runs}: no more on {today}."
    else:
        yield f"{runs}: today, {today}, as well."


def of_contract(contract: Contract, today: dt.date) -> Iterator[str]:
    """A contract's days: since when it runs, until when, and which amendments count."""
    term = f"until {contract.end - dt.timedelta(days=1)}" if contract.end else "without a fixed end"
    if contract.renewal:
        term = f"renews for {contract.renewal.by}"
    if ending := contract.ending(today):
        term = f"until {ending.end - dt.timedelta(days=1)}, as is known since {ending.agreed}"
    yield f"{contract.currency}, agreed {contract.agreed}, runs from {contract.start} {term}."
    known = [one for one in contract.amendments if one.agreed <= today]
    if known:
        yield f"Amendments known on {today}: {', '.join(str(one.number) for one in known)}."


def _of_timeline(name: str, timeline: Timeline[Any], day: dt.date, today: dt.date, texts: Texts) -> Iterator[str]:
    current = timeline.at(day, today)
    if current is not None:
        yield f"* {name.replace('_', ' ')}: {_written(current.clause, texts)}{_by(current)}"
    for entry in timeline.known_on(today):
        if entry.effective > day:
            yield f"* {name.replace('_', ' ')} from {entry.effective}: {_written(entry.clause, texts)}{_by(entry)}"


def _by(entry: Dated[Any]) -> str:
    """Who set it, when that is not the contract itself."""
    return f" (amendment {entry.amendment})" if entry.amendment else ""


def _written(clause: Clause, texts: Texts) -> str:
    """The lines of a clause as they stand in the file, in a row."""
    lines = texts.get(clause.file, "").split("\n")[clause.line - 1 : clause.end_line]
    if not lines:
        return str(clause)
    lines[-1] = lines[-1][: clause.end_column - 1]
    lines[0] = lines[0][clause.column - 1 :]
    return " / ".join(f"`{' '.join(line.split())}`" for line in lines if line.strip())

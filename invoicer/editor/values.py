"""editor: what counts on a day, in the words of the terms themselves: of each thing that can change over time, the lines in
force, who agreed them, and what comes next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from invoicer.domain.contract import Charge, Contract, Discount, InService
from invoicer.domain.timeline import Dated, Timeline
from invoicer.domain.trace import Clause

Texts = Mapping[str, str]


def of_charge(charge: Charge, today: dt.date, texts: Texts) -> Iterator[str]:
    """The charge on a day, as known that day: its price, quantity and so on, each as it is written."""
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
    for entry in charge.service.known_on(today):
        if isinstance(entry.value, InService) and not entry.value.active and entry.effective > today:
            yield f"* ends on {entry.effective - dt.timedelta(days=1)}{_by(entry)}"


def of_discount(discount: Discount, today: dt.date) -> Iterator[str]:
    """Whether a discount counts on a day."""
    last = f" to {discount.end - dt.timedelta(days=1)}" if discount.end else ""
    runs = f"It counts from {discount.start}{last}"
    if discount.agreed > today:
        yield f"{runs}; it is agreed only on {discount.agreed}."
    elif discount.start > today:
        yield f"{runs}: not yet on {today}."
    elif discount.end and discount.end <= today:
        yield f"{runs}: no more on {today}."
    else:
        yield f"{runs}: today, {today}, as well."


def of_contract(contract: Contract, today: dt.date) -> Iterator[str]:
    """A contract's days: since when it runs, until when, and which amendments count."""
    term = f"until {contract.end - dt.timedelta(days=1)}" if contract.end else "without a fixed end"
    if contract.renewal:
        term = f"renews for {contract.renewal.by}"
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

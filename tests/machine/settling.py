"""What a plan does to each span of days of a contract that can be added up: the amount before and what is owed decide it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from invoicer.domain.entitlement import BilledLine
from tests.machine.deal import COVER, Deal, Due
from tests.machine.town import Town

COLUMNS = "customer,contract,charge,from,to,net,currency,vat"
"""Of what another system has billed, behind its number and its day."""


@dataclass
class Error:
    """An error that was credited of a line, with what that rested on; ``touched`` once that was something else."""

    line: BilledLine
    inputs: object
    touched: bool = False
    released: bool = False


@dataclass
class Span:
    """Days that belong together: what is due for them, and lines."""

    start: dt.date
    end: dt.date
    due: list[Due] = field(default_factory=list)
    before: list[BilledLine] = field(default_factory=list)
    after: list[BilledLine] = field(default_factory=list)


def settled(
    town: Town, deal: Deal, before: Iterable[BilledLine], after: Iterable[BilledLine], errors: Sequence[Error]
) -> None:
    """What documents carry of each span ``before`` (with the requests that wait) and ``after`` a plan is issued:

    as much as is owed; but no less than before as long as concessions cover the difference, and less than that only by
    what they don't cover; and no more than before where an error was credited and nothing has changed that it rests on.
    """
    old, new = list(before), list(after)
    for charge in deal.charges():
        for span in spans(due_by(town, deal, charge, town.today), _of(charge, old), _of(charge, new)):
            _others_are_given_back(town, deal, charge, span)
            if len({_key(line) for line in span.after}) < 2:
                _judge(town, deal, charge, span, errors)
            elif not any(line.basis for line in span.before):
                _concessions_go_along(deal, charge, span)


def _concessions_go_along(deal: Deal, charge: str, span: Span) -> None:
    """Where buyer, seller or VAT change, the new invoice asks for what is owed less what was forgone, or for nothing."""
    owed, asked = _owed(span), sum((line.net.exact for line in span.after), Fraction(0))
    of: dict[object, list[BilledLine]] = defaultdict(list)
    for line in span.before:
        of[_key(line)].append(line)
    live = [lines for lines in of.values() if sum(line.net.exact for line in lines)]
    gone = [lines for lines in of.values() if lines not in live]
    if not any(
        _sums(lines)[1] for lines in of.values()
    ):  # as another system may have billed two buyers for the same days
        assert asked == owed, f"{deal.name} {charge} {span.start}: {float(asked)} is asked for, not {float(owed)}"
        return
    assert len(live) < 2, f"{deal.name} {charge} {span.start}: two buyers, sellers or rates at once"
    counted, forgone = _sums(live[0]) if live else (Fraction(0), Fraction(0))
    left = sum(line.net.exact for line in span.after if live and _key(line) == _key(live[0][0]))
    if live and not left:  # it is given back now
        wanted = {max(owed - forgone, Fraction(0))}
    else:
        wanted = {(owed if owed >= counted else min(counted, owed + forgone)) - forgone}
        wanted |= {max(owed - _sums(lines)[1], Fraction(0)) for lines in gone}
    assert asked in wanted, (
        f"{deal.name} {charge} {span.start}: {float(asked)} is asked for, not {[*map(float, wanted)]}"
    )


def _others_are_given_back(town: Town, deal: Deal, charge: str, span: Span) -> None:
    """What was asked for with the VAT of another day, or of another buyer or seller than those of today, came back whole."""
    asked: dict[object, Fraction] = defaultdict(Fraction)
    for line in span.after:
        asked[_key(line)] += line.net.exact
    vat = [0 if charge in COVER else percent(town, deal, deal.customer, _tax_point(due)) for due in span.due]
    right = {(one, deal.customer, deal.seller) for one in vat}
    wrong = {key: float(amount) for key, amount in asked.items() if amount and key not in right}
    assert not wrong, f"{deal.name} {span.start} to {span.end}: {wrong}, and right is {right}"


def percent(town: Town, deal: Deal, buyer: str, on: dt.date) -> int:
    """The VAT of a service to a business: that of the country of both, else none (the buyer owes it)."""
    seller = "NL" if deal.seller == "my-company" else "DE"
    here = f",{seller}," in town.address(buyer, on, town.today)
    return {"NL": 21, "DE": 19}[seller] if here else 0


def _tax_point(due: Due) -> dt.date:
    return due.start if due.on == due.start else due.end - dt.timedelta(1)


def _key(line: BilledLine) -> tuple[int, str, str]:
    return int(line.treatment.percent), line.customer, line.seller


def due_by(town: Town, deal: Deal, charge: str, known: dt.date) -> list[Due]:
    """What is due of a charge by a day, as known on that day."""
    return [due for due in deal.owed(charge, known, town.list_fee, town.events) if due.on <= known]


def row_of(town: Town, deal: Deal, charge: str, due: Due, more: int, buyer: str) -> str:
    """A row of what another system has billed for what is due, with so many cents ``more``."""
    cents = max(due.cents + more, 1)
    vat = percent(town, deal, buyer, _tax_point(due))
    names = buyer, deal.called(deal.name), deal.called(charge)
    last = due.end - dt.timedelta(1)
    return ",".join([*names, str(due.start), str(last), f"{cents // 100}.{cents % 100:02}", "EUR", str(vat)])


def inputs(town: Town, deal: Deal, line: BilledLine, known: dt.date) -> object:
    """What the amount of a line rests on, as known on a day. What is supplied is no part of it: services to a business have
    the VAT of :func:`percent`, all of them."""
    charge = line.component.charge
    found: list[object] = []
    for due in due_by(town, deal, charge, known):
        if charge != "setup" and not (due.start < line.days.end and line.days.start < due.end):
            continue
        if charge == "calls":
            rest: object = sum(deal.calls(due.start, due.end, known, town.events))
        elif charge == "setup":
            rest = due.cents
        else:
            days = [due.start + dt.timedelta(count) for count in range((due.end - due.start).days)]
            rest = [deal.daily(charge, day, known, town.list_fee) for day in days]
            if charge == "seats":  # so many at a price, and half as many at twice the price
                rest = [rest, deal.seat, [deal.quantity(day, known) for day in days]]
        lives = "" if charge in COVER else town.address(deal.customer, _tax_point(due), known)
        found.append((due.start, due.end, rest, lives))
    return found, deal.seller, deal.customer


def spans(due: Iterable[Due], before: Iterable[BilledLine], after: Iterable[BilledLine]) -> Iterator[Span]:
    """Everything that overlaps, directly or through others."""
    parts = [Span(one.start, one.end, due=[one]) for one in due]
    parts += [Span(one.days.start, one.days.end, before=[one]) for one in before]
    parts += [Span(one.days.start, one.days.end, after=[one]) for one in after]
    whole: Span | None = None
    for part in sorted(parts, key=lambda one: (one.start, one.end)):
        if whole is None or part.start >= whole.end:
            if whole:
                yield whole
            whole = part
        else:
            whole.end = max(whole.end, part.end)
            whole.due, whole.before, whole.after = (
                whole.due + part.due,
                whole.before + part.before,
                whole.after + part.after,
            )
    if whole:
        yield whole


def _of(charge: str, lines: Iterable[BilledLine]) -> list[BilledLine]:
    return [line for line in lines if str(line.component) == charge]


def _judge(town: Town, deal: Deal, charge: str, span: Span, errors: Sequence[Error]) -> None:
    owed, (counted, forgone) = _owed(span), _sums(span.before)
    carried = sum((line.net.exact for line in span.after if line.counts), Fraction(0))
    wanted = {owed if owed >= counted else min(counted, owed + forgone)}
    credited = {line.request for line in span.before if line.basis}
    standing = [one for one in errors if one.line.contract == deal.name and one.line.request in credited]
    standing = [one for one in standing if str(one.line.component) == charge and _within(one, span)]
    if standing and owed > counted:
        same = [not one.released and one.inputs == inputs(town, deal, one.line, town.today) for one in standing]
        if all(same) and not any(one.touched for one in standing):
            wanted = {counted}
        elif any(same):
            wanted.add(counted)
    assert carried in wanted, (
        f"{deal.name} {charge} {span.start} to {span.end}: {float(carried)} is carried and not {[*map(float, wanted)]}; "
        f"{float(owed)} is owed, {float(counted)} was carried, {float(forgone)} forgone, {len(standing)} errors"
    )


def _owed(span: Span) -> Fraction:
    return Fraction(sum(one.cents for one in span.due), 100)


def _sums(lines: Iterable[BilledLine]) -> tuple[Fraction, Fraction]:
    """What counts as billed, and what was forgone of it."""
    listed = list(lines)
    counted = sum((line.net.exact for line in listed if line.counts), Fraction(0))
    return counted, -sum((line.net.exact for line in listed if not line.counts), Fraction(0))


def _within(error: Error, span: Span) -> bool:
    return span.start < error.line.days.end and error.line.days.start < span.end

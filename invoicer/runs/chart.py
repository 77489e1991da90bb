"""runs: chart. What one contract bills when, over its whole term, as a picture."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from invoicer.domain.contract import Charge, Contract
from invoicer.domain.entitlement import BilledLine, Entitlement, Part
from invoicer.domain.evidence import NO_EVIDENCE, Evidence
from invoicer.domain.money import Money, total
from invoicer.domain.period import Period, Span, Unit, add_months
from invoicer.domain.stop import first_stop
from invoicer.domain.uncounted import counting
from invoicer.engine import ScheduledPeriod
from invoicer.ledger import Ledger
from invoicer.render import chart as picture
from invoicer.runs import wording
from invoicer.runs.agreed import Agreed, agreed, indexed
from invoicer.runs.buyers import rows_of
from invoicer.runs.desk import Desk
from invoicer.runs.evidence import evidence_for
from invoicer.runs.foresee import Foreseen, foresee
from invoicer.runs.horizon import foreseeable, renewals
from invoicer.runs.law import under_law
from invoicer.runs.lineage import billed_lines, names_of
from invoicer.runs.schedule import ScheduleRow, State, chosen_contracts, schedule

DAY = dt.timedelta(days=1)
_WHOLE_MONTHS_FROM = 85  # days: what is longer is shown in whole months
_MOST_RENEWALS = 6

_STATES = {
    State.ISSUED: picture.BillState.ISSUED,
    State.DUE: picture.BillState.DUE,
    State.HELD: picture.BillState.HELD,
    State.CARRIED: picture.BillState.CARRIED,
    State.TO_COME: picture.BillState.TO_COME,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that the picture of a contract is made from: the terms ``as known`` on a day, which is also the ``today`` of the
    picture; the ``days`` that it is about; its billing periods with their states; what is foreseen; what was billed; the
    index values (``evidence``)."""

    contract: Contract
    known_on: dt.date
    days: Period
    periods: tuple[ScheduleRow, ...]
    foreseen: Foreseen
    billed: tuple[BilledLine, ...] = ()
    evidence: Evidence = NO_EVIDENCE
    amounts: Mapping[tuple[str, dt.date], Money] = field(init=False)

    def __post_init__(self) -> None:
        sums: dict[tuple[str, dt.date], list[Money]] = defaultdict(list)
        for owed in self.foreseen.entitlements:
            sums[owed.component.charge, owed.bill_date].append(owed.net)
        found = {key: total(nets, self.contract.currency) for key, nets in sums.items()}
        object.__setattr__(self, "amounts", {} if self.foreseen.doubts else found)


def chart(
    desk: Desk,
    ledger: Ledger,
    contract_id: str,
    today: dt.date,
    since: dt.date | None = None,
    until: dt.date | None = None,
) -> str:
    """The time line of a contract as SVG text: its charges with their steps, amendments and bill dates, as known today.

    From its start, or the day ``since``, to the end of its term (see :func:`~invoicer.runs.horizon.foreseeable`), or to the
    last bill date ``until``. Raises RunError when no file has such a contract, its terms are refused, or no day is left.
    """
    (contract,) = (under_law(desk, one, today) for one in chosen_contracts(desk, [contract_id]))
    whole = foreseeable(contract, today)
    last_bill = until or whole.end
    end = until + DAY if until else whole.end
    days = Period(min(max(since or whole.start, whole.start), end - DAY), end)
    rows = schedule(desk, ledger, days.start, last_bill, today, [contract_id])
    customers = rows_of(desk, contract, today)
    evidence = evidence_for(desk, contract)
    foreseen = foresee(contract, customers, {}, today, last_bill, evidence)
    scene = Scene(
        contract=contract,
        known_on=today,
        days=days,
        periods=tuple(row for row in rows if row.period.days.start < days.end),
        foreseen=foreseen,
        billed=tuple(billed_lines(ledger, names_of(desk.contracts), [contract_id])),
        evidence=evidence,
    )
    return picture.draw(chart_of(scene))


def chart_of(scene: Scene) -> picture.Chart:
    """What the picture of a contract shows, as plain data. Pure."""
    contract = scene.contract
    rows = (*_charge_rows(scene), *_commitment_rows(scene), *_indexation_rows(scene), *_discount_rows(scene))
    events = tuple(_events(scene))
    return picture.Chart(
        title=contract.title,
        subtitle=_subtitle(contract),
        description=_description(scene, len(rows)),
        days=_window(scene),
        rows=rows,
        events=events,
        totals=tuple(_totals(scene, Span(1, unit)) for unit in (Unit.MONTH, Unit.QUARTER, Unit.YEAR)),
        remarks=tuple(_remarks(scene)),
    )


def _window(scene: Scene) -> Period:
    """The days shown: those asked for and the last bill date; of more than a few weeks whole months."""
    last = max([scene.days.last_day, *(row.period.bill_date for row in scene.periods)])
    if scene.days.days < _WHOLE_MONTHS_FROM:
        return Period(scene.days.start, last + DAY)
    return Period(scene.days.start.replace(day=1), add_months(last.replace(day=1), 1))


def _subtitle(contract: Contract) -> str:
    if contract.end:
        term = f"{contract.start} to {contract.end - DAY}"
    elif contract.renewal and contract.term_end:
        term = f"{contract.start} to {contract.term_end - DAY}, {wording.renewal(contract.renewal)}"
    else:
        term = f"open from {contract.start}"
    parties = f"{contract.seller} to {', then '.join(contract.buyers.customers)}"
    return f"{contract.id} · {parties} · {contract.currency} · agreed {contract.agreed} · term {term}"


def _description(scene: Scene, rows: int) -> str:
    states = [row.state for row in scene.periods]
    counted = ", ".join(f"{states.count(state)} {state}" for state in State if state in states)
    known = [one for one in scene.contract.amendments if one.agreed <= scene.known_on]
    return (
        f"Time line of contract {scene.contract.id} from {scene.days.start} to {scene.days.last_day}, as known on "
        f"{scene.known_on}: {rows} rows of charges and discounts, {len(known)} amendments, {len(states)} bill dates"
        + (f" ({counted})." if counted else ".")
    )


def _remarks(scene: Scene) -> Iterator[str]:
    usage = " A plus: and what depends on quantities that are not billed yet." if _open(scene) else ""
    taxed = any(charge.includes_tax for charge in scene.contract.charges)
    tax = "with tax where prices include it" if taxed else "net of tax"
    yield f"As known on {scene.known_on}. Amounts are {tax}, in {scene.contract.currency}.{usage}"
    if scene.foreseen.doubts:
        yield f"No amounts: {scene.foreseen.doubts[0].cause}."
    past = [day for day in renewals(scene.contract, scene.days.end) if day in scene.days]
    if len(past) > _MOST_RENEWALS:
        yield f"Renewed {len(past)} times from {past[0]} to {past[-1]}."


# ------------------------------------------------------------------ rows


def _charge_rows(scene: Scene) -> Iterator[picture.Row]:
    for charge in scene.contract.charges:
        mine = [row for row in scene.periods if row.period.charge == charge.id]
        once = [row.period for row in mine if row.period.one_off]
        priced = indexed(scene.contract, charge, scene.known_on, scene.evidence, scene.days.last_day)
        parts = agreed(scene.contract, priced, scene.known_on, scene.days)
        if once:
            parts = tuple(part for part in parts if part.days.start == once[0].days.start)[:1]
        if not parts and not mine:
            continue
        bars = tuple(_bar(scene, part, once[0].days if once else part.days) for part in parts)
        bills = tuple(_bill(scene, row) for row in mine)
        tail = () if once else _tail(scene, parts)
        yield picture.Row(charge.title, f"{charge.id} · {_billing(scene, charge, bool(once))}", bars, bills, tail)


def _bar(scene: Scene, part: Agreed, days: Period) -> picture.Bar:
    words = part.words(scene.contract.currency)
    clauses = ", ".join(dict.fromkeys(str(entry.clause) for entry in part.entries))
    return picture.Bar(days, words, f"{days}: {words[0]} ({clauses})")


def _billing(scene: Scene, charge: Charge, once: bool) -> str:
    if once:
        return "once"
    day = min(max(scene.known_on, scene.days.start), scene.days.last_day)
    entry = charge.billing.at(day, scene.known_on) or next(iter(charge.billing.known_on(scene.known_on)), None)
    return wording.billing(entry.value) if entry else ""


def _tail(scene: Scene, parts: Sequence[Agreed]) -> tuple[str, ...]:
    stop = parts[-1].stop if parts else None
    if stop is None or parts[-1].days.end == scene.contract.end:
        return ()
    return f"ends {parts[-1].days.last_day}, {wording.refund(stop.value.refund)}", f"ends {parts[-1].days.last_day}"


def _bill(scene: Scene, row: ScheduleRow) -> picture.Bill:
    period = row.period
    side = picture.Side.ONCE if period.one_off else picture.Side(f"in {period.timing}")
    amount = _amount(scene, row)
    said = str(amount) if amount else _unknown(scene, period)
    days = "once" if period.one_off else f"{period.days}, in {period.timing}"
    became = f"{row.state}" + (f" on {', '.join(row.documents)}" if row.documents else "")
    note = f"Bill date {period.bill_date}: {said}, {days}; {became}"
    return picture.Bill(
        period.bill_date, side, _STATES[row.state], _figure(amount) if amount and not period.one_off else "", note
    )


def _amount(scene: Scene, row: ScheduleRow) -> Money | None:
    """What falls due: by the terms where that is known, else what was billed."""
    period = row.period
    if any(one == period for one, _ in scene.foreseen.unknown) or scene.foreseen.doubts:
        return _billed(scene, period) if row.documents else None
    return scene.amounts.get((period.charge, period.bill_date), Money.zero(scene.contract.currency))


def _billed(scene: Scene, period: ScheduledPeriod) -> Money:
    nets = [
        line.net
        for line in scene.billed
        if line.component.charge == period.charge
        and line.component.part is not Part.LEVY
        and line.net.currency == scene.contract.currency
        and line.days.overlaps(period.days)
    ]
    return total(nets, scene.contract.currency)


def _unknown(scene: Scene, period: ScheduledPeriod) -> str:
    charge = next((one for one in scene.contract.charges if one.id == period.charge), None)
    if charge is None:
        return "depends on what counts"
    quantity = counting(charge.quantity.at(period.days.start, scene.known_on)) if charge.quantity else None
    return f"depends on {wording.quantity(quantity.value)}" if quantity else "not known yet"


def _commitment_rows(scene: Scene) -> Iterator[picture.Row]:
    """The periods of a commitment, and when each is settled."""
    for one in scene.contract.commitments:
        mine = [row for row in scene.periods if row.period.charge == one.id]
        words = wording.commitment(one, scene.contract.currency)
        bars = tuple(
            picture.Bar(days, (words, words.split(",")[0]), f"{row.period.days}: {words} ({one.clause})")
            for row in mine
            if (days := row.period.days & scene.days)
        )
        if mine:
            bills = tuple(_bill(scene, row) for row in mine)
            yield picture.Row(one.title, f"commitment {one.id}", bars, bills)


def _indexation_rows(scene: Scene) -> Iterator[picture.Row]:
    """From the first adjustment on, with a break at each of them."""
    for one in scene.contract.indexations:
        stop = first_stop(one.stops, scene.known_on)
        last = min(one.end or dt.date.max, stop.effective if stop else dt.date.max)
        days = Period(one.first, max(last, one.first + DAY)) & scene.days
        if one.agreed <= scene.known_on and days:
            words = wording.indexation(one)
            edges = (adjustment.day for adjustment in one.adjustments(days.last_day))
            raised = ", ".join(one.charges) if one.charges else "everything"
            labels = (words, f"raises {raised}", "raised")
            bars = []
            for part in days.cut_at(edges):
                said = labels if part.start == days.start else ()
                bars.append(picture.Bar(part, said, f"{part}: {words} ({one.clause})", picture.Tone.INDEXATION))
            yield picture.Row(one.title, f"indexation {one.id}", tuple(bars))


def _discount_rows(scene: Scene) -> Iterator[picture.Row]:
    for off in scene.contract.discounts:
        window = off.window(scene.known_on)
        days = window & scene.days if window else None
        if off.agreed <= scene.known_on and days:
            words = wording.discount(off, scene.contract.currency)
            short = words.split(" off ")[0] + " off"
            bar = picture.Bar(days, (words, short), f"{days}: {words} ({off.clause})", picture.Tone.DISCOUNT)
            yield picture.Row(off.title, f"discount {off.id}", (bar,))


# ------------------------------------------------------------------ events and totals


def _events(scene: Scene) -> Iterator[picture.Event]:
    contract, kinds = scene.contract, picture.EventKind
    yield picture.Event(contract.start, kinds.TERM, f"Term starts {contract.start}")
    ending = contract.ending(scene.known_on)
    if ending:
        label = f"Ends {ending.end - DAY}"
        yield picture.Event(ending.end, kinds.TERM, label, f"{label}, known since {ending.agreed} ({ending.clause})")
    elif contract.end:
        yield picture.Event(contract.end, kinds.TERM, f"Term ends {contract.end - DAY}")
    last = ending.end - DAY if ending else scene.days.end
    days = [day for day in renewals(contract, last) if day >= scene.days.start]
    for day in days if len(days) <= _MOST_RENEWALS else days[-1:]:
        assert contract.renewal is not None
        yield picture.Event(day, kinds.RENEWAL, f"{day}: {wording.renewal(replace(contract.renewal, notice=None))}")
        by = contract.duration.last_notice(day)
        if by and day > scene.known_on:
            yield picture.Event(by, kinds.NOTICE, f"Notice by {by}")
    for one in contract.amendments:
        if one.agreed <= scene.known_on:
            late = one.agreed > one.effective
            label = f"Amendment {one.number} from {one.effective}, agreed {one.agreed}" + (
                ", back-dated" if late else ""
            )
            kind = kinds.BACKDATED if late else kinds.AMENDMENT
            yield picture.Event(one.effective, kind, label, f"{label}: {one.title}" if one.title else label)
    yield picture.Event(scene.known_on, kinds.TODAY, f"Today {scene.known_on}")


def _totals(scene: Scene, span: Span) -> picture.Totals:
    """What is known to be billed in each calendar month, quarter or year; a plus where usage comes on top."""
    found = []
    for days, full in _calendar(_window(scene), span):
        rows = [row for row in scene.periods if row.period.bill_date in days]
        amounts = {(row.period.charge, row.period.bill_date): _amount(scene, row) for row in rows}
        nets = [amount for amount in amounts.values() if amount is not None]
        nets += [one.net for one in _beside(scene) if one.bill_date in days]
        more = "+" if any(amount is None for amount in amounts.values()) else ""
        if nets or more:
            net = total(nets, scene.contract.currency)
            said = "usage" if more and not net else _figure(net) + more
            note = f"{full}: {net}" + (" and what depends on usage" if more else "")
            found.append(picture.Total(days, said, note))
        else:
            found.append(picture.Total(days, ""))
    return picture.Totals(f"Billed per {span}, {scene.contract.currency}", tuple(found))


def _beside(scene: Scene) -> list[Entitlement]:
    charges = {charge.id for charge in scene.contract.charges}
    return [one for one in scene.foreseen.entitlements if one.component.charge not in charges]


def _calendar(window: Period, span: Span) -> Iterator[tuple[Period, Period]]:
    start = add_months(dt.date(window.start.year, 1, 1), (window.start.month - 1) // span.months * span.months)
    while start < window.end:
        full = Period(start, span.after(start))
        if shown := full & window:
            yield shown, full
        start = full.end


def _open(scene: Scene) -> bool:
    return any(_amount(scene, row) is None for row in scene.periods)


def _figure(money: Money) -> str:
    return f"{money.amount:,f}".replace(",", " ")

"""language: gathered terms → the domain's Contract, the second representation. Only for terms without errors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from typing import TypeVar

from invoicer.domain.buyer import Buyer
from invoicer.domain.carry import CarryOver
from invoicer.domain.contract import (
    Aggregation,
    Amendment,
    AmountOff,
    Charge,
    Contract,
    Discount,
    Meter,
    Metered,
    PercentOff,
    Premium,
    Quantity,
    Source,
    VolumeOff,
)
from invoicer.domain.events import EventPricing
from invoicer.domain.inputs import Declared
from invoicer.domain.payment import LeastInvoice, PaymentTerms
from invoicer.domain.period import Span, Unit
from invoicer.domain.timeline import Dated, Timeline, in_force
from invoicer.domain.trace import Clause, Rounding
from invoicer.domain.uncounted import Uncounted
from invoicer.errors import DefectError, Place
from invoicer.language import tree
from invoicer.language.checks.conditions import compared
from invoicer.language.committing import to_commitment
from invoicer.language.convert import (
    continued_charges,
    formerly,
    to_adjustment,
    to_billing,
    to_bound,
    to_condition,
    to_deposit,
    to_event_bounds,
    to_example,
    to_input,
    to_price,
    to_proration,
    to_quantity,
)
from invoicer.language.crediting import to_credit
from invoicer.language.gather import Agreement, ChargeTerms, Terms, measured_unit
from invoicer.language.inclusive import includes_tax
from invoicer.language.indexing import to_indexation, to_stops

LONGEST_WAIT = Span(12, Unit.MONTH)  # for small amounts, where the contract does not say

T = TypeVar("T")
U = TypeVar("U")
MakeClause = Callable[[Place, str], Clause]


def resolve(terms: Terms, clause: MakeClause, source: Callable[[str], Source]) -> Contract:
    """The contract that the terms state; ``source`` gives a file by its name."""
    document = terms.document
    parties = {party.role: party.id.text for party in tree.every(terms.lines, tree.Party)}
    rounding = tree.one(terms.lines, tree.Round)
    payment = _mapped(terms.payment, lambda pay: pay.terms)
    if not payment.entries or payment.entries[0].amendment:
        # 30 days where a contract fixes none (Directive 2011/7/EU on late payment, art. 3(3)(b))
        unstated = Dated(terms.start, terms.main.agreed, PaymentTerms(), clause(document.heading, ""))
        payment = Timeline((unstated, *payment.entries))
    files = dict.fromkeys([document.where.file, *(price_list.where.file for price_list in terms.price_lists)])
    return Contract(
        id=document.id.text,
        title=document.title or document.id.text,
        seller=parties["seller"],
        customer=parties["customer"],
        currency=terms.currency,
        agreed=terms.main.agreed,
        start=terms.start,
        end=terms.end,
        term=terms.duration.length,
        term_end=terms.duration.term_end,
        renewal=terms.duration.renewal,
        notice=terms.duration.notice,
        endings=tuple(ending for _, ending in terms.endings),
        payment=payment,
        rounding=rounding.rounding if rounding else Rounding.HALF_UP,
        charges=tuple(_charge(terms, charge, clause) for charge in terms.charges),
        meters=_meters(terms, clause),
        discounts=tuple(_discount(terms, agreement, block, clause) for agreement, block in terms.discounts),
        amendments=tuple(
            Amendment(a.number, a.effective, a.agreed, node.title, clause(node.where, a.reference))
            for a, node in terms.amendments
        ),
        clause=clause(document.where, ""),
        sources=tuple(map(source, files)),
        purchase_order=tree.worded(terms.lines, "purchase order"),
        takeovers=_takeovers(terms),
        reference=tree.worded(terms.lines, "reference"),
        least_invoice=_least(terms),
        indexations=tuple(
            to_indexation(agreement, block, terms.ends.get(block.id.text), clause)
            for agreement, block in terms.indexations
        ),
        commitments=tuple(to_commitment(terms, agreement, block, clause) for agreement, block in terms.commitments),
        examples=tuple(to_example(node, terms.currency, clause) for node in document.examples),
        credits=tuple(
            to_credit(agreement, block, terms.ends.get(block.id.text), clause) for agreement, block in terms.credits
        ),
        inputs=tuple(to_input(block, clause(block.where, "")) for block in terms.inputs.values()),
        formerly=formerly(terms.document.lines),
        continues=tuple(name.text for line in tree.every(terms.lines, tree.Continues) for name in line.contracts),
    )


def _takeovers(terms: Terms) -> Timeline[Buyer]:
    orders = {a.number: tree.worded(node.lines, "purchase order") for a, node in terms.amendments}
    return Timeline(
        tuple(
            Dated(
                entry.effective,
                entry.agreed,
                Buyer(entry.value.customer.text, orders.get(entry.amendment, ""), entry.value.next_period),
                entry.clause,
                entry.amendment,
            )
            for entry in terms.buyers.entries
        )
    )


def _least(terms: Terms) -> LeastInvoice | None:
    least = tree.one(terms.lines, tree.Least)
    return LeastInvoice(least.amount.value, least.wait.span if least.wait else LONGEST_WAIT) if least else None


# ------------------------------------------------------------------ charges


def _charge(terms: Terms, charge: ChargeTerms, clause: MakeClause) -> Charge:
    supply = tree.one(charge.lines, tree.Supply) or tree.one(terms.lines, tree.Supply)
    if supply is None:
        raise DefectError(f"charge {charge.id} passed the checks without a supply kind")
    prorate = tree.one(charge.lines, tree.Prorate) or tree.one(terms.lines, tree.Prorate)
    first, measured = charge.price.entries[0].clause, _measured(terms, charge)
    return Charge(
        id=charge.id,
        title=charge.block.title or (charge.base.title if charge.base else "") or charge.id,
        kind=supply.kind.text,
        clause=charge.service.entries[0].clause if charge.lines else first,
        price=_mapped(charge.price, lambda lines: to_price(lines, measured)),
        service=charge.service,
        billing=_mapped(charge.billing, to_billing),
        proration=to_proration(prorate),
        quantity=_some(_quantity(terms, charge)),
        included=_some(_mapped(charge.included, lambda node: Fraction(node.amount.value))),
        minimum=_some(_mapped(charge.minimum, to_bound)),
        maximum=_some(_mapped(charge.maximum, to_bound)),
        premium=_premium(charge),
        deposit=_some(_mapped(charge.deposit, to_deposit)),
        adjustment=to_adjustment(tree.one(charge.lines, tree.AdjustOn)),
        includes_tax=includes_tax(terms, charge),
        events=_events(charge),
        carry_over=_carry_over(charge, clause),
        formerly=formerly(charge.lines),
        continues=continued_charges(charge.lines),
    )


def _carry_over(charge: ChargeTerms, clause: MakeClause) -> CarryOver | None:
    line = tree.one(charge.lines, tree.CarryOver)
    if line is None:
        return None
    return CarryOver(line.lifetime.span if line.lifetime else None, clause(line.where, charge.source.reference))


def _events(charge: ChargeTerms) -> EventPricing | None:
    bounds = _mapped(charge.each_event, to_event_bounds)
    numbers = _mapped(charge.first_events, lambda node: Fraction(node.count.value))
    amounts = _mapped(charge.first_amount, lambda node: Fraction(node.amount.value))
    pricing = EventPricing(_some(bounds), _some(numbers), _some(amounts))
    return pricing if pricing != EventPricing() else None


def _measured(terms: Terms, charge: ChargeTerms) -> str | None:
    for name in charge.counters:
        block = terms.counter(name.text)
        return measured_unit(block) if block else None
    return None


def _quantity(terms: Terms, charge: ChargeTerms) -> Timeline[Quantity]:
    """What was agreed; where nothing is, a percentage names its meter or input by itself (1.40% of card-volume), as long as
    it is the price."""
    stated = _mapped(charge.quantity, to_quantity)
    shares = [_share_in(entry.value) for entry in charge.price.entries]
    if not any(shares):
        return stated
    entries: list[Dated[Quantity]] = [*stated.entries]
    for price, share in zip(charge.price.entries, shares, strict=True):
        known = stated.known_on(price.agreed)
        if in_force(known, price.effective) is None:
            counted = _named_by(terms, share)
            entries.append(Dated(price.effective, price.agreed, counted, price.clause, price.amendment))
            later = (entry for entry in known if entry.effective > price.effective)
            entries += [replace(entry, agreed=price.agreed, amendment=price.amendment) for entry in later]
    return Timeline(tuple(entries))


def _share_in(lines: Iterable[tree.Priced]) -> tree.Share | None:
    """The first percentage of a price; its others are of the same."""
    return next((line.price for line in lines if isinstance(line.price, tree.Share)), None)


def _named_by(terms: Terms, share: tree.Share | None) -> Quantity:
    if share is None:
        return Uncounted()
    return Declared(share.meter.text) if share.meter.text in terms.inputs else Metered(share.meter.text)


def _premium(charge: ChargeTerms) -> Premium | None:
    risk, insurance = tree.one(charge.lines, tree.Risk), tree.one(charge.lines, tree.InsuranceClass)
    if charge.block.kind is not tree.BlockKind.PREMIUM or risk is None or insurance is None:
        return None
    policy, insurer = tree.worded(charge.lines, "policy"), tree.worded(charge.lines, "insurer")
    return Premium(policy, insurer, insurance.name.text, risk.country.text)


# ------------------------------------------------------------------ meters, discounts


def _meters(terms: Terms, clause: MakeClause) -> tuple[Meter, ...]:
    """The meters that charges name, in the order of the charges."""
    wanted = dict.fromkeys(name.text for charge in terms.charges for name in charge.counters)
    money = {
        line.price.meter.text
        for charge in terms.charges
        for entry in charge.price.entries
        for line in entry.value
        if isinstance(line.price, tree.Share)
    }
    judged = (row for _, credit in terms.credits for row in tree.every(credit.lines, tree.CreditRow))
    wanted |= dict.fromkeys(part.subject.text for row in judged for part in compared(row.when))
    measured = (name for name in wanted if name in terms.meters)
    return tuple(_meter(terms.meters[name], terms.currency if name in money else "", clause) for name in measured)


def _meter(block: tree.Block, money: str, clause: MakeClause) -> Meter:
    """``money`` is the currency that a percentage makes it count, unless it states a unit; "" otherwise."""
    measure, only = tree.one(block.lines, tree.Measure), tree.one(block.lines, tree.When)
    if measure is None:
        raise DefectError(f"meter {block.id} passed the checks without a measure")
    unit = money if money and tree.one(block.lines, tree.MeterUnit) is None else measured_unit(block)
    return Meter(
        id=block.id.text,
        title=block.title or block.id.text,
        aggregation=measure.aggregation,
        field=measure.field.text if measure.field else "",
        unit=unit,
        clause=clause(block.where, ""),
        per_day=measure.per_day and measure.aggregation is not Aggregation.COUNT,
        only=to_condition(only.condition) if only else None,
    )


def _discount(terms: Terms, agreement: Agreement, block: tree.Block, clause: MakeClause) -> Discount:
    start_day, until = tree.dated(block.lines, "from"), tree.dated(block.lines, "until")
    length, when = tree.one(block.lines, tree.ForFirst), tree.one(block.lines, tree.When)
    start = start_day.value if start_day else agreement.effective
    end = until.value + dt.timedelta(days=1) if until else length.length.span.after(start) if length else None
    reference = tree.worded(block.lines, "clause") or agreement.reference
    off, charges = _off(block)
    return Discount(
        id=block.id.text,
        title=block.title or block.id.text,
        clause=clause(block.where, reference),
        off=off,
        charges=tuple(name.text for name in charges) or None,
        agreed=agreement.agreed,
        start=start,
        end=end,
        when=to_condition(when.condition) if when else None,
        stops=to_stops(terms.ends.get(block.id.text)),
    )


def _off(block: tree.Block) -> tuple[PercentOff | AmountOff | VolumeOff, tuple[tree.Name, ...]]:
    for line in block.lines:
        match line:
            case tree.PercentOff(percent=percent, charges=charges):
                return PercentOff(percent.value), charges
            case tree.AmountOff(amount=amount, charges=charges, per=per):
                return AmountOff(amount.value, per.span if per else None), charges
            case tree.VolumeOff(charges=charges, bands=bands):
                pairs = ((band.up_to.value if band.up_to else None, band.percent.value) for band in bands)
                return VolumeOff(tuple(pairs)), charges
    raise DefectError(f"discount {block.id} passed the checks and takes nothing off")


# ------------------------------------------------------------------ timelines


def _mapped(timeline: Timeline[T], convert: Callable[[T], U]) -> Timeline[U]:
    return Timeline(
        tuple(Dated(e.effective, e.agreed, convert(e.value), e.clause, e.amendment) for e in timeline.entries)
    )


def _some(timeline: Timeline[T]) -> Timeline[T] | None:
    return timeline if timeline.entries else None

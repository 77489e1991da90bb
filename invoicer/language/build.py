"""language: what the parser found → the syntax tree, typed and frozen.

Each method is named after a rule (or an alternative) of grammar.lark and takes the place and the parts of that rule.
"""

# ruff: noqa: ARG002 (each method is handed the place of its rule, whether it needs it or not)
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lark import Token, v_args
from lark.tree import Meta

from invoicer.domain.contract import Aggregation, Anchor, Proration, Refund, Timing
from invoicer.domain.payment import PaymentRule, PaymentTerms
from invoicer.domain.period import Span, Unit
from invoicer.domain.trace import Rounding
from invoicer.errors import Place
from invoicer.language import tree
from invoicer.language.build_parts import Parts
from invoicer.language.words import MONTHS

# How long before the debit a debtor is told, unless agreed otherwise: 14 calendar days (SEPA Direct Debit Core Scheme
# Rulebook, pre-notification). So a direct debit without a number of days is due 14 days after the invoice.
DIRECT_DEBIT_DAYS = 14

_CADENCES = {
    "weekly": Span(1, Unit.WEEK),
    "monthly": Span(1, Unit.MONTH),
    "quarterly": Span(1, Unit.QUARTER),
    "annually": Span(1, Unit.YEAR),
}


def _wording(kind: str) -> Callable[[Build, Meta, Token], tree.Wording]:
    return lambda self, meta, text: tree.Wording(self._place(meta), kind, self._name(text))


def _dating(kind: str) -> Callable[[Build, Meta, Token], tree.Dating]:
    return lambda self, meta, day: tree.Dating(self._place(meta), kind, self._day(day))


@v_args(inline=True, meta=True)
class Build(Parts):
    r"""Turns Lark's tree of one file into :class:`tree.Document`\ s; a number that can't stand where it stands (day 32,
    every 0 months) becomes a problem in ``problems``."""

    def start(self, meta: Meta, *documents: tree.Document) -> tuple[tree.Document, ...]:
        return documents

    # -------------------------------------------------------------- documents and amendments

    def contract(self, meta: Meta, heading: tuple[Place, tree.Name, str], *parts: tree.Node) -> tree.Document:
        return self._document(False, heading, parts)

    def price_list(self, meta: Meta, heading: tuple[Place, tree.Name, str], *parts: tree.Node) -> tree.Document:
        return self._document(True, heading, parts)

    def _document(
        self, is_list: bool, heading: tuple[Place, tree.Name, str], parts: tuple[tree.Node, ...]
    ) -> tree.Document:
        place, name, title = heading
        whole = tree.spanning(place, parts[-1].where) if parts else place
        lines = tuple(part for part in parts if not isinstance(part, tree.Block | tree.Amendment))
        blocks, amendments = tree.every(parts, tree.Block), tree.every(parts, tree.Amendment)
        return tree.Document(whole, is_list, name, title, lines, blocks, amendments, place)

    def contract_heading(self, meta: Meta, name: Token, title: Token | None) -> tuple[Place, tree.Name, str]:
        return self._place(meta), self._name(name), self._title(title)

    price_list_heading = contract_heading

    def amendment(self, meta: Meta, heading: tuple[Any, ...], *parts: tree.Node) -> tree.Amendment:
        place, number, effective, agreed, title = heading
        whole = tree.spanning(place, parts[-1].where) if parts else place
        lines = tuple(part for part in parts if not isinstance(part, tree.Block | tree.Change | tree.Stop))
        items = tuple(part for part in parts if isinstance(part, tree.Block | tree.Change | tree.Stop))
        return tree.Amendment(whole, number, effective, agreed, title, lines, items, place)

    def amendment_heading(
        self, meta: Meta, number: Token, effective: tree.Day | None, agreed: tree.Day | None, title: Token | None
    ) -> tuple[Any, ...]:
        return self._place(meta), self._whole(number), effective, agreed, self._title(title)

    def agreed_day(self, meta: Meta, day: Token) -> tree.Day:
        return self._day(day)

    def supersedes(self, meta: Meta, *numbers: Token) -> tree.Supersedes:
        return tree.Supersedes(self._place(meta), tuple(map(self._whole, numbers)))

    # -------------------------------------------------------------- lines of contracts and price lists

    def uses(self, meta: Meta, name: Token, version: Token | None) -> tree.Uses:
        return tree.Uses(self._place(meta), self._name(name), self._whole(version) if version else None)

    def seller(self, meta: Meta, name: Token) -> tree.Party:
        return tree.Party(self._place(meta), "seller", self._name(name))

    def customer(self, meta: Meta, name: Token) -> tree.Party:
        return tree.Party(self._place(meta), "customer", self._name(name))

    purchase_order = _wording("purchase order")
    reference = _wording("reference")
    clause = _wording("clause")
    policy = _wording("policy")
    insurer = _wording("insurer")

    def version(self, meta: Meta, number: Token) -> tree.Version:
        return tree.Version(self._place(meta), self._whole(number))

    def currency(self, meta: Meta, code: Token) -> tree.Currency:
        return tree.Currency(self._place(meta), str(code))

    def agreed(self, meta: Meta, day: Token) -> tree.Agreed:
        return tree.Agreed(self._place(meta), self._day(day))

    def term_of_length(self, meta: Meta, length: tree.Length, start: Token) -> tree.Term:
        return tree.Term(self._place(meta), self._day(start), length, None)

    def term_to(self, meta: Meta, start: Token, last: Token) -> tree.Term:
        return tree.Term(self._place(meta), self._day(start), None, self._day(last))

    def term_open(self, meta: Meta, start: Token) -> tree.Term:
        return tree.Term(self._place(meta), self._day(start), None, None)

    def renews(self, meta: Meta, by: tree.Length, notice: tree.Length | None) -> tree.Renews:
        return tree.Renews(self._place(meta), by, notice)

    def renews_never(self, meta: Meta) -> tree.Renews:
        return tree.Renews(self._place(meta), None, None)

    def bill(self, meta: Meta, every: Span, timing: Timing, anchor: Anchor | None) -> tree.Bill:
        return tree.Bill(self._place(meta), every, timing, anchor)

    def cadence(self, meta: Meta, word: Token, number: Token | None = None, unit: Unit | None = None) -> Span:
        if number is None or unit is None:
            return _CADENCES[word]
        return Span(self._count(number, 1, 120), unit)

    def timing(self, meta: Meta, word: Token) -> Timing:
        return Timing(str(word))

    def anchor_day(self, meta: Meta, day: Token, month: int | None) -> Anchor:
        return Anchor(self._count(day, 1, 31), month)

    def anchor_last_day(self, meta: Meta) -> Anchor:
        return Anchor(31)

    def anchor_anniversary(self, meta: Meta) -> Anchor:
        return Anchor()

    def month(self, meta: Meta, word: Token) -> int:
        return MONTHS.index(str(word)) + 1

    def prorate(self, meta: Meta, *policies: Proration | tuple[str, Proration]) -> tree.Prorate:
        first = policies[0]
        if isinstance(first, Proration):
            return tree.Prorate(self._place(meta), tuple((moment, first) for moment in ("start", "change", "stop")))
        return tree.Prorate(self._place(meta), tuple(part for part in policies if isinstance(part, tuple)))

    def prorate_policy(self, meta: Meta, word: Token) -> Proration:
        return Proration(str(word))

    def prorate_moment(self, meta: Meta, moment: str, policy: Proration) -> tuple[str, Proration]:
        return moment, policy

    def moment(self, meta: Meta, word: Token) -> str:
        return str(word)

    def pay_days(self, meta: Meta, days: Token) -> tree.Pay:
        return self._pay(meta, PaymentRule.DAYS, self._count(days, 0, 365))

    def pay_end_of_month(self, meta: Meta, days: Token) -> tree.Pay:
        return self._pay(meta, PaymentRule.END_OF_MONTH, self._count(days, 0, 365))

    def pay_business_days(self, meta: Meta, days: Token, calendar: Token) -> tree.Pay:
        terms = PaymentTerms(PaymentRule.BUSINESS_DAYS, self._count(days, 0, 250), str(calendar))
        return tree.Pay(self._place(meta), terms, self._name(calendar))

    def pay_on_receipt(self, meta: Meta) -> tree.Pay:
        return self._pay(meta, PaymentRule.ON_RECEIPT, 0)

    def pay_next_month(self, meta: Meta, day: Token) -> tree.Pay:
        return self._pay(meta, PaymentRule.DAY_OF_NEXT_MONTH, self._count(day, 1, 31))

    def pay_direct_debit(self, meta: Meta, days: Token | None) -> tree.Pay:
        number = DIRECT_DEBIT_DAYS if days is None else self._count(days, 0, 365)
        return tree.Pay(self._place(meta), PaymentTerms(PaymentRule.DAYS, number, direct_debit=True), None)

    def _pay(self, meta: Meta, rule: PaymentRule, number: int) -> tree.Pay:
        return tree.Pay(self._place(meta), PaymentTerms(rule, number), None)

    def round(self, meta: Meta, _word: Token, rule: Token) -> tree.Round:
        return tree.Round(self._place(meta), Rounding(str(rule)))

    def supply(self, meta: Meta, kind: Token) -> tree.Supply:
        return tree.Supply(self._place(meta), self._name(kind))

    # -------------------------------------------------------------- blocks

    def charge_heading(
        self, meta: Meta, name: Token, title: Token | None, base: tree.Name | None = None
    ) -> tuple[Place, tree.Name, str, tree.Name | None]:
        return self._place(meta), self._name(name), self._title(title), base

    premium_heading = meter_heading = discount_heading = charge_heading

    def as_in(self, meta: Meta, name: Token) -> tree.Name:
        return self._name(name)

    def charge(self, meta: Meta, heading: tuple[Any, ...], *lines: tree.Node) -> tree.Block:
        return self._block(tree.BlockKind.CHARGE, heading, lines)

    def premium(self, meta: Meta, heading: tuple[Any, ...], *lines: tree.Node) -> tree.Block:
        return self._block(tree.BlockKind.PREMIUM, heading, lines)

    def meter(self, meta: Meta, heading: tuple[Any, ...], *lines: tree.Node) -> tree.Block:
        return self._block(tree.BlockKind.METER, heading, lines)

    def discount(self, meta: Meta, heading: tuple[Any, ...], *lines: tree.Node) -> tree.Block:
        return self._block(tree.BlockKind.DISCOUNT, heading, lines)

    def _block(self, kind: tree.BlockKind, heading: tuple[Any, ...], lines: tuple[tree.Node, ...]) -> tree.Block:
        place, name, title, base = heading
        whole = tree.spanning(place, lines[-1].where) if lines else place
        return tree.Block(whole, kind, name, title, base, lines)

    # -------------------------------------------------------------- lines of charges

    def quantity(self, meta: Meta, amount: Token, unit: Token) -> tree.Quantity:
        return tree.Quantity(self._place(meta), self._number(amount), self._name(unit))

    def usage(self, meta: Meta, meter: Token) -> tree.Usage:
        return tree.Usage(self._place(meta), self._name(meter))

    def included_units(self, meta: Meta, amount: Token, unit: Token | None) -> tree.Included:
        return tree.Included(self._place(meta), self._number(amount), self._name(unit) if unit else None)

    def included(self, meta: Meta, units: tree.Included) -> tree.Included:
        return tree.Included(self._place(meta), units.amount, units.unit)

    def bound(self, meta: Meta, word: str, bounded: tuple[Any, ...]) -> tree.Bounded:
        return tree.Bounded(self._place(meta), word, *bounded)

    def bound_word(self, meta: Meta, word: Token) -> str:
        return str(word)

    def bounded(
        self, meta: Meta, amount: tree.Amount, per: tree.Length | None, prorated: object | None
    ) -> tuple[tree.Amount, tree.Length | None, bool]:
        return amount, per, prorated is not None

    def prorated(self, meta: Meta, word: Token) -> Token:
        return word

    starts = _dating("starts")
    ends = _dating("ends")
    on = _dating("on")
    until = _dating("until")
    since = _dating("from")

    def refund_unused(self, meta: Meta) -> tree.Refunding:
        return tree.Refunding(self._place(meta), Refund.UNUSED)

    def no_refund(self, meta: Meta) -> tree.Refunding:
        return tree.Refunding(self._place(meta), Refund.NONE)

    def risk(self, meta: Meta, country: Token) -> tree.Risk:
        return tree.Risk(self._place(meta), self._name(country))

    def insurance_class(self, meta: Meta, name: Token) -> tree.InsuranceClass:
        return tree.InsuranceClass(self._place(meta), self._name(name))

    # -------------------------------------------------------------- meters

    def measure(self, meta: Meta, aggregation: Aggregation, field: Token, per_day: object | None) -> tree.Measure:
        return tree.Measure(self._place(meta), aggregation, self._name(field), per_day is not None)

    def count(self, meta: Meta, per_day: object | None) -> tree.Measure:
        return tree.Measure(self._place(meta), Aggregation.COUNT, None, per_day is not None)

    def aggregation(self, meta: Meta, word: Token) -> Aggregation:
        return Aggregation(str(word))

    def per_day(self, meta: Meta, _per: Token, day: Token) -> Token:
        return day

    def meter_unit(self, meta: Meta, unit: Token) -> tree.MeterUnit:
        return tree.MeterUnit(self._place(meta), self._name(unit))

    def only(self, meta: Meta, condition: tree.Condition) -> tree.When:
        return tree.When(self._place(meta), condition)

    # -------------------------------------------------------------- discounts

    def percent_off(self, meta: Meta, percent: Token, charges: tuple[tree.Name, ...]) -> tree.PercentOff:
        return tree.PercentOff(self._place(meta), self._number(percent), charges)

    def amount_off(
        self, meta: Meta, amount: tree.Amount, charges: tuple[tree.Name, ...], per: tree.Length | Token
    ) -> tree.AmountOff:
        return tree.AmountOff(self._place(meta), amount, charges, per if isinstance(per, tree.Length) else None)

    def once_word(self, meta: Meta, word: Token) -> Token:
        return word

    def everything(self, meta: Meta) -> tuple[tree.Name, ...]:
        return ()

    def charges(self, meta: Meta, *names: Token) -> tuple[tree.Name, ...]:
        return tuple(map(self._name, names))

    def for_first(self, meta: Meta, length: tree.Length) -> tree.ForFirst:
        return tree.ForFirst(self._place(meta), length)

    def when_line(self, meta: Meta, condition: tree.Condition) -> tree.When:
        return tree.When(self._place(meta), condition)

    def volume_off(self, meta: Meta, charges: tuple[tree.Name, ...], *bands: tree.VolumeBand) -> tree.VolumeOff:
        return tree.VolumeOff(self._trimmed(meta, bands or charges), charges, bands)

    def volume_band(self, meta: Meta, *parts: Any) -> tree.VolumeBand:
        *bound, percent = parts
        return tree.VolumeBand(self._place(meta), bound[0] if bound else None, self._number(percent))

    # -------------------------------------------------------------- changes

    def change_price(self, meta: Meta, name: Token, price: tree.PriceNode, guard: Any) -> tree.Change:
        when, otherwise = guard or (None, False)
        priced = tree.Priced(price.where, None, price, when, otherwise)
        return tree.Change(self._trimmed(meta, (when or price,)), self._name(name), priced)

    def change_tiers(self, meta: Meta, name: Token, tiers: tuple[tree.Tiers, Any]) -> tree.Change:
        table, guard = tiers
        priced = tree.Priced(table.where, None, table, *(guard or (None, False)))
        return tree.Change(self._trimmed(meta, (table,)), self._name(name), priced)

    def change_quantity(self, meta: Meta, name: Token, to: tree.Quantity) -> tree.Change:
        return self._change(meta, name, to)

    def change_included(self, meta: Meta, name: Token, to: tree.Included) -> tree.Change:
        return self._change(meta, name, to)

    def change_bound(self, meta: Meta, name: Token, word: str, bounded: tuple[Any, ...]) -> tree.Change:
        bound = tree.Bounded(self._place(meta), word, *bounded)
        return tree.Change(self._trimmed(meta, (bound.per or bound.amount,)), self._name(name), bound)

    def change_billing(self, meta: Meta, name: Token, to: tree.Bill) -> tree.Change:
        return self._change(meta, name, to)

    def change_contract_billing(self, meta: Meta, to: tree.Bill) -> tree.Change:
        return self._change(meta, None, to)

    def change_payment(self, meta: Meta, to: tree.Pay) -> tree.Change:
        return self._change(meta, None, to)

    def _change(
        self, meta: Meta, name: Token | None, to: tree.Quantity | tree.Included | tree.Bill | tree.Pay
    ) -> tree.Change:
        return tree.Change(self._trimmed(meta, (to,)), self._name(name) if name else None, to)

    def stop(self, meta: Meta, name: Token, *refunds: tree.Refunding) -> tree.Stop:
        charge = self._name(name)
        where = self._trimmed(meta, refunds or (charge,))
        return tree.Stop(where, charge, refunds[-1].refund if refunds else None)

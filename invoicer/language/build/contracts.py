"""language: the lines of contracts and price lists → the syntax tree."""

# ruff: noqa: ARG002 (each method is handed the place of its rule, whether it needs it or not)
from __future__ import annotations

from lark import Token, v_args
from lark.tree import Meta

from invoicer.domain.contract import Anchor, Proration, Timing
from invoicer.domain.payment import PaymentRule, PaymentTerms
from invoicer.domain.period import Span, Unit
from invoicer.domain.trace import Rounding
from invoicer.language import tree
from invoicer.language.build.parts import Parts, wording
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


@v_args(inline=True, meta=True)
class ContractLines(Parts):
    """Parties, terms, billing, proration, payment."""

    def uses(self, meta: Meta, name: Token, version: Token | None, upgrades: bool | None) -> tree.Uses:
        number = self._whole(version) if version else None
        return tree.Uses(self._place(meta), self._name(name), number, bool(upgrades))

    def upgrades(self, meta: Meta, *_words: Token) -> bool:
        return True

    def uses_from_now(self, meta: Meta, name: Token, version: Token) -> tree.Uses:
        return tree.Uses(self._place(meta), self._name(name), self._whole(version))

    def seller(self, meta: Meta, name: Token) -> tree.Party:
        return tree.Party(self._place(meta), "seller", self._name(name))

    def customer(self, meta: Meta, name: Token) -> tree.Party:
        return tree.Party(self._place(meta), "customer", self._name(name))

    purchase_order = wording("purchase order")
    reference = wording("reference")

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

    def least(self, meta: Meta, amount: tree.Amount, wait: tree.Length | None) -> tree.Least:
        return tree.Least(self._place(meta), amount, wait)

    def prices(self, meta: Meta) -> tree.Prices:
        return tree.Prices(self._place(meta))

    def renamed(self, meta: Meta, *names: Token) -> tree.Renamed:
        return tree.Renamed(self._place(meta), tuple(map(self._name, names)))

    def continues(self, meta: Meta, *names: Token) -> tree.Continues:
        return tree.Continues(self._place(meta), tuple(map(self._name, names)))

    def continues_charge(self, meta: Meta, *charges: tuple[tree.Name, tree.Name]) -> tree.ContinuesCharge:
        return tree.ContinuesCharge(self._place(meta), charges)

    def charge_of(self, meta: Meta, charge: Token, contract: Token) -> tuple[tree.Name, tree.Name]:
        return self._name(charge), self._name(contract)

    def acknowledge(self, meta: Meta, code: Token, reason: Token) -> tree.Acknowledge:
        return tree.Acknowledge(self._place(meta), self._name(code), self._title(reason))

    def supply(self, meta: Meta, kind: Token) -> tree.Supply:
        return tree.Supply(self._place(meta), self._name(kind))

"""render: what stands on a page, as words of the document's language. Templates only place it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from invoicer.domain.document import Document, Kind, TaxRow
from invoicer.domain.party import Customer
from invoicer.domain.supply import Category
from invoicer.render import epc
from invoicer.render.lines import LineBlock, Lines
from invoicer.render.speech import Speech
from invoicer.render.words import CATEGORIES, NUMBERS, TITLES

_LONGEST_NUMBER = 12  # characters that the columns of the table of lines hold
_LONGEST_TOTAL = 16
_LONGEST_RUNNING = 44
_MOST_ORIGINALS = 3


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what it names."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Party:
    """A name with the lines below it: contact, postal address, ids."""

    name: str
    address: tuple[str, ...]
    ids: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Tax:
    """A row of the tax breakdown; ``remark`` names the country and the law where they matter."""

    label: str
    remark: str
    base: str
    tax: str


@dataclass(frozen=True, slots=True)
class Payment:
    """How the document is settled: a sentence, what a transfer needs, the address of the QR code ("" for none)."""

    sentence: str
    facts: tuple[Fact, ...]
    code: str


class Paper:
    """A document in the words of its language; every part is ready to print."""

    def __init__(self, document: Document, speech: Speech) -> None:
        self.document = document
        self.speech = speech

    @property
    def title(self) -> str:
        return self.speech.gettext(TITLES[self.document.kind])

    @property
    def service_period(self) -> str:
        """The days of service, where all lines but one-offs share them."""
        periods = {line.days for line in self.document.lines if not line.one_off}
        return self.speech.days(periods.pop()) if len(periods) == 1 else ""

    @property
    def seller(self) -> Party:
        document, _ = self.document, self.speech.gettext
        seller = document.seller
        registration = seller.registration(document.registration)
        ids = (
            Fact(_("Company number"), seller.company_number),
            Fact(_("VAT number"), registration.vat_id if registration else ""),
        )
        contact = tuple(filter(None, (seller.email, seller.phone, seller.website)))
        return Party(seller.name, (*self.speech.address(seller.address), *contact), _filled(ids))

    @property
    def customer(self) -> Party:
        customer: Customer = self.document.customer
        _ = self.speech.gettext
        ids = (Fact(_("Company number"), customer.company_number), Fact(_("VAT number"), customer.vat_id))
        address = self.speech.address(customer.address)
        return Party(customer.name, (*filter(None, (customer.contact,)), *address), _filled(ids))

    @property
    def references(self) -> tuple[Fact, ...]:
        """Number, dates, and what the customer files the document by."""
        document, say = self.document, self.speech
        _ = say.gettext
        contracts = ", ".join(dict.fromkeys(line.contract for line in document.lines))
        return _filled(
            (
                Fact(_(NUMBERS[document.kind]), document.number),
                Fact(_("Issue date"), say.day(document.issue_date)),
                Fact(_("Tax point"), say.day(document.tax_point) if document.tax_point != document.issue_date else ""),
                Fact(_("Due date"), say.day(document.due_date) if self._asks_for_money else ""),
                Fact(_("Service period"), self.service_period),
                Fact(_("Purchase order"), document.purchase_order),
                Fact(_("Contract"), contracts),
                Fact(_("Your reference"), document.customer.reference),
                Fact(_("Reference"), document.reference if document.reference != document.customer.reference else ""),
                Fact(_("Corrects"), self._originals),
            )
        )

    @cached_property
    def lines(self) -> tuple[LineBlock, ...]:
        return tuple(Lines(self.document, self.speech).blocks())

    @property
    def width(self) -> str:
        """``wide`` where numbers are too long for the usual columns: fixed tables do not grow by themselves."""
        rows = [row for line in self.lines for row in (line.row, *line.details)]
        longest = max(len(text) for row in rows for text in (row.quantity, row.price, row.net))
        return "wide" if longest > _LONGEST_NUMBER or len(self.total.value) > _LONGEST_TOTAL else ""

    @property
    def amounts(self) -> str:
        """What the amounts of the lines are: with VAT where the prices of the contract include it, and where there is any
        (under reverse charge the agreed prices have none)."""
        with_vat = any(line.gross not in (None, line.net) for line in self.document.lines)
        return self.speech.gettext("With VAT") if with_vat else self.speech.gettext("Net")

    @property
    def taxes(self) -> tuple[Tax, ...]:
        return tuple(self._tax(row) for row in self.document.breakdown)

    @property
    def totals(self) -> tuple[Fact, ...]:
        """Net and VAT; the total itself is :attr:`total`."""
        document, say = self.document, self.speech
        return (
            Fact(say.gettext("Total without VAT"), say.money(document.net)),
            Fact(say.gettext("VAT"), say.money(document.tax)),
        )

    @property
    def total(self) -> Fact:
        document, _ = self.document, self.speech.gettext
        if document.kind is Kind.CREDIT_NOTE:
            label = _("Total credited")
        else:
            label = _("Total due") if self._asks_for_money else _("Total")
        return Fact(label, self.speech.money(document.gross))

    @property
    def accounting(self) -> Fact | None:
        """VAT in the seller's accounting currency with the rate it was converted at (art. 230 of Directive
        2006/112/EC)."""
        if self.document.accounting is None:
            return None
        say, rate = self.speech, self.document.accounting.rate
        tax = self.document.accounting.tax
        remark = say.gettext("{vat} at the exchange rate 1 {base} = {rate} {currency} ({source}, {day})").format(
            vat=say.money(tax),
            base=rate.base,
            rate=say.rate(rate.rate),
            currency=rate.currency,
            source=rate.source,
            day=say.day(rate.day),
        )
        return Fact(say.gettext("VAT in {currency}").format(currency=tax.currency), remark)

    @property
    def payment(self) -> Payment:
        document, say = self.document, self.speech
        _ = say.gettext
        if document.kind is Kind.CREDIT_NOTE:
            return Payment(_("You have nothing to pay: the total is credited to you."), (), "")
        if not self._asks_for_money:
            return Payment(_("You have nothing to pay."), (), "")
        day = say.day(document.due_date)
        reference = Fact(_("Payment reference"), document.payment_reference)
        if document.payment.direct_debit:
            sentence = _("We collect the total by direct debit on {day}.").format(day=day)
            return Payment(
                sentence, _filled((Fact(_("From account"), _grouped(document.customer.iban)), reference)), ""
            )
        sentence = _("Please pay the total by {day} and quote the payment reference.").format(day=day)
        account = document.account
        if account is None:
            return Payment(sentence, _filled((reference,)), "")
        facts = (
            Fact(_("Payee"), document.seller.name),
            Fact("IBAN", _grouped(account.iban)),
            Fact("BIC", account.bic),
            Fact(_("Bank"), account.bank),
            Fact(_("Amount"), say.money(document.gross)),
            reference,
        )
        code = epc.payload(document.seller.name, account, document.gross, document.payment_reference)
        return Payment(sentence, _filled(facts), epc.picture(code) if code else "")

    @property
    def page_numbers(self) -> Markup:
        """``Page 1 of 3`` with elements that the style sheet fills in."""
        text = Markup.escape(self.speech.gettext("Page {page} of {pages}"))
        return text.format(page=Markup('<span class="page"></span>'), pages=Markup('<span class="pages"></span>'))

    def short(self, text: str) -> str:
        """A text that fits into the line that every page repeats."""
        return text if len(text) <= _LONGEST_RUNNING else text[: _LONGEST_RUNNING - 1].rstrip() + "…"

    @property
    def _asks_for_money(self) -> bool:
        return self.document.kind is Kind.INVOICE and self.document.gross.amount > 0

    @property
    def _originals(self) -> str:
        """The documents that this one corrects, each with its date."""
        say = self.speech
        pairs = dict.fromkeys((ln.corrects.number, ln.corrects.issue_date) for ln in self.document.lines if ln.corrects)
        # The date stays in one piece: the number may end a line, a month may not.
        whole = {day: say.day(day).replace(" ", "\u00a0") for _, day in pairs}
        named = [say.gettext("{number} of {day}").format(number=number, day=whole[day]) for number, day in pairs]
        shown, more = named[:_MOST_ORIGINALS], len(named) - _MOST_ORIGINALS
        if more > 0:  # each line names its own
            shown.append(say.ngettext("{count} more", "{count} more", more).format(count=more))
        return ", ".join(shown)

    def _tax(self, row: TaxRow) -> Tax:
        say, treatment = self.speech, row.treatment
        _ = say.gettext
        if treatment.category is Category.STANDARD:
            label = _("VAT {percent}").format(percent=say.percent(treatment.percent))
        elif not treatment.taxable_turnover:
            label = _("Tax on the premium, outside the VAT base")
        else:
            label = _(CATEGORIES[treatment.category])
        abroad = treatment.jurisdiction != self.document.seller.address.country
        remark = say.country(treatment.jurisdiction) if abroad and treatment.percent else ""
        return Tax(label, remark, say.amount(row.base), say.amount(row.tax))


def _filled(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    return tuple(fact for fact in facts if fact.value)


def _grouped(iban: str) -> str:
    """An IBAN in groups of four, as it is printed (ISO 13616)."""
    text = iban.replace(" ", "")
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))

"""render: the lines of a document in words: what each is for, what it corrects, how its amount came about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from invoicer.domain.document import Document, Line, LineReference
from invoicer.domain.entitlement import Detail, Part
from invoicer.render.speech import Speech
from invoicer.render.words import (
    DETAILS,
    INSURANCE_CLASSES,
    LEVIED_ON,
    PARTS,
    PARTS_OF,
    REASONS,
    SHORT_CATEGORIES,
    SUMS,
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table of lines. A row without ``net`` explains the line above it."""

    title: str
    quantity: str = ""
    unit: str = ""
    price: str = ""
    net: str = ""


@dataclass(frozen=True, slots=True)
class LineBlock:
    """A line: its own row, remarks (what it belongs to and its days, the insurance, what it corrects), and rows that
    explain its amount. ``contract`` is set where the lines of another contract begin."""

    number: int
    row: Row
    vat: str
    remarks: tuple[str, ...]
    details: tuple[Row, ...]
    contract: str


class Lines:
    """The lines of a document in the words of its language."""

    def __init__(self, document: Document, speech: Speech) -> None:
        self.document = document
        self.speech = speech
        own = (line for line in document.lines if line.component.part is Part.CHARGE)
        self._charges = {(line.contract, line.component.charge) for line in own}

    def blocks(self) -> Iterator[LineBlock]:
        """Each line, in the order of the document."""
        several = len({line.contract for line in self.document.lines}) > 1
        for contract, lines in groupby(self.document.lines, key=lambda line: line.contract):
            heading = contract if several else ""
            for line in lines:
                yield self._block(line, heading)
                heading = ""

    def _block(self, line: Line, contract: str) -> LineBlock:
        correction = self._correction(line.corrects) if line.corrects is not None else ""
        if line.carries is not None:
            correction = self._carried(*line.carries)
        remarks = tuple(filter(None, (self._remark(line), self._insurance(line), correction)))
        details = tuple(self._detail(detail, line) for detail in line.details)
        return LineBlock(line.number, self._row(line), self._vat(line), remarks, details, contract)

    def _row(self, line: Line) -> Row:
        """The line's own row. Quantity and price stay out where they would only repeat the net amount: the rows below say
        what is multiplied, or it is a discount, a minimum, a levy, or what an amount was wrong by."""
        say = self.speech
        net = say.amount(line.agreed)
        amount_only = not line.unit and (line.component.part is not Part.CHARGE or line.corrects)
        if (line.details or amount_only) and abs(line.quantity) == 1:
            return Row(line.title, net=net)
        price = self._price(line.unit_price, line.price_base)
        return Row(line.title, say.number(line.quantity), say.unit(line.unit, line.quantity), price, net)

    def _price(self, price: Decimal, base: Decimal) -> str:
        say = self.speech
        shown = say.price(price, self.document.currency)
        if base == 1:
            return shown
        return say.gettext("{price} per {quantity}").format(price=shown, quantity=say.number(base))

    def _remark(self, line: Line) -> str:
        say = self.speech
        parts = [self._belonging(line), say.days(line.days)]
        if line.proration is not None:
            served, full = line.proration
            parts.append(
                say.ngettext("{days} of {full} day", "{days} of {full} days", full).format(days=served, full=full)
            )
        return " · ".join(filter(None, parts))

    def _belonging(self, line: Line) -> str:
        """What a line is beside its charge, and of which charge, where its title does not say so."""
        _ = self.speech.gettext
        part = line.component.part
        if part is Part.CHARGE:
            return ""
        if part is Part.LEVY:  # its name says of which part of the charge: ``ipt-fi/discount/launch``
            of = line.component.name.split("/")[1:2]
            return _(LEVIED_ON[Part(of[0]) if of else Part.CHARGE]).format(charge=line.charge) if line.charge else ""
        if line.charge in ("", line.title):
            return _(PARTS[part])
        return _(PARTS_OF[part]).format(charge=line.charge)

    def _insurance(self, line: Line) -> str:
        """Policy, insurer, class of insurance and risk, once for each premium of the document."""
        say, premium, component = self.speech, line.premium, line.component
        said = component.part is not Part.CHARGE and (line.contract, component.charge) in self._charges
        if premium is None or said:
            return ""
        _ = say.gettext
        known = INSURANCE_CLASSES.get(premium.insurance_class)
        parts = (
            _("policy {number}").format(number=premium.policy),
            _("insurer {name}").format(name=premium.insurer) if premium.insurer else "",
            _(known) if known else premium.insurance_class,
            _("country of risk {country}").format(country=say.country(premium.risk)) if premium.risk else "",
        )
        text = " · ".join(filter(None, parts))
        return text[:1].upper() + text[1:]

    def _correction(self, reference: LineReference) -> str:
        say = self.speech
        _ = say.gettext
        words = _("Corrects {number} of {day}, line {line}: billed {billed}, due {due}")
        if reference.is_later:  # a later event: what was billed was right
            words = _("Reduces {number} of {day}, line {line}")
        parts = [
            words.format(
                number=reference.number,
                day=say.day(reference.issue_date),
                line=reference.line,
                billed=say.amount(reference.billed),
                due=say.amount(reference.due),
            )
        ]
        if reference.reason in REASONS:
            parts.append(_(REASONS[reference.reason]))
        if reference.clause is not None and reference.clause.reference:
            parts.append(_("clause {number}").format(number=reference.clause.reference))
        return " · ".join(parts)

    def _carried(self, number: str, line: int) -> str:
        return self.speech.gettext("As before on {number}, line {line}: this much is let go").format(
            number=number, line=line
        )

    def _detail(self, detail: Detail, line: Line) -> Row:
        say, currency = self.speech, self.document.currency
        label = say.gettext(DETAILS[detail.label]) if detail.label in DETAILS else ""
        if detail.label == "judged-by":
            return Row(label, say.number(detail.quantity), say.unit(detail.unit, detail.quantity))
        if detail.label in SUMS:
            return Row(label, net=say.share(detail.amount, currency))
        prices = [other for other in line.details if other.label not in DETAILS]
        if line.proration is not None and detail in prices[:1]:
            label = say.gettext("Price of a full period")  # of which the line charges the days in its remark
        price = self._price(detail.unit_price, detail.price_base) if detail.unit_price else say.gettext("free")
        unit = say.unit(detail.unit, detail.quantity)
        return Row(label, say.number(detail.quantity), unit, price, say.share(detail.amount, currency))

    def _vat(self, line: Line) -> str:
        treatment = line.treatment
        if treatment.category in SHORT_CATEGORIES:
            return self.speech.gettext(SHORT_CATEGORIES[treatment.category])
        return self.speech.percent(treatment.percent)

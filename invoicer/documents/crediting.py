"""documents: how much is credited of which line, when a person asks for it.

What is left of a line is what it carried, less everything that was given back of it: no credit is ever larger. A part of a
quantity is an exact share of the amount, rounded on the running total: in however many parts a line is credited, the parts
come to the amount. Levies go with the amount they were taken on, in the same way; so do the discounts of a charge that is
credited whole or by quantity. An amount that is named is that amount of that line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from invoicer.documents.positions import waiting
from invoicer.domain.correction import CreditLine, Share
from invoicer.domain.document import Document, Kind, Line
from invoicer.domain.entitlement import BilledLine, Component, Part
from invoicer.domain.money import Money, minor_digits, total
from invoicer.domain.trace import Rounding, round_fraction
from invoicer.errors import Place, Problem, RunError

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks to have credited: a line, and of it a ``quantity`` or an ``amount`` (as the contract owes it: with
    VAT where its prices include it); neither of them for all that is left."""

    line: int
    quantity: Fraction | None = None
    amount: Fraction | None = None


def credit_lines(
    document: Document,
    billed: Sequence[BilledLine],
    asked: Sequence[Asked] = (),
    shared: Mapping[int, tuple[Fraction, Money]] | None = None,
) -> tuple[CreditLine, ...]:
    """What to credit of a document: of each line asked for, and of what goes with it; all that is left where none is.

    ``billed`` is what documents, and requests that wait, carry of its contracts; ``shared`` is how much of each line was
    credited by quantity before, and the amount of that.

    Raises RunError: D010 nothing is left, D011 more is asked for than is left, D012 this can't
    be credited by quantity, D013 the line can't be credited by itself, D014 the document is a credit note or corrects
    another one, D015 the amount is none of the currency; L205 there is no such line.
    """
    if document.kind is Kind.CREDIT_NOTE:
        cause = "this is a credit note: what it gives back can't be given back again"
        raise _refused("D014", document, cause, "correct the terms or the usage; the next plan bills what is then due")
    left = {line.number: left_of((document.number, line.number), billed) for line in document.lines}
    if asked:
        spent = {number: _spent(document, billed, number) for number, amount in left.items() if not amount}
        lines = _chosen(document, left, asked, shared or {}, spent)
    else:
        _refuse_reductions(document)
        lines = {number: CreditLine(number, amount) for number, amount in left.items() if amount}
    credited = total((one.amount for one in lines.values()), document.currency)
    if credited.amount <= 0:
        raise _refused("D010", document, "nothing is left of it that could be credited", _spent(document, billed))
    _refuse_overdrawn(document, left, lines)
    return tuple(lines[number] for number in sorted(lines))


def left_of(key: Key, billed: Iterable[BilledLine]) -> Money:
    """What is left of a billed line after everything that took from it; of any component where that took more (a discount
    that was agreed later). Has the sign of the line."""
    listed = list(billed)
    line = next(one for one in listed if (one.document, one.line) == key)
    against = [one for one in listed if one.corrects == key and one.net.amount * line.net.amount < 0]
    left = line.net + total((one.net for one in against), line.net.currency)
    return left if left.amount * line.net.amount > 0 else Money.zero(line.net.currency)


def carried_before(key: Key, billed: Iterable[BilledLine]) -> Money:
    """What a billed line still carries of its own component, concessions taken off: what a credit of it starts from."""
    listed = list(billed)
    line = next(one for one in listed if (one.document, one.line) == key)
    against = [
        one
        for one in listed
        if one.corrects == key and one.component == line.component and one.net.amount * line.net.amount < 0
    ]
    return line.net + total((one.net for one in against), line.net.currency)


def _chosen(
    document: Document,
    left: Mapping[int, Money],
    asked: Sequence[Asked],
    shared: Mapping[int, tuple[Fraction, Money]],
    spent: Mapping[int, str],
) -> dict[int, CreditLine]:
    """The lines asked for with their amounts, and what goes with them."""
    lines = {line.number: line for line in document.lines}
    wanted = {}
    for one in asked:
        if one.line not in lines:
            mend = f"its lines are 1 to {len(lines)}"
            raise _refused("L205", document, f"it has no line {one.line}", mend)
        if one.line in wanted:
            raise _refused("D013", document, f"line {one.line} is asked for twice", "name each line once")
        nothing = Fraction(0), Money.zero(document.currency)
        if not left[one.line] and not _gives(lines[one.line]):
            raise _refused("D010", document, "nothing is left of it", spent[one.line], f"line {one.line}")
        wanted[one.line] = _own(document, lines[one.line], left[one.line], one, shared.get(one.line, nothing))
    made = dict(wanted)
    for one in asked:
        line, credit = lines[one.line], wanted[one.line]
        for other in _with_it(document, line, alone=one.amount is not None):
            if other.number not in wanted and left[other.number]:
                share = _share(other, left[other.number], line, left[one.line] - credit.amount)
                if share:
                    made[other.number] = CreditLine(other.number, share)
    return made


def _own(document: Document, line: Line, left: Money, asked: Asked, before: tuple[Fraction, Money]) -> CreditLine:
    """What is credited of the line itself."""
    place = f"line {line.number}"
    if line.agreed.amount <= 0:
        cause = f"line {line.number} takes something off: {line.agreed}"
        raise _refused("D013", document, cause, "name the line that it belongs to, or credit the whole document", place)
    if _reduces(line):
        raise _reduction(document, line)
    share = None
    if asked.quantity is not None:
        share = _share_of(document, line, asked.quantity, *before)
        amount = Money.of(_rounded(line.agreed, share.upto / share.whole), document.currency) - share.before
    elif asked.amount is not None:
        amount = _by_amount(document, line, asked.amount)
    else:
        amount = left
    if left < amount:
        what = f"{amount} would be credited of {line.agreed}, and {left} is left"
        raise _refused("D011", document, what, f"credit at most {left}", place)
    if not amount:
        raise _refused("D015", document, "that comes to an amount of nothing", "credit more, or leave it", place)
    return CreditLine(line.number, amount, share)


def _gives(line: Line) -> bool:
    """Whether the line takes something off or back."""
    return line.agreed.amount <= 0 or _reduces(line)


def _spent(document: Document, billed: Iterable[BilledLine], line: int | None = None) -> str:
    """What to do where nothing is left of a document or a line of it: requests that wait can be cancelled."""
    taken = [one for one in billed if one.corrects and one.corrects[0] == document.number]
    asked = waiting(one for one in taken if one.request and line in (None, one.corrects and one.corrects[1]))
    ways = [f'cancel request {one}, which waits, with `invoicer credits --cancel {one} --remark "…"`' for one in asked]
    return "; or ".join([*ways, "look at what was credited of it with `invoicer credits --all`"])


def _share_of(document: Document, line: Line, quantity: Fraction, before: Fraction, credited: Money) -> Share:
    place, unit = f"line {line.number}", f" {line.unit}" if line.unit else ""
    if not line.unit and line.quantity == 1:
        cause = "this line has no quantity: its amount is one times its price"
        raise _refused("D012", document, cause, "credit it by amount", place)
    if quantity <= 0 or before + quantity > line.quantity:
        rest = line.quantity - before
        cause = f"{_said(quantity)}{unit} would be credited, and {_said(rest)} of {_said(line.quantity)} are left"
        raise _refused("D012", document, cause, f"credit more than 0 and at most {_said(rest)}{unit}", place)
    return Share(quantity, before + quantity, line.quantity, credited)


def _by_amount(document: Document, line: Line, amount: Fraction) -> Money:
    money = Money.of(amount, document.currency)
    if money.exact != amount or amount <= 0:
        cause = f"{_said(amount)} is no amount of {document.currency} above zero"
        mend = f"credit more than 0, with at most {minor_digits(document.currency)} decimals"
        raise _refused("D015", document, cause, mend, f"line {line.number}")
    return money


def _with_it(document: Document, line: Line, alone: bool) -> Iterator[Line]:
    """The levies of a line; and where more than an amount of it goes, the discounts of a charge with theirs."""
    for other in document.lines:
        same = (other.contract, other.component.charge, other.bill_date) == (
            line.contract,
            line.component.charge,
            line.bill_date,
        )
        if other is line or not same or other.one_off != line.one_off or not other.days.overlaps(line.days):
            continue
        if other.component.part is Part.LEVY and _levied_on(other.component, line.component):
            yield other
        elif not alone and line.component.part is Part.CHARGE and other.component.part is Part.DISCOUNT:
            yield other
            yield from _with_it(document, other, alone=True)


def _levied_on(levy: Component, component: Component) -> bool:
    """Whether a levy was taken on that component: its name says so behind the id of the levy."""
    on = levy.name.partition("/")[2]
    named = (
        "" if component.part is Part.CHARGE else str(component.part) + (f"/{component.name}" if component.name else "")
    )
    return on == named


def _share(other: Line, left: Money, line: Line, rest: Money) -> Money:
    """What is credited of a line that goes with another, of which ``rest`` remains: it keeps the same share."""
    keeps = Money.of(_rounded(other.agreed, rest.exact / line.agreed.exact), left.currency)
    share = left - keeps
    return share if share.amount * left.amount > 0 else Money.zero(left.currency)


def _refuse_overdrawn(document: Document, left: Mapping[int, Money], lines: Mapping[int, CreditLine]) -> None:
    """A charge with its discounts must not come to less than nothing."""
    families: dict[tuple[object, ...], list[Line]] = {}
    for line in document.lines:
        families.setdefault((line.contract, line.component.charge, line.bill_date), []).append(line)
    for family in families.values():
        before = total((left[line.number] for line in family), document.currency)
        taken = total((lines[line.number].amount for line in family if line.number in lines), document.currency)
        if before.amount >= 0 and (before - taken).amount < 0:
            charge = family[0].component.charge
            cause = f"{taken} would be credited of {charge}, and with its discounts {before} is left of it"
            raise _refused("D011", document, cause, f"credit at most {before}", f"line {min(lines)}")


def _refuse_reductions(document: Document) -> None:
    for line in document.lines:
        if _reduces(line):
            raise _reduction(document, line)


def _reduces(line: Line) -> bool:
    """Whether the line takes something back that an earlier document carries."""
    return line.corrects is not None and line.agreed.amount < 0


def _reduction(document: Document, line: Line) -> RunError:
    cause = f"line {line.number} takes back something of {line.corrects.number if line.corrects else ''}"
    return _refused(
        "D014", document, cause, "name the lines that are to be credited, with --line", f"line {line.number}"
    )


def _rounded(amount: Money, share: Fraction) -> Fraction:
    return round_fraction(amount.exact * share, minor_digits(amount.currency), Rounding.HALF_UP)


def _said(number: Fraction) -> str:
    text = f"{Decimal(number.numerator) / Decimal(number.denominator):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _refused(code: str, document: Document, cause: str, mend: str, part: str = "") -> RunError:
    spot = f"document {document.number}" + (f", {part}" if part else "")
    return RunError(Problem(code, Place(part=spot), cause, mend))

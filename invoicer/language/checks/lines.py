"""language: checks of one contract or price list by itself: lines that are missing, doubled, or say too much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pycountry

from invoicer.domain.money import minor_digits
from invoicer.domain.payment import is_calendar
from invoicer.errors import Place, Problem
from invoicer.language import tree
from invoicer.language.codes import Code, problem
from invoicer.language.gather import line_kind
from invoicer.language.words import RESERVED, listed, long, same_unit

_NEEDED = {
    "seller": "seller hosting-nl",
    "customer": "customer acme",
    "currency": "currency EUR",
    "agreed": "agreed 2025-12-12",
    "term": "term 24 months from 2026-01-01",
}
_NEEDED_IN_LIST = ("currency",)


def check_lines(document: tree.Document) -> Iterator[Problem]:
    """What is missing, doubled, reserved, in the wrong currency, too fine, or unknown to the world."""
    yield from _needed(document)
    yield from _doubled(document.lines)
    yield from _anchors(document)
    yield from _money(document)
    term, renews = tree.one(document.lines, tree.Term), tree.one(document.lines, tree.Renews)
    if term and renews and renews.by and not term.length and not term.last:
        cause = "an open term has no end at which it could renew"
        yield problem(
            Code.C029, renews.where, cause, "leave out `renews`, or state a term such as `term 12 months from …`"
        )
    for pay in tree.every(_all_lines(document), tree.Pay):
        if pay.calendar and not is_calendar(pay.calendar.text):
            cause = f"there are no business days of `{pay.calendar}`"
            mend = "write `target2`, or the code of a country such as `NL`"
            yield problem(Code.C014, pay.calendar.where, cause, mend)
    for amendment in document.amendments:
        yield from _doubled(amendment.lines)
        yield from _amendment_days(amendment)
    for ending in document.endings:
        yield from _doubled(ending.lines)
    for block in _blocks(document):
        yield from _doubled(block.lines)
        yield from _block(block)


def _needed(document: tree.Document) -> Iterator[Problem]:
    stated = {line_kind(line) for line in document.lines}
    name = f"price list `{document.id}`" if document.is_list else f"contract `{document.id}`"
    for kind, example in _NEEDED.items():
        if kind not in stated and (kind in _NEEDED_IN_LIST or not document.is_list):
            missing = "does not say when it was agreed" if kind == "agreed" else f"states no {kind}"
            yield problem(Code.C001, document.heading, f"{name} {missing}", f"add a line such as `{example}`")
    if "pay" not in stated and not document.is_list:
        cause = f"{name} does not say when to pay: 30 days after the invoice count"
        mend = "add a line such as `pay within 30 days`"
        yield problem(Code.C062, document.heading, cause, mend)


def _amendment_days(amendment: tree.Amendment) -> Iterator[Problem]:
    missing = [
        words
        for words, day in (("from when it counts", amendment.effective), ("when it was agreed", amendment.agreed))
        if day is None
    ]
    if missing:
        cause = f"amendment {int(amendment.number.value)} does not say {listed(missing, 'nor')}"
        mend = "write `amendment 1 from 2026-07-01 agreed 2026-05-12`"
        yield problem(Code.C001, amendment.heading, cause, mend)


def _doubled(lines: Iterable[tree.Node]) -> Iterator[Problem]:
    first: dict[str, tree.Node] = {}
    for line in lines:
        kind = line_kind(line)
        if isinstance(line, tree.Uses):
            kind = f"uses {line.price_list}"
        if isinstance(line, tree.ForFirst):
            kind = "until"
        if kind in ("price", "row"):
            continue
        if kind in first:
            cause = f"this is stated already on line {first[kind].where.line}"
            yield problem(Code.C002, _first_line(line.where), cause, "keep one of the two lines")
        first.setdefault(kind, line)


def _block(block: tree.Block) -> Iterator[Problem]:
    name = f"{block.kind} `{block.id}`"
    if block.is_charge and block.id.text in RESERVED:
        cause = f"a charge can't be named `{block.id}`: in other lines this word means something else"
        yield problem(Code.C013, block.id.where, cause, f"name it, for example, `{block.id}-fee`")
    if block.kind is tree.BlockKind.METER and tree.one(block.lines, tree.Measure) is None:
        mend = "add a line such as `sum of calls` or `count of events`"
        yield problem(Code.C055, block.id.where, f"{name} does not say what it measures", mend)
    if block.kind is tree.BlockKind.DISCOUNT and not any(line_kind(line) == "off" for line in block.lines):
        mend = "add a line such as `20% off everything`"
        yield problem(Code.C037, block.id.where, f"{name} takes nothing off", mend)
    if block.kind is tree.BlockKind.INPUT:
        yield from _input(block)
    risk = tree.one(block.lines, tree.Risk)
    if risk and pycountry.countries.get(alpha_2=risk.country.text) is None:
        cause = f"there is no country with the code `{risk.country}`"
        usual = {"UK": "GB", "EL": "GR"}.get(risk.country.text)  # not of ISO 3166, and often written
        mend = "write its ISO 3166 code of two capital letters, such as `NL`"
        mend = f"its ISO 3166 code is `{usual}`" if usual else mend
        yield problem(Code.C015, risk.country.where, cause, mend)
    starts = tree.dated(block.lines, "starts") or tree.dated(block.lines, "on") or tree.dated(block.lines, "from")
    ends = tree.dated(block.lines, "ends") or tree.dated(block.lines, "until")
    if starts and ends and ends.value < starts.value:
        cause = f"{name} ends on {ends.value}, before it begins on {starts.value}"
        yield problem(Code.C027, ends.where, cause, "mend one of the two days")
    yield from _steps(block)


def _input(block: tree.Block) -> Iterator[Problem]:
    stated = {line_kind(line) for line in block.lines}
    for kind, missing, example in (
        ("meterunit", "what its figures count", "unit employees"),
        ("stated", "for which periods its figures are stated", "stated per month"),
    ):
        if kind not in stated:
            cause = f"input `{block.id}` does not say {missing}"
            yield problem(Code.C077, block.id.where, cause, f"add a line such as `{example}`")
    limits = {limit.kind: limit for limit in tree.every(block.lines, tree.Limit)}
    least, most = limits.get("least"), limits.get("most")
    if least and most and least.value.value > most.value.value:
        cause = f"no figure is at least {least.value.value:f} and at most {most.value.value:f}"
        yield problem(Code.C081, most.where, cause, "mend one of the two limits")
    unit = tree.one(block.lines, tree.MeterUnit)
    for limit in limits.values():
        if limit.unit and unit and not same_unit(limit.unit.text, unit.unit.text):
            cause = f"`{limit.unit}` does not fit: the figures are in {unit.unit} (line {unit.where.line})"
            yield problem(Code.C012, limit.unit.where, cause, "use one unit for both, in singular or plural")


def _steps(block: tree.Block) -> Iterator[Problem]:
    last: tree.Day | None = None
    for priced in tree.every(block.lines, tree.Priced):
        since = priced.since
        if since and last and since.value < last.value:
            cause = f"the price from {since.value} stands below that from {last.value} (line {last.where.line})"
            yield problem(Code.C021, since.where, cause, "write price steps in the order of their days")
        if since is None and last is not None:
            cause = f"a price from the beginning stands below that from {last.value} (line {last.where.line})"
            yield problem(Code.C021, priced.where, cause, "write it first, or say from when it counts")
        last = since or last


def _anchors(document: tree.Document) -> Iterator[Problem]:
    for bill in tree.every(_all_lines(document), tree.Bill):
        if bill.anchor and (bill.anchor.day or bill.anchor.month) and not bill.every.months:
            cause = f"a billing period of {long(bill.every)} can't begin on a day of the month"
            mend = "leave out `on …`, or bill in months"
            yield problem(Code.C056, bill.where, cause, mend)


# ------------------------------------------------------------------ money


def _money(document: tree.Document) -> Iterator[Problem]:
    stated = tree.one(document.lines, tree.Currency)
    kind = "price list" if document.is_list else "contract"
    for amount in _amounts(document):
        if stated and amount.currency != stated.code:
            cause = (
                f"{_plain(amount)} is in another currency: this {kind} is in {stated.code} (line {stated.where.line})"
            )
            mend = f"write the amount in {stated.code}, or make another {kind} in {amount.currency}"
            yield problem(Code.C011, amount.where, cause, mend)
    for amount in _whole_amounts(document):
        digits = minor_digits(amount.currency)
        if amount.value != round(amount.value, digits):
            some = f"{digits} decimals" if digits else "no decimals"
            cause = f"{_plain(amount)} is finer than an amount in {amount.currency} can be, which has {some}"
            yield problem(Code.C016, amount.where, cause, "only a price per unit may be finer: round this one")


def _plain(amount: tree.Amount) -> str:
    return f"{amount.value:f} {amount.currency}"


def _amounts(document: tree.Document) -> Iterator[tree.Amount]:
    yield from _whole_amounts(document)
    for line in _all_lines(document):
        match line:
            case tree.Priced(price=tree.Rate() as rate) if not _is_whole(rate):
                yield rate.amount
            case tree.Priced(price=tree.Tiers(bands=bands)):
                yield from (band.amount for band in bands if band.amount)
            case tree.VolumeOff(bands=bands):
                yield from (band.up_to for band in bands if band.up_to)
            case tree.Priced(price=tree.Share(fixed=tree.Amount() as amount)):
                yield amount
            case tree.EachEvent(least=least, most=most):
                yield from (amount for amount in (least, most) if amount)


def _whole_amounts(document: tree.Document) -> Iterator[tree.Amount]:
    """The amounts that go onto a document as they stand, not multiplied by a quantity."""
    for line in _all_lines(document):
        match line:
            case tree.Priced(price=tree.Rate() as rate) if _is_whole(rate):
                yield rate.amount
            case tree.Priced(price=tree.Tiers(bands=bands)):
                yield from (band.flat for band in bands if band.flat)
            case (
                tree.Bounded(amount=amount)
                | tree.AmountOff(amount=amount)
                | tree.FirstAmount(amount=amount)
                | tree.Committed(amount=amount)
                | tree.Deposited(amount=amount)
                | tree.Least(amount=amount)
            ):
                yield amount
            case tree.Expectation(amount=amount) if amount:
                yield amount


def _is_whole(rate: tree.Rate) -> bool:
    return not any(isinstance(part, tree.Each) for part in rate.per) and not _is_unit(rate.per)


def _is_unit(per: Sequence[tree.Each | tree.Length]) -> bool:
    """``per day`` alone may be a measured unit, such as days of rental; the price is then one per unit."""
    return len(per) == 1 and isinstance(per[0], tree.Length) and bool(per[0].span.days)


def _blocks(document: tree.Document) -> tuple[tree.Block, ...]:
    return (*document.blocks, *(block for amendment in document.amendments for block in amendment.blocks))


def _all_lines(document: tree.Document) -> Iterator[tree.Node]:
    yield from document.lines
    for block in _blocks(document):
        yield from block.lines
    for amendment in document.amendments:
        yield from (change.to for change in tree.every(amendment.items, tree.Change))
    for example in document.examples:
        yield from example.lines


def _first_line(where: Place) -> Place:
    if where.end_line == where.line:
        return where
    return Place(where.file, where.line, where.column, where.line, where.column + 1)

"""language: checks of commitments: what is missing, what can't count, periods that do not fit the term or the billing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from invoicer.domain.period import Span
from invoicer.errors import Problem
from invoicer.language import tree
from invoicer.language.codes import Code, line_of, problem
from invoicer.language.committing import counted, start_of, supply_of
from invoicer.language.gather import Agreement, ChargeTerms, Terms
from invoicer.language.inclusive import includes_tax
from invoicer.language.words import listed, long

_DAY = dt.timedelta(days=1)
_MOST_BEFORE = 50


def check_commitment_lines(document: tree.Document) -> Iterator[Problem]:
    """What is missing in each commitment by itself."""
    amended = (block for amendment in document.amendments for block in amendment.blocks)
    for block in (*document.blocks, *amended):
        if block.kind is tree.BlockKind.COMMITMENT:
            committed = tree.one(block.lines, tree.Committed)
            if committed is None:
                mend = "add a line such as `50 000.00 EUR per 12 months`"
                cause = f"commitment `{block.id}` does not say how much is committed"
                yield problem(Code.C063, block.id.where, cause, mend)
            elif not committed.amount.value:
                cause = f"commitment `{block.id}` commits to nothing"
                yield problem(Code.C063, committed.where, cause, "write the agreed amount, or leave out the commitment")
            if tree.one(block.lines, tree.Counts) is None:
                mend = "add a line such as `counts api, seats` or `counts everything`"
                yield problem(Code.C063, block.id.where, f"commitment `{block.id}` does not say what counts", mend)


def check_commitments(terms: Terms) -> Iterator[Problem]:
    """Commitments together with the term and the charges that count."""
    counting = _Counting(terms)
    for agreement, block in terms.commitments:
        yield from _kind(terms, block, counting.premiums)
        yield from _inclusive(counting, block)
        if terms.has_term:
            yield from _periods(terms, agreement, block)
        yield from _ends_early(agreement, block)
        yield from _never(terms, agreement, block)
        yield from _edges(counting, block)
    yield from _twice(terms)


class _Counting:
    """What charges are like, worked out once, for many commitments may count everything."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.inclusive = {charge.id: includes_tax(terms, charge) for charge in terms.charges}
        self.every = {
            charge.id: {entry.value.every for entry in charge.billing.entries} if not charge.one_off else set()
            for charge in terms.charges
        }
        self.premiums: dict[str, ChargeTerms] = {}  # by supply kind
        for charge in terms.charges:
            own = tree.one(charge.lines, tree.Supply) or tree.one(terms.lines, tree.Supply)
            if charge.block.kind is tree.BlockKind.PREMIUM and own:
                self.premiums.setdefault(own.kind.text, charge)
        self._all_kinds = self._kinds(terms.charges)
        self._all_spans = self._spans(terms.charges)

    def kinds_of_price(self, block: tree.Block) -> dict[bool, ChargeTerms]:
        """The first charge whose price includes tax, and the first whose does not."""
        charges = counted(self.terms, block)
        return self._all_kinds if charges is self.terms.charges else self._kinds(charges)

    def spans(self, block: tree.Block) -> dict[Span, ChargeTerms]:
        """For how long charges are billed at a time, each length with the first charge of which that is so."""
        charges = counted(self.terms, block)
        return self._all_spans if charges is self.terms.charges else self._spans(charges)

    def _kinds(self, charges: Sequence[ChargeTerms]) -> dict[bool, ChargeTerms]:
        return {self.inclusive[charge.id]: charge for charge in reversed(charges)}

    def _spans(self, charges: Sequence[ChargeTerms]) -> dict[Span, ChargeTerms]:
        return {every: charge for charge in reversed(charges) for every in self.every[charge.id]}


def _kind(terms: Terms, block: tree.Block, premiums: Mapping[str, ChargeTerms]) -> Iterator[Problem]:
    """The shortfall has a supply kind, and is no premium: it names no policy and no country of risk."""
    supply = supply_of(terms, block)
    if supply is None:
        cause = f"commitment `{block.id}` does not say what kind of supply its shortfall is, nor does the contract"
        yield problem(Code.C001, block.id.where, cause, "add a line such as `supply consulting`")
        return
    if charge := premiums.get(supply.kind.text):
        cause = f"the shortfall of `{block.id}` would be {supply.kind}, as premium `{charge.id}` is, "
        cause += "and it has no policy and no country of risk"
        mend = "let a line `supply …` of the commitment say what the shortfall is, other than that premium"
        yield problem(Code.C047, block.id.where, cause, mend)


def _inclusive(counting: _Counting, block: tree.Block) -> Iterator[Problem]:
    kinds = counting.kinds_of_price(block)
    counts = tree.one(block.lines, tree.Counts)
    if len(kinds) > 1 and counts:
        cause = f"the price of `{kinds[True].id}` includes tax, that of `{kinds[False].id}` does not: "
        cause += "their amounts can't be added"
        yield problem(Code.C048, counts.where, cause, "make two commitments of it, one for each kind of price")


def _periods(terms: Terms, agreement: Agreement, block: tree.Block) -> Iterator[Problem]:
    """A commitment over a term that has none, and a last period that is cut and due whole."""
    committed = tree.one(block.lines, tree.Committed)
    if committed is None:
        return
    start = start_of(agreement, block)
    if committed.per is None:
        if terms.duration.term_end is None:
            mend = "write, for example, `per 12 months`; or state the term of the contract"
            yield problem(
                Code.C046, committed.where, "this is settled at the end of the term, and the term is open", mend
            )
        return
    if tree.one(block.lines, tree.Prorated):
        return
    until = tree.dated(block.lines, "until")
    ends = [(terms.end, "the term ends")] if terms.end else []
    if until:
        ends.append((until.value + _DAY, "the commitment ends"))
    if not ends:
        return
    end, why = min(ends)
    full = committed.per.span
    number = _period_of(start, full, end - _DAY)
    begins, ends_on = full.after(start, number), full.after(start, number + 1)
    if start < end < ends_on:
        amount = _shown(committed.amount.value)
        cause = f"{why} on {end - _DAY}: the period from {begins} is incomplete, and the whole {amount} are due for it"
        mend = "add a line `prorated` if it counts by days, or mend the period; if it is due whole, acknowledge it"
        yield problem(Code.C059, committed.where, cause, mend)


def _period_of(start: dt.date, full: Span, day: dt.date) -> int:
    """The number of the period in which a day lies."""
    number = max(0, (day - start).days // (31 * full.months + full.days) - 1)  # at least so many are over
    while full.after(start, number + 1) <= day:
        number += 1
    return number


def _ends_early(agreement: Agreement, block: tree.Block) -> Iterator[Problem]:
    until, start = tree.dated(block.lines, "until"), start_of(agreement, block)
    if (
        until and until.value < start and not tree.dated(block.lines, "from")
    ):  # with both, the days are compared elsewhere
        cause = f"commitment `{block.id}` ends on {until.value}, before it begins on {start}"
        yield problem(Code.C027, until.where, cause, "mend one of the two days")


def _never(terms: Terms, agreement: Agreement, block: tree.Block) -> Iterator[Problem]:
    """A named charge that is never in service while the commitment counts."""
    counts, start = tree.one(block.lines, tree.Counts), start_of(agreement, block)
    until = tree.dated(block.lines, "until")
    for name in counts.charges if counts else ():
        charge = terms.charge(name.text)
        if charge is None:
            continue
        last = tree.dated(charge.lines, "ends")
        if last and last.value < start:
            cause = f"`{name}` ends on {last.value}, before the commitment begins on {start}: it never counts"
            yield problem(Code.C049, name.where, cause, "leave it out, or mend one of the days")
        elif until and charge.begins > until.value:
            cause = f"`{name}` begins on {charge.begins}, after the commitment ends on {until.value}: it never counts"
            yield problem(Code.C049, name.where, cause, "leave it out, or mend one of the days")


def _edges(counting: _Counting, block: tree.Block) -> Iterator[Problem]:
    """Charges whose billing periods span the edges of the commitment's: they count by days, and settle it later. Told once
    for each length of billing periods."""
    committed, counts = tree.one(block.lines, tree.Committed), tree.one(block.lines, tree.Counts)
    if committed is None or counts is None or committed.per is None:
        return
    for every, charge in sorted(counting.spans(block).items(), key=str):
        if not _fits(every, committed.per.span):
            where = next((name.where for name in counts.charges if name.text == charge.id), counts.where)
            cause = f"`{charge.id}` is billed for {long(every)} at a time, which does not go into "
            cause += f"{long(committed.per.span)}: a bill that spans two periods of the commitment counts by days"
            mend = "choose periods that fit into each other; if that is meant, acknowledge it"
            yield problem(Code.C064, where, cause, mend)


def _fits(every: Span, period: Span) -> bool:
    if every.months and period.months:
        return period.months % every.months == 0
    return bool(every.days and period.days) and period.days % every.days == 0


def _twice(terms: Terms) -> Iterator[Problem]:
    """A charge that counts towards two commitments at once counts wholly towards each. Told of each commitment once, with
    the nearest of the :data:`_MOST_BEFORE` before it."""
    ids = [{charge.id: None for charge in counted(terms, block)} for _, block in terms.commitments]
    days = [_days(terms, agreement, block) for agreement, block in terms.commitments]
    for number, (_, other) in enumerate(terms.commitments):
        counts = tree.one(other.lines, tree.Counts)
        for before in range(number - 1, max(-1, number - 1 - _MOST_BEFORE), -1):
            meet = days[before][0] < days[number][1] and days[number][0] < days[before][1]
            if counts and meet and not ids[before].keys().isdisjoint(ids[number]):
                both = [f"`{name}`" for name in ids[number] if name in ids[before]]
                one = terms.commitments[before][1]
                verb = "counts" if len(both) == 1 else "count"
                cause = f"{listed(both, 'and', 5)} {verb} wholly towards `{one.id}` as well "
                cause += f"({line_of(one.where, counts.where)})"
                mend = "let each charge count towards one of them; if both are meant, acknowledge it"
                yield problem(Code.C065, counts.where, cause, mend)
                break


def _days(terms: Terms, agreement: Agreement, block: tree.Block) -> tuple[dt.date, dt.date]:
    until, stops = tree.dated(block.lines, "until"), terms.ends.get(block.id.text)
    ends = [until.value + _DAY] if until else []
    ends += [entry.effective for entry in stops.entries] if stops else []
    return start_of(agreement, block), min(ends, default=dt.date.max)


def _shown(value: Decimal) -> str:
    return f"{value:,.2f}".replace(",", " ")


def names_of_charges(terms: Terms) -> Iterator[Problem]:
    """A commitment is billed under its name, as a charge is, so none may have the name of the other."""
    charges: dict[str, ChargeTerms] = {charge.id: charge for charge in terms.charges}
    for _, block in terms.commitments:
        if block.id.text in charges:
            there = line_of(charges[block.id.text].block.where, block.id.where)
            cause = f"there is a charge `{block.id}` as well ({there})"
            yield problem(Code.C003, block.id.where, cause, "give one of them another name")

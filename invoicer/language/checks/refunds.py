"""language: checks of what an end gives back, and of short-rate tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from invoicer.domain.contract import Timing
from invoicer.domain.period import Period, Span
from invoicer.errors import Place, Problem
from invoicer.language import tree
from invoicer.language.codes import Code, line_of, problem
from invoicer.language.gather import ChargeTerms, Terms, stated_refund
from invoicer.language.words import long

_A_START = dt.date(2027, 1, 1)
_EXAMPLE = "write a table such as `short-rate`, with rows such as `up to 30 days 20%` and a last one `above 100%`"


def check_tables_of_refunds(document: tree.Document) -> Iterator[Problem]:
    """Percentages above 100%, and short-rate tables by themselves: rows that fall, never count or are missing."""
    for owner, lines in _owned(document):
        for rule in tree.every(lines, tree.Refunding):
            if rule.percent:
                yield from _percent(rule.percent, "gives back more than was paid")
        for table in tree.every(lines, tree.ShortRateTable):
            yield from _table(owner, table)


def check_refunds(terms: Terms) -> Iterator[Problem]:
    """Rules without a table, tables without a rule, tables that do not fit what they are for."""
    for charge in terms.charges:
        ends = [(charge.lines,), *((lines, charge.lines) for lines in _stops(terms, charge))]
        stated = [found for levels in ends if (found := stated_refund(*levels))]
        for rule, table in dict.fromkeys(stated):
            if rule.percent is None and table is None:
                cause = f"`{charge.id}` refunds by the short-rate table, and there is none"
                yield problem(Code.C085, rule.where, cause, _EXAMPLE)
        used = [table for rule, table in stated if rule.percent is None and table]
        for levels in ends:
            for table in tree.every(levels[0], tree.ShortRateTable):
                if table not in used:
                    cause = "this short-rate table is not used: nothing here is refunded by it"
                    yield problem(
                        Code.C089, _first_line(table), cause, "add a line `refund short-rate`, or leave it out"
                    )
        for table in dict.fromkeys(used):
            yield from _fits(charge, table)


# ------------------------------------------------------------------ tables by themselves


def _owned(document: tree.Document) -> Iterator[tuple[str, tuple[tree.Node, ...]]]:
    for block in (*document.blocks, *(block for one in document.amendments for block in one.blocks)):
        yield f"{block.kind} `{block.id}`", block.lines
    for amendment in document.amendments:
        for stop in tree.every(amendment.items, tree.Stop):
            yield f"the stop of `{stop.charge}`", stop.lines
    for ending in document.endings:
        yield "this ending", ending.lines


def _table(owner: str, table: tree.ShortRateTable) -> Iterator[Problem]:
    if not table.rows:
        yield problem(Code.C088, _first_line(table), f"the short-rate table of {owner} has no rows", _EXAMPLE)
        return
    before: tree.ShortRateRow | None = None
    for row in table.rows:
        yield from _percent(row.percent, "keeps more than was paid")
        if before is not None and before.up_to is None:
            cause = f"this row never counts: {line_of(before.where, row.where)} is for everything above"
            yield problem(Code.C086, row.where, cause, "let the row `above` be the last one, and the only one")
            return
        if before is not None and before.up_to and row.up_to and _size(row.up_to.span) <= _size(before.up_to.span):
            cause = f"this row never counts: the one before it goes up to {before.up_to.span}"
            yield problem(Code.C086, row.where, cause, "let the lengths of time rise from row to row")
            continue
        if before is not None and row.percent.value < before.percent.value:
            cause = f"after a longer time on cover {_plain(row.percent.value)}% are kept, after a shorter one "
            cause += f"{_plain(before.percent.value)}% ({line_of(before.where, row.where)})"
            yield problem(Code.C087, row.percent.where, cause, "let the percentages rise from row to row")
        before = row
    if before is not None and before.up_to is not None:
        cause = f"the short-rate table of {owner} stops at {before.up_to.span}: it does not say what is kept after that"
        yield problem(Code.C088, before.where, cause, "end the table with a row `above 100%`")


def _percent(percent: tree.Number, doing: str) -> Iterator[Problem]:
    if percent.value > 100:
        cause = f"{_plain(percent.value)}% {doing}"
        yield problem(Code.C087, percent.where, cause, "write a percentage up to 100%")


# ------------------------------------------------------------------ tables and what they are for


def _stops(terms: Terms, charge: ChargeTerms) -> Iterator[tuple[tree.Node, ...]]:
    yield from (stop.lines for _, stop in terms.stops.get(charge.id, ()))


def _fits(charge: ChargeTerms, table: tree.ShortRateTable) -> Iterator[Problem]:
    """Rows that lie beyond the billing period, or keep less than what was used by then: both without effect."""
    spans = {entry.value.every for entry in charge.billing.entries if entry.value.timing is Timing.ADVANCE}
    if len(spans) != 1 or charge.one_off:
        return
    every = spans.pop()
    full = Period(_A_START, every.after(_A_START))
    before = _A_START
    for row in table.rows:
        if row.up_to is None:
            return
        if before >= full.end:
            cause = "this row never counts: the table is for a billing period, "
            cause += f"and `{charge.id}` is billed for {long(every)}"
            mend = "state the table for the billing period, or bill for the time that the table is about"
            yield problem(Code.C090, row.where, cause, mend)
            return
        before = row.up_to.span.after(_A_START)
        used = Fraction((before - _A_START).days, full.days)
        if before <= full.end and row.percent.value < used * 100:
            share = f"{_one_decimal(used * 100)}%"
            cause = f"after {row.up_to.span} {share} of {long(every)} have been used, and this row keeps less: "
            cause += "what was used is kept all the same"
            mend = f"state at least {share}, if less is a mistake"
            yield problem(Code.C090, row.percent.where, cause, mend)


def _one_decimal(value: Fraction) -> str:
    """A percentage with at most one decimal, rounded up."""
    tenths = -((-value * 10) // 1)
    return _plain(Decimal(int(tenths)) / 10)


def _size(span: Span) -> int:
    """How long it is, to compare days with months."""
    return (span.after(_A_START) - _A_START).days


def _plain(value: Decimal) -> str:
    whole, _, decimals = f"{value:f}".partition(".")
    return whole + (f".{decimals.rstrip('0')}" if decimals.rstrip("0") else "")


def _first_line(table: tree.ShortRateTable) -> Place:
    where = table.where
    if where.end_line == where.line:
        return where
    return Place(where.file, where.line, where.column, where.line, where.column + len("short-rate"))

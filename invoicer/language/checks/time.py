"""language: checks of days: what lies outside the term, comes after an end, or is replaced without saying so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from invoicer.domain.contract import InService
from invoicer.domain.timeline import Counting, Dated, Timeline, in_force
from invoicer.domain.trace import Clause
from invoicer.errors import Place, Problem
from invoicer.language import tree
from invoicer.language.codes import Code, line_of, problem
from invoicer.language.gather import Agreement, ChargeTerms, Terms
from invoicer.language.words import listed

_FOREVER = dt.date.max


def check_time(terms: Terms) -> Iterator[Problem]:
    """Days outside the term, back-dating, changes after an end, amendments that replace others."""
    if terms.has_term:
        yield from _term(terms)
    yield from _back_dated(terms)
    yield from _after_the_end(terms)
    yield from _replaced(terms)
    yield from _superseding(terms)


# ------------------------------------------------------------------ the term


def _term(terms: Terms) -> Iterator[Problem]:
    term = tree.one(terms.lines, tree.Term)
    if term and term.last and term.last.value < term.start.value:
        cause = f"the term ends on {term.last.value}, before it begins on {term.start.value}"
        yield problem(Code.C027, term.last.where, cause, "mend one of the two days")
        return
    runs = f"the term runs from {terms.start}"
    if terms.end:
        runs += f" to {terms.end - dt.timedelta(days=1)}"
    for day, what in _days(terms):
        if day.value < terms.start or (terms.end and day.value >= terms.end):
            cause = f"{what} {day.value} lies outside the term: {runs}"
            yield problem(Code.C020, day.where, cause, "mend the day, or the term of the contract")


def _days(terms: Terms) -> Iterator[tuple[tree.Day, str]]:
    for charge in terms.charges:
        for line in tree.every(charge.block.lines, tree.Dating):
            yield line.day, f"the day of `{line.kind}`"
        for priced in tree.every(charge.block.lines, tree.Priced):
            if priced.since:
                yield priced.since, "the price from"
    for _, block in terms.beside:
        for line in tree.every(block.lines, tree.Dating):
            yield line.day, f"the day of `{line.kind}`"
        for adjusts in tree.every(block.lines, tree.Adjusts):
            yield adjusts.first, "the adjustment of"
    for amendment in terms.document.amendments:
        if amendment.effective:
            yield amendment.effective, f"amendment {int(amendment.number.value)} from"


def _back_dated(terms: Terms) -> Iterator[Problem]:
    agreed = tree.one(terms.lines, tree.Agreed)
    if terms.has_term and agreed and terms.main.agreed > terms.start:
        days = (terms.main.agreed - terms.start).days
        cause = f"the term began {_days_long(days)} before the contract was agreed"
        mend = "if that is so, acknowledge it: what is due since then is billed later"
        yield problem(Code.C025, agreed.where, cause, mend)
    for agreement, amendment in terms.amendments:
        days = (agreement.agreed - agreement.effective).days
        if days > 0:
            cause = f"amendment {agreement.number} is back-dated by {_days_long(days)}"
            mend = f"if that is so, acknowledge it: invoices since {agreement.effective} will be corrected"
            yield problem(Code.C025, amendment.heading, cause, mend)


def _days_long(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


# ------------------------------------------------------------------ ends


def _after_the_end(terms: Terms) -> Iterator[Problem]:
    for charge in terms.charges:
        changes, stops = terms.changes.get(charge.id, ()), terms.stops.get(charge.id, ())
        known = charge.service.known_on(_FOREVER) if changes else ()
        for agreement, change in changes:
            there = in_force(known, agreement.effective)
            if there is None or not there.value.active:
                yield from _in_vain(charge, agreement, change, there)
        before = _before_stops(charge.service) if stops else {}
        for agreement, stop in stops:
            there = before[agreement.number]
            if there is not None and not there.value.active:  # stopped before it begins is a way to withdraw it
                yield from _in_vain(charge, agreement, stop, there)


def _before_stops(service: Timeline[InService]) -> Mapping[int, Dated[InService] | None]:
    """By amendment: what was in force on the day of its stop, as agreed before it."""
    counting: Counting[InService] = Counting()
    before: dict[int, Dated[InService] | None] = {}
    for amendment, entries in groupby(service.as_agreed(), key=lambda entry: entry.amendment):
        for entry in (agreed := list(entries)):
            before.setdefault(amendment, in_force(counting.entries, entry.effective))
        for entry in agreed:
            counting.agree(entry)
    return before


def _in_vain(
    charge: ChargeTerms, agreement: Agreement, item: tree.Change | tree.Stop, there: Dated[InService] | None
) -> Iterator[Problem]:
    doing = "stop" if isinstance(item, tree.Stop) else "change"
    since = f"ended on {there.effective - dt.timedelta(days=1)}" if there else f"begins on {charge.begins}"
    line = f" ({line_of(_place(there.clause), item.where)})" if there else ""
    cause = f"this {doing} of `{charge.id}` from {agreement.effective} has no effect: the charge {since}{line}"
    yield problem(Code.C022, item.where, cause, "mend the day, or leave out the line")


# ------------------------------------------------------------------ what replaces what


def _timelines(terms: Terms) -> Iterator[tuple[str, Timeline[Any]]]:
    for charge in (one.said or one for one in terms.charges):
        yield f"the price of `{charge.id}`", charge.price
        yield f"the quantity of `{charge.id}`", charge.quantity
        yield f"the included units of `{charge.id}`", charge.included
        yield f"the minimum of `{charge.id}`", charge.minimum
        yield f"the maximum of `{charge.id}`", charge.maximum
        yield f"the bounds of each event of `{charge.id}`", charge.each_event
        yield f"the free events of `{charge.id}`", charge.first_events
        yield f"the free amount of `{charge.id}`", charge.first_amount
        if charge.bills_itself:
            yield f"the billing of `{charge.id}`", charge.billing
        yield f"the end of `{charge.id}`", charge.service
    yield "the billing", next((charge.billing for charge in terms.charges if not charge.bills_itself), Timeline(()))
    for name, ends in terms.ends.items():
        yield f"the end of `{name}`", ends
    yield "the payment", terms.payment
    yield "the customer", terms.buyers


def _replaced(terms: Terms) -> Iterator[Problem]:
    superseded = {
        (agreement.number, int(number.value))
        for agreement, amendment in terms.amendments
        for line in tree.every(amendment.lines, tree.Supersedes)
        for number in line.numbers
    }
    for what, timeline in _timelines(terms):
        counting: Counting[Any] = Counting()
        for later in timeline.as_agreed():
            for earlier in counting.agree(later):
                if later.amendment:
                    again = {entry.effective for entry in timeline.entries if entry.amendment}
                    first = earlier is timeline.entries[0] or earlier.effective in again
                    yield from _replaces(
                        what, later, earlier, first, (later.amendment, earlier.amendment) in superseded
                    )


def _replaces(what: str, later: Dated[Any], earlier: Dated[Any], first: bool, said: bool) -> Iterator[Problem]:
    """What is to be said where a change, agreed later and in effect no later, ends what was agreed earlier."""
    there = line_of(_place(earlier.clause), _place(later.clause))
    if earlier.amendment == later.amendment:
        cause = f"amendment {later.amendment} sets {what} twice"
        yield problem(Code.C002, _place(later.clause), cause, "keep one of the two lines")
    elif earlier.amendment and not said:
        cause = (
            f"amendment {later.amendment} replaces {what} that amendment {earlier.amendment} set from "
            f"{earlier.effective} ({there}), without saying so"
        )
        mend = f"add `supersedes {earlier.amendment}` below amendment {later.amendment}, or mend the days"
        yield problem(Code.C023, _place(later.clause), cause, mend)
    elif not earlier.amendment and what.startswith("the price") and not first:
        cause = (
            f"the price step from {earlier.effective} ({there}) no longer counts: "
            f"amendment {later.amendment}, agreed later, sets the price from {later.effective} on"
        )
        mend = f"if the step still holds, add an amendment from {earlier.effective} that states it"
        yield problem(Code.C026, _place(later.clause), cause, mend)


def _superseding(terms: Terms) -> Iterator[Problem]:
    dated = {agreement.number: agreement for agreement, _ in terms.amendments}
    written = {int(amendment.number.value) for amendment in terms.document.amendments}
    settings: dict[int, set[str]] = {}
    for what, timeline in _timelines(terms):
        for entry in timeline.entries:
            settings.setdefault(entry.amendment, set()).add(what)
    for agreement, amendment in terms.amendments:
        for line in tree.every(amendment.lines, tree.Supersedes):
            for number in line.numbers:
                yield from _superseded(agreement, number, dated, written, settings)


def _superseded(
    agreement: Agreement,
    number: tree.Number,
    dated: dict[int, Agreement],
    written: set[int],
    settings: dict[int, set[str]],
) -> Iterator[Problem]:
    other = int(number.value)
    if other not in written or other == agreement.number:
        what = "itself" if other == agreement.number else f"amendment {other}: there is none"
        cause = f"amendment {agreement.number} can't supersede {what}"
        known = listed([str(one) for one in sorted(written - {agreement.number})], "and")
        mend = f"other amendments here: {known}" if known else "leave out the line: there is no other amendment"
        yield problem(Code.C024, number.where, cause, mend)
    elif other in dated and (dated[other].agreed, other) > (agreement.agreed, agreement.number):
        cause = f"amendment {agreement.number} can't supersede amendment {other}, which was agreed later"
        yield problem(Code.C024, number.where, cause, "mend the days on which they were agreed, or leave out the line")
    elif left := sorted(settings.get(other, set()) - settings.get(agreement.number, set())):
        cause = f"amendment {other} also set {listed(left, 'and')}, which goes on"
        mend = f"if that ends too, say so in amendment {agreement.number}"
        yield problem(Code.C028, number.where, cause, mend)


def _place(clause: Clause) -> Place:
    return Place(clause.file, clause.line, clause.column, clause.end_line, clause.end_column)

"""language: checks of service credits: what they give back, of what, and whether each of their rows can count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from invoicer.domain.period import Span
from invoicer.errors import Problem
from invoicer.language import tree
from invoicer.language.checks.conditions import limits_of
from invoicer.language.checks.inputs import consists_of, fitting, subjects
from invoicer.language.checks.values import Case, can_try, cases, holds, shown
from invoicer.language.codes import Code, line_of, problem
from invoicer.language.convert import to_condition
from invoicer.language.gather import ChargeTerms, Terms, unit_said
from invoicer.language.words import long, suggestion


def check_credits(terms: Terms) -> Iterator[Problem]:
    """Credits that give nothing or too much, of charges that there are not, for days that do not fit, in vain."""
    for _, block in terms.credits:
        rows = tree.every(block.lines, tree.CreditRow)
        if not rows:
            charge = next((one.id for one in terms.charges if not one.one_off), "platform-fee")
            asked = next((name for name in terms.inputs if unit_said(terms.inputs[name]) == "percent"), "uptime")
            mend = f"add a line such as `10% of {charge} when {asked} less than 99.9%`"
            yield problem(Code.C037, block.id.where, f"{block.kind} `{block.id}` gives nothing back", mend)
        for row in rows:
            yield from _row(terms, row)
        yield from _periods(terms, block, rows)
        yield from _reached(terms, rows)


def _row(terms: Terms, row: tree.CreditRow) -> Iterator[Problem]:
    ids = {charge.id: charge for charge in terms.charges}
    for name in row.charges:
        if name.text not in ids:
            cause = f"there is no charge `{name}` to credit"
            yield problem(Code.C004, name.where, cause, suggestion(name.text, ids, "charges"))
        elif ids[name.text].one_off:
            cause = f"`{name}` is due once: there is no billing period of it to judge"
            mend = "name charges that are due again and again"
            yield problem(Code.C083, name.where, cause, mend)
        elif ids[name.text].deposit.entries:
            cause = f"`{name}` has a deposit: what its period came to is settled when that is over"
            yield problem(Code.C083, name.where, cause, "name charges that are billed at their price")
    if row.percent.value > 100:
        cause = f"a credit of {row.percent.value:f}% would give back more than was paid"
        yield problem(Code.C035, row.percent.where, cause, "write a percentage up to 100%")


def _charges(terms: Terms, row: tree.CreditRow) -> list[ChargeTerms]:
    """The charges with billing periods to judge that a row speaks of."""
    named = {name.text for name in row.charges}
    judged = (charge for charge in terms.charges if not charge.one_off and not charge.deposit.entries)
    return [charge for charge in judged if charge.id in named or not named]


def _periods(terms: Terms, block: tree.Block, rows: Sequence[tree.CreditRow]) -> Iterator[Problem]:
    """Billing periods consist of what is judged together, and figures are stated for that."""
    judged = tree.one(block.lines, tree.Judged)
    per = judged.per if judged else None
    for row in rows:
        billed = [entry.value for charge in _charges(terms, row) for entry in charge.billing.entries]
        needed: list[Span] = [per.span] if per else [bill.every for bill in billed]
        yield from fitting(terms, subjects(row.when), needed, judged=True)
        wrong = next((bill for bill in billed if per and not consists_of(bill.every, per.span)), None)
        if wrong and per:
            at = line_of(wrong.where, per.where)
            cause = f"a billing period of {long(wrong.every)} ({at}) has no whole number of periods of {long(per.span)}"
            mend = f"judge per {wrong.every}, or a part of it"
            yield problem(Code.C084, per.where, cause, mend)
            return


def _reached(terms: Terms, rows: Sequence[tree.CreditRow]) -> Iterator[Problem]:
    """Rows that never count, because an earlier one holds whenever they do; for every charge that they speak of."""
    conditions = [to_condition(row.when) for row in rows]
    if not can_try(conditions):
        return  # one that never counts harms nobody
    tried = list(cases(conditions, limits=limits_of(terms)))
    for number, row in enumerate(rows):
        mine: list[Case] = [case for case in tried if holds(conditions[number], case)]
        earlier = [
            [other for other in range(number) if charge in _charges(terms, rows[other])]
            for charge in _charges(terms, row)
        ]
        if not mine or not earlier:
            continue
        swallowed = all(
            all(any(holds(conditions[other], case) for other in others) for case in mine) for others in earlier
        )
        if swallowed:
            case = max(mine, key=_plain)
            first = next(rows[other] for other in earlier[0] if holds(conditions[other], case))
            cause = f"this row never counts: when {shown(case)}, for example, {line_of(first.where, row.where)} counts"
            cause += f", which gives {first.percent.value:f}%"
            yield problem(Code.C082, row.where, cause, "write the narrower condition first, or leave out the row")


def _plain(case: Case) -> tuple[tuple[bool, Fraction], ...]:
    """Whole numbers before others, and the largest: the case that a reader finds nearest to the row."""
    numbers = (value for value in case.values() if isinstance(value, Fraction))
    return tuple((value.denominator == 1, value) for value in numbers)

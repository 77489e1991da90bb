"""language: checks of deposits and of their adjustment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from invoicer.domain.contract import Timing
from invoicer.errors import Problem
from invoicer.language import tree
from invoicer.language.codes import Code, line_of, problem
from invoicer.language.gather import ChargeTerms, Terms
from invoicer.language.words import long

_A_DAY = dt.date(2027, 1, 1)


def check_deposits(terms: Terms) -> Iterator[Problem]:
    """Deposits that are never settled or settle nothing, and lines that do not fit them."""
    for charge in terms.charges:
        adjust = tree.one(charge.lines, tree.AdjustOn)
        if charge.deposit.entries:
            yield from _deposit(charge, charge.deposit.entries[0].value, adjust)
        elif adjust:
            cause = f"`{charge.id}` has no deposit that could be adjusted"
            mend = (
                "add a line such as `deposit 4 000.00 EUR`; or leave this one out, if what is declared is simply billed"
            )
            yield problem(Code.C151, adjust.where, cause, mend)


def _deposit(charge: ChargeTerms, deposit: tree.Deposited, adjust: tree.AdjustOn | None) -> Iterator[Problem]:
    if adjust is None:
        cause = f"the deposit of `{charge.id}` is never settled"
        yield problem(Code.C151, deposit.where, cause, "add a line such as `adjust on declaration within 60 days`")
    if charge.one_off:
        cause = f"`{charge.id}` is due once, and a deposit is for charges that are due again and again"
        yield problem(Code.C154, deposit.where, cause, "leave out the deposit, or state a price for each period")
        return
    yield from _quantity(charge, deposit)
    for entry in charge.billing.entries:
        bill = entry.value
        if bill.timing is Timing.ARREARS:
            cause = f"a deposit is paid in advance, and {line_of(bill.where, deposit.where)} bills in arrears"
            yield problem(
                Code.C150, deposit.where, cause, "write, for example, `bill annually in advance` in the charge"
            )
            return
        yield from _fits(charge, bill, adjust)


def _quantity(charge: ChargeTerms, deposit: tree.Deposited) -> Iterator[Problem]:
    counted = charge.counters
    agreed = next((e.value for e in charge.quantity.entries if isinstance(e.value, tree.Quantity)), None)
    if agreed is not None or not counted:
        where = agreed.where if agreed else deposit.where
        what = "its quantity is agreed" if agreed else "nothing of it is declared"
        cause = f"the deposit of `{charge.id}` is settled by what is declared, and {what}"
        yield problem(Code.C152, where, cause, "add a line such as `declared turnover`, or leave out the deposit")


def _fits(charge: ChargeTerms, bill: tree.Bill, adjust: tree.AdjustOn | None) -> Iterator[Problem]:
    """Lines that go by another length of time than the billing period."""
    for deposit in (entry.value for entry in charge.deposit.entries):
        months = bill.every.months
        if deposit.instalments > 1 and (not months or months % deposit.instalments):
            cause = f"{long(bill.every)} ({line_of(bill.where, deposit.where)}) has no {deposit.instalments} parts of whole "
            cause += "months for the instalments"
            mend = "write a number of instalments that shares out the months, such as 2, 4 or 12 of a year"
            yield problem(Code.C154, deposit.where, cause, mend)
    for bound in (entry.value for bounds in (charge.minimum, charge.maximum) for entry in bounds.entries):
        if bound.per and (bound.per.span.months, bound.per.span.days) != (bill.every.months, bill.every.days):
            there = line_of(bill.where, bound.where)
            cause = f"the deposit is for {long(bill.every)} ({there}), and this {bound.kind} is not"
            yield problem(
                Code.C154, bound.where, cause, f"state the {bound.kind} for the billing period: leave out `per …`"
            )
    if adjust is not None and adjust.within.span.after(_A_DAY) >= bill.every.after(_A_DAY):
        there = line_of(bill.where, adjust.where)
        cause = f"{adjust.within.span} after a billing period of {long(bill.every)} ({there}) the next one is over too"
        yield problem(Code.C153, adjust.where, cause, "state a shorter time than the billing period")

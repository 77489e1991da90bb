"""An adjustment beside a deposit may change its sign with each declaration: what is owed is what is billed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest

from invoicer.domain.document import Kind
from invoicer.domain.entitlement import Component, Part, Treated
from invoicer.domain.period import Period
from tests.documents.world import REVERSE, VAT, Desk, day, owed, span

DEPOSIT, ADJUSTMENT = Component("fee", Part.DEPOSIT), Component("fee", Part.ADJUSTMENT)
COVER = span("01-01", "01-31")
REVISIONS = tuple(product(("-1.00", "0.50", "1.00", "-0.70", ""), repeat=3))


@pytest.mark.parametrize("amounts", REVISIONS, ids="/".join)
def test_what_is_owed_is_billed_whatever_the_sign_was_before(amounts: tuple[str, ...]) -> None:
    desk = Desk()
    for month, amount in enumerate(amounts, 2):
        due = [owed(ADJUSTMENT, COVER, amount, bill_date=day("02-01"))] if amount else []
        desk.run([owed(DEPOSIT, COVER, "4.00"), *due], f"2026-{month:02}-01")
        assert sum(line.net.amount for line in desk.billed) == Decimal("4.00") + Decimal(amount or 0)
    lines = {(line.document, line.line): line for line in desk.billed}
    for key, charged in lines.items():
        of = [line.net.exact for line in desk.billed if line.corrects == key and line.component == charged.component]
        left = sum(of, charged.net.exact)
        assert left * charged.net.exact >= 0, f"line {key} gives back more than it carries"
        corrected = lines[charged.corrects] if charged.corrects else charged
        assert corrected.net.amount > 0 or charged.net.amount > 0 or corrected is charged, (
            "a credit note to a credit note"
        )


LATE = tuple(product(("-3.60", "-2.00", "-0.50", "0.40", ""), repeat=2))
INSTALMENTS = ((span("01-01", "01-10"), "1.30"), (span("01-11", "01-20"), "1.40"), (span("01-21", "01-31"), "1.30"))


@pytest.mark.parametrize("amounts", LATE, ids="/".join)
@pytest.mark.parametrize("levied", [False, True])
def test_what_comes_back_of_instalments_that_are_invoiced_late_stands_on_their_invoices(
    amounts: tuple[str, ...], levied: bool
) -> None:
    """Three instalments and what is given back of them are due at once, each with a tax point of its own: no invoice may
    come to less than zero (one of -2.30 was made). Then the figures change."""
    desk = Desk()
    for month, amount in enumerate(amounts, 2):
        due = [one for days, net in INSTALMENTS for one in with_levy(DEPOSIT, days, net, levied)]
        due += [one for days, net in settled(amount or "0") for one in with_levy(ADJUSTMENT, days, net, levied)]
        papers = desk.run(due, f"2026-{month:02}-15")
        assert not [paper for paper in papers if paper.kind is Kind.INVOICE and paper.net.amount < 0]
        whole = Decimal("4.00") + Decimal(amount or 0)
        assert sum(line.net.amount for line in desk.billed) == whole * (Decimal("1.1") if levied else 1)


@pytest.mark.parametrize("amounts", LATE, ids="/".join)
@pytest.mark.parametrize("billed", [1, 2, 3])
def test_no_instalment_gives_back_more_than_it_was(amounts: tuple[str, ...], billed: int) -> None:
    """Of instalments some of which were invoiced before; the whole deposit stood in one line at first, or in three, or was
    raised later."""
    raised = [(days, str(Decimal(net) - Decimal("0.40"))) for days, net in INSTALMENTS]
    for first in (INSTALMENTS[:billed], raised[:billed], [(COVER, "4.00")], [(COVER, "2.80")]):
        desk = Desk()
        paid = [one for days, net in INSTALMENTS for one in with_levy(DEPOSIT, days, net, True)]
        desk.run([one for days, net in first for one in with_levy(DEPOSIT, days, net, True)], "2026-01-15")
        if first != INSTALMENTS[:billed]:
            desk.run(paid, "2026-01-20")
        for month, amount in enumerate(amounts, 2):
            back = [one for days, net in settled(amount or "0") for one in with_levy(ADJUSTMENT, days, net, True)]
            desk.run([*paid, *back], f"2026-{month:02}-15")
            assert sum(line.net.amount for line in desk.billed) == (Decimal(4) + Decimal(amount or 0)) * Decimal("1.1")
            for line in desk.billed:
                if line.component.part is Part.DEPOSIT or line.component.name.endswith("/deposit"):
                    taken = [one.net.exact for one in desk.billed if one.corrects == (line.document, line.line)]
                    assert sum((net for net in taken if net < 0), line.net.exact) >= 0, line


def test_the_latest_line_of_an_instalment_gives_back_first() -> None:
    """1.00 were paid, and 0.40 when the deposit was raised; then 0.30 come back, and 0.60 in all."""
    desk, back = Desk(), []
    for on, paid, net in (
        ("01-05", "1.00", ""),
        ("01-06", "1.40", ""),
        ("02-05", "1.40", "-0.30"),
        ("02-06", "1.40", "-0.60"),
    ):
        due = [owed(ADJUSTMENT, COVER, net, bill_date=day("02-01"))] if net else []
        for paper in desk.run([owed(DEPOSIT, COVER, paid), *due], f"2026-{on}"):
            back += [(line.corrects and line.corrects.number, str(line.net.amount)) for line in paper.lines]
    assert back == [(None, "1.00"), ("I0001", "0.40"), ("I0002", "0.30"), ("I0001", "0.20"), ("I0002", "0.10")]


def test_less_that_is_charged_is_credited_of_the_charge() -> None:
    desk = Desk()
    for on, net in (("02-01", "1.00"), ("02-02", "0.50")):
        adjustment = owed(ADJUSTMENT, COVER, net, bill_date=day("02-01"))
        papers = desk.run([owed(DEPOSIT, COVER, "4.00"), adjustment], f"2026-{on}")
    [line] = papers[0].lines
    [charge] = [one for one in desk.billed if one.component == ADJUSTMENT and one.net.amount > 0]
    assert line.corrects and (line.corrects.number, line.net.amount) == (charge.document, Decimal("0.50"))


def test_what_came_back_in_one_line_comes_back_in_instalments_later() -> None:
    """0.50 of one deposit of 4.00; then it is shared out among three instalments, and 2.00 come back in all."""
    desk = Desk()
    desk.run([owed(DEPOSIT, COVER, "4.00"), owed(ADJUSTMENT, COVER, "-0.50", bill_date=day("02-01"))], "2026-02-01")
    parts = [one for days, net in INSTALMENTS for one in with_levy(DEPOSIT, days, net, False)]
    parts += [one for days, net in settled("-2.00") for one in with_levy(ADJUSTMENT, days, net, False)]
    desk.run(parts, "2026-02-15")
    assert sum(line.net.amount for line in desk.billed) == Decimal("2.00")


def settled(amount: str) -> list[tuple[Period, str]]:
    """What is left to settle: what is given back comes of the latest instalments first."""
    left, parts = -Decimal(amount), []
    for days, net in reversed(INSTALMENTS):
        if (part := min(left, Decimal(net))) > 0:
            parts.append((days, str(-part)))
            left -= part
    return [(COVER, str(-left))] if left < 0 else parts


def with_levy(component: Component, days: Period, net: str, levied: bool) -> list[Treated]:
    """An amount, and a tenth of it: each instalment in a month of its own, what is still owed with the last."""
    months = {days: f"2025-{number:02}-01" for number, (days, _) in enumerate(INSTALMENTS, 10)}
    on = day(months.get(days, months[INSTALMENTS[-1][0]]))
    levy = Component("fee", Part.LEVY, f"ipt-nl/{component.part}")
    amounts = [(component, net), (levy, str(Decimal(net) / 10))][: 1 + levied]
    bill = day("02-01") if component == ADJUSTMENT else on
    return [owed(each, days, amount, bill_date=bill, tax_point=on) for each, amount in amounts]


@pytest.mark.parametrize("late", [False, True], ids=["as they are due", "late"])
@pytest.mark.parametrize("amount", ["-0.50", "-1.30", "-2.00", "-3.50"])
def test_what_comes_back_has_the_vat_of_the_instalment_that_it_comes_from(amount: str, late: bool) -> None:
    """Found by the machine: the buyer moved abroad before the last instalment, and what came back of it was credited of the
    one before, without its VAT."""

    def treated(component: Component, days: Period, net: str) -> list[Treated]:
        abroad = days.end == COVER.end
        return [replace(one, treatment=REVERSE if abroad else VAT) for one in with_levy(component, days, net, False)]

    desk = Desk()
    begun = [one for days, net in INSTALMENTS[:2] for one in treated(DEPOSIT, days, net)]
    if not late:
        desk.run(begun, "2026-01-05")
    back = [one for days, net in settled(amount) for one in treated(ADJUSTMENT, days, net)]
    papers = desk.run([*begun, *treated(DEPOSIT, *INSTALMENTS[2]), *back], "2026-02-05")
    assert not [paper for paper in papers if paper.kind is Kind.INVOICE and paper.net.amount < 0]
    for treatment, paid in ((VAT, "2.70"), (REVERSE, "1.30")):
        came_back = sum(
            Decimal(net) for days, net in settled(amount) if (days.end == COVER.end) == (treatment is REVERSE)
        )
        asked = sum(line.net.amount for line in desk.billed if line.treatment == treatment)
        assert asked == Decimal(paid) + came_back

"""A contract that goes to another customer: the old one gets back the days after, the new one is billed for them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from invoicer.domain.document import Document, Kind
from invoicer.domain.period import Period, add_months
from tests.runs.small import heading, insurer, issue

YEARLY = heading("hosting", "Hosting", "annually in advance on day 1").replace(
    "  pay", '  purchase order "PO-OLD"\n  pay'
)
FEE = '\ncharge fee "Fee"\n  1 200.00 EUR per year\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small workspace with a second customer."""
    made = insurer(tmp_path / "workspace")
    rows = (made / "customers.csv").read_text("utf-8").splitlines()
    other = next(row for row in rows if row.startswith("acme,")).replace("acme,", "globex,", 1)
    (made / "customers.csv").write_text("\n".join([*rows, other, ""]), "utf-8")
    return made


def write(folder: Path, text: str) -> None:
    (folder / "contracts" / "hosting.terms").write_text(text, "utf-8")


def takeover(day: str, agreed: str, to: str = "globex", more: str = "") -> str:
    return f"\namendment 1 from {day} agreed {agreed}\n{more}  change customer to {to}\n"


def papers(made: list[Document]) -> list[tuple[str, str, str, list[Decimal]]]:
    """Kind, customer, purchase order and amounts of documents."""
    return [
        ("credit" if one.kind is Kind.CREDIT_NOTE else "invoice", one.customer.id, one.purchase_order, nets(one))
        for one in made
    ]


def nets(paper: Document) -> list[Decimal]:
    return [line.net.amount for line in paper.lines]


def test_the_old_customer_gets_back_what_the_new_one_is_billed(folder: Path) -> None:
    write(folder, YEARLY + FEE)
    issue(folder, "2026-01-01")
    write(folder, YEARLY + FEE + takeover("2026-07-01", "2026-06-10", more='  purchase order "PO-NEW"\n'))
    assert papers(issue(folder, "2026-07-01")) == [
        ("credit", "acme", "PO-OLD", [Decimal("604.93")]),
        ("invoice", "globex", "PO-NEW", [Decimal("604.93")]),
    ]
    assert issue(folder, "2026-12-31") == []
    assert papers(issue(folder, "2027-01-01")) == [("invoice", "globex", "PO-NEW", [Decimal("1200.00")])]


def test_the_credit_names_the_amendment_and_says_that_the_customer_changed(folder: Path) -> None:
    write(folder, YEARLY + FEE)
    issue(folder, "2026-01-01")
    write(folder, YEARLY + FEE + takeover("2026-07-01", "2026-06-10"))
    note, _ = issue(folder, "2026-07-01")
    reference = note.lines[0].corrects
    assert reference is not None and reference.clause is not None
    assert reference.reason == "parties-changed"
    assert reference.clause.line == (YEARLY + FEE).count("\n") + 3


def test_it_is_not_seen_before_it_is_agreed_and_does_nothing_before_its_day_but_for_what_was_billed(
    folder: Path,
) -> None:
    write(folder, YEARLY + FEE + takeover("2026-07-01", "2026-06-10"))
    assert papers(issue(folder, "2026-01-01")) == [("invoice", "acme", "PO-OLD", [Decimal("1200.00")])]
    assert issue(folder, "2026-06-09") == []
    assert papers(issue(folder, "2026-06-10")) == [("credit", "acme", "PO-OLD", [Decimal("604.93")])]
    assert papers(issue(folder, "2026-07-01")) == [("invoice", "globex", "", [Decimal("604.93")])]


def test_one_agreed_from_the_start_bills_each_for_its_own_days(folder: Path) -> None:
    text = YEARLY.replace("agreed 2025-12-12", "agreed 2025-12-01") + FEE
    write(folder, text + takeover("2026-07-01", "2025-12-02"))
    assert papers(issue(folder, "2026-01-01")) == [("invoice", "acme", "PO-OLD", [Decimal("595.07")])]
    assert papers(issue(folder, "2026-07-01")) == [("invoice", "globex", "", [Decimal("604.93")])]


def test_from_the_next_period_nothing_is_credited(folder: Path) -> None:
    write(folder, YEARLY + FEE)
    issue(folder, "2026-01-01")
    write(folder, YEARLY + FEE + takeover("2026-07-01", "2026-06-10", "globex from the next period"))
    assert issue(folder, "2026-07-01") == []
    assert papers(issue(folder, "2027-01-01")) == [("invoice", "globex", "", [Decimal("1200.00")])]


MONTHLY = heading("hosting", "Hosting") + '\ncharge fee "Fee"\n  31.00 EUR per month\n'


def test_a_takeover_that_is_told_late_moves_the_months_after_it_and_no_other(folder: Path) -> None:
    write(folder, MONTHLY)
    for month in (1, 2, 3):
        issue(folder, f"2026-{month:02}-01")
    write(folder, MONTHLY + takeover("2026-02-01", "2026-03-20"))
    assert papers(issue(folder, "2026-03-20")) == [
        ("credit", "acme", "", [Decimal("31.00")]),
        ("credit", "acme", "", [Decimal("31.00")]),
        ("invoice", "globex", "", [Decimal("31.00")]),
        ("invoice", "globex", "", [Decimal("31.00")]),
    ]
    assert issue(folder, "2026-03-31") == []


def test_a_takeover_that_was_a_mistake_is_taken_back_whole(folder: Path) -> None:
    write(folder, YEARLY + FEE)
    issue(folder, "2026-01-01")
    write(folder, YEARLY + FEE + takeover("2026-07-01", "2026-06-10"))
    issue(folder, "2026-07-01")
    write(folder, YEARLY + FEE)
    made = papers(issue(folder, "2026-07-02"))
    assert ("credit", "globex", "", [Decimal("604.93")]) in made
    assert sum(sum(amounts) for kind, customer, _, amounts in made if customer == "acme") == Decimal("604.93")
    assert issue(folder, "2026-12-31") == []


def test_discounts_and_price_steps_run_on_for_the_new_customer(folder: Path) -> None:
    text = MONTHLY + '\ndiscount start "Start"\n  50% off fee\n  for first 3 months\n'
    write(folder, text + takeover("2026-02-15", "2026-01-20"))
    found = [
        (one[1], sum(one[3]))
        for day in ("01-01", "02-01", "02-15", "03-01", "04-01")
        for one in papers(issue(folder, f"2026-{day}"))
    ]
    assert [customer for customer, _ in found] == ["acme", "acme", "globex", "globex", "globex"]
    assert sum(amount for _, amount in found) == Decimal("15.50") * 3 + 31
    assert found[1][1] + found[2][1] == Decimal("15.50")


def test_who_has_it_when_a_commitment_is_settled_owes_what_is_short(folder: Path) -> None:
    text = MONTHLY + '\ncommitment spend "Spend"\n  100.00 EUR per 2 months\n  counts fee\n'
    write(folder, text + takeover("2026-02-01", "2026-01-20"))
    issue(folder, "2026-01-01")
    issue(folder, "2026-02-01")
    assert ("invoice", "globex", "", [Decimal("38.00")]) in papers(issue(folder, "2026-03-01"))


def test_payment_terms_of_the_new_customer(folder: Path) -> None:
    more = "  change payment to pay within 14 days\n"
    write(folder, MONTHLY + takeover("2026-02-01", "2026-01-20").rstrip("\n") + "\n" + more)
    [first] = issue(folder, "2026-01-01")
    [second] = issue(folder, "2026-02-01")
    assert [one.payment.number for one in (first, second)] == [30, 14]


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    "day", ["2026-03-17", *(pytest.param(f"2026-{day}", marks=SLOW) for day in ("01-13", "01-31", "05-31", "12-31"))]
)
@pytest.mark.parametrize("late", [False, True])
def test_both_together_owe_what_one_would(folder: Path, day: str, late: bool) -> None:
    """Whatever day it is, agreed before or after the year was billed: the amounts come to those of the contract."""
    fees = '\ncharge fee "Fee"\n  1 000.00 EUR per year\n'
    fees += 'charge seats "Seats"\n  quantity 7 seats\n  9.99 EUR per seat per month\n'
    text = YEARLY + fees + "  bill quarterly in advance on day 1\n"
    moved = text + takeover(day, "2025-12-20")
    write(folder, text if late else moved)
    made = issue(folder, "2026-01-01")
    write(folder, moved)
    made += issue(folder, "2026-12-31")
    signed = [(-1 if one.kind is Kind.CREDIT_NOTE else 1) * sum(nets(one)) for one in made]
    assert sum(signed) == Decimal("1000.00") + 7 * 12 * Decimal("9.99")
    assert issue(folder, "2026-12-31") == []


METERED = """
charge calls "Calls"
  usage of calls
  bill monthly in arrears
  1.00 EUR per call
  included 10 calls

meter calls
  sum of calls
  unit calls
"""


def events(folder: Path, *rows: str) -> None:
    (folder / "usage").mkdir(exist_ok=True)
    (folder / "usage" / "calls.csv").write_text("event,contract,meter,at,calls\n" + "\n".join(rows) + "\n", "utf-8")
    manifest = '[[source]]\nfiles = "calls.csv"\nmeters = ["calls"]\ncomplete_through = 2026-12-31\n'
    (folder / "usage" / "manifest.toml").write_text(manifest, "utf-8")


def test_events_are_of_the_customer_of_their_day_and_what_is_included_is_shared(folder: Path) -> None:
    events(
        folder,
        "1,hosting,calls,2026-06-10T10:00:00Z,70",
        "2,hosting,calls,2026-06-15T21:59:59Z,1",
        "3,hosting,calls,2026-06-15T22:00:00Z,20",
        "4,hosting,calls,2026-07-03T10:00:00Z,30",
    )
    write(folder, YEARLY + METERED + takeover("2026-06-16", "2026-06-01"))
    assert papers(issue(folder, "2026-07-01")) == [
        ("invoice", "acme", "PO-OLD", [Decimal("66.00")]),  # 71 calls in Amsterdam's days, 5 of 10 included
        ("invoice", "globex", "", [Decimal("15.00")]),
    ]
    assert papers(issue(folder, "2026-08-01")) == [("invoice", "globex", "", [Decimal("20.00")])]


def test_usage_that_was_billed_before_a_takeover_became_known_goes_over(folder: Path) -> None:
    events(folder, "1,hosting,calls,2026-06-10T10:00:00Z,70", "2,hosting,calls,2026-06-20T10:00:00Z,20")
    write(folder, YEARLY + METERED)
    assert papers(issue(folder, "2026-07-01")) == [("invoice", "acme", "PO-OLD", [Decimal("80.00")])]
    write(folder, YEARLY + METERED + takeover("2026-06-16", "2026-07-10"))
    assert papers(issue(folder, "2026-07-10")) == [
        ("credit", "acme", "PO-OLD", [Decimal("15.00")]),
        ("invoice", "globex", "", [Decimal("15.00")]),
    ]


def test_a_deposit_goes_over_by_days_and_each_part_is_settled_with_its_customer(folder: Path) -> None:
    terms = (
        YEARLY.replace("supply hosting", "supply cover")
        + """
premium liability "Public liability"
  declared turnover
  1.20 EUR per 1 000 EUR
  deposit 4 000.00 EUR
  adjust on declaration within 60 days
  policy "PL-2026-7"
  insurer "Harbour Mutual"
  risk in NL
  insurance class liability

input turnover "Turnover"
  unit EUR
  stated per month
  adds up
"""
    )
    write(folder, terms)
    [paid] = issue(folder, "2026-01-01")
    assert nets(paid)[0] == Decimal("4000.00")
    write(folder, terms + takeover("2026-07-01", "2026-06-10"))
    over = issue(folder, "2026-07-01")
    assert [(kind, who, of[0]) for kind, who, _, of in papers(over)] == [
        ("credit", "acme", Decimal("2016.44")),  # 4 000.00 × 184 ÷ 365
        ("invoice", "globex", Decimal("2016.44")),
    ]
    (folder / "inputs").mkdir()
    months = [Period(dt.date(2026, at, 1), add_months(dt.date(2026, at, 1), 1)) for at in range(1, 13)]
    rows = [
        f"hosting,turnover,{one.start},{one.last_day},{200_000 if at < 6 else 700_000},{one.end}"
        for at, one in enumerate(months)
    ]
    text = "contract,input,from,to,value,declared\n" + "\n".join(rows) + "\n"
    (folder / "inputs" / "turnover.csv").write_text(text, "utf-8")
    assert [(kind, who, of[0]) for kind, who, _, of in papers(issue(folder, "2026-08-31"))] == [
        ("credit", "acme", Decimal("543.56"))  # earned 1 200 000 × 1.20 ÷ 1 000 = 1 440.00, paid 1 983.56
    ]
    assert [(kind, who, of[0]) for kind, who, _, of in papers(issue(folder, "2027-01-01"))] == [
        ("invoice", "globex", Decimal("4000.00"))
    ]
    assert [(kind, who, of[0]) for kind, who, _, of in papers(issue(folder, "2027-03-02"))] == [
        ("invoice", "globex", Decimal("3023.56"))  # earned 4 200 000 × 1.20 ÷ 1 000 = 5 040.00, paid 2 016.44
    ]

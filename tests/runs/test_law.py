"""Contracts that are ended: what a notice does to what was billed, and the law that protects a consumer."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from invoicer import ledger, runs, workspace
from invoicer.domain.document import Document, Kind

YEARLY = """contract {id} "Yearly"
  seller my-company
  customer {customer}
  currency EUR
  agreed 2025-12-12
  term 12 months from 2026-01-01
  renews for 12 months, notice 3 months
  bill annually in advance
  pay within 14 days
  supply {supply}

charge site "Web site"
  365.00 EUR per year
  no refund

notice given 2027-03-07 by {by} "Letter"
"""


def desk_with(folder: Path, *, customer: str = "jansen", by: str = "customer", supply: str = "hosting") -> runs.Desk:
    """A small workspace with the yearly contract alone."""
    workspace.new_workspace(folder)
    (folder / "contracts" / "acme-2026.terms").unlink()
    terms = YEARLY.format(id="yearly", customer=customer, by=by, supply=supply)
    (folder / "contracts" / "yearly.terms").write_text(terms, "utf-8")
    return runs.open_desk(folder)


def last_day(desk: runs.Desk, known_on: str) -> str:
    """On which day the contract ends, "" where nothing ends it."""
    found = runs.endings(desk, dt.date.fromisoformat(known_on))
    return str(found[0][1].end - dt.timedelta(days=1)) if found else ""


def issued(desk: runs.Desk, *days: str) -> list[Document]:
    """What is issued when everything is planned and released on each of the days."""
    space = desk.workspace
    with ledger.open_ledger(space.ledger_folder, writing=True, documents=space.documents_folder) as book:
        for text in days:
            day = dt.date.fromisoformat(text)
            if runs.plan(desk, book, day, day).plan.drafts:
                runs.confirm(book, "tests", "checked", day)
                runs.issue(desk, book, day, "tests")
        return [book.document(one.number) for one in book.documents()]


def test_a_dutch_consumer_leaves_a_month_after_the_notice(tmp_path: Path) -> None:
    desk = desk_with(tmp_path / "w")
    assert last_day(desk, "2027-03-06") == ""
    assert last_day(desk, "2027-03-07") == "2027-04-07"
    clause = runs.endings(desk, dt.date(2027, 3, 7))[0][1].clause
    assert str(clause) == "contracts/yearly.terms:16 (clause Burgerlijk Wetboek 6:236 j)"


def test_what_was_paid_for_later_days_comes_back_whatever_the_terms_say(tmp_path: Path) -> None:
    papers = issued(desk_with(tmp_path / "w"), "2026-01-01", "2027-01-01", "2027-03-07", "2028-01-01")
    assert [(one.kind, one.net.amount) for one in papers] == [
        (Kind.INVOICE, Decimal("365.00")),
        (Kind.INVOICE, Decimal("365.00")),
        (Kind.CREDIT_NOTE, Decimal("268.00")),  # 97 of 365 days were used
    ]
    (line,) = papers[2].lines
    assert line.clause is not None
    assert line.clause.reference == "Burgerlijk Wetboek 6:236 j"


@pytest.mark.parametrize(
    ("customer", "by"), [("acme", "customer"), ("jansen", "seller")], ids=["business", "notice of the seller"]
)
def test_the_terms_count_for_everybody_else(tmp_path: Path, customer: str, by: str) -> None:
    desk = desk_with(tmp_path / "w", customer=customer, by=by)
    assert last_day(desk, "2027-03-07") == "2027-12-31"
    papers = issued(desk, "2026-01-01", "2027-01-01", "2027-03-07", "2028-01-01")
    assert [one.net.amount for one in papers] == [Decimal("365.00")] * 2


def test_the_law_leaves_insurance_to_its_terms(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    desk_with(folder, supply="hosting")
    settings = folder / "invoicer.toml"
    settings.write_text(settings.read_text("utf-8").replace('hosting = "electronic-service"', 'hosting = "insurance"'))
    assert last_day(runs.open_desk(folder), "2027-03-07") == "2027-12-31"


def test_a_contract_from_before_the_law_is_left_to_its_terms(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    desk_with(folder)
    terms = folder / "contracts" / "yearly.terms"
    terms.write_text(terms.read_text("utf-8").replace("agreed 2025-12-12", "agreed 2011-11-30"), "utf-8")
    assert last_day(runs.open_desk(folder), "2027-03-07") == "2027-12-31"


def test_examples_know_the_law_too(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    desk_with(folder)
    terms = folder / "contracts" / "yearly.terms"
    example = (
        '\nexpect "2027, as known in March"\n  invoice on 2027-01-01\n  known on 2027-03-07\n  line site 97.00 EUR\n'
    )
    terms.write_text(terms.read_text("utf-8") + example, "utf-8")
    desk = runs.open_desk(folder)
    contract = runs.under_law(desk, next(iter(desk.contracts)), dt.date.max)
    (tried,) = runs.try_out(contract, desk.workspace.customers["jansen"])
    assert tried.passed

"""Published index values and commitments, from the row of a file to the paper: late, revised, wrong, never."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from invoicer import ledger, runs, workspace
from invoicer.domain.document import Document, Kind
from tests.runs.small import heading, held, issue

CONTRACT = (
    heading("office", "Office")
    + """
charge desk "Desk"
  450.00 EUR per month

charge prints "Prints"
  usage of prints
  0.10 EUR per print
  bill monthly in arrears

meter prints "Prints"
  sum of pages
  unit prints

indexation cpi "CPI"
  raises desk with "NL-CPI-2015"
  base 2025-01
  every year from 2026-03-01

commitment volume "Agreed volume"
  1 500.00 EUR per quarter
  counts everything
  clause "7"
"""
)
HEAD = "month,value,published\n"
VALUES = HEAD + "2025-01,100,2025-02-10\n2026-01,102,2026-02-10\n"
MANIFEST = '[[source]]\nfiles = "prints-*.csv"\nmeters = ["prints"]\ncomplete_through = 2026-12-31\n'
USAGE = "event,contract,meter,at,pages,received\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "mine"
    workspace.new_workspace(target)
    (target / "contracts" / "acme-2026.terms").write_text(CONTRACT, "utf-8")
    for name in ("indices", "usage"):
        (target / name).mkdir(exist_ok=True)
    (target / "usage" / "manifest.toml").write_text(MANIFEST, "utf-8")
    (target / "usage" / "prints-1.csv").write_text(USAGE, "utf-8")
    publish(target, VALUES)
    return target


def publish(folder: Path, text: str) -> None:
    (folder / "indices" / "NL-CPI-2015.csv").write_text(text, "utf-8")


def lines(documents: list[Document]) -> list[tuple[str, str, str]]:
    return [(str(one.component), str(one.days.start), str(one.net)) for paper in documents for one in paper.lines]


def test_a_price_follows_the_index_and_holds_until_the_value_is_published(folder: Path) -> None:
    publish(folder, HEAD + "2025-01,100,2025-02-10\n")
    assert lines(issue(folder, "2026-02-01"))[-1] == ("desk", "2026-02-01", "450.00 EUR")
    assert [problem.code for problem in held(folder, "office", "2026-03-01")] == ["E010"]
    publish(folder, VALUES.replace("2026-02-10", "2026-03-02"))
    assert [problem.code for problem in held(folder, "office", "2026-03-01")] == ["E010"], "nobody knew it on that day"
    assert lines(issue(folder, "2026-03-02")) == [("desk", "2026-03-01", "459.00 EUR")]


def test_a_value_that_later_months_need_holds_nothing_that_is_due_before(folder: Path) -> None:
    """A year from July on was billed, 1 200.00. From November it is billed by the month, and raised in January: 242 of 365
    days come back, 795.62, and November and December are billed, though nobody knows yet what January will cost."""
    publish(folder, HEAD + "2025-10,100,2025-11-10\n")
    yearly = heading("office", "Office", "annually in advance").replace("from 2026-01-01", "from 2026-07-01")
    yearly += '\ncharge desk "Desk"\n  1 200.00 EUR per year\n'
    path = folder / "contracts" / "acme-2026.terms"
    path.write_text(yearly, "utf-8")
    assert lines(issue(folder, "2026-07-01")) == [("desk", "2026-07-01", "1200.00 EUR")]
    monthly = """
amendment 1 from 2026-11-01 agreed 2026-10-20
  change billing to bill monthly in advance on day 1

  indexation cpi "CPI"
    raises desk with "NL-CPI-2015"
    base 2025-10
    every year from 2027-01-01
"""
    path.write_text(yearly + monthly, "utf-8")
    assert lines(issue(folder, "2026-11-01")) == [
        ("desk", "2026-11-01", "795.62 EUR"),
        ("desk", "2026-11-01", "100.00 EUR"),
    ]
    assert lines(issue(folder, "2026-12-01")) == [("desk", "2026-12-01", "100.00 EUR")]
    assert [problem.code for problem in held(folder, "office", "2027-01-01")] == ["E010"]
    publish(folder, HEAD + "2025-10,100,2025-11-10\n2026-10,102,2026-12-10\n")
    assert lines(issue(folder, "2027-01-01")) == [("desk", "2027-01-01", "102.00 EUR")]


def test_a_revision_changes_nothing_unless_the_terms_say_so(folder: Path) -> None:
    issue(folder, "2026-03-01")
    publish(folder, VALUES + "2026-01,104,2026-03-10\n")
    assert not issue(folder, "2026-03-11")
    path = folder / "contracts" / "acme-2026.terms"
    path.write_text(CONTRACT.replace("  base 2025-01\n", "  base 2025-01\n  revised values count\n"), "utf-8")
    (supplement,) = issue(folder, "2026-03-12")
    (line,) = supplement.lines
    assert str(line.net) == "9.00 EUR"
    assert line.corrects and line.corrects.reason == "index-revised"
    assert not issue(folder, "2026-03-13")


def test_a_document_keeps_the_values_that_were_known(folder: Path) -> None:
    publish(folder, VALUES + "2026-01,104,2026-03-10\n")
    paper = issue(folder, "2026-03-01")[-1]
    desk = runs.open_desk(folder)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=False) as book:
        kept = book.content(paper.provenance["index:NL-CPI-2015"]).decode()
    assert '"value":"102"' in kept and '"indices/NL-CPI-2015.csv:3"' in kept and '"value":"104"' not in kept


def test_a_wrong_row_holds_the_contracts_that_follow_the_series(folder: Path, snapshot: SnapshotAssertion) -> None:
    plain = CONTRACT[: CONTRACT.index("charge prints")].replace("contract office", "contract other")
    (folder / "contracts" / "other.terms").write_text(plain, "utf-8")
    publish(folder, VALUES + '2026-02,"102,5",2026-03-10\n2026-01,103,2026-02-10\n')
    refused = runs.open_desk(folder).refusals()
    assert set(refused) == {"office"}
    assert snapshot == [str(problem) for problem in refused["office"]]
    assert {problem.code for problem in held(folder, "office", "2026-03-01")} == {"W305", "W306"}


def test_a_series_that_there_is_not_refuses_the_contract(folder: Path) -> None:
    (folder / "indices" / "NL-CPI-2015.csv").rename(folder / "indices" / "NL-CPI-2025.csv")
    (problem,) = runs.open_desk(folder).refusals()["office"]
    assert (problem.code, problem.mend) == ("C066", "did you mean `NL-CPI-2025`?")


def test_late_usage_lowers_the_shortfall_and_says_why(folder: Path) -> None:
    """450.00 + 450.00 + 459.00 count, and 1 000 prints of March that are known in May."""
    papers = issue(folder, "2026-04-01")
    assert ("volume/commitment", "2026-01-01", "141.00 EUR") in lines(papers)
    late = "p1,office,prints,2026-03-20T10:00:00Z,1000,2026-05-04\n"
    (folder / "usage" / "prints-2.csv").write_text(USAGE + late, "utf-8")
    changed = {one.kind: one for one in issue(folder, "2026-05-04") if one.lines[0].corrects}
    credit = changed[Kind.CREDIT_NOTE]
    (line,) = credit.lines
    assert (str(line.component), str(line.net), line.title) == ("volume/commitment", "100.00 EUR", "Agreed volume")
    assert line.corrects and line.corrects.reason == "counted-charges-changed"
    assert str(line.corrects.due) == "41.00 EUR"
    assert not issue(folder, "2026-05-05")


def test_a_commitment_that_is_stopped_backwards_is_credited_by_the_clause_that_stops_it(folder: Path) -> None:
    issue(folder, "2026-04-01")
    stop = 'amendment 1 from 2026-01-01 agreed 2026-04-10 "No volume"\n  reference "SL-1"\n  stop volume\n'
    (folder / "contracts" / "acme-2026.terms").write_text(CONTRACT + stop, "utf-8")
    (credit,) = issue(folder, "2026-04-10")
    (line,) = credit.lines
    assert (str(line.component), str(line.net)) == ("volume/commitment", "141.00 EUR")
    assert line.corrects and line.corrects.reason == "terms-changed"
    assert line.corrects.clause and line.corrects.clause.reference == "SL-1"


def test_the_schedule_shows_when_a_commitment_is_settled(folder: Path) -> None:
    issue(folder, "2026-04-01")
    desk, today = runs.open_desk(folder), dt.date(2026, 4, 2)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=False) as book:
        rows = runs.schedule(desk, book, dt.date(2026, 1, 1), dt.date(2026, 7, 1), today)
    found = [
        (str(one.period.bill_date), str(one.state), len(one.documents)) for one in rows if one.period.charge == "volume"
    ]
    assert found == [("2026-04-01", "issued", 1), ("2026-07-01", "to come", 0)]

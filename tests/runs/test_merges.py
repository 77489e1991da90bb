"""Contracts that go on in others: two that are merged, one that is split. What does not change makes no document."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from invoicer import ledger, runs
from invoicer.domain.correction import CreditReason
from invoicer.domain.document import Document, Kind
from invoicer.errors import RunError
from invoicer.runs.diagnose import diagnose
from tests.runs.small import held, insurer, issue
from tests.runs.test_credit_stories import credit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small workspace with a second customer."""
    made = insurer(tmp_path / "workspace")
    rows = (made / "customers.csv").read_text("utf-8").splitlines()
    other = next(row for row in rows if row.startswith("acme,")).replace("acme,", "globex,", 1)
    (made / "customers.csv").write_text("\n".join([*rows, other, ""]), "utf-8")
    return made


def contract(
    name: str,
    start: str,
    charges: str,
    *,
    continues: str = "",
    customer: str = "acme",
    bill: str = "annually",
    agreed: str = "",
) -> str:
    more = f"  continues {continues}\n" if continues else ""
    return f"""contract {name} "{name}"
{more}  seller my-company
  customer {customer}
  currency EUR
  agreed {agreed or ("2025-12-12" if not continues else "2026-06-10")}
  term open from {start}
  bill {bill} in advance on day 1{" of january" if bill in ("annually", "quarterly") else ""}
  pay within 30 days
  supply hosting

{charges}"""


def fee(name: str, price: str, more: str = "") -> str:
    return f'charge {name} "{name}"\n{more}  {price} per year\n\n'


def write(folder: Path, *texts: str) -> None:
    for old in (folder / "contracts").glob("*.terms"):
        old.unlink()
    for text in texts:
        (folder / "contracts" / f"{text.split()[1]}.terms").write_text(text, "utf-8")


def nets(made: list[Document]) -> list[tuple[str, str, Decimal]]:
    """(credit or invoice, customer, net) of documents."""
    return [("credit" if one.kind is Kind.CREDIT_NOTE else "invoice", one.customer.id, one.net.amount) for one in made]


def signed(made: list[Document]) -> Decimal:
    return sum((-one.net.amount if one.kind is Kind.CREDIT_NOTE else one.net.amount for one in made), Decimal(0))


NORTH = contract("north", "2026-01-01", fee("web", "1 200.00 EUR"))
SOUTH = contract("south", "2026-01-01", fee("web", "600.00 EUR") + fee("mail", "300.00 EUR"))
BOTH = (
    fee("web-north", "1 200.00 EUR", "  continues web of north\n")
    + fee("web-south", "600.00 EUR", "  continues web of south\n")
    + fee("mail", "300.00 EUR")
)
MERGED = contract("acme", "2026-07-01", BOTH, continues="north, south")


def test_a_merge_that_changes_no_amount_makes_no_document_and_the_next_year_is_billed_once(folder: Path) -> None:
    write(folder, NORTH, SOUTH)
    assert signed(issue(folder, "2026-01-01")) == 2100
    write(folder, NORTH, SOUTH, MERGED)
    assert issue(folder, "2026-06-10") == [] == issue(folder, "2026-07-01")
    made = issue(folder, "2027-01-01")
    assert nets(made) == [("invoice", "acme", Decimal("2100.00"))]
    assert {line.contract for line in made[0].lines} == {"acme"}
    assert issue(folder, "2027-06-30") == []


def test_two_charges_go_on_as_one(folder: Path) -> None:
    write(folder, NORTH, SOUTH)
    issue(folder, "2026-01-01")
    charges = fee("web", "1 800.00 EUR") + fee("mail", "300.00 EUR")
    write(folder, NORTH, SOUTH, contract("acme", "2026-07-01", charges, continues="north, south"))
    assert issue(folder, "2026-07-01") == []
    assert nets(issue(folder, "2027-01-01")) == [("invoice", "acme", Decimal("2100.00"))]


def test_a_price_that_rises_with_the_merge_is_a_supplement_and_one_that_falls_a_credit(folder: Path) -> None:
    write(folder, NORTH, SOUTH)
    issue(folder, "2026-01-01")
    changed = (
        MERGED.replace("1 200.00", "1 300.00")
        .replace("300.00 EUR per", "200.00 EUR per")
        .replace("1 200.00 EUR per", "1 300.00 EUR per")
    )
    write(folder, NORTH, SOUTH, changed)
    made = issue(folder, "2026-07-01")
    assert sorted(nets(made)) == [("credit", "acme", Decimal("50.41")), ("invoice", "acme", Decimal("50.41"))]
    named = {line.corrects.number for one in made for line in one.lines if line.corrects}
    assert named == {"INV-2026-00001", "INV-2026-00002"}
    assert issue(folder, "2026-07-02") == []


def test_another_cadence_gives_back_the_unused_part_and_bills_by_the_month(folder: Path) -> None:
    write(folder, NORTH)
    issue(folder, "2026-01-01")
    monthly = contract(
        "acme", "2026-07-01", 'charge web "Web"\n  100.00 EUR per month\n', continues="north", bill="monthly"
    )
    write(folder, NORTH, monthly)
    assert sorted(nets(issue(folder, "2026-07-01"))) == [
        ("credit", "acme", Decimal("604.93")),
        ("invoice", "acme", Decimal("100.00")),
    ]
    assert nets(issue(folder, "2026-08-01")) == [("invoice", "acme", Decimal("100.00"))]


SEATS = 'charge seats "Seats"\n  quantity {} seats\n  120.00 EUR per seat per year\n'
WHOLE = contract("whole", "2026-01-01", SEATS.format(40))


def half(name: str, seats: int, customer: str = "acme") -> str:
    return contract(name, "2026-07-01", SEATS.format(seats), continues="whole", customer=customer)


def test_a_split_makes_no_document_and_each_part_is_billed_by_itself_afterwards(folder: Path) -> None:
    write(folder, WHOLE)
    issue(folder, "2026-01-01")
    write(folder, WHOLE, half("one", 25), half("two", 15))
    assert issue(folder, "2026-07-01") == []
    assert nets(issue(folder, "2027-01-01")) == [
        ("invoice", "acme", Decimal("3000.00")),
        ("invoice", "acme", Decimal("1800.00")),
    ]


def test_a_part_that_changes_later_is_credited_against_the_line_that_was_billed(folder: Path) -> None:
    write(folder, WHOLE)
    issue(folder, "2026-01-01")
    fewer = half("two", 15) + "\namendment 1 from 2026-10-01 agreed 2026-09-15\n  change seats quantity to 10 seats\n"
    write(folder, WHOLE, half("one", 25), fewer)
    [note] = issue(folder, "2026-10-01")
    exact = Fraction(5 * 120 * 92, 365)
    assert nets([note]) == [("credit", "acme", Decimal("151.24"))] and abs(exact - Fraction("151.24")) < Fraction(
        "0.01"
    )
    assert [line.corrects.number for line in note.lines if line.corrects] == ["INV-2026-00001"]
    [first, second] = issue(folder, "2027-01-01")
    assert [first.net.amount, second.net.amount] == [Decimal("3000.00"), Decimal("1200.00")]
    write(folder, WHOLE, half("one", 20), fewer)
    made = issue(folder, "2027-01-02")
    assert {line.contract for one in made for line in one.lines if one.tax_point.year == 2027} == {"one"}
    assert issue(folder, "2027-01-03") == []


def test_a_part_that_another_customer_gets_is_credited_and_billed_there(folder: Path) -> None:
    write(folder, WHOLE)
    issue(folder, "2026-01-01")
    write(folder, WHOLE, half("one", 25), half("two", 15, "globex"))
    assert sorted(nets(issue(folder, "2026-07-01"))) == [
        ("credit", "acme", Decimal("907.40")),
        ("invoice", "globex", Decimal("907.40")),
    ]


def test_what_is_due_once_is_not_due_again(folder: Path) -> None:
    once = 'charge setup "Set-up"\n  250.00 EUR once\n\n'
    write(folder, contract("north", "2026-01-01", fee("web", "1 200.00 EUR") + once))
    issue(folder, "2026-01-01")
    more = once + 'charge move "Moving"\n  99.00 EUR once\n'
    both = contract("acme", "2026-07-01", fee("web", "1 200.00 EUR") + more, continues="north")
    write(folder, contract("north", "2026-01-01", fee("web", "1 200.00 EUR") + once), both)
    assert nets(issue(folder, "2026-07-01")) == [("invoice", "acme", Decimal("99.00"))]


def test_it_is_not_seen_before_it_is_agreed(folder: Path) -> None:
    write(folder, NORTH, SOUTH, MERGED)
    assert signed(issue(folder, "2026-01-01")) == 2100
    assert issue(folder, "2026-06-09") == [] == issue(folder, "2026-07-01")


def test_one_agreed_from_the_start_is_billed_in_two_parts_that_come_to_the_whole(folder: Path) -> None:
    write(
        folder,
        NORTH,
        contract("acme", "2026-07-01", fee("web", "1 200.00 EUR"), continues="north", agreed="2025-12-13"),
    )
    first, second = issue(folder, "2026-01-01"), issue(folder, "2026-07-01")
    assert [signed(first), signed(second)] == [Decimal("595.07"), Decimal("604.93")]


def test_a_contract_waits_for_the_one_that_it_continues(folder: Path) -> None:
    write(folder, NORTH, SOUTH)
    issue(folder, "2026-01-01")
    usage = """charge calls "Calls"
  usage of calls
  bill monthly in arrears
  1.00 EUR per call

meter calls
  sum of calls
  unit calls
"""
    write(folder, NORTH + usage, SOUTH, MERGED)
    assert [one.code for one in held(folder, "acme", "2026-07-01")] == ["L232"]


@pytest.mark.parametrize(
    "slip",
    [
        ("300.00 EUR per", "300.00 EURO per"),
        ("customer acme", "customer nobody"),
        ("contract acme", "contrac acme"),
        ("continues north, south", "continues somebody, else"),
        ("  continues north, south\n", "  continue north, south\n"),
    ],
)
def test_those_that_go_on_in_a_contract_with_a_slip_in_its_terms_wait_instead_of_being_billed_beyond_their_end(
    folder: Path, slip: tuple[str, str]
) -> None:
    write(folder, NORTH, SOUTH)
    issue(folder, "2026-01-01")
    write(folder, NORTH, SOUTH, MERGED)
    issue(folder, "2027-01-01")
    write(folder, NORTH, SOUTH, MERGED.replace(*slip))
    desk, day = runs.open_desk(folder), dt.date(2027, 1, 2)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        planned = runs.plan(desk, book, day, day).plan
    assert not planned.drafts
    assert {name: planned.holds[name][0].code for name in ("north", "south")} == {"north": "L232", "south": "L232"}


def test_those_that_are_probably_meant_to_go_on_in_a_contract_wait_from_the_beginning(folder: Path) -> None:
    """Nothing was billed of it yet, and what it continues has a slip."""
    write(folder, NORTH, SOUTH, MERGED.replace("continues north, south", "continues nort, sout"))
    assert {one: [wrong.code for wrong in held(folder, one, "2026-07-01")] for one in ("north", "south")} == {
        "north": ["L232"],
        "south": ["L232"],
    }


def test_those_that_went_on_in_a_contract_whose_file_is_gone_wait_too(folder: Path) -> None:
    write(folder, NORTH, SOUTH)
    issue(folder, "2026-01-01")
    write(folder, NORTH, SOUTH, MERGED)
    issue(folder, "2027-01-01")
    write(
        folder,
        NORTH.replace("contract north", "contract noord").replace("  seller", "  renamed from north\n  seller", 1),
    )
    assert [one.code for one in held(folder, "acme", "2027-01-02")] == ["L201"]
    assert [one.code for one in held(folder, "south", "2027-01-02")] == ["L201"]
    assert [one.code for one in held(folder, "noord", "2027-01-02")] == ["L232"]
    write(folder, NORTH, SOUTH, MERGED)
    assert not issue(folder, "2027-01-02")


def test_what_was_expected_of_those_cannot_be_said_either(folder: Path) -> None:
    """They would be told as late, beyond the day on which they end, beside the contract that was billed for those days."""
    write(folder, NORTH, SOUTH)
    issue(folder, "2026-01-01")
    write(folder, NORTH, SOUTH, MERGED)
    issue(folder, "2027-01-01")
    write(folder, NORTH, SOUTH)
    desk, (first, last, day) = runs.open_desk(folder), (dt.date(2027, 1, 1), dt.date(2027, 12, 31), dt.date(2027, 2, 2))
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=False) as book:
        found = runs.completeness(desk, book, first, last, day)
    assert {name: [one.code for one in problems] for name, problems in found.unknown.items()} == {
        "acme": ["L201"],
        "north": ["L232"],
        "south": ["L232"],
    }
    assert {row.contract for row in found.rows} == {"acme"}


def test_an_error_in_what_was_billed_of_those_waits_for_the_terms(folder: Path) -> None:
    """What they are owed is worked out with the contract that they went on in, or not at all."""
    write(folder, NORTH, SOUTH)
    invoices = issue(folder, "2026-01-01")
    write(folder, NORTH, SOUTH, MERGED)
    issue(folder, "2027-01-01")
    write(folder, NORTH, SOUTH)
    mine = next(one for one in invoices if one.lines[0].contract == "north")
    with pytest.raises(RunError, match=r"L232.*acme"):
        credit(folder, mine.number, CreditReason.PRICE, "2027-01-05")
    assert credit(folder, mine.number, CreditReason.GOODWILL, "2027-01-05").request.id == 1


def test_those_that_go_on_under_a_former_name_wait_too(folder: Path) -> None:
    renamed = NORTH.replace("contract north", "contract noord").replace("  seller", "  renamed from north\n  seller", 1)
    write(folder, renamed, MERGED)  # which continues `north`, and a `south` that is not there
    assert [one.code for one in held(folder, "noord", "2027-01-01")] == ["L232"]


def test_without_proration_nothing_is_lost_and_nothing_is_billed_twice(folder: Path) -> None:
    rigid = [text.replace("  pay", "  prorate full-periods\n  pay") for text in (NORTH, SOUTH, MERGED)]
    write(folder, *rigid[:2])
    issue(folder, "2026-01-01")
    write(folder, *rigid)
    assert issue(folder, "2026-07-01") == []
    assert signed(issue(folder, "2027-01-01")) == 2100


def test_parts_that_are_rounded_apart_still_come_to_the_whole(folder: Path) -> None:
    off = 'discount early "Early"\n  10% off seats\n'
    write(folder, WHOLE.replace("120.00", "121.07") + off)
    [made] = issue(folder, "2026-01-01")
    assert made.net.amount == Decimal("4358.52")  # 4 842.80 - 484.28
    parts = [half(name, seats).replace("120.00", "121.07") + off for name, seats in (("a", 13), ("b", 13), ("c", 14))]
    write(folder, WHOLE.replace("120.00", "121.07") + off, *parts)
    for day in ("2026-06-11", "2026-07-01", "2026-12-31"):
        assert issue(folder, day) == []
    assert signed(issue(folder, "2027-01-01")) == Decimal("4358.52")


def test_usage_is_counted_by_the_contract_of_its_day_and_an_old_id_after_it_is_told(folder: Path) -> None:
    calls = """charge calls "Calls"
  usage of calls
  bill monthly in arrears
  1.00 EUR per call

meter calls
  sum of calls
  unit calls
"""
    write(
        folder,
        contract("north", "2026-01-01", calls, bill="monthly"),
        contract("south", "2026-01-01", calls, bill="monthly"),
        contract("acme", "2026-02-01", calls, bill="monthly", continues="north, south", agreed="2026-01-15"),
    )
    (folder / "usage").mkdir()
    rows = [
        "1,north,calls,2026-01-10T10:00:00Z,10",
        "2,south,calls,2026-01-20T10:00:00Z,20",
        "3,acme,calls,2026-02-10T10:00:00Z,40",
    ]
    events, late = folder / "usage" / "calls.csv", "4,south,calls,2026-02-11T10:00:00Z,5"
    events.write_text("\n".join(["event,contract,meter,at,calls", *rows, ""]), "utf-8")
    manifest = '[[source]]\nfiles = "calls.csv"\nmeters = ["calls"]\ncomplete_through = 2026-02-28\n'
    (folder / "usage" / "manifest.toml").write_text(manifest, "utf-8")
    assert sorted(nets(issue(folder, "2026-02-01"))) == [
        ("invoice", "acme", Decimal("10.00")),
        ("invoice", "acme", Decimal("20.00")),
    ]
    assert nets(issue(folder, "2026-03-01")) == [("invoice", "acme", Decimal("40.00"))]
    events.write_text("\n".join(["event,contract,meter,at,calls", *rows, late, ""]), "utf-8")
    assert issue(folder, "2026-03-02") == []
    desk, day = runs.open_desk(folder), dt.date(2026, 3, 2)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        warnings = runs.plan(desk, book, day, day).warnings
    assert [one.code for one in warnings] == ["U214"]


def test_documents_of_a_merge_are_derived_again_and_explained_with_all_terms(folder: Path) -> None:
    write(folder, NORTH, SOUTH)
    issue(folder, "2026-01-01")
    write(folder, NORTH, SOUTH, MERGED.replace("1 200.00 EUR per", "1 100.00 EUR per"))
    [note] = issue(folder, "2026-07-01")
    [year] = issue(folder, "2027-01-01")
    for paper in (note, year):
        assert {f"terms:contracts/{name}.terms" for name in ("north", "south", "acme")} <= set(paper.provenance)
    desk = runs.open_desk(folder)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=False) as book:
        found = diagnose(book, desk.workspace, desk.plugins)
    assert (found.looked_at, found.problems) == (4, ())

"""Nothing that was expected is lost: it was issued, is held, is late or is to come, and the sums say so."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from invoicer import ledger, runs, workspace
from invoicer.documents import Asked
from invoicer.domain.correction import CreditReason
from invoicer.domain.entitlement import Part
from invoicer.errors import RunError
from invoicer.runs import Completeness, Expected, Status
from tests.runs.conftest import MONTHS, Batch
from tests.runs.conserved import Sums, billed_until, carried_by, owed
from tests.runs.small import heading, issue

LAST = MONTHS[-1]
USED = '\ncharge calls "Calls"\n  usage of calls\n  0.01 EUR per call\n\nmeter calls "Calls"\n  sum of calls\n  unit calls\n'


def seen(
    folder: Path, on: dt.date, since: str = "2026-01-01", until: str = "2026-12-31", **chosen: list[str]
) -> Completeness:
    desk = runs.open_desk(folder)
    first, last = dt.date.fromisoformat(since), dt.date.fromisoformat(until)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=False) as book:
        return runs.completeness(desk, book, first, last, on, **chosen)


def sums(rows: tuple[Expected, ...], *statuses: Status) -> Sums:
    """The amounts by contract and currency, without levies on top."""
    found: Sums = defaultdict(Fraction)
    for row in rows:
        if row.net and row.status in statuses and f"/{Part.LEVY}/" not in row.component:
            found[row.contract, row.net.currency] += row.net.exact
    return found


@pytest.fixture(scope="module", params=[2, 4, 6])
def month(request: pytest.FixtureRequest) -> dt.date:
    return MONTHS[int(request.param)]


def test_law_what_is_expected_is_what_the_terms_owe(batch: Batch, month: dt.date) -> None:
    """Expected = issued + held + late + to come; and up to a day that is what the engine says is owed by then, added up
    apart from the comparison. Seen from a day in the past, and from the last one."""
    found = seen(batch.folder, month, "2020-01-01", "2026-12-31")
    documents = [one for one in batch.documents if one.issue_date <= month]
    for tally in found.tallies:
        assert tally.expected.exact == sum(amount.exact for amount in tally.by_status.values())
    assert nonzero(sums(found.rows, Status.ISSUED)) == nonzero(without_vat_in_prices(carried_by(documents), found))
    due = tuple(row for row in found.rows if row.bill_date <= month)
    told = sums(due, *Status)
    open_ = {row.contract for row in found.rows if row.status is Status.HELD and row.net is None}
    terms = owed(batch.desk, month, billed_until(documents))
    wanted = {key: amount for key, amount in terms.items() if key[0] not in open_ and amount}
    assert {key: told[key] for key in wanted} == wanted
    assert len(wanted) > 20


def without_vat_in_prices(carried: Sums, found: Completeness) -> Sums:
    """What documents carry, of the contracts that rows are about."""
    names = {row.contract for row in found.rows}
    return defaultdict(Fraction, {key: amount for key, amount in carried.items() if key[0] in names})


def nonzero(found: Sums) -> dict[tuple[str, str], Fraction]:
    return {key: amount for key, amount in found.items() if amount}


def test_a_batch_that_was_issued_in_time_has_nothing_late(batch: Batch) -> None:
    found = seen(batch.folder, LAST, "2026-01-01", f"{LAST}")
    assert [row for row in found.rows if row.status is Status.LATE] == []
    assert all(row.why for row in found.rows if row.status is Status.HELD)
    assert not found.unknown


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "workspace"
    workspace.new_workspace(made)
    (made / "contracts" / "acme-2026.terms").unlink()
    settings = made / "invoicer.toml"
    text = settings.read_text("utf-8").replace("[policy]\n", '[policy]\nformats = ["json"]\n')
    settings.write_text(text, "utf-8")
    return made


def agree(folder: Path, name: str, body: str, bill: str = "monthly in advance on day 1") -> None:
    (folder / "contracts" / f"{name}.terms").write_text(heading(name, "Hosting", bill) + body, "utf-8")


def fee(folder: Path, price: str = "100.00") -> None:
    agree(folder, "fee", f'\ncharge fee "Fee"\n  {price} EUR per month\n')


def told(found: Completeness) -> list[tuple[str, str, str, int, int]]:
    return [
        (str(row.bill_date), str(row.status), str(row.net.amount) if row.net else "?", row.late, row.late_by_law)
        for row in found.rows
    ]


def test_late_by_the_agreed_day_and_by_the_law(folder: Path) -> None:
    fee(folder)
    issue(folder, "2026-01-20")
    found = seen(folder, dt.date(2026, 3, 20), until="2026-04-30")
    assert told(found) == [
        ("2026-01-01", "issued", "100.00", 19, 0),
        ("2026-02-01", "late", "100.00", 47, 5),  # 15 March is the last day for a supply of February
        ("2026-03-01", "late", "100.00", 19, 0),
        ("2026-04-01", "to come", "100.00", 0, 0),
    ]
    first = found.rows[0]
    assert (first.document, first.issued, first.last_day) == (
        "INV-2026-00001",
        dt.date(2026, 1, 20),
        dt.date(2026, 2, 15),
    )
    assert first.law is not None and "34g" in first.law.law
    [tally] = found.tallies
    assert [str(amount.amount) for amount in tally.by_status.values()] == ["100.00", "0.00", "200.00", "100.00"]
    assert found.slipped


def test_a_past_day_knows_nothing_of_later_documents(folder: Path) -> None:
    fee(folder)
    issue(folder, "2026-01-01")
    issue(folder, "2026-02-03")
    assert told(seen(folder, dt.date(2026, 2, 2), until="2026-02-28")) == [
        ("2026-01-01", "issued", "100.00", 0, 0),
        ("2026-02-01", "late", "100.00", 1, 0),
    ]
    found = seen(folder, dt.date(2026, 2, 3), until="2026-02-28")
    assert told(found)[1] == ("2026-02-01", "issued", "100.00", 2, 0)
    assert not found.slipped


def test_what_is_held_says_why_and_is_no_slip_until_the_law_wants_it(folder: Path) -> None:
    agree(folder, "used", USED, "monthly in arrears on day 1")
    found = seen(folder, dt.date(2026, 2, 10), until="2026-03-31")
    assert told(found) == [("2026-02-01", "held", "?", 9, 0), ("2026-03-01", "to come", "?", 0, 0)]
    assert "U301" in found.rows[0].why[0]
    assert found.open[Status.HELD] == found.open[Status.TO_COME] == 1
    assert not found.slipped


def test_a_correction_is_to_come_and_beside_what_it_corrects(folder: Path) -> None:
    fee(folder)
    issue(folder, "2026-01-01")
    body = '\ncharge fee "Fee"\n  100.00 EUR per month\n\namendment 1 from 2026-01-01 agreed 2026-01-10 "Less"\n'
    agree(folder, "fee", body + "  change fee to 80.00 EUR per month\n")
    found = seen(folder, dt.date(2026, 1, 15), until="2026-01-31")
    assert [(row[1], row[2]) for row in told(found)] == [("issued", "100.00"), ("to come", "-20.00")]
    assert found.rows[1].why == ("corrects INV-2026-00001",)
    assert [str(one.expected.amount) for one in found.tallies] == ["80.00"]


def test_what_was_let_go_stays_expected_and_issued(folder: Path) -> None:
    """A concession of 30.00: 100.00 were owed and billed, and still are."""
    fee(folder)
    [invoice] = issue(folder, "2026-01-01")
    desk, day = runs.open_desk(folder), dt.date(2026, 1, 5)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        asked = (Asked(1, amount=Fraction(30)),)
        runs.credit(desk, book, invoice.number, CreditReason.GOODWILL, "me", "asked", day, asked=asked)
    assert [note.net.amount for note in issue(folder, "2026-01-05")] == [Decimal(30)]
    found = seen(folder, dt.date(2026, 1, 15), until="2026-01-31")
    assert [(row[1], row[2]) for row in told(found)] == [("issued", "100.00")]
    assert [str(one.expected.amount) for one in found.tallies] == ["100.00"]


@pytest.mark.parametrize(("least", "state"), [("50.00", "held"), ("20.00", "late"), ("10.01", "late")])
def test_a_small_amount_may_wait_and_a_larger_one_is_late(folder: Path, least: str, state: str) -> None:
    """20.00 are owed by the tenth of February: two months of 10.00."""
    text = heading("fee", "Hosting") + f"  invoices of at least {least} EUR, at most 6 months later\n"
    terms = folder / "contracts" / "fee.terms"
    terms.write_text(text + '\ncharge fee "Fee"\n  10.00 EUR per month\n', "utf-8")
    found = seen(folder, dt.date(2026, 2, 10), until="2026-02-28")
    assert [(str(row.status), str(row.net)) for row in found.rows] == [(state, "10.00 EUR"), (state, "10.00 EUR")]
    assert found.slipped is (state == "late")
    if state == "held":
        assert found.rows[0].why == ("invoices of less than 50.00 EUR may wait until 2026-07-01",)


def test_a_contract_that_disappeared_is_shown_and_can_not_be_judged(folder: Path) -> None:
    fee(folder)
    issue(folder, "2026-01-01")
    (folder / "contracts" / "fee.terms").unlink()
    found = seen(folder, dt.date(2026, 1, 15))
    assert told(found) == [("2026-01-01", "issued", "100.00", 0, 0)]
    assert {name: [problem.code for problem in problems] for name, problems in found.unknown.items()} == {
        "fee": ["L201"]
    }
    assert found.slipped


def test_contracts_customers_and_sellers_are_chosen(folder: Path) -> None:
    fee(folder)
    agree(folder, "other", '\ncharge fee "Fee"\n  1.00 EUR per month\n')
    on = dt.date(2026, 1, 1)
    assert {row.contract for row in seen(folder, on, contracts=["other"]).rows} == {"other"}
    assert seen(folder, on, customers=["jansen"]).rows == ()
    assert len(seen(folder, on, customers=["acme"], sellers=["my-company"]).rows) == 24
    with pytest.raises(RunError, match="no file has such a contract"):
        seen(folder, on, contracts=["nobody"])
    with pytest.raises(RunError, match=r"customer acmee.*did you mean “acme”"):
        seen(folder, on, customers=["acmee"])
    with pytest.raises(RunError, match="no file has such a seller"):
        seen(folder, on, sellers=["nobody"])


def test_consumers_have_no_deadline_by_law(folder: Path) -> None:
    fee(folder)
    text = (folder / "contracts" / "fee.terms").read_text("utf-8").replace("customer acme", "customer jansen")
    (folder / "contracts" / "fee.terms").write_text(text, "utf-8")
    [row] = seen(folder, dt.date(2026, 3, 1), until="2026-01-31").rows
    assert (row.late, row.last_day, row.law) == (59, None, None)

"""Numbers without gaps or duplicates, what a document brings with it, and what the unique key refuses."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from invoicer.domain.document import Kind
from invoicer.domain.money import Money
from invoicer.errors import DefectError, RunError
from invoicer.ledger import DraftStatus, PlanStatus, schema
from tests.ledger.conftest import Places
from tests.ledger.papers import (
    TODAY,
    by_hand,
    confirmed,
    draft,
    finish,
    finished,
    make_files,
    many,
    month,
    reader,
    stored,
    writer,
)
from tests.quickly import law


def test_a_draft_becomes_a_document(folder: Path) -> None:
    paper = draft("acme-2026", ("450.00", "-50.00"))
    with writer(folder) as ledger:
        plan = confirmed(ledger, [(paper, "f")])
        heard: list[int] = []
        assert ledger.issue(plan, finish, TODAY, progress=heard.append) == ("HN-2026-00001",)
        assert heard == [1]
    with reader(folder) as ledger:
        document, billed, _ = finished(paper, "HN-2026-00001", TODAY)
        assert ledger.document("HN-2026-00001") == document
        assert ledger.billed(["acme-2026"]) == billed
        assert ledger.billed(["other"]) == ()
        assert ledger.billed_contracts() == {"acme-2026"}
        assert ledger.first_documents() == {"acme": "HN-2026-00001"}
        assert ledger.next_numbers() == {"HN-2026-{number:5}": 2}
        wanted = [(item.document, item.format, item.name, item.sha256) for item in ledger.missing_artifacts()]
        assert wanted == [
            ("HN-2026-00001", "json", "2026/HN-2026-00001.json", ""),
            ("HN-2026-00001", "pdf", "2026/HN-2026-00001.pdf", ""),
        ]
        (brief,) = ledger.documents()
        assert (brief.net, brief.tax, brief.gross) == tuple(Money.of(n, "EUR") for n in ("400", "84", "484"))
        assert (brief.customer, brief.kind, brief.issue_date) == ("acme", Kind.INVOICE, TODAY)
        stored_plan = ledger.plan(plan)
        assert stored_plan.status is PlanStatus.ISSUED
        assert [(item.status, item.document) for item in stored_plan.drafts] == [(DraftStatus.ISSUED, brief.number)]
        assert ledger.verify_chain() == ()


@law(6)
@given(st.lists(st.integers(0, 23), min_size=1, max_size=4), st.integers(1, 9))
def test_numbers_have_no_gaps_and_no_duplicates(
    tmp_path_factory: pytest.TempPathFactory, places: Places, runs: list[int], batch: int
) -> None:
    folder = places.new(tmp_path_factory.mktemp("numbers"))
    for index, count in enumerate(runs):
        with writer(folder) as ledger:
            ledger.issue(confirmed(ledger, many(count, month(index))), finish, TODAY, batch=batch)
    with reader(folder) as ledger:
        numbers = defaultdict(list)
        for document in ledger.documents():
            numbers[document.series].append(document.number)
        for key, found in numbers.items():
            assert found == [f"{key[:8]}{n:05}" for n in range(1, len(found) + 1)]
        assert sum(map(len, numbers.values())) == sum(runs)
        assert ledger.verify_chain() == ()


def test_only_confirmed_drafts_are_issued_and_once(folder: Path) -> None:
    with writer(folder) as ledger:
        plan = stored(ledger, many(5))
        assert ledger.issue(plan, finish, TODAY) == ()
        ledger.confirm(plan, "sales", "checked", TODAY, positions=[2, 4])
        assert len(ledger.issue(plan, finish, TODAY)) == 2
        assert ledger.issue(plan, finish, TODAY) == ()
        assert ledger.plan(plan).status is PlanStatus.OPEN
        ledger.confirm(plan, "sales", "checked", TODAY)
        ledger.issue(plan, finish, TODAY)
        assert [item.status for item in ledger.plan(plan).drafts] == [DraftStatus.ISSUED] * 5
        assert len(ledger.documents(plan=plan)) == len(ledger.documents()) == 5


def test_a_number_whose_file_is_there_is_not_given_again(folder: Path) -> None:
    """The second one of a batch of two: the first leaves no trace either."""
    sent = folder / "documents" / "2026" / "HN-2026-00003.pdf"
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, many(1)), finish, TODAY)
        plan = confirmed(ledger, many(2, month(1)))
        sent.parent.mkdir(parents=True)
        sent.write_bytes(b"%PDF")
        length = ledger.length()
        with pytest.raises(
            RunError, match=r"HN-2026-00003\.pdf.*L137.*leave its file where it is, and put the latest backup"
        ):
            ledger.issue(plan, finish, TODAY)
        assert ledger.length() == length
        sent.unlink()
        assert ledger.issue(plan, finish, TODAY) == ("HN-2026-00002", "HN-2026-00003")


def test_a_ledger_put_back_whole_from_an_old_backup_issues_nothing(tmp_path: Path) -> None:
    """Its anchor is as old as itself and finds nothing; what was sent since then does."""
    with writer(tmp_path) as ledger:
        ledger.issue(confirmed(ledger, many(2)), finish, TODAY)
        make_files(ledger)
    shutil.copytree(tmp_path / "ledger", tmp_path / "backup")
    with writer(tmp_path) as ledger:
        ledger.issue(confirmed(ledger, many(2, month(1))), finish, TODAY)
        make_files(ledger)
    latest = (tmp_path / "ledger").rename(tmp_path / "latest")
    (tmp_path / "backup").rename(tmp_path / "ledger")
    with writer(tmp_path) as ledger, pytest.raises(RunError, match="L137"):
        ledger.issue(confirmed(ledger, many(3, month(2))), finish, TODAY)
    shutil.rmtree(tmp_path / "ledger")
    latest.rename(tmp_path / "ledger")
    with writer(tmp_path) as ledger:
        numbers = ledger.issue(confirmed(ledger, many(3, month(2))), finish, TODAY)
        assert numbers == ("HN-2026-00005", "HN-2026-00006", "HN-2026-00007")


def test_series_of_a_new_year_and_of_another_pattern_count_for_themselves(folder: Path) -> None:
    with writer(folder) as ledger:
        drafts = [(draft("a-1"), "a"), (draft("b-1", series="X{number}"), "b")]
        ledger.issue(confirmed(ledger, drafts), finish, dt.date(2026, 12, 31))
        drafts = [(draft("a-1", days=month(1)), "c"), (draft("b-1", series="X{number}", days=month(1)), "d")]
        ledger.issue(confirmed(ledger, drafts), finish, dt.date(2027, 1, 1))
        assert [item.number for item in ledger.documents()] == ["HN-2026-00001", "X1", "HN-2027-00001", "X2"]
        assert [item.number for item in ledger.documents(since=dt.date(2027, 1, 1))] == ["HN-2027-00001", "X2"]
        assert [item.number for item in ledger.documents(until=dt.date(2026, 12, 31))] == ["HN-2026-00001", "X1"]
        assert [item.number for item in ledger.documents(contracts=["b-1"])] == ["X1", "X2"]
        assert [item.number for item in ledger.documents(customers=["a"])] == ["HN-2026-00001", "HN-2027-00001"]
        assert ledger.documents(kind=Kind.CREDIT_NOTE) == ()


def test_the_same_thing_cannot_be_billed_twice(folder: Path) -> None:
    """Should a plan ever be issued beside what it has not seen (here its memory is changed by hand), the key refuses."""
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, [(draft("a-1"), "a")]), finish, TODAY)
        plan = confirmed(ledger, [(draft("b-1"), "b"), (draft("a-1"), "stale")])
        with ledger._store.write() as connection:
            connection.exec_driver_sql("UPDATE plan_drafts SET revisions = '[0]' WHERE fingerprint = 'stale'")
        with pytest.raises(RunError) as refusal:
            ledger.issue(plan, finish, TODAY)
        (problem,) = refusal.value.problems
        assert problem.code == "L130"
        assert "platform-fee of contract a-1 for 2026-01-01/2026-02-01 is on HN-2026-00001" in problem.cause
        assert [item.number for item in ledger.documents()] == ["HN-2026-00001"]
        assert ledger.next_numbers() == {"HN-2026-{number:5}": 2}
        assert [problem.where.part for problem in ledger.verify_chain()] == ["plan 2"]
        assert ledger.issue(confirmed(ledger, [(draft("b-1"), "b"), (draft("c-1"), "c")]), finish, TODAY)


def test_corrections_of_one_thing_take_the_next_revision(folder: Path) -> None:
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, [(draft("a-1", ("100.00",)), "a")]), finish, TODAY)
        credit = draft("a-1", ("100.00",), kind=Kind.CREDIT_NOTE)
        anew = draft("a-1", ("80.00",))
        ledger.issue(confirmed(ledger, [(credit, "b"), (anew, "c")]), finish, TODAY)
        assert [str(item.net) for item in ledger.billed(["a-1"])] == ["100.00 EUR", "-100.00 EUR", "80.00 EUR"]


def test_a_one_off_is_billed_once_whatever_its_day(folder: Path) -> None:
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, [(draft("a-1", one_off=True), "a")]), finish, TODAY)
        plan = confirmed(ledger, [(draft("a-1", one_off=True, days=month(3)), "moved")])
        with ledger._store.write() as connection:
            connection.exec_driver_sql("UPDATE plan_drafts SET revisions = '[0]' WHERE fingerprint = 'moved'")
        with pytest.raises(RunError, match=r"L130"):
            ledger.issue(plan, finish, TODAY)


def test_two_patterns_that_make_one_number_are_refused(folder: Path) -> None:
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, [(draft("a-1", series="N2026-0{number:2}"), "a")]), finish, TODAY)
        plan = confirmed(ledger, [(draft("b-1", series="N{year}-{number:3}"), "b")])
        with pytest.raises(RunError, match=r"L133.*N2026-001"):
            ledger.issue(plan, finish, TODAY)
        assert len(ledger.documents()) == 1


def test_two_patterns_of_one_series_share_it_only_within_a_seller(folder: Path) -> None:
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, [(draft("a-1", series="N2026-{number}"), "a")]), finish, TODAY)
        ledger.issue(confirmed(ledger, [(draft("b-1", series="N{year}-{number}"), "b")]), finish, TODAY)
        assert [item.number for item in ledger.documents()] == ["N2026-1", "N2026-2"]
        ledger.issue(confirmed(ledger, [(draft("a-2", series="N{year}/{number}", sold_by="s"), "c")]), finish, TODAY)
        plan = confirmed(ledger, [(draft("c-1", series="N2026/{number}"), "d")])
        with pytest.raises(RunError, match=r"L132.*belongs to seller s\b"):
            ledger.issue(plan, finish, TODAY)
        assert ledger.next_numbers()["N2026/{number}"] == 2


def _wrong_number(paper: Mapping[str, Any], number: str, day: dt.date) -> Any:
    return finish(paper, number + "1", day)


def _other_amount(paper: Mapping[str, Any], number: str, day: dt.date) -> Any:
    document, billed, formats = finish(paper, number, day)
    return document, [{**line, "net": {**line["net"], "amount": "0.01"}} for line in billed], formats


def _line_left_out(paper: Mapping[str, Any], number: str, day: dt.date) -> Any:
    document, billed, formats = finish(paper, number, day)
    return document, billed[1:], formats


@pytest.mark.parametrize("wrong", [_wrong_number, _other_amount, _line_left_out])
def test_a_document_that_is_not_its_draft_is_never_issued(folder: Path, wrong: Any) -> None:
    with writer(folder) as ledger:
        plan = confirmed(ledger, many(3))
        with pytest.raises((DefectError, ValueError)):
            ledger.issue(plan, wrong, TODAY)
        assert ledger.documents() == ()
        assert len(ledger.issue(plan, finish, TODAY)) == 3


def test_when_finish_fails_the_batches_before_stay(folder: Path) -> None:
    calls: list[str] = []

    def fails_at_the_sixth(paper: Mapping[str, Any], number: str, day: dt.date) -> Any:
        calls.append(number)
        if len(calls) == 6:
            raise RuntimeError("boom")
        return finish(paper, number, day)

    with writer(folder) as ledger:
        plan = confirmed(ledger, many(10))
        with pytest.raises(RuntimeError, match="boom"):
            ledger.issue(plan, fails_at_the_sixth, TODAY, batch=4)
        assert len(ledger.documents()) == 4
        assert len(ledger.issue(plan, finish, TODAY, batch=4)) == 6
        assert ledger.verify_chain() == ()


def test_amounts_of_any_currency_keep_their_minor_units(folder: Path) -> None:
    """ISO 4217: the yen has no minor unit, the Bahraini dinar has three digits."""
    drafts = [(draft("a-1", ("1234",), currency="JPY"), "a"), (draft("b-1", ("1.234",), currency="BHD"), "b")]
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, drafts), finish, TODAY)
        assert [str(item.net) for item in ledger.documents()] == ["1234 JPY", "1.234 BHD"]


def test_a_batch_costs_the_same_in_a_plan_of_any_size(tmp_path: Path) -> None:
    """Counted in steps of SQLite's machine: a batch does not look at the drafts of the others."""
    steps = {}
    for count in (20, 400):
        with writer(tmp_path / str(count)) as ledger:
            plan = confirmed(ledger, many(count))
            counted: list[int] = []
            raw = ledger._store.engine.raw_connection()
            assert raw.dbapi_connection is not None
            raw.dbapi_connection.set_progress_handler(lambda seen=counted: seen.append(1), 10)
            raw.close()
            with pytest.raises(InterruptedError):
                ledger.issue(plan, finish, TODAY, batch=10, progress=_stop)
            steps[count] = len(counted)
    assert steps[400] < 1.5 * steps[20], steps


def _stop(_: int) -> None:
    raise InterruptedError


@pytest.mark.parametrize("change", ["text", "sha256"])
def test_a_draft_that_was_changed_by_hand_is_not_issued(folder: Path, change: str) -> None:
    with writer(folder) as ledger:
        plan = confirmed(ledger, many(2))
    drafts, contents = schema.plan_drafts, schema.contents
    with by_hand(folder) as connection:
        second = sa.select(drafts.c.sha256).where(drafts.c.position == 2).scalar_subquery()
        if change == "text":
            connection.execute(sa.update(contents).where(contents.c.sha256 == second).values(data=b"{}"))
        else:
            connection.execute(sa.update(drafts).where(drafts.c.position == 2).values(sha256=""))
    with writer(folder) as ledger:
        with pytest.raises(RunError, match=r"L117.*draft 2 of plan 1 is not what was planned"):
            ledger.issue(plan, finish, TODAY)
        assert ledger.documents() == ()

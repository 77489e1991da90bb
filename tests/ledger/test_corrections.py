"""What people ask to have credited is a fact: counted within the transaction, chained in the log, whole after a crash."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from invoicer.documents import Asked, credit_lines, finished, promised, requested
from invoicer.domain.correction import CreditReason, CreditRequest
from invoicer.domain.document import Draft, Kind, LineReference
from invoicer.domain.money import Money
from invoicer.errors import DefectError, RunError
from invoicer.ledger import Account, Ledger, Point, RequestStatus, schema
from tests.ledger.conftest import Places
from tests.ledger.papers import TODAY, Breaks, by_hand, confirmed, draft, reader, writer
from tests.postgresql import Postgres

INVOICE = "HN-2026-00001"
LATER = dt.date(2026, 2, 3)


def finish(paper: Mapping[str, Any], number: str, issue_date: dt.date) -> tuple[Any, Any, tuple[str, ...]]:
    document, billed = finished(paper, number=number, issue_date=issue_date, payment_reference=number)
    return document, billed, ("json",)


def asks(
    *asked: Asked, reason: CreditReason = CreditReason.GOODWILL, basis: str = ""
) -> Callable[[Account], CreditRequest]:
    """A request as the stories make it, from what is in the account."""

    def settle(account: Account) -> CreditRequest:
        billed = list(account.billed)
        for one in account.waiting:
            billed += promised(one, billed)
        lines = credit_lines(account.document, billed, asked, account.shared)
        if basis:
            lines = tuple(replace(one, basis=basis) for one in lines)
        return CreditRequest(
            id=0, document=account.document.number, reason=reason, lines=lines, who="Billing", remark="asked", on=TODAY
        )

    return settle


def part(amount: str) -> Asked:
    return Asked(1, amount=Fraction(amount))


def billed(ledger: Ledger) -> None:
    """One invoice of 450.00, and a levy of -50.00 on it that goes with it."""
    ledger.issue(confirmed(ledger, [(draft(amounts=("450.00", "-50.00")), "f")]), finish, TODAY)


def note(ledger: Ledger, request: CreditRequest) -> tuple[Draft, str]:
    """The draft of the credit note that a request asks for, in the shape that a plan gives it."""
    original = ledger.document(request.document)
    differences, _ = requested(request, ledger.billed(["acme-2026"]))
    base = draft(amounts=tuple(str(-one.net.amount) for one in differences), kind=Kind.CREDIT_NOTE)
    lines = tuple(
        replace(
            one,
            component=difference.component,
            request=request.id,
            corrects=LineReference(
                original.number,
                original.issue_date,
                difference.correction.line.line,
                difference.correction.billed,
                difference.correction.due,
                request.reason.value,
            ),
        )
        for one, difference in zip(base.lines, differences, strict=True)
        if difference.correction
    )
    return replace(base, lines=lines), f"request {request.id}"


def test_a_request_is_recorded_and_read_again(folder: Path) -> None:
    with writer(folder) as ledger:
        billed(ledger)
        made = ledger.request_credit(INVOICE, asks(part("100")))
        assert (made.id, made.lines[0].amount) == (1, Money.of(100, "EUR"))
    with reader(folder) as ledger:
        [one] = ledger.credit_requests()
        assert (one.request, one.status, one.issued) == (made, RequestStatus.WAITING, ())
        assert ledger.verify_chain() == ()


def test_to_look_records_nothing(folder: Path) -> None:
    with writer(folder) as ledger:
        billed(ledger)
    with reader(folder) as ledger:
        assert ledger.request_credit(INVOICE, asks(), keep=False).id == 0
        assert ledger.credit_requests() == ()


def test_requests_that_wait_count_for_the_next_one(folder: Path) -> None:
    with writer(folder) as ledger:
        billed(ledger)
        ledger.request_credit(INVOICE, asks(part("300")))
        with pytest.raises(RunError, match=r"D011.*150.00 EUR is left"):
            ledger.request_credit(INVOICE, asks(part("150.01")))
        assert len(ledger.credit_requests()) == 1


def test_what_a_caller_got_wrong_is_not_recorded(folder: Path) -> None:
    """The ledger adds up by itself, whatever it is handed."""
    with writer(folder) as ledger:
        billed(ledger)

        def too_much(account: Account) -> CreditRequest:
            made = asks(part("450"))(account)
            twice = tuple(replace(one, amount=one.amount + one.amount) for one in made.lines)
            return CreditRequest(
                id=0, document=INVOICE, reason=made.reason, lines=twice, who="me", remark="too much", on=TODAY
            )

        with pytest.raises((DefectError, RunError)):
            ledger.request_credit(INVOICE, too_much)
        assert ledger.credit_requests() == ()


def test_a_caller_that_overlooks_what_waits_records_nothing(folder: Path) -> None:
    with writer(folder) as ledger:
        billed(ledger)
        ledger.request_credit(INVOICE, asks(part("300")))
        with pytest.raises(DefectError, match="600"):
            ledger.request_credit(INVOICE, lambda account: asks(part("300"))(replace(account, waiting=())))
        assert len(ledger.credit_requests()) == 1


def test_two_at_once_never_get_more_than_there_is(postgresql: Postgres, tmp_path: Path) -> None:
    """The second waits for the first and sees what it took. (On SQLite a second writer is refused.)"""
    places = Places(postgresql)
    with places.passing():
        _six_ask_at_once(places.new(tmp_path))


def _six_ask_at_once(folder: Path) -> None:
    with writer(folder) as ledger:
        billed(ledger)
    answers: list[str] = []

    def ask() -> None:
        try:
            with writer(folder) as ledger:
                ledger.request_credit(INVOICE, asks(part("300")))
            answers.append("recorded")
        except RunError as refused:
            answers.append(refused.problems[0].code)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert answers.count("recorded") == 1
    assert set(answers) <= {"recorded", "D011", "L101"}
    with reader(folder) as ledger:
        assert len(ledger.credit_requests()) == 1


def test_a_cancelled_request_leaves_no_number_and_no_claim(folder: Path) -> None:
    with writer(folder) as ledger:
        billed(ledger)
        made = ledger.request_credit(INVOICE, asks(part("300")))
        plan = confirmed(ledger, [note(ledger, made)])
        done = ledger.cancel_credit(made.id, "Billing", "they pay after all", TODAY)
        assert done.status is RequestStatus.CANCELLED
        assert ledger.issue(plan, finish, LATER) == ()
        assert ledger.next_numbers() == {"HN-2026-{number:5}": 2}
        assert ledger.request_credit(INVOICE, asks(part("400"))).id == 2
        for again in (made.id, 7):
            with pytest.raises(RunError, match="L16"):
                ledger.cancel_credit(again, "Billing", "again", TODAY)
        assert ledger.verify_chain() == ()


def test_an_issued_request_knows_its_document(folder: Path) -> None:
    with writer(folder) as ledger:
        billed(ledger)
        made = ledger.request_credit(INVOICE, asks(part("300"), reason=CreditReason.PRICE, basis="b" * 64))
        ledger.issue(confirmed(ledger, [note(ledger, made)]), finish, LATER)
        [one] = ledger.credit_requests()
        assert (one.status, one.issued) == (RequestStatus.ISSUED, ((1, "HC-2026-00001"), (2, "HC-2026-00001")))
        with pytest.raises(RunError, match=r"L161.*issued"):
            ledger.cancel_credit(made.id, "Billing", "too late", TODAY)
        assert ledger.verify_chain() == ()


def test_a_request_that_was_issued_in_part_is_not_cancelled(folder: Path) -> None:
    with writer(folder) as ledger:
        billed(ledger)
        made = ledger.request_credit(INVOICE, asks(part("300")))
        whole, mark = note(ledger, made)
        [first, _] = whole.lines
        half = replace(draft(amounts=(str(first.net.amount),), kind=Kind.CREDIT_NOTE), lines=(first,))
        ledger.issue(confirmed(ledger, [(half, mark)]), finish, LATER)
        [one] = ledger.credit_requests()
        assert (one.status, len(one.issued), len(one.waiting.lines)) == (RequestStatus.WAITING, 1, 1)
        with pytest.raises(RunError, match=r"L161.*issued in part"):
            ledger.cancel_credit(made.id, "Billing", "too late", TODAY)


def test_a_line_that_is_not_held_back_is_not_left_out_without_a_word(folder: Path) -> None:
    with writer(folder) as ledger:
        billed(ledger)
        made = ledger.request_credit(INVOICE, asks(part("300"), reason=CreditReason.PRICE, basis="b" * 64))
        ledger.issue(confirmed(ledger, [note(ledger, made)]), finish, LATER)
        with pytest.raises(RunError, match=rf"L162.*line 7, 9 of {INVOICE} is not held back"):
            ledger.rebill(INVOICE, "Billing", "it was right", TODAY, lines=[1, 7, 9])
        assert ledger.rebill(INVOICE, "Billing", "it was right", TODAY, lines=[1]) == ((1, 1),)


def test_a_rebill_releases_what_is_held_once(folder: Path) -> None:
    with writer(folder) as ledger:
        billed(ledger)
        made = ledger.request_credit(INVOICE, asks(part("300"), reason=CreditReason.PRICE, basis="b" * 64))
        with pytest.raises(RunError, match="L162"):
            ledger.rebill(INVOICE, "Billing", "not issued yet", TODAY)
        ledger.issue(confirmed(ledger, [note(ledger, made)]), finish, LATER)
        with pytest.raises(RunError, match="L162"):
            ledger.rebill(INVOICE, "Billing", "another line", TODAY, lines=[3])
        assert ledger.rebill(INVOICE, "Billing", "it was right", TODAY, keep=False) == ((1, 1), (1, 2))
        assert ledger.rebill(INVOICE, "Billing", "it was right", TODAY) == ((1, 1), (1, 2))
        assert ledger.credit_requests()[0].released == {(1, 1), (1, 2)}
        with pytest.raises(RunError, match="L162"):
            ledger.rebill(INVOICE, "Billing", "again", TODAY)
        assert ledger.verify_chain() == ()


@pytest.mark.parametrize("point", [Point.TRANSACTION_BEGUN, Point.LOG_APPENDED, Point.BEFORE_COMMIT, Point.COMMITTED])
def test_a_crash_leaves_a_request_whole_or_not_at_all(folder: Path, point: Point) -> None:
    with writer(folder) as ledger:
        billed(ledger)
    with pytest.raises(KeyboardInterrupt), writer(folder, Breaks(point, KeyboardInterrupt())) as ledger:
        ledger.request_credit(INVOICE, asks(part("300")))
    with writer(folder) as ledger:
        assert ledger.verify_chain() == ()
        assert len(ledger.credit_requests()) == (1 if point is Point.COMMITTED else 0)


@pytest.mark.parametrize(
    "change",
    [
        sa.update(schema.corrections).values(json=sa.func.replace(schema.corrections.c.json, "asked", "owned")),
        sa.update(schema.corrections).values(kind="error"),
        sa.update(schema.corrections).values(cancelled=1),
        sa.update(schema.correction_lines).values(amount=1),
        sa.update(schema.correction_lines).values(issued=INVOICE),
        sa.update(schema.correction_lines).values(released=1),
        sa.delete(schema.correction_lines),
    ],
    ids=["text", "kind", "cancelled", "amount", "issued", "released", "lines"],
)
def test_a_request_that_was_changed_by_hand_is_found(folder: Path, change: sa.Executable) -> None:
    with writer(folder) as ledger:
        billed(ledger)
        ledger.request_credit(INVOICE, asks(part("300")))
    with by_hand(folder) as connection:
        connection.execute(change)
    with reader(folder) as ledger:
        assert [problem.code for problem in ledger.verify_chain()] == ["L118"]

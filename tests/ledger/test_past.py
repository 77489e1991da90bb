"""How a paper came about, and what became of it, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from invoicer.errors import RunError
from invoicer.ledger import DraftStatus, RequestStatus
from tests.ledger.papers import TODAY, confirmed, draft, finish, many, month, proposed, reader, writer
from tests.ledger.test_corrections import asks, part

FIRST, SECOND = "HN-2026-00001", "HN-2026-00002"


@pytest.fixture
def told(folder: Path) -> Path:
    """Two documents, a credit of the first that waits and one that was withdrawn, and a draft that was rejected."""
    with writer(folder) as ledger:
        plan = confirmed(ledger, many(2))
        ledger.issue(plan, finish, TODAY, who="Bert")
        ledger.request_credit(FIRST, asks(part("2.00")))
        ledger.cancel_credit(ledger.request_credit(FIRST, asks(part("1.00"))).id, "Anna", "asked twice", TODAY)
        new = proposed([(draft("c0009-2026"), "new")])
        later = ledger.store_plan(month(1).start, month(1).start, new, {}, who=" Cleo  Planner ")
        ledger.reject(later, "Anna", "not yet", TODAY)
    return folder


def test_a_document_has_its_entries_and_no_others(told: Path) -> None:
    with reader(told) as ledger:
        past, other = ledger.past(FIRST), ledger.past(SECOND)
        issued = {one.number: one.sha256 for one in ledger.documents()}
    assert [(one.kind, one.who, one.remark) for one in past.log] == [
        ("planned", "", ""),
        ("confirmed", "sales", "as agreed"),
        ("issued", "Bert", ""),
        ("credit-requested", "Billing", "asked"),
        ("credit-requested", "Billing", "asked"),
        ("credit-cancelled", "Anna", "asked twice"),
    ]
    assert [one.kind for one in other.log] == ["planned", "confirmed", "issued"]
    assert [one.status for one in past.requests] == [RequestStatus.WAITING, RequestStatus.CANCELLED]
    assert not other.requests
    assert (past.sha256, other.sha256) == (issued[FIRST], issued[SECOND])
    assert {one.document for one in past.billed} == {FIRST}
    assert past.planning and other.planning
    assert (past.planning.plan, past.planning.draft.position, other.planning.draft.position) == (1, 1, 2)
    assert {one.document for one in past.files} == {FIRST}


def test_a_draft_has_its_decisions(told: Path) -> None:
    with reader(told) as ledger:
        past = ledger.past_of_draft(1)
        assert past.planning
        assert (past.planning.plan, past.planning.draft.status) == (2, DraftStatus.REJECTED)
        assert [one.remark for one in past.planning.draft.decisions] == ["not yet"]
        assert [(one.kind, one.who) for one in past.log] == [("planned", "Cleo Planner"), ("rejected", "Anna")]
        assert [one.kind for one in ledger.past_of_draft(2, 1).log] == ["planned", "confirmed"]
        for code, position, plan in (("L122", 2, None), ("L120", 1, 7)):
            with pytest.raises(RunError, match=code):
                ledger.past_of_draft(position, plan)
        with pytest.raises(RunError, match="L140"):
            ledger.past("HN-2026-00009")

"""A ledger may have more documents than fit into memory: `verify` holds some at a time."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from invoicer.ledger import checking, proof, verify, verify_plans
from tests.ledger.papers import TODAY, confirmed, finish, many, reader, writer

FEW, MANY, AT_ONCE = 40, 240, 20


def peak(folder: Path, count: int) -> tuple[int, int]:
    """How many bytes a proof of so many documents takes at most, and how long the texts of all of them are."""
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, many(count)), finish, TODAY)
        texts = sum(len(ledger.document_json(one.number)) for one in ledger.documents())
    with reader(folder) as ledger:
        tracemalloc.start()
        try:
            assert not ledger.verify_chain()
            assert sum(1 for _ in ledger.proved()) == count
            return tracemalloc.get_traced_memory()[1], texts
        finally:
            tracemalloc.stop()


def test_memory_does_not_grow_with_the_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each document some hundred bytes stay, of its text nothing."""
    for room in (checking, verify, verify_plans):
        monkeypatch.setattr(room, "AT_ONCE", AT_ONCE)
    monkeypatch.setattr(proof, "_AT_ONCE", AT_ONCE)
    (few, short), (many_, long) = peak(tmp_path / "few", FEW), peak(tmp_path / "many", MANY)
    assert many_ - few < (long - short) * 0.3

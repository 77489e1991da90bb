"""What rating asks for: charges that are passed over would not have asked for anything."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from invoicer import engine, home
from invoicer.domain.contract import Charge
from invoicer.engine import quantities, rating
from invoicer.language import load

GOOD = sorted((Path(__file__).parent.parent / "language" / "good").glob("*.terms"))
WORKSPACES = [folder for folder in sorted(home.folder("rules").iterdir()) if folder.is_dir()]


@pytest.mark.parametrize("place", [GOOD[0].parent, *WORKSPACES], ids=lambda place: place.name)
def test_charges_that_never_ask_are_passed_over_and_no_others(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contracts = load([(path.name, path.read_text("utf-8")) for path in place.rglob("*.terms")]).contracts
    days = [dt.date(2026, 1, 1), dt.date(2026, 7, 1), dt.date(2027, 3, 1)]

    def asked() -> list[object]:
        return [engine.demands(contract, "Europe/Tallinn", day, day) for contract in contracts for day in days]

    quick = asked()
    walked: list[str] = []

    def always(_: object, charge: Charge) -> bool:
        walked.append(charge.id)
        return True

    monkeypatch.setattr(rating, "may_ask", always)
    assert asked() == quick
    monkeypatch.undo()
    skipped = [
        charge.id for contract in contracts for charge in contract.charges if not quantities.may_ask(contract, charge)
    ]
    assert contracts and walked and skipped

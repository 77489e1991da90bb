"""What rating asks for: charges that are passed over would not have asked for anything."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from invoicer import engine, home
from invoicer.domain.contract import Charge
from invoicer.domain.period import Period
from invoicer.engine import metered, rating
from invoicer.language import load
from tests.engine import terms

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
        charge.id for contract in contracts for charge in contract.charges if not metered.may_ask(contract, charge)
    ]
    assert contracts and walked and skipped


@pytest.mark.parametrize("place", [GOOD[0].parent, *WORKSPACES], ids=lambda place: place.name)
def test_every_meter_that_is_asked_for_is_due(place: Path) -> None:
    contracts = load([(path.name, path.read_text("utf-8")) for path in place.rglob("*.terms")]).contracts
    some = False
    for contract in contracts:
        for day in (dt.date(2025, 1, 1), dt.date(2026, 1, 1), dt.date(2026, 7, 1), dt.date(2027, 3, 1)):
            due = engine.due_meters(contract, day, day)
            asked = {demand.meter.id for demand in engine.demands(contract, "Europe/Tallinn", day, day)}
            assert asked <= set(due)
            assert asked or not due or any(discount.when for discount in contract.discounts)
            some = some or bool(asked)
    assert some is any(contract.meters for contract in contracts)


def test_a_meter_is_due_on_the_day_of_its_bill() -> None:
    one = terms.contract(terms.metered(terms.each("1.00")))
    january = Period(dt.date(2026, 1, 1), dt.date(2026, 2, 1))
    assert engine.due_meters(one, terms.LATER, dt.date(2026, 2, 1)) == {"use": january}
    assert engine.due_meters(one, terms.LATER, dt.date(2026, 1, 31)) == {}

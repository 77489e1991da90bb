"""What usage is priced by becomes what the engine rates: read against the domain, value by value."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from invoicer.domain.contract import Aggregation, Charge, InSteps, Metered, Proration, ProrationRules
from invoicer.domain.events import EventBounds
from invoicer.domain.period import Span, Unit
from invoicer.domain.price import Band, Percent, Tiered
from invoicer.domain.trace import Rounding
from tests.language.test_language_contract import GOOD, contract


@pytest.fixture(scope="module")
def charges() -> dict[str, Charge]:
    return {charge.id: charge for charge in contract((GOOD / "usage.terms").read_text("utf-8")).charges}


def tiers(charge: Charge) -> Tiered:
    price = charge.price.entries[0].value
    assert isinstance(price, Tiered)
    return price


@pytest.mark.parametrize(
    ("charge", "step", "rounding"),
    [("sms", "100", Rounding.UP), ("hours", "0.25", Rounding.HALF_UP), ("disk", "1", Rounding.DOWN)],
)
def test_a_quantity_is_rounded(charges: dict[str, Charge], charge: str, step: str, rounding: Rounding) -> None:
    quantity = charges[charge].quantity
    assert quantity is not None
    assert quantity.entries[0].value == Metered(charge, InSteps(Decimal(step), rounding))


def test_below_and_up_to(charges: dict[str, Charge]) -> None:
    assert tiers(charges["nodes"]).bands[:2] == (
        Band(Fraction(10), Decimal("90.00"), below=True),
        Band(Fraction(10), Decimal("85.00")),
    )
    assert tiers(charges["disk"]).bands[0] == Band(Fraction(99), Decimal(0))  # the hundredth is the next band's


def test_packages(charges: dict[str, Charge]) -> None:
    assert tiers(charges["mail"]).rounding is Rounding.DOWN
    assert tiers(charges["calls"]).rounding is Rounding.UP


@pytest.mark.parametrize(
    ("meter", "kind", "field"),
    [("stored", Aggregation.LEVEL, "gigabytes"), ("agents", Aggregation.CHANGES, "change")],
)
def test_levels_over_time(meter: str, kind: Aggregation, field: str) -> None:
    found = contract((GOOD / "usage.terms").read_text("utf-8")).meter(meter)
    assert (found.aggregation, found.field, found.per_day, found.additive) == (kind, field, False, False)


def test_percentages_of_each_event(charges: dict[str, Charge]) -> None:
    cards = charges["cards"]
    assert [entry.value for entry in cards.price.entries] == [
        Percent(Decimal("2.99"), Decimal("0.255")),
        Percent(Decimal("2.79"), Decimal("0.25")),
    ]
    assert cards.events is not None
    assert cards.events.bounds is not None and cards.events.free_events is not None
    assert [entry.value for entry in cards.events.bounds.entries] == [
        EventBounds(Decimal("1.75"), Decimal("12.00")),
        EventBounds(Decimal("2.00"), None),
    ]
    assert [entry.value for entry in cards.events.free_events.entries] == [Fraction(3), Fraction(5)]
    assert cards.events.free_amount is not None
    assert [entry.value for entry in cards.events.free_amount.entries] == [Fraction(500), Fraction(600)]
    assert charges["each"].events is not None and charges["first"].events is None


def test_how_days_are_counted(charges: dict[str, Charge]) -> None:
    thirty, calendar = Proration.BY_30_DAY_MONTHS, Proration.BY_CALENDAR_MONTHS
    assert charges["sms"].proration == ProrationRules(thirty, thirty, thirty)
    # a moment that is left out counts days as the others do
    assert charges["hours"].proration == ProrationRules(Proration.FULL_PERIODS, calendar, calendar)


def test_unused_units_carry_over(charges: dict[str, Charge]) -> None:
    kept, endless = charges["sms"].carry_over, charges["unused"].carry_over
    assert kept is not None and endless is not None and charges["hours"].carry_over is None
    assert (kept.lifetime, endless.lifetime) == (Span(3, Unit.MONTH), None)
    assert kept.clause.file == "0.terms"

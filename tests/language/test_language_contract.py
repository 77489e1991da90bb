"""Good terms become the contract that they state: read against the domain, value by value."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from invoicer.domain.canonical import sha256, to_data
from invoicer.domain.contract import (
    Aggregation,
    Anchor,
    Billing,
    Bound,
    Contract,
    Fixed,
    InService,
    Metered,
    Premium,
    Proration,
    ProrationRules,
    Timing,
)
from invoicer.domain.ending import Renewal
from invoicer.domain.indexation import ByIndex, ByPercent
from invoicer.domain.payment import PaymentRule, PaymentTerms
from invoicer.domain.period import Period, Span, Unit
from invoicer.domain.price import (
    AllOf,
    Band,
    Compare,
    Comparison,
    Conditional,
    Flat,
    Model,
    Once,
    Percent,
    PerUnit,
    Price,
    Tiered,
)
from invoicer.domain.refund import Refund
from invoicer.domain.trace import Rounding
from invoicer.language import load
from tests.language.samples import heading

GOOD = Path(__file__).parent / "good"
MONTH, YEAR = Span(1, Unit.MONTH), Span(1, Unit.YEAR)
HEAD = heading()
LIST = """price-list prices
  version 1
  currency EUR
  supply consulting
  bill monthly in arrears on day 1
  prorate never
charge seats "Seats"
  12.00 EUR per seat per month
  from 2026-06-01 13.00 EUR per seat per month
  included 10 seats
  quantity 1 seat
"""


def contract(*texts: str) -> Contract:
    loaded = load([(f"{number}.terms", text) for number, text in enumerate(texts)])
    assert not [problem for problem in loaded.problems if problem.severity == "error"], loaded.problems
    (only,) = loaded.contracts
    return only


def price(line: str, *more: str) -> Price:
    """The first price of a charge of these lines."""
    text = HEAD + "charge x\n" + "".join(f"  {part}\n" for part in (line, *more))
    return contract(text).charge("x").price.entries[0].value


@pytest.fixture(scope="module")
def acme() -> Contract:
    files = [(f"{name}.terms", (GOOD / f"{name}.terms").read_text("utf-8")) for name in ("acme", "prices")]
    loaded = load(
        files, customers={"acme"}, sellers={"hosting-nl"}, kinds={"electronic-service", "motor-insurance", "consulting"}
    )
    assert [problem.code for problem in loaded.problems] == []
    return next(iter(loaded.contracts))


def test_the_whole_contract(acme: Contract, snapshot: SnapshotAssertion) -> None:
    data = to_data(acme)
    data["sources"] = [source["path"] for source in data["sources"]]
    assert snapshot == data


def test_the_header(acme: Contract) -> None:
    assert (acme.seller, acme.customer, acme.currency) == ("hosting-nl", "acme", "EUR")
    assert (acme.agreed, acme.start, acme.end) == (dt.date(2025, 12, 12), dt.date(2026, 1, 1), None)
    assert acme.term_end == dt.date(2028, 1, 1)  # 24 months; it renews, so it has no end yet
    assert acme.renewal == Renewal(Span(12, Unit.MONTH), Span(90, Unit.DAY))
    assert acme.payment.entries[0].value == PaymentTerms(PaymentRule.BUSINESS_DAYS, 5, "target2")
    assert acme.rounding is Rounding.HALF_UP
    assert (acme.purchase_order, acme.reference) == ("PO-77810", "Cluster A")
    rules = ProrationRules(Proration.BY_DAYS, Proration.FULL_PERIODS, Proration.NEVER)
    assert {charge.proration for charge in acme.charges} == {rules}


def test_a_charge_as_in_the_price_list_keeps_what_the_contract_does_not_replace(acme: Contract) -> None:
    seats = acme.charge("seats")
    assert seats.title == "Support seats"
    assert seats.price.entries[0].value == PerUnit(Decimal("12.00"), "seat", Decimal(1), MONTH)
    assert seats.price.entries[0].clause.file == "prices.terms"
    assert seats.quantity is not None and seats.quantity.entries[0].value == Fixed(Fraction(40), "seats")
    assert seats.quantity.entries[0].clause.file == "acme.terms"
    assert seats.included is not None and [e.value for e in seats.included.entries] == [Fraction(10), Fraction(20)]
    assert acme.charge("storage").title == "Storage of Acme"
    assert acme.meter("traffic").unit == "GB"
    assert [source.path for source in acme.sources] == ["acme.terms", "prices.terms"]
    assert acme.sources[0].sha256 == sha256(acme.sources[0].text)


def test_steps_and_amendments_stand_in_one_timeline(acme: Contract) -> None:
    entries = acme.charge("platform-fee").price.entries
    assert [(e.effective, e.agreed, e.amendment) for e in entries] == [
        (dt.date(2026, 1, 1), dt.date(2025, 12, 12), 0),
        (dt.date(2026, 4, 1), dt.date(2025, 12, 12), 0),
        (dt.date(2026, 7, 1), dt.date(2026, 5, 12), 1),
    ]
    assert [e.value for e in entries] == [Flat(Decimal(amount), MONTH) for amount in ("450.00", "480.00", "520.00")]
    assert entries[0].clause.reference == "4.1"
    assert entries[2].clause.reference == "SL-1"


def test_a_clause_is_the_span_and_the_hash_of_its_text(acme: Contract) -> None:
    clause = acme.charge("platform-fee").price.entries[0].clause
    line = acme.sources[0].text.split("\n")[clause.line - 1]
    assert line[clause.column - 1 : clause.end_column - 1] == "450.00 EUR per month"
    assert clause.text_hash == sha256("450.00 EUR per month")
    assert acme.clause.line == 1 and acme.clause.end_line == acme.sources[0].text.rstrip().count("\n") + 1


def test_billing_of_its_own_is_kept_when_the_contract_changes_its_billing(acme: Contract) -> None:
    advance = Billing(MONTH, Timing.ADVANCE, Anchor(day=1))
    assert [e.value for e in acme.charge("platform-fee").billing.entries] == [advance, advance]
    assert [e.value for e in acme.charge("api").billing.entries] == [Billing(MONTH, Timing.ARREARS, Anchor(day=1))]
    assert [e.value for e in acme.charge("dom-x").billing.entries] == [Billing(YEAR, Timing.ADVANCE, Anchor()), advance]


def test_an_end_is_inclusive_in_the_terms_and_half_open_in_the_domain(acme: Contract) -> None:
    entries = acme.charge("dom-x").service.entries
    assert [(e.effective, e.value) for e in entries] == [
        (dt.date(2026, 2, 28), InService(True, Refund.NONE)),
        (dt.date(2027, 1, 1), InService(False, Refund.NONE)),
    ]


def test_premiums_percentages_and_bounds(acme: Contract) -> None:
    motor = acme.charge("motor")
    assert motor.premium == Premium("MTPL-2026-101", "Harbour Mutual", "motor-liability", "NL")
    assert motor.kind == "motor-insurance"
    assert motor.minimum is not None and motor.minimum.entries[0].value == Bound(Decimal("80.00"), MONTH, True)
    payments = acme.charge("payments")
    assert payments.price.entries[0].value == Percent(Decimal("1.40"))
    assert payments.quantity is not None and payments.quantity.entries[0].value == Metered("card-volume")
    assert acme.meter("card-volume").unit == "EUR"
    assert acme.meter("card-volume").aggregation is Aggregation.SUM


def test_prices_of_every_form() -> None:
    seat = "quantity 3 seats"
    assert price("free") == price("free", seat)
    assert price("2 500.00 EUR once") == Once(Decimal("2500.00"))
    assert price("25.00 EUR per seat once", seat) == Once(Decimal("25.00"))
    assert price("300.00 EUR per 3 months", "bill quarterly in advance") == Flat(Decimal(300), Span(3, Unit.MONTH))
    assert price("5.00 EUR per 100 GB", "quantity 7 GB") == PerUnit(Decimal("5.00"), "GB", Decimal(100))
    assert price("5.00 EUR per month per seat", seat) == price("5.00 EUR per seat, per month", seat)
    assert price("0.00042 EUR per seat", seat) == PerUnit(Decimal("0.00042"), "seat")


def test_bands_of_every_form() -> None:
    tiers = price(
        "quantity 3 seats",
        "bill quarterly in advance",
        "package per quarter",
        "up to 100 free",
        "up to 1 000 seats: 0.10 EUR each plus 5.00 EUR flat",
        "up to 2 000 15.00 EUR flat",
        "above 5.00 EUR per 100",
    )
    assert tiers == Tiered(
        Model.PACKAGE,
        (
            Band(Fraction(100), Decimal(0)),
            Band(Fraction(1000), Decimal("0.10"), Decimal(1), Decimal("5.00")),
            Band(Fraction(2000), Decimal(0), Decimal(1), Decimal("15.00")),
            Band(None, Decimal("5.00"), Decimal(100)),
        ),
        Span(1, Unit.QUARTER),
    )


def test_a_percentage_in_a_band_is_for_each_hundred() -> None:
    meter = "meter m\n  sum of amount\n  unit EUR\n"
    text = HEAD + "charge x\n  usage of m\n  bill monthly in arrears\n  graduated\n    above 0.30%\n" + meter
    assert contract(text).charge("x").price.entries[0].value == Tiered(
        Model.GRADUATED, (Band(None, Decimal("0.30"), Decimal(100), percent=True),)
    )


def test_a_measured_unit_may_be_a_word_for_time() -> None:
    meter = "meter m\n  sum of days\n"
    text = HEAD + "charge x\n  usage of m\n  bill monthly in arrears\n  4.00 EUR per day\n" + meter
    assert contract(text).charge("x").price.entries[0].value == PerUnit(Decimal("4.00"), "days")


def test_conditions_become_options_in_order() -> None:
    found = price(
        "quantity 60 seats",
        '15.00 EUR per seat when customer.country is "NL" and (quantity less than 50 or not quantity at most 100)',
        "12.00 EUR per seat otherwise",
    )
    assert isinstance(found, Conditional)
    country = Compare("customer.country", Comparison.IS, "NL")
    assert isinstance(found.options[0].when, AllOf) and found.options[0].when.parts[0] == country
    assert found.options[1].when is None


@pytest.mark.parametrize(
    ("line", "terms"),
    [
        ("pay within 30 days", PaymentTerms(PaymentRule.DAYS, 30)),
        ("pay within 1 day", PaymentTerms(PaymentRule.DAYS, 1)),
        ("pay within 30 days from end of month", PaymentTerms(PaymentRule.END_OF_MONTH, 30)),
        ("pay within 5 business-days of NL", PaymentTerms(PaymentRule.BUSINESS_DAYS, 5, "NL")),
        ("pay on receipt", PaymentTerms(PaymentRule.ON_RECEIPT, 0)),
        ("pay on day 15 of next month", PaymentTerms(PaymentRule.DAY_OF_NEXT_MONTH, 15)),
        ("pay by direct debit", PaymentTerms(PaymentRule.DAYS, 14, direct_debit=True)),
        ("pay by direct debit within 5 days", PaymentTerms(PaymentRule.DAYS, 5, direct_debit=True)),
    ],
)
def test_payment_terms(line: str, terms: PaymentTerms) -> None:
    assert contract(HEAD.replace("pay within 30 days", line)).payment.entries[0].value == terms


@pytest.mark.parametrize(
    ("line", "billing"),
    [
        ("bill weekly in arrears", Billing(Span(1, Unit.WEEK), Timing.ARREARS)),
        ("bill every 6 months in advance on last day", Billing(Span(6, Unit.MONTH), Timing.ADVANCE, Anchor(31))),
        ("bill annually in advance on day 1 of april", Billing(YEAR, Timing.ADVANCE, Anchor(1, 4))),
        ("bill quarterly in advance on anniversary", Billing(Span(1, Unit.QUARTER), Timing.ADVANCE, Anchor())),
        ("bill every 2 weeks in advance", Billing(Span(2, Unit.WEEK), Timing.ADVANCE, Anchor())),
    ],
)
def test_billing(line: str, billing: Billing) -> None:
    text = HEAD.replace("bill monthly in advance on day 1", line) + "charge x\n  1.00 EUR once\n"
    assert contract(text).charge("x").billing.entries[0].value == billing


@pytest.mark.parametrize(
    ("line", "end"),
    [
        ("term 12 months from 2026-01-31", dt.date(2027, 1, 31)),
        ("term from 2026-01-01 to 2026-12-31", dt.date(2027, 1, 1)),
        ("term open from 2026-01-01", None),
    ],
)
def test_the_term(line: str, end: dt.date | None) -> None:
    assert contract(HEAD.replace("term 12 months from 2026-01-01", line)).end == end


def test_a_contract_takes_from_its_list_what_it_does_not_say_itself() -> None:
    head = HEAD.replace("  bill monthly in advance on day 1\n", "").replace("  supply electronic-service\n", "")
    found = contract(head + "  uses prices\ncharge seats as in prices\ncharge fee\n  5.00 EUR per month\n", LIST)
    for charge in found.charges:
        assert charge.kind == "consulting"
        assert charge.billing.entries[0].value == Billing(MONTH, Timing.ARREARS, Anchor(day=1))
        assert charge.proration.start is Proration.NEVER


def test_own_prices_replace_those_of_the_list() -> None:
    uses = HEAD + "  uses prices version 1\ncharge seats as in prices\n"
    base = contract(uses, LIST).charge("seats").price.entries
    assert [str(entry.effective) for entry in base] == ["2026-01-01", "2026-06-01"]
    own = contract(uses + "  11.00 EUR per seat per month\n", LIST).charge("seats").price.entries
    assert [str(entry.effective) for entry in own] == ["2026-01-01"]
    step = contract(uses + "  from 2026-09-01 14.00 EUR per seat per month\n", LIST).charge("seats").price.entries
    assert [str(entry.effective) for entry in step] == ["2026-01-01", "2026-09-01"]


def test_of_several_versions_the_named_one_counts() -> None:
    newer = LIST.replace("version 1", "version 2").replace("12.00", "99.00")
    text = HEAD + "  uses prices version 2\ncharge seats as in prices\n"
    for files in ((text, LIST, newer), (text, newer, LIST)):
        value = contract(*files).charge("seats").price.entries[0].value
        assert value == PerUnit(Decimal("99.00"), "seat", Decimal(1), MONTH)


def test_what_an_amendment_adds_is_in_force_from_its_day() -> None:
    text = HEAD + (
        "amendment 1 from 2026-07-01 agreed 2026-05-12\n"
        "  charge extra\n    10.00 EUR per month\n"
        "  discount launch\n    10% off extra\n    for first 3 months\n"
    )
    found = contract(text)
    entry = found.charge("extra").price.entries[0]
    assert (entry.effective, entry.agreed, entry.amendment) == (dt.date(2026, 7, 1), dt.date(2026, 5, 12), 1)
    discount = found.discounts[0]
    assert (discount.start, discount.end) == (dt.date(2026, 7, 1), dt.date(2026, 10, 1))
    assert found.amendments[0].agreed == dt.date(2026, 5, 12)


def test_an_indexation_becomes_what_it_says() -> None:
    text = HEAD + (
        "charge x\n  10.00 EUR per month\n"
        'indexation cpi "Uplift"\n  raises x with "CPI" minus 0.5%\n  base 2025-04\n  every year from 2026-07-01\n'
        '  at least 0%\n  at most 5%\n  clause "9"\n  until 2026-12-31\n'
        "amendment 1 from 2026-10-01 agreed 2026-05-12\n"
        "  stop cpi\n"
        '  indexation once\n    raises everything with "CPI" plus 1%\n    base 2025-01 to 2026-01\n    once on 2026-11-01\n'
        "    revised values count\n"
        "  indexation fixed\n    raises x by 3%\n    every 6 months from 2026-12-01\n"
    )
    found = contract(text)
    cpi, once, fixed = found.indexations
    assert cpi.how == ByIndex("CPI", dt.date(2025, 4, 1), None, Decimal("-0.5"))
    assert (cpi.id, cpi.title, cpi.charges, cpi.clause.reference) == ("cpi", "Uplift", ("x",), "9")
    assert (cpi.first, cpi.every, cpi.end) == (dt.date(2026, 7, 1), YEAR, dt.date(2027, 1, 1))
    assert (cpi.at_least, cpi.at_most, cpi.agreed) == (Decimal(0), Decimal(5), dt.date(2025, 12, 12))
    (stop,) = cpi.stops
    assert (stop.effective, stop.agreed, stop.amendment) == (dt.date(2026, 10, 1), dt.date(2026, 5, 12), 1)
    assert once.how == ByIndex("CPI", dt.date(2025, 1, 1), dt.date(2026, 1, 1), Decimal(1), revised=True)
    assert (once.charges, once.every, once.amendment) == (None, None, 1)
    assert (fixed.how, fixed.every) == (ByPercent(Decimal(3)), Span(6, Unit.MONTH))
    assert found.index_series == ("CPI",)


def test_a_commitment_becomes_what_it_says() -> None:
    text = HEAD + (
        "charge x\n  10.00 EUR per month\n"
        'commitment a "Annual"\n  50 000.00 EUR per 6 months\n  counts x\n  supply consulting\n  prorated\n  clause "9"\n'
        "  from 2026-02-01\n  until 2026-07-31\n"
        "amendment 1 from 2026-03-01 agreed 2026-02-12\n"
        '  commitment b\n    2 000.00 EUR over the term\n    counts everything\n    acknowledge C065 "both"\n'
        "amendment 2 from 2026-05-01 agreed 2026-04-12\n  stop a\n"
    )
    a, b = contract(text).commitments
    assert (a.id, a.title, a.amount, a.per, a.charges) == ("a", "Annual", Decimal(50000), Span(6, Unit.MONTH), ("x",))
    assert (a.kind, a.prorated, a.clause.reference) == ("consulting", True, "9")
    assert (a.start, a.end, a.agreed) == (dt.date(2026, 2, 1), dt.date(2026, 8, 1), dt.date(2025, 12, 12))
    assert [(stop.effective, stop.agreed) for stop in a.stops] == [(dt.date(2026, 5, 1), dt.date(2026, 4, 12))]
    assert (b.per, b.charges, b.kind, b.prorated) == (None, None, "electronic-service", False)
    assert (b.start, b.agreed, b.amendment) == (dt.date(2026, 3, 1), dt.date(2026, 2, 12), 1)


def test_a_stop_ends_a_discount_from_when_it_is_agreed() -> None:
    text = HEAD + (
        "charge x\n  10.00 EUR per month\ndiscount d\n  5% off x\n"
        "amendment 1 from 2026-03-01 agreed 2026-05-12\n  stop d\n"
    )
    off = contract(text).discounts[0]
    assert off.window(dt.date(2026, 5, 11)) == Period(dt.date(2026, 1, 1), dt.date.max)
    assert off.window(dt.date(2026, 5, 12)) == Period(dt.date(2026, 1, 1), dt.date(2026, 3, 1))


@pytest.mark.parametrize(
    "name",
    [
        "indexation",
        "base",
        "raises",
        "once",
        "at",
        "least",
        "revised",
        "until",
        "every",
        "commitment",
        "counts",
        "over",
        "prorated",
    ],
)
def test_words_of_indexations_are_names_elsewhere(name: str) -> None:
    text = HEAD + (
        f"charge {name}\n  10.00 EUR per {name} per month\n  quantity 3 {name}\n"
        f"discount d\n  5% off {name} once\n".replace("5%", "5.00 EUR")
        + f"indexation i\n  raises {name} by 3%\n  once on 2026-07-01\n"
        + f"commitment c\n  9.00 EUR per year\n  counts {name}\n"
    )
    assert contract(text).charge(name).quantity is not None


def test_layout_commas_and_comments_mean_nothing() -> None:
    plain = (
        HEAD
        + "charge x\n  quantity 40 seats\n  12.00 EUR per seat per month\ndiscount d\n  5% off x\n  until 2026-03-31\n"
    )
    dressed = "# a contract\r\n\n" + plain.replace(
        "12.00 EUR per seat per month", "12.00\u00a0EUR, per seat,\tper month # agreed in May"
    ).replace("5% off x", "5 % off x,\n").replace("\n", "   \n")
    assert _values(contract(plain)) == _values(contract(dressed))


def _values(found: Contract) -> object:
    return [(c.id, [e.value for e in c.price.entries]) for c in found.charges], [d.off for d in found.discounts]

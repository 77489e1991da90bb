"""A country as data: what must hold together in its file, and how premium taxes find their day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from invoicer.domain.deadline import deadline_for
from invoicer.domain.period import Period
from invoicer.domain.supply import Category, NumberingLaw
from invoicer.errors import PluginError, TaxError
from invoicer.facts import Country, creditor_reference
from tests.tax.samples import cover, customer, supply

PREMIUM = """
jurisdiction = "FI"
[premium-tax]
law = "a law"
[premium-tax.classes]
motor-liability = "general"
[notes.premium-tax]
en = "Premium tax {{rate}}%"
[[facts]]
levy = "ipt"
category = "general"
percent = "24"
from = 2013-01-01
to = 2024-08-31
basis = "{basis}"
confidence = "high"
source = "a gazette"
[[facts]]
levy = "ipt"
category = "general"
percent = "25.5"
from = 2024-09-01
basis = "{basis}"
confidence = "high"
source = "a gazette"
"""


def country(tmp_path: Path, text: str) -> Country:
    (tmp_path / "facts.toml").write_text(text, encoding="utf-8")
    return Country(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ('motor-liability = "general"', 'motor-liabilty = "general"', "“motor-liabilty” is no class of insurance"),
        ('motor-liability = "general"', 'motor-liability = "other"', "there are no ipt facts of “other”"),
        ('law = "a law"', "", "its law and its classes go together"),
        ('en = "Premium tax {rate}%"', 'fi = "Vero"', "the note “premium-tax” has no English text"),
        ("[premium-tax]", "[premium-taxes]", "“premium-taxes” is no key of facts.toml"),
        ('law = "a law"', 'law = "a law"\nlow = "x"', "“low” is no key of premium-tax"),
    ],
)
def test_a_file_that_does_not_hold_together_is_refused(tmp_path: Path, old: str, new: str, cause: str) -> None:
    text = PREMIUM.format(basis="tax-point")
    assert old in text
    with pytest.raises(PluginError) as raised:
        country(tmp_path, text.replace(old, new))
    assert any(cause in problem.cause for problem in raised.value.problems)


def percent(market: Country, *, begins: dt.date, concluded: dt.date, tax_point: dt.date | None = None) -> Decimal:
    days = Period(begins, begins + dt.timedelta(days=30))
    asked = supply("insurance", customer("FI"), days=days, concluded=concluded, tax_point=tax_point)
    return market.premium_levies(cover("FI"), asked)[0].percent


AUGUST, SEPTEMBER = dt.date(2024, 8, 20), dt.date(2024, 9, 1)


def test_by_tax_point_only_the_tax_point_counts(tmp_path: Path) -> None:
    market = country(tmp_path, PREMIUM.format(basis="tax-point"))
    assert percent(market, begins=SEPTEMBER, concluded=AUGUST, tax_point=AUGUST) == 24
    assert percent(market, begins=AUGUST, concluded=AUGUST, tax_point=SEPTEMBER) == Decimal("25.5")


def test_by_conclusion_the_day_of_the_agreement_counts_within_a_year(tmp_path: Path) -> None:
    market = country(tmp_path, PREMIUM.format(basis="conclusion"))
    assert percent(market, begins=SEPTEMBER, concluded=AUGUST) == 24
    assert percent(market, begins=dt.date(2025, 8, 19), concluded=AUGUST) == 24
    with pytest.raises(
        TaxError, match="concluded, extended or amended, which can be any day from 2024-08-20 to 2025-08-20"
    ):
        percent(market, begins=dt.date(2025, 8, 20), concluded=AUGUST)


def test_by_start_of_cover_a_term_that_may_have_begun_earlier_is_a_question(tmp_path: Path) -> None:
    market = country(tmp_path, PREMIUM.format(basis="cover-start"))
    assert percent(market, begins=SEPTEMBER, concluded=SEPTEMBER) == Decimal("25.5")
    assert percent(market, begins=AUGUST, concluded=SEPTEMBER) == 24
    with pytest.raises(TaxError, match="the first day of the insurance term"):
        percent(market, begins=SEPTEMBER, concluded=AUGUST)


def test_by_payment_a_change_shortly_after_the_tax_point_is_a_question(tmp_path: Path) -> None:
    market = country(tmp_path, PREMIUM.format(basis="payment"))
    assert percent(market, begins=dt.date(2024, 7, 2), concluded=AUGUST) == 24
    with pytest.raises(TaxError, match="the premium is paid"):
        percent(market, begins=dt.date(2024, 7, 3), concluded=AUGUST)


def test_an_unknown_class_names_the_known_ones(tmp_path: Path) -> None:
    market = country(tmp_path, PREMIUM.format(basis="tax-point"))
    with pytest.raises(TaxError, match=r"“motor-liabilty” is not covered .*write one of motor-liability,"):
        market.premium_levies(cover("FI", "motor-liabilty"), supply("insurance", customer("FI")))


def test_a_country_without_premium_facts_refuses_every_premium(tmp_path: Path) -> None:
    market = country(tmp_path, 'jurisdiction = "FI"')
    with pytest.raises(TaxError, match="the tax on insurance premiums of FI is not covered"):
        market.premium_levies(cover("FI"), supply("insurance", customer("FI")))


def test_a_country_of_customers_refuses_to_tax_a_seller(tmp_path: Path) -> None:
    market = country(tmp_path, 'jurisdiction = "FI"')
    with pytest.raises(TaxError, match="what a seller registered there supplies is not covered"):
        market.treat(supply("general-service", customer("FI")), {})


@pytest.mark.parametrize(
    ("number", "reference"),
    [
        ("5390 0754 7034", "RF18539007547034"),  # ISO 11649's usual example (Wikipedia, “Creditor Reference”)
        ("123-ABC/Z", "RF35123ABCZ"),  # ohjelmointiputka.net, “Kansainvälinen viitenumero”
    ],
)
def test_creditor_references_of_published_examples(number: str, reference: str) -> None:
    assert creditor_reference(number) == reference


@pytest.mark.parametrize("number", ["", "–", "A" * 22])
def test_a_number_that_does_not_fit_a_creditor_reference_is_refused(number: str) -> None:
    with pytest.raises(TaxError, match="1 to 21 letters and digits"):
        creditor_reference(number)


CONSUMERS = """
jurisdiction = "FI"
[[consumer-terms]]
from = 2026-01-01
law = "a later law"
source = "a gazette"
[[consumer-terms]]
from = 2020-01-01
law = "a law"
source = "a gazette"
longest-notice = "1 month"
after-renewal = "14 days"
returns-unused = true
not-for = ["insurance"]
"""


def test_what_the_law_gives_consumers(tmp_path: Path) -> None:
    first, later = country(tmp_path, CONSUMERS).consumer_terms
    assert (first.law, later.law) == ("a law", "a later law")
    assert (str(first.longest_notice), str(first.after_renewal)) == ("month", "14 days")
    assert first.returns_unused and first.not_for == ("insurance",)
    assert later.longest_notice is None and not later.returns_unused


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ("from = 2020-01-01", 'from = "2020-01-01"', "from is “2020-01-01”"),
        ('law = "a law"', "", "“law” is missing"),
        ('law = "a law"', 'law = " "', "its law is empty"),
        ('"14 days"', '"14 fortnights"', "after-renewal is “14 fortnights”"),
        ('"1 month"', "1", "longest-notice is “1”"),
        ("returns-unused = true", 'returns-unused = "yes"', "returns-unused is “yes”"),
        ('["insurance"]', '"insurance"', "not-for is “insurance”"),
        ("returns-unused", "returns", "“returns” is no key of consumer-terms"),
    ],
)
def test_consumer_terms_that_say_something_else_are_refused(tmp_path: Path, old: str, new: str, cause: str) -> None:
    assert old in CONSUMERS
    with pytest.raises(PluginError) as raised:
        country(tmp_path, CONSUMERS.replace(old, new))
    assert any(cause in problem.cause for problem in raised.value.problems)


NUMBERING = """
jurisdiction = "FI"
[numbering]
dates = "rise"
law = "a law"
source = "a gazette"
"""


def test_what_the_law_asks_of_numbers(tmp_path: Path) -> None:
    assert country(tmp_path, NUMBERING).numbering == NumberingLaw(True, "a law", "a gazette")
    assert country(tmp_path, NUMBERING.replace("rise", "free")).numbering == NumberingLaw(False, "a law", "a gazette")
    assert country(tmp_path, CONSUMERS).numbering is None


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ('"rise"', '"fall"', "dates is “fall”"),
        ('dates = "rise"', "", "dates is “”"),
        ('"rise"', "1", "dates is “1”"),
        ('"a law"', '" "', "its law is empty"),
        ('source = "a gazette"', "", "its source is empty"),
        ("source", "sauce", "“sauce” is no key of numbering"),
        ("[numbering]", "[[numbering]]", "numbering is no table"),
    ],
)
def test_a_law_about_numbers_that_says_something_else_is_refused(
    tmp_path: Path, old: str, new: str, cause: str
) -> None:
    assert old in NUMBERING
    with pytest.raises(PluginError) as raised:
        country(tmp_path, NUMBERING.replace(old, new))
    assert any(cause in problem.cause for problem in raised.value.problems)


DEADLINES = """
jurisdiction = "FI"
[[issue-deadline]]
supplies = "taxed"
issue = "within 7 days"
whole-months = true
from = 2013-01-01
to = 2026-06-30
law = "a law"
source = "a gazette"
confidence = "high"
[[issue-deadline]]
supplies = "taxed"
issue = "by day 15 of the next month"
from = 2026-07-01
law = "another law"
source = "a gazette"
confidence = "medium"
"""


@pytest.mark.parametrize(
    ("issue", "one_off", "last"),
    [
        ("within 7 days", False, "2026-02-07"),  # from the end of the month
        ("within 7 days", True, "2026-01-22"),
        ("within 6 months", True, "2026-07-15"),
        ("by day 15 of the next month", True, "2026-02-15"),
        ("any day", True, "None"),
    ],
)
def test_until_when_an_invoice_is_to_be_issued(tmp_path: Path, issue: str, one_off: bool, last: str) -> None:
    (old, _) = country(tmp_path, DEADLINES.replace("within 7 days", issue)).issue_deadlines
    days = Period(dt.date(2025, 12, 16), dt.date(2026, 1, 16))
    assert str(old.last_day(days, one_off)) == last


def test_the_deadline_of_a_day_and_a_category(tmp_path: Path) -> None:
    facts = country(tmp_path, DEADLINES).issue_deadlines
    for day, law in (("2012-12-31", None), ("2026-06-30", "a law"), ("2026-07-01", "another law")):
        found = deadline_for(facts, Category.STANDARD, dt.date.fromisoformat(day))
        assert (found.law if found else None) == law
    for category in (Category.EXEMPT, Category.REVERSE_CHARGE, Category.OUTSIDE_SCOPE):
        assert deadline_for(facts, category, dt.date(2026, 7, 1)) is None


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ('"taxed"', '"goods"', "supplies is “goods”"),
        ('"within 7 days"', '"soon"', "issue is “soon”"),
        ("day 15", "day 31", "issue is “by day 31 of the next month”"),
        ('law = "a law"', "", "“law” is missing"),
        ('"a gazette"', '" "', "its source is empty"),
        ('"high"', '"low"', "confidence is “low”"),
        ("true", "1", "whole-months is “1”"),
        ("2013-01-01", '"2013"', "from is “2013”"),
        ("2026-06-30", "2026-07-30", "two deadlines for taxed supplies count on 2026-07-01"),
        ("whole-months", "whole-month", "“whole-month” is no key of issue-deadline"),
    ],
)
def test_a_deadline_that_says_something_else_is_refused(tmp_path: Path, old: str, new: str, cause: str) -> None:
    assert old in DEADLINES
    with pytest.raises(PluginError) as raised:
        country(tmp_path, DEADLINES.replace(old, new))
    assert any(cause in problem.cause for problem in raised.value.problems)

"""What a line says of itself: its charge, its insurance, what it corrects, how its amount came about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from invoicer.domain.contract import Premium
from invoicer.domain.document import Line
from invoicer.domain.entitlement import Component, Detail, Part
from invoicer.domain.money import Money
from invoicer.render.folders import TemplateFolders
from invoicer.render.lines import LineBlock, Lines
from invoicer.render.paper import Paper
from invoicer.render.speech import Speech
from invoicer.render.translation import locale_of, words_of
from tests.render import builders
from tests.render.builders import line

COVER = Premium("MTPL-1", "Exemplum Insurance SE", "motor-liability", "FI")
CHARGE = Component("motor")


def blocks(lines: Iterable[Line], language: str = "en") -> list[LineBlock]:
    locale = locale_of(language)
    words = words_of(locale, TemplateFolders())
    assert words is not None
    return list(Lines(builders.document(list(lines)), Speech(locale, words)).blocks())


def remark(language: str, title: str, part: Part, name: str = "", charge: str = "Motor") -> str:
    component = Component("motor", part, name)
    (block,) = blocks([line(title, "5.00", "-1", unit="", component=component, charge=charge)], language)
    return block.remarks[0].rpartition(" · ")[0]


@pytest.mark.parametrize(
    ("language", "discount", "minimum", "levy", "levy_on_discount"),
    [
        ("en", "Discount on Motor", "Top-up to the agreed minimum", "on Motor", "on the discount on Motor"),
        (
            "nl",
            "Korting op Motor",
            "Aanvulling tot het overeengekomen minimum",
            "over Motor",
            "over de korting op Motor",
        ),
        (
            "et",
            "Allahindlus: Motor",
            "Lisandus kokkulepitud miinimumini",
            "arvestatud summalt: Motor",
            "arvestatud allahindluselt: Motor",
        ),
    ],
)
def test_a_part_of_a_charge_says_of_which(
    language: str, discount: str, minimum: str, levy: str, levy_on_discount: str
) -> None:
    assert remark(language, "Launch", Part.DISCOUNT, "launch") == discount
    assert remark(language, "Motor", Part.MINIMUM) == minimum  # its title says the rest
    assert remark(language, "Least", Part.MINIMUM).startswith(minimum)
    assert remark(language, "Least", Part.MINIMUM).endswith("Motor")
    assert remark(language, "Tax 19%", Part.LEVY, "ipt-de") == levy
    assert remark(language, "Tax 19%", Part.LEVY, "ipt-de/discount/launch") == levy_on_discount


@pytest.mark.parametrize("part", [Part.MINIMUM, Part.MAXIMUM])
def test_a_levy_on_a_bound_says_so(part: Part) -> None:
    assert remark("en", "Tax 19%", Part.LEVY, f"ipt-de/{part}") in (
        "on the top-up to the agreed minimum of Motor",
        "on the reduction to the agreed maximum of Motor",
    )


def test_a_part_without_the_name_of_its_charge_still_says_what_it_is() -> None:
    assert remark("en", "Launch", Part.DISCOUNT, "launch", charge="") == "Discount"
    assert remark("en", "Tax 19%", Part.LEVY, "ipt-de", charge="") == ""


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Policy MTPL-1 · insurer Exemplum Insurance SE · motor third-party liability · country of risk Finland"),
        ("nl", "Polis MTPL-1 · verzekeraar Exemplum Insurance SE · WA-motorrijtuigen · risicoland Finland"),
        ("et", "Poliis MTPL-1 · kindlustusandja Exemplum Insurance SE · liikluskindlustus · riski asukoht Soome"),
    ],
)
def test_a_premium_says_policy_insurer_class_and_risk(language: str, words: str) -> None:
    tax = line("Tax", "1.00", unit="", component=Component("motor", Part.LEVY, "ipt-fi"), premium=COVER, charge="Motor")
    charge, levy = blocks([line("Motor", "9.00", component=CHARGE, premium=COVER), tax], language)
    assert charge.remarks[1:] == (words,)
    assert len(levy.remarks) == 1, "said once for a premium"
    (alone,) = blocks([tax], language)
    assert alone.remarks[1:] == (words,), "a correction of the tax alone says it too"


def test_a_class_of_insurance_without_words_is_printed_as_agreed() -> None:
    (block,) = blocks([line("Kites", "9.00", premium=replace(COVER, insurance_class="kites"))])
    assert block.remarks[1] == "Policy MTPL-1 · insurer Exemplum Insurance SE · kites · country of risk Finland"


def test_a_correction_repeats_no_amount_as_price() -> None:
    reference = builders.credit_note().lines[0].corrects
    partly, whole = blocks(
        [
            line("Platform fee", "50.00", unit="", corrects=reference),
            line("Seats", "12.00", "3", "seat", corrects=reference),
        ]
    )
    assert (partly.row.quantity, partly.row.price, partly.row.net) == ("", "", "50.00")
    assert (whole.row.quantity, whole.row.unit, whole.row.price) == ("3", "seats", "12.00")
    assert partly.remarks[1].startswith("Corrects HN-2026-00012 of 2 January 2026, line 1: billed 450.00, due 400.00")


@pytest.mark.parametrize("label", ["price", "band", "packages"])
def test_prices_of_a_part_of_a_period_are_named_as_those_of_a_full_one(label: str) -> None:
    def row(key: str, price: str) -> Detail:
        return Detail(key, Fraction(10), "seat", Decimal(price), Decimal(1), Fraction(price) * 10)

    changes: dict[str, Any] = {"unit": "", "details": (row("included", "0"), row(label, "9.30"), row(label, "3.10"))}
    part, full = blocks([line("Seats", "48.00", proration=(12, 31), **changes), line("Seats", "124.00", **changes)])
    assert [detail.title for detail in part.details] == ["Included", "Price of a full period", ""]
    assert [detail.title for detail in full.details] == ["Included", "", ""]
    assert part.remarks == ("1–31 Jan 2026 · 12 of 31 days",)


def test_dates_that_differ_each_have_their_place() -> None:
    days = builders.JANUARY
    paper = builders.document(
        [line("Usage", "9.00", days=days)], tax_point=days.last_day, issue_date=dt.date(2026, 2, 9)
    )
    locale = locale_of("en")
    words = words_of(locale, TemplateFolders())
    assert words is not None
    facts = {fact.label: fact.value for fact in Paper(paper, Speech(locale, words)).references}
    assert (facts["Issue date"], facts["Tax point"]) == ("9 February 2026", "31 January 2026")
    assert facts["Service period"] == "1–31 Jan 2026"


def test_agreed_amounts_without_any_vat_are_not_headed_with_vat() -> None:
    words = words_of(locale_of("en"), TemplateFolders())
    assert words is not None
    paper = builders.reverse_charge()
    say = Speech(locale_of("en"), words)
    agreed = replace(paper, lines=tuple(replace(one, gross=one.net) for one in paper.lines))
    assert Paper(agreed, say).amounts == "Net"
    with_vat = line("Seat", "121.00", gross=Money.of(Decimal("121.00"), "EUR"), net=Money.of(Decimal("100.00"), "EUR"))
    assert Paper(builders.document([with_vat]), say).amounts == "With VAT"

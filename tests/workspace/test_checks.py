"""workspace: what a single value must be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from invoicer.workspace import checks
from invoicer.workspace.checks import Flaw


@pytest.mark.parametrize(
    ("check", "text", "expected"),
    [
        # numbers that tax offices and standards print as samples
        (checks.vat_id, "NL 0044.95.445.B01", "NL004495445B01"),
        (checks.vat_id, "DE 136,695 976".replace(",", ""), "DE136695976"),
        (checks.vat_id, "EE 100 931 558", "EE100931558"),
        (checks.vat_id, "EL 094259216", "EL094259216"),
        (checks.vat_id, "GB 980 7806 84", "GB980780684"),
        (checks.vat_id, "XI 980 7806 84", "XI980780684"),
        (checks.vat_id, "CHE-107.787.577 IVA", "CHE107787577"),
        (checks.vat_id, "CHE-107.787.577", "CHE107787577"),
        (checks.vat_id, "NO 995 525 828 MVA", "NO995525828MVA"),
        (checks.vat_id, "IS 00621", "IS00621"),
        (checks.iban, "NL91 ABNA 0417 1643 00", "NL91ABNA0417164300"),
        (checks.iban, "ee38 2200 2210 2014 5685", "EE382200221020145685"),
        (checks.bic, "ABNANL2A", "ABNANL2A"),
        (checks.country, "EE", "EE"),
        (checks.language, "et", "et"),
        (checks.currency, "SEK", "SEK"),
        (checks.time_zone, "Europe/Tallinn", "Europe/Tallinn"),
        (checks.email, "billing@acme.example", "billing@acme.example"),
        (checks.name, "acme-2", "acme-2"),
    ],
)
def test_normal_forms(check: Callable[[str], str], text: str, expected: str) -> None:
    assert check(text) == expected


def test_what_is_wrong_and_how_to_mend_it(snapshot: SnapshotAssertion) -> None:
    samples: dict[Callable[[str], object], list[str]] = {
        checks.vat_id: [
            *("NL004495446B01", "DE136695977", "EE100931559", "GB980780685", "CHE107787578", "NO995525829MVA"),
            *("NL00449544501", "NLabc", "136695976", "GR094259216", "US123456789", ""),
        ],
        checks.iban: ["NL91ABNA0417164301", "NL91ABNA041716430", "91ABNA0417164300", "BE71096123456768"],
        checks.bic: ["ABNANL2", "ABNAQQ2A", "1234NL2A"],
        checks.country: ["UK", "nl", "Netherlands", "Germny", "EST", "XX", "EL"],
        checks.language: ["EN", "en-GB", "Dutch", "Estonan", "xx"],
        checks.currency: ["€", "eur", "EURO", "XXY"],
        checks.time_zone: ["Amsterdam", "Europe/Amsterdm", "CEST", "../../etc/passwd"],
        checks.email: ["acme", "a@b", "a@b.example; c@d.example"],
        checks.name: ["a b", "a_b", "-a", "é"],
        checks.day: [
            "12/03/2026",
            "31.12.2026",
            "3-3-2026",
            "2026-02-30",
            "20260301",
            "2026-03-01T00:00:00",
            "1/40/2026",
        ],
    }
    lines = []
    for check, texts in samples.items():
        for text in texts:
            with pytest.raises(Flaw) as found:
                check(text)
            lines.append(f"{check.__name__}: {found.value.cause} ({found.value.mend})")
    assert "\n".join(lines) == snapshot


@given(st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)))
def test_a_day_reads_as_it_is_written(day: object) -> None:
    assert checks.day(str(day)) == day


def test_no_day_is_so_far_off_that_there_is_none_behind_it() -> None:
    for day in ("0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"):
        with pytest.raises(Flaw, match=f"{day} is too far off"):
            checks.day(day)


@given(st.integers(0, 10**8 - 1), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_of_a_vat_id_is_found(number: int, at: int, change: int) -> None:
    """ISO 7064 Mod 11, 10, which German numbers use, finds every single wrong digit."""
    first = f"{10**7 + number % (9 * 10**7):08d}"
    sound = next(f"DE{first}{check}" for check in range(10) if _is_sound(f"DE{first}{check}"))
    digit = (int(sound[2 + at]) + change) % 10
    assert not _is_sound(sound[: 2 + at] + str(digit) + sound[3 + at :])


def _is_sound(number: str) -> bool:
    try:
        checks.vat_id(number)
    except Flaw:
        return False
    return True


def test_vat_ids_belong_to_countries() -> None:
    assert checks.vat_country_fits("EL094259216", "GR")
    assert checks.vat_country_fits("XI980780684", "GB")
    assert checks.vat_country_fits("FR40303265045", "MC")
    assert checks.vat_country_fits("CHE107787577", "LI")
    assert not checks.vat_country_fits("NL004495445B01", "BE")


def test_did_you_mean_is_silent_about_strangers() -> None:
    assert checks.did_you_mean("busines", ["business", "consumer"]) == "business"
    assert checks.did_you_mean("BUSINESS", ["business", "consumer"]) == "business"
    assert checks.did_you_mean("zebra", ["business", "consumer"]) == ""

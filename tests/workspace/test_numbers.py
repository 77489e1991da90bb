"""workspace: numbers in cells, and what stands there in their place."""

from __future__ import annotations

from fractions import Fraction

import pytest

from invoicer.workspace import Flaw
from invoicer.workspace.numbers import may_be_thousands, number, two_spellings


def test_digits_and_a_point_are_a_number() -> None:
    assert [number(text) for text in ("0", "-1.5", "2000000", "2.000")] == [0, Fraction("-1.5"), 2_000_000, 2]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("74,000", "write 74000 or 74.0, whichever is meant"),
        ("1,255", "write 1255 or 1.2550, whichever is meant"),
        ("-1,500", "write -1500 or -1.5, whichever is meant"),
        ("€ 2.000", "write 2000 or 2.0"),
        ("1,5", "write 1.5:"),
        ("0,125", "write 0.125:"),
        ("1124,100", "write 1124.100:"),
        ("2.000.000", "write 2000000:"),
        ("2,000,000", "write 2000000:"),
        ("1.234,56", "write 1234.56:"),
        ("1,234.56", "write 1234.56:"),
        ("1'234.56", "write 1234.56:"),
        ("1\u202f234,56", "write 1234.56:"),
        ("EUR 2000000", "write 2000000"),
        ("2 000 000 EUR", "write 2000000"),
        ("2E+06", "write all its digits, such as 2000000"),
        ("1,5e3", "write all its digits, such as 1500"),
        ("1e99", "write all its digits, such as 127.30"),
        ("1.5.2", "write it like 127.30"),
        ("12 34", "write it like 127.30"),
        ("EUR", "write it like 127.30"),
        ("٣", "write it like 127.30"),
        ("9" * 25, "write it like 127.30"),
    ],
)
def test_what_is_no_number_is_answered_with_all_that_it_may_mean(text: str, meant: str) -> None:
    with pytest.raises(Flaw) as found:
        number(text)
    assert found.value.mend.startswith(meant), found.value.mend


@pytest.mark.parametrize(
    ("text", "others", "doubtful"),
    [
        ("2.000", ["2.000"], True),
        ("2.000", ["2.000", "950", "12.500"], True),
        ("2.000", ["2.000", "99.5"], False),
        ("2.000", ["2.000", "0.125"], False),
        ("2.000", ["2.000", "1250.000"], False),
        ("2.00", ["2.00"], False),
        ("0.995", ["0.995"], False),
        ("2000.000", ["2000.000"], False),
    ],
)
def test_a_point_before_three_digits_is_doubted_unless_another_figure_shows_what_it_is(
    text: str, others: list[str], doubtful: bool
) -> None:
    assert may_be_thousands(text, others) is doubtful


@pytest.mark.parametrize("text", ["2.000", "1.250", "1.255", "74.500", "-3.010"])
def test_neither_spelling_is_doubted_again(text: str) -> None:
    thousands, fraction = two_spellings(text)
    assert (number(thousands), number(fraction)) == (number(text) * 1000, number(text))
    assert not may_be_thousands(thousands, [thousands]) and not may_be_thousands(fraction, [fraction])

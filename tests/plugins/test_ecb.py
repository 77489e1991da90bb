"""The ECB's file of exchange rates: what is read, and what is said of a wrong row."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from invoicer.domain.supply import ExchangeRate
from invoicer.errors import Problem, TaxError
from invoicer.plugins import load

# The shape in which the ECB prints its history, with few columns; the numbers are examples.
HISTORY = """Date,USD,JPY,CYP,GBP,
2024-01-04,1.0953,157.85,N/A,0.86278,
2024-01-03,1.0919,155.64,N/A,0.8646,
2024-01-02,1.0956,155.65,N/A,0.8666,
"""
SOURCE = "ECB euro foreign exchange reference rates"


def rates(tmp_path: Path, text: str | bytes, name: str = "rates/eurofxref-hist.csv") -> tuple[ExchangeRate, ...]:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load().exchange_rates(tmp_path, {"source": "ecb", "file": name, "max_age_days": 7})


def problems(tmp_path: Path, text: str | bytes) -> list[Problem]:
    with pytest.raises(TaxError) as raised:
        rates(tmp_path, text)
    return list(raised.value.problems)


def test_every_number_is_a_rate_and_a_missing_one_is_none(tmp_path: Path) -> None:
    read = rates(tmp_path, HISTORY)
    assert len(read) == 9
    assert read[0] == ExchangeRate("EUR", "USD", Decimal("1.0953"), dt.date(2024, 1, 4), SOURCE)
    assert not [rate for rate in read if rate.currency == "CYP"]


def test_other_line_ends_a_bom_and_spaces_change_nothing(tmp_path: Path) -> None:
    other = "\ufeff" + HISTORY.replace("\n", "\r\n").replace(",", ", ") + "\r\n"
    assert rates(tmp_path, other) == rates(tmp_path, HISTORY)


@pytest.mark.parametrize(
    ("old", "new", "where", "cause"),
    [
        ("155.64", "155,64", ":3", "the row has 7 columns, the header 6"),
        ("155.64", "1x", ":3, column JPY", "“1x” is no exchange rate"),
        ("155.64", "", ":3, column JPY", "“” is no exchange rate"),
        ("155.64", "-1", ":3, column JPY", "“-1” is no exchange rate"),
        ("155.64", "0", ":3, column JPY", "“0” is no exchange rate"),
        ("2024-01-03", "03.01.2024", ":3, column Date", "“03.01.2024” is no day"),
        ("2024-01-03", "2024-02-30", ":3, column Date", "“2024-02-30” is no day"),
        ("2024-01-03", "2024-01-04", ":3, column Date", "2024-01-04 stands in row 2 as well"),
        ("JPY", "Yen", ":1, column Yen", "“Yen” is no currency"),
        ("Date,", "Day,", ":1", "the first row is not Date and currencies"),
    ],
)
def test_a_wrong_row_is_named_with_row_and_column(tmp_path: Path, old: str, new: str, where: str, cause: str) -> None:
    (problem,) = problems(tmp_path, HISTORY.replace(old, new))
    assert str(problem.where) == f"rates/eurofxref-hist.csv{where}"
    assert problem.cause == cause
    assert problem.mend


def test_semicolons_separate_as_well_and_decimals_have_a_point_still(tmp_path: Path) -> None:
    assert rates(tmp_path, HISTORY.replace(",", ";")) == rates(tmp_path, HISTORY)
    (problem,) = problems(tmp_path, HISTORY.replace(",", ";").replace("1.0953", "1,0953"))
    assert "“1,0953” is no exchange rate" in problem.cause and "a point" in problem.mend


def test_a_currency_with_two_columns_is_refused(tmp_path: Path) -> None:
    found = problems(tmp_path, HISTORY.replace("JPY", "USD"))
    assert {problem.cause for problem in found} == {"USD has more than one column"}


def test_all_wrong_rows_are_told_in_one_pass(tmp_path: Path) -> None:
    assert len(problems(tmp_path, HISTORY.replace("155", "x").replace("1.0953", "y"))) == 3


@pytest.mark.parametrize("content", ["", "\n", "Date,USD,\n", b"\xff\xfe\x00"])
def test_a_file_without_rates_is_refused(tmp_path: Path, content: str | bytes) -> None:
    assert problems(tmp_path, content)


def test_a_missing_file_and_an_unnamed_one_say_where_to_get_it(tmp_path: Path) -> None:
    for settings in ({"source": "ecb", "file": "rates/none.csv"}, {"source": "ecb"}):
        with pytest.raises(TaxError, match=r"eurofxref-hist\.zip"):
            load().exchange_rates(tmp_path, settings)

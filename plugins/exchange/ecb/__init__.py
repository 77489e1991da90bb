"""exchange/ecb: the euro foreign exchange reference rates, from the file that the European Central Bank publishes.

``eurofxref-hist.csv``: a header ``Date,USD,JPY,…``, one row a publication day, newest first, each number the units of that
currency for one euro, ``N/A`` where there is none; lines end with a comma.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from invoicer.api import ExchangeRate, Place, Problem, TaxError, hookimpl

SOURCE = "ECB euro foreign exchange reference rates"
_WHERE_FROM = (
    "download eurofxref-hist.zip from the ECB's page on euro foreign exchange reference rates, unpack it there, and name"
    ' the file in invoicer.toml: [exchange] file = "rates/eurofxref-hist.csv"'
)
_CURRENCY = re.compile(r"[A-Z]{3}")
_RATE = re.compile(r"\d{1,9}(\.\d{1,9})?")


@hookimpl
def invoicer_exchange_rates(folder: Path, settings: Mapping[str, Any]) -> list[ExchangeRate]:
    """The rates in the file that the settings name; none unless they name the source ``ecb``."""
    if settings.get("source") != "ecb":
        return []
    name = settings.get("file")
    if not isinstance(name, str) or not name:
        raise TaxError(
            _problem("invoicer.toml", 0, "exchange.file", "the file of exchange rates is not named", _WHERE_FROM)
        )
    return read(folder / name, name)


def read(path: Path, name: str) -> list[ExchangeRate]:
    """All rates of a file, which messages call ``name``. Raises TaxError with every wrong row and column."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
        separator = ";" if lines and lines[0].startswith("Date;") else ","  # as spreadsheets save it in half of Europe
        rows = list(csv.reader(lines, delimiter=separator))
    except OSError as error:
        raise TaxError(
            _problem(name, 0, "", f"the exchange rates can't be read: {error.strerror}", _WHERE_FROM)
        ) from None
    except (UnicodeDecodeError, csv.Error):
        raise TaxError(_problem(name, 0, "", "the exchange rates are no CSV text", _WHERE_FROM)) from None
    header = [title.strip() for title in rows[0]] if rows else []
    if header[:1] != ["Date"] or len(header) < 2:
        raise TaxError(_problem(name, 1, "", "the first row is not Date and currencies", _WHERE_FROM))
    rates: list[ExchangeRate] = []
    problems: list[Problem] = list(_wrong_header(name, header))
    seen: dict[dt.date, int] = {}
    for line, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        day = _day(row[0])
        if day is None:
            problems.append(_problem(name, line, "column Date", f"“{row[0]}” is no day", "write it as 2026-01-30"))
        elif day in seen:
            mend = "keep the row that the ECB published"
            problems.append(_problem(name, line, "column Date", f"{day} stands in row {seen[day]} as well", mend))
        else:
            seen[day] = line
            for found in _rates(name, line, header, row, day):
                (rates if isinstance(found, ExchangeRate) else problems).append(found)  # type: ignore[arg-type]
    if not rates and not problems:
        problems.append(_problem(name, 2, "", "the file holds no rates", _WHERE_FROM))
    if problems:
        raise TaxError(problems)
    return rates


def _rates(name: str, line: int, header: list[str], row: list[str], day: dt.date) -> Iterator[ExchangeRate | Problem]:
    if len(row) != len(header):
        mend = "download the file again, or mend the row"
        yield _problem(name, line, "", f"the row has {len(row)} columns, the header {len(header)}", mend)
        return
    for title, cell in zip(header[1:], row[1:], strict=True):
        text = cell.strip()
        if not title or text == "N/A":
            continue
        if _RATE.fullmatch(text) and Decimal(text) > 0:
            yield ExchangeRate("EUR", title, Decimal(text), day, SOURCE)
        else:
            mend = "write units of that currency for one euro, with a point for decimals, or N/A"
            yield _problem(name, line, f"column {title}", f"“{text}” is no exchange rate", mend)


def _wrong_header(name: str, header: list[str]) -> Iterator[Problem]:
    for title in header[1:]:
        if title and not _CURRENCY.fullmatch(title):
            yield _problem(name, 1, f"column {title}", f"“{title}” is no currency", "write its ISO 4217 code: USD")
        elif title and header.count(title) > 1:
            yield _problem(name, 1, f"column {title}", f"{title} has more than one column", "keep one of them")


def _day(text: str) -> dt.date | None:
    try:
        return dt.datetime.strptime(text.strip(), "%Y-%m-%d").date()  # noqa: DTZ007
    except ValueError:
        return None


def _problem(file: str, line: int, part: str, cause: str, mend: str) -> Problem:
    return Problem("X043" if line else "X042", Place(file, line, part=part), cause, mend)

"""language: the one notation of numbers, days and amounts, and what is meant by other ones."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from invoicer.domain.money import is_currency
from invoicer.language.codes import Code
from invoicer.language.words import close_to, listed, shortened

MOST_DIGITS = 24
_YEARS = range(1900, 2200)
_PROPER_DAY = "write a day of the calendar, such as `2026-07-31`"
_SPACES = re.compile("[ \u00a0\u202f]")
_SIGNS = {"€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY"}
_CURRENCIES = (
    *("AUD", "BGN", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ISK", "JPY", "KWD", "MXN"),
    *("NOK", "NZD", "PLN", "RON", "SEK", "SGD", "TRY", "UAH", "USD", "ZAR"),
)


@dataclass(frozen=True, slots=True)
class Misread:
    """Why a literal is refused, how to write it, and the (terminal, text) pairs to read on with in its place."""

    code: Code
    cause: str
    mend: str
    label: str = ""
    instead: tuple[tuple[str, str], ...] = ()


def to_decimal(text: str) -> Decimal:
    """The value of a number or percentage as the grammar admits it (2 500.00, 1.5%); a percentage of 20 for 20%."""
    return Decimal(_SPACES.sub("", text).rstrip("%"))


def refuse(terminal: str, text: str) -> Misread | None:
    """Why a literal can't stand in any terms, whatever the grammar would say; None when it can."""
    judge = _JUDGES.get(terminal)
    return judge(text) if judge else None


def _number(text: str) -> Misread | None:
    terminal = "PERCENTAGE" if text.endswith("%") else "NUMBER"
    if sum(character.isdigit() for character in text) > MOST_DIGITS:
        cause = f"{shortened(text, 20)} has more than {MOST_DIGITS} digits"
        return Misread(Code.T011, cause, "check the number", instead=((terminal, "1"),))
    if text.startswith("-"):
        cause = f"{text} is negative: amounts, quantities and percentages in terms never are"
        mend = "write it without the sign; what is taken off is a `discount`"
        return Misread(Code.T012, cause, mend, instead=((terminal, text[1:]),))
    return None


def _ambiguous_number(text: str) -> Misread | None:
    percent = "%" if text.endswith("%") else ""
    digits = text.rstrip("% \u00a0\u202f")
    readings = list(dict.fromkeys(reading for reading in _readings(digits) if _is_number(reading)))
    ways = [_grouped(reading) + percent for reading in readings[:2]]
    rule = "a point before the decimals, a space between thousands"
    mend = f"write {listed([f'`{way}`' for way in ways])}" if ways else "write it with " + rule
    cause = f"the number {shortened(text)} is read differently in different countries: terms use {rule}"
    terminal = "PERCENTAGE" if percent else "NUMBER"
    value = (readings[0] if readings else "1") + percent
    return Misread(Code.T004, cause, mend, instead=((terminal, value),))


def _readings(digits: str) -> list[str]:
    """What such a number may mean: the last mark before the decimals, or every mark between thousands."""
    bare = re.sub(r"[ \u00a0\u202f'_]", "", digits)
    whole = re.sub(r"[.,]", "", bare)
    marks = [mark for mark in bare if mark in ".,"]
    if not marks:
        return [whole]
    head, tail = re.split(r"[.,](?=[^.,]*$)", bare)
    decimal = re.sub(r"[.,]", "", head) + "." + tail
    if len(set(marks)) == 2:
        return [decimal]
    if len(marks) > 1:
        return [whole]
    if len(tail) != 3:
        return [decimal]
    return [whole, decimal.removesuffix("0") if decimal.endswith("0") else decimal + "0"]


def _is_number(text: str) -> bool:
    return re.fullmatch(rf"\d{{1,{MOST_DIGITS}}}(\.\d{{1,{MOST_DIGITS}}})?", text) is not None


def _grouped(number: str) -> str:
    whole, point, decimals = number.partition(".")
    return f"{int(whole):,}".replace(",", " ") + point + decimals


def _day(text: str) -> Misread | None:
    if _is_day(text):
        return None
    if (far := _far_away(text)) is not None:
        return Misread(Code.T006, *far, instead=(("DATE", "2000-01-01"),))
    year, month, day = text.split("-")
    swapped = f"{year}-{day}-{month}"
    mend = f"month and day may be swapped: `{swapped}`?" if _is_day(swapped) else _PROPER_DAY
    good = swapped if _is_day(swapped) else "2000-01-01"
    return Misread(Code.T006, f"{text} is not a day of the calendar", mend, instead=(("DATE", good),))


def _month(text: str) -> Misread | None:
    if _is_day(f"{text}-01"):
        return None
    if (far := _far_away(f"{text}-01")) is not None:
        return Misread(Code.T006, *far, instead=(("MONTH", "2000-01"),))
    cause = f"{text} is not a month of the calendar"
    return Misread(Code.T006, cause, "write year and month, such as `2026-10`", instead=(("MONTH", "2000-01"),))


def _far_away(text: str) -> tuple[str, str] | None:
    """Cause and mend for a day that is one, but of a year that no terms mean."""
    year = text[:4]
    try:
        dt.date.fromisoformat(f"2000{text[4:]}")  # a leap year: 29 February of another far year is refused as well
    except ValueError:
        return None
    if int(year) in _YEARS:
        return None
    cause = f"the year {year} is out of reach: terms are about the years {_YEARS[0]} to {_YEARS[-1]}"
    endless = int(year) > _YEARS[-1]
    return cause, "mend the year; where something has no end, leave the line out" if endless else "mend the year"


def _foreign_day(text: str) -> Misread | None:
    first, middle, last = re.split(r"[./-]", text)
    if len(first) == 4:
        candidates = [f"{first}-{middle:0>2}-{last:0>2}"]
    else:
        year = last if len(last) == 4 else "20" + last[-2:]
        candidates = [f"{year}-{middle:0>2}-{first:0>2}", f"{year}-{first:0>2}-{middle:0>2}"]
    days = list(dict.fromkeys(day for day in candidates if _is_day(day)))
    mend = f"write {listed([f'`{day}`' for day in days])}" if days else _PROPER_DAY
    label = "which day is this?" if len(days) > 1 else ""
    cause = f"the date {text} is not written year-month-day"
    return Misread(Code.T005, cause, mend, label, (("DATE", days[0] if days else "2000-01-01"),))


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).year in _YEARS
    except ValueError:
        return False


def _sign(text: str) -> Misread | None:
    sign = next(character for character in text if character in _SIGNS)
    number = text.replace(sign, "").strip(" \u00a0\u202f")
    readings = [reading for reading in _readings(number.lstrip("-")) if _is_number(reading)]
    value = number if re.fullmatch(r"\d+(\.\d+)?", number) else readings[0] if readings else "1"
    code = _SIGNS[sign]
    cause = f"the sign {sign} is not used in terms: several currencies have such a sign"
    mend = f"write the ISO code after the amount: `{_grouped(value)} {code}`"
    return Misread(Code.T007, cause, mend, instead=(("NUMBER", value), ("CURRENCY", code)))


def _text(text: str) -> Misread | None:
    content = text.strip().strip("\"'“”„«»‘’").strip()
    mend = f'write `"{shortened(content, 30)}"`' if content else 'write it as `"text"`'
    cause = "a text must stand between straight double quotes on one line"
    return Misread(Code.T008, cause, mend, "begins here", (("STRING", f'"{content}"'),))


def _currency(text: str) -> Misread | None:
    if is_currency(text):
        return None
    near = close_to(text, _CURRENCIES)
    mend = f"did you mean `{near}`?" if near else "use a code of ISO 4217, such as `EUR`"
    return Misread(
        Code.T010, f"{text} is not a currency code of ISO 4217", mend, instead=(("CURRENCY", near or "EUR"),)
    )


_JUDGES: dict[str, Callable[[str], Misread | None]] = {
    "NUMBER": _number,
    "PERCENTAGE": _number,
    "BAD_NUMBER": _ambiguous_number,
    "DATE": _day,
    "MONTH": _month,
    "BAD_DATE": _foreign_day,
    "BAD_MONEY": _sign,
    "BAD_STRING": _text,
    "CURRENCY": _currency,
}

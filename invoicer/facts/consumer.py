"""facts: what the law gives a consumer who ends a contract, as dated facts with a source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from invoicer.domain.ending import ConsumerTerms
from invoicer.domain.period import Span, Unit
from invoicer.facts.rows import Wrong, read_rows, unsourced, wrong_days, wrong_keys

_KEYS = ("from", "law", "source", "longest-notice", "after-renewal", "returns-unused", "not-for")
_NEEDED = ("from", "law", "source")
_LENGTH = re.compile(r"(\d{1,3}) (day|week|month)s?")


def read_consumer_terms(table: Mapping[str, Any]) -> tuple[tuple[ConsumerTerms, ...], list[Wrong]]:
    """The list ``consumer-terms`` of a facts.toml, by the day from which each counts, and what is wrong with it.

    Each table has ``from`` (contracts agreed on that day or later), ``law`` and ``source``; and as far as the law says so
    ``longest-notice`` and ``after-renewal`` (``"1 month"``), ``returns-unused``, ``not-for`` (classes of supply).
    """
    found, wrong = read_rows(table, "consumer-terms", _doubts, _terms)
    return tuple(sorted(found, key=lambda one: one.since)), wrong


def _terms(row: Mapping[str, Any]) -> ConsumerTerms:
    return ConsumerTerms(
        since=row["from"],
        law=row["law"],
        source=row["source"],
        longest_notice=_span(row.get("longest-notice")),
        after_renewal=_span(row.get("after-renewal")),
        returns_unused=row.get("returns-unused", False),
        not_for=tuple(row.get("not-for", ())),
    )


def _span(text: object) -> Span | None:
    match = _LENGTH.fullmatch(text) if isinstance(text, str) else None
    return Span(int(match[1]), Unit(match[2])) if match else None


def _doubts(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from wrong_keys(row, "consumer-terms", "consumer-terms need", _KEYS, _NEEDED)
    yield from wrong_days(row, "from")
    yield from unsourced(row)
    for key in ("longest-notice", "after-renewal"):
        if key in row and _span(row[key]) is None:
            yield f"{key} is “{row[key]}”", 'write a length of time in days, weeks or months: "1 month"'
    if not isinstance(row.get("returns-unused", False), bool):
        yield f"returns-unused is “{row['returns-unused']}”", "write true or false, without quotes"
    classes = row.get("not-for", [])
    if not (isinstance(classes, list) and all(isinstance(one, str) for one in classes)):
        yield f"not-for is “{classes}”", 'write a list of classes of supply: ["insurance"]'

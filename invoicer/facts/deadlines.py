"""facts: until when the law of a country wants an invoice to be issued, as dated facts with a source."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from invoicer.domain.deadline import IssueDeadline, Supplies
from invoicer.domain.period import Span, Unit
from invoicer.facts.rows import Wrong, read_rows, unsourced, wrong_days, wrong_keys

_KEYS = ("supplies", "issue", "from", "to", "whole-months", "law", "source", "confidence", "remark")
_NEEDED = ("supplies", "issue", "from", "law", "source", "confidence")
_CONFIDENCE = ("high", "medium")
_WITHIN = re.compile(r"within (\d{1,3}) (day|month)s?")
_BY_DAY = re.compile(r"by day (\d{1,2}) of the next month")
_ANY = "any day"


def read_deadlines(table: Mapping[str, Any]) -> tuple[tuple[IssueDeadline, ...], list[Wrong]]:
    """The list ``issue-deadline`` of a table of facts, and what is wrong with it.

    Each has ``supplies`` (``"taxed"`` or ``"reverse-charge"``), ``issue`` (``"within 7 days"``, ``"by day 15 of the next
    month"``, ``"any day"`` where the law is known to name none), ``from`` and perhaps ``to`` (days of supply, inclusive),
    ``law``, ``source`` and ``confidence``. A fact that nobody is sure of stands nowhere: without it no deadline is claimed.
    """
    found, wrong = read_rows(table, "issue-deadline", _doubts, _deadline)
    for at, one in enumerate(found):
        for other in found[:at]:
            if one.supplies is other.supplies and _meet(one, other):
                cause = f"two deadlines for {one.supplies} supplies count on {max(one.since, other.since)}"
                wrong.append(("issue-deadline", cause, "end the earlier one on the day before the later one"))
    return tuple(found), wrong


def _deadline(row: Mapping[str, Any]) -> IssueDeadline:
    within, by_day = _WITHIN.fullmatch(row["issue"]), _BY_DAY.fullmatch(row["issue"])
    return IssueDeadline(
        supplies=Supplies(row["supplies"]),
        since=row["from"],
        until=row.get("to"),
        within=Span(int(within[1]), Unit(within[2])) if within else None,
        day=int(by_day[1]) if by_day else 0,
        whole_months=row.get("whole-months", False),
        law=row["law"],
        source=row["source"],
        confidence=row["confidence"],
    )


def _meet(one: IssueDeadline, other: IssueDeadline) -> bool:
    return one.since <= (other.until or dt.date.max) and other.since <= (one.until or dt.date.max)


def _doubts(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from wrong_keys(row, "issue-deadline", "an issue-deadline needs", _KEYS, _NEEDED)
    if row.get("supplies", Supplies.TAXED) not in set(Supplies):
        yield f"supplies is “{row['supplies']}”", f"write {' or '.join(Supplies)}"
    issue = row.get("issue", _ANY)
    by_day = _BY_DAY.fullmatch(issue) if isinstance(issue, str) else None
    if not isinstance(issue, str) or not (issue == _ANY or _WITHIN.fullmatch(issue) or by_day):
        yield (
            f"issue is “{issue}”",
            'write "within 7 days", "within 6 months", "by day 15 of the next month" or "any day"',
        )
    elif by_day and not 1 <= int(by_day[1]) <= 28:
        yield f"issue is “{issue}”", "name a day that every month has, from 1 to 28"
    yield from wrong_days(row, "from", "to")
    yield from unsourced(row)
    if row.get("confidence", "high") not in _CONFIDENCE:
        mend = "write high (two sources or the law itself) or medium (one); leave out what is less sure"
        yield f"confidence is “{row['confidence']}”", mend
    if not isinstance(row.get("whole-months", False), bool):
        yield f"whole-months is “{row['whole-months']}”", "write true or false, without quotes"

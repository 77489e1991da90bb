"""render: events as an iCalendar file (RFC 5545), from plain data.

Pure: the same events give the same bytes. Events are days, not hours, and nobody is busy for them. Whoever imports a newer
file has each event replaced, not doubled: its UID stays, DTSTAMP and SEQUENCE grow with the day that the file is made as of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from icalendar import Calendar, Event

_EPOCH = dt.date(2000, 1, 1)
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something on a day: ``key`` tells it from all others, for ever; ``category`` is a word to filter by."""

    key: str
    day: dt.date
    category: str
    summary: str
    description: str


def ical(name: str, occasions: Iterable[Occasion], as_of: dt.date) -> bytes:
    """The file: lines end in CR and LF and are folded at 75 octets, texts are escaped."""
    calendar = Calendar()
    calendar.add("prodid", "-//invoicer//schedule//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    stamp = dt.datetime.combine(as_of, dt.time(), dt.UTC)
    for one in occasions:
        event = Event()
        event.add("uid", f"{one.key}@invoicer")
        event.add("dtstamp", stamp)
        event.add("last-modified", stamp)
        event.add("sequence", (as_of - _EPOCH).days)
        event.add("dtstart", one.day)
        event.add("dtend", one.day + _DAY)
        event.add("summary", one.summary)
        event.add("description", one.description)
        event.add("categories", [one.category])
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())

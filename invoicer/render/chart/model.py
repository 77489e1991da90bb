"""render: what a time line shows, as plain data: rows with bars and bill dates, events across them, totals below."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from invoicer.domain.period import Period


class Side(StrEnum):
    """Which days a bill is for: those that follow it, those before it, or no days at all."""

    ADVANCE = "in advance"
    ARREARS = "in arrears"
    ONCE = "once"


class BillState(StrEnum):
    """What became of a bill."""

    ISSUED = "issued"
    DUE = "due, not issued"
    HELD = "held"
    CARRIED = "carried forward"
    TO_COME = "to come"


class Tone(StrEnum):
    """What a bar stands for."""

    PRICE = "price in force"
    DISCOUNT = "discount"
    INDEXATION = "indexation"


class EventKind(StrEnum):
    """What a line across all rows marks."""

    TODAY = "today"
    TERM = "start or end of the term"
    RENEWAL = "renewal"
    NOTICE = "last day for notice"
    AMENDMENT = "amendment"
    BACKDATED = "amendment agreed after its day"


@dataclass(frozen=True, slots=True)
class Bar:
    """Days at one price (or whatever the row is about). ``labels`` say it, from the fullest wording to the shortest;
    none: a bar without words. ``note`` is read where the pointer rests."""

    days: Period
    labels: tuple[str, ...]
    note: str = ""
    tone: Tone = Tone.PRICE


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill date. ``amount`` is what is written beside it, "" where it isn't known."""

    day: dt.date
    side: Side
    state: BillState
    amount: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Anything with days, words and bill dates: a charge, a discount, a commitment. ``name`` is the smaller line below the
    title; ``tail`` says what happens where the last bar ends, from the fullest wording to the shortest."""

    title: str
    name: str
    bars: tuple[Bar, ...] = ()
    bills: tuple[Bill, ...] = ()
    tail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """A day that matters to all rows."""

    day: dt.date
    kind: EventKind
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    """What is billed in some days, in words."""

    days: Period
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """What is billed in each month, or in each quarter: as ``title`` says."""

    title: str
    cells: tuple[Total, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """``days`` are those shown; what lies outside of them is cut off or left out. ``totals`` are alternatives, the finest
    division first: the first of which all texts fit is drawn. ``remarks`` stand below."""

    title: str
    subtitle: str
    description: str
    days: Period
    rows: tuple[Row, ...]
    events: tuple[Event, ...] = ()
    totals: tuple[Totals, ...] = ()
    remarks: tuple[str, ...] = ()

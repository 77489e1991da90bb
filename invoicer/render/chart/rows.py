"""render: a row of a time line: its words, its bars with what they say, its bill dates; and the key to the signs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from invoicer.render.chart import colours
from invoicer.render.chart.axis import Scale
from invoicer.render.chart.lettering import shortened, width
from invoicer.render.chart.model import Bar, Bill, BillState, Chart, EventKind, Row, Side, Tone
from invoicer.render.chart.svg import Sheet, clean

LEFT, ROW = 300, 52
NOTE_SIZE = 11
_MARGIN, _TITLE_SIZE, _NAME_SIZE, _LABEL_SIZE, _AMOUNT_SIZE = 24, 13, 11, 11, 10
_BAR_TOP, _BAR_HEIGHT, _MARK_MIDDLE = 7, 20, 40
_MARK, _LEAST = 9.0, 3.0  # the size of the sign of a bill date, and below what it becomes a stroke
_AIR = 5


@dataclass(slots=True)
class _Place:
    """A bar with its ends in the picture, and how far to either side is free."""

    bar: Bar
    x1: float
    x2: float
    free_left: float
    free_right: float


def draw_row(sheet: Sheet, row: Row, scale: Scale, top: float, notes: list[str]) -> None:
    """One row. What finds no room on or beside its bar goes to ``notes``, under a number that stands on the bar."""
    _words(sheet, row, top)
    places = _places(row, scale)
    last_end = 0.0
    for number, place in enumerate(places):
        bar = place.bar
        x2 = max(place.x2 - (1 if number + 1 < len(places) else 0), place.x1 + 2)
        fill = colours.BARS[bar.tone][number % 2] if x2 - place.x1 > _LEAST else colours.POINT
        note = bar.note or "".join(bar.labels[:1])
        sheet.rect(place.x1, top + _BAR_TOP, x2 - place.x1, _BAR_HEIGHT, note, rx=2, fill=fill)
        said = _label(sheet, place, top, last_end)
        if said is None and bar.labels:
            _numbered(sheet, place, top, row, notes)
        last_end = max(x2, said or 0.0)
    if row.tail:
        _tail(sheet, row, scale, top, places, last_end, notes)
    _bills(sheet, row, scale, top)


def draw_key(sheet: Sheet, chart: Chart, x: float, y: float, room: float) -> float:
    """What the signs mean, of those that occur. Returns where the next line may stand."""
    left = x
    for kind, words in _signs(chart):
        long = 20 + width(words, NOTE_SIZE) + 18
        if left + long > x + room and left > x:
            left, y = x, y + 18
        _sign(sheet, kind, left, y)
        sheet.text(left + 20, y, words, NOTE_SIZE)
        left += long
    return y + 6


# ------------------------------------------------------------------ words and bars


def _words(sheet: Sheet, row: Row, top: float) -> None:
    room = LEFT - _MARGIN - 18
    title, name = clean(row.title), clean(row.name)
    shown = shortened(title, room, _TITLE_SIZE, bold=True)
    sheet.text(_MARGIN + 6, top + 22, shown, _TITLE_SIZE, title if shown != title else "", font_weight=600)
    shown = shortened(name, room, _NAME_SIZE)
    sheet.text(_MARGIN + 6, top + 40, shown, _NAME_SIZE, name if shown != name else "", fill=colours.QUIET)


def _places(row: Row, scale: Scale) -> list[_Place]:
    shown = [bar for bar in sorted(row.bars, key=lambda bar: bar.days) if bar.days.overlaps(scale.days)]
    places = [_Place(bar, scale.x(bar.days.start), scale.x(bar.days.end), scale.left, scale.right) for bar in shown]
    for one, other in pairwise(places):
        one.free_right, other.free_left = other.x1, one.x2
    return places


def _label(sheet: Sheet, place: _Place, top: float, taken: float) -> float | None:
    """Write the fullest label that has room: on the bar, or beside it. Returns where it ends, None where none fits."""
    y = top + _BAR_TOP + 14
    inside = place.x2 - place.x1 - 2 * _AIR - 1
    right = place.free_right - place.x2 - 2 * _AIR
    left = place.x1 - max(place.free_left, taken) - 2 * _AIR
    for words in map(clean, place.bar.labels):
        long = width(words, _LABEL_SIZE)
        if long <= inside:
            sheet.text(place.x1 + _AIR, y, words, _LABEL_SIZE)
            return place.x1 + _AIR + long
        if long <= right:
            _beside(sheet, place.x2 + _AIR, y, words)
            return place.x2 + _AIR + long
        if long <= left:
            _beside(sheet, place.x1 - _AIR - long, y, words)
            return place.x2
    return None


def _beside(sheet: Sheet, x: float, y: float, words: str) -> None:
    """A label off its bar, on a ground that keeps lines from running through it."""
    long = width(words, _LABEL_SIZE)
    sheet.rect(x - 2, y - 11, long + 4, 14, fill=colours.GROUND, fill_opacity="0.9")
    sheet.text(x, y, words, _LABEL_SIZE)


def _numbered(sheet: Sheet, place: _Place, top: float, row: Row, notes: list[str]) -> None:
    notes.append(f"{row.title}, {place.bar.days}: {place.bar.labels[0]}")
    number = str(len(notes))
    if width(number, _LABEL_SIZE, bold=True) + 2 <= place.x2 - place.x1:
        middle = (place.x1 + place.x2) / 2
        sheet.text(middle, top + _BAR_TOP + 14, number, _LABEL_SIZE, text_anchor="middle", font_weight=600)


def _tail(
    sheet: Sheet, row: Row, scale: Scale, top: float, places: Sequence[_Place], taken: float, notes: list[str]
) -> None:
    """What happens at the end of the last bar, beside it."""
    end = places[-1].x2 if places else scale.left
    sheet.rect(end - 2, top + _BAR_TOP - 3, 3, _BAR_HEIGHT + 6, row.tail[0], fill=colours.STOP)
    x, y = max(taken, end) + 2 * _AIR, top + _BAR_TOP + 14
    for words in map(clean, row.tail):
        if x + width(words, _LABEL_SIZE) <= scale.right:
            _beside(sheet, x, y, words)
            return
    notes.append(f"{row.title}: {row.tail[0]}")
    number = str(len(notes))
    if x + width(number, _LABEL_SIZE, bold=True) <= scale.right:
        sheet.text(x, y, number, _LABEL_SIZE, font_weight=600)


# ------------------------------------------------------------------ bill dates


def _bills(sheet: Sheet, row: Row, scale: Scale, top: float) -> None:
    bills = sorted((bill for bill in row.bills if scale.days.start <= bill.day <= scale.days.end), key=_order)
    size = _size(bills, scale)
    y = top + _MARK_MIDDLE
    for state in BillState:
        mine = [bill for bill in bills if bill.state is state]
        if not mine:
            continue
        inside, edge = colours.MARKS[state]
        with sheet.group(fill=inside, stroke=edge):
            for bill in mine:
                _mark(sheet, bill.side, scale.x(bill.day), y, size, bill.note)
    for x, words in _amounts(bills, scale, size):
        long = width(words, _AMOUNT_SIZE)
        sheet.rect(x - 1, y - 6, long + 2, 12, fill=colours.GROUND, fill_opacity="0.9")
        sheet.text(x, y + 3.5, words, _AMOUNT_SIZE, fill=colours.QUIET)


def _order(bill: Bill) -> tuple[object, ...]:
    return bill.day, bill.side, bill.state, bill.note


def _size(bills: Sequence[Bill], scale: Scale) -> float:
    """As large as the distance between two dates allows."""
    days = sorted({bill.day for bill in bills})
    gaps = [scale.x(later) - scale.x(earlier) for earlier, later in pairwise(days)]
    both = {bill.side for bill in bills} >= {Side.ADVANCE, Side.ARREARS}
    return min([_MARK, *(gap * (0.45 if both else 0.85) for gap in gaps)])


def _mark(sheet: Sheet, side: Side, x: float, y: float, size: float, note: str) -> None:
    """A sign that points to the days that the bill is for."""
    half = size / 2
    if size < _LEAST:
        sheet.line(x, y - 4, x, y + 4, note)
    elif side is Side.ONCE:
        sheet.shape([(x, y - half - 1), (x + half + 1, y), (x, y + half + 1), (x - half - 1, y)], note)
    else:
        tip = x + size if side is Side.ADVANCE else x - size
        sheet.shape([(x, y - half), (tip, y), (x, y + half)], note)


def _amounts(bills: Sequence[Bill], scale: Scale, size: float) -> Iterable[tuple[float, str]]:
    """Where the amounts of a row stand: all of them beside their signs, or none."""
    found: list[tuple[float, float, str]] = []
    marks = [(x - size - 1, x + size + 1) for x in (scale.x(bill.day) for bill in bills)]
    for bill in bills:
        words = clean(bill.amount)
        if not words:
            continue
        long, x = width(words, _AMOUNT_SIZE), scale.x(bill.day)
        left = x - size - 3 - long if bill.side is Side.ARREARS else x + size + 3
        if left + long > scale.right:
            left = x - size - 3 - long
        if left < scale.left:
            left = x + size + 3
        found.append((left, left + long, words))
    found.sort()
    apart = all(one[1] + 4 <= other[0] for one, other in pairwise(found))
    clear = all(right <= a or b <= left for left, right, _ in found for a, b in marks)
    return [(left, words) for left, _, words in found] if apart and clear else []


# ------------------------------------------------------------------ the key


_Sign = Tone | Side | BillState | EventKind


def _signs(chart: Chart) -> Iterable[tuple[_Sign, str]]:
    bars = [bar for row in chart.rows for bar in row.bars if bar.days.overlaps(chart.days)]
    bills = [bill for row in chart.rows for bill in row.bills if chart.days.start <= bill.day <= chart.days.end]
    for tone in Tone:
        if any(bar.tone is tone for bar in bars):
            yield tone, str(tone)
    for side in Side:
        if any(bill.side is side for bill in bills):
            yield side, "billed once" if side is Side.ONCE else f"billed {side}"
    for state in BillState:
        if any(bill.state is state for bill in bills):
            yield state, str(state)
    shown = {event.kind for event in chart.events if chart.days.start <= event.day <= chart.days.end}
    for kind in EventKind:
        if kind in shown and kind is not EventKind.TODAY:
            yield kind, str(kind)


def _sign(sheet: Sheet, kind: _Sign, x: float, y: float) -> None:
    middle = y - 4
    if isinstance(kind, Tone):
        sheet.rect(x, middle - 5, 14, 10, rx=2, fill=colours.BARS[kind][1])
    elif isinstance(kind, EventKind):
        look: dict[str, Any] = {"stroke": colours.EVENTS[kind][0], "stroke_width": 1.5}
        if kind in colours.DASHED:
            look["stroke_dasharray"] = colours.DASHED[kind]
        sheet.line(x + 7, middle - 7, x + 7, middle + 7, **look)
    elif isinstance(kind, Side):
        at = {Side.ADVANCE: 3, Side.ARREARS: 11, Side.ONCE: 7}[kind]
        with sheet.group(fill=colours.QUIET):
            _mark(sheet, kind, x + at, middle, _MARK, "")
    else:
        inside, edge = colours.MARKS[kind]
        sheet.rect(x + 3, middle - 4.5, 9, 9, rx=4.5, fill=inside, stroke=edge)

"""render: a time line as SVG text, from plain data: what is charged when, with its steps, amendments and bill dates.

Pure: the same chart gives the same bytes. The picture refers to nothing outside of it, says in a title and a description
what it shows, has a ground of its own (so it can be read on white and on black), and no text lies on another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from invoicer.render.chart import colours
from invoicer.render.chart.axis import MAJOR_SIZE, SIZE, Axis, Cell, Scale, axis_of, label_of
from invoicer.render.chart.events import LANE, draw_events, draw_lines, lanes_of
from invoicer.render.chart.lettering import shortened, width
from invoicer.render.chart.model import Bar, Bill, BillState, Chart, Event, EventKind, Row, Side, Tone, Total, Totals
from invoicer.render.chart.rows import LEFT, NOTE_SIZE, ROW, draw_key, draw_row
from invoicer.render.chart.svg import Sheet, clean

WIDTH, MARGIN = 1320, 24
_TITLE, _SUBTITLE, _SMALL = 18, 12, 11
_AXIS_ROW, _TOTALS, _LINE = 20, 32, 17


@dataclass(frozen=True, slots=True)
class _Levels:
    """The heights at which the parts of the picture begin."""

    lanes: float
    axis: float
    rows: float
    totals: float
    below: float


def draw(chart: Chart) -> str:
    """The picture of a chart, as the text of an SVG file."""
    sheet = Sheet()
    scale = Scale(chart.days, LEFT, WIDTH - MARGIN)
    axis, lanes = axis_of(scale), lanes_of(chart.events, scale)
    totals = _fitting(chart, scale)
    levels = _levels(chart, axis, len(lanes), totals is not None)
    below = Sheet()  # what stands below is drawn first, because it says how high the picture is
    ground = Sheet()
    _grid(ground, axis, scale, levels)
    draw_lines(ground, lanes, scale, levels.lanes, levels.totals)
    notes: list[str] = []
    with sheet.group(fill=colours.INK):
        _heading(sheet, chart)
        _axis(sheet, axis, scale, levels)
        draw_events(sheet, lanes, levels.lanes)
        for number, row in enumerate(chart.rows):
            draw_row(sheet, row, scale, levels.rows + number * ROW, notes)
        _totals(sheet, totals, scale, levels)
    height = _foot(below, chart, notes, levels.below)
    whole = Sheet()
    whole.rect(0.5, 0.5, WIDTH - 1, height - 1, rx=6, fill=colours.GROUND, stroke=colours.EDGE)
    _stripes(whole, chart, levels)
    for part in (ground, sheet, below):
        whole.append(part)
    return whole.picture(WIDTH, height, chart.title, chart.description)


def _levels(chart: Chart, axis: Axis, lanes: int, with_totals: bool) -> _Levels:
    start = MARGIN + _TITLE + 30.0
    at_axis = start + lanes * LANE + 6
    at_rows = at_axis + _AXIS_ROW * (2 if axis.major else 1)
    at_totals = at_rows + len(chart.rows) * ROW
    return _Levels(start, at_axis, at_rows, at_totals, at_totals + (_TOTALS if with_totals else 0))


def _heading(sheet: Sheet, chart: Chart) -> None:
    room = WIDTH - 2 * MARGIN
    title, subtitle = clean(chart.title), clean(chart.subtitle)
    said = shortened(title, room, _TITLE, bold=True)
    sheet.text(MARGIN, MARGIN + 14, said, _TITLE, title if said != title else "", font_weight=600)
    said = shortened(subtitle, room, _SUBTITLE)
    sheet.text(MARGIN, MARGIN + 34, said, _SUBTITLE, subtitle if said != subtitle else "", fill=colours.QUIET)


def _axis(sheet: Sheet, axis: Axis, scale: Scale, levels: _Levels) -> None:
    at = levels.axis
    for cell in axis.major:
        _label(sheet, cell, scale, at + 14, MAJOR_SIZE, font_weight=600)
    at += _AXIS_ROW if axis.major else 0
    for cell in axis.cells:
        _label(sheet, cell, scale, at + 14, SIZE, fill=colours.QUIET)


def _label(sheet: Sheet, cell: Cell, scale: Scale, y: float, size: int, **look: Any) -> None:
    if said := label_of(scale, cell, size):
        middle = (scale.x(cell.days.start) + scale.x(cell.days.end)) / 2
        long = width(said, size, bold=True)
        sheet.rect(middle - long / 2, y - size, long, size + 3, fill=colours.GROUND)  # no line runs through it
        sheet.text(middle, y, said, size, text_anchor="middle", **look)


def _grid(sheet: Sheet, axis: Axis, scale: Scale, levels: _Levels) -> None:
    """Upright lines where a cell begins, stronger ones where a year does, and one below the axis."""
    strong = {cell.days.start for cell in axis.major}
    with sheet.group(stroke=colours.GRID):
        for cell in axis.cells:
            if cell.days.start not in strong:
                x = scale.x(cell.days.start)
                sheet.line(x, levels.rows - _AXIS_ROW, x, levels.totals)
    with sheet.group(stroke=colours.EDGE):
        for cell in axis.major:
            x = scale.x(cell.days.start)
            sheet.line(x, levels.axis, x, levels.totals)
        sheet.line(scale.right, levels.axis, scale.right, levels.below)
        for y in (levels.rows, levels.below):
            sheet.line(MARGIN, y, scale.right, y)


def _stripes(sheet: Sheet, chart: Chart, levels: _Levels) -> None:
    for number in range(1, len(chart.rows), 2):
        sheet.rect(MARGIN, levels.rows + number * ROW, WIDTH - 2 * MARGIN, ROW, fill=colours.STRIPE)


def _fitting(chart: Chart, scale: Scale) -> Totals | None:
    """The finest totals that all have room."""

    def fits(one: Total) -> bool:
        return scale.x(one.days.end) - scale.x(one.days.start) >= width(one.text, _SMALL, bold=True) + 6

    return next((one for one in chart.totals if all(fits(cell) for cell in one.cells if cell.text)), None)


def _totals(sheet: Sheet, totals: Totals | None, scale: Scale, levels: _Levels) -> None:
    if totals is None:
        return
    y = levels.totals + 20
    with sheet.group(stroke=colours.EDGE):
        sheet.line(MARGIN, levels.totals, scale.right, levels.totals)
        for one in totals.cells:
            x = scale.x(one.days.start)
            sheet.line(x, levels.totals, x, levels.below)
    sheet.text(MARGIN + 6, y, totals.title, _SMALL, font_weight=600)
    for one in totals.cells:
        if one.text:
            middle = (scale.x(one.days.start) + scale.x(one.days.end)) / 2
            sheet.text(middle, y, one.text, _SMALL, one.note, text_anchor="middle", font_weight=600)


def _foot(sheet: Sheet, chart: Chart, notes: Sequence[str], y: float) -> float:
    """What stands below the rows: labels that had no room, the key to the signs, remarks. Returns the height of all."""
    room = WIDTH - 2 * MARGIN
    y += 10
    with sheet.group(fill=colours.INK):
        for number, note in enumerate(notes, 1):
            y += _LINE
            said = f"{number}"
            sheet.text(MARGIN + 16, y, said, NOTE_SIZE, text_anchor="end", font_weight=600)
            sheet.text(MARGIN + 24, y, shortened(clean(note), room - 24, NOTE_SIZE), NOTE_SIZE, clean(note))
        y = draw_key(sheet, chart, MARGIN, y + 28, room)
    with sheet.group(fill=colours.QUIET):
        for remark in chart.remarks:
            y += _LINE
            said = clean(remark)
            sheet.text(
                MARGIN, y, shortened(said, room, NOTE_SIZE), NOTE_SIZE, said if width(said, NOTE_SIZE) > room else ""
            )
    return round(y + MARGIN - 6)


__all__ = [
    "Bar",
    "Bill",
    "BillState",
    "Chart",
    "Event",
    "EventKind",
    "Row",
    "Side",
    "Tone",
    "Total",
    "Totals",
    "draw",
]

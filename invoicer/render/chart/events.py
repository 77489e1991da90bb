"""render: the lines across all rows, and their labels above the axis, in as many lanes as it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from invoicer.render.chart import colours
from invoicer.render.chart.axis import Scale
from invoicer.render.chart.lettering import shortened, width
from invoicer.render.chart.model import Event
from invoicer.render.chart.svg import Sheet, clean

LANE, _HEIGHT, _SIZE, _PAD, _GAP = 22, 18, 11, 7, 6


@dataclass(frozen=True, slots=True)
class Label:
    """An event with its words and where they lie."""

    event: Event
    text: str
    left: float
    right: float


def lanes_of(events: Sequence[Event], scale: Scale) -> tuple[tuple[Label, ...], ...]:
    """The labels of the events that are shown, the lowest lane last. A label stands to the right of its line, at the right
    edge to the left; from right to left each gets the lowest lane with room, so lines pass by the labels below them."""
    lanes: list[list[Label]] = []
    shown = [event for event in events if scale.days.start <= event.day <= scale.days.end]
    for event in sorted(shown, key=lambda one: (one.day, one.label), reverse=True):
        label = _label(event, scale)
        lane = next((lane for lane in lanes if not any(_meet(label, other) for other in lane)), None)
        if lane is None:
            lane = []
            lanes.append(lane)
        lane.append(label)
    return tuple(tuple(lane) for lane in reversed(lanes))


def draw_events(sheet: Sheet, lanes: Sequence[Sequence[Label]], top: float) -> None:
    """The labels."""
    for number, lane in enumerate(lanes):
        y = top + number * LANE
        for label in lane:
            line, ground = colours.EVENTS[label.event.kind]
            sheet.rect(label.left, y, label.right - label.left, _HEIGHT, rx=4, fill=ground, stroke=line)
            sheet.text(label.left + _PAD, y + 13, label.text, _SIZE, label.event.note)


def draw_lines(sheet: Sheet, lanes: Sequence[Sequence[Label]], scale: Scale, top: float, bottom: float) -> None:
    """The line of each event, from its label down."""
    for number, lane in enumerate(lanes):
        for label in lane:
            kind = label.event.kind
            look: dict[str, Any] = {"stroke": colours.EVENTS[kind][0], "stroke_width": 1.5}
            if kind in colours.DASHED:
                look["stroke_dasharray"] = colours.DASHED[kind]
            x = scale.x(label.event.day)
            sheet.line(x, top + number * LANE + _HEIGHT, x, bottom, label.event.note, **look)


def _label(event: Event, scale: Scale) -> Label:
    text = shortened(clean(event.label), scale.right - scale.left - 2 * _PAD, _SIZE)
    long, x = width(text, _SIZE) + 2 * _PAD, scale.x(event.day)
    left = x if x + long <= scale.right else max(x - long, scale.left)
    return Label(event, text, left, left + long)


def _meet(one: Label, other: Label) -> bool:
    return one.left < other.right + _GAP and other.left < one.right + _GAP

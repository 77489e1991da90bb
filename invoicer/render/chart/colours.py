"""render: the colours of a time line. Each pair of text and ground has a contrast of at least 4.5 : 1 (WCAG 2.1, 1.4.3)."""

from __future__ import annotations

from invoicer.render.chart.model import BillState, EventKind, Tone

GROUND = "#ffffff"
STRIPE = "#f6f8fa"
INK = "#1c2430"
QUIET = "#57606a"
GRID = "#e6eaef"
EDGE = "#c3cad3"

BARS: dict[Tone, tuple[str, str]] = {  # in turn, so that a break can be seen
    Tone.PRICE: ("#cfe1f7", "#aecdf0"),
    Tone.DISCOUNT: ("#d3efda", "#b2dfbf"),
    Tone.INDEXATION: ("#fbe7c6", "#f3d296"),
}

POINT = "#5b8fca"  # a bar of a day or so, which would not be seen otherwise

STOP = "#c3242d"  # where service ends before the term does

MARKS: dict[BillState, tuple[str, str]] = {  # inside and edge
    BillState.ISSUED: ("#1f5fa8", "#1f5fa8"),
    BillState.DUE: ("#f2b233", "#8a5a00"),
    BillState.HELD: ("#ffffff", "#c3242d"),
    BillState.CARRIED: ("#f7e3b5", "#8a5a00"),
    BillState.TO_COME: ("#ffffff", "#1f5fa8"),
}

EVENTS: dict[EventKind, tuple[str, str]] = {  # the line, and the ground of its label
    EventKind.TODAY: ("#c3242d", "#fdecec"),
    EventKind.TERM: ("#3b4654", "#eceff3"),
    EventKind.RENEWAL: ("#2f7a45", "#e5f5ea"),
    EventKind.NOTICE: ("#8a5a00", "#fff3da"),
    EventKind.AMENDMENT: ("#6f42c1", "#f1eafc"),
    EventKind.BACKDATED: ("#6f42c1", "#f1eafc"),
}
DASHED = {EventKind.BACKDATED: "5 3", EventKind.NOTICE: "2 3"}

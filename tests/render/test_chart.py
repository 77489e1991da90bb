"""tests of time lines: nothing overlaps, nothing leaves the picture, whatever the contract is like."""

from __future__ import annotations

import datetime as dt
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicer.domain.period import Period
from invoicer.render.chart import (
    Bar,
    Bill,
    BillState,
    Chart,
    Event,
    EventKind,
    Row,
    Side,
    Tone,
    Total,
    Totals,
    draw,
)
from invoicer.render.chart.axis import Scale, axis_of
from invoicer.render.chart.lettering import shortened, width
from tests.render.geometry import SVG, boxes, faults, own_text

START = dt.date(2026, 1, 1)
HOSTILE = "</title></text><script href='http://x.example/'>&\"alert(1)\x00\x1b\u202eevil\ufffe\ud800]]>"


def day(offset: int) -> dt.date:
    return START + dt.timedelta(days=offset)


def days(first: int, length: int) -> Period:
    return Period(day(first), day(first + length))


def monthly(number: int, length: int, *, title: str = "") -> Row:
    """A charge with a step in the middle, billed every 30 days."""
    half = length // 2
    price = f"{number}50.00 EUR"
    bars = (
        Bar(days(0, half), (f"{price} × 40 seats per month, 10 included", f"{price} per month", price)),
        Bar(days(half, length - half), (f"{price} × 60 seats per month", f"{price} per month", price)),
    )
    bills = tuple(
        Bill(day(at), Side.ADVANCE, BillState.ISSUED if at < half else BillState.TO_COME, f"{number}50.00", "a bill")
        for at in range(0, length, 30)
    )
    return Row(title or f"Charge number {number}", f"charge-{number} · monthly in advance on day 1", bars, bills)


def chart(*rows: Row, length: int = 730, events: tuple[Event, ...] = (), totals: tuple[Totals, ...] = ()) -> Chart:
    return Chart(
        title="A contract",
        subtitle="acme-2026 · hosting-nl to acme · EUR",
        description="What is billed when.",
        days=days(0, length),
        rows=rows,
        events=events,
        totals=totals,
        remarks=("As known on 2026-06-15.",),
    )


@pytest.mark.parametrize("length", [1, 20, 90, 366, 730, 1096, 3653, 20_000])
@pytest.mark.parametrize("rows", [0, 1, 8, 40])
def test_texts_lie_beside_each_other_and_inside(rows: int, length: int) -> None:
    events = (
        Event(START, EventKind.TERM, "Term starts 2026-01-01"),
        Event(day(length // 3), EventKind.AMENDMENT, "Amendment 1 from 2026-05-01, agreed 2026-04-20"),
        Event(day(length // 3), EventKind.BACKDATED, "Amendment 2 from 2026-05-01, agreed 2026-06-20, back-dated"),
        Event(day(length // 2), EventKind.TODAY, "Today"),
        Event(day(length), EventKind.RENEWAL, "Renews for 12 months"),
    )
    svg = draw(chart(*(monthly(n, length) for n in range(1, rows + 1) if length > 1), length=length, events=events))
    assert not faults(svg)
    told = [title.text for title in ElementTree.fromstring(svg).iter(f"{SVG}title")]
    assert told.count("a bill") == (rows * len(range(0, length, 30)) if length > 1 else 0)


ROWS = st.builds(
    Row,
    st.text(max_size=60),
    st.text(max_size=60),
    st.lists(
        st.builds(
            Bar,
            st.builds(days, st.integers(-200, 900), st.integers(1, 500)),
            st.lists(st.text("abcXYZ 0123.×", min_size=1, max_size=80), min_size=1, max_size=3).map(tuple),
            st.just(""),
            st.sampled_from(Tone),
        ),
        max_size=12,
    ).map(lambda bars: _apart(bars)),
    st.lists(
        st.builds(
            Bill,
            st.integers(-100, 900).map(day),
            st.sampled_from(Side),
            st.sampled_from(BillState),
            st.sampled_from(["", "9.00", "1 234 567.89"]),
        ),
        max_size=30,
    ).map(tuple),
    st.lists(st.text("abc 0123", min_size=1, max_size=40), max_size=2).map(tuple),
)
EVENTS = st.builds(Event, st.integers(-50, 900).map(day), st.sampled_from(EventKind), st.text(min_size=1, max_size=120))


def _apart(bars: list[Bar]) -> tuple[Bar, ...]:
    """The bars that do not overlap an earlier one: a charge has one price at a time."""
    kept: list[Bar] = []
    for bar in bars:
        if not any(bar.days.overlaps(other.days) for other in kept):
            kept.append(bar)
    return tuple(kept)


@given(
    st.lists(ROWS, max_size=5),
    st.lists(EVENTS, max_size=8),
    st.integers(1, 800),
    st.lists(st.text("0123456789. +", max_size=12), max_size=10),
)
def test_no_contract_makes_texts_overlap(rows: list[Row], events: list[Event], length: int, sums: list[str]) -> None:
    cells = tuple(Total(days(n * length // 10, length // 10), text) for n, text in enumerate(sums) if length >= 10)
    totals = (Totals("Billed per tenth", cells),) if cells else ()
    svg = draw(chart(*rows, length=length, events=tuple(events), totals=totals))
    assert not faults(svg)
    assert svg == draw(chart(*rows, length=length, events=tuple(events), totals=totals))


def test_hostile_words_stay_words() -> None:
    row = Row(
        HOSTILE,
        HOSTILE,
        (Bar(days(0, 400), (HOSTILE,), HOSTILE),),
        (Bill(START, Side.ONCE, BillState.DUE, HOSTILE, HOSTILE),),
        (HOSTILE,),
    )
    event = Event(day(3), EventKind.AMENDMENT, HOSTILE, HOSTILE)
    made = Chart(
        title=HOSTILE,
        subtitle=HOSTILE,
        description=HOSTILE,
        days=days(0, 730),
        rows=(row,),
        events=(event,),
        totals=(Totals(HOSTILE, (Total(days(0, 730), HOSTILE, HOSTILE),)),),
        remarks=(HOSTILE,),
    )
    svg = draw(made)
    root = ElementTree.fromstring(svg.encode())
    names = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert names <= {"svg", "title", "desc", "g", "rect", "line", "polygon", "text"}
    assert not faults(svg)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f]", svg)


def test_a_picture_refers_to_nothing_and_says_what_it_is() -> None:
    svg = draw(chart(monthly(1, 730)))
    root = ElementTree.fromstring(svg)
    assert not [name for element in root.iter() for name in element.attrib if "href" in name or name == "style"]
    assert "url(" not in svg
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"].split() == ["title", "desc"]
    assert [(child.get("id"), child.text) for child in root][:2] == [
        ("title", "A contract"),
        ("desc", "What is billed when."),
    ]
    ground = root[2]
    assert (ground.tag, ground.attrib["fill"]) == (f"{SVG}rect", "#ffffff")  # read on black as well as on white
    assert float(ground.attrib["width"]) + 1 == float(root.attrib["width"])


def shown(svg: str) -> list[str]:
    return [own_text(element) for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_what_has_no_room_on_a_bar_stands_below_with_its_number() -> None:
    narrow = Row(
        "Seats", "seats", (Bar(days(0, 20), ("12.00 EUR × 40 seats per month",)), Bar(days(20, 700), ("13.00 EUR",)))
    )
    texts = shown(draw(chart(narrow)))
    assert "Seats, 2026-01-01 to 2026-01-20: 12.00 EUR × 40 seats per month" in texts
    assert texts.count("1") == 2  # on the bar and before the words
    assert "13.00 EUR" in texts


def test_long_titles_are_shortened_and_whole_where_the_pointer_rests() -> None:
    long = "An endless title " * 10
    root = ElementTree.fromstring(draw(chart(monthly(1, 730, title=long))))
    (text,) = [one for one in root.iter(f"{SVG}text") if own_text(one).startswith("An endless")]
    assert own_text(text).endswith("…")
    assert [title.text for title in text] == [long.strip()]


@pytest.mark.parametrize(
    ("length", "cell", "major"),
    [(30, "29 Dec", "2026"), (365, "Jan", "2026"), (3650, "Q1", "2026"), (9000, "2026", ""), (40_000, "2025", "")],
)
def test_the_axis_divides_as_finely_as_it_can(length: int, cell: str, major: str) -> None:
    axis = axis_of(Scale(days(0, length), 300, 1296))
    assert axis.cells[0].label == cell
    assert (axis.major[0].label if axis.major else "") == major
    assert axis.cells[0].days.start == START
    assert axis.cells[-1].days.end == day(length)
    assert all(one.days.end == two.days.start for one, two in zip(axis.cells, axis.cells[1:], strict=False))


def test_totals_that_do_not_fit_give_way_to_coarser_ones() -> None:
    fine = Totals("per month", tuple(Total(days(n * 10, 10), "1 000 000.00") for n in range(73)))
    coarse = Totals("per half", (Total(days(0, 365), "36 500 000.00"), Total(days(365, 365), "")))
    texts = shown(draw(chart(monthly(1, 730), totals=(fine, coarse))))
    assert "per half" in texts
    assert "36 500 000.00" in texts
    assert "per month" not in texts


def test_shortening_keeps_to_its_room() -> None:
    for room in range(0, 300, 7):
        assert width(shortened("Support seats for the whole company", room, 13), 13) <= room
    assert shortened("ab", 100, 13) == "ab"
    assert len(boxes(draw(chart()))) > 3

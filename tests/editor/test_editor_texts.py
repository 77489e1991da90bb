"""Places in a text as the language and as editors count them, and texts that change under the editor's hands."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from invoicer.editor.buffers import Buffers, path_of
from invoicer.editor.diagnose import diagnostics
from invoicer.editor.positions import Encoding, Lines
from invoicer.errors import Place, Problem, Severity

LETTERS = st.text("ab é€😀𝔸\t\f\u2028\n", max_size=30)
ENCODINGS = {Encoding.Utf8: "utf-8", Encoding.Utf16: "utf-16-le", Encoding.Utf32: "utf-32-le"}
WIDTHS = {Encoding.Utf8: 1, Encoding.Utf16: 2, Encoding.Utf32: 4}


@pytest.mark.parametrize(("encoding", "character"), [(Encoding.Utf8, 9), (Encoding.Utf16, 5), (Encoding.Utf32, 3)])
def test_an_emoji_is_as_wide_as_the_encoding_makes_it(encoding: Encoding, character: int) -> None:
    assert Lines("x\na😀😀b", encoding).position(2, 4) == types.Position(1, character)


@given(LETTERS, st.sampled_from(list(ENCODINGS)))
def test_every_place_comes_back(text: str, encoding: Encoding) -> None:
    lines = Lines(text, encoding)
    for number, line in enumerate(text.split("\n"), 1):
        for column in range(1, len(line) + 2):
            position = lines.position(number, column)
            width = len(line[: column - 1].encode(ENCODINGS[encoding])) // WIDTHS[encoding]
            assert (position.line, position.character) == (number - 1, width)
            assert lines.place(position) == (number, column)


@given(LETTERS, st.integers(0, 9), st.integers(0, 40), st.sampled_from(list(ENCODINGS)))
def test_a_position_beyond_the_text_is_its_nearest(text: str, line: int, character: int, encoding: Encoding) -> None:
    lines = Lines(text, encoding)
    number, column = lines.place(types.Position(line, character))
    rows = text.split("\n")
    assert 1 <= number <= len(rows)
    assert 1 <= column <= len(rows[number - 1]) + 1


@pytest.mark.parametrize(
    ("where", "start", "end"),
    [
        (Place("f", 2, 3, 2, 5), (1, 2), (1, 4)),
        (Place("f", 2), (1, 0), (1, 5)),  # a line without columns: all of it
        (Place("f"), (0, 0), (0, 3)),  # the whole file: its first line
        (Place("f", 1, 4, 1, 5), (0, 2), (0, 3)),  # behind the end of the line: its last character
        (Place("f", 1, 2, 2, 3), (0, 1), (1, 2)),  # several lines
        (Place("f", 9, 1, 9, 2), (2, 0), (2, 0)),  # beyond the text: where it ends
    ],
)
def test_a_problem_covers_what_it_means(where: Place, start: tuple[int, int], end: tuple[int, int]) -> None:
    found = Lines("one\ntwo 3\n").range(where)
    assert (found.start.line, found.start.character) == start
    assert (found.end.line, found.end.character) == end


# ------------------------------------------------------------------ changes


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, list[tuple[int, int, str]]]:
    """A text, and edits of it one after the other: (from, to, new text), in characters."""
    text = draw(LETTERS)
    first, made = text, []
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, len(text)))
        new = draw(LETTERS)
        made.append((start, end, new))
        text = text[:start] + new + text[end:]
    return first, made


@given(edits(), st.sampled_from(list(ENCODINGS)), st.sampled_from(["\n", "\r\n", "\r"]))
def test_edits_of_ranges_make_the_text_that_the_editor_has(
    made: tuple[str, list[tuple[int, int, str]]], encoding: Encoding, ending: str
) -> None:
    text, changes = made
    buffers = Buffers()
    buffers.encoding = encoding
    buffers.open("file:///a.terms", text.replace("\n", ending), 1)
    for start, end, new in changes:
        places = []
        for offset in (start, end):
            *above, line = text[:offset].split("\n")
            places.append(types.Position(len(above), len(line.encode(ENCODINGS[encoding])) // WIDTHS[encoding]))
        change = types.TextDocumentContentChangePartial(types.Range(*places), new.replace("\n", ending))
        buffers.change("file:///a.terms", [change], 2)
        text = text[:start] + new + text[end:]
    buffer = buffers.get("file:///a.terms")
    assert buffer is not None
    assert buffer.text == text


def test_addresses_are_the_same_however_they_are_written() -> None:
    buffers = Buffers()
    buffers.open("file:///home/%C3%BC%20x/a.terms", "one", 1)
    buffers.change("file:///home/ü x/a.terms", [types.TextDocumentContentChangeWholeDocument("two")], 2)
    (buffer,) = buffers
    assert (buffer.text, buffer.path) == ("two", Path("/home/ü x/a.terms"))
    buffers.close("file:///home/%C3%BC%20x/a.terms")
    assert not list(buffers)
    assert path_of("untitled:Untitled-1") is None
    assert path_of("file://localhost/a.terms") == Path("/a.terms")


def test_a_change_of_a_text_that_was_never_opened_is_nothing_unless_it_is_the_whole_text() -> None:
    buffers = Buffers()
    at = types.Range(types.Position(0, 0), types.Position(0, 0))
    buffers.change("file:///a", [types.TextDocumentContentChangePartial(at, "x")], 2)
    assert not list(buffers)
    buffers.change("file:///a", [types.TextDocumentContentChangeWholeDocument("x")], 3)
    assert [buffer.text for buffer in buffers] == ["x"]


# ------------------------------------------------------------------ problems


def test_related_lines_are_those_that_the_message_names() -> None:
    lines = Lines("a\nb\nc\n")
    other = Lines("x\ny\n")
    causes = (
        "there are two charges `a`; the other is on line 3",
        "seats do not fit: the price counts `room` (line 2 of lists/p.terms)",
        "there is another contract `a` in contracts/b.terms:1",
        "it stands on line 1 of nowhere.terms",
    )
    problems = [Problem("C003", Place("a.terms", 1, 1, 1, 2), cause, "mend it", Severity.HOLD) for cause in causes]
    found = diagnostics(
        problems, lines, "file:///a.terms", lambda name: None if name == "nowhere.terms" else (f"file:///{name}", other)
    )
    related = [
        [(one.location.uri, one.location.range.start.line) for one in each.related_information or ()] for each in found
    ]
    assert related == [
        [("file:///a.terms", 2)],
        [("file:///lists/p.terms", 1)],
        [("file:///contracts/b.terms", 0)],
        [],
    ]
    assert {each.severity for each in found} == {types.DiagnosticSeverity.Error}
    assert found[0].message == f"{causes[0]}\nmend it"

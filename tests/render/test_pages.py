"""Pages as a person reviews them: as HTML, and as the text that the PDF gives back; and the same bytes every time."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pdfplumber
import pytest
from syrupy.assertion import SnapshotAssertion

from invoicer.domain.canonical import from_json, to_json
from invoicer.domain.document import Document
from invoicer.render import Renderer, render
from tests.render import builders
from tests.render.reading import read

KINDS = {
    "month": builders.monthly_invoice,
    "premiums": builders.premium_invoice,
    "credit note": builders.credit_note,
    "zloty": builders.foreign_currency,
    "reverse charge": builders.reverse_charge,
    "direct debit": builders.consumer,
}
each_kind = pytest.mark.parametrize("build", KINDS.values(), ids=KINDS.keys())
each_language = pytest.mark.parametrize("language", ["en", "nl", "et"])


@each_kind
@each_language
def test_the_text_of_a_page(
    renderer: Renderer, build: Callable[[str], Document], language: str, snapshot: SnapshotAssertion
) -> None:
    paper = read(renderer.render(build(language), "pdf"))
    assert "\f".join(paper.texts) == snapshot


@pytest.mark.parametrize("build", [builders.monthly_invoice, builders.credit_note], ids=["month", "credit note"])
@each_language
def test_a_page_as_html(
    renderer: Renderer, build: Callable[[str], Document], language: str, snapshot: SnapshotAssertion
) -> None:
    html = renderer.html(build(language), styled=False)
    assert re.sub(r'src="data:[^"]+"', 'src="data:…"', html) == snapshot


@each_kind
def test_the_same_bytes_every_time(renderer: Renderer, build: Callable[[str], Document]) -> None:
    document = build("nl")
    first = renderer.render(document, "pdf")
    again = from_json(Document, to_json(document))  # as a worker reads it from the ledger
    assert renderer.render(again, "pdf") == first
    assert render(document, "pdf") == first, "another renderer prints other bytes"
    assert renderer.render(document, "html") == render(again, "html")


def test_a_page_tells_no_other_time_than_its_issue(renderer: Renderer) -> None:
    with pdfplumber.open(io.BytesIO(renderer.render(builders.many(1), "pdf"))) as file:
        known = file.metadata
    assert known["Title"] == "Invoice HN-2026-00042"
    assert known["Author"] == "Breestraat Hosting B.V."
    assert known["CreationDate"] == known["ModDate"] == "D:20260202"


def test_json_is_the_canonical_form(renderer: Renderer) -> None:
    document = builders.credit_note()
    assert renderer.render(document, "json").decode() == to_json(document)
    assert from_json(Document, renderer.render(document, "json").decode()) == document


def test_html_stands_alone(renderer: Renderer) -> None:
    html = renderer.render(builders.monthly_invoice(), "html").decode()
    assert "@page" in html
    assert not re.findall(r'(?:src|href)="(?!data:)', html)


def test_the_bundled_style_sheets_have_no_dead_declarations(renderer: Renderer) -> None:
    assert renderer.problems == ()

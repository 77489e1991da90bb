"""What stands where: every line and every total once, inside the margins, on no other text, and no total alone."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from invoicer.domain.document import Document
from invoicer.render import Renderer
from tests.render import builders
from tests.render.reading import Paper, Word, amount, overlaps, read

LEFT, RIGHT, TOP, BOTTOM = 20.0, 190.0, 12.0, 285.0
NUMBER_COLUMN = 27.0

PAPERS = {
    "1 line": builders.many(1),
    "8 lines": builders.many(8),
    "40 lines": builders.many(40),
    "120 lines": builders.many(120),
    "endless names": builders.endless_names(),
    "a month": builders.monthly_invoice("nl"),
    "premiums": builders.premium_invoice("et"),
    "credit note": builders.credit_note("et"),
    "reverse charge": builders.reverse_charge("en"),
    "another currency": builders.foreign_currency("et"),
}


def together(name: object, *more: pytest.MarkDecorator) -> Any:
    """One process lays it out, for all tests."""
    return pytest.param(name, marks=[pytest.mark.xdist_group(f"paper {name}"), *more], id=str(name))


@pytest.fixture(scope="module", params=[*map(together, PAPERS), together("300 lines", pytest.mark.slow)])
def printed(request: pytest.FixtureRequest, renderer: Renderer) -> tuple[Document, Paper]:
    document = builders.many(300) if request.param == "300 lines" else PAPERS[request.param]
    return document, read(renderer.render(document, "pdf"))


def test_each_line_stands_once_with_its_net_amount(printed: tuple[Document, Paper]) -> None:
    document, paper = printed
    found = [(int(word.text), net_beside(paper, word)) for word in line_numbers(document, paper)]
    assert found == [(line.number, line.net.exact) for line in document.lines]


def test_each_total_stands_once(printed: tuple[Document, Paper]) -> None:
    document, paper = printed
    labels = {
        "en": ("Total without VAT", "Total due", "Total credited"),
        "nl": ("Totaal excl. btw", "Te betalen", "Creditbedrag"),
        "et": ("Summa käibemaksuta", "Tasuda", "Krediteeritud kokku"),
    }[document.language]
    net, due, credited = labels
    total = credited if document.kind == "credit-note" else due
    assert sums(paper, net) == [document.net.exact]
    assert sums(paper, total) == [document.gross.exact]


def test_the_page_of_the_totals_carries_a_line(printed: tuple[Document, Paper]) -> None:
    document, paper = printed
    assert closing_page(document, paper) in {word.page for word in line_numbers(document, paper)}


def test_nothing_leaves_the_margins(printed: tuple[Document, Paper]) -> None:
    _, paper = printed
    outside = [w for w in paper.words if w.left < LEFT - 0.1 or w.right > RIGHT + 0.1]
    assert not outside
    assert not [w for w in paper.words if w.top < TOP or w.bottom > BOTTOM]


def test_no_text_stands_on_another(printed: tuple[Document, Paper]) -> None:
    _, paper = printed
    assert not list(overlaps(paper))


def test_every_page_names_its_number_and_their_count(printed: tuple[Document, Paper]) -> None:
    document, paper = printed
    form = {"en": "Page {} of {}", "nl": "Pagina {} van {}", "et": "Lk {} / {}"}[document.language]
    for index, text in enumerate(paper.texts):
        assert form.format(index + 1, len(paper.texts)) in text


def test_the_table_head_repeats_on_every_page(renderer: Renderer) -> None:
    document = builders.many(40)
    paper = read(renderer.render(document, "pdf"))
    assert len(paper.texts) > 2
    with_lines = paper.texts[: closing_page(document, paper) + 1]
    assert all("Description Quantity Unit Price VAT Net EUR" in text for text in with_lines)
    assert all(text.startswith("Invoice HN-2026-00042 Breestraat Hosting B.V.") for text in paper.texts[1:])


@pytest.fixture(scope="module", params=map(together, (9, 13, 14, 15, 16, 27)))  # around where a page is full
def full(request: pytest.FixtureRequest, renderer: Renderer) -> tuple[Document, Paper]:
    document = builders.many(request.param)
    return document, read(renderer.render(document, "pdf"))


def test_totals_that_do_not_fit_take_a_line_along(full: tuple[Document, Paper]) -> None:
    document, paper = full
    numbers = line_numbers(document, paper)
    assert [int(word.text) for word in numbers] == list(range(1, len(document.lines) + 1))
    assert closing_page(document, paper) == numbers[-1].page


def test_how_to_pay_stands_in_one_piece_and_fills_the_page_before_it(full: tuple[Document, Paper]) -> None:
    document, paper = full
    (asked,) = [w.page for w in paper.words if w.text == "Payee"]
    assert {w.page for w in paper.words if w.text in ("IBAN", "Scan")} == {asked}
    assert asked - closing_page(document, paper) in (0, 1)
    assert asked == len(paper.texts) - 1


def test_digits_are_equally_wide(renderer: Renderer) -> None:
    # Columns align without font features, which cost memory: this is what the choice of the font family rests on.
    paper = read(renderer.render(builders.many(40), "pdf"))
    by_height: dict[float, set[float]] = {}
    for glyph in paper.glyphs:
        if glyph.text.isdigit():
            by_height.setdefault(round(glyph.bottom - glyph.top, 3), set()).add(glyph.right - glyph.left)
    assert len(by_height) > 2
    assert all(max(widths) - min(widths) < 0.01 for widths in by_height.values())


def line_numbers(document: Document, paper: Paper) -> list[Word]:
    """The numbers in the first column of the table of lines, in the order of the paper."""
    net = document.currency
    ends = [w for w in paper.words if w.text == net and w.right > RIGHT - 1]
    heads = {page: min(w.bottom for w in ends if w.page == page) for page in {w.page for w in ends}}
    foot = {page: min(closing_tops(paper, page), default=BOTTOM - 15) for page in heads}
    return [
        w
        for w in paper.words
        if w.page in heads
        and heads[w.page] < w.top < foot[w.page]
        and abs(w.left - LEFT) < 0.3
        and w.right < NUMBER_COLUMN
        and w.text.isdigit()
    ]


def net_beside(paper: Paper, number: Word) -> Fraction:
    """The net amount of a line: what stands in the last column of its row, where a space may part thousands."""
    vat = next(
        w for w in paper.words if w.page == number.page and w.text in ("VAT", "Btw", "Käibemaks") and w.left > 120
    )
    return amount("".join(w.text for w in paper.row(number) if w.left > vat.right))


def closing_tops(paper: Paper, page: int) -> list[float]:
    """Where the sums begin on a page: the head of the tax breakdown, which is no head of the table of lines."""
    words = {"Taxable", "Grondslag", "Maksualus"}
    return [w.top for w in paper.words if w.page == page and w.text in words]


def closing_page(document: Document, paper: Paper) -> int:
    pages = {page for page in range(len(paper.texts)) if closing_tops(paper, page)}
    assert len(pages) == 1, document.number
    return pages.pop()


def sums(paper: Paper, label: str) -> list[Fraction]:
    """The amounts beside a label of the totals, in the right half of the page."""
    found = []
    first, *rest = label.split()
    for word in paper.words:
        if word.text != first or word.left < 105:
            continue
        row = [w for w in paper.row(word) if w.left >= word.left]
        if [w.text for w in row[1 : len(rest) + 1]] == rest:
            found.append(amount("".join(w.text for w in row[len(rest) + 1 :])))
    return found

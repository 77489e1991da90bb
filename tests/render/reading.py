"""Reading a PDF back: words with their places, in millimetres from the top left corner of the page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pdfplumber

_MM = 25.4 / 72


@dataclass(frozen=True, slots=True)
class Word:
    """A run of letters and where it stands."""

    text: str
    page: int
    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Paper:
    """All pages of a PDF."""

    words: tuple[Word, ...]
    glyphs: tuple[Word, ...]
    texts: tuple[str, ...]

    def row(self, word: Word) -> list[Word]:
        """The words on the same base line, from left to right."""
        same = (w for w in self.words if w.page == word.page and abs(w.bottom - word.bottom) < 0.8)
        return sorted(same, key=lambda w: w.left)

    def pages_of(self, text: str) -> list[int]:
        """The page of each place where the text stands."""
        return [page for page, whole in enumerate(self.texts) for _ in range(whole.count(text))]


def read(pdf: bytes) -> Paper:
    """The words of a PDF."""
    words: list[Word] = []
    glyphs: list[Word] = []
    texts: list[str] = []
    with pdfplumber.open(io.BytesIO(pdf)) as file:
        for number, page in enumerate(file.pages):
            words += [_word(w, number) for w in page.extract_words()]
            glyphs += [_word(c, number) for c in page.chars if c["text"].strip()]
            texts.append(page.extract_text())
    return Paper(tuple(words), tuple(glyphs), tuple(texts))


def overlaps(paper: Paper) -> Iterator[tuple[Word, Word]]:
    """Pairs of letters that stand on each other. Neighbours may touch, as kerning wants it."""
    ordered = sorted(paper.glyphs, key=lambda g: (g.page, g.top))
    for index, one in enumerate(ordered):
        for other in ordered[index + 1 :]:
            if other.page != one.page or other.top > one.bottom - 0.8:
                break
            if min(one.right, other.right) - max(one.left, other.left) > 0.4:
                yield one, other


def amount(text: str) -> Fraction:
    """A printed amount as a number, whatever its language."""
    digits = "".join(letter for letter in text if letter.isdigit() or letter in ",.-−")
    whole, cents = digits[:-3], digits[-2:]
    sign = -1 if whole[:1] in "-−" else 1
    return sign * (Fraction("".join(filter(str.isdigit, whole))) + Fraction(int(cents), 100))


def _word(found: dict[str, Any], page: int) -> Word:
    left, right, top, bottom = (float(found[key]) * _MM for key in ("x0", "x1", "top", "bottom"))
    return Word(found["text"], page, left, right, top, bottom)

"""The words of each language: complete, with the places of their messages, and in the right number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from fractions import Fraction
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po
from jinja2 import Environment
from jinja2.ext import extract_from_ast

import invoicer.render
from invoicer import home, language, workspace
from invoicer.domain.period import Unit
from invoicer.errors import WorkspaceError
from invoicer.render import Renderer
from invoicer.render.folders import TemplateFolders
from invoicer.render.speech import Speech
from invoicer.render.translation import locale_of, words_of
from invoicer.render.words import UNITS
from tests.render import builders

Message = str | tuple[str, ...]

LANGUAGES = ["nl", "et"]
KEYWORDS = {"gettext": None, "_": None, "mark": None, "ngettext": (1, 2), "mark_plural": (1, 2)}


def messages() -> set[Message]:
    """Every message of the code and of the templates."""
    return set(_of_code()) | set(_of_templates())


def _of_code() -> Iterator[Message]:
    for path in Path(invoicer.render.__file__).parent.glob("*.py"):
        for _, message, _, _ in extract_from_file("python", path, keywords=KEYWORDS):
            yield message if isinstance(message, str) else tuple(str(part) for part in message)


def _of_templates() -> Iterator[Message]:
    for path in home.folder("templates").glob("*.html"):
        for _, _, message in extract_from_ast(Environment().parse(path.read_text()), ("_", "ngettext")):
            yield message if isinstance(message, str) else tuple(str(part) for part in message or ())


def catalogue(language: str) -> Catalog:
    path = home.folder("templates") / "translations" / language / "invoicer.po"
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def speech(language: str) -> Speech:
    locale = locale_of(language)
    words = words_of(locale, TemplateFolders())
    assert words is not None
    return Speech(locale, words)


def test_the_messages_are_found() -> None:
    assert {"Invoice", "Due date", ("month", "months"), "Page {page} of {pages}"} <= messages()
    assert len(messages()) > 90


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_translates_every_message_and_no_other(language: str) -> None:
    ids = {message.id for message in catalogue(language) if message.id}
    assert ids == messages()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_empty_or_doubtful(language: str) -> None:
    for message in catalogue(language):
        texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
        assert texts and all(texts), message.id
        assert not message.fuzzy or not message.id, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_places_of_its_message(language: str) -> None:
    for message in catalogue(language):
        if isinstance(message.id, str):
            assert places(str(message.string)) == places(message.id), message.id
        else:
            for text in message.string or ():
                assert places(text) == places(message.id[1]), message.id


@pytest.mark.parametrize(
    ("language", "quantity", "unit", "words"),
    [
        ("en", "1", "months", "month"),
        ("en", "2", "month", "months"),
        ("en", "1.5", "month", "months"),
        ("en", "1", "3 months", "3\u00a0months"),
        ("nl", "1", "seats", "plaats"),
        ("nl", "40", "seat", "plaatsen"),
        ("nl", "2", "hour", "uur"),
        ("et", "1", "month", "kuu"),
        ("et", "12", "month", "kuud"),
        ("et", "18250.5", "hours", "tundi"),
        ("et", "2", "3 months", "3\u00a0kuud"),
        ("et", "2", "GB", "GB"),
        ("nl", "26021.254", "GB-day", "GB-dagen"),
        ("nl", "2", "frobnications", "frobnications"),
        ("nl", "2", "", ""),
    ],
)
def test_units_in_the_right_number(language: str, quantity: str, unit: str, words: str) -> None:
    assert speech(language).unit(unit, Fraction(quantity)) == words


@pytest.mark.parametrize("name", ["managed-hosting", "mobility-insurance", "starter"])
def test_the_units_of_the_example_contracts_are_translated(name: str) -> None:
    space = workspace.load(home.folder("rules") / name)
    files = [(shown, language.read(path, shown)) for shown, path in (*space.contract_files, *space.price_list_files)]
    settings = space.settings
    loaded = language.load(files, customers=space.customer_ids, sellers=settings.sellers, kinds=settings.supply)
    units = set(units_within([(one.charges, one.meters) for one in loaded.contracts]))
    assert units - {""}
    assert {unit for unit in units if unit.casefold() not in UNITS} <= SYMBOLS


def units_within(value: object) -> Iterator[str]:
    """The units of everything in a value: of prices, quantities and meters."""
    if isinstance(value, list | tuple):
        for one in value:
            yield from units_within(one)
    elif is_dataclass(value):
        for field in fields(value):
            inner = getattr(value, field.name)
            if field.name == "unit" and not isinstance(inner, Unit):
                yield inner
            yield from units_within(inner)


SYMBOLS = {"GB", "km", "EUR"}  # the same in every language


@pytest.mark.parametrize("language", ["de", "xx", "", "klingon", "../../etc", "en", "EN-gb"])
def test_an_unknown_language_is_printed_in_english(renderer: Renderer, language: str) -> None:
    html = renderer.html(builders.credit_note(language))
    assert "<h1>Credit note</h1>" in html
    assert '<html lang="en-GB">' in html


@pytest.mark.parametrize("language", ["nl", "nl-BE", "nl_NL", "NL"])
def test_a_region_has_the_words_of_its_language(renderer: Renderer, language: str) -> None:
    assert "<h1>Creditnota</h1>" in renderer.html(builders.credit_note(language))


def test_a_german_credit_note_is_no_gutschrift(renderer: Renderer) -> None:
    # Art. 226(10a) of Directive 2006/112/EC: the word would make it a self-billed invoice.
    assert "gutschrift" not in renderer.html(builders.credit_note("de")).lower()


def test_a_workspace_changes_single_words(tmp_path: Path) -> None:
    folder = tmp_path / "translations" / "nl"
    folder.mkdir(parents=True)
    (folder / "invoicer.po").write_text(HEAD + 'msgid "Invoice"\nmsgstr "Nota"\n')
    html = Renderer([tmp_path]).html(builders.monthly_invoice("nl"))
    assert "<h1>Nota</h1>" in html
    assert "Vervaldatum" in html


def test_a_workspace_brings_a_language_along(tmp_path: Path) -> None:
    folder = tmp_path / "translations" / "lv"
    folder.mkdir(parents=True)
    (folder / "invoicer.po").write_text(HEAD + 'msgid "Invoice"\nmsgstr "Rēķins"\n')
    html = Renderer([tmp_path]).html(builders.monthly_invoice("lv"))
    assert "<h1>Rēķins</h1>" in html and "Due date" in html and "2026. gada 4. marts" in html


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ('msgid "Invoice"\nmsgstr "Nota {number.__class__}"\n', "R009", 5),
        ('msgid "Page {page} of {pages}"\nmsgstr "Pagina {pagina}"\n', "R009", 5),
        ('msgid "Page {page} of {pages}"\nmsgstr "Pagina {page"\n', "R009", 5),
        ('msgidd "Invoice"\nmsgstr "Nota"\n', "R008", 5),
    ],
)
def test_a_wrong_catalogue_is_named_by_its_line(tmp_path: Path, text: str, code: str, line: int) -> None:
    folder = tmp_path / "translations" / "nl"
    folder.mkdir(parents=True)
    (folder / "invoicer.po").write_text(HEAD + text)
    with pytest.raises(WorkspaceError) as caught:
        Renderer([tmp_path]).html(builders.monthly_invoice("nl"))
    problem = caught.value.problems[0]
    assert (problem.code, problem.where.file) == (code, str(folder / "invoicer.po"))
    assert abs(problem.where.line - line) <= 1
    assert problem.mend


HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'

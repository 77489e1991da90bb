"""render: words of a language, read from gettext catalogues as they stand in ``templates/translations/<language>/``.

The messages are English, so English needs no catalogue. A workspace's catalogue wins message by message over the
bundled one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.support import Translations

from invoicer.errors import InvoicerError, Place, Problem, Severity, WorkspaceError
from invoicer.render.folders import TemplateFolders, unreadable

# English as Europe writes it: 1 January 2026.
_ENGLISH = Locale("en", "GB")


def locale_of(language: str) -> Locale:
    """The locale of a document's language (``nl``, ``nl-BE``, ``et_EE``); English where it is unknown."""
    try:
        locale = Locale.parse(language.strip().replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return _ENGLISH
    return _ENGLISH if str(locale) == "en" else locale


def catalogue_name(language: str) -> str:
    """The name of a language's catalogue in the template folders."""
    return f"translations/{language}/invoicer.po"


def untranslated(languages: Iterable[str], folders: TemplateFolders) -> Iterator[Problem]:
    """R019 for each language of documents that no folder has a catalogue of: they come in English."""
    for language in sorted(set(languages)):
        name = locale_of(language).language
        if locale_of(language) is _ENGLISH and not language.startswith("en"):
            name = language  # a language that no locale is known of
        if name != "en" and folders.find(catalogue_name(name)) is None:
            cause = f"there is no translation into “{language}”: documents in that language will be in English"
            mend = f"put a catalogue into templates/{catalogue_name(name)}, or write another language"
            yield Problem("R019", Place(part=f"language {language}"), cause, mend, Severity.WARNING)


def words_of(locale: Locale, folders: TemplateFolders) -> NullTranslations | None:
    """The catalogue of a language: the workspace's messages, then the bundled ones, then English.

    None where no folder has one and the language is not English. Raises WorkspaceError with every problem of the files:
    unreadable (R002), not a catalogue (R008), a translation with other places than its message (R009).
    """
    found: NullTranslations | None = NullTranslations() if locale.language == "en" else None
    problems: list[Problem] = []
    for path in reversed(list(folders.every(catalogue_name(locale.language)))):
        try:
            translations = _load(path)
        except InvoicerError as error:
            problems.extend(error.problems)
            continue
        if found is not None:
            translations.add_fallback(found)
        found = translations
    if problems:
        raise WorkspaceError(problems)
    return found


def _load(path: Path) -> NullTranslations:
    """A catalogue file as gettext translations; untranslated and fuzzy messages are left out."""
    try:
        with path.open("rb") as file:
            catalogue = read_po(file, abort_invalid=True)
    except PoFileError as error:
        mend = "correct the line; msgfmt -c shows it as well"
        raise WorkspaceError(Problem("R008", Place(str(path), error.lineno), str(error), mend)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise WorkspaceError(unreadable(path, error)) from error
    problems = _check(catalogue, path)
    if problems:
        raise WorkspaceError(problems)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    translations: NullTranslations = Translations(compiled)
    return translations


def _check(catalogue: Catalog, path: Path) -> list[Problem]:
    """The messages whose translation names places (``{number}``) that the message does not have."""
    return [
        Problem(
            "R009",
            Place(str(path), message.lineno or 0),
            f"the translation {text!r} has the places {sorted(_places(text)) or 'none'}, "
            f"its message has {sorted(_known(message)) or 'none'}",
            "use only places of the message, written as {name}",
        )
        for message in catalogue
        if message.id
        for text in _texts(message.string)
        if not _places(text) <= _known(message)
    ]


def _known(message: Message) -> set[str]:
    return set().union(*(_places(text) for text in _texts(message.id)))


def _texts(value: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def _places(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return {"an unpaired brace"}

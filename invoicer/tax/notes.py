"""tax: the sentences that the law wants on a document, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal

from invoicer.domain.supply import Market, Treatment


def notes(
    treatments: Iterable[Treatment],
    *,
    markets: Mapping[str, Market],
    registration: str,
    language: str,
) -> tuple[str, ...]:
    """The notes of a document's treatments, each once, in the order in which they are first needed.

    ``registration`` is the country of the registration whose market gave the treatments, and words their notes: the
    seller's first. KeyError for a key that it does not know, which the markets' conformance tests exclude.
    """
    texts = (note(each, markets=markets, registration=registration, language=language) for each in treatments)
    return tuple(dict.fromkeys(text for text in texts if text))


def note(treatment: Treatment, *, markets: Mapping[str, Market], registration: str, language: str) -> str:
    """The note of one treatment; "" where it needs none. The customer's country in it is the one whose VAT it is: a
    correction says what its original said, wherever the customer has moved since."""
    if not treatment.note:
        return ""
    return (
        markets[registration]
        .note(treatment.note, language)
        .format(
            customer_country=country_name(treatment.jurisdiction, language),
            supplier_country=country_name(registration, language),
            rate=percent_text(treatment.percent, language),
        )
    )


def country_name(code: str, language: str) -> str:
    """The name of a country (ISO 3166 code) in a language; the code itself where no name is known."""
    return str(_locale(language).territories.get(code, code))


def percent_text(percent: Decimal, language: str) -> str:
    """A percentage without its sign, with the decimal sign of the language: 25.5 or 25,5."""
    return str(format_decimal(percent, format="0.####", locale=_locale(language)))


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-" if "-" in language else "_")
    except (UnknownLocaleError, ValueError):
        return Locale("en")

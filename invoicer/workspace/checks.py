"""workspace: what a single value must be: a country, a VAT id, an IBAN, a day …

Each function takes the text that a person typed and gives back its normal form, or raises :class:`Flaw` with the cause
and the way to mend it. Where it was typed is known to whoever asks.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pycountry
from babel import localedata
from stdnum import bic as bic_number
from stdnum import iban as iban_number
from stdnum.ch import uid as swiss_uid
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError
from stdnum.util import get_cc_module

from invoicer.domain import money
from invoicer.workspace.zones import zone_names

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)  # not from the machine's locale


_YEARS = range(1900, 2200)  # as in terms


class Flaw(ValueError):  # noqa: N818 (raised by checks, but also noted as plain data)
    """A value that can't be used: ``cause`` says why, ``mend`` how to put it right."""

    def __init__(self, cause: str, mend: str) -> None:
        super().__init__(cause)
        self.cause, self.mend = cause, mend


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The known word that looks most like this one; "" when none does. The order of the known words decides nothing."""
    by_folded = {candidate.casefold(): candidate for candidate in sorted(known, reverse=True)}
    found = get_close_matches(word.casefold(), sorted(by_folded), n=1, cutoff=0.7)
    return by_folded[found[0]] if found else ""


def mend_by_choice(word: str, known: Iterable[str], otherwise: str) -> str:
    """The way to mend an unknown word: the one that was probably meant, or ``otherwise``."""
    meant = did_you_mean(word, known)
    return f"did you mean “{meant}”?" if meant else otherwise


def is_name(text: str) -> bool:
    """Whether it is an id that terms can refer to."""
    return re.fullmatch(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", text) is not None


def name(text: str) -> str:
    """An id that terms can refer to: letters, digits, hyphens."""
    if not is_name(text):
        raise Flaw(f"“{text}” is no id", "use letters, digits and hyphens between them, such as acme-2")
    return text


def one_of(text: str, known: Iterable[str]) -> str:
    """One of a few words."""
    words = list(known)
    if text not in words:
        raise Flaw(f"“{text}” is unknown", mend_by_choice(text, words, f"write one of: {', '.join(words)}"))
    return text


def country(text: str) -> str:
    """An ISO 3166-1 alpha-2 code, in capitals."""
    if pycountry.countries.get(alpha_2=text) and len(text) == 2 and text.isupper():
        return text
    meant = {"UK": "GB", "EL": "GR", "XI": "GB"}.get(text.upper(), "")
    if not meant:
        try:
            meant = pycountry.countries.lookup(text).alpha_2
        except LookupError:
            names = {country.name: country.alpha_2 for country in pycountry.countries}
            meant = names.get(did_you_mean(text, names), "")
    raise Flaw(
        f"“{text}” is no country code",
        f"did you mean “{meant}”?" if meant else "write the two-letter code of ISO 3166, such as NL or EE",
    )


def language(text: str) -> str:
    """An ISO 639-1 code, in small letters."""
    if len(text) == 2 and text.islower() and (localedata.exists(text) or pycountry.languages.get(alpha_2=text)):
        return text  # those of the world's 8 000 languages that pycountry knows are read only for an unusual one
    try:
        meant = getattr(pycountry.languages.lookup(re.split("[-_]", text)[0]), "alpha_2", "")
    except LookupError:
        names = {found.name: found.alpha_2 for found in pycountry.languages if hasattr(found, "alpha_2")}
        meant = names.get(did_you_mean(text, names), "")
    raise Flaw(
        f"“{text}” is no language code",
        f"did you mean “{meant}”?" if meant else "write the two-letter code of ISO 639, such as en, nl or et",
    )


def currency(text: str) -> str:
    """An ISO 4217 code, in capitals."""
    if not (len(text) == 3 and text.isupper() and money.is_currency(text)):
        upper = text.upper()
        known = len(upper) == 3 and money.is_currency(upper)
        mend = f"did you mean “{upper}”?" if known else "write the three-letter code of ISO 4217, such as EUR"
        raise Flaw(f"“{text}” is no currency code", mend)
    return text


def time_zone(text: str) -> str:
    """The name of a time zone of the IANA database."""
    if text not in zone_names():
        places = [known for known in zone_names() if "/" in known]
        mend = mend_by_choice(text, places, "write a name of the IANA database, such as Europe/Amsterdam")
        raise Flaw(f"“{text}” is no time zone", mend)
    return text


def email(text: str) -> str:
    """Something that may be an e-mail address."""
    if not re.fullmatch(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+", text):
        raise Flaw(f"“{text}” is no e-mail address", "write one address, such as billing@acme.example")
    return text


def day(text: str) -> dt.date:
    """An ISO date. Spellings with slashes or points are refused: the order of day and month differs by country."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        try:
            found = dt.date.fromisoformat(text)
        except ValueError:
            length = length_of_month(text)
            cause = f"there is no day {text}" + (f": {length}" if length else "")
            raise Flaw(cause, "write a day of the calendar, such as 2026-03-31") from None
        if found.year not in _YEARS:
            cause = f"{text} is too far off: the years from {_YEARS[0]} to {_YEARS[-1]} can be written"
            raise Flaw(cause, "check the year")
        return found
    spelt = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text, re.ASCII)
    meant = sorted(set(_readings(*map(int, spelt.groups())))) if spelt else []
    if len(meant) == 2:
        first, second = meant
        raise Flaw(
            f"“{text}” can be read as two days: {_spoken(first)} or {_spoken(second)}",
            f"write {first} or {second}, whichever is meant",
        )
    mend = f"write {meant[0]}" if meant else "write year, month and day, such as 2026-03-12"
    raise Flaw(f"“{text}” is no date", mend)


def length_of_month(text: str) -> str:
    """How many days the month of a day has, in words, where a text names one beyond its end: February 2026 has 28 days."""
    written = re.fullmatch(r"(\d{4})-(\d\d)-\d\d", text, re.ASCII)
    if not written or written[1] == "0000" or not 1 <= int(written[2]) <= 12:
        return ""
    year, month = int(written[1]), int(written[2])
    return f"{_MONTHS[month - 1]} {year} has {calendar.monthrange(year, month)[1]} days"


def _readings(first: int, second: int, year: int) -> Iterable[dt.date]:
    for month, day_of_month in ((first, second), (second, first)):
        try:
            yield dt.date(year, month, day_of_month)
        except ValueError:
            continue


def _spoken(found: dt.date) -> str:
    return f"{found.day} {_MONTHS[found.month - 1]}"


def iban(text: str) -> str:
    """An IBAN without spaces; check digits as in ISO 13616, national ones where the country has them."""
    return _number(iban_number.validate, text, "IBAN", "copy it again from the bank's own paper")


def bic(text: str) -> str:
    """A BIC (ISO 9362) of 8 or 11 characters."""
    return _number(bic_number.validate, text, "BIC", "it has 8 or 11 characters, such as ABNANL2A")


def vat_id(text: str) -> str:
    """A VAT identification number with its country prefix, without spaces and points; its national check digits hold.

    EU numbers as in Directive 2006/112/EC art. 215 (EL for Greece, XI for Northern Ireland), Swiss numbers as
    CHE123456788 with or without MWST, TVA or IVA, Norwegian ones as NO995525828MVA.
    """
    compact = re.sub(r"[\s./-]", "", text).upper()
    prefix = compact[:2]
    if not re.fullmatch(r"[A-Z]{2}[A-Z0-9+*]+", compact):
        raise Flaw(f"“{text}” is no VAT id: it has no country prefix", "begin with the country, such as NL or DE")
    if prefix == "GR":
        raise Flaw(f"“{text}” is no VAT id: the prefix of Greece is EL", f"write EL{compact[2:]}")
    again = "copy it again from the customer's own paper or from the register"
    if prefix == "CH":
        return _number(swiss_uid.validate, re.sub(r"(MWST|TVA|IVA)$", "", compact), "VAT id", again, text)
    if prefix.lower() in {*eu_vat.MEMBER_STATES, "el"}:
        return _number(eu_vat.validate, compact, "VAT id", again, text)
    national = get_cc_module(prefix.lower(), "vat")
    if national is None:
        mend = "leave vat_id empty and give the number as company_number"
        raise Flaw(f"“{text}” is no VAT id: {prefix} is no country whose VAT ids can be checked", mend)
    _number(national.validate, compact[2:], "VAT id", again, text)
    return compact


def vat_country(number: str) -> str:
    """The ISO 3166 code of the country that gave out a VAT id (Greece writes EL, Northern Ireland XI)."""
    return {"EL": "GR", "XI": "GB"}.get(number[:2], number[:2])


def vat_country_fits(number: str, at_home_in: str) -> bool:
    """Whether a VAT id may belong to an address in that country. Monaco, the Isle of Man and Liechtenstein use the
    numbers of their neighbours (art. 7 of Directive 2006/112/EC; Swiss VAT Act art. 4)."""
    return vat_country(number) == {"MC": "FR", "IM": "GB", "LI": "CH"}.get(at_home_in, at_home_in)


def _number(validate: Callable[[str], Any], text: str, what: str, mend: str, shown: str = "") -> str:
    try:
        return str(validate(text))
    except InvalidChecksum:
        reason = "its check digits are wrong"
    except InvalidLength:
        reason = "it has the wrong length"
    except ValidationError:
        reason = "it does not have the right form"
    raise Flaw(f"“{shown or text}” is no {what}: {reason}", mend)


def database_url(text: str) -> str:
    """The URL of a PostgreSQL database, without a password: the settings are kept with every document, and in git."""
    mend = "write it like postgresql://billing@db.example:5432/invoicer"
    try:
        parts = urlsplit(text)
        secret = parts.password is not None or any("password" in option for option in parse_qs(parts.query))
        found = (parts.scheme, parts.path.strip("/"), parts.port)  # a port that is none raises
    except ValueError:
        raise Flaw("this is no URL of a database", mend) from None
    if secret:
        cause = "the URL has a password in it, and the settings are kept with every document and under version control"
        raise Flaw(cause, "take it out, and give it by PGPASSWORD or ~/.pgpass")
    if found[0] != "postgresql":
        cause = f"“{found[0]}” is no database that invoicer knows" if found[0] else "this is no URL of a database"
        raise Flaw(cause, f"{mend}; without a URL the ledger is an SQLite file in its folder")
    if not found[1]:
        raise Flaw("the URL names no database", mend)
    if "@" in found[1]:  # behind the host: what stands before it may be a password with a slash in it
        raise Flaw("the URL has an “@” behind its host", f"{mend}; a password goes to PGPASSWORD or ~/.pgpass")
    return text

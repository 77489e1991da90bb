"""facts: a country as data, which is nearly all that a market is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from stdnum.iso7064 import mod_97_10

from invoicer.domain.contract import Premium
from invoicer.domain.period import add_months
from invoicer.domain.supply import Levy, Market, Supply, Treatment
from invoicer.errors import Place, PluginError, Problem, TaxError
from invoicer.facts.consumer import read_consumer_terms
from invoicer.facts.deadlines import read_deadlines
from invoicer.facts.fact import NOTHING, DateBasis, Fact
from invoicer.facts.numbers import read_numbering
from invoicer.facts.read import read_facts, read_table, short

INSURANCE_CLASSES = (
    "accident",
    "assistance",
    "building",
    "credit",
    "fire",
    "goods-in-transit",
    "health",
    "household",
    "legal-expenses",
    "liability",
    "life",
    "motor-hull",
    "motor-liability",
    "property",
    "travel",
)
"""The classes of insurance that a market may know; terms name one in ``insurance class``."""

_KEYS = ("jurisdiction", "facts", "premium-tax", "consumer-terms", "numbering", "issue-deadline", "notes")
_PREMIUM_KEYS = ("law", "classes")
_PAYMENT_DELAY = dt.timedelta(days=60)


class Country:
    """A market that is read from ``facts.toml`` in its folder.

    The file holds ``jurisdiction``, the list ``facts`` (see :func:`~invoicer.facts.read.read_facts`), the notes that are
    printed (``[notes.KEY]``: language = "text") and, where a tax on insurance premiums is known (``levy = "ipt"``),
    ``[premium-tax]`` with its ``law`` and ``classes``: which category of facts a class of insurance falls under (``"*"``
    for all others). A list ``consumer-terms`` says what the law gives a consumer who ends a contract (see
    :func:`~invoicer.facts.consumer.read_consumer_terms`), and ``[numbering]`` whether the days of issue have to
    rise with the numbers (see :func:`~invoicer.facts.numbers.read_numbering`). A list ``issue-deadline`` says until when
    invoices are to be issued (see :func:`~invoicer.facts.deadlines.read_deadlines`).

    As it is, it serves as the country of customers and risks; a country that sellers are registered in overrides
    :meth:`treat`. Raises PluginError for a file that is wrong.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / "facts.toml"
        table = read_table(path)
        self.facts = read_facts(table, path)
        self.code: str = table["jurisdiction"]
        self.notes: Mapping[str, Mapping[str, str]] = table.get("notes", {})
        premium_tax = table.get("premium-tax", {})
        self.premium_law: str = premium_tax.get("law", "")
        self.premium_classes: Mapping[str, str] = premium_tax.get("classes", {})
        self.consumer_terms, unclear = read_consumer_terms(table)
        self.numbering, unsaid = read_numbering(table)
        self.issue_deadlines, undated = read_deadlines(table)
        wrong = [*self._wrong(table), *unclear, *unsaid, *undated]
        problems = [Problem("P014", Place(short(path), part=part), cause, mend) for part, cause, mend in wrong]
        if problems:
            raise PluginError(problems)

    def treat(self, supply: Supply, markets: Mapping[str, Market]) -> Treatment:  # noqa: ARG002
        """Refuses every supply: TaxError."""
        raise TaxError(
            Problem(
                "X001",
                Place(part=f"seller {supply.seller.id}"),
                f"how {self.code} taxes what a seller registered there supplies is not covered",
                f"register the seller in a country that is covered, or add a plugin whose market {self.code} has treat()",
            )
        )

    def vat_percent(self, category: str, day: dt.date, accepted: Mapping[str, str] = NOTHING) -> tuple[Decimal, str]:
        """The VAT rate of that category on that day and its source. Raises TaxError, see :meth:`Facts.on`."""
        fact = self.facts.on("vat", category, day, accepted)
        return fact.percent, fact.cited(accepted)

    def premium_levies(self, premium: Premium, supply: Supply) -> tuple[Levy, ...]:
        """The premium tax on a risk here; empty where the percentage is zero. Raises TaxError where no facts are known,
        for an unknown class of insurance, and where the facts are not sure enough."""
        category = self.premium_category(premium, supply)
        first, last = _deciding_days(self.facts.basis("ipt", category), supply)
        fact = self.facts.between("ipt", category, first, last, supply.accepted)
        return (self._levy(fact, supply),) if fact.percent else ()

    def premium_category(self, premium: Premium, supply: Supply) -> str:  # noqa: ARG002
        """The category of the premium tax's facts under which this insurance falls; a country whose law looks at more
        than the class overrides it. Raises TaxError."""
        name = premium.insurance_class
        category = self.premium_classes.get(name) or self.premium_classes.get("*")
        if category and name in INSURANCE_CLASSES:
            return category
        covered = [each for each in INSURANCE_CLASSES if each in self.premium_classes or "*" in self.premium_classes]
        if not covered:
            raise TaxError(
                Problem(
                    "X020",
                    Place(part=f"policy {premium.policy}"),
                    f"the tax on insurance premiums of {self.code} is not covered",
                    f"add its facts to a plugin for the market {self.code}, or leave the charge out until it is known",
                )
            )
        raise TaxError(
            Problem(
                "X021",
                Place(part=f"policy {premium.policy}"),
                f"how {self.code} taxes premiums of the insurance class “{name}” is not covered",
                f"write one of {', '.join(covered)}, or add the class to the facts of {self.code}",
            )
        )

    def note(self, key: str, language: str) -> str:
        """The note in that language, in English where it has none; KeyError for an unknown key."""
        texts = self.notes[key]
        return texts.get(language) or texts["en"]

    def payment_reference(self, number: str) -> str:
        """The creditor reference of ISO 11649, which banks check in all of SEPA."""
        return creditor_reference(number)

    def _levy(self, fact: Fact, supply: Supply) -> Levy:
        return Levy(
            id=f"ipt-{self.code.lower()}",
            name="premium-tax",
            jurisdiction=self.code,
            percent=fact.percent,
            law=self.premium_law,
            source=fact.cited(supply.accepted),
        )

    def _wrong(self, table: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        """(part, cause, mend) for what does not hold together in the file."""
        known = ", ".join(_KEYS)
        wrong = [(key, f"“{key}” is no key of facts.toml", f"use {known}") for key in table if key not in _KEYS]
        wrong += [
            (f"premium-tax.{key}", f"“{key}” is no key of premium-tax", "use law and classes")
            for key in table.get("premium-tax", {})
            if key not in _PREMIUM_KEYS
        ]
        categories = self.facts.categories("ipt")
        if bool(categories) != bool(self.premium_classes) or (categories and not self.premium_law):
            mend = "give both law and classes in [premium-tax], and facts with levy ipt"
            wrong.append(("premium-tax", "facts of a premium tax, its law and its classes go together", mend))
        for name, category in self.premium_classes.items():
            if name not in (*INSURANCE_CLASSES, "*"):
                mend = f"use {', '.join(INSURANCE_CLASSES)} or *"
                wrong.append((f"premium-tax.classes.{name}", f"“{name}” is no class of insurance", mend))
            if category not in categories:
                mend = f"name a category of the ipt facts: {', '.join(categories) or 'there are none'}"
                wrong.append((f"premium-tax.classes.{name}", f"there are no ipt facts of “{category}”", mend))
        needed = (
            {*self.notes, "premium-tax"} if any(f.percent for f in self.facts.facts if f.levy == "ipt") else self.notes
        )
        wrong += [
            (
                f"notes.{key}",
                f"the note “{key}” has no English text",
                "add en: it stands in where a language is missing",
            )
            for key in sorted(needed)
            if not self.notes.get(key, {}).get("en")
        ]
        return wrong


def creditor_reference(number: str) -> str:
    """The ISO 11649 reference (``RF`` and two check digits) of a document number, whose letters and digits it carries.

    Raises TaxError when the number has none, or more than 21.
    """
    body = re.sub(r"[^0-9A-Z]", "", number.upper())
    if not 1 <= len(body) <= 21:
        raise TaxError(unfit_number(number, "a creditor reference (ISO 11649) carries 1 to 21 letters and digits"))
    return f"RF{mod_97_10.calc_check_digits(body + 'RF')}{body}"


def unfit_number(number: str, rule: str) -> Problem:
    """The problem of a document number that no payment reference can be made of."""
    return Problem(
        "X030",
        Place(part=f"document number {number}"),
        f"“{number}” can't become a payment reference: {rule}",
        "change the number series of the seller in invoicer.toml",
    )


def _deciding_days(basis: DateBasis, supply: Supply) -> tuple[dt.date, dt.date]:
    """The first and last day that the deciding day can be, as far as a supply tells.

    The insurance term begun no later than the days of service; it is not told from an earlier term unless both have one
    percentage. What was agreed more than a year before the days of service has been extended since, perhaps. The
    premium is paid after the tax point, within two months in practice.
    """
    begun, concluded = supply.days.start, supply.concluded
    match basis:
        case DateBasis.TAX_POINT:
            return supply.tax_point, supply.tax_point
        case DateBasis.COVER_START:
            return min(concluded, begun), begun
        case DateBasis.CONCLUSION:
            return (concluded, begun) if begun >= add_months(concluded, 12) else (concluded, concluded)
        case DateBasis.PAYMENT:
            return supply.tax_point, supply.tax_point + _PAYMENT_DELAY

"""domain: what a market is asked, and what it answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from invoicer.domain.contract import Premium
from invoicer.domain.party import Customer, Registration, Seller
from invoicer.domain.period import Period


class Category(StrEnum):
    """VAT category codes: UNCL 5305 as EN 16931 uses them."""

    STANDARD = "S"
    ZERO = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    INTRA_COMMUNITY = "K"
    EXPORT = "G"
    OUTSIDE_SCOPE = "O"


@dataclass(frozen=True, slots=True)
class Levy:
    """A tax beside VAT that becomes a line of its own: ``percent`` of the net amount of the line that it comes with.

    ``id`` names it within the line (``ipt-fi``); ``name`` is the key of its wording, ``jurisdiction`` an ISO 3166 code.
    """

    id: str
    name: str
    jurisdiction: str
    percent: Decimal
    law: str
    source: str


@dataclass(frozen=True, slots=True)
class Treatment:
    """What the law says of a supply.

    ``jurisdiction`` is the country whose VAT it is; ``percent`` the rate (24 for 24%); ``reason_code`` the exemption
    reason (VATEX list) that categories E, AE, K, G and O carry; ``law`` the article; ``note`` the key of the text to print
    ("" for none); ``rule`` the id of the rule that decided; ``source`` where the rate comes from; ``scheme`` is ``oss``
    when the VAT is declared under the union scheme. ``taxable_turnover`` is False for amounts that are carried in a
    category without belonging to its turnover (a premium tax beside an exempt premium). ``includes_tax``: the amount that
    is treated holds its VAT, because the prices of the contract do.
    """

    jurisdiction: str
    category: Category
    percent: Decimal
    rule: str
    law: str
    note: str = ""
    reason_code: str = ""
    source: str = ""
    scheme: str = ""
    taxable_turnover: bool = True
    levies: tuple[Levy, ...] = ()
    includes_tax: bool = False

    @property
    def key(self) -> tuple[str, Category, Decimal, str, bool, bool]:
        """What must be equal for two amounts to be taxed alike: who collects what, not by which rule or source."""
        return (
            self.jurisdiction,
            self.category,
            self.percent,
            self.scheme,
            self.taxable_turnover,
            self.includes_tax,
        )

    def __post_init__(self) -> None:
        if self.category is Category.STANDARD:
            if self.percent <= 0 or self.reason_code:
                raise ValueError("category S has a rate above zero and no exemption reason (BR-S-5, BR-S-10)")
        elif self.percent != 0:
            raise ValueError(f"category {self.category} has rate 0 (BR-{self.category}-5)")
        elif self.category is not Category.ZERO and not self.reason_code:
            raise ValueError(f"category {self.category} needs an exemption reason (BR-{self.category}-10)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """All that a market may look at. ``kind`` is how the law sees the supply (``electronic-service``): the class that the
    workspace's table ``supply`` maps the seller's own word to. ``registration`` is the seller's registration that is
    asked; ``days`` the days of service; ``concluded`` the day on which what is billed was agreed. ``accepted`` maps ids of
    facts (patterns such as ``ipt/LV/*``) that the workspace vouches for, although their confidence is low, to the reason.
    """

    kind: str
    seller: Seller
    registration: Registration
    customer: Customer
    tax_point: dt.date
    days: Period
    concluded: dt.date
    premium: Premium | None = None
    accepted: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NumberingLaw:
    """Whether the law of a country wants the days of issue to rise with the numbers of a series; which law, its source."""

    dates_rise: bool
    law: str
    source: str


class Market(Protocol):
    """A jurisdiction that a plugin knows. ``code`` is its ISO 3166 code."""

    @property
    def code(self) -> str: ...

    def treat(self, supply: Supply, markets: Mapping[str, Market]) -> Treatment:
        """The treatment of a supply under a registration of this market. ``markets`` are all known ones by code (the
        country of the customer or of the risk may have to be asked).

        Raises TaxError with a problem that says what is not covered and how to mend it: never a guess.
        """

    def vat_percent(
        self, category: str, day: dt.date, accepted: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[Decimal, str]:
        """The rate of that category (``standard``, ``reduced-1`` …) on that day, and its source. Raises TaxError, also for
        a fact that is not sure enough, unless ``accepted`` (see :class:`Supply`) names it."""

    def premium_levies(self, premium: Premium, supply: Supply) -> tuple[Levy, ...]:
        """The premium taxes on a risk that lies here; empty where none is levied. Raises TaxError where it is unsure."""

    def note(self, key: str, language: str) -> str:
        """The text of a note of this market in that language (English where there is none), with ``{…}`` places for
        ``customer_country``, ``supplier_country`` and ``rate``. KeyError for an unknown key."""

    def payment_reference(self, number: str) -> str:
        """The remittance reference in the form that the country's banks check, for a document number."""


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """``rate`` units of ``currency`` for one unit of ``base``, as published on ``day`` by ``source``."""

    base: str
    currency: str
    rate: Decimal
    day: dt.date
    source: str

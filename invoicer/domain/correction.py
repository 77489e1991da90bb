"""domain: corrections that a person asks for: a credit because of an error, or out of goodwill."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from invoicer.domain.money import Money


class CreditKind(StrEnum):
    """What a credit means for what is billed.

    An *error* takes from what was billed: that was not to be billed like this. What it takes is not billed again until an
    input has changed or someone says so. A *concession* leaves what was billed as it was: the amount was right, and the
    seller forgoes a part of it. It is never billed again, and a later reduction of the line uses it up first.
    """

    ERROR = "error"
    CONCESSION = "concession"


class CreditReason(StrEnum):
    """Why a person credits something; a closed list, whose keys documents carry and translate."""

    PRICE = "price-error"
    QUANTITY = "quantity-error"
    DUPLICATE = "duplicate"
    NOT_ORDERED = "not-ordered"
    NOT_DELIVERED = "not-delivered"
    PARTY = "wrong-party"
    DETAILS = "wrong-details"
    TREATMENT = "wrong-treatment"
    CURRENCY = "wrong-currency"
    OTHER_ERROR = "other-error"
    GOODWILL = "goodwill"
    QUALITY = "poor-service"
    DELAY = "late-delivery"
    SETTLEMENT = "settlement"

    @property
    def kind(self) -> CreditKind:
        """Whether that is an error or a concession."""
        return CreditKind.CONCESSION if self in CONCESSIONS else CreditKind.ERROR


CONCESSIONS = frozenset({CreditReason.GOODWILL, CreditReason.QUALITY, CreditReason.DELAY, CreditReason.SETTLEMENT})


class Wrong(StrEnum):
    """What was wrong with a whole document that is credited and billed anew in one step."""

    PARTY = "party"
    DETAILS = "details"
    TREATMENT = "treatment"
    CURRENCY = "currency"

    @property
    def reason(self) -> CreditReason:
        """The reason that its credit note gives."""
        return CreditReason(f"wrong-{self.value}")


@dataclass(frozen=True, slots=True)
class Share:
    """A ``quantity`` out of the ``whole`` of a line. With it, ``upto`` is credited by quantity in all, and ``before`` is the
    amount that was credited for the rest of that."""

    quantity: Fraction
    upto: Fraction
    whole: Fraction
    before: Money


@dataclass(frozen=True, slots=True)
class CreditLine:
    """What is to be credited of a line of a document. ``amount`` is as the contract owes it (with VAT where its prices
    include it) and has the sign of the line; ``share`` tells how it came about where it is credited by quantity.

    ``basis`` is the hash of the inputs that the amount was owed upon: until they change, what is credited is not billed
    again. "" holds nothing back.
    """

    line: int
    amount: Money
    share: Share | None = None
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditRequest:
    """A credit that someone asked for; the next plan makes its drafts. ``remark`` is for the log, ``note`` is printed.
    ``wrong`` is set where the document is billed anew in the same step. ``id`` counts from 1; 0 before it is stored."""

    id: int
    document: str
    reason: CreditReason
    lines: tuple[CreditLine, ...]
    who: str
    remark: str
    on: dt.date
    note: str = ""
    wrong: Wrong | None = None

    @property
    def kind(self) -> CreditKind:
        return self.reason.kind

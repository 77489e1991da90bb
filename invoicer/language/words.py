"""language: words of the language that are written elsewhere than in the grammar, and how to list and guess words."""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections.abc import Collection, Iterable
from functools import lru_cache
from heapq import nsmallest

from invoicer.domain.period import Span

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)

HEADINGS = (
    "contract",
    "price-list",
    "charge",
    "premium",
    "meter",
    "input",
    "discount",
    "amendment",
    "change",
    "stop",
    "indexation",
    "commitment",
    "expect",
    "notice",
    "terminates",
    "service-credit",
)
"""Words that begin a block, a change, or a stop."""

DOCUMENTS = ("contract", "price-list")

EXPECTED_AMOUNTS = ("line", "total")
"""The first words of lines of an example with amounts that may be negative."""

RESERVED = ("billing", "payment", "customer", "everything", "quantity")
"""Words that a charge can't be named by, for in some lines they mean something else."""

SYNONYMS = {
    "yearly": "annually",
    "upfront": "advance",
    "client": "customer",
    "buyer": "customer",
    "supplier": "seller",
    "vendor": "seller",
    "duration": "term",
    "invoice": "bill",
    "billed": "bill",
    "includes": "included",
    "tiered": "graduated",
    "unlimited": "above",
    "over": "above",
    "else": "otherwise",
    "if": "when",
    "until": "ends",
    "under": "less",
    "below": "less",
    "total": "sum",
    "mean": "average",
    "maximum": "max",
    "highest": "max",
    "latest": "last",
    "distinct": "unique",
}
"""What people write by habit, and the word of the language that they mean."""

LITERALS = {
    "NAME": "a name",
    "NUMBER": "a number",
    "CURRENCY": "a currency code such as `EUR`",
    "DATE": "a date such as `2026-07-31`",
    "MONTH": "a month such as `2026-10`",
    "STRING": 'a "text"',
    "PERCENTAGE": "a percentage",
    "PROPERTY": "`customer.country`",
    "LPAR": "an opening bracket",
    "RPAR": "a closing bracket",
    "_NL": "the end of the line",
}
"""Terminals that are no words, as people call them; in the order in which they are listed."""

OF_AMENDMENTS = frozenset({"acknowledge", "purchase", "reference", "supersedes", "uses"})
"""How lines begin that stand between the heading of an amendment and what it changes."""

HOMES = dict.fromkeys(
    ("seller", "customer", "currency", "agreed", "term", "renews", "pay", "purchase", "round", "uses"),
    "belongs to the contract: move the line above the first charge",
) | {
    "charge": "belongs above the examples: what follows an amendment's examples is another amendment",
    "meter": "belongs above the examples: what follows an amendment's examples is another amendment",
    "premium": "belongs above the examples: what follows an amendment's examples is another amendment",
    "supersedes": "belongs to an amendment, right below its heading",
    "quantity": "belongs to a charge",
    "usage": "belongs to a charge",
    "declared": "belongs to a charge",
    "stated": "belongs to an `input`",
    "judged": "belongs to a `service-credit`",
    "adds": "belongs to an `input`",
    "at": "belongs to an `input`",
    "included": "belongs to a charge",
    "policy": "belongs to a `premium`; a `charge` has none",
    "risk": "belongs to a `premium`; a `charge` has none",
    "insurer": "belongs to a `premium`; a `charge` has none",
    "insurance": "belongs to a `premium`; a `charge` has none",
    "up": "belongs to a table of bands: below `graduated`, `volume` or `package`",
    "above": "belongs to a table of bands: below `graduated`, `volume` or `package`",
    "below": "belongs to a table of bands: below `graduated`, `volume` or `package`",
    "rounded": "follows what is rounded: `usage of sms, rounded up to 1`, or `package per month, rounded down`",
    "each": "belongs to a charge whose price is a percentage",
    "first": "belongs to a charge whose price is a percentage",
    "unused": "belongs to a charge with included units",
    "change": "belongs to an amendment",
    "stop": "belongs to an amendment",
    "discount": "belongs to a contract; a price list has none",
    "indexation": "belongs to a contract; a price list has none",
    "commitment": "belongs to a contract; a price list has none",
    "amendment": "belongs to a contract; a price list has none",
    "sum": "belongs to a `meter`",
    "unit": "belongs to a `meter` or an `input`",
    "time-weighted": "belongs to a `meter`",
    "only": "belongs to a `meter`",
    "for": "belongs to a `discount`",
    "given": "belongs to an `expect`",
    "line": "belongs to an `expect`",
    "total": "belongs to an `expect`",
    "counts": "belongs to a `commitment`",
    "raises": "belongs to an `indexation`",
    "base": "belongs to an `indexation`",
    "every": "belongs to an `indexation`",
    "version": "belongs to a price list, before its first charge",
}
"""Where lines that begin with these words belong."""

EXAMPLES: dict[str, dict[str, str]] = {
    "": {
        "contract": 'contract acme-2026 "Acme Ltd: managed cluster"',
        "price-list": 'price-list hosting-prices "Hosting prices"',
        "uses": "uses hosting-prices version 3",
        "seller": "seller hosting-nl",
        "customer": "customer acme",
        "purchase": 'purchase order "PO-77810"',
        "reference": 'reference "Cluster A"',
        "version": "version 3",
        "currency": "currency EUR",
        "agreed": "agreed 2025-12-12",
        "term": "term 24 months from 2026-01-01",
        "renews": "renews for 12 months, notice 90 days",
        "bill": "bill monthly in advance on day 1",
        "prorate": "prorate by-days",
        "pay": "pay within 30 days",
        "round": "round half-up",
        "supply": "supply electronic-service",
        "invoices": "invoices of at least 25.00 EUR, at most 6 months later",
        "prices": "prices include tax",
        "renamed": "renamed from acme-2025",
        "continues": "continues acme-north, acme-south",
        "acknowledge": 'acknowledge C025 "agreed by telephone on 3 March"',
        "charge": 'charge seats "Support seats"',
        "premium": 'premium motor "Motor cover"',
        "meter": 'meter api-calls "API calls"',
        "input": 'input uptime "Availability"',
        "discount": 'discount launch "Launch discount"',
        "indexation": 'indexation cpi "CPI uplift"',
        "commitment": 'commitment annual "Annual commitment"',
        "service-credit": 'service-credit sla "Availability credit"',
        "amendment": 'amendment 1 from 2026-07-01 agreed 2026-05-12 "Side letter 1"',
        "amount": "450.00 EUR per month",
        "percentage": "1.40% of card-volume",
        "from": "from 2027-01-01 480.00 EUR per month",
        "graduated": "graduated per month",
        "volume": "volume per month",
        "package": "package per month",
        "up": "up to 100 000: 0.0020 EUR each",
        "below": "below 10: 90.00 EUR each",
        "above": "above 0.0015 EUR each",
        "quantity": "quantity 40 seats",
        "usage": "usage of api-calls",
        "declared": "declared payroll",
        "included": "included 10 seats",
        "minimum": "minimum 50.00 EUR per month",
        "maximum": "maximum 5 000.00 EUR per month",
        "each": "each event at least 1.75 EUR, at most 12.00 EUR",
        "first": "first 500.00 EUR free",
        "unused": "unused carry over for 3 months",
        "clause": 'clause "4.1"',
        "starts": "starts 2026-02-15",
        "ends": "ends 2026-12-31",
        "on": "on 2026-03-01",
        "refund": "refund unused",
        "no": "no refund",
        "short-rate": "up to 30 days 20%",
        "deposit": "deposit 4 000.00 EUR in 4 instalments",
        "adjust": "adjust on declaration within 60 days",
        "policy": 'policy "MTPL-2026-101"',
        "insurer": 'insurer "Harbour Mutual"',
        "risk": "risk in NL",
        "insurance": "insurance class motor-liability",
        "supersedes": "supersedes 1",
        "change": "change seats quantity to 60 seats",
        "stop": "stop api",
        "notice": 'notice given 2026-09-20 by customer "E-mail of 20 September"',
        "terminates": "terminates on 2026-10-15 agreed 2026-10-01",
        "expect": 'expect "January 2026"',
    },
    "expect": {
        "invoice": "invoice on 2026-01-01",
        "known": "known on 2026-02-01",
        "given": "given api-calls 250 000 calls",
        "line": "line platform-fee 360.00 EUR",
        "no": "no line api",
        "total": "total 648.00 EUR",
    },
    "commitment": {
        "amount": "50 000.00 EUR per 12 months",
        "counts": "counts api, seats",
        "from": "from 2026-02-01",
        "until": "until 2027-12-31",
        "prorated": "prorated",
    },
    "indexation": {
        "raises": 'raises platform-fee, seats with "NL-CPI-2015" plus 1%',
        "base": "base 2025-10",
        "every": "every year from 2027-01-01",
        "once": "once on 2027-01-01",
        "at": "at most 5%",
        "until": "until 2029-12-31",
        "revised": "revised values count",
    },
    "meter": {
        "sum": "sum of calls",
        "max": "max of gigabytes",
        "last": "last of seats",
        "unique": "unique of user-id",
        "average": "average of gigabytes per day",
        "count": "count of events",
        "time-weighted": "time-weighted average of gigabytes",
        "unit": "unit calls",
        "only": "only status less than 500",
    },
    "service-credit": {
        "percentage": "10% of platform-fee when uptime less than 99.9%",
        "as": "as credit note",
        "on": "on next invoice",
        "judged": "judged within 14 days",
        "from": "from 2026-02-01",
        "until": "until 2026-06-30",
    },
    "input": {
        "unit": "unit percent",
        "stated": "stated per month",
        "adds": "adds up",
        "at": "at most 100",
    },
    "discount": {
        "percentage": "20% off platform-fee, seats",
        "amount": "50.00 EUR off platform-fee per month",
        "for": "for first 6 months",
        "until": "until 2026-06-30",
        "from": "from 2026-02-01",
        "when": "when quantity at least 10",
        "volume": "volume on api",
        "up": "up to 1 000.00 EUR 0%",
        "above": "above 5%",
    },
}
"""A good line for each first word; where a word begins different lines, by the kind of block."""

_LONGEST_WORD = 40
_MOST_COMPARED = 50  # letter by letter, which takes a while


def close_to(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, or ""."""
    words = tuple(known)
    candidates = sorted(set(words) if len(words) <= _MOST_COMPARED else _likely(word, words))
    meant = SYNONYMS.get(word.lower(), "")
    if meant in candidates:
        return meant
    if len(word) > _LONGEST_WORD:
        return ""
    lowered = {candidate.lower(): candidate for candidate in candidates}
    near = difflib.get_close_matches(word.lower(), lowered, 1, 0.65)
    return lowered[near[0]] if near else ""


def _likely(word: str, known: tuple[str, ...]) -> set[str]:
    """Of many words those that may be meant: they begin or end alike, and are about as long."""
    found: set[str] = {SYNONYMS.get(word.lower(), "")} & _Words.of(known).all
    for alike in (_Words.of(known).beginning.get(word[:1].lower(), []), _Words.of(known).ending.get(word[-2:], [])):
        nearest = bisect_left(alike, len(word), key=len)
        found |= set(alike[max(0, nearest - _MOST_COMPARED // 4) :][: _MOST_COMPARED // 2])
    return found


class _Words:
    """Many words, sorted once for all that look for some among them: by beginning and by ending, the shortest first."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self.all = frozenset(words)
        self.first = [f"`{word}`" for word in nsmallest(8, self.all)]
        self.beginning: dict[str, list[str]] = {}
        self.ending: dict[str, list[str]] = {}
        for word in sorted(self.all, key=lambda word: (len(word), word)):
            self.beginning.setdefault(word[:1].lower(), []).append(word)
            self.ending.setdefault(word[-2:], []).append(word)

    @staticmethod
    @lru_cache(maxsize=8)
    def of(words: tuple[str, ...]) -> _Words:
        return _Words(words)


def suggestion(word: str, known: Collection[str], what: str) -> str:
    """The mend for an unknown name: the one that was probably meant, or those that there are."""
    near = close_to(word, known)
    if near:
        return f"did you mean `{near}`?"
    if not known:
        return f"there are no {what} here yet: add one, or mend the name"
    few = _Words.of(tuple(known)).first
    return f"known {what}: " + listed([*few, *[""] * (len(known) - len(few))], "and", 8)


def listed(words: Iterable[str], last: str = "or", most: int = 9) -> str:
    """ "a, b or c"; of more than ``most`` words the rest is counted."""
    items = list(words)
    if len(items) > most:
        return ", ".join(items[:most]) + f" {last} {len(items) - most} more"
    return f" {last} ".join(filter(None, (", ".join(items[:-1]), items[-1] if items else "")))


def same_unit(one: str, other: str) -> bool:
    """Whether two words are one unit, in singular or plural (seat and seats, delivery and deliveries, GB)."""
    return one == other or one in plurals(other) or other in plurals(one)


def plurals(word: str) -> tuple[str, ...]:
    """The ways in which the plural of an English word may be written."""
    return (word + "s", word + "es", *((word[:-1] + "ies",) if word.endswith("y") else ()))


def a(noun: str) -> str:
    """The noun with its article: a discount, an indexation."""
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def long(span: Span) -> str:
    """A length of time in words: a month, 3 months."""
    return f"a {span}" if span.count == 1 else str(span)


def shortened(text: str, longest: int = 40) -> str:
    """A text that fits into a message."""
    return text if len(text) <= longest else text[: longest - 1] + "…"

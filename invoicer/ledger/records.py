"""ledger: what the ledger hands out, and how it is laid down in columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

from invoicer.domain import canonical
from invoicer.domain.correction import CreditRequest
from invoicer.domain.document import Draft, Kind
from invoicer.domain.doubt import Doubt
from invoicer.domain.money import Money, minor_digits
from invoicer.domain.packed import pack, unpack
from invoicer.domain.period import Period
from invoicer.errors import DefectError, Problem
from invoicer.ledger.brief import Brief
from invoicer.ledger.release import DRAFT, Decision, DraftStatus, about, open_doubts, rejected, releasers
from invoicer.ledger.stored import read_as


class PlanStatus(StrEnum):
    """How far a plan has come. One that was superseded is never issued any further."""

    OPEN = "open"  # some draft still waits for its confirmation
    CONFIRMED = "confirmed"  # every draft that was not dropped is confirmed, and some are not yet issued
    ISSUED = "issued"  # nothing is left to do
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A draft as it is laid before the ledger: its canonical JSON (``packed``), the ``fingerprint`` of what it rests on,
    its ``series`` and ``seller``, and of each of its lines what may be billed once (contract, component, span)."""

    packed: bytes
    fingerprint: str
    series: str
    seller: str
    keys: tuple[tuple[str, str, str], ...]

    @classmethod
    def of(cls, draft: Draft, fingerprint: str) -> Proposal:
        """The proposal of a draft."""
        return cls(
            packed=pack(canonical.to_json(draft)),
            fingerprint=fingerprint,
            series=draft.series,
            seller=draft.seller.id,
            keys=tuple((one.contract, str(one.component), span_of(one.days, one.one_off)) for one in draft.lines),
        )

    @property
    def json(self) -> str:
        """Its canonical JSON."""
        return unpack(self.packed)

    @property
    def contracts(self) -> tuple[str, ...]:
        """The ids of the contracts that its lines come from."""
        return tuple(sorted({contract for contract, *_ in self.keys}))

    @property
    def draft(self) -> Draft:
        """The draft itself, read from its JSON each time."""
        return canonical.from_json(Draft, self.json)


@dataclass(frozen=True, slots=True)
class PlannedDraft:
    """A draft of a plan. ``position`` counts from 1, ``contracts`` are the ids that its lines come from, ``packed`` is its
    canonical JSON, ``document`` the number that it was issued under ("" before). ``people`` different people have to
    release it, and its ``doubts`` besides; ``decisions`` are what was decided so far, the oldest first. It was planned
    first on the day ``since``."""

    position: int
    contracts: tuple[str, ...]
    fingerprint: str
    packed: bytes
    status: DraftStatus
    remark: str = ""
    document: str = ""
    doubts: tuple[Doubt, ...] = ()
    decisions: tuple[Decision, ...] = ()
    people: int = 1
    since: dt.date | None = None

    @property
    def json(self) -> str:
        """Its canonical JSON."""
        return unpack(self.packed)

    @property
    def open_doubts(self) -> tuple[Doubt, ...]:
        """The doubts that fewer people have released than it takes."""
        return open_doubts(self.doubts, self.decisions)

    @property
    def rejected(self) -> tuple[Decision, ...]:
        """The rejections that nobody has taken back."""
        return rejected(self.decisions)

    def releasers(self, doubt: Doubt | None = None) -> tuple[str, ...]:
        """Who released a doubt, or the draft itself."""
        return releasers(self.decisions, about(doubt) if doubt else DRAFT)

    @property
    def draft(self) -> Draft:
        """The draft itself, read from its JSON each time."""
        return read_as(Draft, self.json, "L117", f"draft {self.position}")

    @property
    def brief(self) -> Brief:
        """The draft in brief, read from its JSON each time."""
        return Brief.read(self.json, f"draft {self.position}")


@dataclass(frozen=True, slots=True)
class Plan:
    """A batch as it was planned: seen from ``as_of``, made on ``created``. ``holds`` are contracts that wait, with the
    problems that hold them."""

    id: int
    as_of: dt.date
    created: dt.date
    status: PlanStatus
    drafts: tuple[PlannedDraft, ...]
    holds: Mapping[str, tuple[Problem, ...]]


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """A plan without its drafts: how many it has in each status, and how many contracts it holds."""

    id: int
    as_of: dt.date
    created: dt.date
    status: PlanStatus
    drafts: Mapping[DraftStatus, int]
    holds: int


@dataclass(frozen=True, slots=True)
class Issued:
    """An issued document in brief. ``series`` is the key of its series, ``sha256`` the hash of its canonical JSON."""

    number: str
    series: str
    kind: Kind
    seller: str
    customer: str
    currency: str
    net: Money
    tax: Money
    gross: Money
    issue_date: dt.date
    bill_date: dt.date
    due_date: dt.date
    sha256: str


class RequestStatus(StrEnum):
    """How far a correction request has come."""

    WAITING = "waiting"  # for a plan, its confirmation or its issue
    ISSUED = "issued"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A correction request with what became of it. ``issued`` are its lines with the number of the document that each
    became, ``released`` (request, line) of those that may be billed again."""

    request: CreditRequest
    status: RequestStatus
    issued: tuple[tuple[int, str], ...]
    released: frozenset[tuple[int, int]] = frozenset()

    @property
    def waiting(self) -> CreditRequest:
        """The request for the lines that were not issued yet."""
        done = {line for line, _ in self.issued}
        return replace(self.request, lines=tuple(line for line in self.request.lines if line.line not in done))


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file of a document: ``name`` is relative to the folder of documents; ``sha256`` is "" while it is wanted and not
    yet made."""

    document: str
    format: str
    name: str
    sha256: str = ""


def minor_units(money: Money) -> int:
    """An amount as whole minor units: 12.34 EUR is 1234."""
    sign, digits, _ = money.amount.as_tuple()
    size = int("".join(map(str, digits)))
    return -size if sign else size


def minor_units_in(data: Mapping[str, str]) -> int:
    """The same of money as plain data. Raises DefectError where it has not the decimals of its currency."""
    whole, _, decimals = data["amount"].partition(".")
    if len(decimals) != minor_digits(data["currency"]):
        raise DefectError(f"{data['amount']} {data['currency']} is not rounded to its minor unit")
    return int(whole + decimals)


def from_minor_units(amount: int, currency: str) -> Money:
    """The amount that :func:`minor_units` counted."""
    return Money.of(Fraction(amount, 10 ** minor_digits(currency)), currency)


def span_of(days: Period, one_off: bool) -> str:
    """What may be billed once: these days of service; a one-off only once, whatever its day."""
    return "once" if one_off else f"{days.start}/{days.end}"


def document_columns(data: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that a document (as plain data) can be queried by."""
    return {
        "number": data["number"],
        "kind": data["kind"],
        "seller": data["seller"]["id"],
        "customer": data["customer"]["id"],
        "currency": data["currency"],
        **{name: minor_units_in(data[name]) for name in ("net", "tax", "gross")},
        **{name: dt.date.fromisoformat(data[name]) for name in ("issue_date", "bill_date", "due_date")},
    }


def billed_columns(line: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that a billed line (as plain data) can be queried by; its revision is the plan's."""
    component, days = line["component"], line["days"]
    tail = f"/{component['part']}" if "part" in component else ""
    tail += f"/{component['name']}" if "name" in component else ""
    return {
        "document": line["document"],
        "line": line["line"],
        "contract": line["contract"],
        "component": component["charge"] + tail,
        "span": "once" if line["one_off"] else f"{days['start']}/{days['end']}",
        "customer": line["customer"],
        "currency": line["net"]["currency"],
        "net": minor_units_in(line["net"]),
        "bill_date": dt.date.fromisoformat(line["bill_date"]),
        "issue_date": dt.date.fromisoformat(line["issue_date"]),
        "counts": line.get("counts", True),
    }

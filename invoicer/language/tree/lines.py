"""language: the lines of the syntax tree, one class for each kind of line."""

from __future__ import annotations

from dataclasses import dataclass

from invoicer.domain.contract import Aggregation, Anchor, Proration, Timing
from invoicer.domain.payment import PaymentTerms
from invoicer.domain.period import Span
from invoicer.domain.trace import Rounding
from invoicer.language.tree.parts import Amount, Condition, Day, InSteps, Length, Name, Node, Number


@dataclass(frozen=True, slots=True)
class Uses(Node):
    """``upgrades``: a newer version takes its place on renewal. In an amendment: from its day on."""

    price_list: Name
    version: Number | None
    upgrades: bool = False


@dataclass(frozen=True, slots=True)
class Party(Node):
    role: str  # seller, customer
    id: Name


@dataclass(frozen=True, slots=True)
class Wording(Node):
    """A line of a word and a text in quotes; ``kind`` is the word."""

    kind: str  # purchase order, reference, clause, policy, insurer
    text: Name


@dataclass(frozen=True, slots=True)
class Version(Node):
    number: Number


@dataclass(frozen=True, slots=True)
class Currency(Node):
    code: str


@dataclass(frozen=True, slots=True)
class Agreed(Node):
    day: Day


@dataclass(frozen=True, slots=True)
class Term(Node):
    """``length`` from the start, ``last`` inclusive, or neither: open."""

    start: Day
    length: Length | None
    last: Day | None


@dataclass(frozen=True, slots=True)
class Renews(Node):
    """``by`` None: never."""

    by: Length | None
    notice: Length | None


@dataclass(frozen=True, slots=True)
class Bill(Node):
    """``anchor`` None: not stated."""

    every: Span
    timing: Timing
    anchor: Anchor | None


@dataclass(frozen=True, slots=True)
class Prorate(Node):
    """(moment, policy) as written; a single policy stands for all three moments."""

    policies: tuple[tuple[str, Proration], ...]


@dataclass(frozen=True, slots=True)
class Pay(Node):
    terms: PaymentTerms
    calendar: Name | None


@dataclass(frozen=True, slots=True)
class Round(Node):
    rounding: Rounding


@dataclass(frozen=True, slots=True)
class Acknowledge(Node):
    """A warning of that code is known and meant, for a reason."""

    code: Name
    reason: str


@dataclass(frozen=True, slots=True)
class Least(Node):
    """Invoices of at least an amount; ``wait`` None: not stated."""

    amount: Amount
    wait: Length | None


@dataclass(frozen=True, slots=True)
class Prices(Node):
    """All amounts include tax."""


@dataclass(frozen=True, slots=True)
class NewCustomer(Node):
    """Who takes the contract over; ``next_period``: each charge from its next billing period on."""

    customer: Name
    next_period: bool


@dataclass(frozen=True, slots=True)
class Renamed(Node):
    """The names that a contract, a charge or a commitment had before."""

    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Continues(Node):
    """The contracts that go on in this one."""

    contracts: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class ContinuesCharge(Node):
    """The charges, each with its contract, that go on in this one."""

    charges: tuple[tuple[Name, Name], ...]


@dataclass(frozen=True, slots=True)
class Supply(Node):
    kind: Name


@dataclass(frozen=True, slots=True)
class Quantity(Node):
    amount: Number
    unit: Name


@dataclass(frozen=True, slots=True)
class Usage(Node):
    meter: Name
    rounded: InSteps | None = None


@dataclass(frozen=True, slots=True)
class Included(Node):
    amount: Number
    unit: Name | None


@dataclass(frozen=True, slots=True)
class Bounded(Node):
    kind: str  # minimum, maximum
    amount: Amount
    per: Length | None
    prorated: bool


@dataclass(frozen=True, slots=True)
class Dating(Node):
    """A line of a word and a day; ``kind`` is the word."""

    kind: str  # starts, ends, on; until, from
    day: Day


@dataclass(frozen=True, slots=True)
class Risk(Node):
    country: Name


@dataclass(frozen=True, slots=True)
class InsuranceClass(Node):
    name: Name


@dataclass(frozen=True, slots=True)
class Measure(Node):
    """sum of calls per day; ``field`` None: count of events."""

    aggregation: Aggregation
    field: Name | None
    per_day: bool


@dataclass(frozen=True, slots=True)
class MeterUnit(Node):
    unit: Name


@dataclass(frozen=True, slots=True)
class When(Node):
    """A condition that is a line of its own: ``only`` of a meter, ``when`` of a discount."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class PercentOff(Node):
    percent: Number
    charges: tuple[Name, ...]  # empty: everything


@dataclass(frozen=True, slots=True)
class AmountOff(Node):
    """``per`` None: once."""

    amount: Amount
    charges: tuple[Name, ...]
    per: Length | None


@dataclass(frozen=True, slots=True)
class VolumeBand(Node):
    up_to: Amount | None
    percent: Number


@dataclass(frozen=True, slots=True)
class VolumeOff(Node):
    charges: tuple[Name, ...]
    bands: tuple[VolumeBand, ...]


@dataclass(frozen=True, slots=True)
class ForFirst(Node):
    length: Length


@dataclass(frozen=True, slots=True)
class Supersedes(Node):
    numbers: tuple[Number, ...]


OffNode = PercentOff | AmountOff | VolumeOff

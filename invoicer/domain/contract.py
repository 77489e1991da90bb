"""domain: a contract, as the language room hands it to the engine. Every name in it is resolved, every price list merged
in; whatever can change over time is a timeline."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from invoicer.domain.buyer import NOBODY_ELSE, Buyer, Buyers
from invoicer.domain.carry import CarryOver
from invoicer.domain.commitment import Commitment
from invoicer.domain.credit import ServiceCredit
from invoicer.domain.deposit import Adjustment, Deposit
from invoicer.domain.ending import (
    ConsumerTerms,
    Duration,
    Ending,
    Notice,
    NoticePeriod,
    Renewal,
    Termination,
    ending,
)
from invoicer.domain.events import EventPricing
from invoicer.domain.example import Example
from invoicer.domain.indexation import ByIndex, Indexation
from invoicer.domain.inputs import Declared, Input
from invoicer.domain.payment import LeastInvoice, PaymentTerms
from invoicer.domain.period import Period, Span
from invoicer.domain.price import Condition, Price
from invoicer.domain.refund import Refund
from invoicer.domain.stop import Stopped, first_stop
from invoicer.domain.timeline import Timeline
from invoicer.domain.trace import Clause, Rounding
from invoicer.domain.uncounted import Uncounted


class Timing(StrEnum):
    """When a period is billed: on its first day, or on the day after its last."""

    ADVANCE = "advance"
    ARREARS = "arrears"


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where billing periods begin.

    ``day`` (1 to 31; 31 falls on the last day of shorter months): the first such day on or after the start of service,
    and from there every so many months. ``month`` (1 to 12) fixes the month as well, so that quarters and years follow
    the calendar. Both None: the day on which the service starts (anniversary).
    """

    day: int | None = None
    month: int | None = None


@dataclass(frozen=True, slots=True)
class Billing:
    """``bill monthly in advance on day 1``: how often, when, and from which day."""

    every: Span
    timing: Timing
    anchor: Anchor = Anchor()


class Proration(StrEnum):
    """What an incomplete period costs."""

    BY_DAYS = "by-days"  # days in service ÷ days in the full period, exactly
    BY_30_DAY_MONTHS = "by-30-day-months"  # likewise, with months of 30 days each (30E/360: a 31st counts as the 30th)
    BY_CALENDAR_MONTHS = "by-calendar-months"  # months: whole ones count one each, others days ÷ days of that month
    FULL_PERIODS = "full-periods"  # a period that is begun is due whole
    NEVER = "never"  # an incomplete period is free

    @property
    def counts(self) -> bool:
        """Whether it counts days or months; the others take or leave whole periods."""
        return self not in (Proration.FULL_PERIODS, Proration.NEVER)


@dataclass(frozen=True, slots=True)
class ProrationRules:
    """Stated apart for a start, a change and a stop within a period. (``FULL_PERIODS`` at a change: the value in force
    on the first day of the period counts for all of it; ``NEVER`` at a change: the value in force on its last day.)"""

    start: Proration = Proration.BY_DAYS
    change: Proration = Proration.BY_DAYS
    stop: Proration = Proration.BY_DAYS

    @property
    def counting(self) -> Proration:
        """How days are counted: all moments that count do so in one way."""
        stated = (rule for rule in (self.start, self.change, self.stop) if rule.counts)
        return next((rule for rule in stated if rule is not Proration.BY_DAYS), Proration.BY_DAYS)


@dataclass(frozen=True, slots=True)
class InService:
    """Whether the charge is in service; ``refund`` says what its end gives back."""

    active: bool
    refund: Refund = Refund.UNUSED


class Aggregation(StrEnum):
    """How the events of a period become one quantity."""

    SUM = "sum"
    MAX = "max"
    LAST = "last"
    UNIQUE = "unique"
    AVERAGE = "average"
    COUNT = "count"
    LEVEL = "time-weighted average"  # events set a level, which lasts until the next one
    CHANGES = "time-weighted sum"  # events change the level

    @property
    def additive(self) -> bool:
        """Whether the quantities of the parts of a period add up to that of the whole."""
        return self in (Aggregation.SUM, Aggregation.COUNT)

    @property
    def weighted(self) -> bool:
        """Whether it is the average of a level over time, to which events from before the period belong."""
        return self in (Aggregation.LEVEL, Aggregation.CHANGES)


@dataclass(frozen=True, slots=True)
class Meter:
    """What is measured: an aggregation of a column of the usage events of that meter.

    ``field`` is the column ("" for count). With ``per_day`` the aggregation is made for each civil day and the days are
    summed (vehicle-days, gigabyte-days), which makes any meter additive. ``only`` filters events by their columns:
    the subject of each :class:`~invoicer.domain.price.Compare` in it is a column name.
    """

    id: str
    title: str
    aggregation: Aggregation
    field: str
    unit: str
    clause: Clause
    per_day: bool = False
    only: Condition | None = None

    @property
    def additive(self) -> bool:
        """Whether the quantities of the parts of a period add up to that of the whole."""
        return self.per_day or self.aggregation.additive


@dataclass(frozen=True, slots=True)
class Fixed:
    """An agreed quantity: 40 seats."""

    amount: Fraction
    unit: str


@dataclass(frozen=True, slots=True)
class InSteps:
    """A measured quantity is rounded to a multiple of ``step``: up, down, or (half-up) to the nearest."""

    step: Decimal
    rounding: Rounding


@dataclass(frozen=True, slots=True)
class Metered:
    """A measured quantity: ``meter`` is the id of one of the contract's meters; ``rounded`` in each rating period."""

    meter: str
    rounded: InSteps | None = None


Quantity = Fixed | Metered | Declared | Uncounted


def counter_of(quantity: Quantity) -> str | None:
    """The id of the meter or input that a quantity comes from; None where it is agreed, or nothing is counted."""
    match quantity:
        case Metered(meter=name) | Declared(input=name):
            return name
    return None


@dataclass(frozen=True, slots=True)
class Bound:
    """A minimum or maximum of ``amount`` for each ``per`` (for the billing period when None); ``prorated`` with the days
    in service, where the terms say so."""

    amount: Decimal
    per: Span | None = None
    prorated: bool = False


@dataclass(frozen=True, slots=True)
class Premium:
    """What makes a charge an insurance premium: policy number, insurer, class of insurance, ISO 3166 code of the country
    where the risk lies."""

    policy: str
    insurer: str
    insurance_class: str
    risk: str


@dataclass(frozen=True, slots=True)
class Charge:
    """Something that is owed, with all that was agreed about it over time.

    ``quantity`` is None for a flat or one-off price without quantity. ``included`` units are free in each rating period.
    ``kind`` is the supply kind in the seller's words (``electronic-service``). ``includes_tax``: all its amounts hold their
    VAT and premium tax. ``events``: what is agreed about each event, where a percentage is taken of each.
    ``carry_over``: what becomes of included units that are not used (None: they lapse).
    ``deposit`` is billed in the place of the price, until the ``adjustment``; a charge has both or neither.
    ``formerly``: the ids that it had before; what was billed under them was billed of it. ``continues``: (charge,
    contract) that it takes over, where it says so.
    """

    id: str
    title: str
    kind: str
    clause: Clause
    price: Timeline[Price]
    service: Timeline[InService]
    billing: Timeline[Billing]
    proration: ProrationRules
    quantity: Timeline[Quantity] | None = None
    included: Timeline[Fraction] | None = None
    minimum: Timeline[Bound] | None = None
    maximum: Timeline[Bound] | None = None
    premium: Premium | None = None
    includes_tax: bool = False
    events: EventPricing | None = None
    carry_over: CarryOver | None = None
    deposit: Timeline[Deposit] | None = None
    adjustment: Adjustment | None = None
    formerly: tuple[str, ...] = ()
    continues: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PercentOff:
    """``percent`` (20 for 20%) off what is left of a charge."""

    percent: Decimal


@dataclass(frozen=True, slots=True)
class AmountOff:
    """``amount`` off, once or for each ``per``; never more than what is left."""

    amount: Decimal
    per: Span | None = None


@dataclass(frozen=True, slots=True)
class VolumeOff:
    """A percentage that depends on what the charge costs in the period: (inclusive upper bound or None, percent), all of
    the amount at the percentage of the band reached."""

    bands: tuple[tuple[Decimal | None, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Discount:
    """Off the named charges (all charges when ``charges`` is None), for service days in [``start``, ``end``) and before any
    of its ``stops``, applied in the order of the text to what earlier discounts left."""

    id: str
    title: str
    clause: Clause
    off: PercentOff | AmountOff | VolumeOff
    charges: tuple[str, ...] | None
    agreed: dt.date
    start: dt.date
    end: dt.date | None
    when: Condition | None = None
    stops: tuple[Stopped, ...] = ()

    def window(self, known_on: dt.date) -> Period | None:
        """The service days that it counts for, as known on a day; None where a stop leaves it none."""
        stop = first_stop(self.stops, known_on)
        end = min(self.end or dt.date.max, stop.effective if stop else dt.date.max)
        return Period(self.start, end) if self.start < end else None


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change that was agreed: what it changed stands in the timelines under its number."""

    number: int
    effective: dt.date
    agreed: dt.date
    title: str
    clause: Clause


@dataclass(frozen=True, slots=True)
class Source:
    """A text that the contract was read from: workspace path, the text itself and its SHA-256 (hex)."""

    path: str
    text: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A contract with everything resolved. Dates are civil days of the seller's time zone; ``end`` is the first day
    after the term (None: open, or renewing without end), ``term_end`` the first day after the first term, also of one that
    renews, and ``term`` its length where that is agreed. ``notice`` lets it be ended at any time; ``endings`` are notices
    and terminations, in the order of the text. ``law`` is what the law gives this customer whatever the terms say.
    ``seller`` and ``customer`` (the first one; ``takeovers`` are those after) are ids of the workspace. ``formerly``: the
    ids that it had before. ``continues`` are contracts that go on in this one; ``goes_on`` are charges that others continue
    from its end on, ``goes_back`` those that continue others from its start on
    (:class:`~invoicer.domain.succession.Succession`)."""

    id: str
    title: str
    seller: str
    customer: str
    currency: str
    agreed: dt.date
    start: dt.date
    end: dt.date | None
    renewal: Renewal | None
    payment: Timeline[PaymentTerms]
    rounding: Rounding
    charges: tuple[Charge, ...]
    meters: tuple[Meter, ...]
    discounts: tuple[Discount, ...]
    amendments: tuple[Amendment, ...]
    clause: Clause
    sources: tuple[Source, ...]
    purchase_order: str = ""
    reference: str = ""
    term: Span | None = None
    term_end: dt.date | None = None
    notice: NoticePeriod | None = None
    endings: tuple[Notice | Termination, ...] = ()
    law: ConsumerTerms | None = None
    examples: tuple[Example, ...] = ()
    least_invoice: LeastInvoice | None = None
    indexations: tuple[Indexation, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    inputs: tuple[Input, ...] = ()
    credits: tuple[ServiceCredit, ...] = ()
    formerly: tuple[str, ...] = ()
    takeovers: Timeline[Buyer] = NOBODY_ELSE
    continues: tuple[str, ...] = ()
    goes_on: frozenset[str] = frozenset()
    goes_back: frozenset[str] = frozenset()

    @property
    def buyers(self) -> Buyers:
        """Its customers, one after the other."""
        return Buyers(Buyer(self.customer, self.purchase_order), self.takeovers)

    @property
    def index_series(self) -> tuple[str, ...]:
        """The names of the index series that its indexations use, each once, sorted."""
        return tuple(sorted({one.how.series for one in self.indexations if isinstance(one.how, ByIndex)}))

    def charge(self, charge_id: str) -> Charge:
        """The charge of that id; KeyError when there is none."""
        return {charge.id: charge for charge in self.charges}[charge_id]

    @property
    def duration(self) -> Duration:
        """From when to when it runs by its terms."""
        return Duration(self.start, self.term_end or self.end, self.renewal, self.notice, self.term)

    def ending(self, known_on: dt.date) -> Ending | None:
        """How it comes to an end before its term does, as known on a day; None where it does not."""
        found = ending(self.duration, self.endings, known_on, self.law)
        return found if found and (self.end is None or found.end < self.end) else None

    def ended(self, known_on: dt.date) -> dt.date | None:
        """The first day after it, as known on a day: by notice, by agreement or with its term; None where none is known."""
        found = self.ending(known_on)
        return found.end if found else self.end

    def meter(self, meter_id: str) -> Meter:
        """The meter of that id; KeyError when there is none."""
        return {meter.id: meter for meter in self.meters}[meter_id]

    def input(self, input_id: str) -> Input | None:
        """The input of that id, if there is one."""
        return next((one for one in self.inputs if one.id == input_id), None)

    def counter(self, name: str) -> Meter | Input:
        """The input or the meter of that id; KeyError when there is neither."""
        return self.input(name) or self.meter(name)

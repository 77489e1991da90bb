"""language: the gathered terms of a contract, as the checks and the resolver see them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from invoicer.domain.contract import InService
from invoicer.domain.ending import Duration, Notice, Termination
from invoicer.domain.timeline import Timeline
from invoicer.language import tree
from invoicer.language.gather.lines import unit_said

PriceLists = Mapping[str, Mapping[int | None, tree.Document]]
"""Price lists by id and version (None: the list states none)."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Who said it, and when: the contract itself (``number`` 0) or an amendment."""

    number: int
    effective: dt.date
    agreed: dt.date
    reference: str = ""


@dataclass(frozen=True, kw_only=True)  # without slots: what is asked often is worked out once
class ChargeTerms:
    """All that is agreed about one charge. ``lines`` are those that count after taking over; ``begins`` is its first
    day of service; ``price`` holds, for each day on which a price begins, the lines of that price."""

    block: tree.Block
    base: tree.Block | None
    lines: tuple[tree.Node, ...]
    source: Agreement
    begins: dt.date
    price: Timeline[tuple[tree.Priced, ...]]
    quantity: Timeline[tree.Counted]
    included: Timeline[tree.Included]
    minimum: Timeline[tree.Bounded]
    maximum: Timeline[tree.Bounded]
    each_event: Timeline[tree.EachEvent]
    first_events: Timeline[tree.FirstEvents]
    first_amount: Timeline[tree.FirstAmount]
    deposit: Timeline[tree.Deposited]
    billing: Timeline[tree.Bill]
    service: Timeline[InService]
    bills_itself: bool  # at some time, and not all along as the contract says
    said: ChargeTerms | None = None  # what was said of it, without newer versions of its price list; None: all of it

    @property
    def id(self) -> str:
        return self.block.id.text

    @cached_property
    def carry_over(self) -> tree.CarryOver | None:
        """Its line `unused carry over`."""
        return tree.one(self.lines, tree.CarryOver)

    @cached_property
    def counters(self) -> tuple[tree.Name, ...]:
        """The meters and inputs that it names, for its quantity or for a percentage."""
        found: list[tree.Name] = []
        for quantity in self.quantity.entries:
            if isinstance(quantity.value, tree.Usage):
                found.append(quantity.value.meter)
            elif isinstance(quantity.value, tree.Declared):
                found.append(quantity.value.input)
        shares = (line.price for entry in self.price.entries for line in entry.value)
        return (*found, *(share.meter for share in shares if isinstance(share, tree.Share)))

    @cached_property
    def one_off(self) -> bool:
        """Whether the charge falls due once (as agreed first)."""
        first = self.price.entries[:1]
        return any(isinstance(p.price, tree.Rate) and p.price.once for entry in first for p in entry.value)


@dataclass(frozen=True, slots=True)
class Upgrade:
    """From the effective day of the agreement on, the version ``price_list`` counts, as the line ``uses`` says."""

    agreement: Agreement
    price_list: tree.Document
    uses: tree.Uses


@dataclass(frozen=True, kw_only=True)
class Terms:
    """All that a contract says. ``duration`` tells from when to when it runs, ``endings`` what ends it before. ``lists``
    are the price lists found for its ``uses`` lines; ``meters`` and ``inputs`` those that its charges may name; ``changes``
    and ``stops`` what amendments say, by charge (None: of the contract itself); ``ends`` the stops of what counts beside
    charges; ``upgrades`` by the id of the price list."""

    document: tree.Document
    lines: tuple[tree.Node, ...]
    lists: tuple[tuple[tree.Uses, tree.Document], ...]
    currency: str
    main: Agreement
    start: dt.date
    duration: Duration
    endings: tuple[tuple[tree.EndingNode, Notice | Termination], ...]
    amendments: tuple[tuple[Agreement, tree.Amendment], ...]
    charges: tuple[ChargeTerms, ...]
    meters: Mapping[str, tree.Block]
    inputs: Mapping[str, tree.Block]
    discounts: tuple[tuple[Agreement, tree.Block], ...]
    payment: Timeline[tree.Pay]
    buyers: Timeline[tree.NewCustomer]
    changes: Mapping[str | None, Sequence[tuple[Agreement, tree.Change]]]
    stops: Mapping[str, Sequence[tuple[Agreement, tree.Stop]]]
    indexations: tuple[tuple[Agreement, tree.Block], ...] = ()
    commitments: tuple[tuple[Agreement, tree.Block], ...] = ()
    ends: Mapping[str, Timeline[None]] = field(default_factory=dict)
    credits: tuple[tuple[Agreement, tree.Block], ...] = ()
    upgrades: Mapping[str, Sequence[Upgrade]] = field(default_factory=dict)

    @property
    def end(self) -> dt.date | None:
        """The first day after the term, None for an open one and one that renews."""
        return None if self.duration.renewal else self.duration.term_end

    @property
    def price_lists(self) -> tuple[tree.Document, ...]:
        """The price lists that it takes something over from, newer versions included, each once."""
        newer = (one.price_list for each in self.upgrades.values() for one in each)
        return tuple({id(one): one for one in (*(found for _, found in self.lists), *newer)}.values())

    @cached_property
    def has_term(self) -> bool:
        return tree.one(self.lines, tree.Term) is not None

    def unit_of(self, quantity: tree.Counted | None) -> str | None:
        """The unit of a quantity; None where there is none, or it is not known."""
        match quantity:
            case tree.Quantity(unit=unit):
                return unit.text
            case tree.Usage(meter=name):
                block = self.meters.get(name.text)
            case tree.Declared(input=name):
                block = self.inputs.get(name.text)
            case None:
                block = None
        return unit_said(block) if block else None

    def counter(self, name: str) -> tree.Block | None:
        """The meter or the input of that name."""
        return self.meters.get(name) or self.inputs.get(name)

    @property
    def beside(self) -> tuple[tuple[Agreement, tree.Block], ...]:
        """All blocks that count beside charges, and can be stopped as well."""
        return (*self.discounts, *self.indexations, *self.commitments, *self.credits)

    @cached_property
    def _by_id(self) -> Mapping[str, ChargeTerms]:
        return {charge.id: charge for charge in reversed(self.charges)}

    def charge(self, name: str) -> ChargeTerms | None:
        """The charge of that id, the first where several have it."""
        return self._by_id.get(name)

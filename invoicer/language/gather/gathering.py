"""language: the walk through a contract, its price lists and its amendments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any, TypeVar

from invoicer.domain.contract import Anchor, InService, Timing
from invoicer.domain.period import Span, Unit
from invoicer.domain.timeline import Dated, Timeline
from invoicer.domain.trace import Clause
from invoicer.errors import Place
from invoicer.language import tree
from invoicer.language.gather.endings import duration_of, endings_of
from invoicer.language.gather.ends import ends_of
from invoicer.language.gather.lines import take_over
from invoicer.language.gather.refunds import refund_of
from invoicer.language.gather.terms import Agreement, ChargeTerms, PriceLists, Terms, Upgrade
from invoicer.language.gather.upgrades import charge_in, upgrades_of, with_upgrades

T = TypeVar("T")
Line = TypeVar("Line", bound=tree.Node)

_STANDING_IN = dt.date(2000, 1, 1)  # for a term that is missing, which is a problem of its own
_ONCE = Span(1, Unit.MONTH), Timing.ADVANCE, Anchor()  # one-off charges need no billing of their own
_INHERITED = (tree.Bill, tree.Prorate, tree.Supply)


def find_list(uses: tree.Uses, lists: PriceLists) -> tree.Document | None:
    """The price list that a ``uses`` line names; None when there is none, or several and no version is named."""
    versions = lists.get(uses.price_list.text, {})
    if uses.version is not None:
        return versions.get(int(uses.version.value))
    return next(iter(versions.values())) if len(versions) == 1 else None


def gather(document: tree.Document, lists: PriceLists, clause: Callable[[Place, str], Clause]) -> Terms:
    """All that the contract says, as far as it can be told; ``clause`` makes the clause of a place."""
    return _Gathering(document, lists, clause).terms()


class _Gathering:
    def __init__(self, document: tree.Document, lists: PriceLists, clause: Callable[[Place, str], Clause]) -> None:
        self.document = document
        self.clause = clause
        found = ((uses, find_list(uses, lists)) for uses in tree.every(document.lines, tree.Uses))
        self.lists = tuple((uses, price_list) for uses, price_list in found if price_list is not None)
        self.lines = _inherit(document.lines, [price_list.lines for _, price_list in self.lists])
        agreed, term = tree.one(self.lines, tree.Agreed), tree.one(self.lines, tree.Term)
        self.start = term.start.value if term else _STANDING_IN
        self.duration = duration_of(self.lines, self.start)
        self.main = Agreement(0, self.start, agreed.day.value if agreed else self.start)
        self.amendments = tuple(_dated_amendments(document.amendments))
        # what is said of each charge is sought once, so that no charge looks through all of it
        self.changes: dict[str | None, list[tuple[Agreement, tree.Change]]] = {}
        self.stops: dict[str, list[tuple[Agreement, tree.Stop]]] = {}
        for agreement, amendment in self.amendments:
            for change in tree.every(amendment.items, tree.Change):
                self.changes.setdefault(change.charge.text if change.charge else None, []).append((agreement, change))
            for stop in tree.every(amendment.items, tree.Stop):
                self.stops.setdefault(stop.charge.text, []).append((agreement, stop))
        self.upgrades = upgrades_of(self.lists, lists, self.duration, self.main, self.amendments)
        self.listed: dict[tuple[str, str], tree.Block] = {}  # by price list and id, each the first
        for _, price_list in self.lists:
            for block in price_list.blocks:
                if block.is_charge:
                    self.listed.setdefault((price_list.id.text, block.id.text), block)
        self.shared_billing = self._shared_billing()

    def terms(self) -> Terms:
        currency = tree.one(self.lines, tree.Currency)
        charges = [self._charge(self.main, block) for block in self.document.blocks if block.is_charge]
        for agreement, amendment in self.amendments:
            charges += [self._charge(agreement, block) for block in amendment.blocks if block.is_charge]
        discounts = self._blocks(tree.BlockKind.DISCOUNT)
        indexations = self._blocks(tree.BlockKind.INDEXATION)
        commitments = self._blocks(tree.BlockKind.COMMITMENT)
        credits_agreed = self._blocks(tree.BlockKind.CREDIT)
        beside = [block for _, block in (*discounts, *indexations, *commitments, *credits_agreed)]
        return Terms(
            document=self.document,
            lines=self.lines,
            lists=self.lists,
            currency=currency.code if currency else "",
            main=self.main,
            start=self.start,
            duration=self.duration,
            endings=tuple(endings_of(self.document, self.clause)),
            amendments=self.amendments,
            charges=tuple(charges),
            meters=self._named(tree.BlockKind.METER),
            inputs=self._named(tree.BlockKind.INPUT),
            discounts=discounts,
            payment=Timeline(
                (*self._of(self.main, self.start, tree.every(self.lines, tree.Pay)[:1]), *self._changes_to(tree.Pay))
            ),
            buyers=Timeline(tuple(self._changes_to(tree.NewCustomer))),
            changes=self.changes,
            stops=self.stops,
            upgrades=self.upgrades,
            indexations=indexations,
            commitments=commitments,
            credits=credits_agreed,
            ends=ends_of(beside, self.stops, self.clause),
        )

    def _blocks(self, kind: tree.BlockKind) -> tuple[tuple[Agreement, tree.Block], ...]:
        """The blocks of a kind, each with the agreement that it stands in."""
        owned = [(self.main, self.document.blocks), *((a, amendment.blocks) for a, amendment in self.amendments)]
        return tuple((agreement, block) for agreement, blocks in owned for block in blocks if block.kind is kind)

    def _named(self, kind: tree.BlockKind) -> Mapping[str, tree.Block]:
        """The contract's own meters (or inputs) before those of its price lists."""
        own = [*self.document.blocks, *(block for _, amendment in self.amendments for block in amendment.blocks)]
        newer = [one.price_list for each in self.upgrades.values() for one in reversed(each)]
        listed = [block for one in (*newer, *(found for _, found in self.lists)) for block in one.blocks]
        return {block.id.text: block for block in [*listed, *own] if block.kind is kind}

    def _changes_to(self, kind: type[Line]) -> Iterator[Dated[Line]]:
        """What amendments say of that kind about the contract itself."""
        for agreement, change in self.changes.get(None, ()):
            if isinstance(change.to, kind):
                yield self._entry(agreement, agreement.effective, change.to, change.where)

    # -------------------------------------------------------------- one charge

    def _charge(self, source: Agreement, block: tree.Block) -> ChargeTerms:
        base, upgrades = self._base(block, source)
        lines = take_over(base.lines, block.lines) if base else block.lines
        source = replace(source, reference=tree.worded(lines, "clause") or source.reference)
        first = tree.dated(lines, "starts") or tree.dated(lines, "on")
        begins = first.value if first else source.effective
        changes = self.changes.get(block.id.text, [])

        def over_time(pick: Callable[[object], T | None]) -> Timeline[T]:
            stated = [(source, begins, line, line) for line in lines if pick(line) is not None][:1]
            changed = [(agreement, agreement.effective, change.to, change) for agreement, change in changes]
            return Timeline(
                tuple(
                    self._entry(agreement, effective, value, written.where)
                    for agreement, effective, node, written in (*stated, *changed)
                    if (value := pick(node)) is not None
                )
            )

        stated = {name: over_time(pick) for name, pick in _PICKS.items()}
        said = ChargeTerms(
            block=block,
            base=base,
            lines=lines,
            source=source,
            begins=begins,
            price=Timeline((*self._prices(source, begins, lines), *self._changed_prices(changes))),
            billing=self._billing(over_time(_of_kind(tree.Bill)), block),
            bills_itself=bool(over_time(_of_kind(tree.Bill)).entries),
            service=self._service(source, begins, lines, block),
            said=None,
            **stated,
        )
        return with_upgrades(said, upgrades, _PICKS, self._entry)

    def _base(self, block: tree.Block, source: Agreement) -> tuple[tree.Block | None, Sequence[Upgrade]]:
        """The charge of the version that the block begins with, and the upgrades after it."""
        if block.base is None:
            return None, ()
        base, upgrades = self.listed.get((block.base.text, block.id.text)), self.upgrades.get(block.base.text, ())
        for number, one in enumerate(upgrades):
            if one.agreement.effective > source.effective or one.agreement.agreed > source.agreed or not source.number:
                return base, upgrades[number:]
            base = charge_in(one.price_list, block.id.text)
        return base, ()

    def _prices(
        self, source: Agreement, begins: dt.date, lines: tuple[tree.Node, ...]
    ) -> Iterator[Dated[tuple[tree.Priced, ...]]]:
        groups: dict[dt.date | None, list[tree.Priced]] = {}
        for line in tree.every(lines, tree.Priced):
            groups.setdefault(line.since.value if line.since else None, []).append(line)
        for since, group in groups.items():
            where = tree.spanning(group[0].where, group[-1].where)
            yield self._entry(source, since or begins, tuple(group), where)

    def _changed_prices(
        self, changes: Iterable[tuple[Agreement, tree.Change]]
    ) -> Iterator[Dated[tuple[tree.Priced, ...]]]:
        groups: dict[Agreement, list[tuple[tree.Priced, tree.Change]]] = {}
        for agreement, change in changes:
            if isinstance(change.to, tree.Priced):
                groups.setdefault(agreement, []).append((change.to, change))
        for agreement, group in groups.items():
            where = tree.spanning(group[0][1].where, group[-1][1].where)
            yield self._entry(agreement, agreement.effective, tuple(priced for priced, _ in group), where)

    def _billing(self, own: Timeline[tree.Bill], block: tree.Block) -> Timeline[tree.Bill]:
        """The charge's own billing from when it has one; before, and without one, the contract's."""
        shared = self.shared_billing.entries
        if shared and not own.entries:
            return self.shared_billing
        anchor = shared[0].value.anchor if shared else None
        entries = _anchored([*own.entries], anchor or Anchor())
        if not entries or entries[0].amendment:
            since = min(((e.agreed, e.amendment) for e in entries), default=(dt.date.max, 0))
            entries = [*(entry for entry in shared if (entry.agreed, entry.amendment) < since), *entries]
        if not entries:
            once = tree.Bill(block.where, *_ONCE)
            entries = [self._entry(self.main, self.start, once, block.where)]
        return Timeline(tuple(entries))

    def _shared_billing(self) -> Timeline[tree.Bill]:
        """The contract's billing over time."""
        shared = [*self._of(self.main, self.start, tree.every(self.lines, tree.Bill)[:1])]
        for agreement, change in self.changes.get(None, ()):
            if isinstance(change.to, tree.Bill):
                shared.append(self._entry(agreement, agreement.effective, change.to, change.where))
        return Timeline(tuple(_anchored(shared, Anchor())))

    def _service(
        self, source: Agreement, begins: dt.date, lines: tuple[tree.Node, ...], block: tree.Block
    ) -> Timeline[InService]:
        refund = refund_of(self.clause, source.reference, lines)
        entries = [self._entry(source, begins, InService(True, refund), block.where)]
        for line in tree.every(lines, tree.Dating):
            if line.kind == "ends":
                after = line.day.value + dt.timedelta(days=1)
                entries.append(self._entry(source, after, InService(False, refund), line.where))
        for agreement, stop in self.stops.get(block.id.text, ()):
            own = refund_of(self.clause, agreement.reference, stop.lines, lines)
            entries.append(self._entry(agreement, agreement.effective, InService(False, own), stop.where))
        return Timeline(tuple(entries))

    # -------------------------------------------------------------- entries

    def _of(self, source: Agreement, effective: dt.date, lines: Iterable[Line]) -> list[Dated[Line]]:
        return [self._entry(source, effective, line, line.where) for line in lines]

    def _entry(self, source: Agreement, effective: dt.date, value: T, where: Place) -> Dated[T]:
        return Dated(effective, source.agreed, value, self.clause(where, source.reference), source.number)


def _inherit(own: tuple[tree.Node, ...], listed: Iterable[tuple[tree.Node, ...]]) -> tuple[tree.Node, ...]:
    """A contract's lines, and what it leaves out of billing, proration and supply from its price lists."""

    def with_missing(lines: tuple[tree.Node, ...], more: tuple[tree.Node, ...]) -> tuple[tree.Node, ...]:
        stated = {type(line) for line in lines}
        return (*lines, *(line for line in more if isinstance(line, _INHERITED) and type(line) not in stated))

    return reduce(with_missing, listed, own)


def _dated_amendments(amendments: Iterable[tree.Amendment]) -> Iterator[tuple[Agreement, tree.Amendment]]:
    for amendment in amendments:
        if amendment.effective and amendment.agreed:
            reference = tree.worded(amendment.lines, "reference")
            number = int(amendment.number.value)
            yield Agreement(number, amendment.effective.value, amendment.agreed.value, reference), amendment


def _anchored(entries: list[Dated[tree.Bill]], anchor: Anchor) -> list[Dated[tree.Bill]]:
    """Bill lines with their anchor: without one they keep that of the line before (days and weeks have none)."""
    result = []
    for entry in entries:
        bill = entry.value
        anchor = bill.anchor or (anchor if bill.every.months else Anchor())
        result.append(replace(entry, value=replace(bill, anchor=anchor)))
    return result


def _counted(node: object) -> tree.Counted | None:
    return node if isinstance(node, tree.Counted) else None


def _bound(kind: str) -> Callable[[object], tree.Bounded | None]:
    return lambda node: node if isinstance(node, tree.Bounded) and node.kind == kind else None


def _of_kind(kind: type[Line]) -> Callable[[object], Line | None]:
    return lambda node: node if isinstance(node, kind) else None


_PICKS: Mapping[str, Callable[[object], Any]] = {
    "quantity": _counted,
    "included": _of_kind(tree.Included),
    "minimum": _bound("minimum"),
    "maximum": _bound("maximum"),
    "each_event": _of_kind(tree.EachEvent),
    "first_events": _of_kind(tree.FirstEvents),
    "first_amount": _of_kind(tree.FirstAmount),
    "deposit": _of_kind(tree.Deposited),
}
"""What is agreed about a charge over time, beside its price, and the lines that state it."""

"""language: price lists of which a newer version takes the place of the one that a contract began with.

A contract upgrades on renewal, where its `uses` line says so: on the first renewal day on or after the day from which a
newer version counts, as soon as that version is agreed. An amendment may move it to a version by hand. What the contract
itself or an amendment states stays.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeVar

from invoicer.domain.ending import Duration
from invoicer.domain.timeline import Dated, Timeline
from invoicer.errors import Place
from invoicer.language import tree
from invoicer.language.gather.terms import Agreement, ChargeTerms, PriceLists, Upgrade

T = TypeVar("T")


def version_of(price_list: tree.Document) -> int:
    """The number of a version; 0 where it states none."""
    stated = tree.one(price_list.lines, tree.Version)
    return int(stated.number.value) if stated else 0


def upgrades_of(
    used: Iterable[tuple[tree.Uses, tree.Document]],
    lists: PriceLists,
    duration: Duration,
    main: Agreement,
    amendments: Iterable[tuple[Agreement, tree.Amendment]],
) -> Mapping[str, tuple[Upgrade, ...]]:
    """The upgrades of each price list by its id, by their days."""
    found: dict[str, list[Upgrade]] = {}
    for uses, price_list in used:
        if uses.upgrades:
            found[uses.price_list.text] = [*_on_renewal(uses, price_list, lists, duration, main)]
    for agreement, amendment in amendments:
        for uses in tree.every(amendment.lines, tree.Uses):
            wanted = lists.get(uses.price_list.text, {}).get(int(uses.version.value) if uses.version else None)
            if wanted is not None:
                found.setdefault(uses.price_list.text, []).append(Upgrade(agreement, wanted, uses))
    return {
        name: tuple(sorted(each, key=lambda one: (one.agreement.effective, one.agreement.number)))
        for name, each in found.items()
    }


def newer_versions(price_list: tree.Document, lists: PriceLists) -> list[tree.Document]:
    """The versions of a price list after one, by their numbers."""
    versions = lists.get(price_list.id.text, {})
    return [versions[number] for number in sorted(n for n in versions if n) if number > version_of(price_list)]


def _on_renewal(
    uses: tree.Uses, price_list: tree.Document, lists: PriceLists, duration: Duration, main: Agreement
) -> Iterator[Upgrade]:
    """Each newer version on the first renewal day on which it counts; of several for one day the newest that is agreed."""
    if duration.renewal is None or duration.term_end is None:
        return
    found: list[Upgrade] = []
    for version in newer_versions(price_list, lists):
        agreed, since = tree.one(version.lines, tree.Agreed), tree.dated(version.lines, "from")
        if since is not None:
            known = max(agreed.day.value if agreed else since.value, main.agreed)
            found.append(Upgrade(Agreement(0, duration.boundary_from(since.value), known), version, uses))
    for number, one in enumerate(found):
        day, known = one.agreement.effective, one.agreement.agreed
        if not any(
            other.agreement.effective <= day and other.agreement.agreed <= known for other in found[number + 1 :]
        ):
            yield one


Pick = Callable[[object], Any]
Entry = Callable[[Agreement, dt.date, Any, Place], Dated[Any]]


def with_upgrades(
    said: ChargeTerms, upgrades: Iterable[Upgrade], picks: Mapping[str, Pick], entry: Entry
) -> ChargeTerms:
    """A charge with what newer versions of its price list say of it. ``picks`` tell, for each thing that is taken over, the
    lines that state it; ``entry`` makes an entry of a timeline."""
    listed_upgrades = tuple(upgrades)
    newer = [
        (one, block)
        for one in _agreed_anew(listed_upgrades)
        if (block := charge_in(one.price_list, said.id)) is not None
    ]
    if not newer or said.base is None:
        return said
    listed = said.base.lines

    def own(value: object) -> bool:
        node = value[0] if isinstance(value, tuple) else value
        return not any(node is line for line in listed)

    prices = [
        price
        for one, block in newer
        for price in _prices(said, one, block, entry)
        if price.effective == _from(one, said) or price.effective < _overtaken(one, listed_upgrades)
    ]
    found: dict[str, Any] = {"price": _upgraded(said.price, own, prices)}
    for name, pick in picks.items():
        stated = ((one, next(filter(pick, block.lines), None)) for one, block in newer)
        entries = [entry(one.agreement, _from(one, said), line, line.where) for one, line in stated if line is not None]
        found[name] = _upgraded(getattr(said, name), own, entries)
    return replace(said, said=said, **found)


def _agreed_anew(upgrades: Iterable[Upgrade]) -> Iterator[Upgrade]:
    """The upgrades; and those on renewal once more, as agreed with each older version that was agreed after them: what is
    agreed later would else put an end to them, and the contract would never reach the newer version."""
    listed = tuple(upgrades)
    in_turn = all(one.agreement.agreed <= other.agreement.agreed for one, other in pairwise(listed))
    for one in listed:
        yield one
        for older in () if in_turn or one.agreement.number else listed:
            behind = version_of(older.price_list) < version_of(one.price_list)
            earlier = older.agreement.effective < one.agreement.effective
            if behind and earlier and older.agreement.agreed > one.agreement.agreed:
                with_it = replace(one.agreement, number=older.agreement.number, agreed=older.agreement.agreed)
                yield replace(one, agreement=with_it)


def _overtaken(one: Upgrade, upgrades: Iterable[Upgrade]) -> dt.date:
    """From when a newer version counts that was agreed no later: no step of the older one comes after it."""
    number, agreement = version_of(one.price_list), one.agreement
    later = (
        other.agreement.effective
        for other in upgrades
        if version_of(other.price_list) > number
        and other.agreement.number == 0
        and other.agreement.effective > agreement.effective
        and other.agreement.agreed <= agreement.agreed
    )
    return min(later, default=dt.date.max)


def charge_in(price_list: tree.Document, name: str) -> tree.Block | None:
    """The charge of that name in a price list."""
    return next((block for block in price_list.blocks if block.is_charge and block.id.text == name), None)


def _from(one: Upgrade, said: ChargeTerms) -> dt.date:
    effective: dt.date = one.agreement.effective
    return max(effective, said.begins)


def _prices(said: ChargeTerms, one: Upgrade, block: tree.Block, entry: Entry) -> Iterator[Dated[Any]]:
    """The price of a newer version on its day, and its steps after that."""
    day = _from(one, said)
    groups: dict[dt.date, list[tree.Priced]] = {}
    for line in tree.every(block.lines, tree.Priced):
        groups.setdefault(line.since.value if line.since else dt.date.min, []).append(line)
    for since in sorted(groups):
        lines, later = groups[since], [other for other in groups if since < other <= day]
        if not later:  # else a step on or before the day has taken its place
            yield entry(one.agreement, max(since, day), tuple(lines), tree.spanning(lines[0].where, lines[-1].where))


def _upgraded(said: Timeline[T], own: Callable[[T], bool], newer: Sequence[Dated[T]]) -> Timeline[T]:
    """What was said, with what newer versions say. An own entry of the contract or of an amendment stays: what it set is not
    taken over from a list any more, and what it sets for later days still comes."""
    entries = list(said.entries)
    mine = [entry for entry in said.entries if own(entry.value)]
    for new in newer:
        if any(entry.effective <= new.effective and entry.agreed <= new.agreed for entry in mine):
            continue
        entries.append(new)
        entries += [
            replace(entry, agreed=new.agreed, amendment=max(entry.amendment, new.amendment))
            for entry in mine
            if entry.effective > new.effective and (entry.agreed, entry.amendment) <= (new.agreed, new.amendment)
        ]
    return Timeline(tuple(entries))

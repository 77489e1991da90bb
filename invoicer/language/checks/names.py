"""language: checks of names: everything that is named exists, and nothing has two meanings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest

from invoicer.errors import Place, Problem
from invoicer.language import tree
from invoicer.language.checks.conditions import compared
from invoicer.language.codes import Code, problem
from invoicer.language.gather import PriceLists, Terms, find_list, version_of
from invoicer.language.words import close_to, listed, suggestion


@dataclass(frozen=True, slots=True)
class Known:
    """The ids that the workspace knows; None where they are not looked up."""

    customers: Collection[str] | None = None
    sellers: Collection[str] | None = None
    kinds: Collection[str] | None = None
    series: Collection[str] | None = None


def check_names(terms: Terms, lists: PriceLists, known: Known) -> Iterator[Problem]:
    """Unknown parties, supply kinds, price lists, charges and meters; names given twice; meters not used."""
    yield from _parties(terms, known)
    yield from _price_lists(terms, lists)
    yield from _bases(terms)
    yield from _twice(terms)
    yield from _kinds(terms, known)
    yield from _charges_named(terms)
    yield from _meters(terms)


def _parties(terms: Terms, known: Known) -> Iterator[Problem]:
    takeovers = [tree.Party(one.customer.where, "customer", one.customer) for one in new_customers(terms)]
    for party in (*tree.every(terms.document.lines, tree.Party), *takeovers):
        ids = known.sellers if party.role == "seller" else known.customers
        if ids is not None and party.id.text not in ids:
            code = Code.C009 if party.role == "seller" else Code.C008
            file = "invoicer.toml" if party.role == "seller" else "customers.csv"
            near = close_to(party.id.text, ids)
            mend = f"did you mean `{near}`?" if near else f"add it to {file}, or mend the id"
            yield problem(code, party.id.where, f"there is no {party.role} `{party.id}` in {file}", mend)


def new_customers(terms: Terms) -> list[tree.NewCustomer]:
    """Those who take the contract over, in the order of the text."""
    return [change.to for _, change in terms.changes.get(None, ()) if isinstance(change.to, tree.NewCustomer)]


def _price_lists(terms: Terms, lists: PriceLists) -> Iterator[Problem]:
    for uses in tree.every(terms.document.lines, tree.Uses):
        name = uses.price_list.text
        found = find_list(uses, lists)
        if name not in lists:
            cause = f"there is no price list `{name}`"
            yield problem(Code.C006, uses.price_list.where, cause, suggestion(name, list(lists), "price lists"))
        elif found is None:
            versions = _named(tuple(lists[name]))
            if uses.version is None:
                cause = f"price list `{name}` has several versions, and this line names none"
                mend = f"write `uses {name} version …`; there are {versions}"
            else:
                cause = f"price list `{name}` has no version {int(uses.version.value)}"
                mend = f"known versions: {versions}" if versions else f"the list states no version: write `uses {name}`"
            yield problem(Code.C006, uses.where, cause, mend)
    own = [found for _, found in terms.lists]
    newer = [(one.uses, one.price_list) for each in terms.upgrades.values() for one in each]
    for uses, found in (*terms.lists, *newer):
        currency, agreed = tree.one(found.lines, tree.Currency), tree.one(found.lines, tree.Agreed)
        if currency and terms.currency and currency.code != terms.currency:
            version = f" version {version_of(found)}" if version_of(found) else ""
            cause = f"price list `{found.id}`{version} is in {currency.code}, this contract in {terms.currency}"
            mend = f"use a price list in {terms.currency}, or let the contract be in {currency.code}"
            yield problem(Code.C011, uses.where, cause, mend)
        upgraded = found not in own
        if agreed and not upgraded and tree.one(terms.lines, tree.Agreed) and agreed.day.value > terms.main.agreed:
            cause = f"price list `{found.id}` dates from {agreed.day.value}, after the contract was agreed"
            yield problem(
                Code.C017,
                uses.where,
                cause,
                "if the customer agreed to this version, acknowledge it; else mend one of the two days",
            )


@lru_cache(maxsize=8)
def _named(versions: tuple[int | None, ...]) -> str:
    """The versions of a price list, the newest ones where there are many."""
    newest = sorted(nlargest(9, (version for version in versions if version)))
    more = f"{len(versions) - len(newest)} older ones, " if len(versions) > 9 else ""
    return more + listed(map(str, newest), "and")


def _bases(terms: Terms) -> Iterator[Problem]:
    used = {price_list.id.text: price_list for _, price_list in terms.lists}
    named = {uses.price_list.text for uses in tree.every(terms.document.lines, tree.Uses)}
    for charge in terms.charges:
        base = charge.block.base
        if base is None:
            continue
        if base.text not in named:
            cause = f"charge `{charge.id}` is as in `{base}`, which the contract does not use"
            near = close_to(base.text, named)
            mend = f"did you mean `{near}`?" if near else f"add a line such as `uses {base} version 1` to the contract"
            yield problem(Code.C006, base.where, cause, mend)
        elif base.text in used and charge.base is None:
            known = [block.id.text for block in used[base.text].blocks if block.is_charge]
            cause = f"price list `{base}` has no charge `{charge.id}`"
            yield problem(Code.C007, charge.block.id.where, cause, suggestion(charge.id, known, "charges"))
        elif charge.base is not None and charge.base.kind is not charge.block.kind:
            cause = f"`{charge.id}` is a {charge.base.kind} in price list `{base}`"
            mend = f"begin this line with `{charge.base.kind}`"
            yield problem(Code.C007, charge.block.id.where, cause, mend)


def _twice(terms: Terms) -> Iterator[Problem]:
    blocks = [*terms.document.blocks]
    for amendment in terms.document.amendments:
        blocks += amendment.blocks
    yield from names_twice(blocks)
    first: dict[int, tree.Number] = {}
    for amendment in terms.document.amendments:
        number = int(amendment.number.value)
        if number in first:
            cause = f"there are two amendments {number}; the other is on line {first[number].where.line}"
            yield problem(Code.C003, amendment.number.where, cause, "give each amendment its own number")
        first.setdefault(number, amendment.number)


def names_twice(blocks: Iterable[tree.Block]) -> Iterator[Problem]:
    """Two charges (premiums included), two meters or two discounts of one name."""
    first: dict[tuple[str, str], Place] = {}
    for block in blocks:
        kind = "charge" if block.is_charge else str(block.kind)
        if (kind, block.id.text) in first:
            cause = f"there are two {kind}s `{block.id}`; the other is on line {first[kind, block.id.text].line}"
            yield problem(Code.C003, block.id.where, cause, "give one of them another name")
        first.setdefault((kind, block.id.text), block.id.where)


def _kinds(terms: Terms, known: Known) -> Iterator[Problem]:
    default = tree.one(terms.lines, tree.Supply)
    stated = [default] if default else []
    for charge in terms.charges:
        own = tree.one(charge.lines, tree.Supply)
        stated += [own] if own else []
        if own is None and default is None:
            cause = f"charge `{charge.id}` does not say what kind of supply it is, nor does the contract"
            mend = "add a line such as `supply electronic-service` to the contract or the charge"
            yield problem(Code.C001, charge.block.id.where, cause, mend)
    stated += [supply for _, block in terms.commitments for supply in tree.every(block.lines, tree.Supply)]
    for supply in stated:
        if known.kinds is not None and supply.kind.text not in known.kinds:
            near = close_to(supply.kind.text, known.kinds)
            mend = (
                f"did you mean `{near}`?" if near else "add it to the table `supply` of invoicer.toml, or mend the word"
            )
            cause = f"there is no supply kind `{supply.kind}` in invoicer.toml"
            yield problem(Code.C010, supply.kind.where, cause, mend)


def _charges_named(terms: Terms) -> Iterator[Problem]:
    ids = dict.fromkeys(charge.id for charge in terms.charges)
    stoppable = dict.fromkeys(block.id.text for _, block in terms.beside)
    for name, doing in _mentions(terms):
        if doing == "stop" and name.text in stoppable:
            continue
        if name.text not in ids:
            cause = f"there is no charge `{name}` to {doing}"
            known = ids | stoppable if doing == "stop" else ids
            yield problem(Code.C004, name.where, cause, suggestion(name.text, known, "charges"))


def _mentions(terms: Terms) -> Iterator[tuple[tree.Name, str]]:
    for amendment in terms.document.amendments:
        for item in amendment.items:
            if isinstance(item, tree.Change) and item.charge:
                yield item.charge, "change"
            elif isinstance(item, tree.Stop):
                yield item.charge, "stop"
    for _, block in terms.discounts:
        for line in block.lines:
            if isinstance(line, tree.OffNode):
                yield from ((name, "take a discount off") for name in line.charges)
    for _, block in terms.commitments:
        for counts in tree.every(block.lines, tree.Counts):
            yield from ((name, "count") for name in counts.charges)
    for _, block in terms.indexations:
        for line in block.lines:
            if isinstance(line, tree.RaisesNode):
                yield from ((name, "raise") for name in line.charges)


def _meters(terms: Terms) -> Iterator[Problem]:
    used = set()
    for charge in terms.charges:
        quantities = [entry.value for entry in charge.quantity.entries]
        declared = {one.input for one in quantities if isinstance(one, tree.Declared)}
        measured = {one.meter for one in quantities if isinstance(one, tree.Usage)}
        for meter in charge.counters:
            used.add(meter.text)
            known = meter.text in terms.meters or (meter not in measured and meter.text in terms.inputs)
            if meter not in declared and not known:
                mend = suggestion(meter.text, list(terms.meters), "meters")
                mend += f"; or add a block `meter {meter}`" if mend.startswith("known ") else ""
                if meter.text in terms.inputs:
                    mend = f"`{meter}` is an input: write `declared {meter}`"
                yield problem(Code.C005, meter.where, f"there is no meter `{meter}`", mend)
    for _, credit in terms.credits:
        for row in tree.every(credit.lines, tree.CreditRow):
            used |= {part.subject.text for part in compared(row.when)}
    own = [*terms.document.blocks, *(block for _, amendment in terms.amendments for block in amendment.blocks)]
    for block in own:
        if block.kind is tree.BlockKind.METER and block.id.text not in used:
            cause = f"no charge uses meter `{block.id}`"
            mend = f"add `usage of {block.id}` to a charge, or leave out the meter"
            yield problem(Code.C061, block.id.where, cause, mend)

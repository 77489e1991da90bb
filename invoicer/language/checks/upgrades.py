"""language: checks of price lists that are upgraded: there is a renewal, the versions follow each other, each has all it
needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise

from invoicer.errors import Problem
from invoicer.language import tree
from invoicer.language.codes import Code, line_of, problem
from invoicer.language.gather import (
    ChargeTerms,
    PriceLists,
    Terms,
    charge_in,
    find_list,
    line_kind,
    newer_versions,
    version_of,
)
from invoicer.language.words import listed

_TAKEN_OVER = {
    "price": "price",
    "quantity": "quantity",
    "included": "included units",
    "maximum": "maximum",
    "deposited": "deposit",
}
"""What is taken over from a newer version, and can't just end with it. (A minimum or what is free may.)"""


def check_upgrades(terms: Terms, lists: PriceLists) -> Iterator[Problem]:
    """Upgrades that never come, versions out of order, and what a newer version lacks."""
    for uses in tree.every(terms.document.lines, tree.Uses):
        price_list = find_list(uses, lists)
        if uses.upgrades and price_list is not None:
            yield from _renewing(terms, uses)
            yield from _in_order(uses, price_list, lists)
    yield from _by_hand(terms, lists)
    for charge in terms.charges:
        yield from _lacking(terms, charge)


def _renewing(terms: Terms, uses: tree.Uses) -> Iterator[Problem]:
    if terms.has_term and terms.duration.renewal is None:
        cause = f"price list `{uses.price_list}` is upgraded on renewal, and the contract never renews"
        mend = "add a line such as `renews for 12 months, notice 90 days`, or leave out `upgrades on renewal`"
        yield problem(Code.C097, uses.where, cause, mend)


def _in_order(uses: tree.Uses, price_list: tree.Document, lists: PriceLists) -> Iterator[Problem]:
    """Each newer version says from when it counts, and that is later than for the one before."""
    newer = newer_versions(price_list, lists)
    for version in newer:
        if tree.dated(version.lines, "from") is None:
            cause = f"version {version_of(version)} of `{uses.price_list}` does not say from when it counts"
            cause += f", and {line_of(uses.where, version.heading)} upgrades to it"
            yield problem(Code.C099, version.heading, cause, "add a line such as `from 2027-01-01` to the price list")
    for one, other in pairwise([price_list, *newer]):
        first, second = tree.dated(one.lines, "from"), tree.dated(other.lines, "from")
        if first and second and second.value <= first.value:
            cause = f"version {version_of(other)} counts from {second.value}, and version {version_of(one)} "
            cause += f"from {first.value} ({line_of(first.where, second.where)})"
            yield problem(Code.C099, second.where, cause, "let versions follow each other by their days")


def _by_hand(terms: Terms, lists: PriceLists) -> Iterator[Problem]:
    """Amendments name a price list that the contract uses, and a version that there is."""
    used = {uses.price_list.text for uses in tree.every(terms.document.lines, tree.Uses)}
    for amendment in terms.document.amendments:
        for uses in tree.every(amendment.lines, tree.Uses):
            name = uses.price_list.text
            versions = [str(number) for number in sorted(n for n in lists.get(name, {}) if n)]
            if name not in used:
                cause = f"the contract does not use price list `{name}`, so there is nothing to move to another version"
                mend = (
                    f"known price lists of the contract: {listed(sorted(used), 'and')}"
                    if used
                    else "leave out the line"
                )
                yield problem(Code.C006, uses.price_list.where, cause, mend)
            elif uses.version and str(int(uses.version.value)) not in versions:
                cause = f"price list `{name}` has no version {int(uses.version.value)}"
                yield problem(Code.C006, uses.where, cause, f"known versions: {listed(versions, 'and')}")


def _lacking(terms: Terms, charge: ChargeTerms) -> Iterator[Problem]:
    """A charge of the list, or a line of it, that a newer version has no more."""
    said, base = charge.said or charge, charge.base
    if base is None or charge.block.base is None:
        return
    own = {line_kind(line) for line in charge.block.lines}
    stated = {line_kind(line) for line in base.lines} - own
    for one in terms.upgrades.get(charge.block.base.text, ()):
        block, version = charge_in(one.price_list, said.id), version_of(one.price_list)
        served = charge.service.at(max(one.agreement.effective, said.begins), dt.date.max)
        if block is base or served is None or not served.value.active:
            continue
        where = one.uses.where
        if block is None:
            cause = (
                f"version {version} of `{charge.block.base}` has no charge `{said.id}`, which this contract takes over"
            )
            mend = "add it to the version, or stop it in an amendment before that and state its own price"
            yield problem(Code.C098, where, cause, mend)
            return
        kinds = stated - {line_kind(line) for line in block.lines}
        gone = [name for kind, name in _TAKEN_OVER.items() if kind in kinds]
        if gone:
            cause = f"version {version} of `{charge.block.base}` states no {gone[0]} of `{said.id}` any more "
            cause += f"({line_of(block.where, where)})"
            yield problem(Code.C098, where, cause, f"state the {gone[0]} in the version, or in the contract")
            return

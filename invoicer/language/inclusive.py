"""language: whether prices include tax: a price does where the place in which it is written says so."""

from __future__ import annotations

from collections.abc import Iterator

from invoicer.errors import Problem
from invoicer.language import tree
from invoicer.language.codes import Code, problem
from invoicer.language.gather import ChargeTerms, Terms
from invoicer.language.words import listed


def includes_tax(terms: Terms, charge: ChargeTerms) -> bool:
    """Whether the amounts of a charge include tax: by a line of its own, else of the document that its price stands in,
    which is the price list for a charge that takes its price over."""
    if tree.one(charge.lines, tree.Prices):
        return True
    return tree.one(_written_in(terms, charge).lines, tree.Prices) is not None


def check_inclusive(terms: Terms) -> Iterator[Problem]:
    """Contracts and discounts in which some amounts include tax and others do not."""
    with_tax = [charge for charge in terms.charges if includes_tax(terms, charge)]
    without = [charge for charge in terms.charges if charge not in with_tax]
    if with_tax and without:
        names = listed([f"`{charge.id}`" for charge in with_tax], "and", 5)
        others = listed([f"`{charge.id}`" for charge in without], "and", 5)
        cause = f"the prices of {names} include tax, those of {others} do not: they come on separate invoices"
        mend = "write `prices include tax` for all of them or for none, or acknowledge it"
        yield problem(Code.C101, terms.document.heading, cause, mend)
    for _, block in terms.discounts:
        for off in tree.every(block.lines, tree.AmountOff):
            named = {name.text for name in off.charges} or {charge.id for charge in terms.charges}
            mixed = [{charge.id for charge in some} & named for some in (with_tax, without)]
            if all(mixed):
                first, second = (sorted(some)[0] for some in mixed)
                cause = f"this amount is taken off `{first}`, whose price includes tax, and `{second}`, whose price does not"
                yield problem(Code.C100, off.where, cause, "make two discounts of it, one for each kind of price")


def _written_in(terms: Terms, charge: ChargeTerms) -> tree.Document:
    own_price = any(price.since is None for price in tree.every(charge.block.lines, tree.Priced))
    if charge.block.base is not None and charge.base is not None and not own_price:
        for _, price_list in terms.lists:
            if price_list.id.text == charge.block.base.text:
                return price_list
    return terms.document

"""language: checks of changes of the customer: they change something, and an order belongs to one."""

from __future__ import annotations

from collections.abc import Iterator

from invoicer.errors import Problem
from invoicer.language import tree
from invoicer.language.codes import Code, problem
from invoicer.language.gather import Terms


def check_takeovers(terms: Terms) -> Iterator[Problem]:
    """A takeover by the customer who has the contract already; a purchase order of an amendment that changes no customer."""
    stated = (party.id.text for party in tree.every(terms.document.lines, tree.Party) if party.role == "customer")
    first = next(stated, None)
    for entry in terms.buyers.entries:
        known = [one for one in terms.buyers.known_on(entry.agreed) if one.effective < entry.effective]
        before = known[-1].value.customer.text if known else first
        name = entry.value.customer
        if name.text == before:
            cause = f"`{name}` is the customer already on {entry.effective}"
            yield problem(Code.C162, name.where, cause, "name the customer who takes the contract over")
    changing = {entry.amendment for entry in terms.buyers.entries}
    for agreement, amendment in terms.amendments:
        for line in tree.every(amendment.lines, tree.Wording):
            if line.kind == "purchase order" and agreement.number not in changing:
                cause = f"amendment {agreement.number} states a purchase order, and no new customer whose it is"
                mend = "write it among the lines of the contract; or add `change customer to …`"
                yield problem(Code.C163, line.where, cause, mend)

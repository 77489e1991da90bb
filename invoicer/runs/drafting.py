"""runs: drafts of everything that is ready, and what has to wait for something else.

Contracts that share an invoice wait for each other, unless their customer lets them go ahead. A doubt about a draft
holds all contracts on it, and may so make others wait; what is left is drafted anew until nothing more is held.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from invoicer import documents
from invoicer.documents import Carried, Context, Difference
from invoicer.domain.document import Draft
from invoicer.domain.party import in_force
from invoicer.errors import Place, Problem, Severity
from invoicer.runs.desk import Desk
from invoicer.runs.rehearse import objections

Holds = dict[str, tuple[Problem, ...]]
WAITS = "L230"


@dataclass(frozen=True, slots=True)
class Drafted:
    """Drafts in the order in which they are to be numbered, small amounts that wait, and all ``holds`` by contract."""

    drafts: tuple[Draft, ...]
    carried: tuple[Carried, ...]
    holds: Holds


def draft(
    desk: Desk, found: Iterable[Difference], context: Context, holds: Mapping[str, tuple[Problem, ...]]
) -> Drafted:
    """The drafts of all differences of contracts that nothing holds."""
    held, differences = dict(holds), list(found)
    while True:
        held.update(_waiting(desk, differences, context, held))
        differences = [one for one in differences if one.contract not in held]
        ready, carried = documents.carry_forward(differences, context)
        drafts = documents.drafts(ready, context)
        doubts = dict(objections(desk, drafts))
        if not doubts:
            return Drafted(drafts, carried, held)
        held.update(doubts)


def _waiting(
    desk: Desk, differences: Iterable[Difference], context: Context, held: Collection[str]
) -> Iterator[tuple[str, tuple[Problem, ...]]]:
    """A hold for each contract with something to issue that shares invoices with one that is held."""
    contracts = {contract.id: contract for contract in desk.contracts}
    stopped: dict[tuple[str, str] | None, str] = {}
    for name in sorted(held, reverse=True):
        if (there := contracts.get(name)) is None:
            stopped[desk.terms.refused_parties.get(name)] = name
        else:
            stopped |= {(there.seller, customer): name for customer in there.buyers.customers}
    for name, customer in dict.fromkeys((one.contract, one.parties.customer) for one in differences):
        other = stopped.get((contracts[name].seller, customer))
        if name not in held and other and _waits(desk, customer, context):
            cause = f"it shares its invoices with contract {other}, which is held"
            mend = f"mend what holds {other}; or write go-ahead in the column when_held of customer {customer}"
            yield name, (Problem(WAITS, Place(part=f"contract {name}"), cause, mend, Severity.HOLD),)


def _waits(desk: Desk, customer: str, context: Context) -> bool:
    """Whether contracts of a customer share their invoices and wait for each other."""
    row = in_force(desk.workspace.customers.get(customer, ()), context.known_on, context.known_on)
    return row is not None and row.shares_invoices and row.waits

"""runs: contracts that were billed and whose terms are gone, or wrong now, and those that went on in them.

What a contract continued is known from the terms that its last document rests on, which the ledger keeps.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress

from invoicer import language
from invoicer.errors import Place, Problem, RunError, Severity
from invoicer.ledger import Ledger
from invoicer.runs.desk import Desk
from invoicer.runs.drafting import Holds
from invoicer.runs.families import waits
from invoicer.runs.lineage import Names, billed_lines

_TERMS = "terms:"
_CONTINUES = b"continues"
_MEND = (
    "put its terms back; one that has another id now says so, with `renamed from`; one that has ended keeps its file"
)


def without_terms(desk: Desk, billed: Iterable[str], names: Names) -> tuple[str, ...]:
    """Contracts of which something was ``billed`` (ids as documents have them) that have no sound terms now."""
    return tuple(sorted({names.contract(one) for one in billed} - desk.contracts.cards.keys()))


def gone(desk: Desk, ledger: Ledger, without: Collection[str], names: Names) -> Holds:
    """A hold for each contract ``without`` terms that no file names any more; and for those that such a one, or one whose
    terms have an error now, continued: they would be billed beyond the day on which they ended."""
    known = desk.contracts.cards.keys() | desk.terms.refused.keys()
    holds: Holds = {name: (_is_gone(name),) for name in without if name not in known}
    for name in without:
        for former in map(names.contract, _continued(ledger, names, name)):
            if former in known and former not in holds:
                holds[former] = (waits(former, name),)
    return holds


def _is_gone(contract: str) -> Problem:
    cause = "this contract was billed before, and no file has its terms any more"
    return Problem("L201", Place(part=f"contract {contract}"), cause, _MEND, Severity.HOLD)


def _continued(ledger: Ledger, names: Names, contract: str) -> Iterator[str]:
    """What a contract continued by the terms of its last document; nothing where those are not known."""
    numbers = [line.document for line in billed_lines(ledger, names, [contract])]
    with suppress(RunError):  # of another system, or lost: then `verify` says so
        rests_on: Mapping[str, str] = ledger.document(numbers[-1]).provenance
        texts = [(name, ledger.content(hashed)) for name, hashed in rests_on.items() if name.startswith(_TERMS)]
        if not any(_CONTINUES in text for _, text in texts):
            return  # a slip in a price list may leave thousands without terms
        loaded = language.load([(name.removeprefix(_TERMS), text.decode()) for name, text in texts])
        yield from loaded.refused_heirs.get(contract, ())
        if card := loaded.contracts.cards.get(contract):
            yield from card.continues

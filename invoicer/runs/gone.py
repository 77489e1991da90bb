"""runs: contracts that were billed and whose terms are gone, or wrong now, and those that went on in them.

What a contract continued is known from the terms that its last document rests on, which the ledger keeps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from invoicer import language
from invoicer.errors import Place, Problem, RunError, Severity
from invoicer.ledger import Ledger, Proved
from invoicer.runs.desk import Desk
from invoicer.runs.drafting import Holds
from invoicer.runs.families import waits
from invoicer.runs.lineage import Names, billed_lines

_TERMS = "terms:"
_MEND = (
    "put its terms back; one that has another id now says so, with `renamed from`; one that has ended keeps its file"
)


def gone(desk: Desk, ledger: Ledger, carried: Proved, names: Names) -> Holds:
    """A hold for each contract that documents carry amounts of and that no file names any more; and for those that such a
    one, or one whose terms have an error now, continued: they would be billed beyond the day on which they ended. Raises
    RunError (as :meth:`Ledger.prove`)."""
    known = desk.contracts.cards.keys() | desk.terms.refused.keys()
    billed = {names.contract(one) for one in carried.marks}
    lost, wrong = sorted(billed - known), sorted(billed & desk.terms.refused.keys())
    if lost or wrong:
        ledger.prove(names.ever((*lost, *wrong)), carried)
    holds: Holds = {name: (_is_gone(name),) for name in lost}
    for name in (*lost, *wrong):
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
        loaded = language.load([(name.removeprefix(_TERMS), text.decode()) for name, text in texts])
        yield from loaded.refused_heirs.get(contract, ())
        if card := loaded.contracts.cards.get(contract):
            yield from card.continues

"""runs: evidence. What rating a contract rests on besides terms, usage and customer, out of the workspace."""

from __future__ import annotations

from collections.abc import Mapping

from invoicer.domain import canonical
from invoicer.domain.contract import Contract
from invoicer.domain.contracts import Card
from invoicer.domain.evidence import Evidence
from invoicer.runs.desk import Desk
from invoicer.workspace import Workspace


def evidence_for(desk: Desk, contract: Contract | Card) -> Evidence:
    """The evidence that the contract's terms name."""
    return evidence_in(desk.workspace, contract)


def evidence_in(space: Workspace, contract: Contract | Card) -> Evidence:
    """The same, from a workspace that was read."""
    card = contract if isinstance(contract, Card) else Card.of(contract)
    indices = {name: space.indices.get(name, ()) for name in card.index_series}
    declared = space.declarations.of(card.id)
    return Evidence(indices, {name: declared.get(name, ()) for name in card.inputs})


def kept(evidence: Evidence) -> Mapping[str, str]:
    """What a document keeps of it, as canonical JSON by the name under which the ledger finds it."""
    found = {f"index:{name}": canonical.to_json(values) for name, values in evidence.indices.items()}
    return found | {f"input:{name}": canonical.to_json(figures) for name, figures in evidence.declarations.items()}

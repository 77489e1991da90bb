"""runs: what is to be issued as of a day, worked out anew from the workspace and from what was billed.

Nothing is written here, so the same story serves `plan`, its rehearsal, and `issue`, which looks whether a plan still holds.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from invoicer import __version__, documents
from invoicer.documents import Carried, Difference
from invoicer.domain import canonical
from invoicer.domain.contract import Contract
from invoicer.domain.document import Draft
from invoicer.domain.doubt import Doubt
from invoicer.domain.entitlement import BilledLine
from invoicer.domain.usage import Measurements
from invoicer.errors import Place, Problem, RunError, Severity
from invoicer.ledger import DraftStatus, Ledger
from invoicer.runs.books import Books
from invoicer.runs.buyers import all_rows
from invoicer.runs.context import draft_context
from invoicer.runs.desk import Desk
from invoicer.runs.doubts import find_doubts
from invoicer.runs.drafting import Holds, draft
from invoicer.runs.evidence import evidence_for, kept
from invoicer.runs.examples import failing
from invoicer.runs.families import billed_until, families
from invoicer.runs.history import History
from invoicer.runs.law import under_law
from invoicer.runs.lineage import Names, names_of
from invoicer.runs.measure import measure
from invoicer.runs.requested import requests_in
from invoicer.runs.settle import settle


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """``drafts`` with their fingerprints, in the order in which they are to be numbered; ``holds`` by contract;
    ``carried`` are amounts too small for an invoice; ``warnings`` hold nothing; ``contents`` are the bytes by SHA-256
    (hex) that the drafts' provenance names. ``doubts`` are those about each draft, ``history`` what was billed before."""

    as_of: dt.date
    drafts: tuple[tuple[Draft, str], ...]
    holds: Mapping[str, tuple[Problem, ...]]
    carried: tuple[Carried, ...]
    warnings: tuple[Problem, ...]
    contents: Mapping[str, bytes]
    doubts: tuple[tuple[Doubt, ...], ...]
    history: History


@dataclass(slots=True)
class _Work:
    """What is known of each contract while the story goes on."""

    holds: Holds
    billed: Mapping[str, Sequence[BilledLine]]
    contents: dict[str, bytes] = field(default_factory=dict)


def derive(desk: Desk, ledger: Ledger, as_of: dt.date) -> Derivation:
    """Everything with a bill date up to ``as_of``, as known on that day, that is not billed yet or was billed otherwise.

    Raises RunError when the database is not what was written, and when documents were issued as of a later day (L207):
    seen from before, what was learned since then would look as if it had to be taken back.
    """
    ledger.carried()
    _refuse_to_go_back(ledger, as_of)
    names = names_of(desk.contracts)
    requests = requests_in(ledger, names)
    ids = (one.id for family in families(desk, desk.contracts, as_of) for one in family)
    work = _Work(desk.refusals(), Books(ledger, names, requests, ids))
    free = (contract for contract in desk.contracts if contract.id not in work.holds)
    contracts = [under_law(desk, contract, as_of) for contract in free]
    work.holds |= unexpected(desk, contracts)
    contracts = [contract for contract in contracts if contract.id not in work.holds]
    measurements, warnings = measure(desk, contracts, as_of, lambda one: billed_until(desk, one, work.billed))
    found: list[Difference] = []
    withheld: dict[str, tuple[Problem, ...]] = {}
    foreign = frozenset(one.number for one in ledger.imported())
    for family in families(desk, contracts, as_of):
        settled = settle(desk, family, work.billed, work.holds, measurements, requests, foreign, as_of)
        work.holds |= settled.holds
        found += settled.differences
        withheld |= settled.withheld
    work.holds |= _disappeared(desk, ledger, names)
    work.holds |= dict(requests.apart(work.holds))
    measured = _measured_of(measurements)
    provenance = {one.id: _provenance(desk, one, work, measured.get(one.id, ()), as_of) for one in contracts}
    drafted = draft(desk, found, draft_context(desk, ledger, as_of, provenance), work.holds)
    history = History(work.billed, cache(ledger.document), names)
    return Derivation(
        as_of=as_of,
        drafts=tuple((one, documents.fingerprint(one)) for one in drafted.drafts),
        holds=_with(drafted.holds, withheld),
        carried=drafted.carried,
        warnings=warnings,
        contents=work.contents,
        doubts=tuple(map(tuple, find_doubts(desk, ledger, drafted.drafts, history, as_of))),
        history=history,
    )


def issued_as_of(ledger: Ledger) -> dt.date | None:
    """The latest day that documents were issued as of; None before the first."""
    days = (one.as_of for one in ledger.plans() if one.drafts.get(DraftStatus.ISSUED))
    return max(days, default=None)


def _refuse_to_go_back(ledger: Ledger, as_of: dt.date) -> None:
    latest = issued_as_of(ledger)
    if latest and as_of < latest:
        cause = f"documents were issued as of {latest}, and a plan as of {as_of} would not know what was known then"
        raise RunError(Problem("L207", Place(part=f"as of {as_of}"), cause, f"plan as of {latest} or a later day"))


def _with(holds: Holds, withheld: Mapping[str, tuple[Problem, ...]]) -> Holds:
    """Holds and what is withheld, which holds up nothing else of its contract."""
    names = sorted(holds.keys() | {name for name, problems in withheld.items() if problems})
    return {name: (*holds.get(name, ()), *withheld.get(name, ())) for name in names}


def unexpected(desk: Desk, contracts: Iterable[Contract]) -> Holds:
    """A hold for each contract with an example that does not come out as it says."""
    found = ((one.id, failing(one, desk.workspace.customers[one.customer])) for one in contracts if one.examples)
    return {contract: problems for contract, problems in found if problems}


def _disappeared(desk: Desk, ledger: Ledger, names: Names) -> Holds:
    """Contracts that documents carry amounts of and that no file names any more."""
    known = {contract.id for contract in desk.terms.contracts} | desk.terms.refused.keys()
    mend = "put its terms back; one that has another id now says so, with `renamed from`; one that has ended keeps its file"
    return {
        contract: (
            Problem(
                "L201",
                Place(part=f"contract {contract}"),
                "this contract was billed before, and no file has its terms any more",
                mend,
                Severity.HOLD,
            ),
        )
        for contract in {names.contract(one) for one in ledger.billed_contracts()} - known
    }


def _measured_of(measurements: Measurements) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """What was measured, by contract."""
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for (owner, meter, days), one in measurements.items():
        if not isinstance(one, Problem):
            found[owner].append({"meter": meter, "days": days, "measured": one})
    return found


def _provenance(
    desk: Desk, contract: Contract, work: _Work, measured: Iterable[Mapping[str, Any]], as_of: dt.date
) -> Mapping[str, str]:
    """Names and hashes of all that a document of the contract rests on; the bytes are put aside for the ledger."""
    rows = all_rows(desk, contract, as_of)
    code = {
        "invoicer": __version__,
        "plugins": {one.name: f"{one.version} {one.sha256}".strip() for one in desk.plugins.loaded},
    }
    kin = desk.succession.family(contract.id, as_of) - {contract.id}
    contracts = (contract, *(one for one in desk.contracts if one.id in kin)) if kin else (contract,)
    contents = {f"terms:{source.path}": source.text for one in contracts for source in one.sources}
    contents["settings"] = desk.workspace.settings.source.text
    contents["customer"] = canonical.to_json(rows)
    contents["quantities"] = canonical.to_json(sorted(measured, key=lambda one: (str(one["meter"]), str(one["days"]))))
    contents["code"] = canonical.to_json(code)
    contents |= kept(evidence_for(desk, contract).known_on(as_of))
    hashes = {name: canonical.sha256(text) for name, text in contents.items()}
    work.contents.update((hashes[name], text.encode()) for name, text in contents.items())
    return hashes

"""runs: what one account comes to: drafts, what holds its contracts, and what is doubtful."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from invoicer import documents
from invoicer.documents import Carried, Difference
from invoicer.domain.doubt import Doubt
from invoicer.domain.entitlement import BilledLine
from invoicer.domain.usage import Measurements
from invoicer.errors import Problem
from invoicer.ledger import Ledger, Proposal
from invoicer.runs.against import Beside, beside
from invoicer.runs.context import draft_context
from invoicer.runs.desk import Desk
from invoicer.runs.doubts import Reviewing, find_doubts
from invoicer.runs.drafting import Holds, draft
from invoicer.runs.examples import unexpected
from invoicer.runs.families import families
from invoicer.runs.history import History
from invoicer.runs.law import under_law
from invoicer.runs.lineage import Names
from invoicer.runs.requested import Requests
from invoicer.runs.settle import settle

Provenance = Mapping[str, Mapping[str, str]]
"""By contract the names and hashes of all that its documents rest on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What accounts are worked out from besides their desk, as of a day. ``foreign`` are the numbers of documents of another
    system."""

    as_of: dt.date
    names: Names
    requests: Requests
    foreign: Collection[str]
    measurements: Measurements
    reviewing: Reviewing


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A draft: its ``place`` among others, the doubts about it, and its contracts beside what was issued of them before."""

    place: tuple[str, ...]
    proposal: Proposal
    doubts: tuple[Doubt, ...]
    beside: tuple[Beside, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``drafts`` that are ready; ``holds`` by contract; ``carried`` are amounts too small for an invoice."""

    drafts: tuple[Ready, ...]
    holds: Mapping[str, tuple[Problem, ...]]
    carried: tuple[Carried, ...]


def work_out(
    desk: Desk,
    ledger: Ledger,
    known: Known,
    held: Mapping[str, tuple[Problem, ...]],
    billed: Mapping[str, Sequence[BilledLine]],
    provenance: Provenance,
) -> Outcome:
    """What an account comes to, of which ``desk`` shows nothing but its own contracts; ``held`` are held from the beginning,
    ``billed`` is what documents carry of each of the others."""
    as_of, holds = known.as_of, dict(held)
    contracts = [under_law(desk, one, as_of) for one in desk.contracts if one.id not in holds]
    holds |= unexpected(desk, contracts)
    contracts = [one for one in contracts if one.id not in holds]
    found: list[Difference] = []
    withheld: Holds = {}
    for family in families(desk, contracts, as_of):
        settled = settle(desk, family, billed, holds, known.measurements, known.requests, known.foreign, as_of)
        holds |= settled.holds
        found += settled.differences
        withheld |= settled.withheld
    holds |= dict(known.requests.apart(holds))
    drafted = draft(desk, found, draft_context(desk, ledger, as_of, provenance), holds)
    history = History(billed, cache(ledger.document), known.names)
    doubts = find_doubts(desk, known.reviewing, drafted.drafts, history, as_of)
    return Outcome(
        drafts=tuple(
            Ready(
                place=documents.place(one),
                proposal=Proposal.of(one, documents.fingerprint(one)),
                doubts=tuple(mine),
                beside=beside(one, history),
            )
            for one, mine in zip(drafted.drafts, doubts, strict=True)
        ),
        holds=_with(drafted.holds, withheld),
        carried=drafted.carried,
    )


def _with(holds: Holds, withheld: Mapping[str, tuple[Problem, ...]]) -> Holds:
    """Holds and what is withheld, which holds up nothing else of its contract."""
    names = sorted(holds.keys() | {name for name, problems in withheld.items() if problems})
    return {name: (*holds.get(name, ()), *withheld.get(name, ())) for name in names}

"""runs: what is to be issued as of a day, worked out from the workspace and from what was billed.

Nothing is written here, so the same story serves `plan`, its rehearsal, and `issue`, which looks whether a plan still holds.
Each account is worked out by itself, unless it is remembered what it came to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from invoicer.documents import Carried
from invoicer.domain.doubt import Doubt
from invoicer.errors import Place, Problem, RunError, Severity
from invoicer.ledger import DraftStatus, Ledger, Proposal
from invoicer.runs.account import Known, Outcome, Provenance, work_out
from invoicer.runs.accounts import Part, accounts
from invoicer.runs.asked import asking
from invoicer.runs.books import Books
from invoicer.runs.desk import Desk
from invoicer.runs.doubts import Reviewing
from invoicer.runs.drafting import Holds
from invoicer.runs.families import billed_until
from invoicer.runs.history import History
from invoicer.runs.law import under_law
from invoicer.runs.lineage import Names, names_of
from invoicer.runs.measure import measure
from invoicer.runs.provenance import Rests
from invoicer.runs.remembered import Remembered
from invoicer.runs.requested import requests_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """``drafts`` in the order in which they are to be numbered; ``holds`` by contract; ``carried`` are amounts too small for
    an invoice; ``warnings`` hold nothing; ``contents`` are the bytes by SHA-256 (hex) that the drafts' provenance names.
    ``doubts`` are those about each draft, ``history`` what was billed before."""

    as_of: dt.date
    drafts: tuple[Proposal, ...]
    holds: Mapping[str, tuple[Problem, ...]]
    carried: tuple[Carried, ...]
    warnings: tuple[Problem, ...]
    contents: Mapping[str, bytes]
    doubts: tuple[tuple[Doubt, ...], ...]
    history: History


def derive(desk: Desk, ledger: Ledger, as_of: dt.date) -> Derivation:
    """Everything with a bill date up to ``as_of``, as known on that day, that is not billed yet or was billed otherwise.
    What accounts came to is kept in the memory of the desk; with and without one the answer is the same.

    Raises RunError when the database is not what was written, and when documents were issued as of a later day (L207):
    seen from before, what was learned since then would look as if it had to be taken back.
    """
    length, carried = ledger.length(), ledger.carried()
    _refuse_to_go_back(ledger, as_of)
    names = names_of(desk.contracts)
    requests = requests_in(ledger, names)
    held = desk.refusals() | _disappeared(desk, carried, names)
    parts = list(accounts(desk, requests, held, as_of))
    metered = Books(ledger, names, requests, _of_metered(parts))
    free = [under_law(desk, one, as_of) for one in desk.contracts if one.id not in held]
    measurements, warnings = measure(desk, free, as_of, lambda one: billed_until(desk, one, metered))
    known = Known(
        as_of=as_of,
        names=names,
        requests=requests,
        foreign=frozenset(one.number for one in ledger.imported()),
        measurements=measurements,
        reviewing=Reviewing.of(desk, ledger),
    )
    rests = Rests(desk, measurements, as_of)
    remembered = Remembered(desk, known, carried)
    jobs = [_Job.of(part, held, rests) for part in parts]
    keys = [remembered.key(job.desk, job.names, job.held, job.provenance) for job in jobs]
    outcomes = [remembered.get(key) for key in keys]
    new = [job for job, outcome in zip(jobs, outcomes, strict=True) if outcome is None]
    books = Books(ledger, names, requests, (name for job in new for name in job.names))
    found: list[Outcome] = []
    for job, key, outcome in zip(jobs, keys, outcomes, strict=True):
        if outcome is None:
            noting, asked = asking(job.desk)
            outcome = work_out(noting, ledger, known, job.held, books, job.provenance)
            remembered.note(key, outcome, asked)
        found.append(outcome)
    if (
        ledger.length() == length
    ):  # else something was issued meanwhile, and some were worked out with more than was carried
        remembered.keep()
    drafts = sorted((one for each in found for one in each.drafts), key=lambda one: one[0])
    return Derivation(
        as_of=as_of,
        drafts=tuple(proposal for _, proposal, _ in drafts),
        holds={name: problems for each in found for name, problems in each.holds.items()},
        carried=tuple(sorted((one for each in found for one in each.carried), key=lambda one: one.contracts)),
        warnings=warnings,
        contents=rests.contents,
        doubts=tuple(doubts for *_, doubts in drafts),
        history=History(Books(ledger, names, requests, _every(parts)), cache(ledger.document), names),
    )


@dataclass(frozen=True, slots=True)
class _Job:
    """An account to be worked out: its contracts, the desk that it sees, what holds it from the beginning, and what its
    documents rest on."""

    names: tuple[str, ...]
    desk: Desk
    held: Holds
    provenance: Provenance

    @classmethod
    def of(cls, part: Part, held: Holds, rests: Rests) -> _Job:
        names, desk = part
        mine = {name: held[name] for name in names if name in held}
        return cls(names, desk, mine, {one.id: rests.of(desk, one) for one in desk.contracts if one.id not in mine})


def _every(parts: Iterable[Part]) -> Iterator[str]:
    return (name for names, _ in parts for name in names)


def _of_metered(parts: Iterable[Part]) -> Iterator[str]:
    """The contracts of accounts with something that is measured: what was billed of them says which events count."""
    return _every(part for part in parts if any(one.meters for one in part[1].contracts))


def issued_as_of(ledger: Ledger) -> dt.date | None:
    """The latest day that documents were issued as of; None before the first."""
    days = (one.as_of for one in ledger.plans() if one.drafts.get(DraftStatus.ISSUED))
    return max(days, default=None)


def _refuse_to_go_back(ledger: Ledger, as_of: dt.date) -> None:
    latest = issued_as_of(ledger)
    if latest and as_of < latest:
        cause = f"documents were issued as of {latest}, and a plan as of {as_of} would not know what was known then"
        raise RunError(Problem("L207", Place(part=f"as of {as_of}"), cause, f"plan as of {latest} or a later day"))


def _disappeared(desk: Desk, carried: Mapping[str, str], names: Names) -> Holds:
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
        for contract in sorted({names.contract(one) for one in carried} - known)
    }

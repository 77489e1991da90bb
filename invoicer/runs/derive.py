"""runs: what is to be issued as of a day, worked out from the workspace and from what was billed.

Nothing is written here, so the same story serves `plan`, its rehearsal, and `issue`, which looks whether a plan still holds.
Each account is worked out by itself, unless it is remembered what it came to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from invoicer.documents import Carried
from invoicer.domain.doubt import Doubt
from invoicer.domain.entitlement import BilledLine
from invoicer.domain.usage import Measurements
from invoicer.errors import Place, Problem, RunError
from invoicer.ledger import DraftStatus, Ledger, Proposal, Proved
from invoicer.runs.account import Known, Outcome, Provenance, work_out
from invoicer.runs.accounts import Account, accounts, desk_of
from invoicer.runs.against import Beside
from invoicer.runs.asked import asking
from invoicer.runs.books import Books
from invoicer.runs.desk import Desk
from invoicer.runs.doubts import Reviewing
from invoicer.runs.drafting import Holds
from invoicer.runs.families import billed_until
from invoicer.runs.gone import gone, without_terms
from invoicer.runs.law import under_law
from invoicer.runs.lineage import names_of
from invoicer.runs.measure import measure
from invoicer.runs.provenance import Rests
from invoicer.runs.remembered import Remembered
from invoicer.runs.requested import requests_in

_AT_ONCE = 200  # accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """``drafts`` in the order in which they are to be numbered; ``holds`` by contract; ``carried`` are amounts too small for
    an invoice; ``warnings`` hold nothing. ``doubts`` are those about each draft, ``beside`` its contracts beside what was
    issued of them before."""

    as_of: dt.date
    drafts: tuple[Proposal, ...]
    holds: Mapping[str, tuple[Problem, ...]]
    carried: tuple[Carried, ...]
    warnings: tuple[Problem, ...]
    doubts: tuple[tuple[Doubt, ...], ...]
    beside: tuple[tuple[Beside, ...], ...]


def _nowhere(contents: Collection[bytes]) -> None:
    """Contents are not kept."""


def derive(
    desk: Desk, ledger: Ledger, as_of: dt.date, keep: Callable[[Collection[bytes]], object] = _nowhere
) -> Derivation:
    """Everything with a bill date up to ``as_of``, as known on that day, that is not billed yet or was billed otherwise.
    What accounts came to is kept in the memory of the desk; with and without one the answer is the same. ``keep`` gets the
    contents that the provenance of the drafts names.

    Raises RunError when the database is not what was written, and when documents were issued as of a later day (L207):
    seen from before, what was learned since then would look as if it had to be taken back.
    """
    length, carried = ledger.length(), ledger.carried(desk.memory())
    _refuse_to_go_back(ledger, as_of)
    names = names_of(desk.contracts)
    requests = requests_in(ledger, names)
    if without := without_terms(desk, carried.marks, names):
        ledger.prove(names.ever(without), carried)
    held = gone(desk, ledger, without, names) | desk.refusals()
    every = accounts(desk, requests, held, as_of)
    measurements, warnings = _measured(desk, Books(ledger, names, requests, _metered(desk, every)), held, as_of)
    known = Known(
        as_of=as_of,
        names=names,
        requests=requests,
        foreign=frozenset(one.number for one in ledger.imported()),
        measurements=measurements,
        reviewing=Reviewing.of(desk, ledger),
    )
    rests, remembered = Rests(desk, measurements, as_of), Remembered(desk, known, carried.marks)
    found: list[Outcome] = []
    for some in _together(every):
        jobs = [_Job.of(desk, account, held, rests) for account in some]
        keep(rests.taken())
        found += _outcomes(jobs, ledger, known, remembered, carried)
        if ledger.length() == length:  # else something was issued meanwhile: some rest on more than was carried
            remembered.keep()
        remembered.forget()
    remembered.tidy()
    ready = sorted((one for each in found for one in each.drafts), key=lambda one: one.place)
    return Derivation(
        as_of=as_of,
        drafts=tuple(one.proposal for one in ready),
        holds={name: problems for each in found for name, problems in each.holds.items()},
        carried=tuple(sorted((one for each in found for one in each.carried), key=lambda one: one.contracts)),
        warnings=warnings,
        doubts=tuple(one.doubts for one in ready),
        beside=tuple(one.beside for one in ready),
    )


@dataclass(frozen=True, slots=True)
class _Job:
    """An account to be worked out: its contracts, the desk that it sees, what holds it from the beginning, and what its
    documents rest on."""

    names: Account
    desk: Desk
    held: Holds
    provenance: Provenance

    @classmethod
    def of(cls, whole: Desk, account: Account, held: Holds, rests: Rests) -> _Job:
        desk = desk_of(whole, account)
        mine = {name: held[name] for name in account if name in held}
        return cls(
            account,
            desk,
            mine,
            {name: rests.of(desk, one) for name, one in desk.contracts.cards.items() if name not in mine},
        )


def _outcomes(
    jobs: Sequence[_Job], ledger: Ledger, known: Known, remembered: Remembered, carried: Proved
) -> Iterator[Outcome]:
    """What accounts came to, out of the memory or worked out."""
    keys = [remembered.key(job.desk, job.names, job.held, job.provenance) for job in jobs]
    outcomes = [remembered.get(key) for key in keys]
    new = [job for job, outcome in zip(jobs, outcomes, strict=True) if outcome is None]
    if new:
        ledger.prove(known.names.ever(_every(job.names for job in new)), carried)
    books = Books(ledger, known.names, known.requests, _every(job.names for job in new))
    for job, key, outcome in zip(jobs, keys, outcomes, strict=True):
        if outcome is None:
            noting, asked = asking(job.desk)
            outcome = work_out(noting, ledger, known, job.held, books, job.provenance)
            remembered.note(key, outcome, asked)
        yield outcome


def _together(accounts: Sequence[Account]) -> Iterator[Sequence[Account]]:
    """So many at a time that what is read and written for them goes in one, and that they fit the memory."""
    return (accounts[at : at + _AT_ONCE] for at in range(0, len(accounts), _AT_ONCE))


def _every(accounts: Iterable[Account]) -> Iterator[str]:
    return (name for names in accounts for name in names)


def _measured(
    desk: Desk, billed: Mapping[str, Sequence[BilledLine]], held: Collection[str], as_of: dt.date
) -> tuple[Measurements, tuple[Problem, ...]]:
    """The quantities of all contracts that nothing holds; what was billed of them says which events count."""
    free = [card for card in desk.contracts.cards.values() if card.id not in held]
    metered = (under_law(desk, desk.contracts[card.id], as_of) for card in free if card.metered)
    without = (card for card in free if not card.metered)
    return measure(desk, metered, as_of, lambda one: billed_until(desk, one, billed), without)


def _metered(desk: Desk, accounts: Iterable[Account]) -> Iterator[str]:
    """The contracts of accounts with something that is measured."""
    cards = desk.contracts.cards
    return _every(names for names in accounts if any(cards[name].metered for name in names if name in cards))


def issued_as_of(ledger: Ledger) -> dt.date | None:
    """The latest day that documents were issued as of; None before the first."""
    days = (one.as_of for one in ledger.plans() if one.drafts.get(DraftStatus.ISSUED))
    return max(days, default=None)


def _refuse_to_go_back(ledger: Ledger, as_of: dt.date) -> None:
    latest = issued_as_of(ledger)
    if latest and as_of < latest:
        cause = f"documents were issued as of {latest}, and a plan as of {as_of} would not know what was known then"
        raise RunError(Problem("L207", Place(part=f"as of {as_of}"), cause, f"plan as of {latest} or a later day"))

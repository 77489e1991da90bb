"""runs: completeness. For a range of bill dates: what was expected, and that all of it was issued, is held, late, to come.

Seen from a day: documents issued until then, terms, usage, customers and requests as they were known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from invoicer.domain.entitlement import BilledLine
from invoicer.errors import Place, Problem, RunError
from invoicer.ledger import Ledger
from invoicer.runs.desk import Desk
from invoicer.runs.expected import Expected, Status, Tally, tallies
from invoicer.runs.families import billed_until, families
from invoicer.runs.gone import gone, without_terms
from invoicer.runs.law import under_law
from invoicer.runs.lineage import Names, billed_lines, names_of
from invoicer.runs.measure import measure
from invoicer.runs.outlook import Outlook
from invoicer.runs.requested import Requests, requests_in
from invoicer.workspace import mend_by_choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """All that was expected from the bill date ``since`` to ``until`` (both included), as known ``on`` a day. ``unknown``
    are contracts of which it can't be said what was expected: their terms are gone or wrong, or those of one that they go on
    in."""

    on: dt.date
    since: dt.date
    until: dt.date
    rows: tuple[Expected, ...]
    unknown: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """The sums by currency."""
        return tuple(tallies(self.rows))

    @property
    def open(self) -> Mapping[Status, int]:
        """How much of each status has no amount yet."""
        return {each: sum(row.status is each and row.net is None for row in self.rows) for each in Status}

    @property
    def slipped(self) -> bool:
        """Whether something is late, is held beyond what the law allows, or can't be judged."""
        overdue = (row.status in (Status.LATE, Status.HELD) and row.late_by_law > 0 for row in self.rows)
        return bool(self.unknown) or any(row.status is Status.LATE for row in self.rows) or any(overdue)


def completeness(
    desk: Desk,
    ledger: Ledger,
    since: dt.date,
    until: dt.date,
    on: dt.date,
    *,
    contracts: Collection[str] = (),
    customers: Collection[str] = (),
    sellers: Collection[str] = (),
) -> Completeness:
    """What was expected in a range of bill dates and what became of it; of all, or of what fits every filter.

    Raises RunError (L206) for a contract that no file has and nobody was ever billed for, and for an unknown customer or
    seller: a slip of the pen would prove that nothing is missing.
    """
    _refuse_unknown("customer", customers, desk.workspace.customer_ids)
    _refuse_unknown("seller", sellers, desk.workspace.sellers)
    former = names_of(desk.contracts)
    names = _names(desk, ledger, former, contracts)
    kin = names.union(*(desk.succession.family(name, on) for name in names))
    without = without_terms(desk, ledger.billed_contracts(), former)
    refused = gone(desk, ledger, without, former) | desk.refusals()
    known = [under_law(desk, one, on) for one in desk.contracts.only(kin)]
    billed = _billed_until(ledger, former, kin, on)
    sound = [one for one in known if one.id not in refused]
    measured, _ = measure(desk, sound, on, lambda one: billed_until(desk, one, billed))
    outlook = Outlook(desk, ledger, measured, _asked_until(requests_in(ledger, former), on), on, until)
    rows = [row for name in sorted(names) for row in outlook.issued(billed[name])]
    rows += [row for one in families(desk, sound, on) for row in outlook.open(one, billed) if row.contract in names]
    unknown = {name: refused[name] for name in sorted(names - {one.id for one in sound})}
    chosen = [
        row
        for row in rows
        if since <= row.bill_date <= until
        and (not customers or row.customer in customers)
        and (not sellers or row.seller in sellers)
    ]
    if customers or sellers:
        unknown = {name: found for name, found in unknown.items() if any(row.contract == name for row in chosen)}
    return Completeness(on=on, since=since, until=until, rows=tuple(sorted(chosen, key=_place)), unknown=unknown)


def _names(desk: Desk, ledger: Ledger, former: Names, contracts: Collection[str]) -> set[str]:
    """The contracts that are meant, under the names of today; those that were billed and are gone among them."""
    billed = {former.contract(name) for name in ledger.billed_contracts()}
    every = desk.contracts.cards.keys() | desk.terms.refused.keys() | billed
    wanted = {former.contract(name) for name in contracts}
    _refuse_unknown("contract", wanted, every)
    return wanted or every


def _refuse_unknown(noun: str, wanted: Collection[str], known: Collection[str]) -> None:
    for unknown in sorted(set(wanted) - set(known)):
        mend = mend_by_choice(unknown, known, f"write its id; there are {len(known)}, such as {min(known, default='')}")
        raise RunError(Problem("L206", Place(part=f"{noun} {unknown}"), f"no file has such a {noun}", mend))


def _billed_until(ledger: Ledger, former: Names, names: Collection[str], on: dt.date) -> dict[str, list[BilledLine]]:
    """What documents carried of each contract on the evening of a day."""
    found: dict[str, list[BilledLine]] = {name: [] for name in names}
    for line in billed_lines(ledger, former, names):
        if line.issue_date <= on:
            found[line.contract].append(line)
    return found


def _asked_until(requests: Requests, on: dt.date) -> Requests:
    return Requests(tuple(one for one in requests.waiting if one[0].on <= on), requests.released)


def _place(row: Expected) -> tuple[object, ...]:
    order: Sequence[Status] = tuple(Status)
    return row.bill_date, row.contract, row.component, row.days, order.index(row.status), row.document

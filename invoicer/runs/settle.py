"""runs: what contracts that belong together are owed, and what of it is still to be billed or given back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from invoicer import documents
from invoicer.documents import Comparison, Difference, Member
from invoicer.domain.contract import Contract
from invoicer.domain.entitlement import BilledLine, Entitlement, Treated
from invoicer.domain.period import add_months
from invoicer.domain.usage import Measurements
from invoicer.engine import Unrated
from invoicer.errors import Place, Problem, Severity, TaxError
from invoicer.runs.buyers import rows_of, treat
from invoicer.runs.context import max_age_days
from invoicer.runs.desk import Desk
from invoicer.runs.drafting import Holds
from invoicer.runs.evidence import evidence_for
from invoicer.runs.families import billed_until, missing_kin, waiting_for_kin
from invoicer.runs.rate import rate
from invoicer.runs.requested import Requests
from invoicer.runs.stands import as_it_stands, billed_elsewhere

Billed = Mapping[str, Sequence[BilledLine]]
"""What documents carry, by contract."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What contracts that belong together come to: all their differences, or what holds them. ``withheld`` holds up
    nothing else."""

    differences: tuple[Difference, ...]
    holds: Holds
    withheld: Holds


def settle(
    desk: Desk,
    family: Sequence[Contract],
    billed: Billed,
    held: Collection[str],
    measurements: Measurements,
    requests: Requests,
    foreign: Collection[str],
    as_of: dt.date,
) -> Settled:
    """The differences of the contracts of a family as of a day. Where one of them is held, all are: what one owes depends
    on what the others were billed. ``held`` are contracts that are held already."""
    members: list[Member] = []
    holds: Holds = dict(missing_kin(desk, family, held, as_of))
    asked: list[Difference] = []
    for contract in family:
        treated, doubts = entitled(desk, contract, billed, measurements, as_of, foreign)
        taken = requests.of(billed[contract.id])
        asked += taken.differences
        holds[contract.id] = (*holds.get(contract.id, ()), *doubts, *taken.holds)
        members.append(member(desk, contract, treated, taken.billed, as_of))
    comparison = Comparison((), ()) if any(holds.values()) else compare(desk, members, as_of)
    lines = [line for contract in family for line in billed[contract.id]]
    differences = (*asked, *requests.told(comparison.differences, lines))
    for one in members if not any(holds.values()) else ():
        mine = [each for each in comparison.differences if each.contract == one.contract.id]
        wrong = requests.still_wrong(mine, one.billed, one.treated)
        gone = missing(desk, (each for each in differences if each.contract == one.contract.id), as_of)
        holds[one.contract.id] = (*holds[one.contract.id], *wrong, *gone)
    owner = family[-1].id
    undecided = any(one.code == "D005" for found in holds.values() for one in found)
    # where it is open what is billed anew, a discount finds nothing to be taken from (D002): that is no doubt of its own
    holds[owner] = (*holds[owner], *(one for one in comparison.holds if not (undecided and one.code == "D002")))
    withheld = {owner: comparison.withheld}
    if not any(holds.values()):
        return Settled(differences, {}, withheld)
    others = dict(waiting_for_kin(family, holds))
    return Settled((), {name: tuple(dict.fromkeys(found)) for name, found in (holds | others).items()}, withheld)


@dataclass(frozen=True, slots=True)
class Assessed:
    """What a contract is owed with its treatment; ``holds`` is what is doubtful about it. ``unrated`` are billing periods
    without an amount, ``untreated`` amounts without a treatment, each with the reason."""

    treated: tuple[Treated, ...]
    holds: tuple[Problem, ...]
    unrated: tuple[Unrated, ...]
    untreated: tuple[tuple[Entitlement, Problem], ...]


def entitled(
    desk: Desk,
    contract: Contract,
    billed: Billed,
    measurements: Measurements,
    as_of: dt.date,
    foreign: Collection[str],
) -> tuple[tuple[Treated, ...], tuple[Problem, ...]]:
    """What the contract is owed as of a day, with its treatment; and what is doubtful about it. ``billed`` is what
    documents carry of it and of those that it continues, ``foreign`` are the numbers of documents of another system."""
    found = assess(desk, contract, billed, measurements, as_of, as_of, foreign)
    return found.treated, found.holds


def assess(
    desk: Desk,
    contract: Contract,
    billed: Billed,
    measurements: Measurements,
    as_of: dt.date,
    through: dt.date,
    foreign: Collection[str],
) -> Assessed:
    """The same for everything with a bill date up to the day ``through``, as known on the day ``as_of``."""
    rows = rows_of(desk, contract, as_of)
    ahead = billed_until(desk, contract, billed)
    rating = rate(contract, rows, measurements, as_of, through, ahead, evidence_for(desk, contract))
    rating, stands = as_it_stands(contract, rating, billed_elsewhere(contract, billed.get(contract.id, ()), foreign))
    assessment = treat(desk, contract, rating.entitlements, as_of)
    done = {(one.entitlement.component, one.entitlement.days) for one in assessment.treated}
    left = [one for one in rating.entitlements if (one.component, one.days) not in done] if assessment.holds else []
    return Assessed(
        (*assessment.treated, *stands),
        (*rating.holds, *assessment.holds),
        rating.unrated,
        tuple((one, assessment.holds[0]) for one in left),
    )


def member(
    desk: Desk, contract: Contract, treated: Sequence[Treated], billed: Sequence[BilledLine], as_of: dt.date
) -> Member:
    """A contract with what it is owed and what was billed of it, as :func:`compare` wants it."""
    return Member(contract, treated, billed, desk.succession.handed_on(contract.id, as_of))


def compare(desk: Desk, members: Sequence[Member], through: dt.date) -> Comparison:
    """Entitled minus billed of a family up to the bill date ``through``, with the correction horizon of the workspace."""
    horizon = add_months(through, -desk.workspace.policy.correction_horizon_months)
    if len(members) > 1:
        roots = desk.succession.roots(through)
        return documents.compare_family(members, roots, through=through, horizon=horizon)
    [one] = members
    return documents.compare(one.treated, one.billed, through=through, horizon=horizon, contract=one.contract)


def missing(desk: Desk, differences: Iterable[Difference], as_of: dt.date) -> Iterator[Problem]:
    """A hold for each party that was billed and is not in the workspace any more, and for each new supply in another
    currency than the seller's books for which there is no rate (a correction keeps that of what it corrects)."""
    for difference in differences:
        contract, parties = f"contract {difference.contract}", difference.parties
        seller = desk.workspace.sellers.get(parties.seller)
        if seller is None or parties.customer not in desk.workspace.customers:
            gone = f"seller {parties.seller}" if seller is None else f"customer {parties.customer}"
            cause = f"{gone} was billed, and is not in the workspace any more"
            yield Problem("L208", Place(part=contract), cause, "put it back: it has to be credited", Severity.HOLD)
        elif seller.accounting_currency != parties.currency and difference.is_supply:
            try:
                desk.exchange.rate(
                    seller.accounting_currency,
                    parties.currency,
                    difference.tax_point,
                    known_on=as_of,
                    max_age_days=max_age_days(desk),
                )
            except TaxError as error:
                for problem in error.problems:
                    place = Place(part=f"{contract}, {problem.where}")
                    yield Problem(problem.code, place, problem.cause, problem.mend, Severity.HOLD)

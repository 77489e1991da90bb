"""runs: preview. What a terms file would put on an invoice of one day, from given quantities, without any database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from invoicer import engine, language, tax
from invoicer.domain.contract import Contract
from invoicer.domain.entitlement import Entitlement
from invoicer.domain.money import AmountError
from invoicer.domain.period import Period
from invoicer.domain.supply import Treatment
from invoicer.domain.usage import Demand, Measured
from invoicer.errors import Place, Problem, Severity
from invoicer.runs.derive import too_large
from invoicer.runs.desk import Desk, read_terms

NEUTRAL_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """What would be a line; without a treatment where the file stands alone."""

    entitlement: Entitlement
    treatment: Treatment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """``lines`` by contract in the order of the file; ``problems`` of the terms and of what can't be rated; ``texts`` to
    show them with; ``taxed`` is False where parties are unresolved and tax is left out."""

    on: dt.date
    lines: Mapping[str, tuple[PreviewLine, ...]]
    problems: tuple[Problem, ...]
    texts: Mapping[str, str]
    taxed: bool


def preview(
    files: Sequence[Path],
    on: dt.date,
    given: Mapping[str, Fraction],
    *,
    known_on: dt.date | None = None,
    desk: Desk | None = None,
) -> Preview:
    """Rate the contracts of terms files for an invoice on a day: every component whose bill date it is.

    ``given`` is the quantity of each meter for the period that is billed on that day; where a price changes within the
    period, the quantity of a meter that adds up is shared among its parts by days. ``known_on`` (``on`` when None) is the
    day that is seen from. With a desk, price lists, customers and markets of the workspace are used; without one parties
    stay unresolved and tax is left out.
    """
    shown = [(path.as_posix(), path) for path in files]
    if desk:
        inside = {path.resolve(): name for name, path in desk.workspace.price_list_files}
        shown = [one for one in shown if one[1].resolve() not in inside]
        shown += [(name, path) for name, path in desk.workspace.price_list_files]
    texts, unread = read_terms(shown)
    loaded = language.load(
        texts,
        customers=desk.workspace.customer_ids if desk else None,
        sellers=desk.workspace.sellers if desk else None,
        kinds=desk.workspace.settings.supply if desk else None,
    )
    seen_from = known_on or on
    lines: dict[str, tuple[PreviewLine, ...]] = {}
    problems = [*unread, *loaded.problems]
    wanted = {path.as_posix() for path in files}
    for contract in loaded.contracts:
        if contract.clause.file in wanted:
            found, doubts = _rated(contract, on, seen_from, given, desk)
            lines[contract.id] = found
            problems += doubts
    problems += _unused(given, loaded.contracts)
    if not loaded.contracts and not problems:
        place = Place(", ".join(sorted(wanted)))
        problems.append(Problem("L211", place, "there is no contract here", "name a file with a contract"))
    return Preview(on=on, lines=lines, problems=tuple(problems), texts=loaded.texts, taxed=desk is not None)


def _rated(
    contract: Contract, on: dt.date, known_on: dt.date, given: Mapping[str, Fraction], desk: Desk | None
) -> tuple[tuple[PreviewLine, ...], tuple[Problem, ...]]:
    rows = desk.workspace.customers.get(contract.customer, ()) if desk else None
    zone = desk.seller(contract).time_zone if desk else NEUTRAL_ZONE
    demands = engine.demands(contract, zone, known_on, on)
    measured = {demand.key: _answer(demand, contract, on, known_on, given) for demand in demands}
    try:
        rating = engine.rate(contract, rows, measured, known_on, on)
    except AmountError as error:
        return (), (too_large(contract, error),)
    due = [entitlement for entitlement in rating.entitlements if entitlement.bill_date == on]
    if desk is None:
        return tuple(map(PreviewLine, due)), rating.holds
    assessment = tax.treat(
        due,
        seller=desk.seller(contract),
        customer=rows or (),
        known_on=known_on,
        markets=desk.plugins.markets,
        kinds=desk.workspace.settings.supply,
        accepted={fact.fact: fact.reason for fact in desk.workspace.policy.accept_facts},
        language=desk.workspace.policy.language,
    )
    treated = tuple(PreviewLine(one.entitlement, one.treatment) for one in assessment.treated)
    return treated, (*rating.holds, *assessment.holds)


def _answer(
    demand: Demand, contract: Contract, on: dt.date, known_on: dt.date, given: Mapping[str, Fraction]
) -> Measured | Problem:
    """The given quantity, or the part of it that falls into the days asked for."""
    billed_now = _billed_now(contract, demand, on, known_on)
    name = demand.meter.id
    if billed_now is None:
        return Measured(Fraction(0), "an earlier period, not part of this preview", 0)
    if name not in given:
        place = Place(part=f"contract {contract.id}, meter {name}")
        mend = f"add --given {name}=QUANTITY"
        return Problem("L203", place, f"no quantity was given for {name} in {demand.days}", mend, Severity.HOLD)
    share = Fraction(demand.days.days, billed_now.days) if demand.meter.additive else Fraction(1)
    return Measured(given[name] * share, "given by hand", 0)


def _billed_now(contract: Contract, demand: Demand, on: dt.date, known_on: dt.date) -> Period | None:
    """The period billed on the day that the demanded days belong to, or None when they were billed earlier."""
    periods = [
        one.days
        for one in engine.schedule(contract, known_on, on)
        if one.bill_date == on and one.days.overlaps(demand.days)
    ]
    return min(periods, key=lambda days: days.days, default=None)


def _unused(given: Mapping[str, Fraction], contracts: Iterable[Contract]) -> Iterator[Problem]:
    known = sorted({meter.id for contract in contracts for meter in contract.meters})
    for name in given:
        if name not in known:
            mend = f"the meters of these terms are {', '.join(known)}" if known else "these terms have no meter"
            yield Problem("L204", Place(part=f"--given {name}"), f"there is no meter {name}", mend)

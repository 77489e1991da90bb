"""runs: diff. Two versions of a contract, in money: which billing periods change by how much, and by which clause."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from invoicer import engine
from invoicer.domain.contract import Contract
from invoicer.domain.evidence import NO_EVIDENCE, Evidence
from invoicer.domain.example import Given, GivenIndex
from invoicer.domain.money import Money
from invoicer.domain.period import Period, add_months
from invoicer.domain.usage import Demand, Measured, Measurements
from invoicer.errors import Place, Problem, RunError
from invoicer.runs.changes import Change, changes
from invoicer.runs.compared import Row, compare, rated_through
from invoicer.runs.desk import Desk
from invoicer.runs.evidence import evidence_in
from invoicer.runs.foresee import Foreseen, foresee
from invoicer.runs.given import sorted_out, with_values
from invoicer.runs.horizon import MONTHS_AHEAD, foreseeable
from invoicer.runs.quantities import answered, declared, measured, zone_of
from invoicer.runs.renames import under_new_names
from invoicer.runs.versions import Version, customers_of
from invoicer.workspace import Workspace

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractDiff:
    """A contract in two versions, compared over the billing periods that begin in ``days``.

    ``rows`` are those that change or may change; ``same`` counts those that don't, with their amount by currency,
    ``same_usage`` those that depend on usage and are priced alike. ``besides`` are changes that move no money in these
    days. ``problems`` say why it could not be compared."""

    id: str
    title: str
    days: Period
    rows: tuple[Row, ...] = ()
    same: Mapping[str, tuple[int, Money]] = field(default_factory=dict)
    same_usage: int = 0
    besides: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def totals(self) -> Mapping[str, tuple[Money, Money]]:
        """What is known of both versions, by currency: old and new, what does not change included."""
        sums: dict[str, list[Money]] = {}
        for currency, (_, net) in self.same.items():
            sums[currency] = [net, net]
        for row in self.rows:
            if row.old is not None and row.new is not None:
                zero = Money.zero(row.old.currency)
                old, new = sums.get(row.old.currency, [zero, zero])
                sums[row.old.currency] = [old + row.old, new + row.new]
        return {currency: (old, new) for currency, (old, new) in sorted(sums.items())}

    @property
    def moves_money(self) -> bool:
        """Whether any billing period changes, or may."""
        return bool(self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """All contracts of two versions, as known on a day. ``problems`` are of the usage that they were compared with."""

    known_on: dt.date
    contracts: tuple[ContractDiff, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Pair:
    """A contract in both versions; one of them may lack it."""

    old: Contract | None
    new: Contract | None
    days: Period
    through: dt.date
    renamed: tuple[Change, ...] = ()

    @property
    def sides(self) -> list[Contract]:
        """The versions that there are, the older one first."""
        return [one for one in (self.old, self.new) if one is not None]


@dataclass(frozen=True, slots=True)
class _Book:
    """What both versions are rated with: workspaces with customers and usage (the first one's usage counts), the ids of all
    contracts and meters that usage may name, given quantities and index values, the day that is seen from,
    and the ids of today of contracts that were renamed."""

    spaces: Sequence[Workspace]
    names: tuple[frozenset[str], frozenset[str]]
    given: Mapping[str, Fraction]
    indices: Sequence[GivenIndex]
    known_on: dt.date
    renamed: Mapping[str, str]

    def evidence(self, contract: Contract, until: dt.date) -> Evidence:
        """Index values and declared figures for a contract."""
        kept = evidence_in(self.spaces[0], contract) if self.spaces else NO_EVIDENCE
        kept = with_values(self.indices, kept)
        return replace(kept, declarations={**kept.declarations, **declared(contract, self.given, until)})


def diff(
    old: Version,
    new: Version,
    today: dt.date,
    *,
    desk: Desk | None = None,
    given: Mapping[str, Fraction] | None = None,
    contracts: Collection[str] = (),
    since: dt.date | None = None,
    until: dt.date | None = None,
    known_on: dt.date | None = None,
) -> Diff:
    """Compare what two versions of contracts come to, by the same customers and the same usage.

    Billing periods count that begin from ``since`` (the start of the contract) to ``until`` (the end of its term, at most
    two years beyond today). ``known_on``: the day that is seen from (today or the day of the latest agreement in either
    version, if that is later). ``desk`` is the workspace of versions that are files; customers and usage are those of the
    newer version. ``given`` quantities, by meter and for every billing period, go before measured ones, and index values,
    by series and month (``NL-CPI-2015:2026-10``), before published ones.

    Raises RunError for a contract, a meter or an index series that neither version has.
    """
    former = under_new_names(old, new)
    old = former.version
    ids = _chosen(old, new, {former.contracts.get(name, name) for name in contracts})
    seen_from = known_on or max([today, *_agreements(old), *_agreements(new)])
    quantities, indices = sorted_out(Given(name, value) for name, value in (given or {}).items())
    _refuse_unknown_meters(quantities, old, new)
    _refuse_unknown_series(indices, old, new)
    pairs, broken = {}, {}
    for name in ids:
        if problems := (*old.refused.get(name, ()), *new.refused.get(name, ())):
            broken[name] = ContractDiff(id=name, title=name, days=Period(today, today + DAY), problems=problems)
        else:
            pair = _pair(old.contracts.get(name), new.contracts.get(name), today, since, until, seen_from)
            pairs[name] = replace(pair, renamed=former.told.get(name, ()))
    spaces = [space for space in (new.space, old.space, desk.workspace if desk else None) if space]
    known = {one.meter: one.value for one in quantities}
    book = _Book(spaces, _names(old, new, desk), known, indices, seen_from, former.contracts)
    answers, doubts = _evidence(pairs.values(), book)
    compared = {name: _compared(pair, answers, book) for name, pair in pairs.items()}
    return Diff(known_on=seen_from, contracts=tuple((compared | broken)[name] for name in ids), problems=doubts)


def _chosen(old: Version, new: Version, contracts: Collection[str]) -> list[str]:
    """The contracts to compare: those named; of a file and a folder those of the file; else all."""
    names = list(dict.fromkeys([*new.ids, *old.ids]))
    if old.is_folder != new.is_folder:
        names = list(old.ids if new.is_folder else new.ids)
    if unknown := sorted(set(contracts) - set(names)):
        mend = f"the contracts are {', '.join(names)}"
        raise RunError(
            Problem("L206", Place(part=f"contract {unknown[0]}"), "neither version has such a contract", mend)
        )
    return [name for name in names if not contracts or name in contracts]


def _agreements(version: Version) -> Iterator[dt.date]:
    for contract in version.contracts.values():
        yield contract.agreed
        yield from (amendment.agreed for amendment in contract.amendments)
        yield from (discount.agreed for discount in contract.discounts)
        yield from (entry.agreed for charge in contract.charges for entry in charge.price.entries)


def _refuse_unknown_meters(given: Iterable[Given], old: Version, new: Version) -> None:
    known = sorted(_meters(old) | _meters(new))
    for name in (one.meter for one in given):
        if name not in known:
            mend = f"the meters and inputs of these terms are {', '.join(known)}" if known else "these terms have none"
            raise RunError(Problem("L204", Place(part=f"--given {name}"), f"there is no meter or input {name}", mend))


def _refuse_unknown_series(given: Iterable[GivenIndex], old: Version, new: Version) -> None:
    versions = (*old.contracts.values(), *new.contracts.values())
    known = sorted({series for contract in versions for series in contract.index_series})
    for one in given:
        if one.series not in known:
            mend = f"these terms follow {', '.join(known)}" if known else "these terms follow no index"
            place = Place(part=f"--given {one.series}:{one.month:%Y-%m}")
            raise RunError(Problem("L204", place, f"no indexation follows {one.series}", mend))


def _meters(version: Version) -> set[str]:
    """What quantities can be given for: meters and inputs."""
    contracts = version.contracts.values()
    return {meter.id for one in contracts for meter in one.meters} | {
        asked.id for one in contracts for asked in one.inputs
    }


def _names(old: Version, new: Version, desk: Desk | None) -> tuple[frozenset[str], frozenset[str]]:
    contracts = {*old.ids, *new.ids}
    meters = old.meters | new.meters | _meters(old) | _meters(new)
    if desk:
        contracts |= desk.terms.refused.keys() | desk.contracts.cards.keys()
        meters |= desk.terms.meters
    return frozenset(contracts), frozenset(meters)


def _pair(
    old: Contract | None,
    new: Contract | None,
    today: dt.date,
    since: dt.date | None,
    until: dt.date | None,
    known_on: dt.date,
) -> _Pair:
    """A contract with the days that are compared, and the day through which it is to be rated for that."""
    sides = [one for one in (old, new) if one is not None]
    start = since or min(one.start for one in sides)
    most = add_months(max(today, start), MONTHS_AHEAD + 1, 1)
    end = until + DAY if until else min(most, max(foreseeable(one, today).end for one in sides))
    days = Period(start, max(end, start + DAY))
    return _Pair(old, new, days, rated_through(sides, days.end, known_on))


def _evidence(pairs: Iterable[_Pair], book: _Book) -> tuple[tuple[Measurements, Measurements], tuple[Problem, ...]]:
    """The answers for the older version and for the newer one, whose meters may count differently; and what is wrong with
    the usage, said once."""
    listed = list(pairs)
    space = book.spaces[0] if book.spaces else None
    answers: list[Measurements] = []
    problems: dict[Problem, None] = {}
    for at in (0, 1):
        demands: list[Demand] = []
        by_hand: dict[tuple[str, str, Period], Measured] = {}
        for pair in listed:
            contract = (pair.old, pair.new)[at]
            if contract is not None:
                evidence = book.evidence(contract, pair.through)
                asked = engine.demands(
                    contract, zone_of(contract, space), book.known_on, pair.through, evidence=evidence
                )
                demands += asked
                by_hand |= dict(answered(asked, book.given, pair.sides, book.known_on, pair.through))
        found, wrong = measured(demands, space, book.known_on, *book.names, book.renamed)
        answers.append({**found, **by_hand})
        problems |= dict.fromkeys(wrong)
    return (answers[0], answers[1]), tuple(problems)


def _compared(pair: _Pair, answers: tuple[Measurements, Measurements], book: _Book) -> ContractDiff:
    sides = pair.sides
    there, rated = sides[-1], []
    customers = next((rows for one in reversed(sides) if (rows := customers_of(one, book.spaces))), None)
    for contract, known in zip((pair.old, pair.new), answers, strict=True):
        nothing = Foreseen((), (), ())
        if contract is None:
            rated.append(nothing)
        else:
            evidence = book.evidence(contract, pair.through)
            rated.append(foresee(contract, customers, known, book.known_on, pair.through, evidence))
    doubts = (*rated[0].doubts, *rated[1].doubts)
    if doubts:
        return ContractDiff(id=there.id, title=there.title, days=pair.days, problems=tuple(dict.fromkeys(doubts)))
    agreed = _agreed_differently(pair, book.known_on)
    found = compare(sides[0], there, rated[0], rated[1], agreed, pair.days)
    cited = {change for row in found.rows for change in row.because}
    return ContractDiff(
        id=there.id,
        title=there.title,
        days=pair.days,
        rows=found.rows,
        same=found.same,
        same_usage=found.same_usage,
        besides=tuple(change for change in agreed if change not in cited),
    )


def _agreed_differently(pair: _Pair, known_on: dt.date) -> tuple[Change, ...]:
    if pair.old is None or pair.new is None:
        (there,) = pair.sides
        words = (there.title, "") if pair.new is None else ("", there.title)
        clauses = (there.clause, None) if pair.new is None else (None, there.clause)
        return (Change("contract", "", "", *words, *clauses),)
    return (*pair.renamed, *changes(pair.old, pair.new, known_on, pair.days))

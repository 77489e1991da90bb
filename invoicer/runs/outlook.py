"""runs: what of one contract was issued, and what is open of it: held, late or to come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from invoicer.documents import Carried, Comparison, Difference, carry_forward
from invoicer.domain.contract import Contract
from invoicer.domain.deadline import IssueDeadline, deadline_for
from invoicer.domain.entitlement import BilledLine, Entitlement, Treated
from invoicer.domain.money import Money
from invoicer.domain.party import PartyKind, in_force
from invoicer.domain.period import Period
from invoicer.domain.supply import Treatment
from invoicer.domain.usage import Measurements
from invoicer.engine import ScheduledPeriod
from invoicer.errors import Problem
from invoicer.ledger import DraftStatus, Ledger, Plan
from invoicer.runs.context import draft_context
from invoicer.runs.desk import Desk
from invoicer.runs.examples import unexpected
from invoicer.runs.expected import Expected, Status
from invoicer.runs.requested import Requests, Taken
from invoicer.runs.settle import Assessed, assess, compare, member, missing

AHEAD = "its amount depends on what is not known yet"


class Outlook:
    """What a day knows of a contract, and of the days until another one."""

    def __init__(
        self, desk: Desk, ledger: Ledger, measured: Measurements, requests: Requests, on: dt.date, until: dt.date
    ) -> None:
        self._desk, self._on, self._until = desk, on, max(on, until)
        self._measured, self._requests = measured, requests
        self._context = draft_context(desk, ledger, on, {})
        self._foreign = frozenset(one.number for one in ledger.imported())
        known = [one.id for one in ledger.plans() if one.as_of <= on]
        plan = ledger.plan(known[-1]) if known else None
        self._planned = _planned(plan)
        self._held = {name: (plan.id, problems) for name, problems in plan.holds.items()} if plan else {}

    def issued(self, billed: Iterable[BilledLine]) -> Iterator[Expected]:
        """What documents carry. A concession is no part of it: what was owed stays owed."""
        for line in (one for one in billed if one.counts):
            law, last_day = None, None
            if line.corrects is None:
                law, last_day = self._deadline(
                    line.registration, line.customer, line.treatment, line.tax_point, line.days, line.one_off
                )
            yield Expected(
                contract=line.contract,
                customer=line.customer,
                seller=line.seller,
                component=str(line.component),
                days=line.days,
                bill_date=line.bill_date,
                status=Status.ISSUED,
                net=line.net,
                document=line.document,
                issued=line.issue_date,
                late=_behind(line.issue_date, line.bill_date) if line.corrects is None else 0,
                last_day=last_day,
                law=law,
                late_by_law=_behind(line.issue_date, last_day),
                why=(f"corrects {line.corrects[0]}",) if line.corrects else (),
            )

    def open(self, family: Sequence[Contract], lines: Mapping[str, Sequence[BilledLine]]) -> Iterator[Expected]:
        """What is owed by the terms of contracts that belong together and not billed, with the reason where there is one."""
        billed = {name: self._requests.carried(found) for name, found in lines.items()}
        asked = {one.id: self._requests.of(billed[one.id]) for one in family}
        now = {one.id: self._assess(one, billed, self._on) for one in family}
        ahead = {one.id: self._assess(one, billed, self._until) for one in family}
        found = self._compare(family, now, asked, self._on)
        later = self._compare(family, ahead, asked, self._until)
        every = (*(difference for one in asked.values() for difference in one.differences), *found.differences)
        holds = [*found.holds, *missing(self._desk, every, self._on)]
        for one in family:
            holds += [*now[one.id].holds, *asked[one.id].holds, *unexpected(self._desk, [one]).get(one.id, ())]
        by_id = {one.id: one for one in family}
        unsure = any(one.holds for one in now.values())
        waits = self._carried(every, by_id) if not holds else {}
        for each in every:
            if each.is_supply or not unsure:  # where something is not known, a reduction may be none
                yield self._difference(by_id[each.contract], each, holds, waits.get(id(each)))
        for about, net in found.apart:
            yield self._apart(about, net, (*found.holds, *found.withheld))
        for each in later.differences:
            if each.is_supply and each.bill_date > self._on:
                yield self._difference(by_id[each.contract], each, ())
        for one in family:
            yield from self._unrated(one, now[one.id], ahead[one.id], billed[one.id])

    def _assess(self, contract: Contract, billed: Mapping[str, Sequence[BilledLine]], through: dt.date) -> Assessed:
        return assess(self._desk, contract, billed, self._measured, self._on, through, self._foreign)

    def _compare(
        self, family: Sequence[Contract], owed: Mapping[str, Assessed], asked: Mapping[str, Taken], through: dt.date
    ) -> Comparison:
        members = [member(self._desk, one, owed[one.id].treated, asked[one.id].billed, self._on) for one in family]
        return compare(self._desk, members, through)

    def _carried(self, differences: Iterable[Difference], by_id: Mapping[str, Contract]) -> Mapping[int, Carried]:
        """What waits until it is worth an invoice, as a plan would have it wait. (Of a customer whose contracts share
        invoices only those at hand are counted together.)"""
        if not any(contract.least_invoice for contract in by_id.values()):
            return {}
        due = [one for one in differences if one.is_supply and one.bill_date <= self._on]
        ready, carried = carry_forward(due, self._context)
        goes = {id(one) for one in ready}
        waiting = ((one, found) for one in due if id(one) not in goes for found in carried if _is_of(one, found))
        return {id(one): found for one, found in waiting}

    def _difference(
        self, contract: Contract, one: Difference, holds: Sequence[Problem], waits: Carried | None = None
    ) -> Expected:
        law, last_day = None, None
        if one.is_supply:
            law, last_day = self._deadline(
                one.parties.registration, one.parties.customer, one.treatment, one.tax_point, one.days, one.one_off
            )
        status, why = self._state(contract, one, holds, waits)
        past = one.is_supply and status is not Status.TO_COME
        return Expected(
            contract=one.contract,
            customer=one.parties.customer,
            seller=one.parties.seller,
            component=str(one.component),
            days=one.days,
            bill_date=one.bill_date,
            status=status,
            net=one.net,
            late=_behind(self._on, one.bill_date) if past else 0,
            last_day=last_day,
            law=law,
            late_by_law=_behind(self._on, last_day) if past else 0,
            why=why,
        )

    def _state(
        self, contract: Contract, one: Difference, holds: Sequence[Problem], waits: Carried | None
    ) -> tuple[Status, tuple[str, ...]]:
        if holds:
            return Status.HELD, tuple(dict.fromkeys(f"{each.code}: {each.cause}" for each in holds))
        if one.correction is not None:
            return Status.TO_COME, (f"corrects {one.correction.line.document}", *self._planned.get(contract.id, ()))
        if waits:
            return Status.HELD, (f"invoices of less than {waits.least} may wait until {waits.until}",)
        if contract.id in self._held and one.bill_date <= self._on:  # what was found wrong with the paper itself, too
            plan, problems = self._held[contract.id]
            return Status.HELD, tuple(dict.fromkeys(f"plan {plan}: {each.code}: {each.cause}" for each in problems))
        if one.bill_date < self._on:
            return Status.LATE, self._planned.get(contract.id, ("no plan has it",))
        return Status.TO_COME, self._planned.get(contract.id, ()) if one.bill_date == self._on else ()

    def _apart(self, about: BilledLine | Difference, net: Money, problems: Iterable[Problem]) -> Expected:
        """An amount that is not issued by itself: withheld, too old, or with nothing to be taken from."""
        parties = about if isinstance(about, BilledLine) else about.parties
        return Expected(
            contract=about.contract,
            customer=parties.customer,
            seller=parties.seller,
            component=str(about.component),
            days=about.days,
            bill_date=about.bill_date,
            status=Status.HELD,
            net=net,
            why=tuple(dict.fromkeys(f"{each.code}: {each.cause}" for each in problems)),
        )

    def _unrated(
        self, contract: Contract, now: Assessed, ahead: Assessed, lines: Sequence[BilledLine]
    ) -> Iterator[Expected]:
        """Billing periods without an amount or without a treatment that no document carries."""
        held = {one.period: one.reasons for one in now.unrated}
        for one in ahead.unrated:
            period = one.period
            if any(_bills(line, period) for line in lines):
                continue
            reasons = held.get(period, one.reasons)
            due = period.bill_date <= self._on
            why = tuple(f"{each.code}: {each.cause}" for each in reasons) if due else (AHEAD,)
            component = period.charge if period.part == "charge" else f"{period.charge}/{period.part}"
            known = self._known(contract, component, period.days, period.bill_date, None, due, why)
            yield self._with_law(known, (*now.treated, *ahead.treated), lines, period)
        for owed, reason in (*now.untreated, *(one for one in ahead.untreated if one[0].bill_date > self._on)):
            if not any(_carries(line, owed) for line in lines):
                due = owed.bill_date <= self._on
                yield self._known(
                    contract,
                    str(owed.component),
                    owed.days,
                    owed.bill_date,
                    owed.net,
                    due,
                    (f"{reason.code}: {reason.cause}",),
                )

    def _known(
        self,
        contract: Contract,
        component: str,
        days: Period,
        bill_date: dt.date,
        net: Money | None,
        due: bool,
        why: tuple[str, ...],
    ) -> Expected:
        return Expected(
            contract=contract.id,
            customer=contract.buyers.at(days.start, self._on).customer,
            seller=contract.seller,
            component=component,
            days=days,
            bill_date=bill_date,
            status=Status.HELD if due else Status.TO_COME,
            net=net,
            late=_behind(self._on, bill_date) if due else 0,
            why=why,
        )

    def _with_law(
        self, row: Expected, treated: Sequence[Treated], lines: Sequence[BilledLine], period: ScheduledPeriod
    ) -> Expected:
        """A period without an amount, with the deadline of another one of the same charge; where there is none, no deadline
        is claimed."""
        like = [(one.entitlement.component.charge, one.registration, one.treatment) for one in treated]
        like += [(line.component.charge, line.registration, line.treatment) for line in reversed(lines)]
        same = [one for one in like if one[0] == period.charge]
        if not same:
            return row
        _, registration, treatment = same[0]
        law, last_day = self._deadline(
            registration, row.customer, treatment, period.tax_point, period.days, period.one_off
        )
        late = _behind(self._on, last_day) if row.status is Status.HELD else 0
        return replace(row, law=law, last_day=last_day, late_by_law=late)

    def _deadline(
        self, registration: str, customer: str, treatment: Treatment, day: dt.date, days: Period, one_off: bool
    ) -> tuple[IssueDeadline | None, dt.date | None]:
        """The fact of the seller's market that counts, and the day that it comes to. What consumers are to get is not
        covered, nor supplies that are exempt."""
        row = in_force(self._desk.workspace.customers.get(customer, ()), day, self._on)
        if row is None or row.kind is PartyKind.CONSUMER:
            return None, None
        market = self._desk.plugins.markets.get(registration)
        facts: Sequence[IssueDeadline] = getattr(market, "issue_deadlines", ())
        law = deadline_for(facts, treatment.category, days.last_day)
        return law, law.last_day(days, one_off) if law else None


def _is_of(one: Difference, carried: Carried) -> bool:
    return one.contract in carried.contracts and one.parties.customer == carried.customer


def _behind(day: dt.date, wanted: dt.date | None) -> int:
    """How many days a day lies behind the one that was wanted."""
    return max(0, (day - wanted).days) if wanted else 0


def _bills(line: BilledLine, period: ScheduledPeriod) -> bool:
    same = line.component.charge == period.charge and line.component.part is period.part
    return same and (period.one_off or line.days.overlaps(period.days))


def _carries(line: BilledLine, owed: Entitlement) -> bool:
    return line.component == owed.component and (owed.one_off or line.days.overlaps(owed.days))


def _planned(plan: Plan | None) -> Mapping[str, tuple[str, ...]]:
    """Of each contract with drafts that are not issued: how far they have come."""
    found: dict[str, dict[str, None]] = {}
    for draft in plan.drafts if plan else ():
        if draft.status in (DraftStatus.PLANNED, DraftStatus.CONFIRMED, DraftStatus.REJECTED, DraftStatus.DROPPED):
            assert plan is not None
            said = f"plan {plan.id}: draft {draft.position} is {draft.status}"
            doubts = ", ".join(dict.fromkeys(doubt.name for doubt in draft.open_doubts))
            for contract in draft.contracts:
                found.setdefault(contract, {})[said + (f" ({doubts})" if doubts else "")] = None
    return {contract: tuple(words) for contract, words in found.items()}

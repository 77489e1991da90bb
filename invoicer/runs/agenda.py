"""runs: agenda. What is to be done on which day, for the calendar of a billing specialist."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from invoicer.domain import canonical
from invoicer.domain.money import Money, total
from invoicer.ledger import Ledger
from invoicer.render import Occasion, ical
from invoicer.runs.completeness import Completeness
from invoicer.runs.desk import Desk
from invoicer.runs.expected import Expected, Status
from invoicer.runs.waiting import Waits, waiting


def agenda(desk: Desk, ledger: Ledger, found: Completeness) -> bytes:
    """The iCalendar file of what is open in a proof of completeness: a *run* on each bill date to come, a *bill* for each
    contract on it; the last day that the law allows (*deadline*) for whatever is not issued; and until when somebody has to
    release what is planned (*release*)."""
    waits = waiting(desk, ledger, found.on) if ledger.plans() else ()
    name = f"{desk.workspace.name}: billing"
    occasions = [*_runs(_coming(found)), *_bills(_coming(found)), *_deadlines(found.rows), *_releases(waits)]
    kept = (_of(desk.workspace.name, one) for one in occasions)
    return ical(name, sorted(kept, key=lambda one: (one.day, one.category, one.key)), found.on)


def _runs(rows: Iterable[Expected]) -> Iterator[Occasion]:
    for day, members in sorted(_by_day(rows).items()):
        contracts = sorted({row.contract for row in members})
        many = f"{len(contracts)} contracts" if len(contracts) > 1 else contracts[0]
        lines = [f"{name}: {_sums(row for row in members if row.contract == name)}" for name in contracts]
        yield Occasion(f"run {day}", day, "run", f"Billing run: {many}, {_sums(members)}", "\n".join(lines))


def _bills(rows: Iterable[Expected]) -> Iterator[Occasion]:
    groups: dict[tuple[dt.date, str], list[Expected]] = defaultdict(list)
    for row in rows:
        groups[row.bill_date, row.contract].append(row)
    for (day, contract), members in sorted(groups.items()):
        lines = [f"{row.component}, {row.days}: {row.net or 'depends on usage'}" for row in members]
        summary = f"Bill {contract} ({members[0].customer}): {_sums(members)}"
        yield Occasion(f"bill {day} {contract}", day, "bill", summary, "\n".join(lines))


def _deadlines(rows: Iterable[Expected]) -> Iterator[Occasion]:
    groups: dict[tuple[dt.date, str], list[Expected]] = defaultdict(list)
    for row in rows:
        if row.status is not Status.ISSUED and row.last_day and row.law:
            groups[row.last_day, row.law.law].append(row)
    for (day, law), members in sorted(groups.items()):
        contracts = sorted({row.contract for row in members})
        lines = [f"{name}: {_sums(row for row in members if row.contract == name)}" for name in contracts]
        described = "\n".join([law, *lines])
        summary = f"Last day to issue by law: {', '.join(contracts[:3])}{', …' if len(contracts) > 3 else ''}"
        yield Occasion(f"deadline {day} {law}", day, "deadline", summary, described)


def _releases(waits: Sequence[Waits]) -> Iterator[Occasion]:
    groups: dict[tuple[dt.date, str], list[Waits]] = defaultdict(list)
    for one in waits:
        if one.deadline:
            groups[one.deadline, one.owner].append(one)
    for (day, owner), members in sorted(groups.items()):
        lines = [f"{', '.join(one.contracts)}: {', '.join(one.waits_for) or 'held'}" for one in members]
        summary = f"Release {len(members)} of the plan" + (f": {owner}" if owner else "")
        yield Occasion(f"release {day} {owner}", day, "release", summary, "\n".join(lines))


def _coming(found: Completeness) -> list[Expected]:
    """What is to come on its bill date; corrections come with the next plan, whenever that is."""
    return [row for row in found.rows if row.status is Status.TO_COME and row.bill_date >= found.on]


def _by_day(rows: Iterable[Expected]) -> dict[dt.date, list[Expected]]:
    groups: dict[dt.date, list[Expected]] = defaultdict(list)
    for row in rows:
        groups[row.bill_date].append(row)
    return groups


def _sums(rows: Iterable[Expected]) -> str:
    """The amounts by currency, and that there is more where some are not known."""
    listed = list(rows)
    nets = [row.net for row in listed if row.net]
    said = [str(_total(nets, currency)) for currency in sorted({net.currency for net in nets})]
    return " + ".join([*said, *(["usage"] if any(row.net is None for row in listed) else [])])


def _total(nets: Iterable[Money], currency: str) -> Money:
    return total((net for net in nets if net.currency == currency), currency)


def _of(workspace: str, one: Occasion) -> Occasion:
    """With a key that no calendar of another workspace has."""
    key = canonical.sha256(f"{workspace}\n{one.key}")[:32]
    return Occasion(key, one.day, one.category, one.summary, one.description)

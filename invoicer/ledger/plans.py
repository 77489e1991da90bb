"""ledger: plans. What a run proposes is stored, confirmed by someone, and replaced by the next plan if it was not issued."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from invoicer.domain import canonical
from invoicer.domain.doubt import Doubt
from invoicer.domain.packed import in_bytes, pack
from invoicer.errors import Problem
from invoicer.ledger import chain, dialect, schema
from invoicer.ledger.checking import AT_ONCE
from invoicer.ledger.dialect.words import RESTORE
from invoicer.ledger.faults import Point
from invoicer.ledger.kept import carried_over, decided_as, decisions_of, doubt_rows, doubted_as, doubts_of, keep
from invoicer.ledger.numbering import Numbering, refuse_foreign, refuse_starts
from invoicer.ledger.records import Plan, PlannedDraft, PlanStatus, PlanSummary, Proposal
from invoicer.ledger.release import Decision, DraftStatus
from invoicer.ledger.series import pattern_fault
from invoicer.ledger.store import Store
from invoicer.ledger.stored import read_as, read_list
from invoicer.ledger.trouble import refused

Status = TypeVar("Status", PlanStatus, DraftStatus)

Holds = Mapping[str, Sequence[Problem]]
_LIVE = [status for status in DraftStatus if status.live]


def store_plan(
    store: Store,
    as_of: dt.date,
    created: dt.date,
    drafts: Sequence[Proposal],
    holds: Holds,
    provenance: Mapping[str, str],
    numbering: Numbering,
    doubts: Sequence[Sequence[Doubt]],
    people: int,
    who: str = "",
) -> int:
    """Store a plan, in the place of one that still waits; a plan that says the same as that one is not stored again. What
    was decided about drafts that it has again, with the same doubts, is taken over."""
    doubts = doubts or [()] * len(drafts)
    with store.write() as connection:
        _check_series(connection, drafts)
        refuse_starts(connection, numbering)
        waiting = _waiting_plan(connection)
        marks = [one.fingerprint for one in drafts]
        if waiting and _says(connection, waiting, as_of, marks, holds, doubts, people):
            return waiting
        plan = _next_id(connection)
        row = {"id": plan, "as_of": as_of, "created": created, "status": PlanStatus.OPEN}
        connection.execute(sa.insert(schema.plans), [row])
        rows = [{**one, "people": people, "since": created} for one in _draft_rows(connection, plan, drafts)]
        decisions, again = carried_over(connection, plan, rows, doubts)
        if rows:
            connection.execute(sa.insert(schema.plan_drafts), rows)
        if doubted := doubt_rows(plan, doubts):
            connection.execute(sa.insert(schema.plan_doubts), doubted)
        held = _hold_rows(plan, holds)
        if held:
            connection.execute(sa.insert(schema.plan_holds), held)
        settle(connection, plan)
        superseded = _supersede(connection, plan)
        store.fault(Point.PLAN_INSERTED)
        payload = {
            "plan": plan,
            "as_of": as_of,
            "created": created,
            "drafts": digest(f"{row['sha256']} {_noted(row)}" for row in rows),
            "count": len(rows),
            "holds": sorted(holds),
            "held": digest(map(held_as, held)),
            "supersedes": superseded,
            "doubts": digest(map(doubted_as, doubted)),
            "decisions": digest(map(decided_as, decisions)),
            "waits": digest(map(waits_as, rows)),
            "kept": again,
            "provenance": dict(provenance),
            **({"who": name} if (name := " ".join(who.split())) else {}),
        }
        keep(connection, decisions, chain.append(connection, [("planned", payload)])[0])
        store.fault(Point.LOG_APPENDED)
        return plan


def read_plan(store: Store, plan: int | None) -> Plan:
    """The plan of that id, or the latest."""
    drafts, held = schema.plan_drafts, schema.plan_holds
    with store.read() as connection:
        row = plan_row(connection, store, plan)
        mine = with_texts().where(drafts.c.plan == row.id).order_by(drafts.c.position)
        doubts, decisions = doubts_of(connection, row.id), decisions_of(connection, row.id)
        with connection.execute(mine.execution_options(yield_per=AT_ONCE)) as found:
            papers = tuple(
                planned_draft(one, doubts.get(one.position, ()), decisions.get(one.position, ())) for one in found
            )
        holds = connection.execute(sa.select(held).where(held.c.plan == row.id).order_by(held.c.contract))
        return Plan(
            row.id,
            row.as_of,
            row.created,
            _known(PlanStatus, row.status, row.id),
            papers,
            {
                hold.contract: tuple(
                    read_as(
                        list[Problem], hold.problems, "L117", f"what holds contract {hold.contract} in plan {row.id}"
                    )
                )
                for hold in holds
            },
        )


def confirmed(store: Store) -> Mapping[str, tuple[str, ...]]:
    """The contracts of each confirmed draft of the latest plan, by its fingerprint."""
    drafts = schema.plan_drafts.c
    latest = sa.select(sa.func.max(schema.plans.c.id)).scalar_subquery()
    query = sa.select(drafts.fingerprint, drafts.contracts, drafts.position, drafts.plan)
    query = query.where(drafts.plan == latest, drafts.status == DraftStatus.CONFIRMED)
    with store.read() as connection:
        return {
            mark: read_list(str, contracts, "L117", f"draft {position} of plan {plan}")
            for mark, contracts, position, plan in connection.execute(query)
        }


def summaries(store: Store) -> tuple[PlanSummary, ...]:
    """All plans, the oldest first."""
    drafts, held = schema.plan_drafts.c, schema.plan_holds.c
    counts: dict[int, dict[DraftStatus, int]] = defaultdict(dict)
    with store.read() as connection:
        counted = sa.select(drafts.plan, drafts.status, sa.func.count()).group_by(drafts.plan, drafts.status)
        for plan, status, count in connection.execute(counted):
            counts[plan][_known(DraftStatus, status, plan)] = count
        holds: dict[int, int] = dict(
            connection.execute(sa.select(held.plan, sa.func.count()).group_by(held.plan)).all()
        )
        rows = connection.execute(sa.select(schema.plans).order_by(schema.plans.c.id)).all()
    return tuple(
        PlanSummary(
            row.id, row.as_of, row.created, _known(PlanStatus, row.status, row.id), counts[row.id], holds.get(row.id, 0)
        )
        for row in rows
    )


def _known(kind: type[Status], text: str, plan: int) -> Status:
    """A status of a plan or of a draft of it. Raises RunError (L117) for a word that is none."""
    try:
        return kind(text)
    except ValueError as error:
        cause = f"“{text}” stands in plan {plan} as a status, and is none"
        raise refused("L117", "", cause, RESTORE, f"plan {plan}") from error


def plan_row(connection: sa.Connection, store: Store, plan: int | None) -> sa.Row[Any]:
    """The row of a plan, or of the latest. Raises RunError (L120)."""
    query = sa.select(schema.plans).order_by(schema.plans.c.id.desc()).limit(1)
    row = connection.execute(query if plan is None else query.where(schema.plans.c.id == plan)).one_or_none()
    if row is None:
        latest = connection.execute(sa.select(sa.func.max(schema.plans.c.id))).scalar_one()
        cause = "there is no plan yet" if plan is None else f"there is no plan {plan}"
        mend = "make one with `invoicer plan`" if latest is None else f"the latest one is plan {latest}"
        raise refused("L120", store.folder, cause, mend)
    return row


def refuse_superseded(store: Store, row: sa.Row[Any]) -> None:
    """Raises RunError (L121) for a plan that another one has replaced."""
    if row.status == PlanStatus.SUPERSEDED:
        cause = f"plan {row.id} was superseded by a later one"
        raise refused("L121", store.folder, cause, "go on with the latest plan")


def settle(connection: sa.Connection, plan: int) -> None:
    """Let the status of a plan follow that of its drafts."""
    drafts = schema.plan_drafts.c
    found = set(connection.execute(sa.select(drafts.status).where(drafts.plan == plan).distinct()).scalars())
    status = PlanStatus.ISSUED
    if found & {DraftStatus.PLANNED, DraftStatus.REJECTED}:
        status = PlanStatus.OPEN
    elif DraftStatus.CONFIRMED in found:
        status = PlanStatus.CONFIRMED
    connection.execute(sa.update(schema.plans).where(schema.plans.c.id == plan).values(status=status))


def with_texts() -> sa.Select[Any]:
    """The rows of drafts, each with its text (``data``)."""
    drafts, contents = schema.plan_drafts, schema.contents
    return sa.select(drafts, contents.c.data).outerjoin_from(drafts, contents, drafts.c.sha256 == contents.c.sha256)


def text_in(row: sa.Row[Any]) -> bytes:
    """The text of a draft, as it was planned. Raises RunError (L117) where it is another one, or gone."""
    text = row.data if isinstance(row.data, bytes) else b""
    if canonical.sha256(text) != row.sha256:
        part = f"draft {row.position} of plan {row.plan}"
        mend = "the database was changed by hand; put the folder back from its backup, or plan again"
        raise refused("L117", "", f"{part} is not what was planned", mend, part)
    return text


def planned_draft(row: sa.Row[Any], doubts: tuple[Doubt, ...], decisions: tuple[Decision, ...]) -> PlannedDraft:
    """A row of :func:`with_texts` as a record."""
    return PlannedDraft(
        row.position,
        read_list(str, row.contracts, "L117", f"draft {row.position} of plan {row.plan}"),
        row.fingerprint,
        pack(text_in(row)),
        _known(DraftStatus, row.status, row.plan),
        row.remark,
        row.document or "",
        doubts,
        decisions,
        row.people,
        row.since,
    )


def digest(hashes: Iterable[str]) -> str:
    """One hash over many, in their order."""
    return canonical.sha256("\n".join(hashes))


def held_as(row: Mapping[str, Any] | sa.RowMapping) -> str:
    """What of a row of the holds must stay as it was planned."""
    return canonical.sha256(f"{row['contract']}\n{row['problems']}")


def planned_as(row: Mapping[str, Any] | sa.RowMapping) -> str:
    """What of a row of the drafts must stay as it was planned."""
    return f"{canonical.sha256(row['data'] or b'')} {_noted(row)}"


def _noted(row: Mapping[str, Any] | sa.RowMapping) -> str:
    return f"{row['sha256']} {row['fingerprint']} {row['contracts']} {row['revisions']}"


def waits_as(row: Mapping[str, Any] | sa.RowMapping) -> str:
    """For how many people a row of the drafts waits, and since when."""
    return f"{row['people']} {row['since']}"


def _check_series(connection: sa.Connection, drafts: Iterable[Proposal]) -> None:
    """Nothing may refuse a draft once it is confirmed, so its series is looked at now."""
    series = schema.series.c
    owners = dict(connection.execute(sa.select(series.pattern, series.seller).distinct()).all())
    for pattern, seller in sorted({(draft.series, draft.seller) for draft in drafts}):
        if fault := pattern_fault(pattern):
            cause = f"the number series “{pattern}” of seller {seller} can't be used: {fault}"
            raise refused(
                "L131", "invoicer.toml", cause, "write it like HN-{year}-{number:5}", f"sellers.{seller}.series"
            )
        refuse_foreign(pattern, owners.setdefault(pattern, seller), seller)


def _next_id(connection: sa.Connection) -> int:
    """Counted under the lock, since a sequence of the database would skip the plans that were rolled back."""
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(schema.plans.c.id), 0) + 1)).scalar_one())


def _waiting_plan(connection: sa.Connection) -> int | None:
    plans = schema.plans.c
    query = sa.select(plans.id).where(plans.status != PlanStatus.SUPERSEDED).order_by(plans.id.desc()).limit(1)
    return connection.execute(query).scalar_one_or_none()


def _says(
    connection: sa.Connection,
    plan: int,
    as_of: dt.date,
    fingerprints: list[str],
    holds: Holds,
    doubts: Sequence[Sequence[Doubt]],
    people: int,
) -> bool:
    """Whether what is left of a stored plan is what a new one would say; never where something was dropped from it, which
    waits for a new plan."""
    plans, drafts, held = schema.plans.c, schema.plan_drafts.c, schema.plan_holds.c
    query = sa.select(drafts.position, drafts.fingerprint, drafts.people, drafts.status)
    left = query.where(drafts.plan == plan, drafts.status != DraftStatus.ISSUED).order_by(drafts.position)
    rows = connection.execute(left).all()
    if any(row.status == DraftStatus.DROPPED for row in rows):
        return False
    doubted = doubts_of(connection, plan)
    said = [(row.fingerprint, row.people, doubted.get(row.position, ())) for row in rows]
    problems = sa.select(held.contract, held.problems).where(held.plan == plan).order_by(held.contract)
    return (
        connection.execute(sa.select(plans.as_of).where(plans.id == plan)).scalar_one() == as_of
        and said == [(one, people, tuple(mine)) for one, mine in zip(fingerprints, doubts, strict=True)]
        and connection.execute(problems).all()
        == [(row["contract"], row["problems"]) for row in _hold_rows(plan, holds)]
    )


def _hold_rows(plan: int, holds: Holds) -> list[dict[str, Any]]:
    return [
        {"plan": plan, "contract": contract, "problems": canonical.to_json(list(problems))}
        for contract, problems in sorted(holds.items())
    ]


def _draft_rows(connection: sa.Connection, plan: int, drafts: Sequence[Proposal]) -> list[dict[str, Any]]:
    revisions = _revisions(connection, {key for draft in drafts for key in draft.keys})
    rows = []
    for position, (draft, sha256) in enumerate(zip(drafts, _keep_texts(connection, drafts), strict=True), 1):
        mine = []
        for key in draft.keys:
            mine.append(revisions[key])
            revisions[key] += 1
        row = {
            "plan": plan,
            "position": position,
            "contracts": canonical.to_json(draft.contracts),
            "fingerprint": draft.fingerprint,
            "sha256": sha256,
            "revisions": canonical.to_json(mine),
            "status": DraftStatus.PLANNED,
            "remark": "",
        }
        rows.append(row)
    return rows


def _keep_texts(connection: sa.Connection, drafts: Sequence[Proposal]) -> Iterator[str]:
    """Keep the texts of drafts, some at a time, as all of them would fill the memory. Answers their hashes."""
    for first in range(0, len(drafts), AT_ONCE):
        texts = [in_bytes(one.packed) for one in drafts[first : first + AT_ONCE]]
        hashed = [(canonical.sha256(text), text) for text in texts]
        rows = [{"sha256": sha256, "data": text} for sha256, text in dict(hashed).items()]
        dialect.insert_absent(connection, schema.contents, rows)
        yield from (sha256 for sha256, _ in hashed)


def _revisions(connection: sa.Connection, keys: Collection[tuple[str, str, str]]) -> Counter[tuple[str, str, str]]:
    """The next revision of what may be billed once: how often each key was billed, as this plan knows. Should it be billed
    otherwise meanwhile, the key is taken when the plan is issued."""
    billed = schema.billed.c
    key = (billed.contract, billed.component, billed.span)
    of_contracts = dialect.among(billed.contract, {contract for contract, *_ in keys})  # this has an index
    of_keys = dialect.among(billed.contract + "\n" + billed.component + "\n" + billed.span, set(map("\n".join, keys)))
    query = sa.select(*key, sa.func.max(billed.revision)).where(of_contracts, of_keys).group_by(*key)
    return Counter({(row[0], row[1], row[2]): row[3] + 1 for row in connection.execute(query)})


def _supersede(connection: sa.Connection, by: int) -> list[int]:
    """Close every other plan with drafts that wait; answers their ids."""
    plans, drafts = schema.plans, schema.plan_drafts
    waits = sa.exists().where(drafts.c.plan == plans.c.id, drafts.c.status.in_(_LIVE))
    query = sa.select(plans.c.id).where(plans.c.id != by, waits).order_by(plans.c.id)
    old = list(connection.execute(query).scalars())
    if old:
        live = sa.update(drafts).where(drafts.c.plan.in_(old), drafts.c.status.in_(_LIVE))
        connection.execute(live.values(status=DraftStatus.DROPPED, remark=f"superseded by plan {by}"))
        connection.execute(sa.update(plans).where(plans.c.id.in_(old)).values(status=PlanStatus.SUPERSEDED))
    return old

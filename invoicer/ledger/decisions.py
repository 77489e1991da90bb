"""ledger: decisions about drafts: released, rejected, taken out of a plan; each with who, when and why, in the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa

from invoicer.domain.doubt import Doubt
from invoicer.errors import RunError
from invoicer.ledger import chain, schema
from invoicer.ledger.faults import Point
from invoicer.ledger.kept import decided_as, decision_rows, decisions_of, doubts_of, keep
from invoicer.ledger.plans import digest, plan_row, refuse_superseded, settle
from invoicer.ledger.release import (
    DRAFT,
    RULE,
    Decision,
    DraftStatus,
    Verdict,
    about,
    open_doubts,
    person,
    rejected,
    releasers,
    status_of,
)
from invoicer.ledger.store import Store
from invoicer.ledger.stored import read_list
from invoicer.ledger.trouble import refused

RELEASING = ("a confirmation", "say why it may go out")


@dataclass(frozen=True, slots=True)
class Say:
    """Who decides, why and when. ``rule``: a rule of the workspace does it, whose name is ``who``."""

    who: str
    remark: str
    on: dt.date
    rule: bool = False

    @property
    def name(self) -> str:
        """The name that the log keeps."""
        return f"{RULE}{self.who}" if self.rule else " ".join(self.who.split())

    def decision(self, target: tuple[str, str], verdict: Verdict) -> Decision:
        """The decision about something."""
        return Decision(*target, verdict, self.name, self.on, self.remark)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which drafts of a plan are meant: those at ``positions``, with a line of ``contracts``, with a doubt of these names;
    None leaves a condition out."""

    positions: Collection[int] | None = None
    contracts: Collection[str] | None = None
    doubts: Collection[str] | None = None

    @property
    def everything(self) -> bool:
        """Whether nothing was chosen."""
        return (self.positions, self.contracts, self.doubts) == (None, None, None)


@dataclass(frozen=True, slots=True)
class _Row:
    """A draft as decisions see it."""

    position: int
    contracts: frozenset[str]
    status: DraftStatus
    sha256: str
    people: int
    doubts: tuple[Doubt, ...]
    decisions: tuple[Decision, ...]

    def chosen(self, choice: Choice) -> bool:
        """Whether a choice means this draft."""
        return (
            (choice.positions is None or self.position in choice.positions)
            and (choice.contracts is None or not self.contracts.isdisjoint(choice.contracts))
            and (choice.doubts is None or any(doubt.name in choice.doubts for doubt in self.doubts))
        )

    def named(self, choice: Choice) -> list[Doubt]:
        """The doubts that a choice names."""
        return [doubt for doubt in self.doubts if choice.doubts is not None and doubt.name in choice.doubts]


def confirm(store: Store, plan: int, say: Say, choice: Choice) -> tuple[int, ...]:
    """Release drafts that wait, and the doubts that are named; answers the positions of which something was released now.

    A draft with an open doubt that is not named stays as it is. One that was rejected is released when it is named by
    a contract: nobody overrules somebody else in a release of many.
    """
    _refuse_nobody(store, say, *RELEASING)
    return _decide(store, plan, say, choice, _waiting(choice), Verdict.RELEASED, partial(_releases, choice))


def rehearsed(store: Store, plan: int, say: Say, choice: Choice) -> dict[int, tuple[Decision, ...]]:
    """The decisions that :func:`confirm` would make about the draft at each position. Raises RunError as that does."""
    _refuse_nobody(store, say, *RELEASING)
    with store.read() as connection:
        chosen = _chosen(store, connection, plan, choice)
        made = _made(store, say, chosen, _waiting(choice), Verdict.RELEASED, partial(_releases, choice))
        return {row.position: tuple(decisions) for row, decisions in made.items()}


def _waiting(choice: Choice) -> set[DraftStatus]:
    """What a draft is that can be released."""
    return {DraftStatus.PLANNED} | ({DraftStatus.REJECTED} if choice.contracts is not None else set())


def _releases(choice: Choice, row: _Row) -> list[tuple[str, str]]:
    """What is released of a draft by somebody who makes this choice."""
    open_ones = open_doubts(row.doubts, row.decisions)
    named = [about(doubt) for doubt in row.named(choice)]
    settled = all(about(doubt) in named for doubt in open_ones)
    refused_before = {one.about for one in rejected(row.decisions)}
    targets = [one for one in named if one in refused_before or one in map(about, open_ones)]
    return [*targets, DRAFT] if settled else targets


def reject(store: Store, plan: int, say: Say, choice: Choice) -> tuple[int, ...]:
    """Reject drafts, or only the doubts that are named; answers the positions of which something was rejected now."""
    _refuse_nobody(store, say, "a rejection", "say why it may not go out")

    def rejects(row: _Row) -> list[tuple[str, str]]:
        return [DRAFT] if choice.doubts is None else [about(doubt) for doubt in row.named(choice)]

    return _decide(store, plan, say, choice, {one for one in DraftStatus if one.live}, Verdict.REJECTED, rejects)


def drop(store: Store, plan: int, say: Say, choice: Choice) -> tuple[int, ...]:
    """Take drafts out of a plan that is not issued; answers the positions that were dropped now."""
    with store.write() as connection:
        chosen = [row for row in _chosen(store, connection, plan, choice) if row.status.live]
        if chosen:
            _move(connection, plan, [(row, DraftStatus.DROPPED, say.remark) for row in chosen])
            settle(connection, plan)
            store.fault(Point.DRAFTS_CONFIRMED)
            chain.append(connection, [("dropped", _payload(plan, say, chosen))])
            store.fault(Point.LOG_APPENDED)
        return tuple(row.position for row in chosen)


def _decide(
    store: Store,
    plan: int,
    say: Say,
    choice: Choice,
    moving: Collection[DraftStatus],
    verdict: Verdict,
    targets_of: Callable[[_Row], list[tuple[str, str]]],
) -> tuple[int, ...]:
    with store.write() as connection:
        chosen = _chosen(store, connection, plan, choice)
        made = _made(store, say, chosen, moving, verdict, targets_of)
        if made:
            moves = [
                (row, status_of(row.people, row.doubts, (*row.decisions, *new)), new[-1].remark)
                for row, new in made.items()
            ]
            _move(connection, plan, moves)
            settle(connection, plan)
            store.fault(Point.DRAFTS_CONFIRMED)
            rows = decision_rows(connection, plan, [(row.position, one) for row in made for one in made[row]])
            payload = {**_payload(plan, say, made), "decisions": digest(map(decided_as, rows))}
            kind = "confirmed" if verdict is Verdict.RELEASED else "rejected"
            keep(connection, rows, chain.append(connection, [(kind, payload)])[0])
            store.fault(Point.LOG_APPENDED)
        return tuple(row.position for row in made)


def _made(
    store: Store,
    say: Say,
    chosen: Iterable[_Row],
    moving: Collection[DraftStatus],
    verdict: Verdict,
    targets_of: Callable[[_Row], list[tuple[str, str]]],
) -> dict[_Row, list[Decision]]:
    """The decisions that change something. Raises RunError: L125 all of it waits for somebody else."""
    wanted = [(row, targets_of(row)) for row in chosen if row.status in moving]
    made = {row: _new(row, targets, say, verdict) for row, targets in wanted}
    made = {row: decisions for row, decisions in made.items() if decisions}
    again = sum(bool(targets) for _, targets in wanted)
    if again and not made and verdict is Verdict.RELEASED:
        raise _again(store, say, again)
    return made


def _chosen(store: Store, connection: sa.Connection, plan: int, choice: Choice) -> list[_Row]:
    """The drafts that a choice means. Raises RunError: L120 no such plan, L121 superseded, L122 it means none."""
    refuse_superseded(store, plan_row(connection, store, plan))
    chosen = [row for row in _rows(connection, plan) if row.chosen(choice)]
    if not chosen and not choice.everything:
        cause = f"no draft of plan {plan} is what was chosen"
        mend = f"look at plan {plan} for what there is to choose from"
        if choice.doubts is not None:
            there = dict.fromkeys(doubt.name for row in _rows(connection, plan) for doubt in row.doubts)
            cause = f"no draft that was chosen has the doubt {' or '.join(choice.doubts)} in plan {plan}"
            mend = f"its doubts are {', '.join(there)}" if there else f"plan {plan} has no doubts: leave --doubt out"
        raise refused("L122", "", cause, mend, f"plan {plan}")
    return chosen


def _payload(plan: int, say: Say, rows: Collection[_Row]) -> dict[str, object]:
    """What the log keeps of a decision about these drafts."""
    return {
        "plan": plan,
        "who": say.name,
        "remark": say.remark,
        "on": say.on,
        "positions": [row.position for row in rows],
        "drafts": digest(row.sha256 for row in rows),
    }


def _new(row: _Row, targets: Iterable[tuple[str, str]], say: Say, verdict: Verdict) -> list[Decision]:
    """The decisions that change anything: a release by somebody who has released it, or a second rejection, does not."""
    refused_before = {one.about for one in rejected(row.decisions)}
    made = []
    for target in targets:
        if verdict is Verdict.REJECTED:
            again = target in refused_before
        else:
            again = person(say.name) in map(person, releasers(row.decisions, target))
        if not again:
            made.append(say.decision(target, verdict))
    return made


def _again(store: Store, say: Say, count: int) -> RunError:
    cause = (
        f"{say.name} has released {'it' if count == 1 else f'these {count} drafts'} before, and another person has to"
    )
    return refused("L125", store.folder, cause, "let somebody else look at it and call `invoicer confirm --by NAME`")


def _refuse_nobody(store: Store, say: Say, what: str, mend: str) -> None:
    if not say.who.strip():
        raise refused("L123", store.folder, f"{what} needs the name of who gives it", f"say who, with --by; {mend}")
    if not say.remark.strip():
        raise refused("L123", store.folder, f"{what} needs a remark", mend)
    if not say.rule and person(say.who).startswith(RULE):
        cause = f"“{say.name}” is how rules of the workspace sign, and no person"
        raise refused("L123", store.folder, cause, "give another name")


def _rows(connection: sa.Connection, plan: int) -> list[_Row]:
    drafts = schema.plan_drafts.c
    doubts, decisions = doubts_of(connection, plan), decisions_of(connection, plan)
    query = sa.select(drafts.position, drafts.contracts, drafts.status, drafts.sha256, drafts.people)
    return [
        _Row(
            row.position,
            frozenset(read_list(str, row.contracts, "L117", f"draft {row.position} of plan {plan}")),
            DraftStatus(row.status),
            row.sha256,
            row.people,
            doubts.get(row.position, ()),
            decisions.get(row.position, ()),
        )
        for row in connection.execute(query.where(drafts.plan == plan).order_by(drafts.position))
    ]


def _move(connection: sa.Connection, plan: int, moves: Iterable[tuple[_Row, DraftStatus, str]]) -> None:
    """Give drafts a status and a remark."""
    values = [{"p": row.position, "s": status, "r": remark} for row, status, remark in moves]
    drafts = schema.plan_drafts
    update = sa.update(drafts).where(drafts.c.plan == plan, drafts.c.position == sa.bindparam("p"))
    connection.execute(update.values(status=sa.bindparam("s"), remark=sa.bindparam("r")), values)

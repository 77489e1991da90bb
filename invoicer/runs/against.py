"""runs: a plan against what was issued before, contract by contract and in sums; and against an earlier plan."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from invoicer.domain import canonical
from invoicer.domain.document import Draft, Kind
from invoicer.domain.money import Money, total
from invoicer.domain.packed import pack, unpack
from invoicer.ledger import Brief, DraftStatus, Ledger, Plan, PlannedDraft
from invoicer.runs.comparison import Change, Paper, compare_papers, corrections, paper_of
from invoicer.runs.history import History


class State(StrEnum):
    """What a draft is beside what was there before."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    CORRECTION = "correction"
    GONE = "gone"
    ISSUED = "issued"


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """A contract on a draft against the document that it is compared with (``number``, "" where there is none) or, for a
    correction, against what it corrects. Amounts are signed and as agreed; the differences of ``changes`` sum to
    ``new`` − ``old``."""

    contract: str
    customer: str
    state: State
    number: str
    old: Money
    new: Money
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """The same, packed: most of a batch is as the last time, and nobody looks further."""

    state: State
    packed: bytes

    @classmethod
    def of(cls, whole: Against) -> Beside:
        """What was found, packed."""
        return cls(whole.state, pack(canonical.to_json(whole)))

    @property
    def whole(self) -> Against:
        """What was found, read each time."""
        return canonical.from_json(Against, unpack(self.packed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Net amounts of a seller in a currency, credit notes taken off: ``before``, all that was issued as of the days of the
    last month in which anything was (``month``, "" where nothing was); ``issued`` already as of the month of the plan;
    ``planned`` now."""

    seller: str
    currency: str
    month: str
    before: Money
    issued: Money
    planned: Money

    @property
    def change(self) -> Money:
        """This month less the one before."""
        return self.issued + self.planned - self.before


def beside(draft: Draft, history: History) -> tuple[Beside, ...]:
    """Each contract of a draft beside what was issued of it before."""
    contracts = sorted({line.contract for line in draft.lines})
    return tuple(Beside.of(_against(draft, contract, history)) for contract in contracts)


def _against(draft: Draft, contract: str, history: History) -> Against:
    paper = paper_of(draft, [contract])
    customer = draft.customer.id
    supplies = tuple(line for line in paper.lines if line.corrects is None)
    if not supplies:
        changes = tuple(one for one in corrections(draft) if one.contract == contract)
        old, new = (_sum((getattr(one, name) for one in changes), draft.currency) for name in ("old", "new"))
        state, number = (
            State.CORRECTION,
            ", ".join(sorted({one.corrects.number for one in paper.lines if one.corrects})),
        )
    else:
        before = history.comparable(contract, supplies, draft.currency)
        lines = before.lines if before else ()
        first = history.party(before.number) if before else (paper.seller, paper.registration, paper.customer)
        changes = compare_papers(Paper(lines, draft.currency, 1, *first), replace(paper, lines=supplies))
        old, new = (
            _sum((one.old for one in changes), draft.currency),
            _sum((one.new for one in changes), draft.currency),
        )
        number = before.number if before else ""
        changed = any(one.because for one in changes)
        state = State.NEW if before is None else State.CHANGED if changed else State.SAME
    return Against(
        contract=contract,
        customer=customer,
        state=state,
        number=number,
        old=old,
        new=new,
        changes=changes,
    )


def sums(drafts: Iterable[Brief], ledger: Ledger, as_of: dt.date) -> tuple[Sums, ...]:
    """What a plan comes to by seller and currency, beside the month before."""
    months: dict[str, list[int]] = defaultdict(list)
    for one in ledger.plans():
        if one.drafts.get(DraftStatus.ISSUED):
            months[f"{one.as_of:%Y-%m}"].append(one.id)
    this = f"{as_of:%Y-%m}"
    month = max((one for one in months if one < this), default="")
    amounts: dict[tuple[str, str], list[list[Money]]] = defaultdict(lambda: [[], [], []])
    for at, plans in ((0, months.get(month, ())), (1, months.get(this, ()))):
        for plan in plans:
            for paper in ledger.documents(plan=plan):
                amounts[paper.seller, paper.currency][at].append(_net(paper.kind, paper.net))
    for draft in drafts:
        amounts[draft.seller, draft.currency][2].append(_net(draft.kind, draft.net))
    return tuple(
        Sums(
            seller=seller,
            currency=currency,
            month=month,
            before=_sum(found[0], currency),
            issued=_sum(found[1], currency),
            planned=_sum(found[2], currency),
        )
        for (seller, currency), found in sorted(amounts.items())
    )


# ------------------------------------------------------------------ two plans


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftChange:
    """A draft of a ``bill_date`` that one of two plans has and the other has not, or not so. Amounts are net and signed,
    None where there is no such draft; ``number`` is that of the document that it became meanwhile."""

    contracts: tuple[str, ...]
    customer: str
    kind: Kind
    state: State
    bill_date: dt.date
    old: Money | None
    new: Money | None
    number: str = ""
    changes: tuple[Change, ...] = ()

    @property
    def difference(self) -> Money:
        """New less old; the whole where one of them is not there."""
        if self.old is None or self.new is None:
            there = self.new if self.new is not None else self.old
            if there is None:
                raise ValueError("a change has an older or a newer amount")
            return there if self.new is not None else -there
        return self.new - self.old


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDiff:
    """Two plans side by side: ``changes`` are new, gone, issued meanwhile, or changed; ``same`` counts the other drafts.
    ``totals`` by currency are net and signed: the older plan, the newer one. The differences of the changes of a currency
    sum to that of its totals. Contracts held in only one of them are ``held`` and ``freed``."""

    old: int
    new: int
    changes: tuple[DraftChange, ...]
    same: int
    totals: dict[str, tuple[Money, Money]]
    held: tuple[str, ...] = ()
    freed: tuple[str, ...] = ()


def plan_diff(old: Plan, new: Plan) -> PlanDiff:
    """What a plan says otherwise than an earlier one. Drafts are the same when they have the same fingerprint; of the
    others those belong together that bill or correct the same for the same contracts."""
    before = old.drafts
    after = [one for one in new.drafts if one.status.live]
    marks = {one.fingerprint for one in after}
    kept = {one.fingerprint for one in before} & marks
    left: dict[object, list[PlannedDraft]] = defaultdict(list)
    for one in before:
        if one.fingerprint not in kept:
            left[_key(one)].append(one)
    changes: list[DraftChange] = []
    for one in after:
        if one.fingerprint not in kept:
            mine = left.get(_key(one), [])
            changes.append(_change(mine.pop(0) if mine else None, one))
    changes += [_change(one, None) for rest in left.values() for one in rest]
    return PlanDiff(
        old=old.id,
        new=new.id,
        changes=tuple(sorted(changes, key=lambda one: (one.contracts, one.bill_date, str(one.kind)))),
        same=sum(one.fingerprint in kept for one in after),
        totals=_totals(before, after),
        held=tuple(sorted(new.holds.keys() - old.holds.keys())),
        freed=tuple(sorted(old.holds.keys() - new.holds.keys())),
    )


def _key(planned: PlannedDraft) -> object:
    """What two drafts have in common that are the same paper with other amounts."""
    brief = planned.brief
    numbers = tuple(sorted({number for number, _ in brief.corrects}))
    return planned.contracts, brief.currency, brief.kind, numbers, brief.bill_date, brief.tax_point


def _change(old: PlannedDraft | None, new: PlannedDraft | None) -> DraftChange:
    before, after = old.draft if old else None, new.draft if new else None
    there = after or before
    planned = new or old
    if there is None or planned is None:
        raise ValueError("a change has an older or a newer draft")
    number = old.document if old and not new else ""
    state = State.ISSUED if number else State.GONE if not new else State.CHANGED if old else State.NEW
    changes: tuple[Change, ...] = ()
    if before and after:
        changes = tuple(one for one in compare_papers(paper_of(before), paper_of(after)) if one.because)
    return DraftChange(
        contracts=planned.contracts,
        customer=there.customer.id,
        kind=there.kind,
        state=state,
        bill_date=there.bill_date,
        old=_net(before.kind, before.net) if before else None,
        new=_net(after.kind, after.net) if after else None,
        number=number,
        changes=changes,
    )


def _totals(before: Iterable[PlannedDraft], after: Iterable[PlannedDraft]) -> dict[str, tuple[Money, Money]]:
    amounts: dict[str, tuple[list[Money], list[Money]]] = defaultdict(lambda: ([], []))
    for at, side in ((0, before), (1, after)):
        for draft in (one.brief for one in side):
            amounts[draft.currency][at].append(_net(draft.kind, draft.net))
    return {currency: (_sum(old, currency), _sum(new, currency)) for currency, (old, new) in sorted(amounts.items())}


def changes_of(before: Sequence[PlannedDraft], now: Iterable[Draft]) -> Iterator[DraftChange]:
    """What became of drafts that are not planned like this any more: the same paper as it would be now, or nothing."""
    there: dict[object, list[PlannedDraft]] = defaultdict(list)
    for draft in now:
        contracts = tuple(sorted({line.contract for line in draft.lines}))
        planned = PlannedDraft(0, contracts, "", pack(canonical.to_json(draft)), DraftStatus.PLANNED)
        there[_key(planned)].append(planned)
    for one in before:
        mine = there.get(_key(one), [])
        yield _change(one, mine.pop(0) if mine else None)


def _net(kind: Kind, net: Money) -> Money:
    return -net if kind is Kind.CREDIT_NOTE else net


def _sum(parts: Iterable[Money], currency: str) -> Money:
    return total(parts, currency)

"""runs: confirm. People, or rules, release or reject what was planned; who, when and why goes into the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from invoicer.domain.document import Kind
from invoicer.domain.money import Money
from invoicer.errors import Place, Problem, RunError
from invoicer.ledger import Decision, DraftStatus, Ledger, Plan, PlannedDraft, status_of
from invoicer.runs.desk import Desk
from invoicer.workspace import mend_by_choice
from invoicer.workspace.review import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """Which drafts are meant: those that fit every condition; an empty one asks nothing. ``up_to`` are amounts with tax, by
    currency: where there are some, a draft in another currency does not fit. ``owner_of`` a customer, by its id."""

    customers: Collection[str] = ()
    contracts: Collection[str] = ()
    owners: Collection[str] = ()
    sellers: Collection[str] = ()
    currencies: Collection[str] = ()
    kinds: Collection[Kind] = ()
    up_to: tuple[Money, ...] = ()
    owner_of: Mapping[str, str] = field(default_factory=dict)

    @property
    def everything(self) -> bool:
        """Whether no condition is set."""
        asked = (self.customers, self.contracts, self.owners, self.sellers, self.currencies, self.kinds, self.up_to)
        return not any(asked)

    def fits(self, planned: PlannedDraft) -> bool:
        """Whether a draft fits."""
        draft = planned.brief
        most = {one.currency: one for one in self.up_to}
        return (
            _among(draft.customer, self.customers)
            and (not self.contracts or not set(self.contracts).isdisjoint(planned.contracts))
            and _among(self.owner_of.get(draft.customer, ""), self.owners)
            and _among(draft.seller, self.sellers)
            and _among(draft.currency, self.currencies)
            and _among(draft.kind, self.kinds)
            and (not most or (draft.currency in most and draft.gross <= most[draft.currency]))
        )


EVERYTHING = Only()


def confirm(
    ledger: Ledger,
    who: str,
    remark: str,
    today: dt.date,
    *,
    plan: int | None = None,
    contracts: Collection[str] | None = None,
    doubts: Collection[str] | None = None,
    only: Only = EVERYTHING,
) -> tuple[int, ...]:
    """Release the drafts of a plan (the latest when None), or only those of some contracts, with some doubts, or that fit
    ``only``; answers the positions of which something was released. A doubt is released only where it is named.

    Raises RunError when there is no such plan, it was superseded, it has no such draft, or all of it waits for somebody
    else than ``who``.
    """
    chosen = ledger.plan(plan)
    named = contracts or only.contracts or None
    fitting = positions(chosen, only)
    return ledger.confirm(chosen.id, who, remark, today, positions=fitting, contracts=named, doubts=doubts)


def would_confirm(
    ledger: Ledger,
    who: str,
    remark: str,
    today: dt.date,
    *,
    plan: int | None = None,
    doubts: Collection[str] | None = None,
    only: Only = EVERYTHING,
) -> tuple[Plan, tuple[int, ...]]:
    """The plan as :func:`confirm` would leave it, and the positions of which something would be released."""
    chosen = ledger.plan(plan)
    fitting = positions(chosen, only)
    new = ledger.would_confirm(
        chosen.id, who, remark, today, positions=fitting, contracts=only.contracts or None, doubts=doubts
    )
    drafts = tuple(_with(one, new.get(one.position, ())) for one in chosen.drafts)
    return replace(chosen, drafts=drafts), tuple(sorted(new))


def _with(planned: PlannedDraft, new: tuple[Decision, ...]) -> PlannedDraft:
    if not new:
        return planned
    decisions = (*planned.decisions, *new)
    return replace(planned, decisions=decisions, status=status_of(planned.people, planned.doubts, decisions))


def reject(
    ledger: Ledger,
    who: str,
    remark: str,
    today: dt.date,
    *,
    plan: int | None = None,
    doubts: Collection[str] | None = None,
    only: Only = EVERYTHING,
) -> tuple[int, ...]:
    """Reject the drafts of a plan that fit, or their doubts of these names; answers as :func:`confirm`."""
    chosen = ledger.plan(plan)
    return ledger.reject(chosen.id, who, remark, today, positions=positions(chosen, only), doubts=doubts)


def release_by_rules(desk: Desk, ledger: Ledger, plan: int, today: dt.date) -> dict[str, tuple[int, ...]]:
    """Release what the rules of the workspace cover; answers the positions by the rule that did it.

    A rule stands for one person, so what two people have to release is left to them.
    """
    done: dict[str, tuple[int, ...]] = {}
    for rule in desk.workspace.review.rules:
        fitting = [one for one in ledger.plan(plan).drafts if covers(rule, one, desk.workspace.owners)]
        plain = [one.position for one in fitting if not one.open_doubts]
        doubted = [one.position for one in fitting if one.open_doubts]
        remark = conditions(rule)
        released: tuple[int, ...] = ()
        if plain:
            released += ledger.confirm(plan, rule.name, remark, today, positions=plain, rule=True)
        if doubted:
            released += ledger.confirm(plan, rule.name, remark, today, positions=doubted, doubts=rule.doubts, rule=True)
        if released:
            done[rule.name] = tuple(sorted(released))
    return done


def covers(rule: Rule, planned: PlannedDraft, owners: Mapping[str, str]) -> bool:
    """Whether a rule may release a draft that waits."""
    if planned.status is not DraftStatus.PLANNED or planned.people > 1:
        return False
    if any(doubt.name not in rule.doubts or doubt.people > 1 for doubt in planned.open_doubts):
        return False
    only = Only(
        customers=rule.customers,
        contracts=rule.contracts,
        owners=rule.owners,
        sellers=rule.sellers,
        kinds=rule.kinds,
        up_to=rule.up_to,
        owner_of=owners,
    )
    return only.fits(planned) and (not rule.contracts or set(planned.contracts) <= set(rule.contracts))


def conditions(rule: Rule) -> str:
    """A rule in words, for the log."""
    parts = [f"doubts {', '.join(rule.doubts) or 'none'}"]
    parts += [f"up to {' or '.join(map(str, rule.up_to))}"] if rule.up_to else []
    for word, values in (
        ("kinds", rule.kinds),
        ("customers", rule.customers),
        ("contracts", rule.contracts),
        ("owners", rule.owners),
        ("sellers", rule.sellers),
    ):
        parts += [f"{word} {', '.join(values)}"] if values else []
    return "; ".join(parts)


def positions(plan: Plan, only: Only) -> list[int] | None:
    """The drafts that fit; None where nothing is asked. Raises RunError (L122) where none fits, and for each word that no
    draft of the plan has: a slip of the pen would leave one out without a word."""
    if only.everything:
        return None
    problems = [*_unknown(plan, only)]
    found = [one.position for one in plan.drafts if only.fits(one)] if not problems else []
    if not found and not problems:
        cause, mend = f"no draft of plan {plan.id} fits what was chosen", _LISTED
        problems = [Problem("L122", Place(part=f"plan {plan.id}"), cause, mend)]
    if problems:
        raise RunError(problems)
    return found


_LISTED = "`invoicer waiting` lists contracts, customers and owners of all that waits"


def _unknown(plan: Plan, only: Only) -> Iterator[Problem]:
    """A problem for each contract, customer, owner, seller and currency that was chosen and no draft of a plan has."""
    names = {"contract": {contract for one in plan.drafts for contract in one.contracts}}
    wanted: dict[str, Collection[str]] = {"contract": only.contracts}
    if only.customers or only.owners or only.sellers or only.currencies:
        drafts = [one.brief for one in plan.drafts]
        names["customer"] = {one.customer for one in drafts}
        names["owner"] = {only.owner_of.get(customer, "") for customer in names["customer"]}
        names["seller"] = {one.seller for one in drafts}
        names["currency"] = {one.currency for one in drafts}
        wanted |= {"customer": only.customers, "owner": only.owners}
        wanted |= {"seller": only.sellers, "currency": only.currencies}
    for noun, words in wanted.items():
        for word in sorted(set(words) - names[noun]):
            if noun == "contract" and (held := plan.holds.get(word)):
                cause = f"contract {word} has no draft in plan {plan.id}: it is held ({held[0].code} {held[0].cause})"
                mend = f"{held[0].mend}; then plan again"
                yield Problem("L122", Place(part=f"plan {plan.id}"), cause, mend)
                continue
            cause = f"no draft of plan {plan.id} has {noun} {word}"
            found = ", ".join(sorted(names[noun] - {""}))
            else_ = f"it has {found}" if found and noun in ("seller", "currency") else _LISTED
            yield Problem("L122", Place(part=f"plan {plan.id}"), cause, mend_by_choice(word, names[noun], else_))


def _among(value: str, wanted: Collection[str]) -> bool:
    return not wanted or value in wanted

"""Who released and rejected what: doubts, two people, what a new plan takes over, and that nothing is issued unconfirmed."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicer.domain.doubt import Doubt
from invoicer.errors import Place, Problem, RunError, Severity
from invoicer.ledger import DraftStatus, Ledger, PlannedDraft, PlanStatus
from invoicer.ledger.release import person
from tests.ledger.conftest import Places
from tests.ledger.papers import TODAY, edit, finish, many, proposed, reader, writer
from tests.quickly import law

P, C, R, D = DraftStatus.PLANNED, DraftStatus.CONFIRMED, DraftStatus.REJECTED, DraftStatus.DROPPED


def doubt(name: str, index: int, people: int = 1, cause: str = "it is new") -> Doubt:
    contract = f"c{index:04}-2026"
    return Doubt(name, contract, Problem("L301", Place(part=contract), cause, "look at it", Severity.HOLD), people)


def planned(ledger: Ledger, doubts: Sequence[Sequence[Doubt]] = (), people: int = 1) -> int:
    """A plan of three drafts with these doubts."""
    return ledger.store_plan(TODAY, TODAY, proposed(many(3)), {}, doubts=doubts, people=people)


def statuses(ledger: Ledger) -> list[DraftStatus]:
    return [one.status for one in ledger.plan().drafts]


def test_a_draft_with_an_open_doubt_is_released_only_when_the_doubt_is_named(folder: Path) -> None:
    doubts = [(doubt("jump", 0), doubt("tax-id", 0)), (doubt("jump", 1),), ()]
    with writer(folder) as ledger:
        plan = planned(ledger, doubts)
        assert [one.doubts for one in ledger.plan().drafts] == doubts
        assert ledger.confirm(plan, "Sales", "agreed", TODAY) == (3,)
        assert ledger.confirm(plan, "Sales", "agreed", TODAY, contracts=["c0000-2026"]) == ()
        assert statuses(ledger) == [P, P, C]
        assert ledger.confirm(plan, "Sales", "a new site", TODAY, doubts=["jump"]) == (1, 2)
        assert statuses(ledger) == [P, C, C]
        assert [one.name for one in ledger.plan().drafts[0].open_doubts] == ["tax-id"]
        assert ledger.issue(plan, finish, TODAY) == ("HN-2026-00001", "HN-2026-00002")
        assert ledger.confirm(plan, "Tax", "checked by hand", TODAY, doubts=["tax-id"]) == (1,)
        assert ledger.plan().status is PlanStatus.CONFIRMED
        told = [(one.doubt, one.who, one.remark) for one in ledger.plan().drafts[0].decisions]
        assert told[0] == ("jump", "Sales", "a new site")
        assert told[1:] == [("tax-id", "Tax", "checked by hand"), ("", "Tax", "checked by hand")]
        assert ledger.verify_chain() == ()


def test_a_doubt_that_no_draft_has_is_refused(folder: Path) -> None:
    with writer(folder) as ledger, pytest.raises(RunError, match=r"L122.*has the doubt jump"):
        ledger.confirm(planned(ledger), "Sales", "agreed", TODAY, doubts=["jump"])


def test_two_people_are_two_people(folder: Path) -> None:
    with writer(folder) as ledger:
        plan = planned(ledger, [(doubt("jump", 0, people=2),), (), ()], people=1)
        assert ledger.confirm(plan, "Ada Berg", "seen", TODAY, doubts=["jump"]) == (1,)
        assert statuses(ledger) == [P, P, P]
        for again in ("Ada Berg", " ada  BERG "):
            with pytest.raises(RunError, match=r"L125.*another person has to"):
                ledger.confirm(plan, again, "seen again", TODAY, doubts=["jump"])
        assert ledger.confirm(plan, "Ada Berg", "the rest", TODAY) == (2, 3)
        assert ledger.confirm(plan, "Bo Lind", "seen too", TODAY, doubts=["jump"]) == (1,)
        assert statuses(ledger) == [C, C, C]


def test_a_policy_may_want_two_people_for_every_draft(folder: Path) -> None:
    with writer(folder) as ledger:
        plan = planned(ledger, people=2)
        ledger.confirm(plan, "Ada Berg", "seen", TODAY)
        assert statuses(ledger) == [P, P, P]
        assert ledger.issue(plan, finish, TODAY) == ()
        assert ledger.plan().drafts[0].releasers() == ("Ada Berg",)
        ledger.confirm(plan, "Bo Lind", "seen too", TODAY, contracts=["c0000-2026"])
        assert statuses(ledger) == [C, P, P]


def test_a_rule_signs_as_a_rule_and_a_person_cannot(folder: Path) -> None:
    with writer(folder) as ledger:
        plan = planned(ledger)
        ledger.confirm(plan, "small", "up to 500.00 EUR", TODAY, positions=[1], rule=True)
        assert ledger.plan().drafts[0].releasers() == ("rule small",)
        with pytest.raises(RunError, match=r"L123.*no person"):
            ledger.confirm(plan, "Rule  small", "agreed", TODAY)


def test_what_is_rejected_is_not_issued_and_stays_so(folder: Path) -> None:
    with writer(folder) as ledger:
        plan = planned(ledger, [(doubt("jump", 0),), (), ()])
        ledger.confirm(plan, "Sales", "agreed", TODAY, doubts=["jump"])
        assert ledger.reject(plan, "Sales", "the customer says 40 seats", TODAY, contracts=["c0000-2026"]) == (1,)
        assert ledger.reject(plan, "Sales", "once more", TODAY, contracts=["c0000-2026"]) == ()
        assert ledger.confirm(plan, "Billing", "the rest", TODAY) == (2, 3)
        assert statuses(ledger) == [R, C, C]
        assert ledger.plan().drafts[0].remark == "the customer says 40 seats"
        assert ledger.plan().status is PlanStatus.OPEN
        assert planned(ledger, [(doubt("jump", 0),), (), ()]) == plan
        again = ledger.store_plan(TODAY, TODAY, proposed(many(3)[:2]), {}, doubts=[(doubt("jump", 0),), ()])
        assert again != plan
        assert statuses(ledger) == [R, C]
        assert ledger.issue(again, finish, TODAY) == ("HN-2026-00001",)
        assert ledger.confirm(again, "Sales", "it is right after all", TODAY, contracts=["c0000-2026"]) == (1,)
        assert ledger.plan().drafts[0].status is C
        assert ledger.verify_chain() == ()


def test_a_rejected_doubt_rejects_the_draft_until_it_is_released(folder: Path) -> None:
    with writer(folder) as ledger:
        plan = planned(ledger, [(doubt("jump", 0),), (), ()])
        ledger.reject(plan, "Sales", "not before the site opens", TODAY, doubts=["jump"])
        assert statuses(ledger) == [R, P, P]
        assert ledger.confirm(plan, "Billing", "all jumps", TODAY, doubts=["jump"]) == ()
        assert statuses(ledger) == [R, P, P]
        ledger.confirm(plan, "Sales", "it has opened", TODAY, contracts=["c0000-2026"], doubts=["jump"])
        assert statuses(ledger) == [C, P, P]


def test_what_somebody_rejected_goes_out_with_no_release_of_many(folder: Path) -> None:
    with writer(folder) as ledger:
        plan = planned(ledger, [(doubt("jump", 0),), (doubt("jump", 1),), ()])
        ledger.reject(plan, "Sales", "the customer says 40 seats", TODAY, contracts=["c0000-2026"])
        assert ledger.confirm(plan, "Billing", "all jumps", TODAY, doubts=["jump"]) == (2,)
        assert statuses(ledger) == [R, C, P]


def test_what_a_release_would_decide_is_what_it_decides(folder: Path) -> None:
    with writer(folder) as ledger:
        plan = planned(ledger, [(doubt("jump", 0, people=2),), (), ()])
        for name in ("Sales", "Billing"):
            rehearsed = ledger.would_confirm(plan, name, "agreed", TODAY, doubts=["jump"])
            before = {one.position: one.decisions for one in ledger.plan().drafts}
            assert ledger.confirm(plan, name, "agreed", TODAY, doubts=["jump"]) == tuple(rehearsed)
            after = {one.position: one.decisions for one in ledger.plan().drafts}
            assert after == {position: (*before[position], *rehearsed.get(position, ())) for position in before}
            if name == "Sales":
                with pytest.raises(RunError, match="L125"):
                    ledger.would_confirm(plan, name, "agreed", TODAY, doubts=["jump"])


@pytest.mark.parametrize("changed", ["nothing", "fingerprint", "cause", "new doubt", "no doubt"])
def test_a_new_plan_takes_over_what_is_as_it_was(folder: Path, changed: str) -> None:
    old, new = [(doubt("jump", 0),), (), ()], [(doubt("jump", 0),), (), ()]
    drafts = many(3)
    match changed:
        case "fingerprint":
            drafts[0] = (drafts[0][0], "changed")
        case "cause":
            new[0] = (doubt("jump", 0, cause="it is much larger"),)
        case "new doubt":
            new[0] = (doubt("jump", 0), doubt("tax-id", 0))
        case "no doubt":
            new[0] = ()
    later = dt.date(2026, 2, 2)
    with writer(folder) as ledger:
        plan = planned(ledger, old)
        ledger.confirm(plan, "Sales", "agreed", TODAY, doubts=["jump"])
        ledger.store_plan(later, later, proposed(drafts), {}, doubts=new)
        first, second, _ = ledger.plan().drafts
        assert (first.status, first.since) == ((C, TODAY) if changed == "nothing" else (P, later))
        assert (second.status, second.since) == (P, TODAY)
        assert [one.who for one in first.decisions] == (["Sales", "Sales"] if changed == "nothing" else [])
        assert ledger.verify_chain() == ()


def test_what_was_released_is_remembered_once_its_draft_is_issued(folder: Path) -> None:
    asked = replace(doubt("unconfirmed-amendment", 0), subject="amendment 1 abc\namendment 2 def")
    with writer(folder) as ledger:
        plan = planned(ledger, [(asked,), (doubt("jump", 1),), ()])
        ledger.confirm(plan, "Sales", "as signed", TODAY, doubts=["unconfirmed-amendment", "jump"])
        assert ledger.released_doubts("unconfirmed-amendment") == frozenset()
        ledger.issue(plan, finish, TODAY)
        released = {("c0000-2026", "amendment 1 abc"), ("c0000-2026", "amendment 2 def")}
        assert ledger.released_doubts("unconfirmed-amendment") == released


def test_what_is_decided_after_an_issue_is_no_part_of_it(folder: Path) -> None:
    with writer(folder) as ledger:
        plan = planned(ledger)
        ledger.confirm(plan, "Sales", "agreed", TODAY, positions=[1, 2])
        assert ledger.decided_since_issue(plan) == frozenset()
        ledger.issue(plan, finish, TODAY)
        assert ledger.decided_since_issue(plan) == frozenset()
        ledger.confirm(plan, "Sales", "agreed", TODAY)
        assert ledger.decided_since_issue(plan) == {3}


def test_what_is_released_while_an_issue_is_under_way_is_no_part_of_it(folder: Path) -> None:
    """Draft 1 is released when draft 2 is issued already, and draft 3 is issued after that: nobody has looked at draft 1."""
    with writer(folder) as ledger:
        plan = planned(ledger)
        ledger.confirm(plan, "Sales", "agreed", TODAY, positions=[2, 3])

        def released(_: int) -> None:
            ledger.confirm(plan, "Sales", "agreed", TODAY)

        ledger.issue(plan, finish, TODAY, batch=1, progress=released)
        assert [one.status for one in ledger.plan(plan).drafts] == ["confirmed", "issued", "issued"]
        assert ledger.decided_since_issue(plan) == {1}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("DELETE FROM plan_decisions", "L117.*Sales decided"),
        ("UPDATE plan_decisions SET json = replace(json, 'agreed', 'forged')", "L117.*Sales decided"),
        ("DELETE FROM plan_doubts", "L117.*doubts about drafts"),
        ("UPDATE plan_doubts SET name = 'small-jump'", "L117.*doubts about drafts"),
        ("UPDATE plan_drafts SET status = 'confirmed'", "L117.*draft 1 of plan 1 is confirmed.*planned"),
        ("UPDATE plan_drafts SET people = 3", "L117.*how many people"),
    ],
)
def test_decisions_changed_by_hand_are_found(folder: Path, change: str, says: str) -> None:
    with writer(folder) as ledger:
        plan = planned(ledger, [(doubt("jump", 0),), (), ()])
        ledger.confirm(plan, "Sales", "agreed", TODAY)
    edit(folder, change)
    with reader(folder) as ledger, pytest.raises(RunError, match=says):
        raise RunError(ledger.verify_chain())


NAMES = ("jump", "tax-id")
PEOPLE = ("Ada", "Bo", "Cy")
ONE_DOUBT = st.tuples(st.sampled_from(NAMES), st.integers(1, 2))
ACT = st.one_of(
    st.tuples(
        st.just("plan"),
        st.lists(st.lists(ONE_DOUBT, max_size=2, unique_by=lambda one: one[0]), min_size=3, max_size=3),
        st.integers(1, 2),
        st.integers(0, 1),
    ),
    st.tuples(
        st.sampled_from(("confirm", "reject")),
        st.sampled_from(PEOPLE),
        st.none() | st.lists(st.integers(1, 3), min_size=1, max_size=2),
        st.none() | st.lists(st.sampled_from(NAMES), min_size=1, max_size=2),
    ),
    st.just(("issue",)),
)


@law(12)
@given(st.lists(ACT, max_size=14))
def test_nothing_is_issued_unconfirmed(places: Places, tmp_path_factory: pytest.TempPathFactory, acts: list) -> None:  # type: ignore[type-arg]
    """Whatever is planned, confirmed, rejected and issued in whatever order: an issued draft was released by as many people
    as the plan asks, after its last rejection, and so was each of its doubts. The log alone says so."""
    folder = tmp_path_factory.mktemp("acts")
    with places.passing():
        places.new(folder)
        with writer(folder) as ledger:
            ledger.store_plan(TODAY, TODAY, [], {})
            for act in acts:
                _do(ledger, act)
                for one in ledger.plan().drafts:
                    assert (one.status in (C, DraftStatus.ISSUED)) is _released(one) or one.status is D
            assert ledger.verify_chain() == ()
            issued = sum(summary.drafts.get(DraftStatus.ISSUED, 0) for summary in ledger.plans())
            assert issued == len(ledger.documents())
    shutil.rmtree(folder)


def _do(ledger: Ledger, act: tuple) -> None:  # type: ignore[type-arg]
    plan = ledger.plan().id
    try:
        match act:
            case ("plan", doubts, people, shift):
                plans = [ledger.plan(summary.id) for summary in ledger.plans()]
                issued = {one.fingerprint for each in plans for one in each.drafts if one.document}
                drafts = [
                    (one, [doubt(name, at, of) for name, of in mine])
                    for at, (one, mine) in enumerate(zip(many(3), doubts, strict=True))
                    if one[1] not in issued
                ]
                day = TODAY + dt.timedelta(shift)
                ledger.store_plan(
                    day,
                    day,
                    proposed(one for one, _ in drafts),
                    {},
                    doubts=[tuple(mine) for _, mine in drafts],
                    people=people,
                )
            case ("confirm", who, positions, names):
                ledger.confirm(plan, who, "seen", TODAY, positions=positions, doubts=names)
            case ("reject", who, positions, names):
                ledger.reject(plan, who, "no", TODAY, positions=positions, doubts=names)
            case _:
                ledger.issue(plan, finish, TODAY)
    except RunError as error:
        assert error.problems[0].code in ("L122", "L125")


def _released(one: PlannedDraft) -> bool:
    """Counted again from the decisions alone, without the ledger's own way of counting."""
    wanted = {("", ""): one.people} | {(each.contract, each.name): each.people for each in one.doubts}
    released: dict[tuple[str, str], set[str]] = defaultdict(set)
    refused = set()
    for decision in one.decisions:
        about = (decision.contract, decision.doubt)
        if decision.verdict == "rejected":
            refused.add(about)
            released[about].clear()
        else:
            refused.discard(about)
            released[about].add(decision.who)
    return not refused and all(len(released[about]) >= people for about, people in wanted.items())


@given(st.text(st.sampled_from("aB c"), max_size=6))
def test_spelling_makes_no_second_person(name: str) -> None:
    assert person(name) == person(f"  {name.upper()} ") == person(name.replace(" ", "  "))

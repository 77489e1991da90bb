"""The machine: whatever people and their computers may do to a workspace, in any order; after each step the laws."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from invoicer import runs
from invoicer.documents import Asked
from invoicer.domain.correction import CreditReason, Wrong
from invoicer.ledger import DraftStatus, Ledger, RequestStatus
from tests.machine import laws, settling
from tests.machine.deal import BUYERS, CADENCES, Deal
from tests.machine.town import ABROAD, HERE, is_sound, pick
from tests.machine.watched import Watched
from tests.runs.test_histories import BILLINGS, CHANGES, CHARGES, DISCOUNTS, ENDINGS, HEAD, Story

small = st.integers(0, 40)
days = st.integers(-60, 40)
breaks = st.none() | st.none() | st.integers(1, 12)
"""At which write a command is broken off."""
REASONS = [CreditReason.PRICE, CreditReason.QUANTITY, CreditReason.GOODWILL, CreditReason.SETTLEMENT]
agreements = st.tuples(st.integers(0, 20), st.sampled_from(CADENCES), st.integers(0, 9), st.booleans(), st.booleans())
amendments = st.tuples(
    small, st.sampled_from(["fee", "fee", "seats", "seats", "billing", "customer"]), small, days, st.integers(-3, 4)
)
endings = st.tuples(small, st.sampled_from(["stop fee", "stop seats", "stop calls", "end"]), small, days, st.just(0))


class Machine(Watched):
    """What may be done, in any order."""

    # What is there at first

    @initialize(
        one=agreements,
        two=st.none() | agreements,
        charges=st.lists(st.sampled_from(CHARGES), max_size=3, unique=True),
        discount=st.sampled_from(("", *DISCOUNTS)),
        billing=st.sampled_from(BILLINGS),
        together=st.booleans(),
        horizon=st.sampled_from([24, 24, 24, 24, 24, 24, 24, 1]),
        review=st.booleans(),
        insured=st.booleans(),
        wait=st.integers(0, 40),
    )
    def begin(
        self,
        one: Any,
        two: Any,
        charges: Any,
        discount: str,
        billing: str,
        together: bool,
        horizon: int,
        review: bool,
        insured: bool,
        wait: int,
    ) -> None:
        town = self.town
        town.together, town.horizon, town.review = together, horizon, review
        for name, terms in (("one", one), ("two", two)):
            if terms:
                late, cadence, seats, listed, metered = terms
                start = town.today + dt.timedelta(late)
                deal = Deal(name, start, cadence, 2800, seats, 5000 * (seats % 2), listed, metered, insured)
                town.deals[name] = deal
        text = HEAD.format(start=town.today, billing=billing, prorate="by-days").replace(
            "contract c ", "contract rich "
        )
        text = text.replace("seller host", "seller my-company").replace("electronic-service", "hosting")
        story = Story(text + "".join(charges) + discount)
        if charges and is_sound(text + "".join(charges) + discount):
            town.rich["rich"] = story
        town.begin()
        self.place(town.folder)
        self.bill(wait)

    # What people write

    @rule(what=st.one_of(amendments, amendments, endings))
    def amend(self, what: tuple[int, str, int, int, int]) -> None:
        """Something else is agreed from a day on; before that day, or after it."""
        which, kind, value, reach, ago = what
        town = self.town
        deal: Deal = pick([*town.deals.values()], which)
        values = {
            "fee": 700 * (value % 9),
            "seats": value % 12,
            "billing": value % len(CADENCES),
            "customer": value % 2,
        }
        later = kind == "customer" or kind.startswith("stop")
        effective = max(deal.start + dt.timedelta(later), town.today + dt.timedelta(reach))
        agreed = max(dt.date(2025, 12, 2), town.today - dt.timedelta(ago))
        if kind == "end":
            deal.ends = deal.ends or (agreed, effective)
        elif not any(one.what == kind and kind.startswith("stop") for one in deal.changes) and (
            deal.metered or kind != "stop calls"
        ):
            taken = town.amend(deal, kind, values.get(kind, 0), effective, agreed)
            event(f"amended: {kind}" if taken else f"refused: {kind}")
        self.changed()

    @precondition(lambda self: self.town.rich)
    @rule(what=st.sampled_from([*CHANGES, *CHANGES, *ENDINGS]), reach=days, ago=st.integers(0, 3))
    def amend_the_rich_one(self, what: str, reach: int, ago: int) -> None:
        story, today = self.town.rich["rich"], self.town.today
        effective, agreed = max(dt.date(2026, 1, 2), today + dt.timedelta(reach)), today - dt.timedelta(ago)
        (story.end if what in ENDINGS else story.amend)(what, effective, agreed)
        self.changed()

    @rule(
        which=small,
        what=st.sampled_from(["fee", "list", "seats", "halves", "supply", "customer", "seller", "horizon"]),
        value=small,
    )
    def mend(self, which: int, what: str, value: int) -> None:
        """Someone corrects what is written, as if it had always been so: a price, a number, a party, the kind of supply."""
        deal: Deal = pick([*self.town.deals.values()], which)
        if what == "fee":
            deal.fee = 700 * (value % 9)
        elif what == "list":
            self.town.list_fee = 700 * (value % 9)
        elif what == "seats":
            deal.seats = value % 12
        elif what == "halves":  # twice the seats at half the price, or the other way round
            deal.seat, deal.seats = (7, 2 * deal.seats) if deal.seat > 7 else (14, deal.seats // 2)
        elif what == "supply":
            deal.supply = pick(["hosting", "consulting"], value)
        elif what == "horizon":
            self.town.horizon = 24
        elif what == "customer":
            before, deal.customer = deal.customer, pick(BUYERS, value)
            if not is_sound(deal.text()):  # who takes it over later can't have had it before
                deal.customer = before
        else:
            deal.seller = pick(["my-company", "other-company"], value)
        event(f"mended: {what}")
        self.changed()

    @rule(which=small, what=st.sampled_from(["", "fee", "seats", "calls", "setup"]))
    def rename(self, which: int, what: str) -> None:
        """A charge, or the contract, is called otherwise from now on: what is billed and what is held stays the same."""
        deal: Deal = pick([*self.town.deals.values()], which)
        if what not in ("", *deal.charges()) or (what == "fee" and deal.listed):
            return
        before, names = self.planned(), deal.names.setdefault(what or deal.name, [])
        names.append(f"{what or deal.name}-{len(names) + 2}")
        self.town.write()
        assert self.planned() == before
        event(f"renamed: {what or 'contract'}")

    @rule(who=st.sampled_from(BUYERS), abroad=st.booleans(), reach=days)
    def move(self, who: str, abroad: bool, reach: int) -> None:
        """A buyer moves to another country, or back: other VAT."""
        valid = max(dt.date(2026, 1, 2), self.town.today + dt.timedelta(reach))
        row = (who, ABROAD if abroad else HERE, valid, self.town.today)
        if all((one[0], one[2:]) != (who, row[2:]) for one in self.town.rows):
            self.town.rows.append(row)
        self.changed()

    # Usage

    @rule(
        which=small,
        back=st.integers(0, 50),
        late=st.none() | st.integers(0, 9),
        calls=st.integers(1, 400),
        night=st.booleans(),
    )
    def use(self, which: int, back: int, late: int | None, calls: int, night: bool) -> None:
        """Calls of today or of days that were billed, known from their own day on, from today, or from a later day."""
        metered = [deal.name for deal in self.town.deals.values() if deal.metered]
        if names := [*metered, *self.town.rich]:
            self.town.use(pick(names, which), back, late, calls, night)
        self.changed()

    @precondition(lambda self: self.town.events)
    @rule(which=small, path=st.integers(1, 12))
    def deliver_otherwise(self, which: int, path: int) -> None:
        """An event comes in a second file: what it belongs to is held until one of them is withdrawn. Then the same events
        come in other files and another order, and the same is owed."""
        town = self.town
        before = self.planned()
        name = pick(sorted(town.events), which)
        town.twice, town.path = (name,), path
        town.write()
        came, contract = town.events[name], town.events[name].contract
        (lines, holds), deal = self.planned(), town.deals.get(contract)
        calls = settling.due_by(town, deal, "calls", town.today) if deal else []
        known = came.received is None or came.received <= town.today
        if known and any(due.start <= came.on() < due.end for due in calls):
            assert "U305" in holds.get(contract, ()), f"{name} came twice, and is billed"
            assert all(line[0] != contract for line in lines)
        town.twice = ()
        town.write()
        assert self.planned() == before

    # What the billing specialist does

    @rule(wait=st.integers(0, 3), delivered=st.sampled_from([True, True, True, False]))
    def bill_soon(self, wait: int, delivered: bool) -> None:
        self.bill(wait, delivered)

    @rule(wait=st.integers(4, 20))
    def bill_later(self, wait: int) -> None:
        self.bill(wait)

    @rule(wait=st.integers(21, 60))
    def bill_much_later(self, wait: int) -> None:
        """A month later somebody has given up on requests that hold a contract, and lets old differences be billed."""
        self.town.horizon = 24
        self.town.write()
        _, holds = self.planned()
        if {"D004", "D005"} & {code for codes in holds.values() for code in codes}:
            self.do(self._cancel)
        self.bill(wait)

    def bill(self, wait: int, delivered: bool = True) -> None:
        """Some days later everything is planned, released and issued."""
        self.town.wait(wait, delivered)
        self.town.write()
        self.plan()
        self.decide(None, None, reject=False)
        self.issue()
        self.quiet = True

    @rule(
        wait=st.integers(0, 20),
        steps=st.lists(
            st.tuples(st.sampled_from(["plan", "release", "reject", "issue", "issue"]), small, breaks),
            min_size=1,
            max_size=4,
        ),
    )
    def work_in_pieces(self, wait: int, steps: list[tuple[str, int, int | None]]) -> None:
        """Plans, releases of some, issues, each of which may break off anywhere."""
        self.town.wait(wait)
        self.changed()
        for step, which, at in steps:
            if step == "plan":
                self.plan(at)
            elif step == "issue":
                self.issue(at)
            else:
                self.decide(pick([*self.town.deals, *self.town.rich, None], which), at, step == "reject", which % 3 > 0)

    def plan(self, at: int | None = None) -> None:
        self.do(lambda desk, book: runs.plan(desk, book, self.town.today, self.town.today), at)

    def decide(self, name: str | None, at: int | None, reject: bool, doubts: bool = True) -> None:
        """Someone releases or rejects the drafts of a contract, or releases all of them, also those rejected before; and
        what is doubtful about them, or not."""

        def say(_: Any, book: Ledger) -> None:
            plan = book.plan()
            drafts = [one for one in plan.drafts if name in (None, *map(self.town.first, one.contracts))]
            names = sorted({each for one in drafts for each in one.contracts}) or [name or "nobody"]
            if reject and name:
                book.reject(plan.id, "sales", "looked at", self.town.today, contracts=names)
                return
            if doubts and (found := {doubt.name for one in drafts for doubt in one.open_doubts}):
                book.confirm(plan.id, "sales", "looked at", self.town.today, contracts=names, doubts=found)
            book.confirm(plan.id, "sales", "looked at", self.town.today, contracts=names)

        self.do(say, at)

    def issue(self, at: int | None = None) -> None:
        def go(desk: runs.Desk, book: Ledger) -> None:
            plans = book.plans()
            drafts = book.plan().drafts if plans else ()
            begun = not drafts or any(one.status is DraftStatus.ISSUED for one in drafts)
            marks = set() if begun else {one.fingerprint for one in runs.derive(desk, book, plans[-1].as_of).drafts}
            self.unfinished = True
            result = runs.issue(desk, book, self.town.today, "sales")
            assert not result.problems, [*map(str, result.problems)]
            self.unfinished = False
            laws.nothing_stale_is_issued(() if begun else book.plan().drafts, marks)

        self.do(go, None if at is None else 3 * at)

    # What another system has billed

    @rule(
        which=small,
        charge=st.sampled_from(["fee", "seats"]),
        period=st.integers(0, 3),
        more=st.sampled_from([0, 0, 700, -7]),
        who=st.sampled_from([0, 0, 0, 1]),
        at=breaks,
    )
    def bring(self, which: int, charge: str, period: int, more: int, who: int, at: int | None) -> None:
        """What another system has billed of a deal for days that nothing was billed for: as much as is owed, or other than
        that; to its buyer, or to another one. It is known from its import on."""
        town, today = self.town, self.town.today
        deal: Deal = pick([*town.deals.values()], which)

        def take(desk: runs.Desk, book: Ledger) -> None:
            billed = [
                line for line in self._billed(book) if (line.contract, line.component.charge) == (deal.name, charge)
            ]
            due = [
                one
                for one in settling.due_by(town, deal, charge, today)
                if one.cents and all(line.days.end <= one.start or one.end <= line.days.start for line in billed)
            ]
            if due:
                row = settling.row_of(
                    town, deal, charge, pick(due, period), more, BUYERS[(who + BUYERS.index(deal.customer)) % 2]
                )
                number = f"OLD-{len(book.imported()) + 1}"
                file = town.folder / "old.csv"
                file.write_text(f"number,issued,{settling.COLUMNS}\n{number},{today},{row}\n", "utf-8")
                event(f"imported: {more} more")
                runs.import_billed(desk, book, file, "sales", today)

        self.do(take, at)
        self.changed()

    # Requests

    @precondition(lambda self: self.papers)
    @rule(
        which=small,
        line=st.integers(0, 5),
        part=st.sampled_from(["all", "line", "quantity", "amount", "amount"]),
        percent=st.sampled_from([1, 33, 50, 99]),
        reason=st.sampled_from(REASONS),
        at=breaks,
    )
    def credit(self, which: int, line: int, part: str, percent: int, reason: CreditReason, at: int | None) -> None:
        """Someone wants something of a document back: because it was wrong, or out of goodwill."""

        def ask(desk: runs.Desk, book: Ledger) -> None:
            paper = book.document(pick([*self.papers][::-1], which))
            of = pick(paper.lines, line)
            cents = Fraction(int(of.agreed.exact * percent), 100)
            asked = {
                "all": [],
                "line": [Asked(of.number)],
                "quantity": [Asked(of.number, quantity=of.quantity * percent / 100)],
                "amount": [Asked(of.number, amount=cents)],
            }[part]
            runs.credit(desk, book, paper.number, reason, "sales", "asked for", self.town.today, asked=asked)
            event(f"credited: {reason.kind}, {part}")

        self.do(ask, at)
        self.changed()
        self.note_errors()

    def _cancel(self, _: runs.Desk, book: Ledger) -> None:
        """The latest request that waits."""
        waiting = [one for one in book.credit_requests() if one.status is RequestStatus.WAITING]
        if waiting:
            runs.cancel(book, waiting[-1].request.id, "sales", "not meant", self.town.today)
            self.withdrawn.add(waiting[-1].request.id)

    @precondition(lambda self: self.papers)
    @rule(which=small, what=st.sampled_from(["rebill", "rebill", "cancel", *Wrong]), at=breaks)
    def ask_otherwise(self, which: int, what: str, at: int | None) -> None:
        """A document is credited whole and billed anew; an error was none after all; a request is withdrawn."""
        number, today = pick([*self.papers][::-1], which), self.town.today

        def ask(desk: runs.Desk, book: Ledger) -> None:
            if what == "rebill":
                runs.rebill(book, number, "sales", "it was right", today)
            elif what == "cancel":
                self._cancel(desk, book)
            else:
                runs.credit(desk, book, number, Wrong(what).reason, "sales", "wrong", today, wrong=Wrong(what))
            event(f"asked: {what}")

        self.do(ask, at)
        self.changed()

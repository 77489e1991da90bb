"""Stories that are told by hand, with the rules and the laws of the machine: what seldom meets by chance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from fractions import Fraction

import pytest

from invoicer import runs
from invoicer.documents import Asked
from invoicer.domain.correction import CreditReason, Wrong
from invoicer.domain.document import Document
from invoicer.domain.entitlement import Part
from tests.machine.cheap import cheap
from tests.machine.deal import Cadence, Deal
from tests.machine.machine import Machine
from tests.runs.test_histories import CHARGES, DISCOUNTS, ENDINGS

Tell = Callable[..., None]
WEEKLY = (0, Cadence(1, True), 7, False, False)
LISTED = (3, Cadence(2, False), 3, True, False)
METERED = (3, Cadence(2, False), 3, True, True)
FORTNIGHTLY = (0, Cadence(2, True), 7, False, False)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """A machine on SQLite."""
    for of, name, other in cheap():
        monkeypatch.setattr(of, name, other)
    for module in ("tests.machine.machine", "tests.machine.watched", "tests.runs.test_histories"):
        monkeypatch.setattr(f"{module}.event", lambda *_: None)  # hypothesis takes none outside of its own tests
    made = Machine()
    yield made
    made.teardown()


@pytest.fixture
def tell(machine: Machine) -> Tell:
    """Does a step and holds the laws against it; the step is skipped where it can't be done."""

    def step(name: str, *what: object, **said: object) -> None:
        getattr(machine, name)(*what, **said)
        machine.look()

    return step


def begin(tell: Tell, one: object, two: object = None, charges: tuple[str, ...] = (), **said: object) -> None:
    """A workspace with these contracts, billed on its first day."""
    usual = {"discount": "", "billing": "monthly in advance on day 1", "together": False, "horizon": 24}
    usual |= {"review": False, "insured": False, "wait": 0}
    tell("begin", one=one, two=two, charges=list(charges), **(usual | said))


def credit(machine: Machine, document: str, line: int, amount: str, reason: CreditReason) -> None:
    """An amount of a line of a document."""
    machine.do(
        lambda desk, book: runs.credit(
            desk,
            book,
            document,
            reason,
            "me",
            "asked",
            machine.town.today,
            asked=[Asked(line, amount=Fraction(amount))],
        )
    )
    machine.changed()
    machine.note_errors()
    machine.look()


def carried(machine: Machine, charge: str) -> list[tuple[str, str, str]]:
    """What documents carry of a charge, in the order of issue: what is corrected, the days, the amount."""
    with machine.town.desk(writing=False) as (_, book):
        lines = [line for line in book.billed(machine.town.ever()) if line.component.charge == charge]
    return [(line.corrects[0] if line.corrects else "", str(line.days), str(line.net.amount)) for line in lines]


def test_concessions_are_used_up_first(machine: Machine, tell: Tell) -> None:
    """28.00 for a week; 5.00 are let go; 21.00 are owed from its first day: 2.00 come back. Up again, 7.00 are billed."""
    begin(tell, FORTNIGHTLY)
    number = next(iter(machine.papers))
    credit(machine, number, 1, "5.00", CreditReason.GOODWILL)
    tell("bill", 0)
    for value in (3, 2, 1, 4):
        tell("mend", which=0, what="fee", value=value)
        tell("bill", 0)
    tell("bill", 30)


def test_a_concession_goes_along_to_another_buyer(machine: Machine, tell: Tell) -> None:
    begin(tell, FORTNIGHTLY)
    credit(machine, next(iter(machine.papers)), 1, "5.00", CreditReason.SETTLEMENT)
    tell("bill", 0)
    tell("mend", which=0, what="customer", value=1)
    tell("bill", 1)
    tell("mend", which=0, what="fee", value=3)
    tell("bill", 1)


def test_no_more_is_let_go_of_another_seller_than_is_owed(machine: Machine, tell: Tell) -> None:
    """Found by the machine: all of 56.00 was let go; then another seller is to ask for 28.00, and asks for nothing."""
    begin(tell, FORTNIGHTLY)
    credit(machine, next(iter(machine.papers)), 1, "56.00", CreditReason.GOODWILL)
    tell("bill", 0)
    tell("mend", which=0, what="seller", value=1)
    tell("mend", which=0, what="fee", value=2)
    tell("bill", 1)
    assert [net for _, _, net in carried(machine, "fee")][-2:] == ["28.00", "-28.00"]


def test_a_discount_of_what_is_held_back_is_no_doubt_of_its_own(machine: Machine, tell: Tell) -> None:
    """Found by the machine: 0.20 for seats were an error, then their invoice was to be billed anew. That their discount had
    nothing to be taken from was told as well."""
    begin(tell, WEEKLY, None, (CHARGES[1],), discount=DISCOUNTS[0])
    paper = next(one for one in machine.documents if any(line.contract == "rich" for line in one.lines))
    line = next(line for line in paper.lines if line.contract == "rich")
    credit(machine, paper.number, line.number, "0.20", CreditReason.PRICE)
    number = [*machine.papers][::-1].index(paper.number)
    tell("ask_otherwise", which=number, what=Wrong.DETAILS, at=None)
    assert sorted(set(machine.planned()[1]["rich"])) == ["D003", "D005"]


def test_what_is_taken_from_what_is_held_back_waits_with_it(machine: Machine, tell: Tell) -> None:
    """Found by the machine: a deposit was billed in error; its adjustment, which gave back some of it, had nothing to be
    taken from (D002), and held the whole contract. It is given once the deposit is billed again."""
    begin(tell, WEEKLY, None, (CHARGES[5],), billing="monthly in advance on day 16")
    number = next(one.number for one in machine.documents if any(line.contract == "rich" for line in one.lines))
    which = [*machine.papers][::-1].index(number)
    tell("credit", which=which, line=0, part="all", percent=1, reason=CreditReason.PRICE, at=None)
    tell("bill", 51)
    assert machine.planned()[1]["rich"] == ["D003"]
    which = [*machine.papers][::-1].index(number)
    tell("ask_otherwise", which=which, what="rebill", at=None)
    tell("bill", 0)
    assert "rich" not in machine.planned()[1]


def test_errors_are_held_back_until_something_changes(machine: Machine, tell: Tell) -> None:
    begin(tell, FORTNIGHTLY, LISTED)
    number = next(iter(machine.papers))
    credit(machine, number, 1, "5.00", CreditReason.PRICE)
    credit(machine, number, 2, "0.07", CreditReason.QUANTITY)
    tell("bill", 1)
    tell("bill", 1)
    tell("mend", which=0, what="fee", value=3)
    tell("bill", 1)
    tell("mend", which=0, what="fee", value=4)
    tell("bill", 1)


def test_a_contract_is_not_taken_over_by_its_own_customer(machine: Machine, tell: Tell) -> None:
    """Found by the machine, which wrote beta as the customer from the first day where beta takes over later (C162)."""
    begin(tell, FORTNIGHTLY)
    tell("amend", (0, "customer", 1, 1, 0))
    tell("mend", which=0, what="customer", value=1)
    assert machine.town.deals["one"].customer == "acme"


def test_an_error_stays_one_where_another_kind_of_supply_has_the_same_vat(machine: Machine, tell: Tell) -> None:
    """Found by the machine, which expected it to be billed again."""
    begin(tell, FORTNIGHTLY)
    credit(machine, next(iter(machine.papers)), 1, "5.00", CreditReason.PRICE)
    tell("bill", 1)
    tell("mend", which=0, what="supply", value=1)
    assert machine.planned()[1]["one"] == ["D003"]


def test_errors_are_billed_again_when_someone_says_so(machine: Machine, tell: Tell) -> None:
    begin(tell, FORTNIGHTLY)
    credit(machine, next(iter(machine.papers)), 1, "5.00", CreditReason.PRICE)
    tell("bill", 1)
    tell("ask_otherwise", which=1, what="rebill", at=None)
    tell("bill", 1)
    tell("credit", which=40, line=1, part="quantity", percent=33, reason=CreditReason.QUANTITY, at=None)
    tell("ask_otherwise", which=0, what="cancel", at=None)
    tell("bill", 1)


def test_an_error_is_billed_again_once_the_same_amount_rests_on_something_else(machine: Machine, tell: Tell) -> None:
    """1.96 for seven seats at 0.14 and two weeks, of which 0.50 were an error. Then they are fourteen at 0.07."""
    begin(tell, FORTNIGHTLY)
    credit(machine, next(iter(machine.papers)), 2, "0.50", CreditReason.QUANTITY)
    tell("bill", 1)
    tell("bill", 1)
    assert [amount for _, _, amount in carried(machine, "seats")] == ["1.96", "-0.50"]
    tell("mend", which=0, what="halves", value=0)
    tell("bill", 0)
    assert [amount for _, _, amount in carried(machine, "seats")] == ["1.96", "-0.50", "0.50"]


def test_an_error_in_a_supplement_is_not_all_that_is_billed_anew(machine: Machine, tell: Tell) -> None:
    """Found by the machine: 1.96 for seats and 0.28 more, which were an error; then the details of the first were wrong. All
    2.24 were held back as that error."""
    begin(tell, FORTNIGHTLY)
    tell("mend", which=0, what="seats", value=8)
    tell("bill", 0)
    credit(machine, [*machine.papers][1], 1, "0.28", CreditReason.PRICE)
    tell("ask_otherwise", which=1, what=Wrong.DETAILS, at=None)
    assert {"D005", "D003"} <= set(machine.planned()[1]["one"])
    tell("ask_otherwise", which=0, what="cancel", at=None)
    tell("bill", 1)


def test_a_request_that_is_cancelled_credits_nothing(machine: Machine, tell: Tell) -> None:
    begin(tell, FORTNIGHTLY)
    for reason in (CreditReason.GOODWILL, CreditReason.PRICE):
        credit(machine, next(iter(machine.papers)), 1, "5.00", reason)
        tell("ask_otherwise", which=0, what="cancel", at=None)
        tell("bill", 1)
    assert len(machine.papers) == 1


def test_names_change(machine: Machine, tell: Tell) -> None:
    begin(tell, (0, Cadence(2, True), 7, False, True), METERED)
    tell("use", which=0, back=1, late=None, calls=100, night=False)
    for what in ("fee", "", "calls", "seats", "fee"):
        tell("rename", which=0, what=what)
        tell("bill", 5)
    credit(machine, next(iter(machine.papers)), 1, "5.00", CreditReason.PRICE)
    tell("rename", which=0, what="fee")
    tell("mend", which=0, what="fee", value=3)
    tell("amend", what=(0, "stop seats", 0, -3, 0))
    tell("bill", 9)


def test_what_is_unusual_waits_for_whoever_looks_at_it(machine: Machine, tell: Tell) -> None:
    begin(tell, WEEKLY, FORTNIGHTLY, review=True, wait=15)
    tell("mend", which=0, what="fee", value=8)
    pieces = [("plan", 0, None), ("release", 0, None), ("issue", 0, None)]
    tell("work_in_pieces", wait=7, steps=pieces)  # which % 3 == 0: nobody looks at doubts
    assert doubtful(machine)
    tell("work_in_pieces", wait=0, steps=[("release", 2, None), ("issue", 0, None)])
    assert not doubtful(machine)


def doubtful(machine: Machine) -> int:
    """How many drafts of the latest plan wait for somebody who looks at what is doubtful."""
    with machine.town.desk(writing=False) as (_, book):
        return sum(bool(one.open_doubts) for one in book.plan().drafts)


def test_usage_comes_late_at_night_and_twice(tell: Tell) -> None:
    begin(tell, METERED, METERED)
    # the second one falls on the last day of a period in London, and on the first day of the next in Leiden
    for back, late, night in ((5, None, True), (4, None, True), (14, 12, True), (20, 0, False)):
        tell("bill_later", 10)
        tell("use", which=0, back=back, late=late, calls=100 + back, night=night)
        tell("use", which=1, back=back + 1, late=late, calls=200 + back, night=night)
        tell("deliver_otherwise", which=back, path=back)
    tell("deliver_otherwise", which=0, path=5)  # of a period that was billed
    tell("bill_soon", 3, delivered=False)
    tell("bill_much_later", 60)


def test_agreements_come_before_and_after_their_days(tell: Tell) -> None:
    begin(tell, WEEKLY, LISTED, wait=25)
    tell("amend", what=(0, "fee", 2, -20, 0))
    tell("amend", what=(0, "seats", 9, -10, -3))  # agreed in three days, and not seen until then
    tell("bill", 1)
    tell("amend", what=(1, "seats", 5, -10, 1))
    tell("amend", what=(0, "fee", 5, -22, 0))
    tell("bill", 12)
    tell("amend", what=(1, "stop seats", 0, -9, 0))
    tell("bill", 1)
    tell("amend", what=(0, "end", 0, 5, 0))
    tell("bill", 40)


def test_periods_change(tell: Tell) -> None:
    begin(tell, (0, Cadence(4, True), 6, False, False), wait=8)
    tell("amend", what=(0, "billing", 1, 3, 0))
    tell("bill", 9)
    tell("amend", what=(0, "billing", 0, -4, 0))
    tell("amend", what=(0, "fee", 6, -10, 0))
    tell("bill", 2)
    tell("bill", 45)


def test_days_that_came_back_belong_to_new_periods(machine: Machine, tell: Tell) -> None:
    """112.00 for four weeks; from the third on it is to be weekly, which is agreed on its second day."""
    begin(tell, (0, Cadence(4, True), 6, False, False))
    machine.town.wait(15)
    tell("amend", what=(0, "billing", 0, -1, 0))
    for days in (0, 6, 7):
        tell("bill", days)
    assert carried(machine, "fee") == [
        ("", "2026-01-01 to 2026-01-28", "112.00"),
        ("INV-2026-00001", "2026-01-15 to 2026-01-28", "-56.00"),
        ("", "2026-01-15 to 2026-01-21", "28.00"),
        ("", "2026-01-22 to 2026-01-28", "28.00"),
        ("", "2026-01-29 to 2026-02-04", "28.00"),
    ]
    tell("amend", what=(0, "billing", 2, 1, 0))
    tell("mend", which=0, what="fee", value=3)
    tell("bill", 2)


def test_what_comes_back_later_is_of_days_that_did_not_come_back_before(machine: Machine, tell: Tell) -> None:
    """56.00 for two weeks; it stops after the first; then that one is to cost 21.00."""
    begin(tell, FORTNIGHTLY)
    tell("amend", what=(0, "stop fee", 0, 7, 0))
    tell("bill", 2)
    tell("mend", which=0, what="fee", value=3)
    tell("bill", 2)
    assert carried(machine, "fee") == [
        ("", "2026-01-01 to 2026-01-14", "56.00"),
        ("INV-2026-00001", "2026-01-08 to 2026-01-14", "-28.00"),
        ("INV-2026-00001", "2026-01-01 to 2026-01-07", "-7.00"),
    ]


def test_other_periods_of_days_that_are_past_bill_nothing_anew(machine: Machine, tell: Tell) -> None:
    """Twice 112.00 for four weeks; then weekly from the third week of the first, long past. What was
    billed is owed: nothing comes back."""
    begin(tell, (0, Cadence(4, True), 6, False, False), wait=28)
    tell("amend", what=(0, "billing", 0, -14, 0))
    tell("bill", 0)
    assert carried(machine, "fee") == [
        ("", "2026-01-01 to 2026-01-28", "112.00"),
        ("", "2026-01-29 to 2026-02-25", "112.00"),
    ]


def test_days_come_back_of_every_line_that_carries_them(tell: Tell) -> None:
    """A line and two supplements to it, cut short by a stop and by other periods: shares that add up to the cent."""
    begin(tell, FORTNIGHTLY, (0, Cadence(4, True), 5, False, False))
    for value in (5, 7):
        tell("mend", which=0, what="fee", value=value)
        tell("mend", which=1, what="seats", value=value)
        tell("bill", 0)
    tell("amend", what=(0, "stop fee", 0, 5, 0))
    tell("amend", what=(1, "stop seats", 0, 9, 0))
    tell("bill", 1)
    tell("amend", what=(1, "billing", 0, 3, 0))
    tell("bill", 1)
    tell("bill", 40)


def test_buyers_move_and_sellers_change(tell: Tell) -> None:
    begin(tell, WEEKLY, FORTNIGHTLY, together=True, wait=20)
    tell("move", who="acme", abroad=True, reach=-10)
    tell("amend", what=(0, "fee", 2, -15, 0))
    tell("bill", 1)
    tell("mend", which=0, what="seller", value=1)
    tell("bill", 1)
    tell("mend", which=1, what="supply", value=1)
    tell("move", who="acme", abroad=False, reach=-5)
    tell("bill", 10)


def test_it_breaks_off_in_the_middle(tell: Tell) -> None:
    begin(tell, WEEKLY, FORTNIGHTLY)
    for at in (1, 3, 5, 8):
        tell("mend", which=at, what="fee", value=at)
        tell(
            "work_in_pieces",
            wait=3,
            steps=[("plan", 0, at), ("plan", 0, None), ("release", 2, at), ("release", 2, None)],
        )
        tell("work_in_pieces", wait=0, steps=[("issue", 0, at)])
        tell("mend", which=at, what="seats", value=at)
        tell("work_in_pieces", wait=0, steps=[("issue", 0, None)])
    tell("bill", 1)


def test_drafts_whose_terms_have_changed_are_left(machine: Machine, tell: Tell) -> None:
    begin(tell, WEEKLY, FORTNIGHTLY)
    machine.town.wait(15)
    machine.changed()
    machine.plan()
    machine.decide(None, None, reject=False)
    tell("mend", which=0, what="fee", value=8)
    tell("issue")
    tell("bill", 0)


def test_another_buyer_takes_over(machine: Machine, tell: Tell) -> None:
    """56.00 for two weeks, of which five days are left when beta takes over. Then it is told too late, and taken back."""
    begin(tell, FORTNIGHTLY, (0, Cadence(2, False), 7, True, True))
    machine.town.wait(3)
    tell("amend", what=(0, "customer", 1, 6, 0))
    for days in (0, 6, 10):
        tell("bill", days)
    with machine.town.desk(writing=False) as (_, book):
        lines = [line for line in book.billed(["one"]) if line.component.charge == "fee"]
    assert [(line.customer, str(line.days.start), str(line.net.amount)) for line in lines] == [
        ("acme", "2026-01-01", "56.00"),
        ("acme", "2026-01-10", "-20.00"),
        ("beta", "2026-01-10", "20.00"),
        ("beta", "2026-01-15", "56.00"),
    ]
    tell("amend", what=(1, "customer", 1, -7, 0))
    tell("amend", what=(0, "customer", 0, -6, 0))
    for days in (0, 12, 14):
        tell("bill", days)


def test_what_another_system_has_billed_has_the_vat_of_whom_it_was_billed_to(machine: Machine, tell: Tell) -> None:
    """Found by the machine, which told the VAT of acme, abroad, for what was billed to beta here: refused (L177)."""
    begin(tell, (2, Cadence(2, True), 7, False, False))
    tell("move", who="acme", abroad=True, reach=0)
    machine.town.wait(2)
    tell("bring", which=0, charge="fee", period=0, more=0, who=1, at=None)
    tell("bill", 0)
    assert sorted(net for _, _, net in carried(machine, "fee")) == ["-56.00", "56.00", "56.00"]


def test_what_another_system_has_billed_is_not_billed_again(machine: Machine, tell: Tell) -> None:
    """7.00 more than is owed for the fee come back; what beta was billed for seats is credited, and acme is billed."""
    begin(tell, (2, Cadence(2, True), 7, False, False))
    machine.town.wait(2)
    tell("bring", which=0, charge="fee", period=0, more=700, who=0, at=None)
    tell("bring", which=0, charge="seats", period=0, more=0, who=1, at=2)
    tell("bring", which=0, charge="seats", period=0, more=0, who=1, at=None)
    for days in (0, 13, 1):
        tell("bill", days)
    assert carried(machine, "fee") == [
        ("", "2026-01-03 to 2026-01-16", "63.00"),
        ("OLD-1", "2026-01-03 to 2026-01-16", "-7.00"),
        ("", "2026-01-17 to 2026-01-30", "56.00"),
    ]
    assert [(of, net) for of, _, net in carried(machine, "seats")] == [
        ("", "1.96"),
        ("", "1.96"),
        ("OLD-2", "-1.96"),
        ("", "1.96"),
    ]
    tell("mend", which=0, what="fee", value=1)
    tell("move", who="acme", abroad=True, reach=-20)
    tell("bill", 1)


def test_premiums_and_their_levies(machine: Machine, tell: Tell) -> None:
    """Of 14.00 for two weeks with 2.94 insurance premium tax, 5.00 are let go; a buyer abroad takes over, and it ends."""
    begin(tell, FORTNIGHTLY, (0, Cadence(2, False), 6, True, False), insured=True)
    paper = machine.documents[0]
    assert [str(line.net.amount) for line in paper.lines if line.component.charge == "cover"] == ["14.00", "2.94"]
    number = next(line.number for line in paper.lines if str(line.component) == "cover")
    credit(machine, paper.number, number, "5.00", CreditReason.GOODWILL)
    tell("move", who="beta", abroad=True, reach=-20)
    tell("amend", what=(0, "customer", 1, 9, 0))
    for days in (1, 10, 14):
        tell("bill", days)
    tell("amend", what=(0, "billing", 0, -3, 0))
    tell("amend", what=(1, "end", 0, -6, 0))
    tell("bill", 15)


def test_a_document_is_billed_anew(tell: Tell) -> None:
    begin(tell, WEEKLY, FORTNIGHTLY, together=True)
    tell("ask_otherwise", which=0, what=Wrong.DETAILS, at=None)
    tell("bill", 1)
    tell("ask_otherwise", which=0, what=Wrong.PARTY, at=None)
    tell("bill", 1)
    tell("mend", which=0, what="customer", value=1)
    tell("bill", 1)
    tell("bill_much_later", 30)


def test_old_differences_are_held(tell: Tell) -> None:
    begin(tell, WEEKLY, FORTNIGHTLY, horizon=1, wait=20)
    tell("bill", 40)
    tell("mend", which=0, what="fee", value=1)
    tell("bill", 1)
    tell("bill_much_later", 21)


@pytest.mark.parametrize("discount", [DISCOUNTS[2], *(pytest.param(one, marks=pytest.mark.slow) for one in DISCOUNTS)])
def test_what_is_hard_to_add_up(machine: Machine, tell: Tell, discount: str) -> None:
    begin(tell, WEEKLY, None, CHARGES[:4], discount=discount, wait=20)
    tell("use", which=1, back=8, late=0, calls=399, night=False)
    credit(machine, next(iter(machine.papers)), 4, "3.33", CreditReason.GOODWILL)
    tell("bill", 20)
    tell("amend_the_rich_one", what="  change billing to bill quarterly in advance on anniversary\n", reach=-5, ago=0)
    tell("amend_the_rich_one", what="  change seats quantity to 3 seats\n", reach=-30, ago=0)
    tell("bill", 1)
    tell("amend_the_rich_one", what="  stop name\n    refund unused\n", reach=-3, ago=0)
    tell("amend_the_rich_one", what=ENDINGS[2], reach=20, ago=0)
    tell("bill", 60)


def test_what_is_given_back_of_a_deposit_has_its_vat(tell: Tell) -> None:
    """Found by the machine: 400.00 were paid with VAT, the buyer moved abroad, and 20.00 came back without any."""
    begin(tell, WEEKLY, None, (CHARGES[5],), billing="monthly in advance on day 16", wait=17)
    tell("move", who="acme", abroad=True, reach=-16)
    tell("bill", 9)
    tell("bill", 20)


def test_a_deposit_that_is_billed_anew_corrects_nothing_of_its_settlement(machine: Machine, tell: Tell) -> None:
    """Found by the machine: the deposit was credited for wrong details, after the buyer had moved and its period had been
    settled; billed anew it was made a correction of the settlement, with the VAT of the one and the tax point of the
    other."""
    begin(tell, LISTED, None, (CHARGES[0], CHARGES[5]), billing="monthly in advance on day 16", wait=27)
    tell("bill_much_later", wait=59)
    tell("use", which=0, back=17, late=4, calls=326, night=True)
    tell("bill_later", wait=16)
    tell("move", who="acme", abroad=False, reach=12)
    tell("move", who="acme", abroad=True, reach=-57)
    for days in (8, 10, 49, 17):
        tell("bill", days)
    number = next(paper.number for paper in machine.documents if _deposits(paper) == 2)
    tell("ask_otherwise", which=[*machine.papers][::-1].index(number), what=Wrong.DETAILS, at=None)
    tell("bill", 1)


def _deposits(paper: Document) -> int:
    return sum(line.component.part is Part.DEPOSIT for line in paper.lines)


def test_what_is_owed_is_added_up_in_every_year() -> None:
    """Found by the machine, whose stories may take four years: after 2027 nothing was owed."""
    deal = Deal("one", dt.date(2026, 1, 1), Cadence(1, True), 700, 0)
    assert max(due.start for due in deal.owed("fee", dt.date(2030, 1, 1), 0, {})) > dt.date(2030, 12, 1)

"""Stories that are told by hand, with the rules and the laws of the machine: what seldom meets by chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import pytest

from invoicer import runs
from invoicer.documents import Asked
from invoicer.domain.correction import CreditReason, Wrong
from tests.machine.cheap import cheap
from tests.machine.deal import Cadence
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
    usual = {"discount": "", "billing": "monthly in advance on day 1", "together": False, "horizon": 24, "wait": 0}
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


def test_errors_are_billed_again_when_someone_says_so(machine: Machine, tell: Tell) -> None:
    begin(tell, FORTNIGHTLY)
    credit(machine, next(iter(machine.papers)), 1, "5.00", CreditReason.PRICE)
    tell("bill", 1)
    tell("ask_otherwise", which=1, what="rebill", at=None)
    tell("bill", 1)
    tell("credit", which=40, line=1, part="quantity", percent=33, reason=CreditReason.QUANTITY, at=None)
    tell("ask_otherwise", which=0, what="cancel", at=None)
    tell("bill", 1)


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

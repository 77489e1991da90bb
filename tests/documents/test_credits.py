"""Credits that a person asks for: what is left of a line, parts that come to the whole, what an error holds back and a
concession uses up; over random histories of a contract with credits in between."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from invoicer.documents import (
    Asked,
    Comparison,
    Difference,
    compare,
    credit_lines,
    promised,
    requested,
    still_wrong,
    with_basis,
)
from invoicer.documents.basis import standing
from invoicer.documents.crediting import left_of
from invoicer.documents.positions import open_positions
from invoicer.domain.correction import CreditKind, CreditReason, CreditRequest, Wrong
from invoicer.domain.document import Document, Kind
from invoicer.domain.entitlement import BilledLine, Component, Later, Part, Treated
from invoicer.domain.money import Money
from invoicer.domain.trace import replay
from invoicer.errors import RunError
from tests.documents.test_laws import (
    NEVER,
    START,
    Cadence,
    Step,
    _kind,
    amendments,
    cadences,
    entitlements,
    first_terms,
)
from tests.documents.world import (
    EXEMPT,
    FEE,
    LAUNCH,
    LEVIED,
    REVERSE,
    SEATS,
    SETUP,
    VAT,
    Desk,
    brief,
    day,
    month,
    owed,
)
from tests.quickly import law

LEVY = Component("fee", Part.LEVY, "ipt-fi")
GOODWILL = CreditReason.GOODWILL
INCLUSIVE = replace(VAT, includes_tax=True)


@dataclass
class Books(Desk):
    """A desk that takes requests; those that wait are part of the next run."""

    waiting: list[CreditRequest] = field(default_factory=list)
    asked: int = 0
    released: set[int] = field(default_factory=set)
    rebilled_next: set[int] = field(default_factory=set)

    @property
    def carried(self) -> tuple[BilledLine, ...]:
        """What documents carry, and requests will; without holds that a rebill has ended."""
        lines = [replace(line, basis="") if line.request in self.released else line for line in self.billed]
        for request in self.waiting:
            lines += promised(request, lines)
        return tuple(lines)

    def credit(
        self,
        number: str,
        reason: CreditReason,
        entitled: Sequence[Treated],
        on: dt.date,
        *asked: Asked,
        wrong: Wrong | None = None,
        shared: dict[int, tuple[Fraction, Money]] | None = None,
    ) -> CreditRequest:
        lines = credit_lines(self.documents[number], self.carried, asked, shared)
        if reason.kind is CreditKind.ERROR and wrong is None:
            lines = with_basis(lines, number, entitled, self.carried, on)
        self.asked += 1
        request = CreditRequest(
            id=self.asked, document=number, reason=reason, lines=lines, who="me", remark="so", on=on, wrong=wrong
        )
        self.waiting.append(request)
        return request

    def settle(self, entitled: Sequence[Treated], on: dt.date) -> tuple[Document, ...]:
        """Issue what was asked for and what is different; then nothing may be left."""
        billed = [replace(line, basis="") if line.request in self.released else line for line in self.billed]
        found: list[Difference] = []
        for request in self.waiting:
            differences, holds = requested(request, billed)
            assert not holds
            found += differences
            billed += promised(request, billed)
        result = compare(entitled, billed, through=on)
        assert not result.holds
        self.waiting.clear()
        issued = self.issue([*found, *result.differences], on)
        again = compare(entitled, self.carried, through=on)
        mended = {
            one.cause: one.mend for one in again.withheld
        }  # what is issued can be billed again, and not cancelled
        withheld = tuple(replace(one, mend=mended.get(one.cause, "")) for one in result.withheld)
        assert again == Comparison((), (), withheld), "planning again bills nothing"
        assert compare(entitled[::-1], self.carried[::-1], through=on) == again
        return issued


def billed_once(*treated: Treated, on: str = "2026-01-01") -> Books:
    books = Books()
    books.run(treated, on)
    return books


def amounts(documents: Sequence[Document]) -> list[tuple[str, str]]:
    return [(document.kind.value, str(document.net.amount)) for document in documents]


class TestError:
    january = owed(FEE, month(1), "100.00")

    def test_is_credited_and_not_billed_again(self) -> None:
        books = billed_once(self.january)
        books.credit("I0001", CreditReason.PRICE, [self.january], day("01-05"))
        issued = books.settle([self.january], day("01-05"))
        assert brief(issued) == [("credit-note", "fee", "2026-01-01 to 2026-01-31", "100.00")]
        line = issued[0].lines[0]
        assert line.corrects is not None
        assert (line.corrects.number, str(line.corrects.billed), str(line.corrects.due), line.corrects.reason) == (
            "I0001",
            "100.00 EUR",
            "0.00 EUR",
            "price-error",
        )
        assert (line.treatment, line.tax_point, line.counts, line.request) == (VAT, day("01-01"), True, 1)
        later = compare([self.january, owed(FEE, month(2), "100.00")], books.billed, through=day("02-01"))
        assert [one.days for one in later.differences] == [month(2)]
        assert [problem.code for problem in later.withheld] == ["D003"]
        assert "100.00 EUR was credited of line 1 of I0001" in later.withheld[0].cause

    def test_is_billed_again_when_an_input_has_changed(self) -> None:
        books = billed_once(self.january)
        books.credit("I0001", CreditReason.PRICE, [self.january], day("01-05"))
        books.settle([self.january], day("01-05"))
        mended = owed(FEE, month(1), "80.00")
        assert amounts(books.settle([mended], day("01-06"))) == [("invoice", "80.00")]
        assert books.documents["I0003"].lines[0].rebills == (1,)
        assert amounts(books.settle([self.january], day("01-07"))) == [("invoice", "20.00")], "the hold has ended"

    def test_is_billed_again_on_request(self) -> None:
        books = billed_once(self.january)
        books.credit("I0001", CreditReason.PRICE, [self.january], day("01-05"), Asked(1, amount=Fraction(30)))
        books.settle([self.january], day("01-05"))
        books.released.add(1)
        assert amounts(books.settle([self.january], day("01-06"))) == [("invoice", "30.00")]

    def test_keeps_with_it_what_would_be_taken_from_it(self) -> None:
        """A deposit that was an error, and then its adjustment gives back some of it; once it is billed again, both are."""
        deposit = owed(Component("fee", Part.DEPOSIT), month(1), "100.00")
        books = billed_once(deposit)
        books.credit("I0001", CreditReason.PRICE, [deposit], day("01-05"))
        books.settle([deposit], day("01-05"))
        settled = owed(Component("fee", Part.ADJUSTMENT), month(1), "-4.00", bill_date=day("02-20"))
        found = compare([deposit, settled], books.billed, through=day("02-20"))
        assert (found.differences, found.holds) == ((), ())
        (told,) = found.withheld
        assert told.cause.startswith(
            "100.00 EUR was credited of line 1 of I0001 as an error, and the terms still owe it"
        )
        assert told.cause.endswith("; a reduction of -4.00 EUR for 2026-01-01 to 2026-01-31 waits with it")
        assert sum(net.amount for _, net in found.apart) == Decimal("96.00")
        books.released.add(1)
        assert amounts(books.settle([deposit, settled], day("02-20"))) == [("invoice", "96.00")]

    @pytest.mark.parametrize("how", Later)
    def test_keeps_with_it_a_service_credit(self, how: Later) -> None:
        books = billed_once(self.january)
        books.credit("I0001", CreditReason.PRICE, [self.january], day("01-05"))
        books.settle([self.january], day("01-05"))
        slow = owed(Component("fee", Part.CREDIT, "slow"), month(1), "-4.00", bill_date=day("02-10"))
        slow = replace(slow, entitlement=replace(slow.entitlement, later=how))
        found = compare([self.january, slow], books.billed, through=day("02-20"))
        assert (found.differences, found.holds) == ((), ())
        assert "a reduction of -4.00 EUR" in found.withheld[0].cause
        books.released.add(1)
        assert amounts(books.settle([self.january, slow], day("02-20"))) == [("invoice", "96.00")]

    def test_keeps_with_it_no_reduction_of_other_days(self) -> None:
        books = billed_once(self.january)
        books.credit("I0001", CreditReason.PRICE, [self.january], day("01-05"))
        books.settle([self.january], day("01-05"))
        found = compare([self.january, owed(LAUNCH, month(2), "-4.00")], books.billed, through=day("02-20"))
        assert [one.code for one in found.holds] == ["D002"]
        assert "waits" not in found.withheld[0].cause

    def test_of_an_input_that_had_changed_before_is_billed_anew_at_once(self) -> None:
        books = billed_once(self.january)
        mended = owed(FEE, month(1), "80.00")
        books.credit("I0001", CreditReason.PRICE, [mended], day("01-05"))
        assert amounts(books.settle([mended], day("01-05"))) == [("credit-note", "100.00"), ("invoice", "80.00")]

    def test_a_changed_discount_of_the_charge_is_a_changed_input(self) -> None:
        launch = owed(LAUNCH, month(1), "-20.00")
        books = billed_once(self.january, launch)
        books.credit("I0001", CreditReason.PRICE, [self.january, launch], day("01-05"))
        assert amounts(books.settle([self.january, launch], day("01-05"))) == [("credit-note", "80.00")]
        larger = owed(LAUNCH, month(1), "-30.00")
        assert amounts(books.settle([self.january, larger], day("01-06"))) == [("invoice", "70.00")]

    def test_a_part_is_held_and_a_reduction_goes_on(self) -> None:
        books = billed_once(self.january)
        books.credit("I0001", CreditReason.PRICE, [self.january], day("01-05"), Asked(1, amount=Fraction(30)))
        books.settle([self.january], day("01-05"))
        assert amounts(books.settle([owed(FEE, month(1), "60.00")], day("01-06"))) == [("credit-note", "10.00")]


class TestConcession:
    january = owed(FEE, month(1), "100.00")

    def forgo(self, amount: int) -> Books:
        books = billed_once(self.january)
        books.credit("I0001", GOODWILL, [], day("01-05"), Asked(1, amount=Fraction(amount)))
        issued = books.settle([self.january], day("01-05"))
        assert amounts(issued) == [("credit-note", f"{amount}.00")]
        assert not issued[0].lines[0].counts
        assert issued[0].tax_point == day("01-01")
        return books

    def test_is_never_billed_again(self) -> None:
        books = self.forgo(20)
        assert books.compare([self.january], "2026-03-01") == Comparison((), ())
        assert amounts(books.settle([owed(FEE, month(1), "110.00")], day("01-06"))) == [("invoice", "10.00")]

    def test_is_used_up_first_by_a_reduction(self) -> None:
        books = self.forgo(20)
        assert books.settle([owed(FEE, month(1), "85.00")], day("01-06")) == ()
        issued = books.settle([owed(FEE, month(1), "70.00")], day("01-07"))
        assert amounts(issued) == [("credit-note", "10.00")]
        reference = issued[0].lines[0].corrects
        assert reference is not None
        assert (str(reference.billed), str(reference.due)) == ("80.00 EUR", "70.00 EUR")

    def test_is_kept_when_the_price_goes_up_again(self) -> None:
        books = self.forgo(20)
        books.settle([owed(FEE, month(1), "70.00")], day("01-06"))
        assert books.settle([owed(FEE, month(1), "90.00")], day("01-07")) == ()

    def test_its_vat_belongs_to_the_month_in_which_it_is_made(self) -> None:
        books = billed_once(self.january)
        books.credit("I0001", GOODWILL, [], day("03-05"))
        note = books.settle([self.january], day("03-05"))[0]
        assert (note.vat_period, note.tax_point, note.breakdown[0].treatment) == ("2026-03", day("01-01"), VAT)

    @pytest.mark.parametrize("amount", [20, 100])
    def test_goes_along_when_the_line_is_billed_anew(self, amount: int) -> None:
        books = self.forgo(amount)
        issued = books.settle([owed(FEE, month(1), "100.00", treatment=REVERSE)], day("01-06"))
        notes = [("credit-note", f"{100 - amount}.00")] if amount < 100 else []
        assert amounts(issued) == [*notes, ("invoice", f"{100 - amount}.00")]
        line = issued[-1].lines[1]
        assert (line.counts, line.carries, line.concedes) == (False, ("I0001", 1), 1)
        assert replay(line.trace) == line.net.exact == -amount
        assert books.settle([owed(FEE, month(1), "100.00", treatment=REVERSE)], day("01-07")) == ()
        for net, on in (("100.00", "01-08"), ("70.00", "01-09")):
            books.settle([owed(FEE, month(1), net)], day(on))
            assert sum(line.net.amount for line in books.billed) == min(Decimal(net), 100 - amount)

    @pytest.mark.parametrize(("net", "asked"), [("70.00", "50.00"), ("15.00", "0.00")])
    def test_goes_along_to_a_line_that_is_smaller(self, net: str, asked: str) -> None:
        """What was forgone is forgone of the new line, down to nothing: the reduction does not use it up."""
        issued = self.forgo(20).settle([owed(FEE, month(1), net, treatment=REVERSE)], day("01-06"))
        assert amounts(issued) == [("credit-note", "80.00"), ("invoice", asked)]

    def test_goes_along_with_a_request_to_bill_anew(self) -> None:
        books = self.forgo(20)
        books.credit("I0001", CreditReason.DETAILS, [], day("01-06"), wrong=Wrong.DETAILS)
        assert amounts(books.settle([self.january], day("01-06"))) == [("credit-note", "80.00"), ("invoice", "80.00")]

    def test_is_told_where_the_currency_is_another(self) -> None:
        books = self.forgo(20)
        result = books.compare([owed(FEE, month(1), "100.00", currency="USD")], "2026-01-06")
        assert [problem.code for problem in result.withheld] == ["D006"]
        assert {str(one.net) for one in result.differences} == {"-80.00 EUR", "100.00 USD"}

    def test_and_an_error_come_to_the_line_at_most(self) -> None:
        books = self.forgo(20)
        books.credit("I0001", CreditReason.PRICE, [self.january], day("01-06"))
        assert amounts(books.settle([self.january], day("01-06"))) == [("credit-note", "80.00")]
        with pytest.raises(RunError, match="nothing is left"):
            books.credit("I0001", GOODWILL, [], day("01-07"))


class TestAmounts:
    def test_what_is_more_than_left_is_refused(self) -> None:
        books = billed_once(owed(FEE, month(1), "100.00"))
        books.credit("I0001", GOODWILL, [], day("01-05"), Asked(1, amount=Fraction(60)))
        with pytest.raises(RunError) as refused:
            books.credit("I0001", GOODWILL, [], day("01-05"), Asked(1, amount=Fraction(41)))
        assert refused.value.problems[0].code == "D011"
        assert "40.00 EUR is left" in refused.value.problems[0].cause

    @pytest.mark.parametrize(
        ("asked", "code"),
        [
            (Asked(1, quantity=Fraction(1)), "D012"),
            (Asked(1, amount=Fraction("0.001")), "D015"),
            (Asked(1, amount=Fraction(0)), "D015"),
            (Asked(1, amount=Fraction(-5)), "D015"),
            (Asked(2), "D013"),
            (Asked(3), "L205"),
            (Asked(1, amount=Fraction(90)), "D011"),  # 80 with its discount
        ],
    )
    def test_what_can_not_be_credited_is_refused(self, asked: Asked, code: str) -> None:
        books = billed_once(owed(FEE, month(1), "100.00"), owed(LAUNCH, month(1), "-20.00"))
        with pytest.raises(RunError) as refused:
            books.credit("I0001", GOODWILL, [], day("01-05"), asked)
        assert refused.value.problems[0].code == code

    def test_a_request_that_was_overtaken_is_held(self) -> None:
        """What is left has become less since, by an issue that went on from its stored drafts."""
        books = billed_once(owed(FEE, month(1), "100.00"))
        request = books.credit("I0001", GOODWILL, [], day("01-05"), Asked(1, amount=Fraction(60)))
        books.run([owed(FEE, month(1), "50.00")], "2026-01-06")
        differences, holds = requested(request, books.billed)
        assert differences == ()
        assert [(contract, problem.code) for contract, problem in holds] == [("cluster", "D004")]

    def test_a_credit_note_is_not_credited(self) -> None:
        books = billed_once(owed(FEE, month(1), "100.00"))
        books.settle([owed(FEE, month(1), "90.00")], day("01-05"))
        with pytest.raises(RunError) as refused:
            books.credit("C0002", CreditReason.GOODWILL, [], day("01-06"))
        assert refused.value.problems[0].code == "D014"

    def test_the_levy_of_a_premium_goes_with_it(self) -> None:
        """25.5% of 33.33 is 8.50: 10.00 less leave 23.33, of which 5.95 is due; then the rest."""
        premium = owed(FEE, month(1), "33.33", treatment=EXEMPT)
        levy = owed(LEVY, month(1), "8.50", treatment=LEVIED)
        books = billed_once(premium, levy)
        books.credit("I0001", GOODWILL, [], day("01-05"), Asked(1, amount=Fraction(10)))
        first = books.settle([premium, levy], day("01-05"))
        assert [str(line.net.amount) for line in first[0].lines] == ["10.00", "2.55"]
        books.credit("I0001", GOODWILL, [], day("01-06"), Asked(1))
        second = books.settle([premium, levy], day("01-06"))
        assert [str(line.net.amount) for line in second[0].lines] == ["23.33", "5.95"]

    def test_the_discount_of_a_charge_goes_with_it(self) -> None:
        fee, launch = owed(FEE, month(1), "100.00"), owed(LAUNCH, month(1), "-20.00")
        books = billed_once(fee, launch, owed(SETUP, month(1), "50.00", one_off=True))
        setup = owed(SETUP, month(1), "50.00", one_off=True)
        books.credit("I0001", CreditReason.NOT_DELIVERED, [fee, launch, setup], day("01-05"), Asked(1))
        assert amounts(books.settle([fee, launch, setup], day("01-05"))) == [("credit-note", "80.00")]

    def test_vat_in_the_price_comes_back_to_the_cent(self) -> None:
        """9.99 with 21%: net 8.26, VAT 1.73; in three parts and a rest."""
        fee = owed(FEE, month(1), "9.99", treatment=INCLUSIVE)
        books = billed_once(fee)
        original = books.documents["I0001"]
        notes: list[Document] = []
        for cents in (333, 101, 1, 564):
            books.credit("I0001", GOODWILL, [], day("01-05"), Asked(1, amount=Fraction(cents, 100)))
            notes += books.settle([fee], day("01-05"))
        assert sum(note.net.amount for note in notes) == original.net.amount
        assert sum(note.tax.amount for note in notes) == original.tax.amount
        assert sum(note.gross.amount for note in notes) == original.gross.amount

    def test_a_credit_keeps_the_rate_of_its_document(self) -> None:
        fee = owed(FEE, month(1), "100.00")
        books = billed_once(fee)
        books.credit("I0001", GOODWILL, [], dt.date(2028, 5, 1))
        note = books.settle([owed(FEE, month(1), "100.00")], dt.date(2028, 5, 1))[0]
        assert note.breakdown[0].treatment.percent == 21
        assert str(note.tax) == "21.00 EUR"


@given(st.integers(1, 10**6), st.integers(2, 400), st.lists(st.integers(1, 90), min_size=1, max_size=12))
@law(80)
def test_quantities_come_to_the_whole_in_however_many_parts(price: int, whole: int, parts: list[int]) -> None:
    """At prices of a hundredth of a cent, so that hardly any part is a whole number of cents."""
    net = Money.of(Fraction(price * whole, 10**4), "EUR")
    assume(net)
    treated = owed(SEATS, month(1), str(net.amount), quantity=(whole, "call", str(Decimal(price).scaleb(-4))))
    books = billed_once(treated)
    credited, money, step = Fraction(0), Money.zero("EUR"), Fraction(0)
    for part in [*parts, *[whole] * whole]:
        if money == net:
            break
        step = min(step + part, whole - credited)
        shared = {1: (credited, money)}
        try:
            request = books.credit("I0001", GOODWILL, [], day("01-05"), Asked(1, quantity=step), shared=shared)
        except RunError as refused:  # less than half a cent: a larger part it has to be
            assert refused.problems[0].code == "D015"
            continue
        line = books.settle([treated], day("01-05"))[0].lines[0]
        assert abs(line.net.exact + money.exact - net.exact * (credited + step) / whole) <= Fraction(1, 200)
        assert replay(line.trace) == line.net.exact
        credited, money, step = credited + step, money + request.lines[0].amount, Fraction(0)
    assert money == net
    assert not left_of(("I0001", 1), books.billed)


class TestAnew:
    january = owed(FEE, month(1), "100.00")

    def test_a_wrong_customer_is_credited_and_the_right_one_billed(self) -> None:
        books = billed_once(self.january)
        right = owed(FEE, month(1), "100.00", customer="beta")
        books.credit("I0001", CreditReason.PARTY, [], day("01-05"), wrong=Wrong.PARTY)
        issued = books.settle([right], day("01-05"))
        assert [(one.kind, one.customer.id, str(one.net.amount)) for one in issued] == [
            (Kind.CREDIT_NOTE, "acme", "100.00"),
            (Kind.INVOICE, "beta", "100.00"),
        ]
        assert issued[0].lines[0].corrects is not None
        assert issued[0].lines[0].corrects.reason == "wrong-party"
        assert issued[1].tax_point == day("01-01")

    @pytest.mark.parametrize(
        ("wrong", "today", "held"),
        [
            (Wrong.PARTY, {}, True),
            (Wrong.PARTY, {"customer": "beta"}, False),
            (Wrong.DETAILS, {}, False),
            (Wrong.CURRENCY, {}, True),
            (Wrong.TREATMENT, {}, True),
            (Wrong.TREATMENT, {"treatment": EXEMPT}, False),
        ],
    )
    def test_terms_that_still_say_the_same_are_held(self, wrong: Wrong, today: dict[str, Any], held: bool) -> None:
        books = billed_once(self.january)
        request = books.credit("I0001", wrong.reason, [], day("01-05"), wrong=wrong)
        result = compare([owed(FEE, month(1), "100.00", **today)], books.carried, through=day("01-05"))
        found = list(still_wrong(request, result.differences, books.billed))
        assert [problem.code for _, problem in found] == (["D005"] if held else [])

    def test_nothing_to_bill_anew_is_held(self) -> None:
        books = billed_once(self.january)
        request = books.credit("I0001", CreditReason.DETAILS, [], day("01-05"), wrong=Wrong.DETAILS)
        found = list(still_wrong(request, compare([], books.carried, through=day("01-05")).differences, books.billed))
        assert [problem.code for _, problem in found] == ["D005"]


credits_asked = st.tuples(
    st.integers(0, 30), st.integers(0, 6), st.sampled_from([None, 1, 33, 50, 99]), st.booleans(), st.booleans()
)
stories = st.lists(
    st.tuples(st.integers(0, 90), st.lists(amendments, max_size=1), st.lists(credits_asked, max_size=2)),
    min_size=2,
    max_size=6,
)


@given(st.booleans(), cadences, stories)
@law(60)
def test_credits_in_between_lose_and_give_nothing_away(
    even: bool, cadence: Cadence, story: list[tuple[int, list[Step], list[Any]]]
) -> None:
    terms, books, on = first_terms(even, cadence), Books(), START
    books.settle(entitlements(terms, on, []), on)
    for wait, changes, asked in story:
        for what in asked:
            _ask(books, entitlements(terms, on, books.billed), on, *what)
        on += dt.timedelta(days=wait)
        for change in changes:
            terms = terms.amended(change)
        entitled = entitlements(terms, on, books.billed)
        books.settle(entitled, on)
        books.released |= books.rebilled_next
        books.settle(entitlements(terms, on, books.billed), on)
        _assert_never_more_than_carried(books)
        _assert_conserved(entitlements(terms, on, books.billed), books, on)
    books.settle(entitlements(terms, NEVER, books.billed), NEVER + dt.timedelta(days=400))
    _assert_never_more_than_carried(books)


def _ask(
    books: Books,
    entitled: Sequence[Treated],
    on: dt.date,
    which: int,
    line: int,
    percent: int | None,
    goodwill: bool,
    rebill: bool,
) -> None:
    """A credit of some document, whole or of a line: all of it or a percentage. Some are refused."""
    if not books.documents:
        return
    number = sorted(books.documents)[which % len(books.documents)]
    document = books.documents[number]
    reason = CreditReason.GOODWILL if goodwill else CreditReason.PRICE
    if line >= len(document.lines):
        asked = []
    elif percent is None:
        asked = [Asked(line + 1)]
    else:
        exact = document.lines[line].agreed.exact * percent / 100
        asked = [Asked(line + 1, amount=Fraction(Money.of(exact, "EUR").amount))]
    try:
        request = books.credit(number, reason, entitled, on, *asked)
    except RunError as refused:
        assert refused.problems[0].code in {"D010", "D011", "D013", "D014", "D015"}
        return
    if rebill and not goodwill:
        books.rebilled_next.add(request.id)


def _assert_never_more_than_carried(books: Books) -> None:
    """By a second, simple sum: what was asked for and given back never exceeds what a line carried."""
    carried = {(line.document, line.line): line.net.exact for line in books.billed}
    by_line: dict[Any, Fraction] = defaultdict(Fraction)
    lines = {(line.document, line.line): line for line in books.billed}
    for line in books.billed:
        same = line.corrects and lines[line.corrects].component == line.component
        if line.corrects and same and line.net.exact * carried[line.corrects] < 0:
            by_line[line.corrects] += line.net.exact
    for key, taken in by_line.items():
        assert abs(taken) <= abs(carried[key]), key


def _assert_conserved(entitled: Sequence[Treated], books: Books, on: dt.date) -> None:
    """Invoiced less errors is what is owed, but for what is held back; concessions cover what may be above it."""
    assert compare(entitled, books.carried, through=on).differences == ()
    positions = open_positions(books.billed, standing(entitled, books.carried).holding)
    due: dict[Any, Fraction] = defaultdict(Fraction)
    now: dict[Any, Fraction] = defaultdict(Fraction)
    counted: dict[Any, Fraction] = defaultdict(Fraction)
    forgone: dict[Any, Fraction] = defaultdict(Fraction)
    errors: dict[Any, Fraction] = defaultdict(Fraction)
    for one in entitled:
        reached = any(
            position.line.component == one.entitlement.component
            and _kind(position.line) == _kind(one)
            and (one.entitlement.one_off or position.days.overlaps(one.entitlement.days))
            for position in positions
        )
        key = one.entitlement.component, *_kind(one)
        due[key] += one.entitlement.net.exact if one.entitlement.bill_date <= on or reached else 0
        now[key] += one.entitlement.net.exact if one.entitlement.bill_date <= on else 0
    for line in books.billed:
        key = (line.component, *_kind(line))
        (counted if line.counts else forgone)[key] += line.net.exact
        if line.counts and line.request and line.basis:
            errors[key] += line.net.exact
    for key in {*due, *counted}:
        low, high = sorted((Fraction(0), errors[key]))
        less, more = sorted((Fraction(0), -forgone[key]))
        # a line that was forgone gives no days back, so what a new schedule bills for them later may not be due as yet
        owing = {due[key], now[key]} if forgone[key] else {due[key]}
        assert any(low + less <= counted[key] - wanted <= high + more for wanted in owing), key

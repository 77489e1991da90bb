"""Laws of the comparison, over random histories of one contract: amendments of price, discount, minimum, cadence, buyer,
treatment and term, each known only from some day on, and runs in between."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from invoicer.documents import Comparison, Difference, compare, fingerprint
from invoicer.documents.difference import parties_of
from invoicer.documents.positions import open_positions
from invoicer.domain.document import Document, Kind
from invoicer.domain.entitlement import BilledLine, Treated
from invoicer.domain.money import Money
from invoicer.domain.period import Period, Span, Unit
from invoicer.domain.trace import replay
from tests.documents.world import FEE, LAUNCH, MINIMUM, REVERSE, SETUP, VAT, Desk, owed
from tests.quickly import law

START = dt.date(2026, 1, 1)
NEVER = dt.date(2027, 9, 1)
VAT_24 = replace(VAT, percent=VAT.percent + 3)
Step = tuple[str, dt.date, Any]


@dataclass(frozen=True)
class Cadence:
    months: int
    advance: bool


@dataclass(frozen=True, eq=False)
class Terms:
    """What is agreed, as steps by day; a daily price in cents keeps sums of parts whole, a monthly one does not."""

    steps: Mapping[str, Mapping[dt.date, Any]]
    even: bool

    def amended(self, step: Step) -> Terms:
        """The terms after an amendment: what earlier ones set for its day or later is gone."""
        name, on, value = step
        kept = {day: old for day, old in self.steps[name].items() if day < on}
        return replace(self, steps={**self.steps, name: {**kept, on: value}})

    def at(self, name: str, on: dt.date) -> Any:
        return self.steps[name][max(day for day in self.steps[name] if day <= on)]

    @property
    def end(self) -> dt.date:
        return next((day for day, active in sorted(self.steps["service"].items()) if not active), NEVER)

    @cached_property
    def all(self) -> Sequence[Treated]:
        """Everything that is ever owed."""
        return tuple(_all(self))


def first_terms(even: bool, cadence: Cadence) -> Terms:
    given_first = {
        "price": 30,
        "discount": 0,
        "minimum": 0,
        "cadence": cadence,
        "buyer": "acme",
        "treatment": VAT,
        "service": True,
        "setup": (START, 500),
    }
    return Terms({name: {START: value} for name, value in given_first.items()}, even)


def entitlements(terms: Terms, through: dt.date, billed: Iterable[BilledLine]) -> list[Treated]:
    """What the terms owe: all that is due, and what lies before the last day billed."""
    reach = max((line.days.end for line in billed), default=START)
    return [one for one in terms.all if one.entitlement.bill_date <= through or one.entitlement.days.start < reach]


def _all(terms: Terms) -> Iterator[Treated]:
    on, amount = terms.at("setup", NEVER)
    yield _owed(terms, SETUP, Period(on, on + dt.timedelta(days=1)), amount * 100, on, START, one_off=True)
    for days, full, billed_from, cadence in _periods(terms):
        billed_on = days.start if cadence.advance else days.end
        exact = Fraction(0)
        less = Fraction(0)
        for index in range(days.days):
            each = days.start + dt.timedelta(days=index)
            price = Fraction(terms.at("price", each))
            exact += price if terms.even else price * 30 * cadence.months / full.days
            less += terms.at("discount", each)
        cents = round(exact)
        taken = round(exact * less / days.days / 100)
        yield _owed(terms, FEE, days, cents, billed_on, billed_from)
        yield _owed(terms, LAUNCH, days, -taken, billed_on, billed_from)
        least = terms.at("minimum", days.start) * days.days
        yield _owed(terms, MINIMUM, days, max(0, least - cents), billed_on, billed_from)


def _periods(terms: Terms) -> Iterator[tuple[Period, Period, dt.date, Cadence]]:
    changes = sorted(terms.steps["cadence"].items())
    for index, (begins, cadence) in enumerate(changes):
        ends = min(terms.end, changes[index + 1][0] if index + 1 < len(changes) else NEVER)
        for number in range(60):
            step = Span(cadence.months, Unit.MONTH)
            full = Period(step.after(begins, number), step.after(begins, number + 1))
            if full.start >= ends:
                break
            yield Period(full.start, min(full.end, ends)), full, begins, cadence


def _owed(
    terms: Terms,
    component: Any,
    days: Period,
    cents: int,
    billed_on: dt.date,
    billed_from: dt.date,
    *,
    one_off: bool = False,
) -> Treated:
    tax_point = billed_on if billed_on == days.start else days.last_day
    return owed(
        component,
        days,
        str(Money.of(Fraction(cents, 100), "EUR").amount),
        treatment=terms.at("treatment", tax_point),
        customer=terms.at("buyer", tax_point),
        one_off=one_off,
        bill_date=billed_on,
        billed_from=billed_from,
        tax_point=tax_point,
    )


days_on = st.integers(0, 550).map(lambda count: START + dt.timedelta(days=count))
cadences = st.builds(Cadence, st.sampled_from([1, 3, 12]), st.booleans())
firsts = days_on.map(lambda on: on.replace(day=1))
amendments: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("price"), days_on, st.integers(0, 60)),
    st.tuples(st.just("discount"), firsts, st.sampled_from([0, 10, 50])),
    st.tuples(st.just("minimum"), firsts, st.sampled_from([0, 20, 40])),
    st.tuples(st.just("cadence"), st.one_of(days_on, firsts), cadences),
    st.tuples(st.just("buyer"), firsts, st.sampled_from(["acme", "beta"])),
    st.tuples(st.just("treatment"), firsts, st.sampled_from([VAT, VAT_24, REVERSE])),
    st.tuples(st.just("service"), days_on.filter(lambda on: on > START), st.booleans()),
    st.tuples(st.just("setup"), st.just(START), st.tuples(days_on, st.integers(0, 500))),
)
histories = st.lists(st.tuples(st.integers(0, 120), st.lists(amendments, max_size=2)), min_size=1, max_size=7)


@given(st.booleans(), cadences, histories)
@law(60)
def test_what_is_billed_is_what_is_owed(even: bool, cadence: Cadence, history: list[tuple[int, list[Step]]]) -> None:
    terms, desk, on = first_terms(even, cadence), Desk(), START
    for wait, changes in history:
        on += dt.timedelta(days=wait)
        for change in changes:
            terms = terms.amended(change)
        _run(terms, desk, on)
        _assert_conserved(terms, desk, on)
    _run(terms, desk, NEVER + dt.timedelta(days=400))
    assert _sums(terms.all) == _sums(desk.billed)


@given(st.booleans(), cadences, histories, st.lists(st.integers(1, 90), min_size=1, max_size=8))
@law(40)
def test_time_alone_corrects_nothing(
    even: bool, cadence: Cadence, history: list[tuple[int, list[Step]]], waits: list[int]
) -> None:
    terms, desk, on = first_terms(even, cadence), Desk(), START
    for wait, changes in history:
        on += dt.timedelta(days=wait)
        for change in changes:
            terms = terms.amended(change)
        _run(terms, desk, on)
    for wait in waits:
        on += dt.timedelta(days=wait)
        assert all(difference.is_supply for difference in _run(terms, desk, on))


def _run(terms: Terms, desk: Desk, on: dt.date) -> tuple[Difference, ...]:
    """Compare, issue, look at the papers, and see that nothing is left, in whichever order things come."""
    billed = desk.billed
    entitled = entitlements(terms, on, billed)
    result = compare(entitled, billed, through=on)
    assert not result.holds
    assert compare(entitled[::-1], billed[::-1], through=on) == result
    drafted = desk.drafts(result.differences, on)
    assert [*map(fingerprint, desk.drafts(result.differences[::-1], on))] == [*map(fingerprint, drafted)]
    for document in desk.issue(result.differences, on):
        _assert_sound(document, desk.documents)
    assert compare(entitlements(terms, on, desk.billed), desk.billed, through=on) == Comparison((), ())
    return result.differences


def _assert_conserved(terms: Terms, desk: Desk, on: dt.date) -> None:
    """Whatever is due, or was billed ahead, is carried by documents: no more and no less."""
    positions = open_positions(desk.billed)
    settled = [
        one
        for one in terms.all
        if one.entitlement.bill_date <= on
        or any(
            position.line.component == one.entitlement.component
            and _kind(position.line) == _kind(one)
            and (position.line.one_off or position.days.overlaps(one.entitlement.days))
            for position in positions
        )
    ]
    assert _sums(settled) == _sums(desk.billed)


def _assert_sound(document: Document, documents: Mapping[str, Document]) -> None:
    """The paper by a second, simple calculation, in cents and integers; and what it says of the papers it corrects."""
    by_percent: dict[Any, int] = defaultdict(int)
    for line in document.lines:
        by_percent[line.treatment.key] += _cents(line.net)
        assert replay(line.trace) == line.net.exact
        assert round(line.quantity * Fraction(line.unit_price) * 100) == _cents(line.net)
    net = sum(by_percent.values())
    tax = sum(_percent(cents, treatment[2]) for treatment, cents in by_percent.items())
    assert (net, tax, net + tax) == (_cents(document.net), _cents(document.tax), _cents(document.gross))
    assert net >= 0, "money flows one way on one paper"
    corrects = [line.corrects for line in document.lines if line.corrects]
    assert len(corrects) in (0, len(document.lines)), "corrections and supplies never meet"
    assert document.kind is Kind.INVOICE or corrects
    assert len({(line.tax_point.year, line.tax_point.month) for line in document.lines}) == 1
    for reference in corrects:
        assert documents[reference.number].issue_date == reference.issue_date
        assert documents[reference.number].lines[reference.line - 1].number == reference.line


def _percent(cents: int, percent: Any) -> int:
    """``percent`` of that many cents, half a cent away from zero."""
    doubled = 2 * abs(cents) * int(percent) + 100
    return doubled // 200 * (-1 if cents < 0 else 1)


def _cents(money: Money) -> int:
    return int(str(money.amount).replace(".", ""))


def _sums(owed_or_billed: Iterable[Treated | BilledLine]) -> dict[Any, int]:
    sums: dict[Any, int] = defaultdict(int)
    for one in owed_or_billed:
        amount = one if isinstance(one, BilledLine) else one.entitlement
        sums[amount.component, *_kind(one)] += _cents(amount.net)
    return {key: cents for key, cents in sums.items() if cents}


def _kind(one: Treated | BilledLine) -> tuple[Any, Any]:
    return parties_of(one), one.treatment.key

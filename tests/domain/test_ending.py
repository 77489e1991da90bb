"""tests of the domain: when a notice ends a contract, by its terms and by law."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoicer.domain.ending import (
    ConsumerTerms,
    Duration,
    Ending,
    Giver,
    Notice,
    NoticePeriod,
    Renewal,
    Termination,
    ending,
)
from invoicer.domain.period import Span, Unit
from invoicer.domain.refund import Refund
from invoicer.domain.trace import Clause

LAW = settings(print_blob=True, deadline=None, derandomize=True, max_examples=300)
DAY = dt.timedelta(days=1)
CLAUSE = Clause("contracts/test.terms", 20, 1, 20, 20, "0" * 64)
MONTH = Span(1, Unit.MONTH)
DE = ConsumerTerms(dt.date(2022, 3, 1), "BGB § 309 no. 9", "a source", MONTH, MONTH, returns_unused=True)
NL = ConsumerTerms(dt.date(2011, 12, 1), "BW 6:236 j", "a source", None, MONTH, returns_unused=True)
YEARLY = Duration(
    dt.date(2026, 1, 1), dt.date(2027, 1, 1), Renewal(Span(12, Unit.MONTH), Span(90, Unit.DAY))
)  # a year, renewed by a year, 90 days' notice


def notice(given_on: str, by: Giver = Giver.CUSTOMER) -> Notice:
    return Notice(dt.date.fromisoformat(given_on), by, CLAUSE)


def last_day(duration: Duration, given_on: str, law: ConsumerTerms | None = None) -> str:
    found = duration.ended_by(notice(given_on), law)
    assert found is not None
    return str(found.end - DAY)


@pytest.mark.parametrize(
    ("given_on", "last"),
    [
        ("2026-01-05", "2026-12-31"),
        ("2026-10-02", "2026-12-31"),  # 90 days later is 31 December
        ("2026-10-03", "2027-12-31"),
        ("2027-10-02", "2027-12-31"),
        ("2028-10-02", "2028-12-31"),
    ],
)
def test_notice_ends_the_contract_at_the_end_of_a_term(given_on: str, last: str) -> None:
    assert last_day(YEARLY, given_on) == last


def test_months_of_notice_end_with_the_day_of_the_same_number() -> None:
    by_months = Duration(YEARLY.start, YEARLY.term_end, Renewal(Span(6, Unit.MONTH), Span(3, Unit.MONTH)))
    assert last_day(by_months, "2026-09-30") == "2026-12-31"
    assert last_day(by_months, "2026-10-01") == "2027-06-30"
    without = Duration(YEARLY.start, YEARLY.term_end, Renewal(Span(6, Unit.MONTH), None))
    assert last_day(without, "2026-12-31") == "2026-12-31"
    assert last_day(without, "2027-01-01") == "2027-06-30"


def test_terms_end_on_the_day_of_the_first_start() -> None:
    clamped = Duration(dt.date(2026, 1, 31), dt.date(2026, 2, 28), Renewal(MONTH, None))
    assert [str(clamped.boundary(k)) for k in range(3)] == ["2026-02-28", "2026-03-31", "2026-04-30"]


def test_a_first_term_in_days_that_ends_at_the_end_of_a_month_by_chance() -> None:
    start, days = dt.date(2025, 11, 30), Span(90, Unit.DAY)
    by_days = Duration(start, days.after(start), Renewal(MONTH, None), length=days)
    assert [str(by_days.boundary(k)) for k in range(3)] == ["2026-02-28", "2026-03-28", "2026-04-28"]
    by_months = Duration(start, dt.date(2026, 2, 28), Renewal(MONTH, None), length=Span(3, Unit.MONTH))
    assert [str(by_months.boundary(k)) for k in range(3)] == ["2026-02-28", "2026-03-30", "2026-04-30"]
    until = Duration(start, dt.date(2026, 2, 28), Renewal(MONTH, None))  # `term 2025-11-30 to 2026-02-27`
    assert [str(until.boundary(k)) for k in range(3)] == ["2026-02-28", "2026-03-30", "2026-04-30"]


@pytest.mark.parametrize(
    ("to_end_of", "last"),
    [
        (None, "2026-10-20"),
        (Unit.DAY, "2026-10-20"),
        (Unit.WEEK, "2026-10-25"),
        (Unit.MONTH, "2026-10-31"),
        (Unit.QUARTER, "2026-12-31"),
        (Unit.YEAR, "2026-12-31"),
    ],
)
def test_an_open_contract_ends_when_its_notice_does(to_end_of: Unit | None, last: str) -> None:
    open_end = Duration(dt.date(2026, 1, 1), None, None, NoticePeriod(MONTH, to_end_of))
    assert last_day(open_end, "2026-09-20") == last


@pytest.mark.parametrize(
    ("to_end_of", "last"), [(Unit.MONTH, "2026-05-31"), (Unit.QUARTER, "2026-06-30"), (Unit.YEAR, "2026-12-31")]
)
def test_the_end_of_a_month_a_quarter_or_a_year_is_that_of_the_calendar(to_end_of: Unit, last: str) -> None:
    open_end = Duration(dt.date(2026, 1, 1), None, None, NoticePeriod(MONTH, to_end_of))
    assert last_day(open_end, "2026-04-20") == last
    assert last_day(open_end, "2026-04-20", DE) == last, "the law is about contracts that renew"


def test_what_a_notice_can_end() -> None:
    start, end = YEARLY.start, YEARLY.term_end
    assert Duration(start, end, Renewal(MONTH, None)).can_be_ended
    assert Duration(start, None, None, NoticePeriod(MONTH)).can_be_ended
    assert not Duration(start, end, None).can_be_ended
    assert Duration(start, end, None).boundary(3) == end, "a term that does not renew ends once"
    assert Duration(start, end, Renewal(MONTH, None)).last_notice(dt.date(2027, 1, 1)) is None


@LAW
@given(
    st.dates(dt.date(2024, 1, 1), dt.date(2032, 1, 1)),
    st.one_of(
        st.builds(Span, st.integers(1, 24), st.just(Unit.MONTH)),
        st.builds(Span, st.integers(1, 200), st.just(Unit.DAY)),
    ),
)
def test_the_last_notice_is_the_last_that_is_over_before_the_boundary(boundary: dt.date, length: Span) -> None:
    last = Duration(YEARLY.start, boundary, Renewal(MONTH, length)).last_notice(boundary)
    assert last is not None
    assert length.after(last) < boundary <= length.after(last + DAY)


def test_a_law_that_says_the_same_as_the_terms_did_not_decide() -> None:
    found = YEARLY.ended_by(notice("2026-10-02"), DE)
    assert found is not None and (found.law, found.clause) == ("", CLAUSE)


def test_a_fixed_term_is_never_made_longer() -> None:
    fixed = Duration(dt.date(2026, 1, 1), dt.date(2026, 10, 1), None, NoticePeriod(MONTH))
    assert last_day(fixed, "2026-03-15") == "2026-04-15"
    assert last_day(fixed, "2026-09-15") == "2026-09-30"
    assert last_day(fixed, "2026-03-15", DE) == "2026-04-15", "the law is about contracts that renew"
    assert Duration(dt.date(2026, 1, 1), dt.date(2026, 10, 1), None).ended_by(notice("2026-03-15"), DE) is None
    assert not Duration(dt.date(2026, 1, 1), None, None).can_be_ended


def test_a_german_consumer_gives_a_month_before_the_end_of_the_first_term() -> None:
    assert last_day(YEARLY, "2026-11-30", DE) == "2026-12-31"
    assert last_day(YEARLY, "2026-12-01", DE) == "2027-01-01", "and a month at any time after it"
    assert last_day(YEARLY, "2027-05-10", DE) == "2027-06-10"
    assert last_day(YEARLY, "2026-03-10", DE) == "2026-12-31", "before that the first term binds"


def test_a_dutch_consumer_may_go_a_month_after_any_day_once_renewed() -> None:
    assert last_day(YEARLY, "2026-10-03", NL) == "2026-12-31", "a month is over by then, though the term wants 90 days"
    assert last_day(YEARLY, "2026-12-10", NL) == "2027-01-10"
    assert last_day(YEARLY, "2027-03-07", NL) == "2027-04-07"
    found = YEARLY.ended_by(notice("2027-03-07"), NL)
    assert found is not None
    assert (found.law, found.clause.reference, found.refund) == ("BW 6:236 j", "BW 6:236 j", Refund.UNUSED)


def test_the_law_protects_the_consumer_and_not_the_seller() -> None:
    by_seller = YEARLY.ended_by(notice("2027-03-07", Giver.SELLER), NL)
    assert by_seller == Ending(dt.date(2028, 1, 1), dt.date(2027, 3, 7), CLAUSE, None)


def test_better_terms_than_the_law_stay() -> None:
    short = Duration(YEARLY.start, YEARLY.term_end, Renewal(Span(12, Unit.MONTH), Span(14, Unit.DAY)))
    assert last_day(short, "2026-12-17", DE) == "2026-12-31"
    assert last_day(short, "2027-03-07", DE) == "2027-03-21"


def test_what_is_known_decides() -> None:
    given_in_time, agreed_later = notice("2026-09-20"), Termination(dt.date(2026, 8, 1), dt.date(2026, 7, 1), CLAUSE)
    both: list[Notice | Termination] = [given_in_time, agreed_later]
    assert ending(YEARLY, both, dt.date(2026, 6, 30), None) is None
    found = ending(YEARLY, both, dt.date(2026, 7, 1), None)
    assert found is not None and found.end == dt.date(2026, 8, 1)
    later = Termination(dt.date(2027, 4, 1), dt.date(2026, 10, 1), CLAUSE)
    found = ending(YEARLY, [given_in_time, later], dt.date(2026, 10, 1), None)
    assert found is not None and found.end == dt.date(2027, 4, 1), (
        "what both agree on later takes the place of a notice"
    )
    twice = ending(YEARLY, [given_in_time, notice("2026-11-01")], dt.date(2027, 1, 1), None)
    assert twice is not None and twice.agreed == dt.date(2026, 9, 20), "the first notice counts"


def test_of_two_notices_to_one_end_the_first_ended_it() -> None:
    """Its clause and its day are those of the documents that were made; a second one changes nothing."""
    first, second = notice("2026-02-01"), notice("2026-03-01", Giver.SELLER)
    found = ending(YEARLY, [first, second], dt.date.max, None)
    assert found == Ending(dt.date(2027, 1, 1), first.given, CLAUSE, None)


# Laws

DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2031, 12, 31))
SPANS = st.builds(Span, st.integers(1, 18), st.sampled_from(Unit))
LAWS = st.builds(
    ConsumerTerms,
    st.just(dt.date(2020, 1, 1)),
    st.just("a law"),
    st.just("a source"),
    st.none() | SPANS,
    st.none() | SPANS,
    st.booleans(),
)


@LAW
@given(DAYS, SPANS, st.none() | SPANS, DAYS, st.none() | LAWS)
def test_no_notice_ends_a_contract_earlier_than_terms_and_law_allow(
    start: dt.date, by: Span, agreed: Span | None, given_on: dt.date, law: ConsumerTerms | None
) -> None:
    duration = Duration(start, by.after(start), Renewal(by, agreed))
    found = duration.ended_by(Notice(given_on, Giver.CUSTOMER, CLAUSE), law)
    assert found is not None
    assert duration.term_end is not None
    assert found.end >= duration.term_end, "the first term binds"
    allowed = [span for span in (agreed, law and law.longest_notice, law and law.after_renewal) if span]
    if agreed or found.law:
        assert found.end > min(span.after(given_on) for span in allowed)
    assert found.end > given_on
    if not found.law:
        assert duration.boundary_from(found.end) == found.end
    by_terms = duration.ended_by(Notice(given_on, Giver.CUSTOMER, CLAUSE), None)
    assert by_terms is not None and found.end <= by_terms.end, "the law takes nothing from a consumer"


@LAW
@given(DAYS, SPANS, st.none() | SPANS, DAYS, DAYS, st.none() | LAWS)
def test_who_gives_notice_later_never_leaves_earlier(
    start: dt.date, by: Span, agreed: Span | None, one: dt.date, other: dt.date, law: ConsumerTerms | None
) -> None:
    duration = Duration(start, by.after(start), Renewal(by, agreed))
    ends = [duration.ended_by(Notice(day, Giver.CUSTOMER, CLAUSE), law) for day in sorted((one, other))]
    assert ends[0] is not None and ends[1] is not None
    assert ends[0].end <= ends[1].end


@LAW
@given(st.lists(st.tuples(DAYS, st.booleans(), DAYS), max_size=5), DAYS, DAYS)
def test_what_is_known_of_an_end_depends_on_nothing_that_comes_later(
    found: list[tuple[dt.date, bool, dt.date]], one: dt.date, other: dt.date
) -> None:
    all_of_them = [
        Notice(since, Giver.SELLER, CLAUSE) if is_notice else Termination(end, since, CLAUSE)
        for since, is_notice, end in found
    ]
    earlier, _ = sorted((one, other))
    known = [e for e in all_of_them if (e.given if isinstance(e, Notice) else e.agreed) <= earlier]
    assert ending(YEARLY, all_of_them, earlier, None) == ending(YEARLY, known, dt.date.max, None)

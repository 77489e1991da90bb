"""Price lists that are upgraded: which version counts from when, and what of a contract stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pytest

from invoicer.domain.contract import Contract
from invoicer.domain.price import PerUnit
from invoicer.language import load

LIST = """price-list prices
  version {version}
  {since}
  currency EUR
  agreed {agreed}
  supply service
  bill monthly in advance on day 1
charge seats "Seats"
  {price} EUR per seat per month
  included {included} seats
"""
CONTRACT = """contract c
  uses prices version 1{upgrades}
  seller s
  customer a
  currency EUR
  agreed 2025-12-12
  term 12 months from 2026-01-01
  renews for 12 months, notice 30 days
  pay within 30 days
charge seats as in prices
  quantity 9 seats
{own}"""
VERSIONS = (
    ("1", "2025-01-01", "2025-10-01", "12.00", "2"),
    ("2", "2026-06-01", "2026-03-01", "13.00", "3"),
    ("3", "2026-09-01", "2026-08-01", "14.00", "4"),
    ("4", "2028-02-01", "2027-12-01", "15.00", "5"),
)


def contract(
    own: str = "", upgrades: str = ", upgrades on renewal", versions: Iterable[tuple[str, ...]] = VERSIONS
) -> Contract:
    lists = "".join(
        LIST.format(version=v, since=f"from {since}", agreed=agreed, price=price, included=included)
        for v, since, agreed, price, included in versions
    )
    loaded = load([("c.terms", lists + CONTRACT.format(upgrades=upgrades, own=own))])
    assert not [one for one in loaded.problems if one.severity != "warning"], loaded.problems
    (found,) = loaded.contracts
    return found


def price(found: Contract, on: str, known_on: str = "2030-01-01") -> str:
    entry = found.charges[0].price.at(dt.date.fromisoformat(on), dt.date.fromisoformat(known_on))
    assert entry is not None and isinstance(entry.value, PerUnit)
    return str(entry.value.amount)


@pytest.mark.parametrize(
    ("on", "known_on", "expected"),
    [
        ("2026-12-31", "2030-01-01", "12.00"),
        ("2027-01-01", "2030-01-01", "14.00"),  # versions 2 and 3 count by then: the newest one
        ("2028-01-01", "2030-01-01", "14.00"),  # version 4 counts from February
        ("2029-01-01", "2030-01-01", "15.00"),
        ("2027-01-01", "2026-07-31", "13.00"),  # nobody knew of version 3
        ("2027-01-01", "2026-02-28", "12.00"),  # nor, before, of version 2
        ("2029-01-01", "2027-11-30", "14.00"),
    ],
)
def test_the_newest_version_counts_from_the_renewal_on(on: str, known_on: str, expected: str) -> None:
    assert price(contract(), on, known_on) == expected


def test_without_the_words_nothing_is_upgraded() -> None:
    assert price(contract(upgrades=""), "2029-01-01") == "12.00"


def test_what_the_contract_states_itself_stays() -> None:
    found = contract("  11.00 EUR per seat per month\n")
    assert price(found, "2029-01-01") == "11.00"
    included = found.charges[0].included
    assert included is not None
    assert [str(entry.value) for entry in included.known_on(dt.date(2030, 1, 1))] == ["2", "4", "5"]


def test_an_own_step_stays_from_its_day_on() -> None:
    found = contract("  from 2027-06-01 11.00 EUR per seat per month\n")
    assert [price(found, on) for on in ("2026-12-31", "2027-01-01", "2027-06-01", "2029-01-01")] == [
        *("12.00", "14.00", "11.00", "11.00"),
    ]


def test_an_amendment_stays_whenever_it_was_agreed() -> None:
    early = contract("amendment 1 from 2027-06-01 agreed 2026-02-01\n  change seats to 11.00 EUR per seat per month\n")
    assert [price(early, on) for on in ("2027-01-01", "2027-06-01", "2029-01-01")] == ["14.00", "11.00", "11.00"]
    assert price(early, "2027-06-01", "2026-02-01") == "11.00"
    before = contract("amendment 1 from 2026-07-01 agreed 2026-05-01\n  change seats to 11.00 EUR per seat per month\n")
    assert price(before, "2029-01-01") == "11.00"
    assert price(before, "2029-01-01", "2026-04-30") == "13.00", "version 2 was agreed, the amendment was not"


def test_an_amendment_moves_to_a_version_by_hand() -> None:
    by_hand = contract("amendment 1 from 2026-07-01 agreed 2026-06-20\n  uses prices version 2\n", upgrades="")
    assert [price(by_hand, on) for on in ("2026-06-30", "2026-07-01", "2029-01-01")] == ["12.00", "13.00", "13.00"]
    assert price(by_hand, "2026-07-01", "2026-06-19") == "12.00"
    both = contract("amendment 1 from 2026-07-01 agreed 2026-06-20\n  uses prices version 2\n")
    assert [price(both, on) for on in ("2026-07-01", "2027-01-01", "2029-01-01")] == ["13.00", "14.00", "15.00"]


def test_a_newer_version_counts_though_an_older_one_was_agreed_after_it() -> None:
    late = (
        VERSIONS[0],
        ("2", "2026-06-01", "2028-05-01", "13.00", "3"),
        ("3", "2027-09-01", "2026-02-01", "14.00", "4"),
    )
    found = contract(versions=late)
    assert [price(found, on) for on in ("2026-12-31", "2027-01-01", "2028-01-01")] == ["12.00", "13.00", "14.00"]
    assert [price(found, on, "2028-04-30") for on in ("2027-01-01", "2028-01-01")] == ["12.00", "14.00"]
    own = contract(
        "amendment 1 from 2027-06-01 agreed 2027-05-01\n  change seats to 11.00 EUR per seat per month\n", versions=late
    )
    assert price(own, "2029-01-01") == "11.00"


@pytest.mark.parametrize("agreed", ["2025-11-01", "2026-02-01", "2028-05-01"])
def test_no_step_of_an_older_version_comes_after_a_newer_one(agreed: str) -> None:
    """Whether version 2 was agreed before version 3, with it or after it: its step of 2027 counts, that of 2029 doesn't."""
    steps = "3\n  from 2027-03-01 18.00 EUR per seat per month\n  from 2029-06-01 19.00 EUR per seat per month"
    text = LIST.replace("  included {included} seats", "{included}")
    versions = (
        (*VERSIONS[0][:4], "  included 2 seats"),
        ("2", "2026-06-01", agreed, "13.00", "  included " + steps.replace("3\n", "3 seats\n", 1)),
        ("3", "2027-09-01", "2026-02-01", "14.00", "  included 4 seats"),
    )
    lists = "".join(
        text.format(version=v, since=f"from {since}", agreed=day, price=price, included=lines)
        for v, since, day, price, lines in versions
    )
    (found,) = load([("c.terms", lists + CONTRACT.format(upgrades=", upgrades on renewal", own=""))]).contracts
    assert [price(found, on) for on in ("2027-02-01", "2027-03-01", "2028-01-01", "2029-07-01")] == [
        *("13.00", "18.00", "14.00", "14.00"),
    ]


def test_the_renewal_after_a_move_by_hand_takes_over_a_version_that_was_agreed_before_it() -> None:
    moved = contract("amendment 1 from 2027-07-01 agreed 2028-01-15\n  uses prices version 2\n")
    assert [price(moved, on) for on in ("2027-06-30", "2027-07-01", "2029-01-01")] == ["14.00", "13.00", "15.00"]
    assert price(moved, "2029-01-01", "2027-11-30") == "14.00"


def test_a_charge_that_begins_later_begins_with_the_version_of_that_day() -> None:
    own = "  ends 2026-12-31\n  no refund\namendment 1 from 2027-03-01 agreed 2027-02-10\n"
    lists = LIST + 'charge desk "Desk"\n  {price} EUR per desk per month\n'
    text = "".join(
        lists.format(version=v, since=f"from {s}", agreed=a, price=p, included=i) for v, s, a, p, i in VERSIONS
    )
    added = own + "  charge desk as in prices\n    quantity 1 desk\n"
    (found,) = load([("c.terms", text + CONTRACT.format(upgrades=", upgrades on renewal", own=added))]).contracts
    desk = found.charge("desk").price
    entries = [(str(e.effective), e.value) for e in desk.known_on(dt.date(2030, 1, 1))]
    assert [(day, str(value.amount)) for day, value in entries if isinstance(value, PerUnit)] == [
        ("2027-03-01", "14.00"),
        ("2029-01-01", "15.00"),
    ]


def test_the_contract_rests_on_all_versions_that_count() -> None:
    lists = [
        (f"prices-{v}.terms", LIST.format(version=v, since=f"from {s}", agreed=a, price=p, included=i))
        for v, s, a, p, i in VERSIONS
    ]
    terms = CONTRACT.format(upgrades=", upgrades on renewal", own="")
    (found,) = load([*lists, ("c.terms", terms)]).contracts
    assert [source.path for source in found.sources] == [
        "c.terms",
        "prices-1.terms",
        "prices-2.terms",
        "prices-3.terms",
        "prices-4.terms",
    ]

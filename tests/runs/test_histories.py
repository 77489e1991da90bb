"""Random histories of a contract, from the text of its terms to its papers: amendments, late usage and a buyer that moves,
with runs in between. The real language, engine, markets and documents take part; no workspace, no database."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from invoicer import engine, plugins, tax
from invoicer.documents import Comparison, compare
from invoicer.domain.contract import Contract
from invoicer.domain.document import Document
from invoicer.domain.entitlement import BilledLine, Part, Treated
from invoicer.domain.party import Customer
from invoicer.domain.trace import replay
from invoicer.domain.usage import Measured, Measurements
from invoicer.errors import Severity
from invoicer.language import Loaded, load
from tests.documents.world import ACME, SELLER, Desk, day
from tests.quickly import law

MARKETS = plugins.load().markets
KINDS = {"electronic-service": "electronic-service"}
START = day("2026-01-01")
MOVED = replace(
    ACME, address=replace(ACME.address, country="DE"), vat_id="DE136695976", vat_id_confirmed=day("2020-01-02")
)
HEAD = """contract c "C"
  seller host
  customer acme
  currency EUR
  agreed 2025-12-01
  term open from {start}
  notice 1 month to end of month
  bill {billing}
  prorate {prorate}
  pay within 30 days
  supply electronic-service

meter calls "Calls"
  sum of calls
  unit calls
"""
CHARGES = (
    '\ncharge fee "Fee"\n  100.00 EUR per month\n  minimum 120.00 EUR per month\n',
    '\ncharge seats "Seats"\n  quantity 7 seats\n  3.3330 EUR per seat per month\n  included 1 seats\n',
    (
        '\ncharge api "API"\n  usage of calls\n  bill monthly in arrears\n  graduated per month\n    up to 100 free\n'
        "    up to 1 000 0.05 EUR each\n    above 0.02 EUR each\n  minimum 20.00 EUR per month\n"
        "  maximum 50.00 EUR per month\n"
    ),
    '\ncharge name "Name"\n  18.00 EUR per year\n  bill annually in advance on anniversary\n',
    '\ncharge setup "Setup"\n  500.00 EUR once\n',
    (
        '\ncharge cover "Cover"\n  usage of calls\n  0.35 EUR per call\n  bill quarterly in advance\n'
        "  deposit 400.00 EUR in 3 instalments\n  minimum 380.00 EUR\n  adjust on declaration within 20 days\n"
        "  refund 75% of unused\n"
    ),
)
DISCOUNTS = (
    '\ndiscount d "D"\n  10% off everything\n',
    '\ndiscount d "D"\n  33.33% off everything\n  until 2026-03-20\n',
    '\ndiscount d "D"\n  30.00 EUR off fee, seats per month\n  until 2026-05-11\n',
    '\ndiscount d "D"\n  150.00 EUR off everything once\n',
)
BILLINGS = (
    "monthly in advance on day 1",
    "monthly in advance on day 16",
    "quarterly in advance on anniversary",
    "monthly in arrears on last day",
    "annually in advance on anniversary",
)
CHANGES = (
    "  change fee to 130.00 EUR per month\n",
    "  change fee to 0.00 EUR per month\n",
    "  change fee minimum to 90.00 EUR per month\n",
    "  change seats quantity to 12 seats\n",
    "  change seats quantity to 0 seats\n",
    "  change seats included to 3 seats\n",
    "  change api minimum to 30.00 EUR per month\n",
    "  change api to graduated per month\n    up to 50 free\n    above 0.03 EUR each\n",
    "  stop fee\n    refund unused\n",
    "  stop name\n    refund unused\n",
    "  stop seats\n    no refund\n",
    "  stop api\n    refund unused\n",
    "  stop fee\n    refund 62.5% of unused\n",
    "  stop name\n    refund short-rate\n    short-rate\n      up to 45 days 30%\n      above 100%\n",
    "  stop cover\n",
    "  stop cover\n    refund short-rate\n    short-rate\n      up to 1 month 55%\n      above 100%\n",
    "  change cover deposit to 450.00 EUR\n",
    *(f"  change billing to bill {billing}\n" for billing in BILLINGS),
    '\ncharge extra "Extra"\n  9.99 EUR per month\n',
    '\ndiscount late "Late"\n  12.5% off everything\n',
    '\ndiscount late "Late"\n  25.00 EUR off fee per month\n',
)
ENDINGS = (
    "\nnotice given {agreed} by customer\n",
    "\nnotice given {agreed} by seller\n  refund 50% of unused\n",
    "\nterminates on {effective} agreed {agreed}\n  refund unused\n",
    "\nterminates on {effective} agreed {agreed}\n  no refund\n",
)


@lru_cache(maxsize=64)
def _load(text: str) -> Loaded:
    return load([("contracts/c.terms", text)])


@dataclass
class Story:
    """A contract as it is known now, and what was issued for it."""

    text: str
    amendments: int = 0
    rows: tuple[Customer, ...] = (ACME,)
    calls: dict[dt.date, int] = field(default_factory=dict)
    desk: Desk = field(default_factory=Desk)

    @property
    def contract(self) -> Contract:
        (contract,) = _load(self.text).contracts
        return contract

    def amend(self, change: str, effective: dt.date, agreed: dt.date) -> None:
        """Add an amendment: one that replaces others where it has to say so, none where the language refuses it."""
        number = self.amendments + 1
        heading = f'\namendment {number} from {effective} agreed {agreed} "A"\n'
        for count in range(number):
            older = ", ".join(str(number - 1 - back) for back in range(count))
            text = self.text + heading + (f"  supersedes {older}\n" if older else "") + change
            if all(one.severity is Severity.WARNING for one in _load(text).problems):
                self.text, self.amendments = text, number
                event(f"amended: {' '.join(change.split()[:3])}")
                return

    def end(self, ending: str, effective: dt.date, agreed: dt.date) -> None:
        """Add a notice or a termination, where the language takes it."""
        text = self.text + ending.format(effective=effective, agreed=agreed)
        if all(one.severity is Severity.WARNING for one in _load(text).problems):
            self.text = text
            event(f"ended: {ending.split()[0]}")

    def owed(self, on: dt.date) -> tuple[Treated, ...] | None:
        """What is owed as of that day; None where the terms leave it in doubt."""
        contract, until = self.contract, self._billed_until()
        asked = engine.demands(contract, "Europe/Amsterdam", on, on, until)
        measured: Measurements = {
            one.key: Measured(Fraction(self._used(one.days.start, one.days.end)), "calls.csv", 1) for one in asked
        }
        rating = engine.rate(contract, self.rows, measured, on, on, until)
        assessed = tax.treat(
            rating.entitlements, seller=SELLER, customer=self.rows, known_on=on, markets=MARKETS, kinds=KINDS
        )
        if rating.holds or assessed.holds:
            event(f"held: {(*rating.holds, *assessed.holds)[0].code}")
            return None
        return assessed.treated

    def compare(self, treated: tuple[Treated, ...], on: dt.date) -> Comparison:
        return compare(treated, self.desk.billed, through=on, contract=self.contract)

    def run(self, on: dt.date) -> tuple[Treated, ...] | None:
        """Issue what is to be issued, and see that all is well; None where the contract is held."""
        treated = self.owed(on)
        if treated is None:
            return None
        found = self.compare(treated, on)
        assert not found.holds
        self.desk.contracts = {"c": self.contract}
        for document in self.desk.issue(found.differences, on):
            _assert_sound(document)
        again = self.owed(on)
        assert again is not None
        assert self.compare(again, on) == Comparison((), ())
        _assert_never_over_credited(self.desk.billed)
        return again

    def _billed_until(self) -> dict[str, dt.date]:
        until: dict[str, dt.date] = {}
        for line in self.desk.billed:
            until[line.component.charge] = max(until.get(line.component.charge, dt.date.min), line.days.end)
        return until

    def _used(self, start: dt.date, end: dt.date) -> int:
        late = sum(calls for on, calls in self.calls.items() if start <= on < end)
        return 13 * (end - start).days + late


Step = tuple[int, str, int, int]
steps: st.SearchStrategy[Step] = st.tuples(
    st.integers(0, 75),
    st.one_of(st.sampled_from(["", "usage", "buyer", *ENDINGS]), *[st.sampled_from(CHANGES)] * 3),
    st.integers(-100, 60),
    st.integers(0, 3),
)
texts = st.builds(
    lambda billing, prorate, charges, discount: (
        HEAD.format(start=START, billing=billing, prorate=prorate) + "".join(charges) + discount
    ),
    st.sampled_from(BILLINGS),
    st.sampled_from(
        ["by-days", "start by-days, change by-days, stop full-periods", "start never, change by-days, stop by-days"]
    ),
    st.lists(st.sampled_from(CHARGES), min_size=2, unique=True),
    st.sampled_from(("", *DISCOUNTS)),
)
histories = st.lists(steps, min_size=2, max_size=6)


def _history(text: str, history: Iterable[Step]) -> None:
    loaded = _load(text)
    if not loaded.contracts:  # a discount names a charge that is not there
        event(f"refused: {loaded.problems[0].code}")
        return
    story, on = Story(text), START
    for wait, what, reach, before in history:
        on += dt.timedelta(wait)
        effective = max(START, on + dt.timedelta(reach))
        if what == "usage":
            story.calls[effective] = 700 * before
        elif what == "buyer":
            story.rows = (*story.rows, replace(MOVED, valid_from=effective, recorded=on))
        elif what in ENDINGS:
            story.end(what, effective, max(day("2025-12-02"), on - dt.timedelta(before)))
        elif what:
            story.amend(what, effective, max(day("2025-12-02"), on - dt.timedelta(before)))
        treated = story.run(on)
        if treated is None:
            return
        _assert_between(treated, story.desk.billed, on)
    last = story.run(max([day("2027-06-01"), *(line.days.end for line in story.desk.billed)]))
    if last is not None:  # nothing that was billed lies ahead any more, so all that is owed is due
        billed, owed = _sums(story.desk.billed), _sums(last)
        assert {key: net for key, net in billed.items() if net} == {key: net for key, net in owed.items() if net}
        event("to the end")


@given(texts, histories)
@law(40)
def test_what_is_invoiced_is_what_the_terms_owe(text: str, history: list[Step]) -> None:
    _history(text, history)


@pytest.mark.slow
@given(texts, histories)
@settings(max_examples=2500)
def test_what_is_invoiced_is_what_the_terms_owe_in_many_histories(text: str, history: list[Step]) -> None:
    _history(text, history)


def test_what_was_credited_ahead_is_billed_anew_when_it_is_due() -> None:
    """A year that is billed in advance from 17 June, and moved to months on its second day: its last days were billed and
    credited, and belong to a month that is due on 16 June of the next year only."""
    head = HEAD.format(start=START, billing="monthly in advance on day 1", prorate="by-days")
    billing = "  change billing to bill"
    yearly = f"\namendment 1 from 2026-06-17 agreed 2026-05-16\n{billing} annually in advance on anniversary\n"
    monthly = f"\namendment 2 from 2026-06-18 agreed 2026-06-18\n{billing} monthly in advance on day 16\n"
    story = Story(head + '\ncharge fee "Fee"\n  100.00 EUR per month\n' + yearly)
    story.run(day("2026-06-17"))
    story.text += monthly
    story.run(day("2026-06-18"))
    assert _nets(story, from_day="2026-06-17") == [
        ("2026-06-17 to 2027-06-16", "1200.00"),
        ("2026-06-18 to 2026-07-15", "93.33"),
        ("2026-06-18 to 2027-06-16", "-1196.67"),
    ]
    owed = story.run(day("2027-06-15"))
    assert owed and str(owed[-1].entitlement.days) == "2027-06-16 to 2027-07-15"
    assert _nets(story, from_day="2027-05-16") == [("2027-05-16 to 2027-06-15", "100.00")]
    story.run(day("2027-06-16"))
    assert _nets(story, from_day="2027-06-16") == [("2027-06-16 to 2027-07-15", "100.00")]


def test_an_adjustment_that_gave_back_charges_when_more_of_the_deposit_comes_back() -> None:
    """The second quarter: 1 183 calls at 0.35 less 10% are 372.64, and 400.00 were paid, so 27.36 come back. Then it is
    agreed that it has ended with May, without a refund: 342.00 are earned (the minimum of 380.00 less 10%), 266.67 of the
    deposit stay, so 75.33 are due: what came back is charged again, and the rest anew."""
    head = HEAD.format(start=START, billing="monthly in advance on day 1", prorate="by-days")
    story = Story(head + CHARGES[-1] + DISCOUNTS[0])
    for on in ("2026-06-01", "2026-07-21"):
        story.run(day(on))
    story.text += "\nterminates on 2026-05-31 agreed 2026-07-21\n  no refund\n"
    story.run(day("2026-07-21"))
    settling = (line for line in story.desk.billed if line.component.part is Part.ADJUSTMENT)
    assert [str(line.net.amount) for line in settling] == ["-31.45", "-27.36", "27.36", "75.33"]
    deposits = (line for line in story.desk.billed if line.component.part is Part.DEPOSIT)
    assert [str(line.net.amount) for line in deposits if line.days.start >= day("2026-06-01")] == [
        *("133.33", "133.33"),
        *("-133.33", "-133.33"),
    ]


def test_an_adjustment_that_charged_gives_back_no_more_than_it_charged() -> None:
    """The second quarter: 1 183 calls at 0.35 are 414.05, and 400.00 were paid, so 14.05 are due. Then a deposit of 450.00
    is agreed for it: 50.00 more are paid, the 14.05 come back whole, and 35.95 of the deposit."""
    story = Story(HEAD.format(start=START, billing="monthly in advance on day 1", prorate="by-days") + CHARGES[-1])
    for on in ("2026-06-01", "2026-07-21"):
        story.run(day(on))
    before = len(story.desk.billed)
    story.text += "\namendment 1 from 2026-04-01 agreed 2026-07-21\n  change cover deposit to 450.00 EUR\n"
    assert story.run(day("2026-07-21"))
    lines = {(line.document, line.line): line for line in story.desk.billed}
    made = [line for line in story.desk.billed[before:] if line.component.part is Part.ADJUSTMENT]
    of = [lines[line.corrects] for line in made if line.corrects]
    assert sorted((str(line.net.amount), str(one.component)) for line, one in zip(made, of, strict=True)) == [
        ("-14.05", "cover/adjustment"),
        ("-35.95", "cover/deposit"),
    ]


def _nets(story: Story, from_day: str) -> list[tuple[str, str]]:
    """The days and the amount of the lines for days from that one on, in the order of the days."""
    lines = (line for line in story.desk.billed if line.days.start >= day(from_day))
    return sorted((str(line.days), str(line.net.amount)) for line in lines)


def _assert_sound(document: Document) -> None:
    """A paper says why each line is what it is. (That it adds up is seen to when it is made.)"""
    for line in document.lines:
        assert replay(line.trace) == line.net.exact
        assert line.corrects is None or line.corrects.clause is not None, "a correction names its clause"
    assert len({line.corrects is None for line in document.lines}) == 1


def _assert_never_over_credited(billed: Iterable[BilledLine]) -> None:
    lines = {(line.document, line.line): line for line in billed}
    credited: dict[tuple[str, int], Fraction] = defaultdict(Fraction)
    for line in lines.values():
        root = lines[line.corrects] if line.corrects else None
        if root is None or (root.component.part is Part.ADJUSTMENT and root.net.exact < 0):
            continue  # what settles a deposit may give back at first, and charge when more of the deposit was given back
        if root.component == line.component and root.net.exact * line.net.exact < 0:
            credited[root.document, root.line] += line.net.exact
    for key, net in credited.items():
        assert abs(net) <= abs(lines[key].net.exact)


def _assert_between(treated: Iterable[Treated], billed: Iterable[BilledLine], on: dt.date) -> None:
    """Billed is what is due, and of what is billed ahead no more than is owed."""
    due = _sums(one for one in treated if one.entitlement.bill_date <= on)
    owed, carried = _sums(treated), _sums(billed)
    for key in {*due, *owed, *carried}:
        least, most = sorted((due.get(key, Fraction(0)), owed.get(key, Fraction(0))))
        assert least <= carried.get(key, Fraction(0)) <= most, key


def _sums(amounts: Iterable[Treated | BilledLine]) -> dict[Any, Fraction]:
    sums: dict[Any, Fraction] = defaultdict(Fraction)
    for one in amounts:
        amount = one if isinstance(one, BilledLine) else one.entitlement
        sums[amount.component, one.treatment.key, one.customer] += amount.net.exact
    return sums

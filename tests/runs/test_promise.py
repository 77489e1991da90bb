"""The promise of the checker: a contract that passes it can be billed. Random terms that are accepted never hold in the
engine, for no day and no usage, as long as every quantity, figure and customer that it asks for is there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, event, given, note, settings
from hypothesis import strategies as st

from invoicer import engine
from invoicer.domain.contract import Contract
from invoicer.domain.events import tally
from invoicer.domain.evidence import Declaration, Evidence, IndexValue
from invoicer.domain.period import Period, add_months
from invoicer.domain.trace import replay
from invoicer.domain.usage import Demand, Measured
from invoicer.language import Loaded, load, render
from tests.documents.world import ACME

MISSING = ("E010", "E015")  # rows of files: some days may lack a figure or a value as yet, whatever the terms say
ALWAYS = Period(dt.date(2015, 1, 1), dt.date(2045, 1, 1))

PERIODS = ("day", "week", "month", "2 months", "quarter", "year")
BILLINGS = (
    *(
        "monthly in advance",
        "monthly in advance on day 1",
        "monthly in arrears on day 1",
        "monthly in arrears on day 15",
    ),
    *("quarterly in advance on day 1 of january", "quarterly in arrears", "annually in advance on anniversary"),
    *(
        "annually in arrears on day 1 of july",
        "weekly in arrears",
        "every 2 weeks in advance",
        "every 2 months in arrears",
    ),
    *("monthly in arrears on last day", "every 10 days in arrears"),
)
TERMS = (
    *("open from 2026-01-01", "open from 2026-01-31", "12 months from 2026-01-01", "12 months from 2026-02-14"),
    *("12 months from 2026-01-01\n  renews for 6 months, notice 30 days", "open from 2026-01-01\n  notice 1 month"),
    *("from 2026-01-10 to 2026-07-19", "90 days from 2026-03-01", "24 months from 2025-06-01"),
)
POLICIES = ("by-days", "full-periods", "never", "by-30-day-months", "by-calendar-months")
DAYS = ("2026-01-01", "2026-01-15", "2026-02-01", "2026-03-10", "2026-04-01", "2026-07-01", "2026-08-31", "2027-01-01")
WHOLE = ("0.00", "1.00", "12.50", "450.00")
NUMBERS = ("0", "1", "5", "10", "49.5", "50", "100", "1 000")
METERS = """
meter calls
  sum of calls
  unit calls
meter peak
  max of seats
  unit seats
meter stored
  last of gigabytes per day
  unit GB
meter level
  time-weighted average of gigabytes
  unit GB
meter money
  sum of amount
  unit EUR
  only kind is not "test"
input turnover
  unit EUR
  stated per {stated}
  {adds}
input share
  unit percent
  stated per {stated}
"""
pick = st.sampled_from


@dataclass(frozen=True)
class Shape:
    """How a charge is counted: its quantity line, the units of its prices, whether it is measured, and its subjects."""

    quantity: str
    unit: str
    measured: bool = False
    money: str = ""


SHAPES = (
    Shape("", ""),
    Shape("quantity 40 seats", "seat"),
    Shape("quantity 7.5 GB", "GB"),
    Shape("usage of calls", "call", True),
    Shape("usage of calls rounded up to 100", "call", True),
    Shape("usage of peak", "seat", True),
    Shape("usage of stored", "GB", True),
    Shape("usage of level", "GB", True),
    Shape("", "EUR", True, "money"),
    Shape("declared turnover", "EUR", True),
)
subjects = pick(("quantity", "customer.kind", "customer.country", "share"))


@st.composite
def conditions(draw: st.DrawFn, charges: tuple[str, ...]) -> str:
    subject = draw(st.one_of(subjects, pick(charges)))
    if subject.startswith("customer"):
        value = draw(pick(('"NL"', '"business"', '"consumer"')))
        return f"{subject} {draw(pick(('is', 'is not')))} {value}"
    words = draw(pick(("more than", "less than", "at least", "at most", "is", "between 5 and")))
    return f"{subject} {words} {draw(pick(NUMBERS))}"


@st.composite
def prices(draw: st.DrawFn, shape: Shape, per: str) -> str:
    """One price on a line."""
    if shape.money:
        return f"{draw(pick(('1.5', '0', '100')))}% of {shape.money}{draw(pick(('', ' plus 0.25 EUR per event')))}"
    if not shape.unit:
        return f"{draw(pick(WHOLE))} EUR per {per or 'month'}"
    size = draw(pick(("", "", "100 ")))
    amount = f"{draw(pick((*WHOLE, '0.0020')))} EUR per {size}{shape.unit}"
    return f"{amount} per {per}" if per and not shape.measured else amount


@st.composite
def tables(draw: st.DrawFn, per: str) -> str:
    model, bound = draw(pick(("graduated", "volume", "package"))), draw(pick(("up to", "below")))
    each = "per 10" if model == "package" else draw(pick(("each", "per 10", "flat", "each plus 5.00 EUR flat")))
    last = "per 10" if model == "package" else "each"
    rows = [f"    {bound} 10   free", f"    up to 100   {draw(pick(WHOLE))} EUR {each}", f"    above   0.50 EUR {last}"]
    full = draw(pick(("", "", ", rounded down"))) if model == "package" or not draw(st.integers(0, 20)) else ""
    return f"{model}{f' per {per}' if per else ''}{full}\n" + "\n".join(rows[draw(st.integers(0, 1)) :])


@st.composite
def priced(draw: st.DrawFn, shape: Shape, per: str, charges: tuple[str, ...]) -> list[str]:
    """The price lines of a charge: one, or by conditions, with or without a later step."""

    def one() -> str:
        tiered = shape.unit and not shape.money and draw(st.integers(0, 2)) == 0
        return draw(tables(per)) if tiered else draw(prices(shape, per))

    lines = [one()]
    if draw(st.integers(0, 3)) == 0:
        some = prices(draw(pick((shape, shape, shape, SHAPES[0]))), per)  # also a price per period beside one per unit
        lines = [f"{draw(some)} when {draw(conditions(charges))}"]
        lines += [f"{draw(prices(shape, per))} when {draw(conditions(charges))}"] if draw(st.booleans()) else []
        lines += [f"{draw(prices(shape, per))} otherwise"] if draw(st.integers(0, 9)) else []
    if draw(st.integers(0, 3)) == 0:
        lines.append(f"from {draw(pick(DAYS))} {one()}")
    return lines


@st.composite
def charges(draw: st.DrawFn, name: str, names: tuple[str, ...]) -> str:
    if draw(st.integers(0, 7)) == 0:
        seats = draw(st.booleans())
        lines = ["quantity 3 seats", "25.00 EUR per seat once"] if seats else ["250.00 EUR once"]
        lines += [f"on {draw(pick(DAYS))}"] if draw(st.booleans()) else []
        return f'charge {name} "{name}"\n' + "".join(f"  {line}\n" for line in lines)
    shape, per = draw(pick(SHAPES)), draw(pick(("", "month", draw(pick(PERIODS)))))
    lines = [shape.quantity, *draw(priced(shape, per, names))]
    bound = draw(pick(("", f" per {per}" if per else "", f" per {draw(pick(PERIODS))}", " prorated")))
    if shape.measured or draw(st.booleans()):
        lines.append(f"bill {draw(pick([one for one in BILLINGS if 'arrears' in one or not shape.measured]))}")
    for chance, text in (
        (3, f"included {draw(pick(('5', '10', '100')))}" if shape.unit else ""),
        (4, f"minimum 50.00 EUR{bound}"),
        (6, f"maximum 900.00 EUR{bound}"),
        (5, f"starts {draw(pick(DAYS))}"),
        (6, f"ends {draw(pick(DAYS))}"),
        (6, f"prorate {draw(pick(POLICIES))}"),
        (5, draw(pick(("no refund", "refund unused", "refund 90% of unused")))),
        (
            3,
            draw(pick(("each event at least 1.00 EUR, at most 9.00 EUR", "each event at most 5.00 EUR")))
            if shape.money
            else "",
        ),
        (3, draw(pick(("first 3 events free", "first 50.00 EUR free"))) if shape.money else ""),
        (
            4,
            f"unused carry over{draw(pick(('', ' for 2 months', ' for 1 year', ' for 4 weeks')))}"
            if shape.measured
            else "",
        ),
        (20, draw(pick(("quantity 3 GB", "usage of peak", "on 2026-03-01", "5.00 EUR per month")))),
    ):
        if draw(st.integers(0, chance)) == 0:
            lines.append(text)
    return f'charge {name} "{name}"\n' + "".join(f"  {line}\n" for line in lines if line)


@st.composite
def discounts(draw: st.DrawFn, names: tuple[str, ...]) -> str:
    target = draw(pick(("everything", *names)))
    off = draw(
        pick(
            (
                *(f"20% off {target}", f"15.00 EUR off {target} per month", f"100.00 EUR off {target} once"),
                f"volume on {target}\n    up to 100.00 EUR 0%\n    above 5%",
            )
        )
    )
    lines = [off]
    if draw(st.booleans()):
        lines.append(draw(pick(("for first 3 months", "until 2026-05-10", "from 2026-03-15"))))
    if draw(st.integers(0, 3)) == 0:
        lines.append(f"when {draw(conditions(names))}")
    return 'discount some "Some"\n' + "".join(f"  {line}\n" for line in lines)


@st.composite
def indexations(draw: st.DrawFn, names: tuple[str, ...]) -> str:
    target = draw(pick(("everything", *names)))
    by_index = f'raises {target} with "CPI"{draw(pick(("", " plus 1%", " minus 0.5%")))}\n  base 2025-10'
    lines = [draw(pick((by_index, f"raises {target} by 3%")))]
    lines.append(draw(pick(("every year from 2027-01-01", "every 6 months from 2026-03-15", "once on 2026-07-01"))))
    lines += [one for one in ("at least 0%", "at most 5%", "until 2026-12-31") if draw(st.booleans())]
    return 'indexation cpi "CPI"\n' + "".join(f"  {line}\n" for line in lines)


@st.composite
def commitments(draw: st.DrawFn, names: tuple[str, ...]) -> str:
    lines = [draw(pick(("900.00 EUR per 12 months", "150.00 EUR per quarter", "5 000.00 EUR over the term")))]
    lines.append(f"counts {draw(pick(('everything', *names)))}")
    lines += [one for one in ("from 2026-03-01", "prorated", "until 2026-11-30") if not draw(st.integers(0, 2))]
    return 'commitment total "Total"\n' + "".join(f"  {line}\n" for line in lines)


ENDINGS = (
    "notice given 2026-03-20 by customer\n",
    "notice given 2026-08-01 by seller\n  no refund\n",
    "terminates on 2026-05-17 agreed 2026-04-30 by customer\n  refund unused\n",
)


@st.composite
def amendments(draw: st.DrawFn, number: int, names: tuple[str, ...]) -> str:
    name, shape, per = draw(pick(names)), draw(pick(SHAPES)), draw(pick(("", "month", "quarter")))
    change = draw(
        pick(
            (
                f"change {name} to {draw(prices(shape, per))}",
                f"change {name} to {draw(tables(per))}",
                f"change {name} quantity to {draw(pick(('12 seats', '0 seats', '3 GB')))}",
                f"change {name} included to 20",
                f"change {name} {draw(pick(('each event to at least 2.00 EUR', 'to first 5 events free')))}",
                f"change {name} minimum to 70.00 EUR{draw(pick(('', ' per month')))}",
                f"change {name} billing to bill {draw(pick(BILLINGS))}",
                f"change billing to bill {draw(pick(BILLINGS))}",
                f"stop {name}\n    {draw(pick(('refund unused', 'no refund', 'refund 50% of unused')))}",
            )
        )
    )
    extra = f"\n{draw(charges(f'extra-{number}', names))}" if draw(st.integers(0, 4)) == 0 else ""
    agreed = draw(pick(("2025-12-20", "2026-03-01", "2026-08-20")))
    return f"amendment {number} from {draw(pick(DAYS))} agreed {agreed}\n  {change}\n{extra}"


@st.composite
def terms(draw: st.DrawFn) -> str:
    names = ("one", "two", "three")[: draw(st.integers(1, 3))]
    adds = draw(pick(("", "adds up")))
    parts = [
        'contract c "C"\n  seller host\n  customer acme\n  currency EUR\n  agreed 2025-12-01\n  pay within 30 days\n',
        f"  supply electronic-service\n  term {draw(pick(TERMS))}\n  bill {draw(pick(BILLINGS))}\n",
        f"  prorate {draw(pick((*POLICIES, 'start never, change full-periods, stop by-days')))}\n",
        *(draw(charges(name, names)) for name in names),
        METERS.format(stated=draw(pick(("month", "quarter", "year"))), adds=adds),
        *([draw(discounts(names))] if draw(st.booleans()) else []),
        *([draw(indexations(names))] if draw(st.integers(0, 2)) == 0 else []),
        *([draw(commitments(names))] if draw(st.integers(0, 2)) == 0 else []),
        *(draw(amendments(number, names)) for number in range(1, 1 + draw(pick((0, 0, 1, 2))))),
        *([draw(pick(ENDINGS))] if draw(st.integers(0, 3)) == 0 else []),
    ]
    return "\n".join(parts)


def evidence_of(contract: Contract) -> Evidence:
    figure = Declaration(ALWAYS, Fraction(55), dt.date(2020, 1, 1), "test:1")
    months = (add_months(dt.date(2015, 1, 1), number) for number in range(360))
    values = tuple(IndexValue(month, Fraction(month.year * 12 + month.month), month, "test:2") for month in months)
    return Evidence(dict.fromkeys(contract.index_series, values), {one.id: (figure,) for one in contract.inputs})


def keep_the_promise(text: str, data: st.DataObject) -> None:
    loaded: Loaded = load(
        [("contracts/c.terms", text)], customers={"acme"}, sellers={"host"}, kinds={"electronic-service"}
    )
    if not loaded.contracts:
        event("refused")
        return
    event("accepted")
    (contract,) = loaded.contracts
    on = data.draw(st.dates(dt.date(2026, 1, 1), dt.date(2027, 6, 1)))
    days = pick((None, on, dt.date(2027, 9, 1)))
    ahead = {charge.id: until for charge in contract.charges if (until := data.draw(days))}
    evidence = evidence_of(contract)
    demands = engine.demands(contract, "Europe/Amsterdam", on, on, ahead, evidence)
    sizes = st.integers(0, 5000).map(lambda number: Fraction(number, 4))
    measured = {demand.key: _measured(demand, data.draw(sizes)) for demand in demands}
    rating = engine.rate(contract, (replace(ACME),), measured, on, on, ahead, evidence)
    holds = [hold for hold in rating.holds if hold.code not in MISSING]
    note(text)
    note("\n".join(render(problem, loaded.texts) for problem in loaded.problems))
    assert not holds, "\n".join(map(str, holds))
    for one in rating.entitlements:
        assert replay(one.trace) == one.net.exact


def _measured(demand: Demand, value: Fraction) -> Measured:
    """The quantity, as a single event where events are counted."""
    return Measured(value, "test", 1, tuple((by, tally([], [value], by)) for by in demand.events))


@given(terms(), st.data())
@settings(deadline=None, derandomize=True, print_blob=True, max_examples=300, suppress_health_check=list(HealthCheck))
def test_terms_that_pass_the_checker_can_be_billed(text: str, data: st.DataObject) -> None:
    keep_the_promise(text, data)


@pytest.mark.slow
@given(terms(), st.data())
@settings(deadline=None, print_blob=True, max_examples=20_000, suppress_health_check=list(HealthCheck))
def test_many_terms_that_pass_the_checker_can_be_billed(text: str, data: st.DataObject) -> None:
    keep_the_promise(text, data)

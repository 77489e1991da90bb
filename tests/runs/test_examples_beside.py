"""Examples beside a contract: what they come to, what fails them, and what a failing one holds."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoicer import language, ledger, runs, workspace
from invoicer.domain.contract import Contract
from invoicer.domain.trace import replay

TERMS = """
contract acme-2026 "Acme Ltd"
  seller my-company
  customer acme
  currency EUR
  agreed 2025-12-12
  term open from 2026-01-01
  pay within 30 days
  supply hosting

charge fee "Fee"
  450.00 EUR per month
  bill monthly in advance

charge api "API calls"
  usage of api-calls
  bill monthly in arrears
  graduated per month
    up to 1 000   0.10 EUR each
    above         0.05 EUR each
  minimum 20.00 EUR per month

charge storage "Storage"
  usage of gigabytes
  bill monthly in arrears
  0.50 EUR per GB

meter api-calls
  sum of calls
  unit calls

meter gigabytes
  max of gigabytes
  unit GB

discount launch
  20% off fee

amendment 1 from 2026-02-01 agreed 2026-03-15
  change fee to 500.00 EUR per month

expect "It"
"""


def contract(example: str) -> Contract:
    lines = "".join(f"  {line.strip()}\n" for line in example.split(";"))
    loaded = language.load([("acme.terms", TERMS + lines)])
    assert not loaded.refused, loaded.problems
    return next(iter(loaded.contracts))


def tried(example: str) -> runs.Tried:
    (one,) = runs.try_out(contract(example), None)
    return one


@pytest.mark.parametrize(
    "example",
    [
        "invoice on 2026-01-01; line fee 360.00 EUR; no line api; total 360.00 EUR",
        "invoice on 2026-01-01; line fee discount launch -90.00 EUR; no line fee minimum",
        "invoice on 2026-02-01; given api-calls 1 200 calls; given gigabytes 7; line api 110.00 EUR; line storage 3.50 EUR",
        "invoice on 2026-02-01; given api-calls 50; given gigabytes 0; line api minimum 15.00 EUR; line api 20.00 EUR",
        # seen from the day of the invoice the amendment is not known yet
        "invoice on 2026-02-01; given api-calls 0; given gigabytes 0; line fee 360.00 EUR",
        "invoice on 2026-02-01; known on 2026-03-15; given api-calls 0; given gigabytes 0; line fee 400.00 EUR",
        # January has 31 days, so half of what is given for two months of 62 days
        "invoice on 2026-02-01; given api-calls 620 from 2025-12-01 to 2026-01-31; given gigabytes 0; line api 31.00 EUR",
        "invoice on 2026-01-15; no line fee",
    ],
)
def test_examples_that_are_right(example: str) -> None:
    assert tried(example).passed


@pytest.mark.parametrize(
    ("example", "difference"),
    [
        ("invoice on 2026-01-01; line fee 450.00 EUR", "-90.00"),
        ("invoice on 2026-01-01; line fee discount launch -80.00 EUR", "-10.00"),
        ("invoice on 2026-01-01; line api 1.00 EUR", "-1.00"),
        ("invoice on 2026-01-01; no line fee", "360.00"),
        ("invoice on 2026-01-01; total 359.99 EUR", "0.01"),
    ],
)
def test_a_difference_has_its_trace(example: str, difference: str) -> None:
    (one,) = tried(example).differences
    assert replay(one.trace) == Fraction(difference)
    assert [problem.code for problem in tried(example).problems()] == ["L220"]


def test_a_quantity_that_is_not_given_is_a_doubt_and_no_zero() -> None:
    one = tried("invoice on 2026-02-01; given api-calls 0; no line storage")
    assert not one.passed and not one.differences
    (problem,) = one.problems()
    assert problem.code == "L221" and "gigabytes" in problem.cause and "given gigabytes" in problem.mend


PREMIUM = """
premium cover "Cover"
  100.00 EUR per month
  bill monthly in advance
  supply motor-insurance
  policy "P-1"
  insurer "Harbour Mutual"
  risk in FI
  insurance class motor-casco
"""


@pytest.mark.parametrize(("cover", "total", "right"), [("100.00", "460.00", True), ("110.00", "470.00", False)])
def test_premium_tax_is_no_part_of_what_is_expected(cover: str, total: str, right: bool) -> None:
    """Beside a premium of 100.00 in Finland 10% of insurance premium tax is invoiced; examples are without taxes."""
    text = TERMS.replace("\nmeter api-calls", f"{PREMIUM}\nmeter api-calls")
    text += f"  invoice on 2026-01-01\n  line cover {cover} EUR\n  total {total} EUR\n"
    loaded = language.load([("acme.terms", text)])
    assert not loaded.refused, loaded.problems
    (one,) = runs.try_out(next(iter(loaded.contracts)), None)
    assert one.passed is right and not one.doubts


@given(calls=st.integers(0, 5000), wrong=st.integers(-300, 300))
@settings(deadline=None, derandomize=True, print_blob=True)
def test_an_example_is_right_for_one_amount_only(calls: int, wrong: int) -> None:
    cents = max(2000, calls * 10 if calls <= 1000 else 10_000 + (calls - 1000) * 5) + wrong
    line = f"line api {cents // 100}.{cents % 100:02} EUR"
    one = tried(f"invoice on 2026-02-01; given api-calls {calls}; given gigabytes 0; {line}")
    assert one.passed is (wrong == 0)


def test_a_failing_example_holds_its_contract_and_nothing_else(tmp_path: Path) -> None:
    workspace.new_workspace(tmp_path / "it")
    (path,) = (tmp_path / "it/contracts").glob("*.terms")
    text = path.read_text("utf-8")
    path.write_text(text.replace("line hosting 36.00 EUR", "line hosting 45.00 EUR"), "utf-8")
    other = text.replace("acme-2026", "acme-2027").replace("PO-1001", "PO-1002")
    path.with_name("other.terms").write_text(other, "utf-8")
    desk, day = runs.open_desk(tmp_path / "it"), dt.date(2026, 1, 1)
    space = desk.workspace
    with ledger.open_ledger(space.ledger_folder, writing=True, documents=space.documents_folder) as book:
        plan = runs.plan(desk, book, day, day).plan
    assert [(contract, [one.code for one in problems]) for contract, problems in plan.holds.items()] == [
        ("acme-2026", ["L220"])
    ]
    assert {name for draft in plan.drafts for name in draft.contracts} == {"acme-2027"}
    (hold,) = plan.holds["acme-2026"]
    assert text.split("\n")[hold.where.line - 1].strip().startswith("line hosting")

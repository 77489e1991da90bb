"""The time line of a contract as a person asks for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from syrupy.assertion import SnapshotAssertion

from invoicer.render.chart import BillState, colours
from invoicer.runs.chart import _STATES
from invoicer.runs.schedule import State
from tests.cli.conftest import Shell
from tests.render.geometry import SVG, faults, own_text

SEEN = ("--as-of", "2026-06-15")


def words(svg: str) -> list[str]:
    return [own_text(element) for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def tips(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}title")]


def test_the_picture_of_a_contract(starter: Shell, snapshot: SnapshotAssertion) -> None:
    for command in (
        ("plan", "--as-of", "2026-01-01"),
        ("confirm", "--remark", "checked", "--by", "billing"),
        ("issue", "--on", "2026-01-01", "--by", "billing"),
    ):
        assert starter(*command).exit_code == 0
    drawn = starter("schedule", "acme-2026", *SEEN, "--chart", "-").stdout
    assert drawn == snapshot
    assert drawn == starter("schedule", "acme-2026", *SEEN, "--chart", "-").stdout
    assert not faults(drawn)
    # 45.00 less 20% in the first three months
    issued = "Bill date 2026-01-01: 36.00 EUR, 2026-01-01 to 2026-01-31, in advance; issued on INV-2026-00001"
    assert issued in tips(drawn)
    assert "Bill date 2026-12-01: 45.00 EUR, 2026-12-01 to 2026-12-31, in advance; to come" in tips(drawn)


def test_where_the_picture_goes(starter: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(starter.folder)
    for arguments, file in (
        (("acme-2026", "--chart"), "acme-2026.svg"),
        (("--chart",), "acme-2026.svg"),  # there is only one contract
        (("--chart", "acme-2026"), "acme-2026.svg"),  # the contract, written after the option
        (("acme-2026", "--chart", "cluster"), "cluster.svg"),
        (("acme-2026", "--chart", "other.svg"), "other.svg"),
    ):
        result = starter("schedule", *arguments)
        assert result.exit_code == 0, result.output
        assert result.stdout == f"Wrote {file}\n"
        ElementTree.parse(starter.folder / file)
        (starter.folder / file).unlink()


def test_one_contract_at_a_time(example: Callable[[str], Shell]) -> None:
    shell = example("hosting")
    for names in ((), ("zebras-cluster", "kraanvogels-desk")):
        refused = shell("schedule", *names, "--chart")
        assert refused.exit_code == 2
        assert "--chart draws one contract: name it, as in" in refused.stderr
    assert shell("schedule", "zebras-cluster", "--chart", "-", "--json").exit_code == 2
    unknown = shell("schedule", "nobody", "--chart", "-")
    assert (unknown.exit_code, "L206" in unknown.stderr) == (1, True)
    backwards = shell("schedule", "zebras-cluster", "--from", "2026-02-01", "--until", "2026-01-01")
    assert backwards.exit_code == 2


def test_a_place_that_can_not_be_written_is_named(starter: Shell) -> None:
    result = starter("schedule", "acme-2026", "--chart", str(starter.folder / "nowhere" / "x.svg"))
    assert result.exit_code == 1
    assert "error[L212]" in result.stderr


def test_terms_that_are_refused_are_not_drawn(starter: Shell) -> None:
    starter.change("contracts/acme-2026.terms", "  quantity 5 seats", "  quantity 5 chairs")
    result = starter("schedule", "acme-2026", "--chart", "-")
    assert result.exit_code == 1
    assert "contracts/acme-2026.terms" in result.stderr


@pytest.mark.parametrize("name", ["hosting", "insurance"])
def test_every_example_contract_can_be_drawn(name: str, example: Callable[[str], Shell]) -> None:
    shell = example(name)
    rows = json.loads(shell("schedule", "--from", "2026-01-01", "--until", "2026-12-31", "--json").stdout)
    for contract in sorted({row["contract"] for row in rows}):
        drawn = shell("schedule", contract, "--chart", "-", *SEEN).stdout
        assert not faults(drawn), contract


def test_an_amendment_stands_where_it_takes_effect_and_breaks_what_it_changes(example: Callable[[str], Shell]) -> None:
    shell = example("hosting")
    before = words(shell("schedule", "zebras-cluster", "--chart", "-", "--as-of", "2026-05-11").stdout)
    after = words(shell("schedule", "zebras-cluster", "--chart", "-", "--as-of", "2026-05-12").stdout)
    label = "Amendment 1 from 2026-03-01, agreed 2026-05-12, back-dated"
    assert label not in before  # not known yet
    assert label in after
    assert "139.00 EUR per month" in before
    assert "120.00 EUR per month" in after
    assert "Platform, 2026-01-01 to 2026-02-28: 139.00 EUR per month" in after
    assert "9.50 EUR × 36 seats per month, 2 included" in after


def test_days_can_be_chosen(starter: Shell) -> None:
    drawn = starter(
        "schedule", "acme-2026", "--chart", "-", "--from", "2026-03-01", "--until", "2026-04-30", *SEEN
    ).stdout
    dates = {tip.split()[2].rstrip(":") for tip in tips(drawn) if tip.startswith("Bill date")}
    assert dates == {"2026-03-01", "2026-04-01"}


INDEXED = """
contract indexed "Indexed"
  seller my-company
  customer acme
  currency EUR
  agreed 2025-12-12
  term 36 months from 2026-01-01
  bill quarterly in advance on day 1
  pay within 30 days
  supply hosting

charge fee "Platform"
  450.00 EUR per month

indexation uplift "Yearly uplift"
  raises fee by 3%
  every year from 2027-01-01
"""


def test_a_small_amount_that_waits_is_drawn(starter: Shell) -> None:
    small = INDEXED.replace("450.00", "1.00").replace(
        "  supply hosting", "  supply hosting\n  invoices of at least 25.00 EUR"
    )
    starter.write("contracts/indexed.terms", small)
    drawn = starter("schedule", "indexed", "--chart", "-", *SEEN)
    assert drawn.exit_code == 0
    assert "carried forward" in words(drawn.stdout)
    assert any(tip.endswith("carried forward") for tip in tips(drawn.stdout))


def test_every_state_of_a_bill_has_a_sign() -> None:
    assert _STATES.keys() == set(State)
    assert colours.MARKS.keys() == set(_STATES.values()) == set(BillState)


def test_an_indexation_has_a_row_and_raises_the_totals(starter: Shell) -> None:
    starter.write("contracts/indexed.terms", INDEXED)
    drawn = starter("schedule", "indexed", "--chart", "-", *SEEN).stdout
    shown = words(drawn)
    assert "raises fee by 3%, every year" in shown
    # 3 × 450.00; 3 × 463.50 from 2027; 3 × 477.405, shown and billed as 477.41, from 2028
    assert {"1 350.00", "1 390.50", "1 432.23"} <= set(shown)
    assert not faults(drawn)
    assert any("463.50 EUR per month" in one for one in shown), "the price as it was raised, with a break"


def test_a_price_that_waits_for_its_index_is_not_drawn_as_if_it_stayed(starter: Shell) -> None:
    by_index = '  raises fee with "CPI"\n  base 2025-10'
    starter.write("contracts/indexed.terms", INDEXED.replace("  raises fee by 3%", by_index))
    starter.write("indices/CPI.csv", "month,value,published\n2025-10,100.0,2025-11-10\n")
    shown = words(starter("schedule", "indexed", "--chart", "-", *SEEN).stdout)
    assert any("follows CPI, whose value of 2026-10 is not known yet" in one for one in shown)
    assert "raises fee" in " ".join(shown)

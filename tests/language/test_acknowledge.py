"""Warnings that terms acknowledge: silenced in their block only, and never in silence themselves."""

from __future__ import annotations

from invoicer.language import Loaded, load

TERMS = """contract acme-2026 "Acme Ltd"
  seller hosting-nl
  customer acme
  currency EUR
  agreed 2025-12-12
  term 12 months from 2026-01-01
  supply electronic-service
  {contract}

charge fee "Fee"
  5.00 EUR per month
  bill monthly in advance
  {charge}

meter calls
  sum of calls
  {meter}

amendment 1 from 2026-02-01 agreed 2026-03-01
  {amendment}
  change fee to 6.00 EUR per month
"""
WHY = '"known"'


def loaded(**lines: str) -> Loaded:
    return load([("a.terms", TERMS.format(**{"contract": "", "charge": "", "meter": "", "amendment": "", **lines}))])


def codes(found: Loaded) -> list[str]:
    return sorted(problem.code for problem in found.problems)


def test_without_acknowledgements_the_warnings_are_shown() -> None:
    assert codes(loaded()) == ["C025", "C061", "C062"]


def test_each_block_acknowledges_its_own_warning() -> None:
    found = loaded(
        contract=f"acknowledge C062 {WHY}", meter=f"acknowledge C061 {WHY}", amendment=f"acknowledge C025 {WHY}"
    )
    assert codes(found) == []
    assert sorted((one.problem.code, one.reason) for one in found.acknowledged) == [
        ("C025", "known"),
        ("C061", "known"),
        ("C062", "known"),
    ]
    assert len(found.contracts) == 1


def test_an_acknowledgement_in_another_block_silences_nothing() -> None:
    for block in ("contract", "charge", "meter"):
        assert codes(loaded(**{block: f"acknowledge C025 {WHY}"})) == ["C025", "C061", "C062", "C135"]


def test_a_new_warning_of_another_code_is_shown() -> None:
    assert codes(loaded(amendment=f"acknowledge C026 {WHY}")) == ["C025", "C061", "C062", "C135"]


def test_two_acknowledgements_stand_beside_each_other_and_one_twice_does_not() -> None:
    assert codes(loaded(meter=f"acknowledge C061 {WHY}\n  acknowledge C025 {WHY}")) == ["C025", "C062", "C135"]
    assert "C002" in codes(loaded(meter=f"acknowledge C061 {WHY}\n  acknowledge C061 {WHY}"))


def test_what_is_wrong_elsewhere_does_not_make_an_acknowledgement_look_idle() -> None:
    found = loaded(amendment=f"acknowledge C025 {WHY}", charge="4.00 EURO per month")
    assert "C135" not in codes(found)

"""import-billed as a person types it."""

from __future__ import annotations

import json

from tests.cli.conftest import Shell

ROWS = """number,issued,customer,contract,charge,from,to,net,currency,vat
OLD-1,2026-01-02,acme,acme-2026,hosting,2026-01-01,2026-01-31,45.00,EUR,21
OLD-1,2026-01-02,acme,acme-2026,hosting/discount/welcome,2026-01-01,2026-01-31,-9.00,EUR,21
OLD-2,2026-01-02,acme,acme-2026,onboarding,2026-01-01,2026-01-01,250.00,EUR,{vat}
"""
WHO = ("--by", "billing")


def brought(starter: Shell, *words: str, rows: str = ROWS.format(vat=21)) -> str:
    starter.write("old.csv", rows)
    result = starter("import-billed", str(starter.folder / "old.csv"), *WHO, *words)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_file_is_tried_taken_and_known(starter: Shell) -> None:
    tried = brought(starter, "--dry-run", "--as-of", "2026-01-01")
    assert "What would be imported" in tried and "2 documents: 286.00 EUR" in tried
    assert "36.00" in tried  # the seats are not in the file: the next plan would bill them
    assert "Imported" in brought(starter)
    again = brought(starter)
    assert "2 documents of this file were imported before." in again and "Nothing is new" in again
    grown = ROWS.format(vat=21) + "OLD-3,2026-01-02,acme,acme-2026,seats,2026-01-01,2026-01-31,36.00,EUR,21\n"
    assert "1 document: 36.00 EUR" in brought(starter, rows=grown)
    assert "there is nothing to issue" in starter("plan", "--as-of", "2026-01-31").output


def test_what_was_only_tried_is_no_part_of_a_plan(starter: Shell) -> None:
    """What a plan would be with the file is remembered as that, and not taken for what it is without."""
    assert "322.00" not in brought(starter, "--dry-run", "--as-of", "2026-01-01")
    assert "322.00" in starter("plan", "--as-of", "2026-01-01").output


def test_other_vat_is_warned_about(starter: Shell) -> None:
    said = brought(starter, rows=ROWS.format(vat=9))
    assert "L178" in said and "category S with 9% was charged" in " ".join(said.split())


def test_an_import_is_withdrawn(starter: Shell) -> None:
    brought(starter)
    words = ("import-billed", "--withdraw", "OLD-2", "--remark", "billed by mail", *WHO)
    tried = starter(*words, "--dry-run").output
    assert "What would be taken back" in tried and "1 document: 250.00 EUR" in tried and "would bill" in tried
    told = json.loads(starter(*words, "--dry-run", "--json").stdout)
    assert (told["withdrawn"], [one["net"] for one in told["documents"]]) == ("OLD-2", ["250.00"])
    taken = starter(*words).output
    assert "Taken back" in taken and "1 document: 250.00 EUR" in taken and "would" not in taken
    assert starter(*words).exit_code == 1
    result = starter("import-billed", str(starter.folder / "old.csv"), "--json", *WHO)
    told = json.loads(result.stdout)["documents"]
    assert [(one["number"], one["new"], one["net"]) for one in told] == [
        ("OLD-1", False, "36.00"),
        ("OLD-2", True, "250.00"),
    ]
    assert starter("verify").exit_code == 0


def test_a_file_or_a_number_is_named(starter: Shell) -> None:
    assert starter("import-billed").exit_code == 2
    assert starter("import-billed", "old.csv", "--withdraw", "OLD-1").exit_code == 2
    assert starter("import-billed", "old.csv").exit_code == 1


def test_an_option_that_would_do_nothing_is_refused(starter: Shell) -> None:
    for words in (
        ("old.csv", "--remark", "why not"),
        ("old.csv", "--as-of", "2026-01-01"),
        ("--withdraw", "OLD-1", "--remark", "wrong", "--dry-run", "--as-of", "2026-01-01"),
    ):
        assert starter("import-billed", *words).exit_code == 2, words

"""Bad input, as it happens: one clear message, exit code 1, nothing half-issued."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path

import pytest
from click.testing import Result
from syrupy.assertion import SnapshotAssertion

from invoicer import ledger
from invoicer.ledger import Point
from tests.cli.conftest import Shell

HEADER = "event,contract,meter,at,calls\n"
METER = """
meter api-calls "API calls"
  sum of calls

charge api "API calls"
  usage of api-calls
  bill monthly in arrears on day 1
  0.01 EUR per call
"""
MANIFEST = """
[[source]]
files = "calls.csv"
meters = ["api-calls"]
complete_through = 2026-01-31
"""


def said(result: Result, shell: Shell) -> str:
    """What a person read, without the folder of this test."""
    return re.sub(re.escape(str(shell.folder)), "<workspace>", result.stderr + result.stdout)


def nothing_was_issued(shell: Shell) -> None:
    with ledger.open_ledger(shell.folder / "ledger", writing=False) as book:
        assert book.documents() == ()
    assert not list((shell.folder / "documents").rglob("*.pdf"))


@pytest.fixture
def metered(starter: Shell) -> Shell:
    """The small workspace with a metered charge and its usage."""
    path = next((starter.folder / "contracts").glob("*.terms"))
    starter.write(f"contracts/{path.name}", path.read_text("utf-8") + METER)
    starter.write("usage/manifest.toml", MANIFEST)
    starter.write("usage/calls.csv", HEADER + "e1,acme-2026,api-calls,2026-01-05T10:00:00+01:00,1000\n")
    return starter


REFUSED = {
    "customers with many wrong rows": (
        "customers.csv",
        "jansen,P. Jansen,consumer,",
        (
            "vries,De Vries,business,,Weg 1,1000,Gent,,BE,nl,BE0123456789,12/03/2026,,,NL00BANK0123456789,,2026-01-01,\n"
            "braun,Braun GmbH,firm,,Weg 2,10115,Berlin,,XX,de,,,,,,,2026-01-01,\njansen,P. Jansen,consumer,"
        ),
    ),
    "two customers with one id": (
        "customers.csv",
        "jansen,P. Jansen,consumer,",
        "acme,Another Acme,business,,Weg 1,1000 AA,Leiden,,NL,nl,,,,,,,2025-12-01,2025-12-01\njansen,P. Jansen,consumer,",
    ),
    "a wrong IBAN of the seller": ("invoicer.toml", "NL74ABNA0612345678", "NL75ABNA0612345678"),
    "an unknown country of the seller": (
        "invoicer.toml",
        'city = "Leiden", country = "NL"',
        'city = "Leiden", country = "NN"',
    ),
    "an unknown key in the settings": ("invoicer.toml", "time_zone =", "timezone ="),
    "terms for an unknown customer": ("contracts/acme-2026.terms", "customer acme\n", "customer acne\n"),
    "terms for an unknown seller": ("contracts/acme-2026.terms", "seller my-company", "seller my-compny"),
    "typing errors in terms": (
        "contracts/acme-2026.terms",
        "bill monthly in advance on day 1",
        "bill monthly in advnce on day 1\n  pay wthin 14 days",
    ),
    "an amount as people write it": ("price-lists/standard-prices.terms", "45.00 EUR per month", "1,300 EUR per month"),
    "settings that are no TOML": ("invoicer.toml", "[workspace]", "[workspace"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_wrong_files_are_named_with_cause_and_mend(case: str, starter: Shell, snapshot: SnapshotAssertion) -> None:
    starter.change(*REFUSED[case])
    result = starter("check")
    assert said(result, starter) == snapshot
    assert result.exit_code == 1


USAGE = {
    "an unknown meter": "e2,acme-2026,api-cals,2026-01-06T10:00:00+01:00,5\n",
    "a naive time stamp": "e2,acme-2026,api-calls,2026-01-06T10:00:00,5\n",
    "a duplicate event": "e1,acme-2026,api-calls,2026-01-07T10:00:00+01:00,5\n",
    "a negative amount": "e2,acme-2026,api-calls,2026-01-06T10:00:00+01:00,-5\n",
    "an amount that is no number": "e2,acme-2026,api-calls,2026-01-06T10:00:00+01:00,many\n",
    "an unknown contract": "e2,acne-2026,api-calls,2026-01-06T10:00:00+01:00,5\n",
}


@pytest.mark.parametrize("case", USAGE)
def test_wrong_usage_holds_its_contract(case: str, metered: Shell, snapshot: SnapshotAssertion) -> None:
    calls = metered.folder / "usage/calls.csv"
    calls.write_text(calls.read_text("utf-8") + USAGE[case], "utf-8")
    result = metered("plan", "--as-of", "2026-02-01")
    assert said(result, metered) == snapshot


def test_usage_that_is_not_complete_holds(metered: Shell, snapshot: SnapshotAssertion) -> None:
    metered.change("usage/manifest.toml", "2026-01-31", "2026-01-30")
    assert said(metered("plan", "--as-of", "2026-02-01"), metered) == snapshot


def test_a_missing_exchange_rate_holds(starter: Shell, snapshot: SnapshotAssertion) -> None:
    for name in ("contracts/acme-2026.terms", "price-lists/standard-prices.terms"):
        text = (starter.folder / name).read_text("utf-8")
        starter.write(name, text.replace("EUR", "USD"))
    assert said(starter("plan", "--as-of", "2026-01-01"), starter) == snapshot


def test_a_plugin_that_does_not_import_stops_the_run(starter: Shell, snapshot: SnapshotAssertion) -> None:
    starter.write("plugins/ours.py", "import nothing_of_that_name\n")
    result = starter("plan", "--as-of", "2026-01-01")
    assert said(result, starter) == snapshot
    assert result.exit_code == 1


def test_an_unreadable_template_leaves_the_files_wanted(starter: Shell) -> None:
    starter.write("templates/invoice.html", "{% extends 'nothing.html' %}")
    assert starter("plan", "--as-of", "2026-01-01").exit_code == 0
    assert starter("confirm", "--remark", "checked").exit_code == 0
    result = starter("issue", "--on", "2026-01-01")
    assert result.exit_code == 1
    assert "templates/invoice.html" in result.stderr
    (starter.folder / "templates/invoice.html").unlink()
    again = starter("issue", "--on", "2026-01-01")
    assert again.exit_code == 0, again.stderr
    assert len(list((starter.folder / "documents").rglob("*.pdf"))) == 1


def test_a_second_run_is_refused(starter: Shell) -> None:
    with ledger.open_ledger(starter.folder / "ledger", writing=True):
        result = starter("plan", "--as-of", "2026-01-01")
    assert result.exit_code == 1
    assert "L101" in result.stderr
    assert str(os.getpid()) in result.stderr


def test_a_documents_folder_that_is_a_file_loses_nothing(starter: Shell) -> None:
    (starter.folder / "documents").write_text("not a folder", "utf-8")
    starter("plan", "--as-of", "2026-01-01")
    starter("confirm", "--remark", "checked")
    result = starter("issue", "--on", "2026-01-01")
    assert result.exit_code == 1
    assert "documents" in result.stderr
    (starter.folder / "documents").unlink()
    assert starter("issue", "--on", "2026-01-01").exit_code == 0
    assert len(list((starter.folder / "documents").rglob("*.pdf"))) == 1


def test_a_run_that_breaks_goes_on_where_it_stopped(starter: Shell) -> None:
    """Each month has one document; a run that broke between commit and file leaves the file wanted."""
    starter("plan", "--as-of", "2026-01-01")
    starter("confirm", "--remark", "checked")

    def broken(point: Point) -> None:
        if point is Point.FILE_PUBLISHED:
            raise KeyboardInterrupt

    from invoicer import runs

    desk = runs.open_desk(starter.folder)
    with (
        pytest.raises(KeyboardInterrupt),
        ledger.open_ledger(
            starter.folder / "ledger", writing=True, documents=starter.folder / "documents", fault=broken
        ) as book,
    ):
        runs.issue(desk, book, dt.date(2026, 1, 1), "tests")
    result = starter("issue", "--on", "2026-01-01")
    assert result.exit_code == 0, result.stderr
    assert len(list((starter.folder / "documents").rglob("*.pdf"))) == 1
    with ledger.open_ledger(starter.folder / "ledger", writing=False) as book:
        assert [one.number for one in book.documents()] == ["INV-2026-00001"]


def test_no_workspace_here(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    shell = Shell(tmp_path)
    result = shell("check")
    assert result.exit_code == 1
    assert said(result, shell) == snapshot


@pytest.mark.parametrize("value", ["9" * 5000, "[" * 3000 + "]" * 3000])
def test_settings_that_nobody_reads_are_refused(value: str, starter: Shell) -> None:
    starter.write("invoicer.toml", f"more = {value}\n" + (starter.folder / "invoicer.toml").read_text("utf-8"))
    result = starter("check")
    assert result.exit_code == 1
    assert "error[W001] invoicer.toml: a number in it has too many digits, or its lists are nested too deep" in said(
        result, starter
    )


def test_an_init_into_a_folder_with_files_is_refused(starter: Shell) -> None:
    result = starter("init", str(starter.folder))
    assert result.exit_code == 1
    assert "empty" in result.stderr

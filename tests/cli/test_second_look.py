"""cli: what a newcomer tripped over: messages that said too little, or something that was not so."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Shell

CONTRACT = "contracts/acme-2026.terms"
USAGE = """contract use-1 "Usage contract"
  seller my-company
  customer acme
  currency EUR
  agreed 2025-12-12
  term 12 months from 2026-01-01
  bill monthly in arrears on day 1
  pay within 14 days
  supply hosting

charge api "API calls"
  usage of calls
  included 1 000 calls
  unused carry over for 2 months
  0.10 EUR per call

meter calls "Calls"
  sum of n
  unit calls
"""


def test_examples_that_errors_keep_from_being_tried_are_not_missing(starter: Shell) -> None:
    starter.write("contracts/use.terms", USAGE.replace("usage of calls", "usage of call"))
    ended = starter("test", "use-1")
    assert ended.exit_code == 1
    assert "No example was tried: mend the errors first." in ended.output
    assert "There are no examples" not in ended.output
    assert json.loads(starter("test", "--json", "use-1").stdout)["not_tried"] == ["use-1"]


def test_an_error_in_the_file_makes_no_meter_unknown(starter: Shell) -> None:
    starter.write("contracts/use.terms", USAGE.replace("customer acme", "customer acmee"))
    path = str(starter.folder / "contracts/use.terms")
    ended = starter("preview", path, "--on", "2026-02-01", "--given", "calls=5")
    assert "C008" in ended.output and "L204" not in ended.output


def test_less_than_nothing_is_not_given(starter: Shell) -> None:
    starter.write("contracts/use.terms", USAGE)
    path = str(starter.folder / "contracts/use.terms")
    ended = starter("preview", path, "--on", "2026-02-01", "--given", "calls=-5")
    assert ended.exit_code == 1
    assert "-5 is given for meter calls, less than nothing" in ended.output
    assert "correcting events" not in ended.output


def test_a_number_in_other_letters_is_recognised(starter: Shell) -> None:
    starter("plan", "--as-of", "2026-01-01")
    ended = starter("confirm", "--remark", "x", "--contract", "ACME-2026")
    assert "did you mean “acme-2026”?" in ended.output and str(starter.folder) not in ended.output
    starter("confirm", "--remark", "checked")
    starter("issue", "--on", "2026-01-01")
    ended = starter("explain", "inv-2026-00001")
    assert "did you mean “INV-2026-00001”?" in ended.output and str(starter.folder) not in ended.output


@pytest.mark.parametrize(("typed", "meant"), [("plam", "plan"), ("chek", "check")])
def test_a_command_is_suggested(starter: Shell, typed: str, meant: str) -> None:
    ended = starter(typed)
    assert ended.exit_code == 2
    assert f"Did you mean '{meant}'?" in ended.output
    assert "Did you mean" not in starter("zzzzzz").output


def test_where_exchange_rates_come_from_is_shown_by_an_example(starter: Shell) -> None:
    starter.write(
        "invoicer.toml", (starter.folder / "invoicer.toml").read_text("utf-8") + '\n[exchange]\nfile = "x.csv"\n'
    )
    assert 'add source = "ecb"' in starter("check").output


def test_a_late_notice_of_a_consumer_ends_as_the_law_has_it(starter: Shell) -> None:
    renewing = "term 12 months from 2025-01-01\n  renews for 12 months, notice 1 month"
    terms = USAGE.replace("customer acme", "customer jansen").replace("term 12 months from 2026-01-01", renewing)
    terms = terms.replace("agreed 2025-12-12", "agreed 2024-12-12")
    starter.write("contracts/use.terms", terms + "\nnotice given 2025-12-20 by customer\n")
    shown = " ".join(starter("check").output.split())
    assert "C094" in shown
    assert "by its terms the contract ends on 2026-12-31; the customer is a consumer, and the law (" in shown
    assert ") ends it on 2026-01-20" in shown


def test_a_notice_to_come_is_not_known_yet(starter: Shell) -> None:
    terms = USAGE.replace("term 12 months from 2026-01-01", "term open from 2026-01-01\n  notice 1 month")
    starter.write("contracts/use.terms", terms + "\nnotice given 2126-01-05 by customer\n")
    shown = " ".join(starter("check").output.split())
    assert "warning[L240]" in shown and "2126-01-05, which has not come yet: nothing knows of it" in shown


def test_a_debit_needs_an_account(starter: Shell) -> None:
    starter.write("contracts/use.terms", USAGE.replace("pay within 14 days", "pay by direct debit"))
    shown = " ".join(starter("check").output.split())
    assert "warning[L241]" in shown and "contracts/use.terms:8:3" in shown
    assert "use-1 is paid by direct debit, and customer acme has no IBAN to debit" in shown
    starter.write("contracts/use.terms", USAGE)
    assert "L241" not in starter("check").output


def test_a_language_without_words_is_told(starter: Shell) -> None:
    assert "R019" not in starter("check").output
    text = (starter.folder / "customers.csv").read_text("utf-8")
    starter.write("customers.csv", text.replace(",NL,en,", ",NL,fr,"))
    assert "there is no translation into “fr”: documents in that language will be in English" in starter("check").output
    starter.write("templates/translations/fr/invoicer.po", "")
    assert "R019" not in starter("check").output


def test_a_currency_without_rates_says_how_to_get_them(starter: Shell) -> None:
    dollars = USAGE.replace("currency EUR", "currency USD").replace("0.10 EUR", "0.10 USD")
    dollars = dollars.replace("  usage of calls\n  included 1 000 calls\n  unused carry over for 2 months\n", "")
    starter.write("contracts/use.terms", dollars.replace("0.10 USD per call", "10.00 USD per month").split("meter")[0])
    account = '\n[[sellers.my-company.accounts]]\ncurrency = "USD"\niban = "NL24VOBK0812345602"\nbic = "VOBKNL2A"\n'
    settings = (starter.folder / "invoicer.toml").read_text("utf-8")
    starter.write("invoicer.toml", settings + account)
    held = json.loads(starter("plan", "--as-of", "2026-02-01", "--json").stdout)["holds"]
    assert "invoicer.toml names no source of rates" in str(held) and "[exchange] source" in str(held)
    starter.write("rates/eurofxref-hist.csv", "Date,USD,\n2026-01-30,1.19,\n")
    assert "W202] rates/eurofxref-hist.csv: no setting names this file" in starter("check").output
    named = '\n[exchange]\nsource = "ecb"\nfile = "rates/eurofxref-hist.csv"\n'
    starter.write("invoicer.toml", settings + account + named)
    assert "W202" not in starter("check").output
    assert not json.loads(starter("plan", "--as-of", "2026-02-01", "--json").stdout)["holds"]

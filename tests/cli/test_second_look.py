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


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("INV-2026-1", "INV-2026-00001"),  # the zeros
        ("INV202600001", "INV-2026-00001"),  # the hyphens
        ("INV-2026-0001", "INV-2026-00001"),
        ("INV-2062-00001", "INV-2026-00001"),  # two that changed places
        ("IMV-2026-00001", "INV-2026-00001"),
        ("INV-2026-00011", "INV-2026-00001"),
        ("1", "INV-2026-00001"),
        ("OLD7", "OLD-7"),
    ],
)
def test_a_number_that_is_nearly_right_is_recognised(issued: Shell, typed: str, meant: str) -> None:
    head = "number,issued,customer,contract,charge,from,to,net,currency,vat\n"
    issued.write("old.csv", f"{head}OLD-7,2025-12-31,acme,acme-2026,seats,2026-02-01,2026-02-28,36.00,EUR,21\n")
    issued("import-billed", str(issued.folder / "old.csv"))
    for words in (("explain", typed), ("verify", typed), ("credit", typed, "--reason", "duplicate", "--remark", "x")):
        ended = issued(*words)
        assert ended.exit_code == 1 and f"did you mean “{meant}”?" in ended.output, words
    back = issued("import-billed", "--withdraw", typed, "--remark", "x").output
    assert ("did you mean “OLD-7”?" in back) is (meant == "OLD-7") and "INV-2026-00001" not in back.split("mend")[1]


def test_several_numbers_may_be_meant_and_none(issued: Shell) -> None:
    head = "number,issued,customer,contract,charge,from,to,net,currency,vat\n"
    row = "2025-12-31,acme,acme-2026,seats,2026-0{0}-01,2026-0{0}-28,36.00,EUR,21\n"
    rows = "".join(f"OLD-{month},{row.format(month)}" for month in range(2, 7))
    issued.write("old.csv", head + rows)
    issued("import-billed", str(issued.folder / "old.csv"))
    assert "did you mean “OLD-6”, “OLD-5” or “OLD-4”?" in issued("explain", "OLD-9").output
    assert "`invoicer schedule` shows" in issued("explain", "something else").output
    assert "was issued on 2026-01-01" in issued("verify", "INV-2026-00001", "--since", "2026-02-01").output


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

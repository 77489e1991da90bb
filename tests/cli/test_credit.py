"""Credits on request, as a person types them: what goes out, what is printed, what is not billed again."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from tests.cli.conftest import Shell

INVOICE = "INV-2026-00001"
"""45.00 less 9.00 for hosting, 3 seats at 12.00, onboarding for 250.00: 322.00 net."""


@pytest.fixture
def billed(starter: Shell) -> Shell:
    """The small workspace with its first invoice issued."""
    issue(starter, "2026-01-02", "2026-01-01")
    return starter


def issue(shell: Shell, on: str, as_of: str = "") -> list[dict[str, Any]]:
    """Plan, release and issue everything; answers the drafts of the plan."""
    planned = json.loads(shell("plan", "--as-of", as_of or on, "--json").stdout)
    if planned["drafts"]:
        assert shell("confirm", "--remark", "checked").exit_code == 0
        done = shell("issue", "--on", on)
        assert done.exit_code == 0, done.output
    return list(planned["drafts"])


def credit(shell: Shell, *words: str) -> dict[str, Any]:
    """The request that was recorded."""
    done = shell("credit", *words, "--remark", "as agreed on the telephone", "--json")
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


def brief(drafts: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(draft["kind"], draft["net"]) for draft in drafts]


def text_of(shell: Shell, number: str) -> str:
    """What stands on its page."""
    [path] = (shell.folder / "documents").rglob(f"{number}.pdf")
    page = path.read_text("utf-8", errors="replace").partition("</head>")[2]
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", page)).split())


def test_a_quantity_is_credited_printed_and_not_billed_again(billed: Shell) -> None:
    asked = credit(
        billed, INVOICE, "--line", "3", "--quantity", "1", "--reason", "quantity-error", "--note", "One was spare."
    )
    assert (asked["request"], asked["kind"], asked["amount"]) == (1, "error", "12.00")
    assert brief(issue(billed, "2026-01-08")) == [("credit-note", "12.00")]
    paper = text_of(billed, "CN-2026-00001")
    assert "1 seat" in paper
    assert f"Corrects {INVOICE} of 2 January 2026, line 3: billed 36.00, due 24.00 · wrong quantity" in paper
    assert "One was spare." in paper
    again = billed("plan", "--as-of", "2026-01-09")
    assert again.exit_code == 1
    assert "nothing to issue" in again.output
    assert "D003" in again.output
    assert brief(issue(billed, "2026-02-01")) == [("invoice", "72.00")], "the hold holds up nothing else"


def test_mended_terms_are_billed_by_what_they_are_now(billed: Shell) -> None:
    credit(billed, INVOICE, "--line", "3", "--reason", "quantity-error")
    issue(billed, "2026-01-08")
    name = "contracts/acme-2026.terms"
    billed.change(name, "quantity 5 seats", "quantity 4 seats")
    billed.change(name, "line seats 36.00 EUR", "line seats 24.00 EUR")
    billed.change(name, "total 322.00 EUR", "total 310.00 EUR")
    assert brief(issue(billed, "2026-01-09")) == [("invoice", "24.00")]


def test_a_comment_or_a_new_file_of_the_same_terms_releases_nothing(billed: Shell) -> None:
    credit(billed, INVOICE, "--reason", "duplicate")
    issue(billed, "2026-01-08")
    terms = billed.folder / "contracts" / "acme-2026.terms"
    terms.write_text("# looked at again\n\n" + terms.read_text("utf-8"), "utf-8")
    terms.rename(terms.with_name("renamed.terms"))
    assert issue(billed, "2026-01-09") == []


def test_someone_lets_an_error_be_billed_again(billed: Shell) -> None:
    credit(billed, INVOICE, "--line", "3:amount=10.50", "--reason", "not-delivered")
    issue(billed, "2026-01-08")
    looked = billed("rebill", INVOICE, "--remark", "it was", "--dry-run")
    assert "Would be held back no longer" in looked.output
    assert issue(billed, "2026-01-09") == []
    assert billed("rebill", INVOICE, "--remark", "it was delivered").exit_code == 0
    drafts = issue(billed, "2026-01-09")
    assert brief(drafts) == [("invoice", "10.50")]
    assert "invoiced again after a credit" in text_of(billed, "INV-2026-00002")
    assert "L162" in billed("rebill", INVOICE, "--remark", "again").output


def test_goodwill_is_used_up_by_a_back_dated_amendment(billed: Shell) -> None:
    """10.00 were forgone of 45.00. A price of 30.00 takes 15.00, less 3.00 of the discount: 5.00 and -3.00 are left."""
    credit(billed, INVOICE, "--line", "1", "--amount", "10.00", "--reason", "goodwill", "--note", "Sorry.")
    assert brief(issue(billed, "2026-01-08")) == [("credit-note", "10.00")]
    paper = text_of(billed, "CN-2026-00001")
    assert f"Reduces {INVOICE} of 2 January 2026, line 1 · as a gesture of goodwill" in paper
    assert billed("plan", "--as-of", "2026-01-09").exit_code == 0
    terms = billed.folder / "contracts" / "acme-2026.terms"
    lower = '\namendment 1 from 2026-01-01 agreed 2026-01-20 "Lower"\n  change hosting to 30.00 EUR per month\n'
    terms.write_text(terms.read_text("utf-8") + lower, "utf-8")
    drafts = issue(billed, "2026-01-21")
    assert [(line["component"], line["net"]) for draft in drafts for line in draft["lines"]] == [
        ("hosting", "5.00"),
        ("hosting/discount/welcome", "-3.00"),
    ]


def test_a_wrong_party_is_credited_and_the_right_one_billed_in_one_plan(billed: Shell) -> None:
    credit(billed, INVOICE, "--wrong", "party")
    held = billed("plan", "--as-of", "2026-01-08")
    assert "D005" in held.output
    assert "nothing to issue" in held.output
    rows = (billed.folder / "customers.csv").read_text("utf-8")
    other = rows.splitlines()[1].replace("acme,Acme Studio", "acme-two,Acme Studio Two")
    billed.write("customers.csv", f"{rows}{other}\n")
    billed.change("contracts/acme-2026.terms", "customer acme", "customer acme-two")
    drafts = issue(billed, "2026-01-08")
    assert [(draft["kind"], draft["customer"], draft["net"]) for draft in drafts] == [
        ("credit-note", "acme", "322.00"),
        ("invoice", "acme-two", "322.00"),
    ]
    assert [draft["tax_point"] for draft in drafts] == ["2026-01-01", "2026-01-01"]
    assert "addressed to the wrong party" in text_of(billed, "CN-2026-00001")
    assert issue(billed, "2026-01-09") == []


def test_wrong_details_are_billed_anew_to_the_same_customer(billed: Shell) -> None:
    billed.change("customers.csv", "Voorbeeldgracht 12", "Voorbeeldgracht 14")
    assert issue(billed, "2026-01-03") == [], "an address changes no amount"
    credit(billed, INVOICE, "--wrong", "details")
    assert brief(issue(billed, "2026-01-08")) == [("credit-note", "322.00"), ("invoice", "322.00")]
    assert "Voorbeeldgracht 14" in text_of(billed, "INV-2026-00002")


def test_a_currency_that_nobody_mended_is_held(billed: Shell) -> None:
    credit(billed, INVOICE, "--wrong", "currency")
    held = billed("plan", "--as-of", "2026-01-08")
    assert "D005" in held.output
    assert "nothing to issue" in held.output


def test_a_cancelled_request_leaves_nothing(billed: Shell) -> None:
    credit(billed, INVOICE, "--reason", "duplicate")
    billed("plan", "--as-of", "2026-01-08")
    billed("confirm", "--remark", "checked")
    assert "INV-2026-00001" in billed("credits").output
    tried = ("credits", "--remark", "they pay", "--dry-run", "--cancel")
    assert billed(*tried, "1").output == "Would cancel request 1 to INV-2026-00001.\n"
    assert "L160" in billed(*tried, "9").output
    assert [one["status"] for one in json.loads(billed(*tried, "1", "--json").stdout)] == ["waiting"]
    assert billed("credits", "--cancel", "1").exit_code == 1, "a remark is needed"
    assert billed("credits", "--cancel", "1", "--remark", "they pay").exit_code == 0
    assert "nothing to issue" in billed("issue", "--on", "2026-01-08").output
    assert "Nobody waits" in billed("credits").output
    assert "L161" in billed(*tried, "1").output
    [one] = json.loads(billed("credits", "--all", "--json").stdout)
    assert (one["status"], one["lines"][0]["issued"]) == ("cancelled", None)
    assert brief(issue(billed, "2026-02-01")) == [("invoice", "72.00")]


def test_a_request_outlives_a_plan_that_was_never_made(billed: Shell) -> None:
    """Whatever happens between the request and the plan, or the plan and the issue, the next plan makes it."""
    credit(billed, INVOICE, "--line", "4", "--reason", "not-delivered")
    billed("plan", "--as-of", "2026-01-08")
    assert brief(issue(billed, "2026-02-01")) == [("credit-note", "250.00"), ("invoice", "72.00")]


def test_to_try_records_nothing(billed: Shell) -> None:
    tried = billed("credit", INVOICE, "--reason", "goodwill", "--remark", "try", "--dry-run")
    assert "What a request would be: goodwill (concession) of INV-2026-00001 to Acme Studio B.V." in tried.output
    assert "In all 322.00 EUR" in tried.output
    assert "Nobody waits" in billed("credits").output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--line", "9", "--reason", "goodwill"), "L205"),
        (("--line", "2", "--reason", "goodwill"), "takes something off"),
        (("--line", "1", "--amount", "36.01", "--reason", "goodwill"), "with its discounts 36.00 EUR is left"),
        (("--line", "3", "--quantity", "3.5", "--reason", "goodwill"), "3 of 3 are left"),
        (("--line", "4", "--amount", "0.001", "--reason", "goodwill"), "at most 2 decimals"),
        (("--line", "4", "--amount", "1,50", "--reason", "goodwill"), "with a point for decimals"),
        (("--line", "4:price=3", "--reason", "goodwill"), "3:quantity=2"),
        (("--amount", "10", "--reason", "goodwill"), "need exactly one --line"),
        (("--line", "1", "--wrong", "party"), "credits the whole document"),
        (("--wrong", "party", "--reason", "goodwill"), "has the reason wrong-party"),
        ((), "needs a --reason"),
    ],
)
def test_what_can_not_be_asked_for_is_told(words: tuple[str, ...], said: str, billed: Shell) -> None:
    done = billed("credit", INVOICE, *words, "--remark", "so")
    assert done.exit_code in (1, 2)
    assert said in done.output
    assert "Nobody waits" in billed("credits").output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--line", "3:amount=10.00USD"), "of line 3, “10.00USD” names USD; the currency is the document's, so leave"),
        (("--line", "3", "--amount", "10.00EUR"), "“10.00EUR” names EUR; the currency is the document's, so leave"),
        (("--line", "3:amount=€ 10"), "“€ 10” names €; the currency is the document's, so leave it out: 10"),
        (("--line", "3:amount=10,50 EUR"), "names EUR; the currency is the document's, so leave it out: 10.50"),
        (
            ("--line", "3:quantity=2seats"),
            "of line 3, “2seats” names seats; the unit is the line's, so leave it out: 2",
        ),
        (("--line", "3:amount=-1"), "of line 3, “-1” has a sign; say how much is to come back without one, as 1"),
        (("--line", "3:amount=ten"), "of line 3, “ten” is no number"),
        (("--line", "3:much=1"), "“3:much=1” is no line"),
    ],
)
def test_what_is_no_number_is_told_with_what_to_write(billed: Shell, words: tuple[str, ...], says: str) -> None:
    ended = billed("credit", INVOICE, *words, "--reason", "goodwill", "--remark", "x")
    assert ended.exit_code == 2 and says in " ".join(ended.output.split())

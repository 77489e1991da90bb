"""confirm, reject, waiting and run as a person types them, where the workspace asks for reviews."""

from __future__ import annotations

import json

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.cli.conftest import Shell

REVIEW = """
[review]
first_invoice = true
two_people = ["first-invoice"]
"""


@pytest.fixture
def reviewed(starter: Shell) -> Shell:
    """The small workspace, in which first invoices need two people; with an owner."""
    settings = (starter.folder / "invoicer.toml").read_text("utf-8")
    starter.write("invoicer.toml", settings + REVIEW)
    head, *rows = (starter.folder / "customers.csv").read_text("utf-8").splitlines()
    owners = ["Key accounts", ""]
    starter.write("customers.csv", "\n".join([f"{head},owner", *map(",".join, zip(rows, owners, strict=True)), ""]))
    return starter


def test_two_people_release_a_first_invoice(reviewed: Shell, snapshot: SnapshotAssertion) -> None:
    assert reviewed("plan", "--as-of", "2026-01-01").output == snapshot(name="plan")
    one = ("confirm", "--contract", "acme-2026", "--remark", "as signed")
    assert reviewed(*one, "--by", "Billing").output == snapshot(name="unnamed")
    named = (*one, "--doubt", "first-invoice", "--by")
    assert reviewed(*named, "Billing").output == snapshot(name="first")
    again = reviewed(*named, "billing ")
    assert (again.exit_code, "L125" in again.output) == (1, True)
    assert reviewed(*named, "Sales", "--dry-run").output == "Would release 1 draft of plan 1, by Sales: as signed\n"
    assert reviewed(*named, "Sales").output == "Released 1 draft of plan 1, by Sales: as signed\n"
    assert reviewed("issue", "--on", "2026-01-01").exit_code == 0
    plan = json.loads(reviewed("plan", "--as-of", "2026-01-01", "--json", "--dry-run").output)
    assert "acme-2026" not in [name for draft in plan["drafts"] for name in draft["contracts"]]


def test_waiting_by_owner(reviewed: Shell, snapshot: SnapshotAssertion) -> None:
    assert reviewed("waiting").output == "Nothing waits.\n"
    reviewed("plan", "--as-of", "2026-01-01")
    rows = json.loads(reviewed("waiting", "--json").output)
    assert [(row["owner"], row["contracts"], row["waits_for"]) for row in rows] == snapshot
    assert "nobody" not in reviewed("waiting", "--owner", "Key accounts").output
    assert reviewed("waiting", "--late").output == "Nothing is late.\n"


def test_what_is_rejected_by_owner_is_listed_as_such(reviewed: Shell) -> None:
    reviewed("plan", "--as-of", "2026-01-01")
    done = reviewed("reject", "--owner", "Key accounts", "--remark", "prices are wrong", "--by", "Sales")
    assert done.output.startswith("Rejected ")
    assert "rejected by Sales: prices are wrong" in reviewed("waiting").output
    released = reviewed("confirm", "--remark", "the rest", "--by", "Billing")
    assert "rejected by Sales" in released.output


def test_a_release_of_many_leaves_what_was_rejected_and_a_dry_run_says_so(reviewed: Shell) -> None:
    reviewed.change("invoicer.toml", 'two_people = ["first-invoice"]', "two_people = true")
    reviewed("plan", "--as-of", "2026-01-01")
    many = ("confirm", "--remark", "as signed", "--doubt", "first-invoice")
    trial = reviewed(*many, "--by", "Billing", "--dry-run").output
    assert trial.startswith("Would be noted for 1 draft, by Billing: as signed\n")
    assert "1 of 2 people" in trial
    reviewed("reject", "--contract", "acme-2026", "--remark", "no", "--by", "Sales")
    for name in ("Billing", "Sales"):
        told = reviewed(*many, "--by", name)
        assert (told.exit_code, "rejected by Sales: no" in told.output) == (1, True)
    assert "Noted for 1 draft" in reviewed(*many, "--by", "Billing", "--contract", "acme-2026").output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("reject", "--remark", "no"), "Say what is rejected"),
        (("confirm", "--remark", "yes", "--up-to", "500"), "no amount with a currency; write it like 500.00 EUR"),
        (("confirm", "--remark", "yes", "--doubt", "jumps"), "is not one of"),
        (("confirm", "--remark", "yes", "--customer", "nobody"), "L122"),
        (
            ("confirm", "--remark", "yes", "--contract", "acme-2026", "--contract", "acme-2025"),
            "has contract acme-2025",
        ),
        (("confirm", "--remark", "yes", "--contract", "acme-2025", "--dry-run"), "did you mean “acme-2026”"),
        (("confirm", "--remark", "yes", "--owner", "Key accounts", "--owner", "Key account"), "has owner Key account"),
        (("confirm", "--remark", "yes", "--currency", "USD", "--currency", "EUR"), "has currency USD"),
        (("confirm", "--remark", "yes", "--currency", "CHF"), "it has EUR"),
        (("confirm", "--remark", "yes", "--seller", "elsewhere"), "it has my-company"),
        (("confirm", "--remark", "yes", "--doubt", "jump"), "has the doubt jump in plan 1"),
        (("confirm", "--remark", "yes", "--doubt", "jump"), "its doubts are first-invoice"),
        (("confirm", "--remark", "yes", "--plan", "9"), "the latest one is plan 1"),
        (("reject", "--remark", "no", "--customer", "acme", "--customer", "acne"), "has customer acne"),
        (("confirm", "--remark", "yes", "--by", "rule small"), "L123"),
        (("waiting", "--owner", "Key account"), "did you mean “Key accounts”"),
    ],
)
def test_what_can_not_be_meant(reviewed: Shell, words: tuple[str, ...], says: str) -> None:
    reviewed("plan", "--as-of", "2026-01-01")
    result = reviewed(*words)
    assert result.exit_code
    assert says.casefold() in result.output.casefold()


def test_run_says_what_is_next_when_the_rules_have_spoken(reviewed: Shell) -> None:
    reviewed.change("invoicer.toml", "[policy]\n", '[policy]\nrelease = "automatic"\n')
    settings = (reviewed.folder / "invoicer.toml").read_text("utf-8")
    rule = '\n[[review.rules]]\nname = "others"\ncustomers = ["jansen"]\ndoubts = ["first-invoice"]\n'
    reviewed.write("invoicer.toml", settings + rule)
    result = reviewed("run", "--as-of", "2026-01-01", "--on", "2026-01-01")
    assert result.output.count("Next:") == 1
    assert 'Still to be confirmed: 1 draft. Next: invoicer confirm --remark "…" --plan 1' in result.output


def test_run_releases_by_rules_and_says_which(reviewed: Shell) -> None:
    reviewed.change("invoicer.toml", "[policy]\n", '[policy]\nrelease = "automatic"\n')
    reviewed.change("invoicer.toml", 'two_people = ["first-invoice"]\n', "")
    settings = (reviewed.folder / "invoicer.toml").read_text("utf-8")
    rule = '\n[[review.rules]]\nname = "acme"\ncustomers = ["acme"]\ndoubts = ["first-invoice"]\n'
    reviewed.write("invoicer.toml", settings + rule)
    result = reviewed("run", "--as-of", "2026-01-01", "--on", "2026-01-01")
    assert "by rule acme." in result.output
    assert "Next:" not in result.output
    assert "1 file in" in result.output


def test_a_rule_that_names_nobody_is_warned_about(reviewed: Shell) -> None:
    reviewed.change("invoicer.toml", "[policy]\n", '[policy]\nrelease = "automatic"\n')
    settings = (reviewed.folder / "invoicer.toml").read_text("utf-8")
    rule = '\n[[review.rules]]\nname = "small"\ncustomers = ["acne", "jansen"]\nowners = ["Key account"]\n'
    reviewed.write("invoicer.toml", settings + rule + 'contracts = ["acme-2026", "acme-2025"]\n')
    told = " ".join(reviewed("check").output.split())
    for word in ("customer acne", "owner Key account", "contract acme-2025"):
        assert f"rule small names {word}, and there is none" in told
    assert told.count("there is none") == 3
    assert "did you mean “acme-2026”?" in told

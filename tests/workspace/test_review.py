"""workspace: the table [review], and who looks after a customer."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from invoicer import workspace
from invoicer.domain.document import Kind
from invoicer.domain.doubt import DoubtName
from invoicer.domain.money import Money
from invoicer.errors import Severity, WorkspaceError
from invoicer.workspace import load
from invoicer.workspace.review import NOTHING_DOUBTFUL, Review, Rule

FULL = """
[review]
first_invoice = true
jump_percent = 20
jump_least = "1 000.00"
late_usage = true
amendment_days = 60
unchecked_tax_id = true
tax_id_days = 365
rate_days = 0
credit_percent = 50
credit_least = "10"
changed_treatment = true
warnings = true
two_people = ["large-credit"]
confirm_within_days = 3
escalate_to = "Head of billing"
[[review.rules]]
name = "small"
kinds = ["invoice"]
doubts = ["jump"]
up_to = ["500.00 EUR", "60000 JPY"]
customers = ["acme"]
contracts = ["acme-1"]
owners = ["Sales"]
sellers = ["my-company"]
"""

BROKEN = """
[review]
first_invoise = true
jump_percent = 0
jump_least = "100 EUR"
credit_least = "100.00"
warnings = "all"
two_people = ["jumps"]
escalate_to = "Head of billing"
[[review.rules]]
name = "small ones"
kinds = ["invoices"]
doubts = ["first invoice"]
up_to = ["500.00", "5.001 EUR", "1.00 EUR", "2.00 EUR"]
sellers = ["your-company"]
customer = ["acme"]
[[review.rules]]
name = "b"
[[review.rules]]
name = "b"
kinds = []
"""


def made(folder: Path, text: str, release: str = "automatic") -> Path:
    """The small workspace with these lines at the end of its settings."""
    workspace.new_workspace(folder)
    settings = folder / "invoicer.toml"
    found = settings.read_text("utf-8").replace("[policy]\n", f'[policy]\nrelease = "{release}"\n')
    settings.write_text(found + text, "utf-8")
    return folder


def test_without_the_table_nothing_is_doubtful(tmp_path: Path) -> None:
    assert load(made(tmp_path / "w", "")).review == NOTHING_DOUBTFUL == Review()


def test_the_whole_table(tmp_path: Path) -> None:
    assert load(made(tmp_path / "w", FULL)).review == Review(
        first_invoice=True,
        jump_percent=20,
        jump_least=Decimal(1000),
        late_usage=True,
        amendment_days=60,
        unchecked_tax_id=True,
        tax_id_days=365,
        rate_days=0,
        credit_percent=50,
        credit_least=Decimal(10),
        changed_treatment=True,
        warnings=True,
        two_people=("large-credit",),
        confirm_within_days=3,
        escalate_to="Head of billing",
        rules=(
            Rule(
                name="small",
                kinds=(Kind.INVOICE,),
                doubts=("jump",),
                up_to=(Money.of(500, "EUR"), Money.of(60000, "JPY")),
                customers=("acme",),
                contracts=("acme-1",),
                owners=("Sales",),
                sellers=("my-company",),
            ),
        ),
    )


def test_two_people_for_some_doubts_or_for_everything(tmp_path: Path) -> None:
    some = load(made(tmp_path / "some", FULL)).review
    assert (some.people_for_drafts, some.people("large-credit"), some.people("jump")) == (1, 2, 1)
    every = load(made(tmp_path / "every", "[review]\ntwo_people = true\n")).review
    assert {every.people_for_drafts, *(every.people(name) for name in DoubtName)} == {2}


def test_every_mistake_is_told_in_one_pass(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(WorkspaceError) as caught:
        load(made(tmp_path / "w", BROKEN))
    assert [str(problem) for problem in caught.value.problems] == snapshot


def test_rules_without_automatic_release_are_warned_about(tmp_path: Path) -> None:
    found = load(made(tmp_path / "w", '[[review.rules]]\nname = "all"\n', release="by-hand"))
    assert [(one.code, one.severity) for one in found.warnings] == [("W005", Severity.WARNING)]


def test_the_last_row_that_names_an_owner_counts(tmp_path: Path) -> None:
    folder = made(tmp_path / "w", "")
    file = folder / "customers.csv"
    head, acme, jansen = file.read_text("utf-8").splitlines()
    moved = acme.replace("Voorbeeldgracht 12", "Voorbeeldgracht 14").replace(
        "2025-12-01,2025-12-01", "2026-02-01,2026-02-01"
    )
    rows = [f"{head},owner", f"{acme},Key  accounts", f"{moved},", f"{jansen},"]
    file.write_text("\n".join(rows) + "\n", "utf-8")
    found = load(folder)
    assert found.owners == {"acme": "Key accounts"}
    assert len(found.customers["acme"]) == 2

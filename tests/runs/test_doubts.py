"""Doubts: each with its numbers, by the thresholds of the workspace; and what they do to plan, confirm, run and issue."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from invoicer import ledger, runs, workspace
from invoicer.domain.doubt import Doubt
from invoicer.errors import RunError
from invoicer.ledger import DraftStatus, PlannedDraft
from tests.runs.small import heading, issue

FEE = heading("acme-1", "Acme") + '\ncharge fee "Fee"\n  100.00 EUR per month\n'


def space(folder: Path, review: str, terms: str = FEE, release: str = "automatic") -> Path:
    """A small workspace with one contract and a table [review]."""
    workspace.new_workspace(folder)
    for file in (folder / "contracts").glob("*.terms"):
        file.unlink()
    (folder / "contracts" / "acme.terms").write_text(terms, "utf-8")
    settings = folder / "invoicer.toml"
    text = settings.read_text("utf-8").replace("[policy]\n", f'[policy]\nrelease = "{release}"\n')
    settings.write_text(f"{text}\n[review]\n{review}\n", "utf-8")
    return folder


def terms(folder: Path, text: str) -> None:
    (folder / "contracts" / "acme.terms").write_text(text, "utf-8")


def found(folder: Path, on: str) -> list[Doubt]:
    """The doubts of a plan on a day."""
    desk, day = runs.open_desk(folder), dt.date.fromisoformat(on)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        made = runs.plan(desk, book, day, day).plan
        assert not made.holds
        return [doubt for one in made.drafts for doubt in one.doubts]


def released(folder: Path, on: str, *names: str) -> None:
    """Plan, release with these doubts named, and issue."""
    desk, day = runs.open_desk(folder), dt.date.fromisoformat(on)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        runs.plan(desk, book, day, day)
        for doubts in (names, None) if names else (None,):
            runs.confirm(book, "tests", "checked", day, doubts=doubts)
        runs.issue(desk, book, day, "tests")
        assert all(one.status is DraftStatus.ISSUED for one in book.plan().drafts)
        assert not book.verify_chain()


def only(doubts: list[Doubt]) -> tuple[str, str]:
    (doubt,) = doubts
    return doubt.name, f"{doubt.problem.code} {doubt.problem.cause}"


def test_nothing_is_doubtful_that_nobody_asked_for(tmp_path: Path) -> None:
    folder = space(tmp_path / "w", "", FEE.replace("100.00", "9 000.00"))
    assert not found(folder, "2026-01-01")
    issue(folder, "2026-01-01")


def test_the_first_invoice(tmp_path: Path) -> None:
    folder = space(tmp_path / "w", "first_invoice = true")
    assert only(found(folder, "2026-01-01")) == (
        "first-invoice",
        "L301 it is the first invoice of this contract: 100.00 EUR net",
    )
    released(folder, "2026-01-01", "first-invoice")
    assert not found(folder, "2026-02-01")


@pytest.mark.parametrize(
    ("new", "says"),
    [
        ("119.99", ""),
        ("120.00", "120.00 EUR net, and INV-2026-00001 of 2026-01-01 had 100.00 EUR: +20%"),
        ("80.00", "80.00 EUR net, and INV-2026-00001 of 2026-01-01 had 100.00 EUR: −20%"),
        ("250.50", "250.50 EUR net, and INV-2026-00001 of 2026-01-01 had 100.00 EUR: +150.5%"),
    ],
)
def test_a_jump(tmp_path: Path, new: str, says: str) -> None:
    step = FEE + f"  from 2026-02-01 {new} EUR per month\n"
    folder = space(tmp_path / "w", 'jump_percent = 20\njump_least = "20.00"', step)
    released(folder, "2026-01-01")
    doubts = found(folder, "2026-02-01")
    if not says:
        assert not doubts
    else:
        assert only(doubts) == ("jump", f"L302 {says} (asked from 20% and 20.00 EUR on)")


def test_a_small_jump_is_none(tmp_path: Path) -> None:
    step = FEE + "  from 2026-02-01 150.00 EUR per month\n"
    folder = space(tmp_path / "w", 'jump_percent = 20\njump_least = "50.01"', step)
    released(folder, "2026-01-01")
    assert not found(folder, "2026-02-01")


def test_a_part_of_a_month_is_no_measure(tmp_path: Path) -> None:
    part = FEE.replace("from 2026-01-01\n", "from 2026-01-20\n")
    folder = space(tmp_path / "w", "jump_percent = 20", part)
    released(folder, "2026-01-20")
    assert not found(folder, "2026-02-01")


def test_what_was_billed_once_is_not_expected_again(tmp_path: Path) -> None:
    once = FEE + '\ncharge setup "Setup"\n  500.00 EUR once\n'
    folder = space(tmp_path / "w", "jump_percent = 20", once)
    released(folder, "2026-01-01")
    assert not found(folder, "2026-02-01")
    terms(folder, once.replace("100.00 EUR per month", "100.00 EUR per month\n  from 2026-02-01 130.00 EUR per month"))
    says = only(found(folder, "2026-02-01"))[1]
    assert says.startswith(
        "L302 130.00 EUR net, and INV-2026-00001 of 2026-01-01 had 100.00 EUR besides 500.00 EUR once: +30%"
    )


def test_a_year_is_compared_with_a_year(tmp_path: Path) -> None:
    yearly = FEE + '\ncharge domain "Domain"\n  400.00 EUR per year\n  bill annually in advance\n'
    folder = space(tmp_path / "w", "jump_percent = 20", yearly)
    released(folder, "2026-01-01")
    released(folder, "2026-02-01", "jump")  # the only one before is that with the year
    for month in range(3, 13):
        released(folder, f"2026-{month:02}-01")
    assert not found(folder, "2027-01-01")


def test_an_amendment_until_somebody_has_confirmed_it(tmp_path: Path) -> None:
    folder = space(tmp_path / "w", "amendment_days = 60")
    released(folder, "2026-01-01")
    side = '\namendment 1 from 2026-02-01 agreed 2026-01-15 "Side letter"\n  change fee to 110.00 EUR per month\n'
    terms(folder, FEE + side)
    name, says = only(found(folder, "2026-02-01"))
    assert name == "unconfirmed-amendment"
    assert says.startswith("L304 nobody has confirmed amendment 1 “Side letter” from 2026-02-01, agreed 2026-01-15")
    released(folder, "2026-02-01", "unconfirmed-amendment")
    assert not found(folder, "2026-03-01")
    terms(folder, FEE + side.replace("110.00", "130.00").replace("Side letter", "Side letter, mended"))
    assert {one.name for one in found(folder, "2026-03-01")} == {"unconfirmed-amendment"}


def test_an_old_amendment_is_none(tmp_path: Path) -> None:
    side = '\namendment 1 from 2026-02-01 agreed 2026-01-15 "Side letter"\n  change fee to 110.00 EUR per month\n'
    folder = space(tmp_path / "w", "amendment_days = 60", FEE + side)
    assert not found(folder, "2026-01-10")
    assert not found(folder, "2026-04-01")


def test_a_tax_id_that_is_unchecked_or_was_checked_long_ago(tmp_path: Path) -> None:
    folder = space(tmp_path / "w", "unchecked_tax_id = true\ntax_id_days = 30")
    assert not found(folder, "2025-12-31")
    assert only(found(folder, "2026-01-01"))[1].endswith("confirmed on 2025-12-01, more than 30 days ago")
    file = folder / "customers.csv"
    file.write_text(file.read_text("utf-8").replace("NL878591503B01,2025-12-01", "NL878591503B01,"), "utf-8")
    assert only(found(folder, "2026-01-01")) == (
        "tax-id",
        "L305 the VAT id NL878591503B01 of customer acme was never confirmed",
    )


def test_a_large_credit_is_held_against_what_was_billed(tmp_path: Path) -> None:
    folder = space(tmp_path / "w", "credit_percent = 50\ntwo_people = ['large-credit']")
    released(folder, "2026-01-01")
    terms(folder, FEE + '\namendment 1 from 2026-01-01 agreed 2026-01-20 "Less"\n  change fee to 45.00 EUR per month\n')
    (doubt,) = found(folder, "2026-01-21")
    assert (doubt.name, doubt.people) == ("large-credit", 2)
    assert doubt.problem.cause == (
        "the credits of this plan, 55.00 EUR, are 55% of the 100.00 EUR that were billed of this contract in 12 months "
        "(asked from 50% on)"
    )
    terms(folder, FEE + '\namendment 1 from 2026-01-01 agreed 2026-01-20 "Less"\n  change fee to 50.01 EUR per month\n')
    assert not found(folder, "2026-01-21")


def test_another_treatment(tmp_path: Path) -> None:
    folder = space(tmp_path / "w", "changed_treatment = true")
    released(folder, "2026-01-01")
    file = folder / "customers.csv"
    head, *rows = file.read_text("utf-8").splitlines()
    moved = "acme,Acme Studio B.V.,business,,Rue 1,1000,Bruxelles,,BE,en,BE0400071253,2026-01-15,90000002"
    moved += ",,,,2026-01-15,2026-01-15"
    file.write_text("\n".join([head, *rows, moved]) + "\n", "utf-8")
    name, says = only(found(folder, "2026-02-01"))
    assert name == "changed-treatment"
    assert says.startswith("L308 VAT is treated otherwise than before: fee S 21% NL on INV-2026-00001 → AE 0% BE")


def test_a_warning_that_nobody_acknowledged(tmp_path: Path) -> None:
    side = '\namendment 1 from 2026-01-01 agreed 2026-02-15 "Back-dated"\n  change fee to 110.00 EUR per month\n'
    folder = space(tmp_path / "w", "warnings = true", FEE + side)
    name, says = only(found(folder, "2026-01-01"))
    assert (name, says[:8]) == ("warning", "L309 its")
    code = says.split("about: ")[1][:4]
    terms(folder, FEE + side.replace('"\n', f'"\n  acknowledge {code} "agreed by mail"\n'))
    assert not found(folder, "2026-01-01")


def test_a_release_of_a_doubt_does_not_cover_a_larger_one(tmp_path: Path) -> None:
    step = FEE + "  from 2026-02-01 150.00 EUR per month\n"
    folder = space(tmp_path / "w", "jump_percent = 20", step)
    released(folder, "2026-01-01")
    desk, day = runs.open_desk(folder), dt.date(2026, 2, 1)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        runs.plan(desk, book, day, day)
        runs.confirm(book, "tests", "checked", day, doubts=["jump"])
        assert [one.status for one in book.plan().drafts] == [DraftStatus.CONFIRMED]
    terms(folder, step.replace("150.00", "190.00"))
    desk = runs.open_desk(folder)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        again = runs.plan(desk, book, day, day)
        assert again.unconfirmed == ("acme-1",)
        assert [one.status for one in again.plan.drafts] == [DraftStatus.PLANNED]


def test_a_doubt_that_comes_up_after_the_confirmation_stops_the_issue(tmp_path: Path) -> None:
    folder = space(tmp_path / "w", "")
    day = dt.date(2026, 1, 1)
    desk = runs.open_desk(folder)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        runs.plan(desk, book, day, day)
        runs.confirm(book, "tests", "checked", day)
    settings = folder / "invoicer.toml"
    settings.write_text(settings.read_text("utf-8") + "first_invoice = true\n", "utf-8")
    desk = runs.open_desk(folder)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        result = runs.issue(desk, book, day, "tests")
        assert not result.issued
        assert result.dropped


RULES = """
first_invoice = true
[[review.rules]]
name = "small"
up_to = ["150.00 EUR"]
doubts = ["first-invoice"]
"""


def by_rules(folder: Path, day: dt.date) -> tuple[dict[str, tuple[int, ...]], tuple[PlannedDraft, ...]]:
    desk = runs.open_desk(folder)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        made = runs.plan(desk, book, day, day).plan
        return runs.release_by_rules(desk, book, made.id, day), book.plan().drafts


@pytest.mark.parametrize(
    ("price", "more", "covered"),
    [
        ("100.00", "", True),
        ("124.00", "", False),  # 150.04 with tax
        ("100.00", 'kinds = ["credit-note"]', False),
        ("100.00", 'owners = ["Sales"]', False),
        ("100.00", 'customers = ["acme"]', True),
        ("100.00", 'contracts = ["acme-1"]', True),
        ("100.00", 'contracts = ["acme-2"]', False),
    ],
)
def test_a_rule_releases_what_fits_it_and_signs(tmp_path: Path, price: str, more: str, covered: bool) -> None:
    folder = space(tmp_path / "w", RULES + more, FEE.replace("100.00", price))
    done, drafts = by_rules(folder, dt.date(2026, 1, 1))
    (draft,) = drafts
    assert done == ({"small": (1,)} if covered else {})
    assert [one.who for one in draft.decisions] == (["rule small"] * 2 if covered else [])
    if covered:
        assert draft.decisions[0].remark.startswith("doubts first-invoice; up to 150.00 EUR")


@pytest.mark.parametrize("asked", ["true", '["first-invoice"]'])
def test_a_rule_is_no_second_person_and_no_first(tmp_path: Path, asked: str) -> None:
    folder = space(tmp_path / "w", f"two_people = {asked}\n{RULES}")
    done, drafts = by_rules(folder, dt.date(2026, 1, 1))
    assert (done, [one.decisions for one in drafts]) == ({}, [()])


@pytest.mark.parametrize(("contracts", "covered"), [('["acme-1"]', False), ('["acme-1", "acme-2"]', True)])
def test_a_rule_for_one_contract_releases_no_invoice_that_it_shares(
    tmp_path: Path, contracts: str, covered: bool
) -> None:
    folder = space(tmp_path / "w", f"{RULES}contracts = {contracts}\n", FEE.replace("100.00", "50.00"))
    other = FEE.replace("acme-1", "acme-2").replace("100.00", "10.00")
    (folder / "contracts" / "other.terms").write_text(other, "utf-8")
    customers = folder / "customers.csv"
    head, first, *rest = customers.read_text("utf-8").splitlines()
    rows = [f"{head},invoices,when_held", f"{first},together,go-ahead", *(f"{row},," for row in rest)]
    customers.write_text("\n".join(rows) + "\n", "utf-8")
    done, drafts = by_rules(folder, dt.date(2026, 1, 1))
    assert [one.contracts for one in drafts] == [("acme-1", "acme-2")]
    assert done == ({"small": (1,)} if covered else {})


def test_whoever_chooses_a_contract_that_is_held_is_told_what_holds_it(tmp_path: Path) -> None:
    folder = space(tmp_path / "w", "", FEE)
    held = FEE.replace("acme-1", "acme-2").replace("100.00 EUR", "100.00 USD")
    (folder / "contracts" / "held.terms").write_text(held, "utf-8")
    desk, day = runs.open_desk(folder), dt.date(2026, 1, 1)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        runs.plan(desk, book, day, day)
        with pytest.raises(RunError, match=r"L122.*acme-2 has no draft in plan 1: it is held \(C011.*then plan again"):
            runs.confirm(book, "tests", "checked", day, only=runs.Only(contracts=["acme-1", "acme-2"]))


def test_a_choice_that_fits_nothing(tmp_path: Path) -> None:
    folder = space(tmp_path / "w", "")
    desk, day = runs.open_desk(folder), dt.date(2026, 1, 1)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        runs.plan(desk, book, day, day)
        with pytest.raises(RunError, match=r"L122.*invoicer waiting"):
            runs.confirm(book, "tests", "checked", day, only=runs.Only(customers=["nobody"]))


def test_waiting_tells_owner_deadline_and_who_is_next(tmp_path: Path) -> None:
    folder = space(tmp_path / "w", 'first_invoice = true\nconfirm_within_days = 3\nescalate_to = "Head of billing"')
    file = folder / "customers.csv"
    head, *rows = file.read_text("utf-8").splitlines()
    file.write_text("\n".join([f"{head},owner", *(f"{row},Sales" for row in rows)]) + "\n", "utf-8")
    desk, day = runs.open_desk(folder), dt.date(2026, 1, 1)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        runs.plan(desk, book, day, day)
        for today, late, escalated in ((4, 0, ""), (5, 1, "Head of billing")):
            (one,) = runs.waiting(desk, book, dt.date(2026, 1, today))
            assert (one.owner, one.contracts, one.waits_for) == ("Sales", ("acme-1",), ("first-invoice",))
            assert (one.since, one.deadline) == (day, dt.date(2026, 1, 4))
            assert (one.late, one.escalated) == (late, escalated)
        runs.reject(book, "Sales", "not yet", day, only=runs.Only(owners=["Sales"], owner_of=desk.workspace.owners))
        (one,) = runs.waiting(desk, book, day)
        assert one.waits_for == ("rejected by Sales: not yet",)

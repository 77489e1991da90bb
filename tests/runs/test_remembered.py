"""What an account came to is remembered: only what is changed is worked out again, and the answer is the same."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
import sqlalchemy as sa

from invoicer import ledger, runs, workspace
from invoicer.domain.correction import CreditReason
from invoicer.errors import RunError
from invoicer.ledger import Ledger, schema
from tests.keeping import Memory
from tests.ledger.papers import by_hand
from tests.machine.laws import the_same_is_remembered

DAY, NEXT = dt.date(2026, 3, 1), dt.date(2026, 4, 1)
KEPT = ("acht-murmeltiere", "bla-igelkott", "cardboard-rocket", "denkbeeldig-ziekenhuis", "drei-pinguine", "kolm-potra")
ROCKET, VAULT, STUDIO, POTRA = "rocket-launchpad", "murmeltiere-vault", "igelkott-studio", "potra-cluster"
HOSPITAL, PENGUINS = {"ziekenhuis-campaign", "ziekenhuis-platform"}, {"pinguine-cluster", "pinguine-lab"}
ALL = {ROCKET, VAULT, STUDIO, POTRA} | HOSPITAL | PENGUINS


class Town:
    """A few contracts of the hosting example, billed once, with a memory."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.memory = Memory()
        self.worked: set[str] = set()
        story = import_module("invoicer.runs.derive")  # the function has the name of its file
        real = story.work_out

        def work_out(desk: runs.Desk, *rest: object) -> object:
            self.worked |= {contract.id for contract in desk.contracts}
            return real(desk, *rest)

        monkeypatch.setattr(story, "work_out", work_out)

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace the first place that fits a pattern."""
        path = self.folder / name
        text = path.read_text("utf-8")
        changed = re.sub(old, new, text, count=1, flags=re.M)
        assert changed != text, (name, old)
        path.write_text(changed, "utf-8")

    @contextmanager
    def open(self) -> Iterator[tuple[runs.Desk, Ledger]]:
        desk = runs.open_desk(self.folder)
        space = desk.workspace
        with ledger.open_ledger(space.ledger_folder, writing=True, documents=space.documents_folder) as book:
            yield desk, book

    def anew(self, day: dt.date = NEXT) -> set[str]:
        """The contracts that are worked out anew; the answer is that of a run that remembers nothing."""
        with self.open() as (desk, book):
            self.worked = set()
            kept: tuple[set[bytes], set[bytes]] = (set(), set())
            found = runs.derive(replace(desk, memory=lambda: self.memory), book, day, kept[0].update)
            worked = set(self.worked)
            the_same_is_remembered(runs.derive(desk, book, day, kept[1].update), found)
            assert kept[0] == kept[1], "contents"
        return worked


@pytest.fixture(scope="module")
def billed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("remembered") / "space"
    workspace.copy_example("hosting", folder)
    for path in (folder / "contracts").iterdir():
        if path.stem not in KEPT:
            path.unlink()
    desk = runs.open_desk(folder)
    with ledger.open_ledger(folder / "ledger", writing=True, documents=folder / "documents") as book:
        runs.plan(desk, book, DAY, DAY)
        runs.confirm(book, "tests", "checked", DAY)
        runs.issue(desk, book, DAY, "tests")
    return folder


@pytest.fixture
def town(billed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    town = Town(Path(shutil.copytree(billed, tmp_path / "space")), monkeypatch)
    assert town.anew() == ALL
    assert town.anew() == set()
    return town


EDITS = [
    ("contracts/bla-igelkott.terms", r"(\d+)\.00 EUR per month", r"\g<1>.50 EUR per month", {STUDIO}),
    ("price-lists/hosting-2026.terms", r"(\d+)\.00 EUR per", r"\g<1>.50 EUR per", {VAULT, POTRA, "pinguine-cluster"}),
    ("customers.csv", r"^(bla-igelkott;[^;]*;[^;]*;[^;]*;)", r"\1Nya ", {STUDIO}),
    ("rates/eurofxref-hist.csv", r"^2026-03-31,1\.(\d)\d", r"2026-03-31,1.\g<1>0", {ROCKET}),
    ("rates/eurofxref-hist.csv", r"^(2026-06-30,1\.\d\d)\d", r"\g<1>0", set()),  # a day that nobody asked for
    ("inputs/availability-2026.csv", r"99\.98", "97.11", {VAULT}),
    ("usage/gpu-2026.csv", r"hours,2026(.*),2\.48,", r"hours,2026\1,3.48,", {"pinguine-lab"}),
    ("plugins/purchase_orders.py", r"50_000", "51_000", ALL),
    ("invoicer.toml", r"\A", "# looked through\n", ALL),
]


def test_what_is_changed_is_worked_out_again_and_nothing_else(town: Town) -> None:
    for name, old, new, touched in EDITS:
        town.edit(name, old, new)
        assert town.anew() == touched, (name, old)


def test_what_is_issued_asked_for_or_gone_concerns_its_own_account(town: Town) -> None:
    with town.open() as (desk, book):
        runs.plan(desk, book, NEXT, NEXT)
        runs.confirm(book, "tests", "checked", NEXT, contracts=[ROCKET])
        number = runs.issue(desk, book, NEXT, "tests").issued[0].number
    assert town.anew() == {ROCKET}
    with town.open() as (desk, book):
        runs.credit(desk, book, number, CreditReason.OTHER_ERROR, "tests", "as a courtesy", NEXT)
    assert town.anew() == {ROCKET}
    assert town.anew() == {ROCKET}  # what somebody asked for is looked at each time
    (town.folder / "contracts/bla-igelkott.terms").unlink()
    assert town.anew() == {ROCKET}  # nothing is left to be worked out of what is gone; it is held


def test_what_holds_is_told_as_it_is_today(town: Town) -> None:
    """The terms are wrong, and then they are wrong in another way; the law compares what is told."""
    for old, new in (("EUR per month", "EUR per mnth"), ("EUR per mnth", "EUR per fortnite")):
        town.edit("contracts/bla-igelkott.terms", old, new)
        assert town.anew() == set()


def test_lines_of_what_is_gone_are_proved_before_they_are_asked_what_it_continued(town: Town) -> None:
    (town.folder / "contracts/bla-igelkott.terms").unlink()
    assert town.anew() == set()
    with by_hand(town.folder) as connection:
        assert connection.execute(sa.delete(schema.billed).where(schema.billed.c.contract == STUDIO)).rowcount
    with town.open() as (desk, book), pytest.raises(RunError, match=r"L114.*billed lines of igelkott-studio"):
        runs.derive(replace(desk, memory=lambda: town.memory), book, NEXT)


def test_lines_of_what_is_worked_out_are_proved_and_of_nothing_else(town: Town) -> None:
    """Under the names that the contract had when they were billed."""
    assert town.anew() == set()
    with by_hand(town.folder) as connection:
        assert connection.execute(sa.delete(schema.billed).where(schema.billed.c.contract == STUDIO)).rowcount
    with town.open() as (desk, book):
        runs.derive(replace(desk, memory=lambda: town.memory), book, NEXT)
    for old, new in ((r"(\d+)\.00 EUR per month", r"\g<1>.50 EUR per month"), (STUDIO, "studio-2026")):
        town.edit("contracts/bla-igelkott.terms", old, new)
        if new == "studio-2026":
            town.edit("contracts/bla-igelkott.terms", r"^(contract .*)$", rf"\1\n  renamed from {STUDIO}")
        with town.open() as (desk, book), pytest.raises(RunError, match=r"L114.*billed lines of igelkott-studio"):
            runs.derive(replace(desk, memory=lambda: town.memory), book, NEXT)


def test_another_day_or_another_ledger_is_another_question(town: Town) -> None:
    assert town.anew(dt.date(2026, 4, 2)) == ALL
    with town.open() as (_, book):
        billed = book.billed_contracts()
    shutil.rmtree(town.folder / "ledger")
    shutil.rmtree(town.folder / "documents")
    assert town.anew() == billed  # of others nothing has changed: nothing was billed then, and nothing is now


def test_what_was_issued_meanwhile_is_not_remembered(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then some accounts were worked out with more than what the key says."""
    kept = dict(town.memory.kept)
    town.edit("contracts/bla-igelkott.terms", r"(\d+)\.00 EUR per month", r"\g<1>.50 EUR per month")
    lengths = iter(range(100))
    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "length", lambda _: next(lengths))
        assert town.anew() == {STUDIO}
    assert town.memory.kept == kept
    assert town.anew() == {STUDIO}


@pytest.mark.parametrize("harm", [b"", b"x", b"\0" * 200])
def test_what_was_damaged_is_worked_out_anew(town: Town, harm: bytes) -> None:
    town.memory.kept = dict.fromkeys(town.memory.kept, harm)
    assert town.anew() == ALL
    assert town.anew() == set()

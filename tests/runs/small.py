"""Small workspaces for tests of whole stories: the first lines of a contract, what holds it, what is issued."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from invoicer import documents, ledger, runs, workspace
from invoicer.domain.document import Document
from invoicer.errors import Problem, Severity


def heading(name: str, title: str, bill: str = "monthly in advance on day 1", supply: str = "hosting") -> str:
    """The first lines of a contract from 2026 between the seller and a customer of a new workspace."""
    return f"""contract {name} "{title}"
  seller my-company
  customer acme
  currency EUR
  agreed 2025-12-12
  term open from 2026-01-01
  bill {bill}
  pay within 30 days
  supply {supply}
"""


def insurer(folder: Path) -> Path:
    """A new workspace without contracts, of a seller of insurance (supply kind ``cover``)."""
    workspace.new_workspace(folder)
    (folder / "contracts" / "acme-2026.terms").unlink()
    settings = folder / "invoicer.toml"
    settings.write_text(settings.read_text("utf-8").replace("[supply]\n", '[supply]\ncover = "insurance"\n'), "utf-8")
    return folder


def held(folder: Path, contract: str, on: str) -> tuple[Problem, ...]:
    """What holds a contract when everything is planned on a day."""
    desk, day = runs.open_desk(folder), dt.date.fromisoformat(on)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        return runs.plan(desk, book, day, day).plan.holds.get(contract, ())


def issue(folder: Path, on: str, *holds: str) -> list[Document]:
    """What is issued when everything is planned and released on a day. Nothing may be wrong or held (but with these
    codes), and the log stays sound."""
    desk, day = runs.open_desk(folder), dt.date.fromisoformat(on)
    assert not [one for one in desk.problems() if one.severity is not Severity.WARNING]
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        planned = runs.plan(desk, book, day, day).plan
        assert not {one for found in planned.holds.values() for one in found if one.code not in holds}, planned.holds
        if not planned.drafts:
            return []
        runs.confirm(book, "tests", "checked", day)
        made = [book.document(one.number) for one in runs.issue(desk, book, day, "tests").issued]
        billed = book.billed({line.contract for paper in made for line in paper.lines})
        for paper in made:  # issuing works on plain data, and reads of it what it asks for
            assert tuple(line for line in billed if line.document == paper.number) == documents.billed_lines(paper)
        assert not book.verify_chain()
        return made

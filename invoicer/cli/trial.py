"""cli: the command that tries the examples beside contracts."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from invoicer import runs
from invoicer.cli import output, words
from invoicer.cli.app import PROBLEMS, Session, json_option, reports_problems, workspace_of
from invoicer.domain.money import Money
from invoicer.errors import Place, Problem, RunError, Severity
from invoicer.runs.examples import Difference
from invoicer.workspace.model import SETTINGS


@click.command(short_help="Try the examples beside contracts.")
@click.argument("what", nargs=-1, metavar="[CONTRACT|FILE]...")
@json_option
@click.pass_obj
@reports_problems
def test(session: Session, what: tuple[str, ...], as_json: bool) -> None:
    """Work out the examples (`expect`) of all contracts, or of those named, and compare.

    \b
    Examples:
      invoicer test
      invoicer test acme-2026
      invoicer test contracts/acme.terms

    Every plan does the same first: a contract with an example that fails is held.
    """
    files = [Path(one) for one in what if one.endswith(".terms")]
    place = workspace_of(files[0].parent) if files and session.implied else session.folder
    desk = runs.open_desk(place) if (place / SETTINGS).is_file() or not files else None
    found = _files(files, desk, set(what) - {str(file) for file in files})
    rows = desk.workspace.customers if desk else {}
    lawful = [runs.under_law(desk, one, dt.date.max) for one in found.contracts] if desk else found.contracts
    tried = [one for contract in lawful for one in runs.try_out(contract, rows.get(contract.customer))]
    errors = [problem for problem in found.problems if problem.severity is not Severity.WARNING]
    if as_json:
        output.as_json(
            {
                "examples": [_data(one) for one in tried],
                "not_tried": sorted(found.refused),
                "problems": [output.problem_data(one) for one in errors],
            }
        )
    else:
        output.show_problems(errors, found.texts)
        _show(tried, found, bool(errors))
    sys.exit(PROBLEMS if errors or not all(one.passed for one in tried) else 0)


def _files(files: list[Path], desk: runs.Desk | None, ids: set[str]) -> runs.Files:
    """The contracts of the files and of those ids; all of the workspace where none is named."""
    for file in files:
        if not file.is_file():
            raise RunError(Problem("L222", Place(str(file)), "there is no such file", "check its name and folder"))
    found = runs.load_files(files, desk) if files else runs.Files((), (), {})
    if desk is None or (files and not ids):
        return found
    known = desk.contracts
    for one in sorted(ids - known.cards.keys() - desk.terms.refused.keys()):
        mend = f"the contracts are {', '.join(known.cards)}"
        raise RunError(Problem("L206", Place(part=f"contract {one}"), "no file has such a contract", mend))
    chosen = known.only(ids) if ids else known
    refused = [one for contract, problems in desk.refusals().items() if not ids or contract in ids for one in problems]
    problems = tuple(dict.fromkeys((*found.problems, *refused)))
    untried = {contract: found for contract, found in desk.refusals().items() if not ids or contract in ids}
    return runs.Files(
        (*found.contracts, *chosen), problems, {**found.texts, **desk.terms.texts}, {**found.refused, **untried}
    )


def _show(tried: list[runs.Tried], found: runs.Files, wrong: bool) -> None:
    out = output.console()
    if wrong:
        which = f"the examples of {', '.join(sorted(found.refused))}" if found.refused else "its examples"
        out.print(
            f"Not tried, because of the errors: {which}." if tried else "No example was tried: mend the errors first."
        )
        if not tried:
            return
    if not tried:
        out.print("There are no examples here: write some with `expect` at the end of a contract.")
        return
    rows = ((one.contract, one.example.title, one.example.on, "ok" if one.passed else "FAILS") for one in tried)
    out.print(output.table("", ("Contract", "Example", "Invoice on", "Result"), rows))
    for one in tried:
        if not one.passed:
            out.print()
            out.print(Text(f"{one.contract}: {one.example.title}, invoice on {one.example.on}", "bold"))
            for doubt in one.doubts:
                out.print(f"  can't be worked out: {doubt.cause}; {doubt.mend}")
            _show_differences(one.differences, found)
    failed = sum(not one.passed for one in tried)
    out.print(f"\n{output.counted(len(tried), 'example')}: {failed or 'none'} {'fails' if failed == 1 else 'fail'}.")


def _show_differences(differences: Iterable[Difference], found: runs.Files) -> None:
    out = output.console()
    for one in differences:
        out.print(f"  {one.expected}: expected {_or_none(one.expected.amount)}, actual {_or_none(one.actual)}")
        out.print(words.tree_of(one.trace, partial(runs.clause_words, found.texts)))


def _or_none(amount: Money | None) -> str:
    return str(amount) if amount else "no line"


def _data(tried: runs.Tried) -> dict[str, Any]:
    return {
        "contract": tried.contract,
        "example": tried.example.title,
        "on": tried.example.on.isoformat(),
        "known_on": tried.example.known_on.isoformat(),
        "passed": tried.passed,
        "doubts": [output.problem_data(doubt) for doubt in tried.doubts],
        "differences": [
            {
                "line": str(one.expected),
                "expected": str(one.expected.amount.amount) if one.expected.amount else None,
                "actual": str(one.actual.amount) if one.actual else None,
                "trace": words.trace_data(one.trace),
            }
            for one in tried.differences
        ],
    }


COMMANDS = (test,)

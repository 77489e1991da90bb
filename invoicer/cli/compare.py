"""cli: diff, two versions of contracts in money."""

from __future__ import annotations

import datetime as dt
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from invoicer import runs
from invoicer.cli import output, tables
from invoicer.cli.app import PROBLEMS, Day, EveryQuantity, Session, json_option, reports_problems, workspace_of
from invoicer.domain.money import Money, total
from invoicer.domain.trace import Clause
from invoicer.runs.changes import Change
from invoicer.runs.compared import Row
from invoicer.workspace.model import SETTINGS

Version = click.Path(path_type=Path, exists=True)
COLUMNS = ("Charge", "Days", "Old", "New", "Difference", "Why")


@click.command(short_help="Compare two versions of contracts, in money.")
@click.argument("old", type=Version)
@click.argument("new", type=Version)
@click.option("--contract", "contracts", multiple=True, help="Only this contract (repeatable).")
@click.option(
    "--given",
    type=EveryQuantity(),
    multiple=True,
    help="METER=QUANTITY for every billing period, or INDEX:MONTH=VALUE (repeatable).",
)
@click.option("--from", "since", type=Day(), help="First day compared (default: the start of each contract).")
@click.option("--until", type=Day(), help="Last day compared (default: the end of the term, at most two years ahead).")
@click.option("--as-of", type=Day(), help="See terms and usage as known on this day (default: all that is agreed).")
@click.option("--exit-code", is_flag=True, help="End with 1 where money changes, for scripts.")
@json_option
@click.pass_obj
@reports_problems
def diff(
    session: Session,
    old: Path,
    new: Path,
    contracts: tuple[str, ...],
    given: tuple[tuple[str, Fraction], ...],
    since: dt.date | None,
    until: dt.date | None,
    as_of: dt.date | None,
    exit_code: bool,
    as_json: bool,
) -> None:
    """Compare what two versions of contracts come to: which billing periods change by how much, and why.

    \b
    Examples:
      invoicer diff acme-old.terms contracts/acme.terms
      invoicer diff acme-old.terms contracts/acme.terms --given api-calls=250000
      invoicer diff acme-old.terms contracts/acme.terms --given NL-CPI-2015:2026-10=127.30
      invoicer diff ../last-month . --contract acme-2026

    OLD and NEW are terms files, or folders (to see what a changed price list does to all contracts). A file is read with the
    price lists, customers and usage of the workspace around NEW (or of -w).

    What depends on usage that is neither measured nor given is listed, not counted; --given also takes INPUT=FIGURE, for
    every period that figures are stated for, and the value of an index for a month. The exit code is 1 where contracts could
    not be compared.
    """
    if since and until and until < since:
        raise click.BadParameter(f"{until} lies before --from {since}", param_hint="--until")
    desk = _desk_of(session, new)
    versions = [runs.read_version(path, desk) for path in (old, new)]
    found = runs.diff(
        versions[0],
        versions[1],
        session.today(desk) if desk else session.now.date(),
        desk=desk,
        given=dict(given),
        contracts=contracts,
        since=since,
        until=until,
        known_on=as_of,
    )
    if as_json:
        output.as_json(diff_data(found))
    else:
        show(found, versions)
    failed = any(one.problems for one in found.contracts)
    sys.exit(PROBLEMS if failed or (exit_code and any(one.moves_money for one in found.contracts)) else 0)


def _desk_of(session: Session, new: Path) -> runs.Desk | None:
    """The workspace that a version which is a file is read in: that which was named, or the one around the newer version, or
    around the current folder."""
    around = workspace_of(new if new.is_dir() else new.parent) if session.implied else session.folder
    place = around if (around / SETTINGS).is_file() else session.folder
    return runs.open_desk(place) if (place / SETTINGS).is_file() else None


# ------------------------------------------------------------------ for people


def show(found: runs.Diff, versions: Sequence[runs.Version]) -> None:
    """A table for each contract that changes, the totals, and a line about the others."""
    out = output.console()
    if found.problems:
        output.errors().print(
            f"The usage has {output.counted(len(found.problems), 'problem')}: `invoicer plan` shows them."
        )
    quiet = []
    for one in found.contracts:
        if one.problems:
            output.show_problems(
                one.problems, versions[1].texts if one.id in versions[1].refused else versions[0].texts
            )
            output.errors().print(f"{one.id} can't be compared.\n", markup=False)
        elif one.rows or one.besides:
            _show_contract(one)
        else:
            quiet.append(one.id)
    changed = [one for one in found.contracts if one.rows]
    if len(changed) > 1:
        out.print(_totals(changed))
        out.print()
    if quiet:
        named = ", ".join(quiet) if len(quiet) <= 5 else output.counted(len(quiet), "contract")
        out.print(f"No change: {named}.", soft_wrap=True)
    if any(row.depends or row.doubt for one in changed for row in one.rows):
        out.print("A question mark stands for what is not known: --given NAME=QUANTITY or INDEX:MONTH=VALUE counts it.")
    out.print(f"As known on {found.known_on}; amounts as the contract states them, before tax is added.")


def _show_contract(one: runs.ContractDiff) -> None:
    out = output.console()
    title = f"{one.id}, {one.days}"
    reasons: dict[str, int] = {}
    if one.rows:
        out.print(output.table(title, COLUMNS, [*_rows(one.rows, reasons), *_sums(one)], right=COLUMNS[2:5]))
    else:
        out.print(f"{title}: no money changes", soft_wrap=True)
    for reason, number in reasons.items():
        out.print(f"{number}. {reason}", soft_wrap=True)
    for currency, (count, net) in sorted(one.same.items()):
        amount = f"{tables.amount(net)} {currency}"
        out.print(f"Unchanged: {output.counted(count, 'billing period')}, {amount} in both versions.")
    if one.same_usage:
        out.print(f"Priced alike: {output.counted(one.same_usage, 'billing period')} whose quantity is not known.")
    for change in one.besides:
        out.print(f"Besides: {_reason(change)}", soft_wrap=True)
    out.print()


def _rows(rows: Iterable[Row], reasons: dict[str, int]) -> Iterable[tuple[str, ...]]:
    """The rows; periods that follow each other and change alike stand in one. Their ``reasons`` get numbers."""
    groups: list[list[Row]] = []
    for row in rows:
        if groups and groups[-1][-1].days.end == row.days.start and _alike(groups[-1][-1]) == _alike(row):
            groups[-1].append(row)
        else:
            groups.append([row])
    for group in groups:
        first, count = group[0], len(group)
        why = [_reason(change) for change in first.because]
        why += [f"depends on {first.depends}, which is not known"] if first.depends else []
        why += [first.doubt] if first.doubt else []
        differences = [row.difference for row in group if row.difference is not None]
        yield (
            str(first.component),
            f"{first.days.start} to {group[-1].days.last_day}",
            _said(first.old, count),
            _said(first.new, count),
            signed(total(differences, first.currency)) if differences else "?",
            ", ".join(str(reasons.setdefault(reason, len(reasons) + 1)) for reason in why),
        )


def _alike(row: Row) -> tuple[object, ...]:
    return row.component, row.old, row.new, row.depends, row.doubt, row.because


def _said(net: Money | None, count: int) -> str:
    amount = "?" if net is None else tables.amount(net)
    return amount if count == 1 or (net is not None and not net) else f"{count} × {amount}"


def _sums(one: runs.ContractDiff) -> Iterable[tuple[str, ...]]:
    more = any(row.difference is None for row in one.rows)
    for code, (old, new) in one.totals.items():
        plus = " + ?" if more else ""
        yield (
            f"All, {code}",
            str(one.days),
            tables.amount(old) + plus,
            tables.amount(new) + plus,
            signed(new - old) + plus,
            "",
        )


def _totals(contracts: Iterable[runs.ContractDiff]) -> Table:
    sums: dict[str, list[tuple[Money, Money]]] = defaultdict(list)
    for one in contracts:
        for code, pair in one.totals.items():
            sums[code].append(pair)
    rows = []
    for code, pairs in sorted(sums.items()):
        old, new = total((a for a, _ in pairs), code), total((b for _, b in pairs), code)
        rows.append((code, tables.amount(old), tables.amount(new), signed(new - old)))
    columns = ("Cur", "Old", "New", "Difference")
    return output.table("All contracts that change", columns, rows, right=columns[1:])


def signed(difference: Money) -> str:
    """A difference with its sign."""
    return ("+" if difference.amount > 0 else "") + tables.amount(difference)


def words(change: Change) -> str:
    """What a change says: old → new."""
    if not change.old and not change.new:
        return "changed"
    return f"{change.old or 'none'} → {change.new or 'none'}"


def _reason(change: Change) -> str:
    where = _clauses(change.old_clause, change.new_clause)
    return f"{change.name}: {words(change)}" + (f" ({where})" if where else "")


def _clauses(old: Clause | None, new: Clause | None) -> str:
    """Where it stands: file and line of both versions; the file once, where it is the same."""
    if old is None or new is None:
        return str(old or new or "")
    if old.file == new.file:
        return f"{old.file}:{old.line}" + (f" → {new.line}" if new.line != old.line else "")
    return f"{old.file}:{old.line} → {new.file}:{new.line}"


# ------------------------------------------------------------------ for programs


def diff_data(found: runs.Diff) -> dict[str, Any]:
    """A comparison as plain data: amounts are text, days inclusive."""
    return {
        "known_on": found.known_on.isoformat(),
        "contracts": [_contract_data(one) for one in found.contracts],
        "problems": [output.problem_data(problem) for problem in found.problems],
    }


def _contract_data(one: runs.ContractDiff) -> dict[str, Any]:
    return {
        "contract": one.id,
        "title": one.title,
        "from": one.days.start.isoformat(),
        "to": one.days.last_day.isoformat(),
        "periods": [_row_data(row) for row in one.rows],
        "unchanged": [
            {"currency": code, "periods": count, "amount": str(net.amount)} for code, (count, net) in one.same.items()
        ],
        "priced_alike": one.same_usage,
        "totals": [
            {"currency": code, "old": str(old.amount), "new": str(new.amount), "difference": str((new - old).amount)}
            for code, (old, new) in one.totals.items()
        ],
        "besides": [_change_data(change) for change in one.besides],
        "problems": [output.problem_data(problem) for problem in one.problems],
    }


def _row_data(row: Row) -> dict[str, Any]:
    def amount(net: Money | None) -> str | None:
        return None if net is None else str(net.amount)

    return {
        "charge": row.component.charge,
        "component": str(row.component),
        "title": row.title,
        "from": row.days.start.isoformat(),
        "to": row.days.last_day.isoformat(),
        "currency": row.currency,
        "old": amount(row.old),
        "new": amount(row.new),
        "difference": amount(row.difference),
        "depends_on": row.depends or row.doubt or None,
        "because": [_change_data(change) for change in row.because],
    }


def _change_data(change: Change) -> dict[str, Any]:
    return {
        "what": change.name,
        "old": change.old or None,
        "new": change.new or None,
        "old_clause": str(change.old_clause) if change.old_clause else None,
        "new_clause": str(change.new_clause) if change.new_clause else None,
        "from": change.days.start.isoformat() if change.days else None,
        "to": change.days.last_day.isoformat() if change.days else None,
    }


COMMANDS = (diff,)

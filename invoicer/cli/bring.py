"""cli: the command that brings what another system has billed: import-billed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from invoicer import runs
from invoicer.cli import output, tables
from invoicer.cli.app import Session, json_option, reports_problems
from invoicer.cli.batch import as_of_option, by_option, dry_run_option, opened, show_plan
from invoicer.domain.document import Kind
from invoicer.domain.money import total
from invoicer.ledger import Foreign


@click.command("import-billed", short_help="Take what another system has billed already.")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@as_of_option
@click.option("--withdraw", metavar="NUMBER", help="Take back what was imported as this number.")
@click.option("--remark", default="", help="Why it is withdrawn, for the log.")
@by_option
@dry_run_option
@json_option
@click.pass_obj
@reports_problems
def import_billed(
    session: Session,
    file: Path | None,
    as_of: dt.date | None,
    withdraw: str | None,
    remark: str,
    by: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take a CSV file of what another system has billed, so that nothing of it is billed again.

    \b
    Examples:
      invoicer import-billed billed.csv --dry-run --as-of 2026-07-01
      invoicer import-billed billed.csv
      invoicer import-billed --withdraw OLD-1207 --remark "wrong amount in the file"

    A row is a line of an invoice or credit note: number, issued, customer, contract, charge, from, to, net, currency, vat.
    Everything that is wrong is told in one pass, and a file is taken whole or not at all. The same file again does
    nothing; rows that were added are taken, rows that were changed are refused.

    --dry-run shows what would be taken, and what the plan (as of a day) would bill then.
    """
    if (file is None) == (withdraw is None):
        raise click.UsageError("Name the file, or a number with --withdraw.")
    desk = session.desk()
    today = session.today(desk)
    if withdraw is not None:
        with opened(desk, writing=not dry_run) as book:
            runs.withdraw_import(book, withdraw, by, remark, today, keep=not dry_run)
        would = "Would take" if dry_run else "Took"
        if as_json:
            output.as_json({"withdrawn": withdraw})
        else:
            output.console().print(f"{would} back what was imported as {withdraw}.", markup=False)
        return
    assert file is not None
    following = (as_of or today) if dry_run else None
    with opened(desk, writing=not dry_run) as book:
        found = runs.import_billed(desk, book, file, by, today, keep=not dry_run, as_of=following)
    if as_json:
        output.as_json(brought_data(found))
        return
    show(found, dry_run)


def show(found: runs.Brought, dry_run: bool) -> None:
    """What a file brought, as a person reads it."""
    out = output.console()
    output.show_problems(found.warnings, {})
    if found.taken.known:
        said = output.counted(len(found.taken.known), "document")
        out.print(f"{said} of this file {'was' if len(found.taken.known) == 1 else 'were'} imported before.")
    if not found.new:
        out.print("Nothing is new, and nothing is done.")
    else:
        columns = ("Number", "Issued", "Customer", "Contracts", "Lines", "Cur", "Net")
        cells = (
            (
                one.document.number,
                one.document.issue_date,
                one.document.customer.name,
                ", ".join(dict.fromkeys(line.contract for line in one.document.lines)),
                len(one.document.lines),
                one.document.currency,
                tables.amount(signed(one)),
            )
            for one in found.new
        )
        title = "What would be imported" if dry_run else "Imported"
        out.print(output.table(title, columns, cells, right=("Lines", "Net")))
        currencies = sorted({one.document.currency for one in found.new})
        sums = (total((signed(one) for one in found.new if one.document.currency == each), each) for each in currencies)
        out.print(f"{output.counted(len(found.new), 'document')}: {', '.join(map(str, sums))}")
    if found.next_plan is not None:
        out.print("")
        show_plan(found.next_plan, stored=False)


def signed(one: Foreign) -> Any:
    """The net amount; of a credit note below zero."""
    return -one.document.net if one.document.kind is Kind.CREDIT_NOTE else one.document.net


def brought_data(found: runs.Brought) -> dict[str, Any]:
    """What a file brought, as plain data."""
    new = set(found.taken.new)
    return {
        "documents": [
            {
                "number": one.document.number,
                "new": one.document.number in new,
                "kind": one.document.kind.value,
                "issued": one.document.issue_date.isoformat(),
                "seller": one.document.seller.id,
                "customer": one.document.customer.id,
                "currency": one.document.currency,
                "net": str(signed(one).amount),
                "lines": len(one.document.lines),
            }
            for one in found.documents
        ],
        "warnings": [output.problem_data(problem) for problem in found.warnings],
        "plan": tables.plan_data(found.next_plan) if found.next_plan else None,
    }


COMMANDS = (import_billed,)

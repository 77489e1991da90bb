"""cli: the command that brings what another system has billed: import-billed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import click

from invoicer import runs
from invoicer.cli import output, tables
from invoicer.cli.app import Session, json_option, reports_problems
from invoicer.cli.batch import as_of_option, by_option, dry_run_option, opened, show_plan
from invoicer.domain.document import Document, Kind
from invoicer.domain.money import Money, total


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

    --dry-run shows what would be taken, and what the plan (as of a day) would bill then; of what is withdrawn, what would
    be taken back.
    """
    if (file is None) == (withdraw is None):
        raise click.UsageError("Name the file, or a number with --withdraw.")
    if as_of and (file is None or not dry_run):
        raise click.UsageError("--as-of is the day of the plan that --dry-run shows for a file.")
    if remark and withdraw is None:
        raise click.UsageError("--remark says why something is withdrawn: it goes with --withdraw.")
    desk = session.desk()
    today = session.today(desk)
    if file is None:
        number = withdraw or ""
        with opened(desk, writing=not dry_run) as book:
            document = runs.withdraw_import(book, number, by, remark, today, keep=not dry_run)
        if as_json:
            output.as_json(answer([document], withdrawn=document.number))
            return
        show_documents("What would be taken back" if dry_run else "Taken back", [document])
        counts, bills = ("would count", "would bill") if dry_run else ("counts", "bills")
        output.console().print(f"What it billed {counts} as not billed: the next plan {bills} what the terms owe.")
        return
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
        show_documents("What would be imported" if dry_run else "Imported", [one.document for one in found.new])
    if found.next_plan is not None:
        out.print("")
        show_plan(found.next_plan, stored=False)


def show_documents(title: str, documents: Sequence[Document]) -> None:
    """Documents with their net amounts, and what they come to in each currency."""
    out = output.console()
    columns = ("Number", "Issued", "Customer", "Contracts", "Lines", "Cur", "Net")
    cells = (
        (
            one.number,
            one.issue_date,
            one.customer.name,
            ", ".join(dict.fromkeys(line.contract for line in one.lines)),
            len(one.lines),
            one.currency,
            tables.amount(signed(one)),
        )
        for one in documents
    )
    out.print(output.table(title, columns, cells, right=("Lines", "Net")))
    currencies = sorted({one.currency for one in documents})
    sums = (total((signed(one) for one in documents if one.currency == each), each) for each in currencies)
    out.print(f"{output.counted(len(documents), 'document')}: {', '.join(map(str, sums))}")


def signed(one: Document) -> Money:
    """The net amount; of a credit note below zero."""
    return -one.net if one.kind is Kind.CREDIT_NOTE else one.net


def brought_data(found: runs.Brought) -> dict[str, Any]:
    """What a file brought, as plain data."""
    return answer(
        [one.document for one in found.documents],
        new=found.taken.new,
        warnings=[output.problem_data(problem) for problem in found.warnings],
        plan=tables.plan_data(found.next_plan) if found.next_plan else None,
    )


def answer(
    documents: Sequence[Document],
    *,
    new: Collection[str] = (),
    withdrawn: str | None = None,
    warnings: Sequence[Any] = (),
    plan: Any = None,
) -> dict[str, Any]:
    """The one form of what programs are told, of an import and of what is withdrawn."""
    return {
        "documents": [
            {
                "number": one.number,
                "new": one.number in new,
                "kind": one.kind.value,
                "issued": one.issue_date.isoformat(),
                "seller": one.seller.id,
                "customer": one.customer.id,
                "currency": one.currency,
                "net": str(signed(one).amount),
                "lines": len(one.lines),
            }
            for one in documents
        ],
        "withdrawn": withdrawn,
        "warnings": list(warnings),
        "plan": plan,
    }


COMMANDS = (import_billed,)

"""cli: the commands by which people decide what goes out: confirm, reject, waiting."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Collection, Iterable
from typing import Any, ParamSpec, TypeVar

import click
from rich.table import Table

from invoicer import runs
from invoicer.cli import output, tables
from invoicer.cli.app import PROBLEMS, Session, json_option, reports_problems
from invoicer.cli.batch import by_option, dry_run_option, opened, plan_option
from invoicer.domain.doubt import DoubtName
from invoicer.domain.money import Money
from invoicer.errors import Place, Problem, RunError
from invoicer.ledger import Ledger, Plan, PlannedDraft
from invoicer.runs.waiting import Waits, missing, waits
from invoicer.workspace import mend_by_choice
from invoicer.workspace.checks import Flaw
from invoicer.workspace.review import amount

P = ParamSpec("P")
R = TypeVar("R")


class Amount(click.ParamType[Money]):
    """An amount with its currency."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Money:
        if isinstance(value, Money):
            return value
        try:
            return amount(value)
        except Flaw as flaw:
            self.fail(f"{flaw.cause}; {flaw.mend}", param, ctx)


def choosing(command: Callable[P, R]) -> Callable[P, R]:
    """The options that say which drafts are meant."""
    names = [str(name) for name in DoubtName]
    options = [
        click.option("--contract", "contracts", multiple=True, help="Only the drafts of this contract (repeatable)."),
        click.option("--customer", "customers", multiple=True, help="Only those of this customer (repeatable)."),
        click.option("--owner", "owners", multiple=True, help="Only those of this owner's customers (repeatable)."),
        click.option("--seller", "sellers", multiple=True, help="Only those of this seller (repeatable)."),
        click.option("--currency", "currencies", multiple=True, help="Only those in this currency (repeatable)."),
        click.option("--up-to", type=Amount(), help='Only those of at most this amount with tax, as "500.00 EUR".'),
        click.option(
            "--doubt", "doubts", multiple=True, type=click.Choice(names), help="This doubt, by its name (repeatable)."
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command(short_help="Release what was planned.")
@click.option("--remark", required=True, help="Why it may go out; kept in the log.")
@choosing
@plan_option
@by_option
@dry_run_option
@click.pass_obj
@reports_problems
def confirm(
    session: Session, /, remark: str, plan_id: int | None, by: str, dry_run: bool, doubts: tuple[str, ...], **only: Any
) -> None:
    """Release what was planned. Nothing is issued unconfirmed.

    \b
    Examples:
      invoicer confirm --remark "checked against last month"
      invoicer confirm --contract acme-2026 --remark "released by Sales"
      invoicer confirm --owner "Key accounts" --up-to "500.00 EUR" --remark "small ones"
      invoicer confirm --contract acme-2026 --doubt first-invoice --remark "as signed"

    A draft about which there is a doubt is released only when each of its doubts is named. What still waits, and for what,
    is listed; `invoicer waiting` lists it again.
    """
    desk = session.desk()
    choice = _only(desk, only)
    said: dict[str, Any] = {"plan": plan_id, "only": choice, "doubts": doubts or None}
    with opened(desk, writing=not dry_run) as book:
        if dry_run:
            after, done = runs.would_confirm(book, by, remark, session.today(desk), **said)
        else:
            number = book.plan(plan_id).id
            done = runs.confirm(book, by, remark, session.today(desk), **said)
            after = book.plan(number)
    still = [one for one in _meant(after, choice, doubts) if waits(one)]
    _show_released(after, done, still, dry_run, f", by {by}: {remark}")
    _show_waiting(still)
    sys.exit(PROBLEMS if still and not done and not dry_run else 0)


def _show_released(
    after: Plan, done: Collection[int], still: Collection[PlannedDraft], dry_run: bool, signed: str
) -> None:
    out = output.console()
    released = [one for one in after.drafts if one.position in done and not waits(one)]
    noted = len(done) - len(released)
    if released:
        verb = "Would release" if dry_run else "Released"
        out.print(f"{verb} {output.counted(len(released), 'draft')} of plan {after.id}{signed}")
    elif not (done or still):
        out.print(f"Nothing {'is' if dry_run else 'was'} waiting to be released in plan {after.id}.")
    if noted:
        out.print(f"{'Would be noted' if dry_run else 'Noted'} for {output.counted(noted, 'draft')}{signed}")
    elif still and not done:
        out.print(
            f"Nothing {'would be' if dry_run else 'was'} released: each of these waits for something that has to be named."
        )


@click.command(short_help="Reject what was planned.")
@click.option("--remark", required=True, help="Why it may not go out; kept in the log.")
@choosing
@plan_option
@by_option
@click.pass_obj
@reports_problems
def reject(
    session: Session, /, remark: str, plan_id: int | None, by: str, doubts: tuple[str, ...], **only: Any
) -> None:
    """Reject drafts, or a doubt about them: they are not issued.

    \b
    Examples:
      invoicer reject --contract acme-2026 --remark "the customer has 40 seats: amendment to come"
      invoicer reject --contract acme-2026 --doubt jump --remark "usage counted twice?"

    A rejected draft stays in every plan that would make it again, until its inputs change or somebody confirms its contract.
    """
    desk = session.desk()
    choice = _only(desk, only)
    if choice.everything and not doubts:
        raise click.UsageError("Say what is rejected: --contract, --customer, --owner, --doubt …")
    with opened(desk, writing=True) as book:
        done = runs.reject(book, by, remark, session.today(desk), plan=plan_id, only=choice, doubts=doubts or None)
        number = book.plan(plan_id).id
    if not done:
        output.console().print(f"All of it was rejected or issued before, in plan {number}.")
        return
    output.console().print(f"Rejected {output.counted(len(done), 'draft')} of plan {number}, by {by}: {remark}")


@click.command(short_help="List what waits for whom.")
@click.option("--owner", "owners", multiple=True, help="Only what this owner looks after (repeatable).")
@click.option("--late", is_flag=True, help="Only what is late.")
@plan_option
@json_option
@click.pass_obj
@reports_problems
def waiting(session: Session, owners: tuple[str, ...], late: bool, plan_id: int | None, as_json: bool) -> None:
    """List what waits, by the owner of the account: for what, since when, until when.

    \b
    Examples:
      invoicer waiting
      invoicer waiting --owner "Key accounts"
      invoicer waiting --late --json

    Owners stand in the column owner of customers.csv, the deadline and who is next in the table [review] of invoicer.toml.
    The exit code is 1 when something is late.
    """
    desk = session.desk()
    with opened(desk, writing=False) as book:
        found = _waiting(desk, book, session.today(desk), plan_id)
    known = {*desk.workspace.owners.values(), *(one.owner for one in found)} - {""}
    for unknown in sorted(set(owners) - known):
        mend = mend_by_choice(unknown, known, "owners stand in the column owner of customers.csv")
        raise RunError(Problem("L206", Place(part=f"owner {unknown}"), "no customer has such an owner", mend))
    shown = [one for one in found if (not owners or one.owner in owners) and (one.late or not late)]
    if as_json:
        output.as_json([waits_data(one) for one in shown])
    elif shown:
        output.console().print(waiting_table(shown))
    else:
        output.console().print("Nothing is late." if late else "Nothing waits.")
    sys.exit(PROBLEMS if any(one.late for one in shown) else 0)


def _waiting(desk: runs.Desk, book: Ledger, today: dt.date, plan: int | None) -> tuple[Waits, ...]:
    return runs.waiting(desk, book, today, plan) if book.plans() or plan is not None else ()


def _only(desk: runs.Desk, only: dict[str, Any]) -> runs.Only:
    most = only.pop("up_to")
    return runs.Only(**only, up_to=(most,) if most else (), owner_of=desk.workspace.owners)


def _meant(plan: Plan, only: runs.Only, doubts: tuple[str, ...]) -> list[PlannedDraft]:
    return [
        one
        for one in plan.drafts
        if one.status.live and only.fits(one) and (not doubts or any(doubt.name in doubts for doubt in one.doubts))
    ]


def _show_waiting(drafts: Iterable[PlannedDraft]) -> None:
    rows = [(one.position, ", ".join(one.contracts), "; ".join(missing(one)), _command(one)) for one in drafts]
    if rows:
        out = output.console()
        out.print()
        out.print(output.table("Still waiting", ("#", "Contract", "Waits for", "Released by"), rows, right=("#",)))


def _command(planned: PlannedDraft) -> str:
    named = "".join(f" --doubt {name}" for name in dict.fromkeys(doubt.name for doubt in planned.open_doubts))
    contracts = "".join(f" --contract {contract}" for contract in planned.contracts)
    return f'confirm{contracts}{named} --remark "…"'


def waiting_table(found: Iterable[Waits]) -> Table:
    """What waits, by owner."""
    rows = [
        (
            one.owner or "nobody",
            ", ".join(one.contracts),
            one.customer,
            tables.about(one.draft) if one.draft else "",
            one.draft.bill_date if one.draft else "",
            one.draft.currency if one.draft else "",
            tables.amount(one.draft.gross) if one.draft else "",
            "; ".join(one.waits_for),
            one.since or "",
            _until(one),
        )
        for one in found
    ]
    columns = ("Owner", "Contract", "Customer", "Document", "Bill date", "Cur", "Gross", "Waits for", "Since", "Until")
    return output.table("", columns, rows, right=("Gross",))


def _until(one: Waits) -> str:
    if not one.late:
        return str(one.deadline or "")
    return f"{one.deadline}, {output.counted(one.late, 'day')} late" + (f": {one.escalated}" if one.escalated else "")


def waits_data(one: Waits) -> dict[str, Any]:
    """What waits as plain data."""
    draft = one.draft
    return {
        "owner": one.owner or None,
        "contracts": list(one.contracts),
        "customer": one.customer,
        "position": one.position or None,
        "document": tables.about(draft) if draft else None,
        "bill_date": draft.bill_date.isoformat() if draft else None,
        "currency": draft.currency if draft else None,
        "gross": str(draft.gross.amount) if draft else None,
        "waits_for": list(one.waits_for),
        "doubts": [{"name": doubt.name, **output.problem_data(doubt.problem)} for doubt in one.doubts],
        "holds": [output.problem_data(problem) for problem in one.holds],
        "since": one.since.isoformat() if one.since else None,
        "deadline": one.deadline.isoformat() if one.deadline else None,
        "days_late": one.late,
        "escalated_to": one.escalated or None,
    }


COMMANDS = (confirm, reject, waiting)

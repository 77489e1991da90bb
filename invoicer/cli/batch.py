"""cli: the commands of a billing run: plan, issue, run."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from invoicer import ledger, runs
from invoicer.cli import comparing, output, tables
from invoicer.cli.app import PROBLEMS, Day, Session, json_option, reports_problems, whoever
from invoicer.errors import Severity
from invoicer.ledger import Ledger
from invoicer.runs.issue import MAX_AHEAD, Progress, release_by_policy

as_of_option = click.option("--as-of", type=Day(), help="Bill up to this day, as known on it (default: today).")
dry_run_option = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
plan_option = click.option("--plan", "plan_id", type=int, help="The plan (default: the latest).")
by_option = click.option("--by", default=whoever, show_default="whoever is logged in", help="Who does it, for the log.")
on_option = click.option("--on", type=Day(), help="The day of issue (default: today).")


@contextmanager
def opened(desk: runs.Desk, *, writing: bool) -> Iterator[Ledger]:
    """The ledger of the workspace."""
    space = desk.workspace
    with ledger.open_ledger(
        space.ledger_folder,
        writing=writing,
        documents=space.documents_folder,
        database=space.settings.database,
        seal=runs.seal_of(space, writing=writing),
    ) as book:
        yield book


@click.command(short_help="Work out what is to be issued.")
@as_of_option
@click.option(
    "--diff",
    "earlier",
    is_flag=False,
    flag_value=0,
    type=click.IntRange(0),
    help="Show what is otherwise than in an earlier plan (default: the one before).",
)
@by_option
@dry_run_option
@json_option
@click.pass_obj
@reports_problems
def plan(session: Session, as_of: dt.date | None, earlier: int | None, by: str, dry_run: bool, as_json: bool) -> None:
    """Work out what is to be issued, what is held and why, and what has changed since the last documents.

    \b
    Examples:
      invoicer plan
      invoicer plan --as-of 2026-02-01
      invoicer plan --as-of 2026-02-01 --dry-run --json
      invoicer plan --as-of 2026-02-01 --diff

    A plan waits until it is confirmed and issued; planning again replaces it. A held contract holds up no other; where
    one is held the exit code is 1.
    """
    desk = session.desk()
    today = session.today(desk)
    with opened(desk, writing=not dry_run) as book:
        day = as_of or today
        planned = runs.rehearse(desk, book, day, today) if dry_run else runs.plan(desk, book, day, today, by)
        compared = runs.compare(planned, book)
        diff = runs.difference(planned, book, earlier or None) if earlier is not None else None
    if as_json:
        beside = {"compared": comparing.compared_data(compared), "diff": comparing.diff_data(diff) if diff else None}
        output.as_json({**tables.plan_data(planned), **beside})
    else:
        output.show_problems(planned.warnings, desk.terms.texts)
        if diff:
            comparing.show_diff(diff)
        else:
            if earlier is not None:
                output.console().print("This is the first plan: there is none before it to compare with.")
            show_plan(planned, stored=not dry_run, compared=compared)
        if planned.plan.drafts and (words := ahead(planned.plan.as_of, today)):
            output.console().print(words)
    wrong = any(problem.severity is not Severity.WARNING for problem in planned.warnings)
    sys.exit(PROBLEMS if planned.plan.holds or wrong else 0)


def ahead(as_of: dt.date, today: dt.date) -> str:
    """Of a plan for a day that is far ahead: when it can be issued at all; "" of any other."""
    soonest = as_of - MAX_AHEAD
    if soonest <= today:
        return ""
    return f"This plan looks ahead: it can't be issued before {soonest}, {MAX_AHEAD.days} days before its day."


@click.command(short_help="Issue what is confirmed.")
@on_option
@plan_option
@by_option
@dry_run_option
@click.pass_obj
@reports_problems
def issue(session: Session, on: dt.date | None, plan_id: int | None, by: str, dry_run: bool) -> None:
    """Issue what is confirmed: numbers, log, files. After a crash, call it again: it goes on where it stopped.

    \b
    Examples:
      invoicer issue
      invoicer issue --on 2026-02-01
    """
    desk = session.desk()
    day = not_ahead(on, session.today(desk))
    with opened(desk, writing=not dry_run) as book:
        if dry_run:
            made, dropped = runs.rehearse_issue(desk, book, day, plan_id) if book.plans() else (0, ())
            output.console().print(f"Would issue {output.counted(made, 'document')}.")
            if dropped:
                comparing.show_dropped(dropped)
                names = ", ".join(sorted({contract for one in dropped for contract in one.change.contracts}))
                output.console().print(f"Would drop, because their inputs have changed since the plan: {names}.")
            sys.exit(PROBLEMS if dropped else 0)
        with reporting() as progress:
            result = runs.issue(desk, book, day, by, plan=plan_id, progress=progress)
    finish_issue(desk, result, plan_id)


@click.command(short_help="Plan, release and issue in one.")
@as_of_option
@on_option
@dry_run_option
@click.pass_obj
@reports_problems
def run(session: Session, as_of: dt.date | None, on: dt.date | None, dry_run: bool) -> None:
    """Plan, release what has no holds, and issue it, where the workspace's policy allows that.

    \b
    Examples:
      invoicer run
      invoicer run --as-of 2026-02-01 --dry-run

    The policy is `release = "automatic"` in the table [policy] of invoicer.toml. Then everything without a doubt is
    released, or, where there are rules ([[review.rules]]), what a rule covers. The log says which of them it was.
    """
    desk = session.desk()
    release_by_policy(desk)
    today = session.today(desk)
    with opened(desk, writing=not dry_run) as book:
        if dry_run:
            planned = runs.rehearse(desk, book, as_of or today, today)
            output.show_problems(planned.warnings, desk.terms.texts)
            show_plan(planned, stored=False)
            sys.exit(PROBLEMS if planned.plan.holds else 0)
        planned = runs.plan(desk, book, as_of or today, today, "policy")
        output.show_problems(planned.warnings, desk.terms.texts)
        show_plan(planned, stored=False)
        release_what_may_go(desk, book, planned.plan, today)
        with reporting() as progress:
            result = runs.issue(desk, book, not_ahead(on, today), "policy", plan=planned.plan.id, progress=progress)
    finish_issue(desk, result, planned.plan.id)
    sys.exit(PROBLEMS if planned.plan.holds else 0)


def release_what_may_go(desk: runs.Desk, book: Ledger, plan: ledger.Plan, today: dt.date) -> None:
    """Let rules release what they cover; without rules the policy releases all that has no doubt."""
    if not desk.workspace.review.rules:
        runs.confirm(book, "policy", "release = automatic", today, plan=plan.id)
        return
    for rule, positions in runs.release_by_rules(desk, book, plan.id, today).items():
        output.console().print(f"Released {output.counted(len(positions), 'draft')} by rule {rule}.")


def not_ahead(on: dt.date | None, today: dt.date) -> dt.date:
    """The day of issue: today, or a day that has come."""
    if on and on > today:
        raise click.BadParameter(f"{on} has not come yet", param_hint="--on")
    return on or today


@contextmanager
def reporting() -> Iterator[Progress]:
    """Progress bars on standard error, one for each stage."""
    with output.progress() as bars:
        tasks: dict[str, int] = {}

        def progress(stage: str, total: int, done: int) -> None:
            if stage not in tasks:
                tasks[stage] = int(bars.add_task(stage, total=total))
            bars.update(bars.task_ids[list(tasks).index(stage)], completed=done)

        yield progress


def show_plan(planned: runs.Planned, *, stored: bool, compared: runs.Compared | None = None) -> None:
    """A plan as a person reads it: drafts, totals by currency, what waits, holds with reasons, and what to do next."""
    out, plan = output.console(), planned.plan
    waiting = [draft for draft in plan.drafts if draft.status.live]
    if not waiting and not plan.holds and not planned.carried:
        out.print(f"As of {plan.as_of} there is nothing to issue.")
        return
    if waiting:
        out.print(tables.drafts(plan, waiting))
        out.print()
        out.print(tables.totals(draft.brief for draft in waiting))
    else:
        out.print(f"As of {plan.as_of} there is nothing to issue.")
    if compared and waiting:
        comparing.show_compared(compared)
    if planned.carried:
        out.print()
        out.print(tables.carried(planned.carried))
    if any(draft.open_doubts for draft in waiting):
        out.print()
        out.print(tables.doubts(waiting))
    if plan.holds:
        out.print()
        out.print(tables.holds(plan.holds))
    if planned.unconfirmed:
        names = ", ".join(planned.unconfirmed)
        out.print(f"\nConfirmed before, and changed since, so to be confirmed again: {names}")
    if stored and waiting:
        released = all(draft.status is ledger.DraftStatus.CONFIRMED for draft in waiting)
        out.print(f"\nNext: {f'invoicer issue --plan {plan.id}' if released else confirming(plan.id)}")


def confirming(plan: int | None) -> str:
    """The command that releases what waits in a plan (None: the latest)."""
    return 'invoicer confirm --remark "…"' + (f" --plan {plan}" if plan else "")


def finish_issue(desk: runs.Desk, result: runs.IssueResult, plan: int | None = None) -> None:
    """What an issue (of that plan) brought, where the files are, and what is left to do; exit code 1 where something was
    left undone."""
    out = output.console()
    if result.issued:
        out.print(tables.issued(result.issued))
        out.print()
        out.print(tables.totals(result.issued))
    elif not result.files:
        out.print("There is nothing to issue.")
    if result.waiting:
        out.print(f"Still to be confirmed: {output.counted(result.waiting, 'draft')}. Next: {confirming(plan)}")
    if result.files:
        out.print(f"{output.counted(len(result.files), 'file')} in {desk.workspace.documents_folder}")
    if result.dropped:
        comparing.show_dropped(result.changed)
        names = ", ".join(result.dropped)
        out.print(f"Dropped, because their inputs have changed since the plan: {names}. Plan again.")
    if result.dropped_before:
        out.print(f"Dropped from this plan earlier: {output.counted(result.dropped_before, 'draft')}. Plan again.")
    output.show_problems(result.problems, {})
    if result.problems or result.dropped or result.dropped_before:
        sys.exit(PROBLEMS)


COMMANDS = (plan, issue, run)

"""cli: the command schedule: what is billed when and what became of it, as a list, as a proof, as a picture."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any

import click

from invoicer import runs
from invoicer.cli import output, tables
from invoicer.cli.app import PROBLEMS, Day, Session, json_option, reports_problems
from invoicer.cli.batch import opened
from invoicer.domain.period import add_months
from invoicer.errors import Place, Problem, RunError

DAY = dt.timedelta(days=1)


class Month(click.ParamType[dt.date]):
    """A month written as ISO 8601 writes it, or a day; a month stands for its first day."""

    name = "month"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        if isinstance(value, str) and len(value) == len("2026-01"):
            try:
                value = dt.date.fromisoformat(f"{value}-01").isoformat()
            except ValueError:
                self.fail(f"“{value}” is no month; write it as 2026-07", param, ctx)
        return Day().convert(value, param, ctx)


@click.command(short_help="Show what is billed when, and what became of it.")
@click.argument("contracts", nargs=-1)
@click.option("--from", "since", type=Month(), help="First bill date, or first month (default: a month ago).")
@click.option("--until", type=Day(), help="Last bill date (default: three months ahead).")
@click.option("--to", type=Month(), help="Last month: prove that nothing of these months is missing.")
@click.option("--as-of", "--on", type=Day(), help="See it as known on this day (default: today).")
@click.option("--customer", "customers", multiple=True, help="Only this customer (repeatable; with --to).")
@click.option("--seller", "sellers", multiple=True, help="Only this seller (repeatable; with --to).")
@click.option(
    "--chart", "file", is_flag=False, flag_value="", metavar="[FILE]", help="Draw one contract into FILE.svg."
)
@click.option(
    "--ical", "calendar", metavar="FILE", help="Write what is to come and the deadlines as an iCalendar file."
)
@json_option
@click.pass_obj
@reports_problems
def schedule(
    session: Session,
    contracts: tuple[str, ...],
    since: dt.date | None,
    until: dt.date | None,
    to: dt.date | None,
    as_of: dt.date | None,
    customers: tuple[str, ...],
    sellers: tuple[str, ...],
    file: str | None,
    calendar: str | None,
    as_json: bool,
) -> None:
    """Show what each contract bills when, and what became of it.

    \b
    Examples:
      invoicer schedule
      invoicer schedule acme-2026 --from 2026-01-01 --until 2026-12-31
      invoicer schedule --from 2026-01 --to 2026-06
      invoicer schedule --ical billing.ics --to 2026-12
      invoicer schedule acme-2026 --chart
      invoicer schedule acme-2026 --chart - > acme.svg

    --from and --to prove whole months: of everything with a bill date in them whether it was issued (and how late), is
    held and why, is late, or is to come, with sums by currency. Exit code 1: something is late, is held longer than the law
    allows, or a contract can't be judged, because its terms are wrong or gone.

    --ical writes bill dates to come, runs, and the days until which something is to be released or issued, a year ahead
    where no month is named. A newer file replaces the events of an older one.

    --chart draws the whole term of one contract (of an open one, two years ahead) as a time line: charges, price steps,
    amendments and bill dates, as CONTRACT.svg where no file is named.
    """
    _refuse_mixed(since, until, to, customers or sellers, file, calendar)
    if calendar is not None and as_json:
        raise click.UsageError("--ical writes a calendar and --json writes rows: choose one.")
    desk = session.desk()
    today = as_of or session.today(desk)
    if file is not None:
        if as_json:
            raise click.UsageError("--chart draws a picture and --json writes rows: choose one.")
        draw(desk, contracts, file, since, until, today)
        return
    if calendar is not None:
        last = to or add_months(today, 11)
        remind(desk, calendar, (since or today), _end_of(last), today, (contracts, customers, sellers))
        return
    if to is not None:
        prove(desk, (since or to).replace(day=1), to, today, (contracts, customers, sellers), as_json)
        return
    start, end = since or add_months(today, -1), until or add_months(today, 3)
    with opened(desk, writing=False) as book:
        rows = runs.schedule(desk, book, start, end, today, contracts or None)
    if as_json:
        output.as_json([schedule_data(row) for row in rows])
    elif rows:
        output.console().print(tables.schedule(rows))
    else:
        output.console().print(f"Nothing is billed from {start} to {end}.")
    if not as_json:
        for contract, ending in runs.endings(desk, today, contracts or None):
            last = ending.end - DAY
            output.console().print(f"{contract.id} ends on {last}, known since {ending.agreed}: {ending.clause}")


def _refuse_mixed(
    since: dt.date | None,
    until: dt.date | None,
    to: dt.date | None,
    filters: tuple[str, ...],
    file: str | None,
    calendar: str | None,
) -> None:
    if since and until and until < since:
        raise click.BadParameter(f"{until} lies before --from {since}", param_hint="--until")
    if to and since and to < since.replace(day=1):
        raise click.BadParameter(f"{to:%Y-%m} lies before --from {since:%Y-%m}", param_hint="--to")
    if to and (until or file is not None):
        raise click.UsageError("--to proves whole months: leave out --until and --chart.")
    if calendar is not None and (until or file is not None):
        raise click.UsageError(
            "--ical is for whole months: name the last one with --to, and leave out --until and --chart."
        )
    if filters and not to and calendar is None:
        raise click.UsageError("--customer and --seller choose what --to proves; name contracts for the list.")


def prove(
    desk: runs.Desk,
    first: dt.date,
    last: dt.date,
    on: dt.date,
    filters: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]],
    as_json: bool,
) -> None:
    """Prove the months from one to another, and exit with 1 where something slipped."""
    contracts, customers, sellers = filters
    with opened(desk, writing=False) as book:
        found = runs.completeness(
            desk, book, first, _end_of(last), on, contracts=contracts, customers=customers, sellers=sellers
        )
    if as_json:
        output.as_json(completeness_data(found))
    else:
        show(found)
    sys.exit(PROBLEMS if found.slipped else 0)


def _end_of(month: dt.date) -> dt.date:
    return add_months(month.replace(day=1), 1) - DAY


def remind(
    desk: runs.Desk,
    file: str,
    first: dt.date,
    until: dt.date,
    on: dt.date,
    filters: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]],
) -> None:
    """Write the calendar of what is to be done into a file, or to standard output for ``-``."""
    contracts, customers, sellers = filters
    with opened(desk, writing=False) as book:
        found = runs.completeness(
            desk, book, first, until, on, contracts=contracts, customers=customers, sellers=sellers
        )
        data = runs.agenda(desk, book, found)
    if file == "-":
        click.echo(data, nl=False)
        return
    path = Path(file if file.endswith(".ics") else f"{file}.ics")
    try:
        path.write_bytes(data)
    except OSError as error:
        cause = f"the calendar can't be written: {error.strerror or error}"
        raise RunError(Problem("L212", Place(str(path)), cause, "name another file after --ical")) from None
    output.console().print(f"Wrote {path}", markup=False)


def show(found: runs.Completeness) -> None:
    """A proof as a person reads it: each row, why something waits, sums that add up."""
    out = output.console()
    if not found.rows and not found.unknown:
        out.print(f"Nothing is expected from {found.since} to {found.until}.")
        return
    columns = ("Bill date", "Contract", "Charge", "Days", "State", "Cur", "Net", "Document", "Issued", "Late", "Law")
    cells = (
        (
            row.bill_date,
            row.contract,
            row.component,
            row.days,
            str(row.status),
            row.net.currency if row.net else "",
            tables.amount(row.net) if row.net else "?",
            row.document,
            row.issued or "",
            row.late or "",
            f"{row.last_day}{f' +{row.late_by_law}' if row.late_by_law else ''}" if row.last_day else "",
        )
        for row in found.rows
    )
    title = f"Expected from {found.since} to {found.until}, as known on {found.on}"
    out.print(output.table(title, columns, cells, right=("Net", "Late")))
    out.print()
    out.print(_tallies(found))
    _reasons(found)


def _tallies(found: runs.Completeness) -> Any:
    names = [str(each) for each in runs.Status]
    sums = [
        (one.currency, tables.amount(one.expected), *(tables.amount(one.by_status[each]) for each in runs.Status))
        for one in found.tallies
    ]
    if any(found.open.values()):
        sums.append(("?", str(sum(found.open.values())), *(str(found.open[each] or "") for each in runs.Status)))
    columns = ("Cur", "Expected", *(name.capitalize() for name in names))
    return output.table("Sums (?: how many have no amount yet)", columns, sums, right=columns[1:])


def _reasons(found: runs.Completeness) -> None:
    out = output.console()
    waiting: dict[tuple[str, str], dict[str, None]] = {}
    for row in found.rows:
        if row.status in (runs.Status.HELD, runs.Status.LATE):
            waiting.setdefault((row.contract, str(row.status)), {}).update(dict.fromkeys(row.why))
    if waiting:
        cells = [(contract, status, "\n".join(words)) for (contract, status), words in sorted(waiting.items())]
        out.print()
        out.print(output.table("Why", ("Contract", "State", "Why"), cells))
    for name, problems in found.unknown.items():
        out.print(f"\n{name} can't be judged: {problems[0].cause}", markup=False)
    laws = {f"{row.law.law} ({row.law.source}; {row.law.confidence})" for row in found.rows if row.law and row.last_day}
    if laws:
        out.print("\nLaw, the last day to issue by: " + "; ".join(sorted(laws)), markup=False)
    silent = [row for row in found.rows if row.last_day is None and not any("corrects" in word for word in row.why)]
    if silent:
        rows = output.counted(len(silent), "row")
        out.print(f"No legal deadline is claimed for {rows}: none is known there, or none is set.")


def completeness_data(found: runs.Completeness) -> dict[str, Any]:
    """A proof as plain data."""
    return {
        "on": found.on.isoformat(),
        "from": found.since.isoformat(),
        "to": found.until.isoformat(),
        "slipped": found.slipped,
        "rows": [_row_data(row) for row in found.rows],
        "sums": [
            {
                "currency": one.currency,
                "expected": str(one.expected.amount),
                **{each.name.lower(): str(one.by_status[each].amount) for each in runs.Status},
            }
            for one in found.tallies
        ],
        "unknown": [
            {"contract": name, "problems": [output.problem_data(problem) for problem in problems]}
            for name, problems in found.unknown.items()
        ],
    }


def _row_data(row: runs.Expected) -> dict[str, Any]:
    law = row.law
    return {
        "contract": row.contract,
        "customer": row.customer,
        "seller": row.seller,
        "component": row.component,
        "from": row.days.start.isoformat(),
        "to": row.days.last_day.isoformat(),
        "bill_date": row.bill_date.isoformat(),
        "state": str(row.status),
        "currency": row.net.currency if row.net else None,
        "net": str(row.net.amount) if row.net else None,
        "document": row.document or None,
        "issued": row.issued.isoformat() if row.issued else None,
        "days_late": row.late,
        "deadline": row.last_day.isoformat() if row.last_day else None,
        "days_late_by_law": row.late_by_law,
        "law": {"law": law.law, "source": law.source, "confidence": law.confidence} if law else None,
        "why": list(row.why),
    }


def draw(
    desk: runs.Desk, contracts: tuple[str, ...], file: str, since: dt.date | None, until: dt.date | None, today: dt.date
) -> None:
    """Draw a contract into a file, or to standard output for ``-``."""
    known = [*desk.contracts.cards]
    if (
        not contracts and file in known
    ):  # `schedule --chart acme-2026`: the word after --chart was meant as the contract
        contracts, file = (file,), ""
    if not contracts and len(known) == 1:
        contracts = (known[0],)
    if len(contracts) != 1:
        example = contracts[0] if contracts else known[0] if known else "acme-2026"
        raise click.UsageError(f"--chart draws one contract: name it, as in `invoicer schedule {example} --chart`.")
    with opened(desk, writing=False) as book:
        picture = runs.chart(desk, book, contracts[0], today, since, until)
    if file == "-":
        click.echo(picture, nl=False)
        return
    name = file or contracts[0]
    path = Path(name if name.endswith(".svg") else f"{name}.svg")
    try:
        path.write_text(picture, "utf-8", newline="\n")
    except OSError as error:
        cause = f"the picture can't be written: {error.strerror or error}"
        raise RunError(Problem("L212", Place(str(path)), cause, "name another file after --chart")) from None
    output.console().print(f"Wrote {path}", markup=False)


def schedule_data(row: runs.ScheduleRow) -> dict[str, object]:
    """A row of the schedule as plain data."""
    period = row.period
    return {
        "contract": row.contract,
        "charge": period.charge,
        "part": str(period.part),
        "from": period.days.start.isoformat(),
        "to": period.days.last_day.isoformat(),
        "bill_date": period.bill_date.isoformat(),
        "tax_point": period.tax_point.isoformat(),
        "timing": "once" if period.one_off else str(period.timing),
        "state": str(row.state),
        "documents": list(row.documents),
    }


COMMANDS = (schedule,)

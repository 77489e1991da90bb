"""cli: explain, from clause to cent: in words, as JSON, or as a page to hand to somebody."""

from __future__ import annotations

import re

import click
from rich.text import Text

from invoicer import render, runs
from invoicer.cli import output, tables, words
from invoicer.cli.app import Session, reports_problems
from invoicer.cli.batch import opened
from invoicer.cli.explained import explained_data, page_data
from invoicer.domain.document import Line
from invoicer.ledger import Past, Planning

_LETTERS = re.compile("[^0-9]")


@click.command(short_help="Show a document from clause to cent.")
@click.argument("number")
@click.argument("line", type=click.IntRange(1), required=False)
@click.option("--draft", is_flag=True, help="NUMBER is the position of a draft in the latest plan.")
@click.option("--plan", type=click.IntRange(1), help="NUMBER is the position of a draft in this plan.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html"]),
    default="text",
    show_default=True,
    help="html is a page that stands alone.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.pass_obj
@reports_problems
def explain(
    session: Session, number: str, line: int | None, draft: bool, plan: int | None, form: str, as_json: bool
) -> None:
    """Show why a document, or a draft that waits, is what it is: each line from clause to cent, what it rests on, who
    released and issued it, what was credited of it since.

    \b
    Examples:
      invoicer explain HN-2026-00001
      invoicer explain HN-2026-00001 2 --format json
      invoicer explain HN-2026-00001 --format html > HN-2026-00001.html
      invoicer explain --draft 3

    All of it comes from what was stored with the paper, also if files have changed since.
    """
    desk = session.desk()
    with opened(desk, writing=False) as book:
        if draft or plan:
            if _LETTERS.search(number):
                mend = f"“{number}” is no position of a draft; `invoicer plan` numbers them."
                raise click.BadParameter(mend, param_hint="NUMBER")
            found = runs.explain_draft(book, int(number), line, plan)
        else:
            found = runs.explain(book, number, line)
    if as_json or form == "json":
        output.as_json(explained_data(found))
    elif form == "html":
        templates = [folder for folder in (desk.workspace.templates_folder,) if folder.is_dir()]
        click.echo(render.explanation_page(page_data(found), templates), nl=False)
    else:
        show(found)


def show(found: runs.Explanation) -> None:
    """An explanation in words."""
    out = output.console()
    paper, document = found.paper, found.document
    kind = paper.kind.replace("-", " ")
    named = f"{kind} {document.number} of {document.issue_date}" if document else f"Draft of {words.a(kind)}"
    out.print(Text(f"{named} to {paper.customer.name}", "bold"))
    for one in found.lines:
        _show_line(found, one)
    exchange = paper.accounting
    if exchange:
        rate = exchange.rate
        out.print()
        told = f"{words.plain(rate.rate)} {rate.currency} for 1 {rate.base} of {rate.day}, {rate.source}"
        out.print(f"VAT in the books {exchange.tax}: {told}", markup=False)
    out.print()
    if found.past.planning:
        _show_planning(found.past.planning)
    _show_past(found.past)
    if found.contents:
        rows = [
            (one.name, one.sha256[:16], f"{len(one.data)} bytes" if one.data is not None else "not kept as it was")
            for one in found.contents
        ]
        out.print()
        out.print(output.table("It rests on", ("What", "SHA-256", "Size"), rows, right=("Size",)))


def _show_line(found: runs.Explanation, one: Line) -> None:
    out, treatment = output.console(), one.treatment
    out.print()
    out.print(Text(f"{one.number}. {one.title}, {one.days}: {one.agreed}{words.with_tax(one.treatment)}", "bold"))
    out.print(f"   {one.component} of contract {one.contract}, {one.clause}", markup=False)
    out.print(
        f"   VAT {treatment.category} {treatment.percent}% {treatment.jurisdiction}: {treatment.rule}, {treatment.law}",
        markup=False,
    )
    if treatment.source and treatment.percent:
        out.print(f"   rate from {treatment.source}", markup=False, soft_wrap=True)
    if one.corrects:
        ref = one.corrects
        reason = ref.reason.replace("-", " ")
        told = f"   corrects line {ref.line} of {ref.number}: billed {ref.billed}, due {ref.due} ({reason})"
        if ref.is_later:  # a later event: what was billed was right
            told = f"   reduces line {ref.line} of {ref.number} ({reason})"
        out.print(told, markup=False)
    out.print(words.tree_of(one.trace, found.words))
    rest = found.rests.get(one.number)
    if rest and (rest.corrected_by or rest.asked):
        for line in rest.corrected_by:
            kept = "" if line.counts else ", a concession"
            out.print(f"   {line.document} line {line.line} of {line.issue_date}: {line.net}{kept}", markup=False)
        asked = f" once the {rest.asked} that are asked for are credited" if rest.asked else ""
        out.print(f"   left of it: {rest.left}{asked}", markup=False)


def _show_planning(planning: Planning) -> None:
    out, draft = output.console(), planning.draft
    since = f", first on {draft.since}" if draft.since and draft.since != planning.created else ""
    status = "" if draft.document else f": {tables.status(draft)}"
    out.print(
        f"Draft {draft.position} of plan {planning.plan}, as of {planning.as_of}, "
        f"planned on {planning.created}{since}{status}",
        markup=False,
    )
    for doubt in draft.doubts:
        out.print(f"   doubt {doubt.name} about {doubt.contract}: {doubt.problem.cause}", markup=False)
    for one in draft.decisions:
        about = f" {one.doubt} of {one.contract}" if one.doubt else ""
        out.print(f"   {one.verdict}{about} on {one.on} by {one.who}: {one.remark}", markup=False)


def _show_past(past: Past) -> None:
    out = output.console()
    for one in past.requests:
        request = one.request
        reason = request.reason.replace("-", " ")
        out.print(
            f"Credit request {request.id} to {request.document} of {request.on} by {request.who} ({reason}), "
            f"{one.status}: {request.remark}",
            markup=False,
        )
    rows = [
        (one.sequence, one.kind.replace("-", " "), one.on or "", one.who, one.remark, one.hash[:16]) for one in past.log
    ]
    out.print()
    columns = ("#", "Entry", "Day", "Who", "Remark", "SHA-256")
    out.print(output.table("In the log", columns, rows, right=("#",)))
    out.print(f"SHA-256 of its text: {past.sha256}")
    for file in past.files:
        out.print(f"{file.name}: {file.sha256 or 'not made yet'}", markup=False)


COMMANDS = (explain,)

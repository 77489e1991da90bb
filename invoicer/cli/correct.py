"""cli: the commands that correct what was issued: credit, credits, rebill."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import click

from invoicer import runs
from invoicer.cli import output, tables
from invoicer.cli.app import Session, json_option, reports_problems
from invoicer.cli.batch import by_option, dry_run_option, opened
from invoicer.documents import Asked
from invoicer.domain.correction import CreditKind, CreditReason, Wrong
from invoicer.ledger import Recorded, RequestStatus


class Part(click.ParamType[Asked]):
    """LINE, LINE:quantity=Q or LINE:amount=A."""

    name = "line"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Asked:
        if isinstance(value, Asked):
            return value
        number, sign, rest = value.partition(":")
        name, equals, said = rest.partition("=")
        try:
            line = int(number)
            if line < 1 or (sign and (name not in ("quantity", "amount") or not equals)):
                raise ValueError
            return Asked(line, **{name: plain_number(said)}) if sign else Asked(line)
        except ValueError:
            if number.isdecimal() and name in ("quantity", "amount") and said.strip():
                self.fail(f"of line {number}, {_no_number(said, name)}", param, ctx)
            self.fail(f"“{value}” is no line; write it as 3, 3:quantity=2 or 3:amount=10.00", param, ctx)


class PlainNumber(click.ParamType[Fraction]):
    """A number with a point for decimals."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        if isinstance(value, Fraction):
            return value
        try:
            return plain_number(value)
        except ValueError:
            self.fail(_no_number(value, param.name or "" if param else ""), param, ctx)


def _no_number(text: str, name: str) -> str:
    """Why that is no number to credit, as the quantity or the amount."""
    alone = text.strip().lstrip("-−")
    if alone != text.strip():
        return f"“{text}” has a sign; say how much is to come back without one, as {alone.strip() or '10.00'}"
    named = re.fullmatch(r"([^\d\s.,]*)\s*(\d[\d\s.,]*?)\s*([^\d\s.,]*)", alone)
    if named and (word := named[1] or named[3]):
        what = "the unit is the line's" if name == "quantity" else "the currency is the document's"
        number = named[2].replace(",", ".") if re.fullmatch(r"[\d\s]+,\d{1,2}", named[2]) else named[2]
        return f"“{text}” names {word}; {what}, so leave it out: {number}"
    return f"“{text}” is no number; write it with a point for decimals, as 10.00"


def plain_number(text: str) -> Fraction:
    """The number that is written like 1 250.00. Raises ValueError for anything else."""
    plain = text.strip().replace(" ", "")
    if not plain or not plain.replace(".", "", 1).isdecimal() or not plain.isascii():
        raise ValueError(text)
    return Fraction(plain)


REASONS = [reason.value for reason in CreditReason]
remark_option = click.option("--remark", required=True, help="Why, for the log.")


@click.command(short_help="Ask for a credit of an issued document.")
@click.argument("number")
@click.option("--reason", type=click.Choice(REASONS), help="Printed on the credit note; decides error or concession.")
@click.option("--line", "lines", type=Part(), multiple=True, help="Only this line: N, N:quantity=Q or N:amount=A.")
@click.option("--quantity", type=PlainNumber(), help="So much of the one line that is named.")
@click.option("--amount", type=PlainNumber(), help="This amount of the one line that is named.")
@click.option("--wrong", type=click.Choice([one.value for one in Wrong]), help="Credit it whole and bill it anew.")
@click.option("--note", default="", help="Printed on the credit note.")
@remark_option
@by_option
@dry_run_option
@json_option
@click.pass_obj
@reports_problems
def credit(
    session: Session,
    number: str,
    reason: str | None,
    lines: tuple[Asked, ...],
    quantity: Fraction | None,
    amount: Fraction | None,
    wrong: str | None,
    note: str,
    remark: str,
    by: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Ask for a credit of an issued document: of all that is left of it, or of lines.

    \b
    Examples:
      invoicer credit HN-2026-00001 --reason duplicate --remark "also billed by mail"
      invoicer credit HN-2026-00022 --line 3 --quantity 2 --reason quantity-error --remark "two seats never used"
      invoicer credit HN-2026-00022 --line 2 --amount 10.00 --reason goodwill --remark "call of 3 March"
      invoicer credit HN-2026-00007 --wrong party --remark "the contract is with the subsidiary"

    The next plan makes the credit note; confirm and issue it like anything else. An amount is as the contract states it:
    without VAT, or with it where its prices include it.

    An error (price-error, quantity-error, duplicate, not-ordered, not-delivered, wrong-…, other-error) is not billed again
    until the terms, the usage or the customer have changed, or `invoicer rebill` says so. A concession (goodwill,
    poor-service, late-delivery, settlement) is never billed again, and a later reduction of the line uses it up first.
    --wrong party, details, treatment or currency credits the whole document and bills it anew from today's terms in the
    same plan.
    """
    chosen = _reason(reason, wrong)
    asked = _asked(lines, quantity, amount, wrong)
    desk = session.desk()
    with opened(desk, writing=not dry_run) as book:
        found = runs.credit(
            desk,
            book,
            number,
            chosen,
            by,
            remark,
            session.today(desk),
            asked=asked,
            note=note,
            wrong=Wrong(wrong) if wrong else None,
            keep=not dry_run,
        )
    if as_json:
        output.as_json(credited_data(found))
        return
    show_credited(found)


@click.command("credits", short_help="List what people asked to have credited.")
@click.option("--all", "everything", is_flag=True, help="Also what was issued and is settled, or was cancelled.")
@click.option("--cancel", type=int, metavar="REQUEST", help="Cancel this request; it leaves no number.")
@click.option("--remark", default="", help="Why it is cancelled, for the log.")
@by_option
@dry_run_option
@json_option
@click.pass_obj
@reports_problems
def list_credits(
    session: Session, everything: bool, cancel: int | None, remark: str, by: str, dry_run: bool, as_json: bool
) -> None:
    """List the credits that people asked for: those that wait, and errors that are not billed again as yet.

    \b
    Examples:
      invoicer credits
      invoicer credits --all --json
      invoicer credits --cancel 3 --remark "the customer pays after all"

    A request can be cancelled as long as nothing of it is issued; what was planned for its contracts is dropped, and comes
    back with the next plan.
    """
    desk = session.desk()
    with opened(desk, writing=cancel is not None and not dry_run) as book:
        if cancel is not None:
            done = runs.cancel(book, cancel, by, remark, session.today(desk), keep=not dry_run)
            if as_json:
                output.as_json([recorded_data(done)])
                return
            named = f"request {done.request.id} to {done.request.document}"
            output.console().print(f"Would cancel {named}." if dry_run else f"Cancelled {named}. Plan again.")
            return
        found = [one for one in book.credit_requests() if everything or open_(one)]
    if as_json:
        output.as_json([recorded_data(one) for one in found])
    elif found:
        output.console().print(tables.requests(found))
    else:
        output.console().print("Nobody waits for a credit, and no error is held back.")


@click.command(short_help="Bill again what was credited as an error.")
@click.argument("number")
@click.option("--line", "lines", type=int, multiple=True, help="Only what was credited of this line (repeatable).")
@remark_option
@by_option
@dry_run_option
@json_option
@click.pass_obj
@reports_problems
def rebill(
    session: Session, number: str, lines: tuple[int, ...], remark: str, by: str, dry_run: bool, as_json: bool
) -> None:
    """Confirm that what was credited of a document as an error is right after all: the next plan bills it again.

    \b
    Examples:
      invoicer rebill HN-2026-00022 --remark "delivered on 2 April"
      invoicer rebill HN-2026-00022 --line 3 --remark "the seats were used"

    Where the terms, the usage or the customer have changed since the credit, nothing needs to be said: the next plan bills
    by what they are now.
    """
    desk = session.desk()
    with opened(desk, writing=not dry_run) as book:
        done = runs.rebill(book, number, by, remark, session.today(desk), lines=lines, keep=not dry_run)
    if as_json:
        output.as_json({"document": number, "released": [{"request": one, "line": line} for one, line in done]})
        return
    said = ", ".join(f"line {line} (request {one})" for one, line in done)
    if dry_run:
        output.console().print(f"Would be held back no longer, of {number}: {said}.")
    else:
        output.console().print(
            f"No longer held back, of {number}: {said}. The next plan bills what is still owed of it."
        )


def open_(one: Recorded) -> bool:
    """Whether something of it is still to be done: it waits, or holds something back."""
    held = any(line.basis and (one.request.id, line.line) not in one.released for line in one.request.lines)
    return one.status is RequestStatus.WAITING or (one.status is RequestStatus.ISSUED and held)


def show_credited(found: runs.Credited) -> None:
    """A request as a person reads it."""
    out, request, document = output.console(), found.request, found.document
    titles = {line.number: line for line in document.lines}
    rows = [
        (line.line, titles[line.line].title, titles[line.line].days, tables.amount(line.amount))
        for line in request.lines
    ]
    name = f"Request {request.id}" if request.id else "What a request would be"
    out.print(f"{name}: {request.reason} ({request.kind}) of {document.number} to {document.customer.name}")
    out.print(output.table("", ("Line", "Title", "Days", document.currency), rows, right=("Line", document.currency)))
    whole = f"{tables.amount(found.amount)} {found.amount.currency}"
    out.print(f"\nIn all {whole}.", _then(request.wrong is not None, request.kind))
    if request.id:
        out.print("Next: invoicer plan")


def _then(anew: bool, kind: CreditKind) -> str:
    if anew:
        return "It is billed anew by today's terms in the same plan."
    if kind is CreditKind.CONCESSION:
        return "A concession: it is never billed again."
    return "An error: it is not billed again until something that it rests on has changed."


def _reason(reason: str | None, wrong: str | None) -> CreditReason:
    if wrong:
        expected = Wrong(wrong).reason
        if reason and reason != expected:
            raise click.UsageError(f"--wrong {wrong} has the reason {expected}: leave --reason out.")
        return expected
    if not reason:
        raise click.UsageError(f"A credit needs a --reason: {', '.join(REASONS)}.")
    return CreditReason(reason)


def _asked(
    lines: tuple[Asked, ...], quantity: Fraction | None, amount: Fraction | None, wrong: str | None
) -> tuple[Asked, ...]:
    if wrong and (lines or quantity is not None or amount is not None):
        raise click.UsageError(
            f"--wrong {wrong} credits the whole document: leave --line, --quantity and --amount out."
        )
    if quantity is None and amount is None:
        return lines
    if quantity is not None and amount is not None:
        raise click.UsageError("--quantity or --amount: choose one.")
    if len(lines) != 1 or lines[0] != Asked(lines[0].line):
        raise click.UsageError(
            "--quantity and --amount need exactly one --line; for several write --line 3:amount=10.00."
        )
    return (Asked(lines[0].line, quantity, amount),)


def credited_data(found: runs.Credited) -> dict[str, object]:
    """A request as plain data; amounts are text."""
    request = found.request
    return {
        "request": request.id or None,
        "document": request.document,
        "kind": str(request.kind),
        "reason": str(request.reason),
        "wrong": str(request.wrong) if request.wrong else None,
        "currency": found.document.currency,
        "amount": str(found.amount.amount),
        "lines": [{"line": line.line, "amount": str(line.amount.amount)} for line in request.lines],
    }


def recorded_data(one: Recorded) -> dict[str, object]:
    """A request and what became of it as plain data."""
    request, issued = one.request, dict(one.issued)
    return {
        "request": request.id,
        "status": str(one.status),
        "document": request.document,
        "kind": str(request.kind),
        "reason": str(request.reason),
        "wrong": str(request.wrong) if request.wrong else None,
        "who": request.who,
        "on": request.on.isoformat(),
        "remark": request.remark,
        "note": request.note,
        "lines": [
            {
                "line": line.line,
                "amount": str(line.amount.amount),
                "currency": line.amount.currency,
                "issued": issued.get(line.line),
                "held": bool(line.basis) and (request.id, line.line) not in one.released,
            }
            for line in request.lines
        ],
    }


COMMANDS = (credit, list_credits, rebill)

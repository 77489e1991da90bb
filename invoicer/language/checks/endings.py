"""language: checks of what ends a contract: notices, terminations, and what comes after them.

The days that messages name are those of the terms; where the customer is a consumer, the law may allow an earlier one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from invoicer.domain.contract import Timing
from invoicer.domain.ending import Duration, Ending, Notice, Termination, then
from invoicer.errors import Problem
from invoicer.language import tree
from invoicer.language.codes import Code, line_of, problem
from invoicer.language.gather import Terms, stated_refund

DAY = dt.timedelta(days=1)
_FOREVER = dt.date.max


def check_endings(terms: Terms) -> Iterator[Problem]:
    """Endings that can't be, change nothing or come late; what is agreed for days after them."""
    yield from _lines(terms)
    if not terms.has_term:
        return
    known: list[tuple[tree.EndingNode, Notice | Termination]] = []
    current: Ending | None = None
    for node, one in sorted(terms.endings, key=lambda pair: _since(pair[1])):
        found = [*_possible(terms, node, one), *_again(terms, node, one, current, known)]
        yield from found or _late(terms.duration, node, one)
        if not found:
            known.append((node, one))
            current = then(current, terms.duration, one, None)
    if current is not None:
        yield from _after_it(terms, current)


def _lines(terms: Terms) -> Iterator[Problem]:
    renews, notice = tree.one(terms.lines, tree.Renews), tree.one(terms.lines, tree.NoticeLine)
    if renews and renews.by and notice:
        cause = f"a contract that renews states its notice with the renewal ({line_of(renews.where, notice.where)})"
        mend = "leave out this line, and let the line of the renewal state the notice that was agreed"
        yield problem(Code.C095, notice.where, cause, mend)
    for node in terms.document.endings:
        if isinstance(node, tree.Terminates) and node.agreed is None:
            cause = "this does not say when it was agreed"
            yield problem(
                Code.C001,
                node.heading,
                cause,
                f"write `terminates on {node.last.value} agreed …`, with the day of the agreement",
            )
        rule = stated_refund(node.lines)
        if rule and rule[0].percent is None and rule[1] is None:
            cause = "this refunds by the short-rate table, and has none"
            mend = "add a table, or leave out the line: each charge then refunds by its own"
            yield problem(Code.C085, rule[0].where, cause, mend)
        if rule is None and isinstance(node, tree.Terminates):
            yield from _silent(terms, node)


def _silent(terms: Terms, node: tree.Terminates) -> Iterator[Problem]:
    """A termination within a period that was billed: somebody says what is given back."""
    for charge in terms.charges:
        in_advance = any(entry.value.timing is Timing.ADVANCE for entry in charge.billing.entries)
        if in_advance and not charge.one_off and not stated_refund(charge.lines):
            cause = f"`{charge.id}` is billed in advance, and neither it nor this termination says what is given back"
            yield problem(Code.C053, node.heading, cause, "add a line `refund unused` or `no refund` below it")
            return


# ------------------------------------------------------------------ one ending


def _possible(terms: Terms, node: tree.EndingNode, one: Notice | Termination) -> Iterator[Problem]:
    duration, day = terms.duration, _since(one)
    what = "notice was given" if isinstance(one, Notice) else "the termination was agreed"
    where = node.given.where if isinstance(node, tree.NoticeGiven) else (node.agreed or node.last).where
    if day < terms.main.agreed:
        cause = f"{what} on {day}, before the contract was agreed on {terms.main.agreed}"
        yield problem(Code.C092, where, cause, "mend one of the two days")
    elif terms.end and day >= terms.end and isinstance(one, Notice):
        cause = f"{what} on {day}, and the term ended on {terms.end - DAY}"
        yield problem(Code.C092, where, cause, "mend the day, or leave the notice out")
    elif isinstance(one, Termination):
        last = one.end - DAY
        outside = "begins only on" if last < terms.start else "ends on" if _beyond(terms, one.end) else ""
        if outside:
            day = terms.start if last < terms.start else (terms.end or last) - DAY
            cause = f"the contract can't end on {last}: it {outside} {day}"
            place = node.last.where if isinstance(node, tree.Terminates) else node.heading
            yield problem(Code.C092, place, cause, "mend the day, or the term of the contract")
    elif not duration.can_be_ended:
        cause = "no line of the contract says how notice is given"
        if terms.end:
            cause += f": it runs to {terms.end - DAY}, whatever is written before"
        mend = "add `notice 30 days` to the contract if it may be ended so; or write `terminates on …`, if both agreed"
        yield problem(Code.C091, node.heading, cause, mend)
    else:
        result = duration.ended_by(one, None)
        if result and terms.end and result.end >= terms.end:
            cause = f"this notice ends nothing: the term is over on {terms.end - DAY}, before the notice is"
            yield problem(Code.C091, node.heading, cause, "leave the notice out, or mend its day")


def _beyond(terms: Terms, end: dt.date) -> bool:
    return terms.end is not None and end > terms.end


def _again(
    terms: Terms,
    node: tree.EndingNode,
    one: Notice | Termination,
    current: Ending | None,
    known: list[tuple[tree.EndingNode, Notice | Termination]],
) -> Iterator[Problem]:
    """A notice after which the contract ends when it did already; anything after the contract has ended."""
    if current is None or not known:
        return
    there = line_of(known[-1][0].heading, node.heading)
    if _since(one) >= current.end:
        cause = f"the contract had ended on {current.end - DAY} already ({there})"
        yield problem(Code.C092, node.heading, cause, "mend the day, or leave it out")
    elif isinstance(one, Notice):
        result = terms.duration.ended_by(one, None)
        if result and result.end >= current.end:
            cause = f"this second notice changes nothing: the contract ends on {current.end - DAY} already ({there})"
            yield problem(Code.C093, node.heading, cause, "leave it out")


def _late(duration: Duration, node: tree.EndingNode, one: Notice | Termination) -> Iterator[Problem]:
    """A notice that comes too late for the end of the running term."""
    if not isinstance(one, Notice) or duration.renewal is None or duration.renewal.notice is None:
        return
    result = duration.ended_by(one, None)
    next_end = duration.boundary_from(one.given + DAY)
    if result is None or result.end <= next_end:
        return
    in_time = duration.last_notice(next_end)
    cause = f"this notice comes too late for the end of the term on {next_end - DAY}, for which {in_time} was the last "
    cause += f"day: by its terms the contract ends on {result.end - DAY}"
    mend = "if that is so, acknowledge it; if the customer is a consumer, the law may end it earlier"
    yield problem(Code.C094, node.given.where if isinstance(node, tree.NoticeGiven) else node.heading, cause, mend)


# ------------------------------------------------------------------ after it


def _after_it(terms: Terms, last: Ending) -> Iterator[Problem]:
    for agreement, amendment in terms.amendments:
        if agreement.agreed > last.agreed and agreement.effective >= last.end:
            where = amendment.effective.where if amendment.effective else amendment.heading
            cause = f"amendment {agreement.number} counts from {agreement.effective}, "
            cause += f"and the contract ends on {last.end - DAY} (line {last.clause.line})"
            yield problem(Code.C096, where, cause, "mend the day; or leave out the notice, if the contract goes on")


def _since(one: Notice | Termination) -> dt.date:
    return one.given if isinstance(one, Notice) else one.agreed

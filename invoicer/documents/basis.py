"""documents: what an amount is owed upon, and whether that has changed since an error was credited.

What a person credited as an error is not billed again while everything it was owed upon stays as it was: the agreed
numbers, the quantities, the facts, the parties and the treatment of its charge for those days. Where the terms stand in
their file, how they are worded and by which steps the amount is computed is no part of that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from invoicer.documents.difference import Difference, parties_of
from invoicer.domain import canonical
from invoicer.domain.entitlement import BilledLine, Component, Treated
from invoicer.domain.period import Period
from invoicer.domain.trace import Op, Trace

Errors = tuple[str, tuple[BilledLine, ...]]
"""A document, and what was credited of it as errors."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The credits whose hold stands, by (document, line); and those whose inputs have changed, so that what is billed
    for them now ends it."""

    holding: frozenset[tuple[str, int]]
    changed: tuple[BilledLine, ...]


def basis(treated: Iterable[Treated], line: BilledLine) -> str:
    """SHA-256 (hex) of all inputs of what is owed for the charge and the days of a billed line, of whatever was due by then:
    equal as long as the same is owed for the same reasons. Later events and later settlements are not part of it."""
    owed = sorted(canonical.to_json(_meaning(one)) for one in treated if _is_family(one, line))
    return canonical.sha256("\n".join(owed))


def standing(treated: Sequence[Treated], billed: Sequence[BilledLine]) -> Standing:
    """Which errors that were credited are still held back from being billed again."""
    holding: set[tuple[str, int]] = set()
    changed: list[BilledLine] = []
    for line in billed:
        if not line.basis or any(line.request in other.rebills and meets(other, line) for other in billed):
            continue
        if line.basis == basis(treated, line):
            holding.add((line.document, line.line))
        else:
            changed.append(line)
    return Standing(frozenset(holding), tuple(changed))


def held_back(treated: Sequence[Treated], billed: Sequence[BilledLine]) -> Mapping[str, Errors]:
    """The documents that carry a charge for days of which something was credited as an error that is not to be billed again
    as yet: each with the document whose line that was, itself or a supplement to it, say, and the credits of that one."""
    holding = standing(treated, billed).holding
    errors: dict[str, list[BilledLine]] = defaultdict(list)
    for line in billed:
        if line.corrects and (line.document, line.line) in holding:
            errors[line.corrects[0]].append(line)
    found = {
        one.document: (of, tuple(lines))
        for of, lines in errors.items()
        for one in billed
        if any(meets(one, line) for line in lines)
    }
    return found | {of: (of, tuple(lines)) for of, lines in errors.items()}


def marked(differences: Iterable[Difference], changed: Iterable[BilledLine]) -> Iterator[Difference]:
    """The differences, each with the requests whose hold it ends because their inputs have changed."""
    listed = tuple(changed)
    for one in differences:
        requests = {line.request for line in listed if meets(one, line)}
        yield replace(one, rebills=tuple(sorted(requests))) if requests else one


def meets(one: Difference | BilledLine, line: BilledLine) -> bool:
    """Whether both are of one charge and for the same days."""
    return _same(one.component, one.one_off, one.days, line)


def _is_family(one: Treated, line: BilledLine) -> bool:
    owed = one.entitlement
    known = owed.later is None and owed.bill_date <= line.bill_date
    return known and _same(owed.component, owed.one_off, owed.days, line)


def _same(component: Component, one_off: bool, days: Period, line: BilledLine) -> bool:
    alike = component.charge == line.component.charge and one_off == line.one_off
    return alike and (one_off or days.overlaps(line.days))


def _meaning(one: Treated) -> dict[str, object]:
    owed = one.entitlement
    parties = parties_of(one)
    return {
        "component": str(replace(owed.component, charge="")),  # one charge, whatever it is called
        "days": [owed.days.start.isoformat(), owed.days.end.isoformat()],
        "parties": [parties.seller, parties.registration, parties.customer, parties.currency],
        "treatment": [str(part) for part in one.treatment.key],
        "net": str(owed.net.amount),
        "inputs": sorted(_inputs(owed.trace)),
    }


def _inputs(trace: Trace) -> Iterator[str]:
    """The numbers that an amount rests on, and how it is rounded."""
    if trace.op is Op.GIVEN:
        yield f"{trace.result} {trace.unit}"
    elif trace.op is Op.ROUND:
        yield f"{trace.places} {trace.rounding}"
    for operand in trace.operands:
        yield from _inputs(operand)

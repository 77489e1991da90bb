"""runs: preview. What a terms file would put on an invoice of one day, from given quantities, without any database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from invoicer.domain.contract import Contract
from invoicer.domain.entitlement import Entitlement
from invoicer.domain.evidence import NO_EVIDENCE
from invoicer.domain.example import Given
from invoicer.domain.supply import Treatment
from invoicer.errors import Place, Problem, Severity
from invoicer.runs.buyers import rows_of, treat
from invoicer.runs.desk import Desk
from invoicer.runs.evidence import evidence_for
from invoicer.runs.files import load_files
from invoicer.runs.given import INDEX, answers, figures, sorted_out, told, with_values
from invoicer.runs.law import under_law
from invoicer.runs.rate import rate


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """What would be a line; without a treatment where the file stands alone."""

    entitlement: Entitlement
    treatment: Treatment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """``lines`` by contract in the order of the file; ``problems`` of the terms and of what can't be rated; ``texts`` to
    show them with; ``taxed`` is False where parties are unresolved and tax is left out."""

    on: dt.date
    lines: Mapping[str, tuple[PreviewLine, ...]]
    problems: tuple[Problem, ...]
    texts: Mapping[str, str]
    taxed: bool


def preview(
    files: Sequence[Path],
    on: dt.date,
    given: Sequence[Given],
    *,
    known_on: dt.date | None = None,
    desk: Desk | None = None,
) -> Preview:
    """Rate the contracts of terms files for an invoice on a day: every component whose bill date it is.

    ``given`` are quantities of meters and figures of inputs, for the period that is billed on that day or for stated days
    (:func:`answers`); and index values for a month, under a name such as ``NL-CPI-2015:2026-10``. ``known_on`` (``on`` when
    None) is the day that is seen from. With a desk, price lists, customers, index values and markets of the workspace are
    used; without one parties stay unresolved and tax is left out.
    """
    loaded = load_files(files, desk)
    lines: dict[str, tuple[PreviewLine, ...]] = {}
    problems = list(loaded.problems)
    for contract in loaded.contracts:
        lawful = under_law(desk, contract, known_on or on) if desk else contract
        found, doubts = _rated(lawful, on, known_on or on, given, desk)
        lines[contract.id] = found
        problems += doubts
    if not any(problem.severity is Severity.ERROR for problem in loaded.problems):  # else what there is, is not known
        problems += _unused(given, loaded.contracts)
    if not loaded.contracts and not problems:
        place = Place(", ".join(sorted(path.as_posix() for path in files)))
        problems.append(Problem("L211", place, "there is no contract here", "name a file with a contract"))
    return Preview(on=on, lines=lines, problems=tuple(problems), texts=loaded.texts, taxed=desk is not None)


def _rated(
    contract: Contract, on: dt.date, known_on: dt.date, given: Sequence[Given], desk: Desk | None
) -> tuple[tuple[PreviewLine, ...], tuple[Problem, ...]]:
    rows = rows_of(desk, contract, known_on) if desk else None
    mend = "add --given {}=QUANTITY"
    quantities, values = sorted_out(given)
    indices = with_values(values, evidence_for(desk, contract) if desk else NO_EVIDENCE)
    measured = answers(contract, on, known_on, quantities, mend, indices)
    evidence, missing = figures(contract, on, known_on, quantities, mend, indices)
    rating = rate(contract, rows, measured, known_on, on, evidence=evidence)
    holds = told(rating.holds, missing)
    due = [entitlement for entitlement in rating.entitlements if entitlement.bill_date == on]
    if desk is None:
        return tuple(map(PreviewLine, due)), holds
    assessment = treat(desk, contract, due, known_on)
    treated = tuple(PreviewLine(one.entitlement, one.treatment) for one in assessment.treated)
    return treated, (*holds, *assessment.holds)


def _unused(given: Sequence[Given], contracts: Iterable[Contract]) -> Iterator[Problem]:
    listed = tuple(contracts)
    meters = {meter.id for contract in listed for meter in contract.meters}
    known = sorted(meters | {asked.id for contract in listed for asked in contract.inputs})
    series = sorted({name for contract in listed for name in contract.index_series})
    for name in dict.fromkeys(one.meter for one in given):
        if index := INDEX.fullmatch(name):
            if index[1] not in series:
                mend = f"these terms follow {', '.join(series)}" if series else "these terms follow no index"
                cause = f"no indexation follows {index[1]}"
                yield Problem("L204", Place(part=f"--given {name}"), cause, mend)
        elif name not in known:
            mend = f"what can be given is {', '.join(known)}" if known else "these terms have no meter and no input"
            yield Problem("L204", Place(part=f"--given {name}"), f"there is no meter or input {name}", mend)

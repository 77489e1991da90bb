"""runs: figures. What was declared, looked at beside the contracts that it is declared for."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from invoicer.domain.contract import Contract
from invoicer.domain.contracts import Contracts
from invoicer.domain.evidence import Declaration
from invoicer.domain.inputs import Input
from invoicer.domain.period import Period, add_months
from invoicer.domain.price import comparisons
from invoicer.errors import Problem, Severity
from invoicer.language import Loaded
from invoicer.runs.wording import number
from invoicer.workspace import Declarations, mend_by_choice, place_of, two_spellings


@dataclass(frozen=True, slots=True)
class Figures:
    """``held`` are contracts with figures that can't be trusted, with the reasons; ``problems`` all reasons, each once."""

    held: Mapping[str, tuple[Problem, ...]]
    problems: tuple[Problem, ...]


_MOST_OF_IT = 50  # percent: who promises that much hardly states 1 percent or less
NO_FIGURES = Figures({}, ())


def look_at(declarations: Declarations, terms: Loaded) -> Figures:
    """Find figures of unknown contracts and inputs, beyond the limits of their input, or for longer than it is stated for.

    A wrong row holds the contract that it names. One that names no contract that there is may be of any that asks for such
    an input, and holds those.
    """
    contracts = terms.contracts
    held: dict[str, list[Problem]] = defaultdict(list)
    found: list[Problem] = []
    for contract_id, problems in declarations.problems_of.items():
        found += problems
        for owner in _owners(contract_id, None, contracts, terms):
            held[owner] += problems
    for problem in declarations.loose:
        found.append(problem)
        for owner in _owners("", None, contracts, terms):
            held[owner].append(problem)
    for contract_id, inputs in declarations.sound.items():
        for name, figures in inputs.items():
            for problem in _wrong(contract_id, name, figures, contracts, terms):
                found.append(problem)
                for owner in _owners(contract_id, name, contracts, terms):
                    held[owner].append(problem)
            found += _doubtful(declarations, figures, contracts.get(contract_id), name)
    return Figures({owner: tuple(problems) for owner, problems in held.items()}, tuple(dict.fromkeys(found)))


def _owners(contract_id: str, name: str | None, contracts: Contracts, terms: Loaded) -> Iterator[str]:
    """The contracts that a wrong row may belong to."""
    if contract_id in contracts.cards or contract_id in terms.refused:
        yield contract_id
        return
    asking = [card for card in contracts.cards.values() if card.inputs]
    yield from (card.id for card in [card for card in asking if name in card.inputs] or asking)


def _wrong(
    contract_id: str, name: str, figures: Iterable[Declaration], contracts: Contracts, terms: Loaded
) -> Iterator[Problem]:
    if contract_id in terms.refused:
        return  # what its inputs are is not known
    contract = contracts.get(contract_id)
    if contract is None:
        known = [*contracts.cards, *terms.refused]
        mend = mend_by_choice(contract_id, known, "correct it, or remove the row")
        cause = f"there is no contract “{contract_id}”"
        yield from (Problem("W320", place_of(one, "contract"), cause, mend) for one in figures)
        return
    asked = contract.input(name)
    if asked is None:
        names = [one.id for one in contract.inputs]
        otherwise = f"its inputs are {', '.join(names)}" if names else "its terms ask for no input: remove the row"
        cause, mend = f"contract {contract_id} has no input “{name}”", mend_by_choice(name, names, otherwise)
        yield from (Problem("W321", place_of(one, "input"), cause, mend) for one in figures)
        return
    for one in figures:
        yield from _unfit(asked, one)


def _unfit(asked: Input, one: Declaration) -> Iterator[Problem]:
    if one.value < asked.least or (asked.most is not None and one.value > asked.most):
        limits = f"at least {number(asked.least)}" + (
            f", at most {number(asked.most)}" if asked.most is not None else ""
        )
        cause = f"{number(one.value)} can't be the figure of {asked.id}, which is {limits}"
        yield Problem("W322", place_of(one, "value"), cause, f"correct it, or the limits at {asked.clause}")
    longest = _longest(asked, one.days)
    if one.days.end > longest:
        length = f"a {asked.stated}" if asked.stated.count == 1 else str(asked.stated)
        cause = f"the figure is for {one.days}, and {asked.id} is stated per {asked.stated} ({asked.clause})"
        mend = f"declare no more than {length} in a row: to {longest - dt.timedelta(days=1)}"
        yield Problem("W323", place_of(one, "to"), cause, mend)


def _doubtful(
    declarations: Declarations, figures: Iterable[Declaration], contract: Contract | None, name: str
) -> Iterator[Problem]:
    """Warn of figures that may be a thousandth or a hundredth of what was meant."""
    asked = contract.input(name) if contract else None
    if contract is None or asked is None:
        return
    for one in figures:
        if asked.unit == "percent":
            yield from _shares(contract, asked, one)
        elif one.source in declarations.pointed and (asked.most is None or one.value * 1000 <= asked.most):
            text = declarations.pointed[one.source]
            thousands, fraction = two_spellings(text)
            cause = f"“{text}” is read as {number(one.value)}: a point stands before decimals"
            mend = f"write {thousands} if it stands between thousands here, else {fraction}, which nobody misreads"
            yield Problem("W324", place_of(one, "value"), cause, mend, Severity.WARNING)


def _shares(contract: Contract, asked: Input, one: Declaration) -> Iterator[Problem]:
    """A share of one, such as 0.995, where the service credits ask whether most of a hundred percent is reached."""
    bounds = [
        compare.value
        for credit in contract.credits
        for row in credit.rows
        for compare in comparisons(row.when)
        if compare.subject == asked.id and isinstance(compare.value, Fraction)
    ]
    if bounds and min(bounds) >= _MOST_OF_IT and 0 < one.value <= 1:
        least = number(min(bounds))
        cause = f"{number(one.value)} is read as {number(one.value)} percent, where {least} percent are asked for"
        mend = f"write {number(one.value * 100)} if that is what it means"
        yield Problem("W325", place_of(one, "value"), cause, mend, Severity.WARNING)


def _longest(asked: Input, days: Period) -> dt.date:
    """The first day after the longest period that begins on that day; months that end with the month stay such."""
    months, start = asked.stated.months, days.start
    end = asked.stated.after(start)
    is_last = (start + dt.timedelta(days=1)).day == 1
    return add_months(start, months, 31) if months and is_last else end

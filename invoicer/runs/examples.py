"""runs: examples. What is expected beside a contract is worked out and compared, before anything is planned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from invoicer.domain.contract import Contract
from invoicer.domain.entitlement import Entitlement
from invoicer.domain.example import Example, Expected
from invoicer.domain.money import Money, total
from invoicer.domain.party import Customer
from invoicer.domain.trace import Trace, add, given, subtract
from invoicer.errors import Place, Problem, Severity
from invoicer.runs.desk import Desk
from invoicer.runs.given import MISSING_QUANTITY, answers, figures, told, with_values
from invoicer.runs.rate import rate

FAILED = "L220"
NOT_GIVEN = "L221"


@dataclass(frozen=True, slots=True)
class Difference:
    """A line that comes out otherwise than expected. ``actual`` is None where there is no such line; ``trace`` ends in
    actual − expected and holds everything that made the actual amount."""

    expected: Expected
    actual: Money | None
    trace: Trace


@dataclass(frozen=True, slots=True)
class Tried:
    """An example that was worked out: right where nothing differs. ``doubts`` are what could not be rated."""

    contract: str
    example: Example
    differences: tuple[Difference, ...]
    doubts: tuple[Problem, ...]

    @property
    def passed(self) -> bool:
        return not self.differences and not self.doubts

    def problems(self) -> Iterator[Problem]:
        """Why it fails, as holds of the contract."""
        for doubt in self.doubts:
            cause = f"example “{self.example.title}” can't be worked out: {doubt.cause}"
            code = NOT_GIVEN if doubt.code == MISSING_QUANTITY else doubt.code
            yield Problem(code, self._place(self.example), cause, doubt.mend, Severity.HOLD)
        for one in self.differences:
            cause = f"example “{self.example.title}”: {one.expected} {_expected(one.expected)}, and {_actual(one)}"
            mend = f"mend the terms or the example; `invoicer test {self.contract}` shows how the amount came about"
            yield Problem(FAILED, self._place(one.expected), cause, mend, Severity.HOLD)

    def _place(self, at: Example | Expected) -> Place:
        clause = at.clause
        spot = (clause.file, clause.line, clause.column, clause.end_line, clause.end_column)
        return Place(*spot, f"contract {self.contract}")


def try_out(contract: Contract, customer: tuple[Customer, ...] | None) -> tuple[Tried, ...]:
    """Work out every example of a contract; ``customer`` are the rows of its customer (None: unresolved)."""
    return tuple(_try(contract, example, customer) for example in contract.examples)


def failing(contract: Contract, customer: tuple[Customer, ...] | None) -> tuple[Problem, ...]:
    """A hold for everything that comes out otherwise than the examples of the contract expect."""
    return tuple(problem for tried in try_out(contract, customer) for problem in tried.problems())


def unexpected(desk: Desk, contracts: Iterable[Contract]) -> dict[str, tuple[Problem, ...]]:
    """A hold for each contract with an example that does not come out as it says."""
    found = ((one.id, failing(one, desk.workspace.customers[one.customer])) for one in contracts if one.examples)
    return {contract: problems for contract, problems in found if problems}


def _try(contract: Contract, example: Example, customer: tuple[Customer, ...] | None) -> Tried:
    mend = "add a line such as `given {} 100` to the example"
    indices = with_values(example.indices)
    measured = answers(contract, example.on, example.known_on, example.given, mend, indices)
    evidence, missing = figures(contract, example.on, example.known_on, example.given, mend, indices)
    rating = rate(contract, customer, measured, example.known_on, example.on, evidence=evidence)
    due = [one for one in rating.entitlements if one.bill_date == example.on]
    doubts = tuple({(doubt.code, doubt.cause): doubt for doubt in told(rating.holds, missing)}.values())
    differences = tuple(found for one in example.expected if (found := _compare(contract, one, due)) is not None)
    return Tried(contract.id, example, () if doubts else differences, doubts)


def _compare(contract: Contract, expected: Expected, due: Iterable[Entitlement]) -> Difference | None:
    lines = [one for one in due if _belongs(one, expected) and one.net]
    actual = total((one.net for one in lines), contract.currency) if lines else None
    if expected.amount is None:
        if actual is None:
            return None
    elif (actual.exact if actual else 0) == expected.amount.exact:
        return None
    return Difference(expected, actual, _trace(contract, expected, lines))


def _belongs(line: Entitlement, expected: Expected) -> bool:
    component = line.component
    return (
        expected.charge in ("", component.charge)
        and expected.part in ("", component.part)
        and expected.name in ("", component.name)
    )


def _trace(contract: Contract, expected: Expected, lines: list[Entitlement]) -> Trace:
    amounts = [line.trace.named(f"{line.component}", contract.currency) for line in lines]
    actual = amounts[0] if len(amounts) == 1 else add(amounts, "invoiced", contract.currency)
    wanted = expected.amount.exact if expected.amount else 0
    return subtract(
        actual, given(wanted, "expected", contract.currency, expected.clause), "difference", contract.currency
    )


def _expected(expected: Expected) -> str:
    return f"is expected to be {expected.amount}" if expected.amount else "is not expected"


def _actual(found: Difference) -> str:
    return f"it comes to {found.actual}" if found.actual else "there is no such line"

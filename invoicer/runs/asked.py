"""runs: what an account asks for that isn't its own: customers and exchange rates, with the answers.

Whom it has to credit, and at which rate of which day, is known only while it is worked out. So it is written down; what came
out holds while the same questions get the same answers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from invoicer.domain import canonical
from invoicer.domain.party import Customer
from invoicer.domain.supply import ExchangeRate
from invoicer.errors import TaxError
from invoicer.runs.desk import Desk
from invoicer.tax import Exchange


@dataclass(frozen=True, slots=True)
class Answers:
    """Of each customer a hash of the rows; of each pair of currencies and day (known when, of which age) what was said."""

    customers: Mapping[str, str]
    rates: tuple[tuple[tuple[str, str, dt.date, dt.date, int], str], ...]


def asking(desk: Desk) -> tuple[Desk, Asking]:
    """The desk, and who writes down what is asked of it."""
    noted = Asking(desk)
    space = replace(desk.workspace, customers=noted.customers)
    return replace(desk, workspace=space, exchange=noted.rates), noted


def still(answers: Answers, desk: Desk, hashes: dict[str, str]) -> bool:
    """Whether the questions get the same answers at a desk; ``hashes`` of customers are kept there for the next one."""
    customers = desk.workspace.customers
    return all(_rows(name, customers, hashes) == said for name, said in answers.customers.items()) and all(
        _rate(desk.exchange, question)[1] == said for question, said in answers.rates
    )


class Asking:
    """Remembers what was asked for."""

    def __init__(self, desk: Desk) -> None:
        self.customers = _Customers(desk.workspace.customers)
        self.rates = _Rates(desk.exchange)

    def answers(self, hashes: dict[str, str]) -> Answers:
        """All questions so far, with the answers."""
        known = self.customers.known
        return Answers(
            {name: _rows(name, known, hashes) for name in sorted(self.customers.asked)},
            tuple(sorted(self.rates.asked.items())),
        )


class _Customers(Mapping[str, tuple[Customer, ...]]):
    def __init__(self, known: Mapping[str, tuple[Customer, ...]]) -> None:
        self.known = known
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> tuple[Customer, ...]:
        self.asked.add(name)
        return self.known[name]

    def __iter__(self) -> Iterator[str]:
        self.asked |= self.known.keys()  # whoever goes through all asks for all
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


class _Rates(Exchange):
    def __init__(self, known: Exchange) -> None:
        self._known = known
        self.asked: dict[tuple[str, str, dt.date, dt.date, int], str] = {}

    def rate(self, base: str, currency: str, day: dt.date, *, known_on: dt.date, max_age_days: int) -> ExchangeRate:
        question = base, currency, day, known_on, max_age_days
        found, self.asked[question] = _rate(self._known, question)
        if isinstance(found, TaxError):
            raise found
        return found


def _rate(exchange: Exchange, question: tuple[str, str, dt.date, dt.date, int]) -> tuple[ExchangeRate | TaxError, str]:
    base, currency, day, known_on, most = question
    try:
        found = exchange.rate(base, currency, day, known_on=known_on, max_age_days=most)
    except TaxError as error:
        return error, canonical.to_json(list(error.problems))
    return found, canonical.to_json(found)


def _rows(name: str, customers: Mapping[str, tuple[Customer, ...]], hashes: dict[str, str]) -> str:
    if name not in hashes:
        rows = customers.get(name)
        hashes[name] = "" if rows is None else canonical.sha256(canonical.to_json(list(rows)))
    return hashes[name]

"""usage: a usage folder to write events into, and demands to ask of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from invoicer.domain.contract import Aggregation, Meter
from invoicer.domain.period import Period
from invoicer.domain.price import Condition
from invoicer.domain.trace import Clause
from invoicer.domain.usage import Demand, Measured, Measurements
from invoicer.errors import Problem
from invoicer.usage import measure

CLAUSE = Clause("contracts/test.terms", 1, 1, 1, 9, "0" * 64)


@dataclass(frozen=True)
class Deliveries:
    """A usage folder."""

    folder: Path

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="")
        return path

    def source(self, files: str, *meters: str, through: str = "2026-12-31") -> None:
        """One more source in the manifest."""
        listed = ", ".join(f'"{meter}"' for meter in meters)
        with (self.folder / "manifest.toml").open("a", encoding="utf-8") as manifest:
            manifest.write(f'[[source]]\nfiles = "{files}"\nmeters = [{listed}]\ncomplete_through = {through}\n')

    def parquet(self, name: str, query: str) -> None:
        """Write the rows of a query as a Parquet file."""
        with duckdb.connect(":memory:") as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute(f"COPY ({query}) TO '{self.folder / name}' (FORMAT parquet)")

    def ask(
        self,
        *demands: Demand,
        known_on: str = "2027-01-31",
        contracts: Sequence[str] = ("acme", "beta", "gamma"),
        meters: Sequence[str] = ("traffic", "storage", "calls"),
    ) -> tuple[Measurements, tuple[Problem, ...]]:
        day = dt.date.fromisoformat(known_on)
        return measure(self.folder, demands, known_on=day, contracts=contracts, meters=meters)

    def quantity(self, demand: Demand, known_on: str = "2027-01-31") -> Measured:
        """The answer to one demand, where nothing is wrong."""
        answers, problems = self.ask(demand, known_on=known_on)
        assert problems == ()
        answer = answers[demand.key]
        assert isinstance(answer, Measured), answer
        return answer


@pytest.fixture
def usage(tmp_path: Path) -> Deliveries:
    (tmp_path / "usage").mkdir()
    return Deliveries(tmp_path / "usage")


class Ask:
    """Short ways to write meters and demands."""

    @staticmethod
    def meter(
        kind: str = "sum",
        field: str = "amount",
        *,
        name: str = "traffic",
        per_day: bool = False,
        only: Condition | None = None,
    ) -> Meter:
        return Meter(name, name, Aggregation(kind), field, "GB", CLAUSE, per_day, only)

    @staticmethod
    def demand(
        meter: Meter,
        first: str = "2026-01-01",
        after: str = "2026-02-01",
        *,
        contract: str = "acme",
        time_zone: str = "Europe/Amsterdam",
    ) -> Demand:
        days = Period(dt.date.fromisoformat(first), dt.date.fromisoformat(after))
        return Demand(contract, meter, days, time_zone)

    @staticmethod
    def shown(answers: Measurements, problems: Iterable[Problem]) -> str:
        """All that a person gets to read."""
        held = [
            f"{' '.join(map(str, key))}: {answer}" for key, answer in answers.items() if isinstance(answer, Problem)
        ]
        return "\n".join([*map(str, problems), "", *held])


@pytest.fixture(scope="session")
def ask() -> type[Ask]:
    return Ask

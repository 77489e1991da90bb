"""usage: what the meters of all demands have in common, so that each way of measuring is one pass over the events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from invoicer.domain.contract import Aggregation, Meter
from invoicer.domain.price import Condition, comparisons
from invoicer.domain.usage import Demand
from invoicer.usage.conditions import as_sql
from invoicer.usage.store import FIXED


@dataclass(frozen=True, slots=True)
class Rule:
    """A way of measuring: meters of many contracts share one."""

    aggregation: Aggregation
    field: str
    per_day: bool
    only: Condition | None

    @classmethod
    def of(cls, meter: Meter) -> Rule:
        return cls(meter.aggregation, meter.field, meter.per_day, meter.only)

    @property
    def is_numeric(self) -> bool:
        """Whether the field is a number (of the others, unique takes any text and count looks at none)."""
        return self.aggregation not in (Aggregation.UNIQUE, Aggregation.COUNT)

    @property
    def numbers(self) -> frozenset[str]:
        """The columns that must be numbers."""
        in_condition = {compare.subject for compare in comparisons(self.only) if isinstance(compare.value, Fraction)}
        return frozenset(in_condition | ({self.field} if self.is_numeric else set()))

    @property
    def columns(self) -> frozenset[str]:
        """All columns that are looked at."""
        return frozenset(compare.subject for compare in comparisons(self.only)) | (
            {self.field} if self.aggregation is not Aggregation.COUNT else set()
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """All ways of measuring that demands need. ``pairs`` has the contracts and meters that each applies to."""

    pairs: Mapping[Rule, tuple[tuple[str, str], ...]]
    fields: tuple[str, ...]

    @classmethod
    def of(cls, demands: Iterable[Demand]) -> Rules:
        pairs: dict[Rule, dict[tuple[str, str], None]] = {}
        for demand in demands:
            pairs.setdefault(Rule.of(demand.meter), {})[demand.contract, demand.meter.id] = None
        fields = sorted({column for rule in pairs for column in rule.columns} - set(FIXED))
        return cls({rule: tuple(found) for rule, found in pairs.items()}, tuple(fields))

    def column(self, name: str) -> str:
        """The SQL name of a column of the events: only names that this room chose ever reach a statement."""
        return f'e."{name}"' if name in FIXED else f"e.c{self.fields.index(name)}"

    def condition(self, rule: Rule) -> tuple[str, list[str]]:
        """The events that a rule counts, as SQL with parameters."""
        return as_sql(rule.only, self.column)

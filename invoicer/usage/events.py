"""usage: how the events of a period are priced, where each is priced by itself: exact counts and sums, no amounts.

Events stand in the order of their time stamps and, at one instant, of their ids; from the first day that counts
(``since``) they use up what is free. Events are exact decimals, so each limit of the terms, which may be any fraction,
lies between two of them or on one: it goes to the database rounded to the side that changes no answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

import duckdb

from invoicer.domain.events import EventTerms, Pricing, Tally
from invoicer.domain.usage import Demand
from invoicer.usage.conditions import PLACES
from invoicer.usage.rules import Rule, Rules

_MOST = 10 ** (38 - PLACES) - 1
_LIMITS = ("least", "most", "free_number", "free_from", "free_to")
_CLASSES = f"""
CASE WHEN free AND (free_to IS NULL OR total <= free_to) THEN '{Pricing.FREE}'
     WHEN free THEN 'part'
     WHEN amount < least THEN '{Pricing.LEAST}'
     WHEN amount > most THEN '{Pricing.MOST}'
     ELSE '{Pricing.SHARE}' END
"""


@dataclass(frozen=True, slots=True)
class _Limits:
    """The limits of event terms as numbers of the database: an event of less than ``least`` costs the minimum, of more
    than ``most`` the maximum. The first ``free_number`` events are free; before ``free_from`` some of the free amount is
    left, up to ``free_to`` all of an event lies in it."""

    least: str | None
    most: str | None
    free_number: str | None
    free_from: str | None
    free_to: str | None

    @classmethod
    def of(cls, terms: EventTerms) -> _Limits:
        number, amount = terms.free_events, terms.free_amount
        return cls(
            _number(_where_costs(terms, terms.bounds.least, Fraction(_MOST)), up=True),
            _number(_where_costs(terms, terms.bounds.most, Fraction(-1)), up=False),
            None if number is None else str(number.numerator // number.denominator),
            _number(amount, up=True),
            _number(amount, up=False),
        )


def tally_events(
    connection: duckdb.DuckDBPyConnection, rules: Rules, rule: Rule, demands: Sequence[Demand]
) -> dict[int, tuple[tuple[EventTerms, Tally], ...]]:
    """How the events of demands that share a rule are priced, for each of the event terms of each, by position."""
    asked = [(at, demand, terms) for at, demand in enumerate(demands) for terms in demand.events]
    if not asked:
        return {}
    _want(connection, asked)
    condition, parameters = rules.condition(rule)
    rows = connection.execute(
        f"SELECT id, {_CLASSES} AS pricing, count(*), sum(amount), max(total) FROM ("
        "SELECT *, (free_number IS NOT NULL OR free_from IS NOT NULL) AND (free_number IS NULL OR number <= free_number) "
        "AND (free_from IS NULL OR total - amount < free_from) AS free FROM ("
        "SELECT *, row_number() OVER in_order AS number, "
        "sum(amount) OVER (in_order ROWS UNBOUNDED PRECEDING) AS total FROM ("
        f"SELECT w.*, e.day, e.instant, e.event, number_of({rules.column(rule.field)}) AS amount "
        "FROM events e JOIN priced w ON e.contract = w.contract AND e.meter = w.meter "
        f"AND e.day >= w.since AND e.day < w.after WHERE {condition}) "
        "WINDOW in_order AS (PARTITION BY id ORDER BY instant, event))"
        ") WHERE day >= first GROUP BY id, pricing",
        parameters,
    ).fetchall()
    found: dict[int, Tally] = defaultdict(Tally)
    for number, pricing, count, amount, total in rows:
        terms = asked[number][2]
        if pricing == "part":  # one event at most: it reaches from what is free into what is charged
            charged = Fraction(total) - (terms.free_amount or 0)
            free = Fraction(amount) - charged
            found[number] = found[number].plus(terms.pricing_of(charged), 1, charged, free)
        else:
            free = Fraction(amount) if pricing == Pricing.FREE else Fraction(0)
            found[number] = found[number].plus(Pricing(pricing), count, Fraction(amount), free)
    answers: dict[int, list[tuple[EventTerms, Tally]]] = defaultdict(list)
    for number, (at, _, terms) in enumerate(asked):
        answers[at].append((terms, found[number]))
    return {at: tuple(tallies) for at, tallies in answers.items()}


def _want(connection: duckdb.DuckDBPyConnection, asked: Sequence[tuple[int, Demand, EventTerms]]) -> None:
    """The table ``priced``: the days and the limits of each tally that is wanted."""
    limits = [_Limits.of(terms) for *_, terms in asked]
    columns = ", ".join(
        f"CAST(unnest(CAST(${name} AS VARCHAR[])) AS {'HUGEINT' if name == 'free_number' else f'DECIMAL(38, {PLACES})'}) "
        f"AS {name}"
        for name in _LIMITS
    )
    connection.execute(
        "CREATE OR REPLACE TABLE priced AS SELECT unnest(CAST($ids AS INTEGER[])) AS id, "
        "unnest(CAST($contracts AS VARCHAR[])) AS contract, unnest(CAST($meters AS VARCHAR[])) AS meter, "
        "unnest(CAST($since AS DATE[])) AS since, unnest(CAST($starts AS DATE[])) AS first, "
        f"unnest(CAST($ends AS DATE[])) AS after, {columns}",
        {
            "ids": list(range(len(asked))),
            "contracts": [demand.contract for _, demand, _ in asked],
            "meters": [demand.meter.id for _, demand, _ in asked],
            "since": [terms.since for *_, terms in asked],
            "starts": [demand.days.start for _, demand, _ in asked],
            "ends": [demand.days.end for _, demand, _ in asked],
            **{name: [getattr(one, name) for one in limits] for name in _LIMITS},
        },
    )


def _where_costs(terms: EventTerms, bound: Decimal | None, always: Fraction) -> Fraction | None:
    """The amount whose cost is the bound; without a percentage ``always`` where the fixed part lies beyond it."""
    if bound is None:
        return None
    rest = Fraction(bound) - Fraction(terms.fixed)
    if terms.percent:
        return rest * 100 / Fraction(terms.percent)
    beyond = rest > 0 if always > 0 else rest < 0
    return always if beyond else None


def _number(value: Fraction | None, up: bool) -> str | None:
    """The next number that an event can have, within what the database can hold."""
    if value is None:
        return None
    scaled = value * 10**PLACES
    whole = -((-scaled.numerator) // scaled.denominator) if up else scaled.numerator // scaled.denominator
    with localcontext(prec=60):
        return f"{Decimal(max(min(whole, _MOST * 10**PLACES), -_MOST * 10**PLACES)).scaleb(-PLACES):f}"

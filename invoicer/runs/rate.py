"""runs: rate. What a contract is owed; an amount beyond what can be kept holds it, as any other doubt does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from invoicer import engine
from invoicer.domain.contract import Contract
from invoicer.domain.evidence import NO_EVIDENCE, Evidence
from invoicer.domain.money import AmountError
from invoicer.domain.party import Customer
from invoicer.domain.usage import Measurements
from invoicer.engine import Rating
from invoicer.errors import Place, Problem, Severity

NOTHING_BILLED: Mapping[str, dt.date] = {}


def rate(
    contract: Contract,
    customer: tuple[Customer, ...] | None,
    measurements: Measurements,
    known_on: dt.date,
    through: dt.date,
    billed_until: Mapping[str, dt.date] = NOTHING_BILLED,
    evidence: Evidence = NO_EVIDENCE,
) -> Rating:
    """As :func:`invoicer.engine.rate`; nothing is raised for an amount that is too large."""
    try:
        return engine.rate(contract, customer, measurements, known_on, through, billed_until, evidence)
    except AmountError as error:
        place = Place(part=f"contract {contract.id}")
        mend = "look for a mistake in its prices and quantities"
        return Rating((), (Problem("L210", place, str(error), mend, Severity.HOLD),))

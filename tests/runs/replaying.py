"""Contracts from the text of a worked example."""

from __future__ import annotations

from invoicer import language
from invoicer.domain.contract import Contract
from invoicer.errors import Severity
from tests.docs.pages import whole


def contract_of(terms: str) -> Contract:
    """The contract of an example; its first lines are those of the documentation, where it has no others."""
    loaded = language.load([("contracts/example.terms", whole(terms))])
    assert not [problem for problem in loaded.problems if problem.severity is not Severity.WARNING], loaded.problems
    return next(iter(loaded.contracts))

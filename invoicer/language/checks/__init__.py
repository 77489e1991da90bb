"""language: what can be found wrong in terms without running them.

``check_document`` looks at one contract or price list by itself, ``check_terms`` at a contract with everything that it
takes over. Each finding has a code of :mod:`invoicer.language.codes`, a place, a cause and a mend.
"""

from __future__ import annotations

from collections.abc import Iterator

from invoicer.errors import Problem
from invoicer.language import tree
from invoicer.language.acknowledge import check_acknowledgements
from invoicer.language.checks.commitments import check_commitment_lines, check_commitments, names_of_charges
from invoicer.language.checks.conditions import check_conditions
from invoicer.language.checks.credits import check_credits
from invoicer.language.checks.deposits import check_deposits
from invoicer.language.checks.endings import check_endings
from invoicer.language.checks.ends import check_ends
from invoicer.language.checks.examples import check_examples
from invoicer.language.checks.indexation import check_indexation_lines, check_indexations
from invoicer.language.checks.inputs import check_inputs
from invoicer.language.checks.layout import check_layout
from invoicer.language.checks.lines import check_lines
from invoicer.language.checks.names import Known, check_names
from invoicer.language.checks.names_before import check_names_before
from invoicer.language.checks.prices import check_prices
from invoicer.language.checks.refunds import check_refunds, check_tables_of_refunds
from invoicer.language.checks.tables import check_tables
from invoicer.language.checks.takeovers import check_takeovers
from invoicer.language.checks.time import check_time
from invoicer.language.checks.upgrades import check_upgrades
from invoicer.language.checks.usage import check_usage_lines
from invoicer.language.gather import PriceLists, Terms
from invoicer.language.inclusive import check_inclusive

__all__ = ["Known", "check_document", "check_terms"]


def check_document(document: tree.Document) -> Iterator[Problem]:
    """What is wrong with a contract or price list by itself."""
    yield from check_lines(document)
    yield from check_acknowledgements(document)
    yield from check_tables(document)
    yield from check_tables_of_refunds(document)
    yield from check_usage_lines(document)
    yield from check_indexation_lines(document)
    yield from check_commitment_lines(document)
    yield from check_layout(document)


def check_terms(terms: Terms, lists: PriceLists, known: Known) -> Iterator[Problem]:
    """What is wrong with a contract, its price lists and amendments taken together."""
    yield from check_names(terms, lists, known)
    yield from check_names_before(terms)
    yield from check_takeovers(terms)
    yield from check_inputs(terms)
    yield from check_time(terms)
    yield from check_prices(terms)
    yield from check_conditions(terms)
    yield from check_credits(terms)
    yield from check_examples(terms)
    yield from check_inclusive(terms)
    yield from check_refunds(terms)
    yield from check_indexations(terms, known)
    yield from check_commitments(terms)
    yield from names_of_charges(terms)
    yield from check_ends(terms)
    yield from check_endings(terms)
    yield from check_deposits(terms)
    yield from check_upgrades(terms, lists)

"""facts: dated facts as data. Percentages with jurisdiction, levy, category, days of validity, date basis, source and
confidence, read from TOML beside a market; a country as such data.

Gaps and overlaps are errors at load, doubtful facts are refused at use until the workspace vouches for them.
"""

from invoicer.facts.country import INSURANCE_CLASSES, Country, creditor_reference, unfit_number
from invoicer.facts.deadlines import read_deadlines
from invoicer.facts.fact import Confidence, DateBasis, Fact, Facts
from invoicer.facts.read import read_facts, read_table

__all__ = [
    "INSURANCE_CLASSES",
    "Confidence",
    "Country",
    "DateBasis",
    "Fact",
    "Facts",
    "creditor_reference",
    "read_deadlines",
    "read_facts",
    "read_table",
    "unfit_number",
]

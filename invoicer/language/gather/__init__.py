"""language: what a contract says about each thing, gathered from its own lines, its price lists and its amendments.

The values are still nodes of the syntax tree, so the checks can point at them; :mod:`resolve` turns them into the
domain's. A taken-over charge is its price list's with the contract's own lines in place of those of their kind.
"""

from invoicer.language.gather.gathering import find_list, gather
from invoicer.language.gather.lines import line_kind, measured_unit, split_rate, take_over, unit_said
from invoicer.language.gather.refunds import refund_of, stated_refund
from invoicer.language.gather.terms import Agreement, ChargeTerms, PriceLists, Terms
from invoicer.language.gather.upgrades import charge_in, newer_versions, version_of

__all__ = [
    "Agreement",
    "ChargeTerms",
    "PriceLists",
    "Terms",
    "charge_in",
    "find_list",
    "gather",
    "line_kind",
    "measured_unit",
    "newer_versions",
    "refund_of",
    "split_rate",
    "stated_refund",
    "take_over",
    "unit_said",
    "version_of",
]

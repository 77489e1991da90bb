"""language: what the parser found → the syntax tree, typed and frozen.

Each method of the classes in this folder is named after a rule (or an alternative) of grammar.lark and takes the place and
the parts of that rule; those with an underscore are helpers.
(Lark wants ``v_args`` on each class.)
"""

from __future__ import annotations

from invoicer.language.build.changes import Changes
from invoicer.language.build.charges import ChargeLines
from invoicer.language.build.commitment import CommitmentLines
from invoicer.language.build.contracts import ContractLines
from invoicer.language.build.credits import CreditLines
from invoicer.language.build.deposits import Deposits
from invoicer.language.build.discounts import DiscountLines
from invoicer.language.build.documents import Documents
from invoicer.language.build.endings import Endings
from invoicer.language.build.examples import Examples
from invoicer.language.build.indexation import IndexationLines
from invoicer.language.build.inputs import InputLines
from invoicer.language.build.meters import MeterLines
from invoicer.language.build.prices import Prices
from invoicer.language.build.pricing import UsagePricing
from invoicer.language.build.refunds import Refunds


class Build(
    Documents,
    ContractLines,
    ChargeLines,
    MeterLines,
    InputLines,
    DiscountLines,
    CreditLines,
    Changes,
    Prices,
    UsagePricing,
    Refunds,
    Deposits,
    Endings,
    Examples,
    IndexationLines,
    CommitmentLines,
):
    r"""Turns Lark's tree of one file into :class:`tree.Document`\ s; a number that can't stand where it stands (day 32,
    every 0 months) becomes a problem in ``problems``."""

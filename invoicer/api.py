"""api: all that a plugin author may import."""

from invoicer.domain.contract import Premium
from invoicer.domain.deadline import IssueDeadline
from invoicer.domain.document import Document, Draft, Kind, Line
from invoicer.domain.ending import ConsumerTerms
from invoicer.domain.money import Money
from invoicer.domain.party import Address, Customer, PartyKind, Registration, Seller
from invoicer.domain.period import Period, Span, Unit
from invoicer.domain.supply import Category, ExchangeRate, Levy, Market, NumberingLaw, Supply, Treatment
from invoicer.errors import InvoicerError, Place, PluginError, Problem, Severity, TaxError
from invoicer.facts import (
    INSURANCE_CLASSES,
    Confidence,
    Country,
    DateBasis,
    Fact,
    Facts,
    creditor_reference,
    read_deadlines,
    read_facts,
    read_table,
    unfit_number,
)
from invoicer.hookspecs import DocumentFormat, hookimpl

__all__ = [
    "INSURANCE_CLASSES",
    "Address",
    "Category",
    "Confidence",
    "ConsumerTerms",
    "Country",
    "Customer",
    "DateBasis",
    "Document",
    "DocumentFormat",
    "Draft",
    "ExchangeRate",
    "Fact",
    "Facts",
    "InvoicerError",
    "IssueDeadline",
    "Kind",
    "Levy",
    "Line",
    "Market",
    "Money",
    "NumberingLaw",
    "PartyKind",
    "Period",
    "Place",
    "PluginError",
    "Premium",
    "Problem",
    "Registration",
    "Seller",
    "Severity",
    "Span",
    "Supply",
    "TaxError",
    "Treatment",
    "Unit",
    "creditor_reference",
    "hookimpl",
    "read_deadlines",
    "read_facts",
    "read_table",
    "unfit_number",
]

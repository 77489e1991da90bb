"""api: all that a plugin author may import."""

from invoicer.domain.contract import Premium
from invoicer.domain.document import Document, Draft, Kind, Line
from invoicer.domain.money import Money
from invoicer.domain.party import Address, Customer, PartyKind, Registration, Seller
from invoicer.domain.period import Period
from invoicer.domain.supply import Category, ExchangeRate, Levy, Market, Supply, Treatment
from invoicer.errors import InvoicerError, Place, PluginError, Problem, Severity, TaxError
from invoicer.hookspecs import DocumentFormat, hookimpl

__all__ = [
    "Address",
    "Category",
    "Customer",
    "Document",
    "DocumentFormat",
    "Draft",
    "ExchangeRate",
    "InvoicerError",
    "Kind",
    "Levy",
    "Line",
    "Market",
    "Money",
    "PartyKind",
    "Period",
    "Place",
    "PluginError",
    "Premium",
    "Problem",
    "Registration",
    "Seller",
    "Severity",
    "Supply",
    "TaxError",
    "Treatment",
    "hookimpl",
]

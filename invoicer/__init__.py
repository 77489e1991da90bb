"""Contracts as code, from signed terms to proven invoices."""

__version__ = "0.1.0"

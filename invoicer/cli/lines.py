"""cli: lines of a preview, for people and for programs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from rich.table import Table

from invoicer import runs
from invoicer.cli import output, tables, words
from invoicer.domain.entitlement import Entitlement
from invoicer.domain.money import total
from invoicer.domain.supply import Treatment
from invoicer.runs.preview import PreviewLine


def preview_table(contract: str, on: dt.date, lines: Iterable[PreviewLine]) -> Table:
    """The lines that a contract would bill on a day."""
    rows = []
    lines = tuple(lines)
    for one in lines:
        owed = one.entitlement
        rows.append(
            (
                owed.title,
                str(owed.component),
                str(owed.days),
                words.number(owed.quantity),
                owed.unit,
                words.plain(owed.unit_price) + (f" per {words.plain(owed.price_base)}" if owed.price_base != 1 else ""),
                tables.amount(owed.net),
                owed.net.currency,
                vat(one.treatment) if one.treatment else "",
            )
        )
    nets = [one.entitlement.net for one in lines]
    if nets:
        rows.append(
            (
                "Total" if any(one.entitlement.includes_tax for one in lines) else "Total net",
                "",
                "",
                "",
                "",
                "",
                tables.amount(total(nets, nets[0].currency)),
                nets[0].currency,
                "",
            )
        )
    columns = ("Line", "Component", "Service period", "Quantity", "Unit", "Unit price", "Net", "Cur", "VAT")
    title = f"{contract}, billed on {on}" + ("" if rows else ": nothing")
    return output.table(title, columns, rows, right=("Quantity", "Unit price", "Net"))


def vat(treatment: Treatment) -> str:
    """A treatment in a few signs."""
    return f"{treatment.category} {treatment.percent}% {treatment.jurisdiction}" + words.with_tax(treatment)


def preview_data(preview: runs.Preview) -> dict[str, Any]:
    """A preview as plain data: numbers are text, exact fractions are written 1/3."""
    return {
        "on": preview.on.isoformat(),
        "tax": "included" if preview.taxed else "left out: no workspace, parties unresolved",
        "contracts": [
            {
                "contract": contract,
                "lines": [entitlement_data(one.entitlement, one.treatment) for one in lines],
                "net": _sum(lines),
            }
            for contract, lines in preview.lines.items()
        ],
        "problems": [output.problem_data(problem) for problem in preview.problems],
    }


def entitlement_data(owed: Entitlement, treatment: Treatment | None) -> dict[str, Any]:
    """What would be a line, as plain data."""
    return {
        "charge": owed.component.charge,
        "component": str(owed.component),
        "title": owed.title,
        "service_period": {"from": owed.days.start.isoformat(), "to": owed.days.last_day.isoformat()},
        "bill_date": owed.bill_date.isoformat(),
        "tax_point": owed.tax_point.isoformat(),
        "quantity": exact(owed.quantity),
        "unit": owed.unit,
        "unit_price": words.plain(owed.unit_price),
        "price_base": words.plain(owed.price_base),
        "details": [
            {
                "label": detail.label,
                "quantity": exact(detail.quantity),
                "unit": detail.unit,
                "unit_price": words.plain(detail.unit_price),
                "price_base": words.plain(detail.price_base),
                "amount": exact(detail.amount),
            }
            for detail in owed.details
        ],
        "days_in_service": list(owed.proration) if owed.proration else None,
        "net": str(owed.net.amount),
        "includes_tax": owed.includes_tax,
        "currency": owed.net.currency,
        "treatment": treatment_data(treatment) if treatment else None,
        "clause": str(owed.clause),
        "trace": words.trace_data(owed.trace),
    }


def treatment_data(treatment: Treatment) -> dict[str, str]:
    """A treatment as plain data."""
    return {
        "jurisdiction": treatment.jurisdiction,
        "category": str(treatment.category),
        "percent": words.plain(treatment.percent),
        "rule": treatment.rule,
        "law": treatment.law,
    }


def exact(value: Fraction) -> str:
    """An exact number as text: 1/3 where it has no end."""
    return words.number(value).split(" (")[0]


def _sum(lines: Iterable[PreviewLine]) -> str:
    nets = [one.entitlement.net for one in lines]
    return str(total(nets, nets[0].currency).amount) if nets else "0"

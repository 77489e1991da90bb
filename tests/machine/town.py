"""The workspace of the machine: what stands in its files, kept in Python beside them, and written anew after each change."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from invoicer import ledger, runs, workspace
from invoicer.domain.entitlement import BilledLine
from invoicer.errors import Severity
from invoicer.language import load
from invoicer.ledger import Fault, Ledger
from invoicer.ledger.faults import no_fault
from tests.ledger.papers import database_of
from tests.machine.deal import HOME, Change, Deal, Event
from tests.runs.test_histories import Story

FIRST = dt.date(2026, 1, 1)
OTHER = """
[sellers.other-company]
name = "Example Hosting Zwei GmbH"
company_number = "HRB 1"
time_zone = "Europe/Amsterdam"
accounting_currency = "EUR"
address = { street = "Beispielweg 1", postcode = "10115", city = "Berlin", country = "DE" }

[[sellers.other-company.registrations]]
country = "DE"
vat_id = "DE136695976"

[[sellers.other-company.accounts]]
currency = "EUR"
iban = "DE89370400440532013000"
bic = "COBADEFF"
bank = "Commerzbank"

[sellers.other-company.series]
invoice = "Z-{year}-{number:4}"
credit-note = "ZC-{year}-{number:4}"
"""
REVIEW = """
[review]
first_invoice = true
jump_percent = 20
late_usage = true
amendment_days = 30
credit_percent = 30
changed_treatment = true
"""
COLUMNS = (
    "id,name,kind,street,postcode,city,country,language,vat_id,vat_id_confirmed,valid_from,recorded,invoices,when_held"
)
HERE = "Voorbeeldgracht 12,1011 AB,Amsterdam,NL,en,NL878591503B01,2025-12-01"
ABROAD = "Musterweg 5,20095,Hamburg,DE,en,DE811569869,2025-12-01"
PRICE_LIST = """price-list shared-prices "Prices"
  version 1
  currency EUR
  agreed 2025-10-01

charge fee "Fee"
  {price} EUR per week
"""
Row = tuple[str, str, dt.date, dt.date]
"""Of customers.csv: id, address, valid from, recorded."""


@dataclass
class Town:
    """Contracts that can be added up (``deals``) and others (``rich``), buyers, usage, and the day that it is."""

    folder: Path
    today: dt.date = FIRST
    deals: dict[str, Deal] = field(default_factory=dict)
    rich: dict[str, Story] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=lambda: [(name, HERE, FIRST, FIRST) for name in ("acme", "beta")])
    events: dict[str, Event] = field(default_factory=dict)
    twice: tuple[str, ...] = ()
    complete: dt.date = FIRST
    list_fee: int = 2100
    horizon: int = 24
    together: bool = False
    review: bool = False  # whether people have to look at what is unusual
    settings: str = ""
    path: int = 0  # in which order and in how many files the usage stands

    def begin(self) -> None:
        """Make the folder."""
        workspace.new_workspace(self.folder)
        (self.folder / "contracts" / "acme-2026.terms").unlink()
        (self.folder / "price-lists" / "standard-prices.terms").unlink()
        settings = (self.folder / "invoicer.toml").read_text("utf-8")
        settings = settings.replace("[policy]\n", '[policy]\nformats = ["json"]\n')
        self.settings = settings.replace("[supply]\n", '[supply]\ncover = "insurance"\n') + OTHER
        self.write()

    def write(self) -> None:
        """Write terms, customers and usage as they are now."""
        for deal in self.deals.values():
            (self.folder / "contracts" / f"{deal.name}.terms").write_text(deal.text(), "utf-8")
        for name, story in self.rich.items():
            (self.folder / "contracts" / f"{name}.terms").write_text(story.text, "utf-8")
        settings = self.settings.replace("months = 24", f"months = {self.horizon}")
        (self.folder / "invoicer.toml").write_text(settings + REVIEW * self.review, "utf-8")
        cents = f"{self.list_fee // 100}.{self.list_fee % 100:02}"
        (self.folder / "price-lists" / "shared.terms").write_text(PRICE_LIST.format(price=cents), "utf-8")
        sharing = "together,go-ahead" if self.together else "apart,"
        rows = [
            f"{name},{name.title()} B.V.,business,{address},{valid},{recorded},{sharing}"
            for name, address, valid, recorded in self.rows
        ]
        (self.folder / "customers.csv").write_text("\n".join([COLUMNS, *rows]) + "\n", "utf-8")
        self._write_usage()

    def _write_usage(self) -> None:
        folder = self.folder / "usage"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        names = [*sorted(self.events), *self.twice]
        files = 1 + self.path % 3
        if self.path % 2:
            names.reverse()
        for count in range(files):
            lines = [
                f"{name},{event.contract},calls,{event.at.isoformat()},{event.calls},{event.received or ''}"
                for name in names[count::files]
                for event in [self.events[name]]
            ]
            head = "event,contract,meter,at,calls,received"
            (folder / f"calls-{(count + self.path) % files}.csv").write_text("\n".join([head, *lines]) + "\n", "utf-8")
        manifest = f'[[source]]\nfiles = "calls-*.csv"\nmeters = ["calls"]\ncomplete_through = {self.complete}\n'
        (folder / "manifest.toml").write_text(manifest, "utf-8")

    def wait(self, days: int, delivered: bool = True) -> None:
        """Time passes; usage is delivered up to yesterday, or not."""
        self.today += dt.timedelta(days)
        if delivered:
            self.complete = max(self.complete, self.today - dt.timedelta(1))

    def use(self, contract: str, back: int, late: int | None, calls: int, night: bool) -> None:
        """Calls of some days ago: known in so many days (``late``), or at once."""
        day = max(FIRST, self.today - dt.timedelta(back))
        clock = dt.time(23, 30) if night else dt.time(12)
        at = dt.datetime.combine(day, clock, dt.UTC if night else HOME)  # late at night of UTC it is the next day here
        received = None if late is None else max(self.today, at.astimezone(HOME).date()) + dt.timedelta(late)
        self.events[f"e{len(self.events):03}"] = Event(contract, at, calls, received)

    def address(self, customer: str, on: dt.date, known: dt.date) -> str:
        """Where a buyer is on a day, as known on another."""
        rows = [row for row in self.rows if row[0] == customer and row[2] <= on and row[3] <= known]
        return max(rows, key=lambda row: row[2:])[1] if rows else ""

    def ever(self) -> list[str]:
        """All that the contracts were ever called."""
        return [
            *self.rich,
            *(name for deal in self.deals.values() for name in (deal.name, *deal.names.get(deal.name, ()))),
        ]

    def first(self, name: str) -> str:
        """What a contract was called at first."""
        return next((one.name for one in self.deals.values() if name in one.names.get(one.name, ())), name)

    def of_first(self, line: BilledLine) -> BilledLine:
        """A line under the names that its contract and its charge had at first."""
        contract, charge = self.first(line.contract), line.component.charge
        if deal := self.deals.get(contract):
            charge = next((first for first, names in deal.names.items() if charge in names), charge)
        return replace(line, contract=contract, component=replace(line.component, charge=charge))

    def amend(self, deal: Deal, what: str, value: int, effective: dt.date, agreed: dt.date) -> bool:
        """Agree on a change, which says that it supersedes others where it has to. Answers whether the language takes it."""
        number = len(deal.changes) + 1
        same = [one.number for one in deal.changes if one.what == what]
        for over in [(), *(tuple(same[-count:]) for count in range(1, len(same) + 1))]:
            deal.changes.append(Change(agreed, number, effective, what, value, over))
            if is_sound(deal.text()):
                return True
            deal.changes.pop()
        return False

    @contextmanager
    def desk(self, *, writing: bool = True, fault: Fault = no_fault) -> Iterator[tuple[runs.Desk, Ledger]]:
        """The desk and the ledger, as a command opens them."""
        desk = runs.open_desk(self.folder)
        space = desk.workspace
        options = {"documents": space.documents_folder, "database": database_of(self.folder)}
        with ledger.open_ledger(space.ledger_folder, writing=writing, fault=fault, **options) as book:  # type: ignore[arg-type]
            yield desk, book


@lru_cache(maxsize=256)
def is_sound(text: str) -> bool:
    """Whether the language takes the terms of a contract."""
    prices = PRICE_LIST.format(price="1.00")
    loaded = load([("price-lists/shared.terms", prices), ("contracts/c.terms", text)])
    return all(one.severity is Severity.WARNING for one in loaded.problems)


def pick(many: Sequence[Any], which: int) -> Any:
    """One of many, whichever number was drawn."""
    return many[which % len(many)]

"""Workspaces for tests of the editor: texts by name, put on disk, and the text that is open."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types

from invoicer.editor.buffers import Buffer
from invoicer.editor.positions import Lines
from invoicer.editor.shelf import Shelves
from invoicer.editor.view import View

SETTINGS = """[workspace]
name = "Test"
[supply]
electronic-service = "electronic-service"
consulting = "general-service"
[sellers.we]
name = "We B.V."
company_number = "90000101"
time_zone = "Europe/Amsterdam"
accounting_currency = "EUR"
address = { street = "Kade 7", postcode = "2312 VC", city = "Leiden", country = "NL" }
[[sellers.we.registrations]]
country = "NL"
vat_id = "NL008123408B01"
[[sellers.we.accounts]]
currency = "EUR"
iban = "NL51VOBK0812345601"
bic = "VOBKNL2A"
[sellers.we.series]
invoice = "I-{year}-{number:5}"
credit-note = "C-{year}-{number:5}"
"""
CUSTOMERS = """id,name,kind,street,city,country,vat_id,vat_id_confirmed,valid_from
acme,Acme Ltd,business,Kade 1,Leiden,NL,NL007123401B01,,2025-01-01
acme,Acme Group Ltd,business,Kade 2,Leiden,NL,NL007123401B01,2026-01-05,2026-02-01
jansen,A. Jansen,consumer,Kade 3,Leiden,NL,,,2026-06-01
bad,Bad Row,nothing,Kade 4,Leiden,NL,,,2025-01-01
"""
PRICES = """price-list prices "Prices"
  version 3
  currency EUR
  agreed 2025-10-01
  supply electronic-service
  bill monthly in advance on day 1

charge seats "Seats"
  12.00 EUR per seat per month

meter calls "Calls"
  sum of calls
"""
CONTRACT = """contract acme-1 "Acme"
  uses prices version 3
  seller we
  customer acme
  currency EUR
  agreed 2025-12-12
  term open from 2026-01-01
  bill monthly in advance on day 1
  pay within 30 days
  supply electronic-service

charge fee "Fee"
  100.00 EUR per month
  from 2026-06-01 120.00 EUR per month

charge seats as in prices
  quantity 5 seats

charge api "API"
  usage of calls
  bill monthly in arrears
  graduated
    up to 1 000: free
    above: 0.10 EUR each

discount launch "Launch"
  20% off fee, seats
  for first 6 months

amendment 1 from 2026-02-01 agreed 2026-01-20 "More"
  change seats quantity to 8 seats
"""
FILES = {
    "invoicer.toml": SETTINGS,
    "customers.csv": CUSTOMERS,
    "price-lists/prices.terms": PRICES,
    "contracts/acme.terms": CONTRACT,
}


def on_disk(folder: Path, files: dict[str, str]) -> Path:
    """The files in a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def opened(folder: Path, name: str, text: str | None = None, *others: Buffer) -> View:
    """A file of the folder, opened in the editor, with another text than on disk if one is given."""
    path = folder / name
    buffer = Buffer(path.as_uri(), path, path.read_text("utf-8") if text is None else text, 1)
    shelf, known_as = Shelves().of(buffer, [buffer, *others])
    return View(shelf, known_as)


def after(text: str, words: str, skipped: int = 0) -> types.Position:
    """The editor's position right behind some words of a text."""
    at = -1
    for _ in range(skipped + 1):
        at = text.index(words, at + 1)
    end = at + len(words)
    line = text.count("\n", 0, end)
    return Lines(text).position(line + 1, end - (text.rfind("\n", 0, end) + 1) + 1)

"""The example workspaces as folders: settings, customers, rates, usage files, plugin, template overrides."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import Counter
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from stdnum import iban
from stdnum.eu import vat as eu_vat

from invoicer import home, plugins, workspace
from invoicer.domain.document import Kind
from invoicer.domain.party import PartyKind, in_force

RULES = home.folder("rules")
HOSTING, INSURANCE = RULES / "managed-hosting", RULES / "mobility-insurance"
both = pytest.mark.parametrize("folder", [HOSTING, INSURANCE], ids=lambda folder: folder.name)


@both
def test_it_loads_without_a_word(folder: Path) -> None:
    loaded = workspace.load(folder)
    assert not loaded.warnings
    assert not loaded.customer_problems
    assert set(loaded.settings.supply.values()) >= {"electronic-service"}
    for seller, series in loaded.settings.series.items():
        assert seller in loaded.sellers
        assert set(series) == set(Kind)


def test_hosting_sells_from_leiden_and_insurance_from_tallinn() -> None:
    hosting, insurance = workspace.load(HOSTING), workspace.load(INSURANCE)
    (leiden,), (tallinn,) = hosting.sellers.values(), insurance.sellers.values()
    assert (leiden.address.city, leiden.address.country, leiden.time_zone) == ("Leiden", "NL", "Europe/Amsterdam")
    assert (tallinn.address.city, tallinn.address.country, tallinn.time_zone) == ("Tallinn", "EE", "Europe/Tallinn")
    assert [account.currency for account in leiden.accounts] == ["EUR", "USD", "GBP"]
    assert [account.currency for account in tallinn.accounts] == ["EUR", "PLN", "SEK"]
    assert leiden.registrations[0].oss
    assert insurance.policy.acceptance("ipt/LV/all")


def test_hosting_has_the_customers_that_taxes_differ_for() -> None:
    rows = [row for rows in workspace.load(HOSTING).customers.values() for row in rows]
    with_vat_id = {row.address.country for row in rows if row.kind is PartyKind.BUSINESS and row.has_confirmed_vat_id}
    assert with_vat_id >= {"NL", "BE", "DE", "FR", "EE", "SE"}
    assert {row.address.country for row in rows if row.kind is PartyKind.BUSINESS} >= {"GB", "CH", "US"}
    assert {row.address.country for row in rows if row.kind is PartyKind.CONSUMER} >= {"NL", "DE", "SE"}
    assert {row.language for row in rows} == {"en", "nl", "et"}


def test_a_vat_id_is_confirmed_later_and_true_from_the_start() -> None:
    rows = workspace.load(HOSTING).customers["rode-ezel"]
    start, march = dt.date(2026, 1, 1), dt.date(2026, 3, 1)
    unconfirmed, confirmed = in_force(rows, start, march - dt.timedelta(1)), in_force(rows, start, march)
    assert unconfirmed and not unconfirmed.has_confirmed_vat_id
    assert confirmed and confirmed.has_confirmed_vat_id
    assert confirmed.valid_from == unconfirmed.valid_from


@both
def test_check_digits_hold(folder: Path) -> None:
    loaded = workspace.load(folder)
    rows = [row for rows in loaded.customers.values() for row in rows]
    numbers = [row.vat_id for row in rows] + [r.vat_id for s in loaded.sellers.values() for r in s.registrations]
    european = [number for number in numbers if number[:2].lower() in eu_vat.MEMBER_STATES]
    assert len(european) > 20
    assert all(eu_vat.is_valid(number) for number in european)
    accounts = [row.iban for row in rows if row.iban] + [a.iban for s in loaded.sellers.values() for a in s.accounts]
    assert len(accounts) >= 4
    assert all(iban.is_valid(account) for account in accounts)


@both
def test_nobody_real_can_be_written_to(folder: Path) -> None:
    loaded = workspace.load(folder)
    addresses = [row.email for rows in loaded.customers.values() for row in rows]
    addresses += [seller.email for seller in loaded.sellers.values()]
    assert all(address.endswith(".example") for address in addresses)  # RFC 2606, section 2


def test_the_customers_file_is_what_a_spreadsheet_exports() -> None:
    raw = (HOSTING / "customers.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert b";" in raw.split(b"\r\n")[0]
    assert b'"Crediteuren; t.a.v. balie 2"' in raw
    assert (INSURANCE / "customers.csv").read_text("utf-8").startswith("id,name,kind,")


@both
def test_rates_are_in_the_bank_s_own_form(folder: Path) -> None:
    with (folder / "rates" / "eurofxref-hist.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["Date", "USD", "DKK", "GBP", "PLN", "SEK", "CHF", "NOK", ""]  # a comma ends each line there
    days = [dt.date.fromisoformat(row[0]) for row in rows]
    assert (days[0], days[-1]) == (dt.date(2026, 7, 1), dt.date(2025, 12, 15))
    assert all(0 < (newer - older).days <= 5 for newer, older in pairwise(days))  # Easter is the longest gap
    by_day = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    # European Central Bank, euro foreign exchange reference rates of these days
    assert by_day["2025-12-15"]["USD"] == "1.1753"
    assert by_day["2026-07-01"]["PLN"] == "4.2958"
    assert by_day["2026-06-30"]["SEK"] == "11.0935"


@both
def test_the_rates_are_read(folder: Path) -> None:
    loaded = workspace.load(folder)
    rates = plugins.load(loaded.plugins_folder).exchange_rates(folder, loaded.settings.exchange)
    assert {(rate.currency, rate.rate) for rate in rates if rate.day == dt.date(2025, 12, 15)} >= {
        ("USD", Decimal("1.1753")),
        ("GBP", Decimal("0.8779")),
    }


def _events(folder: Path) -> Counter[str]:
    """Events by file name, and a check that no event id comes twice."""
    connection = duckdb.connect()
    counts: Counter[str] = Counter()
    ids: set[str] = set()
    for path in sorted((folder / "usage").glob("*.*")):
        if path.suffix in (".csv", ".parquet"):
            read = "read_csv" if path.suffix == ".csv" else "read_parquet"
            found = [row[0] for row in connection.execute(f"SELECT event FROM {read}(?)", [str(path)]).fetchall()]
            counts[path.name] = len(found)
            assert ids.isdisjoint(found)
            ids.update(found)
    assert len(ids) == sum(counts.values())
    return counts


def test_insurance_has_200_000_events_most_of_them_as_parquet() -> None:
    counts = _events(INSURANCE)
    assert sum(counts.values()) == 200_000
    assert sum(n for name, n in counts.items() if name.endswith(".parquet")) == 197_000
    assert counts["trips-2026-late.csv"] == 100
    assert sum(n for name, n in counts.items() if name.startswith("bicycles")) == 2_900


def test_hosting_has_usage_as_csv_and_as_parquet() -> None:
    counts = _events(HOSTING)
    assert {Path(name).suffix for name in counts} == {".csv", ".parquet"}
    assert counts["traffic-2026-late.csv"] == 9


@both
def test_quantities_are_exact_and_time_stamps_have_a_zone(folder: Path) -> None:
    connection = duckdb.connect()
    for path in (folder / "usage").glob("*.parquet"):
        columns = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
        types = {column: kind for column, kind, *_ in columns}
        assert types["at"] == "TIMESTAMP WITH TIME ZONE"
        assert not {"DOUBLE", "FLOAT"} & set(types.values())
    for path in (folder / "usage").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            assert all(re.fullmatch(r".*[+-]\d\d:\d\d", row["at"]) for row in csv.DictReader(file))


@pytest.mark.parametrize("name", ["traffic-2026-late.csv", "trips-2026-late.csv"])
def test_late_usage_was_received_in_a_later_month(name: str) -> None:
    (path,) = RULES.glob(f"*/usage/{name}")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert all(row["received"][:7] > row["at"][:7] for row in rows)


@both
def test_the_whole_folder_is_small(folder: Path) -> None:
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert size < 2_500_000


@both
def test_every_contract_stands_in_the_story(folder: Path) -> None:
    story = (folder / "README.md").read_text("utf-8")
    terms = "\n".join(path.read_text("utf-8") for path in (folder / "contracts").glob("*.terms"))
    contracts = re.findall(r"^contract ([\w-]+)", terms, re.MULTILINE)
    assert contracts
    assert [name for name in contracts if f"`{name}`" not in story] == []
    told = re.findall(r"^\| ((?:`[\w-]+`(?:, )?)+)", story, re.MULTILINE)
    assert {name for names in told for name in re.findall(r"`([\w-]+)`", names)} <= {*contracts, *_paths(folder)}


def _paths(folder: Path) -> set[str]:
    return {path.stem for path in folder.iterdir()}

"""workspace: invoicer.toml."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from invoicer.domain.document import Kind
from invoicer.errors import Severity, WorkspaceError
from invoicer.workspace import AcceptedFact, SeriesPattern, Workspace, load
from invoicer.workspace.checks import Flaw

FULL = """
[workspace]
name = "Managed hosting"
[exchange]
source = "ecb"
file = "rates/eurofxref-hist.csv"
max_age_days = 5
[supply]
electronic-service = "electronic-service"
consulting = "general-service"
[policy]
language = "nl"
correction_horizon_months = 36
release = "automatic"
[[policy.accept_fact]]
fact = "ipt/LV/*"
reason = "confirmed by our tax adviser on 2026-01-05"
[sellers.hosting-nl]
name = "Hosting NL B.V."
company_number = "90000001"
time_zone = "Europe/Amsterdam"
accounting_currency = "EUR"
address = { street = "Straat 1", postcode = "2311 AA", city = "Leiden", country = "NL", region = "ZH" }
[[sellers.hosting-nl.registrations]]
country = "NL"
vat_id = "NL 0044.95.445.B01"
oss = true
[[sellers.hosting-nl.registrations]]
country = "GR"
vat_id = "EL094259216"
[[sellers.hosting-nl.accounts]]
currency = "EUR"
iban = "NL91 ABNA 0417 1643 00"
bic = "ABNANL2A"
bank = "ABN AMRO"
[sellers.hosting-nl.series]
invoice = "HN-{year}-{number:5}"
credit-note = "HC-{year}-{number:5}"
"""

BROKEN = """
[workspace]
nmae = "Managed hosting"
colour = "blue"
[exchange]
source = "ecb"
fil = "rates/eurofxref-hist.csv"
max_age_days = 7.5
[supply]
electronic-service = "electronc-service"
bad_name = 3
[policy]
language = "Dutch"
correction_horizon_months = 0
release = "automatc"
[[policy.accept_fact]]
fact = "ipt/LV/*"
[sellers.hosting-nl]
name = ""
company_number = 90000001
email = "billing"
time_zone = "Europe/Amsterdm"
accounting_currency = "eur"
address = { street = "Straat 1", postcode = "2311 AA", city = "Leiden", contry = "NL" }
[[sellers.hosting-nl.registrations]]
country = "NL"
vat_id = "DE136695976"
oss = "yes"
[[sellers.hosting-nl.registrations]]
country = "NL"
vat_id = "NL004495446B01"
[[sellers.hosting-nl.accounts]]
currency = "EUR"
iban = "NL91ABNA0417164301"
bic = "ABN"
[[sellers.hosting-nl.accounts]]
currency = "EUR"
iban = "NL91ABNA0417164300"
bic = "ABNANL2A"
[sellers.hosting-nl.series]
invoice = "HN-{year}-{number:5}"
credit-note = "HN-{year}-{number:6}"
[sellers.other_seller]
name = "Elsewhere"
company_number = "1"
time_zone = "Europe/Tallinn"
accounting_currency = "EUR"
address = { street = "Tee 1", postcode = "10111", city = "Tallinn", country = "EE" }
accounts = []
[[sellers.other_seller.registrations]]
country = "NL"
vat_id = "NL004495445B01"
oss = true
[[sellers.other_seller.registrations]]
country = "EE"
vat_id = "EE100931558"
oss = true
[sellers.other_seller.series]
invoice = "HN-{year}-{number}"
[sellers]
[tax]
"""


def test_everything_that_settings_say(folder: Path) -> None:
    (folder / "invoicer.toml").write_text(FULL, "utf-8")
    workspace = load(folder)
    assert workspace.name == "Managed hosting"
    assert workspace.settings.supply == {"electronic-service": "electronic-service", "consulting": "general-service"}
    assert workspace.settings.exchange == {"source": "ecb", "file": "rates/eurofxref-hist.csv", "max_age_days": 5}
    assert (workspace.policy.language, workspace.policy.correction_horizon_months) == ("nl", 36)
    assert workspace.policy.release == "automatic"
    accepted = AcceptedFact("ipt/LV/*", "confirmed by our tax adviser on 2026-01-05")
    assert workspace.policy.acceptance("ipt/LV/motor/2026") == accepted
    assert workspace.policy.acceptance("ipt/LT/motor/2026") is None
    seller = workspace.sellers["hosting-nl"]
    assert seller.address.region == "ZH"
    assert [entry.vat_id for entry in seller.registrations] == ["NL004495445B01", "EL094259216"]
    assert [entry.oss for entry in seller.registrations] == [True, False]
    assert seller.accounts[0].iban == "NL91ABNA0417164300"
    assert workspace.settings.series["hosting-nl"][Kind.CREDIT_NOTE].text == "HC-{year}-{number:5}"
    assert workspace.settings.source.text == FULL


def test_every_problem_in_one_pass(folder: Path, snapshot: SnapshotAssertion) -> None:
    (folder / "invoicer.toml").write_text(BROKEN.replace("[sellers]\n", ""), "utf-8")
    with pytest.raises(WorkspaceError) as found:
        load(folder)
    assert "\n".join(map(str, found.value.problems)) == snapshot


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[workspace]\nname = Managed hosting\n",
        b"[workspace]\nname = 'caf\xe9'\n",
        b"[workspace]\nname = 'x'\n[workspace]\n",
        b"[workspace]\nname = 'x'\n[sellers]\n[supply]\nexchange = 3\n",
        b"workspace = 'x'\nsellers = 3\nsupply = []\nexchange = 3\npolicy = true\n",
        b"[workspace",
    ],
)
def test_a_file_that_is_no_settings(folder: Path, snapshot: SnapshotAssertion, text: bytes) -> None:
    (folder / "invoicer.toml").write_bytes(text)
    with pytest.raises(WorkspaceError) as found:
        load(folder)
    assert "\n".join(map(str, found.value.problems)) == snapshot


def test_a_supply_class_that_markets_may_know_is_no_error(folder: Path) -> None:
    text = (folder / "invoicer.toml").read_text("utf-8")
    (folder / "invoicer.toml").write_text(text.replace('"general-service"', '"telecommunication"'), "utf-8")
    assert load(folder).warnings == ()
    (folder / "invoicer.toml").write_text(text.replace('"general-service"', '"general-services"'), "utf-8")
    assert [(warning.severity, warning.mend) for warning in load(folder).warnings] == [
        (Severity.WARNING, "did you mean “general-service”?")
    ]


@pytest.mark.parametrize("pattern", ["HN-{year}-{number:5}", "{number}/{year}", "F{number:3}", "2026{number:9}.A"])
def test_what_is_a_series(pattern: str) -> None:
    assert SeriesPattern.parse(pattern).text == pattern


@pytest.mark.parametrize(
    "pattern",
    [
        "HN",
        "HN-{nummer}",
        "{number}{number}",
        "{year}{year}{number}",
        "H N{number}",
        "{number:0}",
        "-{number}",
        "{number",
        "}{number}",
    ],
)
def test_what_is_no_series(pattern: str) -> None:
    with pytest.raises(Flaw, match="no number series"):
        SeriesPattern.parse(pattern)


def test_the_database_of_the_ledger_is_named_by_a_url(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("id,name,kind,street,postcode,city,country,language,valid_from,recorded\n")
    (tmp_path / "invoicer.toml").write_text(FULL, "utf-8")
    assert load(tmp_path).settings.database == ""
    url = "postgresql://billing@db.example:5433/invoicer?sslmode=verify-full"
    (tmp_path / "invoicer.toml").write_text(f'{FULL}[ledger]\ndatabase = "{url}"\n', "utf-8")
    assert load(tmp_path).settings.database == url


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://billing:open-sesame@db.example/invoicer", "has a password"),
        ("postgresql://billing:@db.example/invoicer", "has a password"),
        ("postgresql://db.example/invoicer?password=open-sesame", "has a password"),
        ("mysql://db.example/invoicer", "“mysql” is no database"),
        ("postgres://db.example/invoicer", "“postgres” is no database"),
        ("sqlite:///invoicer.db", "“sqlite” is no database"),
        ("invoicer.db", "no URL"),
        ("postgresql://db.example:port/invoicer", "no URL"),
        ("postgresql://[db/invoicer", "no URL"),
        ("postgresql://db.example", "names no database"),
        ("postgresql://db.example/", "names no database"),
        ("postgresql://billing:12/open-sesame@db.example/invoicer", "“@” behind its host"),
    ],
)
def test_a_url_that_cannot_be_used_says_why_and_keeps_its_secret(tmp_path: Path, url: str, says: str) -> None:
    (tmp_path / "invoicer.toml").write_text(f'{FULL}[ledger]\ndatabase = "{url}"\n', "utf-8")
    with pytest.raises(WorkspaceError) as refusal:
        load(tmp_path)
    (problem,) = (one for one in refusal.value.problems if one.where.file == "invoicer.toml")
    assert says in problem.cause
    assert problem.where.part == "ledger.database"
    assert "open-sesame" not in str(refusal.value)


STARTS = FULL.replace(
    'invoice = "HN-{year}-{number:5}"', 'invoice = { pattern = "HN-{year}-{number:5}", start = "HN-2026-04712" }'
)


def settings_of(folder: Path, text: str) -> Workspace:
    (folder / "customers.csv").write_text("id,name,kind,street,postcode,city,country,language,valid_from,recorded\n")
    (folder / "invoicer.toml").write_text(text, "utf-8")
    return load(folder)


def test_a_series_goes_on_from_another_system(tmp_path: Path) -> None:
    assert settings_of(tmp_path, FULL).settings.starts == {}
    settings = settings_of(tmp_path, STARTS).settings
    assert settings.starts == {"HN-2026-{number:5}": 4712}
    assert settings.series["hosting-nl"][Kind.INVOICE].text == "HN-{year}-{number:5}"
    without_year = STARTS.replace("HN-{year}-{number:5}", "F.{number}").replace("HN-2026-04712", "F.12")
    assert settings_of(tmp_path, without_year).settings.starts == {"F.{number}": 12}


@pytest.mark.parametrize(
    "start",
    [
        "4712",
        "HN-4712",
        "HN-2026-4712",
        "HN-2026-004712",
        "HN-26-04712",
        "HC-2026-04712",
        "HN-2026-00000",
        "HN-2026-0471²",
    ],
)
def test_a_start_that_is_no_number_of_its_series_says_so(tmp_path: Path, start: str) -> None:
    with pytest.raises(WorkspaceError) as refusal:
        settings_of(tmp_path, STARTS.replace("HN-2026-04712", start))
    (problem,) = (one for one in refusal.value.problems if one.where.file == "invoicer.toml")
    assert f"“{start}” is no number of the series “HN-{{year}}-{{number:5}}”" in problem.cause
    assert "such as HN-2026-04712" in problem.mend
    assert problem.where.line


def test_a_series_as_a_table_needs_its_pattern_and_nothing_unknown(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError) as refusal:
        settings_of(tmp_path, STARTS.replace("pattern =", "patern ="))
    assert "did you mean “pattern”?" in str(refusal.value)

"""workspace: invoicer.toml, with every problem of the file in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from invoicer.domain.canonical import sha256
from invoicer.domain.contract import Source
from invoicer.domain.document import Kind
from invoicer.domain.party import Address, BankAccount, Registration, Seller
from invoicer.errors import Problem, Severity
from invoicer.workspace import checks
from invoicer.workspace.checks import Flaw
from invoicer.workspace.model import RELEASES, SETTINGS, AcceptedFact, Policy, SeriesPattern, Settings
from invoicer.workspace.review import read_review
from invoicer.workspace.tables import Table, read_toml

SUPPLY_CLASSES = ("electronic-service", "general-service", "insurance", "insurance-intermediation")
"""The classes of supply that bundled markets know; a market of the workspace's own may know more."""


def read_settings(folder: Path) -> tuple[Settings | None, tuple[Problem, ...]]:
    """The settings of a workspace, or None, and all problems of the file (warnings among them)."""
    top, text = read_toml(folder / SETTINGS, SETTINGS)
    if top.broken:
        return None, top.problems
    head = top.table("workspace")
    name = head.text("name")
    head.close()
    sellers, series, starts = _sellers(top.table("sellers"))
    policy = _policy(top.table("policy", optional=True))
    database, signing_key, public_keys = _ledger(top.table("ledger", optional=True))
    settings = Settings(
        name=name,
        sellers=sellers,
        series=series,
        starts=starts,
        exchange=_exchange(top),
        supply=_supply(top.table("supply")),
        policy=policy,
        review=read_review(top.table("review", optional=True), policy.release, sellers),
        database=database,
        signing_key=signing_key,
        public_keys=public_keys,
        source=Source(SETTINGS, text, sha256(text)),
    )
    top.close()
    refused = any(problem.severity is Severity.ERROR for problem in top.problems)
    return None if refused else settings, top.problems


def _exchange(top: Table) -> dict[str, object]:
    """Checked as far as the core knows it; a rate source may have keys of its own."""
    if "exchange" not in top.keys:
        top.table("exchange", optional=True)
        return {}
    table = top.table("exchange")
    table.text("source", sample='source = "ecb"')
    table.text("file", default="")
    days = table.whole("max_age_days", default=7)
    known = ("source", "file", "max_age_days")
    for key in set(table.keys) - set(known):
        meant = checks.did_you_mean(key, set(known) - set(table.keys))
        if meant:
            table.flaw(key, Flaw(f"“{key}” is an unknown key", f"did you mean “{meant}”?"), "002")
    values = table.rest()
    table.close()
    return {"max_age_days": days, **values}


def _supply(table: Table) -> dict[str, str]:
    classes = {}
    for kind in table.keys:
        _checked(table, kind, checks.name, kind)
        classes[kind] = found = table.text(kind)
        meant = "" if found in SUPPLY_CLASSES else checks.did_you_mean(found, SUPPLY_CLASSES)
        if meant:
            cause = f"“{found}” is no class that the bundled markets know"
            table.flaw(kind, Flaw(cause, f"did you mean “{meant}”?"), severity=Severity.WARNING)
    if not table.keys and not table.broken:
        table.flaw("", Flaw("no supply kind is named", 'add one: electronic-service = "electronic-service"'))
    table.close()
    return classes


def _policy(table: Table) -> Policy:
    accepted = []
    for entry in table.tables("accept_fact", optional=True):
        accepted.append(AcceptedFact(entry.text("fact"), entry.text("reason")))
        entry.close()
    policy = Policy(
        language=table.text("language", default="en", check=checks.language),
        correction_horizon_months=table.whole("correction_horizon_months", default=24),
        accept_facts=tuple(accepted),
        formats=table.texts("formats") if "formats" in table.keys else ("pdf",),
        release=table.text("release", default=RELEASES[0], check=lambda text: checks.one_of(text, RELEASES)),
    )
    table.close()
    return policy


def _ledger(table: Table) -> tuple[str, str, tuple[str, ...]]:
    url = table.text("database", default="", check=lambda text: checks.database_url(text) if text else "")
    signing_key = table.text("signing_key", default="")
    public_keys = table.texts("public_keys") if "public_keys" in table.keys else ()
    if bool(signing_key) != bool(public_keys) and not table.broken:
        missing, there = ("public_keys", "signing_key") if signing_key else ("signing_key", "public_keys")
        cause = f"{there} is there without {missing}: one key signs the anchor, the other shows who did"
        table.flaw(missing, Flaw(cause, "`invoicer new-key` makes both and says what to write"), "003")
    table.close()
    return url, signing_key, public_keys


def _sellers(table: Table) -> tuple[dict[str, Seller], dict[str, dict[Kind, SeriesPattern]], dict[str, int]]:
    sellers, series = {}, {}
    starts: dict[str, int] = {}
    if not table.keys and not table.broken:
        table.flaw("", Flaw("there is no seller", "add one, with its table [sellers.…]"))
    shapes: dict[str, str] = {}
    for seller_id in table.keys:
        _checked(table, seller_id, checks.name, seller_id)
        seller = table.table(seller_id)
        sellers[seller_id] = _seller(seller_id, seller)
        series[seller_id] = _series(seller.table("series"), seller_id, shapes, starts)
        seller.close()
    table.close()
    return sellers, series, starts


def _seller(seller_id: str, table: Table) -> Seller:
    address = _address(table.table("address"))
    seller = Seller(
        id=seller_id,
        name=table.text("name"),
        address=address,
        company_number=table.text("company_number"),
        email=table.text("email", default="", check=checks.email),
        phone=table.text("phone", default=""),
        website=table.text("website", default=""),
        time_zone=table.text("time_zone", check=checks.time_zone),
        accounting_currency=table.text("accounting_currency", check=checks.currency),
        registrations=tuple(_registration(entry) for entry in table.tables("registrations")),
        accounts=tuple(_account(entry) for entry in table.tables("accounts")),
    )
    countries = [registration.country for registration in seller.registrations]
    if countries and address.country and countries[0] != address.country:
        cause = f"the first registration is of {countries[0]}, the seller's address lies in {address.country}"
        table.flaw("registrations[1].country", Flaw(cause, "put the registration of the establishment first"), "006")
    _no_repeats(table, "registrations", "country", countries)
    _no_repeats(table, "accounts", "currency", [account.currency for account in seller.accounts])
    schemes = [number for number, entry in enumerate(seller.registrations, 1) if entry.oss]
    if len(schemes) > 1:
        cause = "more than one registration uses the one-stop-shop scheme"
        mend = "leave oss = true at the member state of identification only"
        table.flaw(f"registrations[{schemes[1]}].oss", Flaw(cause, mend), "006")
    return seller


def _address(table: Table) -> Address:
    address = Address(
        street=table.text("street"),
        postcode=table.text("postcode"),
        city=table.text("city"),
        country=table.text("country", check=checks.country),
        region=table.text("region", default=""),
    )
    table.close()
    return address


def _registration(table: Table) -> Registration:
    country = table.text("country", check=checks.country)
    vat_id = table.text("vat_id", check=checks.vat_id)
    oss = table.flag("oss", default=False)
    if country and vat_id and not checks.vat_country_fits(vat_id, country):
        cause = f"“{vat_id}” is a VAT id of {checks.vat_country(vat_id)}, the registration is of {country}"
        table.flaw("vat_id", Flaw(cause, "correct the one or the other"), "006")
    table.close()
    return Registration(country=country, vat_id=vat_id, oss=oss)


def _account(table: Table) -> BankAccount:
    account = BankAccount(
        currency=table.text("currency", check=checks.currency),
        iban=table.text("iban", check=checks.iban),
        bic=table.text("bic", check=checks.bic),
        bank=table.text("bank", default=""),
    )
    table.close()
    return account


def _series(table: Table, seller_id: str, shapes: dict[str, str], starts: dict[str, int]) -> dict[Kind, SeriesPattern]:
    """The number series of a seller; ``shapes`` are those seen so far, none may come twice in a workspace. A series that
    goes on where another system has stopped is a table with its pattern and its start, which is added to ``starts``."""
    found: dict[Kind, SeriesPattern] = {}
    for kind in Kind:
        text = _pattern(table, kind.value, starts)
        found[kind] = SeriesPattern(text)
        shape = found[kind].shape
        if text and shape in shapes:
            cause = f"“{text}” makes the same numbers as the series of {shapes[shape]}"
            table.flaw(kind.value, Flaw(cause, "give each series letters of its own"), "006")
        shapes.setdefault(shape, f"{seller_id}.{kind.value}")
    table.close()
    return found


def _pattern(table: Table, kind: str, starts: dict[str, int]) -> str:
    if not table.holds_table(kind):
        return table.text(kind, check=lambda pattern: SeriesPattern.parse(pattern).text)
    entry = table.table(kind)
    text = entry.text("pattern", check=lambda pattern: SeriesPattern.parse(pattern).text)
    start = entry.text("start", default="")
    if text and start:
        try:
            key, count = SeriesPattern(text).started(start)
            starts[key] = count
        except Flaw as flaw:
            entry.flaw("start", flaw)
    entry.close()
    return text


def _no_repeats(table: Table, entries: str, key: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for number, value in enumerate(values, 1):
        if value and value in seen:
            cause = f"“{value}” is named twice among the {entries}"
            table.flaw(f"{entries}[{number}].{key}", Flaw(cause, "keep one of them"), "006")
        seen.add(value)


def _checked(table: Table, key: str, check: Callable[[str], str], value: str) -> None:
    try:
        check(value)
    except Flaw as flaw:
        table.flaw(key, flaw)

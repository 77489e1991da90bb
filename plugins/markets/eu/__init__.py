"""markets/eu: what all member states share. The place-of-supply table, the notes, the special territories.

A member state is a folder beside this one: its facts, and a few lines for what is its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

from invoicer.api import (
    Category,
    Country,
    Customer,
    IssueDeadline,
    Levy,
    Market,
    PartyKind,
    Place,
    PluginError,
    Problem,
    Supply,
    TaxError,
    Treatment,
    read_deadlines,
    read_table,
)

from .decisions import (
    CLASSES,
    CONFIRMED,
    CONSUMER,
    HOLDS,
    HOME,
    INSURANCE,
    INTERMEDIATION,
    MEMBER,
    SELLER,
    THIRD,
    UNCONFIRMED,
    Rule,
    Situation,
    decide,
)
from .places import is_member, territory, vat_prefix
from .references import reference_731, significant_digits

__all__ = ["MemberState", "reference_731", "significant_digits"]


class MemberState(Country):
    """A member state of the European Union, as the home of sellers and of customers. Its own notes stand before the
    union's, and its own deadlines for issuing before those of the directive. The customer's country is that of its address:
    further proof of location is the seller's to keep."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.issue_deadlines = (*self.issue_deadlines, *_deadlines())

    def treat(self, supply: Supply, markets: Mapping[str, Market]) -> Treatment:
        """The treatment by the table of decisions. Raises TaxError for what the table leaves open, an unknown class of
        supply, a customer in a special territory, and a VAT id of another country."""
        _check_class(supply)
        customer = supply.customer
        abroad = _market(customer.address.country, f"customer {customer.id}", markets)
        rule = decide(self._situation(supply))
        if supply.kind not in (INSURANCE, INTERMEDIATION):
            _check_address(customer)
        if rule.hold:
            raise TaxError(_question(rule, supply))
        if rule.category is Category.REVERSE_CHARGE:
            _check_vat_id(customer)
        percent, source = Decimal(0), ""
        if rule.rate_of:
            payer = self if rule.rate_of == SELLER else abroad
            percent, source = payer.vat_percent("standard", supply.tax_point, supply.accepted)
        taxed_here = rule.rate_of == SELLER or rule.category is Category.EXEMPT
        return Treatment(
            jurisdiction=self.code if taxed_here else abroad.code,
            category=rule.category,
            percent=percent,
            rule=f"eu/{rule.id}",
            law=f"Directive 2006/112/EC {rule.law}",
            note=rule.note,
            reason_code=rule.reason_code,
            source=source,
            scheme=rule.scheme,
            levies=_levies(supply, markets),
        )

    def note(self, key: str, language: str) -> str:
        """A note of the country itself, or of the union. KeyError for an unknown key."""
        if key in self.notes:
            return super().note(key, language)
        texts = _notes()[key]
        return texts.get(language) or texts["en"]

    def _situation(self, supply: Supply) -> Situation:
        customer = supply.customer
        country = customer.address.country
        where = HOME if country == self.code else MEMBER if is_member(country, supply.tax_point) else THIRD
        business = CONFIRMED if customer.has_confirmed_vat_id else UNCONFIRMED
        return Situation(
            supply=supply.kind,
            where=where,
            country=country,
            status=CONSUMER if customer.kind is PartyKind.CONSUMER else business,
            oss=supply.registration.oss,
            registered=supply.seller.registration(country) is not None,
        )


def _levies(supply: Supply, markets: Mapping[str, Market]) -> tuple[Levy, ...]:
    """The premium taxes of the country of risk; TaxError where insurance names no risk, or something else does."""
    if supply.premium is None:
        if supply.kind != INSURANCE:
            return ()
        cause = "the charge is supplied as insurance, but names no policy, class and country of risk"
        mend = "write it as a premium (premium … policy … risk in … insurance class …), or give it another supply kind"
    elif supply.kind != INSURANCE:
        cause = f"the charge is an insurance premium, but is supplied as {supply.kind}"
        mend = f"give it a supply kind that the table [supply] of invoicer.toml maps to {INSURANCE}"
    else:
        risk = _market(supply.premium.risk, f"the risk of policy {supply.premium.policy}", markets)
        return risk.premium_levies(supply.premium, supply)
    raise TaxError(Problem("X023", Place(), cause, mend))


def _market(country: str, whose: str, markets: Mapping[str, Market]) -> Market:
    if country in markets:
        return markets[country]
    known = ", ".join(sorted(markets))
    mend = f"add a plugin that answers invoicer_markets() with {country} (known: {known})"
    raise TaxError(Problem("X003", Place(part=whose), f"no plugin knows the market {country} ({whose})", mend))


def _check_class(supply: Supply) -> None:
    if supply.kind not in CLASSES:
        mend = f"map the seller's word to one of {', '.join(CLASSES)} in the table [supply] of invoicer.toml"
        cause = f"how “{supply.kind}” is taxed in {supply.registration.country} is not covered"
        raise TaxError(Problem("X002", Place(part="supply"), cause, mend))


def _check_address(customer: Customer) -> None:
    place = territory(customer.address)
    if place:
        address = customer.address
        cause = f"{address.postcode} {address.city} lies in {place.name}, where {address.country}'s rules do not hold"
        mend = "ask your adviser what applies there, and leave the contract out until a plugin covers it"
        raise TaxError(Problem("X004", Place(part=f"customer {customer.id}"), f"{cause}: {place.reason}", mend))


def _check_vat_id(customer: Customer) -> None:
    country = customer.address.country
    if not customer.vat_id.upper().startswith(vat_prefix(country)):
        cause = f"the customer is in {country}, but its VAT id {customer.vat_id} belongs to another country"
        mend = "enter the VAT id or the address of the establishment that receives the service in customers.csv"
        raise TaxError(Problem("X005", Place(part=f"customer {customer.id}"), cause, mend))


def _question(rule: Rule, supply: Supply) -> Problem:
    question = HOLDS[rule.hold]
    names = {
        "country": supply.customer.address.country,
        "home": supply.registration.country,
        "seller": supply.seller.id,
    }
    where = Place(part=f"customer {supply.customer.id}")
    return Problem(question.code, where, question.cause.format(**names), question.mend.format(**names))


@cache
def _deadlines() -> tuple[IssueDeadline, ...]:
    path = Path(__file__).parent / "deadlines.toml"
    found, wrong = read_deadlines(read_table(path))
    if wrong:
        raise PluginError([Problem("P014", Place(path.name, part=part), cause, mend) for part, cause, mend in wrong])
    return found


@cache
def _notes() -> Mapping[str, Mapping[str, str]]:
    texts: Mapping[str, Mapping[str, str]] = read_table(Path(__file__).parent / "notes.toml")
    return texts

"""tax: entitlements become treated entitlements, premium taxes included; what nobody knows becomes a hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from types import MappingProxyType

from invoicer.domain.entitlement import Entitlement, Treated
from invoicer.domain.party import Customer, Registration, Seller, in_force
from invoicer.domain.supply import Category, Market, Supply, Treatment
from invoicer.errors import DefectError, Place, Problem, Severity, TaxError
from invoicer.tax.levies import levied, without

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Assessment:
    """``treated`` in the order of the entitlements, each followed by its levies; ``holds`` name contract, charge and
    days."""

    treated: tuple[Treated, ...]
    holds: tuple[Problem, ...]


def treat(
    entitlements: Iterable[Entitlement],
    *,
    seller: Seller,
    customer: Sequence[Customer],
    known_on: dt.date,
    markets: Mapping[str, Market],
    kinds: Mapping[str, str],
    accepted: Mapping[str, str] = NOTHING,
    language: str = "en",
) -> Assessment:
    """The treatment of each entitlement at its own tax point, and the premium taxes that come with it.

    ``customer`` are the rows of the one customer: the row in force at the tax point counts, as known on ``known_on``.
    ``kinds`` maps the seller's words for what is supplied to classes that markets know (table ``supply`` of the
    settings), ``accepted`` ids of facts to the reason why the workspace vouches for them, ``language`` is that of
    customers who have none.

    The market of the seller's first registration, that of its establishment, is asked. VAT of another country that is
    not declared under a scheme belongs to the seller's registration there.
    """
    treated: list[Treated] = []
    doubts: list[tuple[Entitlement, Problem]] = []
    for entitlement in entitlements:
        try:
            supply = _supply(entitlement, seller, customer, known_on, kinds, accepted)
            treatment = replace(_treatment(supply, markets), includes_tax=entitlement.includes_tax)
            registration = _registration(supply, treatment)
            levies = tuple(levied(entitlement, treatment, markets, supply.customer.language or language))
            amounts = [(without(entitlement, levies), replace(treatment, levies=())), *levies]
        except TaxError as error:
            doubts += [(entitlement, problem) for problem in error.problems]
            continue
        treated += [
            Treated(
                entitlement=each,
                treatment=how,
                seller=seller.id,
                registration=registration.country,
                customer=supply.customer.id,
            )
            for each, how in amounts
        ]
    return Assessment(tuple(treated), tuple(_holds(doubts)))


def _supply(
    entitlement: Entitlement,
    seller: Seller,
    rows: Sequence[Customer],
    known_on: dt.date,
    kinds: Mapping[str, str],
    accepted: Mapping[str, str],
) -> Supply:
    """What a market is asked. Raises TaxError for an unknown supply kind, and where no customer row is in force."""
    if entitlement.kind not in kinds:
        meant = get_close_matches(entitlement.kind, kinds, n=1)
        known = f"the table [supply] of invoicer.toml knows {', '.join(sorted(kinds)) or 'no kind yet'}"
        mend = f"did you mean {meant[0]}? {known}" if meant else f"{known}; add a line for it"
        raise TaxError(Problem("X008", Place(), f"“{entitlement.kind}” is no supply kind of this workspace", mend))
    customer = in_force(rows, entitlement.tax_point, known_on)
    if customer is None:
        first = min((row.valid_from for row in rows if row.recorded <= known_on), default=None)
        since = f"its first row counts from {first}" if first else f"nothing was known of it on {known_on}"
        cause = f"the customer is not known at the tax point {entitlement.tax_point}: {since}"
        raise TaxError(Problem("X009", Place(), cause, "add a row with an earlier valid_from to customers.csv"))
    if not seller.registrations:
        mend = f"add [[sellers.{seller.id}.registrations]] to invoicer.toml"
        raise TaxError(Problem("X003", Place(), f"seller {seller.id} has no VAT registration", mend))
    if customer.vat_id_confirmed and customer.vat_id_confirmed > known_on:
        customer = replace(customer, vat_id_confirmed=None)
    return Supply(
        kind=kinds[entitlement.kind],
        seller=seller,
        registration=seller.registrations[0],
        customer=customer,
        tax_point=entitlement.tax_point,
        days=entitlement.days,
        concluded=entitlement.concluded or entitlement.agreed,
        premium=entitlement.premium,
        accepted=accepted,
    )


def _treatment(supply: Supply, markets: Mapping[str, Market]) -> Treatment:
    """The answer of the seller's market. Raises TaxError, also where no plugin knows the market or its plugin fails."""
    country = supply.registration.country
    if country not in markets:
        mend = f"add a plugin that answers invoicer_markets() with {country} (known: {', '.join(sorted(markets))})"
        raise TaxError(
            Problem("X003", Place(), f"no plugin knows the market {country} of seller {supply.seller.id}", mend)
        )
    try:
        answer = markets[country].treat(supply, markets)
    except (TaxError, DefectError):
        raise
    except Exception as error:
        raise TaxError(_failed(country, f"{type(error).__name__}: {error}")) from error
    if not isinstance(answer, Treatment):
        raise TaxError(_failed(country, f"it answered with {type(answer).__name__}, not a Treatment"))
    return answer


def _registration(supply: Supply, treatment: Treatment) -> Registration:
    """The seller's registration under which the VAT is declared."""
    elsewhere = treatment.jurisdiction != supply.registration.country
    if treatment.category is not Category.STANDARD or treatment.scheme or not elsewhere:
        return supply.registration
    registration = supply.seller.registration(treatment.jurisdiction)
    if registration is None:
        cause = f"VAT of {treatment.jurisdiction} is due, where seller {supply.seller.id} has no registration"
        raise TaxError(
            Problem("X007", Place(), cause, f"add the registration in {treatment.jurisdiction} to the seller")
        )
    return registration


def _failed(country: str, what: str) -> Problem:
    mend = "tell the author of the plugin, or take it away"
    return Problem("X041", Place(), f"the plugin of the market {country} failed on this supply: {what}", mend)


def _holds(doubts: Iterable[tuple[Entitlement, Problem]]) -> Iterator[Problem]:
    """One hold for each contract, charge and cause, over all days that it concerns."""
    alike: dict[tuple[str, str, str, str, str], list[Entitlement]] = {}
    for entitlement, problem in doubts:
        key = (entitlement.contract, entitlement.component.charge, problem.code, problem.cause, problem.mend)
        alike.setdefault(key, []).append(entitlement)
    for (contract, charge, code, cause, mend), concerned in alike.items():
        first = min(each.days.start for each in concerned)
        last = max(each.days.last_day for each in concerned)
        where = Place(part=f"contract {contract}, charge {charge}, {first} to {last}")
        yield Problem(code, where, cause, mend, Severity.HOLD)

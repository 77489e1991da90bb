"""tax: exchange rates as published, never in between."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable
from decimal import Decimal, localcontext
from fractions import Fraction

from invoicer.domain.supply import ExchangeRate
from invoicer.domain.trace import Rounding, round_fraction
from invoicer.errors import Place, Problem, TaxError

_CROSS_PLACES = 8


class Exchange:
    """Looks up exchange rates in what sources have published.

    Raises TaxError when two sources publish different rates for one pair and day: nothing would say which counts.
    """

    def __init__(self, rates: Iterable[ExchangeRate]) -> None:
        published: dict[tuple[str, str], dict[dt.date, ExchangeRate]] = {}
        for rate in rates:
            of_pair = published.setdefault((rate.base, rate.currency), {})
            known = of_pair.setdefault(rate.day, rate)
            if known.rate != rate.rate:
                where = Place(part=f"{rate.currency} of {rate.day}")
                cause = f"two rates for one {rate.base}: {known.rate} ({known.source}) and {rate.rate} ({rate.source})"
                raise TaxError(Problem("X044", where, cause, "keep one source for each pair of currencies"))
        self._published = {pair: [days[day] for day in sorted(days)] for pair, days in published.items()}

    def rate(self, base: str, currency: str, day: dt.date, *, known_on: dt.date, max_age_days: int) -> ExchangeRate:
        """How many units of ``currency`` one unit of ``base`` was worth on ``day``: the latest rate published on that day
        or before it, and not after ``known_on`` (art. 91 of Directive 2006/112/EC).

        A document in USD of a seller that accounts in EUR asks for base EUR and currency USD, so that the rate is the
        published one. Where a source publishes the pair the other way round, or both currencies against a third (the
        ECB: against the euro), the rate is the quotient of the published ones of one day, rounded half up to 8 decimals.

        Raises TaxError where no rate was published, and where the latest is more than ``max_age_days`` days old.
        """
        if base == currency:
            return ExchangeRate(base, currency, Decimal(1), day, "the same currency")
        until = min(day, known_on)
        found = self._latest(base, currency, until)
        if found is None:
            if not self._published:
                raise TaxError(_no_source(base, currency, day))
            raise TaxError(_missing(base, currency, day, known_on, self._begins(base, currency)))
        if (day - found.day).days > max_age_days:
            raise TaxError(_stale(found, day, max_age_days))
        return found

    def _latest(self, base: str, currency: str, until: dt.date) -> ExchangeRate | None:
        direct = self._on_or_before((base, currency), until)
        if direct:
            return direct
        turned = self._on_or_before((currency, base), until)
        if turned:
            return _quotient(base, currency, Fraction(1) / Fraction(turned.rate), turned.day, turned.source)
        crossed = [found for found in (self._cross(third, base, currency, until) for third in self._bases()) if found]
        return max(crossed, key=lambda rate: rate.day, default=None)

    def _cross(self, third: str, base: str, currency: str, until: dt.date) -> ExchangeRate | None:
        """Over a third currency that both are published against, on the latest day on which both were."""
        to_base = self._on_or_before((third, base), until)
        to_currency = self._on_or_before((third, currency), until)
        while to_base and to_currency and to_base.day != to_currency.day:
            until = min(to_base.day, to_currency.day)
            to_base = self._on_or_before((third, base), until)
            to_currency = self._on_or_before((third, currency), until)
        if not to_base or not to_currency:
            return None
        source = f"{to_base.source}, over {third}: {to_currency.rate} {currency} ÷ {to_base.rate} {base}"
        return _quotient(base, currency, Fraction(to_currency.rate) / Fraction(to_base.rate), to_base.day, source)

    def _on_or_before(self, pair: tuple[str, str], day: dt.date) -> ExchangeRate | None:
        published = self._published.get(pair, [])
        place = bisect_right(published, day, key=lambda rate: rate.day)
        return published[place - 1] if place else None

    def _bases(self) -> list[str]:
        return sorted({base for base, _ in self._published})

    def _begins(self, base: str, currency: str) -> dt.date | None:
        """The first publication of either currency against anything."""
        days = [rates[0].day for pair, rates in self._published.items() if pair[1] in (base, currency) and rates]
        return min(days, default=None)


def _quotient(base: str, currency: str, exact: Fraction, day: dt.date, source: str) -> ExchangeRate:
    scaled = round_fraction(exact, _CROSS_PLACES, Rounding.HALF_UP) * 10**_CROSS_PLACES
    with localcontext(prec=60):
        return ExchangeRate(base, currency, Decimal(scaled.numerator).scaleb(-_CROSS_PLACES), day, source)


def _no_source(base: str, currency: str, day: dt.date) -> Problem:
    mend = (
        "download the reference rates of the European Central Bank into the folder rates, and add to invoicer.toml: "
        '[exchange] source = "ecb" file = "rates/eurofxref-hist.csv"'
    )
    cause = f"no exchange rate from {base} to {currency} for {day}: invoicer.toml names no source of rates"
    return Problem("X045", Place(part=f"{base}/{currency} on {day}"), cause, mend)


def _missing(base: str, currency: str, day: dt.date, known_on: dt.date, begins: dt.date | None) -> Problem:
    seen = f" as known on {known_on}" if known_on < day else ""
    have = f"the rates begin on {begins}" if begins else "no source has these currencies"
    return Problem(
        "X045",
        Place(part=f"{base}/{currency} on {day}"),
        f"no exchange rate from {base} to {currency} for {day}{seen}: {have}",
        "add the rates of that day to the file that [exchange] in invoicer.toml names",
    )


def _stale(found: ExchangeRate, day: dt.date, max_age_days: int) -> Problem:
    return Problem(
        "X046",
        Place(part=f"{found.base}/{found.currency} on {day}"),
        f"the latest exchange rate from {found.base} to {found.currency} for {day} is of {found.day},"
        f" older than the {max_age_days} days that the policy allows",
        "add newer rates, or raise max_age_days in [exchange] of invoicer.toml",
    )

"""render: how a language says days, numbers, amounts and quantities. Everything exact; nothing here rounds money."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cached_property
from gettext import NullTranslations

from babel import Locale
from babel.dates import format_date, format_interval
from babel.numbers import format_currency, format_decimal, format_percent

from invoicer.domain.money import Money, minor_digits
from invoicer.domain.party import Address
from invoicer.domain.period import Period
from invoicer.domain.trace import Rounding, round_fraction
from invoicer.render.words import UNITS

_PLACES = 6  # of a quantity or of the share of a line, as printed

# Babel's thin and narrow spaces are missing from many fonts; the ordinary no-break space is in all of them.
_SPACES = str.maketrans({"\u2009": "\u00a0", "\u202f": "\u00a0"})

# CLDR puts a space between a code and the digits (PLN 12.00) and none after a symbol (€12.00); Babel knows only the
# second half of the rule.
_LETTERS_MEET_DIGITS = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")

_SEVERAL = re.compile(r"(\d+) (\w+)")

_POSTCODE_LAST = {"AU", "CA", "US"}  # City, REGION POSTCODE
_POSTCODE_ALONE = {"GB", "IE"}  # the post code on a line of its own


class Speech:
    """A locale and the words of its language."""

    def __init__(self, locale: Locale, words: NullTranslations) -> None:
        self.locale = locale
        self.gettext = words.gettext
        self.ngettext = words.ngettext
        self.pgettext = words.pgettext

    @property
    def tag(self) -> str:
        """The language tag of the page (BCP 47)."""
        return str(self.locale).replace("_", "-")

    def day(self, day: dt.date) -> str:
        """A day in full: 31 January 2026."""
        return self._plain(format_date(day, "long", locale=self.locale))

    def days(self, days: Period) -> str:
        """A period with its last day, as people read it: 1–31 Jan 2026."""
        if days.days == 1:
            return self._plain(format_date(days.start, "medium", locale=self.locale))
        return self._plain(format_interval(days.start, days.last_day, "yMMMd", locale=self.locale))

    def money(self, money: Money) -> str:
        """An amount with its currency."""
        text = format_currency(money.amount, money.currency, locale=self.locale, currency_digits=True)
        return self._plain(_LETTERS_MEET_DIGITS.sub("\u00a0", text))

    def amount(self, money: Money) -> str:
        """An amount in a column whose head names the currency."""
        return self.price(money.amount, money.currency)

    def price(self, price: Decimal, currency: str) -> str:
        """A price with the decimals that were agreed, and at least those of the currency."""
        return self._decimal(price, max(minor_digits(currency), -int(price.as_tuple().exponent)))

    def share(self, amount: Fraction, currency: str) -> str:
        """A part of a line's amount, unrounded as far as six decimals can show it."""
        return self._decimal(_decimal(amount), minor_digits(currency), _PLACES)

    def number(self, number: Fraction | Decimal | int) -> str:
        """A quantity, with at most six decimals."""
        return self._decimal(_decimal(Fraction(number)), 0, _PLACES)

    def rate(self, rate: Decimal) -> str:
        """An exchange rate with all its decimals."""
        return self._decimal(rate, max(0, -int(rate.as_tuple().exponent)))

    def percent(self, percent: Decimal) -> str:
        """A tax rate: 21 is 21%."""
        return self._plain(format_percent(percent / 100, "#,##0.####%", locale=self.locale))

    def unit(self, unit: str, quantity: Fraction) -> str:
        """The unit of a quantity in the right number, where the word is known; as agreed where it is not."""
        several = _SEVERAL.fullmatch(unit)
        if several:  # "3 months" is what a price is agreed for
            return f"{several[1]}\u00a0{self.unit(several[2], Fraction(several[1]))}"
        known = UNITS.get(unit.casefold())
        if known is None:
            return unit
        # Languages count fractions as they count two: 1.5 months.
        return self.ngettext(*known, int(quantity) if quantity.denominator == 1 else 2)

    def country(self, code: str) -> str:
        """The name of a country."""
        return str(self.locale.territories.get(code, code))

    def address(self, address: Address) -> tuple[str, ...]:
        """The lines of a postal address, in the order of its country."""
        if address.country in _POSTCODE_LAST:
            place = [f"{address.city}, {' '.join(filter(None, (address.region, address.postcode)))}".rstrip(", ")]
        elif address.country in _POSTCODE_ALONE:
            place = [address.city, address.region, address.postcode]
        else:
            place = [f"{address.postcode} {address.city}".strip(), address.region]
        return tuple(filter(None, (address.street, *place, self.country(address.country))))

    def _decimal(self, number: Decimal, least: int, most: int | None = None) -> str:
        return self._plain(format_decimal(number, self._pattern(least, most or least), locale=self.locale))

    def _pattern(self, least: int, most: int) -> str:
        if most == 0:
            return self._whole
        return f"{self._whole}.{'0' * least}{'#' * (most - least)}"

    @cached_property
    def _whole(self) -> str:
        """How the locale groups digits, without decimals."""
        return str(self.locale.decimal_formats[None].pattern).split(".")[0]

    @staticmethod
    def _plain(text: str) -> str:
        return text.translate(_SPACES)


def _decimal(number: Fraction) -> Decimal:
    """The number, rounded for print to six decimals."""
    scaled = round_fraction(number, _PLACES, Rounding.HALF_UP) * 10**_PLACES
    with localcontext(prec=60):
        return Decimal(scaled.numerator).scaleb(-_PLACES)

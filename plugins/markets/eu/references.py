"""markets/eu: payment references that several countries' banks check."""

from __future__ import annotations

import re

from invoicer.api import TaxError, unfit_number

_WEIGHTS = (7, 3, 1)


def reference_731(number: str, shortest: int) -> str:
    """The digits of a document number and their check digit by the 7-3-1 method, as Estonia (2 to 20 digits in all) and
    Finland (4 to 20) use it: weights 7, 3, 1 from the right, the sum completed to the next ten.

    Raises TaxError when the number has too few or too many digits.
    """
    digits = significant_digits(number)
    if not shortest - 1 <= len(digits) <= 19:
        raise TaxError(unfit_number(number, f"the reference has {shortest} to 20 digits, its check digit included"))
    weighted = sum(int(digit) * _WEIGHTS[place % 3] for place, digit in enumerate(reversed(digits)))
    return f"{digits}{-weighted % 10}"


def significant_digits(number: str) -> str:
    """The digits of a document number without leading zeros, which banks drop."""
    return re.sub(r"[^0-9]", "", number).lstrip("0")

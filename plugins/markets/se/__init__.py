"""markets/se: Sweden."""

from pathlib import Path

from stdnum import luhn

from invoicer.api import Market, TaxError, hookimpl, unfit_number

from ..eu import MemberState, significant_digits


class Sweden(MemberState):
    def payment_reference(self, number: str) -> str:
        """The OCR number with length digit and check digit, as Bankgirot checks it (2 to 25 digits in all): the last digit
        of the length, then the Luhn digit."""
        digits = significant_digits(number)
        if not 1 <= len(digits) <= 23:
            raise TaxError(unfit_number(number, "an OCR number has 3 to 25 digits, length and check digit included"))
        digits += str((len(digits) + 2) % 10)
        return digits + luhn.calc_check_digit(digits)


@hookimpl
def invoicer_markets() -> list[Market]:
    return [Sweden(Path(__file__).parent)]

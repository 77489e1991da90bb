"""render: the EPC QR code, with which a banking app fills in a SEPA credit transfer (EPC069-12, version 2.1)."""

from __future__ import annotations

from decimal import Decimal

import segno

from invoicer.domain.money import Money
from invoicer.domain.party import BankAccount

_LARGEST = Decimal("999999999.99")
_MOST_BYTES = 331
MASK = 3
_PIXELS = 8  # for each module


def payload(name: str, account: BankAccount, amount: Money, reference: str) -> str | None:
    """The text of the code, or None where the scheme can't carry the payment: it knows euros only, from 0.01 to
    999 999 999.99, and 331 bytes for all of it.

    A reference after ISO 11649 (``RF…``) goes into the structured field, any other into the text for the payee.
    """
    if amount.currency != "EUR" or account.currency != "EUR" or not 0 < amount.amount <= _LARGEST:
        return None
    structured = reference.replace(" ", "")
    is_structured = structured.startswith("RF") and len(structured) <= 25
    text = "\n".join(
        (
            "BCD",
            "002",
            "1",  # UTF-8
            "SCT",
            account.bic.replace(" ", ""),
            " ".join(name.split())[:70],
            account.iban.replace(" ", ""),
            f"EUR{amount.amount}",
            "",  # purpose
            structured if is_structured else "",
            "" if is_structured else " ".join(reference.split())[:140],
        )
    ).rstrip("\n")
    return text if len(text.encode()) <= _MOST_BYTES else None


def picture(text: str) -> str:
    """The code as the address of an embedded PNG, one bit a pixel: it prints sharp and draws many times faster than a
    path of a thousand squares."""
    # The standard asks for error correction M and nothing above. A fixed mask keeps the picture the same in every version
    # of the library and spares the search for the best of eight.
    code = segno.make_qr(text, error="m", boost_error=False, mask=MASK, encoding="utf-8")
    # No border: the panel that it stands on is its quiet zone.
    return str(code.png_data_uri(scale=_PIXELS, border=0))

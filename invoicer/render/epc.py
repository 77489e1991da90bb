"""render: the EPC QR code, with which a banking app fills in a SEPA credit transfer (EPC069-12, version 2.1)."""

from __future__ import annotations

from decimal import Decimal

import segno
from markupsafe import Markup

from invoicer.domain.money import Money
from invoicer.domain.party import BankAccount

_LARGEST = Decimal("999999999.99")
_MOST_BYTES = 331
_QUIET = 0  # the page around the code is its quiet zone


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


def picture(text: str) -> Markup:
    """The code as inline SVG: sharp at every size, one unit for each module."""
    # The standard asks for error correction M and nothing above. A fixed mask keeps the picture the same in every version
    # of the library and spares the search for the best of eight.
    code = segno.make_qr(text, error="m", boost_error=False, mask=3, encoding="utf-8")
    size = code.symbol_size(border=_QUIET)[0]
    path = "".join(_runs(code))
    return Markup(
        '<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}"><path d="{1}"/></svg>'
    ).format(size, path)


def _runs(code: segno.QRCode) -> list[str]:
    """One rectangle for each run of dark modules in a row."""
    parts = []
    for y, row in enumerate(code.matrix):
        start = None
        for x, dark in enumerate((*row, 0)):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                parts.append(f"M{start} {y}h{x - start}v1h{start - x}z")
                start = None
    return parts

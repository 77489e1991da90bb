"""The QR code of a SEPA credit transfer, after EPC069-12."""

from __future__ import annotations

import base64
import io
from decimal import Decimal

import pytest
import segno
from PIL import Image

from invoicer.domain.money import Money
from invoicer.domain.party import BankAccount
from invoicer.render import Renderer, epc
from tests.render import builders

ACCOUNT = builders.HOSTING.accounts[0]


def test_the_fields_stand_in_the_order_of_the_standard() -> None:
    text = epc.payload("Breestraat Hosting B.V.", ACCOUNT, Money.of("6547.90", "EUR"), "RF18 5390 0754 7034")
    assert text == (
        "BCD\n002\n1\nSCT\nABNANL2A\nBreestraat Hosting B.V.\nNL91ABNA0417164300\nEUR6547.90\n\nRF18539007547034"
    )


def test_a_reference_of_another_kind_goes_into_the_text() -> None:
    text = epc.payload("Kalda Kindlustus OÜ", ACCOUNT, Money.of("10.00", "EUR"), "2026000077")
    assert text is not None and text.split("\n")[-3:] == ["", "", "2026000077"]


@pytest.mark.parametrize("amount", ["0.00", "-5.00", "1000000000.00"])
def test_no_code_for_amounts_that_the_scheme_does_not_carry(amount: str) -> None:
    assert epc.payload("Name", ACCOUNT, Money.of(amount, "EUR"), "RF18539007547034") is None


def test_no_code_for_other_currencies() -> None:
    assert epc.payload("Name", ACCOUNT, Money.of("5.00", "PLN"), "x") is None
    account = BankAccount(iban=ACCOUNT.iban, bic=ACCOUNT.bic, bank="", currency="USD")
    assert epc.payload("Name", account, Money.of("5.00", "EUR"), "x") is None


def test_names_are_cut_to_what_the_field_holds_and_stay_one_line() -> None:
    text = epc.payload("A\nB " + "long " * 30, ACCOUNT, Money.of("5.00", "EUR"), "y" * 200)
    assert text is not None
    fields = text.split("\n")
    assert len(fields) == 11
    assert len(fields[5]) <= 70 and fields[5].startswith("A B long")
    assert len(fields[10]) == 140


def test_no_code_for_more_bytes_than_the_standard_allows() -> None:
    assert epc.payload("Ä" * 70, ACCOUNT, Money.of("5.00", "EUR"), "ö" * 100) is None


def test_the_picture_is_the_code() -> None:
    # 331 bytes is the most that the standard allows; they fill version 13, the largest code that it allows.
    text = epc.payload("Ä" * 70, ACCOUNT, Money.of("5.00", "EUR"), "ö" * 69)
    assert text is not None and len(text.encode()) == 331
    code = segno.make_qr(text, error="m", boost_error=False, mask=epc.MASK, encoding="utf-8")
    assert code.version == 13 and code.error == "M"
    png = base64.b64decode(epc.picture(text).removeprefix("data:image/png;base64,"))
    picture = Image.open(io.BytesIO(png))
    size = len(code.matrix)
    assert picture.mode == "1" and picture.size == (8 * size, 8 * size)
    small = picture.resize((size, size), Image.Resampling.NEAREST)
    assert [[not small.getpixel((x, y)) for x in range(size)] for y in range(size)] == [
        list(map(bool, r)) for r in code.matrix
    ]


def test_only_an_invoice_that_asks_for_a_transfer_carries_a_code(renderer: Renderer) -> None:
    assert 'class="qr"' in renderer.html(builders.monthly_invoice())
    assert 'class="qr"' not in renderer.html(builders.credit_note())
    assert 'class="qr"' not in renderer.html(builders.consumer())
    assert 'class="qr"' not in renderer.html(builders.foreign_currency())
    free = builders.document([builders.line("Free", "0.00")])
    assert free.gross.amount == Decimal("0.00")
    assert "You have nothing to pay." in renderer.html(free)

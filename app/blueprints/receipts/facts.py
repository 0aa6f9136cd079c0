"""What was read on a receipt, for its own page and for its card in the gallery."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from app.ocr.port import FieldReading, ReceiptReading
from app.queries.receipts import ReceiptView
from app.web.formats import long_day, money
from app.web.receipt_fields import currency_of, minor_of

PAYMENTS = {"cash": "Cash", "card": "Card", "upi": "UPI", "wallet": "Wallet", "bank": "Bank transfer"}


@dataclass(frozen=True, slots=True)
class Fact:
    """A field in words; no text when it was not found. `box` is x, y, width, height on the picture."""

    label: str
    text: str
    is_sure: bool
    why: str
    box: tuple[float, float, float, float] | None


@dataclass(frozen=True, slots=True)
class Card:
    """A receipt in the gallery: its total in minor units of its currency, none when it was not read."""

    receipt: ReceiptView
    total_minor: int | None
    currency: str | None


def card_of(receipt: ReceiptView) -> Card:
    """What a card says beside the picture."""
    if (reading := receipt.reading) is None:
        return Card(receipt, None, None)
    currency = currency_of(reading)
    return Card(receipt, minor_of(reading.total.value, currency), currency)


def facts_of(reading: ReceiptReading) -> list[Fact]:
    """The fields, those that matter most first. Of the lesser ones only what was found."""
    return list(_facts(reading))


def _facts(reading: ReceiptReading) -> Iterator[Fact]:
    currency = currency_of(reading)

    def amount(value: Any) -> str:
        minor = minor_of(value, currency)
        return "" if minor is None else money(minor, currency)

    yield _fact("Shop", reading.vendor, str)
    yield _fact("Date", reading.date, long_day)
    yield _fact("Total", reading.total, amount)
    lesser: tuple[tuple[str, FieldReading[Any], Callable[[Any], str]], ...] = (
        ("Tax in it", reading.tax, amount),
        ("Paid by", reading.payment, lambda means: PAYMENTS.get(means, str(means))),
        ("Bill number", reading.invoice_number, str),
        ("Tax number", reading.tax_id, str),
    )
    for label, field, spoken in lesser:
        if field.value is not None:
            yield _fact(label, field, spoken)


def _fact(label: str, field: FieldReading[Any], spoken: Callable[[Any], str]) -> Fact:
    text = "" if field.value is None else spoken(field.value)
    box = None if field.box is None else (*field.box[:2], field.box[2] - field.box[0], field.box[3] - field.box[1])
    return Fact(label, text, field.is_sure, field.why or "", box)

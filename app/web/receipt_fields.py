"""What was read on a receipt, as texts for the fields of the transaction form: how far to believe each, why not, where it stands."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from flask import g

from app.domain.books import Subtype
from app.domain.errors import InvalidAmount
from app.domain.money import to_minor
from app.domain.texts import clean, key
from app.ocr.port import FieldReading, ReceiptReading
from app.queries.accounts import AccountView, accounts_of, pockets
from app.queries.payees import PayeeSuggestion, suggestions
from app.web.deps import current_deps
from app.web.fields import written
from app.web.formats import book_currency, money

PAYEE_LENGTH = 120
LAST_TIME = "As last time"
PAID_FROM: Mapping[str, tuple[Subtype, ...]] = {
    "cash": (Subtype.CASH,),
    "card": (Subtype.CARD, Subtype.BANK),
    "upi": (Subtype.BANK,),
    "bank": (Subtype.BANK,),
    "wallet": (Subtype.WALLET,),
}

Answer = dict[str, Any]


def fields_of(reading: ReceiptReading) -> Answer:
    """The fields by their names in the form, and some that only other programs want. Four statements."""
    memory = _memory(reading.vendor.value)
    account, source, told = _account(reading, memory)
    return {
        "payee": _field(reading.vendor, _payee) | ({"value": memory.name} if memory else {}),
        "occurred_on": _field(reading.date, date.isoformat),
        "amount": _amount(reading, account.currency if account else book_currency()),
        "tax": _field(reading.tax, lambda tax: _written(tax, currency_of(reading))),
        "currency": _field(reading.currency),
        "payment": _field(reading.payment),
        "invoice_number": _field(reading.invoice_number),
        "account_id": _choice(account.id if account else None, source, told),
        "category_id": _category(reading, memory),
    }


def items_of(reading: ReceiptReading) -> list[Answer]:
    """What was bought, for how much."""
    currency = currency_of(reading)
    return [
        {"description": item.description, "amount": money(minor, currency)}
        for item in reading.items
        if (minor := minor_of(item.amount, currency)) is not None
    ]


def currency_of(reading: ReceiptReading) -> str:
    """The currency of the receipt: the book's, unless another was read."""
    return reading.currency.value or book_currency()


def minor_of(amount: Decimal | None, currency: str) -> int | None:
    """An amount in minor units; none when it cannot be kept."""
    try:
        return None if amount is None else to_minor(amount, currency)
    except InvalidAmount:
        return None


def _field(field: FieldReading[Any], spoken: Callable[[Any], str | None] = str) -> Answer:
    """A field as the form takes it. A box is x, y, width and height in pixels of the picture."""
    value = None if field.value is None else spoken(field.value)
    return {
        "value": value,
        "confidence": field.confidence,
        "sure": field.is_sure and value is not None,
        "why": field.why,
        "alternative": None if field.alternative is None else spoken(field.alternative),
        "box": _box(field.box),
        "from": None,
    }


def _amount(reading: ReceiptReading, asked: str) -> Answer:
    """The total, and `minor` for a form that is drawn filled. In another currency than the one asked for it is only a start."""
    currency = currency_of(reading)
    amount = _field(reading.total, lambda total: _written(total, currency))
    if amount["value"] is not None and currency != asked:
        why = f"The receipt says {currency}. Write what it came to in {asked}."
        amount |= {"sure": False, "why": why, "alternative": None}
    return amount | {"minor": minor_of(reading.total.value, asked)}


def _choice(value: int | None, source: FieldReading[Any] | None, told: str | None, why: str | None = None) -> Answer:
    """Something of the book that follows from what was read; `told` says how, where "From receipt" would not be true."""
    if value is None or source is None:
        nothing: FieldReading[Any] = FieldReading(None, why=why)
        return _field(nothing) | {"from": told}
    doubt = None if source.is_sure else why or "A guess. Look whether it fits."
    return _field(FieldReading(value, source.confidence, source.is_sure, None if told else source.box, None, doubt)) | {
        "value": value,
        "from": told,
    }


def _category(reading: ReceiptReading, memory: PayeeSuggestion | None) -> Answer:
    if memory is None or memory.category_id is None:
        return _choice(None, None, None, "Your first time here. Choose the category." if reading.vendor.value else None)
    return _choice(memory.category_id, reading.vendor, LAST_TIME, "What you chose here last time.")


def _account(
    reading: ReceiptReading, memory: PayeeSuggestion | None
) -> tuple[AccountView | None, FieldReading[Any] | None, str | None]:
    """What was paid from, if that can be told, what tells it, and in which words: the currency, the means of payment, the last time."""
    known, currency = pockets(accounts_of(current_deps().session, g.book.id)), currency_of(reading)
    usual = next((each for each in known if memory and each.id == memory.account_id), None)
    if currency != book_currency():
        foreign = [each for each in known if each.currency == currency]
        return (foreign[0], reading.currency, None) if len(foreign) == 1 else (None, None, None)
    for subtype in PAID_FROM.get(reading.payment.value or "", ()):
        fitting = [each for each in known if each.subtype == subtype and each.currency == currency]
        if len(fitting) == 1 or usual in fitting:
            return (usual if usual in fitting else fitting[0]), reading.payment, None
    return usual, reading.vendor, LAST_TIME


def _memory(vendor: str | None) -> PayeeSuggestion | None:
    """The payee of this book that has the shop's name."""
    if not vendor:
        return None
    found = suggestions(current_deps().session, g.book.id, _payee(vendor))
    return next((each for each in found if key(each.name) == key(_payee(vendor))), None)


def _payee(vendor: str) -> str:
    return clean(vendor, PAYEE_LENGTH)


def _written(amount: Decimal, currency: str) -> str | None:
    minor = minor_of(amount, currency)
    return None if minor is None else written(minor, currency)


def _box(box: tuple[float, float, float, float] | None) -> list[int] | None:
    if box is None:
        return None
    left, top, right, bottom = box
    return [round(left), round(top), round(right - left), round(bottom - top)]

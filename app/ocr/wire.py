"""A reading as plain JSON and back: for the pipe between processes and for `flask receipts read --json`."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from app.ocr.port import FieldReading, ItemReading, ReceiptReading

T = TypeVar("T")
TEXT_FIELDS = ("vendor", "currency", "payment", "invoice_number", "tax_id")
AMOUNT_FIELDS = ("total", "tax")
FIELDS = ("vendor", "date", "total", "tax", "currency", "payment", "invoice_number", "tax_id")


def to_json(reading: ReceiptReading) -> dict[str, Any]:
    """A reading as JSON can carry it: amounts as text, days in ISO."""
    plain: dict[str, Any] = {name: _field_to_json(getattr(reading, name)) for name in FIELDS}
    plain["items"] = [
        {
            "description": item.description,
            "amount": str(item.amount),
            "quantity": None if item.quantity is None else str(item.quantity),
            "box": item.box,
        }
        for item in reading.items
    ]
    return plain | {
        "items_add_up": reading.items_add_up,
        "text": reading.text,
        "turn": reading.turn,
        "engine": reading.engine,
        "milliseconds": reading.milliseconds,
        "notes": list(reading.notes),
    }


def from_json(plain: Mapping[str, Any]) -> ReceiptReading:
    """The reading that `to_json` wrote."""
    return ReceiptReading(
        vendor=_field(plain["vendor"], str),
        date=_field(plain["date"], date.fromisoformat),
        total=_field(plain["total"], Decimal),
        tax=_field(plain["tax"], Decimal),
        currency=_field(plain["currency"], str),
        payment=_field(plain["payment"], str),
        invoice_number=_field(plain["invoice_number"], str),
        tax_id=_field(plain["tax_id"], str),
        items=tuple(
            ItemReading(
                item["description"],
                Decimal(item["amount"]),
                None if item["quantity"] is None else Decimal(item["quantity"]),
                _box(item["box"]),
            )
            for item in plain["items"]
        ),
        items_add_up=plain["items_add_up"],
        text=plain["text"],
        turn=plain["turn"],
        engine=plain["engine"],
        milliseconds=plain["milliseconds"],
        notes=tuple(plain["notes"]),
    )


def _plain(value: object) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, date) else str(value)


def _field_to_json(field: FieldReading[Any]) -> dict[str, Any]:
    return {
        "value": _plain(field.value),
        "confidence": field.confidence,
        "is_sure": field.is_sure,
        "box": field.box,
        "alternative": _plain(field.alternative),
        "why": field.why,
    }


def _field(plain: Mapping[str, Any], kind: Callable[[str], T]) -> FieldReading[T]:
    value, alternative = plain["value"], plain["alternative"]
    return FieldReading(
        None if value is None else kind(value),
        plain["confidence"],
        is_sure=plain["is_sure"],
        box=_box(plain["box"]),
        alternative=None if alternative is None else kind(alternative),
        why=plain["why"],
    )


def _box(plain: Any) -> tuple[float, float, float, float] | None:
    if plain is None:
        return None
    left, top, right, bottom = plain
    return left, top, right, bottom

"""A receipt as JSON that `behaviours/receipt-form.js` fills the transaction form with, and as values of a form drawn filled."""

from datetime import date
from typing import Any

from flask import Flask, g, url_for

from app.domain.books import BookKind
from app.ocr.port import Expectations
from app.queries.receipts import ReceiptView, receipt_of
from app.storage.limits import Limits
from app.web.deps import current_deps, current_settings
from app.web.formats import book_currency, long_day, money, user_locale
from app.web.numbers import as_id
from app.web.receipt_fields import Answer, fields_of, items_of

MEGABYTE = 1_000_000
MONTH_FIRST = frozenset({"en-US"})  # of the locales that FinTrak speaks
UNREAD = "We could not read this photo. The form is empty; nothing was lost."


def expectations() -> Expectations:
    """What this reader and this book usually meet."""
    return Expectations(currency=book_currency(), month_first=user_locale() in MONTH_FIRST)


def upload_limits() -> Limits:
    """How large an upload may be here."""
    usual = Limits()
    return Limits(megabytes=min(usual.megabytes, current_settings().upload_limit_mb))


def answer_of(receipt: ReceiptView, *, failure: str = "", is_repeat: bool = False) -> Answer:
    """A receipt as JSON. `failure` is why it could not be read."""
    reading = receipt.reading
    return {
        "receipt_id": receipt.id,
        "image_url": url_for("receipts.image", receipt_id=receipt.id),
        "url": url_for("receipts.receipt", receipt_id=receipt.id),
        "image": {"width": receipt.width, "height": receipt.height},
        "engine": reading.engine if reading else None,
        "milliseconds": reading.milliseconds if reading else None,
        "fields": fields_of(reading) if reading else {},
        "items": items_of(reading) if reading else [],
        "items_add_up": bool(reading and reading.items_add_up),
        "message": None if reading else f"{UNREAD} {failure}".strip(),
        "notice": _notice(receipt, is_repeat=is_repeat),
    }


def held_receipt(receipt_id: str | None) -> Answer | None:
    """The answer for a receipt that a form names; none when this book has no such receipt. Read once for each request."""
    number = as_id(receipt_id)
    if number is None:
        return None
    seen: dict[int, Answer | None] = g.setdefault("held_receipts", {})
    if number not in seen:
        found = receipt_of(current_deps().session, g.book.id, number)
        seen[number] = answer_of(found) if found else None
    return seen[number]


def form_values(receipt_id: str | None) -> dict[str, Any]:
    """What a receipt says of the fields of a new transaction, for a form that is drawn filled."""
    held = held_receipt(receipt_id)
    if held is None:
        return {}
    fields = {name: field for name, field in held["fields"].items() if field["value"] is not None}
    values = {name: fields[name]["value"] for name in ("payee", "account_id", "category_id") if name in fields}
    if "occurred_on" in fields:
        values["occurred_on"] = date.fromisoformat(fields["occurred_on"]["value"])
    if "amount" in fields:
        values["amount"] = fields["amount"]["minor"]
    return values


def ledger() -> str:
    """The blueprint that has the transactions of the current book's kind."""
    return "business_ledger" if g.book.kind == BookKind.BUSINESS else "ledger"


def transaction_url(transaction_id: int) -> str:
    """The page of a transaction of the current book."""
    return url_for(f"{ledger()}.transaction", transaction_id=transaction_id)


def form_url(receipt_id: int) -> str:
    """The form of a new transaction, filled with what was read on a receipt."""
    return url_for(f"{ledger()}.new_transaction", receipt=receipt_id)


def init_app(app: Flask) -> None:
    """Hand to Jinja what a receipt beside a form, and a transaction beside a receipt, are drawn with."""
    app.jinja_env.globals.update(
        held_receipt=held_receipt,
        receipt_bytes=lambda: upload_limits().megabytes * MEGABYTE,
        receipt_form_url=form_url,
        transaction_url=transaction_url,
    )


def _notice(receipt: ReceiptView, *, is_repeat: bool) -> Answer | None:
    """What to know before it is saved a second time."""
    if (attached := receipt.posted) is not None:
        text = f"{attached.title}, {long_day(attached.occurred_on)}, {money(attached.amount_minor)} has this receipt already. Saving adds a second transaction."
        return {"text": text, "label": "View transaction", "url": transaction_url(attached.id)}
    if is_repeat:
        text = "You gave this receipt before. It is kept once."
        return {"text": text, "label": "View receipt", "url": url_for("receipts.receipt", receipt_id=receipt.id)}
    return None

"""Line items: the rows between the heading and the first sum that end in an amount."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from app.ocr import words
from app.ocr.amounts import Amount, number
from app.ocr.candidates import box_around
from app.ocr.layout import Row
from app.ocr.port import ItemReading
from app.ocr.totals import row_kinds

HEADING = re.compile(r"descr|item|qty|quantity|particular|artikel|price|amount|rate", re.IGNORECASE)
NOT_AN_ITEM = {"grand", "total", "subtotal", "change", "cash", "card", "wallet", "rounding", "count", "points"}
QUANTITY = re.compile(r"(?<![\d.,])(\d{1,3}(?:[.,]\d{1,3})?)\s*(?:[x×@*]|pcs|nos|stk|kg|ltr|l\b)", re.IGNORECASE)
MONEY_TEXT = re.compile(r"^[\s\d.,'xX×@*+\-−–%()RMrmSZTXAB€₹$]*$")
CODE = re.compile(r"^\W*\d{4,14}\W*")
LEAST_LETTERS = 2
TOLERANCE = Decimal("0.05")
LARGEST_ROUNDING = Decimal("0.50")


def items_of(
    rows: Sequence[Row], amounts: Sequence[Amount], total: Decimal | None
) -> tuple[tuple[ItemReading, ...], bool]:
    """The items, and whether they add up to the total (or to a printed part sum)."""
    kinds = row_kinds(rows)
    priced: dict[int, list[Amount]] = {}
    for amount in amounts:
        priced.setdefault(amount.row, []).append(amount)
    has_cents = any(a.has_cents for a in amounts)
    start = next((i + 1 for i, row in enumerate(rows) if len(HEADING.findall(row.text)) >= 2), 0)  # noqa: PLR2004 - one word may be a name
    end = next(
        (
            i
            for i in range(start, len(rows))
            if kinds[i] & {"grand", "total", "subtotal"} and i in priced and not HEADING.match(rows[i].text)
        ),
        len(rows),
    )
    items: list[ItemReading] = []
    name_above = ""
    for index in range(start, end):
        row = rows[index]
        last = priced.get(index, [None])[-1]
        usable = (
            last is not None and (last.has_cents or (not has_cents and start > 0)) and not kinds[index] & NOT_AN_ITEM
        )
        if last is None or not usable:
            name_above = row.text if _is_name(row.text) and not kinds[index] & NOT_AN_ITEM else ""
            continue
        name = _name(row, last) or name_above
        if not name or words.CONTACT.search(row.text):
            continue
        value = -last.value if last.is_negative or "discount" in kinds[index] else last.value
        items.append(ItemReading(name, value, _quantity(row, last, priced[index]), box_around(row.lines)))
        name_above = ""
    return tuple(items), _add_up(items, total, amounts)


def _name(row: Row, amount: Amount) -> str:
    parts = [line.text for line in row.lines if line is not amount.line and not MONEY_TEXT.match(line.text)]
    if amount.before and any(letter.isalpha() for letter in amount.before):
        parts.append(amount.before)
    name = CODE.sub("", " ".join(parts)).strip(" -:*.")
    return name if _is_name(name) else ""


def _is_name(text: str) -> bool:
    return sum(letter.isalpha() for letter in text) >= LEAST_LETTERS and not MONEY_TEXT.match(text)


def _quantity(row: Row, last: Amount, amounts: Sequence[Amount]) -> Decimal | None:
    """How many: printed with a sign for it, or the number that times the unit price gives the amount."""
    if match := QUANTITY.search(row.text):
        try:
            return Decimal(match[1].replace(",", "."))
        except InvalidOperation:
            return None
    wholes = [number(line.text.strip()) for line in row.lines if re.fullmatch(r"\s*\d{1,3}\s*", line.text)]
    prices = [a.value for a in amounts if a is not last]
    for whole in wholes:
        if whole and any(whole * price == last.value for price in prices):
            return whole
    return None


def _add_up(items: Sequence[ItemReading], total: Decimal | None, amounts: Sequence[Amount]) -> bool:
    if not items or total is None:
        return False
    together = sum((item.amount for item in items), Decimal(0))
    if abs(together - total) <= TOLERANCE:
        return True
    sums = {a.value for a in amounts if a.has_cents and a.value > max(item.amount for item in items)}
    return together in sums and abs(together - total) <= max(LARGEST_ROUNDING, total / 4)

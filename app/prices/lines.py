"""A list of prices that a person brings: one line for each, with a symbol, a date and a price, or with a date and a price of one holding."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.domain.errors import InvalidAmount
from app.domain.money import NumberStyle, typed_number
from app.prices.port import usable

MOST_LINES = 20_000
FORMATS = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%b-%Y", "%d %b %Y")
SIGNS = ("₹", "Rs.", "Rs", "INR", "$", "€", "£")


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A line that was understood. `symbol` is blank in a list of one holding."""

    number: int
    symbol: str
    on: date
    price: Decimal


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that was not, and why."""

    number: int
    reason: str


def read_lines(text: str, *, with_symbol: bool, style: NumberStyle) -> Iterator[PriceLine | BadLine]:
    """Every line that is not empty, in its order. A first line without a date and a price in it is taken for headings.

    Cells stand between commas, semicolons or tabs. The day comes first in a date that begins with one: 03/02/2026 is 3 February.
    """
    columns = 3 if with_symbol else 2
    for number, said in enumerate(_records(text), start=1):
        if not any(said):
            continue
        if number > MOST_LINES:
            yield BadLine(number, f"There are more than {MOST_LINES:,} lines. Bring them in parts.")
            return
        on = _day(said[columns - 2]) if len(said) >= columns else None
        price = _price(said[columns - 1], style) if len(said) >= columns else None
        if number == 1 and on is None and price is None and len(said) >= columns:
            continue
        if len(said) < columns:
            yield BadLine(number, f"It has {len(said)} of {columns} columns.")
        elif with_symbol and not said[0]:
            yield BadLine(number, "It has no symbol.")
        elif on is None:
            yield BadLine(number, f"“{said[columns - 2][:40]}” is not a date. Write it like 2026-11-21.")
        elif price is None:
            yield BadLine(number, f"“{said[columns - 1][:40]}” is not a price above zero.")
        else:
            yield PriceLine(number, said[0] if with_symbol else "", on, price)


def _records(text: str) -> Iterator[list[str]]:
    """Lines as cells. One that no program could have written (a cell as long as a book) is a line without any price."""
    try:
        for cells in csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=_delimiter(text)):
            yield [cell.strip() for cell in cells]
    except csv.Error:
        yield ["?"]


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return next((mark for mark in "\t;" if mark in first), ",")


def _day(text: str) -> date | None:
    for pattern in FORMATS:
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a plain day
        except ValueError:
            continue
    return None


def _price(text: str, style: NumberStyle) -> Decimal | None:
    for sign in SIGNS:
        text = text.removeprefix(sign)
    try:
        return usable(typed_number(text.strip(), style))
    except InvalidAmount:
        return None

"""Amounts printed on a receipt, in the ways the world writes them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from app.ocr.layout import Line, Row

CURRENCY_SIGN = r"RM|MYR|Rs\.?|INR|EUR|USD|SGD|S\$|US\$|GBP|AED|[₹€$£]"
AMOUNT = re.compile(
    rf"(?:(?P<sign>{CURRENCY_SIGN})\s?)?(?:(?P<minus>[-−–]|\()\s?)?(?:(?P<sign2>{CURRENCY_SIGN})\s?)?"
    r"(?<!\d)(?<!\d[.,/:])(?P<number>\d{1,3}(?:[.,']\d{2,3})+[.,]\d{2}|\d{1,7}\s?[.,]\s?\d{2}|\d{1,3}(?:,\d{2,3})+|\d{1,6})"
    r"(?!\d|/(?!-)|:|[.,]\d|\s?%)(?P<after>\s?[-−](?!\s?\d))?",
    re.IGNORECASE,
)
LARGEST = Decimal(10) ** 8


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that may be money: its value, where it stands, and how it was written."""

    value: Decimal
    row: int
    line: Line
    left: float  # where the number begins, in pixels, estimated from its place in the text
    before: str  # what stands before it on its line
    has_cents: bool
    has_sign: bool
    is_negative: bool


def number(text: str) -> Decimal | None:
    """The value of a written number: the last mark before exactly two digits is the decimal mark.

    >>> number("1,23,456.78"), number("1.234,56"), number("1,200")
    (Decimal('123456.78'), Decimal('1234.56'), Decimal('1200'))
    """
    digits = re.sub(r"[\s']", "", text)
    match = re.fullmatch(r"([\d.,]*?)(?:[.,](\d{2}))?", digits)
    if match is None:
        return None
    whole, cents = match.groups()
    whole = re.sub(r"[.,]", "", whole)
    if not whole:
        return None
    value = Decimal(f"{whole}.{cents}") if cents else Decimal(whole)
    return value if value < LARGEST else None


def amounts_of(rows: tuple[Row, ...]) -> tuple[Amount, ...]:
    """Every number of the receipt that may be money, top to bottom, left to right."""
    return tuple(amount for index, row in enumerate(rows) for line in row.lines for amount in _amounts_in(line, index))


def _amounts_in(line: Line, row: int) -> Iterator[Amount]:
    text = re.sub(r"(?<=\d)[oO](?=[\d.,]|$)|(?<=[.,])[oO]{2}\b", lambda match: "0" * len(match.group()), line.text)
    for match in AMOUNT.finditer(text):
        before = text[: match.start()]
        if before and (before[-1].isalnum() or before[-1] in "#-/") and not match["sign"]:
            continue  # part of a code such as CS00031663 or INV/2024
        has_cents = bool(re.search(r"[.,]\s?\d{2}$", match["number"]))
        after = text[match.end("number") :]
        if not has_cents and re.match(r"[A-Za-z%#*-]", after.strip()[:1] or " ") and not match["sign"]:
            continue  # 500g, 12pk, 3%
        value = number(match["number"])
        if value is None:
            continue
        share = match.start("number") / max(len(text), 1)
        yield Amount(
            value=value,
            row=row,
            line=line,
            left=line.left + share * (line.right - line.left),
            before=before,
            has_cents=has_cents,
            has_sign=bool(match["sign"] or match["sign2"]),
            is_negative=bool(match["minus"] or match["after"]),
        )

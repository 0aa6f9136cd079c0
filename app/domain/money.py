"""Money is an integer of minor units (paise, cents). Here it meets text: reading what people type, and writing it for them."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from app.domain.errors import InvalidAmount

MAX_MINOR = 10**15 - 1
"""Largest amount that one field may hold: ten lakh crore rupees. Sums stay far below what a 64-bit integer can carry."""

# ISO 4217 minor units, where they are not two (list one, 2024).
EXPONENTS = {
    code: decimals
    for decimals, codes in (
        (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
        (3, "BHD IQD JOD KWD LYD OMR TND"),
        (4, "CLF UYW"),
    )
    for code in codes.split()
}

MULTIPLIERS = {"": 1, "k": 10**3, "l": 10**5, "lakh": 10**5, "cr": 10**7, "crore": 10**7, "m": 10**6}

LIKE_THIS = "Write the amount in figures, like 2,346.00."


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How a locale writes numbers: its decimal mark, its grouping mark, and the sizes of groups from the right (the last repeats)."""

    decimal: str = "."
    group: str = ","
    sizes: tuple[int, ...] = (3, 2)


INDIAN = NumberStyle()


def exponent(currency: str) -> int:
    """How many decimals the currency has: 2 for INR, 0 for JPY, 3 for KWD."""
    return EXPONENTS.get(currency, 2)


def round_half_up(value: Decimal) -> int:
    """The nearest integer; halves go away from zero, as on paper.

    >>> round_half_up(Decimal("2.5")), round_half_up(Decimal("-2.5"))
    (3, -3)
    """
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def to_minor(value: Decimal, currency: str) -> int:
    """An exact decimal amount in minor units, rounded half-up.

    Raises: InvalidAmount when it is too large to be kept.
    """
    if not value.is_finite():
        raise InvalidAmount(LIKE_THIS)
    if abs(value) >= Decimal(MAX_MINOR).scaleb(-exponent(currency)):
        raise InvalidAmount("That is more than an amount can be. Check the number of digits.")
    return round_half_up(value.scaleb(exponent(currency)))


def from_minor(minor: int, currency: str) -> Decimal:
    """Minor units as an exact decimal: 12345 of INR is Decimal("123.45")."""
    return Decimal(minor).scaleb(-exponent(currency))


_TOKEN = re.compile(
    r"\s*(?:(?P<number>[\d.,'’\u00a0\u202f]*\d[\d.,'’\u00a0\u202f]*)\s*(?P<unit>lakh|crore|cr|[klm])?(?![a-z])|(?P<mark>[-+*/()×÷−–]))",
    re.IGNORECASE,
)
_GROUPING_SPACE = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_SAME_MARK = str.maketrans({"×": "*", "÷": "/", "−": "-", "–": "-"})
_MAX_TEXT = 80
_MAX_DEPTH = 8


def parse_amount(text: str, currency: str, style: NumberStyle = INDIAN) -> int:
    """What a person typed as an amount, in minor units of `currency`.

    Understands grouping (1,23,456.78), the locale's marks (1.234,56), lakh and crore (1.2L, 2Cr, 45k) and small sums (250+120*2).
    Rounding: a typed number may not have more decimals than the currency; the result of a sum is rounded half-up, once.
    Raises: InvalidAmount when it is not an amount, or is too large.

    >>> parse_amount("1,23,456.78", "INR")
    12345678
    >>> parse_amount("250+120*2", "INR")
    49000
    """
    for mark in ("₹", "Rs.", "Rs", "INR", currency, "$", "€", "£", "¥"):
        text = text.replace(mark, " ")
    text = _GROUPING_SPACE.sub("", text.strip())
    if not text or len(text) > _MAX_TEXT:
        raise InvalidAmount(LIKE_THIS)
    try:
        return to_minor(_Sum(text, currency, style).value(), currency)
    except (ZeroDivisionError, InvalidOperation) as error:
        raise InvalidAmount("A sum cannot divide by zero.") from error


class _Sum:
    """A recursive-descent reader of + − × ÷ and brackets over typed numbers."""

    def __init__(self, text: str, currency: str, style: NumberStyle) -> None:
        self._currency, self._style = currency, style
        self._tokens = self._split(text)
        self._at = 0

    def value(self) -> Decimal:
        result = self._terms(0)
        if self._at != len(self._tokens):
            raise InvalidAmount(LIKE_THIS)
        return result

    def _split(self, text: str) -> list[Decimal | str]:
        tokens: list[Decimal | str] = []
        at = 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise InvalidAmount(LIKE_THIS)
            if number := found["number"]:
                unit = (found["unit"] or "").lower()
                value = typed_number(number, self._style) * MULTIPLIERS[unit]
                if not unit and -int(value.as_tuple().exponent) > exponent(self._currency):
                    raise InvalidAmount(
                        f"{self._currency} has {exponent(self._currency) or 'no'} decimals. {LIKE_THIS}"
                    )
                tokens.append(value)
            else:
                tokens.append(found["mark"].translate(_SAME_MARK))
            at = found.end()
        return tokens

    def _next(self, *marks: str) -> str | None:
        if self._at < len(self._tokens) and self._tokens[self._at] in marks:
            self._at += 1
            return str(self._tokens[self._at - 1])
        return None

    def _terms(self, depth: int) -> Decimal:
        result = self._factors(depth)
        while mark := self._next("+", "-"):
            right = self._factors(depth)
            result = result + right if mark == "+" else result - right
        return result

    def _factors(self, depth: int) -> Decimal:
        result = self._atom(depth)
        while mark := self._next("*", "/"):
            right = self._atom(depth)
            result = result * right if mark == "*" else result / right
        return result

    def _atom(self, depth: int) -> Decimal:
        if depth > _MAX_DEPTH:
            raise InvalidAmount(LIKE_THIS)
        if self._next("-"):
            return -self._atom(depth + 1)
        if self._next("+"):
            return self._atom(depth + 1)
        if self._next("("):
            inside = self._terms(depth + 1)
            if not self._next(")"):
                raise InvalidAmount("A bracket is not closed.")
            return inside
        if self._at < len(self._tokens) and isinstance(value := self._tokens[self._at], Decimal):
            self._at += 1
            return value
        raise InvalidAmount(LIKE_THIS)


def typed_number(text: str, style: NumberStyle) -> Decimal:
    """One number as a person types it, grouping checked, never guessed.

    When both marks occur, the last one is the decimal mark. When one occurs, the locale decides; a grouping mark
    that does not stand between groups is an error, not a decimal mark.

    Raises: InvalidAmount.
    """
    plain = re.sub(r"['’\u00a0\u202f]", "", text)
    points, commas = plain.count("."), plain.count(",")
    if points and commas:
        decimal = max(".,", key=plain.rfind)
    elif points > 1 or commas > 1:
        decimal = "" if (points > 1) == (style.decimal == ".") or _is_grouped(plain) else style.decimal
    else:
        decimal = style.decimal
    whole, _, fraction = plain.rpartition(decimal) if decimal and decimal in plain else (plain, "", "")
    if not fraction.isdigit() and fraction:
        raise InvalidAmount(LIKE_THIS)
    if re.search(r"[.,]", whole):
        if not _is_grouped(whole):
            raise InvalidAmount(LIKE_THIS)
        whole = re.sub(r"[.,]", "", whole)
    if not (whole + fraction).isdecimal() or not (whole + fraction).isascii():
        raise InvalidAmount(LIKE_THIS)
    return Decimal(f"{whole or 0}.{fraction or 0}") if fraction else Decimal(whole or "0")


def _is_grouped(whole: str) -> bool:
    """Whether one kind of mark cuts the digits as lakhs or thousands do: 1,23,456 or 123.456 or 1,234,567."""
    return (
        re.fullmatch(r"\d{1,3}(?P<mark>[.,])(?:\d{2}(?P=mark))*\d{3}|\d{1,3}(?P<m2>[.,])\d{3}(?:(?P=m2)\d{3})*", whole)
        is not None
    )


def grouped(digits: str, style: NumberStyle) -> str:
    """Digits with the locale's grouping: 1234567 is 12,34,567 in India and 1,234,567 elsewhere."""
    size, *rest = style.sizes
    if len(digits) <= size:
        return digits
    parts = [digits[-size:]]
    digits = digits[:-size]
    while digits:
        size = rest.pop(0) if rest else size
        parts.append(digits[-size:])
        digits = digits[:-size]
    return style.group.join(reversed(parts))


@dataclass(frozen=True, slots=True)
class MoneyParts:
    """An amount cut for typesetting: sign (a real minus), currency symbol, grouped whole part, decimals with their mark."""

    sign: str
    symbol: str
    whole: str
    decimals: str

    def __str__(self) -> str:
        return f"{self.sign}{self.symbol}{self.whole}{self.decimals}"


def money_parts(
    minor: int, currency: str, style: NumberStyle, symbol: str, *, decimals: bool = True, signed: bool = False
) -> MoneyParts:
    """Write an amount. Without decimals it is rounded half-up to whole units; `signed` puts a plus before money in.

    >>> str(money_parts(-12345678, "INR", INDIAN, "₹"))
    '−₹1,23,456.78'
    """
    places = exponent(currency)
    whole, rest = divmod(abs(minor), 10**places)
    if not decimals:
        whole, rest = (whole + (2 * rest >= 10**places and places > 0)), 0
    sign = "−" if minor < 0 and (whole or rest) else "+" if signed and minor > 0 else ""
    tail = f"{style.decimal}{rest:0{places}d}" if decimals and places else ""
    return MoneyParts(sign, symbol, grouped(str(whole), style), tail)


def short_money(minor: int, currency: str, style: NumberStyle, symbol: str) -> str:
    """For chart axes only: ₹1.5L and ₹2Cr in India, 150K and 2M elsewhere."""
    value = abs(from_minor(minor, currency))
    steps = (
        ((10**7, "Cr"), (10**5, "L"), (10**3, "K"))
        if style.sizes == INDIAN.sizes
        else ((10**9, "B"), (10**6, "M"), (10**3, "K"))
    )
    size, letter = next(((s, t) for s, t in steps if value >= s), (1, ""))
    figure = f"{(value / size).quantize(Decimal('0.01') if letter else Decimal(1), rounding=ROUND_HALF_UP):f}"
    figure = figure.rstrip("0").rstrip(".") if "." in figure else figure
    return f"{'−' if minor < 0 else ''}{symbol}{figure.replace('.', style.decimal)}{letter}"


def allocate(total_minor: int, weights: list[int]) -> list[int]:
    """Cut an amount in proportion to whole, non-negative weights so that the parts add up to it exactly.

    The largest remainders get the odd minor units, earlier parts first.
    Raises: ValueError when no weight is positive.

    >>> allocate(100, [1, 1, 1])
    [34, 33, 33]
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must not be negative, and one must be positive")
    sign, size = (-1 if total_minor < 0 else 1), abs(total_minor)
    parts = [size * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: (-(size * weights[at] % whole), at))
    for at in by_remainder[: size - sum(parts)]:
        parts[at] += 1
    return [sign * part for part in parts]

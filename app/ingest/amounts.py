"""Amounts as banks write them: signs, marks, symbols and grouping, with the decimal mark decided once per column."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from app.domain.money import exponent, round_half_up

_SAME = str.maketrans(
    {
        "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " ", "\u3000": " ",
        "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "‒": "-", "－": "-", "＋": "+",
        "’": "'", "‘": "'", "´": "'", "`": "'", "，": ",", "．": ".", "（": "(", "）": ")",
        "\u200e": "", "\u200f": "", "\u202a": "", "\u202b": "", "\u202c": "", "\u2066": "", "\u2067": "", "\u2069": "", "\ufeff": "",
    }
)  # fmt: skip
SYMBOLS = {
    "₹": "INR", "Rs": "INR", "€": "EUR", "£": "GBP", "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "S$": "SGD",
    "HK$": "HKD", "NZ$": "NZD", "R$": "BRL", "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "₽": "RUB", "руб": "RUB", "₺": "TRY", "TL": "TRY",
    "₩": "KRW", "฿": "THB", "₫": "VND", "₪": "ILS", "₴": "UAH", "RM": "MYR", "Rp": "IDR", "₱": "PHP", "₦": "NGN", "Fr": "CHF", "SFr": "CHF",
    "د.ا": "JOD", "د.إ": "AED", "ر.س": "SAR", "元": "CNY", "円": "JPY", "лв": "BGN", "lei": "RON",
}  # fmt: skip
_UNCERTAIN = ("$", "¥", "kr", "R")
_SIGN = "|".join(re.escape(s) for s in sorted((*SYMBOLS, *_UNCERTAIN), key=len, reverse=True))
_CURRENCY = rf"(?:{_SIGN}|(?-i:[A-Z]{{3}}(?![A-Za-z])))\.?"
_OUT = r"dr|db|debit|d|s|soll"
_IN = r"cr|credit|c|h|haben"
_AMOUNT = re.compile(
    rf"(?P<open>\()?\s*(?:(?P<before>{_OUT}|{_IN})\.?\s+)?(?P<s1>[+-])?\s*(?P<c1>{_CURRENCY})?\s*(?P<s2>[+-])?\s*"
    rf"(?P<body>\d[\d.,' ]*(?<!\ )|[.,]\d+)(?:[eE](?P<power>[+-]?\d{{1,2}}))?\s*(?P<c2>{_CURRENCY})?(?P<s3>[+-])?\s*"
    rf"(?:\(?(?P<after>{_OUT}|{_IN})\.?\)?)?\s*(?P<close>\))?(?:,-|/-)?",
    re.IGNORECASE,
)
_SIMPLE = re.compile(r"(-?)(\d+)\.(\d\d?)")
_ONE_MARK = re.compile(r"(\d*)([.,])(\d*)")
_GROUPED = re.compile(r"(\d{1,3}([.,' ])(?:\d{2,3}\2)*\d{3})(?:([.,])(\d*))?")
_LONGEST = 60
_OUT_MARKS = frozenset(_OUT.split("|"))


class Amount(NamedTuple):
    """One written amount before its column's decimal mark is known.

    `sign` is -1 or 1 where written, else 0; `mark` is "out" or "in" for Dr and Cr. `whole` and `tail` are the digits before and after the
    last separator; `point` is that separator where it must be a decimal mark, "" where there is none, and "?" with `separator` where it may
    also group thousands.
    """

    sign: int
    mark: str
    currency: str
    whole: str
    tail: str
    point: str
    separator: str
    excludes: str
    power: int


def written_amount(text: str) -> Amount | None:
    """What a cell says as an amount; None when it is none.

    >>> written_amount("-1,23,456.78").point, written_amount("1.450").point, written_amount("45.00 Dr").mark
    ('.', '?', 'out')
    """
    if found := _SIMPLE.fullmatch(text):
        return Amount(-1 if found[1] else 0, "", "", found[2], found[3], ".", "", "", 0)
    if not text.isascii():
        text = text.translate(_SAME)
    text = text.strip().strip("'\"").strip()
    if (
        not text
        or len(text) > _LONGEST
        or not (found := _AMOUNT.fullmatch(text))
        or (found["open"] is None) != (found["close"] is None)
    ):
        return None
    split = _split(found["body"])
    if split is None:
        return None
    signs = [s for s in (found["s1"], found["s2"], found["s3"]) if s]
    if len(signs) > 1:
        return None
    sign = -1 if found["open"] or "-" in signs else 1 if signs else 0
    letters = (found["before"] or found["after"] or "").lower()
    mark = "" if not letters else "out" if letters in _OUT_MARKS else "in"
    return Amount(sign, mark, currency_of(found["c1"] or found["c2"] or ""), *split, int(found["power"] or 0))


def _split(body: str) -> tuple[str, str, str, str, str] | None:
    """(whole, tail, point, separator, excluded decimal mark) of the digits and their separators."""
    if body.isdigit():
        return body, "", "", "", ""
    if found := _ONE_MARK.fullmatch(body):
        whole, separator, tail = found.groups()
        may_group = len(tail) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")  # noqa: PLR2004 - a group has three digits
        return (whole or "0", tail, "?" if may_group else separator, separator if may_group else "", "")
    if found := _GROUPED.fullmatch(body):
        whole, group, point, tail = found.groups()
        if point == group:
            return None
        excludes = group if group in ".," else ""
        return re.sub(r"\D", "", whole), tail or "", point or "", "", excludes
    return None


def currency_of(text: str) -> str:
    """The ISO code that a symbol or code names for certain; "" otherwise ("$" may be any dollar)."""
    text = text.strip().rstrip(".")
    if text in SYMBOLS:
        return SYMBOLS[text]
    return text if len(text) == 3 and text.isascii() and text.isalpha() and text.isupper() else ""  # noqa: PLR2004 - ISO 4217


class MarkDecision(NamedTuple):
    """The decimal mark of a column; `is_open` where its amounts could mean thousands or thousandths."""

    mark: str
    is_open: bool


def decide_mark(amounts: Iterable[Amount], currency: str, others: str | None = None) -> MarkDecision:
    """The decimal mark that the column's own amounts prove; else that of the file's other columns (`others`); else by the currency.

    With currencies of two decimals nobody writes three, so "1.450" alone groups thousands; with three decimals it stays open.
    """
    votes = {".": 0, ",": 0}
    doubtful: set[str] = set()
    for amount in amounts:
        if amount.point in votes:
            votes[amount.point] += 1
        elif amount.point == "?":
            doubtful.add(amount.separator)
        if amount.excludes:
            votes["," if amount.excludes == "." else "."] += 1
    if votes["."] != votes[","]:
        return MarkDecision("." if votes["."] > votes[","] else ",", is_open=False)
    if votes["."]:
        return MarkDecision(".", is_open=True)
    if others:
        return MarkDecision(others, is_open=False)
    if len(doubtful) == 1:
        separator = doubtful.pop()
        is_three = exponent(currency) == 3  # noqa: PLR2004 - dinars
        return MarkDecision(separator if is_three else "," if separator == "." else ".", is_open=is_three)
    return MarkDecision(".", is_open=bool(doubtful))


def is_readable(amount: Amount, mark: str) -> bool:
    """False where the amount contradicts its column's decimal mark."""
    return amount.point in {"", "?", mark} and amount.excludes != mark


def minor_units(amount: Amount, mark: str, decimals: int) -> int:
    """The size of the amount in minor units, without its sign; rounded half-up where it has more decimals than the currency."""
    is_decimal = amount.point == mark or (amount.point == "?" and amount.separator == mark)
    whole, tail = (amount.whole, amount.tail) if is_decimal else (amount.whole + amount.tail, "")
    if not amount.power and len(tail) <= decimals:
        return int(whole + tail.ljust(decimals, "0"))
    return round_half_up(Decimal(f"{whole}.{tail or '0'}").scaleb(amount.power + decimals))

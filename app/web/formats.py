"""How money and dates look in templates. CLDR (Babel) says how a locale writes; the arithmetic is ours and exact."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_name, get_currency_symbol, list_currencies
from flask import Flask, g
from flask_login import current_user

from app.domain.money import INDIAN, NumberStyle, from_minor, money_parts, short_money
from app.domain.periods import Month

DEFAULT_LOCALE = "en-IN"
LOCALES = (
    "en-IN",
    "en-GB",
    "en-US",
    "en-AU",
    "en-SG",
    "en-AE",
    "hi-IN",
    "bn-IN",
    "ta-IN",
    "te-IN",
    "mr-IN",
    "gu-IN",
    "kn-IN",
    "de-DE",
    "fr-FR",
    "es-ES",
    "ja-JP",
)
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CURRENCY_LENGTH = 3
_SMALL = 100


@lru_cache(maxsize=64)
def number_style(locale: str) -> NumberStyle:
    """How a locale groups and marks numbers, with Latin digits; India's for a locale that nobody knows."""
    try:
        known = Locale.parse(locale, sep="-")
    except (ValueError, UnknownLocaleError):
        return INDIAN
    symbols = known.number_symbols["latn"]
    first, second = known.decimal_formats[None].grouping
    return NumberStyle(symbols["decimal"], symbols["group"], (first,) if second in {first, 1000} else (first, second))


@lru_cache(maxsize=512)
def currency_symbol(currency: str, locale: str) -> str:
    """₹, $, €; the code itself where the locale has no sign."""
    symbol = get_currency_symbol(currency, locale.replace("-", "_"))
    return f"{symbol}\u00a0" if symbol.isalpha() else symbol


@lru_cache(maxsize=1)
def currencies() -> tuple[tuple[str, str], ...]:
    """Code and name of every currency in use, India's first."""
    known = sorted(code for code in list_currencies() if len(code) == _CURRENCY_LENGTH and not code.startswith("X"))
    codes = ["INR", *(code for code in known if code != "INR")]
    return tuple((code, f"{code}, {get_currency_name(code, locale='en')}") for code in codes)


def user_locale() -> str:
    """The locale of who is looking; looked up once per request, for a page writes a hundred figures."""
    if (known := g.get("user_locale")) is None:
        locale: str = getattr(current_user, "locale", DEFAULT_LOCALE)
        known = g.user_locale = locale if locale in LOCALES else DEFAULT_LOCALE
    return str(known)


def book_currency() -> str:
    """The currency of the book that the page is about."""
    return g.book.currency if g.get("book") else "INR"


def field_symbol(currency: str | None = None) -> str:
    """The sign of a currency as amount fields show it; the book's, unless another one is meant."""
    return currency_symbol(currency or book_currency(), user_locale()).strip()


def money(minor: int, currency: str | None = None, *, decimals: bool = True, signed: bool = False) -> str:
    """−₹1,23,456.78, in the reader's locale."""
    return written(minor, currency or book_currency(), user_locale(), decimals=decimals, signed=signed)


@lru_cache(maxsize=4096)
def written(minor: int, currency: str, locale: str, *, decimals: bool, signed: bool = False) -> str:
    """An amount as text. A page says the same amounts in its charts, tables and sentences."""
    symbol = currency_symbol(currency, locale)
    return str(money_parts(minor, currency, number_style(locale), symbol, decimals=decimals, signed=signed))


def in_sentence(minor: int, currency: str, *, locale: str) -> str:
    """₹6,842: whole units, as sentences say them; amounts below a hundred keep their decimals."""
    return written(minor, currency, locale, decimals=abs(from_minor(minor, currency)) < _SMALL)


def short(minor: int, currency: str | None = None) -> str:
    """₹1.5L; for chart axes."""
    code, locale = currency or book_currency(), user_locale()
    return short_money(minor, code, number_style(locale), currency_symbol(code, locale))


def plain(minor: int, currency: str | None = None) -> str:
    """-123456.78: the exact value for machines, as <data value> and form fields hold it."""
    return f"{from_minor(minor, currency or book_currency()):f}"


def day(value: date) -> str:
    """21 Nov."""
    return f"{value.day} {MONTHS[value.month - 1][:3]}"


def long_day(value: date) -> str:
    """21 November 2026."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def week_day(value: date) -> str:
    """Saturday 21 November."""
    return f"{WEEKDAYS[value.weekday()]} {value.day} {MONTHS[value.month - 1]}"


def month_name(value: Month | date) -> str:
    """November 2026."""
    number = value.number if isinstance(value, Month) else value.month
    return f"{MONTHS[number - 1]} {value.year}"


def short_month(value: Month | date) -> str:
    """Nov 26."""
    number = value.number if isinstance(value, Month) else value.month
    return f"{MONTHS[number - 1][:3]} {value.year % 100:02d}"


def pct(value: Decimal | float, places: int = 0) -> str:
    """A fraction as a percentage: 0.23 is 23%."""
    figure = (Decimal(str(value)) * 100).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return f"{figure:f}%".replace("-", "−")


def exact_pct(rate: Decimal) -> str:
    """A rate with as many decimals as it has: 0.085 is 8.5%, 0.0925 is 9.25%."""
    return f"{(rate * 100).normalize():f}%"


def counted(count: int, what: str) -> str:
    """1 row; 1,234 rows."""
    return f"1 {what}" if count == 1 else f"{count:,} {what}s"


def init_app(app: Flask) -> None:
    """Hand the filters to Jinja."""
    app.jinja_env.filters.update(
        money=money,
        short_money=short,
        day=day,
        long_day=long_day,
        week_day=week_day,
        month_name=month_name,
        short_month=short_month,
        pct=pct,
    )

"""Prices of shares, funds, gold and currencies as Yahoo Finance charts them. A symbol is Yahoo's: RELIANCE.NS, AAPL, USDINR=X.

The setting calls it yfinance, the name by which people know this source. That package cannot be pointed at another address, so no test
could show what we do with a bad answer, and it brings a dozen packages with it; the one address that is needed is read here instead.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote as quoted

from app.prices.http import Fetcher, NotThere
from app.prices.port import Answer, Asked, PricesUnavailable, Quote, one_by_one, usable

NAME = "yfinance"
URL = "https://query1.finance.yahoo.com"
_SYMBOL = re.compile(r"[A-Z0-9.&=^_-]{1,40}")
PARTS = {"GBp": ("GBP", 100), "GBX": ("GBP", 100), "ZAc": ("ZAR", 100), "ILA": ("ILS", 100)}
"""Exchanges that quote in hundredths: London in pence, Johannesburg in cents, Tel Aviv in agorot."""


def pair(from_currency: str, to_currency: str) -> str:
    """The symbol of an exchange rate: what one unit of the first costs in the second.

    >>> pair("USD", "INR")
    'USDINR=X'
    """
    return f"{from_currency}{to_currency}=X"


class Yahoo:
    """Asks for one symbol after the other."""

    name = NAME

    def __init__(self, url: str = URL, fetcher: Fetcher | None = None) -> None:
        self._url = url.rstrip("/")
        self._fetcher = fetcher or Fetcher("Yahoo Finance")

    def quotes(self, asked: Sequence[Asked]) -> Answer:
        """The last trade of each symbol, on the day that it was where it is traded, in the currency that it is traded in."""
        return one_by_one(asked, lambda each: self._quote(each.symbol))

    def _quote(self, symbol: str) -> Quote | str:
        key = symbol.strip().upper()
        if not _SYMBOL.fullmatch(key) or not key.strip("."):
            return f"Yahoo Finance does not know {symbol}."
        try:
            said = self._fetcher.json(
                f"{self._url}/v8/finance/chart/{quoted(key, safe='')}", params={"range": "5d", "interval": "1d"}
            )
        except NotThere as error:
            said = self._fetcher.parsed(error.body)  # a 404 with the reason in it; one without is a wrong address
        return _read(symbol, said)


def _read(symbol: str, said: Any) -> Quote | str:
    chart = said.get("chart") if isinstance(said, dict) else None
    if not isinstance(chart, dict):
        raise PricesUnavailable("Yahoo Finance answered with something that cannot be read.")
    results = chart.get("result")
    if chart.get("error") or not isinstance(results, list) or not results or not isinstance(results[0], dict):
        return f"Yahoo Finance does not know {symbol}."
    meta = results[0].get("meta")
    if not isinstance(meta, dict):
        return f"Yahoo Finance gives no price of {symbol}."
    price, on, currency = usable(meta.get("regularMarketPrice")), _day(meta), meta.get("currency")
    if price is None or on is None:
        return f"Yahoo Finance gives no price of {symbol}."
    if not isinstance(currency, str):
        return f"Yahoo Finance does not say in which currency {symbol} is."
    currency, parts = PARTS.get(currency, (currency, 1))
    price = usable(price / Decimal(parts))
    return Quote(symbol, on, price, currency, NAME) if price else f"Yahoo Finance gives no price of {symbol}."


def _day(meta: dict[str, Any]) -> date | None:
    at, offset = meta.get("regularMarketTime"), meta.get("gmtoffset", 0)
    if not isinstance(at, int) or not isinstance(offset, int):
        return None
    try:
        return (datetime.fromtimestamp(at, UTC) + timedelta(seconds=offset)).date()
    except (OverflowError, ValueError, OSError):
        return None

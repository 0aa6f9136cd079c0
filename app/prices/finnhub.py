"""Prices of shares that are traded in the United States, from Finnhub, with the operator's key.

Its answer names no currency, and its free plan is about US exchanges: only their symbols are asked for, and the price is in US dollars.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.prices.http import Fetcher
from app.prices.port import Answer, Asked, PricesUnavailable, Quote, one_by_one, usable

NAME = "finnhub"
URL = "https://finnhub.io"
CURRENCY = "USD"
NEW_YORK = ZoneInfo("America/New_York")
_US = re.compile(r"[A-Z]{1,6}(?:\.[AB])?")


class Finnhub:
    """Asks for one share after the other. The key goes in a header, so that no log of addresses holds it."""

    name = NAME

    def __init__(self, key: str, url: str = URL, fetcher: Fetcher | None = None) -> None:
        self._key, self._url = key, url.rstrip("/")
        self._fetcher = fetcher or Fetcher("Finnhub")

    def quotes(self, asked: Sequence[Asked]) -> Answer:
        """The last trade of each share. Its day is that of New York."""
        return one_by_one(asked, lambda each: self._quote(each.symbol))

    def _quote(self, symbol: str) -> Quote | str:
        key = symbol.strip().upper()
        if not _US.fullmatch(key):
            return f"Finnhub is asked for US shares only; {symbol} is none."
        said = self._fetcher.json(
            f"{self._url}/api/v1/quote", params={"symbol": key}, headers={"X-Finnhub-Token": self._key}
        )
        return _quote(symbol, said) or f"Finnhub does not know {symbol}."


def _quote(symbol: str, said: Any) -> Quote | None:
    """Finnhub answers with zeros for what it does not know. A zero is no price."""
    if not isinstance(said, dict):
        raise PricesUnavailable("Finnhub answered with something that cannot be read.")
    price, at = usable(said.get("c")), said.get("t")
    if price is None or isinstance(at, bool) or not isinstance(at, int) or at <= 0:
        return None
    try:
        return Quote(symbol, datetime.fromtimestamp(at, NEW_YORK).date(), price, CURRENCY, NAME)
    except (OverflowError, ValueError, OSError):
        return None

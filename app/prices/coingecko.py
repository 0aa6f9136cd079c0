"""Prices of cryptocurrencies from CoinGecko. A symbol is its id there: bitcoin, ethereum."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from app.prices.http import Fetcher
from app.prices.port import Answer, Asked, PricesUnavailable, Quote, usable

NAME = "coingecko"
URL = "https://api.coingecko.com"
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
AT_ONCE = 100


class CoinGecko:
    """Asks for up to a hundred coins at once, each in the currency that it is kept in."""

    name = NAME

    def __init__(self, url: str = URL, fetcher: Fetcher | None = None) -> None:
        self._url = url.rstrip("/")
        self._fetcher = fetcher or Fetcher("CoinGecko")

    def quotes(self, asked: Sequence[Asked]) -> Answer:
        """The newest prices. The day is that of the last trade, in UTC."""
        ids = sorted({key for each in asked if _ID.fullmatch(key := _key(each))})
        currencies = ",".join(sorted({each.currency.lower() for each in asked}))
        coins: dict[str, Any] = {}
        for at in range(0, len(ids), AT_ONCE):
            said = self._fetcher.json(
                f"{self._url}/api/v3/simple/price",
                params={
                    "ids": ",".join(ids[at : at + AT_ONCE]),
                    "vs_currencies": currencies,
                    "include_last_updated_at": "true",
                    "precision": "full",
                },
            )
            if not isinstance(said, dict):
                raise PricesUnavailable("CoinGecko answered with something that cannot be read.")
            coins |= said
        quotes, failures = [], {}
        for each in asked:
            quote = _quote(each, coins.get(_key(each)))
            if isinstance(quote, str):
                failures[each.symbol] = quote
            else:
                quotes.append(quote)
        return Answer(tuple(quotes), failures)


def _key(asked: Asked) -> str:
    return asked.symbol.strip().lower()


def _quote(asked: Asked, coin: Any) -> Quote | str:
    if not isinstance(coin, dict):
        return f"CoinGecko does not know {asked.symbol}. Use the id of the coin there, like bitcoin."
    price, at = usable(coin.get(asked.currency.lower())), coin.get("last_updated_at")
    if price is None or isinstance(at, bool) or not isinstance(at, int):
        return f"CoinGecko gives no price of {asked.symbol} in {asked.currency}."
    try:
        on = datetime.fromtimestamp(at, UTC).date()
    except (OverflowError, ValueError, OSError):
        return f"CoinGecko gives no price of {asked.symbol} in {asked.currency}."
    return Quote(asked.symbol, on, price, asked.currency, NAME)

"""A stand-in for the sources of prices, on this machine: it answers in their formats, and can be busy, broken, slow or wrong."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from app.prices.amfi import Amfi
from app.prices.coingecko import CoinGecko
from app.prices.finnhub import Finnhub
from app.prices.http import Fetcher
from app.prices.port import PriceProvider
from app.prices.yahoo import Yahoo

NAVS = """Scheme Code;ISIN Div Payout/ ISIN Growth;ISIN Div Reinvestment;Scheme Name;Net Asset Value;Date

Open Ended Schemes(Equity Scheme - Flexi Cap Fund)

Sample Mutual Fund

100001;INF000A01001;-;Sample Flexi Cap Fund - Direct Plan - Growth;84.3217;20-Nov-2026
100002;INF000A01002;INF000A01003;Sample Flexi Cap Fund - Regular Plan - IDCW;N.A.;20-Nov-2026
100003;INF000A01004;;Sample Liquid Fund - Growth;0.00;20-Nov-2026
100004;INF000A01005;;Sample Old Fund - Growth;1,045.5;03-Feb-2024
broken;line
100005;INF000A01006;;Sample Dateless Fund - Growth;10;someday
""".replace("\n", "\r\n")


class Market(ThreadingHTTPServer):
    """What it knows, and the statuses it answers with before it answers properly."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.shares: dict[str, dict[str, Any]] = {
            "RELIANCE.NS": {"currency": "INR", "regularMarketPrice": 1412.25, "regularMarketTime": 1795168799, "gmtoffset": 19800},
            "VOD.L": {"currency": "GBp", "regularMarketPrice": 91.42, "regularMarketTime": 1795168799, "gmtoffset": 0},
            "AAPL": {"currency": "USD", "regularMarketPrice": 234.0999755859375, "regularMarketTime": 1795222799, "gmtoffset": -18000},
            "USDINR=X": {"currency": "INR", "regularMarketPrice": 88.4125, "regularMarketTime": 1795168799, "gmtoffset": 0},
            "GONE.NS": {"currency": None, "regularMarketTime": 1561759658, "gmtoffset": 19800},
        }  # fmt: skip
        self.coins: dict[str, dict[str, Any]] = {
            "bitcoin": {"inr": 8123456.789012345, "usd": 91234.5, "last_updated_at": 1795222799}
        }
        self.us_shares = {
            "AAPL": {"c": 234.1, "d": 1.1, "dp": 0.47, "h": 235, "l": 231.2, "o": 232, "pc": 233, "t": 1795222799}
        }
        self.navs = NAVS
        self.key = "loopback-key"
        self.first: list[int] = []  # these statuses come before anything else
        self.headers: dict[str, str] = {}
        self.raw: bytes | None = None  # this body comes instead of the right one
        self.seconds = 0.0  # how long an answer takes
        self.drip = 0.0  # how long each byte of it takes
        self.asked: Counter[str] = Counter()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def fetcher(self, **changes: Any) -> Fetcher:
        """As careful as the real one, and without its patience."""
        values: dict[str, Any] = {"seconds": 2.0, "pause": 0.0, "sleep": lambda _: None} | changes
        return Fetcher("The market", **values)

    def providers(self, **changes: Any) -> dict[str, PriceProvider]:
        fetcher = self.fetcher(**changes)
        return {
            "amfi": Amfi(f"{self.url}/spages/NAVAll.txt", fetcher),
            "coingecko": CoinGecko(self.url, fetcher),
            "finnhub": Finnhub(self.key, self.url, fetcher),
            "yfinance": Yahoo(self.url, fetcher),
        }


@contextmanager
def opened() -> Iterator[Market]:
    with Market() as market:
        thread = threading.Thread(target=market.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield market
        market.shutdown()
        thread.join()


class _Answers(BaseHTTPRequestHandler):
    server: Market

    def do_GET(self) -> None:
        market, address = self.server, urlsplit(self.path)
        market.asked[address.path] += 1
        if market.seconds:
            time.sleep(market.seconds)
        if market.first:
            self._say(market.first.pop(0), b"", market.headers)
        elif market.raw is not None:
            self._say(200, market.raw, market.headers)
        else:
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            self._route(address.path, asked)

    def _route(self, path: str, asked: dict[str, str]) -> None:
        market = self.server
        if path == "/spages/NAVAll.txt":
            self._say(200, market.navs.encode())
        elif path == "/api/v3/simple/price":
            known = {each: market.coins[each] for each in asked["ids"].split(",") if each in market.coins}
            wanted = {*asked["vs_currencies"].split(","), "last_updated_at"}
            self._json(200, {name: {k: v for k, v in coin.items() if k in wanted} for name, coin in known.items()})
        elif path == "/api/v1/quote":
            if self.headers.get("X-Finnhub-Token", asked.get("token")) != market.key:
                self._json(401, {"error": "Invalid API key"})
            else:
                nothing = {"c": 0, "d": None, "dp": None, "h": 0, "l": 0, "o": 0, "pc": 0, "t": 0}
                self._json(200, market.us_shares.get(asked["symbol"], nothing))
        elif path.startswith("/v8/finance/chart/"):
            self._chart(unquote(path.removeprefix("/v8/finance/chart/")))
        else:
            self._say(404, b"<html>nothing here</html>")

    def _chart(self, symbol: str) -> None:
        if meta := self.server.shares.get(symbol):
            result = [{"meta": {"symbol": symbol, **meta}, "timestamp": [], "indicators": {"quote": [{}]}}]
            self._json(200, {"chart": {"result": result, "error": None}})
        else:
            error = {"code": "Not Found", "description": "No data found, symbol may be delisted"}
            self._json(404, {"chart": {"result": None, "error": error}})

    def _json(self, status: int, answer: object) -> None:
        self._say(status, json.dumps(answer).encode())

    def _say(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        try:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            for at in range(len(body) if self.server.drip else 0):
                self.wfile.write(body[at : at + 1])
                time.sleep(self.server.drip)
            if not self.server.drip:
                self.wfile.write(body)
        except OSError:
            """The other side had enough of waiting."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Keep the test's output quiet."""

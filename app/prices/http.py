"""One careful GET: a time limit for the whole answer, a size limit, no other host, and patience only where asking again helps.

Only jobs call it. A page request never waits for somebody else's server.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from app.prices.port import PricesUnavailable

AGENT = "Mozilla/5.0 (compatible; FinTrak/1.0)"
HOPS = 3
AGAIN = {HTTPStatus.TOO_MANY_REQUESTS.value, *range(500, 600)}
LONGEST_PAUSE = 30.0
CHUNK = 64 * 1024


class NotThere(PricesUnavailable):
    """The source has no such thing: status 404. `body` is what it said about it."""

    def __init__(self, source: str, body: bytes) -> None:
        super().__init__(f"{source} answered with an error (404).")
        self.body = body


@dataclass(frozen=True, slots=True)
class Fetcher:
    """How to ask one source. `source` is its name in messages.

    A busy or broken server (429, 5xx) and a lost connection are asked again, `attempts` times in all, each time after twice the pause.
    """

    source: str
    seconds: float = 15.0
    largest: int = 2 * 1024 * 1024
    attempts: int = 3
    pause: float = 1.0
    sleep: Callable[[float], None] = time.sleep

    def text(self, url: str, *, params: Mapping[str, str] | None = None) -> str:
        """The answer as text. Raises: PricesUnavailable."""
        return self._body(url, params, None).decode("utf-8", errors="replace")

    def json(
        self, url: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """The answer as JSON whose fractions are exact decimals. Raises: PricesUnavailable."""
        return self.parsed(self._body(url, params, headers))

    def parsed(self, body: bytes) -> Any:
        """Bytes as JSON. Raises: PricesUnavailable."""
        try:
            return json.loads(body, parse_float=Decimal, parse_constant=lambda _: None)
        except (ValueError, RecursionError) as error:
            raise PricesUnavailable(f"{self.source} answered with something that cannot be read.") from error

    def _body(self, url: str, params: Mapping[str, str] | None, headers: Mapping[str, str] | None) -> bytes:
        pause = self.pause
        for attempt in range(1, self.attempts + 1):
            try:
                return self._once(url, params, headers)
            except _Busy as busy:
                if attempt == self.attempts:
                    raise PricesUnavailable(busy.user_message) from busy
                self.sleep(min(max(pause, busy.wait), LONGEST_PAUSE))
                pause *= 2
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _once(self, url: str, params: Mapping[str, str] | None, headers: Mapping[str, str] | None) -> bytes:
        until = time.monotonic() + self.seconds
        try:
            with requests.Session() as session:
                session.headers.update({"User-Agent": AGENT, **(headers or {})})
                return self._followed(session, url, params, until)
        except (requests.Timeout, ReadTimeoutError) as error:
            raise _Busy(f"{self.source} did not answer in time.") from error
        except (requests.RequestException, HTTPError) as error:
            raise _Busy(f"{self.source} could not be reached.") from error

    def _followed(self, session: requests.Session, url: str, params: Mapping[str, str] | None, until: float) -> bytes:
        for _ in range(HOPS):
            left = max(until - time.monotonic(), 0.1)
            with session.get(url, params=params, timeout=left, stream=True, allow_redirects=False) as answer:
                if not answer.is_redirect:
                    return self._read(answer, until)
                target = urljoin(answer.url, answer.headers["Location"])
            if not _stays(url, target):
                raise PricesUnavailable(f"{self.source} sent us to another address, which was not followed.")
            url, params = target, None
        raise PricesUnavailable(f"{self.source} sent us around in a circle.")

    def _read(self, answer: requests.Response, until: float) -> bytes:
        if answer.status_code in AGAIN:
            said = answer.headers.get("Retry-After", "")
            raise _Busy(self._failed(answer.status_code), wait=float(said) if said.isdecimal() else 0.0)
        body = bytearray()
        while chunk := answer.raw.read1(
            CHUNK, decode_content=True
        ):  # what has come; `read` would wait for all of CHUNK
            body += chunk
            if len(body) > self.largest:
                raise PricesUnavailable(f"{self.source} answered with more than we read.")
            if time.monotonic() > until:
                raise _Busy(f"{self.source} did not answer in time.")
        if answer.status_code == HTTPStatus.NOT_FOUND:
            raise NotThere(self.source, bytes(body))
        if answer.status_code != HTTPStatus.OK:
            raise PricesUnavailable(self._failed(answer.status_code))
        return bytes(body)

    def _failed(self, status: int) -> str:
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            return f"{self.source} refused us: the key is missing or wrong."
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return f"{self.source} asks us to slow down."
        return f"{self.source} answered with an error ({status})."


class _Busy(PricesUnavailable):
    """Worth another try after `wait` seconds."""

    def __init__(self, user_message: str, *, wait: float = 0.0) -> None:
        super().__init__(user_message)
        self.wait = wait


def _stays(here: str, there: str) -> bool:
    """Whether an address is on the same host and port, and not less protected."""
    old, new = urlsplit(here), urlsplit(there)
    if old.hostname != new.hostname:
        return False
    return new.scheme == "https" or (new.scheme, new.port) == (old.scheme, old.port)

"""The bureau port: where scores come from other than a person's own hand. None is connected unless the operator does so.

A bureau answers only with a person's explicit consent, and what it says is kept as a snapshot, never as its whole report.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from app.domain.credit_scores import Score, read_scores
from app.domain.texts import clean
from app.prices.http import Fetcher
from app.prices.port import PricesUnavailable

MANUAL, REPORT, API = "manual", "report_upload", "api"


@dataclass(frozen=True, slots=True)
class Consent:
    """That a person allows the question, for what, and until when."""

    purpose: str
    granted_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CreditSnapshot:
    """What a bureau says of a person on a day. `source` is manual, report_upload or api."""

    score: Score
    source: str
    model: str = ""
    reason_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotConfigured:
    """Nobody connected this bureau."""


@dataclass(frozen=True, slots=True)
class NoHistory:
    """The bureau knows the person, and has no score yet: NH, NA or −1."""


class BureauUnavailable(Exception):  # noqa: N818 - reads as the sentence it is
    """A bureau did not answer, or not as it should. `user_message` says what; it holds no key and no address."""

    def __init__(self, user_message: str) -> None:
        super().__init__(user_message)
        self.user_message = user_message


Answer = tuple[CreditSnapshot, ...] | NotConfigured | NoHistory


class CreditBureau(Protocol):
    """Somebody who knows scores."""

    name: str

    def fetch(self, user_ref: str, consent: Consent) -> Answer:
        """What it knows of a person, the newest last.

        Raises: BureauUnavailable when it does not answer; BadScoreFile for a file that is not right.
        """


class NoBureau:
    """No bureau: what is there until the operator connects one."""

    name = ""

    def fetch(self, user_ref: str, consent: Consent) -> Answer:  # noqa: ARG002 - the port's signature
        """Says that nobody connected one."""
        return NotConfigured()


class ReportFile:
    """A file that a person has from a bureau, behind the same port."""

    name = "file"

    def __init__(self, data: bytes, today: date) -> None:
        self._data, self._today = data, today

    def fetch(self, user_ref: str, consent: Consent) -> Answer:  # noqa: ARG002 - the file was given by the person
        """Its scores, oldest first.

        Raises: BadScoreFile that names every bad line.
        """
        scores = sorted(read_scores(self._data, self._today), key=lambda score: (score.on, score.bureau))
        return tuple(CreditSnapshot(score, REPORT) for score in scores)


class JsonBureau:
    """A bureau, or a gateway of the operator's to one, that answers a GET with JSON.

    It is asked with `user`, `purpose`, `granted_at` and `expires_at`, and the key as a bearer token. It answers with one object as
    `snapshot_of` reads it, or with a list of them.
    """

    def __init__(self, name: str, url: str, key: str = "", *, fetcher: Fetcher | None = None) -> None:
        self.name, self._url, self._key = name, url, key
        self._fetcher = fetcher or Fetcher(name, largest=256 * 1024)

    def fetch(self, user_ref: str, consent: Consent) -> Answer:
        """Its snapshots, oldest first.

        Raises: BureauUnavailable.
        """
        params = {
            "user": user_ref,
            "purpose": consent.purpose,
            "granted_at": consent.granted_at.isoformat(),
            "expires_at": consent.expires_at.isoformat(),
        }
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {self._key}"} if self._key else {})
        try:
            said: Any = self._fetcher.json(self._url, params=params, headers=headers)
        except PricesUnavailable as error:
            raise BureauUnavailable(error.user_message) from error
        parts = said if isinstance(said, list) else [said]
        if not all(isinstance(part, dict) for part in parts):
            raise BureauUnavailable(f"{self.name} answered with something that cannot be read.")
        known = [each for part in parts if isinstance(each := snapshot_of(part, self.name), CreditSnapshot)]
        return tuple(sorted(known, key=lambda each: each.score.on)) if known else NoHistory()


def snapshot_of(said: Mapping[str, object], provider: str) -> CreditSnapshot | NoHistory:
    """A snapshot from a bureau's JSON: provider, model, score (null without history), range, as_of, reason_codes.

    Raises: BureauUnavailable when it is not of that form.
    """
    if "score" in said and said["score"] is None:
        return NoHistory()
    match said:
        case {"score": int(score), "range": [int(low), int(high)], "as_of": str(day)} if not isinstance(score, bool):
            codes = said.get("reason_codes")
            reasons = [clean(str(code), 200) for code in codes] if isinstance(codes, list) else []
            try:
                found = Score(
                    date.fromisoformat(day), clean(str(said.get("provider") or provider), 60), score, low, high
                )
            except ValueError as error:
                raise BureauUnavailable(f"{provider} named a day that is none.") from error
            return CreditSnapshot(found, API, clean(str(said.get("model") or ""), 60), tuple(reasons))
        case _:
            raise BureauUnavailable(f"{provider} answered with something that cannot be read.")

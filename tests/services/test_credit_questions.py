"""A bureau is asked with consent, once, in a job; what it says and what goes wrong is kept in words. The bureau is on this machine."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy.orm import Session

from app.domain.errors import Refused
from app.factory import Replaced
from app.jobs.port import JobName
from app.prices.http import Fetcher
from app.queries.credit import last_question, scores_of
from app.services.credit_bureau import BureauUnavailable, Consent, CreditBureau, JsonBureau, NoHistory
from app.services.credit_questions import ask_bureau, fetch_scores
from app.services.deps import Deps
from tests.conftest import NOW, Clock, FakeMailer
from tests.jobs.kept import KeptJobs

pytestmark = pytest.mark.sqlite_only
KEY = "loopback-key"
GOOD = {
    "provider": "CIBIL",
    "model": "T3",
    "score": 781,
    "range": [300, 900],
    "as_of": "2026-11-03",
    "reason_codes": [],
}
CONSENT = Consent("Show the person their own score", NOW, NOW + timedelta(days=1))


class Gateway(HTTPServer):
    """What it says, with which status, and what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.says: bytes = json.dumps(GOOD).encode()
        self.status = 200
        self.asked: list[dict[str, list[str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/scores"


class _Answers(BaseHTTPRequestHandler):
    server: Gateway

    def do_GET(self) -> None:
        self.server.asked.append(parse_qs(urlsplit(self.path).query))
        known = self.headers["Authorization"] == f"Bearer {KEY}"
        self.send_response(self.server.status if known else 401)
        self.end_headers()
        self.wfile.write(self.server.says if known else b"")

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@contextmanager
def opened() -> Iterator[Gateway]:
    with Gateway() as gateway:
        thread = threading.Thread(target=gateway.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield gateway
        gateway.shutdown()
        thread.join()


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with opened() as gateway:
        yield gateway


@pytest.fixture
def bureau(gateway: Gateway) -> CreditBureau:
    return JsonBureau("CIBIL", gateway.url, KEY, fetcher=Fetcher("CIBIL", attempts=2, sleep=lambda _: None))


@pytest.fixture
def jobs() -> KeptJobs:
    return KeptJobs()


@pytest.fixture
def replaced(clock: Clock, mailer: FakeMailer, jobs: KeptJobs, bureau: CreditBureau) -> Replaced:
    return Replaced(now=clock, mailer=mailer, jobs=jobs, credit_bureau=bureau)


def test_a_bureau_answers_with_what_was_consented_to(gateway: Gateway, bureau: CreditBureau) -> None:
    gateway.says = json.dumps([GOOD, GOOD | {"as_of": "2026-08-03", "score": 761}]).encode()
    found = bureau.fetch("7", CONSENT)
    assert isinstance(found, tuple)
    assert [each.score.score for each in found] == [761, 781]
    assert gateway.asked == [
        {
            "user": ["7"],
            "purpose": ["Show the person their own score"],
            "granted_at": ["2026-11-22T06:30:00+00:00"],
            "expires_at": ["2026-11-23T06:30:00+00:00"],
        }
    ]
    gateway.says = json.dumps(GOOD | {"score": None}).encode()
    assert bureau.fetch("7", CONSENT) == NoHistory()


def test_what_is_no_answer_is_said_in_words_without_the_key(gateway: Gateway, bureau: CreditBureau) -> None:
    for says in (
        b"",
        b"[]x",
        b"[1]",
        b'"x"',
        b"{}",
        b"{}x",
        json.dumps(GOOD | {"score": "781"}).encode(),
        b"x" * 300_000,
    ):
        gateway.says = says
        with pytest.raises(BureauUnavailable, match=r"^CIBIL answered"):
            bureau.fetch("7", CONSENT)
    for status in (500, 403, 404, 429):
        gateway.status = status
        with pytest.raises(BureauUnavailable) as failure:
            bureau.fetch("7", CONSENT)
        assert KEY not in failure.value.user_message
        assert "127.0.0.1" not in failure.value.user_message


def test_a_question_is_asked_once_and_its_scores_are_kept(
    deps: Deps, session: Session, jobs: KeptJobs, gateway: Gateway, make_book: Callable[..., int]
) -> None:
    book = make_book()
    first = ask_bureau(book, user_id=1, deps=deps)
    assert ask_bureau(book, user_id=1, deps=deps) == first
    [(name, arguments)] = jobs.jobs
    assert name == JobName.FETCH_SCORES
    assert gateway.asked == []

    for _ in range(2):
        fetch_scores(**arguments, deps=deps)  # type: ignore[arg-type]  # a job's arguments are JSON
    assert len(gateway.asked) == 1
    assert [(each.score, each.source) for each in scores_of(session, book)] == [(781, "api")]
    question = last_question(session, book)
    assert question is not None
    assert question.answer == "1 new score."


def test_what_goes_wrong_is_kept_with_the_question_and_nothing_else_is(
    deps: Deps, session: Session, clock: Clock, gateway: Gateway, make_book: Callable[..., int]
) -> None:
    book = make_book()

    def outcome(says: dict[str, object] | None, *, hours: int = 0) -> str:
        gateway.status, gateway.says = (200, json.dumps(says).encode()) if says else (500, b"")
        question_id = ask_bureau(book, user_id=1, deps=deps)
        clock.at += timedelta(hours=hours)
        fetch_scores(book, question_id, deps=deps)
        session.rollback()
        question = last_question(session, book)
        clock.at += timedelta(hours=1)
        assert question is not None
        return question.answer

    assert outcome(None) == "CIBIL answered with an error (500)."
    assert outcome(GOOD | {"score": None}).startswith("It has no score yet")
    assert outcome(GOOD | {"score": 950}) == "Its answer does not fit: A score from 300 to 900 is expected."
    assert outcome(GOOD | {"as_of": "2030-01-01"}).startswith("Its answer does not fit")
    assert outcome(GOOD, hours=25) == "The consent had ended before the bureau was asked."
    assert scores_of(session, book) == ()
    assert outcome(GOOD) == "1 new score."
    assert outcome(GOOD | {"score": 790}).startswith("Its answer does not fit: Some scores contradict")
    assert [each.score for each in scores_of(session, book)] == [781]


def test_without_a_bureau_there_is_nobody_to_ask(make_book: Callable[..., int], deps: Deps) -> None:
    book = make_book()
    alone = Deps(deps.open_session, deps.now, deps.jobs, deps.mailer, deps.detector, deps.write_money, deps.reader, deps.receipt_files)  # fmt: skip
    with pytest.raises(Refused, match="No bureau is connected"):
        ask_bureau(book, user_id=1, deps=alone)

"""Kill -9 under a writing load: whatever the server acknowledged is there, nothing is half there."""

import http.client
import random
import re
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.books import BookKind
from app.factory import create_app
from app.models.account import Account
from app.models.transaction import Transaction
from app.models.user import SignIn, User
from app.queries.people import token_hash
from app.queries.verification import verify_book
from app.services.books import open_book
from app.settings import Settings
from app.web.deps import current_deps
from tests.server import Server

WRITERS = 4
CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Writer(threading.Thread):
    """Somebody who saves expenses as fast as the server takes them, and notes what was acknowledged."""

    def __init__(self, server: Server, cookie: str, fields: dict[str, str], stop: threading.Event) -> None:
        super().__init__()
        self._server, self._cookie, self._fields, self._halt = server, cookie, fields, stop
        self.acknowledged: list[str] = []

    def run(self) -> None:
        token = None
        while not self._halt.is_set():
            try:
                with closing(http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=10)) as connection:
                    token = token or self._token(connection)
                    self._save(connection, token)
            except (OSError, http.client.HTTPException):
                time.sleep(0.02)  # the server is dead; it will be back

    def _save(self, connection: http.client.HTTPConnection, token: str) -> None:
        key = str(uuid.uuid4())
        said = {"csrf_token": token, "submission_key": key, "amount": f"{random.randrange(1, 10**6)}.25"}
        headers = {"Cookie": self._cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/transactions/new", urlencode(self._fields | said), headers)
        if connection.getresponse().status == http.client.SEE_OTHER:
            self.acknowledged.append(key)

    def _token(self, connection: http.client.HTTPConnection) -> str:
        connection.request("GET", "/transactions/new", headers={"Cookie": self._cookie})
        found = CSRF.search(connection.getresponse().read().decode())
        assert found
        return found[1]


def _sign_in(settings: Settings) -> tuple[str, int, dict[str, str]]:
    """A person with a book, made beside the server: their cookie, the book, and the fields of an expense."""
    app = create_app(settings)
    with app.app_context():
        deps, now = current_deps(), datetime.now(UTC)
        user = User(
            email="asha@example.com",
            name="Asha",
            password_hash="",
            born_on=None,
            locale="en-IN",
            timezone="Asia/Kolkata",
            theme="auto",
            is_demo=False,
            created_at=now,
        )
        deps.session.add(user)
        deps.session.flush()
        deps.session.add(
            SignIn(token_hash=token_hash("writer"), user_id=user.id, device="", address="", created_at=now, seen_at=now)
        )
        deps.session.commit()
        book = open_book(
            user.id, kind=BookKind.PERSONAL, name="Personal", currency="INR", timezone="Asia/Kolkata", deps=deps
        )
        accounts = dict(deps.session.execute(select(Account.name, Account.id).where(Account.book_id == book)).all())
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer
    cookie = f"fintrak={signer.dumps({'_user_id': 'writer', '_fresh': True, 'csrf_token': 'c' * 40})}"
    fields = {
        "direction": "out",
        "occurred_on": "2026-11-20",
        "payee": "Big Bazaar",
        "account_id": str(accounts["Cash"]),
        "category_id": str(accounts["Groceries"]),
    }
    return cookie, book, fields


@pytest.mark.slow
@pytest.mark.sqlite_only
def test_every_acknowledged_save_survives_kill_9(
    request: pytest.FixtureRequest, tmp_path: Path, make_settings: Callable[..., Settings]
) -> None:
    server = Server(tmp_path)
    server.start()
    settings = make_settings(tmp_path, f"sqlite:///{tmp_path}/fintrak.db", secret_key="s" * 40)
    cookie, book, fields = _sign_in(settings)
    stop = threading.Event()
    writers = [Writer(server, cookie, fields, stop) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        for _ in range(request.config.getoption("--kills")):
            time.sleep(random.uniform(0.3, 1.5))
            server.kill()
            server.start()
        time.sleep(0.5)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
        server.kill()

    acknowledged = {key for writer in writers for key in writer.acknowledged}
    with create_app(settings).app_context():
        session: Session = current_deps().session
        kept = set(session.scalars(select(Transaction.submission_key)))
        proof = verify_book(session, book)
    assert len(acknowledged) > 5 * request.config.getoption("--kills")
    assert acknowledged <= kept
    assert proof.differences == ()

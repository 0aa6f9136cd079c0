"""A person at a browser: cookies are kept, and every form is sent with the token of the page it stands on."""

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from app.queries.people import token_hash
from app.services.deps import Deps
from app.services.sign_ins import begin_sign_in
from tests.guards.world import TOKEN


class Browser:
    """One browser, signed in as nobody at first."""

    def __init__(self, app: Flask, *, address: str = "10.0.0.1") -> None:
        self.client = app.test_client()
        self.address = address
        self.token = ""

    def sign_in_as(self, user_id: int, deps: Deps) -> "Browser":
        """Hold a sign-in of somebody, without their password."""
        self.token = begin_sign_in(user_id, device="Firefox/1 Windows", address=self.address, deps=deps)
        with self.client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = self.token, True
        return self

    @property
    def key(self) -> str:
        """What the list of devices calls this one."""
        return token_hash(self.token)

    def get(self, path: str, **options: Any) -> TestResponse:
        """Open a page."""
        return self.client.get(path, environ_base=self._environ, **options)

    def send(self, path: str, fields: dict[str, str] | None = None, *, page: str = "") -> TestResponse:
        """Fill in the form on a page (the one at the same address, unless said) and send it."""
        found = TOKEN.search(self.get(page or path).get_data(as_text=True))
        assert found, f"no form on {page or path}"
        return self.post(path, (fields or {}) | {"csrf_token": found[1]})

    def post(self, path: str, fields: dict[str, str] | None = None) -> TestResponse:
        """Send fields as they are."""
        return self.client.post(path, data=fields or {}, environ_base=self._environ)

    @property
    def _environ(self) -> dict[str, str]:
        return {"REMOTE_ADDR": self.address, "HTTP_ACCEPT": "text/html"}


def shown(response: TestResponse) -> str:
    """The page as text, with the apostrophes and quotes that Jinja escapes."""
    return response.get_data(as_text=True).replace("&#39;", "'").replace("&#34;", '"')

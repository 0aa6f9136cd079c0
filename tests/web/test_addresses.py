from typing import Any

import pytest
from flask import Flask, g, url_for
from werkzeug.routing import BuildError

from app.domain.books import BookKind, Role
from app.queries.books import BookView
from app.web.addresses import Site

pytestmark = pytest.mark.sqlite_only

BOOK = BookView(7, BookKind.PERSONAL, "Home", "INR", 4, "Asia/Kolkata", is_archived=False, role=Role.OWNER)


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("ledger.transactions", {}),
        ("ledger.transactions", {"q": "tea & cake, 5%/é +1", "month": None, "category": 12}),
        ("ledger.transactions", {"book": 3, "before": "2026-10-01.500"}),
        ("ledger.transaction", {"transaction_id": 12, "tag": "ta&g"}),
        ("ledger.transaction", {"transaction_id": 12, "_anchor": "history"}),
        ("ledger.bulk", {"ids": [1, 2], "do": "restore"}),
        ("business.dashboard", {"month": "2026-10"}),
        ("settings.overview", {}),
        ("static", {"filename": "css/app.css"}),
        (".dashboard", {}),
        ("auth.sign_in", {"next": "/dashboard?book=1"}),
        ("ledger.transactions", {"_external": True}),
    ],
)
@pytest.mark.parametrize("root", ["", "/money"])
def test_an_address_is_the_one_that_flask_gives(app: Flask, endpoint: str, values: dict[str, Any], root: str) -> None:
    with app.test_request_context("/dashboard", environ_overrides={"SCRIPT_NAME": root}):
        g.book = BOOK
        assert url_for(endpoint, **values) == Flask.url_for(app, endpoint, **values)


def test_most_addresses_need_no_search(app: Flask) -> None:
    assert isinstance(app, Site)
    with app.test_request_context("/dashboard"):
        assert app._quickly("ledger.transaction", {"transaction_id": 5, "q": "x"}) == "/transactions/5?q=x"
        assert (
            app._quickly("ledger.transactions", {"_anchor": None, "month": "2026-10"}) == "/transactions?month=2026-10"
        )
        assert app._quickly("ledger.transactions", {"_anchor": "top"}) is None
        assert app._quickly("static", {"filename": "css/app.css"}) is None


def test_an_address_without_its_id_fails_as_before(app: Flask) -> None:

    with app.test_request_context("/dashboard"), pytest.raises(BuildError):
        url_for("ledger.transaction")

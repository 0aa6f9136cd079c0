from typing import NoReturn

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from app.domain.errors import NotInBook, Refused
from app.web.access import PUBLIC, allow


def _raise(error: Exception) -> NoReturn:
    raise error


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (NotInBook("account", 7, 1), 404, "We could not find that in this book."),
        (Refused("Write a date."), 422, "Write a date."),
        (OperationalError("SELECT 1", {}, Exception("gone")), 503, "The database did not answer"),
    ],
)
def test_a_failure_is_a_page_or_json_with_its_text_and_status(
    app: Flask, error: Exception, status: int, text: str
) -> None:
    app.add_url_rule("/fails", "fails", allow(PUBLIC)(lambda: _raise(error)))
    client = app.test_client()

    page = client.get("/fails", headers={"Accept": "text/html"})
    machine = client.get("/fails", headers={"Accept": "application/json"})

    assert (page.status_code, machine.status_code) == (status, status)
    assert text in page.get_data(as_text=True)
    assert text in machine.get_json()["error"]


@pytest.mark.sqlite_only
def test_the_text_of_an_unexpected_failure_stays_in_the_log(app: Flask) -> None:
    app.add_url_rule("/breaks", "breaks", allow(PUBLIC)(lambda: _raise(RuntimeError("a secret"))))
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False

    answer = app.test_client().get("/breaks")

    assert answer.status_code == 500
    assert "a secret" not in answer.get_data(as_text=True)

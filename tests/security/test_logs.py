"""The log says what failed, never what people wrote."""

import pytest
from flask import Flask
from flask.typing import ResponseReturnValue
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.models.transaction import Payee
from app.web.access import PUBLIC, allow
from tests.blueprints.browser import Browser


def test_an_error_of_the_database_does_not_repeat_what_was_written(session: Session) -> None:
    with pytest.raises(IntegrityError) as caught:
        session.execute(insert(Payee).values(book_id=999_999, name="Doctor Secret", name_key="doctor secret"))
    session.rollback()

    assert "ecret" not in str(caught.value)


@pytest.mark.sqlite_only
def test_a_failing_page_does_not_write_a_secret_link_to_the_log(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    @allow(PUBLIC)
    def fail(token: str) -> ResponseReturnValue:  # noqa: ARG001 - the address has one
        raise RuntimeError("a fault of ours")

    app.view_functions["auth.reset"] = fail
    app.config["PROPAGATE_EXCEPTIONS"] = False

    answer = Browser(app).get("/reset/the-secret-of-a-link")

    assert answer.status_code == 500
    assert "a fault of ours" in caplog.text
    assert "the-secret-of-a-link" not in caplog.text

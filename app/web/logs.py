"""One line per request: what was asked, by whom, of which book, how it went. Never amounts, texts, file names or search words."""

import logging
import secrets
import time
from functools import partial
from typing import Any

from flask import Flask, Response, g, request

log = logging.getLogger("fintrak.requests")


def init_app(app: Flask) -> None:
    """Give each request an id and a line in the log."""
    app.log_exception = partial(_failed, app)  # type: ignore[method-assign]  # Flask's own names the address, which may be a secret link

    @app.before_request
    def _begin() -> None:
        g.request_id, g.began = secrets.token_hex(6), time.perf_counter()

    @app.after_request
    def _end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        if request.endpoint != "static":
            book = g.get("book")  # and the person, if Flask-Login has looked: the database may be what failed
            log.info(
                "%s %s %s %d %.1fms user=%s book=%s",
                g.get("request_id"),
                request.method,
                request.url_rule or "-",
                response.status_code,
                1000 * (time.perf_counter() - g.get("began", time.perf_counter())),
                getattr(g.get("_login_user"), "id", "-"),
                book.id if book else "-",
            )
        return response


def _failed(app: Flask, error: Any) -> None:
    """Log a fault of ours with the shape of the address it happened at."""
    app.logger.error("%s failed at %s %s", g.get("request_id"), request.method, request.url_rule, exc_info=error)

"""Expected and unexpected failures as pages, or as JSON for those who ask for it. HTTP statuses are decided here, once."""

from http import HTTPStatus

from flask import Flask, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from app.domain.errors import FinTrakError, NotInBook, Refused

STATUS: dict[type[FinTrakError], HTTPStatus] = {
    NotInBook: HTTPStatus.NOT_FOUND,
    Refused: HTTPStatus.UNPROCESSABLE_ENTITY,
}

STALE = "This page was open too long, or the address was opened from elsewhere. Go back, reload the page and try again."
BUSY = "The database did not answer in time. Nothing was saved. Try again in a moment."


def init_app(app: Flask) -> None:
    """Register one handler for each kind of failure."""
    app.register_error_handler(FinTrakError, _expected)
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(HTTPException, _http)


def wants_json() -> bool:
    """Whether the caller reads JSON rather than pages."""
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def failure(status: int, message: str | None = None) -> ResponseReturnValue:
    """An error page, or the same as JSON."""
    if wants_json():
        return jsonify(error=message or HTTPStatus(status).phrase), status
    template = current_app.jinja_env.select_template(
        [
            f"errors/{status}.html",
            "errors/500.html" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "errors/400.html",
        ]
    )
    return template.render(
        error_message=message
    ), status  # not render_template: that asks who is signed in, and the database may be what failed


def _expected(error: FinTrakError) -> ResponseReturnValue:
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), HTTPStatus.BAD_REQUEST)
    return failure(status, error.user_message)


def _stale(error: CSRFError) -> ResponseReturnValue:
    return failure(error.code or HTTPStatus.BAD_REQUEST, STALE)


def _busy(error: OperationalError) -> ResponseReturnValue:
    current_app.logger.error("database unavailable", exc_info=error)
    return failure(HTTPStatus.SERVICE_UNAVAILABLE, BUSY)


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or (error.code or 500) < HTTPStatus.BAD_REQUEST:
        return error
    return failure(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)

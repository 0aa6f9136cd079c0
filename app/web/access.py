"""Who may open which page. Everything is denied unless its view says otherwise with `@allow`."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.domain.books import BookKind, Role
from app.queries.books import BookView, default_book
from app.web.numbers import as_id

PUBLIC = "public"
SIGNED_IN = "signed-in"
Need = Role | str

View = TypeVar("View", bound=Callable[..., Any])

ONE_KIND = {
    "personal": BookKind.PERSONAL,
    "ledger": BookKind.PERSONAL,
    "business": BookKind.BUSINESS,
    "business_ledger": BookKind.BUSINESS,
    "salary": BookKind.PERSONAL,
    "loans": BookKind.PERSONAL,
    "business_loans": BookKind.BUSINESS,
    "tax": BookKind.PERSONAL,
    "credit": BookKind.PERSONAL,
}
"""Blueprints whose pages are about one kind of book. The pages of the others open any."""


def allow(need: Need) -> Callable[[View], View]:
    """Say who may open a view: PUBLIC, SIGNED_IN, or members of the book with at least a role.

    Put it below the route decorator. A view with a role finds its book in `g.book`.
    """

    def mark(view: View) -> View:
        view.__need__ = need  # type: ignore[attr-defined]  # a plain attribute on a function
        return view

    return mark


def need_of(endpoint: str) -> Need | None:
    """What a view says of itself; None when it says nothing, and is therefore closed."""
    if endpoint == "static":
        return PUBLIC
    need: Need | None = getattr(current_app.view_functions.get(endpoint), "__need__", None)
    return need


def is_framed(endpoint: str) -> bool:
    """Whether a page stands in the frame of a book, so that its address names one: pages about a book, and settings."""
    return isinstance(need_of(endpoint), Role) or endpoint.startswith("settings.")


def init_app(app: Flask) -> None:
    """Ask before every request, and keep the book in every address."""
    app.before_request(_admit)
    app.url_defaults(_keep_book)


def _admit() -> ResponseReturnValue | None:
    g.book, g.books = None, ()
    if request.endpoint is None:
        return None  # no such address: the 404 page
    need = need_of(request.endpoint)
    if need == PUBLIC:
        return None
    if not current_user.is_authenticated:
        if request.method == "GET" and request.accept_mimetypes.accept_html:
            session["next"] = request.full_path.rstrip("?")
            return redirect(url_for("auth.sign_in"))
        abort(401)
    g.books = current_user.books
    if need == SIGNED_IN:
        return None
    if not isinstance(need, Role):
        abort(403)
    return _open_book(need)


def _open_book(need: Role) -> ResponseReturnValue | None:
    """Put the book that the address names, or the person's default one, into `g.book`."""
    kind = ONE_KIND.get(request.blueprint or "")
    if "book" in request.args:
        book = next((each for each in g.books if each.id == as_id(request.args["book"])), None)
    else:
        book = default_book(g.books, kind or BookKind.PERSONAL) or (None if kind else next(iter(g.books), None))
        if book is None:
            return redirect(url_for("settings.books", wanted=kind))
    if book is None or (kind and book.kind != kind):
        abort(404)
    if not book.role.covers(need):
        abort(403)
    g.book = book
    return None


def _keep_book(endpoint: str, values: dict[str, Any]) -> None:
    """Every address of a page in the frame of a book names the book, so two tabs on two books can never write into each other."""
    book: BookView | None = g.get("book")
    if book is not None and "book" not in values and is_framed(endpoint):
        values["book"] = book.id

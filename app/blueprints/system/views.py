"""Pages that belong to nobody: health and the first page."""

from flask import Blueprint, g, jsonify, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import text

from app.queries.books import books_of
from app.web.access import PUBLIC, allow
from app.web.deps import current_deps
from app.web.navigation import home_url

bp = Blueprint("system", __name__)


@bp.get("/healthz")
@allow(PUBLIC)
def health() -> ResponseReturnValue:
    """Whether the database answers."""
    current_deps().session.execute(text("SELECT 1"))
    return jsonify(status="ok")


@bp.get("/")
@allow(PUBLIC)
def first_page() -> ResponseReturnValue:
    """What FinTrak is, and the two ways in; the dashboard for those who are signed in."""
    if current_user.is_authenticated:
        g.books = books_of(current_deps().session, current_user.id)
        return redirect(home_url())
    return render_template("system/first_page.html")

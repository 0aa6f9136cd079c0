"""Pages that belong to nobody: health, the first page, and the door to the demo."""

from flask import Blueprint, abort, g, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import text

from app.services.demo import start_visit
from app.web import limits
from app.web.access import PUBLIC, allow
from app.web.deps import current_deps, current_settings
from app.web.files import delete_file
from app.web.navigation import home_url
from app.web.sign_in import sign_in_here

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
        g.books = current_user.books
        return redirect(home_url())
    settings = current_settings()
    return render_template("system/first_page.html", registration=settings.registration, has_demo=settings.demo)


@bp.post("/demo")
@allow(PUBLIC)
@limits.per_network(limits.DEMOS_OF_A_NETWORK)
def demo() -> ResponseReturnValue:
    """Make a throw-away person with invented books, and sign this browser in as them."""
    settings = current_settings()
    if not settings.demo:
        abort(404)
    user_id = start_visit(
        locale=settings.locale,
        timezone=settings.timezone,
        currency=settings.currency,
        delete_file=delete_file,
        deps=current_deps(),
    )
    sign_in_here(user_id)
    return redirect(url_for("personal.dashboard"), code=303)

"""What is unusual in a book, why, and what its people say of it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.insights.scale import scale
from app.domain.alerts import Answer
from app.domain.books import Role
from app.domain.errors import NotInBook
from app.ml import thresholds
from app.ml.replay import RETRAIN_EVERY
from app.queries.anomalies import (
    PAGE,
    AlertView,
    alert_counts,
    alert_of,
    model_of,
    normal_up_to,
    settled_alerts,
    waiting_alerts,
)
from app.services import anomalies
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.flashes import Action, say
from app.web.formats import day, money
from app.web.numbers import as_id
from app.web.sign_in import local_path

ALSO = {
    thresholds.AMOUNT: "The amount is far above the usual.",
    thresholds.NEW_PAYEE: "Your first purchase here.",
    thresholds.DUPLICATE: "The same amount was paid here shortly before.",
    thresholds.BURST: "Many purchases of this category at once.",
    thresholds.PRICE_JUMP: "A regular payment that rose.",
    thresholds.ODD_HOUR: "At an hour when you seldom pay.",
}
"""What the weaker signals add to the reason, which is about the strongest."""
MOST_REASONS = 3
DRAWN = {thresholds.AMOUNT, thresholds.NEW_PAYEE, thresholds.PRICE_JUMP}
"""Kinds that are about the size of the amount."""

bp = Blueprint("insights", __name__)


@bp.get("/insights")
@allow(Role.VIEWER)
def alerts() -> ResponseReturnValue:
    """The warnings that wait, or those that were answered, and what the detector knows."""
    session, book = current_deps().session, g.book
    counts, model = alert_counts(session, book.id), model_of(session, book.id)
    answered = request.args.get("show") == "answered"
    page = as_id(request.args.get("page")) or 1
    listed = settled_alerts if answered else waiting_alerts
    g.nav_counts = {"insights.alerts": counts.waiting or None}
    return render_template(
        "insights/alerts.html",
        counts=counts,
        model=model,
        trained=_when(model.trained_at) if model.trained_at else "",
        left=RETRAIN_EVERY - model.pending_count % RETRAIN_EVERY,
        answered=answered,
        alerts=listed(session, book.id, page=page),
        page=page,
        pages=-(-(counts.settled if answered else counts.waiting) // PAGE),
        size=PAGE,
        here=request.full_path.rstrip("?"),
        reasons=_reasons,
        drawing=_drawing,
        when=_when,
        can_answer=book.role.covers(Role.EDITOR),
    )


@bp.post("/insights/<int:alert_id>/answer")
@allow(Role.EDITOR)
def answer(alert_id: int) -> ResponseReturnValue:
    """Note what someone says of a warning, say what follows from it, and go back to where it was said."""
    deps, book = current_deps(), g.book
    alert = alert_of(deps.session, book.id, alert_id)
    if alert is None:
        raise NotInBook("alert", alert_id, book.id)
    back = local_path(request.values.get("next")) or url_for(".alerts")
    said = request.values.get("answer", "")
    if said not in set(Answer):
        flash("Say whether it is normal or a mistake.", "bad")
        return redirect(back, code=303)
    anomalies.answer(alert_id, Answer(said), book_id=book.id, user_id=current_user.id, deps=deps)
    undo = Action("Undo", url_for(".answer", alert_id=alert_id, answer=alert.answer.value, next=back))
    say("ok", _noted(alert, Answer(said)), action=undo)
    return redirect(back, code=303)


def _noted(alert: AlertView, said: Answer) -> str:
    """What an answer means from now on."""
    if said == Answer.OPEN:
        return f"{alert.name} waits for an answer again."
    if said == Answer.MISTAKE:
        return f"Noted: {money(alert.minor, decimals=False)} at {alert.name} is a mistake. Change or delete it to settle it."
    place = alert.name or alert.category
    meanings = {
        thresholds.BURST: f"So many purchases in {alert.category} at once are normal for you.",
        thresholds.DUPLICATE: f"The same amount twice at {place} is normal for you.",
        thresholds.NEW_PAYEE: f"{place} is a place you know.",
    }
    up_to = money(normal_up_to(alert.minor), decimals=False)
    return f"Noted. {meanings.get(alert.kinds[0], f'Up to {up_to} at {place} is normal for you.')}"


def _reasons(alert: AlertView) -> list[str]:
    """One to three sentences, the strongest first."""
    said = DRAWN if alert.kinds[0] in DRAWN else set()  # one sentence about the size is enough
    return [alert.reason, *(ALSO[kind] for kind in alert.kinds[1:] if kind in ALSO and kind not in said)][:MOST_REASONS]


def _drawing(alert: AlertView) -> object:
    """The usual range beside the amount, where the size is what is unusual."""
    return scale(alert.minor, alert.usual_low_minor, alert.usual_high_minor) if alert.kinds[0] in DRAWN else None


def _when(at: datetime) -> str:
    """Today, 09:10, where the book is."""
    there = at.astimezone(ZoneInfo(g.book.timezone))
    name = "today" if there.date() == today() else day(there.date())
    return f"{name}, {there:%H:%M}"

"""What comes again in the history of the book, offered to become a schedule."""

from datetime import timedelta
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.recurring.forms import ASKS, BY_ITSELF, ScheduleForm
from app.blueprints.recurring.found_words import EACH, findings, reason, told
from app.blueprints.recurring.lists import new_schedule
from app.blueprints.recurring.views import bp
from app.domain.books import Direction, Role
from app.domain.errors import NotInBook
from app.domain.recurrence import Frequency
from app.domain.recurrence_choices import MonthDay
from app.domain.recurring_series import AmountKind
from app.domain.series_beats import LAST_DAY, Beat
from app.domain.series_changes import ChangeKind
from app.queries.accounts import accounts_of
from app.queries.recurring_series import SeriesOfBook, SeriesView, series_of
from app.services.recurring_series import dismiss_series, offer_again
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.flashes import Action, say
from app.web.formats import field_symbol
from app.web.tables import Cell, Money, table_file

__all__ = ["bp"]

NEWS_DAYS = 365
MOST_SHOWN = 30
RULES = {
    Beat.WEEKLY: (Frequency.WEEKLY, 1),
    Beat.FORTNIGHTLY: (Frequency.WEEKLY, 2),
    Beat.EVERY_28_DAYS: (Frequency.DAILY, 28),
    Beat.MONTHLY: (Frequency.MONTHLY, 1),
    Beat.EVERY_56_DAYS: (Frequency.DAILY, 56),
    Beat.EVERY_84_DAYS: (Frequency.DAILY, 84),
    Beat.QUARTERLY: (Frequency.MONTHLY, 3),
    Beat.HALF_YEARLY: (Frequency.MONTHLY, 6),
    Beat.YEARLY: (Frequency.YEARLY, 1),
}
HEADINGS = (
    "Name",
    "Direction",
    "How often",
    "Usual amount",
    "Since",
    "Last",
    "Next",
    "Times",
    "Stopped",
    "In a schedule",
)


@bp.get("/recurring/found")
@allow(Role.VIEWER)
def found() -> ResponseReturnValue:
    """Series that no schedule covers, and what changed about all of them."""
    known, day = _found(), today()
    offered = [each for each in known.series if not each.is_covered and not each.is_stopped]
    running = [each for each in known.series if not each.is_stopped and each.direction == Direction.OUT]
    return render_template(
        "recurring/found.html",
        offered=offered,
        stopped=[each for each in known.series if each.is_stopped],
        covered_count=sum(each.is_covered for each in known.series),
        news=list(findings(known.series, day - timedelta(days=NEWS_DAYS), day)),
        dismissed=known.dismissed,
        a_month_minor=sum(each.a_month_minor for each in running),
        running_count=len(running),
        risen=sum(
            change.kind is ChangeKind.ROSE and change.on.year == day.year for each in running for change in each.changes
        ),
        most=MOST_SHOWN,
        today=day,
        reason_of=lambda series: reason(series, day),
        end_of=lambda series: told(series, series.changes[-1], day),
    )


@bp.get("/recurring/found/export")
@allow(Role.VIEWER)
def export_found() -> ResponseReturnValue:
    """Everything that was found, as a file."""
    currency = g.book.currency
    rows: list[list[Cell]] = [
        [
            each.name, each.direction.value, EACH[each.beat], Money(each.typical_minor, currency), each.since, each.last_on, each.next_on,
            each.count, "yes" if each.is_stopped else "no", "yes" if each.is_covered else "no",
        ]
        for each in _found().series
    ]  # fmt: skip
    return table_file("found-in-history", HEADINGS, rows, request.args.get("format"))


@bp.route("/recurring/found/new", methods=["GET", "POST"])
@allow(Role.EDITOR)
def new_from_found() -> ResponseReturnValue:
    """The form of a new schedule, filled in with a series. It is sent, checked and saved as any other."""
    if request.method == "POST":
        return new_schedule()
    if "key" not in request.args:
        return redirect(url_for(".found"))
    session, book = current_deps().session, g.book
    form = ScheduleForm(book, accounts_of(session, book.id), **_said_of(_chosen(_found())))
    return render_template("recurring/form.html", form=form, row=None, symbol=field_symbol(form.currency))


@bp.post("/recurring/found/dismiss")
@allow(Role.EDITOR)
def dismiss_found() -> ResponseReturnValue:
    """Leave a series out from now on."""
    series = _chosen(_found())
    dismiss_series(
        g.book.id, series.key, series.typical_minor, series.name, user_id=current_user.id, deps=current_deps()
    )
    again = url_for(".offer_found", key=series.key, minor=series.typical_minor)
    say("ok", f"{series.name} is not offered any more.", action=Action("Undo", again))
    return redirect(url_for(".found"), code=303)


@bp.post("/recurring/found/offer")
@allow(Role.EDITOR)
def offer_found() -> ResponseReturnValue:
    """Look at a dismissed series again."""
    key, minor = _key_and_amount()
    name = offer_again(g.book.id, key, minor, user_id=current_user.id, deps=current_deps())
    if name is None:
        raise NotInBook("series", 0, g.book.id)
    flash(f"{name} is looked at again.", "ok")
    return redirect(url_for(".found"), code=303)


def _found() -> SeriesOfBook:
    return series_of(current_deps().session, g.book.id, today())


def _chosen(known: SeriesOfBook) -> SeriesView:
    """The series that the request names.

    Raises: NotInBook for one that is not among those found.
    """
    chosen = _key_and_amount()
    for each in known.series:
        if (each.key, each.typical_minor) == chosen:
            return each
    raise NotInBook("series", 0, g.book.id)


def _key_and_amount() -> tuple[str, int]:
    text = request.values.get("minor", "")
    digits = text.isascii() and text.isdecimal()
    return request.values.get("key", "")[:120], int(text[:18]) if digits else 0


def _said_of(series: SeriesView) -> dict[str, Any]:
    """What the form of a new schedule says, filled in with what was found. Its first date is the next one expected."""
    frequency, every = RULES[series.beat]
    is_last = frequency is Frequency.MONTHLY and series.anchor == LAST_DAY
    return {
        "direction": series.direction.value,
        "amount": series.typical_minor,
        "occurred_on": series.next_on,
        "payee": "" if series.direction == Direction.TRANSFER else series.name,
        "name": series.name,
        "account_id": series.account_id,
        "to_account_id": series.to_account_id,
        "in_category_id" if series.direction == Direction.IN else "category_id": series.category_id,
        "unit": frequency.value,
        "every": every,
        "month_day": (MonthDay.LAST if is_last else MonthDay.SAME).value,
        "posts": BY_ITSELF if series.amount_kind is AmountKind.FIXED else ASKS,
    }

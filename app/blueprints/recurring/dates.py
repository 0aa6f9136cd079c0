"""One date of what comes again: post it, leave it out, take it back in."""

from datetime import date

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.recurring.forms import ConfirmForm
from app.blueprints.recurring.lists import bp, found
from app.domain.books import Role
from app.domain.errors import NotInBook, Refused
from app.services.recurring import confirm, confirm_waiting, skip, skip_waiting, unskip
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.flashes import Action, say
from app.web.formats import counted, day, field_symbol
from app.web.navigation import home_url
from app.web.refusals import form_page, taken


@bp.route("/recurring/<int:schedule_id>/confirm", methods=["GET", "POST"])
@allow(Role.EDITOR)
def confirm_date(schedule_id: int) -> ResponseReturnValue:
    """Post a date as it really was: another amount, another day."""
    row = found(schedule_id)
    due_on = _due(request.args.get("due")) or row.next_on
    currency = row.posts.currency or g.book.currency
    said = {"due_on": due_on, "amount": abs(row.posts.minor), "occurred_on": min(due_on, today()) if due_on else None}
    form = ConfirmForm(currency, **said)
    done = taken(form, lambda: _confirmed(schedule_id, *form.said))
    if done is None:
        return form_page(form, "recurring/confirm.html", row=row, symbol=field_symbol(currency))
    return done.value


@bp.post("/recurring/<int:schedule_id>/post")
@allow(Role.EDITOR)
def post_date(schedule_id: int) -> ResponseReturnValue:
    """Post a date as it was planned."""
    row = found(schedule_id)
    due_on = _asked_day()
    try:
        return _confirmed(schedule_id, due_on, None, min(due_on, today()))
    except Refused as error:
        say("bad", f"{row.name}, {day(due_on)}: {error.user_message}")
        return _back(schedule_id)


@bp.post("/recurring/<int:schedule_id>/skip")
@allow(Role.EDITOR)
def skip_date(schedule_id: int) -> ResponseReturnValue:
    """Leave a date out."""
    due_on = _asked_day()
    try:
        skip(g.book.id, schedule_id, due_on, user_id=current_user.id, deps=current_deps())
    except Refused as error:
        say("bad", error.user_message)
    else:
        undo = Action("Undo", url_for(".unskip_date", schedule_id=schedule_id, due=due_on.isoformat()))
        say("ok", f"Left out {day(due_on)}.", action=undo)
    return _back(schedule_id)


@bp.post("/recurring/<int:schedule_id>/unskip")
@allow(Role.EDITOR)
def unskip_date(schedule_id: int) -> ResponseReturnValue:
    """Take a date back in that was left out."""
    due_on = _asked_day()
    unskip(g.book.id, schedule_id, due_on, user_id=current_user.id, deps=current_deps())
    say("ok", f"{day(due_on)} is back.")
    return _back(schedule_id)


@bp.post("/recurring/<int:schedule_id>/waiting")
@allow(Role.EDITOR)
def answer_waiting(schedule_id: int) -> ResponseReturnValue:
    """Post, or leave out, every date that waits."""
    deps, act = current_deps(), request.form.get("do", "")
    try:
        if act == "post":
            count = confirm_waiting(g.book.id, schedule_id, user_id=current_user.id, deps=deps)
            say("ok" if count else "info", f"Posted {counted(count, 'date')}." if count else "Nothing waits any more.")
        elif act == "skip":
            count = skip_waiting(g.book.id, schedule_id, user_id=current_user.id, deps=deps)
            say(
                "ok" if count else "info", f"Left out {counted(count, 'date')}." if count else "Nothing waits any more."
            )
        else:
            say("bad", "Choose whether to post them or to leave them out.")
    except Refused as error:
        say("bad", error.user_message)
    return _back(schedule_id)


def _confirmed(schedule_id: int, due_on: date, amount: int | None, occurred_on: date) -> ResponseReturnValue:
    posted = confirm(
        g.book.id, schedule_id, due_on, amount_minor=amount, occurred_on=occurred_on, user_id=current_user.id, deps=current_deps()
    )  # fmt: skip
    ledger = "business_ledger" if g.book.kind == "business" else "ledger"
    view = posted and Action("View", url_for(f"{ledger}.transaction", transaction_id=posted), changes=False)
    say("ok", f"Posted {found(schedule_id).name}.", action=view or None)
    return _back(schedule_id)


def _back(schedule_id: int) -> ResponseReturnValue:
    """Where the button stood: the dashboard, the list, or the page of the schedule."""
    match request.form.get("to"):
        case "home":
            place = home_url()
        case "list":
            place = url_for(".schedules")
        case _:
            place = url_for(".schedule", schedule_id=schedule_id)
    return redirect(place, code=303)


def _asked_day() -> date:
    """The date that the form or the address names.

    Raises: NotInBook for anything else: no schedule has such a date.
    """
    text = request.form.get("due_on") or request.args.get("due")
    due_on = _due(text)
    if due_on is None:
        raise NotInBook("occurrence", text, g.book.id)
    return due_on


def _due(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None

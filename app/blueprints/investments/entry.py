"""Adding investments, saying what happened to them, correcting that, removing it and bringing it back."""

from decimal import Decimal

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.investments import portfolio
from app.blueprints.investments.base import the_holding
from app.blueprints.investments.forms import AddForm, EventForm, HoldingForm, last_rate, usual_payer
from app.blueprints.investments.words import EVENTS, quantity
from app.domain.books import Role
from app.domain.errors import NotInBook, Refused
from app.domain.investments import EventKind
from app.queries.accounts import accounts_of
from app.queries.holdings import EventView, HoldingView, Quote, Quotes, event_of, events_of, held
from app.services.holdings import (
    add_event,
    add_holding,
    change_event,
    change_holding,
    remove_event,
    remove_holding,
    restore_event,
    restore_holding,
)
from app.services.prices import save_price
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.flashes import Action, say
from app.web.formats import long_day
from app.web.refusals import form_page, show, taken

bp = portfolio.bp
ASKED = {
    EventKind.BUY: "Buy",
    EventKind.SELL: "Sell",
    EventKind.SPLIT: "Split of",
    EventKind.BONUS: "Bonus shares of",
    EventKind.DIVIDEND: "Dividend of",
    EventKind.FEE: "Fee of",
}


@bp.route("/investments/new", methods=["GET", "POST"])
@allow(Role.EDITOR)
def new_holding() -> ResponseReturnValue:
    """Add an investment with what was bought first, or held already."""
    deps, book = current_deps(), g.book
    accounts = accounts_of(deps.session, book.id)
    form = AddForm(book, accounts, on=today(), account_id=usual_payer(accounts, book.currency))
    added = taken(form, lambda: add_holding(form.to_command(current_user.id), form.to_event(), deps=deps), _show)
    if added is None:
        return _drawn_new(form)
    say("ok", f"Added {form.name.data}.")
    _save_price(added.value, form.price_now.data)
    return redirect(url_for(".holding", holding_id=added.value), code=303)


@bp.route("/investments/<int:holding_id>/edit", methods=["GET", "POST"])
@allow(Role.EDITOR)
def edit_holding(holding_id: int) -> ResponseReturnValue:
    """Rename an investment, or change what is said of it."""
    view = the_holding(holding_id)
    form = HoldingForm(g.book, view)
    if not taken(form, lambda: change_holding(holding_id, form.to_command(current_user.id), deps=current_deps())):
        return _drawn_edit(form, view)
    say("ok", "Changes saved.")
    return redirect(url_for(".holding", holding_id=holding_id), code=303)


@bp.post("/investments/<int:holding_id>/remove")
@allow(Role.EDITOR)
def remove(holding_id: int) -> ResponseReturnValue:
    """Take an investment out of the books with everything it posted."""
    name = remove_holding(holding_id, book_id=g.book.id, user_id=current_user.id, deps=current_deps())
    undo = Action("Undo", url_for(".restore", holding_id=holding_id))
    say("ok", f"Removed {name} with everything it posted.", action=undo)
    return redirect(url_for(".holdings"), code=303)


@bp.post("/investments/<int:holding_id>/restore")
@allow(Role.EDITOR)
def restore(holding_id: int) -> ResponseReturnValue:
    """Bring a removed investment back."""
    try:
        name = restore_holding(holding_id, book_id=g.book.id, user_id=current_user.id, deps=current_deps())
    except Refused as error:
        say("bad", error.user_message)
        return redirect(url_for(".holdings"), code=303)
    say("ok", f"{name} is back.")
    return redirect(url_for(".holding", holding_id=holding_id), code=303)


@bp.route("/investments/<int:holding_id>/events/new", methods=["GET", "POST"])
@allow(Role.EDITOR)
def new_event(holding_id: int) -> ResponseReturnValue:
    """Say what happened: a purchase, sale, split, bonus, dividend or fee."""
    deps, book, view = current_deps(), g.book, the_holding(holding_id)
    kind = _asked_kind()
    rate = _last_rate(view)
    accounts = accounts_of(deps.session, book.id)
    payer = usual_payer(accounts, view.currency) or usual_payer(accounts, book.currency)
    form = EventForm(book, view, kind, accounts, on=today(), rate=rate.value if rate else None, account_id=payer)
    if not taken(
        form,
        lambda: add_event(holding_id, form.to_command(), book_id=book.id, user_id=current_user.id, deps=deps),
        _show,
    ):
        return _drawn_event(form, view, rate)
    say("ok", f"Saved: {EVENTS[kind].lower()}, {view.name}, {long_day(form.on.data or today())}.")
    return redirect(url_for(".holding", holding_id=holding_id), code=303)


@bp.route("/investment_events/<int:holding_event_id>/edit", methods=["GET", "POST"])
@allow(Role.EDITOR)
def edit_event(holding_event_id: int) -> ResponseReturnValue:
    """Correct what happened; everything after it follows."""
    deps, book = current_deps(), g.book
    event = _event(holding_event_id)
    view = the_holding(event.holding_id)
    rate = _last_rate(view)
    form = EventForm(book, view, event.kind, accounts_of(deps.session, book.id), event)
    if not taken(
        form,
        lambda: change_event(holding_event_id, form.to_command(), book_id=book.id, user_id=current_user.id, deps=deps),
        _show,
    ):
        return _drawn_event(form, view, rate, event)
    say("ok", "Changes saved. What came after follows.")
    return redirect(url_for(".holding", holding_id=event.holding_id), code=303)


@bp.post("/investment_events/<int:holding_event_id>/remove")
@allow(Role.EDITOR)
def forget_event(holding_event_id: int) -> ResponseReturnValue:
    """Take an event out of the history and out of the books."""
    event = _event(holding_event_id)
    try:
        remove_event(holding_event_id, book_id=g.book.id, user_id=current_user.id, deps=current_deps())
    except Refused as error:
        say("bad", error.user_message)
    else:
        undo = Action("Undo", url_for(".restore_the_event", holding_event_id=holding_event_id))
        say("ok", f"Removed: {EVENTS[event.kind].lower()}, {long_day(event.on)}.", action=undo)
    return redirect(url_for(".holding", holding_id=event.holding_id), code=303)


@bp.post("/investment_events/<int:holding_event_id>/restore")
@allow(Role.EDITOR)
def restore_the_event(holding_event_id: int) -> ResponseReturnValue:
    """Bring a removed event back."""
    try:
        holding_id = restore_event(holding_event_id, book_id=g.book.id, user_id=current_user.id, deps=current_deps())
    except Refused as error:
        say("bad", error.user_message)
        return redirect(url_for(".holdings"), code=303)
    say("ok", "It is back.")
    return redirect(url_for(".holding", holding_id=holding_id), code=303)


def _asked_kind() -> EventKind:
    try:
        return EventKind(request.args.get("kind", EventKind.BUY.value))
    except ValueError:
        return EventKind.BUY


def _event(holding_event_id: int) -> EventView:
    event = event_of(current_deps().session, g.book.id, holding_event_id)
    if event is None:
        raise NotInBook("event", holding_event_id, g.book.id)
    return event


def _last_rate(view: HoldingView) -> Quote | None:
    if view.currency == g.book.currency:
        return None
    quotes = Quotes(current_deps().session, g.book.id, [today()], holding_id=view.id)
    return quotes.rate(view.currency, today())


def _save_price(holding_id: int, price: Decimal | None) -> None:
    """The price that was written with a new investment. A price that is refused leaves the investment as it is."""
    if not price:
        return
    try:
        save_price(g.book.id, holding_id, today(), price, user_id=current_user.id, deps=current_deps())
    except Refused as error:
        say("warn", error.user_message, title="The price was not saved")


def _show(form: AddForm | EventForm, error: Refused) -> None:
    """Beside the field that the person filled: a price that follows from a total stands there."""
    if error.field == "price" and form._fields.get("total") is not None and form.total.data is not None:
        error = Refused(error.user_message, field="total")
    show(form, error)


def _drawn_new(form: AddForm) -> ResponseReturnValue:
    return form_page(form, "investments/new.html")


def _drawn_edit(form: HoldingForm, view: HoldingView) -> ResponseReturnValue:
    return form_page(form, "investments/edit.html", holding=view)


def _drawn_event(
    form: EventForm, view: HoldingView, rate: Quote | None, event: EventView | None = None
) -> ResponseReturnValue:
    session, book = current_deps().session, g.book
    events = events_of(session, book.id, view.id).get(view.id, ())
    position = held(view, events, book.currency).position
    return form_page(
        form,
        "investments/event.html",
        holding=view,
        event=event,
        title=f"{ASKED[form.kind]} {view.name}" if event is None else f"Change: {EVENTS[event.kind].lower()}",
        held=quantity(position.quantity),
        rate_hint=last_rate(view, book.currency, rate),
        kinds=EventKind,
    )

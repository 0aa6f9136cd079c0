"""Properties: what they cost, what they were worth when, and their sale."""

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.net_worth import views
from app.blueprints.net_worth.forms import KINDS, PropertyForm, SaleForm, ValuationForm
from app.domain.books import Role
from app.domain.errors import NotInBook
from app.queries.accounts import accounts_of
from app.queries.valuations import PropertyView, property_entries, property_of
from app.services.valuations import (
    add_property,
    add_valuation,
    change_property,
    change_valuation,
    remove_property,
    restore_property,
    sell_property,
    set_valuation_removed,
    undo_sale,
)
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.flashes import Action, say
from app.web.formats import long_day
from app.web.refusals import form_page, taken
from app.web.worth import ledger

bp = views.bp


@bp.route("/net_worth/property/new", methods=["GET", "POST"])
@allow(Role.EDITOR)
def new_property() -> ResponseReturnValue:
    """Add a house, land, a vehicle, jewellery."""
    deps, book = current_deps(), g.book
    form = PropertyForm(book, accounts_of(deps.session, book.id), kind="house", on=today())
    added = taken(form, lambda: add_property(form.to_command(current_user.id), deps=deps))
    if added is None:
        return _drawn(form)
    flash(f"Added {form.name.data}. Say what it is worth whenever you know.", "ok")
    return redirect(url_for(".property_page", property_id=added.value), code=303)


@bp.get("/net_worth/property/<int:property_id>")
@allow(Role.VIEWER)
def property_page(property_id: int) -> ResponseReturnValue:
    """One property with its valuations, newest first."""
    session, book = current_deps().session, g.book
    thing = property_of(session, book.id, property_id)
    entries = property_entries(session, book.id, thing)
    return render_template(
        "net_worth/property.html",
        thing=thing,
        entries=entries,
        valued=thing.valued_on(today()),
        kinds=KINDS,
        ledger=ledger(),
    )


@bp.route("/net_worth/property/<int:property_id>/edit", methods=["GET", "POST"])
@allow(Role.EDITOR)
def edit_property(property_id: int) -> ResponseReturnValue:
    """Correct a property."""
    deps, book = current_deps(), g.book
    thing = property_of(deps.session, book.id, property_id)
    entries = property_entries(deps.session, book.id, thing)
    form = PropertyForm(
        book, accounts_of(deps.session, book.id), name=thing.name, kind=thing.kind.value, cost=entries.cost_minor,
        on=thing.since_on or today(), from_account_id=entries.from_account_id, notes=thing.notes,
    )  # fmt: skip
    if not taken(form, lambda: change_property(property_id, form.to_command(current_user.id), deps=deps)):
        return _drawn(form, thing)
    flash("Changes saved.", "ok")
    return redirect(url_for(".property_page", property_id=property_id), code=303)


@bp.post("/net_worth/property/<int:property_id>/remove")
@allow(Role.EDITOR)
def remove(property_id: int) -> ResponseReturnValue:
    """Take a property out of the books."""
    name = remove_property(property_id, book_id=g.book.id, user_id=current_user.id, deps=current_deps())
    undo = Action("Undo", url_for(".restore", property_id=property_id))
    say("ok", f"Removed {name}, with the entries it posted.", action=undo)
    return redirect(url_for(".overview"), code=303)


@bp.post("/net_worth/property/<int:property_id>/restore")
@allow(Role.EDITOR)
def restore(property_id: int) -> ResponseReturnValue:
    """Undo the removal."""
    name = restore_property(property_id, book_id=g.book.id, user_id=current_user.id, deps=current_deps())
    flash(f"{name} is back.", "ok")
    return redirect(url_for(".property_page", property_id=property_id), code=303)


@bp.route("/net_worth/property/<int:property_id>/sell", methods=["GET", "POST"])
@allow(Role.EDITOR)
def sell(property_id: int) -> ResponseReturnValue:
    """Post the sale of a property."""
    deps, book = current_deps(), g.book
    thing = property_of(deps.session, book.id, property_id)
    form = SaleForm(accounts_of(deps.session, book.id), book.currency, on=today())
    if not taken(
        form, lambda: sell_property(property_id, *form.said, book_id=book.id, user_id=current_user.id, deps=deps)
    ):
        return form_page(form, "net_worth/sale_form.html", thing=thing)
    undo = Action("Undo", url_for(".unsell", property_id=property_id))
    say("ok", f"Posted the sale of {thing.name}.", action=undo)
    return redirect(url_for(".property_page", property_id=property_id), code=303)


@bp.post("/net_worth/property/<int:property_id>/unsell")
@allow(Role.EDITOR)
def unsell(property_id: int) -> ResponseReturnValue:
    """Take the sale out of the books."""
    undo_sale(property_id, book_id=g.book.id, user_id=current_user.id, deps=current_deps())
    flash("The sale is out of the books.", "ok")
    return redirect(url_for(".property_page", property_id=property_id), code=303)


@bp.route("/net_worth/property/<int:property_id>/value", methods=["GET", "POST"])
@allow(Role.EDITOR)
def new_valuation(property_id: int) -> ResponseReturnValue:
    """Say what a property is worth."""
    deps = current_deps()
    thing = property_of(deps.session, g.book.id, property_id)
    form = ValuationForm(data={"on": today()})
    if not taken(form, lambda: add_valuation(property_id, form.to_command(g.book.id, current_user.id), deps=deps)):
        return _valuation_page(form, thing)
    flash(f"Saved what {thing.name} is worth.", "ok")
    return redirect(url_for(".property_page", property_id=property_id), code=303)


@bp.route("/net_worth/valuation/<int:valuation_id>/edit", methods=["GET", "POST"])
@allow(Role.EDITOR)
def edit_valuation(valuation_id: int) -> ResponseReturnValue:
    """Correct a valuation."""
    deps, book = current_deps(), g.book
    thing = property_of(deps.session, book.id, valuation_id, by_valuation=True)
    valuation = next((each for each in thing.valuations if each.id == valuation_id), None)
    if valuation is None:
        raise NotInBook("valuation", valuation_id, book.id)
    form = ValuationForm(data={"on": valuation.on, "value": valuation.value_minor, "note": valuation.note})
    if not taken(form, lambda: change_valuation(valuation_id, form.to_command(book.id, current_user.id), deps=deps)):
        return _valuation_page(form, thing, is_new=False)
    flash("Changes saved.", "ok")
    return redirect(url_for(".property_page", property_id=thing.id), code=303)


@bp.post("/net_worth/valuation/<int:valuation_id>/remove")
@allow(Role.EDITOR)
def remove_valuation(valuation_id: int) -> ResponseReturnValue:
    """Remove a valuation."""
    property_id, on = set_valuation_removed(
        valuation_id, is_removed=True, book_id=g.book.id, user_id=current_user.id, deps=current_deps()
    )
    undo = Action("Undo", url_for(".restore_valuation", valuation_id=valuation_id))
    say("ok", f"Removed the valuation of {long_day(on)}.", action=undo)
    return redirect(url_for(".property_page", property_id=property_id), code=303)


@bp.post("/net_worth/valuation/<int:valuation_id>/restore")
@allow(Role.EDITOR)
def restore_valuation(valuation_id: int) -> ResponseReturnValue:
    """Undo the removal."""
    property_id, _ = set_valuation_removed(
        valuation_id, is_removed=False, book_id=g.book.id, user_id=current_user.id, deps=current_deps()
    )
    flash("The valuation is back.", "ok")
    return redirect(url_for(".property_page", property_id=property_id), code=303)


def _drawn(form: PropertyForm, thing: PropertyView | None = None) -> ResponseReturnValue:
    return form_page(form, "net_worth/property_form.html", thing=thing)


def _valuation_page(form: ValuationForm, thing: PropertyView, *, is_new: bool = True) -> ResponseReturnValue:
    return form_page(form, "net_worth/valuation_form.html", thing=thing, is_new=is_new)

"""Adding, changing and removing a deposit."""

from collections.abc import Mapping
from typing import Any

from flask import abort, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.schemes.forms import SchemeForm
from app.blueprints.schemes.views import bp, kinds_for
from app.domain.books import Role, Subtype
from app.domain.errors import Refused
from app.domain.facts.reading import NotKnown
from app.domain.fixed_deposits import Payout
from app.domain.scheme_kinds import KINDS, SchemeKind, limits_of, rate_name
from app.domain.scheme_rates import DoublingTime, SchemeRate, doubling_time, scheme_rate
from app.queries.accounts import AccountView, accounts_of, pockets
from app.queries.schemes import SchemeView, scheme_of
from app.services.recurring import run_due
from app.services.schemes import add_scheme, change_scheme, remove_scheme, restore_scheme
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.flashes import Action, say
from app.web.formats import exact_pct, field_symbol
from app.web.refusals import form_page, show, taken

FIELDS = {"tenor": "term"}
"""Fields that a service names otherwise than the form of some kinds."""


@bp.route("/schemes/new/<scheme_kind>", methods=["GET", "POST"])
@allow(Role.EDITOR)
def new_scheme(scheme_kind: str) -> ResponseReturnValue:
    """Add a deposit of a kind, paid from an account or taken over as it stands."""
    deps, book = current_deps(), g.book
    kind = next((each for each, _ in kinds_for(book.currency) if each == scheme_kind), None)
    if kind is None:
        abort(404)
    accounts = accounts_of(deps.session, book.id)
    form = SchemeForm(book, kind, accounts, **_defaults(kind, accounts))
    added = taken(form, lambda: add_scheme(form.to_command(current_user.id), deps=deps), _show)
    if added is None:
        return _drawn(form)
    run_due(book_id=book.id, deps=deps)
    say("ok", f"Added {form.name.data}.")
    return redirect(url_for(".scheme", scheme_id=added.value), code=303)


@bp.route("/schemes/<int:scheme_id>/edit", methods=["GET", "POST"])
@allow(Role.EDITOR)
def edit_scheme(scheme_id: int) -> ResponseReturnValue:
    """Change what was agreed."""
    deps, book = current_deps(), g.book
    scheme = scheme_of(deps.session, book.id, scheme_id)
    form = SchemeForm(book, scheme.kind, accounts_of(deps.session, book.id), scheme)
    if not taken(form, lambda: change_scheme(scheme_id, form.to_command(current_user.id), deps=deps), _show):
        return _drawn(form, scheme)
    run_due(book_id=book.id, deps=deps)
    say("ok", "Changes saved.")
    return redirect(url_for(".scheme", scheme_id=scheme_id), code=303)


@bp.post("/schemes/<int:scheme_id>/remove")
@allow(Role.EDITOR)
def remove(scheme_id: int) -> ResponseReturnValue:
    """Take a deposit out of the books. It can come back."""
    name = remove_scheme(g.book.id, scheme_id, user_id=current_user.id, deps=current_deps())
    undo = Action("Undo", url_for(".restore", scheme_id=scheme_id))
    say("ok", f"Removed {name} with all that it posted.", action=undo)
    return redirect(url_for(".schemes"), code=303)


@bp.post("/schemes/<int:scheme_id>/restore")
@allow(Role.EDITOR)
def restore(scheme_id: int) -> ResponseReturnValue:
    """Bring a removed deposit back."""
    try:
        name = restore_scheme(g.book.id, scheme_id, user_id=current_user.id, deps=current_deps())
    except Refused as error:
        say("bad", error.user_message)
        return redirect(url_for(".schemes"), code=303)
    run_due(book_id=g.book.id, deps=current_deps())
    say("ok", f"{name} is back.")
    return redirect(url_for(".scheme", scheme_id=scheme_id), code=303)


def _defaults(kind: SchemeKind, accounts: Mapping[int, AccountView]) -> dict[str, Any]:
    tenors = KINDS[kind].tenors
    bank = next((each.id for each in pockets(accounts) if each.subtype == Subtype.BANK), None)
    return {
        "from_account_id": bank,
        "payout_account_id": bank,
        "opened_on": today(),
        "term": str(tenors[0]) if tenors else None,
        "payout": Payout.QUARTERLY.value if kind == SchemeKind.FD_PAYOUT else "",
        "is_scheduled": kind in {SchemeKind.RD, SchemeKind.POST_RD},
        "institution": "Post office" if KINDS[kind].rate_name else "",
        "instalment_months": "1",
    }


def _notified(kind: SchemeKind) -> SchemeRate | DoublingTime | None:
    """The rate that is notified today, where the kind has one rate."""
    name = rate_name(kind, 0)
    if name is None or kind == SchemeKind.TD:
        return None
    try:
        return doubling_time(today()) if kind == SchemeKind.KVP else scheme_rate(name, today())
    except NotKnown:
        return None


def _show(form: SchemeForm, error: Refused) -> None:
    named = error.field or ""
    if named not in form and FIELDS.get(named) in form:
        error = Refused(error.user_message, field=FIELDS[named])
    show(form, error)


def _drawn(form: SchemeForm, scheme: SchemeView | None = None) -> ResponseReturnValue:
    return form_page(
        form,
        "schemes/scheme_form.html",
        scheme=scheme,
        facts=form.facts,
        notified=_notified(form.kind),
        limits=limits_of(form.kind, today()),
        is_notified_kind=form.facts.rate_name is not None,
        percent=exact_pct,
        symbol=field_symbol(),
    )

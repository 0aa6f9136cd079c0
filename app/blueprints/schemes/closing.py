"""The end of a deposit: what came on its day, or what closing it earlier gives."""

from decimal import Decimal

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.schemes.forms import ClosingForm, EarlyForm
from app.blueprints.schemes.views import bp
from app.domain.books import Role
from app.domain.errors import Refused
from app.domain.money import round_half_up
from app.domain.scheme_closing import Comparison, EarlyTerms, EarlyValue, compared, early_value
from app.queries.accounts import accounts_of
from app.queries.schemes import SchemeView, scheme_of
from app.services.recurring import run_due
from app.services.schemes import close_scheme, reopen_scheme
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.flashes import Action, say
from app.web.formats import field_symbol
from app.web.refusals import form_page, show, taken


@bp.route("/schemes/<int:scheme_id>/close", methods=["GET", "POST"])
@allow(Role.EDITOR)
def close(scheme_id: int) -> ResponseReturnValue:
    """Say what came. A GET with a day and rates shows what closing then would give, and saves nothing."""
    deps, book = current_deps(), g.book
    scheme = scheme_of(deps.session, book.id, scheme_id)
    accounts = accounts_of(deps.session, book.id)
    asked = EarlyForm(request.args, closed_on=today(), penalty_rate=scheme.penalty_rate)
    asked.validate()
    value, found = _preview(scheme, asked)
    tax = _tax(scheme, value) if value else 0
    form = ClosingForm(
        book,
        accounts,
        scheme,
        closed_on=asked.closed_on.data or today(),
        account_id=scheme.payout_account_id or scheme.from_account_id,
        received=value.amount_minor - tax if value else None,
        tax=tax or None,
    )
    if not taken(form, lambda: close_scheme(form.to_command(current_user.id), deps=deps)):
        return _drawn(scheme, form, asked, value, found)
    say("ok", f"Closed {scheme.name}.", action=Action("Undo", url_for(".reopen", scheme_id=scheme_id)))
    return redirect(url_for(".scheme", scheme_id=scheme_id), code=303)


@bp.post("/schemes/<int:scheme_id>/reopen")
@allow(Role.EDITOR)
def reopen(scheme_id: int) -> ResponseReturnValue:
    """Take back that a deposit was closed."""
    deps = current_deps()
    try:
        reopen_scheme(g.book.id, scheme_id, user_id=current_user.id, deps=deps)
    except Refused as error:
        say("bad", error.user_message)
    else:
        run_due(book_id=g.book.id, deps=deps)
        say("ok", "It is open again. What had come is deleted.")
    return redirect(url_for(".scheme", scheme_id=scheme_id), code=303)


def _tax(scheme: SchemeView, value: EarlyValue) -> int:
    """What is held back from the interest that comes at the end, at the rate of this deposit."""
    return round_half_up(max(0, value.amount_minor - scheme.balance_minor) * (scheme.tax_rate or Decimal(0)))


def _preview(scheme: SchemeView, asked: EarlyForm) -> tuple[EarlyValue | None, Comparison | None]:
    """What closing on the day gives, beside holding on; what cannot be said stands beside its field."""
    on = asked.closed_on.data or today()
    if asked.errors or scheme.closed_on is not None:
        return None, None
    if on > today() and on < scheme.plan.matures_on:
        asked.closed_on.errors = ["Write a day up to today."]
        return None, None
    terms = EarlyTerms(
        asked.penalty_rate.data or EarlyTerms().penalty_rate, asked.card_rate.data, asked.savings_rate.data
    )
    try:
        value = early_value(scheme.plan, on, terms)
    except Refused as error:
        show(asked, error)
        return None, None
    return value, compared(scheme.plan, on, value.amount_minor, today())


def _drawn(
    scheme: SchemeView, form: ClosingForm, asked: EarlyForm, value: EarlyValue | None, found: Comparison | None
) -> ResponseReturnValue:
    is_early = (asked.closed_on.data or today()) < scheme.plan.matures_on
    return form_page(
        form,
        "schemes/close.html",
        scheme=scheme,
        asked=asked,
        value=value,
        found=found,
        is_early=is_early,
        symbol=field_symbol(),
    )

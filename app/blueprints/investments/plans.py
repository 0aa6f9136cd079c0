"""Plans: an amount that is invested again and again (a SIP), and what is asked when no price is known."""

from datetime import date

from flask import abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.investments import entry
from app.blueprints.investments.base import the_holding
from app.blueprints.investments.forms import EventForm, PlanForm, last_rate, usual_payer
from app.domain.books import Role
from app.domain.errors import NotInBook
from app.domain.investments import EventKind
from app.queries.accounts import accounts_of
from app.queries.holdings import HoldingView, Quotes
from app.queries.portfolio import PlanView, plan_of
from app.services.investment_plans import add_plan, buy_planned, change_plan, set_plan_removed
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.flashes import Action, say
from app.web.formats import long_day
from app.web.refusals import form_page, taken

bp = entry.bp


@bp.route("/investments/<int:holding_id>/plans/new", methods=["GET", "POST"])
@allow(Role.EDITOR)
def new_plan(holding_id: int) -> ResponseReturnValue:
    """Begin to invest an amount again and again."""
    deps, book, view = current_deps(), g.book, the_holding(holding_id)
    accounts = accounts_of(deps.session, book.id)
    payer = usual_payer(accounts, view.currency) or usual_payer(accounts, book.currency)
    form = PlanForm(book, view, accounts, first_on=today(), is_automatic=True, account_id=payer)
    if not taken(form, lambda: add_plan(form.to_command(current_user.id), deps=deps)):
        return _drawn(form, view)
    say("ok", f"Planned: {view.name}, from {long_day(form.first_on.data or today())}.")
    return redirect(url_for(".holding", holding_id=holding_id), code=303)


@bp.route("/investment_plans/<int:investment_plan_id>/edit", methods=["GET", "POST"])
@allow(Role.EDITOR)
def edit_plan(investment_plan_id: int) -> ResponseReturnValue:
    """Change a plan from now on. What it bought stays."""
    deps, book = current_deps(), g.book
    plan = _plan(investment_plan_id)
    view = the_holding(plan.holding_id)
    form = PlanForm(book, view, accounts_of(deps.session, book.id), plan)
    if not taken(form, lambda: change_plan(investment_plan_id, form.to_command(current_user.id), deps=deps)):
        return _drawn(form, view, plan)
    say("ok", "Changes saved. What it bought stays.")
    return redirect(url_for(".holding", holding_id=view.id), code=303)


@bp.post("/investment_plans/<int:investment_plan_id>/remove")
@allow(Role.EDITOR)
def remove_plan(investment_plan_id: int) -> ResponseReturnValue:
    """Stop a plan. What it bought stays."""
    holding_id, name = _set_removed(investment_plan_id, is_removed=True)
    undo = Action("Undo", url_for(".restore_plan", investment_plan_id=investment_plan_id))
    say("ok", f"{name} is not bought again by this plan. What it bought stays.", action=undo)
    return redirect(url_for(".holding", holding_id=holding_id), code=303)


@bp.post("/investment_plans/<int:investment_plan_id>/restore")
@allow(Role.EDITOR)
def restore_plan(investment_plan_id: int) -> ResponseReturnValue:
    """Bring a plan back."""
    holding_id, name = _set_removed(investment_plan_id, is_removed=False)
    say("ok", f"The plan of {name} is back.")
    return redirect(url_for(".holding", holding_id=holding_id), code=303)


@bp.route("/investment_plans/<int:investment_plan_id>/buy", methods=["GET", "POST"])
@allow(Role.EDITOR)
def buy_plan(investment_plan_id: int) -> ResponseReturnValue:
    """Say what a date of a plan that waits (?on=2026-11-05) has bought."""
    deps, book = current_deps(), g.book
    plan = _plan(investment_plan_id)
    due_on = _waiting(plan)
    view = the_holding(plan.holding_id)
    quotes = Quotes(deps.session, book.id, [due_on], holding_id=view.id)
    rate = quotes.rate(view.currency, due_on)
    form = EventForm(
        book,
        view,
        EventKind.BUY,
        accounts_of(deps.session, book.id),
        on=due_on,
        total=plan.amount_minor,
        fee=plan.fee_minor or None,
        account_id=plan.account_id,
        rate=rate.value if rate else None,
    )
    if not taken(
        form,
        lambda: buy_planned(
            investment_plan_id, due_on, form.to_command(), book_id=book.id, user_id=current_user.id, deps=deps
        ),
    ):
        hint = last_rate(view, book.currency, rate)
        return form_page(form, "investments/buy_plan.html", plan=plan, holding=view, due_on=due_on, rate_hint=hint)
    say("ok", f"Saved: bought, {view.name}, {long_day(form.on.data or due_on)}.")
    return redirect(url_for(".holding", holding_id=view.id), code=303)


def _plan(investment_plan_id: int) -> PlanView:
    plan = plan_of(current_deps().session, g.book.id, investment_plan_id)
    if plan is None:
        raise NotInBook("plan", investment_plan_id, g.book.id)
    return plan


def _waiting(plan: PlanView) -> date:
    """The date that the address names, or the first that waits. One that does not wait is not found."""
    days = [on for on, _ in plan.waiting]
    asked = request.args.get("on")
    if asked is None:
        return days[0] if days else abort(404)
    return next((on for on in days if on.isoformat() == asked), None) or abort(404)


def _set_removed(investment_plan_id: int, *, is_removed: bool) -> tuple[int, str]:
    return set_plan_removed(
        investment_plan_id, is_removed=is_removed, book_id=g.book.id, user_id=current_user.id, deps=current_deps()
    )


def _drawn(form: PlanForm, view: HoldingView, plan: PlanView | None = None) -> ResponseReturnValue:
    return form_page(form, "investments/plan.html", holding=view, plan=plan)

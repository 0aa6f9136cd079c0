"""What changes a loan: each is asked about first, answered in a sentence, and saved only then."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.loans.forms import PrepayForm, RateForm
from app.blueprints.loans.one import bp
from app.blueprints.loans.words import prepayment_answer, rate_answer, terms_in_words
from app.domain.books import Role
from app.domain.errors import Refused
from app.domain.loan_plans import Change, Event, Keep, change_by
from app.domain.periods import fiscal_year
from app.queries.accounts import accounts_of
from app.queries.loans import LoanView, books_of, earliest_change, loan_of
from app.services.loan_events import change_rate, follow_books, pay_extra, redo_event, undo_event
from app.services.recurring import run_due
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.flashes import Action, say
from app.web.formats import field_symbol, long_day
from app.web.refusals import form_page, show, taken

__all__ = ["bp"]


@dataclass(frozen=True, slots=True)
class Way:
    """One of the two ways to go on; `why` says why it cannot be."""

    keep: Keep
    label: str
    change: Change | None
    why: str
    is_chosen: bool


@bp.route("/loans/<int:loan_id>/prepay", methods=["GET", "POST"])
@allow(Role.EDITOR)
def prepay(loan_id: int) -> ResponseReturnValue:
    """Ask what an extra payment would do (GET), and make it (POST)."""
    deps, book = current_deps(), g.book
    loan = loan_of(deps.session, book.id, loan_id)
    said = {"on": today(), "account_id": loan.pay_account_id}
    form = PrepayForm(book, accounts_of(deps.session, book.id), loan, data=said, **_asked("amount"))
    if request.method == "GET" and "amount" in request.args:
        return _answered("loans/prepay.html", form, loan)
    paid = taken(form, lambda: pay_extra(form.to_command(current_user.id), deps=deps))
    if paid is None:
        return _drawn("loans/prepay.html", form, loan)
    return _done("Saved the extra payment.", loan_id, paid.value)


@bp.route("/loans/<int:loan_id>/rate", methods=["GET", "POST"])
@allow(Role.EDITOR)
def rate(loan_id: int) -> ResponseReturnValue:
    """Ask what another rate would do (GET), and let it hold (POST)."""
    loan = loan_of(current_deps().session, g.book.id, loan_id)
    form = RateForm(data={"on": today()}, **_asked("annual_rate"))
    if request.method == "GET" and "annual_rate" in request.args:
        return _answered("loans/rate.html", form, loan)
    changed = taken(form, lambda: _change_rate(loan_id, form.event()))
    if changed is None:
        return _drawn("loans/rate.html", form, loan)
    return _done("Saved the new rate.", loan_id, changed.value)


@bp.post("/loans/<int:loan_id>/follow-books")
@allow(Role.EDITOR)
def follow(loan_id: int) -> ResponseReturnValue:
    """Let the plan go on from what the books say."""
    try:
        event_id = follow_books(loan_id, Keep.EMI, book_id=g.book.id, user_id=current_user.id, deps=current_deps())
    except Refused as error:
        say("bad", error.user_message)
        return redirect(url_for(".loan", loan_id=loan_id), code=303)
    return _done("The plan goes on from what the books say.", loan_id, event_id)


@bp.post("/loans/<int:loan_id>/changes/<int:loan_event_id>/undo")
@allow(Role.EDITOR)
def undo(loan_id: int, loan_event_id: int) -> ResponseReturnValue:
    """Take a change back."""
    again = Action("Undo", url_for(".redo", loan_id=loan_id, loan_event_id=loan_event_id))
    return _back(undo_event, loan_id, loan_event_id, "Taken back.", again)


@bp.post("/loans/<int:loan_id>/changes/<int:loan_event_id>/redo")
@allow(Role.EDITOR)
def redo(loan_id: int, loan_event_id: int) -> ResponseReturnValue:
    """Bring a change back."""
    return _back(redo_event, loan_id, loan_event_id, "It counts again.", None)


def _back(
    verb: Callable[..., None], loan_id: int, event_id: int, told: str, action: Action | None
) -> ResponseReturnValue:
    try:
        verb(loan_id, event_id, book_id=g.book.id, user_id=current_user.id, deps=current_deps())
    except Refused as error:
        say("bad", error.user_message)
    else:
        run_due(book_id=g.book.id, deps=current_deps())
        say("ok", told, action=action)
    return redirect(url_for(".loan", loan_id=loan_id), code=303)


def _done(told: str, loan_id: int, event_id: int) -> ResponseReturnValue:
    say("ok", told, action=Action("Undo", url_for(".undo", loan_id=loan_id, loan_event_id=event_id)))
    return redirect(url_for(".loan", loan_id=loan_id), code=303)


def _asked(first: str) -> dict[str, object]:
    """Options of a form that is read from the address, when it names the first field."""
    if request.method == "GET" and first in request.args:
        return {"formdata": request.args, "meta": {"csrf": False}}
    return {}


def _change_rate(loan_id: int, event: Event) -> int:
    return change_rate(
        loan_id, event.on, event.annual_rate, event.keep, book_id=g.book.id, user_id=current_user.id, deps=current_deps()
    )  # fmt: skip


def _answered(template: str, form: PrepayForm | RateForm, loan: LoanView) -> ResponseReturnValue:
    if not form.validate():
        return _drawn(template, form, loan)
    book, day = g.book, today()
    known = books_of(current_deps().session, book.id, loan, day, fiscal_year(day, book.fiscal_year_start))
    earliest, chosen = earliest_change(loan, known.instalments), form.event()
    if chosen.on < earliest:
        show(form, Refused(f"What is in the books stays as it is. Choose a day from {long_day(earliest)} on.", field="on"))  # fmt: skip
        return _drawn(template, form, loan)
    if isinstance(form, PrepayForm) and chosen.on > day:
        show(form, Refused("This day has not come yet. Add the payment when it is made.", field="on"))
        return _drawn(template, form, loan)
    ways = [_way(loan, form.event(keep), label, chosen) for keep, label in _labels(form)]
    way = next(each for each in ways if each.is_chosen)
    if way.change is None:
        try:
            change_by(loan.terms, [each.event for each in loan.events], chosen)
        except Refused as error:
            show(form, error)
        return _drawn(template, form, loan)
    if isinstance(form, PrepayForm):
        answer = prepayment_answer(way.change, chosen, form.charge.data or 0, day)
    else:
        answer = rate_answer(way.change, chosen)
    return _drawn(template, form, loan, answer=answer, ways=ways)


def _labels(form: PrepayForm | RateForm) -> list[tuple[Keep, str]]:
    return [(Keep(each.value), str(each.label)) for each in form.keep.choices]


def _way(loan: LoanView, event: Event, label: str, chosen: Event) -> Way:
    try:
        change, why = change_by(loan.terms, [each.event for each in loan.events], event), ""
    except Refused as error:
        change, why = None, error.user_message
    return Way(event.keep, label, change, why, event.keep is chosen.keep)


def _drawn(
    template: str, form: PrepayForm | RateForm, loan: LoanView, answer: str = "", ways: list[Way] | None = None
) -> ResponseReturnValue:
    day = today()
    return form_page(
        form, template, symbol=field_symbol(), loan=loan, answer=answer, ways=ways or [], owed_minor=loan.planned_minor(day), emi_minor=loan.emi_on(day),
        agreed=terms_in_words(loan.terms),
    )  # fmt: skip

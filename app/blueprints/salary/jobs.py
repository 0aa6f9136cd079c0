"""Jobs: add, change, remove."""

from datetime import date

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.salary.drafts import PREVIEW, Preview, job_as_said, preview_of
from app.blueprints.salary.forms import JobForm, NewSalaryForm
from app.blueprints.salary.views import bp, shown_job
from app.domain.books import Role
from app.domain.errors import Refused
from app.domain.periods import Month
from app.domain.salaries import TaxMode
from app.queries.accounts import accounts_of, pockets
from app.queries.books import BookView
from app.queries.salaries import INDIAN_CURRENCY, Job, pay_year
from app.services.recurring import run_due
from app.services.salaries import add_salary, change_salary, remove_salary, restore_salary
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.flashes import Action, say
from app.web.formats import field_symbol
from app.web.refusals import form_page, show, taken


@bp.route("/salary_manager/new", methods=["GET", "POST"])
@allow(Role.EDITOR)
def new_salary() -> ResponseReturnValue:
    """Add a job with what it pays, or show the net pay without saving anything."""
    deps, book = current_deps(), g.book
    accounts = accounts_of(deps.session, book.id)
    own = pockets(accounts)
    form = NewSalaryForm(
        book,
        accounts,
        account_id=own[0].id if own else None,
        first_on=_first_pay_day(book),
        is_month_end=True,
        is_automatic=True,
        born_on=current_user.born_on,
        tax=TaxMode.PLAN.value,
    )
    if not form.is_submitted():
        return _new(form)
    if not form.validate():
        return _new(form), 422
    try:
        command, terms = form.to_job(book.id, current_user.id), form.to_terms()
        said = job_as_said(book, command, terms, today())
        preview = preview_of(said, Month.of(today()))
        if request.form.get("go") == PREVIEW:
            return _new(form, preview)
        salary_id = add_salary(command, terms, deps=deps)
    except Refused as error:
        show(form, error)
        return _new(form), 422
    run_due(book_id=book.id, deps=deps)
    say("ok", f"Added {command.employer}.")
    return redirect(url_for(".job", salary_id=salary_id), code=303)


@bp.route("/salary_manager/<int:salary_id>/edit", methods=["GET", "POST"])
@allow(Role.EDITOR)
def edit_salary(salary_id: int) -> ResponseReturnValue:
    """Change who pays, where to and when. What is paid is in the revisions."""
    deps, book = current_deps(), g.book
    job = shown_job(salary_id)
    form = JobForm(book, accounts_of(deps.session, book.id), job)
    if not taken(form, lambda: change_salary(salary_id, form.to_job(book.id, current_user.id), deps=deps)):
        return _edit(form, job)
    run_due(book_id=book.id, deps=deps)
    say("ok", "Changes saved. What is posted stays as it is.")
    return redirect(url_for(".job", salary_id=salary_id), code=303)


@bp.post("/salary_manager/<int:salary_id>/remove")
@allow(Role.EDITOR)
def remove(salary_id: int) -> ResponseReturnValue:
    """Take a job away. What it posted stays in the books."""
    return _remove(salary_id, "Removed {}. What it posted stays in the books.", with_posted=False)


@bp.post("/salary_manager/<int:salary_id>/remove-all")
@allow(Role.EDITOR)
def remove_all(salary_id: int) -> ResponseReturnValue:
    """Take a job away with everything that it posted."""
    return _remove(salary_id, "Removed {} and what it posted.", with_posted=True)


@bp.post("/salary_manager/<int:salary_id>/restore")
@allow(Role.EDITOR)
def restore(salary_id: int) -> ResponseReturnValue:
    """Bring a removed job back as it was."""
    restore_salary(g.book.id, salary_id, user_id=current_user.id, deps=current_deps())
    say("ok", "The job is back.")
    return redirect(url_for(".job", salary_id=salary_id), code=303)


def _remove(salary_id: int, text: str, *, with_posted: bool) -> ResponseReturnValue:
    job = shown_job(salary_id)
    remove_salary(g.book.id, salary_id, with_posted=with_posted, user_id=current_user.id, deps=current_deps())
    say("ok", text.format(job.employer), action=Action("Undo", url_for(".restore", salary_id=salary_id)))
    return redirect(url_for(".overview"), code=303)


def _first_pay_day(book: BookView) -> date:
    """The end of the first month of this tax year: whoever has worked since then has the year's tax right."""
    day = today()
    if book.currency != INDIAN_CURRENCY:
        return Month.of(day).last
    return Month.of(pay_year(day, book.fiscal_year_start, is_indian=True).first).last


def _new(form: NewSalaryForm, preview: Preview | None = None) -> str:
    form.spare()
    return render_template("salary/new.html", form=form, preview=preview, symbol=field_symbol())


def _edit(form: JobForm, job: Job) -> ResponseReturnValue:
    return form_page(form, "salary/edit.html", job=job, symbol=field_symbol())

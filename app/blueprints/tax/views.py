"""The tax estimator: a year's income tax in both regimes, from the books and from what a person adds."""

from dataclasses import dataclass

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.tax import steps
from app.blueprints.tax.forms import TaxForm
from app.blueprints.tax.paying import Paying, paying
from app.blueprints.tax.sources import sources
from app.blueprints.tax.words import HINTS, KINDS, LABELS, REGIMES, UNKNOWN
from app.domain.books import Role
from app.domain.errors import Refused
from app.domain.facts.reading import RUPEE_MINOR
from app.domain.fiscal_years import FiscalYear
from app.domain.tax.answers import FROM_BOOKS, declared, taxpayer
from app.domain.tax.break_even import BreakEven, break_even
from app.domain.tax.estimate import Estimate, estimate
from app.domain.tax.years import Regime, known_years, tax_rules
from app.queries.tax_books import CURRENCY, BookYear, book_year
from app.queries.tax_plans import Owner, Plan, plan_and_owner
from app.services.tax_plans import TaxYear, clear_answers, follow_books, restore_answers, save_answers
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.flashes import Action, say
from app.web.refusals import form_page, taken
from app.web.tables import table_file

bp = Blueprint("tax", __name__)

HEADINGS = ("Part", "Step", "New regime", "Old regime", "Note")


@dataclass(frozen=True, slots=True)
class Year:
    """A year of the book: what is known of it, and what it comes to, or the words why it comes to nothing."""

    fy: FiscalYear
    owner: Owner
    plan: Plan
    books: BookYear
    found: Estimate | None
    problem: str

    @property
    def break_even(self) -> BreakEven | None:
        """What would have to be deducted for the old regime to win."""
        return break_even(self.found) if self.found else None

    @property
    def paying(self) -> Paying | None:
        """What was paid, and what is due when."""
        return paying(self.found, today()) if self.found else None

    @property
    def is_age_known(self) -> bool:
        """Whether a date of birth is known."""
        return bool(self.plan.answers.born_on or self.owner.born_on or self.books.born_on)


@bp.get("/tax_estimator")
@allow(Role.VIEWER)
def estimator() -> ResponseReturnValue:
    """Both regimes side by side."""
    if g.book.currency != CURRENCY:
        return render_template("tax/other_currency.html")
    try:
        fy = _asked_year()
    except Refused as error:
        page = render_template("tax/unknown_year.html", problem=error.user_message, years=known_years())
        return page, 404 if "fy" in request.args else 200
    year = _year(fy)
    return _drawn(year, TaxForm(fy, year.plan.answers, year.books.amounts))


@bp.post("/tax_estimator")
@allow(Role.EDITOR)
def save() -> ResponseReturnValue:
    """Keep what was written, and show what it comes to."""
    fy = _asked_year()
    year = _year(fy)
    form = TaxForm(fy, year.plan.answers, year.books.amounts)
    if not taken(form, lambda: save_answers(_of(fy), form.to_answers(), deps=current_deps())):
        return _drawn(year, form)
    flash("Saved. The estimate counts with it.", "ok")
    return _back(fy)


@bp.post("/tax_estimator/follow-books")
@allow(Role.EDITOR)
def follow() -> ResponseReturnValue:
    """Let one figure follow the books again, or all of them."""
    fy, name = _asked_year(), request.form.get("name", "")
    try:
        follow_books(_of(fy), [name] if name else FROM_BOOKS, deps=current_deps())
    except Refused as error:
        flash(error.user_message, "bad")
        return _back(fy)
    flash(f"{LABELS[name]} follows your books again." if name else "Every figure follows your books again.", "ok")
    return _back(fy)


@bp.post("/tax_estimator/clear")
@allow(Role.EDITOR)
def clear() -> ResponseReturnValue:
    """Take all answers of a year back."""
    fy = _asked_year()
    if clear_answers(_of(fy), deps=current_deps()):
        say("ok", f"Removed your answers for {fy}.", action=Action("Undo", url_for(".restore", fy=str(fy))))
    return _back(fy)


@bp.post("/tax_estimator/restore")
@allow(Role.EDITOR)
def restore() -> ResponseReturnValue:
    """Bring them back."""
    fy = _asked_year()
    if restore_answers(_of(fy), deps=current_deps()):
        flash(f"Your answers for {fy} are back.", "ok")
    return _back(fy)


@bp.get("/tax_estimator/export")
@allow(Role.VIEWER)
def export() -> ResponseReturnValue | Response:
    """Every step of both regimes as a file."""
    fy = _asked_year()
    year = _year(fy)
    if g.book.currency != CURRENCY or year.found is None:
        return _back(fy)
    return table_file(f"income-tax-{fy}", HEADINGS, steps.file_rows(year.found), request.args.get("format"))


def _asked_year() -> FiscalYear:
    """The year in the address, else the running one.

    Raises: Refused for what is no year, NotKnown for a year without rules.
    """
    asked = request.args.get("fy")
    fy = FiscalYear.of(today()) if asked is None else FiscalYear.parse(asked)
    tax_rules(fy, Regime.NEW)
    return fy


def _year(fy: FiscalYear) -> Year:
    session, book = current_deps().session, g.book
    plan, owner = plan_and_owner(session, book.id, fy)
    books = book_year(session, book.id, fy, today())
    try:
        person = taxpayer(fy, plan.answers, owner.born_on or books.born_on)
        stated = declared(
            fy,
            plan.answers,
            books.amounts,
            losses_virtual_minor=books.virtual_lost_minor,
            is_in_metro=books.is_in_metro,
        )
        found = estimate(fy, person, stated)
    except Refused as error:
        return Year(fy, owner, plan, books, None, error.user_message)
    return Year(fy, owner, plan, books, found, "")


def _drawn(year: Year, form: TaxForm) -> ResponseReturnValue:
    years, found = known_years(), year.found
    at, lines = years.index(year.fy), steps.lines(found) if found else []
    return form_page(
        form,
        "tax/estimator.html",
        year=year,
        found=found,
        lines=lines,
        has_paise=any((minor or 0) % RUPEE_MINOR for line in lines for minor in (line.new_minor, line.old_minor)),
        claims=steps.claims(found) if found else [],
        rent_limits=steps.rent_limits(found) if found and found.declared.rent_allowance_minor else [],
        sources=sources(year.fy, year.plan.answers, year.books),
        hints=HINTS,
        previous=years[at - 1] if at else None,
        next=years[at + 1] if at + 1 < len(years) else None,
        kinds=KINDS,
        regimes=REGIMES,
        unknown=UNKNOWN,
    )


def _of(fy: FiscalYear) -> TaxYear:
    return TaxYear(g.book.id, current_user.id, fy)


def _back(fy: FiscalYear) -> ResponseReturnValue:
    return redirect(url_for(".estimator", fy=str(fy)), code=303)

"""All loans of a book: what is owed, adding, changing and removing them."""

from dataclasses import dataclass
from decimal import Decimal

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.loans.forms import LoanForm, RunningLoanForm
from app.blueprints.loans.words import terms_in_words
from app.domain.books import Role
from app.domain.errors import Refused
from app.domain.periods import fiscal_year
from app.queries.accounts import accounts_of
from app.queries.loans import LoanView, Standing, books_of, loan_of, loans_of, monthly_income, standings
from app.services.loans import add_loan, change_loan, remove_loan, restore_loan
from app.services.recurring import run_due
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.flashes import Action, say
from app.web.formats import exact_pct, field_symbol
from app.web.refusals import form_page, taken
from app.web.tables import Money, table_file

bp = Blueprint("loans", __name__)


@dataclass(frozen=True, slots=True)
class Totals:
    """All open loans together. `income_part` is what their instalments take of the income of a month; none when that is not known."""

    owed_minor: int
    emi_minor: int
    interest_left_minor: int
    income_minor: int | None

    @property
    def income_part(self) -> Decimal | None:
        """The share of the income."""
        return Decimal(self.emi_minor) / self.income_minor if self.income_minor else None


@bp.get("/loans")
@allow(Role.VIEWER)
def loans() -> ResponseReturnValue:
    """What is owed on every loan, and what they take each month."""
    session, book, day = current_deps().session, g.book, today()
    found = standings(session, book.id, loans_of(session, book.id), day)
    running = [each for each in found if each.is_open]
    totals = Totals(
        sum(each.owed_minor for each in running),
        sum(each.emi_minor for each in running),
        sum(each.interest_left_minor for each in running),
        monthly_income(session, book.id, day) if running else None,
    )
    return render_template(
        "loans/loans.html",
        running=running,
        done=[each for each in found if not each.is_open],
        totals=totals,
        free_on=max((each.loan.plan.ends_on for each in running), default=None),
        rate=exact_pct,
    )


@bp.get("/loans/export")
@allow(Role.VIEWER)
def export() -> ResponseReturnValue:
    """The list as a file."""
    session, book = current_deps().session, g.book
    found = standings(session, book.id, loans_of(session, book.id), today())
    headings = (
        "Loan",
        "Lender",
        "Borrowed",
        "Owed",
        "Instalment",
        "Rate in %",
        "Interest left",
        "Instalments left",
        "Ends on",
    )
    return table_file("loans", headings, [_cells(each, book.currency) for each in found], request.args.get("format"))


def _cells(each: Standing, currency: str) -> tuple[str | int | Decimal | Money | None, ...]:
    left = sum(1 for row in each.loan.plan.after(today()) if row.is_due)
    return (
        each.loan.name, each.loan.lender, Money(each.loan.terms.principal_minor, currency), Money(each.owed_minor, currency),
        Money(each.emi_minor, currency), each.annual_rate * 100, Money(each.interest_left_minor, currency), left,
        each.loan.plan.ends_on.isoformat(),
    )  # fmt: skip


@bp.route("/loans/new", methods=["GET", "POST"])
@allow(Role.EDITOR)
def new_loan() -> ResponseReturnValue:
    """Add a loan; instalments that are due since it came are posted at once."""
    deps, book = current_deps(), g.book
    form = LoanForm(book, accounts_of(deps.session, book.id))
    added = taken(form, lambda: add_loan(form.to_command(current_user.id), deps=deps))
    if added is None:
        return _drawn(form)
    settled = run_due(book_id=book.id, deps=deps)
    say("ok", f"Added {form.name.data}." + (f" Posted what was due since: {settled.posted}." if settled.posted else ""))
    return redirect(url_for(".loan", loan_id=added.value), code=303)


@bp.route("/loans/<int:loan_id>/edit", methods=["GET", "POST"])
@allow(Role.EDITOR)
def edit_loan(loan_id: int) -> ResponseReturnValue:
    """Change a loan: its terms as long as nothing of it is in the books."""
    deps, book = current_deps(), g.book
    loan = loan_of(deps.session, book.id, loan_id)
    accounts = accounts_of(deps.session, book.id)
    known = books_of(deps.session, book.id, loan, today(), fiscal_year(today(), book.fiscal_year_start))
    is_running = bool(known.instalments or loan.events)
    form = (RunningLoanForm if is_running else LoanForm)(book, accounts, loan)
    if not taken(form, lambda: change_loan(loan_id, form.to_command(current_user.id), deps=deps)):
        return _drawn(form, loan)
    run_due(book_id=book.id, deps=deps)
    say("ok", "Changes saved.")
    return redirect(url_for(".loan", loan_id=loan_id), code=303)


@bp.post("/loans/<int:loan_id>/remove")
@allow(Role.EDITOR)
def remove(loan_id: int) -> ResponseReturnValue:
    """Take a loan and all that it posted out of the books."""
    name = remove_loan(loan_id, book_id=g.book.id, user_id=current_user.id, deps=current_deps())
    undo = Action("Undo", url_for(".restore", loan_id=loan_id))
    say("ok", f"Removed {name}, with everything it posted.", action=undo)
    return redirect(url_for(".loans"), code=303)


@bp.post("/loans/<int:loan_id>/restore")
@allow(Role.EDITOR)
def restore(loan_id: int) -> ResponseReturnValue:
    """Bring a removed loan back."""
    try:
        name = restore_loan(loan_id, book_id=g.book.id, user_id=current_user.id, deps=current_deps())
    except Refused as error:
        say("bad", error.user_message)
        return redirect(url_for(".loans"), code=303)
    say("ok", f"{name} is back.")
    return redirect(url_for(".loan", loan_id=loan_id), code=303)


def _drawn(form: LoanForm | RunningLoanForm, loan: LoanView | None = None) -> ResponseReturnValue:
    return form_page(
        form, "loans/loan_form.html", symbol=field_symbol(), loan=loan, agreed=terms_in_words(loan.terms) if loan else "",
        is_running=isinstance(form, RunningLoanForm),
    )  # fmt: skip

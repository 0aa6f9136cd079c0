"""Accounts that hold money: what is in them, adding, changing and archiving them."""

from dataclasses import dataclass

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.accounts.forms import SUBTYPES, AccountForm
from app.domain.books import MONEY_KINDS, AccountKind, Role, Subtype
from app.domain.errors import NotInBook
from app.queries.accounts import AccountView, Balance, accounts_of, balances, opening_of
from app.services.accounts import add_account, archive_account, change_account
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.refusals import form_page, taken

bp = Blueprint("accounts", __name__)


@dataclass(frozen=True, slots=True)
class Side:
    """What is owned, or what is owed: the accounts and their sum in the book's currency, said positive."""

    title: str
    sub: str
    balances: list[Balance]
    total_minor: int


@bp.get("/accounts")
@allow(Role.VIEWER)
def accounts() -> ResponseReturnValue:
    """What is in every account."""
    session, book = current_deps().session, g.book
    found = balances(session, book.id, accounts_of(session, book.id))
    shown = [each for each in found if not each.account.is_archived and _matters(each)]
    own = [each for each in shown if each.account.kind == AccountKind.ASSET]
    owe = [each for each in shown if each.account.kind == AccountKind.LIABILITY]
    return render_template(
        "accounts/accounts.html",
        own=Side("You own", "Money in accounts, in cash and lent", own, sum(each.base_minor for each in own)),
        owe=Side("You owe", "Cards, loans and bills", owe, -sum(each.base_minor for each in owe)),
        archived=[each for each in found if each.account.is_archived],
        kinds=SUBTYPES,
    )


@bp.route("/accounts/new", methods=["GET", "POST"])
@allow(Role.EDITOR)
def new_account() -> ResponseReturnValue:
    """Open an account, with what is in it."""
    book = g.book
    form = AccountForm(
        book, currency=book.currency, subtype=Subtype.BANK.value, icon="bank", colour="1", opening_on=today()
    )
    if not taken(
        form,
        lambda: add_account(
            form.to_command(current_user.id),
            opening_minor=form.opening_minor,
            opening_on=form.opening_on.data,
            opening_base_minor=form.opening_base.data,
            deps=current_deps(),
        ),
    ):
        return _drawn(form)
    flash(f"Added {form.name.data}.", "ok")
    return redirect(url_for(".accounts"), code=303)


@bp.route("/accounts/<int:account_id>/edit", methods=["GET", "POST"])
@allow(Role.EDITOR)
def edit_account(account_id: int) -> ResponseReturnValue:
    """Rename or redress an account, or correct its opening balance."""
    deps, book = current_deps(), g.book
    account = money_account(account_id)
    opening = opening_of(deps.session, book.id, account_id)
    form = AccountForm(book, account, opening, opening_on=today())
    if not taken(
        form,
        lambda: change_account(
            account_id,
            form.to_command(current_user.id),
            opening=(form.opening_minor, form.opening_base.data, form.opening_on.data),
            deps=deps,
        ),
    ):
        return _drawn(form, account)
    flash("Changes saved.", "ok")
    return redirect(url_for(".accounts"), code=303)


@bp.post("/accounts/<int:account_id>/archive")
@allow(Role.EDITOR)
def archive(account_id: int) -> ResponseReturnValue:
    """Put an account away, or bring it back with `back`."""
    account = money_account(account_id)
    is_archived = "back" not in request.form
    archive_account(
        account_id, is_archived=is_archived, book_id=g.book.id, user_id=current_user.id, deps=current_deps()
    )
    flash(f"Archived {account.name}. Its history stays." if is_archived else f"{account.name} is back in use.", "ok")
    return redirect(url_for(".accounts"), code=303)


def money_account(account_id: int) -> AccountView:
    """An account of the book that a person may change.

    Raises: NotInBook.
    """
    account = accounts_of(current_deps().session, g.book.id).get(account_id)
    if account is None or account.kind not in MONEY_KINDS or not account.is_pocket:
        raise NotInBook("account", account_id, g.book.id)
    return account


def _matters(balance: Balance) -> bool:
    """Accounts that other parts keep (receivables, holdings, tax) are shown once something is in them."""
    return balance.account.is_pocket or balance.base_minor != 0


def _drawn(form: AccountForm, account: AccountView | None = None) -> ResponseReturnValue:
    return form_page(form, "accounts/account_form.html", account=account)

"""Cards and loans as lenders know them: limits, opening dates, late payments."""

from decimal import Decimal

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.credit.forms import AccountForm
from app.blueprints.credit.overview import bp
from app.domain.books import Role
from app.domain.errors import NotInBook, Refused
from app.queries.accounts import accounts_of
from app.queries.credit import CreditAccountView, credit_of
from app.services.credit import add_account_facts, change_account_facts, set_account_removed
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.flashes import Action, say
from app.web.formats import field_symbol
from app.web.numbers import as_id
from app.web.refusals import form_page, taken


@bp.route("/credit/accounts/new", methods=["GET", "POST"])
@allow(Role.EDITOR)
def new_account() -> ResponseReturnValue:
    """Describe a card or loan; `?account=7` is one of the book's."""
    form = AccountForm(
        g.book,
        accounts_of(current_deps().session, g.book.id).values(),
        account_id=as_id(request.args.get("account")),
    )
    if not taken(
        form, lambda: add_account_facts(g.book.id, form.to_facts(), user_id=current_user.id, deps=current_deps())
    ):
        return _drawn(form)
    flash("Saved.", "ok")
    return redirect(url_for(".overview"), code=303)


@bp.route("/credit/accounts/<int:credit_account_id>/edit", methods=["GET", "POST"])
@allow(Role.EDITOR)
def edit_account(credit_account_id: int) -> ResponseReturnValue:
    """Correct what is known of a card or loan."""
    account = _account(credit_account_id)
    form = AccountForm(
        g.book,
        accounts_of(current_deps().session, g.book.id).values(),
        account_id=account.account_id,
        kind=account.kind.value,
        name=account.name,
        limit=account.limit_minor,
        owed=None if account.account_id else account.owed_minor,
        opened_on=account.opened_on,
        late=None if account.late is None else Decimal(account.late),
    )
    if not taken(
        form,
        lambda: change_account_facts(
            g.book.id, credit_account_id, form.to_facts(), user_id=current_user.id, deps=current_deps()
        ),
    ):
        return _drawn(form, account)
    flash("Changes saved.", "ok")
    return redirect(url_for(".overview"), code=303)


@bp.post("/credit/accounts/<int:credit_account_id>/remove")
@allow(Role.EDITOR)
def remove_account(credit_account_id: int) -> ResponseReturnValue:
    """Take a card or loan out of the estimate. The account in the book stays."""
    name = set_account_removed(
        g.book.id, credit_account_id, is_removed=True, user_id=current_user.id, deps=current_deps()
    )
    undo = Action("Undo", url_for(".restore_account", credit_account_id=credit_account_id))
    say("ok", f"Removed what was written down of {name}.", action=undo)
    return redirect(url_for(".overview"), code=303)


@bp.post("/credit/accounts/<int:credit_account_id>/restore")
@allow(Role.EDITOR)
def restore_account(credit_account_id: int) -> ResponseReturnValue:
    """Bring it back."""
    try:
        name = set_account_removed(
            g.book.id, credit_account_id, is_removed=False, user_id=current_user.id, deps=current_deps()
        )
    except Refused as error:
        say("warn", error.user_message)
    else:
        say("ok", f"{name} is back.")
    return redirect(url_for(".overview"), code=303)


def _account(credit_account_id: int) -> CreditAccountView:
    """A described card or loan of the book.

    Raises: NotInBook.
    """
    for each in credit_of(current_deps().session, g.book.id, g.book.currency, today()).accounts:
        if each.id == credit_account_id:
            return each
    raise NotInBook("credit account", credit_account_id, g.book.id)


def _drawn(form: AccountForm, account: CreditAccountView | None = None) -> ResponseReturnValue:
    return form_page(form, "credit/account_form.html", account=account, symbol=field_symbol(form.limit.currency))

"""One transaction: add it, look at it, change it, delete it, bring it back."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.ledger.forms import TransactionForm, defaults_from, fits_form
from app.blueprints.ledger.lists import bp, flash_deleted
from app.blueprints.ledger.told import told
from app.domain.books import Role, State, TransactionKind
from app.domain.errors import NotInBook, Refused
from app.queries.accounts import accounts_of
from app.queries.history import history_of
from app.queries.transactions import TransactionRow, last_used_account, one_of
from app.services.transactions import (
    Recorded,
    record_transaction,
    restore_transactions,
    void_transactions,
)
from app.services.transactions import (
    edit_transaction as edit,
)
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.flashes import Action, say
from app.web.formats import field_symbol
from app.web.receipts import form_values
from app.web.refusals import form_page, taken

__all__ = ["bp"]


@bp.get("/transactions/new")
@allow(Role.EDITOR)
def new_transaction() -> ResponseReturnValue:
    """An empty form; the address may say what is already known."""
    session, book = current_deps().session, g.book
    last = None if "account" in request.args else last_used_account(session, book.id)
    defaults = defaults_from(request.args, today(), last) | form_values(request.args.get("receipt"))
    return _drawn(TransactionForm(book, accounts_of(session, book.id), **defaults))


@bp.post("/transactions/new")
@bp.post("/transactions")
@allow(Role.EDITOR)
def create_transaction() -> ResponseReturnValue:
    """Save the submitted transaction; warn, but never refuse, when it looks unusual."""
    deps, book = current_deps(), g.book
    form = TransactionForm(book, accounts_of(deps.session, book.id))
    saved = taken(form, lambda: record_transaction(form.to_command(current_user.id), deps=deps))
    if saved is None:
        return _drawn(form)
    is_repeat = saved.value.is_repeat
    _say(saved.value, "This form had been saved before. It was not saved twice." if is_repeat else "Transaction saved.")
    if "again" in request.form:
        again = url_for(
            ".new_transaction",
            account=form.account_id.data,
            date=form.occurred_on.data,
            direction=form.direction.data,
        )
        return redirect(again, code=303)
    return redirect(url_for(".transactions"), code=303)


@bp.get("/transactions/<int:transaction_id>")
@allow(Role.VIEWER)
def transaction(transaction_id: int) -> ResponseReturnValue:
    """Everything about one transaction: its parts, its journal view, its history."""
    session, book = current_deps().session, g.book
    row = _found(transaction_id)
    accounts = accounts_of(session, book.id)
    return render_template(
        "ledger/transaction.html",
        row=row,
        accounts=accounts,
        can_edit=book.role.covers(Role.EDITOR) and row.state == State.POSTED and fits_form(row),
        can_delete=book.role.covers(Role.EDITOR),
        history=told(history_of(session, book.id, f"transaction:{row.id}"), accounts, book.timezone),
    )


@bp.get("/transactions/<int:transaction_id>/edit")
@allow(Role.EDITOR)
def edit_transaction(transaction_id: int) -> ResponseReturnValue:
    """The form, filled with what the transaction says."""
    row = _found(transaction_id)
    if reason := _why_not(row):
        flash(reason, "info")
        return redirect(url_for(".transaction", transaction_id=row.id), code=303)
    return _drawn(TransactionForm(g.book, accounts_of(current_deps().session, g.book.id), editing=row), row)


@bp.post("/transactions/<int:transaction_id>/edit")
@allow(Role.EDITOR)
def change_transaction(transaction_id: int) -> ResponseReturnValue:
    """Save what the form says of an existing transaction."""
    deps, book = current_deps(), g.book
    row = _found(transaction_id)
    if reason := _why_not(row):
        flash(reason, "bad")
        return redirect(url_for(".transaction", transaction_id=row.id), code=303)
    form = TransactionForm(book, accounts_of(deps.session, book.id), editing=row)
    saved = taken(form, lambda: edit(row.id, form.to_command(current_user.id), deps=deps))
    if saved is None:
        return _drawn(form, row)
    _say(saved.value, "Changes saved.")
    return redirect(url_for(".transaction", transaction_id=row.id), code=303)


@bp.post("/transactions/<int:transaction_id>/void")
@allow(Role.EDITOR)
def void(transaction_id: int) -> ResponseReturnValue:
    """Delete one; it can come back."""
    try:
        count = void_transactions(g.book.id, [transaction_id], user_id=current_user.id, deps=current_deps())
    except Refused as error:
        flash(error.user_message, "bad")
        return redirect(url_for(".transaction", transaction_id=transaction_id), code=303)
    flash_deleted([transaction_id], count)
    return redirect(url_for(".transactions"), code=303)


@bp.post("/transactions/<int:transaction_id>/restore")
@allow(Role.EDITOR)
def restore(transaction_id: int) -> ResponseReturnValue:
    """Bring a deleted one back."""
    try:
        if restore_transactions(g.book.id, [transaction_id], user_id=current_user.id, deps=current_deps()):
            flash("Transaction restored.", "ok")
    except Refused as error:
        flash(error.user_message, "bad")
    return redirect(url_for(".transaction", transaction_id=transaction_id), code=303)


def _found(transaction_id: int) -> TransactionRow:
    row = one_of(current_deps().session, g.book.id, transaction_id)
    if row is None:
        raise NotInBook("transaction", transaction_id, g.book.id)
    return row


def _why_not(row: TransactionRow) -> str | None:
    if row.state == State.VOID:
        return "This transaction is deleted. Restore it before you change it."
    if row.kind == TransactionKind.OPENING:
        return "An opening balance is changed where its account is."
    return (
        None
        if fits_form(row)
        else "This transaction has more sides than the form can say. Change it where it was made."
    )


def _say(recorded: Recorded, text: str) -> None:
    see = Action("View", url_for(".transaction", transaction_id=recorded.transaction_id), changes=False)
    say("info" if recorded.is_repeat else "ok", text, action=see)
    if recorded.verdict.is_unusual:
        say("warn", recorded.verdict.reason, title="This looks unusual", action=see)


def _drawn(form: TransactionForm, row: TransactionRow | None = None) -> ResponseReturnValue:
    return form_page(form, "ledger/transaction_form.html", row=row, symbol=field_symbol(form.currency))

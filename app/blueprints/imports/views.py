"""Imports: a bank's file on its way into an account, step by step. Nothing is in the books before the last step."""

from pathlib import PurePath

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.imports.forms import NEW_ACCOUNT, SettleForm, UploadForm, settle_form
from app.domain.books import AccountKind, Role
from app.domain.errors import Refused
from app.domain.imports import BEFORE_APPLYING, NOT_WRITTEN, ImportState, RowStatus
from app.ingest.statement import UnreadableFile
from app.queries.accounts import accounts_of, pockets, tree
from app.queries.imports import (
    SHOWN,
    ImportPage,
    ImportView,
    import_page,
    import_view,
    imports_of,
    planned_rows,
    status_counts,
)
from app.queries.understood import Understood
from app.services import imports as services
from app.services.import_plans import FALLBACKS
from app.web.access import allow
from app.web.deps import current_deps, current_settings
from app.web.formats import counted
from app.web.numbers import as_id
from app.web.refusals import form_page, show, taken

bp = Blueprint("imports", __name__, url_prefix="/imports")

MOST_NUMBERS = 1000


@bp.get("")
@allow(Role.VIEWER)
def overview() -> ResponseReturnValue:
    """Give a file, and all earlier imports."""
    return _overview(_upload_form())


@bp.post("")
@allow(Role.EDITOR)
def upload() -> ResponseReturnValue:
    """Read a file. What cannot be read is said beside it, and nothing is kept."""
    form = _upload_form()
    if form.validate():
        given = form.file.data
        try:
            import_id = services.upload(
                g.book.id,
                as_id(form.account_id.data),
                PurePath(given.filename or "").name,
                given.read(),
                new_account=(form.new_account.data or "").strip(),
                user_id=current_user.id,
                deps=current_deps(),
            )
        except UnreadableFile as error:
            form.file.errors = [error.user_message]
        except Refused as error:
            show(form, error)
        else:
            return redirect(url_for(".understood", import_id=import_id), code=303)
    return _overview(form), 422


@bp.get("/<int:import_id>")
@allow(Role.VIEWER)
def understood(import_id: int) -> ResponseReturnValue:
    """What was understood of the file, and what only the person can say."""
    page = _page(import_id)
    if page.view.state not in BEFORE_APPLYING or page.understood is None:
        return redirect(url_for(".summary", import_id=import_id))
    return _understood(page, page.understood, _settle_form(page, page.understood))


@bp.post("/<int:import_id>")
@allow(Role.EDITOR)
def settle(import_id: int) -> ResponseReturnValue:
    """Keep what the person says, read again, and go on to the rows when asked to and nothing is open."""
    page, deps = _page(import_id), current_deps()
    if page.view.state not in BEFORE_APPLYING or page.understood is None:
        return redirect(url_for(".summary", import_id=import_id), code=303)
    form = _settle_form(page, page.understood)
    if not taken(form, lambda: services.settle(form.settled(g.book.id, import_id), deps=deps)):
        return _understood(page, page.understood, form)
    if request.form.get("do") != "plan":
        return redirect(url_for(".understood", import_id=import_id), code=303)
    try:
        services.plan(g.book.id, import_id, deps=deps)
    except Refused as error:
        again = _page(import_id)
        if again.understood is None:
            raise
        form = _settle_form(again, again.understood)
        show(form, Refused(error.user_message, field=form.field_of(error.field)))
        return _understood(again, again.understood, form)
    return redirect(url_for(".preview", import_id=import_id), code=303)


@bp.post("/<int:import_id>/forget")
@allow(Role.EDITOR)
def forget(import_id: int) -> ResponseReturnValue:
    """Read the file as if nothing had been said about it."""
    services.forget_answers(g.book.id, import_id, deps=current_deps())
    return redirect(url_for(".understood", import_id=import_id), code=303)


@bp.get("/<int:import_id>/rows")
@allow(Role.VIEWER)
def preview(import_id: int) -> ResponseReturnValue:
    """Every row with what will happen to it, or has happened."""
    session, book = current_deps().session, g.book
    view = _view(import_id)
    if view.state == ImportState.UPLOADED:
        return redirect(url_for(".understood", import_id=import_id))
    shown = request.args.get("show") if request.args.get("show") in SHOWN else None
    after, before = _number(request.args.get("after")), _number(request.args.get("before"))
    page = planned_rows(session, book.id, view, shown, after=-1 if after is None else after, before=before)
    counts = status_counts(session, book.id, import_id)
    accounts = accounts_of(session, book.id)
    return render_template(
        "imports/preview.html",
        view=view,
        page=page,
        shown=shown,
        counts={name: sum(counts.get(status, 0) for status in statuses) for name, statuses in SHOWN.items()},
        lookalikes=counts.get(RowStatus.MAYBE, 0),
        accounts=accounts,
        spending=tree(accounts, AccountKind.EXPENSE),
        earning=tree(accounts, AccountKind.INCOME),
        statuses=RowStatus,
        not_written=NOT_WRITTEN,
    )


@bp.post("/<int:import_id>/rows")
@allow(Role.EDITOR)
def choose(import_id: int) -> ResponseReturnValue:
    """Leave ticked rows out, take them in again, or put them into a category."""
    book_id, deps, _ = g.book.id, current_deps(), _view(import_id)
    numbers = [number for text in request.form.getlist("ids")[:MOST_NUMBERS] if (number := _number(text)) is not None]
    do, category_id = request.form.get("do"), as_id(request.form.get("category_id"))
    if do == "lookalikes":
        count = services.leave_out_lookalikes(book_id, import_id, deps=deps)
        flash(f"{counted(count, 'row')} left out.", "ok")
    elif not numbers:
        flash("Tick the rows first.", "warn")
    elif do == "leave_out":
        count = services.leave_out(book_id, import_id, numbers, deps=deps)
        flash(f"{counted(count, 'row')} left out.", "ok")
    elif do == "take_in":
        count = services.take_in(book_id, import_id, numbers, deps=deps)
        flash(f"{counted(count, 'row')} taken in again.", "ok")
    elif do == "categorise" and category_id:
        count = services.categorise(book_id, import_id, numbers, category_id, deps=deps)
        flash(f"{counted(count, 'row')} in the category you chose.", "ok")
    else:
        flash("Choose a category first.", "warn")
    show, after, before = (request.args.get(name) for name in ("show", "after", "before"))
    return redirect(url_for(".preview", import_id=import_id, show=show, after=after, before=before), code=303)


@bp.post("/<int:import_id>/apply")
@allow(Role.EDITOR)
def apply(import_id: int) -> ResponseReturnValue:
    """Begin to write what the preview shows."""
    try:
        services.apply(g.book.id, import_id, user_id=current_user.id, deps=current_deps())
    except Refused as error:
        flash(error.user_message, "warn")
    return redirect(url_for(".summary", import_id=import_id), code=303)


@bp.get("/<int:import_id>/summary")
@allow(Role.VIEWER)
def summary(import_id: int) -> ResponseReturnValue:
    """How far it is; and when it is done, what came of it."""
    view = _view(import_id)
    if view.state in BEFORE_APPLYING:
        return redirect(
            url_for(".understood" if view.state == ImportState.UPLOADED else ".preview", import_id=import_id)
        )
    counts = {} if view.is_at_work else status_counts(current_deps().session, g.book.id, import_id)
    return render_template(
        "imports/summary.html",
        view=view,
        counts={name: sum(counts.get(status, 0) for status in statuses) for name, statuses in SHOWN.items()},
        deleted=counts.get(RowStatus.DELETED, 0),
    )


@bp.get("/<int:import_id>/progress")
@allow(Role.VIEWER)
def progress(import_id: int) -> ResponseReturnValue:
    """How far it is, as JSON: {done, total, state, next}, and {error} when it stopped."""
    view = _view(import_id)
    done = view.new_count - view.done_count if view.state == ImportState.UNDOING else view.done_count
    return jsonify(
        done=done,
        total=view.new_count,
        state="failed" if view.error else view.state,
        next=None if view.is_at_work else url_for(".summary", import_id=import_id),
        error=view.error,
    )


@bp.post("/<int:import_id>/continue")
@allow(Role.EDITOR)
def resume(import_id: int) -> ResponseReturnValue:
    """Go on with an import that stopped."""
    services.resume(g.book.id, import_id, user_id=current_user.id, deps=current_deps())
    return redirect(url_for(".summary", import_id=import_id), code=303)


@bp.post("/<int:import_id>/undo")
@allow(Role.EDITOR)
def undo(import_id: int) -> ResponseReturnValue:
    """Begin to take everything out of the books that it made."""
    try:
        services.undo(g.book.id, import_id, user_id=current_user.id, deps=current_deps())
    except Refused as error:
        flash(error.user_message, "warn")
    return redirect(url_for(".summary", import_id=import_id), code=303)


@bp.post("/<int:import_id>/discard")
@allow(Role.EDITOR)
def discard(import_id: int) -> ResponseReturnValue:
    """Throw it away before anything of it is in the books."""
    try:
        services.discard(g.book.id, import_id, deps=current_deps())
    except Refused as error:
        flash(error.user_message, "warn")
        return redirect(url_for(".summary", import_id=import_id), code=303)
    flash("Import discarded. Nothing of it was in your books.", "ok")
    return redirect(url_for(".overview"), code=303)


def _upload_form() -> UploadForm:
    deps = current_deps()
    accounts = accounts_of(deps.session, g.book.id)
    own = pockets(accounts)
    form = UploadForm(account_id=str(own[0].id) if own else NEW_ACCOUNT)
    form.offer(accounts)
    return form


def _overview(form: UploadForm) -> str:
    deps = current_deps()
    return render_template(
        "imports/overview.html",
        form=form,
        imports=imports_of(deps.session, g.book.id, deps.now()),
        max_bytes=current_settings().upload_limit_mb * 1024 * 1024,
        states=ImportState,
    )


def _view(import_id: int) -> ImportView:
    deps = current_deps()
    return import_view(deps.session, g.book.id, import_id, deps.now())


def _page(import_id: int) -> ImportPage:
    deps = current_deps()
    return import_page(deps.session, g.book.id, import_id, deps.now())


def _settle_form(page: ImportPage, known: Understood) -> SettleForm:
    accounts = accounts_of(current_deps().session, g.book.id)
    form = settle_form(page, known, accounts, g.book.currency)
    for field, kind in ((form.spending_id, AccountKind.EXPENSE), (form.income_id, AccountKind.INCOME)):
        if field.data is None and not field.raw_data:
            wanted = FALLBACKS[g.book.kind, kind]
            field.data = next(
                (branch.account.id for branch in tree(accounts, kind) if branch.account.name == wanted), None
            )
    return form


def _understood(page: ImportPage, known: Understood, form: SettleForm) -> ResponseReturnValue:
    return form_page(
        form,
        "imports/understood.html",
        view=page.view,
        known=known,
        has_answers=bool(page.answers.file),
        base_currency=g.book.currency,
    )


def _number(text: str | None) -> int | None:
    """The number of a row, which counts from 0; None for anything else."""
    return 0 if text == "0" else as_id(text)

"""The list of transactions: read it, narrow it, change many at once, take it away as CSV."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.ledger.export import csv_lines
from app.blueprints.ledger.filters import Asked, asked_for, periods_offered
from app.blueprints.ledger.lines import Line, line_of
from app.domain.books import AccountKind, Role
from app.domain.errors import Refused
from app.domain.texts import clean
from app.queries.accounts import accounts_of, pockets, tree
from app.queries.payees import suggestions
from app.queries.transaction_sums import day_sums, sums_of
from app.queries.transactions import all_of, page_of, unusual_count
from app.services.transactions import (
    recategorise_transactions,
    restore_transactions,
    tag_transactions,
    void_transactions,
)
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.flashes import Action, say
from app.web.formats import counted, week_day
from app.web.numbers import as_id

MOST_AT_ONCE = 100

bp = Blueprint("ledger", __name__)


@dataclass(frozen=True, slots=True)
class DayGroup:
    """The listed transactions of one day, and what remained of the whole day; none where that says nothing."""

    label: str
    total_minor: int | None
    lines: list[Line]


@bp.get("/transactions")
@allow(Role.VIEWER)
def transactions() -> ResponseReturnValue:
    """A page of transactions, newest first."""
    session, book_id = current_deps().session, g.book.id
    accounts = accounts_of(session, book_id)
    asked = asked_for(accounts)
    page = page_of(session, book_id, asked.filters, before=asked.before, after=asked.after)
    on_accounts, currency = bool(asked.filters.account_ids), g.book.currency
    lines = [line_of(row, accounts, on_accounts=on_accounts, currency=currency) for row in page.rows]
    return render_template(
        "ledger/transactions.html",
        asked=asked,
        page=page,
        days=_by_day(lines, day_sums(session, book_id, asked.filters, (row.occurred_on for row in page.rows))),
        sums=sums_of(session, book_id, asked.filters),
        unusual=unusual_count(session, book_id),
        periods=periods_offered(),
        pockets=pockets(accounts, keep=[asked.account.id] if asked.account else ()),
        spending=tree(accounts, AccountKind.EXPENSE),
        earning=tree(accounts, AccountKind.INCOME),
    )


@bp.get("/transactions.csv")
@allow(Role.VIEWER)
def export() -> ResponseReturnValue:
    """The whole of the current list as CSV, sent while it is read."""
    session, book = current_deps().session, g.book
    asked = asked_for(accounts_of(session, book.id))
    lines = csv_lines(all_of(session, book.id, asked.filters), book.currency)
    name = f"transactions-{asked.month or today().isoformat()}.csv"
    return Response(
        stream_with_context(lines),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@bp.get("/payees.json")
@allow(Role.VIEWER)
def payees() -> ResponseReturnValue:
    """Payees that fit what is typed, best first, with the category and account used last time."""
    found = suggestions(current_deps().session, g.book.id, clean(request.args.get("q"), 120))
    return jsonify(
        [{"value": each.name, "category_id": each.category_id, "account_id": each.account_id} for each in found]
    )


@bp.post("/transactions/bulk")
@allow(Role.EDITOR)
def bulk() -> ResponseReturnValue:
    """Do one thing to many transactions, say to how many it was done, and go back to the list they were ticked in."""
    deps, book_id = current_deps(), g.book.id
    asked = asked_for(accounts_of(deps.session, book_id))
    ids = sorted({number for text in request.values.getlist("ids") if (number := as_id(text))})
    acts: dict[str, Callable[[Sequence[int]], None]] = {
        "recategorise": _recategorise,
        "tag": _tag,
        "void": _void,
        "restore": _restore,
    }
    act = acts.get(request.values.get("do", ""))
    if act is None:
        flash("Choose what to do with the transactions.", "bad")
    elif not ids:
        flash("Tick the transactions first.", "bad")
    elif len(ids) > MOST_AT_ONCE:
        flash(f"Tick at most {MOST_AT_ONCE} transactions at once.", "bad")
    else:
        try:
            act(ids)
        except Refused as error:
            flash(error.user_message, "bad")
    return redirect(_back(asked), code=303)


def _back(asked: Asked) -> str:
    place = {name: str(value) for name, value in (("before", asked.before), ("after", asked.after)) if value}
    return asked.url(**place)


def _recategorise(ids: Sequence[int]) -> None:
    category_id = as_id(request.form.get("category_id"))
    if category_id is None:
        raise Refused("Choose the category to change to.")
    count = recategorise_transactions(g.book.id, ids, category_id, user_id=current_user.id, deps=current_deps())
    left = len(ids) - count
    rest = f" {left} stayed as {'it was' if left == 1 else 'they were'}." if left else ""
    flash(f"Changed the category of {_said(count)}.{rest}", "ok" if count else "info")


def _tag(ids: Sequence[int]) -> None:
    count = tag_transactions(g.book.id, ids, request.form.get("tag", ""), user_id=current_user.id, deps=current_deps())
    flash(f"Tagged {_said(count)}." if count else "They all had that tag already.", "ok" if count else "info")


def _void(ids: Sequence[int]) -> None:
    count = void_transactions(g.book.id, ids, user_id=current_user.id, deps=current_deps())
    flash_deleted(ids, count)


def _restore(ids: Sequence[int]) -> None:
    count = restore_transactions(g.book.id, ids, user_id=current_user.id, deps=current_deps())
    flash(f"Restored {_said(count)}." if count else "Nothing was deleted there.", "ok" if count else "info")


def flash_deleted(ids: Sequence[int], count: int) -> None:
    """Say how many are gone, and offer to bring them back."""
    if count:
        say("ok", f"Deleted {_said(count)}.", action=Action("Undo", url_for(".bulk", do="restore", ids=list(ids))))
    else:
        flash("They were deleted already.", "info")


def _said(count: int) -> str:
    return counted(count, "transaction")


def _by_day(lines: Sequence[Line], totals: dict[date, int]) -> list[DayGroup]:
    return [
        DayGroup(_label(day), totals.get(day), list(group))
        for day, group in groupby(lines, lambda line: line.row.occurred_on)
    ]


def _label(day: date) -> str:
    now = today()
    name = week_day(day) if day.year == now.year else f"{week_day(day)} {day.year}"
    if day == now:
        return f"Today, {name}"
    return f"Yesterday, {name}" if day == now - timedelta(days=1) else name

"""Removing a thing that posted by itself (a loan, a deposit, a holding), so that it can come back as it was."""

import json
from collections.abc import Iterable

from sqlalchemy import select

from app.domain.books import State
from app.models.transaction import Transaction
from app.services.accounts import set_archived
from app.services.schedules import set_removed
from app.services.transactions import restore_void, void_posted
from app.services.uow import BookWork


def take_out(
    work: BookWork,
    transaction_ids: Iterable[int],
    *,
    account_ids: Iterable[int] = (),
    schedule_ids: Iterable[int] = (),
) -> str:
    """Delete what the thing posted, put its accounts away and stop its schedules. Returns what `bring_back` needs, as a text to keep.

    What people or imports entered on its accounts stays.
    """
    posted = work.session.scalars(
        select(Transaction.id)
        .where(
            Transaction.book_id == work.book.id,
            Transaction.id.in_(set(transaction_ids)),
            Transaction.state == State.POSTED,
        )
        .order_by(Transaction.id)
    ).all()
    void_posted(work, posted)
    for account_id in account_ids:
        set_archived(work, account_id, is_archived=True)
    for schedule_id in schedule_ids:
        set_removed(work, schedule_id, is_removed=True)
    return json.dumps(list(posted))


def bring_back(
    work: BookWork, taken: str, *, account_ids: Iterable[int] = (), schedule_ids: Iterable[int] = ()
) -> None:
    """Undo `take_out`: what it deleted counts again. What was restored or changed meanwhile stays as it is."""
    for account_id in account_ids:
        set_archived(work, account_id, is_archived=False)
    for schedule_id in schedule_ids:
        set_removed(work, schedule_id, is_removed=False)
    restore_void(work, json.loads(taken))

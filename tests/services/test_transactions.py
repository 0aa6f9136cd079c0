from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.transaction import DayTotal
from app.queries.verification import verify_book
from app.services.deps import Deps
from app.services.transactions import Recorded, restore_transactions, void_transactions


def test_a_saved_expense_is_in_the_totals_of_its_day(
    session: Session, make_book: Callable[..., int], spend: Callable[..., Recorded]
) -> None:
    book = make_book()

    spend(book, 25_000)
    spend(book, 1_050, payee="Big Bazaar", tags=("weekly",))

    assert session.scalars(select(DayTotal.expense_minor).where(DayTotal.book_id == book)).all() == [26_050]
    assert verify_book(session, book).differences == ()


def test_a_void_transaction_counts_nowhere_until_it_is_restored(
    session: Session, deps: Deps, make_book: Callable[..., int], spend: Callable[..., Recorded]
) -> None:
    book = make_book()
    saved = spend(book, 25_000).transaction_id

    assert void_transactions(book, [saved], user_id=None, deps=deps) == 1
    assert void_transactions(book, [saved], user_id=None, deps=deps) == 0
    emptied = verify_book(session, book)
    assert restore_transactions(book, [saved], user_id=None, deps=deps) == 1

    assert (emptied.legs, emptied.differences) == (0, ())
    restored = verify_book(session, book)
    assert (restored.legs, restored.result_minor, restored.differences) == (2, -25_000, ())

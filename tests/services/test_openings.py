from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.books import Direction, State, Subtype, TransactionKind
from app.domain.errors import Refused
from app.models.transaction import Transaction
from app.queries.verification import verify_book
from app.services.accounts import AccountCommand, add_account, change_account
from app.services.deps import Deps
from app.services.transactions import Line, TransactionCommand, record_transaction, restore_transactions


def test_a_former_opening_balance_stays_deleted_while_the_account_has_another(
    deps: Deps, session: Session, make_book: Callable[..., int]
) -> None:
    book, begun = make_book(), date(2026, 4, 1)
    command = AccountCommand(book, None, "Savings", Subtype.BANK, "INR")
    account_id = add_account(command, opening_minor=100_000, opening_on=begun, deps=deps)
    change_account(account_id, command, opening=(70_000, None, begun), deps=deps)
    openings = select(Transaction.id).where(Transaction.kind == TransactionKind.OPENING)
    former = session.scalars(openings.where(Transaction.state == State.VOID)).one()

    with pytest.raises(Refused, match="another opening balance"):
        restore_transactions(book, [former], user_id=None, deps=deps)
    change_account(account_id, command, opening=(0, None, begun), deps=deps)
    assert restore_transactions(book, [former], user_id=None, deps=deps) == 1

    proof = verify_book(session, book)
    assert (proof.assets_minor, proof.equity_minor, proof.differences) == (100_000, 100_000, ())


def test_an_account_begins_on_a_day_that_a_book_has(deps: Deps, make_book: Callable[..., int]) -> None:
    command = AccountCommand(make_book(), None, "Savings", Subtype.BANK, "INR")

    with pytest.raises(Refused, match="between 1950 and") as refused:
        add_account(command, opening_minor=1, opening_on=date(1, 1, 1), deps=deps)

    assert refused.value.field == "opening_on"


def test_a_part_that_is_worth_nothing_in_the_books_currency_is_refused_whole(
    deps: Deps, session: Session, make_book: Callable[..., int], account: Callable[[int, str], int]
) -> None:
    book = make_book()
    yen = add_account(AccountCommand(book, None, "Yen", Subtype.CASH, "JPY"), deps=deps)
    lines = (Line(account(book, "Groceries"), 99), Line(account(book, "Dining"), 1))
    command = TransactionCommand(book, None, Direction.OUT, date(2026, 11, 20), yen, 100, lines, base_minor=1)

    with pytest.raises(Refused, match="worth less than the smallest amount") as refused:
        record_transaction(command, deps=deps)

    assert (refused.value.field, verify_book(session, book).transactions) == ("lines", 0)

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.books import AccountKind, Need, Subtype
from app.domain.errors import NotInBook, Refused
from app.models.account import Account as Row
from app.queries.accounts import accounts_of, balances
from app.queries.verification import verify_book
from app.services.accounts import (
    AccountCommand,
    CategoryCommand,
    add_account,
    add_category,
    change_account,
    change_category,
    merge_category,
)
from app.services.deps import Deps
from app.services.transactions import Recorded, void_transactions

Account = Callable[[int, str], int]
DAY = date(2026, 1, 1)


@pytest.fixture
def book(make_book: Callable[..., int]) -> int:
    return make_book()


def balance(session: Session, book: int, account_id: int) -> int:
    return next(
        each.amount_minor
        for each in balances(session, book, accounts_of(session, book))
        if each.account.id == account_id
    )


@pytest.mark.parametrize(("subtype", "sign"), [(Subtype.BANK, 1), (Subtype.CARD, -1)])
def test_a_corrected_opening_balance_replaces_the_old_one(
    deps: Deps, session: Session, book: int, subtype: Subtype, sign: int
) -> None:
    command = AccountCommand(book, None, "HDFC", subtype, "INR")
    made = add_account(command, opening_minor=5_000, opening_on=DAY, deps=deps)

    change_account(made, command, opening=(7_500, None, DAY), deps=deps)
    corrected = balance(session, book, made)
    change_account(made, command, opening=(0, None, None), deps=deps)

    assert corrected == sign * 7_500
    assert balance(session, book, made) == 0
    assert verify_book(session, book).differences == ()


def test_an_unchanged_opening_balance_posts_nothing(deps: Deps, session: Session, book: int) -> None:
    command = AccountCommand(book, None, "HDFC", Subtype.BANK, "INR")
    made = add_account(command, opening_minor=5_000, opening_on=DAY, deps=deps)

    change_account(made, command, opening=(5_000, None, DAY), deps=deps)

    assert verify_book(session, book).transactions == 1


def test_an_opening_balance_abroad_needs_its_amount_in_the_book(deps: Deps, session: Session, book: int) -> None:
    command = AccountCommand(book, None, "Wise", Subtype.BANK, "USD")

    with pytest.raises(Refused) as refusal:
        add_account(command, opening_minor=100, opening_on=DAY, deps=deps)

    assert refusal.value.field == "opening_base"
    assert "Wise" not in {each.name for each in accounts_of(session, book).values()}


@pytest.mark.parametrize("name", ["", "  ", "groceries", "  GROCERIES ", "ＧＲＯＣＥＲＩＥＳ"])
def test_a_category_needs_a_name_of_its_own(deps: Deps, book: int, name: str) -> None:
    with pytest.raises(Refused) as refusal:
        add_category(CategoryCommand(book, None, name, AccountKind.EXPENSE), deps=deps)

    assert refusal.value.field == "name"


def test_a_name_that_grows_when_it_is_compared_still_fits(
    deps: Deps, book: int, session: Session, spend: Callable[..., Recorded]
) -> None:
    spend(book, payee="ﷺ" * 120)
    made = add_category(CategoryCommand(book, None, "ﷺ" * 80, AccountKind.EXPENSE), deps=deps)

    assert session.scalar(select(Row.name).where(Row.id == made)) == "ﷺ" * 80


def test_a_category_cannot_stand_under_itself_or_under_another_kind(deps: Deps, book: int, account: Account) -> None:
    transport, fuel, salary = (account(book, name) for name in ("Transport", "Fuel", "Salary"))

    for child, parent in ((transport, fuel), (transport, transport), (fuel, salary)):
        with pytest.raises(Refused):
            change_category(
                child, CategoryCommand(book, None, f"New {child}", AccountKind.EXPENSE, parent_id=parent), deps=deps
            )


def test_income_has_no_need(deps: Deps, session: Session, book: int, account: Account) -> None:
    change_category(
        account(book, "Salary"), CategoryCommand(book, None, "Pay", AccountKind.INCOME, need=Need.ESSENTIAL), deps=deps
    )

    assert accounts_of(session, book)[account(book, "Pay")].need == Need.NONE


def test_a_merge_moves_every_entry_also_deleted_ones_and_archives_the_first(
    deps: Deps, session: Session, book: int, account: Account, spend: Callable[..., Recorded]
) -> None:
    dining, groceries = account(book, "Dining"), account(book, "Groceries")
    ids = [spend(book, 100 + n, category="Dining").transaction_id for n in range(3)]
    void_transactions(book, ids[:1], user_id=None, deps=deps)

    moved = merge_category(dining, groceries, book_id=book, user_id=None, deps=deps)

    assert moved == 2
    assert accounts_of(session, book)[dining].is_archived
    assert verify_book(session, book).differences == ()
    with pytest.raises(Refused):
        merge_category(groceries, dining, book_id=book, user_id=None, deps=deps)


def test_another_books_category_cannot_be_merged_or_changed(
    deps: Deps, book: int, account: Account, make_book: Callable[..., int], make_user: Callable[..., int]
) -> None:
    other = make_book(make_user("bob@example.com"))

    with pytest.raises(NotInBook):
        merge_category(account(other, "Dining"), account(book, "Dining"), book_id=book, user_id=None, deps=deps)
    with pytest.raises(NotInBook):
        change_account(account(other, "Cash"), AccountCommand(book, None, "Mine", Subtype.CASH, "INR"), deps=deps)

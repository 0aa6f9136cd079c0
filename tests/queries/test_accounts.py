from collections.abc import Callable
from datetime import date

from sqlalchemy.orm import Session

from app.domain.books import AccountKind, Direction, Subtype
from app.domain.periods import Month
from app.queries.accounts import (
    CategorySums,
    accounts_of,
    balances,
    category_sums,
    opening_of,
    pockets,
    tree,
    uses_of,
    with_parts,
)
from app.services.accounts import AccountCommand, add_account, archive_account
from app.services.deps import Deps
from app.services.transactions import Line, Recorded, TransactionCommand, record_transaction

Account = Callable[[int, str], int]


def test_a_tree_has_each_category_after_what_it_stands_under(session: Session, make_book: Callable[..., int]) -> None:
    branches = tree(accounts_of(session, make_book()), AccountKind.EXPENSE)
    titles = [branch.title for branch in branches]

    assert titles[titles.index("Transport") :][:3] == ["Transport", "Transport › Fuel", "Transport › Taxi and auto"]
    assert [branch.depth for branch in branches if branch.path] == [1, 1, 1, 1]


def test_a_category_whose_parent_is_archived_stands_at_the_top(
    deps: Deps, session: Session, make_book: Callable[..., int], account: Account
) -> None:
    book = make_book()
    archive_account(account(book, "Transport"), is_archived=True, book_id=book, user_id=None, deps=deps)

    titles = [branch.title for branch in tree(accounts_of(session, book), AccountKind.EXPENSE)]

    assert "Fuel" in titles
    assert "Transport" not in titles
    assert "Transport › Fuel" in [
        branch.title for branch in tree(accounts_of(session, book), AccountKind.EXPENSE, archived=True)
    ]


def test_balances_are_what_was_put_in_less_what_was_taken_out(
    deps: Deps, session: Session, make_book: Callable[..., int], spend: Callable[..., Recorded]
) -> None:
    book = make_book()
    dollars = add_account(AccountCommand(book, None, "Wise", Subtype.BANK, "USD"), opening_minor=500, opening_base_minor=41_500, opening_on=date(2026, 1, 1), deps=deps)  # fmt: skip
    card = add_account(AccountCommand(book, None, "Card", Subtype.CARD, "INR"), opening_minor=9_000, opening_on=date(2026, 1, 1), deps=deps)  # fmt: skip
    spend(book, 25_000)

    found = {each.account.name: (each.amount_minor, each.base_minor) for each in balances(session, book, accounts_of(session, book))}  # fmt: skip
    opening = opening_of(session, book, card)

    assert found["Cash"] == (-25_000, -25_000)
    assert found["Wise"] == (500, 41_500)
    assert found["Card"] == (-9_000, -9_000)
    assert "Groceries" not in found
    assert opening is not None
    assert (opening.amount_minor, opening.occurred_on) == (-9_000, date(2026, 1, 1))
    assert opening_of(session, book, dollars + 1000) is None


def test_a_category_counts_what_stands_under_it_and_income_is_positive(
    deps: Deps, session: Session, make_book: Callable[..., int], spend: Callable[..., Recorded], account: Account
) -> None:
    book = make_book()
    spend(book, 100, category="Fuel")
    spend(book, 50, category="Transport")
    spend(book, 7, category="Fuel", occurred_on=date(2025, 12, 31))
    spend(book, 9_999, category="Fuel", occurred_on=date(2025, 11, 30))  # thirteen months ago
    record_transaction(TransactionCommand(book, None, Direction.IN, date(2026, 11, 1), account(book, "Cash"), 800, lines=(Line(account(book, "Salary"), 800),)), deps=deps)  # fmt: skip

    sums = category_sums(session, book, accounts_of(session, book), Month(2026, 11))

    assert sums[account(book, "Transport")] == CategorySums(150, 157)
    assert sums[account(book, "Fuel")] == CategorySums(100, 107)
    assert sums[account(book, "Salary")] == CategorySums(800, 800)
    assert sums[account(book, "Rent")] == CategorySums(0, 0)
    assert uses_of(session, book, account(book, "Fuel")) == 3


def test_only_accounts_that_people_pay_with_are_offered(
    deps: Deps, session: Session, make_book: Callable[..., int], account: Account
) -> None:
    book = make_book()
    cash = account(book, "Cash")
    archive_account(cash, is_archived=True, book_id=book, user_id=None, deps=deps)
    found = accounts_of(session, book)

    assert [each.name for each in pockets(found)] == ["Bank account"]
    assert [each.name for each in pockets(found, keep=[cash])] == ["Bank account", "Cash"]
    assert with_parts(found, cash) == [cash]

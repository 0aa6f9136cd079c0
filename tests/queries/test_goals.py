import random
from collections.abc import Callable
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.domain.books import Direction, Subtype
from app.domain.worth import GoalBasis
from app.queries.goals import GoalRow, GoalView, chance, standing
from app.queries.net_worth import net_worth
from app.services.accounts import AccountCommand, add_account
from app.services.deps import Deps
from app.services.transactions import Line, TransactionCommand, record_transaction

pytestmark = pytest.mark.sqlite_only
TODAY = date(2026, 11, 22)


def save_each_month(deps: Deps, book: int, account: Callable[[int, str], int], first: int, last: int) -> None:
    """10,000 earned on the 5th and 4,000 spent on the 6th of each month of 2026."""
    bank, salary, food = account(book, "Bank account"), account(book, "Salary"), account(book, "Groceries")
    for month in range(first, last + 1):
        for direction, day, category, minor in (
            (Direction.IN, 5, salary, 1_000_000),
            (Direction.OUT, 6, food, 400_000),
        ):
            record_transaction(
                TransactionCommand(book, None, direction, date(2026, month, day), bank, minor, lines=(Line(category, minor),)),
                deps=deps,
            )  # fmt: skip


def see(session: Session, book: int, target: int, basis: GoalBasis, *accounts: int, by_on: date = date(2027, 5, 31)) -> GoalView:  # fmt: skip
    session.rollback()
    goal = GoalRow(1, "Car", target, by_on, basis, date(2026, 3, 9), accounts)
    return standing(goal, net_worth(session, book, "INR", TODAY))


def test_what_is_saved_counts_from_its_month_on(
    deps: Deps, session: Session, make_book: Callable[..., int], account: Callable[[int, str], int]
) -> None:
    book = make_book()
    save_each_month(deps, book, account, 1, 11)
    view = see(session, book, 9_000_000, GoalBasis.SAVINGS)

    assert (view.reached_minor, view.months_left, view.need_minor) == (9 * 600_000, 6, 600_000)
    assert (view.history, view.usual_minor, view.chance) == (
        9,
        600_000,
        1000,
    )  # the first and the current month are not whole
    assert see(session, book, 9_000_001, GoalBasis.SAVINGS).chance == 0
    assert see(session, book, 5_400_000, GoalBasis.SAVINGS).is_reached


def test_what_is_in_accounts_counts_but_their_opening_balance_was_not_saved(
    deps: Deps, session: Session, make_book: Callable[..., int], account: Callable[[int, str], int]
) -> None:
    book = make_book()
    save_each_month(deps, book, account, 1, 11)
    fund = add_account(AccountCommand(book, None, "Fund", Subtype.BANK, "INR"), opening_minor=5_000_000, opening_on=date(2026, 2, 1), deps=deps)  # fmt: skip
    for month in range(3, 12):
        record_transaction(
            TransactionCommand(book, None, Direction.TRANSFER, date(2026, month, 7), account(book, "Bank account"), 100_000, to_account_id=fund),
            deps=deps,
        )  # fmt: skip
    view = see(session, book, 6_500_000, GoalBasis.ACCOUNTS, fund)

    assert (view.reached_minor, view.need_minor, view.usual_minor) == (5_900_000, 100_000, 100_000)
    assert view.chance == 1000
    assert see(session, book, 6_500_001, GoalBasis.ACCOUNTS, fund).chance == 0


def test_with_less_than_six_whole_months_nothing_is_said(
    deps: Deps,
    session: Session,
    make_book: Callable[..., int],
    make_user: Callable[..., int],
    account: Callable[[int, str], int],
) -> None:
    book = make_book()
    save_each_month(deps, book, account, 5, 11)
    view = see(session, book, 90_000_000, GoalBasis.SAVINGS)

    assert (view.history, view.chance, view.usual_minor) == (5, None, None)
    assert see(session, book, 9, GoalBasis.SAVINGS, by_on=date(2026, 11, 1)).months_left == 0
    assert see(session, make_book(make_user("bob@example.com")), 9, GoalBasis.ACCOUNTS, 77).history == 0


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(-(10**7), 10**7), min_size=6, max_size=36), st.integers(1, 600))
def test_more_to_save_is_never_likelier_and_the_same_question_has_the_same_answer(history: list[int], months: int) -> None:  # fmt: skip
    goals = [-(10**9), 0, 10**5, 10**7, 10**9, 10**12]
    chances = [chance(history, goal, months) for goal in goals]

    assert chances == [chance(history, goal, months) for goal in goals]
    assert all(more <= less for less, more in pairwise(chances))
    assert chances[0] == 1000
    assert chances[-1] == 0


def test_the_chance_is_that_of_drawing_months_again() -> None:
    dice = random.Random(3)
    history = [dice.randrange(-20_000, 60_000) for _ in range(24)]
    drawn = sum(sum(dice.choices(history, k=14)) >= 300_000 for _ in range(20_000)) / 20

    assert abs(chance(history, 300_000, 14) - drawn) < 25

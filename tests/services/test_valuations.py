from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from app.domain.books import Subtype
from app.domain.errors import FinTrakError, NotInBook, Refused
from app.domain.worth import GoalBasis, PropertyKind
from app.queries.accounts import accounts_of, balances
from app.queries.goals import goals_of
from app.queries.net_worth import net_worth
from app.queries.valuations import PropertyView, property_of
from app.queries.verification import verify_book
from app.services.accounts import AccountCommand, add_account
from app.services.deps import Deps
from app.services.goals import GoalCommand, add_goal, change_goal, set_goal_removed
from app.services.valuations import (
    LOSS,
    PROFIT,
    PropertyCommand,
    ValuationCommand,
    add_property,
    add_valuation,
    change_property,
    change_valuation,
    remove_property,
    restore_property,
    sell_property,
    set_valuation_removed,
    undo_sale,
)

TODAY = date(2026, 11, 22)
Accounts = Callable[[int, str], int]


def state(session: Session, book: int) -> dict[str, int]:
    """What each account in use holds, and that the books are sound."""
    session.rollback()
    assert verify_book(session, book).differences == ()
    accounts = accounts_of(session, book)
    return {each.account.name: each.base_minor for each in balances(session, book, accounts) if each.base_minor}


def seen(session: Session, book: int, property_id: int) -> PropertyView:
    session.rollback()
    return property_of(session, book, property_id)


def house(book: int, **changes: object) -> PropertyCommand:
    values: dict[str, object] = {"name": "Flat", "kind": PropertyKind.HOUSE, "cost_minor": 5_000_000, "on": date(2025, 4, 1)} | changes  # fmt: skip
    return PropertyCommand(book, None, **values)  # type: ignore[arg-type]


def test_a_property_is_bought_or_was_there_before_and_its_cost_can_be_corrected(
    deps: Deps, session: Session, make_book: Callable[..., int], account: Accounts
) -> None:
    book = make_book()
    bank = account(book, "Bank account")
    flat = add_property(house(book, from_account_id=bank), deps=deps)
    land = add_property(house(book, name="Land", kind=PropertyKind.LAND, cost_minor=900_000), deps=deps)
    assert state(session, book) == {"Flat": 5_000_000, "Bank account": -5_000_000, "Land": 900_000}

    change_property(flat, house(book, name="Flat in Pune", cost_minor=5_200_000, on=date(2025, 5, 1)), deps=deps)
    change_property(land, house(book, name="Land", cost_minor=900_000, notes="Survey 12"), deps=deps)
    assert state(session, book) == {"Flat in Pune": 5_200_000, "Land": 900_000}
    assert seen(session, book, flat).since_on == date(2025, 5, 1)
    assert seen(session, book, land).notes == "Survey 12"


def test_a_removed_property_comes_back_as_it_was(
    deps: Deps, session: Session, make_book: Callable[..., int], account: Accounts
) -> None:
    book = make_book()
    bank = account(book, "Bank account")
    flat = add_property(house(book, from_account_id=bank), deps=deps)
    add_valuation(flat, ValuationCommand(book, None, date(2026, 1, 1), 6_000_000), deps=deps)
    sell_property(flat, date(2026, 10, 1), 6_100_000, bank, book_id=book, user_id=None, deps=deps)
    before = (state(session, book), seen(session, book, flat))

    assert remove_property(flat, book_id=book, user_id=None, deps=deps) == "Flat"
    assert state(session, book) == {}
    with pytest.raises(NotInBook):
        property_of(session, book, flat)
    other = add_property(house(book), deps=deps)  # its name is free
    with pytest.raises(Refused, match="already"):
        restore_property(flat, book_id=book, user_id=None, deps=deps)
    remove_property(other, book_id=book, user_id=None, deps=deps)

    restore_property(flat, book_id=book, user_id=None, deps=deps)
    assert (state(session, book), seen(session, book, flat)) == before


@pytest.mark.parametrize(("got", "category", "minor"), [(7_000_000, PROFIT, -2_000_000), (4_000_000, LOSS, 1_000_000)])
def test_a_sale_brings_the_money_and_says_profit_or_loss_and_can_be_undone(
    *,
    deps: Deps,
    session: Session,
    make_book: Callable[..., int],
    account: Accounts,
    got: int,
    category: str,
    minor: int,
) -> None:
    book = make_book()
    bank = account(book, "Bank account")
    flat = add_property(house(book), deps=deps)
    add_valuation(flat, ValuationCommand(book, None, date(2026, 1, 1), 6_000_000), deps=deps)
    sell_property(flat, date(2026, 10, 1), got, bank, book_id=book, user_id=None, deps=deps)
    worth = net_worth(session, book, "INR", TODAY)

    assert state(session, book) == {"Bank account": got}
    assert account(book, category)
    assert worth.moved[-2].saved_minor == -minor
    assert worth.now
    assert worth.now.worth_minor == got  # the old valuation counts no more
    with pytest.raises(Refused, match="sold already"):
        sell_property(flat, date(2026, 10, 2), 1, bank, book_id=book, user_id=None, deps=deps)
    with pytest.raises(Refused, match="Undo the sale"):
        change_property(flat, house(book, cost_minor=1), deps=deps)
    undo_sale(flat, book_id=book, user_id=None, deps=deps)
    assert state(session, book) == {"Flat": 5_000_000}


@pytest.mark.sqlite_only
def test_a_valuation_is_changed_removed_and_comes_back(
    deps: Deps, session: Session, make_book: Callable[..., int]
) -> None:
    book = make_book()
    flat = add_property(house(book), deps=deps)
    first = add_valuation(flat, ValuationCommand(book, None, date(2026, 1, 1), 6_000_000, "Bank"), deps=deps)
    second = add_valuation(flat, ValuationCommand(book, None, date(2026, 6, 1), 7_000_000), deps=deps)
    change_valuation(first, ValuationCommand(book, None, date(2026, 2, 1), 6_500_000, "Agent"), deps=deps)
    thing = seen(session, book, flat)

    assert [(each.on, each.value_minor, each.note) for each in thing.valuations] == [(date(2026, 2, 1), 6_500_000, "Agent"), (date(2026, 6, 1), 7_000_000, "")]  # fmt: skip
    days = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 6, 1), TODAY]
    assert [each and each.value_minor for each in map(thing.valued_on, days)] == [None, 6_500_000, 7_000_000, 7_000_000]

    set_valuation_removed(second, is_removed=True, book_id=book, user_id=None, deps=deps)
    assert len(seen(session, book, flat).valuations) == 1
    assert add_valuation(flat, ValuationCommand(book, None, date(2026, 6, 1), 1), deps=deps) == second
    with pytest.raises(NotInBook):
        set_valuation_removed(second, is_removed=False, book_id=book, user_id=None, deps=deps)


@pytest.mark.sqlite_only
def test_nothing_that_cannot_be_is_saved(
    deps: Deps, session: Session, make_book: Callable[..., int], make_user: Callable[..., int], account: Accounts
) -> None:
    book, other = make_book(), make_book(make_user("bob@example.com"))
    strange = account(other, "Bank account")
    dollars = add_account(AccountCommand(book, None, "Dollars", Subtype.BANK, "USD"), deps=deps)
    flat = add_property(house(book), deps=deps)
    before = state(session, book)
    bad: list[Callable[[], object]] = [
        lambda: add_property(house(book, name=" "), deps=deps),
        lambda: add_property(house(book, name="flat"), deps=deps),
        lambda: add_property(house(book, name="B", cost_minor=0), deps=deps),
        lambda: add_property(house(book, name="B", cost_minor=10**15), deps=deps),
        lambda: add_property(house(book, name="B", on=date(2026, 11, 23)), deps=deps),
        lambda: add_property(house(book, name="B", on=date(1800, 1, 1)), deps=deps),
        lambda: add_property(house(book, name="B", from_account_id=strange), deps=deps),
        lambda: add_property(house(book, name="B", from_account_id=dollars), deps=deps),
        lambda: change_property(flat, house(other), deps=deps),
        lambda: add_valuation(flat, ValuationCommand(book, None, date(2025, 3, 31), 5), deps=deps),
        lambda: add_valuation(flat, ValuationCommand(book, None, date(2026, 11, 23), 5), deps=deps),
        lambda: add_valuation(flat, ValuationCommand(book, None, TODAY, -5), deps=deps),
        lambda: add_valuation(flat, ValuationCommand(other, None, TODAY, 5), deps=deps),
        lambda: sell_property(flat, date(2025, 3, 1), 5, account(book, "Cash"), book_id=book, user_id=None, deps=deps),
        lambda: sell_property(flat, TODAY, 0, account(book, "Cash"), book_id=book, user_id=None, deps=deps),
        lambda: sell_property(flat, TODAY, 5, strange, book_id=book, user_id=None, deps=deps),
        lambda: undo_sale(flat, book_id=book, user_id=None, deps=deps),
        lambda: remove_property(flat, book_id=other, user_id=None, deps=deps),
        lambda: restore_property(flat, book_id=book, user_id=None, deps=deps),
        lambda: add_goal(goal(book, name=""), deps=deps),
        lambda: add_goal(goal(book, target_minor=0), deps=deps),
        lambda: add_goal(goal(book, by_on=TODAY), deps=deps),
        lambda: add_goal(goal(book, by_on=date(2090, 1, 1)), deps=deps),
        lambda: add_goal(goal(book, start_on=date(2026, 11, 23)), deps=deps),
        lambda: add_goal(goal(book, basis=GoalBasis.ACCOUNTS), deps=deps),
        lambda: add_goal(goal(book, basis=GoalBasis.ACCOUNTS, account_ids=(strange,)), deps=deps),
    ]
    for each in bad:
        with pytest.raises(FinTrakError) as refused:
            each()
        assert isinstance(refused.value, Refused | NotInBook)
    assert state(session, book) == before
    assert goals_of(session, book) == []


def goal(book: int, **changes: object) -> GoalCommand:
    values: dict[str, object] = {"name": "Car", "target_minor": 50_000_000, "by_on": date(2028, 3, 31), "basis": GoalBasis.SAVINGS, "start_on": date(2026, 1, 1)} | changes  # fmt: skip
    return GoalCommand(book, None, **values)  # type: ignore[arg-type]


@pytest.mark.sqlite_only
def test_a_goal_is_set_changed_removed_and_comes_back(
    deps: Deps, session: Session, make_book: Callable[..., int], account: Accounts
) -> None:
    book = make_book()
    bank = account(book, "Bank account")
    car = add_goal(goal(book, basis=GoalBasis.ACCOUNTS, account_ids=(bank, bank)), deps=deps)
    assert goals_of(session, book)[0].account_ids == (bank,)
    change_goal(car, goal(book, name="Van"), deps=deps)
    [row] = goals_of(session, book)
    assert (row.name, row.basis, row.account_ids) == ("Van", GoalBasis.SAVINGS, ())

    set_goal_removed(car, is_removed=True, book_id=book, user_id=None, deps=deps)
    assert goals_of(session, book) == []
    set_goal_removed(car, is_removed=False, book_id=book, user_id=None, deps=deps)
    assert [each.id for each in goals_of(session, book)] == [car]

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.books import BookKind, Direction, Subtype
from app.domain.errors import NotInBook, Refused
from app.domain.investments import AssetClass, EventKind, PriceSource, TaxedAs
from app.domain.recurrence import Frequency, Rule
from app.domain.schedules import OccurrenceState
from app.models.account import Account
from app.models.holding import ExchangeRate, Holding, HoldingEvent, Price
from app.models.numbers import whole
from app.models.schedule import Occurrence
from app.models.transaction import Posting, Transaction
from app.queries.holdings import held_of, holding_values
from app.queries.verification import verify_book
from app.services.accounts import AccountCommand, add_account
from app.services.books import open_book
from app.services.deps import Deps
from app.services.holdings import (
    EventCommand,
    HoldingCommand,
    add_event,
    add_holding,
    change_event,
    change_holding,
    remove_event,
    remove_holding,
    restore_event,
    restore_holding,
)
from app.services.investment_plans import PlanCommand, add_plan, buy_planned
from app.services.recurring import run_due
from app.services.transactions import (
    Line,
    TransactionCommand,
    edit_transaction,
    restore_transactions,
    void_posted,
    void_transactions,
)
from app.services.uow import book_work
from tests.conftest import NOW, Clock

TODAY = date(2026, 11, 22)
START = date(2025, 1, 1)
Find = Callable[[int, str], int]
Make = Callable[..., int]


@pytest.fixture
def book(make_book: Make) -> int:
    return make_book()


@pytest.fixture
def cash(book: int, account: Find) -> int:
    return account(book, "Cash")


@dataclass(frozen=True)
class Here:
    """What most of these tests use."""

    deps: Deps
    session: Session
    book: int
    cash: int
    own: Callable[..., int]
    account: Find


@pytest.fixture
def here(deps: Deps, session: Session, book: int, own: Callable[..., int], account: Find) -> Here:
    return Here(deps, session, book, account(book, "Cash"), own, account)


@pytest.fixture
def own(deps: Deps, book: int, cash: int) -> Callable[..., int]:
    """A holding with a first buy of 10 at 100: `own("Infosys", currency="USD", rate=Decimal(80))`."""

    def make(name: str = "Infosys", currency: str = "INR", **changes: Any) -> int:
        return add_holding(command(book, name, currency), bought(cash, **changes), deps=deps)

    return make


def command(book: int, name: str, currency: str = "INR") -> HoldingCommand:
    return HoldingCommand(book, None, name, "", AssetClass.STOCK, TaxedAs.LISTED_EQUITY, currency)


def bought(account_id: int | None, **changes: Any) -> EventCommand:
    values: dict[str, Any] = {"on": START, "quantity": Decimal(10), "price": Decimal(100), "account_id": account_id}
    return EventCommand(EventKind.BUY, **(values | changes))


def sold(
    account_id: int, on: date = date(2025, 6, 1), quantity: str = "4", price: str = "150", **changes: Any
) -> EventCommand:
    return EventCommand(EventKind.SELL, on, Decimal(quantity), Decimal(price), account_id=account_id, **changes)


def balance(session: Session, book_id: int, account_id: int) -> tuple[int, int]:
    """What is in an account, in its own currency and in the book's."""
    sums = select(func.sum(Posting.amount_minor), func.sum(Posting.base_minor)).where(
        Posting.book_id == book_id, Posting.account_id == account_id
    )
    amount, base = session.execute(sums).one()
    return whole(amount), whole(base)


def account_of(session: Session, holding_id: int) -> int:
    return session.scalars(select(Holding.account_id).where(Holding.id == holding_id)).one()


def price_of(deps: Deps, book: int, holding: int, on: date, price: str) -> None:
    deps.session.add(
        Price(holding_id=holding, on=on, book_id=book, price=Decimal(price), source=PriceSource.MANUAL, fetched_at=NOW)
    )
    deps.session.commit()


def test_a_sale_moves_money_takes_the_first_lot_at_cost_and_earns_the_gain(here: Here) -> None:
    deps, session, book, cash, own, account = here.deps, here.session, here.book, here.cash, here.own, here.account
    holding = own(fee_minor=1_000)
    add_event(holding, bought(cash, on=date(2025, 3, 1), price=Decimal(200)), book_id=book, user_id=None, deps=deps)

    add_event(holding, sold(cash, quantity="10", fee_minor=500), book_id=book, user_id=None, deps=deps)

    assert balance(session, book, account_of(session, holding)) == (200_000, 200_000)
    assert balance(session, book, cash) == (-101_000 - 200_000 + 149_500,) * 2
    assert balance(session, book, account(book, "Capital gains")) == (-48_500, -48_500)
    assert verify_book(session, book).differences == ()


def test_dividends_are_income_fees_are_spent_and_neither_changes_the_cost(here: Here) -> None:
    deps, session, book, cash, own, account = here.deps, here.session, here.book, here.cash, here.own, here.account
    holding = own()
    for kind, amount in ((EventKind.DIVIDEND, 3_000), (EventKind.FEE, 700)):
        paid = EventCommand(kind, date(2025, 5, 5), amount_minor=amount, account_id=cash)
        add_event(holding, paid, book_id=book, user_id=None, deps=deps)

    assert balance(session, book, account(book, "Dividends")) == (-3_000, -3_000)
    assert balance(session, book, account(book, "Investment fees")) == (700, 700)
    assert balance(session, book, account_of(session, holding)) == (100_000, 100_000)


def test_what_was_held_before_comes_out_of_the_opening_balance(deps: Deps, session: Session, book: int) -> None:
    holding = add_holding(command(book, "Gold"), bought(None, on=date(2018, 1, 5)), deps=deps)
    add_event(holding, bought(None, on=date(2019, 1, 5)), book_id=book, user_id=None, deps=deps)

    opening = session.scalars(
        select(Account.id).where(Account.book_id == book, Account.subtype == Subtype.OPENING)
    ).one()
    assert balance(session, book, opening) == (-200_000, -200_000)
    remove_holding(holding, book_id=book, user_id=None, deps=deps)
    assert balance(session, book, opening) == (0, 0)
    restore_holding(holding, book_id=book, user_id=None, deps=deps)
    assert balance(session, book, opening) == (-200_000, -200_000)
    assert verify_book(session, book).differences == ()


def test_correcting_an_old_purchase_posts_the_later_sale_anew(here: Here) -> None:
    deps, session, book, cash, own, account = here.deps, here.session, here.book, here.cash, here.own, here.account
    holding = own()
    sale = add_event(holding, sold(cash), book_id=book, user_id=None, deps=deps)
    gains = account(book, "Capital gains")
    transaction = session.scalars(select(HoldingEvent.transaction_id).where(HoldingEvent.id == sale)).one()
    assert balance(session, book, gains) == (-20_000, -20_000)
    first = session.scalars(select(HoldingEvent.id).order_by(HoldingEvent.id)).first() or 0

    change_event(first, bought(cash, price=Decimal(120)), book_id=book, user_id=None, deps=deps)

    assert balance(session, book, gains) == (-12_000, -12_000)
    assert balance(session, book, account_of(session, holding)) == (72_000, 72_000)
    again = session.scalars(select(HoldingEvent.transaction_id).where(HoldingEvent.id == sale)).one()
    assert again == transaction
    assert verify_book(session, book).differences == ()


def test_a_sale_can_be_corrected_and_reversed_and_the_reversal_undone(here: Here) -> None:
    deps, session, book, cash, own, account = here.deps, here.session, here.book, here.cash, here.own, here.account
    holding = own()
    sale = add_event(holding, sold(cash), book_id=book, user_id=None, deps=deps)
    gains, stock = account(book, "Capital gains"), account_of(session, holding)

    change_event(sale, sold(cash, quantity="5", price="160"), book_id=book, user_id=None, deps=deps)
    assert balance(session, book, gains) == (-30_000, -30_000)
    remove_event(sale, book_id=book, user_id=None, deps=deps)
    assert (balance(session, book, gains), balance(session, book, stock)) == ((0, 0), (100_000, 100_000))
    restore_event(sale, book_id=book, user_id=None, deps=deps)
    assert (balance(session, book, gains)[0], balance(session, book, stock)[0]) == (-30_000, 50_000)
    assert verify_book(session, book).differences == ()


def test_a_gain_in_dollars_is_kept_in_dollars_and_in_rupees_and_selling_all_leaves_nothing(
    deps: Deps, session: Session, book: int, account: Find
) -> None:
    broker = add_account(AccountCommand(book, None, "Broker", Subtype.BANK, "USD"), deps=deps)
    holding = add_holding(command(book, "Apple", "USD"), bought(broker, rate=Decimal("83.333333")), deps=deps)
    stock = account_of(session, holding)
    assert balance(session, book, stock) == (100_000, 8_333_333)

    sale = sold(account(book, "Cash"), quantity="3", price="110", rate=Decimal("85.1"))
    add_event(holding, sale, book_id=book, user_id=None, deps=deps)
    assert balance(session, book, stock) == (70_000, 5_833_333)
    assert balance(session, book, account(book, "Cash")) == (2_808_300, 2_808_300)
    assert balance(session, book, account(book, "Capital gains")) == (-308_300, -308_300)
    rest = sold(broker, date(2025, 7, 1), "7", "90", rate=Decimal(86))
    add_event(holding, rest, book_id=book, user_id=None, deps=deps)
    assert balance(session, book, stock) == (0, 0)
    assert verify_book(session, book).differences == ()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"on": date(2024, 12, 31)}, "on"),
        ({"quantity": "11"}, "quantity"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "-1"}, "quantity"),
        ({"on": TODAY + timedelta(2)}, "on"),
        ({"price": "1e15"}, "quantity"),
        ({"price": "1e16"}, "price"),
        ({"account_id": None}, "account_id"),
    ],
)
@pytest.mark.sqlite_only
def test_a_sale_that_cannot_have_been_is_refused_beside_its_field_and_saves_nothing(
    here: Here, changes: dict[str, Any], field: str
) -> None:
    deps, session, book, cash, own = here.deps, here.session, here.book, here.cash, here.own
    holding = own()
    before = session.scalar(select(func.count()).select_from(Transaction))

    with pytest.raises(Refused) as caught:
        add_event(holding, sold(**({"account_id": cash} | changes)), book_id=book, user_id=None, deps=deps)

    assert caught.value.field == field
    assert session.scalar(select(func.count()).select_from(Transaction)) == before
    assert session.scalar(select(func.count()).select_from(HoldingEvent)) == 1


@pytest.mark.sqlite_only
def test_neither_a_deleted_purchase_nor_an_earlier_sale_may_leave_a_later_sale_without_shares(
    deps: Deps, session: Session, book: int, cash: int, own: Make
) -> None:
    holding = own()
    add_event(holding, sold(cash, quantity="10"), book_id=book, user_id=None, deps=deps)
    first = session.scalars(select(HoldingEvent.id).order_by(HoldingEvent.id)).first() or 0

    with pytest.raises(Refused, match="A later sale needs it"):
        remove_event(first, book_id=book, user_id=None, deps=deps)
    with pytest.raises(Refused):
        add_event(holding, sold(cash, date(2025, 2, 1), "1"), book_id=book, user_id=None, deps=deps)
    assert held_of(session, book, "INR")[0].position.quantity == 0
    assert verify_book(session, book).differences == ()


@pytest.mark.sqlite_only
def test_another_book_s_account_holding_or_event_is_not_found(here: Here, make_book: Make) -> None:
    deps, session, book, cash, own, account = here.deps, here.session, here.book, here.cash, here.own, here.account
    holding = own()
    user = 1
    other = make_book(user, kind=BookKind.BUSINESS)
    event = session.scalars(select(HoldingEvent.id)).one()

    with pytest.raises(NotInBook):
        add_event(holding, sold(account(other, "Cash")), book_id=book, user_id=None, deps=deps)
    with pytest.raises(NotInBook):
        add_event(holding, sold(cash), book_id=other, user_id=None, deps=deps)
    with pytest.raises(NotInBook):
        remove_event(event, book_id=other, user_id=None, deps=deps)
    with pytest.raises(NotInBook):
        remove_holding(holding, book_id=other, user_id=None, deps=deps)


@pytest.mark.sqlite_only
def test_a_removed_investment_gives_its_name_free_and_one_that_comes_back_asks_for_it(
    deps: Deps, book: int, own: Make
) -> None:
    first = own("Infosys")
    remove_holding(first, book_id=book, user_id=None, deps=deps)
    second = own("Infosys")
    with pytest.raises(Refused, match="There is already"):
        restore_holding(first, book_id=book, user_id=None, deps=deps)
    change_holding(second, command(book, "Infosys new"), deps=deps)
    assert restore_holding(first, book_id=book, user_id=None, deps=deps) == "Infosys"


@pytest.mark.sqlite_only
def test_what_an_investment_posted_is_changed_only_on_its_own_page(
    deps: Deps, session: Session, book: int, cash: int, own: Make
) -> None:
    own()
    bought_with = session.scalars(select(HoldingEvent.transaction_id)).one() or 0

    with pytest.raises(Refused, match="by the investment Infosys"):
        void_transactions(book, [bought_with], user_id=None, deps=deps)
    with pytest.raises(Refused, match="by the investment Infosys"):
        restore_transactions(book, [bought_with], user_id=None, deps=deps)
    spent = TransactionCommand(book, None, Direction.OUT, date(2026, 11, 2), cash, 500, (Line(cash, 500),))
    with pytest.raises(Refused, match="by the investment Infosys"):
        edit_transaction(bought_with, spent, deps=deps)


@pytest.mark.sqlite_only
def test_books_that_lost_a_purchase_do_not_verify_and_the_next_change_puts_it_back(
    deps: Deps, session: Session, book: int, cash: int, own: Make
) -> None:
    holding = own()
    bought_with = session.scalars(select(HoldingEvent.transaction_id)).one() or 0
    with book_work(deps, book) as work:
        void_posted(work, [bought_with])
    assert balance(session, book, account_of(session, holding)) == (0, 0)
    assert "Infosys" in " ".join(verify_book(session, book).differences)

    add_event(holding, sold(cash), book_id=book, user_id=None, deps=deps)

    assert balance(session, book, account_of(session, holding)) == (60_000, 60_000)
    assert verify_book(session, book).differences == ()


def test_a_plan_buys_at_the_last_price_and_waits_while_there_is_none(
    deps: Deps, session: Session, clock: Clock, book: int, cash: int
) -> None:
    fund = HoldingCommand(book, None, "Index fund", "120716", AssetClass.EQUITY_FUND, TaxedAs.EQUITY_FUND, "INR")
    holding = add_holding(fund, bought(cash), deps=deps)
    rule = Rule(Frequency.MONTHLY, is_clamped=True)
    plan = add_plan(PlanCommand(book, None, holding, cash, 500_000, rule, date(2026, 11, 25)), deps=deps)
    clock.at = NOW + timedelta(days=4)

    run_due(book_id=book, deps=deps)
    waiting = session.scalars(select(Occurrence)).one()
    assert (waiting.state, waiting.due_on) == (OccurrenceState.WAITING, date(2026, 11, 25))
    assert "No price of Index fund" in (waiting.reason or "")
    buy_planned(
        plan, date(2026, 11, 25), bought(cash, on=date(2026, 11, 26), quantity=Decimal("81.5"), price=Decimal(60)),
        book_id=book, user_id=None, deps=deps,
    )  # fmt: skip
    price_of(deps, book, holding, date(2026, 12, 24), "61.7")
    clock.at = NOW + timedelta(days=34)
    for _ in range(3):
        run_due(book_id=book, deps=deps)

    [held] = held_of(session, book, "INR")
    assert [(each.on, each.quantity) for each in held.events][1:] == [
        (date(2026, 11, 26), Decimal("81.5")),
        (date(2026, 12, 25), Decimal("81.037")),
    ]
    assert balance(session, book, cash) == (-100_000 - 489_000 - 500_000,) * 2
    assert session.scalars(select(Occurrence.state)).all() == [OccurrenceState.POSTED] * 2
    assert verify_book(session, book).differences == ()


def test_values_of_any_day_know_splits_and_leave_unknown_prices_unknown(
    deps: Deps, session: Session, book: int, own: Make
) -> None:
    stock, abroad = own(), own("Apple", "USD", rate=Decimal(80))
    split = EventCommand(EventKind.SPLIT, date(2025, 4, 1), old=Decimal(1), new=Decimal(5))
    add_event(stock, split, book_id=book, user_id=None, deps=deps)
    for holding, day, price in (
        (stock, date(2025, 3, 1), "120"),
        (stock, date(2025, 5, 1), "30"),
        (abroad, date(2025, 3, 1), "150"),
    ):
        price_of(deps, book, holding, day, price)
    session.add(
        ExchangeRate(
            book_id=book,
            currency="USD",
            on=date(2025, 5, 1),
            rate=Decimal(90),
            source=PriceSource.MANUAL,
            fetched_at=NOW,
        )
    )
    session.commit()
    days = [date(2024, 12, 1), date(2025, 2, 1), date(2025, 3, 1), date(2025, 4, 15), date(2025, 6, 1)]

    found = holding_values(session, book, "INR", days)

    assert found[account_of(session, stock)] == [0, None, 120_000, 120_000, 150_000]
    assert found[account_of(session, abroad)] == [0, None, None, None, 13_500_000]


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["add", "add", "add", "change", "remove", "restore"]),
        st.sampled_from([EventKind.BUY, EventKind.BUY, *EventKind]),
        st.integers(0, 500).map(lambda days: START + timedelta(days)),
        st.decimals("0.001", "300", places=3),
        st.decimals("0.01", "999", places=2),
        st.decimals("1", "120", places=3),
        st.integers(0, 10),
    ),
    max_size=10,
)


@pytest.mark.sqlite_only
@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.generate, Phase.reuse],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(OPERATIONS)
def test_after_any_changes_the_account_holds_the_cost_of_the_lots_in_both_currencies(
    deps: Deps, session: Session, make_user: Make, operations: list[tuple[Any, ...]]
) -> None:
    user = session.scalar(select(func.max(Holding.book_id)))  # a new book for each example
    owner = make_user(f"owner{user or 0}@example.com")
    book = open_book(owner, kind=BookKind.PERSONAL, name="Book", currency="INR", timezone="Asia/Kolkata", deps=deps)
    cash = session.scalars(select(Account.id).where(Account.book_id == book, Account.name == "Cash")).one()
    holding = add_holding(command(book, "Apple", "USD"), bought(cash, rate=Decimal(80)), deps=deps)
    for action, kind, on, quantity, price, rate, pick in operations:
        said = EventCommand(kind, on, quantity, price, 0, Decimal(pick + 1), Decimal(2), int(price * 100), rate, cash)
        events = session.execute(
            select(HoldingEvent.id, HoldingEvent.kind, HoldingEvent.removed_at)
            .where(HoldingEvent.book_id == book)
            .order_by(HoldingEvent.id)
        ).all()
        chosen = events[pick % len(events)]
        try:
            if action == "add":
                add_event(holding, said, book_id=book, user_id=None, deps=deps)
            elif action == "restore" and chosen.removed_at:
                restore_event(chosen.id, book_id=book, user_id=None, deps=deps)
            elif action == "remove" and not chosen.removed_at:
                remove_event(chosen.id, book_id=book, user_id=None, deps=deps)
            elif action == "change" and not chosen.removed_at:
                corrected = EventCommand(
                    chosen.kind, on, quantity, price, 0, Decimal(2), Decimal(3), int(price * 100), rate, cash
                )
                change_event(chosen.id, corrected, book_id=book, user_id=None, deps=deps)
        except Refused:
            session.rollback()

    [held] = held_of(session, book, "INR")
    assert sum(lot.quantity for lot in held.position.lots) == held.position.quantity
    account_id = account_of(session, holding)
    assert balance(session, book, account_id) == (held.position.cost_minor, held.position.cost_base_minor)
    live = [event.transaction_id for event in held.events if event.transaction_id]
    posted = session.scalars(select(Transaction.id).where(Transaction.book_id == book, Transaction.void_legs.is_(None)))
    assert sorted(live) == sorted(posted)
    assert verify_book(session, book).differences == ()

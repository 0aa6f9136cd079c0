import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.domain.books import AccountKind, Direction, Leg, Need, Source, State, Subtype, TransactionKind
from app.domain.flows import Flow
from app.domain.periods import Month
from app.extensions import db
from app.models.account import Account
from app.models.anomaly import Alert
from app.models.transaction import Posting, Transaction
from app.queries.dashboard import Dashboard, month_dashboard
from app.services.accounts import AccountCommand, add_account, archive_account
from app.services.deps import Deps
from app.services.posting import Draft, account_kinds, post
from app.services.transactions import Line, Recorded, TransactionCommand, record_transaction, void_transactions
from app.services.uow import book_work
from tests.conftest import NOW
from tests.machine import Machine

TODAY = date(2026, 11, 22)
NOVEMBER = Month(2026, 11)
Spend = Callable[..., Recorded]
Make = Callable[..., int]
Find = Callable[[int, str], int]
Shown = Callable[..., Dashboard]


@pytest.fixture
def shown(session: Session) -> Shown:
    """The dashboard of a book: `shown(book)`, `shown(book, Month(2026, 2))`, `shown(book, today=…)`."""

    def show(book: int, month: Month | None = None, today: date = TODAY) -> Dashboard:
        session.rollback()
        return month_dashboard(session, book, month or Month.of(today), today=today)

    return show


@pytest.fixture
def earn(deps: Deps, account: Find) -> Callable[..., Recorded]:
    def record(book: int, minor: int, day: date, category: str = "Salary") -> Recorded:
        line = Line(account(book, category), minor)
        command = TransactionCommand(book, None, Direction.IN, day, account(book, "Bank account"), minor, (line,))
        return record_transaction(command, deps=deps)

    return record


@contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def test_an_empty_book_is_new_and_everything_is_zero_or_unknown(make_book: Make, shown: Shown) -> None:
    page = shown(make_book())

    assert page.is_new
    assert page.flow == Flow()
    assert (page.before.then, page.year_ago.then) == (None, None)
    assert (page.trend, page.spending, page.recent, page.alerts) == ((), (), (), ())
    assert (page.worth_minor, page.cash_minor) == (0, 0)
    assert [each.account.name for each in page.accounts] == ["Bank account", "Cash"]


def test_a_running_month_is_compared_with_the_same_days_of_the_one_before(
    make_book: Make, spend: Spend, shown: Shown
) -> None:
    book = make_book()
    spend(book, 1_000, occurred_on=date(2026, 10, 22))
    spend(book, 90_000, occurred_on=date(2026, 10, 23))
    spend(book, 3_000, occurred_on=date(2026, 11, 22))
    spend(book, 500, occurred_on=date(2025, 11, 1))
    spend(book, 70_000, occurred_on=date(2025, 11, 30))

    page = shown(book)

    assert (page.before.now, page.before.then) == (Flow(0, 3_000), Flow(0, 1_000))
    assert page.year_ago.then == Flow(0, 500)


@pytest.mark.parametrize(
    ("today", "then"),
    [(date(2026, 3, 28), 200), (date(2026, 3, 31), 200), (date(2026, 4, 1), 0), (date(2026, 4, 30), 4_000)],
)
def test_at_a_months_end_shorter_months_lend_all_their_days(
    make_book: Make, spend: Spend, shown: Shown, today: date, then: int
) -> None:
    book = make_book()
    spend(book, 200, occurred_on=date(2026, 2, 28))
    spend(book, 4_000, occurred_on=date(2026, 3, 30))
    spend(book, 50_000, occurred_on=date(2026, 3, 31))

    assert shown(book, today=today).before.then == Flow(0, then)


def test_a_month_that_is_over_is_compared_whole(make_book: Make, spend: Spend, shown: Shown) -> None:
    book = make_book()
    spend(book, 100, occurred_on=date(2026, 1, 31))
    spend(book, 300, occurred_on=date(2026, 2, 28))

    page = shown(book, Month(2026, 2))

    assert (page.before.now, page.before.then, page.before.days.is_whole) == (Flow(0, 300), Flow(0, 100), True)


def test_transfers_add_nothing_to_income_or_spending_but_move_cash(
    make_book: Make, deps: Deps, account: Find, shown: Shown
) -> None:
    book = make_book()
    command = TransactionCommand(
        book,
        None,
        Direction.TRANSFER,
        TODAY,
        account(book, "Bank account"),
        50_000,
        to_account_id=account(book, "Cash"),
    )

    record_transaction(command, deps=deps)

    page = shown(book)
    assert (page.flow, page.spending, page.spent_by_day[-1]) == (Flow(), (), 0)
    assert {each.account.name: each.amount_minor for each in page.accounts} == {"Cash": 50_000, "Bank account": -50_000}
    assert (page.worth_minor, page.is_new) == (0, False)
    [entry] = page.recent
    assert (entry.minor, entry.category, entry.kind) == (50_000, None, TransactionKind.TRANSFER)


def test_a_refund_makes_its_category_and_the_month_smaller(
    make_book: Make, spend: Spend, earn: Callable[..., Recorded], shown: Shown
) -> None:
    book = make_book()
    spend(book, 5_000, category="Shopping")
    earn(book, 2_000, TODAY, "Shopping")

    page = shown(book)

    assert page.flow == Flow(0, 3_000)
    assert [(each.account.name, each.minor) for each in page.spending] == [("Shopping", 3_000)]
    assert page.recent[0].minor == 2_000


def test_parts_count_under_their_outermost_category_and_by_their_own_need(
    make_book: Make, spend: Spend, shown: Shown
) -> None:
    book = make_book()
    for category, minor in (
        ("Transport", 100),
        ("Fuel", 2_000),
        ("Taxi and auto", 300),
        ("Dining", 1_000),
        ("Taxes", 7),
    ):
        spend(book, minor, category=category)

    page = shown(book)

    assert [(each.account.name, each.minor) for each in page.spending] == [
        ("Transport", 2_400),
        ("Dining", 1_000),
        ("Taxes", 7),
    ]
    assert page.needs == {Need.ESSENTIAL: 2_400, Need.DISCRETIONARY: 1_000, Need.NONE: 7}


def test_an_account_of_another_currency_shows_its_own_and_counts_in_the_books(
    make_book: Make, deps: Deps, account: Find, shown: Shown
) -> None:
    book = make_book()
    dollars = add_account(
        AccountCommand(book, None, "Dollar account", Subtype.BANK, "USD"),
        opening_minor=10_000,
        opening_on=date(2026, 9, 1),
        opening_base_minor=850_000,
        deps=deps,
    )
    line = Line(account(book, "Travel"), 2_500)
    spent = TransactionCommand(book, None, Direction.OUT, TODAY, dollars, 2_500, (line,), base_minor=215_000)
    record_transaction(spent, deps=deps)

    page = shown(book)

    held = next(each for each in page.accounts if each.account.id == dollars)
    assert (held.amount_minor, held.base_minor) == (7_500, 635_000)
    assert (page.worth_minor, page.cash_minor, page.flow) == (635_000, 635_000, Flow(0, 215_000))


def test_net_worth_is_what_is_owned_less_what_is_owed_at_the_end_of_each_month(
    make_book: Make, deps: Deps, earn: Callable[..., Recorded], shown: Shown
) -> None:
    book = make_book()
    loan = AccountCommand(book, None, "Car loan", Subtype.LOAN, "INR")
    add_account(loan, opening_minor=30_000, opening_on=date(2026, 9, 10), deps=deps)
    earn(book, 100_000, date(2026, 10, 1))
    earn(book, 1_000, date(2026, 11, 1))

    page = shown(book)

    assert [(str(each.month), each.worth_minor, each.cash_minor) for each in page.trend] == [
        ("2026-09", -30_000, 0),
        ("2026-10", 70_000, 100_000),
        ("2026-11", 71_000, 101_000),
    ]
    assert shown(book, Month(2026, 10)).worth_minor == 70_000
    assert [each.account.name for each in page.accounts] == ["Bank account", "Cash", "Car loan"]


def test_an_account_put_away_is_shown_only_while_it_holds_something(
    make_book: Make, deps: Deps, account: Find, earn: Callable[..., Recorded], shown: Shown
) -> None:
    book = make_book()
    earn(book, 1_000, TODAY)

    for name in ("Cash", "Bank account"):
        archive_account(account(book, name), is_archived=True, book_id=book, user_id=None, deps=deps)

    assert [each.account.name for each in shown(book).accounts] == ["Bank account"]


def test_what_is_dated_ahead_counts_in_the_month_but_not_in_the_comparison(
    make_book: Make, spend: Spend, shown: Shown
) -> None:
    book = make_book()
    spend(book, 100, occurred_on=TODAY)
    spend(book, 900, occurred_on=date(2026, 11, 30))

    page = shown(book)

    assert (page.flow, page.before.now, page.has_later) == (Flow(0, 1_000), Flow(0, 100), True)
    assert (len(page.spent_by_day), page.spent_by_day[-1]) == (22, 100)


def test_a_void_transaction_is_nowhere(make_book: Make, spend: Spend, deps: Deps, shown: Shown) -> None:
    book = make_book()
    void_transactions(book, [spend(book, 5_000).transaction_id], user_id=None, deps=deps)

    page = shown(book)

    assert (page.flow, page.recent, page.worth_minor, page.is_new) == (Flow(), (), 0, False)


def test_another_book_is_never_mixed_in(make_book: Make, make_user: Make, spend: Spend, shown: Shown) -> None:
    mine = make_book()
    spend(make_book(make_user("bob@example.com")), 5_000, payee="Secret shop")

    assert shown(mine).is_new


def test_the_latest_come_newest_first_with_name_category_and_mark(
    make_book: Make, spend: Spend, session: Session, shown: Shown
) -> None:
    book = make_book()
    odd = spend(book, 9_000, payee="Croma", category="Shopping", occurred_on=date(2026, 11, 3)).transaction_id
    for number in range(12):
        spend(book, 100 + number, payee=f"Shop {number}", occurred_on=date(2026, 10, 1) + timedelta(days=number * 2))
    _alert(session, book, odd, 0.9)

    page = shown(book)
    october = shown(book, Month(2026, 10))

    assert [(entry.name, entry.is_unusual) for entry in page.recent] == [("Croma", True)]
    assert [entry.name for entry in october.recent] == [f"Shop {number}" for number in range(11, 3, -1)]
    assert page.recent[0].category
    assert (page.recent[0].category.name, page.recent[0].minor) == ("Shopping", -9_000)


def test_open_alerts_come_worst_first_and_answered_ones_do_not(
    make_book: Make, spend: Spend, session: Session, shown: Shown
) -> None:
    book = make_book()
    ids = [spend(book, 1_000 * number, payee=f"Shop {number}").transaction_id for number in (1, 2, 3)]
    for transaction_id, score, answer in zip(ids, (0.7, 0.9, 0.99), ("open", "open", "normal"), strict=True):
        _alert(session, book, transaction_id, score, answer)

    alerts = shown(book).alerts

    assert [(alert.name, alert.minor, alert.reason) for alert in alerts] == [
        ("Shop 2", 2_000, "Larger than usual."),
        ("Shop 1", 1_000, "Larger than usual."),
    ]


def _alert(session: Session, book: int, transaction_id: int, score: float, answer: str = "open") -> None:
    session.add(Alert(book_id=book, transaction_id=transaction_id, kinds="amount", reason="Larger than usual.",
                        usual_low_minor=None, usual_high_minor=None, score=score, answer=answer, answered_at=None,
                        created_at=NOW))  # fmt: skip
    session.commit()


def test_settled_months_are_whole_ones(make_book: Make, spend: Spend, shown: Shown) -> None:
    book = make_book()
    for month in (7, 8, 9, 10, 11):
        spend(book, month * 100, occurred_on=date(2026, month, 15))

    running, over = shown(book).snapshot, shown(book, Month(2026, 10)).snapshot

    assert [flow.expense_minor for flow in running.settled] == [800, 900, 1_000]
    assert [flow.expense_minor for flow in over.settled] == [800, 900, 1_000]
    assert [(each.name, each.now_minor, each.earlier_minor) for each in over.categories] == [
        ("Groceries", 1_000, (700, 800, 900))
    ]


def test_the_same_few_statements_at_10_and_at_2000_rows(make_book: Make, deps: Deps, shown: Shown) -> None:
    counts = []
    book = make_book()
    for rows in (10, 1_990):
        _fill(deps, book, rows)
        with statements() as seen:
            shown(book)
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 8


def _fill(deps: Deps, book: int, rows: int) -> None:
    with book_work(deps, book) as work:
        ids = {
            name: account_id for account_id, name in work.session.execute(select(Account.id, Account.name).where(Account.book_id == book))
        }  # fmt: skip
        drafts = [
            Draft(
                TODAY - timedelta(days=number % 700),
                TransactionKind.EXPENSE,
                (Leg(ids["Groceries"], 100 + number, 100 + number), Leg(ids["Cash"], -100 - number, -100 - number)),
                Source.DEMO,
            )
            for number in range(rows)
        ]
        post(work, drafts, account_kinds(work, ids.values()))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_figures_are_those_of_the_postings_after_any_operations(
    make_book: Make, session: Session, deps: Deps, shown: Shown, seed: int
) -> None:
    book = make_book()
    machine = Machine(deps, session, book, random.Random(seed))
    machine.run(120)
    months = sorted({Month.of(day) for day in session.scalars(select(Transaction.occurred_on).where(Transaction.book_id == book))})  # fmt: skip

    assert len(months) > 3
    for month in months:
        _agrees(session, book, shown(book, month, today=date(2030, 1, 1)))


def _agrees(session: Session, book: int, page: Dashboard) -> None:
    """Recompute from the legs, by other means than the kept totals."""
    kinds = dict(session.execute(select(Account.id, Account.kind).where(Account.book_id == book)).all())
    flows: dict[Month, list[int]] = defaultdict(lambda: [0, 0])
    worth = 0
    held: dict[int, int] = defaultdict(int)
    legs = session.execute(
        select(Posting.occurred_on, Posting.account_id, Posting.amount_minor, Posting.base_minor)
        .join(Transaction, Transaction.id == Posting.transaction_id)
        .where(Posting.book_id == book, Transaction.state == State.POSTED)
    )
    for day, account_id, amount_minor, base_minor in legs:
        if kinds[account_id] == AccountKind.INCOME:
            flows[Month.of(day)][0] -= base_minor
        elif kinds[account_id] == AccountKind.EXPENSE:
            flows[Month.of(day)][1] += base_minor
        elif kinds[account_id] != AccountKind.EQUITY and day <= page.month.last:
            worth += base_minor
            held[account_id] += amount_minor
    assert (page.flow.income_minor, page.flow.expense_minor) == tuple(flows[page.month])
    assert all((each.flow.income_minor, each.flow.expense_minor) == tuple(flows[each.month]) for each in page.trend)
    assert sum(each.minor for each in page.spending) == sum(page.needs.values()) == page.flow.expense_minor
    assert sum(each.minor for each in page.earning) == page.flow.income_minor
    assert page.spent_by_day[-1] == page.flow.expense_minor
    assert page.worth_minor == page.trend[-1].worth_minor == worth
    assert {each.account.id: each.amount_minor for each in page.accounts if each.amount_minor} == {
        account_id: minor for account_id, minor in held.items() if minor
    }

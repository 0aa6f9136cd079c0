from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from app.domain.alerts import Answer
from app.domain.books import Direction
from app.ml.rows import Feedback, Row
from app.models.anomaly import Alert
from app.queries.anomalies import alert_counts, alert_of, confirmed, expenses, model_of, settled_alerts, waiting_alerts
from app.services.anomalies import answer
from app.services.deps import Deps
from app.services.transactions import (
    Line,
    Recorded,
    TransactionCommand,
    record_transaction,
    void_transactions,
)

Make = Callable[..., int]
Account = Callable[[int, str], int]
Spend = Callable[..., Recorded]


@pytest.fixture
def alert(session: Session, deps: Deps) -> Callable[..., int]:
    """A warning about a transaction."""

    def make(book: int, transaction: int, kinds: str = "amount") -> int:
        warning = Alert(
            book_id=book, transaction_id=transaction, kinds=kinds, reason="Far above the usual.", usual_low_minor=100, usual_high_minor=200,
            score=0.5, answer="open", answered_at=None, created_at=deps.now(),
        )  # fmt: skip
        session.add(warning)
        session.commit()
        return warning.id

    return make


def test_expenses_carry_payee_category_and_contract_and_come_in_order(
    session: Session, make_book: Make, account: Account, spend: Spend
) -> None:
    book = make_book()
    first = spend(book, 25_000, payee="  Big   Bazaar ").transaction_id
    second = spend(book, 1_800_000, category="Rent", occurred_on=date(2026, 11, 1)).transaction_id

    assert expenses(session, book, limit=10) == [
        Row(first, date(2026, 11, 20), 25_000, "big bazaar", account(book, "Groceries")),
        Row(second, date(2026, 11, 1), 1_800_000, None, account(book, "Rent"), is_commitment=True),
    ]


def test_only_the_newest_expenses_after_an_id_are_read(session: Session, make_book: Make, spend: Spend) -> None:
    book = make_book()
    ids = [spend(book, 1_000 * number).transaction_id for number in range(1, 7)]

    assert [row.id for row in expenses(session, book, limit=2)] == ids[-2:]
    assert [row.id for row in expenses(session, book, after_id=ids[3], limit=10)] == ids[4:]
    assert expenses(session, book, after_id=ids[-1], limit=10) == []


def test_income_transfers_refunds_deleted_and_foreign_rows_are_no_expenses(
    session: Session, deps: Deps, make_user: Make, *, make_book: Make, account: Account, spend: Spend
) -> None:
    person = make_user()
    book, other = make_book(person), make_book(person, name="Second")
    spend(other, 70_000)
    gone = spend(book, 90_000).transaction_id
    void_transactions(book, [gone], user_id=None, deps=deps)
    cash, bank = account(book, "Cash"), account(book, "Bank account")
    day = date(2026, 11, 20)
    for command in (
        TransactionCommand(book, None, Direction.IN, day, cash, 500, (Line(account(book, "Salary"), 500),)),
        TransactionCommand(book, None, Direction.IN, day, cash, 400, (Line(account(book, "Groceries"), 400),)),
        TransactionCommand(book, None, Direction.TRANSFER, day, cash, 300, to_account_id=bank),
    ):
        record_transaction(command, deps=deps)

    assert expenses(session, book, limit=10) == []


def test_a_split_stands_in_the_category_of_its_largest_part(
    session: Session, deps: Deps, make_book: Make, account: Account
) -> None:
    book = make_book()
    groceries, dining = account(book, "Groceries"), account(book, "Dining")
    parts = (Line(dining, 20_000), Line(groceries, 80_000))
    record_transaction(
        TransactionCommand(book, None, Direction.OUT, date(2026, 11, 20), account(book, "Cash"), 100_000, parts),
        deps=deps,
    )

    [row] = expenses(session, book, limit=10)

    assert (row.amount_minor, row.category_id) == (100_000, groceries)


def test_normal_covers_the_payee_a_quarter_further_and_a_burst_its_category(
    session: Session, deps: Deps, make_book: Make, *, account: Account, spend: Spend, alert: Callable[..., int]
) -> None:
    book = make_book()
    groceries = account(book, "Groceries")
    one = alert(book, spend(book, 80_000, payee="Big Bazaar").transaction_id, "amount,burst")
    two = alert(book, spend(book, 40_000).transaction_id, "amount")
    alert(book, spend(book, 30_000, payee="Croma").transaction_id)
    for number in (one, two):
        answer(number, Answer.NORMAL, book_id=book, user_id=None, deps=deps)

    assert set(confirmed(session, book)) == {
        Feedback("big bazaar", groceries, 0, 100_000, "amount"),
        Feedback(None, groceries, 0, 10**15 - 1, "burst"),
        Feedback(None, groceries, 0, 50_000, "amount"),
    }


def test_warnings_wait_until_answered_and_show_where_they_belong(
    session: Session, deps: Deps, make_book: Make, spend: Spend, alert: Callable[..., int]
) -> None:
    book = make_book()
    older = alert(book, spend(book, 80_000, payee="Big Bazaar", occurred_on=date(2026, 11, 2)).transaction_id)
    newer = alert(book, spend(book, 40_000, description="POS 4129 CROMA").transaction_id, "duplicate,amount")
    deleted = spend(book, 30_000).transaction_id
    alert(book, deleted)
    void_transactions(book, [deleted], user_id=None, deps=deps)

    before = waiting_alerts(session, book)
    answer(older, Answer.NORMAL, book_id=book, user_id=None, deps=deps)

    assert [(each.id, each.name, each.category, each.account, each.minor) for each in before] == [
        (newer, "POS 4129 CROMA", "Groceries", "Cash", 40_000),
        (older, "Big Bazaar", "Groceries", "Cash", 80_000),
    ]
    assert before[0].kinds == ("duplicate", "amount")
    assert [each.id for each in waiting_alerts(session, book)] == [newer]
    [settled] = settled_alerts(session, book)
    assert (settled.id, settled.answer, settled.answered_at, settled.is_settled) == (
        older,
        Answer.NORMAL,
        deps.now(),
        True,
    )
    counts = alert_counts(session, book)
    assert (counts.waiting, counts.settled) == (1, 1)


def test_a_warning_of_another_book_is_not_found(
    session: Session, make_user: Make, make_book: Make, spend: Spend, alert: Callable[..., int]
) -> None:
    person = make_user()
    book, other = make_book(person), make_book(person, name="Second")
    number = alert(book, spend(book).transaction_id)

    assert alert_of(session, other, number) is None
    found = alert_of(session, book, number)
    assert found is not None
    assert found.id == number


def test_a_book_that_was_never_counted_knows_nothing(session: Session, make_book: Make) -> None:
    book = make_book()

    assert model_of(session, book).trained_at is None
    assert (alert_counts(session, book).waiting, model_of(session, book).row_count) == (0, 0)

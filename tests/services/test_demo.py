from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.books import MONEY_KINDS, AccountKind, Source
from app.domain.errors import Refused
from app.domain.periods import Month
from app.domain.schedules import OccurrenceState, ScheduleKind
from app.domain.scheme_kinds import SchemeKind
from app.models.account import Account
from app.models.anomaly import Alert
from app.models.book import AuditEvent, Book, Membership
from app.models.schedule import Occurrence, Schedule
from app.models.scheme import Scheme
from app.models.transaction import DayTotal, Payee, Posting, Transaction
from app.models.user import User
from app.queries.holdings import holding_values
from app.queries.verification import verify_book
from app.services.demo import NAMED, renew_named, start_visit
from app.services.deps import Deps
from app.services.recurring import Settled, run_due
from app.services.sign_ins import sign_in
from tests.conftest import Clock

MONTH_ENDS = [month.last for month in Month(2026, 10).last_months(20)]
HERE = {"locale": "en-IN", "timezone": "Asia/Kolkata", "currency": "INR"}


def no_file(store: str, key: str) -> None:
    raise AssertionError(f"the demo keeps no file, and {store}:{key} was to be removed")


def visit(deps: Deps) -> int:
    return start_visit(**HERE, delete_file=no_file, deps=deps)


def books_of(session: Session, user_id: int) -> list[int]:
    return list(session.scalars(select(Membership.book_id).where(Membership.user_id == user_id)))


def test_a_visitor_gets_two_books_that_prove_themselves(session: Session, deps: Deps) -> None:
    user_id = visit(deps)

    books = books_of(session, user_id)
    results = [verify_book(session, book) for book in books]
    assert [result.differences for result in results] == [(), ()]
    assert all(result.transactions > 700 for result in results)
    person = session.get_one(User, user_id)
    assert (person.is_demo, person.name, person.email.endswith("@example.invalid")) == (True, "Asha Rao", True)


@pytest.mark.sqlite_only
def test_the_books_span_24_months_and_end_today(session: Session, deps: Deps) -> None:
    [personal, _] = books_of(session, visit(deps))

    first, last = session.execute(
        select(func.min(DayTotal.day), func.max(DayTotal.day)).where(DayTotal.book_id == personal)
    ).one()
    assert first == date(2024, 12, 1)
    assert date(2026, 11, 19) <= last <= date(2026, 11, 22)


@pytest.mark.sqlite_only
def test_filling_a_book_is_one_event_in_its_chain(session: Session, deps: Deps) -> None:
    [personal, business] = books_of(session, visit(deps))

    actions = {
        book: session.scalars(
            select(AuditEvent.action).where(AuditEvent.book_id == book).order_by(AuditEvent.number)
        ).all()
        for book in (personal, business)
    }
    assert actions[business] == ["book.opened", "demo.filled"]
    assert actions[personal][:2] == ["book.opened", "demo.filled"]
    assert "demo.filled" not in actions[personal][2:]


@pytest.mark.sqlite_only
def test_the_odd_entries_are_warned_of_in_both_books(session: Session, deps: Deps) -> None:
    found = [
        set(
            session.scalars(
                select(Payee.name)
                .join(Transaction, Transaction.payee_id == Payee.id)
                .join(Alert, Alert.transaction_id == Transaction.id)
                .where(Alert.book_id == book, Alert.answer == "open")
            )
        )
        for book in books_of(session, visit(deps))
    ]

    assert found == [{"BESCOM", "Manipal Diagnostics"}, {"Adobe", "Blue Dart"}]


@pytest.mark.sqlite_only
def test_the_household_has_a_salary_a_loan_deposits_and_investments_posted_up_to_today(
    session: Session, deps: Deps
) -> None:
    [personal, _] = books_of(session, visit(deps))

    posted = dict(
        session.execute(
            select(Schedule.kind, func.count())
            .join(Occurrence, Occurrence.schedule_id == Schedule.id)
            .where(Schedule.book_id == personal, Occurrence.state == OccurrenceState.POSTED)
            .group_by(Schedule.kind)
        ).all()
    )
    assert posted[ScheduleKind.SALARY] == 24
    assert posted[ScheduleKind.LOAN] == 23
    waiting = session.scalars(select(Occurrence.reason).where(Occurrence.state == OccurrenceState.WAITING)).all()
    assert waiting == [None]  # the bill that asks first
    assert all(len(set(values)) > 12 for values in holding_values(session, personal, "INR", [*MONTH_ENDS]).values())
    assert run_due(book_id=personal, deps=deps) == Settled()


@pytest.mark.sqlite_only
def test_the_household_never_owns_less_than_nothing_and_overpays_nothing(session: Session, deps: Deps) -> None:
    [personal, _] = books_of(session, visit(deps))

    legs = session.execute(
        select(Account.name, Account.kind, Posting.occurred_on, func.sum(Posting.amount_minor))
        .join(Account, (Account.id == Posting.account_id) & (Account.book_id == Posting.book_id))
        .where(Posting.book_id == personal, Account.kind.in_(MONEY_KINDS))
        .group_by(Account.id, Posting.occurred_on)
        .order_by(Posting.occurred_on)
    )
    balances: dict[str, int] = defaultdict(int)
    for name, kind, day, minor in legs:
        balances[name] += int(minor)
        assert balances[name] * (1 if kind == AccountKind.ASSET else -1) >= 0, (name, day, balances[name])
    assert balances["Bank account"] > 0


@pytest.mark.sqlite_only
@pytest.mark.parametrize("currency", ["EUR", "JPY"])
def test_a_visitor_from_elsewhere_gets_a_household_without_indian_schemes(
    session: Session, deps: Deps, currency: str
) -> None:
    user_id = start_visit(locale="de-DE", timezone="Europe/Berlin", currency=currency, delete_file=no_file, deps=deps)

    assert [verify_book(session, book).differences for book in books_of(session, user_id)] == [(), ()]
    assert session.scalars(select(Scheme.kind)).all() == [SchemeKind.FD]


@pytest.mark.sqlite_only
def test_every_invented_entry_says_that_it_is_invented(session: Session, deps: Deps) -> None:
    [_, business] = books_of(session, visit(deps))

    sources = session.scalars(select(Transaction.source).where(Transaction.book_id == business).distinct()).all()
    assert sources == [Source.DEMO]


def test_visitors_of_the_day_before_are_gone_with_their_books_and_nobody_else(
    session: Session, deps: Deps, clock: Clock, make_book: Callable[..., int]
) -> None:
    mine = make_book()
    old = visit(deps)
    clock.at += timedelta(hours=23)
    young = visit(deps)
    clock.at += timedelta(hours=2)

    newest = visit(deps)

    people = session.scalars(select(User.id).order_by(User.id)).all()
    assert old not in people
    assert people[1:] == [young, newest]
    assert set(session.scalars(select(Book.id))) == {mine, *books_of(session, young), *books_of(session, newest)}


@pytest.mark.sqlite_only
def test_the_named_demo_person_can_sign_in_and_is_renewed_with_a_new_password(session: Session, deps: Deps) -> None:
    renew_named(**HERE, delete_file=no_file, deps=deps)
    password = renew_named(**HERE, delete_file=no_file, deps=deps)

    assert sign_in(NAMED, password, device="test", address="127.0.0.1", deps=deps)
    assert session.scalar(select(func.count()).select_from(User)) == 1
    assert session.scalar(select(func.count()).select_from(Book)) == 2


@pytest.mark.sqlite_only
def test_the_named_demo_person_stays_while_visitors_come_and_go(session: Session, deps: Deps, clock: Clock) -> None:
    renew_named(**HERE, delete_file=no_file, deps=deps)
    clock.at += timedelta(days=3)

    visit(deps)

    assert session.scalar(select(User.id).where(User.email == NAMED)) is not None


def test_a_real_person_with_the_demo_address_is_never_touched(
    session: Session, deps: Deps, make_user: Callable[..., int]
) -> None:
    real = make_user(NAMED)

    with pytest.raises(Refused, match="account of their own"):
        renew_named(**HERE, delete_file=no_file, deps=deps)

    assert session.scalars(select(User.id)).all() == [real]

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.books import BookKind, Direction, State
from app.domain.errors import NotInBook, Refused
from app.domain.imports import ImportState, RowStatus
from app.extensions import db
from app.ingest.statement import UnreadableFile
from app.models.account import Account
from app.models.statement_import import Import, ImportRow, TransactionSource
from app.models.transaction import Payee, Posting, Transaction
from app.queries.imports import LEASE, import_page, import_view, planned_rows, status_counts
from app.queries.verification import verify_book
from app.services import import_jobs, imports
from app.services.accounts import AccountCommand, add_account
from app.services.deps import Deps
from app.services.transactions import Line, Recorded, TransactionCommand, record_transaction, void_transactions
from tests.conftest import Clock

HEADINGS = "Date,Description,Debit,Credit"
JULY = (
    "13/07/2026,POS 412912XXXXXX1234 BIG BAZAAR MUMBAI,1250.50,",
    "14/07/2026,UPI-SWIGGY-SWIGGY@AXISBANK-UTIB0000001-407012345678-PAYMENT,420.00,",
    "14/07/2026,NEFT CR-HDFC0000001-ACME LTD-ASHA RAO-N123456789,,85000.00",
    "28/07/2026,ATM WDL-1234 MUMBAI,2000.00,",
)


def csv(*lines: str) -> bytes:
    return "\n".join((HEADINGS, *lines)).encode()


@pytest.fixture
def book(make_book: Callable[..., int]) -> int:
    return make_book()


@pytest.fixture
def bank(book: int, account: Callable[[int, str], int]) -> int:
    return account(book, "Bank account")


@pytest.fixture
def planned(deps: Deps, book: int, bank: int) -> Callable[..., int]:
    """A file that has been read, and planned: `planned(*JULY)`. Returns the import's id."""

    def make(*lines: str, account_id: int | None = None, book_id: int | None = None) -> int:
        import_id = imports.upload(book_id or book, account_id or bank, "july.csv", csv(*lines), deps=deps)
        imports.plan(book_id or book, import_id, deps=deps)
        return import_id

    return make


@pytest.fixture
def applied(deps: Deps, book: int, planned: Callable[..., int]) -> Callable[..., int]:
    """A file that has been read, planned and written. Returns the import's id."""

    def make(*lines: str, **changes: Any) -> int:
        import_id = planned(*lines, **changes)
        if status_counts(deps.session, book, import_id).keys() & {RowStatus.NEW, RowStatus.MAYBE}:
            imports.apply(book, import_id, user_id=None, deps=deps)
        return import_id

    return make


def posted(session: Session, book_id: int) -> list[tuple[date, int, str, str]]:
    """What the bank account's statement would say: day, amount, payee and category, oldest first."""
    account_leg, category_leg = sa.orm.aliased(Posting), sa.orm.aliased(Posting)
    rows = session.execute(
        sa.select(Transaction.occurred_on, account_leg.amount_minor, Payee.name, Account.name)
        .join(account_leg, account_leg.transaction_id == Transaction.id)
        .join(category_leg, (category_leg.transaction_id == Transaction.id) & (category_leg.id != account_leg.id))
        .join(Account, Account.id == category_leg.account_id)
        .join(Payee, Payee.id == Transaction.payee_id, isouter=True)
        .where(Transaction.book_id == book_id, Account.subtype == "category", Transaction.state == State.POSTED)
        .order_by(Transaction.occurred_on, Transaction.id)
    )
    return [(day, amount, payee, category) for day, amount, payee, category in rows]


def counts(deps: Deps, book_id: int, import_id: int) -> dict[str, int]:
    return {str(status): count for status, count in status_counts(deps.session, book_id, import_id).items()}


def state(deps: Deps, book_id: int, import_id: int) -> ImportState:
    return import_view(deps.session, book_id, import_id, deps.now()).state


def assert_clean(session: Session, book_id: int) -> None:
    assert not verify_book(session, book_id).differences


def numbered(count: int, first: int = 0) -> list[str]:
    """Different rows, one a day."""
    return [
        f"{date(2020, 1, 1) + timedelta(days=n):%d/%m/%Y},SHOP {n},{n + 1}.00," for n in range(first, first + count)
    ]


def test_a_file_becomes_transactions_with_payees_and_categories(
    deps: Deps, session: Session, book: int, applied: Callable[..., int]
) -> None:
    import_id = applied(*JULY)

    assert posted(session, book) == [
        (date(2026, 7, 13), -125_050, "BIG BAZAAR MUMBAI", "Other spending"),
        (date(2026, 7, 14), -42_000, "SWIGGY", "Other spending"),
        (date(2026, 7, 14), 8_500_000, "ACME LTD", "Other income"),
        (date(2026, 7, 28), -200_000, "Cash withdrawal", "Other spending"),
    ]
    assert state(deps, book, import_id) == ImportState.APPLIED
    assert session.get_one(Import, import_id).content is None
    assert_clean(session, book)


def test_the_same_file_twice_adds_nothing(deps: Deps, session: Session, book: int, applied: Callable[..., int]) -> None:
    applied(*JULY)
    before = posted(session, book)

    again = applied(*JULY)

    assert posted(session, book) == before
    assert counts(deps, book, again) == {"here": 4}
    with pytest.raises(Refused, match="nothing new"):
        imports.apply(book, again, user_id=None, deps=deps)


def test_identical_rows_of_one_file_stay_two(
    deps: Deps, session: Session, book: int, applied: Callable[..., int]
) -> None:
    twin = "13/07/2026,METRO,40.00,"

    applied(twin, twin)
    assert [amount for _, amount, _, _ in posted(session, book)] == [-4_000, -4_000]

    third = applied(twin, twin, twin)
    assert counts(deps, book, third) == {"here": 2, "written": 1}
    assert len(posted(session, book)) == 3


def test_an_overlapping_statement_adds_only_its_new_rows(
    deps: Deps, session: Session, book: int, applied: Callable[..., int]
) -> None:
    applied(*JULY[:3])

    second = applied(*JULY[1:], "30/07/2026,BESCOM,900.00,")

    assert counts(deps, book, second) == {"here": 2, "written": 2}
    assert len(posted(session, book)) == 5
    assert_clean(session, book)


def test_the_same_rows_in_another_account_are_new(
    deps: Deps, session: Session, book: int, account: Callable[[int, str], int], applied: Callable[..., int]
) -> None:
    applied(*JULY)

    other = applied(*JULY, account_id=account(book, "Cash"))

    assert counts(deps, book, other) == {"written": 4}
    assert len(posted(session, book)) == 8


def test_undo_takes_everything_out_and_lets_it_come_again(
    deps: Deps, session: Session, book: int, applied: Callable[..., int]
) -> None:
    first = applied(*JULY)
    written = posted(session, book)

    imports.undo(book, first, user_id=None, deps=deps)

    assert posted(session, book) == []
    assert state(deps, book, first) == ImportState.UNDONE
    assert session.scalar(sa.select(sa.func.count()).select_from(TransactionSource)) == 0
    assert_clean(session, book)
    applied(*JULY)
    assert posted(session, book) == written
    assert_clean(session, book)


def test_undo_leaves_what_other_imports_made(
    deps: Deps, session: Session, book: int, applied: Callable[..., int]
) -> None:
    applied(*JULY[:2])
    second = applied(*JULY)

    imports.undo(book, second, user_id=None, deps=deps)

    assert [payee for _, _, payee, _ in posted(session, book)] == ["BIG BAZAAR MUMBAI", "SWIGGY"]
    assert_clean(session, book)


def test_a_deleted_transaction_does_not_come_back_with_the_next_file(
    deps: Deps, session: Session, book: int, applied: Callable[..., int]
) -> None:
    applied(*JULY)
    [swiggy] = session.scalars(sa.select(Transaction.id).where(Transaction.description.like("%SWIGGY%")))
    void_transactions(book, [swiggy], user_id=None, deps=deps)

    again = applied(*JULY)

    assert counts(deps, book, again) == {"here": 3, "deleted": 1}
    assert len(posted(session, book)) == 3


def test_what_the_preview_shows_is_what_is_written(
    deps: Deps, session: Session, book: int, planned: Callable[..., int], account: Callable[[int, str], int]
) -> None:
    import_id = planned(*JULY)
    imports.leave_out(book, import_id, [3], deps=deps)
    imports.categorise(book, import_id, [0], account(book, "Groceries"), deps=deps)
    view = import_view(session, book, import_id, deps.now())
    names = dict(session.execute(sa.select(Account.id, Account.name)).all())
    shown = [
        (row.occurred_on, row.amount_minor, row.payee, names[row.category_id or 0])
        for row in planned_rows(session, book, view, None).rows
        if row.is_included
    ]

    imports.apply(book, import_id, user_id=None, deps=deps)

    assert view.new_count == 3
    assert posted(session, book) == shown
    assert shown[0][3] == "Groceries"


def test_a_row_that_was_left_out_can_be_taken_in_again(
    deps: Deps, session: Session, book: int, planned: Callable[..., int]
) -> None:
    import_id = planned(*JULY)

    assert imports.leave_out(book, import_id, [0, 1, 99], deps=deps) == 2
    assert imports.take_in(book, import_id, [1], deps=deps) == 1

    assert counts(deps, book, import_id) == {"new": 3, "left_out": 1}
    assert import_view(session, book, import_id, deps.now()).new_count == 3


def test_money_out_does_not_go_to_an_income_category(
    deps: Deps, book: int, planned: Callable[..., int], account: Callable[[int, str], int]
) -> None:
    import_id = planned(*JULY)

    assert imports.categorise(book, import_id, [0, 1, 2, 3], account(book, "Salary"), deps=deps) == 1
    with pytest.raises(NotInBook):
        imports.categorise(book, import_id, [0], account(book, "Bank account"), deps=deps)


def test_a_payee_goes_where_it_went_last_time(
    deps: Deps,
    session: Session,
    book: int,
    planned: Callable[..., int],
    spend: Callable[..., Recorded],
) -> None:
    spend(book, 30_000, payee="Swiggy", category="Groceries", occurred_on=date(2026, 5, 1))
    spend(book, 30_000, payee="Swiggy", category="Dining", occurred_on=date(2026, 6, 1))

    import_id = planned(*JULY)

    view = import_view(session, book, import_id, deps.now())
    row = planned_rows(session, book, view, None).rows[1]
    assert row.payee == "Swiggy"
    assert session.get_one(Account, row.category_id).name == "Dining"


def test_the_statements_own_category_is_used_when_the_book_has_it(
    deps: Deps, session: Session, book: int, bank: int
) -> None:
    data = b"Date,Payee,Category,Amount\n2026-07-13,Cafe,Food: Dining,-120.00\n2026-07-14,Refund shop,dining,50.00\n2026-07-15,X,Unheard of,-1.00"
    import_id = imports.upload(book, bank, "app.csv", data, deps=deps)
    imports.plan(book, import_id, deps=deps)
    imports.apply(book, import_id, user_id=None, deps=deps)

    assert [(amount, category) for _, amount, _, category in posted(session, book)] == [
        (-12_000, "Dining"),
        (5_000, "Dining"),
        (-100, "Other spending"),
    ]
    assert_clean(session, book)


def test_a_row_that_looks_like_one_entered_by_hand_says_so_once(
    deps: Deps, book: int, bank: int, account: Callable[[int, str], int], planned: Callable[..., int]
) -> None:
    record_transaction(
        TransactionCommand(
            book, None, Direction.OUT, date(2026, 7, 12), bank, 4_000, (Line(account(book, "Transport"), 4_000),)
        ),
        deps=deps,
    )

    import_id = planned("13/07/2026,METRO,40.00,", "14/07/2026,METRO AGAIN,40.00,", "13/07/2026,OTHER,41.00,")

    assert counts(deps, book, import_id) == {"maybe": 1, "new": 2}
    assert imports.leave_out_lookalikes(book, import_id, deps=deps) == 1
    assert counts(deps, book, import_id) == {"left_out": 1, "new": 2}


def test_a_question_must_be_answered_before_there_is_a_plan(deps: Deps, session: Session, book: int, bank: int) -> None:
    data = csv("03/04/2026,TEA,10.00,", "05/06/2026,COFFEE,20.00,")
    import_id = imports.upload(book, bank, "doubtful.csv", data, deps=deps)
    page = import_page(session, book, import_id, deps.now())
    assert page.understood is not None
    assert [question.key for question in page.understood.questions] == ["date_order"]

    with pytest.raises(Refused) as refused:
        imports.plan(book, import_id, deps=deps)
    assert refused.value.field == "date_order"
    assert counts(deps, book, import_id) == {}

    imports.settle(imports.Settled(book, import_id, bank, {"date_order": "mdy"}), deps=deps)
    imports.plan(book, import_id, deps=deps)
    imports.apply(book, import_id, user_id=None, deps=deps)
    assert [day for day, *_ in posted(session, book)] == [date(2026, 3, 4), date(2026, 5, 6)]


def test_new_answers_throw_the_plan_away(deps: Deps, book: int, bank: int, planned: Callable[..., int]) -> None:
    import_id = planned(*JULY)

    imports.settle(imports.Settled(book, import_id, bank, {"sign": "inverted"}), deps=deps)

    assert counts(deps, book, import_id) == {}
    with pytest.raises(Refused):
        imports.apply(book, import_id, user_id=None, deps=deps)


def test_answers_that_make_no_sense_change_nothing(
    deps: Deps, session: Session, book: int, bank: int, planned: Callable[..., int]
) -> None:
    import_id = planned(*JULY)
    before = session.get_one(Import, import_id).answers

    with pytest.raises(Refused):
        imports.settle(imports.Settled(book, import_id, bank, {"header_line": "5"}), deps=deps)

    session.rollback()
    assert session.get_one(Import, import_id).answers == before
    assert counts(deps, book, import_id) == {"new": 4}


@pytest.mark.parametrize("data", [b"", b"\0\0\0", b"%PDF-1.7 not a table", b"hello there\n", b"a,b\n" + b"x" * 30_000])
def test_an_unreadable_file_leaves_nothing_behind(
    deps: Deps, session: Session, book: int, bank: int, data: bytes
) -> None:
    with pytest.raises(UnreadableFile):
        imports.upload(book, bank, "x.csv", data, deps=deps)

    assert session.scalar(sa.select(sa.func.count()).select_from(Import)) == 0


def test_formulas_and_control_characters_are_only_text(session: Session, applied: Callable[..., int]) -> None:
    applied('13/07/2026,"=HYPERLINK(""http://x"",""y"")\x07\x1b[31m",10.00,')

    [description] = session.scalars(sa.select(Transaction.description))
    assert description == '=HYPERLINK("http://x","y")[31m'


def test_rows_that_cannot_be_booked_say_why(deps: Deps, session: Session, book: int, bank: int) -> None:
    data = (
        b"Date,Description,Amount,Currency,Status\n2026-07-13,A,-10.00,INR,Completed\n2026-07-14,B,-5.00,INR,Completed\n"
        b"2026-07-14,C,0.00,INR,Completed\n2026-07-15,D,-3.00,USD,Completed\n2026-07-16,E,-4.00,INR,Pending\n2047-01-01,F,-1.00,INR,Completed"
    )
    import_id = imports.upload(book, bank, "mixed.csv", data, deps=deps)
    imports.plan(book, import_id, deps=deps)

    view = import_view(session, book, import_id, deps.now())
    rows = planned_rows(session, book, view, None).rows
    assert [(row.description, str(row.status)) for row in rows] == [
        ("A", "new"), ("B", "new"), ("C", "empty"), ("D", "foreign"), ("E", "pending"), ("F", "far"),
    ]  # fmt: skip


def test_an_account_of_another_currency_needs_a_rate(deps: Deps, session: Session, book: int) -> None:
    dollars = add_account(AccountCommand(book, None, "Dollars", "bank", "USD"), deps=deps)  # type: ignore[arg-type]  # a StrEnum's value
    import_id = imports.upload(book, dollars, "usd.csv", csv("13/07/2026,SHOP,10.01,"), deps=deps)

    with pytest.raises(Refused) as refused:
        imports.plan(book, import_id, deps=deps)
    assert refused.value.field == "rate"

    imports.settle(imports.Settled(book, import_id, dollars, rate="84.25"), deps=deps)
    imports.plan(book, import_id, deps=deps)
    imports.apply(book, import_id, user_id=None, deps=deps)
    legs = session.execute(sa.select(Posting.amount_minor, Posting.base_minor).order_by(Posting.amount_minor)).all()
    assert [tuple(leg) for leg in legs] == [(-1_001, -84_334), (84_334, 84_334)]
    assert_clean(session, book)


def test_a_file_in_another_currency_than_the_account_is_not_booked_blindly(deps: Deps, book: int, bank: int) -> None:
    data = b"Date,Description,Amount,Currency\n2026-07-13,A,-10.00,EUR\n2026-07-14,B,-5.00,EUR"
    import_id = imports.upload(book, bank, "eur.csv", data, deps=deps)

    with pytest.raises(Refused, match="EUR") as refused:
        imports.plan(book, import_id, deps=deps)
    assert refused.value.field == "account_id"


def test_a_book_without_its_rest_category_is_asked_for_one(
    deps: Deps, session: Session, book: int, bank: int, account: Callable[[int, str], int]
) -> None:
    session.execute(sa.update(Account).where(Account.id == account(book, "Other spending")).values(is_archived=True))
    session.commit()
    import_id = imports.upload(book, bank, "july.csv", csv(*JULY), deps=deps)

    with pytest.raises(Refused) as refused:
        imports.plan(book, import_id, deps=deps)
    assert refused.value.field == "spending_id"

    groceries = account(book, "Groceries")
    imports.settle(imports.Settled(book, import_id, bank, spending_id=groceries), deps=deps)
    imports.plan(book, import_id, deps=deps)
    assert counts(deps, book, import_id) == {"new": 4}


def test_a_business_book_has_its_own_rest_categories(
    deps: Deps, session: Session, make_book: Callable[..., int], account: Callable[[int, str], int]
) -> None:
    firm = make_book(kind=BookKind.BUSINESS)
    import_id = imports.upload(firm, account(firm, "Current account"), "july.csv", csv(*JULY), deps=deps)
    imports.plan(firm, import_id, deps=deps)
    imports.apply(firm, import_id, user_id=None, deps=deps)

    assert {category for *_, category in posted(session, firm)} == {"Other expenses", "Other revenue"}


class LightsOutError(RuntimeError):
    """The machine stops."""


@contextmanager
def lights_out_at(nth: int, statement_start: str) -> Iterator[None]:
    """The nth statement that begins like this fails, as if the machine had stopped there."""
    seen = 0

    def stop(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal seen
        if statement.startswith(statement_start):
            seen += 1
            if seen == nth:
                raise LightsOutError

    sa.event.listen(db.engine, "before_cursor_execute", stop)
    try:
        yield
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", stop)


@pytest.mark.parametrize("statement", ["INSERT INTO transaction_sources", "UPDATE import_rows", "INSERT INTO postings"])
def test_a_crash_in_the_middle_then_continue_is_complete_and_doubles_nothing(  # noqa: PLR0917 - fixtures
    deps: Deps,
    session: Session,
    book: int,
    planned: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    statement: str,
) -> None:
    monkeypatch.setattr(import_jobs, "CHUNK", 10)
    import_id = planned(*numbered(35))

    with lights_out_at(2, statement), pytest.raises(LightsOutError):
        imports.apply(book, import_id, user_id=None, deps=deps)

    halfway = import_view(session, book, import_id, deps.now())
    assert (halfway.state, halfway.done_count, halfway.is_stalled) == (ImportState.APPLYING, 10, True)
    assert len(posted(session, book)) == 10
    assert_clean(session, book)
    imports.resume(book, import_id, user_id=None, deps=deps)
    assert sorted(-amount for _, amount, _, _ in posted(session, book)) == [100 * (n + 1) for n in range(35)]
    assert state(deps, book, import_id) == ImportState.APPLIED
    assert_clean(session, book)


def test_an_undo_that_stopped_goes_on(
    deps: Deps, session: Session, book: int, applied: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_jobs, "CHUNK", 10)
    import_id = applied(*numbered(35))

    with lights_out_at(3, "DELETE FROM postings"), pytest.raises(LightsOutError):
        imports.undo(book, import_id, user_id=None, deps=deps)

    assert len(posted(session, book)) == 15
    imports.resume(book, import_id, user_id=None, deps=deps)
    assert posted(session, book) == []
    assert state(deps, book, import_id) == ImportState.UNDONE
    assert_clean(session, book)


def test_a_job_that_runs_twice_changes_nothing_the_second_time(
    deps: Deps, session: Session, book: int, applied: Callable[..., int]
) -> None:
    import_id = applied(*JULY)
    before = posted(session, book)

    import_jobs.apply_import(book, import_id, None, deps=deps)
    import_jobs.undo_import(book, import_id, None, deps=deps)

    assert posted(session, book) == before
    assert state(deps, book, import_id) == ImportState.APPLIED


def test_one_of_two_windows_applies(deps: Deps, session: Session, book: int, planned: Callable[..., int]) -> None:
    import_id = planned(*JULY)

    imports.apply(book, import_id, user_id=None, deps=deps)
    with pytest.raises(Refused):
        imports.apply(book, import_id, user_id=None, deps=deps)

    assert len(posted(session, book)) == 4


def test_two_imports_of_one_file_write_it_once(
    deps: Deps, session: Session, book: int, planned: Callable[..., int]
) -> None:
    first, second = planned(*JULY), planned(*JULY)

    imports.apply(book, first, user_id=None, deps=deps)
    imports.apply(book, second, user_id=None, deps=deps)

    assert len(posted(session, book)) == 4
    assert counts(deps, book, second) == {"here": 4}
    assert_clean(session, book)


def test_a_living_worker_keeps_others_away_and_a_dead_one_does_not(
    deps: Deps, session: Session, book: int, planned: Callable[..., int], clock: Clock
) -> None:
    import_id = planned(*JULY)
    session.execute(
        sa.update(Import).where(Import.id == import_id).values(state=ImportState.APPLYING, claimed_at=clock.at)
    )
    session.commit()

    clock.at += LEASE / 2
    imports.resume(book, import_id, user_id=None, deps=deps)
    assert posted(session, book) == []
    assert not import_view(session, book, import_id, clock.at).is_stalled

    clock.at += LEASE
    assert import_view(session, book, import_id, clock.at).is_stalled
    imports.resume(book, import_id, user_id=None, deps=deps)
    assert len(posted(session, book)) == 4


def test_nothing_of_another_book_can_be_touched(  # noqa: PLR0917 - fixtures
    deps: Deps,
    book: int,
    make_user: Callable[..., int],
    make_book: Callable[..., int],
    planned: Callable[..., int],
    bank: int,
) -> None:
    import_id = planned(*JULY)
    other = make_book(make_user("bob@example.com"))

    verbs: Sequence[Callable[[], object]] = (
        lambda: imports.plan(other, import_id, deps=deps),
        lambda: imports.apply(other, import_id, user_id=None, deps=deps),
        lambda: imports.undo(other, import_id, user_id=None, deps=deps),
        lambda: imports.resume(other, import_id, user_id=None, deps=deps),
        lambda: imports.discard(other, import_id, deps=deps),
        lambda: imports.leave_out(other, import_id, [0], deps=deps),
        lambda: imports.upload(other, bank, "x.csv", csv(*JULY), deps=deps),
        lambda: imports.settle(imports.Settled(other, import_id, bank), deps=deps),
    )
    for verb in verbs:
        with pytest.raises(NotInBook):
            verb()
    assert counts(deps, book, import_id) == {"new": 4}


def test_a_discarded_import_is_gone_and_a_written_one_cannot_be_discarded(
    deps: Deps, session: Session, book: int, planned: Callable[..., int], applied: Callable[..., int]
) -> None:
    imports.discard(book, planned(*JULY), deps=deps)
    assert session.scalar(sa.select(sa.func.count()).select_from(ImportRow)) == 0

    with pytest.raises(Refused):
        imports.discard(book, applied(*JULY), deps=deps)


def test_pages_of_rows_go_both_ways(deps: Deps, session: Session, book: int, planned: Callable[..., int]) -> None:
    import_id = planned(*numbered(120))
    view = import_view(session, book, import_id, deps.now())

    first = planned_rows(session, book, view, None)
    second = planned_rows(session, book, view, None, after=first.after or 0)
    last = planned_rows(session, book, view, None, after=second.after or 0)
    back = planned_rows(session, book, view, None, before=last.before)

    assert [row.number for page in (first, second, last) for row in page.rows] == list(range(120))
    assert (first.before, last.after) == (None, None)
    assert back.rows == second.rows


def test_every_chunk_leaves_an_event_with_counts_and_a_digest(
    session: Session, applied: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_jobs, "CHUNK", 10)

    applied(*numbered(25))

    events = session.execute(
        sa.text("SELECT action, after FROM audit_events WHERE action LIKE 'import.%' ORDER BY number")
    ).all()
    assert [action for action, _ in events] == ["import.rows_written"] * 3 + ["import.applied"]
    assert '"written":10' in events[0][1]
    assert '"digest":"' in events[0][1]

"""The one writer of the books: transactions, their legs and the totals that are kept with them.

Everything that posts (form, receipt, import, recurring, demo data) comes through here, so the totals can never go stale
and the legs always add up to zero.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, delete, func, insert, select, tuple_, update

from app.domain.books import AccountKind, Leg, Source, State, TransactionKind, effect, is_balanced
from app.domain.errors import Refused
from app.domain.periods import Month
from app.domain.sequences import batched
from app.domain.texts import key
from app.models.account import Account
from app.models.base import table_of
from app.models.transaction import AccountMonth, DayTotal, Posting, Transaction, TransactionTag
from app.services.uow import BookWork

BATCH = 500
FIRST_DAY = date(1950, 1, 1)
YEARS_AHEAD = 5
SEARCH_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Draft:
    """A transaction about to be posted. Its legs name accounts of the book and add up to zero."""

    occurred_on: date
    kind: TransactionKind
    legs: tuple[Leg, ...]
    source: Source
    payee_id: int | None = None
    payee: str = ""
    description: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    receipt_id: int | None = None
    import_id: int | None = None
    submission_key: str | None = None
    score: float | None = None

    @property
    def search_text(self) -> str:
        """What a search looks in."""
        return key(" ".join((self.payee, self.description, self.note, *self.tags)))[:SEARCH_LENGTH]


def check_day(work: BookWork, day: date, *, field: str) -> None:
    """Raises: Refused beside `field` for a day that no book has."""
    last_year = work.now.year + YEARS_AHEAD
    if not FIRST_DAY <= day <= date(last_year, 12, 31):
        raise Refused(f"Write a date between {FIRST_DAY.year} and {last_year}.", field=field)


class UnbalancedError(AssertionError):
    """Legs that do not add up to zero: a fault of ours, never of the user's."""


def account_kinds(work: BookWork, ids: Iterable[int]) -> dict[int, AccountKind]:
    """The kinds of these accounts of the book; ids that are not the book's are missing."""
    rows = work.session.execute(
        select(Account.id, Account.kind).where(Account.book_id == work.book.id, Account.id.in_(set(ids)))
    )
    return dict(rows.all())


def post(work: BookWork, drafts: Sequence[Draft], kinds: Mapping[int, AccountKind]) -> list[int]:
    """Write transactions with their legs, tags and totals; the ids come back in the order of the drafts.

    `kinds` holds the kind of every account that a leg names (see `account_kinds`).
    """
    ids = _insert(work, [_row(work, draft, kinds) for draft in drafts])
    _write_legs(work, [(ids[at], draft.occurred_on, draft.legs) for at, draft in enumerate(drafts)])
    write_tags(work, [(ids[at], draft.tags) for at, draft in enumerate(drafts) if draft.tags])
    totals = _Totals(work, kinds)
    for draft in drafts:
        totals.add(draft.occurred_on, draft.legs, 1)
    totals.write()
    return ids


def unpost(work: BookWork, ids: Sequence[int]) -> dict[int, tuple[Leg, ...]]:
    """Take the legs of transactions out of the books and give them back, so that they can be kept or replaced."""
    legs: dict[int, list[Leg]] = defaultdict(list)
    days: dict[int, date] = {}
    for batch in batched(ids, BATCH):
        rows = work.session.execute(
            select(
                Posting.transaction_id,
                Posting.occurred_on,
                Posting.account_id,
                Posting.amount_minor,
                Posting.base_minor,
            )
            .where(Posting.book_id == work.book.id, Posting.transaction_id.in_(batch))
            .order_by(Posting.id)
        )
        for transaction_id, day, account_id, amount_minor, base_minor in rows:
            legs[transaction_id].append(Leg(account_id, amount_minor, base_minor))
            days[transaction_id] = day
        work.session.execute(delete(Posting).where(Posting.book_id == work.book.id, Posting.transaction_id.in_(batch)))
    totals = _Totals(work, account_kinds(work, {leg.account_id for each in legs.values() for leg in each}))
    for transaction_id, each in legs.items():
        totals.add(days[transaction_id], each, -1)
    totals.write()
    return {transaction_id: tuple(each) for transaction_id, each in legs.items()}


def repost(work: BookWork, entries: Sequence[tuple[int, date, tuple[Leg, ...]]]) -> None:
    """Put legs back into the books for transactions that exist: an edit, or the end of a void."""
    kinds = account_kinds(work, {leg.account_id for _, _, legs in entries for leg in legs})
    _write_legs(work, entries)
    totals = _Totals(work, kinds)
    for transaction_id, day, legs in entries:
        _check(legs)
        sums = effect(legs, kinds)
        work.session.execute(
            update(Transaction)
            .where(Transaction.book_id == work.book.id, Transaction.id == transaction_id)
            .values(income_minor=sums.income_minor, expense_minor=sums.expense_minor, moved_minor=sums.moved_minor)
        )
        totals.add(day, legs, 1)
    totals.write()


def write_tags(work: BookWork, tagged: Sequence[tuple[int, Iterable[str]]]) -> None:
    """Put tags on transactions that have none of them yet."""
    rows = [
        {"book_id": work.book.id, "transaction_id": transaction_id, "tag": tag}
        for transaction_id, tags in tagged
        for tag in tags
    ]
    if rows:
        work.session.execute(insert(TransactionTag), rows)


def _insert(work: BookWork, rows: list[dict[str, object]]) -> list[int]:
    """Insert transactions and return their ids in the order given."""
    connection, table = work.session.connection(), table_of(Transaction)
    ids = _reserved_ids(connection, len(rows))
    if ids is None:
        statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
        return [each for batch in batched(rows, BATCH) for each in connection.scalars(statement, list(batch))]
    connection.execute(insert(table), [{"id": each, **row} for each, row in zip(ids, rows, strict=True)])
    return ids


def _reserved_ids(connection: Connection, count: int) -> list[int] | None:
    """Ids to insert with, where that is faster than asking for them with every row: SQLite has one writer, PostgreSQL a sequence."""
    if connection.dialect.name == "sqlite":
        first = (connection.scalar(select(func.max(Transaction.id))) or 0) + 1
        return list(range(first, first + count))
    if connection.dialect.name == "postgresql":
        sequence = func.nextval(func.pg_get_serial_sequence("transactions", "id"))
        series = func.generate_series(1, count).table_valued("number")
        return sorted(connection.scalars(select(sequence).select_from(series)))
    return None


def _check(legs: Sequence[Leg]) -> None:
    if len(legs) < 2 or not is_balanced(legs):  # noqa: PLR2004 - money comes from somewhere and goes somewhere
        raise UnbalancedError(f"legs do not add up to zero: {legs}")


def _row(work: BookWork, draft: Draft, kinds: Mapping[int, AccountKind]) -> dict[str, object]:
    _check(draft.legs)
    sums = effect(draft.legs, kinds)
    return {
        "book_id": work.book.id,
        "occurred_on": draft.occurred_on,
        "kind": draft.kind,
        "state": State.POSTED,
        "source": draft.source,
        "payee_id": draft.payee_id,
        "description": draft.description,
        "note": draft.note,
        "search_text": draft.search_text,
        "income_minor": sums.income_minor,
        "expense_minor": sums.expense_minor,
        "moved_minor": sums.moved_minor,
        "receipt_id": draft.receipt_id,
        "import_id": draft.import_id,
        "submission_key": draft.submission_key,
        "score": draft.score,
        "created_at": work.now,
        "updated_at": work.now,
    }


def _write_legs(work: BookWork, entries: Sequence[tuple[int, date, Sequence[Leg]]]) -> None:
    rows = [
        {
            "book_id": work.book.id,
            "transaction_id": transaction_id,
            "account_id": leg.account_id,
            "amount_minor": leg.amount_minor,
            "base_minor": leg.base_minor,
            "occurred_on": day,
        }
        for transaction_id, day, legs in entries
        for leg in legs
    ]
    if rows:
        work.session.connection().execute(insert(table_of(Posting)), rows)


_MONTH_COLUMNS = ("debit_minor", "credit_minor", "base_debit_minor", "base_credit_minor", "leg_count")
_DAY_COLUMNS = ("income_minor", "expense_minor", "moved_minor", "transaction_count")


class _Totals:
    """Collects what a write does to the kept totals, and adds it to them in a few statements."""

    def __init__(self, work: BookWork, kinds: Mapping[int, AccountKind]) -> None:
        self._work, self._kinds = work, kinds
        self._months: dict[tuple[int, date], list[int]] = defaultdict(lambda: [0] * len(_MONTH_COLUMNS))
        self._days: dict[date, list[int]] = defaultdict(lambda: [0] * len(_DAY_COLUMNS))

    def add(self, day: date, legs: Sequence[Leg], times: int) -> None:
        """Count a transaction's legs once, or take them out with `times` −1."""
        month = Month.of(day).first
        for leg in legs:
            sums = self._months[leg.account_id, month]
            sums[0 if leg.amount_minor > 0 else 1] += times * abs(leg.amount_minor)
            sums[2 if leg.base_minor > 0 else 3] += times * abs(leg.base_minor)
            sums[4] += times
        change = effect(legs, self._kinds)
        day_sums = self._days[day]
        day_sums[0] += times * change.income_minor
        day_sums[1] += times * change.expense_minor
        day_sums[2] += times * change.moved_minor
        day_sums[3] += times

    def write(self) -> None:
        """Add the changes to the rows that exist, and insert the others. The book's lock keeps other writers away."""
        book_id, session = self._work.book.id, self._work.session
        known: set[tuple[int, date]] = set()
        for keys in batched(self._months, BATCH // 2):
            found = select(AccountMonth.account_id, AccountMonth.month).where(
                tuple_(AccountMonth.account_id, AccountMonth.month).in_(keys)
            )
            known.update((row.account_id, row.month) for row in session.execute(found))
        changes = [
            {
                "key_account": account_id,
                "key_month": month,
                **{f"add_{name}": change for name, change in zip(_MONTH_COLUMNS, sums, strict=True)},
            }
            for (account_id, month), sums in self._months.items()
            if (account_id, month) in known
        ]
        if changes:
            table = table_of(AccountMonth)
            statement = (
                update(table)
                .where(table.c.account_id == bindparam("key_account"), table.c.month == bindparam("key_month"))
                .values({name: table.c[name] + bindparam(f"add_{name}") for name in _MONTH_COLUMNS})
            )
            session.connection().execute(statement, changes)
        fresh = [
            {
                "book_id": book_id,
                "account_id": account_id,
                "month": month,
                **dict(zip(_MONTH_COLUMNS, sums, strict=True)),
            }
            for (account_id, month), sums in self._months.items()
            if (account_id, month) not in known
        ]
        if fresh:
            session.execute(insert(AccountMonth), fresh)
        self._write_days(book_id)

    def _write_days(self, book_id: int) -> None:
        session = self._work.session
        known: set[date] = set()
        for days in batched(self._days, BATCH):
            known.update(
                session.scalars(select(DayTotal.day).where(DayTotal.book_id == book_id, DayTotal.day.in_(days)))
            )
        changes = [
            {"key_day": day, **{f"add_{name}": change for name, change in zip(_DAY_COLUMNS, sums, strict=True)}}
            for day, sums in self._days.items()
            if day in known
        ]
        if changes:
            table = table_of(DayTotal)
            statement = (
                update(table)
                .where(table.c.book_id == book_id, table.c.day == bindparam("key_day"))
                .values({name: table.c[name] + bindparam(f"add_{name}") for name in _DAY_COLUMNS})
            )
            session.connection().execute(statement, changes)
        fresh = [
            {"book_id": book_id, "day": day, **dict(zip(_DAY_COLUMNS, sums, strict=True))}
            for day, sums in self._days.items()
            if day not in known
        ]
        if fresh:
            session.execute(insert(DayTotal), fresh)

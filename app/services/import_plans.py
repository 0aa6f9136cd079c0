"""The plan of an import: for every row whether it is new, and under which payee and category it will be written."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.books import CATEGORY_KINDS, AccountKind, BookKind, State, TransactionKind
from app.domain.errors import NotInBook, Refused
from app.domain.imports import RowStatus
from app.domain.money import MAX_MINOR, exponent
from app.domain.payees import NAME_LENGTH, payee_of
from app.domain.sequences import batched
from app.domain.texts import clean, key
from app.ingest.statement import StatementRow
from app.models.account import Account
from app.models.book import Book
from app.models.statement_import import Import, TransactionSource
from app.models.transaction import Payee, Posting, Transaction
from app.queries.understood import Answers
from app.services.posting import FIRST_DAY, YEARS_AHEAD

BATCH = 1000
RAW_LENGTH = 16_000  # what a text column of any database holds, in any alphabet
DESCRIPTION_LENGTH = 500
NEAR_DAYS = 2

FALLBACKS: Mapping[tuple[BookKind, AccountKind], str] = {
    (BookKind.PERSONAL, AccountKind.EXPENSE): "Other spending",
    (BookKind.PERSONAL, AccountKind.INCOME): "Other income",
    (BookKind.BUSINESS, AccountKind.EXPENSE): "Other expenses",
    (BookKind.BUSINESS, AccountKind.INCOME): "Other revenue",
}
"""The starting categories that take what nothing else tells."""


@dataclass(frozen=True, slots=True)
class Category:
    """A category that a row can go to."""

    id: int
    name: str
    kind: AccountKind


@dataclass(frozen=True, slots=True)
class Target:
    """The account that a file is for. `rate` is what one unit of its currency is in the book's, where they differ."""

    account_id: int
    currency: str
    base_currency: str
    rate: Decimal | None

    def base_minor(self, amount_minor: int) -> int:
        """An amount of the account in the book's currency, half-up to a whole minor unit.

        Raises: Refused beside the rate when that is more than an amount can be.
        """
        if self.rate is None:
            return amount_minor
        shift = exponent(self.base_currency) - exponent(self.currency)
        base = (Decimal(amount_minor) * self.rate).scaleb(shift)
        if abs(base) > MAX_MINOR:
            raise Refused("With this rate, a row is worth more than an amount can be.", field="rate")
        return int(base.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Chart:
    """Where the rows of a file can go: the account, the categories in use, and the two that take what nothing else tells."""

    target: Target
    categories: Mapping[int, Category]
    spending_id: int
    income_id: int


def target_of(session: Session, found: Import, answers: Answers) -> Target:
    """The account that an import is for.

    Raises: NotInBook, or Refused with the field to correct.
    """
    row = session.execute(
        select(Account.id, Account.currency, Book.currency.label("base_currency"))
        .join(Book, Book.id == Account.book_id)
        .where(Account.book_id == found.book_id, Account.id == found.account_id)
    ).one_or_none()
    if row is None:
        raise NotInBook("account", found.account_id, found.book_id)
    is_base = row.currency == row.base_currency
    return Target(
        account_id=row.id,
        currency=row.currency,
        base_currency=row.base_currency,
        rate=None if is_base else _rate(answers.rate, row.currency, row.base_currency),
    )


def chart_of(session: Session, found: Import, answers: Answers) -> Chart:
    """What a plan needs to know of the book.

    Raises: NotInBook, or Refused with the field to correct.
    """
    kind = session.scalars(select(Book.kind).where(Book.id == found.book_id)).one()
    categories = categories_of(session, found.book_id)
    return Chart(
        target=target_of(session, found, answers),
        categories=categories,
        spending_id=_fallback(categories, answers.spending_id, kind, AccountKind.EXPENSE),
        income_id=_fallback(categories, answers.income_id, kind, AccountKind.INCOME),
    )


def categories_of(session: Session, book_id: int) -> dict[int, Category]:
    """The categories of a book that are in use, by id."""
    rows = session.execute(
        select(Account.id, Account.name, Account.kind)
        .where(Account.book_id == book_id, Account.kind.in_(CATEGORY_KINDS), Account.is_archived.is_(False))
        .order_by(Account.id)
    )
    return {row.id: Category(row.id, row.name, row.kind) for row in rows}


def default_fallback(categories: Mapping[int, Category], book_kind: BookKind, kind: AccountKind) -> int | None:
    """The starting category that takes what nothing else tells, while the book has it."""
    wanted = FALLBACKS[book_kind, kind]
    return next((each.id for each in categories.values() if each.kind == kind and each.name == wanted), None)


def _fallback(categories: Mapping[int, Category], chosen: int | None, book_kind: BookKind, kind: AccountKind) -> int:
    if chosen is not None and chosen in categories and categories[chosen].kind == kind:
        return chosen
    found = default_fallback(categories, book_kind, kind)
    if found is None:
        word, field = ("spending", "spending_id") if kind == AccountKind.EXPENSE else ("income", "income_id")
        raise Refused(f"Choose the category for {word} that FinTrak does not recognise.", field=field)
    return found


def _rate(text: str | None, currency: str, base: str) -> Decimal:
    try:
        rate = Decimal((text or "").replace(",", ""))
    except InvalidOperation:
        rate = Decimal(0)
    if not rate.is_finite() or not Decimal("0.000001") <= rate <= Decimal(1_000_000):
        raise Refused(f"Write what 1 {currency} is in {base}, like 84.25.", field="rate")
    return rate


class PlannedRow(NamedTuple):
    """A row as `import_rows` keeps it. `number` counts from 0 in the order of the file. A tuple, because there are many."""

    number: int
    line: int
    occurred_on: date
    amount_minor: int
    payee: str
    description: str
    category_id: int
    fingerprint: str
    nth: int
    raw: str
    status: RowStatus


@dataclass(frozen=True, slots=True)
class Memory:
    """What the book knows of its payees, by the key of their name: how it writes them, and where their money went last time."""

    names: Mapping[str, str]
    spent_on: Mapping[str, int]
    earned_as: Mapping[str, int]


def plan_rows(
    session: Session, found: Import, chart: Chart, rows: Sequence[StatementRow], today: date
) -> Iterator[PlannedRow]:
    """Every row as it is kept in `import_rows`, in the order of the file."""
    cleaned: dict[str, str] = {}
    names = [_name(row, cleaned) for row in rows]
    keys = {name: key(name) for name in set(names)}
    memory = _memory(session, found.book_id, set(keys.values()) - {""})
    by_name = _by_name(chart.categories.values())
    known = sources(session, found.book_id, chart.target.account_id, rows)
    deleted = _void(session, found.book_id, set(known.values()))
    last_day = date(today.year + YEARS_AHEAD, 12, 31)
    statuses = [_status(row, chart.target, known, deleted, last_day) for row in rows]
    for number in _entered_by_hand(session, found.book_id, chart.target.account_id, rows, statuses):
        statuses[number] = RowStatus.MAYBE
    for number, row in enumerate(rows):
        name_key = keys[names[number]]
        yield PlannedRow(
            number=number,
            line=row.line,
            occurred_on=row.occurred_on,
            amount_minor=row.amount_minor,
            payee=memory.names.get(name_key, names[number]),
            description=clean(row.description, DESCRIPTION_LENGTH),
            category_id=_category(row, name_key, chart, memory, by_name),
            fingerprint=row.fingerprint,
            nth=row.nth,
            raw=_storable(row.raw),
            status=statuses[number],
        )


def sources(
    session: Session, book_id: int, account_id: int, rows: Iterable[StatementRow]
) -> dict[tuple[str, int], int]:
    """The transactions that rows of statements of an account have become, by fingerprint and occurrence."""
    known: dict[tuple[str, int], int] = {}
    for prints in batched({row.fingerprint for row in rows}, BATCH):
        found = session.execute(
            select(TransactionSource.fingerprint, TransactionSource.nth, TransactionSource.transaction_id).where(
                TransactionSource.book_id == book_id,
                TransactionSource.account_id == account_id,
                TransactionSource.fingerprint.in_(prints),
            )
        )
        known.update({(fingerprint, nth): transaction_id for fingerprint, nth, transaction_id in found})
    return known


def _void(session: Session, book_id: int, ids: set[int]) -> set[int]:
    return {
        transaction_id
        for batch in batched(ids, BATCH)
        for transaction_id in session.scalars(
            select(Transaction.id).where(
                Transaction.book_id == book_id, Transaction.id.in_(batch), Transaction.state == State.VOID
            )
        )
    }


def _status(
    row: StatementRow, target: Target, known: Mapping[tuple[str, int], int], deleted: set[int], last_day: date
) -> RowStatus:
    if transaction_id := known.get((row.fingerprint, row.nth)):
        return RowStatus.DELETED if transaction_id in deleted else RowStatus.HERE
    if row.is_pending:
        return RowStatus.PENDING
    if row.currency is not None and row.currency != target.currency:
        return RowStatus.FOREIGN
    if row.amount_minor == 0 or target.base_minor(row.amount_minor) == 0:
        return RowStatus.EMPTY
    return RowStatus.NEW if FIRST_DAY <= row.occurred_on <= last_day else RowStatus.FAR


def _entered_by_hand(
    session: Session, book_id: int, account_id: int, rows: Sequence[StatementRow], statuses: Sequence[RowStatus]
) -> Iterator[int]:
    """The numbers of new rows that have an equal amount within two days in the account, entered some other way. Each claims one, nearest first."""
    wanted: dict[tuple[int, date], list[int]] = defaultdict(list)
    for number in reversed(range(len(rows))):
        if statuses[number] == RowStatus.NEW:
            wanted[rows[number].amount_minor, rows[number].occurred_on].append(number)
    if not wanted:
        return
    days = [row.occurred_on for row in rows]
    near = timedelta(days=NEAR_DAYS)
    amounts = {amount_minor for amount_minor, _ in wanted}
    has_source = (
        select(TransactionSource.transaction_id)
        .where(TransactionSource.book_id == book_id, TransactionSource.transaction_id == Posting.transaction_id)
        .exists()
    )
    candidates = session.execute(
        select(Posting.amount_minor, Posting.occurred_on)
        .join(Transaction, Transaction.id == Posting.transaction_id)
        .where(
            Posting.book_id == book_id,
            Posting.account_id == account_id,
            Posting.occurred_on.between(min(days) - near, max(days) + near),
            Transaction.kind != TransactionKind.OPENING,
            ~has_source,
        )
    )
    entered = [(amount_minor, day) for amount_minor, day in candidates if amount_minor in amounts]
    for distance in sorted(range(-NEAR_DAYS, NEAR_DAYS + 1), key=abs):
        unmatched = []
        for amount_minor, day in entered:
            if numbers := wanted.get((amount_minor, day + timedelta(days=distance))):
                yield numbers.pop()
            else:
                unmatched.append((amount_minor, day))
        entered = unmatched


def _name(row: StatementRow, cleaned: dict[str, str]) -> str:
    if row.payee:
        return clean(row.payee, NAME_LENGTH)
    name = cleaned.get(row.description)
    if name is None:
        name = cleaned[row.description] = clean(payee_of(clean(row.description, DESCRIPTION_LENGTH)), NAME_LENGTH)
    return name


def _memory(session: Session, book_id: int, keys: set[str]) -> Memory:
    names: dict[str, str] = {}
    last: dict[TransactionKind, dict[str, int]] = {TransactionKind.EXPENSE: {}, TransactionKind.INCOME: {}}
    for batch in batched(keys, BATCH):
        known = session.execute(
            select(Payee.name_key, Payee.name, _newest(TransactionKind.EXPENSE), _newest(TransactionKind.INCOME)).where(
                Payee.book_id == book_id, Payee.name_key.in_(batch)
            )
        ).all()
        names.update({name_key: name for name_key, name, _, _ in known})
        for at, kind in ((2, TransactionKind.EXPENSE), (3, TransactionKind.INCOME)):
            key_of = {row[at]: row.name_key for row in known if row[at] is not None}
            last[kind].update(_categories_used(session, book_id, key_of))
    return Memory(names, last[TransactionKind.EXPENSE], last[TransactionKind.INCOME])


def _newest(kind: TransactionKind) -> Any:
    return (
        select(Transaction.id)
        .where(
            Transaction.book_id == Payee.book_id,
            Transaction.payee_id == Payee.id,
            Transaction.state
            != State.VOID,  # not "== POSTED": SQLite would then walk the whole list instead of the payee's
            Transaction.kind == kind,
        )
        .order_by(Transaction.occurred_on.desc(), Transaction.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _categories_used(session: Session, book_id: int, key_of: Mapping[int, str]) -> dict[str, int]:
    """The category of each of these transactions, by the key of its payee; those split over several are left out."""
    used: dict[str, list[int]] = defaultdict(list)
    for batch in batched(key_of, BATCH):
        rows = session.execute(
            select(Posting.transaction_id, Posting.account_id)
            .join(Account, Account.id == Posting.account_id)
            .where(
                Posting.book_id == book_id,
                Posting.transaction_id.in_(batch),
                Account.kind.in_(CATEGORY_KINDS),
                Account.is_archived.is_(False),
            )
        )
        for transaction_id, category_id in rows:
            used[key_of[transaction_id]].append(category_id)
    return {name_key: ids[0] for name_key, ids in used.items() if len(ids) == 1}


def _by_name(categories: Iterable[Category]) -> dict[tuple[AccountKind, str], int]:
    found: dict[tuple[AccountKind, str], int] = {}
    for category in categories:
        found.setdefault((category.kind, key(category.name)), category.id)
    return found


def _category(
    row: StatementRow,
    name_key: str,
    chart: Chart,
    memory: Memory,
    by_name: Mapping[tuple[AccountKind, str], int],
) -> int:
    """Where the payee's money went last time; else what the statement calls it; else the category for the rest."""
    is_out = row.amount_minor < 0
    if remembered := (memory.spent_on if is_out else memory.earned_as).get(name_key):
        return remembered
    if row.category:
        last_part = key(row.category.replace(">", ":").rpartition(":")[2])
        kinds = (AccountKind.EXPENSE,) if is_out else (AccountKind.INCOME, AccountKind.EXPENSE)
        for kind in kinds:  # money in on an expense category is a refund
            if named := by_name.get((kind, key(row.category))) or by_name.get((kind, last_part)):
                return named
    return chart.spending_id if is_out else chart.income_id


def _storable(raw: str) -> str:
    """A source line as every database takes it: no NUL, no half characters."""
    if raw.isascii() and "\0" not in raw:
        return raw[:RAW_LENGTH]
    return raw.replace("\0", "").encode("utf-8", "replace").decode("utf-8")[:RAW_LENGTH]

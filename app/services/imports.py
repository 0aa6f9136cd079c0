"""What people do with imports: upload a file, settle what is doubtful, look through the plan, apply it, undo it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from sqlalchemy import delete, func, insert, select, update

from app.domain.books import CATEGORY_KINDS, MONEY_SUBTYPES, AccountKind, Subtype
from app.domain.errors import NotInBook, Refused
from app.domain.imports import AT_WORK, BEFORE_APPLYING, TO_WRITE, ImportState, RowStatus
from app.domain.pauses import collector_paused
from app.domain.sequences import batched
from app.domain.texts import clean
from app.jobs.port import JobName
from app.models.account import Account
from app.models.base import table_of
from app.models.book import Book
from app.models.statement_import import Import, ImportRow
from app.queries.understood import (
    Answers,
    answers_from_json,
    answers_to_json,
    from_json,
    to_json,
    understood_of,
)
from app.services.accounts import AccountCommand, add_account
from app.services.deps import Deps
from app.services.import_jobs import locked_import
from app.services.import_plans import chart_of, plan_rows
from app.services.import_reading import kept_answers, open_question, pack, read, read_packed
from app.services.uow import UnitOfWork, unit_of_work

BATCH = 5000
FILE_NAME_LENGTH = 200
GONE_ON = "This import is already being written. Look at how far it is."
JOBS = {ImportState.APPLYING: JobName.APPLY_IMPORT, ImportState.UNDOING: JobName.UNDO_IMPORT}


@dataclass(frozen=True, slots=True)
class Settled:
    """What the user says about a file: the account, answers for the reader, a rate, and where unknown money goes."""

    book_id: int
    import_id: int
    account_id: int
    file: Mapping[str, str] = field(default_factory=dict)
    rate: str | None = None
    spending_id: int | None = None
    income_id: int | None = None


def upload(
    book_id: int,
    account_id: int | None,
    file_name: str,
    data: bytes,
    *,
    new_account: str = "",
    user_id: int | None = None,
    deps: Deps,
) -> int:
    """Read a file for an account and keep it with what was understood. Returns the import's id.

    Without an account, a bank account with the name `new_account` is opened once the file has been read, in the file's currency.
    Raises: UnreadableFile, and then nothing is kept; NotInBook, Refused.
    """
    if account_id is None and not new_account:
        raise Refused("Name the new account.", field="new_account")
    answers = Answers()
    statement = read(data, answers, _account_currency(deps, book_id, account_id))
    if account_id is None:
        account_id = _open_account(book_id, user_id, new_account, statement.currency, deps)
    packed = pack(data)
    with unit_of_work(deps) as work:
        made = Import(
            book_id=book_id,
            account_id=account_id,
            file_name=clean(file_name, FILE_NAME_LENGTH) or "statement.csv",
            content=packed,
            state=ImportState.UPLOADED,
            answers=answers_to_json(answers),
            understood=to_json(understood_of(statement)),
            row_count=len(statement.rows),
            new_count=0,
            done_count=0,
            error=None,
            claimed_at=None,
            created_at=work.now,
        )
        work.session.add(made)
        work.session.flush()
        return made.id


def settle(settled: Settled, *, deps: Deps) -> None:
    """Read the file again with what the user says, unless it is what they said before.

    Earlier answers stay unless they are given again. A plan that was made before is void.

    Raises: NotInBook; Refused, and then nothing has changed.
    """
    currency = _account_currency(deps, settled.book_id, settled.account_id)
    found = _import(deps, settled.book_id, settled.import_id)
    before = answers_from_json(found.answers)
    answers = replace(
        before,
        file={**before.file, **kept_answers(settled.file)},
        rate=(settled.rate or "").strip()[:40] or before.rate,
        spending_id=settled.spending_id or before.spending_id,
        income_id=settled.income_id or before.income_id,
    )
    if (answers, settled.account_id) == (before, found.account_id):
        return
    is_same_reading = answers.file == before.file and currency == _currency_of(deps, found)
    _keep_answers(deps, found, answers, settled.account_id, None if is_same_reading else currency)


def forget_answers(book_id: int, import_id: int, *, deps: Deps) -> None:
    """Read the file again as if nothing had been said about it.

    Raises: NotInBook, Refused.
    """
    found = _import(deps, book_id, import_id)
    account_id = found.account_id or 0
    currency = _account_currency(deps, book_id, account_id)
    _keep_answers(deps, found, Answers(), account_id, currency)


def plan(book_id: int, import_id: int, *, deps: Deps) -> None:
    """Say for every row whether it is new and how it will be written. What is planned is exactly what is applied.

    Raises: NotInBook; Refused with the field that is still to be settled.
    """
    found = _import(deps, book_id, import_id)
    understood = from_json(found.understood)
    if understood is not None and (key := open_question(understood)):
        raise Refused("Answer this question first.", field=key)
    answers, session = answers_from_json(found.answers), deps.session
    chart = chart_of(session, found, answers)
    statement = read_packed(found.content, answers, chart.target.currency)
    if statement.currency != chart.target.currency:
        raise Refused(
            f"The amounts in this file are in {statement.currency}, and this account is in {chart.target.currency}. "
            "Choose another account, or say below that the file is in the account’s currency.",
            field="account_id",
        )
    if not statement.rows:
        raise Refused("There is no transaction in this file to import.")
    with collector_paused():
        planned = list(plan_rows(session, found, chart, statement.rows, deps.now().date()))
    del statement
    was = found.answers, found.account_id
    with unit_of_work(deps) as work:
        found = _locked(work, book_id, import_id)
        if (found.answers, found.account_id) != was:
            raise Refused("The answers were changed in another window. Look at them again.")
        work.session.execute(delete(ImportRow).where(ImportRow.book_id == book_id, ImportRow.import_id == import_id))
        connection = work.session.connection()
        for batch in batched(planned, BATCH):
            rows = [{"book_id": book_id, "import_id": import_id, **row._asdict()} for row in batch]
            connection.execute(insert(table_of(ImportRow)), rows)
        found.state, found.row_count, found.error = ImportState.PLANNED, len(planned), None
        found.new_count = sum(1 for row in planned if row.status in TO_WRITE)


def leave_out(book_id: int, import_id: int, numbers: Sequence[int], *, deps: Deps) -> int:
    """Take rows out of the plan. Returns how many were in it.

    Raises: NotInBook, Refused.
    """
    return _mark(book_id, import_id, numbers, [*TO_WRITE], RowStatus.LEFT_OUT, deps=deps)


def take_in(book_id: int, import_id: int, numbers: Sequence[int], *, deps: Deps) -> int:
    """Put rows that were left out back into the plan. Returns how many there were.

    Raises: NotInBook, Refused.
    """
    return _mark(book_id, import_id, numbers, [RowStatus.LEFT_OUT], RowStatus.NEW, deps=deps)


def leave_out_lookalikes(book_id: int, import_id: int, *, deps: Deps) -> int:
    """Take every row out of the plan that looks like a transaction entered by hand. Returns how many there were.

    Raises: NotInBook, Refused.
    """
    return _mark(book_id, import_id, None, [RowStatus.MAYBE], RowStatus.LEFT_OUT, deps=deps)


def categorise(book_id: int, import_id: int, numbers: Sequence[int], category_id: int, *, deps: Deps) -> int:
    """Put planned rows into a category. Money out does not go to an income category; such rows are left alone. Returns how many moved.

    Raises: NotInBook, Refused.
    """
    with unit_of_work(deps) as work:
        _planned(work, book_id, import_id)
        kind = work.session.scalar(
            select(Account.kind).where(
                Account.book_id == book_id, Account.id == category_id, Account.is_archived.is_(False)
            )
        )
        if kind not in CATEGORY_KINDS:
            raise NotInBook("category", category_id, book_id)
        table, moved = table_of(ImportRow), 0
        for batch in batched(numbers, BATCH):
            statement = update(table).where(
                table.c.book_id == book_id, table.c.import_id == import_id, table.c.number.in_(batch)
            )
            if kind == AccountKind.INCOME:
                statement = statement.where(table.c.amount_minor > 0)
            moved += work.session.connection().execute(statement.values(category_id=category_id)).rowcount
    return moved


def apply(book_id: int, import_id: int, *, user_id: int | None, deps: Deps) -> None:
    """Begin to write what is planned. A job does it; this returns at once. Of two windows, one wins.

    Raises: NotInBook, Refused.
    """
    with unit_of_work(deps, user_id=user_id) as work:
        found = _planned(work, book_id, import_id)
        if not found.new_count:
            raise Refused("There is nothing new in this file.")
        found.state, found.done_count, found.claimed_at, found.error = ImportState.APPLYING, 0, None, None
        _enqueue(work, found, user_id, deps)


def undo(book_id: int, import_id: int, *, user_id: int | None, deps: Deps) -> None:
    """Begin to take everything out of the books that an import has made. A job does it; this returns at once.

    Raises: NotInBook, Refused.
    """
    with unit_of_work(deps, user_id=user_id) as work:
        found = _row(work, book_id, import_id)
        if found.state != ImportState.APPLIED:
            raise Refused("Only an import that is finished can be undone.")
        found.state, found.claimed_at, found.error = ImportState.UNDOING, None, None
        _enqueue(work, found, user_id, deps)


def resume(book_id: int, import_id: int, *, user_id: int | None, deps: Deps) -> None:
    """Go on with an import that nobody is working on. Harmless when somebody is: the lease decides.

    Raises: NotInBook.
    """
    with unit_of_work(deps, user_id=user_id) as work:
        found = _row(work, book_id, import_id)
        if found.state in AT_WORK:
            _enqueue(work, found, user_id, deps)


def discard(book_id: int, import_id: int, *, deps: Deps) -> None:
    """Throw away an import of which nothing is in the books.

    Raises: NotInBook, Refused.
    """
    with unit_of_work(deps) as work:
        found = _locked(work, book_id, import_id)
        work.session.execute(delete(ImportRow).where(ImportRow.book_id == book_id, ImportRow.import_id == import_id))
        work.session.delete(found)


def _open_account(book_id: int, user_id: int | None, name: str, currency: str, deps: Deps) -> int:
    try:
        return add_account(AccountCommand(book_id, user_id, name, Subtype.BANK, currency), deps=deps)
    except Refused as error:
        raise Refused(error.user_message, field="new_account") from error


def _account_currency(deps: Deps, book_id: int, account_id: int | None) -> str:
    """The currency of an account that can take a file; the book's for one that is still to be opened."""
    if account_id is None:
        return str(deps.session.scalars(select(Book.currency).where(Book.id == book_id)).one())
    row = deps.session.execute(
        select(Account.currency, Account.subtype, Account.is_archived).where(
            Account.book_id == book_id, Account.id == account_id
        )
    ).one_or_none()
    if row is None:
        raise NotInBook("account", account_id, book_id)
    if row.is_archived or row.subtype not in MONEY_SUBTYPES:
        raise Refused("Choose an account that holds money and is in use.", field="account_id")
    return str(row.currency)


def _import(deps: Deps, book_id: int, import_id: int) -> Import:
    """An import whose file may still be read, without a lock."""
    found = deps.session.scalars(
        select(Import)
        .where(Import.book_id == book_id, Import.id == import_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotInBook("import", import_id, book_id)
    if found.state not in BEFORE_APPLYING:
        raise Refused(GONE_ON)
    return found


def _row(work: UnitOfWork, book_id: int, import_id: int) -> Import:
    """An import, locked until the commit, in whatever state."""
    found = locked_import(work, book_id, import_id)
    if found is None:
        raise NotInBook("import", import_id, book_id)
    return found


def _locked(work: UnitOfWork, book_id: int, import_id: int) -> Import:
    """An import of which nothing is in the books, locked until the commit."""
    found = _row(work, book_id, import_id)
    if found.state not in BEFORE_APPLYING:
        raise Refused(GONE_ON)
    return found


def _planned(work: UnitOfWork, book_id: int, import_id: int) -> Import:
    """An import with a plan, locked until the commit."""
    found = _locked(work, book_id, import_id)
    if found.state != ImportState.PLANNED:
        raise Refused("Look at what was understood first.")
    return found


def _currency_of(deps: Deps, found: Import) -> str | None:
    return deps.session.scalar(
        select(Account.currency).where(Account.book_id == found.book_id, Account.id == found.account_id)
    )


def _keep_answers(deps: Deps, found: Import, answers: Answers, account_id: int, currency: str | None) -> None:
    """Keep what was said, and read the file again for an account of this currency; no currency: it would be read as before."""
    book_id, import_id = found.book_id, found.id
    statement = read_packed(found.content, answers, currency) if currency else None
    with unit_of_work(deps) as work:
        found = _locked(work, book_id, import_id)
        work.session.execute(delete(ImportRow).where(ImportRow.book_id == book_id, ImportRow.import_id == import_id))
        found.account_id, found.state = account_id, ImportState.UPLOADED
        found.answers, found.new_count = answers_to_json(answers), 0
        if statement is not None:
            found.understood, found.row_count = to_json(understood_of(statement)), len(statement.rows)


def _mark(
    book_id: int,
    import_id: int,
    numbers: Sequence[int] | None,
    were: Sequence[RowStatus],
    become: RowStatus,
    *,
    deps: Deps,
) -> int:
    """Change the status of rows (all, when no numbers are given) that have one of these, and count again what is to be written."""
    table = table_of(ImportRow)
    with unit_of_work(deps) as work:
        found = _planned(work, book_id, import_id)
        connection = work.session.connection()
        of_import = (table.c.book_id == book_id, table.c.import_id == import_id)
        changed = 0
        for batch in [None] if numbers is None else batched(numbers, BATCH):
            statement = update(table).where(*of_import, table.c.status.in_(were)).values(status=become)
            changed += connection.execute(
                statement if batch is None else statement.where(table.c.number.in_(batch))
            ).rowcount
        found.new_count = (
            connection.scalar(select(func.count()).select_from(table).where(*of_import, table.c.status.in_(TO_WRITE)))
            or 0
        )
    return changed


def _enqueue(work: UnitOfWork, found: Import, user_id: int | None, deps: Deps) -> None:
    state = ImportState(found.state)
    work.after_commit.append(
        partial(deps.jobs.enqueue, JOBS[state], book_id=found.book_id, import_id=found.id, user_id=user_id)
    )

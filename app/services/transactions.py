"""What people do with transactions: record, edit, void, restore, and the same for many at once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import delete, select, update

from app.domain.books import (
    CATEGORY_KINDS,
    MONEY_KINDS,
    AccountKind,
    Direction,
    Leg,
    Source,
    State,
    TransactionKind,
    kind_of,
)
from app.domain.errors import NotInBook, Refused
from app.domain.money import allocate
from app.domain.sequences import batched
from app.domain.texts import clean, key
from app.ml.rows import UNKNOWN, Verdict
from app.models.account import Account
from app.models.holding import Holding, HoldingEvent
from app.models.receipt import Receipt
from app.models.transaction import Payee, Posting, Transaction, TransactionTag
from app.services import verdicts
from app.services.deps import Deps
from app.services.payees import payee_ids
from app.services.posting import SEARCH_LENGTH, Draft, check_day, post, repost, unpost, write_tags
from app.services.uow import BookWork, book_work

MAX_LINES = 50
MAX_TAGS = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A part of a transaction in one category, in minor units of the account's currency."""

    category_id: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class TransactionCommand:
    """A transaction as a person states it: amounts are positive, `direction` says which way the money goes.

    `amount_minor` is in the currency of `account_id`. A transfer names `to_account_id`, and `to_amount_minor` when that account
    has another currency. `base_minor`, in the book's currency, is needed when no account in it has the book's currency.
    Money in on an expense category is a refund: it makes that category smaller.
    """

    book_id: int
    user_id: int | None
    direction: Direction
    occurred_on: date
    account_id: int
    amount_minor: int
    lines: tuple[Line, ...] = ()
    to_account_id: int | None = None
    to_amount_minor: int | None = None
    base_minor: int | None = None
    payee: str = ""
    description: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    receipt_id: int | None = None
    source: Source = Source.FORM
    submission_key: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """The saved transaction, and what the detector thinks of it. `is_repeat`: the same form had been saved before."""

    transaction_id: int
    verdict: Verdict = UNKNOWN
    is_repeat: bool = False


def record_transaction(command: TransactionCommand, *, deps: Deps) -> Recorded:
    """Save one transaction and say whether it looks unusual.

    The detector may be missing or broken; saving never waits for it and never fails because of it. The same
    `submission_key` posts once, however often the form is sent.
    Raises: NotInBook for an account, category or receipt of another book; Refused with the field to correct.
    """
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        return record_command(work, command, deps=deps)


def record_command(work: BookWork, command: TransactionCommand, *, deps: Deps) -> Recorded:
    """`record_transaction` as a part of a larger write."""
    if command.submission_key and (seen := _already(work, command.submission_key)):
        return Recorded(seen, is_repeat=True)
    draft, kinds = _draft(work, command)
    return record_draft(work, draft, kinds, deps=deps)


def check_command(work: BookWork, command: TransactionCommand) -> None:
    """Refuse what could not be saved as a transaction, without saving it.

    Raises: as `record_transaction`.
    """
    _draft(work, command)


def record_draft(work: BookWork, draft: Draft, kinds: Mapping[int, AccountKind], *, deps: Deps) -> Recorded:
    """Judge, post and audit a transaction whose legs another service has worked out, as a part of its write.

    `kinds` holds the kind of every account that a leg names.
    """
    verdict = verdicts.judge(work, [draft], kinds, deps=deps)[0]
    draft = replace(draft, score=verdict.score)
    [transaction_id] = post(work, [draft], kinds)
    verdicts.keep(work, [(transaction_id, verdict)])
    verdicts.count_saved(work, 1, deps=deps)
    work.audit("transaction.recorded", f"transaction:{transaction_id}", after=_described(draft))
    return Recorded(transaction_id, verdict)


def edit_transaction(transaction_id: int, command: TransactionCommand, *, deps: Deps) -> Recorded:
    """Replace what a transaction says. What it said before stays in the book's chain of events.

    Raises: as `record_transaction`; Refused when it is void.
    """
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        was = _transaction(work, transaction_id)
        if was.state == State.VOID:
            raise Refused("This transaction is deleted. Restore it before you change it.")
        _check_free(work, [transaction_id])
        before = snapshot(work, was)
        draft, kinds = _draft(work, replace(command, source=was.source), editing=was)
        unpost(work, [transaction_id])
        verdict = verdicts.judge(work, [draft], kinds, deps=deps, replacing=transaction_id)[0]
        work.session.execute(
            update(Transaction)
            .where(Transaction.book_id == work.book.id, Transaction.id == transaction_id)
            .values(
                occurred_on=draft.occurred_on, kind=draft.kind, payee_id=draft.payee_id, description=draft.description, note=draft.note,
                search_text=draft.search_text, receipt_id=draft.receipt_id, score=verdict.score, updated_at=work.now,
            )
        )  # fmt: skip
        repost(work, [(transaction_id, draft.occurred_on, draft.legs)])
        work.session.execute(
            delete(TransactionTag).where(
                TransactionTag.book_id == work.book.id, TransactionTag.transaction_id == transaction_id
            )
        )
        write_tags(work, [(transaction_id, draft.tags)])
        verdicts.replace_alert(work, transaction_id, verdict)
        work.book.revision += 1
        work.audit("transaction.edited", f"transaction:{transaction_id}", before=before, after=_described(draft))
    return Recorded(transaction_id, verdict)


def void_transactions(book_id: int, ids: Sequence[int], *, user_id: int | None, deps: Deps) -> int:
    """Delete transactions so that they count nowhere and can come back. Those already void stay so; the others are counted.

    Raises: NotInBook when one is not the book's.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        _check_free(work, ids)
        return void_posted(work, ids)


def void_posted(work: BookWork, ids: Sequence[int]) -> int:
    """`void_transactions` as a part of a larger write."""
    rows = [row for row in _transactions(work, ids) if row.state == State.POSTED]
    before = {row.id: snapshot(work, row) for row in rows}
    legs = unpost(work, [row.id for row in rows])
    for row in rows:
        row.state = State.VOID
        row.void_legs = json.dumps([[leg.account_id, leg.amount_minor, leg.base_minor] for leg in legs[row.id]])
        row.updated_at = work.now
        work.audit("transaction.voided", f"transaction:{row.id}", before=before[row.id])
    if rows:
        work.book.revision += 1
    return len(rows)


def restore_transactions(book_id: int, ids: Sequence[int], *, user_id: int | None, deps: Deps) -> int:
    """Bring deleted transactions back as they were. Those that are posted stay so; the others are counted.

    Raises: NotInBook when one is not the book's; Refused for an opening balance of an account that has another one now.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        _check_free(work, ids)
        return restore_void(work, ids)


def restore_void(work: BookWork, ids: Sequence[int]) -> int:
    """`restore_transactions` as a part of a larger write."""
    rows = [row for row in _transactions(work, ids) if row.state == State.VOID]
    _check_openings(work, rows)
    entries = []
    for row in rows:
        entries.append((row.id, row.occurred_on, tuple(Leg(*leg) for leg in json.loads(row.void_legs or "[]"))))
        row.state, row.void_legs, row.updated_at = State.POSTED, None, work.now
    work.session.flush()
    repost(work, entries)
    for row in rows:
        work.audit("transaction.restored", f"transaction:{row.id}", after=snapshot(work, row))
    if rows:
        work.book.revision += 1
    return len(rows)


def _check_free(work: BookWork, ids: Sequence[int]) -> None:
    """What an investment posted follows from its whole history, so it is changed there and nowhere else.

    Raises: Refused.
    """
    for batch in batched(ids, 500):
        name = work.session.scalar(
            select(Holding.name)
            .join(HoldingEvent, (HoldingEvent.holding_id == Holding.id) & (HoldingEvent.book_id == Holding.book_id))
            .where(HoldingEvent.book_id == work.book.id, HoldingEvent.transaction_id.in_(batch))
            .limit(1)
        )
        if name is not None:
            raise Refused(f"This was posted by the investment {name}. Change it on the page of that investment.")


def _check_openings(work: BookWork, rows: Sequence[Transaction]) -> None:
    """An account begins once: an opening balance stays deleted while its account has another one."""
    accounts = [json.loads(row.void_legs or "[]")[0][0] for row in rows if row.kind == TransactionKind.OPENING]
    if not accounts:
        return
    begun = (
        select(Posting.id)
        .join(Transaction, (Transaction.id == Posting.transaction_id) & (Transaction.book_id == Posting.book_id))
        .where(
            Posting.book_id == work.book.id,
            Posting.account_id.in_(accounts),
            Transaction.kind == TransactionKind.OPENING,
        )
        .limit(1)
    )
    if len(set(accounts)) < len(accounts) or work.session.scalar(begun) is not None:
        raise Refused("This account has another opening balance now. Change that one where its account is.")


def recategorise_transactions(
    book_id: int, ids: Sequence[int], category_id: int, *, user_id: int | None, deps: Deps
) -> int:
    """Put transactions that have one category into another one; the changed ones are counted.

    Transfers, splits and deleted ones are left alone, and so is money that went out when the category is one of income.

    Raises: NotInBook when a transaction or the category is not the book's.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        accounts = _accounts(work, [category_id])
        if accounts[category_id].kind not in CATEGORY_KINDS or accounts[category_id].is_archived:
            raise Refused("Choose a category.", field="category_id")
        rows = [
            row
            for row in _transactions(work, ids)
            if row.state == State.POSTED and row.kind in {TransactionKind.EXPENSE, TransactionKind.INCOME}
        ]
        legs = _legs(work, [row.id for row in rows])
        kinds = _accounts(work, {leg.account_id for each in legs.values() for leg in each} | {category_id})
        entries = []
        for row in rows:
            in_categories = [leg for leg in legs[row.id] if kinds[leg.account_id].kind in CATEGORY_KINDS]
            went_out = bool(in_categories) and in_categories[0].base_minor > 0
            if went_out and accounts[category_id].kind == AccountKind.INCOME:
                continue
            if len(in_categories) == 1 and in_categories[0].account_id != category_id:
                moved = tuple(
                    replace(leg, account_id=category_id) if leg is in_categories[0] else leg for leg in legs[row.id]
                )
                entries.append((row.id, row.occurred_on, moved))
        changed = {entry[0] for entry in entries}
        before = {row.id: snapshot(work, row) for row in rows if row.id in changed}
        unpost(work, sorted(changed))
        repost(work, entries)
        by_id = {row.id: row for row in rows}
        for transaction_id, _, moved in entries:
            row = by_id[transaction_id]
            row.kind = kind_of([kinds[leg.account_id].kind for leg in moved])
            row.updated_at = work.now
            work.session.flush()
            work.audit(
                "transaction.recategorised",
                f"transaction:{transaction_id}",
                before=before[transaction_id],
                after=snapshot(work, row),
            )
        if entries:
            work.book.revision += 1
    return len(entries)


def tag_transactions(book_id: int, ids: Sequence[int], tag: str, *, user_id: int | None, deps: Deps) -> int:
    """Put a tag on transactions; those that have it already are not counted.

    Raises: NotInBook when one is not the book's; Refused when the tag is blank.
    """
    [word] = clean_tags([tag]) or [""]
    if not word:
        raise Refused("Write the tag.", field="tag")
    with book_work(deps, book_id, user_id=user_id) as work:
        rows = {row.id: row for row in _transactions(work, ids)}
        has = set(
            work.session.scalars(
                select(TransactionTag.transaction_id).where(
                    TransactionTag.book_id == book_id,
                    TransactionTag.tag == word,
                    TransactionTag.transaction_id.in_(rows),
                )
            )
        )
        fresh = sorted(set(rows) - has)
        write_tags(work, [(transaction_id, [word]) for transaction_id in fresh])
        for transaction_id in fresh:
            row = rows[transaction_id]
            row.search_text = f"{row.search_text} {key(word)}"[:SEARCH_LENGTH]
            row.updated_at = work.now
            work.audit("transaction.tagged", f"transaction:{transaction_id}", after={"tag": word})
    return len(fresh)


def clean_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """Tags as they are kept: one line each, no leading #, each once, in the order given."""
    words = (clean(tag.replace(",", " ").strip().lstrip("#"), 40) for tag in tags)
    return tuple(dict.fromkeys(word for word in words if word))[:MAX_TAGS]


def snapshot(work: BookWork, row: Transaction) -> dict[str, Any]:
    """What a transaction says now, for the chain of events."""
    payee = (
        work.session.scalar(select(Payee.name).where(Payee.book_id == row.book_id, Payee.id == row.payee_id))
        if row.payee_id
        else ""
    )
    tags = work.session.scalars(
        select(TransactionTag.tag).where(TransactionTag.book_id == row.book_id, TransactionTag.transaction_id == row.id)
    )
    return {
        "occurred_on": row.occurred_on.isoformat(),
        "kind": row.kind,
        "payee": payee or "",
        "description": row.description,
        "note": row.note,
        "tags": sorted(tags),
        "receipt_id": row.receipt_id,
        "legs": [[leg.account_id, leg.amount_minor, leg.base_minor] for leg in _legs(work, [row.id]).get(row.id, ())],
    }


def _described(draft: Draft) -> dict[str, Any]:
    return {
        "occurred_on": draft.occurred_on.isoformat(),
        "kind": draft.kind,
        "payee": draft.payee,
        "description": draft.description,
        "note": draft.note,
        "tags": sorted(draft.tags),
        "receipt_id": draft.receipt_id,
        "legs": [[leg.account_id, leg.amount_minor, leg.base_minor] for leg in draft.legs],
    }


def _already(work: BookWork, submission_key: str) -> int | None:
    return work.session.scalar(
        select(Transaction.id).where(Transaction.book_id == work.book.id, Transaction.submission_key == submission_key)
    )


def _transaction(work: BookWork, transaction_id: int) -> Transaction:
    return _transactions(work, [transaction_id])[0]


def _transactions(work: BookWork, ids: Sequence[int]) -> list[Transaction]:
    found = {
        row.id: row
        for row in work.session.scalars(
            select(Transaction).where(Transaction.book_id == work.book.id, Transaction.id.in_(set(ids)))
        )
    }
    for transaction_id in ids:
        if transaction_id not in found:
            raise NotInBook("transaction", transaction_id, work.book.id)
    return list(found.values())


def _legs(work: BookWork, ids: Sequence[int]) -> dict[int, tuple[Leg, ...]]:
    rows = work.session.execute(
        select(Posting.transaction_id, Posting.account_id, Posting.amount_minor, Posting.base_minor)
        .where(Posting.book_id == work.book.id, Posting.transaction_id.in_(set(ids)))
        .order_by(Posting.id)
    )
    legs: dict[int, list[Leg]] = {}
    for transaction_id, account_id, amount_minor, base_minor in rows:
        legs.setdefault(transaction_id, []).append(Leg(account_id, amount_minor, base_minor))
    return {transaction_id: tuple(each) for transaction_id, each in legs.items()}


@dataclass(frozen=True, slots=True)
class _AccountFacts:
    kind: AccountKind
    currency: str
    is_archived: bool


def _accounts(work: BookWork, ids: Sequence[int] | set[int]) -> dict[int, _AccountFacts]:
    """Raises: NotInBook when one of them is not the book's."""
    rows = work.session.execute(
        select(Account.id, Account.kind, Account.currency, Account.is_archived).where(
            Account.book_id == work.book.id, Account.id.in_(set(ids))
        )
    )
    found = {row.id: _AccountFacts(row.kind, row.currency, row.is_archived) for row in rows}
    for account_id in ids:
        if account_id not in found:
            raise NotInBook("account", account_id, work.book.id)
    return found


def _draft(
    work: BookWork, command: TransactionCommand, *, editing: Transaction | None = None
) -> tuple[Draft, dict[int, AccountKind]]:
    """Check a command against the book and turn it into legs."""
    check_day(work, command.occurred_on, field="occurred_on")
    if command.amount_minor <= 0:
        raise Refused("Write an amount above zero.", field="amount")
    if command.receipt_id is not None and not work.session.scalar(
        select(Receipt.id).where(Receipt.book_id == work.book.id, Receipt.id == command.receipt_id)
    ):
        raise NotInBook("receipt", command.receipt_id, work.book.id)
    ids = {command.account_id, *(line.category_id for line in command.lines)} | (
        {command.to_account_id} if command.to_account_id else set()
    )
    accounts = _accounts(work, ids)
    used = {leg.account_id for leg in _legs(work, [editing.id])[editing.id]} if editing else set()
    for account_id in ids - used:
        if accounts[account_id].is_archived:
            raise Refused(
                "That account or category is archived. Choose another one.",
                field="account_id" if account_id == command.account_id else "category_id",
            )
    if accounts[command.account_id].kind not in MONEY_KINDS:
        raise Refused("Choose an account that holds money.", field="account_id")
    legs = (
        _transfer_legs(work, command, accounts)
        if command.direction == Direction.TRANSFER
        else _category_legs(work, command, accounts)
    )
    kinds = {account_id: facts.kind for account_id, facts in accounts.items()}
    name = clean(command.payee, 120)
    draft = Draft(
        occurred_on=command.occurred_on,
        kind=kind_of([kinds[leg.account_id] for leg in legs]),
        legs=legs,
        source=command.source,
        payee_id=payee_ids(work, [name]).get(name),
        payee=name,
        description=clean(command.description, 500),
        note=clean(command.note, 1000, lines=True),
        tags=clean_tags(command.tags),
        receipt_id=command.receipt_id,
        submission_key=command.submission_key,
    )
    return draft, kinds


def _category_legs(work: BookWork, command: TransactionCommand, accounts: dict[int, _AccountFacts]) -> tuple[Leg, ...]:
    if not 1 <= len(command.lines) <= MAX_LINES:
        raise Refused(
            "Choose a category." if not command.lines else f"A transaction has at most {MAX_LINES} parts.",
            field="category_id",
        )
    for line in command.lines:
        kind = accounts[line.category_id].kind
        if kind not in CATEGORY_KINDS or (command.direction == Direction.OUT and kind != AccountKind.EXPENSE):
            raise Refused("Choose a category that fits the kind of transaction.", field="category_id")
        if line.amount_minor <= 0:
            raise Refused("Each part needs an amount above zero.", field="lines")
    if sum(line.amount_minor for line in command.lines) != command.amount_minor:
        raise Refused("The parts do not add up to the amount.", field="lines")
    base = (
        command.amount_minor
        if accounts[command.account_id].currency == work.book.currency
        else _stated_base(work, command)
    )
    sign = 1 if command.direction == Direction.OUT else -1
    parts = allocate(base, [line.amount_minor for line in command.lines])
    merged: dict[int, int] = {}
    for line, part in zip(command.lines, parts, strict=True):
        merged[line.category_id] = merged.get(line.category_id, 0) + part
    if not all(merged.values()):
        raise Refused(
            f"A part is worth less than the smallest amount in {work.book.currency}. Join it with another one.",
            field="lines",
        )
    return (
        *(Leg(category_id, sign * part, sign * part) for category_id, part in merged.items()),
        Leg(command.account_id, -sign * command.amount_minor, -sign * base),
    )


def _transfer_legs(work: BookWork, command: TransactionCommand, accounts: dict[int, _AccountFacts]) -> tuple[Leg, ...]:
    if command.to_account_id is None or accounts[command.to_account_id].kind not in MONEY_KINDS:
        raise Refused("Choose the account that the money goes to.", field="to_account_id")
    if command.to_account_id == command.account_id:
        raise Refused("Choose two different accounts.", field="to_account_id")
    here, there = accounts[command.account_id].currency, accounts[command.to_account_id].currency
    arrived = command.to_amount_minor if command.to_amount_minor is not None or here != there else command.amount_minor
    if arrived is None or arrived <= 0:
        raise Refused(f"Write how much arrives, in {there}.", field="to_amount")
    if here == there and arrived != command.amount_minor:
        raise Refused(
            "Both accounts have the same currency, so both amounts must be equal. Record a fee as an expense.",
            field="to_amount",
        )
    if work.book.currency == here:
        base = command.amount_minor
    elif work.book.currency == there:
        base = arrived
    else:
        base = _stated_base(work, command)
    return (Leg(command.to_account_id, arrived, base), Leg(command.account_id, -command.amount_minor, -base))


def _stated_base(work: BookWork, command: TransactionCommand) -> int:
    if command.base_minor is None or command.base_minor <= 0:
        raise Refused(f"Write what this is in {work.book.currency}, the currency of this book.", field="base_amount")
    return command.base_minor

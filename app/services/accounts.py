"""What people do with accounts and categories: add, change, move, merge, archive."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select, update

from app.domain.books import (
    CATEGORY_KINDS,
    MONEY_KINDS,
    MONEY_SUBTYPES,
    AccountKind,
    Leg,
    Need,
    Source,
    State,
    Subtype,
    TransactionKind,
)
from app.domain.errors import NotInBook, Refused
from app.domain.sequences import batched
from app.domain.texts import clean, key
from app.models.account import Account
from app.models.base import Base
from app.models.schedule import ScheduleLine
from app.models.statement_import import ImportRow
from app.models.transaction import Posting, Transaction
from app.services.deps import Deps
from app.services.posting import Draft, account_kinds, check_day, post, repost, unpost
from app.services.uow import BookWork, book_work

NAME_LENGTH = 80
KEY_LENGTH = 160  # a few letters grow when they are compared; the place of a key has room for twice the name
MAX_DEPTH = 5
COLOURS = range(1, 9)
MOVED_BY_THEMSELVES = frozenset({"accounts", "account_months", "postings", "schedule_lines"})
"""Tables whose references to a merged category need more than another number."""
SIDES = {
    **MONEY_SUBTYPES,
    Subtype.HOLDING: AccountKind.ASSET,
    Subtype.PROPERTY: AccountKind.ASSET,
    Subtype.RECEIVABLE: AccountKind.ASSET,
    Subtype.PAYABLE: AccountKind.LIABILITY,
    Subtype.TAX: AccountKind.LIABILITY,
}
"""Every subtype that holds money or worth, and its side. People open the first ones by hand, other parts of FinTrak the rest."""


@dataclass(frozen=True, slots=True)
class AccountCommand:
    """A money account as a person states it. The opening balance is what is in it (for a card or loan: what is owed)."""

    book_id: int
    user_id: int | None
    name: str
    subtype: Subtype
    currency: str
    icon: str = "bank"
    colour: int = 1


@dataclass(frozen=True, slots=True)
class CategoryCommand:
    """A category as a person states it."""

    book_id: int
    user_id: int | None
    name: str
    kind: AccountKind
    parent_id: int | None = None
    need: Need = Need.NONE
    icon: str = "tag"
    colour: int = 8


def add_account(
    command: AccountCommand,
    *,
    opening_minor: int = 0,
    opening_on: date | None = None,
    opening_base_minor: int | None = None,
    deps: Deps,
) -> int:
    """Open an account, with what is in it on a day. Returns its id.

    `opening_minor` is in the account's currency; `opening_base_minor`, in the book's, is needed when they differ.
    Raises: Refused with the field to correct.
    """
    if command.subtype not in MONEY_SUBTYPES:
        raise Refused("Choose a kind of account.", field="subtype")
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        account_id = open_account(work, command)
        if opening_minor:
            post_opening(work, account_id, opening_minor, opening_base_minor, opening_on)
    return account_id


def open_account(work: BookWork, command: AccountCommand) -> int:
    """Open an account as a part of a larger write: a loan, a deposit and a holding each keep one. Returns its id.

    Raises: Refused with the field to correct.
    """
    kind = SIDES[command.subtype]
    account = Account(
        book_id=work.book.id,
        kind=kind,
        subtype=command.subtype,
        currency=_currency(command.currency),
        parent_id=None,
        need=Need.NONE,
        is_archived=False,
        **_looks(work, command.name, kind, command.icon, command.colour),
    )
    work.session.add(account)
    work.session.flush()
    work.audit("account.added", f"account:{account.id}", after=_described(account))
    return account.id


def post_opening(work: BookWork, account_id: int, opening_minor: int, base_minor: int | None, day: date | None) -> int:
    """Say what was in a new account on a day, as a part of a larger write. Returns the transaction's id.

    `opening_minor` is in the account's currency, positive for what is owned in an asset or owed on a liability; `base_minor`, in
    the book's, is needed when they differ.
    Raises: Refused beside `opening_on` or `opening_base`.
    """
    return _post_opening(work, _account(work, account_id, MONEY_KINDS), opening_minor, base_minor, day)


def category_for(work: BookWork, kind: AccountKind, name: str, *, icon: str = "tag", colour: int = 8) -> int:
    """The id of the category of this name, which is made when the book has none: “Loan interest” for what an instalment costs.

    A part that posts by itself (a loan, a payslip, a deposit) keeps the id it got, so a category that is renamed later stays its own.
    """
    found = work.session.scalar(
        select(Account.id).where(
            Account.book_id == work.book.id, Account.kind == kind, Account.name_key == key(name)[:KEY_LENGTH]
        )
    )
    if found is not None:
        return found
    account = Account(
        book_id=work.book.id, kind=kind, subtype=Subtype.CATEGORY, currency=work.book.currency, parent_id=None, need=Need.NONE,
        is_archived=False, **_looks(work, name, kind, icon, colour),
    )  # fmt: skip
    work.session.add(account)
    work.session.flush()
    work.audit("category.added", f"account:{account.id}", after=_described(account))
    return account.id


def set_archived(work: BookWork, account_id: int, *, is_archived: bool) -> None:
    """`archive_account` as a part of a larger write."""
    account = _account(work, account_id, MONEY_KINDS | CATEGORY_KINDS)
    if account.is_archived != is_archived:
        account.is_archived = is_archived
        work.audit("account.archived" if is_archived else "account.unarchived", f"account:{account.id}")


def change_account(
    account_id: int,
    command: AccountCommand,
    *,
    opening: tuple[int, int | None, date | None] | None = None,
    deps: Deps,
) -> None:
    """Rename or redress a money account. Its currency and its side (owned or owed) stay what they are.

    `opening` corrects what was in it, in the account's currency and in the book's, and when; none leaves that alone.
    Raises: NotInBook, Refused.
    """
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        account = _account(work, account_id, MONEY_KINDS)
        if MONEY_SUBTYPES.get(command.subtype) != account.kind:
            raise Refused("What you own cannot become what you owe. Open another account.", field="subtype")
        before = _described(account)
        for name, value in _looks(
            work, command.name, account.kind, command.icon, command.colour, but=account.id
        ).items():
            setattr(account, name, value)
        account.subtype = command.subtype
        work.audit("account.changed", f"account:{account.id}", before=before, after=_described(account))
        if opening is not None:
            _correct_opening(work, account, *opening)


def add_category(command: CategoryCommand, *, deps: Deps) -> int:
    """Make a category. Returns its id.

    Raises: Refused with the field to correct; NotInBook for a parent of another book.
    """
    if command.kind not in CATEGORY_KINDS:
        raise Refused("Choose whether money goes out or comes in.", field="kind")
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        account = Account(
            book_id=work.book.id,
            kind=command.kind,
            subtype=Subtype.CATEGORY,
            currency=work.book.currency,
            parent_id=_parent(work, command.parent_id, command.kind),
            need=command.need if command.kind == AccountKind.EXPENSE else Need.NONE,
            is_archived=False,
            **_looks(work, command.name, command.kind, command.icon, command.colour),
        )
        work.session.add(account)
        work.session.flush()
        work.audit("category.added", f"account:{account.id}", after=_described(account))
    return account.id


def change_category(category_id: int, command: CategoryCommand, *, deps: Deps) -> None:
    """Rename, move in the tree, tag or redress a category. Its kind stays.

    Raises: NotInBook, Refused.
    """
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        account = _account(work, category_id, CATEGORY_KINDS)
        before = _described(account)
        for name, value in _looks(
            work, command.name, account.kind, command.icon, command.colour, but=account.id
        ).items():
            setattr(account, name, value)
        account.parent_id = _parent(work, command.parent_id, account.kind, child=account.id)
        account.need = command.need if account.kind == AccountKind.EXPENSE else Need.NONE
        work.audit("category.changed", f"account:{account.id}", before=before, after=_described(account))


def archive_account(account_id: int, *, is_archived: bool, book_id: int, user_id: int | None, deps: Deps) -> None:
    """Put an account or category away, or bring it back. Its history stays; new transactions cannot use it.

    Raises: NotInBook.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        set_archived(work, account_id, is_archived=is_archived)


def merge_category(category_id: int, into_id: int, *, book_id: int, user_id: int | None, deps: Deps) -> int:
    """Move everything of one category into another of the same kind and archive the first. Returns how many transactions moved.

    Raises: NotInBook, Refused.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        source, target = _account(work, category_id, CATEGORY_KINDS), _account(work, into_id, CATEGORY_KINDS)
        if source.id == target.id or source.kind != target.kind:
            raise Refused("Choose another category of the same kind.", field="into_id")
        if target.is_archived:
            raise Refused("That category is archived. Choose another one.", field="into_id")
        if source.id in _line_of(work, target.id):
            raise Refused("A category cannot be merged into one of its own parts.", field="into_id")
        ids = work.session.scalars(
            select(Posting.transaction_id)
            .where(Posting.book_id == book_id, Posting.account_id == source.id)
            .distinct()
            .order_by(Posting.transaction_id)
        ).all()
        for batch in batched(ids, 500):
            _move_legs(work, batch, source.id, target.id)
        _move_void_legs(work, source.id, target.id)
        work.session.execute(
            update(Account)
            .where(Account.book_id == book_id, Account.parent_id == source.id)
            .values(parent_id=target.id)
        )
        work.session.execute(
            update(ImportRow)
            .where(ImportRow.book_id == book_id, ImportRow.category_id == source.id)
            .values(category_id=target.id)
        )
        _move_schedule_lines(work, source.id, target.id)
        _move_references(work, source.id, target.id)
        source.is_archived = True
        work.book.revision += 1
        work.audit(
            "category.merged",
            f"account:{source.id}",
            before=_described(source),
            after={"into": target.id, "transactions": len(ids)},
        )
    return len(ids)


def _move_legs(work: BookWork, ids: Sequence[int], from_id: int, to_id: int) -> None:
    dated = select(Transaction.id, Transaction.occurred_on).where(
        Transaction.book_id == work.book.id, Transaction.id.in_(ids)
    )
    days = dict(work.session.execute(dated).all())
    legs = unpost(work, ids)
    repost(work, [(each, days[each], merged_legs(legs[each], from_id, to_id)) for each in ids])


def _move_schedule_lines(work: BookWork, from_id: int, to_id: int) -> None:
    """Schedules post into the other category from now on; two parts of one schedule in it become one."""
    in_book = ScheduleLine.book_id == work.book.id
    using = select(ScheduleLine.schedule_id).where(in_book, ScheduleLine.category_id == from_id)
    rows = work.session.scalars(
        select(ScheduleLine)
        .where(in_book, ScheduleLine.schedule_id.in_(using.scalar_subquery()))
        .order_by(ScheduleLine.schedule_id, ScheduleLine.number)
    ).all()
    kept: dict[int, ScheduleLine] = {}
    for row in rows:
        if row.category_id not in {from_id, to_id}:
            continue
        first = kept.setdefault(row.schedule_id, row)
        if first is row:
            row.category_id = to_id
        else:
            first.amount_minor += row.amount_minor
            work.session.delete(row)


def _move_references(work: BookWork, from_id: int, to_id: int) -> None:
    """Whatever else names the category (a loan its interest, a job its pay) names the other one from now on."""
    for table in Base.metadata.sorted_tables:
        if table.name in MOVED_BY_THEMSELVES:
            continue
        for key_of in table.foreign_key_constraints:
            if key_of.referred_table.name == Account.__tablename__:
                [column] = [each for each in key_of.columns if each.name != "book_id"]
                work.session.execute(
                    update(table).where(table.c.book_id == work.book.id, column == from_id).values({column.name: to_id})
                )


def _move_void_legs(work: BookWork, from_id: int, to_id: int) -> None:
    rows = work.session.scalars(
        select(Transaction).where(Transaction.book_id == work.book.id, Transaction.void_legs.is_not(None))
    )
    for row in rows:
        legs = tuple(Leg(*leg) for leg in json.loads(row.void_legs or "[]"))
        if any(leg.account_id == from_id for leg in legs):
            row.void_legs = json.dumps(
                [[leg.account_id, leg.amount_minor, leg.base_minor] for leg in merged_legs(legs, from_id, to_id)]
            )


def merged_legs(legs: Sequence[Leg], from_id: int, to_id: int) -> tuple[Leg, ...]:
    """Legs with one account replaced by another; two legs on one account become one."""
    merged: dict[int, Leg] = {}
    for leg in legs:
        account_id = to_id if leg.account_id == from_id else leg.account_id
        seen = merged.get(account_id)
        merged[account_id] = Leg(
            account_id,
            leg.amount_minor + (seen.amount_minor if seen else 0),
            leg.base_minor + (seen.base_minor if seen else 0),
        )
    return tuple(leg for leg in merged.values() if leg.amount_minor or leg.base_minor)


def _correct_opening(
    work: BookWork, account: Account, opening_minor: int, base_minor: int | None, day: date | None
) -> None:
    """Let the opening balance say something else: the old one is deleted, on record, and a new one posted."""
    sign = 1 if account.kind == AccountKind.ASSET else -1
    base = opening_minor if account.currency == work.book.currency else base_minor
    rows = work.session.execute(
        select(Transaction, Posting.amount_minor, Posting.base_minor)
        .join(Posting, (Posting.transaction_id == Transaction.id) & (Posting.book_id == Transaction.book_id))
        .where(
            Posting.book_id == work.book.id,
            Posting.account_id == account.id,
            Transaction.kind == TransactionKind.OPENING,
            Transaction.state == State.POSTED,
        )
    ).all()
    said = [(sign * amount, sign * in_base, row.occurred_on) for row, amount, in_base in rows]
    if said == ([(opening_minor, base, day)] if opening_minor else []):
        return
    legs = unpost(work, [row.id for row, _, _ in rows])
    for row, _, _ in rows:
        row.state, row.updated_at = State.VOID, work.now
        row.void_legs = json.dumps([[leg.account_id, leg.amount_minor, leg.base_minor] for leg in legs[row.id]])
        work.audit("transaction.voided", f"transaction:{row.id}")
    if rows:
        work.book.revision += 1
    if opening_minor:
        _post_opening(work, account, opening_minor, base_minor, day)


def _post_opening(
    work: BookWork, account: Account, opening_minor: int, base_minor: int | None, day: date | None
) -> int:
    if day is None:
        raise Refused("Write the day of the opening balance.", field="opening_on")
    check_day(work, day, field="opening_on")
    if account.currency == work.book.currency:
        base_minor = opening_minor
    elif base_minor is None or (base_minor > 0) != (opening_minor > 0) or base_minor == 0:
        raise Refused(f"Write what this is in {work.book.currency}, the currency of this book.", field="opening_base")
    sign = 1 if account.kind == AccountKind.ASSET else -1
    equity_id = work.session.scalar(
        select(Account.id).where(Account.book_id == work.book.id, Account.subtype == Subtype.OPENING)
    )
    if equity_id is None:
        raise NotInBook("opening account", Subtype.OPENING, work.book.id)
    draft = Draft(
        occurred_on=day,
        kind=TransactionKind.OPENING,
        legs=(
            Leg(account.id, sign * opening_minor, sign * base_minor),
            Leg(equity_id, -sign * base_minor, -sign * base_minor),
        ),
        source=Source.FORM,
        description=f"Opening balance of {account.name}",
    )
    [transaction_id] = post(work, [draft], account_kinds(work, [account.id, equity_id]))
    after = {"account": account.id, "occurred_on": day.isoformat(), "amount_minor": opening_minor}
    work.audit("transaction.recorded", f"transaction:{transaction_id}", after=after)
    return transaction_id


def _account(work: BookWork, account_id: int, kinds: frozenset[AccountKind]) -> Account:
    account = work.session.scalars(
        select(Account).where(Account.book_id == work.book.id, Account.id == account_id)
    ).one_or_none()
    if account is None or account.kind not in kinds:
        raise NotInBook("account", account_id, work.book.id)
    return account


def _looks(
    work: BookWork, name: str, kind: AccountKind, icon: str, colour: int, *, but: int | None = None
) -> dict[str, Any]:
    text = clean(name, NAME_LENGTH)
    if not text:
        raise Refused("Write a name.", field="name")
    same_name = key(text)[:KEY_LENGTH]
    same = (
        select(func.count())
        .select_from(Account)
        .where(Account.book_id == work.book.id, Account.kind == kind, Account.name_key == same_name)
    )
    if work.session.scalar(same.where(Account.id != but) if but else same):
        raise Refused(f"There is already “{text}” in this book.", field="name")
    if colour not in COLOURS or not icon or not all(part.isascii() and part.isalnum() for part in icon.split("-")):
        raise Refused("Choose an icon and a colour from the list.", field="icon")
    return {"name": text, "name_key": same_name, "icon": icon[:40], "colour": colour}


def _currency(currency: str) -> str:
    if len(currency) != 3 or not (currency.isascii() and currency.isalpha() and currency.isupper()):  # noqa: PLR2004 - ISO 4217
        raise Refused("Choose a currency.", field="currency")
    return currency


def _parent(work: BookWork, parent_id: int | None, kind: AccountKind, *, child: int | None = None) -> int | None:
    if parent_id is None:
        return None
    parent = _account(work, parent_id, CATEGORY_KINDS)
    line = _line_of(work, parent.id)
    if parent.kind != kind or child in line:
        raise Refused("A category can stand under another one of its kind, but not under itself.", field="parent_id")
    if len(line) >= MAX_DEPTH:
        raise Refused(f"Categories can stand at most {MAX_DEPTH} deep.", field="parent_id")
    return parent.id


def _line_of(work: BookWork, account_id: int) -> list[int]:
    """The account and all that it stands under."""
    parents = dict(
        work.session.execute(select(Account.id, Account.parent_id).where(Account.book_id == work.book.id)).all()
    )
    line = [account_id]
    while (parent := parents[line[-1]]) is not None:
        line.append(parent)
    return line


def _described(account: Account) -> dict[str, Any]:
    shown = ("kind", "subtype", "name", "currency", "parent_id", "need", "icon", "colour", "is_archived")
    return {name: getattr(account, name) for name in shown}

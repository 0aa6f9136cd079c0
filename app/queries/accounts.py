"""Accounts and categories: the chart of a book, what is in it, and what moved in its categories."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import Session

from app.domain.books import (
    CATEGORY_KINDS,
    MONEY_KINDS,
    MONEY_SUBTYPES,
    AccountKind,
    Need,
    State,
    Subtype,
    TransactionKind,
)
from app.domain.periods import Month
from app.models.account import Account
from app.models.numbers import whole
from app.models.transaction import AccountMonth, Posting, Transaction


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account or category of a book."""

    id: int
    kind: AccountKind
    subtype: Subtype
    name: str
    currency: str
    parent_id: int | None
    need: Need
    icon: str
    colour: int
    is_archived: bool

    @property
    def is_category(self) -> bool:
        """Whether the reader calls it a category."""
        return self.kind in CATEGORY_KINDS

    @property
    def is_pocket(self) -> bool:
        """Whether money can be paid from it or into it by hand."""
        return self.subtype in MONEY_SUBTYPES


@dataclass(frozen=True, slots=True)
class Branch:
    """A category in its tree: how deep it stands, and the names of all above it."""

    account: AccountView
    depth: int
    path: tuple[str, ...]

    @property
    def title(self) -> str:
        """The name with everything it stands under: Transport › Fuel."""
        return " › ".join((*self.path, self.account.name))


@dataclass(frozen=True, slots=True)
class Balance:
    """What is in a money account: positive is owned, negative is owed. In the account's currency and in the book's."""

    account: AccountView
    amount_minor: int
    base_minor: int
    leg_count: int


@dataclass(frozen=True, slots=True)
class CategorySums:
    """What moved in a category: spending positive for expenses, earning positive for income. In the book's currency."""

    month_minor: int
    year_minor: int


@dataclass(frozen=True, slots=True)
class Opening:
    """With how much an account began, and when. Signed as `Balance`."""

    transaction_id: int
    occurred_on: date
    amount_minor: int
    base_minor: int


_A = Account.__table__.c
_OF_BOOK = select(
    _A.id, _A.kind, _A.subtype, _A.name, _A.currency, _A.parent_id, _A.need, _A.icon, _A.colour, _A.is_archived
).where(_A.book_id == bindparam("book_id"))  # built once: almost every page asks for it


def accounts_of(session: Session, book_id: int) -> dict[int, AccountView]:
    """Every account and category of a book by id, in the order they are shown: by name."""
    rows: Sequence[Sequence[Any]] = session.execute(_OF_BOOK, {"book_id": book_id}).all()
    views = (AccountView(*row) for row in rows)
    return {view.id: view for view in sorted(views, key=lambda view: (view.name.casefold(), view.id))}


def pockets(accounts: Mapping[int, AccountView], *, keep: Iterable[int] = ()) -> list[AccountView]:
    """The accounts that money can be paid from by hand; archived ones only when `keep` names them."""
    kept = set(keep)
    return [each for each in accounts.values() if each.is_pocket and (not each.is_archived or each.id in kept)]


def tree(
    accounts: Mapping[int, AccountView], kind: AccountKind, *, archived: bool = False, keep: Iterable[int] = ()
) -> list[Branch]:
    """The categories of a kind, each one after what it stands under. A category whose parent is left out stands at the top."""
    kept = set(keep)
    shown = {
        each.id: each
        for each in accounts.values()
        if each.kind == kind and (archived or not each.is_archived or each.id in kept)
    }
    children: dict[int | None, list[AccountView]] = defaultdict(list)
    for each in shown.values():
        children[each.parent_id if each.parent_id in shown else None].append(each)
    branches: list[Branch] = []

    def grow(parent_id: int | None, path: tuple[str, ...]) -> None:
        for each in children[parent_id]:
            branches.append(Branch(each, len(path), path))
            grow(each.id, (*path, each.name))

    grow(None, ())
    return branches


def with_parts(accounts: Mapping[int, AccountView], account_id: int) -> list[int]:
    """The account and everything that stands under it."""
    children: dict[int | None, list[int]] = defaultdict(list)
    for each in accounts.values():
        children[each.parent_id].append(each.id)
    found = [account_id]
    for each_id in found:  # grows while it is walked
        found.extend(children[each_id])
    return found


def balances(session: Session, book_id: int, accounts: Mapping[int, AccountView]) -> list[Balance]:
    """What is in every money account, from the kept month totals: the same cost at any number of transactions."""
    rows = session.execute(
        select(
            AccountMonth.account_id,
            func.sum(AccountMonth.debit_minor - AccountMonth.credit_minor),
            func.sum(AccountMonth.base_debit_minor - AccountMonth.base_credit_minor),
            func.sum(AccountMonth.leg_count),
        )
        .where(AccountMonth.book_id == book_id)
        .group_by(AccountMonth.account_id)
    )
    sums = {account_id: (whole(amount), whole(base), whole(count)) for account_id, amount, base, count in rows}
    return [Balance(each, *sums.get(each.id, (0, 0, 0))) for each in accounts.values() if each.kind in MONEY_KINDS]


def category_sums(
    session: Session, book_id: int, accounts: Mapping[int, AccountView], month: Month
) -> dict[int, CategorySums]:
    """What moved in each category in a month and in the twelve that end with it, with everything that stands under it."""
    first = month.shift(-11).first
    moved = AccountMonth.base_debit_minor - AccountMonth.base_credit_minor
    rows = session.execute(
        select(
            AccountMonth.account_id,
            func.sum(case((AccountMonth.month == month.first, moved), else_=0)),
            func.sum(moved),
        )
        .where(AccountMonth.book_id == book_id, AccountMonth.month >= first, AccountMonth.month <= month.first)
        .group_by(AccountMonth.account_id)
    )
    own = {account_id: (whole(one), whole(twelve)) for account_id, one, twelve in rows}
    return {
        each.id: _summed(each, own, with_parts(accounts, each.id)) for each in accounts.values() if each.is_category
    }


def _summed(category: AccountView, own: Mapping[int, tuple[int, int]], ids: Sequence[int]) -> CategorySums:
    sign = 1 if category.kind == AccountKind.EXPENSE else -1
    parts = [own.get(each, (0, 0)) for each in ids]
    return CategorySums(sign * sum(one for one, _ in parts), sign * sum(twelve for _, twelve in parts))


def opening_of(session: Session, book_id: int, account_id: int) -> Opening | None:
    """The opening balance of an account, if it has one."""
    row = session.execute(
        select(Posting.transaction_id, Posting.occurred_on, Posting.amount_minor, Posting.base_minor)
        .join(Transaction, (Transaction.id == Posting.transaction_id) & (Transaction.book_id == Posting.book_id))
        .where(
            Posting.book_id == book_id,
            Posting.account_id == account_id,
            Transaction.kind == TransactionKind.OPENING,
            Transaction.state == State.POSTED,
        )
        .order_by(Posting.occurred_on, Posting.transaction_id)
        .limit(1)
    ).one_or_none()
    return row and Opening(*row)


def uses_of(session: Session, book_id: int, account_id: int) -> int:
    """How many legs an account has."""
    return whole(
        session.scalar(
            select(func.sum(AccountMonth.leg_count)).where(
                AccountMonth.book_id == book_id, AccountMonth.account_id == account_id
            )
        )
    )

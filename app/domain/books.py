"""The words of bookkeeping: kinds of books, accounts and transactions, the legs of a transaction and what they add up to."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class BookKind(StrEnum):
    """Whose money a book is about."""

    PERSONAL = "personal"
    BUSINESS = "business"


class Role(StrEnum):
    """What a member of a book may do. Each role may do what the ones below it may."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"

    def covers(self, needed: "Role") -> bool:
        """Whether someone with this role may do what `needed` allows."""
        order = [Role.VIEWER, Role.EDITOR, Role.OWNER]
        return order.index(self) >= order.index(needed)


class AccountKind(StrEnum):
    """The five kinds of accounts. A category is an account of kind income or expense."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"


MONEY_KINDS = frozenset({AccountKind.ASSET, AccountKind.LIABILITY})
CATEGORY_KINDS = frozenset({AccountKind.INCOME, AccountKind.EXPENSE})


class Subtype(StrEnum):
    """What an account is in daily life."""

    BANK = "bank"
    CASH = "cash"
    CARD = "card"
    WALLET = "wallet"
    LOAN = "loan"
    DEPOSIT = "deposit"
    HOLDING = "holding"
    PROPERTY = "property"
    RECEIVABLE = "receivable"
    PAYABLE = "payable"
    TAX = "tax"
    FIXED_ASSET = "fixed_asset"
    OPENING = "opening"
    CATEGORY = "category"


MONEY_SUBTYPES: Mapping[Subtype, AccountKind] = {
    Subtype.BANK: AccountKind.ASSET,
    Subtype.CASH: AccountKind.ASSET,
    Subtype.WALLET: AccountKind.ASSET,
    Subtype.DEPOSIT: AccountKind.ASSET,
    Subtype.CARD: AccountKind.LIABILITY,
    Subtype.LOAN: AccountKind.LIABILITY,
}
"""The subtypes a person may choose for an account of their own, and what each is."""


class Need(StrEnum):
    """Whether spending in a category is needed to live, wished for, or neither (taxes, fees)."""

    ESSENTIAL = "essential"
    DISCRETIONARY = "discretionary"
    NONE = "none"


class TransactionKind(StrEnum):
    """What a transaction is to the person. Its legs decide what it does to the books."""

    EXPENSE = "expense"
    INCOME = "income"
    TRANSFER = "transfer"
    OPENING = "opening"


class State(StrEnum):
    """A void transaction keeps its legs on record, but they count nowhere."""

    POSTED = "posted"
    VOID = "void"


class Source(StrEnum):
    """Where a transaction came from."""

    FORM = "form"
    RECEIPT = "receipt"
    IMPORT = "import"
    RECURRING = "recurring"
    INVOICE = "invoice"
    API = "api"
    DEMO = "demo"


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg: debit positive, credit negative. `amount_minor` in the account's currency, `base_minor` in the book's."""

    account_id: int
    amount_minor: int
    base_minor: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What legs do to the figures people read, in minor units of the book's currency.

    `income_minor` and `expense_minor` are signed: a refund makes the expense smaller. `moved_minor` is what a transfer moved.
    """

    income_minor: int
    expense_minor: int
    moved_minor: int


def is_balanced(legs: Iterable[Leg]) -> bool:
    """Whether the legs add up to zero in the book's currency."""
    return sum(leg.base_minor for leg in legs) == 0


def effect(legs: Iterable[Leg], kinds: Mapping[int, AccountKind]) -> Effect:
    """Sum legs by the kind of their accounts. A transfer touches no category, so it can never be income or spending."""
    income = expense = moved = 0
    for leg in legs:
        kind = kinds[leg.account_id]
        if kind == AccountKind.INCOME:
            income -= leg.base_minor
        elif kind == AccountKind.EXPENSE:
            expense += leg.base_minor
        elif kind in MONEY_KINDS and leg.base_minor > 0:
            moved += leg.base_minor
    return Effect(income, expense, 0 if income or expense else moved)


def kind_of(kinds: Collection[AccountKind]) -> TransactionKind:
    """What a transaction with legs on accounts of these kinds is: income when one is an income category, else an expense, else a transfer."""
    if AccountKind.INCOME in kinds:
        return TransactionKind.INCOME
    return TransactionKind.EXPENSE if AccountKind.EXPENSE in kinds else TransactionKind.TRANSFER


class Direction(StrEnum):
    """Which way the money of an account goes in a transaction, as the person sees it."""

    OUT = "out"
    IN = "in"
    TRANSFER = "transfer"

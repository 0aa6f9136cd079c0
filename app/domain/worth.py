"""What a book is worth: the words of it, how a change is cut into its causes, and what a goal asks for each month."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.books import Subtype


class PropertyKind(StrEnum):
    """What a thing without a price is."""

    HOUSE = "house"
    LAND = "land"
    VEHICLE = "vehicle"
    GOLD = "gold"
    OTHER = "other"


class GoalBasis(StrEnum):
    """What counts towards a goal: what is in some accounts, or what is saved from a day on."""

    ACCOUNTS = "accounts"
    SAVINGS = "savings"


class Group(StrEnum):
    """The groups of a statement of net worth, in the order they are shown: first what is owned, then what is owed."""

    CASH = "cash"
    SCHEMES = "schemes"
    INVESTMENTS = "investments"
    PROPERTY = "property"
    RECEIVABLES = "receivables"
    CARDS = "cards"
    LOANS = "loans"
    BILLS = "bills"


OWED = frozenset({Group.CARDS, Group.LOANS, Group.BILLS})

GROUP_OF = {
    Subtype.BANK: Group.CASH,
    Subtype.CASH: Group.CASH,
    Subtype.WALLET: Group.CASH,
    Subtype.DEPOSIT: Group.SCHEMES,
    Subtype.HOLDING: Group.INVESTMENTS,
    Subtype.PROPERTY: Group.PROPERTY,
    Subtype.FIXED_ASSET: Group.PROPERTY,
    Subtype.RECEIVABLE: Group.RECEIVABLES,
    Subtype.CARD: Group.CARDS,
    Subtype.LOAN: Group.LOANS,
    Subtype.PAYABLE: Group.BILLS,
    Subtype.TAX: Group.BILLS,
}
"""Where an account of each subtype stands. Income, spending and equity stand nowhere."""


@dataclass(frozen=True, slots=True)
class Growth:
    """How much more accounts are worth than the books hold of them, on one day, by why. In minor units of the book's currency."""

    market_minor: int = 0  # investments: last price less cost
    interest_minor: int = 0  # schemes: accrued value less what was paid in and posted
    valuation_minor: int = 0  # property: last valuation less cost
    exchange_minor: int = 0  # money of other currencies: at the last rate, less what the books hold

    @property
    def total_minor(self) -> int:
        """All of it."""
        return self.market_minor + self.interest_minor + self.valuation_minor + self.exchange_minor


@dataclass(frozen=True, slots=True)
class Moved:
    """What the books say of a period, in minor units of the book's currency. Earned and spent are positive."""

    income_minor: int = 0
    expense_minor: int = 0
    opening_minor: int = 0  # brought in by opening balances: what was owned less what was owed
    repaid_minor: int = 0  # of loans
    borrowed_minor: int = 0  # by loans, opening balances left out
    cleared_minor: int = 0  # cards and bills: paid off less newly owed, opening balances left out

    @property
    def saved_minor(self) -> int:
        """Income less spending."""
        return self.income_minor - self.expense_minor

    @property
    def kept_minor(self) -> int:
        """What of the saving stayed as money, deposits, investments and things; the rest lowered debts. Borrowed money is in it."""
        return self.saved_minor - self.repaid_minor + self.borrowed_minor - self.cleared_minor


@dataclass(frozen=True, slots=True)
class Change:
    """Why net worth went from `first_minor` to `last_minor`. The parts add up to the difference, exactly."""

    first_minor: int
    last_minor: int
    moved: Moved
    growth: Growth

    @property
    def total_minor(self) -> int:
        """By how much it changed."""
        return self.last_minor - self.first_minor

    @property
    def parts_minor(self) -> tuple[int, ...]:
        """Saved, brought in, market, interest, valuations, exchange rates."""
        growth = self.growth
        return (
            self.moved.saved_minor,
            self.moved.opening_minor,
            growth.market_minor,
            growth.interest_minor,
            growth.valuation_minor,
            growth.exchange_minor,
        )


def between(first: Growth, last: Growth) -> Growth:
    """What growth was added between two days."""
    return Growth(
        last.market_minor - first.market_minor,
        last.interest_minor - first.interest_minor,
        last.valuation_minor - first.valuation_minor,
        last.exchange_minor - first.exchange_minor,
    )


def months_left(today: date, by_on: date) -> int:
    """How many more times money can be put aside: whole calendar months until a day, at least one; 0 once the day has passed.

    >>> months_left(date(2026, 11, 22), date(2027, 3, 31)), months_left(date(2026, 11, 22), date(2026, 11, 30))
    (4, 1)
    """
    if by_on < today:
        return 0
    return max((by_on.year - today.year) * 12 + by_on.month - today.month, 1)


def monthly_need(target_minor: int, reached_minor: int, months: int) -> int | None:
    """What must be put aside each month, rounded up to the minor unit. 0 once the goal is reached; none without a month left.

    >>> monthly_need(100_000, 10_000, 7)
    12858
    """
    missing = target_minor - reached_minor
    if missing <= 0:
        return 0
    return -(-missing // months) if months else None

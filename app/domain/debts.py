"""Getting out of several debts: in which order to pay them, how long it takes and what it costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.domain.errors import Refused
from app.domain.interest import check_rate, month_interest
from app.domain.loans import LONGEST_MONTHS
from app.domain.money import MAX_MINOR


class Strategy(StrEnum):
    """Which debt gets what the minimum payments leave over."""

    AVALANCHE = "avalanche"
    """The dearest first: costs least."""
    SNOWBALL = "snowball"
    """The smallest first: shows results soonest."""


@dataclass(frozen=True, slots=True)
class Debt:
    """What is owed, in minor units, the yearly rate as a fraction, and the least that must be paid a month."""

    name: str
    balance_minor: int
    annual_rate: Decimal
    minimum_minor: int

    def __post_init__(self) -> None:
        if self.balance_minor <= 0:
            raise Refused("Enter what is owed, above zero.", field="balance")
        if self.minimum_minor < 0:
            raise Refused("The minimum payment cannot be negative.", field="minimum")
        check_rate(self.annual_rate)


@dataclass(frozen=True, slots=True)
class DebtMonth:
    """One month of the plan: interest added, and what is owed on each debt after paying, in the order of the plan."""

    interest_minor: int
    paid_minor: int
    balances_minor: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DebtPlan:
    """The way out of debt. `payoff` names the debts with the month that closes each, in the order they close."""

    order: tuple[str, ...]
    months: tuple[DebtMonth, ...]
    payoff: tuple[tuple[str, int], ...]

    @property
    def interest_minor(self) -> int:
        """What the way costs."""
        return sum(month.interest_minor for month in self.months)


def in_order(debts: Sequence[Debt], strategy: Strategy) -> tuple[Debt, ...]:
    """The debts in the order a strategy attacks them; it is fixed at the start.

    Ties: avalanche takes the smaller balance, snowball the higher rate, then the name.

    >>> [d.name for d in in_order([Debt("a", 5, Decimal("0.1"), 1), Debt("b", 9, Decimal("0.2"), 1)], Strategy.AVALANCHE)]
    ['b', 'a']
    """
    if strategy is Strategy.AVALANCHE:
        return tuple(sorted(debts, key=lambda debt: (-debt.annual_rate, debt.balance_minor, debt.name)))
    return tuple(sorted(debts, key=lambda debt: (debt.balance_minor, -debt.annual_rate, debt.name)))


def debt_plan(debts: Sequence[Debt], extra_minor: int) -> DebtPlan | None:
    """Month by month until nothing is owed, the debts attacked in the order given; None when 100 years are not enough.

    Each month: interest on every debt, then every minimum, then what is left of the budget in order. The budget, all
    minimums and the extra, stays the same to the end, so the minimum of a closed debt helps the next one.

    Units: minor units. Rounding: interest half-up, per debt and month.
    Raises: Refused when the extra payment is negative or a name is used twice.
    Source: common practice of the debt avalanche and the debt snowball.

    >>> debt_plan([Debt("card", 1_000, Decimal(0), 300)], 200).payoff
    (('card', 2),)
    """
    if extra_minor < 0:
        raise Refused("The extra payment cannot be negative.", field="extra")
    if len({debt.name for debt in debts}) != len(debts):
        raise Refused("Give each debt its own name.", field="name")
    budget = extra_minor + sum(debt.minimum_minor for debt in debts)
    owed = [debt.balance_minor for debt in debts]
    months: list[DebtMonth] = []
    payoff: list[tuple[str, int]] = []
    while any(owed):
        if len(months) == LONGEST_MONTHS or sum(owed) > MAX_MINOR * len(owed):
            return None
        open_before = [at for at, balance in enumerate(owed) if balance]
        interest = [month_interest(balance, debt.annual_rate) for balance, debt in zip(owed, debts, strict=True)]
        due = [balance + more for balance, more in zip(owed, interest, strict=True)]
        owed = _pay(due, [debt.minimum_minor for debt in debts], budget)
        months.append(DebtMonth(sum(interest), sum(due) - sum(owed), tuple(owed)))
        payoff += [(debts[at].name, len(months)) for at in open_before if not owed[at]]
    return DebtPlan(tuple(debt.name for debt in debts), tuple(months), tuple(payoff))


def minimums_only(debts: Sequence[Debt]) -> int | None:
    """Interest in minor units when each debt gets its own minimum and nothing rolls over; None when one never ends.

    The yardstick beside which a plan shows what it saves.

    >>> minimums_only([Debt("card", 100_000, Decimal("0.12"), 101_000)])
    1000
    """
    plans = [debt_plan([debt], 0) for debt in debts]
    return None if None in plans else sum(plan.interest_minor for plan in plans if plan)


def _pay(due: list[int], minimums: list[int], budget: int) -> list[int]:
    left = [amount - min(amount, least) for amount, least in zip(due, minimums, strict=True)]
    spare = budget - (sum(due) - sum(left))
    for at, amount in enumerate(left):
        more = min(spare, amount)
        left[at] -= more
        spare -= more
    return left

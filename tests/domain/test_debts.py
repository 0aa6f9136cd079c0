from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.debts import Debt, Strategy, debt_plan, in_order, minimums_only
from app.domain.errors import Refused

FOUR = [
    Debt("card", 8_000_000, Decimal("0.42"), 400_000),
    Debt("personal", 15_000_000, Decimal("0.14"), 520_000),
    Debt("phone", 1_800_000, Decimal(0), 150_000),
    Debt("car", 40_000_000, Decimal("0.095"), 850_000),
]


@pytest.mark.parametrize(
    ("strategy", "interest", "payoff"),
    [
        (Strategy.AVALANCHE, 9_072_508, (("card", 8), ("phone", 12), ("personal", 15), ("car", 28))),
        (Strategy.SNOWBALL, 9_465_147, (("phone", 2), ("card", 9), ("personal", 16), ("car", 28))),
    ],
)
def test_the_order_of_attack_decides_what_debts_cost(
    strategy: Strategy, interest: int, payoff: tuple[tuple[str, int], ...]
) -> None:
    plan = debt_plan(in_order(FOUR, strategy), 800_000)

    assert plan is not None
    assert (plan.interest_minor, plan.payoff, len(plan.months)) == (interest, payoff, 28)


def test_a_budget_below_the_interest_never_ends() -> None:
    assert debt_plan([Debt("a", 10_000_000, Decimal("0.36"), 250_000)], 0) is None
    assert minimums_only([Debt("a", 10_000_000, Decimal("0.36"), 250_000), FOUR[0]]) is None


def test_a_debt_that_explodes_ends_the_search_instead_of_overflowing() -> None:
    assert debt_plan([Debt("a", 10**14, Decimal(10), 1)], 0) is None


def test_ties_are_broken_by_balance_rate_and_name() -> None:
    debts = [
        Debt(name, balance, Decimal(rate), 1)
        for name, balance, rate in (("b", 5, "0.1"), ("a", 5, "0.1"), ("c", 4, "0.1"))
    ]

    assert [debt.name for debt in in_order(debts, Strategy.AVALANCHE)] == ["c", "a", "b"]
    assert [debt.name for debt in in_order(debts, Strategy.SNOWBALL)] == ["c", "a", "b"]


def test_two_debts_closed_in_one_month_stand_in_the_order_of_the_plan() -> None:
    plan = debt_plan([Debt("z", 100, Decimal(0), 100), Debt("a", 100, Decimal(0), 100)], 0)

    assert plan is not None
    assert plan.payoff == (("z", 1), ("a", 1))


@st.composite
def some_debts(draw: st.DrawFn) -> list[Debt]:
    return [
        Debt(str(at), balance, draw(st.decimals("0", "0.45", places=3)), balance // 20 + 100)
        for at, balance in enumerate(draw(st.lists(st.integers(10_000, 10**8), min_size=1, max_size=5)))
    ]


@given(some_debts(), st.integers(0, 10**7))
def test_the_avalanche_costs_no_more_than_the_snowball_nor_that_more_than_minimums(
    debts: list[Debt], extra: int
) -> None:
    avalanche = debt_plan(in_order(debts, Strategy.AVALANCHE), extra)
    snowball = debt_plan(in_order(debts, Strategy.SNOWBALL), extra)
    least = minimums_only(debts)

    assert avalanche is not None
    assert snowball is not None
    assert least is not None
    rounding = len(debts) * (len(snowball.months) + len(avalanche.months))  # half a paisa a debt and month
    assert avalanche.interest_minor <= snowball.interest_minor + rounding
    assert snowball.interest_minor <= least + rounding


@given(some_debts(), st.integers(0, 10**7))
def test_what_is_paid_is_what_was_owed_with_its_interest(debts: list[Debt], extra: int) -> None:
    plan = debt_plan(debts, extra)

    assert plan is not None
    assert sum(month.paid_minor for month in plan.months) == plan.interest_minor + sum(d.balance_minor for d in debts)
    assert sorted(name for name, _ in plan.payoff) == sorted(plan.order)


@pytest.mark.parametrize(("balance", "rate", "minimum"), [(0, "0.1", 1), (1, "-0.1", 1), (1, "0.1", -1)])
def test_a_debt_nobody_can_have_is_refused(balance: int, rate: str, minimum: int) -> None:
    with pytest.raises(Refused):
        Debt("a", balance, Decimal(rate), minimum)


def test_a_plan_needs_different_names_and_no_negative_extra() -> None:
    with pytest.raises(Refused):
        debt_plan([FOUR[0], FOUR[0]], 0)
    with pytest.raises(Refused):
        debt_plan(FOUR, -1)

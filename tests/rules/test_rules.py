import re
from dataclasses import replace
from decimal import Decimal

import pytest

from app.domain.books import BookKind
from app.domain.flows import Flow
from app.domain.periods import Month
from app.rules.business import cash_lasts, revenue_covers_costs
from app.rules.engine import RULES, evaluate
from app.rules.findings import Amount, Gravity, Share
from app.rules.personal import essentials_leave_room, income_is_kept
from app.rules.snapshot import CategoryTrend, Snapshot
from app.rules.spending import category_jumped
from app.rules.thresholds import CASH_DAYS, ESSENTIAL_SHARE, SAVINGS_RATE

CALM = Snapshot(
    month=Month(2026, 11),
    settled_months=(Month(2026, 8), Month(2026, 9), Month(2026, 10)),
    settled=(Flow(100_000, 70_000),) * 3,
    essential_minor=120_000,
    categories=(CategoryTrend("Dining", 6_000, (5_000, 6_000, 7_000)),),
    cash_minor=400_000,
)


@pytest.mark.parametrize(
    ("spent", "gravity"),
    [(79_999, Gravity.GOOD), (80_000, Gravity.GOOD), (80_001, Gravity.WATCH), (100_000, Gravity.WATCH), (100_001, Gravity.ACT)],
)  # fmt: skip
def test_a_fifth_of_income_kept_is_enough(spent: int, gravity: Gravity) -> None:
    found = income_is_kept(replace(CALM, settled=(Flow(100_000, spent),) * 3))

    assert found
    assert found.gravity == gravity
    assert SAVINGS_RATE.source in found.measure


@pytest.mark.parametrize(("essential", "gravity"), [(150_000, Gravity.GOOD), (150_001, Gravity.WATCH)])
def test_essentials_up_to_half_of_income_leave_room(essential: int, gravity: Gravity) -> None:
    found = essentials_leave_room(replace(CALM, essential_minor=essential))

    assert found
    assert found.gravity == gravity
    assert found.values["limit"] == Share(ESSENTIAL_SHARE.limit)


@pytest.mark.parametrize("rule", RULES[BookKind.PERSONAL])
def test_a_household_with_an_empty_month_among_the_last_three_is_not_judged(rule: object) -> None:
    young = replace(CALM, settled=(Flow(), Flow(100_000, 99_000), Flow(100_000, 99_000)))

    assert evaluate([rule], young) == []  # type: ignore[list-item]  # parametrized over the rules themselves


def test_without_income_there_is_no_word_about_savings_or_essentials() -> None:
    spending_only = replace(CALM, settled=(Flow(0, 10_000),) * 3)

    assert income_is_kept(spending_only) is None
    assert essentials_leave_room(spending_only) is None


def test_the_category_furthest_above_its_middle_month_is_named() -> None:
    found = category_jumped(
        replace(
            CALM,
            categories=(
                CategoryTrend("Dining", 9_000, (5_000, 6_000, 7_000)),
                CategoryTrend("Utilities", 9_984, (3_000, 2_900, 90_000)),
                CategoryTrend("Groceries", 10_000, (9_900, 9_800, 10_100)),
            ),
        )
    )

    assert found
    assert (found.values["category"], found.values["now"], found.values["usual"]) == (
        "Utilities",
        Amount(9_984),
        Amount(3_000),
    )


@pytest.mark.parametrize(
    "category",
    [
        CategoryTrend("a little more", 8_999, (6_000, 6_000, 6_000)),
        CategoryTrend("too small to matter", 1_000, (300, 300, 300)),
        CategoryTrend("not bought every month", 50_000, (0, 10_000, 10_000)),
        CategoryTrend("mostly refunded", 50_000, (-10, 10_000, 10_000)),
        CategoryTrend("new", 50_000, ()),
    ],
    ids=lambda category: category.name,
)
def test_what_is_no_jump(category: CategoryTrend) -> None:
    assert category_jumped(replace(CALM, categories=(category,))) is None


def test_a_firm_that_spends_more_than_it_earns_is_told_how_much() -> None:
    found = revenue_covers_costs(replace(CALM, settled=(Flow(100, 150), Flow(100, 120), Flow(100, 100))))

    assert found
    assert (found.gravity, found.values["loss"]) == (Gravity.ACT, Amount(70))


def test_a_firm_in_profit_is_told_its_margin() -> None:
    found = revenue_covers_costs(CALM)

    assert found
    assert (found.gravity, found.values["margin"]) == (Gravity.GOOD, Share(Decimal("0.3")))


def test_a_firm_without_revenue_has_no_margin() -> None:
    assert revenue_covers_costs(replace(CALM, settled=(Flow(0, -5),) * 3)) is None


@pytest.mark.parametrize(("cash", "days", "gravity"), [(0, 0, Gravity.WATCH), (-900, 0, Gravity.WATCH), (60_000, 26, Gravity.WATCH), (62_400, 27, Gravity.GOOD)])  # fmt: skip
def test_cash_is_counted_in_days_of_costs(cash: int, days: int, gravity: Gravity) -> None:
    found = cash_lasts(replace(CALM, cash_minor=cash))

    assert found
    assert (found.values["days"], found.gravity) == (days, gravity)
    assert CASH_DAYS.source in found.measure


def test_a_firm_without_costs_is_not_told_how_long_cash_lasts() -> None:
    assert cash_lasts(replace(CALM, settled=(Flow(100, 0),) * 3)) is None


def test_the_gravest_finding_comes_first() -> None:
    losing = replace(CALM, settled=(Flow(100_000, 130_000),) * 3, essential_minor=200_000)

    assert [found.gravity for found in evaluate(RULES[BookKind.PERSONAL], losing)] == [Gravity.ACT, Gravity.WATCH]


@pytest.mark.parametrize("kind", BookKind)
def test_every_hole_in_the_words_has_its_figure(kind: BookKind) -> None:
    jumpy = replace(CALM, categories=(CategoryTrend("Dining {x}", 90_000, (5_000, 6_000, 7_000)),))

    for found in evaluate(RULES[kind], jumpy):
        holes = set(re.findall(r"\{(\w+)\}", found.title + found.text + found.measure))
        assert holes == set(found.values)

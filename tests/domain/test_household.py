from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Refused
from app.domain.health_scores import ANCHORS, Band, Indicator, Pillar, health_score, points_of
from app.domain.household_ratios import Household, budget_split, credit_utilisation, household_ratios

D = Decimal
ALL = dict(zip(Indicator, map(D, ("0.65", "98", "4.5", "24", "27", "22", "8", "0.7")), strict=True))


def _household(**changes: int) -> Household:
    values = {
        "gross_income_minor": 150_000,
        "net_income_minor": 120_000,
        "expenses_minor": 78_000,
        "instalments_minor": 32_000,
        "housing_minor": 36_000,
        "liquid_minor": 390_000,
        "invested_minor": 2_600_000,
        "assets_minor": 9_800_000,
        "liabilities_minor": 4_200_000,
    }
    return Household(**values | changes)


def test_a_typical_household() -> None:
    found = household_ratios(_household())

    assert (found.net_worth_minor, found.savings_rate, found.emergency_months) == (5_600_000, D("0.35"), D(5))
    rates = (found.debt_to_income, found.instalments_to_net, found.housing_to_income, found.solvency)
    assert [round(rate or 0, 4) for rate in rates] == [D("0.2133"), D("0.2667"), D("0.24"), D("0.5714")]
    parts = (found.debt_to_assets, found.invested_to_net_worth, found.liquid_to_net_worth)
    assert [round(part or 0, 4) for part in parts] == [D("0.4286"), D("0.4643"), D("0.0696")]


def test_without_income_or_net_worth_a_ratio_means_nothing() -> None:
    poor = household_ratios(_household(assets_minor=900_000, liabilities_minor=1_200_000))
    idle = household_ratios(_household(gross_income_minor=0, net_income_minor=0))

    assert (poor.invested_to_net_worth, poor.liquid_to_net_worth) == (None, None)
    assert round(poor.solvency or 0, 4) == D("-0.3333")
    assert (idle.savings_rate, idle.debt_to_income, idle.instalments_to_net, idle.housing_to_income) == (None,) * 4


@pytest.mark.parametrize(
    ("income", "needs", "wants", "expected"),
    [
        (8_000_000, 4_600_000, 2_000_000, (1_400_000, 600_000, 0, 200_000)),
        (5_000_000, 4_000_000, 1_500_000, (-500_000, 1_500_000, 0, 1_500_000)),
        (1_000, 100, 400, (500, 0, 100, 0)),
    ],
)
def test_a_month_against_half_needs_a_third_wants(
    income: int, needs: int, wants: int, expected: tuple[int, ...]
) -> None:
    found = budget_split(income, needs, wants)

    assert found is not None
    amounts = [Decimal(found.savings_minor), found.needs_over_minor, found.wants_over_minor, found.savings_short_minor]
    assert tuple(int(amount) for amount in amounts) == expected
    assert found.needs_rate + found.wants_rate + found.savings_rate == 1


def test_a_month_without_income_cannot_be_split() -> None:
    assert budget_split(0, 1, 1) is None
    with pytest.raises(Refused):
        budget_split(1, -1, 0)


def test_the_fullest_card_is_shown_beside_all_cards() -> None:
    found = credit_utilisation([(4_500, 10_000), (500, 15_000), (10, 0)])

    assert (found.overall, found.highest) == (D("0.2004"), D("0.45"))
    assert credit_utilisation([]).highest is None
    with pytest.raises(Refused):
        credit_utilisation([(1, -1)])


def test_a_score_shows_all_its_parts() -> None:
    found = health_score(ALL)

    assert found is not None
    assert (found.score, found.band) == (85, Band.HEALTHY)
    assert dict(found.pillars) == {Pillar.SPEND: 96, Pillar.SAVE: 88, Pillar.BORROW: 81, Pillar.PLAN: 75}
    assert round(found.points[Indicator.DEBT_SERVICE], 2) == D("74.06")


def test_what_is_not_known_is_left_out() -> None:
    known = ALL | {Indicator.UTILISATION: None, Indicator.LIFE_COVER: None}
    few: dict[Indicator, Decimal | None] = dict(list(ALL.items())[:4])
    no_plan: dict[Indicator, Decimal | None] = dict(list(ALL.items())[:6])

    found, without_plan = health_score(known), health_score(no_plan)

    assert found is not None
    assert (len(found.points), found.pillars[Pillar.BORROW], found.pillars[Pillar.PLAN]) == (6, 74, 70)
    assert without_plan is not None
    assert Pillar.PLAN not in without_plan.pillars
    assert health_score(few) is None


@pytest.mark.parametrize(("spent", "band"), [("1.2", Band.VULNERABLE), ("0.90", Band.COPING)])
def test_a_score_has_a_band(spent: str, band: Band) -> None:
    worst = {
        indicator: anchors[0][0] if anchors[0][1] < 50 else anchors[-1][0] for indicator, anchors in ANCHORS.items()
    }
    middle = dict(ALL) | dict.fromkeys(
        (Indicator.LIFE_COVER, Indicator.GOAL_FUNDING, Indicator.SAVINGS_RATE, Indicator.LIQUID_MONTHS), D(0)
    )

    found = health_score(worst if band is Band.VULNERABLE else middle | {Indicator.SPEND_RATIO: D(spent)})

    assert found is not None
    assert found.band is band


@given(st.sampled_from(Indicator), st.decimals("-10", "200", places=2))
def test_points_stay_from_0_to_100(indicator: Indicator, value: Decimal) -> None:
    assert 0 <= points_of(indicator, value) <= 100

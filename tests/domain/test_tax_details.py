from datetime import date

import pytest

from app.domain.errors import Refused
from app.domain.facts.reading import NotKnown
from app.domain.fiscal_years import FiscalYear
from app.domain.tax.deductions import Claimed, Employer, HealthClaim, deductions, health_deduction
from app.domain.tax.gain_costs import cost_inflation_index, grandfathered_cost, property_gain
from app.domain.tax.holding import Holding, Term, classify
from app.domain.tax.house_property import let_house, own_house
from app.domain.tax.rent_allowance import is_metro, rent_allowance
from app.domain.tax.years import Regime

NEW, OLD = Regime.NEW, Regime.OLD
FY = FiscalYear(2025)


@pytest.mark.parametrize(
    ("salary", "received", "rent", "metro", "exempt"),
    [
        (60_000_000, 30_000_000, 24_000_000, True, 18_000_000),
        (48_000_000, 24_000_000, 30_000_000, False, 19_200_000),
        (90_000_000, 18_000_000, 8_400_000, True, 0),
    ],
)
def test_the_least_of_three_limits_is_exempt(salary: int, received: int, rent: int, metro: bool, exempt: int) -> None:  # noqa: FBT001
    found = rent_allowance(salary, received, rent, is_in_metro=metro)

    assert (found.exempt_minor, found.taxable_minor) == (exempt, received - exempt)


@pytest.mark.parametrize(
    ("city", "on", "expected"),
    [
        ("Bengaluru", date(2026, 3, 31), False),
        ("bangalore ", date(2026, 4, 1), True),
        ("Bombay", date(2024, 1, 1), True),
        ("Chennai", date(2019, 6, 1), True),
        ("Pune", date(2019, 6, 1), False),
        ("Jaipur", date(2026, 5, 1), False),
    ],
)
def test_the_list_of_metro_cities_grows_in_april_2026(city: str, on: date, expected: bool) -> None:  # noqa: FBT001
    assert is_metro(city, on) is expected


def test_a_day_without_a_list_of_cities_is_not_guessed() -> None:
    with pytest.raises(NotKnown):
        is_metro("Mumbai", date(2030, 1, 1))
    with pytest.raises(Refused):
        rent_allowance(-1, 0, 0, is_in_metro=True)


@pytest.mark.parametrize(
    ("regime", "age", "claimed", "expected"),
    [
        (OLD, 40, Claimed(90_000_000, 12_000_000, 0, 6_000_000, 6_000_000, 12_600_000, 1_400_000), (15_000_000, 5_000_000, 9_000_000, 1_000_000, 0)),
        (NEW, 40, Claimed(90_000_000, 15_000_000, 0, 0, 5_000_000, 12_600_000, 1_400_000), (0, 0, 12_600_000, 0, 0)),
        (OLD, 66, Claimed(0, savings_interest_minor=1_200_000, deposit_interest_minor=9_500_000), (0, 0, 0, 0, 5_000_000)),
        (OLD, 40, Claimed(10_000_000, own_pension_minor=2_000_000), (1_000_000, 0, 0, 0, 0)),
    ],
)  # fmt: skip
def test_deductions_stop_at_their_limits(
    regime: Regime, age: int, claimed: Claimed, expected: tuple[int, int, int, int, int]
) -> None:
    found = deductions(FY, regime, age, Employer.OTHER, claimed)

    assert (
        found.savings_group_minor,
        found.own_pension_extra_minor,
        found.employer_pension_minor,
        found.savings_interest_minor,
        found.senior_interest_minor,
    ) == expected
    assert found.total_minor == sum(expected)


@pytest.mark.parametrize(
    ("year", "regime", "employer", "percent"),
    [
        (2023, NEW, Employer.OTHER, 10),
        (2023, NEW, Employer.GOVERNMENT, 14),
        (2024, NEW, Employer.OTHER, 14),
        (2025, OLD, Employer.OTHER, 10),
        (2025, OLD, Employer.GOVERNMENT, 14),
    ],
)
def test_an_employer_may_pay_a_share_of_the_salary(year: int, regime: Regime, employer: Employer, percent: int) -> None:
    claimed = Claimed(10_000_000, employer_pension_minor=10_000_000)

    assert deductions(FiscalYear(year), regime, 30, employer, claimed).total_minor == percent * 100_000


@pytest.mark.parametrize(
    ("family", "parents", "expected"),
    [
        (HealthClaim(2_800_000, has_senior=False), HealthClaim(4_600_000, has_senior=True), (2_500_000, 4_600_000)),
        (
            HealthClaim(1_800_000, has_senior=False, checkup_minor=700_000),
            HealthClaim(0, has_senior=False),
            (2_300_000, 0),
        ),
        (
            HealthClaim(1_000_000, has_senior=False, checkup_minor=300_000),
            HealthClaim(1_000_000, has_senior=False, checkup_minor=400_000),
            (1_300_000, 1_200_000),
        ),
        (
            HealthClaim(2_500_000, has_senior=False, checkup_minor=500_000),
            HealthClaim(1_000_000, has_senior=False, checkup_minor=500_000),
            (2_500_000, 1_500_000),
        ),
    ],
)
def test_health_insurance_and_check_ups(family: HealthClaim, parents: HealthClaim, expected: tuple[int, int]) -> None:
    found = health_deduction(FY, family, parents)

    assert (found.family_minor, found.parents_minor) == expected
    assert found.total_minor == sum(expected)


def test_claims_cannot_be_negative_and_years_must_be_known() -> None:
    with pytest.raises(Refused):
        Claimed(-1)
    with pytest.raises(Refused):
        HealthClaim(-1, has_senior=False)
    with pytest.raises(NotKnown):
        deductions(FiscalYear(2027), OLD, 30, Employer.OTHER, Claimed(0))


def test_a_house_of_ones_own_counts_its_interest_up_to_a_limit() -> None:
    old = own_house(OLD, 18_000_000, 15_000_000)

    assert (old.income_minor, old.set_off_minor, old.carried_minor) == (-20_000_000, 20_000_000, 0)
    assert own_house(OLD, 5_000_000).income_minor == -5_000_000
    assert own_house(NEW, 18_000_000).income_minor == 0


@pytest.mark.parametrize(
    ("regime", "rent", "interest", "expected"),
    [
        (OLD, 30_000_000, 60_000_000, (-40_400_000, 20_000_000, 20_400_000)),
        (NEW, 30_000_000, 60_000_000, (-40_400_000, 0, 40_400_000)),
        (OLD, 30_000_000, 0, (19_600_000, 0, 0)),
    ],
)
def test_a_house_that_is_let(regime: Regime, rent: int, interest: int, expected: tuple[int, int, int]) -> None:
    found = let_house(regime, rent, 2_000_000, interest)

    assert (found.income_minor, found.set_off_minor, found.carried_minor) == expected
    with pytest.raises(Refused):
        let_house(regime, -1, 0, 0)


@pytest.mark.parametrize(
    ("asset", "bought", "sold", "expected"),
    [
        ("listed_equity_stt", date(2025, 1, 1), date(2026, 1, 1), Holding(Term.SHORT, "111A", 12)),
        ("listed_equity_stt", date(2025, 1, 1), date(2026, 1, 2), Holding(Term.LONG, "112A", 12)),
        ("gold_physical", date(2022, 6, 15), date(2024, 7, 22), Holding(Term.SHORT, "slab", 36)),
        ("gold_physical", date(2022, 6, 15), date(2024, 7, 23), Holding(Term.LONG, "112", 24)),
        ("business_trust_unit", date(2023, 1, 1), date(2024, 7, 22), Holding(Term.SHORT, "111A", 36)),
        ("specified_mf", date(2023, 4, 1), date(2026, 5, 1), Holding(Term.SHORT, "50AA slab", None)),
        ("specified_mf", date(2023, 3, 31), date(2026, 5, 1), Holding(Term.LONG, "112", 24)),
        ("unlisted_bond", date(2020, 1, 1), date(2024, 8, 1), Holding(Term.SHORT, "50AA slab", None)),
        ("unlisted_bond", date(2020, 1, 1), date(2024, 7, 22), Holding(Term.LONG, "112", 36)),
        ("vda", date(2020, 1, 1), date(2025, 6, 1), Holding(Term.NONE, "115BBH", None)),
        ("immovable", date(2023, 1, 31), date(2025, 1, 31), Holding(Term.SHORT, "slab", 24)),
    ],
)
def test_long_term_is_more_than_the_months(asset: str, bought: date, sold: date, expected: Holding) -> None:
    assert classify(asset, bought, sold) == expected


def test_assets_and_days_without_a_rule_are_not_guessed() -> None:
    with pytest.raises(NotKnown):
        classify("tulip", date(2024, 1, 1), date(2025, 1, 1))
    with pytest.raises(NotKnown):
        classify("immovable", date(2020, 1, 1), date(2022, 1, 1))
    with pytest.raises(Refused):
        classify("immovable", date(2025, 1, 2), date(2025, 1, 1))


@pytest.mark.parametrize(
    ("cost", "value", "sale", "expected"),
    [
        (1_000_000, 1_200_000, 1_500_000, 1_200_000),
        (5_000_000, 6_550_222, 6_001_010, 6_001_010),
        (90_000, 70_000, 80_000, 90_000),
    ],
)
def test_gains_before_february_2018_stay_free_but_make_no_loss(cost: int, value: int, sale: int, expected: int) -> None:
    assert grandfathered_cost(cost, value, sale) == expected
    with pytest.raises(Refused):
        grandfathered_cost(-1, value, sale)


def test_a_house_bought_long_ago_is_taxed_the_cheaper_way() -> None:
    old = property_gain(250_000_000, 80_000_000, FiscalYear(2008), FiscalYear(2024))
    fast = property_gain(900_000_000, 250_000_000, FiscalYear(2014), FiscalYear(2025))

    assert (old.indexed_cost_minor, old.indexed_gain_minor, old.tax_minor) == (211_970_803, 38_029_197, 7_605_839)
    assert old.is_indexed_better
    assert (fast.plain_tax_minor, fast.indexed_tax_minor, fast.tax_minor) == (81_250_000, 101_666_667, 81_250_000)
    assert not fast.is_indexed_better


def test_an_indexed_loss_is_no_loss() -> None:
    found = property_gain(100_000_000, 90_000_000, FiscalYear(1995), FiscalYear(2025))

    assert found.indexed_gain_minor < 0
    assert found.tax_minor == 0


@pytest.mark.parametrize(("bought", "sold"), [(2025, 2024), (2010, 2023)])
def test_the_choice_exists_for_sales_since_july_2024(bought: int, sold: int) -> None:
    with pytest.raises(Refused):
        property_gain(1, 1, FiscalYear(bought), FiscalYear(sold))
    with pytest.raises(Refused):
        property_gain(-1, 1, FiscalYear(2010), FiscalYear(2025))


def test_an_index_that_was_not_notified_is_not_guessed() -> None:
    assert cost_inflation_index(FiscalYear(1990)) == 100
    with pytest.raises(NotKnown, match="2026-27"):
        cost_inflation_index(FiscalYear(2026))

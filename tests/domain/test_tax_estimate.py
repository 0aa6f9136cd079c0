"""The estimate of a year: each head, both regimes, and what the law makes of losses.

Where more income leaves less in the hand, the law has a cliff. There are these, and the test below knows no other:

- 87A, old regime: above 5,00,000 the whole rebate of 12,500 falls away at once (13,000 with cess).
- 87A, new regime: the relief above the limit is reckoned before cess, so each rupee above it costs 1.04.
- 87A, new regime, with gains of a rate of their own: the same relief counts the gains' tax too.
- Surcharge at 50 lakh, 1, 2 and 5 crore: its relief is reckoned before cess as well, so each rupee costs 1.04.
- Sections 288A and 288B: rounding to ten rupees moves the tax in steps.

The tax itself never falls when income rises.
"""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import Refused
from app.domain.facts.reading import NotKnown
from app.domain.fiscal_years import FiscalYear
from app.domain.tax.advance_tax import advance_tax, owes_advance_tax, still_due
from app.domain.tax.answers import (
    AMOUNTS,
    FROM_BOOKS,
    MAY_BE_LOSSES,
    Answers,
    declared,
    name_of_gain,
    names_of_gains,
    taxpayer,
)
from app.domain.tax.break_even import break_even
from app.domain.tax.declared import Declared
from app.domain.tax.deductions import HealthClaim
from app.domain.tax.estimate import RegimeEstimate, Section, estimate
from app.domain.tax.income_tax import Taxpayer, income_tax
from app.domain.tax.set_off import YearGain, kind_of_charge, set_off
from app.domain.tax.years import GainKind, Regime, known_years, tax_rules

FY = FiscalYear(2025)
DAY = date(2025, 6, 1)
YOUNG = Taxpayer(30)
LAKH = 10_000_000
amounts = st.integers(0, 30 * LAKH)
gain_amounts = st.integers(-20 * LAKH, 60 * LAKH)
years = st.sampled_from(known_years())
people = st.builds(Taxpayer, st.sampled_from([0, 59, 60, 79, 80, 101]), st.booleans())


def gain(kind: GainKind | None, amount: int, on: date = DAY) -> YearGain:
    return YearGain(kind, amount, on)


@st.composite
def stated(draw: st.DrawFn) -> tuple[FiscalYear, Taxpayer, Declared]:
    """Any year of any person."""
    fy = draw(years)
    money: dict[str, Any] = {
        field.name: draw(amounts) for field in fields(Declared) if field.name.endswith("_minor") and draw(st.booleans())
    }
    gains = tuple(
        YearGain(kind, draw(gain_amounts), draw(st.dates(fy.first, fy.last)))
        for kind in (*GainKind, None)
        if draw(st.booleans())
    )
    return fy, draw(people), Declared(**money, gains=gains, is_in_metro=draw(st.booleans()))


def steps_to_total_income(found: RegimeEstimate, year: Declared) -> int:
    """What the shown lines of the incomes add up to."""
    salary = found.salary
    income = salary.gross_minor - salary.rent_exempt_minor - salary.other_exempt_minor
    income -= salary.standard_minor + salary.professional_tax_minor
    income += found.house.counted_minor
    income += year.savings_interest_minor + year.deposit_interest_minor + year.dividends_minor + year.other_income_minor
    income += found.losses.slab_minor - found.deducted_minor
    return income + found.gains_minor + found.income_rounding_minor


@settings(max_examples=50)
@given(stated())
def test_every_total_is_the_sum_of_its_steps(case: tuple[FiscalYear, Taxpayer, Declared]) -> None:
    fy, person, year = case
    for found in (both := estimate(fy, person, year)).old, both.new:
        assert steps_to_total_income(found, year) == found.tax.total_income_minor
        assert abs(found.income_rounding_minor) <= 500 or found.ordinary_minor < 500
        assert sum(step.tax_minor for step in found.slabs) == found.tax.slab_tax_minor
        assert abs(sum(step.tax_minor for step in found.gains) - found.tax.gains_tax_minor) <= len(found.gains)
        tax = found.tax
        steps = tax.slab_tax_minor + tax.gains_tax_minor - tax.rebate_minor + tax.surcharge_minor
        steps += tax.cess_minor - tax.surcharge_relief_minor + found.tax_rounding_minor
        assert steps == found.payable_minor >= 0
        assert abs(found.tax_rounding_minor) <= 510
        assert found.payable_minor % 1000 == 0
        assert all(0 <= each.allowed_minor <= each.claimed_minor for each in found.deductions)
        assert min(step.taxed_minor for step in found.gains) >= 0 if found.gains else True
    assert both.better.payable_minor == min(both.old.payable_minor, both.new.payable_minor)


@settings(max_examples=50)
@given(stated(), st.integers(0, 5 * LAKH))
def test_more_salary_never_lowers_the_tax(case: tuple[FiscalYear, Taxpayer, Declared], more: int) -> None:
    fy, person, year = case
    before, after = (
        estimate(fy, person, year),
        estimate(fy, person, replace(year, salary_minor=year.salary_minor + more)),
    )

    assert after.old.payable_minor >= before.old.payable_minor
    assert after.new.payable_minor >= before.new.payable_minor


CLIFFS = {
    Regime.OLD: (
        (500_000, 500_000),
        (5_000_000, 5_195_896),
        (10_000_000, 10_214_695),
        (20_000_000, 20_930_000),
        (50_000_000, 53_017_827),
    ),
    Regime.NEW: (
        (700_000, 727_778),
        (1_200_000, 1_270_589),
        (5_000_000, 5_179_105),
        (10_000_000, 10_206_107),
        (20_000_000, 20_912_000),
    ),
}
"""From where to where, in rupees, income pays more than it is, of the year and age for which that lasts longest."""


@settings(max_examples=50)
@given(years, people, st.sampled_from(Regime), st.integers(0, 600 * LAKH), st.integers(1000, LAKH))
def test_more_income_leaves_more_in_the_hand_except_behind_a_named_cliff(
    fy: FiscalYear, person: Taxpayer, regime: Regime, income: int, more: int
) -> None:
    rules = tax_rules(fy, regime)
    less = income - income_tax(rules, person, income).payable_minor
    left = income + more - income_tax(rules, person, income + more).payable_minor
    passed = any(income + more > start * 100 and income <= end * 100 for start, end in CLIFFS[regime])

    assert left >= less - 2000 or passed


def test_the_old_cliff_is_as_high_as_the_law_says() -> None:
    rules = tax_rules(FY, Regime.OLD)

    assert income_tax(rules, YOUNG, 5 * LAKH).payable_minor == 0
    assert income_tax(rules, YOUNG, 5 * LAKH + 1000).payable_minor == 1_300_000


@settings(max_examples=50)
@given(stated())
def test_the_break_even_is_exact_to_the_rupee(case: tuple[FiscalYear, Taxpayer, Declared]) -> None:
    both = estimate(*case)
    found = break_even(both)
    gross = both.old.let_off_minor + both.old.ordinary_minor

    def old_tax(deducted: int) -> int:
        left = max(0, gross - deducted)
        return income_tax(both.old.rules, both.taxpayer, left, both.old.special_gains).payable_minor

    if found.needed_minor is None:
        assert old_tax(gross) > both.new.payable_minor
    else:
        assert old_tax(found.needed_minor) <= both.new.payable_minor
        assert found.needed_minor == 0 or old_tax(found.needed_minor - 100) > both.new.payable_minor


@settings(max_examples=50)
@given(
    st.dictionaries(st.sampled_from(sorted(set(FROM_BOOKS) - MAY_BE_LOSSES)), amounts),
    st.dictionaries(st.sampled_from(sorted(MAY_BE_LOSSES)), gain_amounts),
    years,
)
def test_an_answer_equal_to_the_books_changes_nothing(
    plain: dict[str, int], gains: dict[str, int], fy: FiscalYear
) -> None:
    books = {name: amount for name, amount in (plain | gains).items() if name in FROM_BOOKS}
    shown: dict[str, Any] = {
        name: amount for name, amount in books.items() if name not in MAY_BE_LOSSES or name in names_of_gains(fy)
    }

    assert declared(fy, Answers(), shown) == declared(fy, Answers(**shown), shown)
    assert estimate(fy, YOUNG, declared(fy, Answers(), shown)) == estimate(
        fy, YOUNG, declared(fy, Answers(**shown), {})
    )


def test_an_answer_stands_above_the_books_and_nothing_else_is_made_up() -> None:
    found = declared(FY, Answers(salary=500, city="Mumbai"), {"salary": 300, "dividends": 20})

    assert (found.salary_minor, found.dividends_minor, found.is_in_metro) == (500, 20, True)
    assert set(FROM_BOOKS) <= set(AMOUNTS)
    with pytest.raises(Refused):
        declared(FY, Answers(basic=-1), {})
    with pytest.raises(NotKnown):
        estimate(FiscalYear(2030), YOUNG, Declared())


@pytest.mark.parametrize(("born", "age"), [(date(1966, 4, 1), 60), (date(1966, 4, 2), 59), (None, 59)])
def test_the_age_is_that_at_the_end_of_the_year(born: date | None, age: int) -> None:
    assert taxpayer(FY, Answers(), born).age == age
    assert taxpayer(FY, Answers(born_on=date(1940, 1, 1)), born).age == 86


# The defects of the program this one replaces, each shown absent


def test_each_year_has_its_own_slabs_and_standard_deduction() -> None:
    year = Declared(salary_minor=15 * LAKH)
    taxes = [estimate(fy, YOUNG, year).new.payable_minor for fy in known_years()]

    assert taxes == [14_560_000, 13_000_000, 9_750_000, 9_750_000]
    assert [estimate(fy, YOUNG, year).new.salary.standard_minor for fy in known_years()] == [
        5_000_000,
        *[7_500_000] * 3,
    ]


def test_the_new_regime_has_its_rebate_with_relief() -> None:
    at = estimate(FY, YOUNG, Declared(salary_minor=127_500_000)).new
    above = estimate(FY, YOUNG, Declared(salary_minor=128_500_000)).new

    assert (at.tax.rebate_minor, at.payable_minor) == (6_000_000, 0)
    assert (above.tax.rebate_minor, above.payable_minor) == (5_150_000, 1_040_000)


def test_gains_bear_the_rates_of_their_day_and_cess() -> None:
    fy = FiscalYear(2024)
    year = Declared(
        salary_minor=20 * LAKH,
        gains=(
            gain(GainKind.EQUITY_SHORT, LAKH, date(2024, 7, 22)),
            gain(GainKind.EQUITY_SHORT, LAKH, date(2024, 7, 23)),
            gain(GainKind.EQUITY_LONG, 2 * LAKH, date(2024, 7, 22)),
            gain(GainKind.EQUITY_LONG, 2 * LAKH, date(2024, 7, 23)),
        ),
    )
    found = estimate(fy, YOUNG, year).new
    without = estimate(fy, YOUNG, replace(year, gains=())).new

    assert [(str(step.rate), step.tax_minor) for step in found.gains] == [
        ("0.20", 2_000_000), ("0.15", 1_500_000), ("0.125", 937_500), ("0.10", 2_000_000),
    ]  # fmt: skip
    assert sum(step.equity_exemption_minor for step in found.gains) == 12_500_000
    assert found.payable_minor - without.payable_minor == 6_437_500 * Decimal("1.04")


def test_gains_are_taxed_without_any_salary_and_use_the_exemption_that_is_left() -> None:
    found = estimate(FY, YOUNG, Declared(gains=(gain(GainKind.EQUITY_SHORT, 5 * LAKH),))).new

    assert (found.gains[0].unused_exemption_minor, found.gains[0].taxed_minor) == (4 * LAKH, LAKH)
    assert found.payable_minor == 2_080_000  # the rebate does not reach it


def test_losses_never_make_a_tax_negative_and_are_carried() -> None:
    year = Declared(gains=(gain(GainKind.EQUITY_SHORT, -3 * LAKH), gain(GainKind.EQUITY_LONG, -2 * LAKH)))
    for found in (estimate(FY, YOUNG, year).new, estimate(FY, YOUNG, year).old):
        assert (found.payable_minor, found.tax.total_income_minor) == (0, 0)
        assert (found.losses.short_left_minor, found.losses.long_left_minor) == (3 * LAKH, 2 * LAKH)


def test_a_long_loss_takes_up_long_gains_only_and_a_short_one_any() -> None:
    long_loss = set_off([gain(GainKind.EQUITY_SHORT, 500), gain(GainKind.OTHER_LONG, -800)], slab_rate=Decimal("0.3"))
    short_loss = set_off(
        [gain(None, -700), gain(GainKind.OTHER_LONG, 400), gain(GainKind.EQUITY_SHORT, 500)], slab_rate=Decimal("0.3")
    )
    earlier = set_off([gain(None, 300)], slab_rate=Decimal(0), carried_short_minor=200, carried_long_minor=100)

    assert ([each.amount_minor for each in long_loss.gains], long_loss.long_left_minor) == ([500], 800)
    assert [(each.kind, each.amount_minor) for each in short_loss.gains] == [(GainKind.OTHER_LONG, 200)]
    assert (earlier.slab_minor, earlier.short_left_minor, earlier.long_left_minor) == (100, 0, 100)


def test_losses_of_virtual_assets_are_set_off_against_nothing() -> None:
    year = Declared(
        salary_minor=10 * LAKH,
        gains=(
            gain(GainKind.VIRTUAL_ASSET, 2 * LAKH),
            gain(GainKind.VIRTUAL_ASSET, -5 * LAKH),
            gain(GainKind.EQUITY_SHORT, -4 * LAKH),
        ),
    )
    found = estimate(FY, YOUNG, year).new

    assert [(step.kind, step.taxed_minor, step.tax_minor) for step in found.gains] == [
        (GainKind.VIRTUAL_ASSET, 2 * LAKH, 6_000_000)
    ]
    assert (found.losses.virtual_lost_minor, found.losses.short_left_minor) == (5 * LAKH, 4 * LAKH)


def test_deductions_stop_at_their_limits_and_rent_is_no_deduction_but_an_exemption() -> None:
    year = Declared(
        salary_minor=12 * LAKH,
        basic_minor=6 * LAKH,
        rent_allowance_minor=3 * LAKH,
        rent_paid_minor=24_000_000,
        is_in_metro=True,
        savings_minor=4 * LAKH,
        own_pension_minor=2 * LAKH,
        family_health=HealthClaim(4_000_000, has_senior=False),
        savings_interest_minor=3_000_000,
        professional_tax_minor=500_000,
    )
    old, new = (both := estimate(FY, YOUNG, year)).old, both.new
    allowed = {each.section: each.allowed_minor for each in old.deductions}

    assert old.salary.rent_exempt_minor == 18_000_000  # rent less 10 % of basic pay
    assert old.salary.professional_tax_minor == 250_000
    assert allowed[Section.SAVINGS] == 15_000_000
    assert allowed[Section.OWN_PENSION] == 5_000_000
    assert allowed[Section.HEALTH] == 2_500_000
    assert allowed[Section.SAVINGS_INTEREST] == 1_000_000
    assert sum(each.allowed_minor for each in new.deductions) == new.salary.rent_exempt_minor == 0


def test_the_loss_of_a_house_has_one_limit_and_none_in_the_new_regime() -> None:
    year = Declared(
        salary_minor=20 * LAKH,
        own_house_interest_minor=3 * LAKH,
        let_rent_minor=2 * LAKH,
        let_interest_minor=4 * LAKH,
    )
    old, new = (both := estimate(FY, YOUNG, year)).old, both.new

    assert (old.house.own_minor, old.house.let_minor) == (-2 * LAKH, -26_000_000)
    assert (old.house.off_other_minor, old.house.carried_minor) == (2 * LAKH, 26_000_000)
    assert (new.house.own_minor, new.house.off_other_minor, new.house.carried_minor) == (0, 0, 26_000_000)
    assert any("let house" in caution for caution in both.cautions)


def test_a_senior_has_the_wider_deduction_of_interest_when_resident() -> None:
    year = Declared(savings_interest_minor=1_500_000, deposit_interest_minor=8_000_000, salary_minor=9 * LAKH)
    resident = {each.section: each.allowed_minor for each in estimate(FY, Taxpayer(65), year).old.deductions}
    abroad = {
        each.section: each.allowed_minor for each in estimate(FY, Taxpayer(65, is_resident=False), year).old.deductions
    }

    assert (resident[Section.SENIOR_INTEREST], resident[Section.SAVINGS_INTEREST]) == (5_000_000, 0)
    assert (abroad[Section.SENIOR_INTEREST], abroad[Section.SAVINGS_INTEREST]) == (0, 1_000_000)


def test_advance_tax_counts_what_was_paid_for_the_earliest_first() -> None:
    parts = still_due(advance_tax(FY, LAKH), 5_000_000)

    assert [part.missing_minor for part in parts] == [0, 0, 2_500_000, 2_500_000]
    assert sum(part.missing_minor for part in still_due(advance_tax(FY, LAKH), 0)) == LAKH
    assert owes_advance_tax(FY, 59, is_resident=True, has_business=False)
    assert owes_advance_tax(FY, 70, is_resident=False, has_business=False)
    assert not owes_advance_tax(FY, 60, is_resident=True, has_business=False)


def test_every_charge_of_a_holding_has_a_place_and_another_one_is_an_error() -> None:
    assert kind_of_charge("50AA slab") is None
    assert name_of_gain(FiscalYear(2024), None, date(2024, 5, 1)) == "gain_slab"
    with pytest.raises(NotKnown):
        kind_of_charge("115BB")


def test_the_loss_of_a_house_goes_on_to_gains_but_never_to_those_of_virtual_assets() -> None:
    year = Declared(
        salary_minor=15_000_000,
        own_house_interest_minor=2 * LAKH,
        gains=(gain(GainKind.EQUITY_SHORT, 4_000_000), gain(GainKind.VIRTUAL_ASSET, LAKH)),
    )
    found = estimate(FY, YOUNG, year).old

    assert (found.house.off_other_minor, found.house.off_gains_minor) == (LAKH, 4_000_000)
    assert found.house.carried_minor == 6_000_000
    assert [(step.kind, step.taxed_minor) for step in found.gains if step.gain_minor] == [
        (GainKind.VIRTUAL_ASSET, LAKH)
    ]


@pytest.mark.parametrize(
    ("year", "said"),
    [
        (Declared(salary_minor=300 * LAKH, dividends_minor=LAKH), "Dividends bear 15%"),
        (Declared(gains=(gain(GainKind.OTHER_LONG, LAKH, date(2024, 7, 22)),)), "indexed gain"),
        (Declared(family_health=HealthClaim(0, has_senior=False, checkup_minor=1)), "check-ups"),
    ],
)
def test_what_is_uncertain_is_said(year: Declared, said: str) -> None:
    both = estimate(FiscalYear(2024), YOUNG, year)

    assert any(said in caution for caution in both.cautions)
    assert not any(said in caution for caution in estimate(FY, YOUNG, Declared(salary_minor=LAKH)).cautions)

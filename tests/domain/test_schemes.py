from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.certificates import doubling_certificate, savings_certificate
from app.domain.errors import Refused
from app.domain.facts.reading import NotKnown
from app.domain.fixed_deposits import Payout, close_deposit_early, deposit_payout, deposit_value
from app.domain.income_schemes import (
    LockedIn,
    close_monthly_account,
    close_senior_account,
    monthly_income,
    senior_income,
    time_deposit_income,
)
from app.domain.provident_funds import Movement, fund_projection, fund_year, sukanya_projection
from app.domain.recurring_deposits import recurring_deposit_value
from app.domain.scheme_rates import scheme_rate

RATES = st.decimals("0", "0.15", places=4)
DAYS = st.dates(date(2000, 1, 1), date(2060, 1, 1))


@pytest.mark.parametrize(
    ("principal", "rate", "opened", "on", "expected"),
    [
        (10_000_000, "0.08", date(2025, 1, 1), date(2026, 1, 1), (4, 0, 10_824_322)),
        (25_000_000, "0.071", date(2024, 2, 29), date(2025, 4, 4), (4, 35, 27_005_437)),
        (10_000_000, "0.065", date(2024, 11, 30), date(2025, 5, 30), (2, 0, 10_327_641)),
        (5_000_000, "0.045", date(2025, 3, 10), date(2025, 4, 25), (0, 46, 5_028_356)),
        (1_000_000, "0", date(2025, 1, 1), date(2030, 1, 1), (20, 0, 1_000_000)),
    ],
)
def test_a_deposit_compounds_each_quarter_and_bears_simple_interest_for_the_rest(
    principal: int, rate: str, opened: date, on: date, expected: tuple[int, int, int]
) -> None:
    value = deposit_value(principal, Decimal(rate), opened, on)

    assert (value.quarters, value.days, value.value_minor) == expected
    assert value.interest_minor == expected[2] - principal


@given(st.integers(100, 10**12), RATES, DAYS, st.integers(0, 4000))
def test_a_deposit_never_loses_value_from_one_day_to_the_next(
    principal: int, rate: Decimal, opened: date, ran: int
) -> None:
    values = [deposit_value(principal, rate, opened, opened + timedelta(days=ran + more)) for more in (0, 1)]

    assert principal <= values[0].value_minor <= values[1].value_minor


@pytest.mark.parametrize(
    ("every", "expected"), [(Payout.MONTHLY, 310_559), (Payout.QUARTERLY, 937_500), (Payout.HALF_YEARLY, 1_892_578)]
)
def test_a_deposit_pays_out_so_much_each_time(every: Payout, expected: int) -> None:
    assert deposit_payout(50_000_000, Decimal("0.075"), every) == expected


def test_closing_early_pays_the_lower_rate_less_the_penalty() -> None:
    rates = {"booked_rate": Decimal("0.07"), "card_rate": Decimal("0.065"), "penalty_rate": Decimal("0.01")}

    found = close_deposit_early(60_000_000, **rates, opened_on=date(2024, 1, 15), closed_on=date(2025, 1, 15))

    assert (found.effective_rate, found.value.value_minor) == (Decimal("0.055"), 63_368_689)


@pytest.mark.parametrize(("days", "rate"), [(6, "0"), (7, "0.025")])
def test_a_deposit_of_less_than_a_week_earns_nothing(days: int, rate: str) -> None:
    rates = {"booked_rate": Decimal("0.06"), "card_rate": Decimal("0.03"), "penalty_rate": Decimal("0.005")}
    opened = date(2025, 5, 1)

    found = close_deposit_early(10_000_000, **rates, opened_on=opened, closed_on=opened + timedelta(days=days))

    assert found.effective_rate == Decimal(rate)


def test_a_penalty_never_makes_the_rate_negative() -> None:
    rates = {"booked_rate": Decimal("0.06"), "card_rate": Decimal("0.001"), "penalty_rate": Decimal("0.005")}

    found = close_deposit_early(10_000, **rates, opened_on=date(2025, 1, 1), closed_on=date(2025, 2, 1))

    assert found.value.interest_minor == 0


@pytest.mark.parametrize(
    ("instalment", "rate", "months", "expected"),
    [
        (500_000, "0.075", 18, 9_550_235),
        (10_000, "0.058", 60, 696_967),
        (100_000, "0.06", 7, 714_070),
        (150_000, "0", 12, 1_800_000),
    ],
)
def test_a_recurring_deposit_grows_by_the_bankers_formula(
    instalment: int, rate: str, months: int, expected: int
) -> None:
    assert recurring_deposit_value(instalment, Decimal(rate), months) == expected


@given(st.integers(100, 10**9), st.decimals("0.001", "0.15", places=4), st.integers(1, 120))
def test_the_bankers_formula_is_the_sum_of_its_instalments(instalment: int, rate: Decimal, months: int) -> None:
    growth = 1 + rate / 4
    each = sum((instalment * growth ** (Decimal(month) / 3) for month in range(1, months + 1)), Decimal(0))

    assert abs(recurring_deposit_value(instalment, rate, months) - each) < Decimal("0.51")


def test_a_deposit_by_the_fifth_counts_and_a_withdrawal_lowers_its_month() -> None:
    moves = [Movement(date(2025, 12, 20), -3_000_000), Movement(date(2025, 4, 5), 5_000_000)]

    year = fund_year(10_000_000, 2025, Decimal("0.071"), moves)

    assert year.lowest_minor == (15_000_000,) * 8 + (12_000_000,) * 4
    assert (year.interest_minor, year.closing_minor) == (994_000, 12_994_000)


def test_a_deposit_on_the_sixth_misses_its_month() -> None:
    year = fund_year(10_000_000, 2025, Decimal("0.071"), [Movement(date(2025, 4, 6), 5_000_000)])

    assert year.lowest_minor == (10_000_000,) + (15_000_000,) * 11
    assert year.closing_minor == 16_035_400


def test_money_that_comes_after_the_fifth_does_not_hide_what_went_out_before() -> None:
    moves = [Movement(date(2025, 5, 10), -4_000_000), Movement(date(2025, 5, 25), 9_000_000)]

    assert fund_year(10_000_000, 2025, Decimal("0.071"), moves).lowest_minor[1] == 6_000_000


@pytest.mark.parametrize("move", [Movement(date(2026, 4, 1), 1), Movement(date(2025, 5, 1), -101)])
def test_a_fund_refuses_other_years_and_overdrafts(move: Movement) -> None:
    with pytest.raises(Refused):
        fund_year(100, 2025, Decimal("0.071"), [move])


def test_fifteen_years_of_provident_fund_and_twenty_one_of_sukanya() -> None:
    assert fund_projection(15_000_000, Decimal("0.071"), 15) == 406_820_900
    assert sukanya_projection(15_000_000, Decimal("0.082")) == 718_211_900
    with pytest.raises(Refused):
        fund_projection(15_000_000, Decimal("0.071"), 0)


def test_a_savings_certificate_shows_each_years_interest() -> None:
    found = savings_certificate(1_000_000, Decimal("0.077"))

    assert found.accrued_minor == (77_000, 82_929, 89_315, 96_192, 103_599)
    assert (found.maturity_minor, found.reinvested_minor) == (1_449_034, found.accrued_minor[:4])


def test_a_doubling_certificate_pays_exactly_twice_its_price() -> None:
    found = doubling_certificate(5_000_000, date(2025, 10, 31), 115)

    assert (found.maturity_minor, found.matures_on) == (10_000_000, date(2035, 5, 31))
    assert round(found.implied_rate, 6) == Decimal("0.075008")


@pytest.mark.parametrize(
    ("principal", "rate", "opened", "first", "ends"),
    [
        (1_000_000, "0.074", date(2022, 7, 1), 18_500, date(2022, 9, 30)),
        (300_000_000, "0.082", date(2025, 11, 10), 3_476_100, date(2025, 12, 31)),
        (1_000_000, "0.08", date(2025, 3, 31), 200, date(2025, 3, 31)),
    ],
)
def test_the_first_period_of_seniors_ends_with_the_quarter(
    principal: int, rate: str, opened: date, first: int, ends: date
) -> None:
    found = senior_income(principal, Decimal(rate), opened)

    assert (found.first_minor, found.first_period_ends) == (first, ends)


@pytest.mark.parametrize(
    ("closed", "deduction", "is_recovered"),
    [
        (date(2024, 12, 9), 0, True),
        (date(2025, 1, 9), 0, True),
        (date(2025, 1, 10), 1_500_000, False),
        (date(2026, 1, 9), 1_500_000, False),
        (date(2026, 1, 10), 1_000_000, False),
        (date(2029, 1, 10), 0, False),
    ],
)
def test_a_seniors_account_closed_early_costs_by_whole_years(closed: date, deduction: int, is_recovered: bool) -> None:  # noqa: FBT001 - a table
    found = close_senior_account(100_000_000, date(2024, 1, 10), closed)

    assert (found.deduction_minor, found.is_interest_recovered) == (deduction, is_recovered)
    assert found.payout_minor == 100_000_000 - deduction


def test_monthly_income_comes_in_whole_rupees() -> None:
    assert monthly_income(150_000_000, Decimal("0.074")) == 925_000
    assert monthly_income(50_000_000, Decimal("0.074")) == 308_300
    assert time_deposit_income(1_000_000, Decimal("0.067")) == 68_700


@pytest.mark.parametrize(
    ("closed", "deduction"), [(date(2026, 4, 1), 1_800_000), (date(2027, 4, 1), 900_000), (date(2029, 4, 1), 0)]
)
def test_a_monthly_account_closed_early_costs_by_whole_years(closed: date, deduction: int) -> None:
    assert close_monthly_account(90_000_000, date(2024, 4, 1), closed).deduction_minor == deduction


def test_a_monthly_account_is_locked_for_a_year() -> None:
    with pytest.raises(LockedIn):
        close_monthly_account(90_000_000, date(2024, 4, 1), date(2025, 3, 31))


@pytest.mark.parametrize(
    "ask",
    [
        lambda: deposit_value(0, Decimal("0.07"), date(2025, 1, 1), date(2026, 1, 1)),
        lambda: deposit_value(100, Decimal("0.07"), date(2025, 1, 2), date(2025, 1, 1)),
        lambda: close_senior_account(100, date(2025, 1, 2), date(2025, 1, 1)),
        lambda: recurring_deposit_value(100, Decimal("0.07"), 0),
        lambda: doubling_certificate(100, date(2025, 1, 1), 0),
        lambda: close_deposit_early(
            100,
            booked_rate=Decimal(0),
            card_rate=Decimal(0),
            penalty_rate=Decimal(0),
            opened_on=date(2025, 1, 2),
            closed_on=date(2025, 1, 1),
        ),
    ],
)
def test_a_deposit_nobody_can_have_is_refused(ask: object) -> None:
    assert callable(ask)
    with pytest.raises(Refused):
        ask()


def test_a_rate_that_was_never_confirmed_is_not_guessed() -> None:
    assert scheme_rate("ppf", date(2026, 3, 31)).rate == Decimal("0.071")
    with pytest.raises(NotKnown, match=r"01\.04\.2026"):
        scheme_rate("ppf", date(2026, 4, 1))
    with pytest.raises(NotKnown):
        scheme_rate("lottery", date(2026, 3, 31))

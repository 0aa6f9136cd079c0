from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Refused
from app.domain.interest import annuity_factor, effective_annual_rate, level_payment_rate
from app.domain.loans import Loan, NeverRepaid, balance_after, emi, in_months, schedule, until_cleared
from app.domain.money import MAX_MINOR

RATES = st.decimals("0", "0.60", places=4)
LOANS = st.builds(Loan, st.integers(1, 10**12), RATES, st.integers(1, 480))


@pytest.mark.parametrize(
    ("principal", "rate", "months", "expected"),
    [
        (500_000_000, "0.085", 240, 4_339_116),
        (1_000_000, "0", 3, 333_333),
        (10_000_000, "0.12", 1, 10_100_000),
        (10_025, "0", 2, 5_013),  # half a paisa goes up
    ],
)
def test_the_instalment_follows_the_annuity_formula(principal: int, rate: str, months: int, expected: int) -> None:
    assert emi(principal, Decimal(rate), months) == expected


@pytest.mark.parametrize(
    ("loan", "last", "interest"),
    [
        (Loan(10_000_000, Decimal("0.12"), 12), 888_485, 661_853),
        (Loan(1_000_000, Decimal(0), 3), 333_334, 0),
        (Loan(500_000, Decimal("0.18"), 1), 507_500, 7_500),
        (Loan(300_000_000, Decimal("0.09"), 360), 2_413_542, 568_992_154),
        (Loan(1_005_050, Decimal("0.12"), 6), 173_419, 35_469),
    ],
)
def test_the_last_instalment_takes_what_rounding_left(loan: Loan, last: int, interest: int) -> None:
    plan = schedule(loan)

    assert (plan.last_minor, plan.interest_minor) == (last, interest)
    assert plan.paid_minor == loan.principal_minor + interest


def test_a_row_in_the_middle_of_thirty_years_is_exact() -> None:
    row = schedule(Loan(300_000_000, Decimal("0.09"), 360)).rows[119]

    assert (row.number, row.interest_minor, row.principal_minor, row.balance_minor) == (
        120,
        2_015_159,
        398_709,
        268_289_196,
    )


@given(LOANS)
def test_every_schedule_closes_at_zero_to_the_paisa(loan: Loan) -> None:
    plan = schedule(loan)

    assert plan.rows[-1].balance_minor == 0
    assert sum(row.principal_minor for row in plan.rows) == loan.principal_minor
    assert plan.paid_minor == loan.principal_minor + plan.interest_minor
    assert len(plan.rows) <= loan.months


@given(LOANS)
def test_what_is_owed_never_grows(loan: Loan) -> None:
    balances = [loan.principal_minor, *(row.balance_minor for row in schedule(loan).rows)]

    assert balances == sorted(balances, reverse=True)


@given(st.integers(10_000, 10**10), RATES, st.integers(1, 360), st.integers(1, 10**6))
def test_a_larger_loan_never_has_a_smaller_instalment(principal: int, rate: Decimal, months: int, more: int) -> None:
    assert emi(principal + more, rate, months) >= emi(principal, rate, months)


def test_a_loan_of_a_few_paise_may_close_early() -> None:
    assert [row.paid_minor for row in schedule(Loan(5, Decimal(0), 9)).rows] == [1, 1, 1, 1, 1]


def test_a_payment_that_covers_no_more_than_the_interest_never_repays() -> None:
    with pytest.raises(NeverRepaid) as error:
        list(until_cleared(10_000_000, Decimal("0.12"), 100_000))

    assert (error.value.payment_minor, error.value.interest_minor) == (100_000, 100_000)


def test_a_cleared_loan_has_no_more_rows() -> None:
    assert list(in_months(0, Decimal("0.1"), 100, 5)) == []
    assert list(until_cleared(0, Decimal("0.1"), 100)) == []


@pytest.mark.parametrize(
    ("principal", "rate", "months", "field"),
    [
        (0, "0.1", 12, "principal"),
        (-1, "0.1", 12, "principal"),
        (MAX_MINOR + 1, "0.1", 12, "principal"),
        (100, "-0.01", 12, "annual_rate"),
        (100, "10.01", 12, "annual_rate"),
        (100, "NaN", 12, "annual_rate"),
        (100, "0.1", 0, "months"),
        (100, "0.1", 1201, "months"),
    ],
)
def test_a_loan_nobody_can_mean_names_the_field(principal: int, rate: str, months: int, field: str) -> None:
    with pytest.raises(Refused) as error:
        emi(principal, Decimal(rate), months)

    assert error.value.field == field


@pytest.mark.parametrize("after", [-1, 13])
def test_an_instalment_that_does_not_exist_has_no_balance(after: int) -> None:
    loan = Loan(100_000, Decimal("0.1"), 12)

    with pytest.raises(Refused):
        balance_after(schedule(loan).rows, loan, after)


def test_the_balance_before_any_instalment_is_the_whole_loan() -> None:
    loan = Loan(100_000, Decimal("0.1"), 12)

    assert balance_after(schedule(loan).rows, loan, 0) == 100_000
    assert balance_after(schedule(loan).rows, loan, 12) == 0


def test_quarterly_compounding_pays_more_than_its_name() -> None:
    assert round(effective_annual_rate(Decimal("0.07"), 4), 6) == Decimal("0.071859")
    with pytest.raises(Refused):
        effective_annual_rate(Decimal("0.07"), 0)


@given(st.decimals("0.0001", "0.5", places=4), st.integers(1, 240))
def test_the_rate_behind_level_payments_is_found_again(rate: Decimal, count: int) -> None:
    payment = 10**9 / annuity_factor(rate, count)

    assert abs(level_payment_rate(10**9, payment, count) - rate) < Decimal("1e-12")


def test_a_rate_above_one_a_month_is_found_too() -> None:
    assert round(level_payment_rate(100, Decimal(350), 1), 6) == Decimal("2.5")


def test_payments_that_return_less_than_was_received_have_no_rate() -> None:
    with pytest.raises(Refused):
        level_payment_rate(1_000, Decimal(99), 10)

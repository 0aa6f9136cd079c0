from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.borrowing import affordable_loan, annual_percentage_rate, flat_loan
from app.domain.errors import Refused
from app.domain.loans import Loan, NeverRepaid, schedule
from app.domain.money import MAX_MINOR
from app.domain.moratoriums import MoratoriumInterest, with_moratorium
from app.domain.prepayments import prepay_keeping_emi, prepay_keeping_tenure
from app.domain.rate_changes import change_rate_keeping_emi, change_rate_keeping_tenure

HOME = Loan(400_000_000, Decimal("0.0875"), 240)
FLOATING = Loan(300_000_000, Decimal("0.085"), 240)
SOME_LOAN = st.builds(Loan, st.integers(10**6, 10**10), st.decimals("0", "0.3", places=4), st.integers(2, 240))


def test_a_prepayment_with_the_same_instalment_saves_months() -> None:
    found = prepay_keeping_emi(HOME, 24, 50_000_000)

    assert (found.balance_minor, found.instalments, found.months_saved) == (333_850_541, 185, 55)
    assert (found.last_minor, found.interest_saved_minor) == (2_171_003, 145_780_085)


def test_a_prepayment_with_the_same_tenure_lowers_the_instalment() -> None:
    found = prepay_keeping_tenure(HOME, 24, 50_000_000)

    assert (found.balance_minor, found.emi_minor, found.last_minor) == (333_850_541, 3_074_398, 3_074_188)
    assert (found.interest_saved_minor, found.months_saved) == (49_456_210, 0)


@given(SOME_LOAN, st.data())
def test_keeping_the_instalment_saves_at_least_as_much_as_keeping_the_tenure(loan: Loan, data: st.DataObject) -> None:
    after = data.draw(st.integers(0, loan.months - 1))
    owed = ([loan.principal_minor] + [row.balance_minor for row in schedule(loan).rows])[after]
    lump = data.draw(st.integers(0, owed))

    keep_emi, keep_tenure = prepay_keeping_emi(loan, after, lump), prepay_keeping_tenure(loan, after, lump)

    rounding = loan.months  # each row may round the other way
    assert keep_emi.interest_saved_minor >= keep_tenure.interest_saved_minor - rounding
    for found in (keep_emi, keep_tenure):
        assert sum(row.principal_minor for row in found.rows) == found.balance_minor == owed - lump
        assert [row.number for row in found.rows] == list(range(after + 1, after + 1 + len(found.rows)))


def test_a_lump_sum_that_clears_the_loan_leaves_nothing_to_pay() -> None:
    loan = Loan(120_000, Decimal(0), 12)

    for found in (prepay_keeping_emi(loan, 2, 100_000), prepay_keeping_tenure(loan, 2, 100_000)):
        assert (found.balance_minor, found.last_minor, found.instalments, found.months_saved) == (0, 0, 2, 10)


@pytest.mark.parametrize(("after", "lump"), [(2, 100_001), (2, -1), (13, 0)])
def test_more_than_is_owed_cannot_be_prepaid(after: int, lump: int) -> None:
    with pytest.raises(Refused):
        prepay_keeping_emi(Loan(120_000, Decimal(0), 12), after, lump)


def test_a_higher_rate_with_the_same_instalment_takes_longer() -> None:
    found = change_rate_keeping_emi(FLOATING, 36, Decimal("0.0925"))

    assert (found.balance_minor, found.emi_minor, found.remaining) == (280_458_016, 2_603_470, 232)
    assert (found.last_minor, found.extra_months) == (130_973, 28)


def test_a_higher_rate_with_the_same_tenure_costs_more_a_month() -> None:
    found = change_rate_keeping_tenure(FLOATING, 36, Decimal("0.0925"))

    assert (found.emi_minor, found.emi_change_minor, found.remaining) == (2_732_320, 128_850, 204)
    assert found.rows[-1].balance_minor == 0


def test_an_instalment_below_the_new_interest_is_refused() -> None:
    with pytest.raises(NeverRepaid) as error:
        change_rate_keeping_emi(Loan(500_000_000, Decimal("0.065"), 360), 6, Decimal("0.085"))

    assert (error.value.payment_minor, error.value.interest_minor) == (3_160_340, 3_522_194)


def test_a_rate_after_the_last_instalment_changes_nothing() -> None:
    loan = Loan(120_000, Decimal("0.1"), 12)

    found = change_rate_keeping_tenure(loan, 12, Decimal("0.2"))

    assert (found.balance_minor, found.remaining, found.last_minor) == (0, 0, 0)


@pytest.mark.parametrize(
    ("interest", "balance", "instalment", "paid"),
    [
        (MoratoriumInterest.CAPITALISE, 105_105_331, 2_233_178, 133_990_658),
        (MoratoriumInterest.SIMPLE, 104_999_998, 2_230_940, 133_856_367),
        (MoratoriumInterest.PAY, 100_000_000, 2_124_704, 132_482_282),
    ],
)
def test_waiting_to_repay_costs_by_what_becomes_of_the_interest(
    interest: MoratoriumInterest, balance: int, instalment: int, paid: int
) -> None:
    found = with_moratorium(Loan(100_000_000, Decimal("0.10"), 60), 6, interest)

    assert (found.balance_minor, found.repayment.emi_minor, found.paid_minor) == (balance, instalment, paid)
    assert found.interest_minor == paid - 100_000_000


def test_a_loan_cannot_wait_until_it_has_no_end() -> None:
    with pytest.raises(Refused):
        with_moratorium(Loan(MAX_MINOR, Decimal("0.1"), 12), 6, MoratoriumInterest.CAPITALISE)
    with pytest.raises(Refused):
        with_moratorium(Loan(100, Decimal("0.1"), 12), -1, MoratoriumInterest.PAY)


@pytest.mark.parametrize(
    ("loan", "interest", "instalment", "rates"),
    [
        ((10_000_000, "0.12", 36), 3_600_000, 377_778, ("0.211999", "0.233861")),
        ((1_000_000, "0.10", 60), 500_000, 25_000, ("0.172737", "0.187091")),
        ((1_000_000, "0", 10), 0, 100_000, ("0", "0")),
    ],
)
def test_a_flat_rate_is_nearly_half_of_the_honest_one(
    loan: tuple[int, str, int], interest: int, instalment: int, rates: tuple[str, str]
) -> None:
    principal, flat, months = loan
    found = flat_loan(principal, Decimal(flat), months)

    assert (found.interest_minor, found.emi_minor) == (interest, instalment)
    assert (round(found.reducing_rate, 6), round(found.effective_rate, 6)) == tuple(map(Decimal, rates))


def test_fees_raise_the_rate_that_is_really_paid() -> None:
    cost = annual_percentage_rate(Loan(20_000_000, Decimal("0.15"), 24), 400_000)

    assert (cost.emi_minor, cost.received_minor) == (969_733, 19_600_000)
    assert round(cost.apr, 6) == Decimal("0.170706")
    assert cost.effective_rate > cost.apr


def test_without_interest_and_fees_the_rate_is_zero() -> None:
    assert annual_percentage_rate(Loan(100, Decimal(0), 3), 0).apr == 0


@pytest.mark.parametrize("fee", [-1, 100])
def test_a_fee_that_eats_the_loan_is_refused(fee: int) -> None:
    with pytest.raises(Refused):
        annual_percentage_rate(Loan(100, Decimal("0.1"), 12), fee)


@pytest.mark.parametrize(
    ("income", "existing", "instalment", "loan"),
    [(8_000_000, 700_000, 2_500_000, 277_862_385), (1_000_000, 700_000, 0, 0)],
)
def test_an_income_carries_a_loan_of_this_size(income: int, existing: int, instalment: int, loan: int) -> None:
    found = affordable_loan(income, Decimal("0.4"), existing, Decimal("0.09"), 240)

    assert (found.emi_minor, found.loan_minor) == (instalment, loan)


@pytest.mark.parametrize(
    ("income", "existing", "share", "months"),
    [(-1, 0, "0.4", 12), (1, -1, "0.4", 12), (1, 0, "1.1", 12), (1, 0, "0.4", 0)],
)
def test_an_income_nobody_has_is_refused(income: int, existing: int, share: str, months: int) -> None:
    with pytest.raises(Refused):
        affordable_loan(income, Decimal(share), existing, Decimal("0.09"), months)

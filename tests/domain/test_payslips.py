import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Refused
from app.domain.facts.reading import NotKnown
from app.domain.fiscal_years import FiscalYear
from app.domain.payslips import PayStructure, payslip, spread_tax
from app.domain.periods import Month
from app.domain.professional_tax import Gender, professional_tax, professional_tax_of_year
from app.domain.provident_contributions import WageBase, provident_contribution, state_insurance
from app.domain.tax.years import Regime

MAN, WOMAN = Gender
FY = FiscalYear(2025)


@pytest.mark.parametrize(
    ("wages", "base", "expected"),
    [
        (2_000_000, WageBase.FULL, (240_000, 125_000, 115_000, 7_500)),
        (1_000_000, WageBase.CAPPED, (120_000, 83_300, 36_700, 5_000)),
        (350_000, WageBase.FULL, (42_000, 29_200, 12_800, 1_750)),
        (5_000_000, WageBase.CAPPED, (180_000, 125_000, 55_000, 7_500)),
    ],
)
def test_provident_fund_of_a_month(wages: int, base: WageBase, expected: tuple[int, int, int, int]) -> None:
    found = provident_contribution(wages, base)

    assert (
        found.employee_minor,
        found.employer_pension_minor,
        found.employer_fund_minor,
        found.insurance_minor,
    ) == expected
    assert found.employer_minor == found.employee_minor


def test_state_insurance_is_rounded_up_and_ends_at_its_ceiling() -> None:
    assert state_insurance(1_500_100).employee_minor == 11_300
    assert state_insurance(2_100_000).is_covered
    assert not state_insurance(2_100_100).is_covered
    with pytest.raises(Refused):
        state_insurance(-1)


@pytest.mark.parametrize(
    ("state", "gender", "gross", "month", "rupees"),
    [
        ("MH", MAN, 750_000, 4, 0),
        ("MH", MAN, 1_000_000, 4, 175),
        ("MH", MAN, 4_000_000, 2, 300),
        ("MH", WOMAN, 2_500_000, 2, 0),
        ("KA", MAN, 2_499_999, 6, 0),
        ("KA", WOMAN, 2_500_000, 2, 300),
        ("AP", MAN, 2_000_000, 2, 150),
        ("TS", WOMAN, 2_000_100, 2, 200),
        ("DL", MAN, 9_000_000, 2, 0),
    ],
)
def test_professional_tax_by_state(state: str, gender: Gender, gross: int, month: int, rupees: int) -> None:
    assert professional_tax(state, gender, gross, Month(2026, month)) == rupees * 100


def test_professional_tax_of_unknown_places_and_times_is_not_guessed() -> None:
    assert professional_tax_of_year("MH", MAN, 4_000_000, FY) == 250_000
    with pytest.raises(NotKnown):
        professional_tax("XX", MAN, 4_000_000, Month(2026, 1))
    with pytest.raises(NotKnown):
        professional_tax("KA", MAN, 4_000_000, Month(2025, 3))
    with pytest.raises(Refused):
        professional_tax("MH", MAN, -1, Month(2026, 1))


@given(st.integers(-(10**6), 10**7), st.integers(0, 10**6), st.integers(1, 12))
def test_the_months_of_tax_add_up_to_the_year(annual: int, done: int, months: int) -> None:
    plan = spread_tax(annual * 100, done * 100, months)

    assert plan.monthly_minor * (months - 1) + plan.last_minor == (annual - done) * 100


def test_a_year_has_months_left_to_spread_over() -> None:
    assert spread_tax(10_000_000, 0, 12).last_minor == 833_700
    with pytest.raises(Refused):
        spread_tax(1, 0, 0)


def test_a_payslip_in_the_new_regime() -> None:
    pay = PayStructure(5_000_000, 2_000_000, 3_000_000, WageBase.CAPPED, "MH", MAN)

    slip = payslip(pay, FY, Regime.NEW, 30, Month(2025, 4))

    assert (slip.gross_minor, slip.provident_minor, slip.professional_tax_minor) == (10_000_000, 180_000, 20_000)
    assert (slip.total_income_minor, slip.tax_minor, slip.net_minor) == (112_500_000, 0, 9_800_000)


def test_a_payslip_in_the_old_regime_knows_rent_and_savings() -> None:
    pay = PayStructure(
        6_000_000, 3_000_000, 4_000_000, WageBase.FULL, "KA", WOMAN, rent_paid_minor=2_500_000, other_savings_minor=10_000_000
    )  # fmt: skip

    slip = payslip(pay, FY, Regime.OLD, 30, Month(2026, 2))

    assert (slip.total_income_minor, slip.annual_tax_minor) == (112_950_000, 15_740_000)
    assert (slip.tax_minor, slip.net_minor) == (1_311_700, 10_938_300)


def test_a_small_pay_bears_state_insurance() -> None:
    pay = PayStructure(1_000_000, 500_000, 500_000, WageBase.CAPPED, "DL", MAN)

    slip = payslip(pay, FY, Regime.NEW, 30, Month(2025, 4))

    assert slip.insurance_minor == 15_000
    assert slip.net_minor == 2_000_000 - 120_000 - 15_000


def test_a_payslip_belongs_to_its_year_and_to_amounts_that_exist() -> None:
    pay = PayStructure(5_000_000, 0, 0, WageBase.CAPPED, "DL", MAN)

    with pytest.raises(Refused):
        payslip(pay, FY, Regime.NEW, 30, Month(2026, 4))
    with pytest.raises(Refused):
        PayStructure(-1, 0, 0, WageBase.CAPPED, "DL", MAN)
    with pytest.raises(Refused):
        provident_contribution(-1, WageBase.FULL)

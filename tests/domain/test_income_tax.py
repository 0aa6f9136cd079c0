from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Refused
from app.domain.facts.reading import NotKnown
from app.domain.fiscal_years import FiscalYear
from app.domain.tax.advance_tax import advance_tax
from app.domain.tax.comparison import SalaryIncome, compare_regimes
from app.domain.tax.gains import Gain, equity_exemption, equity_tax, gain_on
from app.domain.tax.income_tax import Taxpayer, income_tax
from app.domain.tax.rounding import to_ten_rupees
from app.domain.tax.years import GainKind, Regime, age_in, known_years, tax_rules

NEW, OLD = Regime.NEW, Regime.OLD
SHORT, LONG, OTHER, VIRTUAL = GainKind
LATER = date(2025, 6, 1)
LAKH = 10_000_000


def _payable(year: int, regime: Regime, age: int, rupees: str, *, resident: bool = True) -> int:
    rules = tax_rules(FiscalYear(year), regime)
    return income_tax(rules, Taxpayer(age, resident), int(Decimal(rupees) * 100)).payable_minor // 100


@pytest.mark.parametrize(
    ("year", "age", "income", "payable"),
    [
        (2025, 30, "400000", 0),
        (2025, 30, "1200000", 0),
        (2025, 30, "1200004.99", 0),
        (2025, 30, "1200005", 10),
        (2025, 30, "1210000", 10_400),
        (2025, 30, "1270580", 73_400),
        (2025, 30, "1270590", 73_410),
        (2025, 30, "1275000", 74_100),
        (2025, 82, "1250000", 52_000),
        (2025, 30, "2500000", 343_200),
        (2025, 45, "5000000", 1_123_200),
        (2025, 45, "5000010", 1_123_210),
        (2025, 45, "5100000", 1_227_200),
        (2025, 45, "5161200", 1_290_840),
        (2025, 45, "10000000", 2_951_520),
        (2025, 45, "10100000", 3_055_520),
        (2025, 45, "20000000", 6_673_680),
        (2025, 45, "20100000", 6_777_680),
        (2025, 45, "60000000", 22_854_000),
        (2023, 30, "700000", 0),
        (2023, 30, "705000", 5_200),
        (2023, 30, "727780", 28_890),
        (2024, 30, "700000", 0),
        (2024, 30, "710000", 10_400),
        (2024, 30, "722230", 23_110),
        (2024, 30, "2500000", 457_600),
        (2026, 30, "1230000", 31_200),
        (2026, 30, "1600000", 124_800),
    ],
)
def test_the_new_regime_asks_for(year: int, age: int, income: str, payable: int) -> None:
    assert _payable(year, NEW, age, income) == payable


@pytest.mark.parametrize(
    ("year", "age", "income", "payable"),
    [
        (2025, 30, "500000", 0),
        (2025, 30, "500004", 0),
        (2025, 30, "500010", 13_000),
        (2025, 59, "1000000", 117_000),
        (2025, 60, "1000000", 114_400),
        (2025, 79, "750000", 62_400),
        (2025, 80, "1000000", 104_000),
        (2025, 40, "5100000", 1_469_000),
        (2023, 40, "20261550", 7_223_760),
        (2025, 40, "50100000", 19_360_250),
        (2025, 40, "80000000", 33_928_050),
        (2026, 65, "900000", 93_600),
    ],
)
def test_the_old_regime_asks_for(year: int, age: int, income: str, payable: int) -> None:
    assert _payable(year, OLD, age, income) == payable


def test_a_non_resident_has_no_rebate_and_no_slabs_of_seniors() -> None:
    assert _payable(2025, NEW, 45, "1200000", resident=False) == 62_400
    assert _payable(2025, OLD, 70, "600000", resident=False) == 33_800


def test_each_step_is_shown() -> None:
    tax = income_tax(tax_rules(FiscalYear(2023), OLD), Taxpayer(40), 2_026_155_000)

    assert (tax.slab_tax_minor, tax.surcharge_rate, tax.surcharge_minor) == (589_096_500, Decimal("0.25"), 147_274_125)
    assert (tax.surcharge_relief_minor, tax.cess_minor, tax.total_minor) == (41_778_125, 27_783_700, 722_376_200)


@given(
    st.sampled_from(known_years()),
    st.sampled_from(Regime),
    st.integers(18, 90),
    st.integers(0, 12 * 10**10),
    st.integers(0, 10**9),
)
def test_more_income_never_means_less_tax_nor_more_tax_than_income_but_at_the_cliff(
    year: FiscalYear, regime: Regime, age: int, income: int, more: int
) -> None:
    rules = tax_rules(year, regime)
    low, high = (income_tax(rules, Taxpayer(age), amount) for amount in (income, income + more))

    assert low.payable_minor <= high.payable_minor
    crosses_cliff = regime is OLD and low.total_income_minor <= 5 * LAKH < high.total_income_minor
    if not crosses_cliff:  # the rebate of the old regime ends at once
        growth = high.total_income_minor - low.total_income_minor
        assert high.payable_minor - low.payable_minor <= growth * Decimal("1.04") + 1_000


@given(st.sampled_from(Regime), st.integers(0, 10**10))
def test_the_parts_add_up_to_the_total(regime: Regime, income: int) -> None:
    tax = income_tax(tax_rules(FiscalYear(2025), regime), Taxpayer(40), income)

    assert tax.slab_tax_minor - tax.rebate_minor == tax.tax_after_rebate_minor
    parts = tax.tax_after_rebate_minor + tax.surcharge_minor - tax.surcharge_relief_minor + tax.cess_minor
    assert abs(parts - tax.total_minor) <= 2
    assert tax.payable_minor % 1_000 == 0


def _with_gains(
    regime: Regime, ordinary: int, gains: dict[GainKind, int], *, is_resident: bool = True
) -> tuple[int, int, int]:
    found = income_tax(
        tax_rules(FiscalYear(2025), regime),
        Taxpayer(35, is_resident),
        ordinary * 100,
        [gain_on(kind, amount * 100, LATER) for kind, amount in gains.items()],
    )
    return found.gains_tax_minor // 100, found.rebate_minor // 100, found.payable_minor // 100


@pytest.mark.parametrize(
    ("regime", "ordinary", "gains", "expected"),
    [
        (NEW, 250_000, {LONG: 600_000}, (40_625, 0, 42_250)),
        (NEW, 900_000, {SHORT: 200_000}, (40_000, 30_000, 41_600)),
        (NEW, 1_150_000, {LONG: 120_000}, (0, 0, 57_200)),
        (NEW, 200_000, {VIRTUAL: 100_000}, (30_000, 0, 31_200)),
        (OLD, 300_000, {SHORT: 150_000}, (30_000, 12_500, 20_800)),
        (OLD, 250_000, {LONG: 225_000}, (12_500, 0, 13_000)),
        (NEW, 30_000_000, {LONG: 5_000_000, SHORT: 7_500_000, OTHER: 12_500_000}, (3_671_875, 0, 15_545_560)),
        (NEW, 100_000, {SHORT: 200_000, OTHER: 300_000, LONG: 300_000}, (46_875, 0, 48_750)),
    ],
)
def test_gains_beside_other_income_ask_for(
    regime: Regime, ordinary: int, gains: dict[GainKind, int], expected: tuple[int, int, int]
) -> None:
    assert _with_gains(regime, ordinary, gains) == expected


def test_a_non_resident_cannot_use_the_basic_exemption_for_gains() -> None:
    assert _with_gains(NEW, 0, {SHORT: 500_000}, is_resident=False) == (100_000, 0, 104_000)


def test_relief_of_the_surcharge_with_gains_says_that_it_is_approximate() -> None:
    gains = [gain_on(LONG, 505 * LAKH // 10, LATER)]

    tax = income_tax(tax_rules(FiscalYear(2025), NEW), Taxpayer(40), 0, gains)

    assert tax.surcharge_relief_minor > 0
    assert any("approximate" in caution for caution in tax.cautions)


def test_what_the_law_leaves_open_is_said() -> None:
    disputed = income_tax(
        tax_rules(FiscalYear(2024), NEW), Taxpayer(40), 5 * LAKH, [gain_on(SHORT, LAKH, date(2024, 8, 1))]
    )
    above = income_tax(
        tax_rules(FiscalYear(2025), NEW), Taxpayer(40), 119 * LAKH // 10, [gain_on(SHORT, LAKH // 5, LATER)]
    )
    unsure = income_tax(tax_rules(FiscalYear(2026), NEW), Taxpayer(40), LAKH)

    assert any("disputed" in caution for caution in disputed.cautions)
    assert any("official example" in caution for caution in above.cautions)
    assert any("Gazette" in caution for caution in unsure.cautions)


def test_a_year_without_rules_is_an_error_that_says_so() -> None:
    with pytest.raises(NotKnown, match=r"2027-28 are not known yet\. Known are 2023-24 to 2026-27"):
        tax_rules(FiscalYear(2027), NEW)
    with pytest.raises(NotKnown):
        equity_exemption(FiscalYear(2022))
    with pytest.raises(NotKnown):
        gain_on(SHORT, 1, date(2027, 4, 1))
    with pytest.raises(NotKnown):
        advance_tax(FiscalYear(2027), LAKH)


@pytest.mark.parametrize(("kind", "amount"), [(SHORT, -1)])
def test_losses_are_set_off_before(kind: GainKind, amount: int) -> None:
    with pytest.raises(Refused):
        Gain(kind, amount, Decimal("0.2"))
    with pytest.raises(Refused):
        income_tax(tax_rules(FiscalYear(2025), NEW), Taxpayer(40), -1)
    with pytest.raises(Refused):
        Taxpayer(131)
    with pytest.raises(Refused):
        SalaryIncome(-1)


@pytest.mark.parametrize(
    ("amounts", "short_tax", "exempt", "long_tax"),
    [((100_000, 50_000, 200_000, 100_000), 25_000, 125_000, 17_500), ((0, 0, 300_000, 0), 0, 125_000, 17_500)],
)
def test_equity_gains_of_the_year_of_two_rates(
    amounts: tuple[int, int, int, int], short_tax: int, exempt: int, long_tax: int
) -> None:
    days = (date(2024, 7, 22), date(2024, 7, 23))
    kinds = [(SHORT, days[0]), (SHORT, days[1]), (LONG, days[0]), (LONG, days[1])]

    found = equity_tax(
        FiscalYear(2024), [gain_on(kind, amount * 100, on) for (kind, on), amount in zip(kinds, amounts, strict=True)]
    )

    assert (found.short_tax_minor, found.long_tax_minor) == (Decimal(short_tax * 100), Decimal(long_tax * 100))
    assert found.exempt_minor == exempt * 100
    assert found.tax_minor == (short_tax + long_tax) * 100


@pytest.mark.parametrize(
    ("salary", "old", "new", "better", "saving"),
    [
        (SalaryIncome(127_500_000), 187_200, 0, NEW, 187_200),
        (SalaryIncome(128_500_000, 250_000, chapter_via_minor=15_000_000), 142_740, 10_400, NEW, 132_340),
        (SalaryIncome(200_000_000, 250_000, 30_000_000, 0, 20_000_000, 22_500_000), 186_420, 192_400, OLD, 5_980),
        (SalaryIncome(4_000_000), 0, 0, NEW, 0),
    ],
)
def test_both_regimes_side_by_side(salary: SalaryIncome, old: int, new: int, better: Regime, saving: int) -> None:
    found = compare_regimes(FiscalYear(2025), Taxpayer(35), salary)

    assert (found.old.payable_minor, found.new.payable_minor) == (old * 100, new * 100)
    assert (found.better, found.saving_minor) == (better, saving * 100)


def test_the_standard_deduction_never_makes_a_loss() -> None:
    assert compare_regimes(FiscalYear(2025), Taxpayer(35), SalaryIncome(1_000)).new.total_income_minor == 0


@pytest.mark.parametrize(
    ("born", "age"), [(date(1966, 4, 1), 60), (date(1966, 4, 2), 59), (date(1965, 6, 1), 60), (date(1966, 3, 31), 60)]
)
def test_a_birthday_on_the_first_of_april_counts_the_day_before(born: date, age: int) -> None:
    assert age_in(FiscalYear(2025), born) == age


@pytest.mark.parametrize(
    ("paise", "rounded"),
    [
        (25_284_499, 25_284_000),
        (25_284_500, 25_285_000),
        (25_284_601, 25_285_000),
        (7_149_990, 7_150_000),
        (99, 0),
        (-1_500, -2_000),
    ],
)
def test_incomes_and_taxes_end_in_a_ten(paise: int, rounded: int) -> None:
    assert to_ten_rupees(paise) == rounded


def test_advance_tax_comes_in_four_parts_that_add_up() -> None:
    parts = advance_tax(FiscalYear(2025), 12_345_700)

    assert [part.cumulative_minor for part in parts] == [1_851_855, 5_555_565, 9_259_275, 12_345_700]
    assert [part.due_on for part in parts] == [
        date(2025, 6, 15),
        date(2025, 9, 15),
        date(2025, 12, 15),
        date(2026, 3, 15),
    ]
    assert sum(part.amount_minor for part in parts) == 12_345_700
    assert advance_tax(FiscalYear(2025), 999_999) == ()

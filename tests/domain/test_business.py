from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.ageing import AgeBucket, OpenAmount, ageing
from app.domain.business_ratios import (
    ConcentrationLevel,
    Liquidity,
    break_even,
    cash_cycle,
    concentration,
    runway,
)
from app.domain.depreciation import (
    Addition,
    FixedAsset,
    block_rate,
    block_year,
    straight_line,
    straight_line_years,
    useful_life,
    written_down_rate,
)
from app.domain.errors import Refused
from app.domain.facts.reading import NotKnown
from app.domain.first_digits import Conformity, first_digits
from app.domain.fiscal_years import FiscalYear
from app.domain.profits import CashMovements, ProfitAndLoss

FY = FiscalYear(2025)
D = Decimal


def test_profit_step_by_step() -> None:
    year = ProfitAndLoss(2_500_000, 1_400_000, 600_000, 80_000, 50_000, 20_000, 98_000)

    assert (year.gross_profit_minor, year.ebitda_minor, year.operating_profit_minor) == (1_100_000, 500_000, 420_000)
    assert (year.before_tax_minor, year.net_profit_minor) == (390_000, 292_000)
    assert (year.gross_margin, year.operating_margin, year.net_margin) == (D("0.44"), D("0.168"), D("0.1168"))
    assert year.expense_ratio == D("0.272")


def test_margins_without_revenue_mean_nothing() -> None:
    year = ProfitAndLoss(0, 0, 100)

    assert (year.gross_margin, year.operating_margin, year.net_margin, year.expense_ratio) == (None,) * 4
    assert year.net_profit_minor == -100


def test_cash_follows_from_profit() -> None:
    year = CashMovements(
        300, 80, 50, 10, 120, -40, 35, 0, capital_spending_minor=200, asset_sales_minor=60, debt_raised_minor=150,
        debt_repaid_minor=70, interest_paid_minor=50, equity_raised_minor=0, dividends_minor=25,
    )  # fmt: skip

    assert (year.operating_minor, year.investing_minor, year.financing_minor) == (375, -140, 5)
    assert (year.net_change_minor, year.free_minor) == (240, 175)


def test_liquidity() -> None:
    firm = Liquidity(200, 350, 250, 50, 500)

    assert (firm.current_ratio, firm.quick_ratio, firm.cash_ratio) == (D("1.7"), D("1.1"), D("0.4"))
    assert firm.working_capital_minor == 350
    assert Liquidity(100, 0, 0, 0, 0).current_ratio is None


@pytest.mark.parametrize(
    ("revenue", "goods", "expected"),
    [(7300, 4380, (45, 40, 50, 35)), (0, 4380, (None, 40, 50, None)), (7300, 0, (45, None, None, None))],
)
def test_the_cash_cycle(revenue: int, goods: int, expected: tuple[int | None, ...]) -> None:
    found = cash_cycle(
        revenue_minor=revenue, goods_minor=goods, receivables_minor=900, inventory_minor=480, payables_minor=600
    )

    days = (found.receivable_days, found.inventory_days, found.payable_days, found.days)
    assert tuple(None if value is None else round(value, 9) for value in days) == expected


def test_the_runway_ends_only_for_those_who_lose_money() -> None:
    burning, earning = runway(1200, [200, 250, 150], [400, 420, 380]), runway(100, [500], [400])

    assert (burning.gross_burn_minor, burning.net_burn_minor, burning.months) == (D(400), D(200), D(6))
    assert earning.net_burn_minor == -100
    assert earning.months is None
    with pytest.raises(Refused):
        runway(1, [], [])
    with pytest.raises(Refused):
        cash_cycle(revenue_minor=1, goods_minor=1, receivables_minor=1, inventory_minor=1, payables_minor=1, days=0)


def test_break_even_needs_whole_units() -> None:
    found = break_even(10_000_000, D(35_000), D(20_000))

    assert found is not None
    assert (found.units, round(found.revenue_minor), round(found.contribution_rate, 4)) == (
        667,
        23_333_333,
        D("0.4286"),
    )
    assert round(found.margin_of_safety(D(900)) or 0, 4) == D("0.2593")
    assert found.margin_of_safety(D(0)) is None
    assert break_even(1, D(5), D(5)) is None
    with pytest.raises(Refused):
        break_even(-1, D(5), D(4))


@pytest.mark.parametrize(
    ("clients", "index", "level"),
    [
        ({"A": 40, "B": 30, "C": 20, "D": 10}, 3000, ConcentrationLevel.HIGH),
        ({str(n): 1 for n in range(10)}, 1000, ConcentrationLevel.MODERATE),
        ({str(n): 1 for n in range(16)}, 625, ConcentrationLevel.LOW),
    ],
)
def test_how_much_hangs_on_few_clients(clients: dict[str, int], index: int, level: ConcentrationLevel) -> None:
    found = concentration(clients)

    assert found is not None
    assert (found.index, found.level) == (D(index), level)
    assert found.top_share == D(max(clients.values())) / sum(clients.values())
    assert found.effective_clients == D(10_000) / index


def test_concentration_needs_revenue() -> None:
    assert concentration({"A": 0}) is None
    with pytest.raises(Refused):
        concentration({"A": -1})


def test_open_invoices_by_how_late_they_are() -> None:
    dues = ["2026-03-31", "2026-03-30", "2026-03-01", "2026-02-28", "2026-01-30", "2025-12-31", "2025-12-30"]
    amounts = [OpenAmount(date.fromisoformat(due), (at + 1) * 100) for at, due in enumerate(dues)]

    found = ageing(amounts, date(2026, 3, 31))

    assert list(found.buckets_minor.values()) == [100, 500, 900, 600, 700]
    assert found.total_minor == sum(amount.amount_minor for amount in amounts)
    assert round(found.overdue_rate or 0, 4) == D("0.9643")
    assert ageing([], date(2026, 3, 31)).overdue_rate is None
    assert list(AgeBucket) == list(found.buckets_minor)


@pytest.mark.parametrize(
    ("year", "days", "charge"),
    [(2025, 274, 2_139_452), (2026, 365, 2_850_000), (2028, 91, 710_548), (2029, 0, 0), (2024, 0, 0)],
)
def test_the_straight_line_goes_by_days_in_use(year: int, days: int, charge: int) -> None:
    laptop = FixedAsset(9_000_000, D("0.05"), 3, date(2025, 7, 1))

    found = straight_line(laptop, FiscalYear(year))

    assert (found.days, found.charge_minor, found.annual_minor) == (days, charge, 2_850_000)


@given(
    st.integers(1, 10**10),
    st.decimals("0", "0.5", places=3),
    st.integers(1, 40),
    st.dates(date(1990, 1, 1), date(2050, 1, 1)),
    st.integers(1, 12),
)
def test_the_years_of_an_asset_add_up_to_what_is_worn(
    cost: int, residual: Decimal, life: int, used_from: date, first_month: int
) -> None:
    asset = FixedAsset(cost, residual, life, used_from)

    years = straight_line_years(asset, first_month)

    assert abs(sum(year.charge_minor for year in years) - cost * (1 - residual)) <= D("0.5")
    assert min(year.charge_minor for year in years) >= 0


@pytest.mark.parametrize(("cost", "residual", "life"), [(0, "0.05", 3), (1, "1", 3), (1, "0.05", 0), (1, "-0.1", 3)])
def test_an_asset_nobody_has_is_refused(cost: int, residual: str, life: int) -> None:
    with pytest.raises(Refused):
        FixedAsset(cost, D(residual), life, date(2025, 1, 1))


def test_the_written_down_rate_leads_to_the_residual_value() -> None:
    assert round(written_down_rate(D("0.05"), 8), 4) == D("0.3123")
    for residual, life in (("0", 8), ("0.05", 0)):
        with pytest.raises(Refused):
            written_down_rate(D(residual), life)


@pytest.mark.parametrize(
    ("fy", "last_full_day"), [(FiscalYear(2025), date(2025, 10, 3)), (FiscalYear(2023), date(2023, 10, 4))]
)
def test_an_addition_of_fewer_than_180_days_bears_half_the_rate(fy: FiscalYear, last_full_day: date) -> None:
    day_after = last_full_day.replace(day=last_full_day.day + 1)

    assert block_year(0, D("0.4"), fy, [Addition(1_000, last_full_day)]).depreciation_minor == 400
    assert block_year(0, D("0.4"), fy, [Addition(1_000, day_after)]).depreciation_minor == 200


def test_a_block_over_a_year() -> None:
    additions = [Addition(6_000_000, date(2025, 10, 3)), Addition(4_000_000, date(2025, 10, 4))]

    found = block_year(10_000_000, D("0.4"), FY, additions)
    sold = block_year(1_000, D("0.1"), FY, [Addition(1_000, date(2026, 1, 1))], sold_minor=1_500)
    gone = block_year(10_000_000, D("0.15"), FY, [], sold_minor=13_000_000)

    assert (found.depreciation_minor, found.closing_minor) == (7_200_000, 12_800_000)
    assert (sold.depreciation_minor, sold.closing_minor) == (25, 475)
    assert (gone.depreciation_minor, gone.closing_minor, gone.short_term_gain_minor) == (0, 0, 3_000_000)


def test_blocks_and_lives_are_facts_and_their_amounts_checked() -> None:
    assert (block_rate("motor_car"), useful_life("furniture")) == (D("0.15"), 10)
    with pytest.raises(NotKnown):
        block_rate("unicorn")
    for rate, additions in (
        (D("1.1"), []),
        (D("0.1"), [Addition(1, date(2026, 4, 1))]),
        (D("0.1"), [Addition(-1, date(2025, 4, 1))]),
    ):
        with pytest.raises(Refused):
            block_year(0, rate, FY, additions)


def test_powers_of_two_follow_benfords_law_and_equal_amounts_do_not() -> None:
    powers = first_digits([D(2**power) for power in range(1, 101)])
    equal = first_digits([D("-0.0099"), D("99"), D(0)])

    assert powers is not None
    assert (powers.counts, powers.conformity) == ((30, 17, 13, 10, 7, 7, 6, 5, 5), Conformity.CLOSE)
    assert (round(powers.mean_deviation, 6), round(powers.chi_square, 4)) == (D("0.003879"), D("0.2210"))
    assert equal is not None
    assert (equal.counts[-1], equal.conformity) == (2, Conformity.NONCONFORMING)
    assert first_digits([D(0)]) is None

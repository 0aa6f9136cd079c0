from datetime import date
from decimal import Decimal

import pytest

from app.domain.fiscal_years import FiscalYear
from app.domain.gain_reports import gain_report
from app.domain.investments import AssetClass, TaxedAs, usually_taxed_as
from app.domain.positions import Currencies, OpenLot, SoldLot
from app.domain.realised import CostRule, for_set_off, lot_term, taxed_sale
from app.domain.tax.holding import Term
from app.domain.tax.set_off import YearGain
from app.domain.tax.years import GainKind

RUPEES = Currencies("INR", "INR")


def lot(acquired_on: date, *, proceeds: int = 300_000, cost: int = 100_000, since: str | None = None) -> SoldLot:
    old = Decimal(since) if since else None
    return SoldLot(acquired_on, Decimal(10), proceeds, cost, proceeds, cost, old)


@pytest.mark.parametrize(
    ("taxed_as", "acquired", "sold", "term", "charge"),
    [
        # A leap year between: 366 days, and still exactly twelve months.
        (TaxedAs.LISTED_EQUITY, date(2024, 1, 10), date(2025, 1, 10), Term.SHORT, "111A"),
        (TaxedAs.LISTED_EQUITY, date(2024, 1, 10), date(2025, 1, 11), Term.LONG, "112A"),
        (TaxedAs.EQUITY_FUND, date(2025, 1, 10), date(2026, 1, 11), Term.LONG, "112A"),
        (TaxedAs.GOLD, date(2024, 9, 1), date(2026, 8, 31), Term.SHORT, "slab"),
        (TaxedAs.GOLD, date(2024, 9, 1), date(2026, 9, 2), Term.LONG, "112"),
        (TaxedAs.UNLISTED_SHARE, date(2024, 9, 1), date(2026, 9, 2), Term.LONG, "112"),
        (TaxedAs.SPECIFIED_FUND, date(2023, 4, 1), date(2026, 9, 2), Term.SHORT, "50AA slab"),
        (TaxedAs.VIRTUAL, date(2020, 4, 1), date(2026, 9, 2), Term.NONE, "115BBH"),
    ],
)
def test_the_term_follows_the_asset_and_calendar_months_and_not_365_days(
    taxed_as: TaxedAs, acquired: date, sold: date, term: Term, charge: str
) -> None:
    found = taxed_sale(lot(acquired), sold, taxed_as, RUPEES)

    assert (found.term, found.charge) == (term, charge)


def test_shares_from_before_2018_cost_at_least_their_value_of_that_day_per_share_of_then() -> None:
    old = lot(date(2015, 1, 1), since="5")  # ten shares of now were two then

    found = taxed_sale(old, date(2026, 5, 1), TaxedAs.LISTED_EQUITY, RUPEES, Decimal(700))
    assert (found.rule, found.cost_minor, found.gain_minor) == (CostRule.VALUE_2018, 140_000, 160_000)
    unknown = taxed_sale(old, date(2026, 5, 1), TaxedAs.LISTED_EQUITY, RUPEES)
    assert (unknown.needs_2018, unknown.gain_minor) == (True, 200_000)
    later = taxed_sale(lot(date(2018, 2, 1)), date(2026, 5, 1), TaxedAs.LISTED_EQUITY, RUPEES, Decimal(700))
    assert (later.rule, later.cost_minor) == (CostRule.PAID, 100_000)


def test_the_cost_of_gold_is_indexed_up_to_22_july_2024_and_not_after() -> None:
    bought = lot(date(2015, 6, 1))

    indexed = taxed_sale(bought, date(2024, 7, 22), TaxedAs.GOLD, RUPEES)
    assert (indexed.rule, indexed.cost_minor) == (CostRule.INDEXED, 142_913)  # 363 / 254
    assert taxed_sale(bought, date(2024, 7, 23), TaxedAs.GOLD, RUPEES).cost_minor == 100_000
    assert taxed_sale(bought, date(2024, 7, 22), TaxedAs.LISTED_BOND, RUPEES).cost_minor == 100_000


def test_a_day_that_the_tables_do_not_know_is_said_and_left_out_of_the_report() -> None:
    found = taxed_sale(lot(date(2015, 6, 1)), date(2019, 6, 1), TaxedAs.LISTED_EQUITY, RUPEES)

    assert not found.is_known
    assert for_set_off([(date(2019, 6, 1), found)]) == ()


def test_a_lot_says_from_which_day_it_is_long_term() -> None:
    open_lot = OpenLot(date(2026, 2, 28), Decimal(1), 100, 100)

    assert lot_term(open_lot, TaxedAs.LISTED_EQUITY, date(2027, 2, 28)).long_on == date(2027, 3, 1)
    assert lot_term(open_lot, TaxedAs.LISTED_EQUITY, date(2027, 3, 1)).term is Term.LONG
    assert lot_term(open_lot, TaxedAs.SPECIFIED_FUND, date(2027, 3, 1)).long_on is None
    assert lot_term(open_lot, TaxedAs.GOLD, date(2030, 1, 1)).term is None


def test_a_share_abroad_is_not_taxed_as_one_that_is_listed_here() -> None:
    assert usually_taxed_as(AssetClass.STOCK, "INR") is TaxedAs.LISTED_EQUITY
    assert usually_taxed_as(AssetClass.STOCK, "USD") is TaxedAs.UNLISTED_SHARE
    assert usually_taxed_as(AssetClass.CRYPTO, "USD") is TaxedAs.VIRTUAL
    assert usually_taxed_as(AssetClass.ETF, "USD") is TaxedAs.OTHER


def test_a_crypto_loss_takes_nothing_off_and_an_equity_loss_does() -> None:
    on = date(2025, 6, 1)
    report = gain_report(
        FiscalYear(2025),
        [
            YearGain(GainKind.VIRTUAL_ASSET, 1_000_000, on),
            YearGain(GainKind.VIRTUAL_ASSET, -400_000, on),
            YearGain(GainKind.EQUITY_SHORT, -300_000, on),
            YearGain(GainKind.EQUITY_LONG, 20_000_000, on),
            YearGain(None, 500_000, on),
        ],
    )

    taxed = {line.kind: (line.taxed_minor, line.tax_minor) for line in report.lines}
    assert taxed[GainKind.VIRTUAL_ASSET] == (1_000_000, 300_000)
    assert taxed[None] == (200_000, None)  # the slabs may ask for most: the loss goes there first
    assert taxed[GainKind.EQUITY_LONG] == (7_500_000, 937_500)
    assert (report.virtual_lost_minor, report.short_left_minor, report.tax_minor) == (400_000, 0, 1_237_500)


def test_the_year_with_two_rates_has_a_line_for_each() -> None:
    gains = [YearGain(GainKind.EQUITY_LONG, 20_000_000, on) for on in (date(2024, 7, 22), date(2024, 7, 23))]

    report = gain_report(FiscalYear(2024), gains)

    assert [(line.rate, line.taxed_minor) for line in report.lines] == [
        (Decimal("0.10"), 20_000_000),
        (Decimal("0.125"), 7_500_000),
    ]

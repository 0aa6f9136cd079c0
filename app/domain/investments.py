"""The words of investments: what kinds there are, what happens to them, where their prices come from and how they are taxed."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum


class AssetClass(StrEnum):
    """What an investment is, as people sort what they own."""

    STOCK = "stock"
    EQUITY_FUND = "equity_fund"
    DEBT_FUND = "debt_fund"
    HYBRID_FUND = "hybrid_fund"
    ETF = "etf"
    GOLD = "gold"
    BOND = "bond"
    CRYPTO = "crypto"
    OTHER = "other"


class PriceSource(StrEnum):
    """Where the prices of a holding come from."""

    MANUAL = "manual"
    AMFI = "amfi"
    YFINANCE = "yfinance"
    COINGECKO = "coingecko"
    FINNHUB = "finnhub"


class EventKind(StrEnum):
    """What can happen to a holding."""

    BUY = "buy"
    SELL = "sell"
    SPLIT = "split"
    BONUS = "bonus"
    DIVIDEND = "dividend"
    FEE = "fee"


class TaxedAs(StrEnum):
    """What an investment is for Indian tax: the assets of `tax.holding.classify`."""

    LISTED_EQUITY = "listed_equity_stt"
    EQUITY_FUND = "equity_mf"
    SPECIFIED_FUND = "specified_mf"
    BUSINESS_TRUST = "business_trust_unit"
    LISTED_BOND = "listed_bond"
    LISTED_OTHER = "listed_other"
    UNLISTED_SHARE = "unlisted_share"
    UNLISTED_BOND = "unlisted_bond"
    GOLD = "gold_physical"
    VIRTUAL = "vda"
    OTHER = "other_asset"


_USUALLY: Mapping[AssetClass, TaxedAs] = {
    AssetClass.STOCK: TaxedAs.LISTED_EQUITY,
    AssetClass.EQUITY_FUND: TaxedAs.EQUITY_FUND,
    AssetClass.DEBT_FUND: TaxedAs.SPECIFIED_FUND,
    AssetClass.HYBRID_FUND: TaxedAs.EQUITY_FUND,
    AssetClass.ETF: TaxedAs.EQUITY_FUND,
    AssetClass.GOLD: TaxedAs.GOLD,
    AssetClass.BOND: TaxedAs.LISTED_BOND,
    AssetClass.CRYPTO: TaxedAs.VIRTUAL,
    AssetClass.OTHER: TaxedAs.OTHER,
}

INDIAN = "INR"


def usually_taxed_as(asset_class: AssetClass, currency: str) -> TaxedAs:
    """How an investment of this class is taxed unless a person says otherwise: abroad no securities transaction tax is paid.

    >>> usually_taxed_as(AssetClass.STOCK, "USD").value
    'unlisted_share'
    """
    usual = _USUALLY[asset_class]
    if currency == INDIAN or usual in {TaxedAs.VIRTUAL, TaxedAs.GOLD, TaxedAs.OTHER}:
        return usual
    return TaxedAs.UNLISTED_SHARE if asset_class == AssetClass.STOCK else TaxedAs.OTHER


def plain(value: Decimal) -> str:
    """A quantity or price in full, however many digits it has, without zeros that say nothing.

    >>> plain(Decimal("12345678901.123456789012345670")), plain(Decimal("1e3"))
    ('12345678901.12345678901234567', '1000')
    """
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

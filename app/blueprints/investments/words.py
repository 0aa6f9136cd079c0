"""How investments are said: classes, kinds of events, tax, returns and their reasons for not being known."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from app.domain.investments import AssetClass, EventKind, PriceSource, TaxedAs, plain
from app.domain.lots import DIGITS
from app.domain.money import grouped
from app.domain.money_weighted import MoneyWeighted, Xirr
from app.domain.realised import LotTerm
from app.domain.tax.holding import Term
from app.domain.tax.years import GainKind
from app.queries.portfolio import Return
from app.web.formats import counted, long_day, number_style, pct, user_locale
from app.web.prices import written_price

CLASSES = {
    AssetClass.STOCK: "Stock",
    AssetClass.EQUITY_FUND: "Equity fund",
    AssetClass.DEBT_FUND: "Debt fund",
    AssetClass.HYBRID_FUND: "Hybrid fund",
    AssetClass.ETF: "ETF",
    AssetClass.GOLD: "Gold",
    AssetClass.BOND: "Bond",
    AssetClass.CRYPTO: "Crypto",
    AssetClass.OTHER: "Other",
}
SOURCES = {
    PriceSource.MANUAL: "By hand or from a file",
    PriceSource.AMFI: "AMFI, by scheme code",
    PriceSource.YFINANCE: "Yahoo Finance, by ticker",
    PriceSource.COINGECKO: "CoinGecko, by coin id",
    PriceSource.FINNHUB: "Finnhub, by ticker",
}
SHORT_SOURCES = {
    PriceSource.MANUAL: "by hand",
    PriceSource.AMFI: "AMFI",
    PriceSource.YFINANCE: "Yahoo Finance",
    PriceSource.COINGECKO: "CoinGecko",
    PriceSource.FINNHUB: "Finnhub",
}
TAXES = {
    TaxedAs.LISTED_EQUITY: "Listed shares, tax on trades (STT) paid",
    TaxedAs.EQUITY_FUND: "Equity fund, or ETF of shares",
    TaxedAs.SPECIFIED_FUND: "Debt fund (section 50AA)",
    TaxedAs.BUSINESS_TRUST: "REIT or InvIT",
    TaxedAs.LISTED_BOND: "Listed bond",
    TaxedAs.LISTED_OTHER: "Gold ETF or other listed unit",
    TaxedAs.UNLISTED_SHARE: "Unlisted or foreign shares",
    TaxedAs.UNLISTED_BOND: "Unlisted bond",
    TaxedAs.GOLD: "Gold",
    TaxedAs.VIRTUAL: "Crypto (virtual digital asset)",
    TaxedAs.OTHER: "Anything else",
}
EVENTS = {
    EventKind.BUY: "Bought",
    EventKind.SELL: "Sold",
    EventKind.SPLIT: "Split",
    EventKind.BONUS: "Bonus",
    EventKind.DIVIDEND: "Dividend",
    EventKind.FEE: "Fee",
}
TERMS = {Term.SHORT: "Short-term", Term.LONG: "Long-term", Term.NONE: "No term", None: "Not known"}
KINDS = {
    GainKind.EQUITY_SHORT: ("Equity, short-term", "111A"),
    GainKind.EQUITY_LONG: ("Equity, long-term", "112A"),
    GainKind.OTHER_LONG: ("Other, long-term", "112"),
    GainKind.VIRTUAL_ASSET: ("Crypto", "115BBH"),
    None: ("Taxed by your slab", "slab"),
}
YEAR = 365
HIGHEST = 10
"""A rate above ten times a year says nothing that a person could use."""


@dataclass(frozen=True, slots=True)
class Told:
    """A figure and the grey line under it."""

    text: str
    note: str = ""
    is_plain: bool = False
    """Whether the note only says what kind of figure it is."""


def told_return(brought: Return | None) -> Told:
    """What money brought in a year, or why there is no such rate."""
    if brought is None:
        return Told("not yet", "needs a price")
    if brought.yearly.status is not Xirr.OK:
        return _no_rate(brought.yearly)
    rate = brought.yearly.rates[0]
    if brought.days >= YEAR:
        return Told(f"{pct(rate, 1)} a year", "XIRR, by the day of every payment", is_plain=True)
    whole = (
        f"{pct(brought.share, 1)} in {counted(brought.days, 'day')}"
        if brought.share is not None
        else "less than a year"
    )
    return Told(whole, f"{pct(rate, 1)} a year, if it went on" if rate < HIGHEST else "too early for a yearly rate")


def _no_rate(yearly: MoneyWeighted) -> Told:
    match yearly.status:
        case Xirr.NO_SIGN_CHANGE:
            return Told("not yet", "money has only gone one way")
        case Xirr.SINGLE_DATE:
            return Told("not yet", "all of it happened today")
        case Xirr.MULTIPLE:
            return Told("no one rate", f"{' and '.join(pct(rate, 1) for rate in yearly.rates)} a year all fit")
        case _:
            return Told("no rate", "no yearly rate explains these payments")


def told_term(term: LotTerm, today: date) -> Told:
    """How a lot would count if it were sold today."""
    if term.long_on is not None:
        left = (term.long_on - today).days
        return Told("Short-term", f"long-term from {long_day(term.long_on)}, in {counted(left, 'day')}")
    if term.term is Term.SHORT:
        return Told("Short-term", "always, by section 50AA")
    if term.term is None:
        return Told("Not known", "the rules of this day are not in our tables")
    return Told(TERMS[term.term], "time held does not matter" if term.term is Term.NONE else "")


def quantity(value: Decimal | None) -> str:
    """12,345.678 in the reader's locale, with the decimals that say something."""
    if value is None:
        return ""
    style = number_style(user_locale())
    whole, _, rest = plain(value.copy_abs()).partition(".")
    return f"{'−' if value < 0 else ''}{grouped(whole, style)}{style.decimal + rest if rest else ''}"


def short_price(price: Decimal, currency: str, places: int = 6) -> str:
    """A price of one as lists write it: one that follows from a total has more decimals than anybody reads."""
    with localcontext(prec=DIGITS):
        return written_price(price.quantize(Decimal(1).scaleb(-places)) if price >= 1 else price, currency)

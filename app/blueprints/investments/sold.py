"""What was sold: every lot of every sale with its gain and term, and the year's capital gains for tax."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.blueprints.investments import plans
from app.blueprints.investments.portfolio import words
from app.blueprints.investments.words import CLASSES, KINDS, TERMS
from app.domain.books import Role
from app.domain.facts.reading import NotKnown
from app.domain.fiscal_years import INDIAN_FIRST_MONTH, FiscalYear
from app.domain.gain_reports import GainReport, ReportLine, gain_report
from app.domain.investments import EventKind
from app.domain.realised import CostRule, TaxedSale
from app.queries.holdings import Held, RealisedGain, YearGains, held_of, year_gains
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.formats import long_day, pct
from app.web.numbers import as_id
from app.web.tables import Cell, Money, table_file

bp = plans.bp
INDIAN = "INR"
ALL = "all"
COSTS = {
    CostRule.PAID: "",
    CostRule.VALUE_2018: "cost raised to the value of 31 January 2018",
    CostRule.INDEXED: "cost indexed",
}


@dataclass(frozen=True, slots=True)
class SoldSale:
    """A sale with the lots it took."""

    gains: tuple[RealisedGain, ...]

    @property
    def first(self) -> RealisedGain:
        """One of its lots, for what they have in common."""
        return self.gains[0]

    @property
    def quantity(self) -> Decimal:
        """How many were sold."""
        return sum((each.quantity for each in self.gains), Decimal(0))

    def total(self, name: str) -> int:
        """A figure of all its lots together."""
        return sum(getattr(each, name) for each in self.gains)


@dataclass(frozen=True, slots=True)
class Year:
    """A financial year to choose."""

    label: str
    url: str
    current: bool


@bp.get("/sold_investments")
@allow(Role.VIEWER)
def sold() -> ResponseReturnValue:
    """The sales of a financial year, and its capital gains."""
    session, book = current_deps().session, g.book
    holdings = held_of(session, book.id, book.currency)
    years = _years(holdings)
    fy = _asked(years)
    year = year_gains(holdings, fy)
    report, unknown = _report(year)
    return render_template(
        "investments/sold.html",
        year=year,
        fy=fy,
        sales=_sales(year.gains),
        years=[Year(str(each), url_for(".sold", fy=each.starts_in), each == fy) for each in years],
        has_any=bool(years),
        report=report,
        unknown=unknown,
        is_indian=book.currency == INDIAN,
        needs_2018=[gain for gain in year.gains if gain.taxed.needs_2018],
        ends_on=long_day(fy.last),
        starts_on=long_day(fy.first),
        kind_words=KINDS,
        cost_words=COSTS,
        percent=_percent,
        proceeds_minor=sum(gain.proceeds_minor for gain in year.gains),
        gain_minor=sum(gain.gain_minor for gain in year.gains),
        **words(),
    )


@bp.get("/sold_investments/export")
@allow(Role.VIEWER)
def export_sold() -> ResponseReturnValue:
    """Every lot that was sold, as a file: of one financial year, or with fy=all of all of them."""
    session, book = current_deps().session, g.book
    holdings = held_of(session, book.id, book.currency)
    years = _years(holdings)
    chosen = years if request.args.get("fy") == ALL else [_asked(years)]

    def rows() -> Iterator[tuple[Cell, ...]]:
        for fy in sorted(chosen):
            for gain in year_gains(holdings, fy).gains:
                own, home = gain.holding.currency, book.currency
                yield (
                    str(fy), gain.sold_on, gain.holding.name, gain.holding.symbol, CLASSES[gain.holding.asset_class],
                    gain.acquired_on, gain.quantity, own, Money(gain.own_proceeds_minor, own), Money(gain.own_paid_minor, own),
                    Money(gain.proceeds_minor, home), Money(gain.paid_minor, home), Money(gain.gain_minor, home),
                    *_taxed(gain.taxed, home),
                )  # fmt: skip

    home = book.currency
    headings = (
        "Year", "Sold on", "Investment", "Symbol", "Kind", "Bought on", "Quantity", "Currency", "Proceeds", "Cost",
        f"Proceeds in {home}", f"Cost in {home}", f"Gain in {home}", "Term", "Section", "Cost for tax", "Gain for tax",
        "How the cost was found",
    )  # fmt: skip
    return table_file("sold-investments", headings, rows(), request.args.get("format"))


@bp.get("/sold_investments/report")
@allow(Role.VIEWER)
def export_report() -> ResponseReturnValue:
    """The capital gains of a financial year by kind and rate, as a file."""
    session, book = current_deps().session, g.book
    holdings = held_of(session, book.id, book.currency)
    fy = _asked(_years(holdings))
    report, _ = _report(year_gains(holdings, fy))

    def rows() -> Iterator[tuple[Cell, ...]]:
        for line in report.lines if report else ():
            yield (str(fy), *KINDS[line.kind], _percent(line), *_amounts(line, book.currency))

    headings = (
        "Year", "Kind", "Section", "Rate", "Gains", "Losses", "Gains after losses", "Exempt", "Taxed", "Tax before surcharge and cess",
    )  # fmt: skip
    return table_file("capital-gains", headings, rows(), request.args.get("format"))


def _amounts(line: ReportLine, currency: str) -> Iterator[Cell]:
    for minor in (line.gain_minor, line.loss_minor, line.left_minor, line.exempt_minor, line.taxed_minor):
        yield Money(minor, currency)
    yield None if line.tax_minor is None else Money(line.tax_minor, currency)


def _taxed(taxed: TaxedSale, currency: str) -> tuple[Cell, ...]:
    if currency != INDIAN:
        return (None, None, None, None, None)
    cost, gain = Money(taxed.cost_minor, currency), Money(taxed.gain_minor, currency)
    return (TERMS[taxed.term], taxed.charge, cost, gain, COSTS[taxed.rule])


def _first_month() -> int:
    """In India tax counts years from April, whatever the book does."""
    return INDIAN_FIRST_MONTH if g.book.currency == INDIAN else g.book.fiscal_year_start


def _years(holdings: list[Held]) -> list[FiscalYear]:
    """The financial years in which something was sold or a dividend came, newest first."""
    kinds = {EventKind.SELL, EventKind.DIVIDEND}
    days = {step.entry.on for each in holdings for step in each.position.steps if step.entry.kind in kinds}
    return sorted({FiscalYear.of(on, _first_month()) for on in days}, reverse=True)


def _asked(years: list[FiscalYear]) -> FiscalYear:
    """The year of `?fy=2025`; otherwise this one when something happened in it, or the last in which something did."""
    wanted = as_id(request.args.get("fy", ""))
    found = next((fy for fy in years if fy.starts_in == wanted), None)
    now = FiscalYear.of(today(), _first_month())
    return found or (now if now in years or not years else years[0])


def _sales(gains: tuple[RealisedGain, ...]) -> list[SoldSale]:
    by_sale: dict[int, list[RealisedGain]] = {}
    for gain in gains:
        by_sale.setdefault(gain.event_id, []).append(gain)
    return [SoldSale(tuple(each)) for each in by_sale.values()][::-1]


def _report(year: YearGains) -> tuple[GainReport | None, str]:
    """The year's gains for Indian tax; or why there is no report."""
    if g.book.currency != INDIAN:
        return None, "The report follows Indian tax law, for books in rupees."
    try:
        return gain_report(year.fy, year.for_tax), ""
    except NotKnown as error:
        return None, error.user_message


def _percent(line: ReportLine) -> str:
    return "your slab" if line.rate is None else pct(line.rate, 1)

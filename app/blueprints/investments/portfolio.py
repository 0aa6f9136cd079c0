"""What is held: all investments together, and each of them with its lots, events, prices and plans."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.blueprints.investments import base
from app.blueprints.investments.words import (
    CLASSES,
    EVENTS,
    SHORT_SOURCES,
    SOURCES,
    TAXES,
    TERMS,
    Told,
    quantity,
    short_price,
    told_return,
    told_term,
)
from app.domain.books import Role
from app.domain.errors import NotInBook
from app.domain.investments import AssetClass, EventKind
from app.domain.positions import OpenLot, Step, worth
from app.domain.realised import LotTerm, lot_term
from app.domain.tax.holding import Term
from app.queries.accounts import accounts_of
from app.queries.holdings import EventView
from app.queries.portfolio import Line, Point, Portfolio, Share, holding_line, path_of, plans_of, portfolio
from app.web.access import allow
from app.web.charts import Chart
from app.web.deps import current_deps, today
from app.web.formats import day, long_day, money
from app.web.numbers import as_id
from app.web.prices import NO_PRICE, written_price, written_rate
from app.web.tables import Cell, Money, table_file

bp = base.bp
INDIAN = "INR"
AVERAGE_PLACES = 4
FIRST_LOTS = 12
EVENTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Part:
    """A share of everything, as the bar and its list draw it."""

    name: str
    count: int
    value: int
    part: Decimal
    paint: int
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class LotRow:
    """A lot that is left, with what it is worth and how it would count for tax today."""

    lot: OpenLot
    worth_minor: int | None
    told: Told | None


@bp.get("/investments")
@allow(Role.VIEWER)
def holdings() -> ResponseReturnValue:
    """Everything that is held, what it cost, what it is worth, and how it is spread."""
    session, book = current_deps().session, g.book
    page = portfolio(session, book.id, book.currency, today())
    kind, currency = _asked(page)
    shown = [line for line in page.held if kind in {"", line.holding.asset_class.value}]
    return render_template(
        "investments/holdings.html",
        page=page,
        shown=[line for line in shown if currency in {"", line.holding.currency}],
        is_filtered=bool(kind or currency),
        classes=_parts(page.classes, {each.value: label for each, label in CLASSES.items()}, "kind", kind, currency),
        currencies=_parts(page.currencies, {}, "currency", currency, kind),
        today_words=_today_words(page),
        **words(),
    )


@bp.get("/investments/export")
@allow(Role.VIEWER)
def export() -> ResponseReturnValue:
    """The list as a file."""
    session, book = current_deps().session, g.book
    page = portfolio(session, book.id, book.currency, today())

    def rows() -> Iterator[tuple[Cell, ...]]:
        for line in (*page.held, *page.closed):
            own, home = line.holding.currency, book.currency
            yield (
                line.holding.name, line.holding.symbol, CLASSES[line.holding.asset_class], own, line.quantity,
                Money(line.cost_minor, own), Money(line.cost_base_minor, home),
                line.quote.value if line.quote else NO_PRICE, line.quote.on if line.quote else None,
                _cell(line.own_minor, own), _cell(line.base_minor, home), _cell(line.gain_minor, own),
                told_return(line.brought).text,
            )  # fmt: skip

    headings = (
        "Investment", "Symbol", "Kind", "Currency", "Quantity", "Cost", f"Cost in {book.currency}", "Price of one",
        "Price of", "Worth", f"Worth in {book.currency}", "Gain", "Return",
    )  # fmt: skip
    return table_file("investments", headings, rows(), request.args.get("format"))


@bp.get("/investments/<int:holding_id>")
@allow(Role.VIEWER)
def holding(holding_id: int) -> ResponseReturnValue:
    """One investment: its lots, what happened to it, its worth over time, and its plans."""
    session, book, now = current_deps().session, g.book, today()
    line = _line(holding_id)
    points = path_of(session, book.id, line.held, now)
    events, newest = line.held.events[::-1], _asked_page(len(line.held.events))
    lots = _lots(line, now)
    dividends = [step for step in line.held.position.steps if step.entry.kind is EventKind.DIVIDEND]
    return render_template(
        "investments/holding.html",
        line=line,
        holding=line.holding,
        lots=lots,
        first_lots=FIRST_LOTS,
        lots_say=_lots_say(lots),
        steps={step.entry.id: step for step in line.held.position.steps},
        events=events[newest : newest + EVENTS_SHOWN],
        events_total=len(events),
        events_text=f"{newest + 1}–{min(newest + EVENTS_SHOWN, len(events))} of {len(events):,}",
        newer=_page_of(holding_id, newest - EVENTS_SHOWN) if newest else None,
        older=_page_of(holding_id, newest + EVENTS_SHOWN) if newest + EVENTS_SHOWN < len(events) else None,
        accounts=accounts_of(session, book.id),
        plans=plans_of(session, book.id, holding_id),
        chart=_chart(line, points),
        dividends_minor=sum(step.money_minor for step in dividends),
        dividend_count=len(dividends),
        missing=[event for event in line.held.events if event.transaction_id is not None and not event.is_posted],
        event_notes=_event_notes,
        **words(),
    )


@bp.get("/investments/<int:holding_id>/export")
@allow(Role.VIEWER)
def export_events(holding_id: int) -> ResponseReturnValue:
    """What happened to an investment, as a file."""
    book, line = g.book, _line(holding_id)
    own, home = line.holding.currency, book.currency

    def rows() -> Iterator[tuple[Cell, ...]]:
        for event, step in zip(line.held.events, line.held.position.steps, strict=True):
            yield (
                event.on, EVENTS[event.kind], event.quantity, event.price, Money(event.fee_minor, own), said_ratio(event),
                Money(step.money_minor, own), event.rate, Money(step.money_base_minor, home),
                Money(step.gain_minor, own) if step.sold else None, Money(step.gain_base_minor, home) if step.sold else None,
                step.quantity, Money(step.cost_minor, own), event.note,
            )  # fmt: skip

    headings = (
        "Day", "What", "Quantity", "Price of one", "Fee", "Ratio", "Money", "Exchange rate", f"Money in {home}", "Gain",
        f"Gain in {home}", "Held then", "Cost then", "Note",
    )  # fmt: skip
    return table_file("investment", headings, rows(), request.args.get("format"))


def words() -> dict[str, object]:
    """What the templates of investments need to say things."""
    return {
        "class_words": CLASSES, "event_words": EVENTS, "source_words": SOURCES, "tax_words": TAXES, "term_words": TERMS,
        "kinds": EventKind, "written_quantity": quantity, "written_price": written_price, "written_rate": written_rate,
        "short_price": short_price, "short_source_words": SHORT_SOURCES, "told_return": told_return, "no_price": NO_PRICE, "average": _average, "today_on": today(),
    }  # fmt: skip


def said_ratio(event: EventView) -> str:
    """What a split or bonus did, in words."""
    if event.old is None or event.new is None:
        return ""
    new, old = quantity(event.new), quantity(event.old)
    return f"{old} became {new}" if event.kind is EventKind.SPLIT else f"{new} for every {old}"


def _event_notes(event: EventView, step: Step, own: str) -> list[str]:
    """What is said of an event under its name."""
    said = [
        f"at {short_price(event.price, own)}" if event.price is not None else said_ratio(event),
        f"fee {money(event.fee_minor, own)}" if event.fee_minor else "",
        "held before this book" if event.is_opening else "",
        written_rate(event.rate, own, g.book.currency) if event.rate is not None else "",
        f"gain {money(step.gain_minor, own)}" if step.sold else "",
    ]
    return [each for each in said if each]


def _line(holding_id: int) -> Line:
    line = holding_line(current_deps().session, g.book.id, g.book.currency, holding_id, today())
    if line is None:
        raise NotInBook("holding", holding_id, g.book.id)
    return line


def _asked(page: Portfolio) -> tuple[str, str]:
    """The filters of the address, those that fit something."""
    kind, currency = request.args.get("kind", ""), request.args.get("currency", "")
    kinds = {each.value for each in AssetClass}
    held = {line.holding.currency for line in page.held}
    return kind if kind in kinds else "", currency if currency in held else ""


def _parts(shares: tuple[Share, ...], names: dict[str, str], asked: str, value: str, other: str) -> list[Part]:
    also = "currency" if asked == "kind" else "kind"
    return [
        Part(
            names.get(each.name, each.name),
            each.count,
            each.base_minor,
            each.part,
            min(at, 8),
            _address(**{asked: each.name if value != each.name else "", also: other}),
            value == each.name,
        )
        for at, each in enumerate(shares, 1)
    ]


def _address(*, kind: str = "", currency: str = "") -> str:
    return url_for(".holdings", kind=kind or None, currency=currency or None)


def _today_words(page: Portfolio) -> str:
    if page.priced_on is None:
        return "no price is known yet"
    if page.priced_on < today() or page.today_minor is None:
        return f"prices of {day(page.priced_on)} and before"
    if not page.today_minor:
        return "the same as yesterday"
    more = "more" if page.today_minor > 0 else "less"
    return f"{money(abs(page.today_minor), decimals=False)} {more} than yesterday"


def _lots(line: Line, now: date) -> list[LotRow]:
    quote = line.quote
    ratio = line.held.position.ratio_between(quote.on, now) if quote else Decimal(1)
    is_indian = g.book.currency == INDIAN
    return [
        LotRow(
            lot,
            worth(lot.quantity, quote.value / ratio, line.holding.currency) if quote else None,
            told_term(_term(line, lot, now), now) if is_indian else None,
        )
        for lot in line.held.position.lots
    ]


def _lots_say(lots: list[LotRow]) -> str:
    """How much of what is held is long-term, in one sentence."""
    long, short = (
        sum((row.lot.quantity for row in lots if row.told and row.told.text == TERMS[term]), Decimal(0))
        for term in (Term.LONG, Term.SHORT)
    )
    if not long and not short:
        return ""
    return f"Sold today, {quantity(long)} would be long-term and {quantity(short)} short-term."


def _asked_page(count: int) -> int:
    """How many newer events the address leaves out: whole pages."""
    asked = as_id(request.args.get("after", "")) or 0
    return asked // EVENTS_SHOWN * EVENTS_SHOWN if asked < count else 0


def _page_of(holding_id: int, after: int) -> str:
    return url_for(".holding", holding_id=holding_id, after=after or None)


def _term(line: Line, lot: OpenLot, now: date) -> LotTerm:
    return lot_term(lot, line.holding.taxed_as, now)


def _chart(line: Line, points: list[Point]) -> Chart:
    own = line.holding.currency

    def whole(minor: int) -> str:
        return money(minor, own, decimals=False)

    label = "No prices yet."
    if points:
        last = points[-1]
        label = f"On {long_day(last.on)} it was worth {whole(last.worth_minor)} and had cost {whole(last.cost_minor)}."
    return Chart(
        "pace",
        label,
        {
            "labels": [f"{day(point.on)} {point.on.year % 100:02d}" for point in points],
            "now": [point.worth_minor for point in points],
            "before": [point.cost_minor for point in points],
            "names": {"now": "Worth", "before": "Cost"},
            "currency": own,
        },
        ("Day", "Worth", "Cost"),
        tuple((long_day(point.on), whole(point.worth_minor), whole(point.cost_minor)) for point in points),
    )


def _average(line: Line) -> str:
    cost = line.average_cost
    return "" if cost is None else short_price(cost, line.holding.currency, AVERAGE_PLACES)


def _cell(minor: int | None, currency: str) -> Cell:
    return None if minor is None else Money(minor, currency)

"""Prices and exchange rates: what is known, of which day and from whom; by hand, from a file, or fetched by a job."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.investments import views
from app.blueprints.investments.price_forms import NAVS, DayForm, FileForm, PriceForm, RateForm
from app.domain.books import Role
from app.domain.errors import Refused
from app.domain.investments import PriceSource
from app.jobs.port import JobName
from app.queries.prices import price_history, priced_holding, prices_of, rates_of
from app.services.prices import (
    BadFile,
    import_navs,
    import_prices,
    remove_price,
    remove_rate,
    save_price,
    save_rate,
)
from app.web import limits
from app.web.access import allow
from app.web.deps import current_deps, current_settings, today
from app.web.flashes import Action, say
from app.web.formats import counted, long_day, number_style, user_locale
from app.web.numbers import as_id
from app.web.prices import NO_PRICE, age, written_price, written_rate
from app.web.refusals import form_page, show, taken
from app.web.tables import Cell, table_file

bp = views.bp
SOURCES = {
    PriceSource.MANUAL: "By hand",
    PriceSource.AMFI: "AMFI",
    PriceSource.YFINANCE: "Yahoo Finance",
    PriceSource.COINGECKO: "CoinGecko",
    PriceSource.FINNHUB: "Finnhub",
}
DAYS_SHOWN = 60
MOST_BYTES = 20 * 1024 * 1024
STALE_DAYS = 7


@bp.get("/investments/prices")
@allow(Role.VIEWER)
def prices() -> ResponseReturnValue:
    """The newest price of every investment, and the newest rate of every currency that the book needs."""
    session, book, day = current_deps().session, g.book, today()
    shown = prices_of(session, book.id)
    dated = [each.known.on for each in shown if each.known]
    return render_template(
        "investments/prices.html",
        prices=shown,
        rates=rates_of(session, book.id, book.currency),
        unknown=sum(each.known is None for each in shown),
        failing=sum(each.failed is not None for each in shown),
        newest=max(dated, default=None),
        old=sum((day - each).days > STALE_DAYS for each in dated),
        fetched=[SOURCES[PriceSource(name)] for name in current_deps().price_providers],
        **_words(day),
    )


@bp.get("/investments/prices/export")
@allow(Role.VIEWER)
def export_prices() -> ResponseReturnValue:
    """The newest prices and rates as a file."""
    session, book = current_deps().session, g.book

    def rows() -> Iterator[tuple[Cell, ...]]:
        for each in prices_of(session, book.id):
            known = each.known
            priced = (known.on, known.value, SOURCES[known.source]) if known else (None, None, NO_PRICE)
            yield (each.name, each.symbol, each.currency, *priced)
        for rate in rates_of(session, book.id, book.currency):
            known = rate.known
            priced = (known.on, known.value, SOURCES[known.source]) if known else (None, None, NO_PRICE)
            yield (f"1 {rate.currency} in {book.currency}", "", book.currency, *priced)

    headings = ("Name", "Symbol", "Currency", "Day", "Price of one", "From")
    return table_file("prices", headings, rows(), request.args.get("format"))


@bp.route("/investments/prices/new", methods=["GET", "POST"])
@allow(Role.EDITOR)
def new_price() -> ResponseReturnValue:
    """Write the price of a day by hand."""
    deps, book = current_deps(), g.book
    holdings = prices_of(deps.session, book.id)
    form = PriceForm(holdings, holding_id=as_id(request.args.get("holding")), on=today())
    if not taken(form, lambda: save_price(book.id, *form.said, user_id=current_user.id, deps=deps)):
        return form_page(form, "investments/price_form.html", holdings=holdings)
    holding_id, on, _ = form.said
    name = next(each.name for each in holdings if each.holding_id == holding_id)
    flash(f"Saved the price of {name} on {long_day(on)}.", "ok")
    return redirect(url_for(".prices"), code=303)


@bp.route("/investments/prices/import", methods=["GET", "POST"])
@allow(Role.EDITOR)
def bring_prices() -> ResponseReturnValue:
    """Bring a list of prices, or AMFI's daily file."""
    deps, book = current_deps(), g.book
    form = FileForm(prices_of(deps.session, book.id))
    if not form.validate_on_submit():
        return _file_page(form)
    try:
        text = _text_of(form)
        if form.kind.data == NAVS:
            brought = import_navs(book.id, text, user_id=current_user.id, deps=deps)
        else:
            brought = import_prices(
                book.id, text, holding_id=form.holding_id.data, style=number_style(user_locale()), user_id=current_user.id, deps=deps
            )  # fmt: skip
    except BadFile as error:
        show(form, error)
        return _file_page(form, error)
    told = f"Saved {counted(brought.prices, 'price')} of {counted(brought.holdings, 'investment')}."
    if brought.missing:
        told += f" The file has no value of {', '.join(brought.missing[:3])}{' and others' if len(brought.missing) > 3 else ''}."  # noqa: PLR2004 - three names fit
    flash(told, "ok")
    return redirect(url_for(".prices"), code=303)


@bp.post("/investments/prices/refresh")
@allow(Role.EDITOR)
@limits.per_person(limits.PRICES_OF_A_PERSON)
def refresh() -> ResponseReturnValue:
    """Have the prices of this book fetched by a job."""
    deps = current_deps()
    if not deps.price_providers:
        flash("This installation fetches no prices. Write them, or bring a file.", "warn")
    else:
        deps.jobs.enqueue(JobName.REFRESH_PRICES, book_id=g.book.id)
        flash("Prices are being fetched in the background. Look again in a minute.", "info")
    return redirect(url_for(".prices"), code=303)


@bp.get("/investments/prices/<int:holding_id>")
@allow(Role.VIEWER)
def history(holding_id: int) -> ResponseReturnValue:
    """The prices of one investment, newest first."""
    session, book = current_deps().session, g.book
    holding = priced_holding(session, book.id, holding_id)
    found = price_history(session, book.id, holding_id, limit=DAYS_SHOWN + 1, before=_asked_day("before"))
    older = url_for(".history", holding_id=holding_id, before=found[-2].on) if len(found) > DAYS_SHOWN else None
    return render_template(
        "investments/price_history.html", holding=holding, found=found[:DAYS_SHOWN], older=older, **_words(today())
    )


@bp.post("/investments/prices/<int:holding_id>/remove")
@allow(Role.EDITOR)
def forget_price(holding_id: int) -> ResponseReturnValue:
    """Remove the price of a day."""
    deps, form = current_deps(), DayForm()
    holding = priced_holding(deps.session, g.book.id, holding_id)
    if not form.validate() or form.on.data is None:
        abort(422)
    price = remove_price(g.book.id, holding_id, form.on.data, user_id=current_user.id, deps=deps)
    back = url_for(".restore_price", holding_id=holding_id, on=form.on.data, price=f"{price:f}")
    say("ok", f"Removed the price of {holding.name} on {long_day(form.on.data)}.", action=Action("Undo", back))
    return redirect(url_for(".history", holding_id=holding_id), code=303)


@bp.post("/investments/prices/<int:holding_id>/restore")
@allow(Role.EDITOR)
def restore_price(holding_id: int) -> ResponseReturnValue:
    """Undo the removal: the address holds the day and the price."""
    priced_holding(current_deps().session, g.book.id, holding_id)
    on, price = _kept()
    save_price(g.book.id, holding_id, on, price, user_id=current_user.id, deps=current_deps())
    flash("The price is back.", "ok")
    return redirect(url_for(".history", holding_id=holding_id), code=303)


@bp.route("/investments/rates/new", methods=["GET", "POST"])
@allow(Role.EDITOR)
def new_rate() -> ResponseReturnValue:
    """Write an exchange rate by hand."""
    deps, book = current_deps(), g.book
    form = RateForm(book.currency, currency=request.args.get("currency"), on=today())
    if not taken(form, lambda: save_rate(book.id, *form.said, user_id=current_user.id, deps=deps)):
        return form_page(form, "investments/rate_form.html")
    currency, on, _ = form.said
    flash(f"Saved the rate of {currency} on {long_day(on)}.", "ok")
    return redirect(url_for(".prices"), code=303)


@bp.post("/investments/rates/remove")
@allow(Role.EDITOR)
def forget_rate() -> ResponseReturnValue:
    """Remove the rate of a day."""
    form = DayForm()
    if not form.validate() or form.on.data is None:
        abort(422)
    currency = str(form.currency.data)[:3]
    rate = remove_rate(g.book.id, currency, form.on.data, user_id=current_user.id, deps=current_deps())
    back = url_for(".restore_rate", currency=currency, on=form.on.data, price=f"{rate:f}")
    say("ok", f"Removed the rate of {currency} on {long_day(form.on.data)}.", action=Action("Undo", back))
    return redirect(url_for(".prices"), code=303)


@bp.post("/investments/rates/restore")
@allow(Role.EDITOR)
def restore_rate() -> ResponseReturnValue:
    """Undo the removal: the address holds currency, day and rate."""
    on, rate = _kept()
    currency = request.args.get("currency", "")
    try:
        save_rate(g.book.id, currency, on, rate, user_id=current_user.id, deps=current_deps())
    except Refused:
        abort(404)
    flash("The rate is back.", "ok")
    return redirect(url_for(".prices"), code=303)


def _kept() -> tuple[date, Decimal]:
    """The day and the value of an undo, from its address."""
    on, text = _asked_day("on"), request.args.get("price", "")
    if on is None or not text.isascii() or not text.replace(".", "", 1).isdecimal() or len(text) > 24:  # noqa: PLR2004 - ten digits, a point, twelve decimals
        abort(404)
    return on, Decimal(text)


def _asked_day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def _text_of(form: FileForm) -> str:
    data: bytes = form.file.data.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise BadFile(f"This file is larger than {MOST_BYTES // 1024 // 1024} MB.")
    return data.decode("utf-8-sig", errors="replace")


def _file_page(form: FileForm, error: BadFile | None = None) -> ResponseReturnValue:
    return form_page(
        form,
        "investments/price_file.html",
        error=error,
        max_bytes=min(MOST_BYTES, current_settings().upload_limit_mb * 1024 * 1024),
    )


def _words(day: date) -> dict[str, object]:
    return {
        "sources": SOURCES,
        "price": written_price,
        "rate_words": written_rate,
        "age_of": lambda on: age(on, day),
        "no_price": NO_PRICE,
        "is_old": lambda on: (day - on).days > STALE_DAYS,
    }

"""The smallest parts of pages, which one page holds by the hundred: icons, amounts, dates, cells. Macros would draw them slowly.

Components hand them on under their own names, so templates import them like any macro.
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from flask import Flask
from markupsafe import Markup, escape

from app.domain.money import money_parts
from app.web.formats import book_currency, currency_symbol, day, long_day, number_style, plain, user_locale

_ROW, _HEAD, _FIGURE = "\x1e", "\x1d", "\x1f"  # the separators of ASCII: no text that people see has one
_TAGS = {
    _ROW: Markup('</td></tr><tr><th scope="row">'),
    _HEAD: Markup('</th><td class="num">'),
    _FIGURE: Markup('</td><td class="num">'),
}


def spark_points(values: Sequence[int | float]) -> str:
    """The points of a sparkline in its 88 × 28 box, oldest first.

    >>> spark_points([0, 10])
    '2.0,25.0 84.0,3.0'
    """
    low = min(values)
    span = (max(values) - low) or 1
    step = 82 / max(len(values) - 1, 1)
    return " ".join(f"{2 + step * at:.1f},{25 - 22 * (value - low) / span:.1f}" for at, value in enumerate(values))


def figure_rows(rows: Sequence[Sequence[str]]) -> Markup:
    """The rows of a table of figures: a row header, then figures. All texts are escaped together."""
    written = escape(_ROW.join(f"{row[0]}{_HEAD}{_FIGURE.join(row[1:])}" for row in rows))
    for mark, tags in _TAGS.items():
        written = written.replace(mark, tags)
    return Markup('<tr><th scope="row">%s</td></tr>') % written if rows else Markup()


@lru_cache(maxsize=512, typed=True)  # a text and the same text as markup are escaped differently
def icon(name: str) -> Markup:
    """A Bootstrap icon by name."""
    return Markup('<i class="bi bi-{}" aria-hidden="true"></i>').format(name)


def amount(
    minor: int | None,
    currency: str | None = None,
    *,
    sign: str = "",
    tone: str = "",
    decimals: bool = True,
    size: str = "",
) -> Markup:
    """An amount in the reader's locale, with its exact value for machines; macro `money` of components/data.html says how."""
    if minor is None:
        return _NOT_YET
    return _amount(
        minor, currency or book_currency(), user_locale(), sign=sign, tone=tone, decimals=decimals, size=size
    )


_NOT_YET = Markup('<span class="ft-muted">not yet</span>')
_LONG, _LONGER = 11, 15
"""Characters beyond which a figure is set smaller."""


@lru_cache(maxsize=4096)
def _amount(minor: int, currency: str, locale: str, *, sign: str, tone: str, decimals: bool, size: str) -> Markup:
    parts = money_parts(minor, currency, number_style(locale), currency_symbol(currency, locale))
    mark = "" if sign == "none" else "−" if minor < 0 else "+" if sign == "+" and minor > 0 else ""
    classes = ["ft-money"]
    if tone == "flow" and minor > 0:
        classes.append("ft-money--in")
    elif tone == "bad" or (tone == "balance" and minor < 0):
        classes.append("ft-money--bad")
    if size:
        classes.append(f"ft-money--{size}")
    length = len(mark) + len(parts.symbol) + len(parts.whole) if size == "figure" else 0
    if length > _LONG:
        classes.append("is-longer" if length > _LONGER else "is-long")
    if not decimals:
        parts = money_parts(
            abs(minor), currency, number_style(locale), currency_symbol(currency, locale), decimals=False
        )
    tail = Markup('<span class="ft-money__dec">{}</span>').format(parts.decimals) if parts.decimals else ""
    return Markup('<data class="{}" value="{}">{}{}{}{}</data>').format(
        " ".join(classes), plain(minor, currency), mark, parts.symbol, parts.whole, tail
    )


@lru_cache(maxsize=1024)
def written_date(value: date, style: str = "short") -> Markup:
    """A date as the page writes it: `short` 21 Nov, `long` 21 November 2026."""
    written = long_day(value) if style == "long" else day(value)
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), written)


def init_app(app: Flask) -> None:
    """Hand them to Jinja."""
    app.jinja_env.filters.update(spark_points=spark_points, figure_rows=figure_rows)
    app.jinja_env.globals.update(draw_icon=icon, draw_amount=amount, draw_date=written_date)

"""Where each figure of the form comes from: the books, with a way to their rows, or the person."""

from dataclasses import dataclass
from typing import Any

from flask import url_for

from app.domain.fiscal_years import FiscalYear
from app.domain.tax.answers import FROM_BOOKS, Answers
from app.queries.tax_books import BookFigure, BookYear
from app.web.formats import counted, money
from app.web.navigation import has_page


@dataclass(frozen=True, slots=True)
class Source:
    """What stands below a figure. `text` says where it is from, `url` leads to the rows; `is_own` when the person wrote it."""

    text: str
    url: str = ""
    is_own: bool = False


def sources(fy: FiscalYear, answers: Answers, books: BookYear) -> dict[str, Source]:
    """The source of every figure that the books may know."""
    return {name: _source(fy, getattr(answers, name), books.figures.get(name)) for name in FROM_BOOKS}


def _source(fy: FiscalYear, own: int | None, figure: BookFigure | None) -> Source:
    if figure is None:
        return Source("")
    url = _rows(fy, figure)
    if own is not None:
        return Source(f"You entered this; your books say {_whole(figure.amount_minor)}", url, is_own=True)
    return Source(f"Your books: {_told(figure)}", url)


def _told(figure: BookFigure) -> str:
    if figure.sales:
        return counted(figure.sales, "sale")
    name = "Salary page" if figure.is_pay else figure.category or "several categories"
    if not figure.expected_months:
        return f"{name}, {counted(figure.months, 'month')}"
    return f"{name}, {counted(figure.months, 'month')}; {figure.expected_months} more expected, {_whole(figure.expected_minor)}"


def _rows(fy: FiscalYear, figure: BookFigure) -> str:
    if figure.sales or figure.is_pay:
        page = "investments.sold" if figure.sales else "salary.overview"
        return url_for(page, fy=fy.starts_in if figure.sales else None) if has_page(page) else ""
    dates: dict[str, Any] = {"from": fy.first.isoformat(), "to": fy.last.isoformat()}
    if figure.category_id is None:
        return ""
    return url_for("ledger.transactions", category=figure.category_id, **dates)


def _whole(minor: int) -> str:
    return money(minor, decimals=False)

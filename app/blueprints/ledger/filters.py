"""The address of a list of transactions: what it asks for, what of it could not be read, and the addresses beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import g, request, url_for

from app.domain.errors import InvalidAmount, NotInBook
from app.domain.money import parse_amount
from app.domain.periods import Month, Span, fiscal_year
from app.domain.texts import clean
from app.queries.accounts import AccountView, with_parts
from app.queries.transaction_filters import LONGEST_TEXT, Cursor, Filters
from app.web.deps import today
from app.web.formats import book_currency, day, month_name, number_style, user_locale
from app.web.numbers import as_id

NAMES = ("q", "month", "from", "to", "category", "account", "min", "max", "tag", "unusual", "receipt", "deleted")
MONTHS_OFFERED = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """A list's address, read. `args` is what it says, without its place; `problems` is what could not be understood."""

    filters: Filters
    args: Mapping[str, str]
    problems: tuple[str, ...]
    month: Month | None
    category: AccountView | None
    account: AccountView | None
    before: Cursor | None
    after: Cursor | None

    def url(self, endpoint: str = ".transactions", **changes: Any) -> str:
        """The same list with something changed; None takes it away."""
        args = {**self.args, **changes}
        return url_for(endpoint, **{name: value for name, value in args.items() if value is not None})

    @property
    def currency(self) -> str:
        """What the list's figures are in: an account's own currency, else the book's."""
        return self.account.currency if self.account and not self.category else book_currency()

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out on purpose."""
        return bool(self.args)

    @property
    def dates_label(self) -> str:
        """The dates in words."""
        if self.month:
            return month_name(self.month)
        first, last = self.filters.first_on, self.filters.last_on
        if first and last:
            return f"{_day(first)} – {_day(last)}"
        if first:
            return f"From {_day(first)}"
        return f"Until {_day(last)}" if last else "Any date"

    @property
    def amounts_label(self) -> str:
        """The amounts in words."""
        low, high = self.args.get("min"), self.args.get("max")
        if low and high:
            return f"Amount {low}" if low == high else f"Amount {low} – {high}"
        if low:
            return f"Amount from {low}"
        return f"Amount up to {high}" if high else "Amount"


def asked_for(accounts: Mapping[int, AccountView]) -> Asked:
    """Read the address of the current request.

    Raises: NotInBook for an account or category of another book.
    """
    args = {name: text for name in NAMES if (text := clean(request.args.get(name), LONGEST_TEXT))}
    problems: list[str] = []
    month = _month(args.get("month"), problems)
    span = Span(month.first, month.last) if month else None
    first_on = span.first if span else _date(args.get("from"), problems)
    last_on = span.last if span else _date(args.get("to"), problems)
    category = _account(accounts, args.get("category"), is_category=True)
    account = _account(accounts, args.get("account"), is_category=False)
    low, high = _amount(args.get("min"), problems), _amount(args.get("max"), problems)
    filters = Filters(
        text=args.get("q", ""),
        text_minor=_amount(args.get("q"), []),
        first_on=first_on,
        last_on=last_on,
        account_ids=tuple(with_parts(accounts, category.id)) if category else (account.id,) if account else (),
        of_category=category is not None,
        within_account_id=account.id if category and account else None,
        low_minor=low,
        high_minor=high,
        tag=args.get("tag", ""),
        is_unusual="unusual" in args,
        has_receipt="receipt" in args,
        is_void="deleted" in args,
    )
    return Asked(
        filters, args, tuple(problems), month, category, account,
        Cursor.parse(request.args.get("before")), Cursor.parse(request.args.get("after")),
    )  # fmt: skip


def periods_offered() -> list[tuple[str, dict[str, str | None]]]:
    """Spans of time to choose from, as changes of the address."""
    now = today()
    year = fiscal_year(now, g.book.fiscal_year_start)
    months = reversed(Month.of(now).last_months(MONTHS_OFFERED))
    return [
        ("Any date", {"month": None, "from": None, "to": None}),
        *((month_name(each), {"month": str(each), "from": None, "to": None}) for each in months),
        ("Last 12 months", _span(Month.of(now).shift(-11).first, Month.of(now).last)),
        ("This financial year", _span(year.first, year.last)),
        ("The one before", _span(*_year_before(year))),
    ]


def _year_before(year: Span) -> tuple[date, date]:
    before = fiscal_year(year.first - timedelta(days=1), g.book.fiscal_year_start)
    return before.first, before.last


def _span(first: date, last: date) -> dict[str, str | None]:
    return {"month": None, "from": first.isoformat(), "to": last.isoformat()}


def _day(value: date) -> str:
    return day(value) if value.year == today().year else f"{day(value)} {value.year}"


def _month(text: str | None, problems: list[str]) -> Month | None:
    if not text:
        return None
    try:
        return Month.parse(text)
    except ValueError:
        problems.append(f"“{text}” is no month.")
        return None


def _date(text: str | None, problems: list[str]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems.append(f"“{text}” is no date. Write it as year-month-day, like 2026-11-21.")
        return None


def _amount(text: str | None, problems: list[str]) -> int | None:
    if not text:
        return None
    try:
        return parse_amount(text, book_currency(), number_style(user_locale()))
    except InvalidAmount:
        problems.append(f"“{text}” is no amount. Write it in figures, like 2,346.00.")
        return None


def _account(accounts: Mapping[int, AccountView], text: str | None, *, is_category: bool) -> AccountView | None:
    if not text:
        return None
    account = accounts.get(as_id(text) or 0)
    if account is None or account.is_category != is_category:
        raise NotInBook("account", text, g.book.id)
    return account

"""Net worth in words and charts: groups, by what an account is counted, and the path of the months."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import g, url_for

from app.domain.books import BookKind
from app.domain.worth import OWED, Change, Group
from app.queries.goals import LEAST_MONTHS, GoalView
from app.queries.net_worth import Basis, Line, Point
from app.web.charts import Chart
from app.web.formats import book_currency, long_day, money, short_month
from app.web.navigation import has_page

NAMES = {
    Group.CASH: "Cash and bank",
    Group.SCHEMES: "Deposits and schemes",
    Group.INVESTMENTS: "Investments",
    Group.PROPERTY: "Property and gold",
    Group.RECEIVABLES: "Owed to you",
    Group.CARDS: "Cards",
    Group.LOANS: "Loans",
    Group.BILLS: "Bills and tax",
}


CERTAIN, SURE = 1000, 10
"""Per mille, and how near to the ends nobody should say a figure."""


@dataclass(frozen=True, slots=True)
class Section:
    """A group of a statement: its accounts, and their sum said positive."""

    name: str
    lines: tuple[Line, ...]
    total_minor: int
    paint: int
    sign: int

    @property
    def value(self) -> int:
        """Its length in a bar of shares; what is overdrawn has none."""
        return max(self.total_minor, 0)


@dataclass(frozen=True, slots=True)
class Part:
    """A cause of a change, with where it opens to. Parts of the one above are `inner`."""

    name: str
    minor: int
    url: str | None = None
    note: str = ""
    inner: bool = False


def sections(lines: Sequence[Line], *, owed: bool) -> list[Section]:
    """The groups of one side that hold anything, the accounts of each with the largest first."""
    found: list[Section] = []
    sign = -1 if owed else 1
    for group in Group:
        its = [line for line in lines if line.group == group]
        if its and (group in OWED) == owed:
            its.sort(key=lambda line: (-abs(line.value_minor), line.account.name.casefold()))
            total = sign * sum(line.value_minor for line in its)
            found.append(Section(NAMES[group], tuple(its), total, len(found) + 1, sign))
    return found


def counted(line: Line) -> str:
    """By what an account is counted, in a few words; nothing when it is simply what was entered."""
    is_foreign = line.account.currency != book_currency()
    if line.basis == Basis.VALUATION:
        valued = line.property.valuations[-1:] if line.property else ()
        if line.property and line.property.sold_on:
            return f"sold on {long_day(line.property.sold_on)}"
        return f"valued on {long_day(valued[0].on)}" if valued else "at cost"
    if line.basis == Basis.BOOKS and is_foreign:
        return f"in {book_currency()} as entered: no exchange rate"
    return {
        Basis.ACCRUED: "with interest to today",
        Basis.PRICE: "at the last price",
        Basis.COST: "at cost: no price",
        Basis.RATE: "at the last exchange rate",
    }.get(line.basis, "")


def opens(line: Line) -> str:
    """Where an account opens to: its property's page, or its entries."""
    if line.property:
        return url_for("net_worth.property_page", property_id=line.property.id)
    return url_for(f"{ledger()}.transactions", account=line.account.id)


def ledger() -> str:
    """The blueprint of the book's transactions."""
    return "business_ledger" if g.book.kind == BookKind.BUSINESS else "ledger"


def parts_of(change: Change, first: Point | None, last: Point) -> list[Part]:
    """The causes of a change in the order of a sentence: those that are nothing are left out, except what was saved."""
    moved, growth = change.moved, change.growth
    span: dict[str, Any] = {"to": last.on} | ({"from": first.on.replace(day=1)} if first else {})
    entries = url_for(f"{ledger()}.transactions", **span)
    parts = [Part("Saved", moved.saved_minor, entries, "income less spending")]
    split = [
        Part("Repaid on loans", moved.repaid_minor, _page("loans"), inner=True),
        Part("Borrowed", -moved.borrowed_minor, _page("loans"), inner=True),
        Part("Cards and bills paid off, less new ones", moved.cleared_minor, inner=True),
    ]
    if any(each.minor for each in split):
        kept = Part("Kept as money, deposits and things", moved.kept_minor, inner=True)
        parts += [kept, *(each for each in split if each.minor)]
    parts += [
        each
        for each in (
            Part("Opening balances", moved.opening_minor, _page("accounts"), "brought in, not saved"),
            Part("Market", growth.market_minor, _page("investments"), "prices of what you hold"),
            Part("Interest accrued", growth.interest_minor, _page("schemes"), "earned by deposits, not paid out yet"),
            Part("Valuations", growth.valuation_minor, note="property, against what it cost"),
            Part("Exchange rates", growth.exchange_minor, _page("prices"), "money in other currencies"),
        )
        if each.minor
    ]
    return parts


PAGES = {
    "investments": "investments.holdings",
    "prices": "investments.prices",
    "schemes": "schemes.schemes",
    "accounts": "accounts.accounts",
}


def _page(name: str) -> str | None:
    endpoint = PAGES.get(name) or ("business_loans.loans" if g.book.kind == BookKind.BUSINESS else "loans.loans")
    return url_for(endpoint) if has_page(endpoint) else None


def worth_chart(points: Sequence[Point]) -> Chart:
    """Net worth at the end of each month, with what is owned and owed in its table."""
    values = [each.worth_minor for each in points]
    return Chart(
        "area",
        f"Net worth went from {money(values[0], decimals=False)} at the end of {short_month(points[0].on)} to {money(values[-1], decimals=False)} on {long_day(points[-1].on)}."
        if points
        else "No entries yet.",
        {
            "labels": [short_month(each.on) for each in points],
            "values": values,
            "name": "Net worth",
            "currency": book_currency(),
        },
        ("End of", "Net worth", "Owned", "Owed"),
        tuple(
            (
                short_month(each.on),
                *(money(minor, decimals=False) for minor in (each.worth_minor, each.own_minor, each.owe_minor)),
            )
            for each in reversed(points)
        ),
    )


def chance_in_words(view: GoalView) -> str:
    """How likely a goal is, as far as anybody can say."""
    if view.is_reached:
        return "reached"
    if view.is_over:
        return "its day has passed"
    if view.chance is None:
        return f"not enough history: {view.history} of {LEAST_MONTHS} whole months"
    if view.chance < SURE:
        return "less than 1%"
    return "more than 99%" if view.chance > CERTAIN - SURE else f"about {round(view.chance / 10)}%"

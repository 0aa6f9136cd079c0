"""Where one can go from a page: the sidebar, the bottom bar and the book switcher."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import Flask, current_app, g, request, url_for

from app.domain.books import BookKind, Role

ICONS = {BookKind.PERSONAL: "person-fill", BookKind.BUSINESS: "shop"}


@dataclass(frozen=True, slots=True)
class Place:
    """A page in the navigation, by endpoint for each kind of book."""

    label: str
    icon: str
    endpoints: dict[BookKind, str]
    short: str = ""

    def endpoint(self) -> str | None:
        """The page for the current book, when the application has it."""
        name = self.endpoints.get(g.book.kind)
        return name if name in current_app.view_functions else None


def _both(endpoint: str) -> dict[BookKind, str]:
    return dict.fromkeys(BookKind, endpoint)


HOME = Place(
    "Dashboard", "grid-1x2", {BookKind.PERSONAL: "personal.dashboard", BookKind.BUSINESS: "business.dashboard"}, "Home"
)
TRANSACTIONS = Place(
    "Transactions",
    "arrow-left-right",
    {BookKind.PERSONAL: "ledger.transactions", BookKind.BUSINESS: "business_ledger.transactions"},
    "Activity",
)
ADD = Place(
    "Add transaction",
    "plus-lg",
    {BookKind.PERSONAL: "ledger.new_transaction", BookKind.BUSINESS: "business_ledger.new_transaction"},
    "Add",
)
ACCOUNTS = Place("Accounts", "wallet2", _both("accounts.accounts"))
CATEGORIES = Place("Categories", "tags", _both("accounts.categories"))
RECEIPTS = Place("Receipts", "receipt", _both("receipts.gallery"))
BUDGET = Place("Budget", "sliders", _both("budget.planner"))
INSIGHTS = Place("Insights", "lightbulb", _both("insights.alerts"))
RECURRING = Place("Recurring", "arrow-repeat", _both("recurring.schedules"))
SALARY = Place("Salary", "briefcase", {BookKind.PERSONAL: "salary.overview"})
LOANS = Place("Loans", "bank2", {BookKind.PERSONAL: "loans.loans", BookKind.BUSINESS: "business_loans.loans"})
SCHEMES = Place("Fixed schemes", "safe2", _both("schemes.schemes"))
INVESTMENTS = Place("Investments", "graph-up-arrow", _both("investments.holdings"))
NET_WORTH = Place("Net worth", "layers", _both("net_worth.overview"))
TAX = Place("Tax", "percent", {BookKind.PERSONAL: "tax.estimator"})
CREDIT = Place("Credit", "speedometer2", {BookKind.PERSONAL: "credit.overview"})
IMPORTS = Place("Import statements", "upload", _both("imports.overview"), "Import")
SETTINGS = Place("Settings", "gear", _both("settings.overview"))

GROUPS = (
    ("", (HOME, TRANSACTIONS, RECEIPTS, BUDGET, INSIGHTS)),
    ("Wealth", (NET_WORTH, INVESTMENTS, SCHEMES, LOANS, CREDIT)),
    ("Plan", (RECURRING, SALARY, TAX, ACCOUNTS, CATEGORIES)),
)
FOOT = (IMPORTS, SETTINGS)
TABS = (HOME, TRANSACTIONS, ADD, IMPORTS, INSIGHTS)


PLACES = (ADD, *(place for _, places in GROUPS for place in places), *FOOT)


@dataclass(frozen=True, slots=True)
class Item:
    """A link, ready to draw."""

    label: str
    icon: str
    url: str
    current: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Links under one heading."""

    label: str
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BookLink:
    """A book in the switcher. Its address keeps the page when the other book has it."""

    id: int
    name: str
    kind: BookKind
    icon: str
    url: str
    current: bool
    is_shared: bool  # somebody else's: the reader is not its owner


def nav_items() -> list[Group]:
    """The sidebar's groups."""
    groups = (Group(label, list(_items(places))) for label, places in GROUPS)
    return [group for group in groups if group.items]


def nav_foot() -> list[Item]:
    """The sidebar's foot."""
    return list(_items(FOOT))


def tab_items() -> list[Item]:
    """The phone's bottom bar: home, activity and add come first."""
    return list(_items(TABS, short=True))


def books() -> list[BookLink]:
    """The books to switch to."""
    return [
        BookLink(
            book.id,
            book.name,
            book.kind,
            ICONS[book.kind],
            _same_page(book.kind, book.id),
            g.book is not None and book.id == g.book.id,
            book.role is not Role.OWNER,
        )
        for book in g.books
        if not book.is_archived or (g.book and book.id == g.book.id)
    ]


def has_page(endpoint: str) -> bool:
    """Whether the application has a page, for links to parts that are built later or left out."""
    return endpoint in current_app.view_functions


def home_url() -> str:
    """The dashboard of the current book, or of the first one."""
    book = g.get("book") or next(iter(g.get("books") or []), None)
    return url_for(HOME.endpoints[book.kind], book=book.id) if book else url_for("settings.books")


def _items(places: tuple[Place, ...], *, short: bool = False) -> Iterator[Item]:
    for place in places:
        if endpoint := place.endpoint():
            label = place.short or place.label if short else place.label
            yield Item(
                label,
                place.icon,
                url_for(endpoint),
                _is_here(endpoint),
                g.get("nav_counts", {}).get(endpoint),
            )


def _is_here(endpoint: str) -> bool:
    """Whether the page is this place, or lies inside it: a page of the same blueprint that is no other place itself."""
    if request.endpoint == endpoint:
        return True
    places = {name for place in PLACES for name in place.endpoints.values()}
    siblings = {name for name in places - set(ADD.endpoints.values()) if name.partition(".")[0] == request.blueprint}
    return request.endpoint not in places and siblings == {endpoint}


def _same_page(kind: BookKind, book_id: int) -> str:
    for place in PLACES:
        if request.endpoint in place.endpoints.values() and place.endpoints.get(kind) in current_app.view_functions:
            return url_for(place.endpoints[kind], book=book_id)
    return url_for(HOME.endpoints[kind], book=book_id)


def init_app(app: Flask) -> None:
    """Hand the functions to Jinja."""
    app.jinja_env.globals.update(
        nav_items=nav_items, nav_foot=nav_foot, tab_items=tab_items, books=books, home_url=home_url, has_page=has_page
    )

"""The accounts and categories that a new book starts with: a sensible Indian set for a household and for a small firm."""

from dataclasses import dataclass

from app.domain.books import AccountKind, BookKind, Need, Subtype


@dataclass(frozen=True, slots=True)
class StarterAccount:
    """An account of a new book. `parent` is the name of another starter of the same kind."""

    name: str
    kind: AccountKind
    subtype: Subtype
    icon: str
    colour: int
    need: Need = Need.NONE
    parent: str | None = None


def _money(name: str, subtype: Subtype, icon: str, colour: int) -> StarterAccount:
    return StarterAccount(name, AccountKind.ASSET, subtype, icon, colour)


def _income(*rows: tuple[str, str, int]) -> tuple[StarterAccount, ...]:
    return tuple(
        StarterAccount(name, AccountKind.INCOME, Subtype.CATEGORY, icon, colour) for name, icon, colour in rows
    )


def _expense(need: Need, *rows: tuple[str, str, int], parent: str | None = None) -> tuple[StarterAccount, ...]:
    return tuple(
        StarterAccount(name, AccountKind.EXPENSE, Subtype.CATEGORY, icon, colour, need, parent)
        for name, icon, colour in rows
    )


OPENING = StarterAccount("Opening balances", AccountKind.EQUITY, Subtype.OPENING, "journal", 8)

PERSONAL = (
    OPENING,
    _money("Bank account", Subtype.BANK, "bank", 1),
    _money("Cash", Subtype.CASH, "cash-coin", 3),
    *_income(
        ("Salary", "briefcase", 1),
        ("Interest", "percent", 3),
        ("Dividends", "graph-up", 6),
        ("Rent received", "house-door", 2),
        ("Gifts received", "gift", 4),
        ("Other income", "plus-circle", 8),
    ),
    *_expense(
        Need.ESSENTIAL,
        ("Rent", "house", 1),
        ("Groceries", "basket", 4),
        ("Utilities", "lightning-charge", 5),
        ("Transport", "bus-front", 6),
        ("Health", "heart-pulse", 7),
        ("Insurance", "shield-check", 3),
        ("Education", "mortarboard", 2),
        ("Household help", "person-workspace", 3),
        ("Home and repairs", "tools", 2),
        ("Children", "balloon", 4),
    ),
    *_expense(Need.ESSENTIAL, ("Fuel", "fuel-pump", 6), ("Taxi and auto", "taxi-front", 6), parent="Transport"),
    *_expense(Need.ESSENTIAL, ("Electricity", "plug", 5), ("Phone and internet", "wifi", 5), parent="Utilities"),
    *_expense(
        Need.DISCRETIONARY,
        ("Dining", "cup-hot", 2),
        ("Shopping", "bag", 4),
        ("Entertainment", "film", 5),
        ("Subscriptions", "arrow-repeat", 6),
        ("Travel", "airplane", 7),
        ("Personal care", "scissors", 3),
        ("Gifts and festivals", "stars", 2),
        ("Donations", "heart", 4),
    ),
    *_expense(
        Need.NONE,
        ("Loan interest", "bank2", 7),
        ("Taxes", "receipt-cutoff", 8),
        ("Fees and charges", "cash-stack", 8),
        ("Other spending", "three-dots", 8),
    ),
)

BUSINESS = (
    OPENING,
    _money("Current account", Subtype.BANK, "bank", 1),
    _money("Cash", Subtype.CASH, "cash-coin", 3),
    *_income(
        ("Sales", "shop", 1),
        ("Services", "briefcase", 3),
        ("Interest", "percent", 6),
        ("Other revenue", "plus-circle", 8),
    ),
    *_expense(
        Need.ESSENTIAL,
        ("Cost of goods", "box-seam", 1),
        ("Salaries and wages", "people", 2),
        ("Contractors", "person-badge", 3),
        ("Rent", "building", 4),
        ("Utilities", "lightning-charge", 5),
        ("Software", "pc-display", 6),
        ("Phone and internet", "wifi", 5),
        ("Office supplies", "paperclip", 2),
        ("Repairs", "tools", 7),
        ("Insurance", "shield-check", 3),
        ("Professional fees", "clipboard-check", 4),
        ("Freight and courier", "truck", 6),
    ),
    *_expense(
        Need.DISCRETIONARY,
        ("Marketing", "megaphone", 4),
        ("Travel", "airplane", 7),
        ("Meals", "cup-hot", 2),
        ("Training", "mortarboard", 5),
    ),
    *_expense(
        Need.NONE,
        ("Bank charges", "cash-stack", 8),
        ("Loan interest", "bank2", 7),
        ("Taxes and licences", "receipt-cutoff", 8),
        ("Other expenses", "three-dots", 8),
    ),
)

STARTERS = {BookKind.PERSONAL: PERSONAL, BookKind.BUSINESS: BUSINESS}

DEFAULT_NAMES = {BookKind.PERSONAL: "Personal", BookKind.BUSINESS: "Business"}

"""A year's tax: what a person answered, and what the books say where nothing was answered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from statistics import median_low

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from app.domain.books import AccountKind, Role, Subtype
from app.domain.fiscal_years import FiscalYear
from app.domain.periods import Month
from app.domain.scheme_kinds import SchemeKind
from app.domain.tax.answers import MAY_BE_LOSSES, Answers, name_of_gain
from app.domain.tax.set_off import YearGain
from app.domain.tax.years import GainKind
from app.domain.texts import key
from app.models.account import Account
from app.models.base import table_of
from app.models.book import Membership
from app.models.numbers import whole
from app.models.scheme import Scheme
from app.models.tax_plan import TaxPlan
from app.models.transaction import AccountMonth, Posting
from app.models.user import User
from app.queries.accounts import AccountView, accounts_of, with_parts
from app.queries.holdings import held_of, year_gains

CURRENCY = "INR"
"""The tax is India's: a book in another currency has none here."""

CATEGORIES: Mapping[str, tuple[AccountKind, tuple[str, ...]]] = {
    "salary": (AccountKind.INCOME, ("Salary",)),
    "interest": (AccountKind.INCOME, ("Interest",)),
    "dividends": (AccountKind.INCOME, ("Dividends",)),
    "let_rent": (AccountKind.INCOME, ("Rent received",)),
    "other_income": (AccountKind.INCOME, ("Other income",)),
    "rent_paid": (AccountKind.EXPENSE, ("Rent",)),
    "professional_tax": (AccountKind.EXPENSE, ("Professional tax",)),
    "tax": (AccountKind.EXPENSE, ("Income tax", "Tax deducted at source", "Taxes")),
}
"""Which categories tell which figure, with everything that stands under them."""

PARTED = {
    "savings_interest": "interest",
    "deposit_interest": "interest",
    "tax_deducted": "tax",
    "advance_paid": "tax",
}
"""Figures that share a category, by what it is called above."""

MONTHLY = frozenset({"salary", "let_rent", "rent_paid", "professional_tax", "tax_deducted"})
"""What comes every month, so that the rest of a running year can be expected."""

TAX_FREE = (SchemeKind.PPF, SchemeKind.SSY)
"""Schemes whose interest is not taxed (section 10(11) and 10(11A))."""


@dataclass(frozen=True, slots=True)
class BookFigure:
    """What the books say of one amount in a year, in minor units.

    `amount_minor` is what was posted, and in a running year `expected_months` more of `monthly_minor` each. `category_id` is
    the category with the rows, when one alone has them; `months` are those with entries. Gains come from `sales` instead.
    """

    posted_minor: int
    months: int = 0
    expected_months: int = 0
    monthly_minor: int = 0
    category_id: int | None = None
    category: str = ""
    sales: int = 0

    @property
    def amount_minor(self) -> int:
        """What the year comes to."""
        return self.posted_minor + self.expected_months * self.monthly_minor


@dataclass(frozen=True, slots=True)
class BookYear:
    """Everything the books say of a year, by the names in `answers.FROM_BOOKS`. What they do not know is not there."""

    figures: Mapping[str, BookFigure]
    tax_free_minor: int = 0
    virtual_lost_minor: int = 0
    unknown_sales: int = 0

    @property
    def amounts(self) -> dict[str, int]:
        """The amounts alone. Where more was given back than paid, nothing counts; only gains may be losses."""
        return {
            name: figure.amount_minor if name in MAY_BE_LOSSES else max(0, figure.amount_minor)
            for name, figure in self.figures.items()
        }


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose taxes a book is about."""

    user_id: int
    born_on: date | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The answers for a year, and when they were last changed: never, when `saved_at` is none."""

    answers: Answers
    saved_at: datetime | None


_PLAN = table_of(TaxPlan).c
_ANSWERS = [_PLAN[field.name] for field in fields(Answers)]


def plan_and_owner(session: Session, book_id: int, fy: FiscalYear) -> tuple[Plan, Owner]:
    """The answers of a book for a year, those of nobody when nothing was answered; and whose taxes they are about. One statement.

    Of several owners it is the one who has been here longest.
    """
    row = session.execute(
        select(User.id, User.born_on, _PLAN.updated_at, *_ANSWERS)
        .select_from(Membership)
        .join(User, User.id == Membership.user_id)
        .outerjoin(
            TaxPlan,
            (TaxPlan.book_id == Membership.book_id) & (TaxPlan.fy == str(fy)) & TaxPlan.removed_at.is_(None),
        )
        .where(Membership.book_id == book_id, Membership.role == Role.OWNER)
        .order_by(User.id)
        .limit(1)
    ).one()
    saved_at = row[2]
    return Plan(Answers(*row[3:]) if saved_at else Answers(), saved_at), Owner(row[0], row[1])


def book_year(session: Session, book_id: int, fy: FiscalYear, today: date) -> BookYear:
    """What the books say of a year: only of its own days, whatever lies before or after them. Five statements."""
    accounts = accounts_of(session, book_id)
    ids = {name: _ids(accounts, kind, names) for name, (kind, names) in CATEGORIES.items()}
    whole_months = _by_month(session, book_id, fy, ids)
    parted, tax_free = _parted(session, book_id, fy, ids)
    sources = {name: name for name in CATEGORIES if name not in PARTED.values()} | PARTED
    months = {name: parted.get(name) or whole_months.get(name) for name in sources}
    figures = {
        name: _expected(_figure(by_month, accounts, ids[sources[name]]), by_month, fy, today)
        if name in MONTHLY
        else _figure(by_month, accounts, ids[sources[name]])
        for name, by_month in months.items()
        if by_month
    }
    year = year_gains(held_of(session, book_id, CURRENCY), fy)
    lost = -sum(gain.amount_minor for gain in year.for_tax if _is_virtual_loss(gain))
    return BookYear(figures | _gains(fy, year.for_tax), tax_free, lost, len(year.unknown))


def _gains(fy: FiscalYear, gains: Iterable[YearGain]) -> dict[str, BookFigure]:
    """Gains and losses by the amount they belong to. Losses of virtual assets lower no gain: they stand apart."""
    found: dict[str, BookFigure] = {}
    for gain in gains:
        if not _is_virtual_loss(gain):
            name = name_of_gain(fy, gain.kind, gain.transferred_on)
            before = found.get(name, BookFigure(0))
            found[name] = BookFigure(before.posted_minor + gain.amount_minor, sales=before.sales + 1)
    return found


def _is_virtual_loss(gain: YearGain) -> bool:
    return gain.kind is GainKind.VIRTUAL_ASSET and gain.amount_minor < 0


def _ids(accounts: Mapping[int, AccountView], kind: AccountKind, names: Iterable[str]) -> list[int]:
    wanted = {key(name) for name in names}
    tops = [each.id for each in accounts.values() if each.kind == kind and key(each.name) in wanted]
    return sorted({part for top in tops for part in with_parts(accounts, top)})


def _by_month(
    session: Session, book_id: int, fy: FiscalYear, ids: Mapping[str, Sequence[int]]
) -> dict[str, dict[Month, int]]:
    """What came in (or went out, for expenses) in each month of the year, from the kept totals."""
    names = {each: name for name, some in ids.items() for each in some}
    found: dict[str, dict[Month, int]] = {name: {} for name in ids}
    rows = session.execute(
        select(
            AccountMonth.account_id,
            AccountMonth.month,
            AccountMonth.base_debit_minor,
            AccountMonth.base_credit_minor,
        ).where(
            AccountMonth.book_id == book_id,
            AccountMonth.account_id.in_(names),
            AccountMonth.month >= fy.first,
            AccountMonth.month <= fy.last,
        )
    )
    for account_id, first, debit, credit in rows:
        name = names[account_id]
        moved = credit - debit if CATEGORIES[name][0] == AccountKind.INCOME else debit - credit
        by_month, month = found[name], Month.of(first)
        by_month[month] = by_month.get(month, 0) + moved
    return found


def _parted(
    session: Session, book_id: int, fy: FiscalYear, ids: Mapping[str, Sequence[int]]
) -> tuple[dict[str, dict[Month, int]], int]:
    """Interest of deposits apart from that of bank accounts, tax held back from income apart from tax paid; and tax-free interest."""
    leg, other = aliased(Posting), aliased(Posting)

    def beside(*what: ColumnElement[bool]) -> ColumnElement[bool]:
        return (
            select(other.id)
            .join(Account, (Account.book_id == other.book_id) & (Account.id == other.account_id))
            .where(other.book_id == leg.book_id, other.transaction_id == leg.transaction_id, *what)
            .exists()
        )

    free = select(Scheme.account_id).where(Scheme.book_id == book_id, Scheme.kind.in_(TAX_FREE))
    legs = (
        select(
            leg.account_id,
            leg.occurred_on,
            leg.base_minor,
            beside(Account.kind == AccountKind.INCOME).label("has_income"),
            beside(Account.subtype == Subtype.DEPOSIT).label("has_deposit"),
            beside(Account.id.in_(free)).label("is_free"),
        )
        .where(
            leg.book_id == book_id,
            leg.account_id.in_([*ids["interest"], *ids["tax"]]),
            leg.occurred_on >= fy.first,
            leg.occurred_on <= fy.last,
        )
        .subquery()
    )
    days = legs.c
    rows = session.execute(
        select(
            days.account_id,
            days.occurred_on,
            days.has_income,
            days.has_deposit,
            days.is_free,
            func.sum(days.base_minor),
        ).group_by(days.account_id, days.occurred_on, days.has_income, days.has_deposit, days.is_free)
    )
    found: dict[str, dict[Month, int]] = {}
    tax_free = 0
    of_interest = set(ids["interest"])
    for account_id, day, has_income, has_deposit, is_free, total in rows:
        amount = whole(total)
        if account_id not in of_interest:
            name = "tax_deducted" if has_income else "advance_paid"
        elif is_free:
            tax_free -= amount
            continue
        else:
            name, amount = ("deposit_interest" if has_deposit else "savings_interest"), -amount
        by_month, month = found.setdefault(name, {}), Month.of(day)
        by_month[month] = by_month.get(month, 0) + amount
    return found, tax_free


def _figure(by_month: Mapping[Month, int], accounts: Mapping[int, AccountView], ids: Sequence[int]) -> BookFigure:
    tops = [accounts[each] for each in ids if accounts[each].parent_id not in ids]
    category = tops[0] if len(tops) == 1 else None
    return BookFigure(
        sum(by_month.values()),
        len(by_month),
        category_id=category.id if category else None,
        category=category.name if category else "",
    )


def _expected(figure: BookFigure, by_month: Mapping[Month, int], fy: FiscalYear, today: date) -> BookFigure:
    """With the months that a running year still has, each taken to bring what the middle one of the others brought."""
    brought = [amount for amount in by_month.values() if amount > 0]
    if today not in fy or not brought:
        return figure
    months = (Month.of(fy.first).shift(number) for number in range(12))
    waiting = sum(1 for month in months if month >= Month.of(today) and not by_month.get(month))
    return replace(figure, expected_months=waiting, monthly_minor=median_low(brought))

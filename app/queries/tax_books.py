"""What the books say of a year's tax, where a person said nothing else: pay, interest, rent, gains, and tax that was paid."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from statistics import median_low

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from app.domain.books import AccountKind, Subtype
from app.domain.fiscal_years import FiscalYear
from app.domain.periods import Month
from app.domain.salaries import Part
from app.domain.salary_years import PayState, PlannedMonth
from app.domain.scheme_kinds import SchemeKind
from app.domain.tax.answers import MAY_BE_LOSSES, name_of_gain
from app.domain.tax.set_off import YearGain
from app.domain.tax.years import GainKind
from app.domain.texts import key
from app.models.account import Account
from app.models.numbers import whole
from app.models.scheme import Scheme
from app.models.transaction import AccountMonth, Posting
from app.queries.accounts import AccountView, accounts_of, with_parts
from app.queries.holdings import held_of, year_gains
from app.queries.salaries import Job, jobs_of, year_of

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

    `amount_minor` is what was posted in `months`, and what `expected_months` of a running year will bring. `category_id` is the
    category with the rows, when one alone has them. Gains come from `sales`, and what `is_pay` from the plan of a job.
    """

    posted_minor: int
    months: int = 0
    expected_months: int = 0
    expected_minor: int = 0
    category_id: int | None = None
    category: str = ""
    sales: int = 0
    is_pay: bool = False

    @property
    def amount_minor(self) -> int:
        """What the year comes to."""
        return self.posted_minor + self.expected_minor


@dataclass(frozen=True, slots=True)
class BookYear:
    """Everything the books say of a year, by the names in `answers.FROM_BOOKS`. What they do not know is not there."""

    figures: Mapping[str, BookFigure]
    tax_free_minor: int = 0
    virtual_lost_minor: int = 0
    unknown_sales: int = 0
    is_in_metro: bool = False
    born_on: date | None = None

    @property
    def amounts(self) -> dict[str, int]:
        """The amounts alone. Where more was given back than paid, nothing counts; only gains may be losses."""
        return {
            name: figure.amount_minor if name in MAY_BE_LOSSES else max(0, figure.amount_minor)
            for name, figure in self.figures.items()
        }


def book_year(session: Session, book_id: int, fy: FiscalYear, today: date) -> BookYear:
    """What the books say of a year: only of its own days, whatever lies before or after them. At most ten statements."""
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
    pay = _pay(jobs_of(session, book_id), fy)
    told = figures | _gains(fy, year.for_tax) | _told_by_jobs(pay, figures)
    return BookYear(told, tax_free, lost, len(year.unknown), pay.is_in_metro, pay.born_on)


@dataclass(slots=True)
class _Pay:
    """What the plans of all jobs say of a year, in minor units, by the names of amounts."""

    posted: dict[str, int] = field(default_factory=dict)
    expected: dict[str, int] = field(default_factory=dict)
    months: int = 0
    expected_months: int = 0
    in_books_minor: int = 0
    tax_in_books_minor: int = 0
    is_in_metro: bool = False
    born_on: date | None = None

    def add(self, name: str, minor: int, *, is_expected: bool = False) -> None:
        sums = self.expected if is_expected else self.posted
        sums[name] = sums.get(name, 0) + minor


_LINES = {
    "basic": (Part.BASIC, Part.DEARNESS),
    "rent_allowance": (Part.RENT,),
    "other_exempt": (Part.OLD_EXEMPT,),
    "professional_tax": (Part.PROFESSIONAL_TAX,),
    "savings": (Part.PROVIDENT,),
    "tax_deducted": (Part.TAX,),
}


def _pay(jobs: Iterable[Job], fy: FiscalYear) -> _Pay:
    """The year of every job that has one: what was paid, and the pay days to come."""
    found = _Pay()
    for job in jobs:
        plan = year_of(job, fy).plan
        paid = [each for each in plan.months if each.is_paid] if plan else []
        if not plan or not paid:
            continue
        for name, minor in (
            ("salary", plan.before.gross_minor),
            ("savings", plan.before.provident_minor),
            ("tax_deducted", plan.before.tax_minor),
        ):
            found.add(name, minor)
        found.in_books_minor += plan.before.gross_minor
        for each in paid:
            _add_month(found, job, each)
        said = job.revision_in(paid[-1].month).terms
        for name, minor in (
            ("savings", said.declared.savings_minor),
            ("own_pension", said.declared.pension_minor),
            ("health_family", said.declared.health_minor),
            ("own_house_interest", said.declared.home_interest_minor),
        ):
            found.add(name, minor)
        found.is_in_metro |= said.is_in_metro
        found.born_on = found.born_on or job.born_on
    return found


def _add_month(found: _Pay, job: Job, each: PlannedMonth) -> None:
    to_come = each.state in {PayState.EXPECTED, PayState.WAITING}
    found.add("salary", each.pay.taxable_minor, is_expected=to_come)
    found.add("rent_paid", job.revision_in(each.month).terms.rent_paid_minor, is_expected=to_come)
    for name, parts in _LINES.items():
        found.add(name, each.pay.of(*parts), is_expected=to_come)
    if to_come:
        found.expected_months += 1
        return
    found.months += 1
    found.in_books_minor += each.pay.gross_minor
    if each.state is PayState.POSTED:
        found.tax_in_books_minor += each.pay.of(Part.TAX)


def _told_by_jobs(pay: _Pay, figures: Mapping[str, BookFigure]) -> dict[str, BookFigure]:
    """What the plans of jobs tell better than the categories. Pay that is in the books besides, such as a bonus, is added."""
    if not pay.months and not pay.expected_months:
        return {}
    beside = {
        "salary": _posted(figures, "salary") - pay.in_books_minor,
        "tax_deducted": _posted(figures, "tax_deducted") - pay.tax_in_books_minor,
    }
    return {
        name: BookFigure(
            pay.posted.get(name, 0) + max(0, beside.get(name, 0)),
            pay.months,
            pay.expected_months,
            pay.expected.get(name, 0),
            is_pay=True,
        )
        for name in {*pay.posted, *pay.expected}
        if pay.posted.get(name) or pay.expected.get(name)
    }


def _posted(figures: Mapping[str, BookFigure], name: str) -> int:
    return figures[name].posted_minor if name in figures else 0


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
    return replace(figure, expected_months=waiting, expected_minor=waiting * median_low(brought))

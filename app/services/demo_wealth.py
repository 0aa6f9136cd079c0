"""What the demo's household earns, owes, saves and plans, entered by the same services as a person's.

It is written when the household's book exists, and what its schedules bring up to today is posted by the runner itself.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select

from app.domain.books import Direction
from app.domain.credit_factors import CreditKind
from app.domain.credit_scores import Score
from app.domain.demo import RUPEE
from app.domain.demo_household import BANK, CARD, RENT
from app.domain.investments import AssetClass, EventKind, TaxedAs
from app.domain.loan_plans import LoanStart, Terms
from app.domain.money import INDIAN
from app.domain.periods import Month
from app.domain.recurrence import Frequency, Rule
from app.domain.salaries import OWN_STATE, PayTerms, ProvidentMode, TaxMode
from app.domain.scheme_kinds import SchemeKind
from app.domain.tax.years import known_years
from app.domain.worth import GoalBasis, PropertyKind
from app.models.account import Account
from app.services.credit import AccountFacts, add_account_facts, add_score
from app.services.deps import Deps
from app.services.goals import GoalCommand, add_goal
from app.services.holdings import EventCommand, HoldingCommand, add_event, add_holding
from app.services.investment_plans import PlanCommand, add_plan
from app.services.loans import LoanCommand, add_loan
from app.services.own_schedules import OwnSchedule, make_schedule
from app.services.prices import import_prices
from app.services.recurring import run_due
from app.services.salaries import RevisionCommand, SalaryCommand, add_revision, add_salary
from app.services.scheme_terms import SchemeCommand
from app.services.schemes import add_scheme, pay_in
from app.services.transactions import Line, TransactionCommand
from app.services.valuations import PropertyCommand, ValuationCommand, add_property, add_valuation

MONTHLY = Rule(Frequency.MONTHLY, is_clamped=True)
GROSS = 130_000
RAISE = Decimal("1.09")
PAID_BEFORE = 6
"""Instalments of the car loan that were paid when the book begins, the last one in its first month."""


HELD = (
    ("Nifty 50 index fund", "120716", AssetClass.EQUITY_FUND, TaxedAs.EQUITY_FUND, "5200.125", "182.4400"),
    ("Infosys", "INFY", AssetClass.STOCK, TaxedAs.LISTED_EQUITY, "40", "1462.35"),
    ("Gold ETF", "GOLDBEES", AssetClass.GOLD, TaxedAs.LISTED_OTHER, "900", "61.20"),
)
"""What was held when the book began: name, symbol, kind, tax, quantity, price."""


@dataclass(frozen=True, slots=True)
class Wealth:
    """Whose book it is, and between which days it is told."""

    book_id: int
    user_id: int
    currency: str
    first_day: date
    last_day: date
    accounts: dict[str, int]
    chance: Random

    @property
    def months(self) -> list[Month]:
        """From the first day's month to the last day's, oldest first."""
        first, last = Month.of(self.first_day), Month.of(self.last_day)
        return last.last_months((last.year - first.year) * 12 + last.number - first.number + 1)

    @property
    def is_indian(self) -> bool:
        """Whether taxes and savings schemes of India fit."""
        return self.currency == "INR"


def add_wealth(
    book_id: int, user_id: int, *, currency: str, first_day: date, last_day: date, seed: int, deps: Deps
) -> None:
    """Fill a household's book, and settle every date that has come."""
    rows = deps.session.execute(select(Account.name, Account.id).where(Account.book_id == book_id))
    told = Wealth(book_id, user_id, currency, first_day, last_day, dict(rows.all()), Random(seed))
    _salary(told, deps)
    _car(told, deps)
    _deposits(told, deps)
    _investments(told, deps)
    _plans(told, deps)
    _schedules(told, deps)
    _credit(told, deps)
    run_due(book_id=book_id, deps=deps)


def _pay(told: Wealth, month: Month) -> PayTerms:
    raises = sum(1 for each in told.months[1:] if each.number == 4 and each <= month)  # noqa: PLR2004 - pay rises in April
    gross = round(GROSS * RAISE**raises, -2) * RUPEE
    basic, rent = int(gross) // 2, int(gross) // 5
    pay = PayTerms(basic, rent_allowance_minor=rent, special_minor=int(gross) - basic - rent)
    if not told.is_indian:
        return pay
    is_known = told.last_day <= max(known_years()).last
    return replace(
        pay,
        provident=ProvidentMode.CAPPED,
        state=OWN_STATE,
        own_professional_tax_minor=200 * RUPEE,
        tax=TaxMode.PLAN if is_known else TaxMode.OWN,
        own_tax_minor=0 if is_known else 9_000 * RUPEE,
        rent_paid_minor=RENT * RUPEE,
    )


def _salary(told: Wealth, deps: Deps) -> None:
    command = SalaryCommand(
        told.book_id, told.user_id, "Lumen Systems", told.accounts[BANK], told.first_day, posts_past=True, born_on=date(1992, 5, 14)
    )  # fmt: skip
    salary_id = add_salary(command, _pay(told, told.months[0]), deps=deps)
    for month in told.months[1:]:
        if month.number == 4:  # noqa: PLR2004 - pay rises in April
            revision = RevisionCommand(told.book_id, told.user_id, month, _pay(told, month), "Yearly raise")
            add_revision(salary_id, revision, deps=deps)


def _car(told: Wealth, deps: Deps) -> None:
    first_on = Month.of(told.first_day).shift(1 - PAID_BEFORE).up_to(5)
    terms = Terms(750_000 * RUPEE, Decimal("0.0895"), 60, first_on, 5)
    command = LoanCommand(
        told.book_id, told.user_id, "Car loan", "Kotak Mahindra Prime", terms, LoanStart.PAID, told.accounts[BANK], paid_count=PAID_BEFORE
    )  # fmt: skip
    add_loan(command, deps=deps)
    car = PropertyCommand(
        told.book_id, told.user_id, "Car", PropertyKind.VEHICLE, 890_000 * RUPEE, told.first_day, notes="Hatchback, bought new"
    )  # fmt: skip
    car_id = add_property(car, deps=deps)
    for years, worth in ((1, 760_000), (2, 655_000)):
        day = told.first_day + timedelta(days=365 * years)
        if day <= told.last_day:
            found = ValuationCommand(told.book_id, told.user_id, day, worth * RUPEE, "Price of the same model, used")
            add_valuation(car_id, found, deps=deps)


def _deposits(told: Wealth, deps: Deps) -> None:
    bank = told.accounts[BANK]
    soon = told.last_day + timedelta(days=17)
    opened = Month.of(soon).shift(-12).up_to(soon.day)
    fixed = SchemeCommand(
        told.book_id, told.user_id, SchemeKind.FD, "Fixed deposit", opened, institution="HDFC Bank", number_end="4471", tenor_months=12,
        principal_minor=150_000 * RUPEE, rate=Decimal("0.0725"), from_account_id=bank, payout_account_id=bank,
    )  # fmt: skip
    add_scheme(fixed, deps=deps)
    if not told.is_indian:
        return
    fund = SchemeCommand(
        told.book_id, told.user_id, SchemeKind.PPF, "Public Provident Fund", date(told.first_day.year - 7, 6, 10), institution="SBI",
        rate=Decimal("0.071"), is_taken_over=True, counted_on=told.first_day, principal_minor=640_000 * RUPEE, from_account_id=bank,
        payout_account_id=bank,
    )  # fmt: skip
    fund_id = add_scheme(fund, deps=deps)
    for month in told.months[1:]:
        if month.number == 4:  # noqa: PLR2004 - before the 5th, so that April earns
            pay_in(
                told.book_id, fund_id, amount_minor=60_000 * RUPEE, day=month.up_to(3), from_account_id=bank, user_id=told.user_id, deps=deps
            )  # fmt: skip


def _investments(told: Wealth, deps: Deps) -> None:
    index, shares, gold = (
        add_holding(
            HoldingCommand(told.book_id, told.user_id, name, symbol, asset_class, taxed_as, told.currency),
            EventCommand(EventKind.BUY, told.first_day, Decimal(quantity), Decimal(price)),
            deps=deps,
        )
        for name, symbol, asset_class, taxed_as, quantity, price in HELD
    )
    prices = {
        index: _walk(told, "182.4400", 0.012, 0.02),
        shares: _walk(told, "1462.35", 0.014, 0.035),
        gold: _walk(told, "61.20", 0.018, 0.025),
    }
    for holding_id, walk in prices.items():
        lines = "".join(f"{day.isoformat()},{price}\n" for day, price in walk.items())
        import_prices(
            told.book_id, f"date,price\n{lines}", holding_id=holding_id, style=INDIAN, user_id=told.user_id, deps=deps
        )
    bank = told.accounts[BANK]
    for month in told.months[1::3]:
        day = month.up_to(10)
        if day <= told.last_day:
            price = prices[index][month.first]
            units = (Decimal(45_000) / price).quantize(Decimal("0.001"))
            bought = EventCommand(EventKind.BUY, day, units, price, account_id=bank)
            add_event(index, bought, book_id=told.book_id, user_id=told.user_id, deps=deps)
    sold_in = told.months[-4]
    sold = EventCommand(
        EventKind.SELL, sold_in.up_to(14), Decimal(15), prices[shares][sold_in.first], fee_minor=4_250, account_id=bank
    )
    add_event(shares, sold, book_id=told.book_id, user_id=told.user_id, deps=deps)
    paid = EventCommand(EventKind.DIVIDEND, told.months[-5].up_to(19), amount_minor=92_000, account_id=bank)
    add_event(shares, paid, book_id=told.book_id, user_id=told.user_id, deps=deps)
    following = Month.of(told.last_day).next().up_to(10)
    plan = PlanCommand(told.book_id, told.user_id, index, bank, 15_000 * RUPEE, MONTHLY, following)
    add_plan(plan, deps=deps)


def _walk(told: Wealth, first: str, growth: float, spread: float) -> dict[date, Decimal]:
    """A price on the first of each month and on the last day, wandering upwards."""
    price = Decimal(first)
    walk = {}
    for day in (*(month.first for month in told.months), told.last_day):
        walk[day] = price
        price = (price * Decimal(str(1 + told.chance.gauss(growth, spread)))).quantize(price)
    return walk


def _plans(told: Wealth, deps: Deps) -> None:
    by = told.last_day
    home = GoalCommand(
        told.book_id, told.user_id, "Down payment for a flat", 2_500_000 * RUPEE, date(by.year + 3, by.month, 1), GoalBasis.SAVINGS, told.first_day
    )  # fmt: skip
    add_goal(home, deps=deps)


def _schedules(told: Wealth, deps: Deps) -> None:
    """What the household has made recurring so far; other repetitions wait to be found."""
    following = Month.of(told.last_day).next()
    bills = (
        ("Rent", "Rent", "Suresh Nair", 34_200, following.up_to(2), BANK, True),
        ("Term cover", "Insurance", "HDFC Life", 2_184, following.up_to(3), BANK, True),
        ("Netflix", "Subscriptions", "Netflix", 649, following.up_to(9), CARD, True),
        ("Electricity", "Electricity", "BESCOM", 1_600, told.last_day - timedelta(days=1), BANK, False),
    )
    for name, category, payee, rupees, first_on, account, is_automatic in bills:
        minor = rupees * RUPEE
        command = TransactionCommand(
            told.book_id, told.user_id, Direction.OUT, first_on, told.accounts[account], minor, (Line(told.accounts[category], minor),), payee=payee
        )  # fmt: skip
        wanted = OwnSchedule(name, MONTHLY, first_on, command, is_automatic=is_automatic, posts_past=not is_automatic)
        make_schedule(wanted, deps=deps)


def _credit(told: Wealth, deps: Deps) -> None:
    """Scores that were asked for now and then, and what is known of the card and the loan."""
    for back, score in ((14, 738), (8, 752), (2, 771)):
        seen = Score(Month.of(told.last_day).shift(-back).up_to(12), "CIBIL", score)
        add_score(told.book_id, seen, user_id=told.user_id, deps=deps)
    owned = dict(deps.session.execute(select(Account.name, Account.id).where(Account.book_id == told.book_id)).all())
    for kind, name, limit, years in ((CreditKind.CARD, CARD, 200_000, 6), (CreditKind.LOAN, "Car loan", None, 2)):
        facts = AccountFacts(
            kind, name, owned[name], limit_minor=limit * RUPEE if limit else None, late=0,
            opened_on=told.first_day.replace(year=told.last_day.year - years, day=1),
        )  # fmt: skip
        add_account_facts(told.book_id, facts, user_id=told.user_id, deps=deps)

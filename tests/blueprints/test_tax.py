"""The tax page as a person uses it."""

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.domain.books import Direction, Role
from app.domain.fiscal_years import FiscalYear
from app.domain.investments import AssetClass, EventKind, TaxedAs
from app.domain.salaries import PayTerms
from app.models.book import Membership
from app.queries.tax_plans import plan_and_owner
from app.queries.verification import verify_book
from app.services.deps import Deps
from app.services.holdings import EventCommand, HoldingCommand, add_holding
from app.services.recurring import run_due
from app.services.salaries import SalaryCommand, add_salary
from app.services.transactions import Line, TransactionCommand, record_transaction
from tests.blueprints.browser import Browser, shown
from tests.guards.test_budgets import MOST, statements

pytestmark = pytest.mark.sqlite_only
PAGE = "/tax_estimator"
FY = FiscalYear(2026)


@pytest.fixture
def owner(make_user: Callable[..., int]) -> int:
    return make_user(born_on=date(1990, 5, 1))


@pytest.fixture
def earn(deps: Deps, account: Callable[[int, str], int], book: int) -> Callable[..., None]:
    """Money in: `earn("Salary", 100, date(2026, 4, 1))`, in rupees."""

    def record(category: str, rupees: int, day: date, direction: Direction = Direction.IN) -> None:
        amount = rupees * 100
        line = Line(account(book, category), amount)
        cash = account(book, "Bank account")
        record_transaction(TransactionCommand(book, None, direction, day, cash, amount, (line,)), deps=deps)

    return record


def test_the_page_shows_both_regimes_from_the_books_and_writes_nothing(
    browser: Browser, earn: Callable[..., None], session: Session, book: int
) -> None:
    for month in range(4, 12):
        earn("Salary", 150_000, date(2026, month, 1))
    earn("Interest", 12_000, date(2026, 6, 30))
    earn("Interest", 90_000, date(2026, 3, 31))  # of the year before
    page = shown(browser.get(PAGE))

    assert "Income tax, 2026–27" in page
    assert "The new regime saves you ₹" in page
    assert "An estimate, not tax advice." in page
    assert "Salary, 8 months; 4 more expected, ₹6,00,000" in page
    assert "₹18,00,000" in page
    assert "₹12,000" in page
    assert "90,000" not in page
    assert "under 60" in page
    assert plan_and_owner(session, book, FY)[0].saved_at is None


def test_a_figure_written_by_a_person_stands_until_it_follows_the_books_again(
    browser: Browser, earn: Callable[..., None], session: Session, book: int
) -> None:
    earn("Salary", 900_000, date(2025, 5, 1))
    seen = {"seen": "salary=90000000", "employer": "other", "is_resident": "y"}
    same = browser.send(f"{PAGE}?fy=2025-26", seen | {"salary": "9,00,000"}, page=f"{PAGE}?fy=2025-26")
    assert same.status_code == 303
    assert plan_and_owner(session, book, FiscalYear(2025))[0].answers.salary is None

    browser.send(f"{PAGE}?fy=2025-26", seen | {"salary": "20L", "savings": "1,00,000"}, page=f"{PAGE}?fy=2025-26")
    session.rollback()
    assert plan_and_owner(session, book, FiscalYear(2025))[0].answers.salary == 200_000_000
    page = shown(browser.get(f"{PAGE}?fy=2025-26"))
    assert "You entered this; your books say ₹9,00,000" in page
    assert "₹20,00,000" in page

    browser.send(f"{PAGE}/follow-books?fy=2025-26", {"name": "salary"}, page=PAGE)
    session.rollback()
    answers = plan_and_owner(session, book, FiscalYear(2025))[0].answers
    assert (answers.salary, answers.savings) == (None, 10_000_000)
    assert verify_book(session, book).differences == ()


def test_removed_answers_come_back(browser: Browser, session: Session, book: int) -> None:
    fields = {"employer": "other", "salary": "12,00,000"}
    browser.send(PAGE, fields)
    gone = shown(browser.client.get(browser.send(f"{PAGE}/clear", page=PAGE).headers["Location"]))
    assert "Removed your answers for 2026-27." in gone
    session.rollback()
    assert plan_and_owner(session, book, FY)[0].answers.salary is None

    browser.send(f"{PAGE}/restore?fy=2026-27", page=PAGE)
    session.rollback()
    assert plan_and_owner(session, book, FY)[0].answers.salary == 120_000_000


@pytest.mark.parametrize(
    "case",
    [
        ("salary", "lots", "like"),
        ("salary", "nan", "like"),
        ("salary", "-5", "zero or more"),
        ("salary", "99999999999999999999", ""),
        ("dividends", "inf", "like"),
        ("born_on", "31.02.1990", "year-month-day"),
        ("born_on", "1850-01-01", "the day you were born"),
        ("born_on", "2026-11-21x", "year-month-day"),
        ("employer", "banana", "Choose a kind of employer."),
        ("city", "x" * 81, "at most 80"),
    ],
)
def test_bad_input_is_said_beside_its_field_and_nothing_is_saved(
    browser: Browser, session: Session, book: int, case: tuple[str, str, str]
) -> None:
    field, sent, said = case
    answer = browser.send(PAGE, {"employer": "other", "savings": "150000", field: sent})
    page = shown(answer)

    assert answer.status_code == 422
    assert "One thing to fix" in page
    assert said in page
    assert f'id="{field}-below"' in page
    if field != "employer":
        assert sent in page
    assert plan_and_owner(session, book, FY)[0].saved_at is None


@pytest.mark.parametrize(("asked", "status"), [("2022-23", 404), ("2027-28", 404), ("banana", 404), ("2025-27", 404)])
def test_an_unknown_year_is_said_with_those_that_are_known(browser: Browser, asked: str, status: int) -> None:
    answer = browser.get(f"{PAGE}?fy={asked}")

    assert answer.status_code == status
    assert "2023-24" in shown(answer)
    assert "2026-27" in shown(answer)


def test_gains_are_shown_without_any_salary_and_losses_of_crypto_are_told(browser: Browser) -> None:
    browser.send(
        PAGE,
        {
            "employer": "other",
            "is_resident": "y",
            "gain_equity_short": "6,00,000",
            "gain_virtual": "1,00,000",
            "gain_slab": "-50,000",
        },
    )
    page = shown(browser.get(PAGE))

    assert "Equity, short-term (111A)" in page
    assert "Virtual assets (115BBH)" in page
    assert "Losses took ₹50,000 off the gains" in page


def test_losses_alone_make_no_negative_tax(browser: Browser) -> None:
    browser.send(
        PAGE, {"employer": "other", "is_resident": "y", "gain_equity_short": "-6,00,000", "gain_virtual": "-4,00,000"}
    )
    page = shown(browser.get(PAGE))

    assert "In both regimes you pay" in page
    assert "Carried to later years" in page
    assert "Losses of ₹4,00,000 on crypto" in page
    assert "−₹" not in page.split("Tax on the slabs")[1].split("</table>")[0]


def test_the_age_is_that_at_the_end_of_the_year_and_unknown_without_a_birthday(
    browser: Browser, make_user: Callable[..., int], make_book: Callable[..., int], app: Flask, deps: Deps
) -> None:
    browser.send(f"{PAGE}?fy=2025-26", {"employer": "other", "is_resident": "y", "born_on": "1966-04-01"}, page=PAGE)
    assert "60 to 79" in shown(browser.get(f"{PAGE}?fy=2025-26"))

    someone = make_user("bob@example.com")
    make_book(someone)
    page = shown(Browser(app).sign_in_as(someone, deps).get(PAGE))
    assert "No date of birth is known, so an age under 60 is assumed." in page


def test_a_reader_sees_the_estimate_of_the_owner_and_cannot_change_it(
    app: Flask, deps: Deps, session: Session, make_user: Callable[..., int], book: int
) -> None:
    reader = make_user("viewer@example.com", born_on=date(1940, 1, 1))
    session.add(Membership(book_id=book, user_id=reader, role=Role.VIEWER))
    session.commit()
    browser = Browser(app).sign_in_as(reader, deps)
    page = shown(browser.get(f"{PAGE}?book={book}"))

    assert "under 60" in page
    assert "1990" not in page
    assert "Work it out" not in page
    assert "<fieldset" in page
    assert " disabled>" in page.split("<fieldset")[1].split("<legend")[0]


def test_a_book_in_another_currency_has_no_indian_tax(
    app: Flask, deps: Deps, make_user: Callable[..., int], make_book: Callable[..., int]
) -> None:
    someone = make_user("ann@example.com")
    make_book(someone, currency="USD")
    answer = Browser(app).sign_in_as(someone, deps).get(PAGE)

    assert answer.status_code == 200
    assert "This book is not in rupees" in shown(answer)


def test_the_file_has_every_step_of_both_regimes(browser: Browser) -> None:
    browser.send(
        PAGE,
        {
            "employer": "other",
            "is_resident": "y",
            "salary": "18,00,000",
            "savings": "2,00,000",
            "gain_equity_long": "3,00,000",
        },
    )
    text = browser.get(f"{PAGE}/export?fy=2026-27&format=csv").get_data(as_text=True)
    sheet = browser.get(f"{PAGE}/export?fy=2026-27&format=xlsx")
    cells = {row[1]: row[2:4] for row in csv.reader(text.splitlines()) if row[0] == "Steps"}

    assert text.startswith("\ufeffPart,Step,New regime,Old regime,Note")
    assert sheet.data.startswith(b"PK")
    assert cells["80C: savings"] == ["not allowed", "-150000.00"]
    assert cells["Gross salary"] == ["1800000.00", "1800000.00"]
    names = list(cells)
    of_tax = names[names.index("Taxable income") + 1 : names.index("Tax for the year")]
    for column, payable in enumerate(cells["Tax for the year"]):
        assert sum(Decimal(cells[name][column]) for name in of_tax) == Decimal(payable) > 0


def test_the_page_asks_the_database_a_few_things_whatever_it_shows(
    browser: Browser, deps: Deps, account: Callable[[int, str], int], book: int
) -> None:
    job = SalaryCommand(book, None, "Lumen", account(book, "Bank account"), date(2026, 4, 30), posts_past=True)
    add_salary(job, PayTerms(9_000_000), deps=deps)
    run_due(book_id=book, deps=deps)
    about = HoldingCommand(book, None, "Shares", "", AssetClass.STOCK, TaxedAs.LISTED_EQUITY, "INR")
    bought = EventCommand(EventKind.BUY, date(2026, 4, 1), Decimal(1), Decimal(100), account_id=account(book, "Cash"))
    add_holding(about, bought, deps=deps)
    browser.get(PAGE)
    with statements() as asked:
        assert browser.get(PAGE).status_code == 200

    assert len(asked) <= MOST

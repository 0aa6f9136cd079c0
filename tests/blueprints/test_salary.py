"""The salary manager in a browser: forms that keep what was typed, pages that write nothing."""

import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.domain.books import BookKind, Role
from app.domain.periods import Month
from app.domain.salaries import Part, PayItem, PayTerms, ProvidentMode, TaxMode
from app.extensions import db
from app.models.book import Membership
from app.models.salary import Salary, SalaryRevision
from app.models.transaction import Transaction
from app.queries.salaries import job_of, jobs_of
from app.queries.verification import verify_book
from app.services.deps import Deps
from app.services.recurring import run_due
from app.services.salaries import RevisionCommand, SalaryCommand, add_revision, add_salary
from tests.blueprints.browser import Browser, shown
from tests.conftest import Clock
from tests.guards.test_budgets import MOST, statements
from tests.guards.world import TOKEN

pytestmark = pytest.mark.sqlite_only
TERMS = PayTerms(6_000_000, rent_allowance_minor=2_400_000, special_minor=4_600_000, provident=ProvidentMode.FULL, state="MH", tax=TaxMode.PLAN)  # fmt: skip


@pytest.fixture
def owner(make_user: Callable[..., int]) -> int:
    return make_user(born_on=date(1990, 5, 1))


@pytest.fixture
def typed(account: Callable[[int, str], int], book: int) -> dict[str, str]:
    """The form of a new salary, filled in well."""
    return {
        "employer": "Acme Tools", "account_id": str(account(book, "Bank account")), "first_on": "2026-10-31", "is_month_end": "y",
        "is_automatic": "y", "posts_past": "y", "born_on": "1990-05-01", "basic": "60,000", "rent_allowance": "24,000",
        "special": "46,000", "provident": "full", "state": "MH", "gender": "male", "tax": "plan", "regime": "new",
        "deductions-0-name": "Canteen", "deductions-0-amount": "1,200", "allowances-0-part": "taxed", "go": "save",
    }  # fmt: skip


@pytest.fixture
def add(deps: Deps, account: Callable[[int, str], int], book: int) -> Callable[..., int]:
    def make(terms: PayTerms = TERMS, **changes: Any) -> int:
        said: dict[str, Any] = {
            "employer": "Acme Tools", "account_id": account(book, "Bank account"), "first_on": date(2026, 9, 30), "is_month_end": True,
            "posts_past": True, "born_on": date(1990, 5, 1), "user_id": None,
        } | changes  # fmt: skip
        return add_salary(SalaryCommand(book_id=book, **said), terms, deps=deps)

    return make


def figures(page: str) -> set[str]:
    return set(re.findall(r'<data[^>]* value="([^"]+)"', page))


def test_take_home_is_the_net_pay_and_not_the_gross(
    browser: Browser, typed: dict[str, str], session: Session, book: int
) -> None:
    assert "No salary yet" in shown(browser.get("/salary_manager"))
    answer = browser.send("/salary_manager/new", typed)
    page = shown(browser.get(answer.headers["Location"]))
    [job] = jobs_of(session, book)
    october = job.payments[Month(2026, 10)].posted
    slip = shown(browser.get(f"/salary_manager/{job.id}/payslips/2026-10"))

    assert answer.status_code == 303
    assert (october.gross_minor, october.of(Part.PROVIDENT), october.of(Part.PROFESSIONAL_TAX)) == (
        13_000_000,
        720_000,
        20_000,
    )
    assert october.net_minor < october.gross_minor
    assert {f"{october.net_minor / 100:.2f}", "130000.00"} <= figures(page) & figures(slip)
    assert "In the books" in page
    assert all(name in slip for name in ("Basic pay", "House rent allowance", "Canteen", "Net pay of October 2026"))  # fmt: skip
    assert verify_book(session, book).differences == ()


def test_the_net_pay_is_shown_without_saving_anything(
    browser: Browser, typed: dict[str, str], session: Session, book: int
) -> None:
    before = verify_book(session, book)
    page = shown(browser.send("/salary_manager/new", typed | {"go": "preview", "regime": "old", "savings": "5,00,000"}))

    assert "Net pay in November 2026" in page
    assert 'value="Acme Tools"' in page
    assert 'value="60,000"' in page
    assert "Old regime" in page
    session.rollback()
    assert verify_book(session, book) == before
    assert session.scalars(select(Salary.id)).all() == []


BAD = (
    ("employer", "", "Write who pays you."),
    ("employer", "x" * 121, "at most 120"),
    ("account_id", "999999", "Choose one from the list."),
    ("first_on", "2026-02-31", "Write the date as"),
    ("first_on", "1900-01-31", "Write a date between"),
    ("last_on", "2026-01-31", "cannot come before"),
    ("basic", "", "Write the basic pay"),
    ("basic", "-5", "Write an amount of zero or more."),
    ("basic", "nan", "Write the amount in figures"),
    ("basic", "9" * 30, "more than an amount can be"),
    ("born_on", "", "Write the date of birth"),
    ("first_on", "2026-10-01", "The first pay day is not the last of its month"),
    ("born_on", "2031-01-01", "Check the date of birth."),
    ("provident", "banana", "Choose one from the list."),
    ("provident", "own", "Write your own contribution."),
    ("state", "XX", "Choose a state"),
    ("state", "own", "Write the tax of a month."),
    ("tax", "own", "Write the tax held back"),
    ("gender", "banana", "Choose man or woman"),
    ("regime", "banana", "Choose the new or the old regime."),
    ("deductions-0-amount", "2,00,000", "More is taken from the pay"),
    ("deductions-0-amount", "", "Write the amount."),
    ("deductions-0-name", "", "Write what it is."),
    ("deductions-0-category_id", "999999", "Choose one from the list."),
    ("before_tax", "banana", "Write the amount in figures"),
)
"""A field, what is typed into it, and what the page says beside it."""


def test_a_bad_salary_is_refused_beside_the_field_and_nothing_is_saved(
    browser: Browser, typed: dict[str, str], session: Session
) -> None:
    found = TOKEN.search(shown(browser.get("/salary_manager/new")))
    assert found
    for field, sent, said in BAD:
        answer = browser.post("/salary_manager/new", typed | {field: sent, "csrf_token": found[1]})
        page = shown(answer)

        assert (answer.status_code, said in page) == (422, True), (field, sent)
        assert field == "employer" or "Acme Tools" in page
    session.rollback()
    assert session.scalars(select(Salary.id)).all() == []


def test_a_provident_fund_above_the_pay_is_refused(browser: Browser, typed: dict[str, str]) -> None:
    answer = browser.send("/salary_manager/new", typed | {"provident": "own", "own_provident": "1,30,001"})

    assert answer.status_code == 422
    assert "cannot take more than the pay" in shown(answer)


def test_looking_posts_nothing_however_often_and_with_two_tabs(
    *, browser: Browser, add: Callable[..., int], deps: Deps, session: Session, book: int, clock: Clock
) -> None:
    salary = add(is_automatic=False)
    run_due(book_id=book, deps=deps)
    clock.at = datetime(2026, 12, 2, tzinfo=UTC)
    pages = ["/dashboard", "/salary_manager", *(f"/salary_manager/{salary}{rest}" for rest in ("", "/plan", "/edit", "/revise", "/payslips/2026-11"))]  # fmt: skip
    assert [browser.get(page).status_code for page in pages * 2] == [200] * len(pages) * 2
    session.rollback()
    assert session.scalars(select(Transaction.id)).all() == []

    page = f"/salary_manager/{salary}/payslips/2026-09"
    first, second = (browser.send(f"{page}/post", {"occurred_on": "2026-09-30"}, page="/profile") for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert "decided about this date already" in shown(browser.get(page))
    session.rollback()
    assert len(session.scalars(select(Transaction.id)).all()) == 1


def test_a_pay_day_is_posted_with_what_really_came_or_left_out_with_undo(
    *, browser: Browser, add: Callable[..., int], deps: Deps, session: Session, book: int
) -> None:
    salary = add(is_automatic=False)
    run_due(book_id=book, deps=deps)
    page = f"/salary_manager/{salary}/payslips/2026-09"
    bad = browser.send(f"{page}/post", {"amount": "banana", "occurred_on": "2026-09-30"}, page=page)
    good = browser.send(f"{page}/post", {"amount": "1,10,000", "occurred_on": "2026-10-01"}, page=page)
    skipped = browser.send(f"/salary_manager/{salary}/payslips/2026-10/skip", page="/profile")
    undone = browser.send(f"/salary_manager/{salary}/payslips/2026-10/unskip", page="/profile")
    slip = shown(browser.get(page))
    session.rollback()
    [payment] = job_of(session, book, salary).payments.values()

    assert (bad.status_code, 'value="banana"' in shown(bad)) == (422, True)
    assert [each.status_code for each in (good, skipped, undone)] == [303] * 3
    assert "Difference to what was received" in slip
    assert payment.posted.net_minor == 11_000_000
    assert session.get_one(Transaction, payment.transaction_id).occurred_on == date(2026, 10, 1)


def test_a_year_that_is_not_known_says_so_on_every_page(
    *, app: Flask, browser: Browser, add: Callable[..., int], owner: int, deps: Deps, clock: Clock
) -> None:
    salary = add(first_on=date(2027, 5, 31), posts_past=False)
    plan = browser.get(f"/salary_manager/{salary}/plan?year=2027")
    clock.at = datetime(2027, 6, 15, tzinfo=UTC)
    later = Browser(app).sign_in_as(owner, deps)
    rest = ("", f"/{salary}", f"/{salary}/payslips/2027-06")

    for page in (plan, *(later.get(f"/salary_manager{each}") for each in rest)):
        assert page.status_code == 200
        assert "not known" in shown(page)
    assert later.get("/salary_manager/export?format=csv").status_code == 200


def test_the_plan_shows_both_regimes_and_what_is_left(browser: Browser, add: Callable[..., int]) -> None:
    salary = add(first_on=date(2026, 4, 30), posts_past=False)
    page = shown(browser.get(f"/salary_manager/{salary}/plan"))
    odd = [browser.get(f"/salary_manager/{salary}/plan?year={year}").status_code for year in ("", "x", "-1", "0", "9999", "9" * 30, "2026")]  # fmt: skip

    assert all(words in page for words in ("New regime", "Old regime", "Standard deduction", "Tax for the year", "Not in these books"))  # fmt: skip
    assert odd == [200] * len(odd)


def test_pay_is_revised_previewed_corrected_and_removed_with_undo(
    *, browser: Browser, add: Callable[..., int], typed: dict[str, str], session: Session, book: int
) -> None:
    salary = add()
    revise = f"/salary_manager/{salary}/revise"
    pay = {name: typed[name] for name in ("basic", "provident", "state", "gender", "tax", "regime")} | {
        "go": "save",
        "note": "Raise",
    }
    looked = browser.send(revise, pay | {"from_month": "2026-12-15", "basic": "1,45,600", "go": "preview"})
    answer = browser.send(revise, pay | {"from_month": "2026-12-15", "basic": "1,45,600"})
    again = browser.send(revise, pay | {"from_month": "2026-12-01"})
    page = shown(browser.get(f"/salary_manager/{salary}"))
    session.rollback()
    first, raised = job_of(session, book, salary).revisions
    edit = f"/salary_manager/{salary}/revisions/{raised.id}"
    corrected = browser.send(f"{revise}?revision={raised.id}", pay | {"from_month": "2027-01-01", "basic": "50,000"})
    gone = browser.send(f"{edit}/remove", page="/profile")
    last = browser.send(f"/salary_manager/{salary}/revisions/{first.id}/remove", page="/profile")
    back = browser.send(f"{edit}/restore", page="/profile")
    session.rollback()

    assert (looked.status_code, "Net pay in December 2026" in shown(looked)) == (200, True)
    assert [each.status_code for each in (answer, again, corrected, gone, last, back)] == [303, 422, 303, 303, 303, 303]
    assert "There is a revision from December 2026 already" in shown(again)
    assert "+12.0%" in page
    assert [str(each.from_month) for each in job_of(session, book, salary).revisions] == ["2026-09", "2027-01"]
    assert session.scalars(select(SalaryRevision.removed_at)).all() == [None, None]


def test_a_job_is_changed_and_removed_with_undo(
    *, browser: Browser, add: Callable[..., int], typed: dict[str, str], session: Session, book: int, deps: Deps
) -> None:
    salary = add()
    run_due(book_id=book, deps=deps)
    fields = {name: typed[name] for name in ("employer", "account_id", "first_on", "born_on", "is_automatic")}
    changed = browser.send(
        f"/salary_manager/{salary}/edit", fields | {"employer": "Acme & Sons", "first_on": "2026-09-28"}
    )
    refused = browser.send(f"/salary_manager/{salary}/edit", fields | {"last_on": "2026-09-01"})
    removed = browser.send(f"/salary_manager/{salary}/remove-all", page=f"/salary_manager/{salary}/edit")
    gone = [
        browser.get(f"/salary_manager/{salary}{rest}").status_code
        for rest in ("", "/plan", "/edit", "/payslips/2026-09")
    ]
    undo = shown(browser.get("/salary_manager"))
    restored = browser.send(f"/salary_manager/{salary}/restore", page="/profile")
    session.rollback()
    job = job_of(session, book, salary)

    assert [each.status_code for each in (changed, refused, removed, restored)] == [303, 422, 303, 303]
    assert gone == [404] * 4
    assert "Undo" in undo
    assert (job.employer, job.pay_day, len(job.payments)) == ("Acme & Sons", 28, 2)
    assert all(each.booked for each in job.payments.values())
    assert verify_book(session, book).differences == ()


def test_the_payslips_leave_as_a_file(browser: Browser, add: Callable[..., int], deps: Deps, book: int) -> None:
    add(employer="=1+1", terms=PayTerms(6_000_000, items=(PayItem(Part.DEDUCTION, "Canteen", 10_000),)))
    run_due(book_id=book, deps=deps)
    csv = browser.get("/salary_manager/export?format=csv").get_data(as_text=True).splitlines()
    xlsx = browser.get("/salary_manager/export?format=xlsx")

    assert csv[0].lstrip("\ufeff").startswith("Employer,Month,Pay day,State,Gross,Provident fund")
    assert csv[1].startswith("'=1+1,2026-09,2026-09-30,In the books,60000.00,")
    assert csv[1].endswith(",100.00,59900.00")
    assert len(csv) == 1 + 7  # September 2026 to March 2027
    assert "xl/workbook.xml" in ZipFile(io.BytesIO(xlsx.get_data())).namelist()


def test_a_viewer_reads_and_finds_nothing_to_press(
    *, app: Flask, add: Callable[..., int], make_user: Callable[..., int], session: Session, deps: Deps, book: int
) -> None:
    salary = add(is_automatic=False)
    run_due(book_id=book, deps=deps)
    viewer = make_user("vi@example.com")
    session.execute(insert(Membership).values(book_id=book, user_id=viewer, role=Role.VIEWER))
    session.commit()
    browser = Browser(app).sign_in_as(viewer, deps)
    for rest in ("", f"/{salary}", f"/{salary}/plan", f"/{salary}/payslips/2026-09"):
        page = shown(browser.get(f"/salary_manager{rest}?book={book}"))
        main = page[page.index("<main") : page.index("</main>")]
        assert "<form" not in main
        assert "/edit" not in main


def test_only_months_with_pay_of_jobs_of_personal_books_have_a_page(
    *, browser: Browser, add: Callable[..., int], make_book: Callable[..., int], owner: int
) -> None:
    salary = add()
    business = make_book(owner, kind=BookKind.BUSINESS, name="Shop")
    months = ("2026-08", "2026-13", "2026-9", "banana", "9999-12", "2101-01", "²⁰²⁶-09", "0000-01")
    odd = [browser.get(f"/salary_manager/{salary}/payslips/{month}").status_code for month in months]

    assert odd == [404] * len(odd)
    assert browser.get(f"/salary_manager?book={business}").status_code == 404
    assert browser.get(f"/salary_manager/{2**70}").status_code == 404


def test_pages_ask_as_little_for_many_jobs_and_years_as_for_one(
    *, browser: Browser, add: Callable[..., int], deps: Deps, book: int
) -> None:
    salary = add()
    pages = ["/salary_manager", *(f"/salary_manager/{salary}{rest}" for rest in ("", "/plan", "/revise", "/edit", "/payslips/2026-09"))]  # fmt: skip

    def asked() -> list[int]:
        counts = []
        for page in pages:
            with statements() as found:
                assert browser.get(page).status_code == 200
            counts.append(len(found))
            with db.engine.connect() as connection:
                for statement, parameters in found:
                    steps.extend(
                        str(step.detail)
                        for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                    )
        return counts

    steps: list[str] = []
    small = asked()
    for number in range(2):
        other = add(first_on=date(2024, 4, 30), employer=f"Job {number}")
        add_revision(other, RevisionCommand(book, None, Month(2025, 4), TERMS), deps=deps)
    run_due(book_id=book, deps=deps)

    assert asked() == small
    assert max(small) <= MOST
    assert [
        step for step in steps if re.match(r"SCAN (transactions|postings)|SEARCH postings .*\(book_id=\?\) ", step)
    ] == []
    assert any(step.startswith("SEARCH postings") for step in steps), "the plans were read"

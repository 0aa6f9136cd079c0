"""The pages of loans, as a person meets them."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.domain.books import BookKind, Direction, Role, Subtype
from app.domain.loan_plans import LoanStart, Method, Terms
from app.domain.moratoriums import MoratoriumInterest
from app.models.book import Membership
from app.models.schedule import Occurrence
from app.models.transaction import Transaction
from app.queries.loans import loan_of, loans_of
from app.queries.verification import verify_book
from app.services.accounts import AccountCommand, add_account
from app.services.deps import Deps
from app.services.loans import LoanCommand, add_loan
from app.services.recurring import run_due
from app.services.transactions import Line, TransactionCommand, record_transaction, void_transactions
from tests.blueprints.browser import Browser, shown
from tests.conftest import Clock
from tests.guards.test_budgets import MOST, statements

pytestmark = pytest.mark.sqlite_only
Find = Callable[[int, str], int]
GOOD = {
    "name": "Home loan", "lender": "HDFC Bank", "start": "new", "principal": "35,00,001", "method": "reducing", "annual_rate": "8.65",
    "months": "240", "first_on": "2026-09-05", "started_on": "2026-08-10", "is_automatic": "y", "waiting_interest": "pay_interest",
}  # fmt: skip


@pytest.fixture
def good(book: int, account: Find) -> dict[str, str]:
    """What a person types for a new home loan of an odd amount."""
    bank = str(account(book, "Bank account"))
    return GOOD | {"pay_account_id": bank, "into_account_id": bank}


@pytest.fixture
def loan(deps: Deps, book: int, account: Find) -> Callable[..., int]:
    """A loan in the books whose due instalments are posted: a car loan of 6,00,000 at 9 %."""

    def add(**changes: Any) -> int:
        bank = account(book, "Bank account")
        values: dict[str, Any] = {
            "book_id": book, "user_id": None, "name": "Car loan", "lender": "SBI", "terms": Terms(60_000_000, Decimal("0.09"), 60, date(2026, 9, 5), 5),
            "start": LoanStart.NEW, "pay_account_id": bank, "started_on": date(2026, 8, 31), "into_account_id": bank,
        }  # fmt: skip
        loan_id = add_loan(LoanCommand(**(values | changes)), deps=deps)
        run_due(book_id=book, deps=deps)
        return loan_id

    return add


def only(session: Session, book: int) -> int:
    session.rollback()
    [found] = loans_of(session, book)
    return found.id


def test_without_loans_the_page_says_what_to_do(browser: Browser) -> None:
    page = shown(browser.get("/loans"))

    assert "No loans yet" in page
    assert 'href="/loans/new' in page
    assert browser.get("/loans/planner").status_code == 200


def test_a_loan_of_an_odd_amount_is_added_and_shows_what_is_owed_and_its_schedule(
    browser: Browser, session: Session, book: int, good: dict[str, str]
) -> None:
    answer = browser.send("/loans/new", good)
    loan_id = only(session, book)
    page, listed = shown(browser.get(f"/loans/{loan_id}")), shown(browser.get("/loans"))

    plan = loan_of(session, book, loan_id).plan
    assert answer.status_code == 303
    assert "Added Home loan. Posted what was due since: 3." in page
    assert f'value="{plan.due[2].balance_minor / 100:.2f}"' in page
    assert 'step="' not in shown(browser.get("/loans/new"))
    assert page.count("In the books") == 3
    assert "2046-47" in page
    assert ('href="/loans/' in listed, "Home loan" in listed, "HDFC Bank" in listed) == (True, True, True)
    assert "differ" not in page
    assert verify_book(session, book).differences == ()


def test_a_loan_at_rate_zero_and_a_flat_one_can_be_added_and_changed(
    browser: Browser, session: Session, book: int, good: dict[str, str]
) -> None:
    for rate, method in (("0", "reducing"), ("", "none"), ("12", "flat")):
        fields = good | {"name": f"Loan {method}", "annual_rate": rate, "method": method, "first_on": "2026-12-05"}
        assert browser.send("/loans/new", fields).status_code == 303
        session.rollback()
        loan_id = next(each.id for each in loans_of(session, book) if each.name == f"Loan {method}")
        assert browser.get(f"/loans/{loan_id}").status_code == 200
        assert browser.send(f"/loans/{loan_id}/edit", fields | {"months": "100"}).status_code == 303
        session.rollback()
        assert loan_of(session, book, loan_id).terms.months == 100
    assert "what 12% flat amounts to" in shown(browser.get(f"/loans/{loan_id}"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"principal": "-5000"}, "Write an amount above zero."),
        ({"principal": "0"}, "Write an amount above zero."),
        ({"principal": "nan"}, "Write the amount in figures"),
        ({"principal": "9" * 40}, "more than an amount can be"),
        ({"annual_rate": "-3"}, "Write a number from 0 to 100."),
        ({"annual_rate": ""}, "Write the rate, or choose no interest."),
        ({"annual_rate": "inf"}, "Write the rate in per cent, like 8.5."),
        ({"months": "0"}, "Write a number from 1 to 600."),
        ({"months": "-12"}, "Write a number from 1 to 600."),
        ({"months": "12.5"}, "Write a whole number."),
        ({"first_on": "2026-02-31"}, "Write the date as"),
        ({"first_on": "2026-08-10"}, "The first instalment comes after"),
        ({"first_on": "2199-01-05"}, "Write a date between"),
        ({"started_on": "2026-11-23", "first_on": "2027-01-05"}, "This day has not come yet."),
        ({"started_on": ""}, "Write the date."),
        ({"day": "6"}, "The first date must fall on this day"),
        ({"day": "32"}, "Write a number from 1 to 31."),
        ({"waiting_months": "590"}, "600 months together"),
        ({"emi": "100"}, "does not cover the interest"),
        ({"fee": "35,00,001"}, "The fee must be less than the loan"),
        ({"into_account_id": ""}, "Choose the account that the money comes into."),
        ({"pay_account_id": "999999"}, "Choose one from the list."),
        ({"start": "paid", "paid_count": "300"}, "Write how many were paid before"),
        ({"start": "banana"}, "Choose how it starts."),
        ({"name": "😀" * 81}, "at most 80"),
    ],
)
def test_a_loan_that_cannot_be_is_refused_beside_its_field(
    *, browser: Browser, session: Session, book: int, good: dict[str, str], changes: dict[str, str], said: str
) -> None:
    answer = browser.send("/loans/new", good | changes)
    page = shown(answer)

    assert (answer.status_code, said in page) == (422, True)
    assert 'aria-invalid="true"' in page or "start" in changes
    assert "HDFC Bank" in page
    assert session.scalar(select(func.count()).select_from(Transaction).where(Transaction.book_id == book)) == 0


def test_nothing_is_written_by_looking_and_nothing_is_charged_before_the_loan_starts(
    *, browser: Browser, session: Session, owner: int, book: int, good: dict[str, str], clock: Clock, deps: Deps
) -> None:
    browser.send("/loans/new", good | {"first_on": "2027-01-31", "started_on": "2026-11-20"})
    loan_id = only(session, book)
    clock.at = datetime(2027, 3, 1, 12, tzinfo=UTC)
    browser.sign_in_as(owner, deps)
    for address in ("/dashboard", "/loans", f"/loans/{loan_id}", "/loans/planner?extra=500"):
        assert browser.get(address).status_code == 200
    session.rollback()
    before = session.scalar(select(func.count()).select_from(Transaction))
    run_due(book_id=book, deps=deps)

    days = session.scalars(select(Occurrence.due_on).order_by(Occurrence.due_on)).all()
    assert before == 1  # the money that came
    assert list(days) == [date(2027, 1, 31), date(2027, 2, 28)]  # its own day, never the first of a month


def test_another_name_makes_no_second_instalment_and_removing_takes_the_posted_ones(
    *, browser: Browser, session: Session, book: int, loan: Callable[..., int], deps: Deps, account: Find
) -> None:
    loan_id = loan()
    free = {"name": "Red car", "lender": "SBI", "pay_account_id": str(account(book, "Cash")), "is_automatic": "y"}
    form = shown(browser.get(f"/loans/{loan_id}/edit"))
    browser.send(f"/loans/{loan_id}/edit", free)
    run_due(book_id=book, deps=deps)
    session.rollback()
    renamed = session.scalar(select(func.count()).select_from(Occurrence))
    gone = browser.send(f"/loans/{loan_id}/remove", page=f"/loans/{loan_id}/edit")
    after = shown(browser.get("/loans"))
    undo = browser.send(f"/loans/{loan_id}/restore", page="/loans/new")

    assert ('name="principal"' in form, "so the terms stay" in form) == (False, True)
    assert renamed == 3
    assert (gone.status_code, undo.status_code) == (303, 303)
    assert "Removed Red car, with everything it posted." in after
    assert "Undo" in after
    assert "Red car is back." in shown(browser.get(f"/loans/{loan_id}"))
    assert verify_book(session, book).differences == ()


def test_an_extra_payment_is_answered_in_one_sentence_before_it_is_saved(
    browser: Browser, session: Session, book: int, loan: Callable[..., int], account: Find
) -> None:
    loan_id = loan()
    asked = {"amount": "50,000", "on": "2026-11-22", "keep": "emi", "account_id": str(account(book, "Cash"))}
    plan = loan_of(session, book, loan_id).plan

    def answer(**changes: str) -> str:
        return shown(browser.get(f"/loans/{loan_id}/prepay", query_string=asked | changes))

    sentence = re.search(r"₹50,000 now ends it (\d) months sooner and saves ₹([\d,]+)\.", answer())
    assert sentence
    assert "₹50,000 now lowers the instalment by ₹" in answer(keep="tenure")
    assert "After the charge, ₹" in answer(charge="1,000")
    assert "The charge of ₹90,000 is more than that." in answer(charge="90,000")
    assert "no more than what is owed" in answer(amount="70,00,000")
    assert "This day has not come yet." in answer(on="2026-11-23")
    assert "Choose a day from 5 November 2026 on." in answer(on="2026-11-04")
    assert "Write the amount in figures" in answer(amount="nan")
    assert "pays off the loan, 4 years 9 months sooner," in answer(amount=f"{plan.due[2].balance_minor / 100}")
    session.rollback()
    assert loan_of(session, book, loan_id).events == ()

    page = f"/loans/{loan_id}/prepay?amount=50,000&on=2026-11-22&keep=emi&account_id={asked['account_id']}"
    assert browser.send(f"/loans/{loan_id}/prepay", asked | {"amount": "0"}, page=page).status_code == 422
    assert browser.send(f"/loans/{loan_id}/prepay", asked | {"amount": ""}, page=page).status_code == 422
    assert browser.send(f"/loans/{loan_id}/prepay", asked, page=page).status_code == 303
    session.rollback()
    view = loan_of(session, book, loan_id)
    saved = plan.interest_minor - view.plan.interest_minor
    assert (len(plan.due) - len(view.plan.due), round(saved / 100)) == (
        int(sentence[1]),
        int(sentence[2].replace(",", "")),
    )
    shows = shown(browser.get(f"/loans/{loan_id}"))
    assert "Extra payment of ₹50,000.00, same instalment" in shows
    assert "Without extra payments" in shows
    [event] = view.events
    browser.send(f"/loans/{loan_id}/changes/{event.id}/undo", page=f"/loans/{loan_id}")
    assert "Taken back." in shown(browser.get(f"/loans/{loan_id}"))
    browser.send(f"/loans/{loan_id}/changes/{event.id}/redo", page="/loans/new")
    assert "It counts again." in shown(browser.get(f"/loans/{loan_id}"))
    assert verify_book(session, book).differences == ()


def test_another_rate_is_answered_first_and_growing_debt_is_refused(
    browser: Browser, session: Session, book: int, loan: Callable[..., int]
) -> None:
    loan_id = loan()

    def answer(rate: str, keep: str, on: str = "2026-11-22") -> str:
        asked = {"annual_rate": rate, "keep": keep, "on": on}
        return shown(browser.get(f"/loans/{loan_id}/rate", query_string=asked))

    assert re.search(r"At 10.5% from 22 Nov 2026 the instalment rises by ₹[\d,.]+ to ₹", answer("10.5", "tenure"))
    assert re.search(r"it ends \d months? later, for ₹[\d,]+ more interest\.", answer("10.5", "emi"))
    assert re.search(r"it ends in the same month, for ₹[\d,]+ less interest\.", answer("8.9", "emi"))
    assert "less interest" in answer("0", "tenure")
    assert "for the same interest" in answer("9", "tenure")
    assert "does not cover the interest, so the loan would never end." in answer("60", "emi")
    assert "Choose a day from 5 November 2026 on." in answer("10", "emi", "2026-10-30")
    assert "Write a number from 0 to 100." in answer("-1", "emi")
    page = f"/loans/{loan_id}/rate?annual_rate=10&on=2026-11-22&keep=emi"
    sent = {"annual_rate": "60", "on": "2026-11-22", "keep": "emi"}
    assert browser.send(f"/loans/{loan_id}/rate", sent, page=page).status_code == 422
    assert browser.send(f"/loans/{loan_id}/rate", sent | {"annual_rate": ""}, page=page).status_code == 422
    assert browser.send(f"/loans/{loan_id}/rate", sent | {"annual_rate": "10.5"}, page=page).status_code == 303
    assert "Rate 10.5% from here on, same instalment" in shown(browser.get(f"/loans/{loan_id}"))
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Transaction).where(Transaction.book_id == book)) == 4


def test_a_deleted_instalment_is_said_with_what_to_do(
    browser: Browser, session: Session, book: int, loan: Callable[..., int], deps: Deps
) -> None:
    loan_id = loan()
    session.rollback()
    posted = session.scalars(select(Occurrence.transaction_id).order_by(Occurrence.due_on)).all()[-1]
    assert posted is not None
    void_transactions(book, [posted], user_id=None, deps=deps)
    page = shown(browser.get(f"/loans/{loan_id}"))
    followed = browser.send(f"/loans/{loan_id}/follow-books", page=f"/loans/{loan_id}")

    assert re.search(r"The books say ₹[\d,.]+, the plan says ₹[\d,.]+\.", page)
    assert "The instalment of 5 Nov 2026 was deleted." in page
    assert "Let the plan follow the books" in page
    assert followed.status_code == 303
    after = shown(browser.get(f"/loans/{loan_id}"))
    assert "The books say" not in after
    assert "as the books say" in after


def test_what_waits_is_said_and_the_plan_does_not_follow_books_that_are_behind(
    browser: Browser, loan: Callable[..., int]
) -> None:
    loan_id = loan(is_automatic=False)
    page, listed = shown(browser.get(f"/loans/{loan_id}")), shown(browser.get("/loans"))

    assert "The instalment of 5 Sep 2026 waits for you." in page
    assert "Let the plan follow the books" not in page
    assert "Waits for you" in listed


def test_paying_everything_back_is_compared_with_going_on(browser: Browser, loan: Callable[..., int]) -> None:
    loan_id = loan(fee_minor=1_200_000)

    free, dear = shown(browser.get(f"/loans/{loan_id}")), shown(browser.get(f"/loans/{loan_id}?charge=50"))
    wrong = browser.get(f"/loans/{loan_id}?charge=banana&year=banana")
    assert re.search(r"Paying <b>₹[\d,.]+</b> today saves <b>₹[\d,]+</b> of interest", free)
    assert re.search(r"while the charge is below \d\d\.\d% of what is owed", free)
    assert "with the fee (APR)" in free
    assert "it saves nothing." in dear
    everything = re.search(r'href="(/loans/\d+/prepay\?amount[^"]+)"', free)
    assert everything
    assert "pays off the loan" in shown(browser.get(everything[1].replace("&amp;", "&")))
    assert (wrong.status_code, "Write the rate in per cent" in shown(wrong)) == (200, True)


def test_waiting_months_are_shown_as_such(browser: Browser, loan: Callable[..., int]) -> None:
    terms = Terms(40_000_000, Decimal("0.105"), 84, date(2026, 9, 10), 10, waiting_months=18, waiting_interest=MoratoriumInterest.CAPITALISE)  # fmt: skip
    page = shown(browser.get(f"/loans/{loan(terms=terms)}"))

    assert "1 year 6 months; its interest is added to the loan each month" in page
    assert page.count("Waiting, interest added") == 7  # September to March
    assert "from March 2028, until then waiting" in page


def test_the_planner_compares_ways_out_without_writing(
    *, browser: Browser, session: Session, book: int, loan: Callable[..., int], deps: Deps
) -> None:
    loan()
    loan(name="Gold loan", terms=Terms(12_000_000, Decimal("0.11"), 24, date(2026, 9, 15), 15, Method.FLAT))
    card = add_account(AccountCommand(book, None, "ICICI card", Subtype.CARD, "INR"), opening_minor=8_450_000, opening_on=date(2026, 11, 1), deps=deps)  # fmt: skip
    session.rollback()
    before = session.scalar(select(func.count()).select_from(Transaction))
    asked = {f"rate_c{card}": "42", f"least_c{card}": "4,500", "extra": "10,000", f"order_c{card}": "1"}

    def opened(**changes: str) -> str:
        answer = browser.get("/loans/planner", query_string=asked | changes)
        assert answer.status_code == 200
        return shown(answer)

    full = opened()
    amounts = [int(each.replace(",", "")) for each in re.findall(r'ft-money" value="(\d+)\.\d\d"', full)]
    assert "Left out until its rate and least payment are known" in opened(**{f"rate_c{card}": ""})
    assert all(name in full for name in ("Minimums only", "Avalanche", "Snowball", "Your order", "Costs least"))
    assert "flat, counted at what it amounts to" in full
    assert amounts
    assert 'value="10000"' in opened(slide="10000", was="0", before="10,000")
    assert "Never" in opened(**{f"least_c{card}": "1"})
    assert "The extra payment cannot be negative." in opened(extra="-5")
    assert "Write the amount in figures" in opened(extra="nan")
    assert browser.get("/loans/planner?slide=999999999999999999&was=1&extra=inf").status_code == 200
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Transaction)) == before


def test_what_an_income_carries_is_worked_out(browser: Browser) -> None:
    asked = "/loans/afford?income=80,000&part=40&existing=7,000&annual_rate=9&months=240"

    assert 'value="2778623.85"' in shown(browser.get(asked))
    for wrong in ("income=-5", "income=nan", "income=", "income=5&part=400", "income=1&part=40&annual_rate=9&months=0"):
        answer = browser.get(f"/loans/afford?{wrong}")
        assert (answer.status_code, 'role="alert"' in shown(answer)) == (200, True)


def test_the_share_of_the_income_is_shown_once_it_is_known(
    *, browser: Browser, book: int, loan: Callable[..., int], deps: Deps, account: Find
) -> None:
    loan()
    assert "income of the last 3 months not known yet" in shown(browser.get("/loans"))
    for month in (8, 9, 10):
        line = (Line(account(book, "Salary"), 5_000_000),)
        record_transaction(TransactionCommand(book, None, Direction.IN, date(2026, month, 1), account(book, "Cash"), 5_000_000, line), deps=deps)  # fmt: skip
    assert "25% of your income" in shown(browser.get("/loans"))  # 12,455 of 50,000


def test_lists_and_schedules_are_files_too(browser: Browser, loan: Callable[..., int]) -> None:
    loan_id = loan(name="=cmd()")
    listed = browser.get("/loans/export?format=csv").get_data(as_text=True)
    schedule = browser.get(f"/loans/{loan_id}/export?format=csv").get_data(as_text=True)

    assert "'=cmd()" in listed
    assert len(schedule.splitlines()) == 61
    assert schedule.splitlines()[-1].split(",")[-2] == "0.00"
    assert schedule.count("In the books") == 3
    for address in ("/loans/export?format=xlsx", f"/loans/{loan_id}/export?format=xlsx"):
        assert "xl/workbook.xml" in ZipFile(BytesIO(browser.get(address).data)).namelist()


def test_a_viewer_sees_everything_and_can_change_nothing(
    *, app: Flask, deps: Deps, session: Session, book: int, loan: Callable[..., int], make_user: Callable[..., int]
) -> None:
    loan_id = loan()
    viewer = make_user("viewer@example.com")
    session.execute(insert(Membership).values(book_id=book, user_id=viewer, role=Role.VIEWER))
    session.commit()
    browser = Browser(app).sign_in_as(viewer, deps)
    page = shown(browser.get(f"/loans/{loan_id}?book={book}")) + shown(browser.get(f"/loans?book={book}"))

    assert not re.search(r'href="/loans/(new|\d+/(edit|prepay|rate))', page)
    assert 'action="/loans/1/prepay' not in page
    for path in ("new", f"{loan_id}/edit", f"{loan_id}/prepay", f"{loan_id}/rate"):
        assert browser.get(f"/loans/{path}?book={book}").status_code == 403


def test_a_business_has_its_own_loans_at_its_own_address(
    *,
    browser: Browser,
    session: Session,
    owner: int,
    make_book: Callable[..., int],
    account: Find,
    good: dict[str, str],
) -> None:
    firm = make_book(owner, kind=BookKind.BUSINESS, name="Studio")
    cash = str(account(firm, "Cash"))
    fields = good | {"pay_account_id": cash, "into_account_id": cash, "annual_rate": "0"}
    assert browser.send(f"/business/loans/new?book={firm}", fields).status_code == 303
    loan_id = only(session, firm)

    assert browser.send(f"/business/loans/{loan_id}/edit?book={firm}", fields | {"name": "Machine"}).status_code == 303
    page = shown(browser.get(f"/business/loans/{loan_id}?book={firm}"))
    assert "Machine" in page
    assert 'href="/business/transactions' in page
    assert browser.get(f"/loans/{loan_id}").status_code == 404


def test_pages_of_loans_ask_the_database_the_same_few_things_for_one_loan_as_for_many(
    browser: Browser, loan: Callable[..., int]
) -> None:
    first = loan()
    pages = ("/loans", f"/loans/{first}", f"/loans/{first}/prepay?amount=5000&on=2026-11-22&keep=emi", "/loans/planner")

    def counted() -> dict[str, int]:
        counts = {}
        for page in pages:
            with statements() as asked:
                assert browser.get(page).status_code == 200
            counts[page] = len(asked)
        return counts

    few = counted()
    for number in range(8):
        loan(name=f"Loan {number}")
    assert counted() == few
    assert max(few.values()) <= MOST

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.books import BookKind, Role
from app.domain.recurrence import Frequency, Rule
from app.domain.schedules import ScheduleKind
from app.models.base import Base
from app.models.book import Membership
from app.models.schedule import Occurrence, Schedule
from app.models.transaction import Transaction
from app.queries.verification import verify_book
from app.services.deps import Deps
from app.services.recurring import run_due
from app.services.schedules import SchedulePlan, add_schedule
from app.services.transactions import Recorded
from app.services.uow import book_work
from tests.blueprints.browser import Browser, shown
from tests.conftest import NOW, Clock

pytestmark = pytest.mark.sqlite_only
Make = Callable[..., int]
Find = Callable[[int, str], int]
Fields = dict[str, str]


@pytest.fixture
def asha(make_user: Make) -> int:
    return make_user()


@pytest.fixture
def book(make_book: Make, asha: int) -> int:
    return make_book(asha)


@pytest.fixture
def browser(app: Flask, asha: int, book: int, deps: Deps) -> Browser:
    assert book
    return Browser(app).sign_in_as(asha, deps)


@pytest.fixture
def good(book: int, account: Find) -> Fields:
    """What a good form sends: a bill on the 30th of each month."""
    return {
        "direction": "out", "amount": "1,499.50", "occurred_on": "2026-11-30", "payee": "ACT Fibernet", "account_id": str(account(book, "Bank account")),
        "category_id": str(account(book, "Phone and internet")), "name": "", "every": "1", "unit": "MONTHLY", "month_day": "same", "ends": "never",
        "posts": "itself", "note": "", "tags": "",
    }  # fmt: skip


def only(session: Session) -> Schedule:
    session.rollback()
    return session.scalars(select(Schedule)).one()


def rows(session: Session) -> dict[str, list[str]]:
    session.rollback()
    return {
        table.name: sorted(repr(tuple(row)) for row in session.execute(select(table)))
        for table in Base.metadata.sorted_tables
        if table.name != "sign_ins"
    }


def test_a_bill_is_added_shown_with_its_next_dates_and_posted_on_its_day(
    *, browser: Browser, session: Session, deps: Deps, clock: Clock, book: int, good: Fields
) -> None:
    answer = browser.send("/recurring/new", good)
    page = shown(browser.get(answer.headers["Location"]))
    listed = shown(browser.get("/recurring"))
    clock.at = NOW + timedelta(days=8)
    run_due(deps=deps)
    later = shown(browser.get(answer.headers["Location"]))

    assert answer.status_code == 303
    assert "Added ACT Fibernet." in page
    assert "Every month on the 30th (or the last day)" in page
    assert "Sunday 28 February 2027" in page
    assert 'value="-1499.50"' in listed
    assert "Posted" in later
    assert "Wednesday 30 December" in later
    assert "Monday 30 November" not in later
    assert verify_book(session, book).differences == ()


@pytest.mark.parametrize(
    ("changes", "rule", "words"),
    [
        ({"unit": "DAILY", "every": "3"}, "FREQ=DAILY;INTERVAL=3", "Every 3 days"),
        ({"unit": "WEEKLY", "ends": "after", "times": "6"}, "FREQ=WEEKLY;COUNT=6", "Every week on Monday, 6 times"),
        ({"unit": "YEARLY"}, "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=BACKWARD", "Every year on 30 November"),
        ({"month_day": "last"}, "FREQ=MONTHLY;BYMONTHDAY=-1", "Every month on the last day"),
        ({"month_day": "nth_weekday", "occurred_on": "2026-12-11"}, "FREQ=MONTHLY;BYDAY=2FR", "Every month on the second Friday"),
        ({"month_day": "last_weekday", "occurred_on": "2026-12-11"}, "FREQ=MONTHLY;BYDAY=-1FR", "Every month on the last Friday"),
        ({"unit": "rule", "rule": "freq=monthly;bymonthday=1,15"}, "FREQ=MONTHLY;BYMONTHDAY=1,15", "Every month on the 1st and 15th"),
        (
            {"month_day": "last_working", "ends": "on", "until": "2027-03-31"},
            "FREQ=MONTHLY;UNTIL=20270331;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "Every month on the last working day (Monday to Friday), until 31 March 2027",
        ),
    ],
)  # fmt: skip
def test_how_often_is_said_in_a_choice_or_a_rule_and_comes_back_in_the_form(
    *, browser: Browser, session: Session, good: Fields, changes: Fields, rule: str, words: str
) -> None:
    answer = browser.send("/recurring/new", good | changes)
    place = answer.headers["Location"]
    form = shown(browser.get(f"{place.partition('?')[0]}/edit"))
    again = browser.send(f"{place.partition('?')[0]}/edit", good | changes)

    assert (answer.status_code, again.status_code) == (303, 303)
    assert only(session).rule == rule
    assert words in shown(browser.get(place))
    if "month_day" in changes:
        assert re.search(rf'<option selected value="{changes["month_day"]}"', form)
    assert re.search(rf'<option selected value="{changes.get("unit", "MONTHLY")}"', form)


BAD: tuple[tuple[Fields, str, str], ...] = (
    ({"amount": ""}, "amount", "Write the amount."),
    ({"amount": "-5"}, "amount", "Write an amount above zero."),
    ({"amount": "nan"}, "amount", "Write the amount in figures"),
    ({"amount": "9" * 40}, "amount", "more than an amount can be"),
    ({"occurred_on": ""}, "occurred_on", "Write the date."),
    ({"occurred_on": "2026-02-31"}, "occurred_on", "Write the date as year-month-day"),
    ({"occurred_on": "1900-01-01", "past": "booked"}, "occurred_on", "Write a date between 1950"),
    ({"occurred_on": "9999-12-31"}, "occurred_on", "Write a date between 1950"),
    ({"account_id": "999999"}, "account_id", "Choose one from the list."),
    ({"category_id": ""}, "category_id", "Choose a category."),
    ({"direction": "transfer"}, "to_account_id", "Choose the account that the money goes to."),
    ({"direction": "banana"}, "direction", "Choose money out, money in or a transfer."),
    ({"every": "0"}, "every", "Write a number from 1 to 999."),
    ({"every": "inf"}, "every", "Write a number, like 12.5."),
    ({"every": "1.5"}, "every", "Write a whole number."),
    ({"unit": "banana"}, "unit", "Choose days, weeks"),
    ({"month_day": "banana"}, "month_day", "Choose a day of the month."),
    ({"unit": "rule"}, "rule", "Write the rule"),
    ({"unit": "rule", "rule": "FREQ=HOURLY"}, "rule", "It can come again daily"),
    ({"unit": "rule", "rule": "FREQ=MONTHLY;BYDAY=9XX"}, "rule", "is not a weekday"),
    ({"unit": "rule", "rule": "FREQ=DAILY;COUNT=3", "ends": "on", "until": "2027-01-01"}, "until", "not both"),
    ({"unit": "rule", "rule": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"}, "until", "no date left"),
    ({"unit": "rule", "rule": "x" * 201}, "rule", "Write at most 200 characters"),
    ({"ends": "on"}, "until", "Write the last date."),
    ({"ends": "on", "until": "2026-11-29"}, "until", "It would end before it begins."),
    ({"ends": "after"}, "times", "Write how many times."),
    ({"ends": "after", "times": "0"}, "times", "Write a number from 1 to 999."),
    ({"ends": "banana"}, "ends", "Choose when it ends."),
    ({"posts": "banana"}, "posts", "Choose whether it posts by itself."),
    ({"name": "x" * 121}, "name", "Write at most 120 characters"),
    ({"tags": "a" * 41}, "tags", "At most 20 tags"),
)  # fmt: skip


def test_a_bad_form_is_refused_beside_the_field_and_keeps_what_was_typed(
    browser: Browser, session: Session, good: Fields
) -> None:
    wrong = []
    for changes, field, said in BAD:
        answer = browser.send("/recurring/new", good | {"note": "Fibre, 200 Mbit"} | changes)
        page = shown(answer)
        if answer.status_code != 422 or not all(text in page for text in (said, f'href="#{field}"', "Fibre, 200 Mbit")):
            wrong.append((changes, field, answer.status_code))

    assert wrong == []
    assert not session.scalar(select(func.count()).select_from(Schedule))


def test_dates_before_today_are_asked_about_and_counted(
    *, browser: Browser, session: Session, book: int, good: Fields
) -> None:
    past = good | {"occurred_on": "2026-01-31"}

    asked = browser.send("/recurring/new", past)
    answer = browser.send("/recurring/new", past | {"past": "post"})
    page = shown(browser.get(answer.headers["Location"]))
    left = browser.send("/recurring/new", past | {"past": "booked"})
    refused = browser.send("/recurring/new", past | {"past": "post", "unit": "DAILY", "occurred_on": "2020-01-01"})

    assert (asked.status_code, answer.status_code, left.status_code, refused.status_code) == (422, 303, 303, 422)
    assert "10 dates lie before today" in shown(asked)
    assert re.search(r'<input checked[^>]*value="booked"', shown(asked))
    assert page.count("ft-table__go") == 10
    assert "28 Feb</time> 2026" in page
    assert session.scalar(select(func.count()).select_from(Transaction)) == 10
    assert "Nothing" not in shown(browser.get(left.headers["Location"]))
    assert "600 past dates" in shown(refused)
    assert verify_book(session, book).differences == ()


def test_a_transaction_is_made_recurring_and_counts_as_the_first_of_its_dates(
    *, browser: Browser, session: Session, book: int, spend: Callable[..., Recorded], good: Fields
) -> None:
    number = spend(book, 64_900, payee="Netflix", occurred_on=date(2026, 10, 31)).transaction_id

    link = f"/recurring/new?transaction={number}"
    assert f"/recurring/new?transaction={number}&" in shown(browser.get(f"/transactions/{number}"))
    form = shown(browser.get(link))
    filled = dict(re.findall(r'name="(payee|name|amount|occurred_on|first_id)"[^>]*value="([^"]*)"', form)) | dict(
        re.findall(r'id="(first_id)"[^>]*value="([^"]*)"', form)
    )
    answer = browser.send("/recurring/new", good | filled, page=link)
    page = shown(browser.get(answer.headers["Location"]))

    assert (filled["payee"], filled["amount"], filled["occurred_on"]) == ("Netflix", "649.00", "2026-10-31")
    assert answer.status_code == 303, "the only date before today is the transaction itself, so nothing is asked"
    assert f"/transactions/{number}" in page
    assert only(session).next_on == date(2026, 11, 30)
    assert session.scalar(select(func.count()).select_from(Transaction)) == 1
    assert verify_book(session, book).differences == ()


def test_what_asks_first_waits_is_confirmed_with_what_it_was_skipped_and_taken_back(
    *, browser: Browser, session: Session, clock: Clock, deps: Deps, book: int, good: Fields
) -> None:
    browser.send("/recurring/new", good | {"posts": "asks", "unit": "WEEKLY"})
    number = only(session).id
    clock.at = NOW + timedelta(days=30)
    run_due(deps=deps)
    dash, listed = shown(browser.get("/recurring")), f"/recurring/{number}"

    bad = browser.send(
        f"{listed}/confirm?due=2026-11-30", {"due_on": "2026-11-30", "amount": "0", "occurred_on": "2026-12-01"}
    )
    done = browser.send(
        f"{listed}/confirm?due=2026-11-30", {"due_on": "2026-11-30", "amount": "1600", "occurred_on": "2026-12-01"}
    )
    twice = browser.send(
        f"{listed}/confirm?due=2026-11-30", {"due_on": "2026-11-30", "amount": "1600", "occurred_on": "2026-12-01"}
    )
    skipped = browser.send(f"{listed}/skip", {"due_on": "2026-12-07", "to": "list"}, page=listed)
    said = shown(browser.get(skipped.headers["Location"]))
    browser.send(f"{listed}/unskip?due=2026-12-07", page=listed)
    plain = browser.send(f"{listed}/post", {"due_on": "2026-12-07", "to": "home"}, page=listed)
    rest = browser.send(f"{listed}/waiting", {"do": "post"}, page=listed)
    nothing = browser.send(f"{listed}/post", {"due_on": "2026-12-08"}, page=listed)

    assert dash.count("> Post<") == 4
    assert (bad.status_code, done.status_code, twice.status_code) == (422, 303, 422)
    assert "Write an amount above zero." in shown(bad)
    assert "decided about this date already" in shown(twice)
    assert "Left out 7 Dec." in said
    assert "/recurring?" in skipped.headers["Location"]
    assert "/dashboard" in plain.headers["Location"]
    assert (rest.status_code, nothing.status_code) == (303, 404)
    session.rollback()
    amounts = [
        tuple(row)
        for row in session.execute(select(Transaction.occurred_on, Transaction.expense_minor).order_by(Transaction.id))
    ]
    assert amounts == [
        (date(2026, 12, 1), 160_000), (date(2026, 12, 7), 149_950), (date(2026, 12, 14), 149_950), (date(2026, 12, 21), 149_950),
    ]  # fmt: skip
    assert verify_book(session, book).differences == ()


def test_the_next_date_is_posted_early_or_skipped_with_undo(browser: Browser, session: Session, good: Fields) -> None:
    browser.send("/recurring/new", good)
    place = f"/recurring/{only(session).id}"

    early = shown(browser.get(f"{place}/confirm?due=2026-11-30"))
    browser.send(f"{place}/post", {"due_on": "2026-11-30"}, page=place)
    skipped = browser.send(f"{place}/skip", {"due_on": "2026-12-30"}, page=place)
    page = shown(browser.get(skipped.headers["Location"]))
    browser.send(f"{place}/unskip?due=2026-12-30", page=place)

    assert 'value="2026-11-22"' in early, "what is posted early happened today"
    assert session.scalar(select(Transaction.occurred_on)) == date(2026, 11, 22)
    assert "Undo" in page
    assert only(session).next_on == date(2026, 12, 30)
    assert session.scalar(select(func.count()).select_from(Occurrence)) == 1


def test_it_is_paused_resumed_ended_removed_and_brought_back(browser: Browser, session: Session, good: Fields) -> None:
    browser.send("/recurring/new", good)
    place = f"/recurring/{only(session).id}"
    said = []
    for act in ("pause", "resume", "end", "resume", "remove"):
        answer = browser.send(f"{place}/{act}", page=place)
        said.append(shown(browser.get(answer.headers["Location"])))
    gone, listed = browser.get(place), shown(browser.get("/recurring"))
    browser.send(f"{place}/restore", page="/recurring/new")
    back = shown(browser.get(place))

    assert "Paused. Dates that pass meanwhile do not come." in said[0]
    assert "It goes on with its next date." in said[1]
    assert "Ended. No more dates come." in said[2]
    assert "Removed ACT Fibernet." in said[4]
    assert "Undo" in said[4]
    assert gone.status_code == 404
    assert "Nothing comes again yet" in listed
    assert "ACT Fibernet" in back


def test_the_list_is_taken_away_as_csv_and_xlsx_with_texts_that_no_spreadsheet_runs(
    browser: Browser, good: Fields
) -> None:
    browser.send("/recurring/new", good | {"name": "=HYPERLINK(1)"})

    found = list(csv.DictReader(io.StringIO(browser.get("/recurring/export").get_data(as_text=True).lstrip("\ufeff"))))
    book = zipfile.ZipFile(io.BytesIO(browser.get("/recurring/export?format=xlsx").get_data()))

    assert [(row["Name"], row["Amount"], row["Next date"]) for row in found] == [
        ("'=HYPERLINK(1)", "-1499.50", "2026-11-30")
    ]
    assert found[0]["Repeats"] == "Every month on the 30th (or the last day)"
    assert b"-1499.5" in book.read("xl/worksheets/sheet1.xml")


def test_the_calendar_shows_what_came_and_what_is_expected(
    *, browser: Browser, session: Session, deps: Deps, good: Fields
) -> None:
    browser.send("/recurring/new", good | {"occurred_on": "2026-10-30", "past": "post"})
    browser.send(
        "/recurring/new", good | {"occurred_on": "2026-11-20", "past": "post", "posts": "asks", "name": "Water"}
    )
    run_due(deps=deps)
    posted = session.scalars(select(Transaction.id)).one()

    now, before, later = (
        shown(browser.get(f"/recurring/calendar{month}")) for month in ("", "?month=2026-10", "?month=2027-02")
    )

    assert "Calendar, November 2026" in now
    assert "Water" in now
    assert "waits" in now
    assert f"/transactions/{posted}" in before
    assert "posted" in before
    assert "Sunday 28 February" in later
    assert "expected" in later
    for month in ("banana", "1949-12", "2040-01", "2026-13"):
        assert browser.get(f"/recurring/calendar?month={month}").status_code == 404


@pytest.mark.parametrize("kind", BookKind)
def test_the_dashboard_shows_what_waits_and_comes_and_writes_nothing_however_often_it_is_opened(
    *,
    app: Flask,
    asha: int,
    deps: Deps,
    make_book: Make,
    account: Find,
    session: Session,
    clock: Clock,
    kind: BookKind,
    good: Fields,
) -> None:
    """The app we replace wrote salary and EMI whenever its dashboard was opened: two tabs posted twice."""
    book = make_book(asha, kind=kind, name="Other")
    money = "Bank account" if kind == BookKind.PERSONAL else "Current account"
    fields = good | {"account_id": str(account(book, money)), "category_id": str(account(book, "Phone and internet"))}
    browser, at = Browser(app).sign_in_as(asha, deps), f"?book={book}"
    for changes in (
        {"occurred_on": "2026-11-20", "past": "post", "posts": "asks", "name": "Water"},
        {"occurred_on": "2026-11-23", "unit": "DAILY"},
    ):
        assert browser.send(f"/recurring/new{at}", fields | changes).status_code == 303
    browser.send(f"/{'business/' if kind == BookKind.BUSINESS else ''}transactions/new{at}", {
        "direction": "out", "amount": "5", "occurred_on": "2026-11-21", "account_id": fields["account_id"], "category_id": fields["category_id"],
    })  # fmt: skip
    run_due(deps=deps)
    home = "/dashboard" if kind == BookKind.PERSONAL else "/business_dashboard"
    clock.at = NOW + timedelta(days=2)
    before = rows(session)

    pages = [
        shown(browser.get(f"{address}{at}")) for address in (home, home, "/recurring", "/recurring/calendar", home)
    ]

    assert rows(session) == before, "what is due is posted by a run, never by a look"
    assert "Coming up" in pages[0]
    assert "Waits for you" in pages[0]
    assert "in accounts and cash" in pages[0]
    assert run_due(deps=deps).posted == 2
    tabs = [Browser(app).sign_in_as(asha, deps) for _ in range(2)]
    number = session.scalars(select(Schedule.id).where(Schedule.name == "Water")).one()
    sent = [
        tab.send(f"/recurring/{number}/post{at}", {"due_on": "2026-11-20", "to": "home"}, page=f"/recurring/new{at}")
        for tab in tabs
    ]
    assert [answer.status_code for answer in sent] == [303, 303]
    assert "Somebody has decided about this date already." in shown(tabs[1].get(sent[1].headers["Location"]))
    assert session.scalar(select(func.count()).select_from(Transaction)) == 4
    assert verify_book(session, book).differences == ()


def test_a_schedule_of_another_part_is_listed_and_changed_only_there(
    *, browser: Browser, session: Session, deps: Deps, book: int
) -> None:
    with book_work(deps, book) as work:
        first = date(2026, 12, 5)
        monthly = Rule(Frequency.MONTHLY, is_clamped=True)
        number = add_schedule(
            work, SchedulePlan(ScheduleKind.LOAN, "Car loan EMI", monthly, first, first, expected_minor=-1_524_000)
        )
    place = f"/recurring/{number}"

    listed, page = shown(browser.get("/recurring")), shown(browser.get(place))

    assert "Car loan EMI" in listed
    assert 'value="-15240.00"' in page
    assert f"{place}/edit" not in page
    assert browser.get(f"{place}/edit").status_code == 404
    for act in ("pause", "end", "remove", "restore"):
        assert browser.send(f"{place}/{act}", page="/recurring/new").status_code == 404
    assert only(session).removed_at is None


def test_a_viewer_reads_and_changes_nothing_and_a_stranger_finds_nothing(
    *, app: Flask, browser: Browser, session: Session, deps: Deps, book: int, make_user: Make, good: Fields
) -> None:
    browser.send("/recurring/new", good | {"posts": "asks", "occurred_on": "2026-11-22"})
    number = only(session).id
    viewer, stranger = make_user("viewer@example.com"), make_user("bob@example.com")
    session.add(Membership(book_id=book, user_id=viewer, role=Role.VIEWER))
    session.commit()
    reads = Browser(app).sign_in_as(viewer, deps)

    for address in ("/recurring", f"/recurring/{number}", "/recurring/calendar", "/dashboard"):
        page = shown(reads.get(f"{address}?book={book}"))
        assert "ACT Fibernet" in page or address == "/dashboard"
        assert not re.search(r'action="/recurring[^"]*"', page)
        assert "Add recurring" not in page
    assert reads.get(f"/recurring/new?book={book}").status_code == 403
    for address in (f"/recurring/{number}", f"/recurring/{number}/edit", f"/recurring/{number}/confirm"):
        assert Browser(app).sign_in_as(stranger, deps).get(f"{address}?book={book}").status_code == 404

"""What broke the application that this one replaces, asked of this one: no answer of 500, and the page does its work.

Shapes of pages that are still to come (loans, schemes, salary, holdings, clients, reports) join with those pages.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.domain.books import BookKind
from app.queries.verification import verify_book
from app.services.deps import Deps
from app.services.transactions import Recorded
from tests.blueprints.browser import Browser, shown

pytestmark = pytest.mark.sqlite_only
MINE = "/transactions/new"
BUSINESS = "/business/transactions/new"


@dataclass(frozen=True, slots=True)
class Shape:
    """A request. `fields` change those of a good expense, or are all where the form is another one; none is a GET."""

    said: str
    path: str
    status: int
    fields: dict[str, str] | None = None
    page: str = ""  # where the form stands, if elsewhere
    kept: str = ""  # what the page must show
    is_business: bool = False
    saves: int = 0  # how many expenses there are before


SHAPES = (
    Shape("a new person adds the first transaction", MINE, 303, {}),
    Shape("no category is chosen", MINE, 422, {"category_id": ""}, kept="Choose a category"),
    Shape("an amount is a word", MINE, 422, {"amount": "banana"}, kept="banana"),
    Shape("an amount is not a number", MINE, 422, {"amount": "nan"}, kept="nan"),
    Shape("an amount has no end", MINE, 422, {"amount": "inf"}, kept="inf"),
    Shape("an amount is below zero", MINE, 422, {"amount": "-5"}),
    Shape("the kind of transaction is made up", MINE, 422, {"direction": "banana"}),
    Shape("a category is nobody's", MINE, 422, {"category_id": "999999999"}),
    Shape("a day does not exist", MINE, 422, {"occurred_on": "2026-02-30"}, kept="2026-02-30"),
    Shape("a transaction is edited", "/transactions/1/edit", 303, {"note": "changed"}, saves=1),
    Shape("a transaction of the firm is edited", "/business/transactions/1/edit", 303, {"note": "x"}, is_business=True, saves=1),
    Shape("a new firm looks at its transactions", "/business/transactions", 200, is_business=True),
    Shape("a new firm adds the first transaction", BUSINESS, 303, {}, is_business=True),
    Shape("an amount of the firm is not a number", BUSINESS, 422, {"amount": "nan"}, is_business=True),
    Shape("the smallest amount is saved", MINE, 303, {"amount": "0.01"}),
    Shape("the home page of somebody with salary and spending", "/dashboard", 200, saves=1),
    Shape("the home page after twelve expenses", "/dashboard", 200, saves=12),
    Shape("insights after twelve expenses", "/insights", 200, saves=12),
    Shape("the home page of a firm with no figures", "/business_dashboard", 200, is_business=True),
    Shape("somebody registers without a birthday", "/register", 303, {
        "name": "Ravi", "email": "ravi@example.com", "password": "correct horse battery", "currency": "INR", "timezone": "Asia/Kolkata",
    }),
    Shape("somebody registers without anything", "/register", 422, {"name": "", "email": "", "password": ""}),
    Shape("a birthday is no day", "/profile", 422, {"born_on": "31/31/1990"}),
    Shape("a receipt is no picture", "/process-receipt-accurate", 422, {}, page=MINE),
    Shape("a category is added twice", "/categories/new", 422, {"name": "Groceries", "kind": "expense"}),
)  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.said.replace(" ", "_"))
def test_a_request_that_broke_the_seed_is_answered_here(
    shape: Shape,
    *,
    app: Flask,
    session: Session,
    deps: Deps,
    make_user: Callable[..., int],
    make_book: Callable[..., int],
    account: Callable[[int, str], int],
    spend: Callable[..., Recorded],
) -> None:
    person = make_user()
    category = "Meals" if shape.is_business else "Dining"
    book = make_book(person, kind=BookKind.BUSINESS if shape.is_business else BookKind.PERSONAL)
    if not shape.is_business:
        make_book(person, kind=BookKind.BUSINESS, name="Firm")
    for day in range(1, shape.saves + 1):
        spend(book, 10_000 * day, category=category, occurred_on=date(2026, 11, day))
    expense = {
        "direction": "out", "amount": "250", "occurred_on": "2026-11-21", "account_id": str(account(book, "Cash")),
        "category_id": str(account(book, category)), "submission_key": "9d6a1f6e-7f0a-4c36-9f53-0d6f3f0e2a11",
    }  # fmt: skip
    is_expense = "/transactions/" in shape.path
    browser = Browser(app) if shape.path == "/register" else Browser(app).sign_in_as(person, deps)

    if shape.fields is None:
        answer = browser.get(shape.path)
    else:
        answer = browser.send(shape.path, (expense if is_expense else {}) | shape.fields, page=shape.page)

    page = shown(answer)
    assert (answer.status_code, shape.kept in page) == (shape.status, True), page[-3000:]
    session.rollback()
    proof = verify_book(session, book)
    saved = shape.saves + (is_expense and answer.status_code == 303 and "/edit" not in shape.path)
    assert (proof.transactions, proof.differences) == (saved, ())

"""Anybody may open a book to anybody. That must not lead a person's own pages astray, or use up what they may have."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.domain.books import BookKind, Role
from app.domain.errors import Refused
from app.models.book import Membership
from app.queries.books import books_of, default_book
from app.services.books import MAX_BOOKS
from app.services.deps import Deps
from app.services.memberships import add_member
from tests.blueprints.browser import Browser


@pytest.mark.parametrize("role", [Role.EDITOR, Role.OWNER])
def test_a_book_that_somebody_else_opened_first_does_not_become_the_default_one(
    app: Flask, deps: Deps, make_user: Callable[..., int], make_book: Callable[..., int], role: Role
) -> None:
    mallory = make_user("mallory@example.com")
    trap = make_book(mallory)
    asha = make_user()
    own = make_book(asha)

    add_member(trap, email="asha@example.com", role=role, user_id=mallory, deps=deps)

    books = books_of(deps.session, asha)
    default = default_book(books, BookKind.PERSONAL)
    page = Browser(app).sign_in_as(asha, deps).get("/dashboard").get_data(as_text=True)
    assert [book.id for book in books] == [own, trap]
    assert default is not None
    assert default.id == own
    assert f"/transactions?book={own}" in page
    assert f"/transactions?book={trap}" not in page


def test_books_of_others_do_not_count_towards_how_many_a_person_may_open(
    session: Session, make_user: Callable[..., int], make_book: Callable[..., int]
) -> None:
    mallory, asha = make_user("mallory@example.com"), make_user()
    books = [make_book(mallory) for _ in range(MAX_BOOKS)]
    session.execute(insert(Membership), [{"book_id": each, "user_id": asha, "role": Role.OWNER} for each in books])
    session.commit()

    assert make_book(asha) > max(books)


def test_a_visitor_of_the_demo_neither_shares_nor_learns_who_has_an_account(
    deps: Deps, make_user: Callable[..., int], make_book: Callable[..., int]
) -> None:
    make_user()
    visitor = make_user("visitor@example.com", is_demo=True)
    book = make_book(visitor)

    said = set()
    for email in ("asha@example.com", "nobody@example.com"):
        with pytest.raises(Refused) as refused:
            add_member(book, email=email, role=Role.VIEWER, user_id=visitor, deps=deps)
        said.add(refused.value.user_message)

    assert len(said) == 1

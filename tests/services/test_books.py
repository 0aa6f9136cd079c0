from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.books import BookKind, Role
from app.domain.errors import NotInBook, Refused
from app.models.book import AuditEvent
from app.queries.books import books_of
from app.queries.people import books_only_of, members_of
from app.queries.verification import verify_book
from app.services.books import archive_book, change_book, open_book
from app.services.deps import Deps
from app.services.memberships import LAST_OWNER, add_member, change_role, remove_member


@pytest.fixture
def asha(make_user: Callable[..., int]) -> int:
    return make_user()


@pytest.fixture
def bo(make_user: Callable[..., int]) -> int:
    return make_user("bo@example.com", name="Bo")


@pytest.fixture
def book(asha: int, make_book: Callable[..., int]) -> int:
    return make_book(asha)


def test_a_person_can_have_several_books_of_a_kind(session: Session, asha: int, make_book: Callable[..., int]) -> None:
    make_book(asha, name="Shop", kind=BookKind.BUSINESS)
    make_book(asha, name="Home")
    make_book(asha, name="Travel", currency="EUR")

    assert [(book.name, book.currency) for book in books_of(session, asha)] == [
        ("Home", "INR"),
        ("Travel", "EUR"),
        ("Shop", "INR"),
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "  "}, "name"),
        ({"currency": "rupees"}, "currency"),
        ({"timezone": "Asia/Atlantis"}, "timezone"),
        ({"fiscal_year_start": 13}, "fiscal_year_start"),
    ],
)
def test_what_is_wrong_with_a_new_book_is_said_beside_its_field(
    session: Session, deps: Deps, asha: int, change: dict[str, object], field: str
) -> None:
    said: dict[str, object] = {"kind": BookKind.PERSONAL, "name": "Home", "currency": "INR", "timezone": "Asia/Kolkata"}

    with pytest.raises(Refused) as refused:
        open_book(asha, deps=deps, **(said | change))  # type: ignore[arg-type]  # wrong on purpose

    assert refused.value.field == field
    assert books_of(session, asha) == []


def test_a_renamed_and_archived_book_tells_what_it_was(session: Session, deps: Deps, asha: int, book: int) -> None:
    change_book(book, name="Home", fiscal_year_start=1, timezone="Asia/Kolkata", user_id=asha, deps=deps)
    archive_book(book, is_archived=True, user_id=asha, deps=deps)
    archive_book(book, is_archived=True, user_id=asha, deps=deps)
    archive_book(book, is_archived=False, user_id=asha, deps=deps)

    [view] = books_of(session, asha)
    assert (view.name, view.fiscal_year_start, view.is_archived) == ("Home", 1, False)
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.book_id == book).order_by(AuditEvent.number))
    assert actions.all() == ["book.opened", "book.changed", "book.archived", "book.unarchived"]
    assert verify_book(session, book).differences == ()


def test_a_member_opens_the_book_in_the_role_they_were_given(
    session: Session, deps: Deps, asha: int, bo: int, book: int
) -> None:
    assert add_member(book, email=" BO@example.com", role=Role.VIEWER, user_id=asha, deps=deps) == "Bo"
    assert [each.role for each in books_of(session, bo)] == [Role.VIEWER]

    change_role(book, bo, Role.EDITOR, user_id=asha, deps=deps)
    assert [(each.name, each.role) for each in members_of(session, book)] == [
        ("Asha Rao", Role.OWNER),
        ("Bo", Role.EDITOR),
    ]

    remove_member(book, bo, user_id=asha, deps=deps)
    assert books_of(session, bo) == []
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.book_id == book).order_by(AuditEvent.number))
    assert actions.all() == ["book.opened", "member.added", "member.changed", "member.removed"]


def test_nobody_is_let_in_twice_or_without_an_account(deps: Deps, asha: int, book: int) -> None:
    for email in ("nobody@example.com", "asha@example.com", ""):
        with pytest.raises(Refused) as refused:
            add_member(book, email=email, role=Role.VIEWER, user_id=asha, deps=deps)
        assert refused.value.field == "email"


def test_the_last_owner_can_neither_leave_nor_become_less(
    session: Session, deps: Deps, asha: int, bo: int, book: int
) -> None:
    add_member(book, email="bo@example.com", role=Role.EDITOR, user_id=asha, deps=deps)

    with pytest.raises(Refused, match=LAST_OWNER):
        remove_member(book, asha, user_id=asha, deps=deps)
    with pytest.raises(Refused, match=LAST_OWNER):
        change_role(book, asha, Role.VIEWER, user_id=asha, deps=deps)
    assert [each.others for each in books_only_of(session, asha)] == [1]

    change_role(book, bo, Role.OWNER, user_id=asha, deps=deps)
    assert books_only_of(session, asha) == []
    remove_member(book, asha, user_id=asha, deps=deps)
    assert [each.user_id for each in members_of(session, book)] == [bo]


def test_somebody_who_is_not_in_the_book_has_no_role_to_change(deps: Deps, asha: int, bo: int, book: int) -> None:
    with pytest.raises(NotInBook):
        change_role(book, bo, Role.OWNER, user_id=asha, deps=deps)
    with pytest.raises(NotInBook):
        remove_member(book, bo, user_id=asha, deps=deps)

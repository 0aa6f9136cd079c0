from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.domain.books import AccountKind, BookKind, Role
from app.domain.errors import Refused
from app.models.base import Base
from app.models.book import AuditEvent, Book, Membership
from app.models.receipt import Receipt
from app.models.user import Invitation, SignIn, User
from app.queries.books import books_of
from app.queries.people import devices_of, link_owner, signed_in
from app.queries.verification import verify_book
from app.services import passwords
from app.services.accounts import CategoryCommand, add_category
from app.services.departures import delete_account
from app.services.deps import Deps
from app.services.memberships import add_member
from app.services.one_time_links import Purpose
from app.services.people import (
    Profile,
    Registration,
    ask_for_reset,
    change_password,
    change_profile,
    invite,
    issue_reset,
    register,
    reset_password,
)
from app.services.sign_ins import (
    WRONG,
    begin_sign_in,
    confirm_and_sign_in,
    sign_in,
    sign_out,
    sign_out_device,
    sign_out_elsewhere,
)
from tests.conftest import Clock, FakeMailer

PASSWORD = "four plain words"
SITE = "https://money.example"
ASHA = Registration(
    email="Asha@Example.com ",
    name=" Asha  Rao",
    password=PASSWORD,
    locale="en-IN",
    timezone="Asia/Kolkata",
    currency="INR",
)


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id still, but at a cost that a test can pay many times."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def no_mail(mailer: FakeMailer) -> None:
    mailer.is_configured = False


def enter(deps: Deps, email: str = "asha@example.com", password: str = PASSWORD) -> str:
    return sign_in(email, password, device="Firefox", address="10.0.0.1", deps=deps)


def link_in(mailer: FakeMailer) -> str:
    """The secret in the last mail."""
    return mailer.sent[-1][2].split(SITE)[1].split()[0].rsplit("/", 1)[1]


@pytest.mark.usefixtures("no_mail")
def test_a_new_person_gets_a_personal_book_and_can_sign_in(session: Session, deps: Deps) -> None:
    user_id = register(ASHA, policy="open", site=SITE, deps=deps)

    assert user_id is not None
    assert [(book.kind, book.role) for book in books_of(session, user_id)] == [(BookKind.PERSONAL, Role.OWNER)]
    person = signed_in(session, enter(deps), deps.now())
    assert person is not None
    assert (person.id, person.email, person.name) == (user_id, "asha@example.com", "Asha Rao")


@pytest.mark.usefixtures("no_mail")
def test_who_ticks_business_gets_that_book_too_and_the_books_prove_themselves(session: Session, deps: Deps) -> None:
    user_id = register(replace(ASHA, with_business=True), policy="open", site=SITE, deps=deps)

    books = books_of(session, user_id or 0)
    assert [book.kind for book in books] == [BookKind.PERSONAL, BookKind.BUSINESS]
    assert [verify_book(session, book.id).differences for book in books] == [(), ()]
    assert session.scalars(select(AuditEvent.user_id).distinct()).all() == [user_id]


@pytest.mark.usefixtures("no_mail")
def test_the_password_is_kept_as_argon2id_only(session: Session, deps: Deps) -> None:
    register(ASHA, policy="open", site=SITE, deps=deps)

    assert session.scalars(select(User.password_hash)).one().startswith("$argon2id$")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": "a@b"}, "email"),
        ({"email": ""}, "email"),
        ({"name": " \t"}, "name"),
        ({"password": "short"}, "password"),
        ({"password": "asha@example.com"}, "password"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
    ],
)
def test_what_is_wrong_with_a_registration_is_said_beside_its_field_and_nothing_is_saved(
    session: Session, deps: Deps, change: dict[str, str], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        register(replace(ASHA, **change), policy="open", site=SITE, deps=deps)  # type: ignore[arg-type]  # texts only

    assert refused.value.field == field
    assert session.scalar(select(func.count()).select_from(Book)) == 0
    assert session.scalar(select(func.count()).select_from(User)) == 0


def test_with_a_mail_server_the_answer_is_the_same_for_a_taken_address(
    session: Session, deps: Deps, mailer: FakeMailer
) -> None:
    first = register(ASHA, policy="open", site=SITE, deps=deps)
    confirm_and_sign_in(link_in(mailer), "asha@example.com", PASSWORD, device="", address="", deps=deps)
    books = session.scalar(select(func.count()).select_from(Book))

    again = register(replace(ASHA, password="somebody else's words"), policy="open", site=SITE, deps=deps)

    assert first is again is None
    assert [to for to, _, _ in mailer.sent] == ["asha@example.com", "asha@example.com"]
    assert mailer.sent[1][1] == "You already have an account"
    assert session.scalar(select(func.count()).select_from(User)) == 1
    assert session.scalar(select(func.count()).select_from(Book)) == books
    assert enter(deps)


def test_with_a_mail_server_nobody_signs_in_before_the_address_is_confirmed(deps: Deps, mailer: FakeMailer) -> None:
    register(ASHA, policy="open", site=SITE, deps=deps)

    with pytest.raises(Refused, match=WRONG):
        enter(deps)
    with pytest.raises(Refused, match=WRONG):  # whoever reads the mail still needs the password
        confirm_and_sign_in(link_in(mailer), "asha@example.com", "another one here", device="", address="", deps=deps)
    assert confirm_and_sign_in(link_in(mailer), "asha@example.com", PASSWORD, device="", address="", deps=deps)
    assert enter(deps)


def test_a_confirmation_that_was_lost_comes_again_when_the_person_registers_again(
    deps: Deps, mailer: FakeMailer, clock: Clock
) -> None:
    register(ASHA, policy="open", site=SITE, deps=deps)
    lost = link_in(mailer)
    clock.at += timedelta(days=8)
    register(ASHA, policy="open", site=SITE, deps=deps)

    assert link_in(mailer) != lost
    assert not link_owner(deps.session, lost, Purpose.CONFIRM, deps.now())[0]
    assert confirm_and_sign_in(link_in(mailer), "asha@example.com", PASSWORD, device="", address="", deps=deps)


@pytest.mark.usefixtures("no_mail")
def test_without_a_mail_server_a_taken_address_is_neither_changed_nor_signed_in(session: Session, deps: Deps) -> None:
    register(ASHA, policy="open", site=SITE, deps=deps)

    assert register(replace(ASHA, password="somebody else's words"), policy="open", site=SITE, deps=deps) is None

    assert session.scalars(select(User.email)).all() == ["asha@example.com"]
    assert enter(deps)


@pytest.mark.usefixtures("no_mail")
def test_an_invitation_lets_one_person_in_once_within_a_week(session: Session, deps: Deps, clock: Clock) -> None:
    first, late = invite(deps=deps), invite(deps=deps)
    invited = replace(ASHA, invitation=first)

    assert register(invited, policy="invite", site=SITE, deps=deps)
    with pytest.raises(Refused, match="used"):
        register(replace(invited, email="bo@example.com"), policy="invite", site=SITE, deps=deps)
    clock.at += timedelta(days=7, seconds=1)
    with pytest.raises(Refused, match="too old"):
        register(replace(invited, email="bo@example.com", invitation=late), policy="invite", site=SITE, deps=deps)
    with pytest.raises(Refused):
        register(replace(invited, email="bo@example.com", invitation=""), policy="invite", site=SITE, deps=deps)

    assert session.scalars(select(User.email)).all() == ["asha@example.com"]


def test_a_closed_server_takes_nobody(session: Session, deps: Deps) -> None:
    with pytest.raises(Refused, match="no new accounts"):
        register(ASHA, policy="closed", site=SITE, deps=deps)

    assert session.scalars(select(User.email)).all() == []


@pytest.mark.usefixtures("no_mail")
def test_a_wrong_password_and_an_unknown_address_are_answered_alike(deps: Deps) -> None:
    register(ASHA, policy="open", site=SITE, deps=deps)

    for email, password in (("asha@example.com", "wrong words here"), ("nobody@example.com", PASSWORD), ("", "")):
        with pytest.raises(Refused) as refused:
            enter(deps, email, password)
        assert (refused.value.user_message, refused.value.field) == (WRONG, None)


def test_who_has_no_password_cannot_sign_in_with_the_one_kept_for_comparing(
    deps: Deps, make_user: Callable[..., int]
) -> None:
    make_user()

    for password in ("", "the password of nobody"):
        with pytest.raises(Refused):
            enter(deps, password=password)


@pytest.mark.usefixtures("no_mail")
def test_a_password_kept_at_a_lower_cost_is_hashed_again_at_the_next_sign_in(
    session: Session, deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(ASHA, policy="open", site=SITE, deps=deps)
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))

    enter(deps)

    assert "m=16,t=2" in session.scalars(select(User.password_hash)).one()
    assert enter(deps)


def test_a_revoked_sign_in_opens_nothing(session: Session, deps: Deps, make_user: Callable[..., int]) -> None:
    user = make_user()
    here, there, elsewhere = (begin_sign_in(user, device=name, address="", deps=deps) for name in "abc")

    assert sign_out_device(user, devices_of(session, user, there, deps.now())[0].key, deps=deps)
    assert not signed_in(session, there, deps.now())
    sign_out_elsewhere(user, here, deps=deps)
    assert not signed_in(session, elsewhere, deps.now())
    assert signed_in(session, here, deps.now())
    sign_out(here, deps=deps)
    assert not signed_in(session, here, deps.now())


def test_nobody_ends_the_sign_in_of_somebody_else(session: Session, deps: Deps, make_user: Callable[..., int]) -> None:
    asha, bo = make_user(), make_user("bo@example.com")
    token = begin_sign_in(asha, device="", address="", deps=deps)
    key = devices_of(session, asha, token, deps.now())[0].key

    assert not sign_out_device(bo, key, deps=deps)
    assert signed_in(session, token, deps.now())


def test_a_sign_in_ends_by_itself_after_ninety_days(
    session: Session, deps: Deps, clock: Clock, make_user: Callable[..., int]
) -> None:
    user = make_user()
    token = begin_sign_in(user, device="", address="", deps=deps)

    clock.at += timedelta(days=90)

    assert signed_in(session, token, deps.now()) is None
    begin_sign_in(user, device="", address="", deps=deps)
    assert session.scalar(select(func.count()).select_from(SignIn)) == 1


@pytest.mark.usefixtures("no_mail")
def test_changing_the_password_asks_for_the_current_one_and_signs_out_elsewhere(session: Session, deps: Deps) -> None:
    user = register(ASHA, policy="open", site=SITE, deps=deps) or 0
    here, there = enter(deps), enter(deps)

    with pytest.raises(Refused) as refused:
        change_password(user, current="not this one", new="five other plain words", token=here, deps=deps)
    assert refused.value.field == "current"
    change_password(user, current=PASSWORD, new="five other plain words", token=here, deps=deps)

    assert signed_in(session, here, deps.now())
    assert not signed_in(session, there, deps.now())
    assert enter(deps, password="five other plain words")
    with pytest.raises(Refused):
        enter(deps)


def test_a_reset_link_works_once_for_half_an_hour_and_signs_out_everywhere(
    session: Session, deps: Deps, mailer: FakeMailer, clock: Clock, make_user: Callable[..., int]
) -> None:
    token = begin_sign_in(make_user(), device="", address="", deps=deps)
    ask_for_reset("ASHA@example.com", SITE, deps=deps)
    link = link_in(mailer)

    with pytest.raises(Refused) as refused:
        reset_password(link, "short", deps=deps)
    assert refused.value.field == "password"
    reset_password(link, PASSWORD, deps=deps)
    with pytest.raises(Refused, match="used"):
        reset_password(link, "five other plain words", deps=deps)

    assert not signed_in(session, token, deps.now())
    assert enter(deps)
    ask_for_reset("asha@example.com", SITE, deps=deps)
    clock.at += timedelta(minutes=31)
    with pytest.raises(Refused, match="too old"):
        reset_password(link_in(mailer), "five other plain words", deps=deps)


def test_a_new_reset_link_replaces_the_one_before_and_the_database_knows_neither(
    session: Session, deps: Deps, make_user: Callable[..., int]
) -> None:
    make_user()
    first, second = issue_reset("asha@example.com", deps=deps), issue_reset("asha@example.com", deps=deps)

    assert [link_owner(session, each or "", Purpose.RESET, deps.now())[0] for each in (first, second)] == [False, True]
    kept = session.scalars(select(Invitation.token_hash)).all()
    assert len(kept) == 1
    assert second not in kept


def test_asking_for_an_address_that_nobody_has_sends_nothing(deps: Deps, mailer: FakeMailer) -> None:
    ask_for_reset("nobody@example.com", SITE, deps=deps)

    assert mailer.sent == []
    assert issue_reset("nobody@example.com", deps=deps) is None


def test_a_reset_by_mail_confirms_the_address_as_well(deps: Deps, mailer: FakeMailer) -> None:
    register(ASHA, policy="open", site=SITE, deps=deps)
    ask_for_reset("asha@example.com", SITE, deps=deps)

    reset_password(link_in(mailer), "five other plain words", deps=deps)

    assert enter(deps, password="five other plain words")


def test_a_link_for_one_purpose_is_useless_for_another(deps: Deps) -> None:
    with pytest.raises(Refused):
        reset_password(invite(deps=deps), PASSWORD, deps=deps)


def test_a_profile_is_kept_as_it_is_said(session: Session, deps: Deps, make_user: Callable[..., int]) -> None:
    user = make_user()

    change_profile(user, Profile("Asha K", date(1990, 2, 28), "de-DE", "Europe/Berlin", "dark"), deps=deps)

    kept = session.execute(
        select(User.name, User.born_on, User.locale, User.timezone, User.theme).where(User.id == user)
    ).one()
    assert tuple(kept) == ("Asha K", date(1990, 2, 28), "de-DE", "Europe/Berlin", "dark")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"born_on": date(2027, 1, 1)}, "born_on"),
        ({"born_on": date(1899, 12, 31)}, "born_on"),
        ({"theme": "pink"}, "theme"),
        ({"timezone": "x"}, "timezone"),
    ],
)
def test_what_is_wrong_with_a_profile_is_said_beside_its_field(
    deps: Deps, make_user: Callable[..., int], change: dict[str, object], field: str
) -> None:
    said = Profile("Asha", None, "en-IN", "Asia/Kolkata", "auto")

    with pytest.raises(Refused) as refused:
        change_profile(make_user(), replace(said, **change), deps=deps)  # type: ignore[arg-type]  # wrong on purpose

    assert refused.value.field == field


def keep_receipt(session: Session, deps: Deps, book_id: int, key: str) -> None:
    session.execute(
        insert(Receipt).values(
            book_id=book_id, sha256="0" * 64, storage="local", storage_key=key, media_type="image/jpeg", width=1, height=1,
            created_at=deps.now(),
        )
    )  # fmt: skip
    session.commit()


@pytest.mark.usefixtures("no_mail")
def test_deleting_an_account_removes_every_row_of_the_person_and_of_the_books_that_only_they_own(
    session: Session, deps: Deps, spend: Callable[..., object], account: Callable[[int, str], int]
) -> None:
    asha = register(replace(ASHA, with_business=True), policy="open", site=SITE, deps=deps) or 0
    bo = register(replace(ASHA, email="bo@example.com"), policy="open", site=SITE, deps=deps) or 0
    personal, business = (book.id for book in books_of(session, asha))
    theirs = books_of(session, bo)[0].id
    add_member(theirs, email="asha@example.com", role=Role.OWNER, user_id=bo, deps=deps)
    add_member(business, email="bo@example.com", role=Role.EDITOR, user_id=asha, deps=deps)
    spend(personal, payee="Big Bazaar", tags=("weekly",), user_id=asha)
    spend(theirs, user_id=asha)
    parent = account(personal, "Groceries")
    add_category(CategoryCommand(personal, asha, "Sweets", AccountKind.EXPENSE, parent_id=parent), deps=deps)
    for book_id, key in ((personal, "mine"), (personal, "shared"), (theirs, "shared")):
        keep_receipt(session, deps, book_id, key)
    enter(deps)
    issue_reset("asha@example.com", deps=deps)
    gone: list[tuple[str, str]] = []

    with pytest.raises(Refused) as refused:
        delete_account(asha, password="not this one", delete_file=lambda *file: gone.append(file), deps=deps)
    assert (refused.value.field, gone) == ("password", [])
    delete_account(asha, password=PASSWORD, delete_file=lambda *file: gone.append(file), deps=deps)

    for table in Base.metadata.sorted_tables:
        if "book_id" in table.c:
            left = set(session.scalars(select(table.c.book_id).distinct()).all())
            assert left <= {theirs}, table.name
        if "user_id" in table.c and table.name != "audit_events":
            assert asha not in session.scalars(select(table.c.user_id)).all(), table.name
    assert session.scalars(select(User.id)).all() == [bo]
    assert session.scalars(select(Book.id)).all() == [theirs]
    assert gone == [("local", "mine")]
    verified = verify_book(session, theirs)
    assert (verified.transactions, verified.differences) == (1, ())
    last = select(AuditEvent.action).where(AuditEvent.book_id == theirs).order_by(AuditEvent.number.desc()).limit(1)
    assert session.scalars(last).one() == "member.removed"


def test_a_visitor_of_the_demo_leaves_without_a_password(
    session: Session, deps: Deps, make_user: Callable[..., int], make_book: Callable[..., int]
) -> None:
    visitor = make_user(is_demo=True)
    make_book(visitor)

    delete_account(visitor, password="", delete_file=lambda *_: None, deps=deps)

    assert session.scalar(select(func.count()).select_from(Membership)) == 0
    assert session.scalar(select(func.count()).select_from(User)) == 0

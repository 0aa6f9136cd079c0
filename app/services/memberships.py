"""Who may open a book: let people in, change what they may do, let them go. A book always has an owner."""

from sqlalchemy import func, select

from app.domain.books import Role
from app.domain.errors import NotInBook, Refused
from app.models.book import Membership
from app.models.user import Invitation, User
from app.queries.people import email_key
from app.services.deps import Deps
from app.services.one_time_links import Purpose
from app.services.uow import BookWork, book_work

MAX_MEMBERS = 50
LAST_OWNER = "A book needs an owner. Make somebody else an owner first."


def add_member(book_id: int, *, email: str, role: Role, user_id: int, deps: Deps) -> str:
    """Let somebody who has an account open the book. Returns their name.

    Raises: Refused beside `email` when nobody signs in with it or they are in already, and for a visitor of the demo, whom
    the answer would tell who has an account here.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        if work.session.scalar(select(User.is_demo).where(User.id == user_id)):
            raise Refused("Visitors of the demo cannot share books. Make an account of your own first.", field="email")
        unconfirmed = select(Invitation.user_id).where(
            Invitation.purpose == Purpose.CONFIRM, Invitation.user_id.is_not(None)
        )
        person = work.session.execute(
            select(User.id, User.name).where(User.email == email_key(email), User.id.not_in(unconfirmed))
        ).one_or_none()
        if person is None:
            raise Refused(
                "Nobody on this server signs in with this address. Ask them to register first.", field="email"
            )
        members = select(func.count()).select_from(Membership).where(Membership.book_id == book_id)
        if work.session.scalar(members.where(Membership.user_id == person.id)):
            raise Refused(f"{person.name} can open this book already.", field="email")
        if (work.session.scalar(members) or 0) >= MAX_MEMBERS:
            raise Refused(f"At most {MAX_MEMBERS} people can share a book.", field="email")
        work.session.add(Membership(book_id=book_id, user_id=person.id, role=role))
        work.audit("member.added", f"user:{person.id}", after={"role": role})
        name: str = person.name
        return name


def change_role(book_id: int, member_id: int, role: Role, *, user_id: int, deps: Deps) -> None:
    """Change what a member may do. Raises: NotInBook; Refused for the last owner."""
    with book_work(deps, book_id, user_id=user_id) as work:
        member = _member(work, member_id)
        if member.role == role:
            return
        if role != Role.OWNER:
            _check_other_owner(work, member)
        work.audit("member.changed", f"user:{member_id}", before={"role": member.role}, after={"role": role})
        member.role = role


def remove_member(book_id: int, member_id: int, *, user_id: int, deps: Deps) -> None:
    """Let a member go, or go oneself. Raises: NotInBook; Refused for the last owner."""
    with book_work(deps, book_id, user_id=user_id) as work:
        member = _member(work, member_id)
        _check_other_owner(work, member)
        work.audit("member.removed", f"user:{member_id}", before={"role": member.role})
        work.session.delete(member)


def _member(work: BookWork, member_id: int) -> Membership:
    member = work.session.get(Membership, (work.book.id, member_id))
    if member is None:
        raise NotInBook("member", member_id, work.book.id)
    return member


def _check_other_owner(work: BookWork, member: Membership) -> None:
    others = select(func.count()).select_from(Membership).where(
        Membership.book_id == work.book.id, Membership.role == Role.OWNER, Membership.user_id != member.user_id
    )  # fmt: skip
    if not work.session.scalar(others):
        raise Refused(LAST_OWNER)

"""Goals: adding, changing and removing them. They post nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, func, select

from app.domain.books import MONEY_KINDS
from app.domain.errors import NotInBook, Refused
from app.domain.money import MAX_MINOR
from app.domain.texts import clean
from app.domain.worth import GoalBasis
from app.models.account import Account
from app.models.goal import Goal, GoalAccount
from app.services.deps import Deps
from app.services.posting import check_day
from app.services.schedules import today_of
from app.services.uow import BookWork, book_work

NAME_LENGTH = 80
MOST_YEARS = 50
MOST_GOALS = 50


@dataclass(frozen=True, slots=True)
class GoalCommand:
    """A goal as a person states it. `account_ids` count when the basis is accounts, what is saved from `start_on` on otherwise."""

    book_id: int
    user_id: int | None
    name: str
    target_minor: int
    by_on: date
    basis: GoalBasis
    start_on: date
    account_ids: tuple[int, ...] = ()


def add_goal(command: GoalCommand, *, deps: Deps) -> int:
    """Set a goal. Returns its id.

    Raises: Refused with the field to correct, NotInBook for an account of another book.
    """
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        count = work.session.scalar(
            select(func.count()).select_from(Goal).where(Goal.book_id == work.book.id, Goal.removed_at.is_(None))
        )
        if (count or 0) >= MOST_GOALS:
            raise Refused(f"A book has at most {MOST_GOALS} goals. Remove one first.")
        goal = Goal(book_id=work.book.id, created_at=work.now, removed_at=None, **_columns(work, command))
        work.session.add(goal)
        work.session.flush()
        _write_accounts(work, goal.id, command)
        work.audit("goal.added", f"goal:{goal.id}", after=_described(goal, command.account_ids))
        return goal.id


def change_goal(goal_id: int, command: GoalCommand, *, deps: Deps) -> None:
    """Let a goal say something else.

    Raises: as `add_goal`.
    """
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        goal = _row(work, goal_id)
        before = _described(goal, _accounts_of(work, goal_id))
        for name, value in _columns(work, command, now=goal).items():
            setattr(goal, name, value)
        work.session.execute(
            delete(GoalAccount).where(GoalAccount.book_id == work.book.id, GoalAccount.goal_id == goal_id)
        )
        _write_accounts(work, goal_id, command)
        work.audit("goal.changed", f"goal:{goal_id}", before=before, after=_described(goal, command.account_ids))


def set_goal_removed(goal_id: int, *, is_removed: bool, book_id: int, user_id: int | None, deps: Deps) -> str:
    """Remove a goal, or undo that. Returns its name.

    Raises: NotInBook.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        goal = _row(work, goal_id, is_removed=not is_removed)
        goal.removed_at = work.now if is_removed else None
        work.session.flush()
        work.audit("goal.removed" if is_removed else "goal.restored", f"goal:{goal_id}")
        return goal.name


def _columns(work: BookWork, command: GoalCommand, *, now: Goal | None = None) -> dict[str, Any]:
    name = clean(command.name, NAME_LENGTH)
    if not name:
        raise Refused("Write a name.", field="name")
    if not 0 < command.target_minor <= MAX_MINOR:
        raise Refused("Write the amount, above zero.", field="target")
    today = today_of(work)
    if command.by_on.year > today.year + MOST_YEARS:
        raise Refused(f"Choose a day within {MOST_YEARS} years.", field="by_on")
    if command.by_on <= today and (now is None or now.by_on != command.by_on):
        raise Refused("Choose a day that is still to come.", field="by_on")
    check_day(work, command.start_on, field="start_on")
    if command.start_on > today:
        raise Refused("Savings count from today or an earlier day.", field="start_on")
    if command.basis == GoalBasis.ACCOUNTS:
        if not command.account_ids:
            raise Refused("Choose at least one account.", field="account_ids")
        known = work.session.scalars(
            select(Account.id).where(
                Account.book_id == work.book.id, Account.id.in_(command.account_ids), Account.kind.in_(MONEY_KINDS)
            )
        ).all()
        if set(known) != set(command.account_ids):
            raise NotInBook("account", command.account_ids, work.book.id)
    return {
        "name": name, "target_minor": command.target_minor, "by_on": command.by_on, "basis": command.basis, "start_on": command.start_on,
    }  # fmt: skip


def _write_accounts(work: BookWork, goal_id: int, command: GoalCommand) -> None:
    if command.basis == GoalBasis.ACCOUNTS:
        work.session.add_all(
            GoalAccount(goal_id=goal_id, account_id=each, book_id=work.book.id)
            for each in sorted(set(command.account_ids))
        )
    work.session.flush()


def _accounts_of(work: BookWork, goal_id: int) -> Sequence[int]:
    return work.session.scalars(
        select(GoalAccount.account_id)
        .where(GoalAccount.book_id == work.book.id, GoalAccount.goal_id == goal_id)
        .order_by(GoalAccount.account_id)
    ).all()


def _row(work: BookWork, goal_id: int, *, is_removed: bool = False) -> Goal:
    row = work.session.scalars(select(Goal).where(Goal.book_id == work.book.id, Goal.id == goal_id)).one_or_none()
    if row is None or (row.removed_at is not None) != is_removed:
        raise NotInBook("goal", goal_id, work.book.id)
    return row


def _described(goal: Goal, account_ids: Sequence[int]) -> dict[str, Any]:
    return {
        "name": goal.name, "target_minor": goal.target_minor, "by_on": goal.by_on, "basis": goal.basis, "start_on": goal.start_on,
        "accounts": sorted(account_ids),
    }  # fmt: skip

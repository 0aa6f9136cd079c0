"""What a person answered about a year's tax, and whose taxes a book is about."""

from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.books import Role
from app.domain.fiscal_years import FiscalYear
from app.domain.tax.answers import Answers
from app.models.base import table_of
from app.models.book import Membership
from app.models.tax_plan import TaxPlan
from app.models.user import User


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose taxes a book is about."""

    user_id: int
    born_on: date | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The answers for a year, and when they were last changed: never, when `saved_at` is none."""

    answers: Answers
    saved_at: datetime | None


_PLAN = table_of(TaxPlan).c
_ANSWERS = [_PLAN[field.name] for field in fields(Answers)]


def plan_and_owner(session: Session, book_id: int, fy: FiscalYear) -> tuple[Plan, Owner]:
    """The answers of a book for a year, those of nobody when nothing was answered; and whose taxes they are about. One statement.

    Of several owners it is the one who has been here longest.
    """
    row = session.execute(
        select(User.id, User.born_on, _PLAN.updated_at, *_ANSWERS)
        .select_from(Membership)
        .join(User, User.id == Membership.user_id)
        .outerjoin(
            TaxPlan,
            (TaxPlan.book_id == Membership.book_id) & (TaxPlan.fy == str(fy)) & TaxPlan.removed_at.is_(None),
        )
        .where(Membership.book_id == book_id, Membership.role == Role.OWNER)
        .order_by(User.id)
        .limit(1)
    ).one()
    saved_at = row[2]
    return Plan(Answers(*row[3:]) if saved_at else Answers(), saved_at), Owner(row[0], row[1])

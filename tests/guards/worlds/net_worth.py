from datetime import date, timedelta

from sqlalchemy import select

from app.domain.books import BookKind
from app.domain.worth import GoalBasis, PropertyKind
from app.models.account import Account
from app.models.book import Book
from app.services.deps import Deps
from app.services.goals import NAME_LENGTH as GOAL_LENGTH
from app.services.goals import GoalCommand, add_goal
from app.services.valuations import NAME_LENGTH, PropertyCommand, ValuationCommand, add_property, add_valuation


def fill(deps: Deps, book_id: int, user_id: int, planted: str) -> dict[str, object]:
    """A property with a valuation, and a goal of each kind, every text holding `planted`; the ids by the names of route parameters."""
    today = deps.now().date()
    kind = deps.session.get_one(Book, book_id).kind
    account_id = deps.session.scalars(
        select(Account.id).where(Account.book_id == book_id, Account.subtype == "bank").order_by(Account.id).limit(1)
    ).one()
    thing = PropertyCommand(
        book_id, user_id, f"P {planted}"[:NAME_LENGTH], PropertyKind.HOUSE, 5_000_000, date(2025, 4, 1), account_id, planted
    )  # fmt: skip
    property_id = add_property(thing, deps=deps)
    valuation_id = add_valuation(
        property_id, ValuationCommand(book_id, user_id, today, 6_000_000, planted), deps=deps
    )  # fmt: skip
    by_on = today + timedelta(days=400)
    goal_id = add_goal(
        GoalCommand(book_id, user_id, f"G {planted}"[:GOAL_LENGTH], 9_000_000, by_on, GoalBasis.ACCOUNTS, today, (account_id,)),
        deps=deps,
    )  # fmt: skip
    add_goal(GoalCommand(book_id, user_id, planted[:GOAL_LENGTH], 1, by_on, GoalBasis.SAVINGS, today), deps=deps)
    if kind == BookKind.BUSINESS:
        return {}
    return {"property_id": property_id, "valuation_id": valuation_id, "goal_id": goal_id}

"""Goals as they stand: what is reached, what each month must bring, and how likely that is from what was really saved.

The probability is a bootstrap: the past whole months, at most the last 36, are drawn with replacement, as many as are left, some
thousand times; it is the share of draws that reach the goal. The draws are seeded, so the same books say the same. It knows
nothing of what will change, and under six months of history nothing is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.domain.periods import Month
from app.domain.worth import GoalBasis, monthly_need, months_left
from app.models.goal import Goal, GoalAccount
from app.queries.net_worth import Worth

LEAST_MONTHS, MOST_MONTHS = 6, 36
DRAWS = 2000
SEED = 20_260_401


@dataclass(frozen=True, slots=True)
class GoalRow:
    """A goal as it was set."""

    id: int
    name: str
    target_minor: int
    by_on: date
    basis: GoalBasis
    start_on: date
    account_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GoalView:
    """A goal as it stands. `need_minor` is none once its day has passed; `chance` (in per mille) is none without enough history."""

    goal: GoalRow
    reached_minor: int
    months_left: int
    need_minor: int | None
    usual_minor: int | None  # what a middle month of the history brought
    history: int  # how many whole months there are
    chance: int | None

    @property
    def is_reached(self) -> bool:
        """Whether it is there."""
        return self.reached_minor >= self.goal.target_minor

    @property
    def missing_minor(self) -> int:
        """What is not there yet."""
        return max(self.goal.target_minor - self.reached_minor, 0)

    @property
    def is_over(self) -> bool:
        """Whether its day has passed without it."""
        return not self.is_reached and self.months_left == 0


def goals_of(session: Session, book_id: int) -> list[GoalRow]:
    """The goals of a book that are not removed, the nearest first. One statement."""
    rows = session.execute(
        select(Goal.id, Goal.name, Goal.target_minor, Goal.by_on, Goal.basis, Goal.start_on, GoalAccount.account_id)
        .outerjoin(GoalAccount, and_(GoalAccount.book_id == Goal.book_id, GoalAccount.goal_id == Goal.id))
        .where(Goal.book_id == book_id, Goal.removed_at.is_(None))
        .order_by(Goal.by_on, Goal.id, GoalAccount.account_id)
    ).all()
    accounts: dict[int, list[int]] = {}
    for row in rows:
        accounts.setdefault(row.id, []).extend([] if row.account_id is None else [row.account_id])
    facts = {row.id: (row.id, row.name, row.target_minor, row.by_on, row.basis, row.start_on) for row in rows}
    return [GoalRow(*its, tuple(accounts[goal_id])) for goal_id, its in facts.items()]


def standing(goal: GoalRow, worth: Worth) -> GoalView:
    """How a goal stands in a book that is worth this."""
    if goal.basis == GoalBasis.ACCOUNTS:
        reached = sum(line.value_minor for line in worth.lines if line.account.id in goal.account_ids)
        history = [sum(each) for each in zip(*(worth.put_in(each) for each in goal.account_ids), strict=True)]
    else:
        first = Month.of(goal.start_on)
        reached = sum(
            moved.saved_minor for point, moved in zip(worth.points, worth.moved, strict=True) if point.month >= first
        )
        history = [moved.saved_minor for moved in worth.moved]
    begun = next((at for at, minor in enumerate(history) if minor), len(history))  # the month it began in is not whole
    whole_months = [
        minor
        for point, minor in zip(worth.points[begun + 1 :], history[begun + 1 :], strict=True)
        if point.on == point.month.last
    ][-MOST_MONTHS:]
    left = months_left(worth.today, goal.by_on)
    enough = len(whole_months) >= LEAST_MONTHS
    return GoalView(
        goal, reached, left, monthly_need(goal.target_minor, reached, left),
        sorted(whole_months)[len(whole_months) // 2] if enough else None, len(whole_months),
        chance(whole_months, goal.target_minor - reached, left) if enough and left else None,
    )  # fmt: skip


def chance(history_minor: Sequence[int], missing_minor: int, months: int) -> int:
    """How likely so many months like those of the history bring what is missing, in per mille. Whole numbers throughout.

    >>> chance([100, 200, 300, 100, 200, 300], 600, 3) in range(550, 700)
    True
    """
    if missing_minor <= 0:
        return 1000
    draws = np.random.default_rng(SEED).multinomial(months, [1 / len(history_minor)] * len(history_minor), size=DRAWS)
    sums = draws @ np.array(history_minor, dtype=np.int64)
    return int(np.count_nonzero(sums >= missing_minor)) * 1000 // DRAWS

"""What is worth saying about single categories of spending, in any book."""

from decimal import Decimal

from app.domain.flows import total
from app.rules.findings import Amount, Finding, Gravity, Months
from app.rules.snapshot import CategoryTrend, Snapshot
from app.rules.thresholds import JUMP, JUMP_WEIGHT


def category_jumped(snapshot: Snapshot) -> Finding | None:
    """The category that is furthest above its usual month, when that is far enough to matter."""
    if not snapshot.has_history:
        return None
    usual_spending = total(snapshot.settled).expense_minor // len(snapshot.settled)
    jumped = [each for each in snapshot.categories if _has_jumped(each, usual_spending)]
    if not jumped:
        return None
    furthest = max(jumped, key=lambda each: each.now_minor - usual(each))
    return Finding(
        "category_jumped",
        Gravity.WATCH,
        "{category}: more than usual",
        "{now} in {month}, where {usual} is usual.",
        f"Measured against {JUMP.source}.",
        "graph-up-arrow",
        {
            "category": furthest.name,
            "now": Amount(furthest.now_minor),
            "usual": Amount(usual(furthest)),
            "month": Months(snapshot.month, snapshot.month),
        },
    )


def usual(category: CategoryTrend) -> int:
    """The middle one of the earlier months."""
    ordered = sorted(category.earlier_minor)
    return ordered[len(ordered) // 2]


def _has_jumped(category: CategoryTrend, usual_spending: int) -> bool:
    if not category.earlier_minor or min(category.earlier_minor) <= 0:
        return False  # something that is not bought every month has no usual month
    excess = category.now_minor - usual(category)
    return category.now_minor >= JUMP.limit * usual(category) and Decimal(excess) >= JUMP_WEIGHT.limit * usual_spending

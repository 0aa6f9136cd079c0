"""What is worth saying about the money of a firm."""

from app.domain.flows import share, total
from app.rules.findings import Amount, Finding, Gravity, Months, Share
from app.rules.snapshot import Snapshot
from app.rules.thresholds import CASH_DAYS

DAYS_PER_MONTH = 365 / 12


def revenue_covers_costs(snapshot: Snapshot) -> Finding | None:
    """Whether the settled months earned more than they cost."""
    settled = total(snapshot.settled)
    if not snapshot.has_history:
        return None
    months = Months(snapshot.settled_months[0], snapshot.settled_months[-1])
    if settled.kept_minor < 0:
        return Finding(
            "revenue_covers_costs",
            Gravity.ACT,
            "Costs are above revenue",
            "{months}: {loss} more went out than was earned.",
            "Measured against break-even.",
            "graph-down-arrow",
            {"months": months, "loss": Amount(-settled.kept_minor)},
        )
    margin = share(settled.kept_minor, settled.income_minor)
    if margin is None:
        return None
    return Finding(
        "revenue_covers_costs",
        Gravity.GOOD,
        "Revenue covers your costs",
        "{months}: {profit} of profit, a margin of {margin}.",
        "Measured against break-even.",
        "graph-up-arrow",
        {"months": months, "profit": Amount(settled.kept_minor), "margin": Share(margin)},
    )


def cash_lasts(snapshot: Snapshot) -> Finding | None:
    """For how many days of usual costs the cash would last if nobody paid."""
    costs = total(snapshot.settled).expense_minor
    if not snapshot.has_history or costs <= 0:
        return None
    days = max(snapshot.cash_minor, 0) * round(DAYS_PER_MONTH * len(snapshot.settled)) // costs
    is_short = days < CASH_DAYS.limit
    return Finding(
        "cash_lasts",
        Gravity.WATCH if is_short else Gravity.GOOD,
        "Cash would not last long" if is_short else "Cash would last",
        "It covers {days} days of your usual costs if nobody paid.",
        f"Keep more than {{limit}} days: {CASH_DAYS.source}.",
        "cash-stack",
        {"days": days, "limit": int(CASH_DAYS.limit)},
    )

"""What is worth saying about the money of a household."""

from app.domain.flows import share, total
from app.rules.findings import Finding, Gravity, Months, Share, Value
from app.rules.snapshot import Snapshot
from app.rules.thresholds import ESSENTIAL_SHARE, SAVINGS_RATE


def income_is_kept(snapshot: Snapshot) -> Finding | None:
    """How much of the income of the settled months was kept, against what is commonly advised."""
    rate = total(snapshot.settled).kept_rate
    if rate is None or not snapshot.has_history:
        return None
    months = Months(snapshot.settled_months[0], snapshot.settled_months[-1])
    values: dict[str, Value] = {"months": months, "rate": Share(abs(rate)), "goal": Share(SAVINGS_RATE.limit)}
    measure = f"Goal: keep {{goal}} or more. {SAVINGS_RATE.source}."
    if rate < 0:
        text = "{months}: {rate} more than came in."
        return Finding(
            "income_is_kept", Gravity.ACT, "You spend more than you earn", text, measure, "piggy-bank", values
        )
    if rate < SAVINGS_RATE.limit:
        text = "{months}: {rate} of income was left."
        return Finding("income_is_kept", Gravity.WATCH, "Little is left over", text, measure, "piggy-bank", values)
    text = "{months}: {rate} of income was left."
    return Finding("income_is_kept", Gravity.GOOD, "You save enough", text, measure, "piggy-bank", values)


def essentials_leave_room(snapshot: Snapshot) -> Finding | None:
    """How much of the income of the settled months went to essentials, against what is commonly advised."""
    part = share(snapshot.essential_minor, total(snapshot.settled).income_minor)
    if part is None or not snapshot.has_history or snapshot.essential_minor <= 0:
        return None
    is_high = part > ESSENTIAL_SHARE.limit
    return Finding(
        "essentials_leave_room",
        Gravity.WATCH if is_high else Gravity.GOOD,
        "Essentials take much of your income" if is_high else "Essentials leave you room",
        "{months}: they took {part} of income.",
        f"Keep below {{limit}}. {ESSENTIAL_SHARE.source}.",
        "house",
        {
            "months": Months(snapshot.settled_months[0], snapshot.settled_months[-1]),
            "part": Share(part),
            "limit": Share(ESSENTIAL_SHARE.limit),
        },
    )

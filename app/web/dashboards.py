"""What both dashboards show of a month, dressed for the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import g

from app.domain.books import Need, Role
from app.domain.flows import share, total
from app.queries.dashboard import CategoryFigure, Dashboard, month_dashboard
from app.queries.latest import OpenAlert
from app.queries.schedules import coming_up
from app.rules.engine import RULES, evaluate
from app.rules.findings import Gravity
from app.rules.thresholds import SAVINGS_RATE
from app.web.charts import days_in_words, then_in_words
from app.web.deps import current_deps, today
from app.web.findings import Told, tell
from app.web.months import asked_month, next_step, previous_step

SHARES = 7
LOOKS = 3
SOON = timedelta(days=3)
OTHERS = 8
"""The colour of what is not named: grey."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A category's part of a whole: a piece of the bar, and its line in the list. Without a share when the whole is not above zero."""

    name: str
    minor: int
    part: Decimal | None
    paint: int
    category_id: int | None

    @property
    def value(self) -> int:
        """Its length in the bar: refunds have none."""
        return max(self.minor, 0)


def slices(figures: Sequence[CategoryFigure], most: int = SHARES) -> list[Slice]:
    """The largest categories, and the rest as one."""
    whole = sum(each.minor for each in figures)
    shown = figures if len(figures) <= most + 1 else figures[:most]
    named = [
        Slice(
            each.account.name,
            each.minor,
            share(each.minor, whole),
            paint if paint <= SHARES else OTHERS,
            each.account.id,
        )
        for paint, each in enumerate(shown, start=1)
    ]
    if rest := figures[len(shown) :]:
        minor = sum(each.minor for each in rest)
        named.append(Slice(f"{len(rest)} others", minor, share(minor, whole), OTHERS, None))
    return named


@dataclass(frozen=True, slots=True)
class Needs:
    """Spending cut by whether it was needed. What is neither (taxes, fees) is left out of both shares."""

    essential_minor: int
    discretionary_minor: int

    @property
    def essential_part(self) -> Decimal | None:
        """Of the two, the essential part."""
        if min(self.essential_minor, self.discretionary_minor) < 0:
            return None
        return share(self.essential_minor, self.essential_minor + self.discretionary_minor)


def looks(page: Dashboard) -> tuple[tuple[OpenAlert, ...], list[Told]]:
    """At most three things, the gravest first: alerts, and what rules found. One place is kept for a finding that asks for something."""
    findings = evaluate(RULES[g.book.kind], page.snapshot)
    grave = sum(finding.gravity > Gravity.GOOD for finding in findings)
    alerts = page.alerts[: LOOKS - min(grave, 1)]
    return alerts, [tell(finding) for finding in findings[: LOOKS - len(alerts)]]


def month_page(*, recent: int) -> tuple[Dashboard, dict[str, Any]]:
    """The month that the address asks for, with everything that the templates of both kinds of book need."""
    day = today()
    month = asked_month(day)
    page = month_dashboard(current_deps().session, g.book.id, month, today=day, recent=recent)
    alerts, findings = looks(page)
    return page, {
        "page": page,
        "days": days_in_words(page),
        "then_year_ago": then_in_words(page, year_ago=True),
        "then_rate": page.before.then.kept_rate if page.before.then else None,
        "then_days": then_in_words(page),
        "year_rate": total(each.flow for each in page.trend).kept_rate,
        "savings_goal": SAVINGS_RATE.limit,
        "previous": previous_step(month),
        "next": next_step(month, day),
        "spending": slices(page.spending),
        "needs": Needs(page.needs[Need.ESSENTIAL], page.needs[Need.DISCRETIONARY]),
        "alerts": alerts,
        "findings": findings,
        "can_edit": g.book.role.covers(Role.EDITOR),
        "coming_up": coming_up(current_deps().session, g.book.id, day) if page.is_running and not page.is_new else None,
        "soon": day + SOON,
    }

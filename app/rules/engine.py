"""Asks every rule, and puts what matters first."""

from collections.abc import Callable, Mapping, Sequence

from app.domain.books import BookKind
from app.rules.business import cash_lasts, revenue_covers_costs
from app.rules.findings import Finding
from app.rules.personal import essentials_leave_room, income_is_kept
from app.rules.snapshot import Snapshot
from app.rules.spending import category_jumped

Rule = Callable[[Snapshot], Finding | None]

RULES: Mapping[BookKind, Sequence[Rule]] = {
    BookKind.PERSONAL: (income_is_kept, category_jumped, essentials_leave_room),
    BookKind.BUSINESS: (revenue_covers_costs, category_jumped, cash_lasts),
}


def evaluate(rules: Sequence[Rule], snapshot: Snapshot) -> list[Finding]:
    """What the rules find, the gravest first; among equals, in the order of the rules."""
    findings = [finding for rule in rules if (finding := rule(snapshot))]
    return sorted(findings, key=lambda finding: -finding.gravity)

"""The ways out of debt, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.debts import Debt, DebtMonth, Strategy, debt_plan, in_order


@dataclass(frozen=True, slots=True)
class WayOut:
    """One way to pay the debts. `months` are none when a hundred years are not enough."""

    name: str
    months: tuple[DebtMonth, ...] | None
    order: tuple[str, ...]
    payoff: tuple[tuple[str, int], ...]

    @property
    def interest_minor(self) -> int | None:
        """What it costs."""
        return None if self.months is None else sum(month.interest_minor for month in self.months)


def ways_out(debts: Sequence[Debt], extra_minor: int, custom: Sequence[Debt]) -> tuple[WayOut, ...]:
    """Minimums only, avalanche, snowball, and the person's own order, from the same debts.

    Raises: Refused when the extra payment is negative.
    """
    return (
        _minimums(debts),
        _attack("Avalanche", in_order(debts, Strategy.AVALANCHE), extra_minor),
        _attack("Snowball", in_order(debts, Strategy.SNOWBALL), extra_minor),
        _attack("Your order", custom, extra_minor),
    )


def _attack(name: str, debts: Sequence[Debt], extra_minor: int) -> WayOut:
    order = tuple(debt.name for debt in debts)
    plan = debt_plan(debts, extra_minor)
    return WayOut(name, plan.months, order, plan.payoff) if plan else WayOut(name, None, order, ())


def _minimums(debts: Sequence[Debt]) -> WayOut:
    """Each debt by itself with its own minimum; what a closed one frees is spent."""
    order = tuple(debt.name for debt in debts)
    plans = [debt_plan([debt], 0) for debt in debts]
    done = [plan for plan in plans if plan is not None]
    if len(done) < len(debts):
        return WayOut("Minimums only", None, order, ())
    longest = max(len(plan.months) for plan in done)
    months = []
    for at in range(longest):
        running = [plan.months[at] if at < len(plan.months) else DebtMonth(0, 0, (0,)) for plan in done]
        months.append(
            DebtMonth(
                sum(month.interest_minor for month in running),
                sum(month.paid_minor for month in running),
                tuple(month.balances_minor[0] for month in running),
            )
        )
    payoff = sorted(
        ((debt.name, len(plan.months)) for debt, plan in zip(debts, done, strict=True)), key=lambda each: each[1]
    )
    return WayOut("Minimums only", tuple(months), order, tuple(payoff))

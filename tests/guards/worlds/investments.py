from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from app.domain.books import Subtype
from app.domain.investments import AssetClass, EventKind, PriceSource, TaxedAs
from app.domain.recurrence import Frequency, Rule
from app.domain.schedules import OccurrenceState, ScheduleKind
from app.models.account import Account
from app.models.holding import ExchangeRate, Price
from app.models.schedule import Occurrence, Schedule
from app.services.deps import Deps
from app.services.holdings import EventCommand, HoldingCommand, add_event, add_holding
from app.services.investment_plans import PlanCommand, add_plan
from tests.conftest import NOW

TODAY = date(2026, 11, 22)


def fill(deps: Deps, book_id: int, user_id: int, planted: str) -> dict[str, object]:
    """A share with every kind of event, one abroad and one without a price, and a plan with a date that waits."""
    session = deps.session
    cash = session.scalars(select(Account.id).where(Account.book_id == book_id, Account.subtype == Subtype.CASH)).one()

    def hold(name: str, currency: str, rate: Decimal | None = None) -> int:
        command = HoldingCommand(
            book_id, user_id, f"{name} {planted}"[:80], planted[:40], AssetClass.STOCK, TaxedAs.LISTED_EQUITY, currency,
            notes=planted,
        )  # fmt: skip
        first = EventCommand(
            EventKind.BUY, date(2024, 1, 5), Decimal(10), Decimal(100), rate=rate, account_id=cash, note=planted[:300]
        )
        return add_holding(command, first, deps=deps)

    stock, abroad, _ = hold("Stock", "INR"), hold("Abroad", "USD", rate=Decimal("83.25")), hold("Unpriced", "INR")
    event = 0
    for each in (
        EventCommand(EventKind.SPLIT, date(2024, 5, 5), old=Decimal(1), new=Decimal(2), note=planted[:300]),
        EventCommand(EventKind.BONUS, date(2024, 6, 5), old=Decimal(4), new=Decimal(1)),
        EventCommand(EventKind.DIVIDEND, date(2026, 5, 5), amount_minor=5_000, account_id=cash, note=planted[:300]),
        EventCommand(EventKind.FEE, date(2026, 5, 6), amount_minor=700, account_id=cash),
        EventCommand(EventKind.SELL, date(2026, 6, 5), Decimal(3), Decimal(90), account_id=cash, note=planted[:300]),
    ):
        event = add_event(stock, each, book_id=book_id, user_id=user_id, deps=deps)
    rule = Rule(Frequency.MONTHLY, is_clamped=True)
    plan = add_plan(PlanCommand(book_id, user_id, stock, cash, 50_000, rule, TODAY), deps=deps)
    for back in range(4):
        for holding, price in ((stock, "75"), (abroad, "120.5")):
            session.add(
                Price(
                    holding_id=holding, on=TODAY - timedelta(back), book_id=book_id, price=Decimal(price),
                    source=PriceSource.MANUAL, fetched_at=NOW,
                )
            )  # fmt: skip
    session.merge(
        ExchangeRate(
            book_id=book_id, currency="USD", on=TODAY, rate=Decimal("88.5"), source=PriceSource.MANUAL, fetched_at=NOW
        )
    )
    schedule = session.scalars(
        select(Schedule.id).where(Schedule.book_id == book_id, Schedule.kind == ScheduleKind.INVESTMENT)
    ).one()
    session.add(
        Occurrence(
            schedule_id=schedule, due_on=TODAY - timedelta(1), book_id=book_id, state=OccurrenceState.WAITING,
            transaction_id=None, reason=planted[:300], decided_at=NOW,
        )
    )  # fmt: skip
    session.commit()
    return {"holding_id": stock, "holding_event_id": event, "investment_plan_id": plan}

from datetime import date, timedelta

from sqlalchemy import select

from app.domain.books import Direction
from app.domain.recurrence import Frequency, Rule
from app.models.account import Account
from app.services.deps import Deps
from app.services.own_schedules import OwnSchedule, make_schedule
from app.services.recurring import run_due, skip
from app.services.transactions import Line, TransactionCommand

FIRST = date(2026, 9, 30)
MONTHLY = Rule(Frequency.MONTHLY, is_clamped=True)


def fill(deps: Deps, book_id: int, user_id: int, planted: str) -> dict[str, object]:
    """A bill with dates that were posted and one that was skipped, one that asks first and waits, and a transfer."""
    accounts = dict(deps.session.execute(select(Account.name, Account.id).where(Account.book_id == book_id)).all())
    category = accounts.get("Dining") or accounts["Meals"]
    cash = accounts["Cash"]
    bank = accounts.get("Bank account") or accounts["Current account"]

    def bill(amount: int) -> TransactionCommand:
        return TransactionCommand(
            book_id, user_id, Direction.OUT, FIRST, bank, amount, (Line(category, amount),), payee=planted, note=planted, tags=(planted,),
        )  # fmt: skip

    transfer = TransactionCommand(book_id, user_id, Direction.TRANSFER, FIRST, bank, 500_000, to_account_id=cash)
    name = planted[:120]
    kept = make_schedule(OwnSchedule(name, MONTHLY, FIRST, bill(99_900), posts_past=True), deps=deps)
    make_schedule(
        OwnSchedule(name, MONTHLY, date(2026, 11, 20), bill(45_000), is_automatic=False, posts_past=True), deps=deps
    )
    make_schedule(OwnSchedule(name, Rule(Frequency.WEEKLY), date(2026, 11, 23), transfer), deps=deps)
    run_due(book_id=book_id, deps=deps)
    skip(book_id, kept, date(2026, 11, 30), user_id=user_id, deps=deps)
    return {"schedule_id": kept, "due_on": FIRST + timedelta(days=1)}

from datetime import date
from decimal import Decimal

from sqlalchemy import select

from app.domain.loan_plans import Keep, LoanStart, Terms
from app.models.account import Account
from app.services.deps import Deps
from app.services.loan_events import ExtraPayment, change_rate, pay_extra
from app.services.loans import LENDER_LENGTH, LoanCommand, add_loan
from app.services.recurring import run_due


def fill(deps: Deps, book_id: int, user_id: int, planted: str) -> dict[str, object]:
    """A loan that runs, with an extra payment and another rate, and one whose terms can still change."""
    cash = deps.session.scalars(select(Account.id).where(Account.book_id == book_id, Account.name == "Cash")).one()

    def add(name: str, first_on: date) -> int:
        terms = Terms(30_000_000, Decimal("0.09"), 36, first_on, 5)
        command = LoanCommand(
            book_id, user_id, f"{name} {planted}"[:80], planted[:LENDER_LENGTH], terms, LoanStart.NEW, cash, date(2026, 9, 10), cash
        )  # fmt: skip
        return add_loan(command, deps=deps)

    loan_id, _ = add("Car", date(2026, 10, 5)), add("Trip", date(2026, 12, 5))
    run_due(book_id=book_id, deps=deps)
    today = deps.now().date()
    change_rate(loan_id, today, Decimal("0.095"), Keep.EMI, book_id=book_id, user_id=user_id, deps=deps)
    event_id = pay_extra(ExtraPayment(book_id, user_id, loan_id, today, 1_000_000, cash), deps=deps)
    return {"loan_id": loan_id, "loan_event_id": event_id}

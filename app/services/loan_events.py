"""What changes a loan on the way: extra payments, other rates, another balance. What was posted before stays as it is."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from app.domain.books import Source
from app.domain.errors import NotInBook, Refused
from app.domain.loan_plans import Event, EventKind, Keep, loan_plan
from app.models.loan import Loan, LoanEvent
from app.queries.loans import event_of, owed_on, terms_of
from app.services.deps import Deps
from app.services.loans import check_account, follow_plan, last_posted, legs_of, loan_row, record
from app.services.posting import check_day
from app.services.removals import bring_back, take_out
from app.services.schedules import today_of
from app.services.uow import BookWork, book_work


@dataclass(frozen=True, slots=True)
class ExtraPayment:
    """Paying something back early, in minor units. `charge_minor` is what the lender takes for it."""

    book_id: int
    user_id: int | None
    loan_id: int
    on: date
    amount_minor: int
    account_id: int
    keep: Keep = Keep.EMI
    charge_minor: int = 0


def pay_extra(command: ExtraPayment, *, deps: Deps) -> int:
    """Post an extra payment and let the plan go on from there. Returns the event's id.

    Raises: Refused with the field to correct; NotInBook.
    """
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        loan = loan_row(work, command.loan_id)
        if command.on > today_of(work):
            raise Refused("This day has not come yet. Add the payment when it is made.", field="on")
        if command.charge_minor < 0:
            raise Refused("The charge cannot be negative.", field="charge")
        check_account(work, command.account_id, "account_id")
        if command.account_id == loan.account_id:
            raise Refused("A loan cannot pay itself. Choose another account.", field="account_id")
        row = _row(
            work,
            loan,
            Event(command.on, EventKind.PREPAYMENT, command.keep, command.amount_minor),
            command.charge_minor,
        )
        legs = legs_of(
            (loan.account_id, command.amount_minor),
            (loan.charges_account_id, command.charge_minor),
            (command.account_id, -command.amount_minor - command.charge_minor),
        )
        row.transaction_id = record(
            work, loan, command.on, legs, f"{loan.name}, extra payment", source=Source.FORM, deps=deps
        )
        return _saved(work, loan, row)


def change_rate(
    loan_id: int, on: date, annual_rate: Decimal, keep: Keep, *, book_id: int, user_id: int | None, deps: Deps
) -> int:
    """Let another rate hold from the first instalment after a day. Nothing is posted. Returns the event's id.

    Raises: Refused with the field to correct; NotInBook.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        loan = loan_row(work, loan_id)
        return _saved(work, loan, _row(work, loan, Event(on, EventKind.RATE, keep, annual_rate=annual_rate)))


def follow_books(loan_id: int, keep: Keep, *, book_id: int, user_id: int | None, deps: Deps) -> int:
    """Let the plan go on from what the books say is owed today. Nothing is posted. Returns the event's id.

    Raises: Refused when the books say that the lender owes; NotInBook.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        loan, today = loan_row(work, loan_id), today_of(work)
        owed = owed_on(work.session, book_id, [loan.account_id], today).get(loan.account_id, 0)
        if owed < 0:
            raise Refused("The books say that more was repaid than was owed. Look at the loan's transactions first.")
        return _saved(work, loan, _row(work, loan, Event(today, EventKind.BALANCE, keep, owed)))


def undo_event(loan_id: int, event_id: int, *, book_id: int, user_id: int | None, deps: Deps) -> None:
    """Take an event back, with the payment it posted.

    Raises: NotInBook; Refused when an instalment after it is in the books, or a later event needs it.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        loan = loan_row(work, loan_id)
        row = _event(work, loan, event_id, is_removed=False)
        if last_posted(work, loan) > row.occurred_on:
            raise Refused("An instalment after it is in the books already, so it stays.")
        row.removed_at = work.now
        row.removed_with = take_out(work, [row.transaction_id] if row.transaction_id is not None else [])
        work.session.flush()
        _go_on(work, loan)
        work.audit("loan.event_removed", f"loan:{loan.id}", before=_described(row))


def redo_event(loan_id: int, event_id: int, *, book_id: int, user_id: int | None, deps: Deps) -> None:
    """Bring an event back that was taken back.

    Raises: as `undo_event`.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        loan = loan_row(work, loan_id)
        row = _event(work, loan, event_id, is_removed=True)
        if last_posted(work, loan) > row.occurred_on:
            raise Refused("An instalment after it is in the books already. Add it anew.")
        bring_back(work, row.removed_with or "[]")
        row.removed_at = row.removed_with = None
        work.session.flush()
        _go_on(work, loan)
        work.audit("loan.event_restored", f"loan:{loan.id}", after=_described(row))


def _row(work: BookWork, loan: Loan, event: Event, charge_minor: int = 0) -> LoanEvent:
    """A new event that the plan allows, still to be saved."""
    check_day(work, event.on, field="on")
    earliest = last_posted(work, loan)
    if event.on < earliest:
        raise Refused(
            f"What is in the books stays as it is. Choose a day from {earliest.day} {earliest:%B} {earliest.year} on.",
            field="on",
        )
    loan_plan(terms_of(loan), [*_events(work, loan), event])
    return LoanEvent(
        book_id=work.book.id, loan_id=loan.id, kind=event.kind, occurred_on=event.on, keep=event.keep, amount_minor=event.amount_minor,
        annual_rate=event.annual_rate, charge_minor=charge_minor, transaction_id=None, created_at=work.now, removed_at=None, removed_with=None,
    )  # fmt: skip


def _saved(work: BookWork, loan: Loan, row: LoanEvent) -> int:
    work.session.add(row)
    work.session.flush()
    _go_on(work, loan)
    work.audit("loan.event_added", f"loan:{loan.id}", after=_described(row))
    return row.id


def _go_on(work: BookWork, loan: Loan) -> None:
    follow_plan(work, loan, loan_plan(terms_of(loan), _events(work, loan)))


def _events(work: BookWork, loan: Loan) -> list[Event]:
    rows = work.session.scalars(
        select(LoanEvent)
        .where(LoanEvent.book_id == work.book.id, LoanEvent.loan_id == loan.id, LoanEvent.removed_at.is_(None))
        .order_by(LoanEvent.occurred_on, LoanEvent.id)
    )
    return [event_of(row) for row in rows]


def _event(work: BookWork, loan: Loan, event_id: int, *, is_removed: bool) -> LoanEvent:
    row = work.session.scalars(
        select(LoanEvent).where(
            LoanEvent.book_id == work.book.id, LoanEvent.loan_id == loan.id, LoanEvent.id == event_id
        )
    ).one_or_none()
    if row is None or (row.removed_at is not None) != is_removed:
        raise NotInBook("loan event", event_id, work.book.id)
    return row


def _described(row: LoanEvent) -> dict[str, object]:
    shown = ("kind", "occurred_on", "keep", "amount_minor", "annual_rate", "charge_minor", "transaction_id")
    return {"event": row.id} | {name: getattr(row, name) for name in shown}

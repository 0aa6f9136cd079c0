"""Loans: adding, changing and removing them, and posting their instalments. What changes them on the way is in `services.loan_events`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from app.domain.books import AccountKind, Leg, Source, Subtype, kind_of
from app.domain.errors import NotInBook, Refused
from app.domain.loan_plans import LoanStart, Plan, PlanRow, RowKind, Terms, loan_plan
from app.domain.schedules import OccurrenceState, ScheduleKind
from app.domain.texts import clean, key
from app.models.account import Account
from app.models.loan import Loan, LoanEvent
from app.models.schedule import Occurrence
from app.queries.loans import event_of, terms_of
from app.services.accounts import KEY_LENGTH, NAME_LENGTH, AccountCommand, category_for, open_account, post_opening
from app.services.deps import Deps
from app.services.due import Due
from app.services.payees import payee_ids
from app.services.posting import Draft, account_kinds, check_day
from app.services.removals import bring_back, take_out
from app.services.schedules import SchedulePlan, add_schedule, change_schedule, move_to, schedule_of, today_of
from app.services.transactions import record_draft, void_posted
from app.services.uow import BookWork, book_work

LENDER_LENGTH = 120


@dataclass(frozen=True, slots=True)
class LoanCommand:
    """A loan as a person states it, in the book's currency.

    `start` says what `terms` are about: see `LoanStart`. A new loan's money comes into `into_account_id` less the fee on
    `started_on`; for one that runs, `started_on` is the day on which its balance was known (`OWED`), or is found from `paid_count`.
    """

    book_id: int
    user_id: int | None
    name: str
    lender: str
    terms: Terms
    start: LoanStart
    pay_account_id: int
    started_on: date | None = None
    into_account_id: int | None = None
    fee_minor: int = 0
    paid_count: int = 0
    is_automatic: bool = True


def add_loan(command: LoanCommand, *, deps: Deps) -> int:
    """Add a loan with an account of its own, and a schedule of its instalments. Returns its id.

    The books get its money (less a fee), or what is owed already; no instalment of the time before is posted.
    Raises: Refused with the field to correct, NotInBook for an account of another book.
    """
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        plan, stated = _stated(work, command)
        account = AccountCommand(
            work.book.id, work.user_id, stated["name"], Subtype.LOAN, work.book.currency, "bank2", 4
        )
        account_id = open_account(work, account)
        coming = plan.due[stated["paid_count"] :]
        loan = Loan(
            book_id=work.book.id, account_id=account_id, created_at=work.now, removed_at=None, removed_with=None, start_transaction_id=None,
            interest_account_id=category_for(work, AccountKind.EXPENSE, "Loan interest", icon="percent"),
            charges_account_id=category_for(work, AccountKind.EXPENSE, "Loan charges", icon="receipt"),
            schedule_id=add_schedule(work, _schedule(plan.terms, stated["name"], coming, coming, command.is_automatic)), **stated,
        )  # fmt: skip
        work.session.add(loan)
        work.session.flush()
        loan.start_transaction_id = _begin(work, loan, plan, deps)
        work.audit("loan.added", f"loan:{loan.id}", after=_described(loan))
        return loan.id


def change_loan(loan_id: int, command: LoanCommand, *, deps: Deps) -> None:
    """Change a loan. Name, lender, account and whether it posts by itself are free; the terms only before anything was posted.

    Raises: as `add_loan`; Refused when the terms differ although something was posted, or changed the plan.
    """
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        loan = loan_row(work, loan_id)
        before = _described(loan)
        plan, stated = _stated(work, command, now=loan)
        free = {"name", "lender", "pay_account_id"}
        is_other = any(stated[name] != getattr(loan, name) for name in stated if name not in free)
        if is_other and is_under_way(work, loan):
            raise Refused("Its instalments are in the books. Add an extra payment or another rate instead.")
        if stated["name"] != loan.name:
            rename(work, loan.account_id, stated["name"])
        for name, value in stated.items():
            setattr(loan, name, value)
        work.session.flush()
        if is_other:
            if loan.start_transaction_id is not None:
                void_posted(work, [loan.start_transaction_id])
            loan.start_transaction_id = _begin(work, loan, plan, deps)
        follow_plan(work, loan, plan, is_automatic=command.is_automatic, is_anew=is_other)
        work.audit("loan.changed", f"loan:{loan.id}", before=before, after=_described(loan))


def remove_loan(loan_id: int, *, book_id: int, user_id: int | None, deps: Deps) -> str:
    """Take a loan out of the books with everything it posted, so that it can come back. Returns its name.

    Raises: NotInBook.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        loan = loan_row(work, loan_id)
        posted = work.session.scalars(
            select(Occurrence.transaction_id).where(
                Occurrence.book_id == book_id, Occurrence.schedule_id == loan.schedule_id
            )
        ).all()
        changed = work.session.scalars(
            select(LoanEvent.transaction_id).where(
                LoanEvent.book_id == book_id, LoanEvent.loan_id == loan.id, LoanEvent.removed_at.is_(None)
            )
        ).all()
        taken = [each for each in (loan.start_transaction_id, *posted, *changed) if each is not None]
        loan.removed_with = take_out(work, taken, account_ids=[loan.account_id], schedule_ids=[loan.schedule_id])
        loan.removed_at = work.now
        rename(
            work, loan.account_id, f"{loan.name[: NAME_LENGTH - 20]} (removed {loan.id})"
        )  # another may have its name now
        work.audit("loan.removed", f"loan:{loan.id}", before=_described(loan))
        return loan.name


def restore_loan(loan_id: int, *, book_id: int, user_id: int | None, deps: Deps) -> str:
    """Bring a removed loan back as it was. Returns its name.

    Raises: NotInBook when it was not removed; Refused when another one has its name now.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        loan = loan_row(work, loan_id, is_removed=True)
        rename(work, loan.account_id, loan.name)
        bring_back(work, loan.removed_with or "[]", account_ids=[loan.account_id], schedule_ids=[loan.schedule_id])
        loan.removed_at = loan.removed_with = None
        work.audit("loan.restored", f"loan:{loan.id}", after=_described(loan))
        return loan.name


def post_instalment(work: BookWork, due: Due, deps: Deps) -> int | None:
    """Post what a date of a loan brings: principal and interest from the account, or interest that waits. None when nothing is due.

    An amount that a person states instead changes the principal; the interest is that of the plan.
    Raises: Refused when it cannot be posted as it is.
    """
    loan = work.session.scalars(
        select(Loan).where(Loan.book_id == work.book.id, Loan.schedule_id == due.schedule.id, Loan.removed_at.is_(None))
    ).one_or_none()
    if loan is None:
        raise NotInBook("loan of schedule", due.schedule.id, work.book.id)
    plan = plan_of(work, loan)
    row = plan.row_on(due.due_on)
    coming = [each for each in plan.due if each.on > due.due_on]
    if coming:
        due.schedule.expected_minor = -coming[0].paid_minor
    if row is None:
        return None
    check_day(work, due.day, field="occurred_on")
    legs = _instalment_legs(loan, row, due.amount_minor)
    if not legs:
        return None
    if row.paid_minor:
        check_account(work, loan.pay_account_id, "pay_account_id")
    what = "interest" if row.kind is RowKind.WAITING else f"instalment {row.number} of {plan.due[-1].number}"
    return record(work, loan, due.day, legs, f"{loan.name}, {what}", source=Source.RECURRING, deps=deps)


def _instalment_legs(loan: Loan, row: PlanRow, amount_minor: int | None) -> tuple[Leg, ...]:
    paid = row.paid_minor if amount_minor is None else amount_minor
    if row.kind is RowKind.WAITING and not row.paid_minor:
        if amount_minor is not None:
            raise Refused("In this month the interest is added to the loan, and nothing is paid.", field="amount")
        return legs_of((loan.interest_account_id, row.interest_minor), (loan.account_id, -row.interest_minor))
    if row.kind is RowKind.WAITING:
        return legs_of((loan.interest_account_id, paid), (loan.pay_account_id, -paid))
    if paid < row.interest_minor:
        raise Refused("An instalment must cover at least the interest of the month.", field="amount")
    if paid - row.interest_minor > row.opening_minor:
        raise Refused("This is more than what is owed.", field="amount")
    return legs_of(
        (loan.account_id, paid - row.interest_minor), (loan.interest_account_id, row.interest_minor), (loan.pay_account_id, -paid)
    )  # fmt: skip


def legs_of(*amounts: tuple[int, int]) -> tuple[Leg, ...]:
    """Legs in the book's currency, without those of nothing."""
    return tuple(Leg(account_id, minor, minor) for account_id, minor in amounts if minor)


def record(
    work: BookWork, loan: Loan, day: date, legs: Sequence[Leg], description: str, *, source: Source, deps: Deps
) -> int:
    """Post a transaction of a loan, with its lender as the payee."""
    kinds = account_kinds(work, [leg.account_id for leg in legs])
    draft = Draft(
        occurred_on=day,
        kind=kind_of([kinds[leg.account_id] for leg in legs]),
        legs=tuple(legs),
        source=source,
        payee_id=payee_ids(work, [loan.lender]).get(loan.lender),
        payee=loan.lender,
        description=description,
    )
    return record_draft(work, draft, kinds, deps=deps).transaction_id


def plan_of(work: BookWork, loan: Loan) -> Plan:
    """The plan of a loan with its events."""
    rows = work.session.scalars(
        select(LoanEvent)
        .where(LoanEvent.book_id == work.book.id, LoanEvent.loan_id == loan.id, LoanEvent.removed_at.is_(None))
        .order_by(LoanEvent.occurred_on, LoanEvent.id)
    )
    return loan_plan(terms_of(loan), [event_of(row) for row in rows])


def follow_plan(
    work: BookWork, loan: Loan, plan: Plan, *, is_automatic: bool | None = None, is_anew: bool = False
) -> None:
    """Let the schedule of a loan end with its plan, and expect what comes next. `is_anew`: nothing of it was posted yet."""
    schedule = schedule_of(work, loan.schedule_id)
    dated = plan.due[loan.paid_count :]
    last = work.session.scalar(
        select(func.max(Occurrence.due_on)).where(
            Occurrence.book_id == work.book.id, Occurrence.schedule_id == schedule.id
        )
    )
    start = schedule.next_on or (last + timedelta(days=1) if last else date.min)
    coming = [row for row in dated if is_anew or row.on >= start]
    if not coming:
        schedule.name = loan.name
        move_to(schedule, None)
        return
    automatic = schedule.is_automatic if is_automatic is None else is_automatic
    change_schedule(work, schedule.id, _schedule(plan.terms, loan.name, dated, coming, automatic))


def is_under_way(work: BookWork, loan: Loan) -> bool:
    """Whether a date of a loan was decided about, or an event changed it: then its terms stay as they are."""
    decided = select(Occurrence.schedule_id).where(
        Occurrence.book_id == work.book.id, Occurrence.schedule_id == loan.schedule_id
    )
    changed = select(LoanEvent.id).where(
        LoanEvent.book_id == work.book.id, LoanEvent.loan_id == loan.id, LoanEvent.removed_at.is_(None)
    )
    return any(work.session.scalar(query.limit(1)) is not None for query in (decided, changed))


def loan_row(work: BookWork, loan_id: int, *, is_removed: bool = False) -> Loan:
    """A loan of the book to change.

    Raises: NotInBook.
    """
    row = work.session.scalars(select(Loan).where(Loan.book_id == work.book.id, Loan.id == loan_id)).one_or_none()
    if row is None or (row.removed_at is not None) != is_removed:
        raise NotInBook("loan", loan_id, work.book.id)
    return row


def last_posted(work: BookWork, loan: Loan) -> date:
    """The last day of a loan that the books know and that no event may come before."""
    posted = work.session.scalar(
        select(func.max(Occurrence.due_on)).where(
            Occurrence.book_id == work.book.id,
            Occurrence.schedule_id == loan.schedule_id,
            Occurrence.state == OccurrenceState.POSTED,
        )
    )
    return max(loan.started_on, posted or loan.started_on)


def check_account(work: BookWork, account_id: int, field: str) -> None:
    """Raises: NotInBook for another book's account; Refused for one that cannot pay in the book's currency."""
    account = work.session.execute(
        select(Account.kind, Account.currency, Account.is_archived).where(
            Account.book_id == work.book.id, Account.id == account_id
        )
    ).one_or_none()
    if account is None:
        raise NotInBook("account", account_id, work.book.id)
    if account.is_archived:
        raise Refused("The account that pays is archived. Choose another one.", field=field)
    if account.kind not in {AccountKind.ASSET, AccountKind.LIABILITY} or account.currency != work.book.currency:
        raise Refused(f"Choose an account in {work.book.currency}.", field=field)


def rename(work: BookWork, account_id: int, name: str) -> None:
    """Give a loan's account its name.

    Raises: Refused when another account of what is owed has it.
    """
    account = work.session.scalars(
        select(Account).where(Account.book_id == work.book.id, Account.id == account_id)
    ).one()
    name_key = key(name)[:KEY_LENGTH]
    taken = work.session.scalar(
        select(Account.id).where(
            Account.book_id == work.book.id,
            Account.kind == account.kind,
            Account.name_key == name_key,
            Account.id != account_id,
        )
    )
    if taken is not None:
        raise Refused(f"There is already “{name}” in this book.", field="name")
    before, account.name, account.name_key = account.name, name, name_key
    work.session.flush()
    work.audit("account.changed", f"account:{account_id}", before={"name": before}, after={"name": name})


def _stated(work: BookWork, command: LoanCommand, *, now: Loan | None = None) -> tuple[Plan, dict[str, Any]]:
    """Check what a person states; its plan, and the columns of its row. `now` is the loan that is changed."""
    name = clean(command.name, NAME_LENGTH)
    if not name:
        raise Refused("Write a name.", field="name")
    plan, terms = loan_plan(command.terms), command.terms
    check_day(work, terms.first_on, field="first_on")
    if now is None or command.pay_account_id != now.pay_account_id:
        check_account(work, command.pay_account_id, "pay_account_id")
    if now is not None and command.pay_account_id == now.account_id:
        raise Refused("A loan cannot pay itself. Choose another account.", field="pay_account_id")
    paid_count, started_on = _start(work, command, plan)
    fee_minor, into_account_id = _money_in(work, command, now) if command.start is LoanStart.NEW else (0, None)
    return plan, {
        "name": name, "lender": clean(command.lender, LENDER_LENGTH), "principal_minor": terms.principal_minor,
        "annual_rate": terms.annual_rate, "months": terms.months, "first_on": terms.first_on, "day": terms.day, "method": terms.method,
        "emi_minor": terms.emi_minor, "waiting_months": terms.waiting_months, "waiting_interest": terms.waiting_interest,
        "start": command.start, "started_on": started_on, "paid_count": paid_count, "fee_minor": fee_minor,
        "pay_account_id": command.pay_account_id, "into_account_id": into_account_id,
    }  # fmt: skip


def _start(work: BookWork, command: LoanCommand, plan: Plan) -> tuple[int, date]:
    """How many instalments were paid before the books know the loan, and the day from which they do."""
    today = today_of(work)
    if command.start is LoanStart.PAID:
        if not 1 <= command.paid_count < len(plan.due):
            raise Refused(
                f"Write how many were paid before, from 1 to {len(plan.due) - 1}."
                if len(plan.due) > 1
                else "It has one instalment only. Say what is owed instead.",
                field="paid_count",
            )
        started_on = plan.due[command.paid_count - 1].on
        if started_on > today:
            raise Refused("So many instalments are not due yet.", field="paid_count")
        return command.paid_count, started_on
    if command.started_on is None:
        raise Refused("Write the date.", field="started_on")
    check_day(work, command.started_on, field="started_on")
    if command.started_on > today:
        raise Refused("This day has not come yet. Add the loan when it has.", field="started_on")
    if command.terms.first_on <= command.started_on:
        raise Refused("The first instalment comes after the day on which the loan starts.", field="first_on")
    return 0, command.started_on


def _money_in(work: BookWork, command: LoanCommand, now: Loan | None) -> tuple[int, int]:
    """The fee, and the account that the money of a new loan comes into."""
    if not 0 <= command.fee_minor < command.terms.principal_minor:
        raise Refused("The fee must be less than the loan, and not below zero.", field="fee")
    if command.into_account_id is None:
        raise Refused("Choose the account that the money comes into.", field="into_account_id")
    if now is None or command.into_account_id != now.into_account_id:
        check_account(work, command.into_account_id, "into_account_id")
    return command.fee_minor, command.into_account_id


def _begin(work: BookWork, loan: Loan, plan: Plan, deps: Deps) -> int:
    """Post the money that comes, or what is owed already."""
    if loan.start is LoanStart.NEW and loan.into_account_id is not None:
        received = loan.principal_minor - loan.fee_minor
        legs = legs_of(
            (loan.into_account_id, received), (loan.charges_account_id, loan.fee_minor), (loan.account_id, -loan.principal_minor)
        )  # fmt: skip
        return record(work, loan, loan.started_on, legs, f"{loan.name}, money received", source=Source.FORM, deps=deps)
    owed = plan.due[loan.paid_count - 1].balance_minor if loan.paid_count else loan.principal_minor
    return post_opening(work, loan.account_id, owed, None, loan.started_on)


def _schedule(
    terms: Terms,
    name: str,
    dated: Sequence[PlanRow],
    coming: Sequence[PlanRow],
    is_automatic: bool,  # noqa: FBT001 - a column
) -> SchedulePlan:
    return SchedulePlan(
        kind=ScheduleKind.LOAN, name=name, rule=terms.rule(len(dated)), first_on=dated[0].on, start_on=coming[0].on,
        is_automatic=is_automatic, expected_minor=-coming[0].paid_minor,
    )  # fmt: skip


def _described(loan: Loan) -> dict[str, Any]:
    shown = (
        "name", "lender", "principal_minor", "annual_rate", "months", "first_on", "day", "method", "emi_minor", "waiting_months",
        "waiting_interest", "start", "started_on", "paid_count", "fee_minor", "pay_account_id", "into_account_id",
    )  # fmt: skip
    return {name: getattr(loan, name) for name in shown}

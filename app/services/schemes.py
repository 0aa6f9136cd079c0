"""What people do with deposits and savings schemes: add, change, pay in, close, remove. What they post is in `scheme_postings`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, select

from app.domain.books import Subtype
from app.domain.errors import Refused
from app.domain.fiscal_years import FiscalYear
from app.domain.fixed_deposits import QUARTER_MONTHS
from app.domain.interest import MONTHS
from app.domain.periods import Month
from app.domain.recurrence import Frequency, Rule
from app.domain.schedules import OccurrenceState, ScheduleKind, ScheduleState
from app.domain.scheme_entries import EntryPart
from app.domain.scheme_kinds import KINDS, Family, SchemeKind, deposits_end
from app.domain.scheme_plans import Plan, payments, value_as_planned
from app.domain.texts import clean, key
from app.models.account import Account
from app.models.schedule import Occurrence
from app.models.scheme import Scheme, SchemeEntry, SchemeRate
from app.models.transaction import Posting
from app.queries.schemes import scheme_of
from app.services.accounts import KEY_LENGTH, NAME_LENGTH, AccountCommand, open_account, set_archived
from app.services.deps import Deps
from app.services.removals import bring_back, take_out
from app.services.schedules import (
    SchedulePlan,
    add_schedule,
    change_schedule,
    move_to,
    schedule_of,
    set_removed,
    set_state,
    today_of,
    waiting_on,
)
from app.services.scheme_postings import Receipt, interest_of, pocket, post_deposit, post_end, post_first, scheme_row
from app.services.scheme_terms import HIGHEST_RATE, SchemeCommand, Terms, terms_of
from app.services.transactions import void_posted
from app.services.uow import BookWork, book_work

SCHEDULES = ("instalment_schedule_id", "interest_schedule_id", "maturity_schedule_id")


@dataclass(frozen=True, slots=True)
class ClosingCommand:
    """What came when a deposit ended, or was closed before its end. Amounts in minor units of the book's currency."""

    book_id: int
    user_id: int | None
    scheme_id: int
    closed_on: date
    account_id: int
    received_minor: int
    tax_minor: int = 0


def add_scheme(command: SchemeCommand, *, deps: Deps) -> int:
    """Open a deposit or scheme: its account, what opens it, and the schedules of what follows. Returns its id.

    Dates that have passed since an account paid for it post with the next run of the schedules.
    Raises: Refused with the field to correct; NotKnown beside `rate`; NotInBook for an account of another book.
    """
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        today = today_of(work)
        terms = terms_of(work, command, today)
        _check_pockets(work, command)
        name = clean(command.name, NAME_LENGTH)
        account = AccountCommand(
            command.book_id, command.user_id, name, Subtype.DEPOSIT, work.book.currency, icon="safe2", colour=3
        )
        account_id = open_account(work, account)
        row = Scheme(
            book_id=work.book.id,
            account_id=account_id,
            name=name,
            income_account_id=interest_of(work),
            tax_account_id=None,
            created_at=work.now,
            removed_at=None,
            removed_with=None,
            **dict.fromkeys(SCHEDULES),
            **terms.columns,
        )
        work.session.add(row)
        work.session.flush()
        post_first(work, row, terms.opening_minor, deps=deps)
        _write_own_rate(work, row, terms)
        _plan_schedules(work, row, terms.plan, command, today)
        work.audit("scheme.added", f"scheme:{row.id}", after=_described(row))
        return row.id


def change_scheme(scheme_id: int, command: SchemeCommand, *, deps: Deps) -> None:
    """Let a scheme say something else. Its kind stays; what its dates posted stays; what opened it is posted anew when it changed.

    Of one that was closed only its names and notes change.
    Raises: as `add_scheme`.
    """
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        row = scheme_row(work, scheme_id)
        view, before = scheme_of(work.session, work.book.id, scheme_id), _described(row)
        if row.kind != command.kind:
            raise Refused("A scheme keeps its kind. Remove it, and add another one.", field="kind")
        _rename(work, row, command.name)
        if view.closed_on is not None:
            for name in ("institution", "nominee"):
                setattr(row, name, clean(getattr(command, name), 80))
            row.number_end, row.note = clean(command.number_end, 8), clean(command.note, 1000, lines=True)
        else:
            _change_terms(work, row, command, deps)
        work.session.flush()
        work.audit("scheme.changed", f"scheme:{row.id}", before=before, after=_described(row))


def pay_in(
    book_id: int,
    scheme_id: int,
    *,
    amount_minor: int,
    day: date,
    from_account_id: int,
    user_id: int | None,
    deps: Deps,
) -> int:
    """Pay into a fund or a recurring deposit by hand. Returns the transaction's id.

    Raises: NotInBook; Refused beside `amount`, `day` or `from_account_id`.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        row = scheme_row(work, scheme_id)
        view = scheme_of(work.session, book_id, scheme_id)
        if not view.takes_deposits or view.closed_on is not None:
            raise Refused("Nothing can be paid into this one.", field="amount")
        last = min(today_of(work), deposits_end(row.kind, row.opened_on, row.matures_on) - timedelta(days=1))
        if not row.starts_on <= day <= last:
            raise Refused(f"Write a day from {row.starts_on:%d.%m.%Y} to {last:%d.%m.%Y}.", field="day")
        return post_deposit(work, view, from_account_id, amount_minor, day, deps=deps)


def write_rate(
    book_id: int, scheme_id: int, from_on: date, rate: Decimal | None, *, user_id: int | None, deps: Deps
) -> None:
    """Say what a floating scheme earns from a day on; none forgets what was said for that day.

    Raises: NotInBook; Refused beside `from_on` or `rate`.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        row = scheme_row(work, scheme_id)
        if not KINDS[row.kind].is_floating:
            raise Refused("The rate of this scheme stays until its end. Change the scheme to correct it.", field="rate")
        if not row.starts_on <= from_on < row.matures_on:
            last = row.matures_on - timedelta(days=1)
            raise Refused(f"Write a day from {row.starts_on:%d.%m.%Y} to {last:%d.%m.%Y}.", field="from_on")
        if rate is not None and not 0 < rate <= HIGHEST_RATE:
            raise Refused("Write a yearly rate above 0 and up to 50%.", field="rate")
        known = work.session.get(SchemeRate, (scheme_id, from_on))
        before = {"rate": str(known.rate)} if known else None
        if known is not None:
            work.session.delete(known)
            work.session.flush()
        if rate is not None:
            work.session.add(SchemeRate(scheme_id=scheme_id, from_on=from_on, book_id=book_id, rate=rate))
        after = {"from_on": from_on.isoformat(), "rate": None if rate is None else str(rate)}
        work.audit("scheme.rate", f"scheme:{scheme_id}", before=before, after=after)


def close_scheme(command: ClosingCommand, *, deps: Deps) -> int:
    """Post what came at the end of a deposit, or when it was closed before. Returns the transaction's id.

    Raises: NotInBook; Refused beside `closed_on`, `received`, `tax` or `account_id`.
    """
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        row = scheme_row(work, command.scheme_id)
        if scheme_of(work.session, work.book.id, row.id).closed_on is not None:
            raise Refused("It is closed already.", field="closed_on")
        today = today_of(work)
        if not row.starts_on <= command.closed_on <= today:
            raise Refused(f"Write a day from {row.starts_on:%d.%m.%Y} to today.", field="closed_on")
        receipt = Receipt(command.closed_on, command.account_id, command.received_minor, command.tax_minor)
        transaction_id = post_end(work, row, receipt, deps=deps)
        _settle_maturity(work, row, transaction_id)
        after = {"closed_on": command.closed_on.isoformat(), "received_minor": command.received_minor}
        work.audit("scheme.closed", f"scheme:{row.id}", after=after)
        return transaction_id


def reopen_scheme(book_id: int, scheme_id: int, *, user_id: int | None, deps: Deps) -> None:
    """Take back that a deposit was closed: what came is deleted, and its dates come again from today.

    Raises: NotInBook; Refused when it is open.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        row = scheme_row(work, scheme_id)
        closings = _entry_ids(work, row, EntryPart.CLOSING)
        if not closings or not void_posted(work, closings):
            raise Refused("It is open.")
        set_archived(work, row.account_id, is_archived=False)
        for schedule_id in (row.instalment_schedule_id, row.interest_schedule_id):
            if schedule_id is not None and schedule_of(work, schedule_id).next_on is not None:
                try:
                    set_state(work, schedule_id, ScheduleState.ACTIVE)
                except Refused:  # it has no dates left
                    continue
        _wait_for_maturity(work, row)
        work.audit("scheme.reopened", f"scheme:{row.id}")


def remove_scheme(book_id: int, scheme_id: int, *, user_id: int | None, deps: Deps) -> str:
    """Take a scheme out of the books with all that it posted. It can come back as it was. Returns its name.

    Raises: NotInBook.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        row = scheme_row(work, scheme_id)
        schedules = [each for name in SCHEDULES if (each := getattr(row, name)) is not None]
        row.removed_with = take_out(work, _entry_ids(work, row), account_ids=[row.account_id], schedule_ids=schedules)
        row.removed_at = work.now
        work.audit("scheme.removed", f"scheme:{row.id}", before=_described(row))
        return row.name


def restore_scheme(book_id: int, scheme_id: int, *, user_id: int | None, deps: Deps) -> str:
    """Bring a removed scheme back as it was. Returns its name.

    Raises: NotInBook.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        row = scheme_row(work, scheme_id, is_removed=True)
        schedules = [each for name in SCHEDULES if (each := getattr(row, name)) is not None]
        bring_back(work, row.removed_with or "[]", account_ids=[row.account_id], schedule_ids=schedules)
        row.removed_at, row.removed_with = None, None
        work.session.flush()
        if scheme_of(work.session, book_id, scheme_id).closed_on is not None:
            set_archived(work, row.account_id, is_archived=True)
        work.audit("scheme.restored", f"scheme:{row.id}", after=_described(row))
        return row.name


def _change_terms(work: BookWork, row: Scheme, command: SchemeCommand, deps: Deps) -> None:
    today = today_of(work)
    terms = terms_of(work, command, today)
    _check_pockets(work, command, but=row.account_id)
    was, became = _opening(row), _opening_of(terms)
    for name, value in terms.columns.items():
        setattr(row, name, value)
    if was != became:
        void_posted(work, _posted(work, _entry_ids(work, row, EntryPart.OPENING)))
        post_first(work, row, terms.opening_minor, deps=deps)
    _write_own_rate(work, row, terms)
    _plan_schedules(work, row, terms.plan, command, today)


def _opening(row: Scheme) -> tuple[object, ...]:
    amount = row.principal_minor
    if KINDS[row.kind].family == Family.INSTALMENTS:
        amount = row.instalment_minor * (row.paid_before if row.is_taken_over else 1)
    return amount, row.starts_on, row.is_taken_over, None if row.is_taken_over else row.from_account_id


def _opening_of(terms: Terms) -> tuple[object, ...]:
    is_taken_over, payer = terms.columns["is_taken_over"], terms.columns["from_account_id"]
    return terms.opening_minor, terms.plan.starts_on, is_taken_over, None if is_taken_over else payer


def _check_pockets(work: BookWork, command: SchemeCommand, *, but: int | None = None) -> None:
    for name in ("from_account_id", "payout_account_id"):
        if (account_id := getattr(command, name)) is not None:
            pocket(work, account_id, field=name, but=but)


def _rename(work: BookWork, row: Scheme, wanted: str) -> None:
    """Let the scheme and its account have another name."""
    name = clean(wanted, NAME_LENGTH)
    if not name:
        raise Refused("Write a name.", field="name")
    account = work.session.scalars(
        select(Account).where(Account.book_id == work.book.id, Account.id == row.account_id)
    ).one()
    same = select(func.count()).where(
        Account.book_id == work.book.id,
        Account.kind == account.kind,
        Account.name_key == key(name)[:KEY_LENGTH],
        Account.id != account.id,
    )
    if work.session.scalar(same):
        raise Refused(f"There is already “{name}” in this book.", field="name")
    row.name = account.name = name
    account.name_key = key(name)[:KEY_LENGTH]


def _write_own_rate(work: BookWork, row: Scheme, terms: Terms) -> None:
    """The rate that the form says counts from the first day; later ones that were written stay."""
    if not KINDS[row.kind].is_floating:
        return
    first = select(SchemeRate).where(
        SchemeRate.book_id == work.book.id, SchemeRate.scheme_id == row.id, SchemeRate.from_on <= terms.plan.starts_on
    )
    for each in work.session.scalars(first).all():
        work.session.delete(each)
    work.session.flush()
    if terms.own_rate is not None:
        work.session.add(
            SchemeRate(scheme_id=row.id, from_on=terms.plan.starts_on, book_id=work.book.id, rate=terms.own_rate)
        )
        work.session.flush()


def _plan_schedules(work: BookWork, row: Scheme, plan: Plan, command: SchemeCommand, today: date) -> None:
    """Make, change or drop the three schedules of a scheme so that they say what was agreed.

    One that a change brings begins today: what was due before has been entered by hand.
    """
    is_new = row.maturity_schedule_id is None
    wanted: Mapping[str, SchedulePlan | None] = {
        "instalment_schedule_id": _instalment_plan(row, plan) if command.is_scheduled else None,
        "interest_schedule_id": _interest_plan(row, plan, today),
        "maturity_schedule_id": _maturity_plan(row, plan),
    }
    _forget_waiting_end(work, row)
    for name, schedule in wanted.items():
        known = getattr(row, name)
        has_dates = schedule is not None and _has_dates(schedule)
        if known is not None and schedule is not None and has_dates:
            change_schedule(work, known, schedule)
        elif known is not None:
            set_removed(work, known, is_removed=True)
            setattr(row, name, None)
        elif schedule is not None and has_dates:
            later = schedule if is_new else replace(schedule, start_on=max(schedule.start_on, today))
            if _has_dates(later):
                setattr(row, name, add_schedule(work, later))
    work.session.flush()


def _has_dates(schedule: SchedulePlan) -> bool:
    until = schedule.rule.until
    return until is None or max(schedule.first_on, schedule.start_on) <= until


def _instalment_plan(row: Scheme, plan: Plan) -> SchedulePlan | None:
    if not plan.instalment_minor or plan.instalments_from is None:
        return None
    last = deposits_end(plan.kind, plan.opened_on, plan.matures_on) - timedelta(days=1)
    start = plan.instalments_from
    if plan.family == Family.INSTALMENTS:  # the first one opens it, and those that were paid before are in its balance
        start = plan.starts_on + timedelta(days=1)
    return SchedulePlan(
        kind=ScheduleKind.SCHEME,
        name=f"{row.name}: instalment",
        rule=Rule(Frequency.MONTHLY, interval=plan.instalment_months, until=last, is_clamped=True),
        first_on=plan.instalments_from,
        start_on=start,
        expected_minor=-plan.instalment_minor,
    )


def _interest_plan(row: Scheme, plan: Plan, today: date) -> SchedulePlan | None:
    """Payments of interest before the end, or the yearly credit of a fund. What was paid before the books knew it is settled."""
    last, expected = plan.matures_on - timedelta(days=1), 0
    if plan.family == Family.FUND:
        first, months = FiscalYear.of(plan.starts_on).last, MONTHS
    elif plan.family == Family.INCOME:
        paid = payments(plan)
        months = plan.payout.months if plan.payout else {SchemeKind.MIS: 1, SchemeKind.TD: MONTHS}.get(plan.kind, QUARTER_MONTHS)  # fmt: skip
        first = Month.of(paid[0].on).shift(-months).first if plan.kind == SchemeKind.SCSS else plan.opened_on
        expected = paid[0].amount_minor
    else:
        return None
    start = max(first, plan.starts_on) + timedelta(days=1)
    if plan.family == Family.FUND and first > plan.starts_on:
        start = first
    if row.is_taken_over and plan.family == Family.INCOME:
        start = max(start, today)
    return SchedulePlan(
        kind=ScheduleKind.SCHEME,
        name=f"{row.name}: interest",
        rule=Rule(Frequency.MONTHLY, interval=months, until=last, is_clamped=True),
        first_on=first,
        start_on=start,
        expected_minor=expected,
    )


def _maturity_plan(row: Scheme, plan: Plan) -> SchedulePlan:
    """The end of a deposit asks first: it is the reminder, too."""
    first = plan.opened_on
    if plan.kind == SchemeKind.PPF:
        first = FiscalYear.of(plan.opened_on).last + timedelta(days=1)
    months = row.tenor_months if not row.tenor_days else 0
    rule = (
        Rule(Frequency.MONTHLY, interval=months, times=2, is_clamped=True)
        if months
        else Rule(Frequency.DAILY, interval=(plan.matures_on - first).days, times=2)
    )
    return SchedulePlan(
        kind=ScheduleKind.SCHEME,
        name=f"{row.name}: end",
        rule=rule,
        first_on=first,
        start_on=first + timedelta(days=1),
        is_automatic=False,
        expected_minor=value_as_planned(plan),
    )


def _forget_waiting_end(work: BookWork, row: Scheme) -> None:
    """A changed end asks again."""
    if row.maturity_schedule_id is not None:
        work.session.execute(
            delete(Occurrence).where(
                Occurrence.book_id == work.book.id, Occurrence.schedule_id == row.maturity_schedule_id
            )
        )


def _settle_maturity(work: BookWork, row: Scheme, transaction_id: int) -> None:
    """Nothing is left to ask: the end was posted, on its day or before."""
    if row.maturity_schedule_id is None:
        return
    schedule = schedule_of(work, row.maturity_schedule_id)
    occurrence = work.session.get(Occurrence, (schedule.id, row.matures_on))
    if occurrence is None:
        occurrence = waiting_on(work, schedule, row.matures_on)
        work.session.add(occurrence)
    occurrence.state, occurrence.transaction_id, occurrence.reason = OccurrenceState.POSTED, transaction_id, None
    occurrence.decided_at = work.now
    move_to(schedule, None)
    work.session.flush()


def _wait_for_maturity(work: BookWork, row: Scheme) -> None:
    if row.maturity_schedule_id is None:
        return
    _forget_waiting_end(work, row)
    schedule = schedule_of(work, row.maturity_schedule_id)
    schedule.state, schedule.next_on = ScheduleState.ACTIVE, row.matures_on
    work.session.flush()


def _entry_ids(work: BookWork, row: Scheme, part: EntryPart | None = None) -> list[int]:
    found = select(SchemeEntry.transaction_id).where(
        SchemeEntry.book_id == work.book.id, SchemeEntry.scheme_id == row.id
    )
    if part is not None:
        found = found.where(SchemeEntry.part == part)
    return list(work.session.scalars(found.order_by(SchemeEntry.transaction_id)))


def _posted(work: BookWork, ids: list[int]) -> list[int]:
    found = select(Posting.transaction_id).where(Posting.book_id == work.book.id, Posting.transaction_id.in_(ids))
    return sorted(set(work.session.scalars(found)))


def _described(row: Scheme) -> dict[str, Any]:
    """What a scheme says, for the chain of events."""
    shown = (
        "kind", "name", "institution", "number_end", "opened_on", "starts_on", "matures_on", "principal_minor", "rate", "compounding",
        "payout", "instalment_minor", "instalment_months", "instalments_from", "paid_before", "is_taken_over", "from_account_id",
        "payout_account_id", "tax_rate", "penalty_rate", "is_joint", "nominee", "note",
    )  # fmt: skip
    return {name: getattr(row, name) for name in shown}

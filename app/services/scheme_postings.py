"""What deposits and savings schemes post: their opening, instalments, interest and end."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from app.domain.books import MONEY_KINDS, AccountKind, Direction, Leg, Source, kind_of
from app.domain.errors import NotInBook, Refused
from app.domain.fiscal_years import FiscalYear
from app.domain.money import MAX_MINOR, round_half_up
from app.domain.periods import Month
from app.domain.schedules import ScheduleState
from app.domain.scheme_entries import EntryPart
from app.domain.scheme_kinds import KINDS, Family, check_year
from app.domain.scheme_plans import course_of, fund_interest, payments, rate_on
from app.domain.texts import clean
from app.models.account import Account
from app.models.scheme import Scheme, SchemeEntry
from app.queries.schemes import SchemeView, scheme_of
from app.services.accounts import category_for, post_opening, set_archived
from app.services.deps import Deps
from app.services.due import Due
from app.services.payees import payee_ids
from app.services.posting import Draft, account_kinds, check_day
from app.services.schedules import schedule_of, set_state
from app.services.transactions import TransactionCommand, record_command, record_draft
from app.services.uow import BookWork

TAX_CATEGORY = "Tax deducted at source"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came when a deposit ended: on which day, to which account, how much, and tax that was held back from it."""

    closed_on: date
    account_id: int
    received_minor: int
    tax_minor: int = 0
    source: Source = Source.FORM


@dataclass(frozen=True, slots=True)
class _Event:
    """What happened to a deposit on a day: what moved on accounts that hold money, the interest, and the tax held back from it."""

    part: EntryPart
    day: date
    moved: tuple[tuple[int, int], ...]
    interest_minor: int
    tax_minor: int = 0
    source: Source = Source.RECURRING


def post_scheme(work: BookWork, due: Due, deps: Deps) -> int | None:
    """Post what a date of one of a scheme's schedules brings: an instalment, interest, or its end.

    Raises: Refused, NotInBook; as `services.due.Poster`.
    """
    work.session.flush()
    schedule_id = due.schedule.id
    row = work.session.scalars(
        select(Scheme).where(
            Scheme.book_id == work.book.id,
            Scheme.removed_at.is_(None),
            (Scheme.instalment_schedule_id == schedule_id)
            | (Scheme.interest_schedule_id == schedule_id)
            | (Scheme.maturity_schedule_id == schedule_id),
        )
    ).one_or_none()
    if row is None:
        raise NotInBook("scheme of schedule", schedule_id, work.book.id)
    view = scheme_of(work.session, work.book.id, row.id)
    if view.closed_on is not None:
        raise Refused("This deposit was closed. Leave the date out.")
    if schedule_id == row.instalment_schedule_id:
        amount = row.instalment_minor if due.amount_minor is None else due.amount_minor
        return post_deposit(work, view, row.from_account_id, amount, due.day, deps=deps, source=Source.RECURRING)
    if schedule_id == row.maturity_schedule_id:
        return _post_end(work, row, view, due, deps)
    if KINDS[row.kind].family == Family.FUND:
        return _post_credit(work, row, view, due, deps)
    return _post_payout(work, row, view, due, deps)


def post_first(work: BookWork, row: Scheme, opening_minor: int, *, deps: Deps) -> None:
    """Open a scheme in the books: money moves to it, or it was there before."""
    if not opening_minor:
        return
    if row.is_taken_over:
        transaction_id = post_opening(work, row.account_id, opening_minor, None, row.starts_on)
    else:
        transaction_id = _transfer(work, row, row.from_account_id, opening_minor, row.opened_on, deps=deps)
    _keep(work, row.id, transaction_id, EntryPart.OPENING)


def post_deposit(
    work: BookWork,
    view: SchemeView,
    from_account_id: int | None,
    amount_minor: int,
    day: date,
    *,
    deps: Deps,
    source: Source = Source.FORM,
) -> int:
    """Pay into a fund or a recurring deposit.

    Raises: Refused beside `amount`, `day` or `from_account_id`; more than a year of the scheme allows is refused.
    """
    row = scheme_row(work, view.id)
    if not 0 < amount_minor <= MAX_MINOR:
        raise Refused("Write an amount above zero.", field="amount")
    year = FiscalYear.of(day)
    paid = sum(move.amount_minor for move in view.plan.deposits if move.on in year and move.amount_minor > 0)
    opening = view.is_taken_over and view.plan.starts_on in year and not view.plan.paid_before
    before = view.plan.deposits[0].amount_minor if opening and view.plan.deposits else 0
    check_year(view.kind, paid - before + amount_minor, day, field="amount")
    transaction_id = _transfer(work, row, from_account_id, amount_minor, day, deps=deps, source=source)
    _keep(work, row.id, transaction_id, EntryPart.DEPOSIT)
    return transaction_id


def post_end(work: BookWork, row: Scheme, receipt: Receipt, *, deps: Deps) -> int:
    """Post what came when a deposit ended: its account is empty afterwards, and the rest of what came is interest, or a loss.

    Its other schedules end, and its account is put away.
    Raises: Refused beside `received`, `tax` or `account_id`.
    """
    view = scheme_of(work.session, work.book.id, row.id)
    if not 0 < receipt.received_minor <= MAX_MINOR:
        raise Refused("Write the amount that came.", field="received")
    if not 0 <= receipt.tax_minor <= MAX_MINOR:
        raise Refused("Write the tax that was held back, from zero up.", field="tax")
    pocket(work, receipt.account_id, field="account_id", but=row.account_id)
    interest = receipt.received_minor + receipt.tax_minor - view.balance_minor
    moved = ((receipt.account_id, receipt.received_minor), (row.account_id, -view.balance_minor))
    event = _Event(EntryPart.CLOSING, receipt.closed_on, moved, interest, receipt.tax_minor, receipt.source)
    transaction_id = _record(work, row, event, deps)
    for schedule_id in (row.instalment_schedule_id, row.interest_schedule_id):
        if schedule_id is not None and schedule_of(work, schedule_id).state != ScheduleState.ENDED:
            set_state(work, schedule_id, ScheduleState.ENDED)
    set_archived(work, row.account_id, is_archived=True)
    return transaction_id


def scheme_row(work: BookWork, scheme_id: int, *, is_removed: bool = False) -> Scheme:
    """A scheme of the book, removed or not as asked for.

    Raises: NotInBook.
    """
    row = work.session.scalars(
        select(Scheme).where(Scheme.book_id == work.book.id, Scheme.id == scheme_id)
    ).one_or_none()
    if row is None or (row.removed_at is not None) != is_removed:
        raise NotInBook("scheme", scheme_id, work.book.id)
    return row


def pocket(work: BookWork, account_id: int | None, *, field: str, but: int | None = None) -> None:
    """Check an account that pays or gets money.

    Raises: NotInBook for one of another book; Refused beside `field` for one that holds no money, is put away, or has another currency.
    """
    account = work.session.scalars(
        select(Account).where(Account.book_id == work.book.id, Account.id == account_id)
    ).one_or_none()
    if account is None:
        raise NotInBook("account", account_id, work.book.id)
    if account.kind not in MONEY_KINDS or account.is_archived or account.id == but:
        raise Refused("Choose an account that is in use and holds money.", field=field)
    if account.currency != work.book.currency:
        raise Refused(f"Choose an account in {work.book.currency}, the currency of this book.", field=field)


def interest_of(work: BookWork) -> int:
    """The category that new deposits earn in."""
    return category_for(work, AccountKind.INCOME, "Interest", icon="percent", colour=3)


def due_receipt(view: SchemeView, due_on: date) -> tuple[int, int]:
    """What is expected at the end of a deposit, after tax, and the tax that its rate holds back from the last interest."""
    value = course_of(view.plan)(due_on).value_minor
    tax = round_half_up(max(0, value - view.balance_minor) * (view.tax_rate or Decimal(0)))
    return value - tax, tax


def _post_end(work: BookWork, row: Scheme, view: SchemeView, due: Due, deps: Deps) -> int:
    received, tax = due_receipt(view, due.due_on)
    account_id = row.payout_account_id or row.from_account_id
    if account_id is None:
        raise Refused("Open the deposit, and say which account got the money.")
    if due.amount_minor is not None:
        received = due.amount_minor
    return post_end(work, row, Receipt(due.day, account_id, received, tax, Source.RECURRING), deps=deps)


def _post_payout(work: BookWork, row: Scheme, view: SchemeView, due: Due, deps: Deps) -> int | None:
    paid = next((payment for payment in payments(view.plan) if payment.on == due.due_on), None)
    if paid is None or row.payout_account_id is None:
        raise Refused("This date pays no interest any more. Leave it out.")
    tax = round_half_up(paid.amount_minor * (row.tax_rate or Decimal(0)))
    received = paid.amount_minor - tax if due.amount_minor is None else due.amount_minor
    if not 0 <= received <= MAX_MINOR:
        raise Refused("Write an amount from zero up.", field="amount")
    if not received + tax:
        return None
    pocket(work, row.payout_account_id, field="payout_account_id")
    moved = ((row.payout_account_id, received),)
    return _record(work, row, _Event(EntryPart.PAYOUT, due.day, moved, received + tax, tax), deps)


def _post_credit(work: BookWork, row: Scheme, view: SchemeView, due: Due, deps: Deps) -> int | None:
    """Interest of a fund's year, on its last day whatever day a person says: the day decides which year it belongs to."""
    year = FiscalYear.of(due.due_on)
    amount = due.amount_minor
    if amount is None:
        for number in range(12):
            first = max(Month.of(year.first).shift(number).first, view.plan.starts_on)
            if rate_on(view.plan, first).is_assumed:
                raise Refused(f"The rate for {first:%d.%m.%Y} is not known. Write it on the page of this scheme.")
        amount = fund_interest(view.plan, year.starts_in)
    if not 0 <= amount <= MAX_MINOR:
        raise Refused("Write an amount from zero up.", field="amount")
    if not amount:
        return None
    moved = ((row.account_id, amount),)
    return _record(work, row, _Event(EntryPart.CREDIT, due.due_on, moved, amount), deps)


def _transfer(
    work: BookWork,
    row: Scheme,
    from_account_id: int | None,
    amount_minor: int,
    day: date,
    *,
    deps: Deps,
    source: Source = Source.FORM,
) -> int:
    pocket(work, from_account_id, field="from_account_id", but=row.account_id)
    command = TransactionCommand(
        book_id=work.book.id,
        user_id=work.user_id,
        direction=Direction.TRANSFER,
        occurred_on=day,
        account_id=from_account_id or 0,
        amount_minor=amount_minor,
        to_account_id=row.account_id,
        payee=row.institution,
        description=row.name,
        source=source,
    )
    return record_command(work, command, deps=deps).transaction_id


def _record(work: BookWork, row: Scheme, event: _Event, deps: Deps) -> int:
    """Post what moved between accounts, the interest it was, and tax that never arrived."""
    check_day(work, event.day, field="occurred_on")
    if event.tax_minor and row.tax_account_id is None:
        row.tax_account_id = category_for(work, AccountKind.EXPENSE, TAX_CATEGORY, icon="percent")
        work.session.flush()
    amounts = (
        *event.moved,
        (row.tax_account_id or 0, event.tax_minor),
        (row.income_account_id, -event.interest_minor),
    )
    legs = tuple(Leg(account_id, amount, amount) for account_id, amount in amounts if amount)
    kinds = account_kinds(work, [leg.account_id for leg in legs])
    name = clean(row.institution, 120)
    draft = Draft(
        occurred_on=event.day,
        kind=kind_of([kinds[leg.account_id] for leg in legs]),
        legs=legs,
        source=event.source,
        payee_id=payee_ids(work, [name]).get(name),
        payee=name,
        description=clean(row.name, 500),
    )
    transaction_id = record_draft(work, draft, kinds, deps=deps).transaction_id
    _keep(work, row.id, transaction_id, event.part)
    return transaction_id


def _keep(work: BookWork, scheme_id: int, transaction_id: int, part: EntryPart) -> None:
    work.session.add(SchemeEntry(transaction_id=transaction_id, book_id=work.book.id, scheme_id=scheme_id, part=part))
    work.session.flush()

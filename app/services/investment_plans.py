"""Amounts that are invested again and again: a SIP buys at the last known price, and asks when there is none."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import Any

from sqlalchemy import select

from app.domain.books import Source
from app.domain.errors import NotInBook, Refused
from app.domain.investments import INDIAN, AssetClass, EventKind
from app.domain.lots import DIGITS
from app.domain.money import MAX_MINOR
from app.domain.positions import Currencies, position, price_of_one, units_for, whole_units_for
from app.domain.recurrence import Rule
from app.domain.schedules import OccurrenceState, ScheduleKind
from app.models.holding import Holding, HoldingEvent, InvestmentPlan
from app.models.schedule import Occurrence
from app.queries.holdings import Quotes
from app.services.deps import Deps
from app.services.due import Due
from app.services.holding_posts import entry_of, live_events
from app.services.holdings import EventCommand, add_in_work, check_account, holding_of
from app.services.schedules import SchedulePlan, add_schedule, change_schedule, schedule_of, set_removed, today_of
from app.services.uow import BookWork, book_work

WHOLE = frozenset({AssetClass.STOCK, AssetClass.ETF, AssetClass.BOND})
"""What is bought in whole units on an Indian exchange."""
PLACES = {AssetClass.CRYPTO: 8, AssetClass.STOCK: 6, AssetClass.ETF: 6, AssetClass.GOLD: 4}
FUND_PLACES = 3


@dataclass(frozen=True, slots=True)
class PlanCommand:
    """A SIP as a person states it. `amount_minor` is what leaves the account each time, fee included, in the holding's currency."""

    book_id: int
    user_id: int | None
    holding_id: int
    account_id: int | None
    amount_minor: int
    rule: Rule
    first_on: date
    fee_minor: int = 0
    is_automatic: bool = True


def add_plan(command: PlanCommand, *, deps: Deps) -> int:
    """Begin a SIP. Dates before today are taken as settled already. Returns its id.

    Raises: Refused with the field to correct, NotInBook.
    """
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        holding = holding_of(work, command.holding_id)
        _check(work, holding, command)
        schedule_id = add_schedule(work, _schedule(work, holding, command))
        plan = InvestmentPlan(
            book_id=work.book.id, holding_id=holding.id, schedule_id=schedule_id, account_id=command.account_id,
            amount_minor=command.amount_minor, fee_minor=command.fee_minor,
        )  # fmt: skip
        work.session.add(plan)
        work.session.flush()
        work.audit("plan.added", f"plan:{plan.id}", after=_described(plan))
    return plan.id


def change_plan(plan_id: int, command: PlanCommand, *, deps: Deps) -> None:
    """Change the amount, account or dates of a SIP from now on. What it bought stays.

    Raises: as `add_plan`.
    """
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        plan = _plan(work, plan_id)
        holding = holding_of(work, plan.holding_id)
        _check(work, holding, command, was=plan.account_id)
        before = _described(plan)
        change_schedule(work, plan.schedule_id, _schedule(work, holding, command))
        plan.account_id = command.account_id or plan.account_id
        plan.amount_minor, plan.fee_minor = command.amount_minor, command.fee_minor
        work.session.flush()
        work.audit("plan.changed", f"plan:{plan.id}", before=before, after=_described(plan))


def set_plan_removed(
    plan_id: int, *, is_removed: bool, book_id: int, user_id: int | None, deps: Deps
) -> tuple[int, str]:
    """Stop a SIP, or bring it back. What it bought stays. Returns the holding's id and name.

    Raises: NotInBook.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        plan = _plan(work, plan_id)
        holding = holding_of(work, plan.holding_id)
        set_removed(work, plan.schedule_id, is_removed=is_removed)
        return holding.id, holding.name


def post_plan(work: BookWork, due: Due, deps: Deps) -> int | None:
    """Buy what a date of a SIP brings, at the last price on or before its day. Returns the transaction's id.

    Raises: Refused when no price or exchange rate is known: a person says what was bought.
    """
    plan = work.session.scalars(
        select(InvestmentPlan).where(
            InvestmentPlan.book_id == work.book.id, InvestmentPlan.schedule_id == due.schedule.id
        )
    ).one_or_none()
    if plan is None:
        raise NotInBook("plan", due.schedule.id, work.book.id)
    holding = holding_of(work, plan.holding_id)
    currencies = Currencies(holding.currency, work.book.currency)
    if due.amount_minor is not None and not currencies.is_home:
        raise Refused(f"Its amount is in {holding.currency}. Change the plan on its page.", field="amount")
    amount = (plan.amount_minor if due.amount_minor is None else due.amount_minor) - plan.fee_minor
    if amount <= 0:
        raise Refused("The amount must be more than the fee.", field="amount")
    quotes = Quotes(work.session, work.book.id, [due.day], holding_id=holding.id)
    quote, rate = quotes.price(holding.id, due.day), quotes.rate(holding.currency, due.day)
    if quote is None:
        raise Refused(f"No price of {holding.name} is known for this day. Say on its page how many were bought.")
    if rate is None and not currencies.is_home:
        raise Refused(f"No exchange rate of {holding.currency} is known for this day. Say on its page what was bought.")
    history = position([entry_of(event) for event in live_events(work, holding)], currencies)
    with localcontext(prec=DIGITS):
        price = quote.value / history.ratio_between(quote.on, due.day)
    quantity, price = _bought(holding, amount, price)
    command = EventCommand(
        EventKind.BUY, due.day, quantity, price, plan.fee_minor, rate=rate.value if rate else None,
        account_id=plan.account_id, note=f"Plan, at the price of {quote.on.isoformat()}",
    )  # fmt: skip
    return _transaction(work, add_in_work(work, holding, command, deps=deps, source=Source.RECURRING))


def buy_planned(
    plan_id: int, due_on: date, command: EventCommand, *, book_id: int, user_id: int | None, deps: Deps
) -> int:
    """Say what a date of a SIP that waits has bought. Returns the holding's id.

    Raises: NotInBook for a date that does not wait; Refused as for any purchase.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        plan = _plan(work, plan_id)
        holding = holding_of(work, plan.holding_id)
        schedule_of(work, plan.schedule_id)
        occurrence = work.session.get(Occurrence, (plan.schedule_id, due_on))
        if occurrence is None or occurrence.state != OccurrenceState.WAITING:
            raise NotInBook("occurrence", f"{plan.schedule_id} {due_on}", book_id)
        check_account(work, holding, command.account_id)
        event_id = add_in_work(work, holding, command, deps=deps, source=Source.RECURRING)
        occurrence.transaction_id = _transaction(work, event_id)
        occurrence.state, occurrence.reason, occurrence.decided_at = OccurrenceState.POSTED, None, work.now
        work.audit("occurrence.posted", f"schedule:{plan.schedule_id}", after={"due_on": due_on.isoformat()})
        return holding.id


def _bought(holding: Holding, amount_minor: int, price: Decimal) -> tuple[Decimal, Decimal]:
    """How many an amount buys, and the price of one that makes them cost what is paid."""
    if holding.asset_class in WHOLE and holding.currency == INDIAN:
        return whole_units_for(amount_minor, price, holding.currency), price
    places = PLACES.get(holding.asset_class, FUND_PLACES)
    quantity = units_for(amount_minor, price, holding.currency, places)
    return quantity, price_of_one(amount_minor, quantity, holding.currency)


def _transaction(work: BookWork, event_id: int) -> int | None:
    return work.session.scalars(select(HoldingEvent.transaction_id).where(HoldingEvent.id == event_id)).one()


def _check(work: BookWork, holding: Holding, command: PlanCommand, *, was: int | None = None) -> None:
    if not 0 < command.amount_minor <= MAX_MINOR:
        raise Refused("Write an amount above zero.", field="amount")
    if not 0 <= command.fee_minor < command.amount_minor:
        raise Refused("The fee must be less than the amount.", field="fee")
    check_account(work, holding, command.account_id, was=was)


def _schedule(work: BookWork, holding: Holding, command: PlanCommand) -> SchedulePlan:
    currencies, today = Currencies(holding.currency, work.book.currency), today_of(work)
    rate = None if currencies.is_home else Quotes(work.session, work.book.id, [today]).rate(holding.currency, today)
    known = currencies.is_home or rate is not None
    expected = currencies.at_home(command.amount_minor, rate.value if rate else None) if known else 0
    return SchedulePlan(
        kind=ScheduleKind.INVESTMENT,
        name=f"Invest in {holding.name}",
        rule=command.rule,
        first_on=command.first_on,
        start_on=max(today, command.first_on),
        is_automatic=command.is_automatic,
        expected_minor=-min(expected, MAX_MINOR),
    )


def _plan(work: BookWork, plan_id: int) -> InvestmentPlan:
    plan = work.session.scalars(
        select(InvestmentPlan).where(InvestmentPlan.book_id == work.book.id, InvestmentPlan.id == plan_id)
    ).one_or_none()
    if plan is None:
        raise NotInBook("plan", plan_id, work.book.id)
    return plan


def _described(plan: InvestmentPlan) -> dict[str, Any]:
    return {
        "holding": plan.holding_id, "schedule": plan.schedule_id, "account": plan.account_id,
        "amount_minor": plan.amount_minor, "fee_minor": plan.fee_minor,
    }  # fmt: skip

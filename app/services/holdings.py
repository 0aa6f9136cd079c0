"""What people do with investments: add one, say what happened to it, correct that, remove it, and bring it back."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from app.domain.books import MONEY_SUBTYPES, AccountKind, Source, Subtype
from app.domain.errors import NotInBook, Refused
from app.domain.investments import AssetClass, EventKind, PriceSource, TaxedAs, plain
from app.domain.lots import Oversold
from app.domain.positions import ZERO
from app.domain.texts import clean, key
from app.models.account import Account
from app.models.holding import Exact, Holding, HoldingEvent, InvestmentPlan
from app.models.schedule import Schedule
from app.services.accounts import KEY_LENGTH, AccountCommand, open_account, set_archived
from app.services.deps import Deps
from app.services.holding_posts import live_events, sync
from app.services.posting import check_day
from app.services.removals import take_out
from app.services.schedules import set_removed, today_of
from app.services.uow import BookWork, book_work

NAME_LENGTH = 80
SYMBOL_LENGTH = 40
NOTE_LENGTH = 300
MOST_EVENTS = 5000
LARGEST_PRICE = Decimal(10) ** 15
LIMITS = {
    "price": LARGEST_PRICE,
    "old": Decimal(1_000_000),
    "new": Decimal(1_000_000),
    "rate": Decimal(10) ** 9,
}
"""The largest of each that is taken. Quantities are limited where they are reckoned with."""
COLOURS = {each: at % 7 + 1 for at, each in enumerate(AssetClass)}
SHARES = frozenset({EventKind.SPLIT, EventKind.BONUS})
"""Events that change how many there are, and move no money."""


@dataclass(frozen=True, slots=True)
class HoldingCommand:
    """An investment as a person states it. Its currency stays once it exists."""

    book_id: int
    user_id: int | None
    name: str
    symbol: str
    asset_class: AssetClass
    taxed_as: TaxedAs
    currency: str
    price_source: PriceSource = PriceSource.MANUAL
    price_2018: Decimal | None = None
    notes: str = ""


@dataclass(frozen=True, slots=True)
class EventCommand:
    """Something that happened to an investment, as a person states it. Amounts and prices are in the holding's currency.

    A buy without an account was held already when the book began. `rate` is the book's currency for one of the holding's.
    """

    kind: EventKind
    on: date
    quantity: Decimal | None = None
    price: Decimal | None = None
    fee_minor: int = 0
    old: Decimal | None = None
    new: Decimal | None = None
    amount_minor: int | None = None
    rate: Decimal | None = None
    account_id: int | None = None
    note: str = ""


def add_holding(command: HoldingCommand, first: EventCommand, *, deps: Deps) -> int:
    """Add an investment with what was bought first, or held already. Returns its id.

    Raises: Refused with the field to correct, NotInBook for an account of another book.
    """
    if first.kind != EventKind.BUY:
        raise Refused("It begins with what was bought.", field="kind")
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        account_id = open_account(
            work,
            AccountCommand(
                book_id=command.book_id,
                user_id=command.user_id,
                name=command.name,
                subtype=Subtype.HOLDING,
                currency=command.currency,
                icon="graph-up-arrow",
                colour=COLOURS[command.asset_class],
            ),
        )
        holding = Holding(
            book_id=work.book.id, account_id=account_id, currency=command.currency, created_at=work.now, removed_at=None,
            removed_with=None, **_columns(command),
        )  # fmt: skip
        work.session.add(holding)
        work.session.flush()
        work.audit("holding.added", f"holding:{holding.id}", after=_described(holding))
        add_in_work(work, holding, first, deps=deps)
    return holding.id


def change_holding(holding_id: int, command: HoldingCommand, *, deps: Deps) -> None:
    """Rename an investment, or change what is said of it. What happened to it stays.

    Raises: NotInBook, Refused.
    """
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        holding = holding_of(work, holding_id)
        before = _described(holding)
        for name, value in _columns(command).items():
            setattr(holding, name, value)
        _name_account(work, holding, holding.name)
        work.session.flush()
        work.audit("holding.changed", f"holding:{holding.id}", before=before, after=_described(holding))


def remove_holding(holding_id: int, *, book_id: int, user_id: int | None, deps: Deps) -> str:
    """Take an investment out of the books with everything it posted, so that it can come back. Returns its name.

    Raises: NotInBook.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        holding = holding_of(work, holding_id)
        plans = work.session.scalars(
            select(InvestmentPlan.schedule_id)
            .join(Schedule, (Schedule.book_id == InvestmentPlan.book_id) & (Schedule.id == InvestmentPlan.schedule_id))
            .where(
                InvestmentPlan.book_id == book_id,
                InvestmentPlan.holding_id == holding_id,
                Schedule.removed_at.is_(None),
            )
        ).all()
        posted = [each.transaction_id for each in live_events(work, holding) if each.transaction_id is not None]
        take_out(work, posted, account_ids=[holding.account_id], schedule_ids=plans)
        _name_account(work, holding, clean(f"{holding.name[:60]} (removed {holding.id})", NAME_LENGTH))
        holding.removed_at, holding.removed_with = work.now, json.dumps(list(plans))
        work.audit("holding.removed", f"holding:{holding.id}", before=_described(holding))
        return holding.name


def restore_holding(holding_id: int, *, book_id: int, user_id: int | None, deps: Deps) -> str:
    """Undo `remove_holding`. Returns its name.

    Raises: NotInBook.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        holding = holding_of(work, holding_id, removed=True)
        _name_account(work, holding, holding.name)
        set_archived(work, holding.account_id, is_archived=False)
        for schedule_id in json.loads(holding.removed_with or "[]"):
            set_removed(work, schedule_id, is_removed=False)
        holding.removed_at = holding.removed_with = None
        sync(work, holding, deps=deps)
        work.audit("holding.restored", f"holding:{holding.id}", after=_described(holding))
        return holding.name


def add_event(holding_id: int, command: EventCommand, *, book_id: int, user_id: int | None, deps: Deps) -> int:
    """Say what happened to an investment. Returns the event's id.

    Raises: NotInBook; Refused with the field to correct, as for a sale of more than was held, then or by a later sale.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        return add_in_work(work, holding_of(work, holding_id), command, deps=deps)


def add_in_work(
    work: BookWork, holding: Holding, command: EventCommand, *, deps: Deps, source: Source = Source.FORM
) -> int:
    """`add_event` as a part of a larger write."""
    _check(work, holding, command)
    count, last = work.session.execute(
        select(func.count(), func.max(HoldingEvent.number)).where(
            HoldingEvent.book_id == work.book.id, HoldingEvent.holding_id == holding.id
        )
    ).one()
    if count >= MOST_EVENTS:
        raise Refused(f"One investment can have at most {MOST_EVENTS} events.")
    event = HoldingEvent(
        book_id=work.book.id, holding_id=holding.id, kind=command.kind, number=(last or 0) + 1, transaction_id=None,
        created_at=work.now, removed_at=None, **_said(work, holding, command),
    )  # fmt: skip
    work.session.add(event)
    _settle(work, holding, event, deps=deps, source=source)
    work.audit(f"holding.{command.kind}", f"holding:{holding.id}", after=_event_described(event))
    return event.id


def change_event(event_id: int, command: EventCommand, *, book_id: int, user_id: int | None, deps: Deps) -> int:
    """Correct what is said of an event; everything after it follows. Returns the holding's id.

    Raises: as `add_event`.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        event = _event(work, event_id)
        holding = holding_of(work, event.holding_id)
        if command.kind != event.kind:
            raise NotInBook("event", event_id, book_id)
        _check(work, holding, command, was=event)
        before = _event_described(event)
        for name, value in _said(work, holding, command).items():
            setattr(event, name, value)
        _settle(work, holding, event, deps=deps)
        work.audit("holding.event_changed", f"holding:{holding.id}", before=before, after=_event_described(event))
        return holding.id


def remove_event(event_id: int, *, book_id: int, user_id: int | None, deps: Deps) -> int:
    """Take an event out of the history and out of the books; everything after it follows. Returns the holding's id.

    Raises: NotInBook; Refused when a later sale needs it.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        event = _event(work, event_id)
        holding = holding_of(work, event.holding_id)
        event.removed_at = work.now
        try:
            sync(work, holding, deps=deps)
        except Oversold as error:
            raise Refused(f"A later sale needs it. Delete or change that one first. {error.user_message}") from error
        if event.transaction_id is not None:
            take_out(work, [event.transaction_id])
        work.audit("holding.event_removed", f"holding:{holding.id}", before=_event_described(event))
        return holding.id


def restore_event(event_id: int, *, book_id: int, user_id: int | None, deps: Deps) -> int:
    """Undo `remove_event`. Returns the holding's id.

    Raises: NotInBook; Refused when it does not fit what happened since.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        event = _event(work, event_id, removed=True)
        holding = holding_of(work, event.holding_id)
        event.removed_at = None
        sync(work, holding, deps=deps)
        work.audit("holding.event_restored", f"holding:{holding.id}", after=_event_described(event))
        return holding.id


def holding_of(work: BookWork, holding_id: int, *, removed: bool = False) -> Holding:
    """An investment of the book.

    Raises: NotInBook, also for one that was removed, unless that is asked for.
    """
    holding = work.session.scalars(
        select(Holding).where(Holding.book_id == work.book.id, Holding.id == holding_id)
    ).one_or_none()
    if holding is None or (holding.removed_at is not None) != removed:
        raise NotInBook("holding", holding_id, work.book.id)
    return holding


def check_account(work: BookWork, holding: Holding, account_id: int | None, *, was: int | None = None) -> None:
    """Refuse an account that cannot pay for this investment.

    Raises: Refused beside `account_id`; NotInBook for an account of another book.
    """
    if account_id is None:
        raise Refused("Choose the account that the money moves on.", field="account_id")
    account = work.session.scalars(
        select(Account).where(Account.book_id == work.book.id, Account.id == account_id)
    ).one_or_none()
    if account is None:
        raise NotInBook("account", account_id, work.book.id)
    if account.subtype not in MONEY_SUBTYPES:
        raise Refused("Choose an account that holds money.", field="account_id")
    if account.is_archived and account_id != was:
        raise Refused("That account is archived. Choose another one.", field="account_id")
    if account.currency not in {holding.currency, work.book.currency}:
        both = " or ".join(dict.fromkeys((holding.currency, work.book.currency)))
        raise Refused(f"Choose an account in {both}.", field="account_id")


def is_kept(value: Decimal, most: Decimal) -> bool:
    """Whether a price, ratio or rate can be kept exactly and is not below zero."""
    return value.is_finite() and len(plain(value).partition(".")[2]) <= Exact.PLACES and 0 <= value <= most


def _event(work: BookWork, event_id: int, *, removed: bool = False) -> HoldingEvent:
    event = work.session.scalars(
        select(HoldingEvent).where(HoldingEvent.book_id == work.book.id, HoldingEvent.id == event_id)
    ).one_or_none()
    if event is None or (event.removed_at is not None) != removed:
        raise NotInBook("event", event_id, work.book.id)
    return event


def _settle(work: BookWork, holding: Holding, event: HoldingEvent, *, deps: Deps, source: Source = Source.FORM) -> None:
    """Post what follows from an event that was just added or changed, and refuse it in its own words."""
    work.session.flush()
    try:
        history = sync(work, holding, deps=deps, touched={event.id}, source=source)
    except Oversold as error:
        if event.kind != EventKind.SELL:
            raise Refused(f"Later sales would be of more than was held. {error.user_message}", field="on") from error
        if not any(each.kind == EventKind.BUY and each.on <= event.on for each in live_events(work, holding)):
            raise Refused("It cannot be sold before it was bought.", field="on") from error
        raise
    if event.kind in SHARES:
        before = [step for step in history.steps if step.entry.id == event.id]
        if not before or before[0].quantity == ZERO:
            raise Refused("Nothing was held on that day.", field="on")


def _check(work: BookWork, holding: Holding, command: EventCommand, *, was: HoldingEvent | None = None) -> None:
    check_day(work, command.on, field="on")
    if command.on > today_of(work) + timedelta(days=1):
        raise Refused("Write a day that has come. What is still to come goes into a plan.", field="on")
    for field, most in LIMITS.items():
        value = getattr(command, field)
        if value is not None and not is_kept(value, most):
            raise Refused(f"Write a number up to {most:f}, with at most 18 decimals.", field=field)
    if command.kind in SHARES:
        for field in ("old", "new"):
            if not getattr(command, field):
                raise Refused("Write a number above zero.", field=field)
    elif command.kind != EventKind.BUY or command.account_id is not None:
        check_account(work, holding, command.account_id, was=was.account_id if was else None)


def _said(work: BookWork, holding: Holding, command: EventCommand) -> dict[str, Any]:
    """The columns that an event of this kind fills, and nothing in the others."""
    kind = command.kind
    trades, pays = kind in {EventKind.BUY, EventKind.SELL}, kind in {EventKind.DIVIDEND, EventKind.FEE}
    is_abroad = holding.currency != work.book.currency and kind not in SHARES
    return {
        "on": command.on,
        "quantity": command.quantity if trades else None,
        "price": command.price if trades else None,
        "fee_minor": command.fee_minor if trades else 0,
        "old": command.old if kind in SHARES else None,
        "new": command.new if kind in SHARES else None,
        "amount_minor": (command.amount_minor or 0) if pays else None,
        "rate": command.rate if is_abroad else None,
        "account_id": None if kind in SHARES else command.account_id,
        "note": clean(command.note, NOTE_LENGTH),
    }


def _columns(command: HoldingCommand) -> dict[str, Any]:
    name = clean(command.name, NAME_LENGTH)
    if not name:
        raise Refused("Write a name.", field="name")
    if command.price_2018 is not None and (not command.price_2018 or not is_kept(command.price_2018, LARGEST_PRICE)):
        raise Refused("Write a price above zero.", field="price_2018")
    return {
        "name": name,
        "symbol": clean(command.symbol, SYMBOL_LENGTH),
        "asset_class": command.asset_class,
        "taxed_as": command.taxed_as,
        "price_source": command.price_source,
        "price_2018": command.price_2018,
        "notes": clean(command.notes, 1000, lines=True),
    }


def _name_account(work: BookWork, holding: Holding, name: str) -> None:
    """Its account bears its name. One that was removed gives the name free."""
    account = work.session.scalars(
        select(Account).where(Account.book_id == work.book.id, Account.id == holding.account_id)
    ).one()
    same_name = key(name)[:KEY_LENGTH]
    taken = select(Account.id).where(
        Account.book_id == work.book.id,
        Account.kind == AccountKind.ASSET,
        Account.name_key == same_name,
        Account.id != account.id,
    )
    if work.session.scalar(taken) is not None:
        raise Refused(f"There is already “{name}” in this book.", field="name")
    account.name, account.name_key, account.colour = name, same_name, COLOURS[holding.asset_class]


def _described(holding: Holding) -> dict[str, Any]:
    return {
        "name": holding.name, "symbol": holding.symbol, "asset_class": holding.asset_class, "taxed_as": holding.taxed_as,
        "currency": holding.currency, "price_source": holding.price_source, "account": holding.account_id,
        "price_2018": None if holding.price_2018 is None else plain(holding.price_2018), "notes": holding.notes,
    }  # fmt: skip


def _event_described(event: HoldingEvent) -> dict[str, Any]:
    exact = {name: getattr(event, name) for name in ("quantity", "price", "old", "new", "rate")}
    return {
        "event": event.id, "kind": event.kind, "on": event.on.isoformat(), "fee_minor": event.fee_minor,
        "amount_minor": event.amount_minor, "account": event.account_id, "transaction": event.transaction_id,
        "note": event.note, **{name: None if value is None else plain(value) for name, value in exact.items()},
    }  # fmt: skip

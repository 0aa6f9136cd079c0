"""What investments post: each event's transaction follows from the whole history, so changing an old event posts later ones anew."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.domain.books import CATEGORY_KINDS, AccountKind, Leg, Source, State, Subtype, TransactionKind, kind_of
from app.domain.errors import NotInBook, Refused
from app.domain.investments import EventKind, plain
from app.domain.positions import Currencies, Entry, Position, Step, position
from app.domain.texts import key
from app.models.account import Account
from app.models.holding import Holding, HoldingEvent
from app.models.transaction import Posting, Transaction
from app.services.accounts import category_for
from app.services.deps import Deps
from app.services.posting import SEARCH_LENGTH, Draft, repost, unpost
from app.services.transactions import record_draft, snapshot, void_posted
from app.services.uow import BookWork

CATEGORIES = {
    EventKind.SELL: (AccountKind.INCOME, "Capital gains", "graph-up-arrow"),
    EventKind.DIVIDEND: (AccountKind.INCOME, "Dividends", "cash-coin"),
    EventKind.FEE: (AccountKind.EXPENSE, "Investment fees", "percent"),
}
SAID = {
    EventKind.BUY: "Bought",
    EventKind.SELL: "Sold",
    EventKind.DIVIDEND: "Dividend of",
    EventKind.FEE: "Fee of",
}


@dataclass(frozen=True, slots=True)
class _Account:
    kind: AccountKind
    currency: str


@dataclass(frozen=True, slots=True)
class _Books:
    """What the books say now: the transactions of the events with their legs (of deleted ones those they had), and the accounts."""

    holding: Holding
    transactions: Mapping[int, Transaction]
    legs: Mapping[int, tuple[Leg, ...]]
    accounts: Mapping[int, _Account]
    opening_id: int


def sync(
    work: BookWork, holding: Holding, *, deps: Deps, touched: Collection[int] = (), source: Source = Source.FORM
) -> Position:
    """Let the books say what follows from the events of a holding: post what is new, change what changed, in one write.

    Events named by `touched` get a new description and note too. Those that are as they were stay untouched.
    Raises: Oversold, Refused when the events cannot have happened; NotInBook for an account of another book.
    """
    events = live_events(work, holding)
    currencies = Currencies(holding.currency, work.book.currency)
    history = position([entry_of(event) for event in events], currencies)
    books = _read(work, holding, events)
    by_id = {event.id: event for event in events}
    changed: list[tuple[Transaction, Draft]] = []
    for step in history.steps:
        event = by_id[step.entry.id]
        known = books.transactions.get(event.transaction_id or 0)
        draft = _draft(work, event, step, books, source)
        if draft is None:
            if known is not None:
                void_posted(work, [known.id])
            event.transaction_id = None
        elif known is None:
            kinds = {leg.account_id: _kind(work, books, leg.account_id) for leg in draft.legs}
            event.transaction_id = record_draft(work, draft, kinds, deps=deps).transaction_id
        elif event.id in touched or not _is_same(known, books.legs.get(known.id, ()), draft):
            changed.append((known, draft))
    _change(work, changed, {by_id[each].transaction_id for each in touched if each in by_id})
    work.session.flush()
    return history


def live_events(work: BookWork, holding: Holding) -> list[HoldingEvent]:
    """The events of a holding that were not removed, in the order they happened."""
    work.session.flush()
    return list(
        work.session.scalars(
            select(HoldingEvent)
            .where(
                HoldingEvent.book_id == work.book.id,
                HoldingEvent.holding_id == holding.id,
                HoldingEvent.removed_at.is_(None),
            )
            .order_by(HoldingEvent.on, HoldingEvent.number)
        )
    )


def entry_of(event: HoldingEvent) -> Entry:
    """An event as the domain reckons with it."""
    return Entry(
        event.id, event.kind, event.on, event.quantity, event.price, event.fee_minor, event.old, event.new,
        event.amount_minor or 0, event.rate,
    )  # fmt: skip


def _read(work: BookWork, holding: Holding, events: Sequence[HoldingEvent]) -> _Books:
    book_id = work.book.id
    ids = [event.transaction_id for event in events if event.transaction_id is not None]
    rows = work.session.scalars(
        select(Transaction).where(Transaction.book_id == book_id, Transaction.id.in_(ids)).with_for_update()
    )
    transactions = {row.id: row for row in rows}
    legs = {
        row.id: tuple(Leg(*leg) for leg in json.loads(row.void_legs)) for row in transactions.values() if row.void_legs
    }
    posted = (
        select(Posting.transaction_id, Posting.account_id, Posting.amount_minor, Posting.base_minor)
        .where(Posting.book_id == book_id, Posting.transaction_id.in_(ids))
        .order_by(Posting.id)
    )
    for transaction_id, *leg in work.session.execute(posted).all():
        legs[transaction_id] = (*legs.get(transaction_id, ()), Leg(*leg))
    needed = {holding.account_id, *(event.account_id for event in events if event.account_id is not None)}
    needed |= {leg.account_id for each in legs.values() for leg in each}
    found = work.session.execute(
        select(Account.id, Account.kind, Account.currency, Account.subtype).where(
            Account.book_id == book_id, Account.id.in_(needed) | (Account.subtype == Subtype.OPENING)
        )
    ).all()
    accounts = {row.id: _Account(row.kind, row.currency) for row in found}
    for account_id in needed:
        if account_id not in accounts:
            raise NotInBook("account", account_id, book_id)
    opening_id = next((row.id for row in found if row.subtype == Subtype.OPENING), None)
    if opening_id is None:
        raise NotInBook("opening account", Subtype.OPENING, book_id)
    return _Books(holding, transactions, legs, accounts, opening_id)


def _draft(work: BookWork, event: HoldingEvent, step: Step, books: _Books, source: Source) -> Draft | None:
    """What the books say of an event; none where no money moves."""
    holding = books.holding
    legs = [Leg(holding.account_id, step.holding_minor, step.holding_base_minor)]
    if event.kind == EventKind.BUY and event.account_id is None:
        legs.append(Leg(books.opening_id, step.money_base_minor, step.money_base_minor))
    elif event.account_id is not None:
        is_own = books.accounts[event.account_id].currency == holding.currency
        amount = step.money_minor if is_own else step.money_base_minor
        legs.append(Leg(event.account_id, amount, step.money_base_minor))
    if rest := -sum(leg.base_minor for leg in legs):
        legs.append(Leg(_category(work, event, books), rest, rest))
    legs = [leg for leg in legs if leg.amount_minor or leg.base_minor]
    if not legs:
        return None
    if len(legs) == 1:
        raise Refused(f"This is less than the smallest amount in {work.book.currency}.", field="quantity")
    kinds = [_kind(work, books, leg.account_id) for leg in legs]
    of = plain(event.quantity) + " " if event.quantity is not None else ""
    return Draft(
        occurred_on=event.on,
        kind=TransactionKind.OPENING if AccountKind.EQUITY in kinds else kind_of(kinds),
        legs=tuple(legs),
        source=source,
        description=f"{SAID[event.kind]} {of}{holding.name}",
        note=event.note,
    )


def _kind(work: BookWork, books: _Books, account_id: int) -> AccountKind:
    known = books.accounts.get(account_id)
    if known is not None:
        return known.kind
    return work.session.scalars(
        select(Account.kind).where(Account.book_id == work.book.id, Account.id == account_id)
    ).one()


def _category(work: BookWork, event: HoldingEvent, books: _Books) -> int:
    """Where the gain, dividend or fee goes: where this one, or the last one of its kind, went, though it was renamed or moved."""
    for leg in books.legs.get(event.transaction_id or 0, ()):
        if books.accounts[leg.account_id].kind in CATEGORY_KINDS:
            return leg.account_id
    last = work.session.scalar(
        select(Posting.account_id)
        .join(
            HoldingEvent,
            (HoldingEvent.book_id == Posting.book_id) & (HoldingEvent.transaction_id == Posting.transaction_id),
        )
        .join(Account, (Account.book_id == Posting.book_id) & (Account.id == Posting.account_id))
        .where(
            Posting.book_id == work.book.id,
            HoldingEvent.kind == event.kind,
            Account.kind.in_(CATEGORY_KINDS),
            Account.is_archived.is_(False),
        )
        .order_by(HoldingEvent.id.desc())
        .limit(1)
    )
    if last is not None:
        return last
    kind, name, icon = CATEGORIES[event.kind]
    return category_for(work, kind, name, icon=icon)


def _is_same(known: Transaction, legs: tuple[Leg, ...], draft: Draft) -> bool:
    return (
        known.state == State.POSTED
        and known.occurred_on == draft.occurred_on
        and sorted(legs, key=lambda leg: leg.account_id) == sorted(draft.legs, key=lambda leg: leg.account_id)
    )


def _change(work: BookWork, changed: Sequence[tuple[Transaction, Draft]], touched: Collection[int | None]) -> None:
    """Replace the legs of transactions, and bring back those that were deleted."""
    if not changed:
        return
    posted = [row.id for row, _ in changed if row.state == State.POSTED]
    before = {row.id: snapshot(work, row) for row, _ in changed if row.state == State.POSTED}
    unpost(work, posted)
    for row, draft in changed:
        row.state, row.void_legs, row.updated_at = State.POSTED, None, work.now
        row.occurred_on, row.kind = draft.occurred_on, draft.kind
        if row.id in touched:
            said, now = key(f"{row.description} {row.note}"), key(f"{draft.description} {draft.note}")
            row.search_text = row.search_text.replace(said, now)[:SEARCH_LENGTH]
            row.description, row.note = draft.description, draft.note
    work.session.flush()
    repost(work, [(row.id, draft.occurred_on, draft.legs) for row, draft in changed])
    for row, _ in changed:
        action = "transaction.edited" if row.id in before else "transaction.restored"
        work.audit(action, f"transaction:{row.id}", before=before.get(row.id), after=snapshot(work, row))
    work.book.revision += 1

"""Things without a price: adding, changing, selling and removing a property, and saying what it was worth when."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from app.domain.books import AccountKind, Direction, Leg, Source, State, Subtype, kind_of
from app.domain.errors import NotInBook, Refused
from app.domain.money import MAX_MINOR
from app.domain.texts import clean
from app.domain.worth import PropertyKind
from app.models.account import Account
from app.models.transaction import Posting, Transaction
from app.models.valuation import Property, Valuation
from app.services.accounts import AccountCommand, category_for, open_account, post_opening, set_archived
from app.services.deps import Deps
from app.services.loans import rename
from app.services.posting import Draft, account_kinds, check_day
from app.services.removals import bring_back, take_out
from app.services.schedules import today_of
from app.services.transactions import TransactionCommand, record_command, record_draft, void_posted
from app.services.uow import BookWork, book_work

NAME_LENGTH = 80
NOTES_LENGTH = 1000
NOTE_LENGTH = 300
ICONS = {
    PropertyKind.HOUSE: "house-door",
    PropertyKind.LAND: "map",
    PropertyKind.VEHICLE: "car-front",
    PropertyKind.GOLD: "gem",
    PropertyKind.OTHER: "box",
}
PROFIT, LOSS = "Profit on sale of property", "Loss on sale of property"


@dataclass(frozen=True, slots=True)
class PropertyCommand:
    """A property as a person states it: what it cost (or was worth when the book began) in the book's currency, and when.

    `from_account_id` is what it was paid from; none when it was there before.
    """

    book_id: int
    user_id: int | None
    name: str
    kind: PropertyKind
    cost_minor: int
    on: date
    from_account_id: int | None = None
    notes: str = ""


@dataclass(frozen=True, slots=True)
class ValuationCommand:
    """What a property was worth on a day, in the book's currency. `note` names the source."""

    book_id: int
    user_id: int | None
    on: date
    value_minor: int
    note: str = ""


def add_property(command: PropertyCommand, *, deps: Deps) -> int:
    """Add a property with an account of its own, which holds it at what it cost. Returns its id.

    Raises: Refused with the field to correct, NotInBook for an account of another book.
    """
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        name = _checked(work, command)
        account = AccountCommand(
            work.book.id, work.user_id, name, Subtype.PROPERTY, work.book.currency, ICONS[command.kind], 2
        )
        account_id = open_account(work, account)
        row = Property(
            book_id=work.book.id, account_id=account_id, kind=command.kind, notes=clean(command.notes, NOTES_LENGTH, lines=True),
            transaction_id=_post_cost(work, account_id, command, deps), sale_id=None, created_at=work.now, removed_at=None, removed_with=None,
        )  # fmt: skip
        work.session.add(row)
        work.session.flush()
        work.audit("property.added", f"property:{row.id}", after=_described(work, row))
        return row.id


def change_property(property_id: int, command: PropertyCommand, *, deps: Deps) -> None:
    """Change a property. Another cost, day or account replaces the entry that brought it.

    Raises: as `add_property`; Refused when it was sold and its cost would change.
    """
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        row = _row(work, property_id)
        before = _described(work, row)
        name = _checked(work, command)
        if name != before["name"]:
            rename(work, row.account_id, name)
        row.kind, row.notes = command.kind, clean(command.notes, NOTES_LENGTH, lines=True)
        if (command.cost_minor, command.on, command.from_account_id) != _cost_of(work, row):
            if _is_posted(work, row.sale_id):
                raise Refused("It was sold. Undo the sale before you change what it cost.", field="cost")
            _check_first_valuation(work, row, command.on)
            void_posted(work, [row.transaction_id])
            row.transaction_id = _post_cost(work, row.account_id, command, deps)
        work.session.flush()
        work.audit("property.changed", f"property:{row.id}", before=before, after=_described(work, row))


def sell_property(
    property_id: int, on: date, amount_minor: int, to_account_id: int, *, book_id: int, user_id: int | None, deps: Deps
) -> int:
    """Post a sale: the money comes in, the property leaves at what the books hold of it, the rest is profit or loss.

    Returns the transaction's id. Raises: Refused with the field to correct, NotInBook.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        row = _row(work, property_id)
        if _is_posted(work, row.sale_id):
            raise Refused("It was sold already.")
        cost, since, _ = _cost_of(work, row)
        if cost is None or since is None:
            raise Refused("The entry that brought it was deleted. Restore that first.")
        if not since <= on <= today_of(work):
            raise Refused("Write a day from when you had it until today.", field="on")
        if not 0 < amount_minor <= MAX_MINOR:
            raise Refused("Write what you got for it.", field="amount")
        _own_money(work, to_account_id, field="account_id")
        held = _books_hold(work, row.account_id)
        legs = [Leg(to_account_id, amount_minor, amount_minor), Leg(row.account_id, -held, -held)]
        if gain := amount_minor - held:
            kind, name = (AccountKind.INCOME, PROFIT) if gain > 0 else (AccountKind.EXPENSE, LOSS)
            legs.append(Leg(category_for(work, kind, name, icon="house-door"), -gain, -gain))
        kinds = account_kinds(work, [leg.account_id for leg in legs])
        name = _name_of(work, row.account_id)
        draft = Draft(on, kind_of(list(kinds.values())), tuple(legs), Source.FORM, description=f"Sale of {name}"[:500])
        row.sale_id = record_draft(work, draft, kinds, deps=deps).transaction_id
        work.session.flush()
        work.audit("property.sold", f"property:{row.id}", after={"on": on, "amount_minor": amount_minor})
        return row.sale_id


def undo_sale(property_id: int, *, book_id: int, user_id: int | None, deps: Deps) -> None:
    """Take a sale out of the books.

    Raises: NotInBook when it was not sold.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        row = _row(work, property_id)
        if row.sale_id is None:
            raise NotInBook("sale of property", property_id, book_id)
        void_posted(work, [row.sale_id])
        row.sale_id = None
        work.session.flush()
        work.audit("property.sale_undone", f"property:{row.id}")


def remove_property(property_id: int, *, book_id: int, user_id: int | None, deps: Deps) -> str:
    """Take a property out of the books with what it posted, so that it can come back. Returns its name.

    Raises: NotInBook.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        row = _row(work, property_id)
        before, name = _described(work, row), _name_of(work, row.account_id)
        posted = [each for each in (row.transaction_id, row.sale_id) if each is not None]
        taken = take_out(work, posted, account_ids=[row.account_id])
        row.removed_at, row.removed_with = work.now, json.dumps({"name": name, "taken": taken})
        rename(work, row.account_id, f"{name[: NAME_LENGTH - 30]} (removed {row.id})")  # another may take its name
        work.session.flush()
        work.audit("property.removed", f"property:{row.id}", before=before)
        return name


def restore_property(property_id: int, *, book_id: int, user_id: int | None, deps: Deps) -> str:
    """Bring a removed property back as it was. Returns its name.

    Raises: NotInBook when it was not removed; Refused when another one has its name now.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        row = _row(work, property_id, is_removed=True)
        kept = json.loads(row.removed_with or "{}")
        set_archived(work, row.account_id, is_archived=False)
        rename(work, row.account_id, kept["name"])
        bring_back(work, kept["taken"])
        row.removed_at = row.removed_with = None
        work.session.flush()
        work.audit("property.restored", f"property:{row.id}", after=_described(work, row))
        return str(kept["name"])


def add_valuation(property_id: int, command: ValuationCommand, *, deps: Deps) -> int:
    """Say what a property was worth on a day. Returns the valuation's id.

    Raises: Refused with the field to correct, also when there is one of that day; NotInBook.
    """
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        row = _row(work, property_id)
        note = _check_valuation(work, row, command)
        found = work.session.scalars(
            select(Valuation).where(
                Valuation.book_id == work.book.id, Valuation.property_id == row.id, Valuation.on == command.on
            )
        ).one_or_none()
        if found is not None and found.removed_at is None:
            raise Refused("There is a valuation of that day. Change that one.", field="on")
        valuation = found or Valuation(
            book_id=work.book.id, property_id=row.id, on=command.on, created_at=work.now, value_minor=0, note=""
        )
        valuation.value_minor, valuation.note, valuation.removed_at = command.value_minor, note, None
        work.session.add(valuation)
        work.session.flush()
        work.audit("valuation.added", f"property:{row.id}", after=_said(valuation))
        return valuation.id


def change_valuation(valuation_id: int, command: ValuationCommand, *, deps: Deps) -> None:
    """Correct a valuation.

    Raises: as `add_valuation`.
    """
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        valuation = _valuation(work, valuation_id)
        row = _row(work, valuation.property_id)
        note, before = _check_valuation(work, row, command), _said(valuation)
        taken = work.session.scalar(
            select(Valuation.id).where(
                Valuation.book_id == work.book.id, Valuation.property_id == row.id, Valuation.on == command.on,
                Valuation.id != valuation.id,
            )
        )  # fmt: skip
        if taken is not None:
            raise Refused("There is, or was, another valuation of that day. Choose another day.", field="on")
        valuation.on, valuation.value_minor, valuation.note = command.on, command.value_minor, note
        work.session.flush()
        work.audit("valuation.changed", f"property:{row.id}", before=before, after=_said(valuation))


def set_valuation_removed(
    valuation_id: int, *, is_removed: bool, book_id: int, user_id: int | None, deps: Deps
) -> tuple[int, date]:
    """Remove a valuation, or undo that. Returns its property's id and its day.

    Raises: NotInBook.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        valuation = _valuation(work, valuation_id, is_removed=not is_removed)
        valuation.removed_at = work.now if is_removed else None
        work.session.flush()
        action = "valuation.removed" if is_removed else "valuation.restored"
        work.audit(action, f"property:{valuation.property_id}", before=_said(valuation))
        return valuation.property_id, valuation.on


def _checked(work: BookWork, command: PropertyCommand) -> str:
    """Check what a person states. Returns the name."""
    name = clean(command.name, NAME_LENGTH)
    if not name:
        raise Refused("Write a name.", field="name")
    check_day(work, command.on, field="on")
    if command.on > today_of(work):
        raise Refused("This day has not come yet.", field="on")
    if not 0 < command.cost_minor <= MAX_MINOR:
        raise Refused("Write what it cost, above zero.", field="cost")
    if command.from_account_id is not None:
        _own_money(work, command.from_account_id, field="from_account_id")
    return name


def _own_money(work: BookWork, account_id: int, *, field: str) -> None:
    """Raises: NotInBook; Refused for an account in another currency, or one that no money can be paid from."""
    account = work.session.scalars(
        select(Account).where(Account.book_id == work.book.id, Account.id == account_id)
    ).one_or_none()
    if account is None:
        raise NotInBook("account", account_id, work.book.id)
    if account.currency != work.book.currency:
        raise Refused(f"Choose an account in {work.book.currency}, the currency of this book.", field=field)


def _post_cost(work: BookWork, account_id: int, command: PropertyCommand, deps: Deps) -> int:
    if command.from_account_id is None:
        return post_opening(work, account_id, command.cost_minor, None, command.on)
    bought = TransactionCommand(
        work.book.id, work.user_id, Direction.TRANSFER, command.on, command.from_account_id, command.cost_minor,
        to_account_id=account_id, description=f"Purchase of {clean(command.name, NAME_LENGTH)}",
    )  # fmt: skip
    return record_command(work, bought, deps=deps).transaction_id


def _cost_of(work: BookWork, row: Property) -> tuple[int | None, date | None, int | None]:
    """What it cost, when, and what it was paid from; nothing of a deleted entry."""
    legs = work.session.execute(
        select(Posting.account_id, Posting.base_minor, Posting.occurred_on, Account.kind)
        .join(Account, (Account.book_id == Posting.book_id) & (Account.id == Posting.account_id))
        .where(Posting.book_id == work.book.id, Posting.transaction_id == row.transaction_id)
    ).all()
    cost = next(((minor, on) for account_id, minor, on, _ in legs if account_id == row.account_id), (None, None))
    paid_from = next((each for each, _, _, kind in legs if each != row.account_id and kind != AccountKind.EQUITY), None)
    return (*cost, paid_from)


def _books_hold(work: BookWork, account_id: int) -> int:
    found = work.session.scalar(
        select(func.sum(Posting.base_minor)).where(Posting.book_id == work.book.id, Posting.account_id == account_id)
    )
    return int(found or 0)


def _is_posted(work: BookWork, transaction_id: int | None) -> bool:
    state = work.session.scalar(
        select(Transaction.state).where(Transaction.book_id == work.book.id, Transaction.id == transaction_id)
    )
    return state == State.POSTED


def _check_first_valuation(work: BookWork, row: Property, on: date) -> None:
    first = work.session.scalar(
        select(func.min(Valuation.on)).where(
            Valuation.book_id == work.book.id, Valuation.property_id == row.id, Valuation.removed_at.is_(None)
        )
    )
    if first is not None and first < on:
        raise Refused(f"There is a valuation of {first.isoformat()}, before this day.", field="on")


def _check_valuation(work: BookWork, row: Property, command: ValuationCommand) -> str:
    """Check what a person states. Returns the note."""
    check_day(work, command.on, field="on")
    if command.on > today_of(work):
        raise Refused("This day has not come yet.", field="on")
    _, since, _ = _cost_of(work, row)
    if since is not None and command.on < since:
        raise Refused("You did not have it on that day yet.", field="on")
    if not 0 <= command.value_minor <= MAX_MINOR:
        raise Refused("Write what it was worth.", field="value")
    return clean(command.note, NOTE_LENGTH)


def _row(work: BookWork, property_id: int, *, is_removed: bool = False) -> Property:
    row = work.session.scalars(
        select(Property).where(Property.book_id == work.book.id, Property.id == property_id)
    ).one_or_none()
    if row is None or (row.removed_at is not None) != is_removed:
        raise NotInBook("property", property_id, work.book.id)
    return row


def _valuation(work: BookWork, valuation_id: int, *, is_removed: bool = False) -> Valuation:
    row = work.session.scalars(
        select(Valuation).where(Valuation.book_id == work.book.id, Valuation.id == valuation_id)
    ).one_or_none()
    if row is None or (row.removed_at is not None) != is_removed:
        raise NotInBook("valuation", valuation_id, work.book.id)
    _row(work, row.property_id)
    return row


def _name_of(work: BookWork, account_id: int) -> str:
    return work.session.scalars(
        select(Account.name).where(Account.book_id == work.book.id, Account.id == account_id)
    ).one()


def _described(work: BookWork, row: Property) -> dict[str, Any]:
    cost, since, paid_from = _cost_of(work, row)
    return {
        "name": _name_of(work, row.account_id), "kind": row.kind, "notes": row.notes, "cost_minor": cost,
        "on": since, "from_account_id": paid_from,
    }  # fmt: skip


def _said(row: Valuation) -> Mapping[str, Any]:
    return {"on": row.on, "value_minor": row.value_minor, "note": row.note}

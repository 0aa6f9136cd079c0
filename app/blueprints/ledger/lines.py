"""A transaction as a list draws it, twice: as a row of the table and as an item on a phone. What both say is worked out once."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for
from markupsafe import Markup

from app.domain.books import TransactionKind
from app.queries.accounts import AccountView
from app.queries.transactions import TransactionRow
from app.web.drawing import amount

_TRANSFER = Markup('<span class="ft-quiet">Transfer</span>')
_OPENING = Markup('<span class="ft-quiet">Opening balance</span>')
_UNDER = Markup('%s<span class="ft-row__note d-block">%s</span>')
_PART_OF = Markup('%s<span class="ft-row__note d-block">of %s</span>')


@dataclass(frozen=True, slots=True)
class Line:
    """One transaction, ready to draw."""

    row: TransactionRow
    url: str
    title: str
    subtitle: str
    what: str  # its categories
    where: str  # its accounts, where the money came from first
    icon: str
    amount: Markup


def line_of(row: TransactionRow, accounts: Mapping[int, AccountView], *, on_accounts: bool, currency: str) -> Line:
    """Dress a row of the list. `on_accounts`: its figures are what moved on some accounts; `currency` is the book's."""
    categories = row.categories
    what, icon = ", ".join(leg.name for leg in categories), "dash"
    if row.kind == TransactionKind.TRANSFER:
        what, icon = _TRANSFER, "arrow-left-right"
    elif row.kind == TransactionKind.OPENING:
        what, icon = _OPENING, "flag"
    elif categories:
        icon = "diagram-2" if len(categories) > 1 else accounts[categories[0].account_id].icon
    return Line(
        row=row,
        url=url_for(".transaction", transaction_id=row.id),
        title=row.title,
        subtitle=row.subtitle,
        what=what,
        where=" › ".join(leg.name for leg in row.accounts),
        icon=icon,
        amount=_amount(row, neutral=not row.is_flow and not on_accounts, currency=currency),
    )


def _amount(row: TransactionRow, *, neutral: bool, currency: str) -> Markup:
    """What a row is worth: a transfer has no sign, because nothing was spent."""
    sign, tone = ("none", "") if neutral else ("+", "flow")
    drawn = amount(row.shown_minor, row.currency or None, sign=sign, tone=tone)
    if row.base_minor is not None and row.currency not in {"", currency}:
        drawn = _UNDER % (drawn, amount(row.base_minor, sign=sign))
    if row.whole_minor is not None:
        drawn = _PART_OF % (drawn, amount(row.whole_minor, sign="+"))
    return drawn

"""The form of one transaction: what the browser may say, and the command it amounts to."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import uuid4

from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import FieldList, Form, FormField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.domain.books import AccountKind, Direction, Source, TransactionKind
from app.domain.errors import Refused
from app.domain.money import allocate
from app.queries.accounts import AccountView, pockets, tree
from app.queries.books import BookView
from app.queries.transactions import TransactionRow
from app.services.transactions import MAX_LINES, MAX_TAGS, Line, TransactionCommand, clean_tags
from app.web.fields import AmountField, DayField, IdField, LineField, choice
from app.web.numbers import as_id

SPARE_LINES = 3
TAG_LENGTH = 40
NOTE_LENGTH = 1000
_KEY = re.compile(r"[0-9a-f-]{36}")


def by_direction(out: str, into: str, transfer: str = "") -> Markup:
    """A label that reads differently for money out, money in and transfers; the style sheet shows the one that fits."""
    words = {"out": out, "in": into, "transfer": transfer or out}
    return Markup("").join(Markup('<span data-when="{}">{}</span>').format(when, text) for when, text in words.items())


class SplitLineForm(Form):
    """A part of a transaction in one category. A blank amount takes what is left of the whole."""

    category_id = IdField("Category of this part")
    amount = AmountField("Amount of this part")

    @property
    def is_blank(self) -> bool:
        """Whether nothing was said in it."""
        return not (self.category_id.data or self.category_id.errors or (self.amount.typed or "").strip())


class TransactionForm(FlaskForm):
    """One transaction of a book. Only accounts and categories of that book are choices."""

    direction = RadioField(
        "Type",
        choices=[
            SelectChoice(Direction.OUT.value, "Money out"),
            SelectChoice(Direction.IN.value, "Money in"),
            SelectChoice(Direction.TRANSFER.value, "Transfer"),
        ],
        default=Direction.OUT.value,
        invalid_choice_message="Choose money out, money in or a transfer.",
    )
    amount = AmountField("Amount", missing="Write the amount.")
    occurred_on = DayField("Date")
    payee = LineField(by_direction("Paid to", "Received from", "Description"), limit=120)
    account_id = IdField(by_direction("Paid from", "Received in", "From"), missing="Choose an account.")
    category_id = IdField("Category")
    in_category_id = IdField("Category")
    lines = FieldList(FormField(SplitLineForm), "Parts", max_entries=MAX_LINES)
    to_account_id = IdField("To")
    to_amount = AmountField("Amount that arrives")
    base_amount = AmountField("Amount in this book’s currency")
    note = TextAreaField("Note")
    tags = StringField("Tags")
    description = HiddenField()
    receipt_id = HiddenField()
    submission_key = HiddenField()

    def __init__(
        self,
        book: BookView,
        accounts: Mapping[int, AccountView],
        *,
        editing: TransactionRow | None = None,
        **defaults: Any,
    ) -> None:
        used = {leg.account_id for leg in editing.legs} if editing else set()
        self._book, self._accounts = book, accounts
        super().__init__(data=defaults | (stated(editing, book) if editing else {"submission_key": str(uuid4())}))
        money = pockets(accounts, keep=used)
        self.account_id.choices = [_account(each, book) for each in money]
        self.to_account_id.choices = [choice(None, "Choose an account"), *(_account(each, book) for each in money)]
        spending = _options(accounts, AccountKind.EXPENSE, used)
        earning = _options(accounts, AccountKind.INCOME, used)
        blank = choice(None, "Choose a category")
        self.category_id.choices = [blank, *spending]
        self.in_category_id.choices = [
            blank,
            *(_under("Income", each) for each in earning),
            *(_under("Refund of spending", each) for each in spending),
        ]
        self._line_choices = [
            choice(None, "Choose a category"),
            *(_under("Spending", each) for each in spending),
            *(_under("Income", each) for each in earning),
        ]
        if not self.is_submitted():
            for _ in range(SPARE_LINES):
                self.lines.append_entry({})
        for entry in self.lines:
            entry.form.category_id.choices = self._line_choices

    @property
    def foreign(self) -> bool:
        """Whether the book has accounts in other currencies, so that their fields are drawn."""
        return any(each.is_pocket and each.currency != self._book.currency for each in self._accounts.values())

    @property
    def currency(self) -> str:
        """The currency of the chosen account."""
        account = self._accounts.get(self.account_id.data or 0)
        return account.currency if account else self._book.currency

    @property
    def is_split(self) -> bool:
        """Whether something is said about parts."""
        return any(not entry.form.is_blank or entry.form.category_id.data for entry in self.lines)

    def blank_line(self) -> Any:
        """One more part, for the script that adds them; its names carry __i__."""
        entry = FormField(SplitLineForm).bind(self, name="lines-__i__", id="lines-__i__")
        entry.process(None, {})
        entry.form.category_id.choices = self._line_choices
        return entry

    def validate(self, extra_validators: Any = None) -> bool:
        """Read the amounts in the currencies of the accounts that were chosen, then check field by field."""
        to_account = self._accounts.get(self.to_account_id.data or 0)
        self.amount.currency = self.currency
        self.to_amount.currency = to_account.currency if to_account else self.currency
        self.base_amount.currency = self._book.currency
        for entry in self.lines:
            entry.form.amount.currency = self.currency
        fields = super().validate(extra_validators)
        return self._whole() and fields

    def _whole(self) -> bool:
        """What no field can say alone."""
        if (self.amount.data is not None) and self.amount.data <= 0:
            self.amount.errors = ["Write an amount above zero."]
        if len((self.note.data or "").strip()) > NOTE_LENGTH:
            self.note.errors = [
                f"Write at most {NOTE_LENGTH} characters; this has {len((self.note.data or '').strip())}."
            ]
        words = [word.strip().lstrip("#") for word in (self.tags.data or "").split(",") if word.strip()]
        if len(words) > MAX_TAGS or any(len(word) > TAG_LENGTH for word in words):
            self.tags.errors = [f"At most {MAX_TAGS} tags of {TAG_LENGTH} characters each, with commas between."]
        if self.direction.data in {Direction.OUT, Direction.IN} and not self.is_split:
            picked = self._category
            if picked.data is None and not picked.errors:
                picked.errors = ["Choose a category."]
        return not any(field.errors for field in (self.amount, self.note, self.tags, self._category))

    @property
    def _category(self) -> Any:
        return self.in_category_id if self.direction.data == Direction.IN else self.category_id

    def to_command(self, user_id: int) -> TransactionCommand:
        """The validated form as the service's input.

        Raises: Refused when the parts of a split do not say what they are.
        """
        day, account_id, amount = self.occurred_on.data, self.account_id.data, self.amount.data
        if day is None or account_id is None or amount is None:
            raise Refused("Write the amount, the date and the account.")
        direction = Direction(self.direction.data)
        is_transfer = direction == Direction.TRANSFER
        return TransactionCommand(
            book_id=self._book.id,
            user_id=user_id,
            direction=direction,
            occurred_on=day,
            account_id=account_id,
            amount_minor=amount,
            lines=() if is_transfer else self._lines(amount),
            to_account_id=self.to_account_id.data if is_transfer else None,
            to_amount_minor=self.to_amount.data if is_transfer else None,
            base_minor=self.base_amount.data,
            payee=self.payee.data or "",
            description=(self.description.data or "")[:500],
            note=self.note.data or "",
            tags=clean_tags((self.tags.data or "").split(",")),
            receipt_id=as_id(self.receipt_id.data),
            source=Source.RECEIPT if as_id(self.receipt_id.data) else Source.FORM,
            submission_key=self.submission_key.data if _KEY.fullmatch(self.submission_key.data or "") else None,
        )

    def _lines(self, amount: int) -> tuple[Line, ...]:
        if not self.is_split:
            return (Line(self._category.data, amount),)
        said = [entry.form for entry in self.lines if not entry.form.is_blank]
        open_ones = [line for line in said if line.amount.data is None]
        if any(line.category_id.data is None for line in said):
            raise Refused("Choose a category for each part.", field="lines")
        if len(open_ones) > 1:
            raise Refused("Write the amount of each part; only one may be left blank, for the rest.", field="lines")
        rest = amount - sum(line.amount.data or 0 for line in said)
        return tuple(
            Line(line.category_id.data, rest if line.amount.data is None else line.amount.data) for line in said
        )


def stated(row: TransactionRow, book: BookView) -> dict[str, Any]:
    """What the form says of a saved transaction. Call only when `fits_form`."""
    money, categories = row.accounts, row.categories
    said: dict[str, Any] = {
        "occurred_on": row.occurred_on, "payee": row.payee, "description": row.description, "note": row.note,
        "tags": ", ".join(row.tags), "receipt_id": str(row.receipt_id or ""),
        "account_id": money[0].account_id, "amount": abs(money[0].amount_minor),
        "base_amount": abs(money[0].base_minor) if money[0].currency != book.currency else None,
    }  # fmt: skip
    if not categories:
        arrived = money[1]
        return said | {
            "direction": Direction.TRANSFER.value,
            "to_account_id": arrived.account_id,
            "to_amount": arrived.amount_minor if arrived.currency != money[0].currency else None,
        }
    is_out = money[0].base_minor < 0
    said["direction"] = (Direction.OUT if is_out else Direction.IN).value
    if len(categories) == 1:
        return said | {"category_id" if is_out else "in_category_id": categories[0].account_id}
    parts = allocate(abs(money[0].amount_minor), [abs(leg.base_minor) for leg in categories])
    return said | {
        "lines": [{"category_id": leg.account_id, "amount": part} for leg, part in zip(categories, parts, strict=True)]
    }


def fits_form(row: TransactionRow) -> bool:
    """Whether this form can say what a transaction says: one account and categories on one side, or two accounts."""
    if row.kind == TransactionKind.OPENING or len(row.accounts) + len(row.categories) != len(row.legs):
        return False
    if not row.categories:
        return len(row.accounts) == 2 and row.accounts[0].base_minor < 0  # noqa: PLR2004 - from one to the other
    return len(row.accounts) == 1 and len({leg.base_minor > 0 for leg in row.categories}) == 1


def defaults_from(args: Mapping[str, str], today: date, last_account: int | None) -> dict[str, Any]:
    """What a new form says before anything is typed: what the address asks for, as "save and add another" does."""
    direction = args.get("direction", "")
    try:
        day = date.fromisoformat(args.get("date", ""))
    except ValueError:
        day = today
    return {
        "direction": direction if direction in set(Direction) else Direction.OUT.value,
        "occurred_on": day,
        "account_id": as_id(args.get("account")) or last_account,
        "category_id": as_id(args.get("category")),
        "in_category_id": as_id(args.get("category")),
        "payee": args.get("payee", "")[:120],
        "receipt_id": str(as_id(args.get("receipt")) or ""),
    }


def _account(account: AccountView, book: BookView) -> SelectChoice:
    if account.currency == book.currency:
        return choice(account.id, account.name)
    return choice(account.id, f"{account.name} ({account.currency})", **{"data-currency": account.currency})


def _options(accounts: Mapping[int, AccountView], kind: AccountKind, keep: set[int]) -> list[SelectChoice]:
    return [choice(branch.account.id, branch.title) for branch in tree(accounts, kind, keep=keep)]


def _under(group: str, option: SelectChoice) -> SelectChoice:
    return choice(option.value, option.label, group)

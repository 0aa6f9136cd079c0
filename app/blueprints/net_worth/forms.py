"""Forms of net worth: properties, what they are worth, and goals."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, SelectMultipleField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from app.domain.books import AccountKind
from app.domain.worth import GoalBasis, PropertyKind
from app.queries.accounts import AccountView, pockets
from app.queries.books import BookView
from app.queries.goals import GoalRow
from app.services.goals import NAME_LENGTH as GOAL_NAME_LENGTH
from app.services.goals import GoalCommand
from app.services.valuations import NAME_LENGTH, NOTE_LENGTH, NOTES_LENGTH, PropertyCommand, ValuationCommand
from app.web.fields import AmountField, DayField, IdField, LineField, choice
from app.web.numbers import as_id

KINDS = {
    PropertyKind.HOUSE: "House or flat",
    PropertyKind.LAND: "Land",
    PropertyKind.VEHICLE: "Vehicle",
    PropertyKind.GOLD: "Gold and jewellery",
    PropertyKind.OTHER: "Something else",
}
BASES = {GoalBasis.ACCOUNTS: "What is in some accounts", GoalBasis.SAVINGS: "What you save from now on"}


def home_pockets(accounts: Mapping[int, AccountView], currency: str, *, keep: int | None = None) -> list[SelectChoice]:
    """Accounts that money can be paid from or into, in the book's currency."""
    kept = [] if keep is None else [keep]
    return [choice(each.id, each.name) for each in pockets(accounts, keep=kept) if each.currency == currency]


class PropertyForm(FlaskForm):
    """A property, with what it cost and how it came."""

    name = LineField("Name", limit=NAME_LENGTH, missing="Write a name.")
    kind = SelectField(
        "Kind",
        choices=[SelectChoice(each.value, label) for each, label in KINDS.items()],
        invalid_choice_message="Choose a kind.",
    )
    cost = AmountField("What it cost", missing="Write what it cost.")
    on = DayField("Yours since")
    from_account_id = IdField("Paid from")
    notes = TextAreaField("Notes")

    def __init__(self, book: BookView, accounts: Mapping[int, AccountView], **said: Any) -> None:
        self._book = book
        super().__init__(data=said)
        self.from_account_id.choices = [
            choice(None, "It was there before this book"),
            *home_pockets(accounts, book.currency, keep=said.get("from_account_id")),
        ]

    def validate_notes(self, field: Any) -> None:
        """Refuse what would be cut.

        Raises: ValidationError.
        """
        if len(field.data or "") > NOTES_LENGTH:
            raise ValidationError(f"Write at most {NOTES_LENGTH} characters; this has {len(field.data)}.")

    def to_command(self, user_id: int) -> PropertyCommand:
        """The validated form as the service's input."""
        return PropertyCommand(
            book_id=self._book.id,
            user_id=user_id,
            name=self.name.data or "",
            kind=PropertyKind(self.kind.data),
            cost_minor=self.cost.data,
            on=_given(self.on.data),
            from_account_id=self.from_account_id.data,
            notes=self.notes.data or "",
        )


class ValuationForm(FlaskForm):
    """What a property was worth on a day."""

    on = DayField("Day")
    value = AmountField("Worth", missing="Write what it was worth.")
    note = LineField("Who says so", limit=NOTE_LENGTH)

    def to_command(self, book_id: int, user_id: int) -> ValuationCommand:
        """The validated form as the service's input."""
        return ValuationCommand(book_id, user_id, _given(self.on.data), self.value.data, self.note.data or "")


class SaleForm(FlaskForm):
    """What a property brought, when and where the money went."""

    on = DayField("Sold on")
    amount = AmountField("You got", missing="Write what you got for it.")
    account_id = IdField("Paid into", missing="Choose where the money went.")

    def __init__(self, accounts: Mapping[int, AccountView], currency: str, **said: Any) -> None:
        super().__init__(data=said)
        self.account_id.choices = [choice(None, "Choose…"), *home_pockets(accounts, currency)]

    @property
    def said(self) -> tuple[date, int, int]:
        """The validated form: day, amount, account."""
        account_id = self.account_id.data
        if account_id is None:
            raise ValueError("the form was not validated")
        return _given(self.on.data), self.amount.data, account_id


class AccountTicks(SelectMultipleField):
    """Accounts, each with a box to tick. What was not offered is refused."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, coerce=_tick, choices=[], validate_choice=False, **kwargs)

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - WTForms' signature
        """Refuse ids that were not offered.

        Raises: ValidationError.
        """
        offered = {_tick(each.value) for each in self.choices or ()}
        if any(each not in offered for each in self.data or ()):
            raise ValidationError("Choose accounts from the list.")


class GoalForm(FlaskForm):
    """A goal."""

    name = LineField("Name", limit=GOAL_NAME_LENGTH, missing="Write a name.")
    target = AmountField("Amount", missing="Write the amount.")
    by_on = DayField("By")
    basis = RadioField(
        "What counts",
        choices=[SelectChoice(each.value, label) for each, label in BASES.items()],
        default=GoalBasis.ACCOUNTS.value,
        invalid_choice_message="Choose what counts.",
    )
    account_ids = AccountTicks("Accounts that count")
    start_on = DayField("Savings count since", missing=None)

    def __init__(
        self, book: BookView, accounts: Mapping[int, AccountView], today: date, goal: GoalRow | None = None
    ) -> None:
        self._book, self._today = book, today
        said: dict[str, Any] = {"start_on": today}
        if goal:
            said = {
                "name": goal.name, "target": goal.target_minor, "by_on": goal.by_on, "basis": goal.basis.value,
                "account_ids": list(goal.account_ids), "start_on": goal.start_on,
            }  # fmt: skip
        super().__init__(data=said)
        kept = set(goal.account_ids) if goal else set()
        self.account_ids.choices = [
            choice(each.id, each.name)
            for each in accounts.values()
            if (each.kind == AccountKind.ASSET and not each.is_archived) or each.id in kept
        ]

    def to_command(self, user_id: int) -> GoalCommand:
        """The validated form as the service's input."""
        return GoalCommand(
            book_id=self._book.id,
            user_id=user_id,
            name=self.name.data or "",
            target_minor=self.target.data,
            by_on=_given(self.by_on.data),
            basis=GoalBasis(self.basis.data),
            start_on=self.start_on.data or self._today,
            account_ids=tuple(each for each in self.account_ids.data or () if each),
        )


def _given(day: date | None) -> date:
    if day is None:
        raise ValueError("the form was not validated")
    return day


def _tick(value: object) -> int:
    """An account's id; 0, which no account has, for what is none."""
    return value if isinstance(value, int) else as_id(str(value)) or 0

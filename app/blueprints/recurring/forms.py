"""The form of what comes again: a transaction, how often, from when and until when."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from app.blueprints.ledger.forms import TransactionForm, fits_form, stated
from app.domain.books import Direction
from app.domain.errors import Refused
from app.domain.recurrence import BadRule, Frequency, Rule
from app.domain.recurrence_choices import Choice, MonthDay, choice_of, rule_of
from app.domain.recurrence_texts import parse_rule
from app.queries.accounts import AccountView
from app.queries.books import BookView
from app.queries.schedules import ScheduleView
from app.queries.transactions import TransactionRow
from app.services.own_schedules import MOST_PAST, OwnSchedule, past_count
from app.services.transactions import Line
from app.web import refusals
from app.web.fields import AmountField, DayField, LineField, QuantityField
from app.web.numbers import as_id

ONE, MOST = Decimal(1), Decimal(999)
BY_RULE = "rule"
NEVER, ON, AFTER = "never", "on", "after"
BY_ITSELF, ASKS = "itself", "asks"
BOOKED, POST = "booked", "post"
UNITS = {
    Frequency.DAILY.value: "days",
    Frequency.WEEKLY.value: "weeks",
    Frequency.MONTHLY.value: "months",
    Frequency.YEARLY.value: "years",
    BY_RULE: "by a rule of my own",
}
MONTH_DAYS = {
    MonthDay.SAME: "The same day, or the last one of a shorter month",
    MonthDay.LAST: "The last day of the month",
    MonthDay.NTH_WEEKDAY: "The same weekday, like the second Friday",
    MonthDay.LAST_WEEKDAY: "The last of that weekday, like the last Friday",
    MonthDay.LAST_WORKING: "The last working day, Monday to Friday",
}
_NAMED = {"interval": "every", "count": "times", "until": "until", "rule": "rule"}
"""The fields of this form by what a rule calls them."""


class ScheduleForm(TransactionForm):
    """A transaction of a book that comes again. Its date is the first one."""

    occurred_on = DayField("First date")
    name = LineField("Name", limit=120)
    every = QuantityField("Every", missing="Write a whole number.", least=ONE, most=MOST, places=0)
    unit = SelectField("Period", invalid_choice_message="Choose days, weeks, months, years or a rule.")
    month_day = SelectField("On which day of the month", invalid_choice_message="Choose a day of the month.")
    rule = LineField("Rule", limit=200)
    ends = RadioField("Ends", default=NEVER, invalid_choice_message="Choose when it ends.")
    until = DayField("Last date", missing=None)
    times = QuantityField("How many times", least=ONE, most=MOST, places=0)
    posts = RadioField("Posting", default=BY_ITSELF, invalid_choice_message="Choose whether it posts by itself.")
    past = RadioField("Dates before today", default=BOOKED, validate_choice=False)
    first_id = HiddenField()

    def __init__(
        self,
        book: BookView,
        accounts: Mapping[int, AccountView],
        *,
        schedule: ScheduleView | None = None,
        **defaults: Any,
    ) -> None:
        plain: dict[str, Any] = {
            "every": 1,
            "unit": Frequency.MONTHLY.value,
            "month_day": MonthDay.SAME.value,
            "ends": NEVER,
        }
        said = plain | defaults | (said_of(schedule) if schedule else {})
        super().__init__(
            book, accounts, **said | {name: Decimal(said[name]) for name in ("every", "times") if said.get(name)}
        )
        self.unit.choices = _choices(UNITS)
        self.month_day.choices = _choices({each.value: label for each, label in MONTH_DAYS.items()})
        self.ends.choices = _choices({NEVER: "Never", ON: "On a date", AFTER: "After so many times"})
        self.posts.choices = _choices({BY_ITSELF: "Posts by itself", ASKS: "Asks me first"})
        self.past.choices = _choices({BOOKED: "They are in the books", POST: "Post them too"})
        self._schedule = schedule
        self.asks_past = 0  # how many past dates there are to ask about

    def validate(self, extra_validators: Any = None) -> bool:
        """Check field by field, then that the repetition makes sense as a whole."""
        valid = super().validate(extra_validators)
        if self.unit.data == BY_RULE and not (self.rule.data or "").strip():
            self.rule.errors = ["Write the rule, like FREQ=MONTHLY;BYMONTHDAY=-1."]
            return False
        if self.ends.data == ON and self.until.data is None and not self.until.errors:
            self.until.errors = ["Write the last date."]
            return False
        if self.ends.data == AFTER and self.times.data is None and not self.times.errors:
            self.times.errors = ["Write how many times."]
            return False
        return valid and self._rule_is_good()

    def knows_the_past(self, today: date) -> bool:
        """Whether it is said what happens to dates before today. Asks when there are some and nothing was said."""
        if self._schedule is not None or self.first_on >= today:
            return True
        count = past_count(self.wanted_rule, self.first_on, today)
        count -= bool(count and as_id(self.first_id.data))
        if count == 0:
            return True
        self.asks_past = count
        return bool(self.past.raw_data) and self.past.data in {BOOKED, POST}

    @property
    def first_on(self) -> Any:
        """The first date: a day once the form is valid."""
        return self.occurred_on.data

    @property
    def too_many_past(self) -> bool:
        """Whether there are more past dates than may be posted at once."""
        return self.asks_past > MOST_PAST

    @property
    def wanted_rule(self) -> Rule:
        """The rule that the fields amount to.

        Raises: BadRule.
        """
        if self.unit.data == BY_RULE:
            rule = parse_rule(self.rule.data or "")
        else:
            choice = Choice(Frequency(self.unit.data), int(self.every.data), MonthDay(self.month_day.data))
            rule = rule_of(choice, self.first_on)
        if self.ends.data == ON:
            rule = replace(rule, until=self.until.data)
        if self.ends.data == AFTER:
            rule = replace(rule, times=int(self.times.data))
        return rule

    def to_wanted(self, user_id: int) -> OwnSchedule:
        """The validated form as the service's input.

        Raises: Refused when the parts of a split do not say what they are.
        """
        command = replace(self.to_command(user_id), receipt_id=None, submission_key=None, description="")
        return OwnSchedule(
            name=(self.name.data or "").strip() or command.payee or self._what(command.lines, command.to_account_id),
            rule=self.wanted_rule,
            first_on=command.occurred_on,
            command=command,
            is_automatic=self.posts.data != ASKS,
            posts_past=self.past.data == POST,
            first_id=as_id(self.first_id.data),
        )

    def show(self, error: Refused) -> None:
        """Put what a service refuses beside the field it is about."""
        field = "occurred_on" if error.field == "first_on" else error.field
        refusals.show(self, Refused(error.user_message, field=field))

    def _what(self, lines: tuple[Line, ...], to_account_id: int | None) -> str:
        """What to call it when nobody said: its category, or where a transfer goes."""
        account = self._accounts.get(to_account_id or (lines[0].category_id if lines else 0))
        if account is None:
            return ""
        return f"Transfer to {account.name}"[:120] if to_account_id else account.name

    def _rule_is_good(self) -> bool:
        try:
            rule = self.wanted_rule
        except BadRule as error:
            field = self._fields[_NAMED.get(error.field or "", "rule")]
            shown = self.rule if self.unit.data == BY_RULE and field is self.every else field
            shown.errors = [error.user_message]
            return False
        if rule.until and rule.until < self.first_on:
            self.until.errors = ["It would end before it begins."]
            return False
        return True


class ConfirmForm(FlaskForm):
    """What a date really was: the amount, and the day."""

    due_on = DayField("Due on")
    amount = AmountField("Amount", missing="Write the amount.")
    occurred_on = DayField("Date")

    def __init__(self, currency: str, **defaults: Any) -> None:
        super().__init__(data=defaults)
        self.amount.currency = currency

    @property
    def said(self) -> tuple[Any, int, Any]:
        """The due date, the amount and the day it was: days once the form is valid."""
        return self.due_on.data, self.amount.data, self.occurred_on.data

    def validate(self, extra_validators: Any = None) -> bool:
        """Amounts are above zero: which way the money goes is known."""
        valid: bool = super().validate(extra_validators)
        if self.amount.data is not None and self.amount.data <= 0:
            self.amount.errors = ["Write an amount above zero."]
            return False
        return valid


def said_of(schedule: ScheduleView) -> dict[str, Any]:
    """What the form says of a saved schedule."""
    direction = schedule.direction or Direction.OUT
    categories = schedule.lines
    said: dict[str, Any] = {
        "direction": direction.value, "amount": schedule.amount_minor, "occurred_on": schedule.first_on, "payee": schedule.payee,
        "account_id": schedule.account_id, "to_account_id": schedule.to_account_id, "to_amount": schedule.to_amount_minor,
        "base_amount": schedule.base_minor, "note": schedule.note, "tags": ", ".join(schedule.tags), "name": schedule.name,
        "posts": BY_ITSELF if schedule.posts.is_automatic else ASKS,
    }  # fmt: skip
    if len(categories) == 1:
        said["in_category_id" if direction == Direction.IN else "category_id"] = categories[0][0]
    elif categories:
        said["lines"] = [{"category_id": category_id, "amount": minor} for category_id, minor in categories]
    return said | _said_of_rule(schedule.rule, schedule.first_on)


def _said_of_rule(rule: Rule, first_on: date) -> dict[str, Any]:
    said: dict[str, Any] = {"ends": NEVER}
    if rule.until:
        said = {"ends": ON, "until": rule.until}
    if rule.times:
        said = {"ends": AFTER, "times": rule.times}
    choice = choice_of(rule, first_on)
    if choice is None:
        return said | {"unit": BY_RULE, "rule": str(replace(rule, until=None, times=None)), "every": 1}
    return said | {"every": choice.every, "unit": choice.frequency.value, "month_day": choice.month_day.value}


def said_of_transaction(row: TransactionRow, book: BookView) -> dict[str, Any]:
    """What a new form says to make a saved transaction come again: the same, every month from its day on."""
    if not fits_form(row):
        return {}
    return stated(row, book) | {"first_id": str(row.id), "name": row.payee or row.description[:120]}


def _choices(labels: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in labels.items()]

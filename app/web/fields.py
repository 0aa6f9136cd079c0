"""Form fields that know money, days and ids. They keep what was typed, and say in words what is wrong with it."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from wtforms import DateField, Field, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import TextInput

from app.domain.errors import InvalidAmount
from app.domain.money import from_minor, grouped, parse_amount, typed_number
from app.web.formats import book_currency, number_style, user_locale
from app.web.numbers import as_id

_DIGITS = re.compile(r"[\d.,'’\u00a0\u202f]{1,40}", re.ASCII)


class AmountField(Field):
    """An amount as people write it: 1,23,456.78, 1.234,56 by locale, 250+120*2, 1.2L. `data` is in minor units of `currency`.

    The currency is the book's unless the form sets another before it validates. The reader's locale says what the marks mean.
    """

    widget = TextInput()
    data: Any  # int | None; WTForms says Any

    def __init__(self, label: str, *, missing: str | None = None, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.missing = _asked_for(self, missing)
        self.currency = ""
        self.typed: str | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep the text; it becomes an amount when the currency is known."""
        self.typed = str(valuelist[0]) if valuelist else None
        self.data = None

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - WTForms' signature
        """Read the text.

        Raises: ValidationError when it is no amount.
        """
        if not (self.typed or "").strip():
            if self.missing:
                raise ValidationError(self.missing)
            return
        try:
            self.data = parse_amount(self.typed or "", self.currency or book_currency(), number_style(user_locale()))
        except InvalidAmount as error:
            raise ValidationError(error.user_message) from error

    def _value(self) -> str:
        if self.typed is not None:
            return self.typed
        return "" if self.data is None else written(self.data, self.currency or book_currency())


def written(minor: int, currency: str) -> str:
    """An amount as its reader would type it: 1,23,456.78 without a symbol."""
    style = number_style(user_locale())
    whole, _, rest = f"{from_minor(abs(minor), currency):f}".partition(".")
    return f"{'-' if minor < 0 else ''}{grouped(whole, style)}{style.decimal + rest if rest else ''}"


class QuantityField(Field):
    """A plain number: a quantity, a price, a number of months. `data` is a Decimal with at most `places` decimals.

    The reader's locale says what the marks mean, as in amounts.
    """

    widget = TextInput()
    data: Any  # Decimal | None; WTForms says Any
    wrong = "Write a number, like 12.5."

    def __init__(
        self,
        label: str,
        *,
        missing: str | None = None,
        least: Decimal = Decimal(0),
        most: Decimal = Decimal(1_000_000_000),
        places: int = 8,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, **kwargs)
        self.missing = _asked_for(self, missing)
        self.least, self.most, self.places = least, most, places
        self.typed: str | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep the text until it is read."""
        self.typed = str(valuelist[0]) if valuelist else None
        self.data = None

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - WTForms' signature
        """Read the text.

        Raises: ValidationError when it is no number, or one that nobody can mean here.
        """
        text = (self.typed or "").strip()
        if not text:
            if self.missing:
                raise ValidationError(self.missing)
            return
        number = self._number(text)
        if not self.least <= number <= self.most:
            raise ValidationError(f"Write a number from {self.least:f} to {self.most:f}.")
        if number != round(number, self.places):
            raise ValidationError(f"Write at most {self.places} decimals." if self.places else "Write a whole number.")
        self.data = self._meant(number)

    def _number(self, text: str) -> Decimal:
        digits = text.removeprefix("−").removeprefix("-")
        if not _DIGITS.fullmatch(digits):
            raise ValidationError(self.wrong)
        try:
            number = typed_number(digits, number_style(user_locale()))
        except InvalidAmount as error:
            raise ValidationError(self.wrong) from error
        return number if digits == text else -number

    def _meant(self, number: Decimal) -> Decimal:
        return number

    def _shown(self) -> Decimal:
        shown: Decimal = self.data
        return shown

    def _value(self) -> str:
        if self.typed is not None:
            return self.typed
        if self.data is None:
            return ""
        style = number_style(user_locale())
        whole, _, rest = f"{self._shown().normalize():f}".partition(".")
        return whole + (style.decimal + rest if rest else "")


class RateField(QuantityField):
    """A yearly rate as people write it, in per cent: 8.5 or 8.5%. `data` is the fraction: Decimal("0.085")."""

    wrong = "Write the rate in per cent, like 8.5."

    def __init__(self, label: str, *, most: Decimal = Decimal(100), places: int = 4, **kwargs: Any) -> None:
        super().__init__(label, most=most, places=places, **kwargs)

    def pre_validate(self, form: Any) -> None:
        """Read the text without its sign."""
        typed, self.typed = self.typed, (self.typed or "").strip().removesuffix("%")
        try:
            super().pre_validate(form)
        finally:
            self.typed = typed

    def _meant(self, number: Decimal) -> Decimal:
        return number / 100

    def _shown(self) -> Decimal:
        shown: Decimal = self.data * 100
        return shown


class DayField(DateField):
    """A day. What the browser sends instead of one is an error in words."""

    def __init__(self, label: str, *, missing: str | None = "Write the date.", **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.missing = _asked_for(self, missing)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read an ISO date, as date inputs send it."""
        text = str(valuelist[0]).strip() if valuelist else ""
        if not text:
            self.data = None
            return
        try:
            self.data = date.fromisoformat(text)
        except ValueError as error:
            self.data = None
            raise ValueError("Write the date as year-month-day, like 2026-11-21.") from error

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - WTForms' signature
        """Ask for the day unless it may be missing."""
        if self.data is None and self.missing and not self.process_errors:
            raise ValidationError(self.missing)


class IdField(SelectField):
    """A choice of something of the book, by its id. `data` is an int, or none for the blank choice and for anything not offered."""

    def __init__(self, label: str, *, missing: str | None = None, **kwargs: Any) -> None:
        super().__init__(label, coerce=_id, choices=[], validate_choice=False, **kwargs)
        self.type = "SelectField"  # templates draw it as one
        self.missing = _asked_for(self, missing)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read an id; text that is none chooses nothing."""
        if valuelist:
            self.data = _id(valuelist[0])

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - WTForms' signature
        """Refuse what was not offered: another book's id, a made-up one, or a text."""
        sent = str(self.raw_data[0]) if self.raw_data else ""
        if not sent:
            if self.missing:
                raise ValidationError(self.missing)
            return
        if self.data is None or self.data not in {_id(choice.value) for choice in self.choices}:
            self.data = None
            raise ValidationError("Choose one from the list.")


class LineField(StringField):
    """One line of text, no longer than its place. Longer text is refused, never cut."""

    def __init__(self, label: str, *, limit: int, missing: str | None = None, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.limit, self.missing = limit, _asked_for(self, missing)

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - WTForms' signature
        """Ask for the text unless it may be missing, and count it."""
        text = (self.data or "").strip()
        if not text and self.missing:
            raise ValidationError(self.missing)
        if len(text) > self.limit:
            raise ValidationError(f"Write at most {self.limit} characters; this has {len(text)}.")


def choice(value: object, label: str, group: str | None = None, **attributes: Any) -> SelectChoice:
    """An option of a select, under a heading when `group` names one."""
    return SelectChoice(value="" if value is None else str(value), label=label, render_kw=attributes, optgroup=group)


def _asked_for(field: Field, missing: str | None) -> str | None:
    """Mark a field that must be filled; `missing` is what to say when it is not, and none allows that."""
    if missing:
        field.flags.required = True
    return missing


def _id(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else as_id(str(value))

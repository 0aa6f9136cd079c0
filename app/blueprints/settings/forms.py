"""What the browser may say about a person and their books."""

from typing import Any

from babel import Locale
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired

from app.domain.books import BookKind, Role
from app.domain.money import grouped
from app.domain.zones import offered_zones
from app.services.people import Profile
from app.web.fields import DayField
from app.web.formats import LOCALES, MONTHS, currencies, number_style

ROLES = (
    SelectChoice(Role.VIEWER.value, "Viewer: sees everything"),
    SelectChoice(Role.EDITOR.value, "Editor: also adds and changes"),
    SelectChoice(Role.OWNER.value, "Owner: also decides who may open it"),
)
KINDS = (SelectChoice(BookKind.PERSONAL.value, "Personal"), SelectChoice(BookKind.BUSINESS.value, "Business"))
THEMES = (SelectChoice("auto", "As the device"), SelectChoice("light", "Light"), SelectChoice("dark", "Dark"))
WRITE_PASSWORD = "Write your password."  # noqa: S105 - words for the person


def locale_name(code: str) -> str:
    """A locale by what it does to numbers: English (India), 12,34,567.89."""
    style = number_style(code)
    return f"{Locale.parse(code, sep='-').get_display_name('en')}, {grouped('1234567', style)}{style.decimal}89"


def _zone(name: str) -> SelectChoice:
    return SelectChoice(name, name.replace("_", " "))


class ZoneField(SelectField):
    """A time zone. One that was chosen before stays offered, whatever today's list says."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, choices=[_zone(zone) for zone in offered_zones()], **kwargs)

    def process_data(self, value: Any) -> None:
        """Take what is kept, and offer it."""
        super().process_data(value)
        if value and value not in offered_zones():
            self.choices = [_zone(value), *map(_zone, offered_zones())]


class ProfileForm(FlaskForm):
    """What a person says of themselves."""

    name = StringField("Your name", validators=[DataRequired("Write your name.")])
    born_on = DayField("Date of birth", missing=None)
    locale = SelectField("Numbers as in", choices=[SelectChoice(code, locale_name(code)) for code in LOCALES])
    timezone = ZoneField("Time zone")
    theme = RadioField("Colours", choices=THEMES)

    def to_profile(self) -> Profile:
        """The validated form as the service's input."""
        return Profile(self.name.data, self.born_on.data, self.locale.data, self.timezone.data, self.theme.data)


class PasswordForm(FlaskForm):
    """A new password, by who knows the current one."""

    current = PasswordField("Current password", validators=[InputRequired("Write your current password.")])
    password = PasswordField("New password", validators=[InputRequired("Choose a new password.")])


class BookForm(FlaskForm):
    """What can be changed about a book later."""

    name = StringField("Name", validators=[DataRequired("Give the book a name.")])
    fiscal_year_start = SelectField(
        "Financial year begins in",
        coerce=int,
        choices=[SelectChoice(number, month) for number, month in enumerate(MONTHS, start=1)],
    )
    timezone = ZoneField("Time zone")


class NewBookForm(BookForm):
    """What must be known to open a book."""

    kind = RadioField("Kind", choices=KINDS, validators=[InputRequired("Choose a kind.")])
    currency = SelectField("Currency", choices=[SelectChoice(code, label) for code, label in currencies()])


class MemberForm(FlaskForm):
    """Who else may open a book."""

    email = EmailField("Their e-mail address", validators=[DataRequired("Write an e-mail address.")])
    role = SelectField("As", choices=ROLES)


class RoleForm(FlaskForm):
    """Another role for a member."""

    role = SelectField("Role", choices=ROLES)


class LeaveForm(FlaskForm):
    """The last questions before everything goes."""

    typed_email = StringField(
        "Your e-mail address, to be sure", validators=[DataRequired("Write your e-mail address.")]
    )
    password = PasswordField("Password")
    has_copy = BooleanField(
        "I have downloaded what I want to keep",
        validators=[InputRequired("Tick this when you have what you want to keep.")],
    )

"""The form of a year's tax. It shows each figure of the books until a person writes another one."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from app.blueprints.tax.words import EMPLOYERS, GROUPS, LABELS
from app.domain.fiscal_years import FiscalYear
from app.domain.tax.answers import AMOUNTS, FROM_BOOKS, MAY_BE_LOSSES, Answers, names_of_gains
from app.domain.tax.deductions import Employer
from app.services.tax_plans import CITY_LENGTH
from app.web.fields import AmountField, DayField, LineField

CARRIED = ("carried_short", "carried_long")
_LONGEST_NUMBER = 20


class TaxForm(FlaskForm):
    """A year's figures. The amounts, named as in `domain.tax.answers`, are added below.

    `seen` says which of the books' figures the page showed: one that is sent back unchanged goes on following the books.
    """

    born_on = DayField("Date of birth", missing=None)
    is_resident = BooleanField("Resident in India")
    employer = SelectField(
        "Employer",
        choices=[SelectChoice(each.value, label) for each, label in EMPLOYERS.items()],
        invalid_choice_message="Choose a kind of employer.",
    )
    city = LineField("City you rent in", limit=CITY_LENGTH)
    has_senior_family = BooleanField("Someone insured is 60 or more")
    has_senior_parents = BooleanField("A parent is 60 or more")
    seen = HiddenField()

    def __init__(self, fy: FiscalYear, answers: Answers, books: Mapping[str, int]) -> None:
        self._fy, self._books = fy, books
        said: dict[str, Any] = {name: value for name, value in asdict(answers).items() if value is not None}
        super().__init__(data={**books, **said, "employer": answers.employer.value})
        if not self.is_submitted():
            self.seen.data = ";".join(f"{name}={amount}" for name, amount in sorted(books.items()))

    @property
    def groups(self) -> list[tuple[str, list[Any]]]:
        """The fields in the parts of the form."""
        names = [(title, list(names) or [*names_of_gains(self._fy), *CARRIED]) for title, names in GROUPS]
        return [(title, [self[name] for name in some]) for title, some in names]

    def validate(self, extra_validators: Any = None) -> bool:
        """Read everything; only gains may be losses."""
        valid: bool = super().validate(extra_validators)
        for name in AMOUNTS:
            if name not in MAY_BE_LOSSES and (self[name].data or 0) < 0:
                self[name].errors = ["Write an amount of zero or more."]
                valid = False
        return valid

    def to_answers(self) -> Answers:
        """What was written, without what only repeats the books."""
        amounts: dict[str, Any] = {name: self[name].data for name in AMOUNTS}
        for name, amount in _pairs(self.seen.data, self._books):
            if amounts[name] == amount:
                amounts[name] = None
        return Answers(
            born_on=self.born_on.data,
            is_resident=self.is_resident.data,
            employer=Employer(self.employer.data),
            city=self.city.data or "",
            has_senior_family=self.has_senior_family.data,
            has_senior_parents=self.has_senior_parents.data,
            **amounts,
        )


for _name in AMOUNTS:
    setattr(TaxForm, _name, AmountField(LABELS[_name]))


def _pairs(seen: str | None, books: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    """The books' figures, those that the page showed and those of now."""
    for part in (seen or "").split(";"):
        name, _, text = part.partition("=")
        digits = text.removeprefix("-")
        if name in FROM_BOOKS and digits.isascii() and digits.isdecimal() and len(digits) < _LONGEST_NUMBER:
            yield name, int(text)
    yield from books.items()

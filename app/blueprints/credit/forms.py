"""Forms of credit: a score, a file of scores, a card or loan, an enquiry."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField

from app.domain.credit_factors import WINDOW_MONTHS, CreditKind
from app.domain.credit_scores import HIGH, LARGEST, LOW, NAME_LENGTH, Score
from app.queries.accounts import AccountView
from app.queries.books import BookView
from app.services.credit import NAME_LENGTH as ACCOUNT_NAME
from app.services.credit import SUBTYPES, AccountFacts
from app.web.fields import AmountField, DayField, IdField, LineField, QuantityField, choice
from app.web.numbers import as_id

KINDS = {CreditKind.CARD: "Credit card", CreditKind.LOAN: "Loan"}


class ScoreForm(FlaskForm):
    """A bureau's score on a day."""

    scored_on = DayField("Date of the score")
    bureau = LineField("Bureau", limit=NAME_LENGTH, missing="Write whose score it is, like CIBIL.")
    score = QuantityField("Score", missing="Write the score.", most=Decimal(LARGEST), places=0)
    low = QuantityField("Lowest possible", missing="Write the lowest possible score.", most=Decimal(LARGEST), places=0)
    high = QuantityField(
        "Highest possible", missing="Write the highest possible score.", most=Decimal(LARGEST), places=0
    )

    def __init__(self, **defaults: Any) -> None:
        super().__init__(data={"low": Decimal(LOW), "high": Decimal(HIGH)} | defaults)

    def to_score(self) -> Score:
        """The validated form as the service's input."""
        numbers = (int(self.score.data), int(self.low.data), int(self.high.data))
        return Score(_day(self.scored_on), (self.bureau.data or "").strip(), *numbers)


class FileForm(FlaskForm):
    """A file of scores."""

    file = FileField("File", [FileRequired("Choose a CSV file.")])


class AccountForm(FlaskForm):
    """A card or loan, one of the book's or another."""

    account_id = IdField("Account in this book")
    kind = SelectField("Kind", invalid_choice_message="Choose a card or a loan.")
    name = LineField("Name", limit=ACCOUNT_NAME)
    limit = AmountField("Credit limit")
    owed = AmountField("Owed now")
    opened_on = DayField("Opened on", missing=None)
    late = QuantityField("Late payments", most=Decimal(WINDOW_MONTHS), places=0)

    def __init__(self, book: BookView, accounts: Iterable[AccountView], **defaults: Any) -> None:
        super().__init__(data={"kind": CreditKind.CARD.value} | defaults)
        offered = {each.id: each for each in accounts if each.subtype in SUBTYPES}
        self.account_id.choices = [choice("", "None, it is elsewhere")] + [
            choice(each.id, each.name) for each in offered.values()
        ]
        self.kind.choices = [choice(kind.value, label) for kind, label in KINDS.items()]
        chosen = self.account_id.data if isinstance(self.account_id.data, int) else as_id(str(self.account_id.data))
        currency = offered[chosen].currency if chosen in offered else book.currency
        self.limit.currency = self.owed.currency = currency

    def to_facts(self) -> AccountFacts:
        """The validated form as the service's input."""
        return AccountFacts(
            kind=CreditKind(self.kind.data),
            name=(self.name.data or "").strip(),
            account_id=self.account_id.data,
            owed_minor=self.owed.data,
            limit_minor=self.limit.data,
            opened_on=self.opened_on.data,
            late=None if self.late.data is None else int(self.late.data),
        )


class EnquiryForm(FlaskForm):
    """A lender who asked a bureau."""

    enquired_on = DayField("Date")
    lender = LineField("Lender", limit=ACCOUNT_NAME, missing="Write who asked.")

    def __init__(self, **defaults: Any) -> None:
        super().__init__(data=defaults)

    @property
    def day(self) -> date:
        """The validated day."""
        return _day(self.enquired_on)


def _day(field: DayField) -> date:
    if field.data is None:
        raise TypeError("a form is validated before it is read")
    return field.data

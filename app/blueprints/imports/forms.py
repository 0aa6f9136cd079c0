"""Forms of imports: the file, what is doubtful about it, and what to do with its rows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectField, ValidationError

from app.domain.books import AccountKind
from app.ingest.statement import Column, Question, Role
from app.queries.accounts import AccountView, pockets, tree
from app.queries.imports import ImportPage
from app.queries.understood import Understood
from app.services.accounts import NAME_LENGTH
from app.services.imports import Settled
from app.web.fields import IdField, LineField, choice

NEW_ACCOUNT = "new"
DATE_ORDERS = {"dmy": "Day, month, year", "mdy": "Month, day, year", "ymd": "Year, month, day"}
SIGNS = {
    "as_written": "Plus is money in, minus is money out",
    "inverted": "Plus is money out, minus is money in",
    "all_out": "Everything is money out",
    "all_in": "Everything is money in",
}
MARKS = {".": "1,234.56", ",": "1.234,56"}
DELIMITERS = {",": "Commas", ";": "Semicolons", "\t": "Tabs", "|": "Bars", "~": "Tildes"}
COLUMNS = {
    Role.DATE: "Date",
    Role.AMOUNT: "Amount, in and out",
    Role.DEBIT: "Money out",
    Role.CREDIT: "Money in",
    Role.DESCRIPTION: "Description",
    Role.PAYEE: "Payee",
    Role.CATEGORY: "Category",
    Role.BALANCE: "Running balance",
}
"""The columns that a person may choose themselves."""


class UploadForm(FlaskForm):
    """A file and the account that it is about."""

    file = FileField("Statement", [FileRequired("Choose the file that your bank gave you.")])
    account_id = SelectField("Account", choices=[], validate_choice=False)
    new_account = LineField("Name of the new account", limit=NAME_LENGTH)

    def offer(self, accounts: Mapping[int, AccountView]) -> None:
        """Set the accounts to choose from: all that hold money, and a new one."""
        named = [choice(each.id, each.name) for each in pockets(accounts)]
        self.account_id.choices = [choice("", "Choose…"), *named, choice(NEW_ACCOUNT, "A new account")]

    def validate_account_id(self, field: Any) -> None:
        """Refuse what was not offered.

        Raises: ValidationError.
        """
        if not field.data or field.data not in {option.value for option in field.choices}:
            raise ValidationError("Choose the account.")


class SettleForm(FlaskForm):
    """What the person says about a file. A blank choice leaves it as it was understood."""

    account_id = IdField("Account", missing="Choose the account.")
    spending_id = IdField("Spending we cannot place", missing="Choose a category.")
    income_id = IdField("Income we cannot place", missing="Choose a category.")
    rate = LineField("Rate", limit=40)
    date_order = SelectField("Order of dates")
    sign = SelectField("Signs")
    decimal_mark = SelectField("Amounts are written like")
    delimiter = SelectField("Cells are separated by")
    currency = SelectField("Currency of the amounts")
    header_line = LineField("Line with the headings", limit=6)

    @property
    def asked(self) -> list[tuple[Question, Any]]:
        """The open questions, each with its field."""
        return [(question, self[f"question_{at}"]) for at, question in enumerate(self.questions)]

    @property
    def chosen_columns(self) -> list[Any]:
        """The fields that choose columns."""
        return [self[f"column_{role}"] for role in COLUMNS]

    questions: Sequence[Question] = ()

    def answers(self) -> dict[str, str]:
        """What the reader is told: answers to its questions, and what was overruled."""
        told = {
            name: str(self[name].data or "") for name in ("date_order", "sign", "decimal_mark", "delimiter", "currency")
        }
        told["header_line"] = (self.header_line.data or "").strip()
        told |= {f"columns.{role}": str(self[f"column_{role}"].data or "") for role in COLUMNS}
        told |= {question.key: str(field.data) for question, field in self.asked if field.data is not None}
        return {key: value for key, value in told.items() if value or key == "account"}

    def settled(self, book_id: int, import_id: int) -> Settled:
        """The validated form for the service."""
        return Settled(
            book_id,
            import_id,
            self.account_id.data or 0,
            self.answers(),
            rate=self.rate.data,
            spending_id=self.spending_id.data,
            income_id=self.income_id.data,
        )

    def field_of(self, key: str | None) -> str | None:
        """The name of the field that answers a question of the reader; other names stay."""
        return next((field.name for question, field in self.asked if question.key == key), key)


def settle_form(
    page: ImportPage, understood: Understood, accounts: Mapping[int, AccountView], base_currency: str
) -> SettleForm:
    """The form for one file: its questions and its columns are fields of their own."""
    fields: dict[str, Any] = {"questions": understood.questions}
    for at, question in enumerate(understood.questions):
        fields[f"question_{at}"] = RadioField(
            question.text,
            choices=[choice(each.value, each.label) for each in question.choices],
            validate_choice=False,
            default=None,
        )
    for role, label in COLUMNS.items():
        fields[f"column_{role}"] = SelectField(
            label, choices=_columns(understood, role), default="", validate_choice=False
        )
    made = type("SettleForm", (SettleForm,), fields)
    answers, view = page.answers, page.view
    form: SettleForm = made(
        account_id=view.account_id,
        spending_id=answers.spending_id,
        income_id=answers.income_id,
        rate=answers.rate or "",
    )
    form.account_id.choices = [choice(each.id, each.name) for each in pockets(accounts, keep=_one(view.account_id))]
    form.spending_id.choices = [choice("", "Choose…"), *_categories(accounts, AccountKind.EXPENSE)]
    form.income_id.choices = [choice("", "Choose…"), *_categories(accounts, AccountKind.INCOME)]
    _as_found(form.date_order, DATE_ORDERS, understood.date_order)
    _as_found(form.sign, SIGNS, answers.file.get("sign"))
    _as_found(form.decimal_mark, MARKS, understood.decimal_mark)
    _as_found(form.delimiter, DELIMITERS, understood.delimiter)
    codes = dict.fromkeys((understood.currency, view.currency, base_currency))
    _as_found(form.currency, {code: code for code in codes if code}, understood.currency)
    form.rate.label.text = f"What is 1 {view.currency} in {base_currency}?"
    return form


def _one(value: int | None) -> tuple[int, ...]:
    return () if value is None else (value,)


def _as_found(field: Any, labels: Mapping[str, str], found: str | None) -> None:
    word = labels.get(found or "")
    first = choice("", f"As found: {word}" if word else "As found")
    field.choices = [first, *(choice(value, label) for value, label in labels.items() if value != found)]
    field.validate_choice = False
    if not field.raw_data:
        field.data = ""


def _columns(understood: Understood, role: Role) -> list[Any]:
    found = understood.column(role)
    first = choice("", f"As found: {_heading(found)}" if found else "None found")
    return [first, *(choice(column.index, _heading(column)) for column in understood.columns if column != found)]


def _heading(column: Column) -> str:
    shown = column.heading or f"Column {column.index + 1}"
    return f"{shown} ({column.sample[:24]})" if column.sample else shown


def _categories(accounts: Mapping[int, AccountView], kind: AccountKind) -> Iterable[Any]:
    return [choice(branch.account.id, branch.title) for branch in tree(accounts, kind)]

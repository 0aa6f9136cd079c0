"""What every reader of bank files yields: rows, what was left out and why, and what only the user can decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.errors import FinTrakError


class UnreadableFile(FinTrakError):  # noqa: N818 - reads as the sentence it is
    """The file cannot be read at all: a limit is broken, the format is not supported, or there is no table in it."""

    def __init__(self, user_message: str) -> None:
        super().__init__(user_message)
        self.user_message = user_message


class Role(StrEnum):
    """What a column of a statement means. The values are part of the answers' keys (`columns.date`)."""

    DATE = "date"
    VALUE_DATE = "value_date"
    AMOUNT = "amount"
    DEBIT = "debit"
    CREDIT = "credit"
    DIRECTION = "direction"
    BALANCE = "balance"
    BALANCE_MARK = "balance_mark"
    FEE = "fee"
    CURRENCY = "currency"
    DESCRIPTION = "description"
    PAYEE = "payee"
    CATEGORY = "category"
    ACCOUNT = "account"
    STATUS = "status"
    BANK_ID = "bank_id"
    SERIAL = "serial"
    SOURCE = "source"
    DESTINATION = "destination"
    SECOND_ACCOUNT = "second_account"
    SECOND_AMOUNT = "second_amount"
    SECOND_CURRENCY = "second_currency"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Column:
    """One column as it was understood. `index` counts from 0; `heading` is empty where the file has none."""

    index: int
    heading: str
    role: Role
    sample: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer to a question."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    """Something the file does not settle. `answers={key: value}` settles it; until then the first choice is what was read."""

    key: str
    text: str
    choices: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class SkippedLine:
    """A line that is no transaction, verbatim, with the reason in words."""

    line: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One booked or pending transaction of the file.

    Units: `amount_minor` and `balance_minor` in minor units of `currency` (of the statement's where None); money in is positive.
    `raw` is the source line without its line end; `fingerprint` and `nth` identify the row across files (see `fingerprint`).
    """

    line: int
    occurred_on: date
    amount_minor: int
    description: str
    payee: str | None
    balance_minor: int | None
    currency: str | None
    bank_id: str | None
    raw: str
    fingerprint: str
    nth: int
    is_pending: bool
    category: str | None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """Everything that was understood of one file, in the order of the file.

    `header_line` counts from 1 and is None where the file has no headings; `proof` says in words what the running balance showed.
    """

    format: str
    encoding: str
    delimiter: str
    header_line: int | None
    columns: Sequence[Column]
    date_order: str | None
    decimal_mark: str | None
    currency: str
    rows: Sequence[StatementRow]
    skipped: Sequence[SkippedLine]
    questions: Sequence[Question]
    warnings: Sequence[str]
    proof: str | None = None

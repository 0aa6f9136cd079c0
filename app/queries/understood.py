"""What the reader understood of a file, in a form that is kept with the import and shown without reading the file again."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from app.domain.money import from_minor
from app.domain.texts import clean
from app.ingest.statement import Choice, Column, Question, Role, SkippedLine, Statement, StatementRow

SAMPLE_ROWS = 5
KEPT_SKIPPED = 60
KEPT_COLUMNS = 60
KEPT_WARNINGS = 20
SHORT, LONG = 80, 300


@dataclass(frozen=True, slots=True)
class Figures:
    """How much a statement holds. Amounts in minor units of its currency; rows of other currencies are counted, not added."""

    row_count: int
    pending_count: int
    credits_minor: int
    debits_minor: int
    first_on: date | None
    last_on: date | None


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One of the first rows, as it was understood."""

    line: int
    occurred_on: date
    amount_minor: int
    description: str
    balance_minor: int | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class Understood:
    """A statement without its rows; long texts and long lists are cut. `skipped_count` counts all skipped lines."""

    format: str
    encoding: str
    delimiter: str
    header_line: int | None
    columns: tuple[Column, ...]
    date_order: str | None
    decimal_mark: str | None
    currency: str
    proof: str | None
    figures: Figures
    sample: tuple[SampleRow, ...]
    skipped: tuple[SkippedLine, ...]
    skipped_count: int
    questions: tuple[Question, ...]
    warnings: tuple[str, ...]

    def column(self, role: Role) -> Column | None:
        """The first column with a role."""
        return next((column for column in self.columns if column.role == role), None)


@dataclass(frozen=True, slots=True)
class Answers:
    """What the user said about a file.

    `file` goes to the reader. `rate`: what one unit of the account's currency is in the
    book's, as a decimal text. The two categories take what nothing else tells.
    """

    file: Mapping[str, str] = field(default_factory=dict)
    rate: str | None = None
    spending_id: int | None = None
    income_id: int | None = None


def answers_to_json(answers: Answers) -> str:
    """The text that is kept."""
    return json.dumps(asdict(answers), ensure_ascii=False, separators=(",", ":"))


def answers_from_json(text: str) -> Answers:
    """What was kept."""
    return Answers(**json.loads(text))


def understood_of(statement: Statement) -> Understood:
    """What is kept of a statement."""
    return Understood(
        format=statement.format,
        encoding=statement.encoding,
        delimiter=statement.delimiter,
        header_line=statement.header_line,
        columns=tuple(
            Column(column.index, clean(column.heading, SHORT), column.role, clean(column.sample, SHORT))
            for column in statement.columns[:KEPT_COLUMNS]
        ),
        date_order=statement.date_order,
        decimal_mark=statement.decimal_mark,
        currency=statement.currency,
        proof=statement.proof,
        figures=figures_of(statement.rows),
        sample=tuple(
            SampleRow(
                row.line,
                row.occurred_on,
                row.amount_minor,
                clean(row.description, SHORT),
                row.balance_minor,
                row.currency,
            )
            for row in statement.rows[:SAMPLE_ROWS]
        ),
        skipped=tuple(
            SkippedLine(each.line, clean(each.reason, SHORT), clean(each.text, SHORT))
            for each in statement.skipped[:KEPT_SKIPPED]
        ),
        skipped_count=len(statement.skipped),
        questions=tuple(statement.questions),
        warnings=tuple(clean(text, LONG) for text in statement.warnings[:KEPT_WARNINGS]),
    )


def figures_of(rows: Sequence[StatementRow]) -> Figures:
    """Counts, sums and days of the booked rows."""
    booked = [row for row in rows if not row.is_pending]
    own = [row.amount_minor for row in booked if row.currency is None]
    days = [row.occurred_on for row in booked]
    return Figures(
        row_count=len(booked),
        pending_count=len(rows) - len(booked),
        credits_minor=sum(amount for amount in own if amount > 0),
        debits_minor=-sum(amount for amount in own if amount < 0),
        first_on=min(days, default=None),
        last_on=max(days, default=None),
    )


def statement_facts(statement: Statement) -> dict[str, Any]:
    """A statement in figures, for machines: sums as decimal texts of whole units, those of several currencies added plainly."""
    booked = [row for row in statement.rows if not row.is_pending]
    amounts = [from_minor(row.amount_minor, row.currency or statement.currency) for row in booked]
    days = [row.occurred_on for row in booked]
    return {
        "format": statement.format,
        "n": len(booked),
        "pending": len(statement.rows) - len(booked),
        "sum_credits": f"{sum((amount for amount in amounts if amount > 0), Decimal(0)):f}",
        "sum_debits": f"{-sum((amount for amount in amounts if amount < 0), Decimal(0)):f}",
        "currency": statement.currency,
        "first_date": min(days).isoformat() if days else None,
        "last_date": max(days).isoformat() if days else None,
        "questions": [asdict(question) for question in statement.questions],
        "warnings": list(statement.warnings),
        "skipped": [asdict(line) for line in statement.skipped],
    }


def to_json(understood: Understood) -> str:
    """The text that is kept."""
    return json.dumps(asdict(understood), default=date.isoformat, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Understood | None:
    """What was kept; None for an import that kept nothing."""
    kept = json.loads(text)
    if not kept:
        return None
    figures, columns, sample = kept["figures"], kept["columns"], kept["sample"]
    first_on, last_on = _day(figures["first_on"]), _day(figures["last_on"])
    rebuilt: dict[str, Any] = {
        "figures": Figures(**(figures | {"first_on": first_on, "last_on": last_on})),
        "columns": tuple(Column(**(each | {"role": Role(each["role"])})) for each in columns),
        "sample": tuple(
            SampleRow(**(each | {"occurred_on": date.fromisoformat(each["occurred_on"])})) for each in sample
        ),
        "skipped": tuple(SkippedLine(**each) for each in kept["skipped"]),
        "questions": tuple(_questions(kept["questions"])),
        "warnings": tuple(kept["warnings"]),
    }
    return Understood(**(kept | rebuilt))


def _questions(kept: Iterable[dict[str, Any]]) -> Iterable[Question]:
    for each in kept:
        yield Question(each["key"], each["text"], tuple(Choice(**choice) for choice in each["choices"]))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

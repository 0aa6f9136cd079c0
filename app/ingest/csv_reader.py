"""Delimited text of any layout, read into a statement."""

from collections.abc import Mapping, Sequence

from app.ingest import columns, journals
from app.ingest.context import Context, Wish
from app.ingest.days import settle_days
from app.ingest.decode import Decoded
from app.ingest.delimited import DELIMITER_NAMES, DELIMITERS, Record, read_table
from app.ingest.drafts import ask_about_several, draft_rows, of_account
from app.ingest.entries import settle_legs
from app.ingest.proofs import prove, read_balances
from app.ingest.rows import Places, Sorted, cell, sort_records
from app.ingest.statement import Choice, Column, Question, Role, SkippedLine, Statement, UnreadableFile
from app.ingest.sums import settle_amounts, settle_currency

_ASKED = {
    Role.DATE: "Which column holds the date of each transaction?",
    Role.AMOUNT: "Which column holds the amount of each transaction?",
}


def read_csv(decoded: Decoded, wish: Wish) -> Statement:
    """Reads a delimited text.

    Raises: UnreadableFile when a limit is broken or nothing in it looks like a table of transactions.
    """
    table = read_table(decoded.text, _chosen_delimiter(wish.answers))
    if not table.records:
        raise UnreadableFile("The file is empty.")
    at = _header_at(table.records, wish.answers)
    headings = table.records[at].cells if at is not None else []
    above = table.records[: at or 0]
    body: Sequence[Record] = table.records[at + 1 :] if at is not None else table.records
    splits = journals.own_splits(headings, body)
    body, other_sides = splits or (body, [])
    sample = columns.sample_rows(body, len(headings))
    if at is None and not sample:
        raise UnreadableFile("No transactions were found: no line of the file holds a date and an amount.")
    places = Places(columns.assign(headings, sample, _chosen_columns(wish.answers, headings)), headings)
    context = Context(
        wish,
        places,
        above="\n".join(record.raw for record in above),
        is_signed=splits is not None,
        warnings=list(decoded.warnings),
        skipped=[*(SkippedLine(record.line, "stands above the table", record.raw) for record in above), *other_sides],
    )
    sorted_ = _sorted(context, body, table.delimiter, has_rows=bool(sample))
    currency = settle_currency(context, sorted_.candidates)
    days, order = settle_days(context, sorted_, currency)
    candidates, amounts, mark = settle_amounts(context, sorted_, days, currency)
    balances = read_balances(context, candidates, currency, mark)
    amounts, proof = prove(context, candidates, amounts, balances, [days[id(candidate)] for candidate in candidates])
    legs = settle_legs(context, candidates, amounts, mark or ".", currency)
    rows = of_account(context, draft_rows(context, candidates, legs, balances=balances, days=days, currency=currency))
    ask_about_several(context, rows, currency)
    if sorted_.unreadable:
        context.warnings.append(
            f"Lines that look like transactions but could not be read: {sorted_.unreadable}. They are listed as left out."
        )
    if not rows and not context.questions:
        context.warnings.append("No transactions were found below the headings.")
    return Statement(
        format="csv",
        encoding=decoded.encoding,
        delimiter=table.delimiter,
        header_line=None if at is None else table.records[at].line,
        columns=_found_columns(places, sample),
        date_order=order,
        decimal_mark=mark,
        currency=currency,
        rows=rows,
        skipped=sorted(context.skipped, key=lambda skip: skip.line),
        questions=context.questions,
        warnings=context.warnings,
        proof=proof,
    )


def _chosen_delimiter(answers: Mapping[str, str]) -> str | None:
    chosen = answers.get("delimiter")
    if chosen is None or chosen in DELIMITERS:
        return chosen
    return next((sign for sign, name in DELIMITER_NAMES.items() if name == chosen), None)


def _header_at(records: Sequence[Record], answers: Mapping[str, str]) -> int | None:
    chosen = answers.get("header_line")
    if chosen is None:
        return columns.find_header(records)
    return next((i for i, record in enumerate(records) if str(record.line) == chosen), None)


def _chosen_columns(answers: Mapping[str, str], headings: Sequence[str]) -> dict[int, Role]:
    """The user's own columns: `columns.<role>` names a column by its number (from 0) or its heading."""
    chosen: dict[int, Role] = {}
    for key, value in answers.items():
        prefix, _, name = key.partition(".")
        if prefix != "columns" or name not in set(Role):
            continue
        if value in headings:
            chosen[list(headings).index(value)] = Role(name)
        elif value.isdecimal():
            chosen[int(value)] = Role(name)
    return chosen


def _sorted(context: Context, body: Sequence[Record], delimiter: str, *, has_rows: bool) -> Sorted:
    """The table's records sorted into candidates and skipped lines; nothing, and a question, where date or amount has no column."""
    places = context.places
    lacking = [
        role for role, is_lacking in ((Role.DATE, places.date is None), (Role.AMOUNT, not places.money)) if is_lacking
    ]
    if lacking:
        if has_rows:
            context.questions += [_which_column(places, role) for role in lacking]
        return Sorted()
    sorted_ = sort_records(body, places, delimiter)
    context.skipped += sorted_.skipped
    return sorted_


def _which_column(places: Places, role: Role) -> Question:
    names = [cell(places.headings, c) or f"Column {c + 1}" for c in range(len(places.roles))]
    return Question(f"columns.{role}", _ASKED[role], [Choice(str(c), name) for c, name in enumerate(names)])


def _found_columns(places: Places, sample: Sequence[Sequence[str]]) -> list[Column]:
    return [
        Column(c, cell(places.headings, c), role, next((text for row in sample[:50] if (text := cell(row, c))), ""))
        for c, role in enumerate(places.roles)
    ]

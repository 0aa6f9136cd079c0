"""The signed amount of each row: currency, decimal mark, direction and fee, each decided for the whole file."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from app.domain.money import exponent
from app.ingest import directions, journals, vocabulary
from app.ingest.amounts import Amount, decide_mark, is_readable, minor_units, written_amount
from app.ingest.context import Context
from app.ingest.directions import Directed
from app.ingest.rows import Candidate, Sorted, cell, description_of
from app.ingest.statement import Choice, Question, Role

_CURRENCY_LINE = re.compile(
    r"(?:currency|währung|waehrung|devise|ccy|waluta|valuta)\b\W{1,8}([A-Z]{3})\b", re.IGNORECASE
)


def settle_currency(context: Context, candidates: Sequence[Candidate]) -> str:
    """The currency of the file: chosen by the user, else stated in the file, else that of the account."""
    return context.wish.answers.get("currency") or stated_currency(context, candidates) or context.wish.currency


def stated_currency(context: Context, candidates: Sequence[Candidate]) -> str | None:
    """What the file itself says: its currency column, a heading, the amounts' symbols, or a line above the table."""
    column = context.places.first(Role.CURRENCY)
    if column is not None:
        named = [code for candidate in candidates if len(code := cell(candidate.record.cells, column)) == 3]  # noqa: PLR2004 - ISO 4217
        if named:
            return max(dict.fromkeys(named), key=named.count) if len(set(named)) < len(named) else named[0]
    for c in context.places.money:
        if named_there := vocabulary.currency_in_heading(cell(context.headings, c)):
            return named_there
    symbols = {
        amount.currency for candidate in candidates[:1000] for amount in candidate.money if amount and amount.currency
    }
    if len(symbols) == 1:
        return symbols.pop()
    line = _CURRENCY_LINE.search(context.above)
    return line[1].upper() if line else None


def decimals_of(context: Context, candidates: Sequence[Candidate], currency: str) -> Sequence[int]:
    """The decimals of each row's currency."""
    column, decimals = context.places.first(Role.CURRENCY), exponent(currency)
    if column is None:
        return [decimals] * len(candidates)
    codes = (cell(candidate.record.cells, column) for candidate in candidates)
    return [exponent(code) if len(code) == 3 else decimals for code in codes]  # noqa: PLR2004 - ISO 4217


def settle_amounts(
    context: Context, sorted_: Sorted, days: Mapping[int, date], currency: str
) -> tuple[list[Candidate], list[int], str | None]:
    """The readable candidates with their signed amounts in minor units, and the decimal mark they were read with."""
    kept = [candidate for candidate in sorted_.candidates if id(candidate) in days]
    mark = _mark(context, kept, currency)
    readable: list[Candidate] = []
    for candidate in kept:
        if all(amount is None or is_readable(amount, mark) for amount in candidate.money):
            readable.append(candidate)
        else:
            shown = next(
                cell(candidate.record.cells, c)
                for c, a in zip(context.places.money, candidate.money, strict=True)
                if a and not is_readable(a, mark)
            )
            context.skip(candidate, f"“{shown}” contradicts the decimal mark “{mark}” of the other amounts")
            sorted_.unreadable += 1
    directed = _directed(context, readable, mark, currency)
    context.questions += directed.questions
    context.warnings += directed.warnings
    return readable, _net_of_fees(context, readable, directed.amounts, mark, currency), mark if readable else None


def _mark(context: Context, candidates: Sequence[Candidate], currency: str) -> str:
    chosen = context.wish.answers.get("decimal_mark")
    if chosen in {".", ","}:
        return chosen
    written = [amount for candidate in candidates for amount in candidate.money if amount]
    column = context.places.first(Role.BALANCE)
    others = [
        amount for candidate in candidates[:1000] if (amount := written_amount(cell(candidate.record.cells, column)))
    ]
    beside = decide_mark(others, currency)
    decision = decide_mark(
        written,
        currency,
        None if beside.is_open or not any(a.point in {".", ","} or a.excludes for a in others) else beside.mark,
    )
    if decision.is_open:
        text = next(
            (
                cell(c.record.cells, context.places.money[0])
                for c in candidates
                if c.money[0] and c.money[0].point == "?"
            ),
            "1.234",
        )
        choices = [
            Choice(mark, f"“{mark}” begins the decimals")
            for mark in (decision.mark, "," if decision.mark == "." else ".")
        ]
        context.questions.append(Question("decimal_mark", f"Does “{text}” mean thousands or decimals?", choices))
    return decision.mark


def _directed(context: Context, candidates: Sequence[Candidate], mark: str, currency: str) -> Directed:
    sized = [
        [None if amount is None else (amount, minor_units(amount, mark, decimals)) for amount in candidate.money]
        for candidate, decimals in zip(candidates, decimals_of(context, candidates, currency), strict=True)
    ]
    place = {role: i for i, role in enumerate(context.places.money_roles)}
    if Role.AMOUNT not in place:
        nothing: list[tuple[Amount, int] | None] = [None] * len(sized)
        debits = [row[place[Role.DEBIT]] for row in sized] if Role.DEBIT in place else nothing
        credits_ = [row[place[Role.CREDIT]] for row in sized] if Role.CREDIT in place else nothing
        directed = directions.from_pair(debits, credits_)
        if choice := context.wish.answers.get(directions.SIGN_KEY):
            return Directed([-value if choice == "inverted" else value for value in directed.amounts], is_sure=True)
        return directed
    if journals.is_journal(context.places.roles) or context.is_signed:
        signed = [(-entry[1] if entry[0].sign < 0 else entry[1]) for row in sized if (entry := row[place[Role.AMOUNT]])]
        return Directed(signed, is_sure=True)
    column = context.places.first(Role.DIRECTION)
    words = None if column is None else [cell(candidate.record.cells, column) for candidate in candidates]
    texts = [description_of(candidate, context.places) for candidate in candidates]
    single = [entry for row in sized if (entry := row[place[Role.AMOUNT]])]
    return directions.from_single(single, words, texts, context.wish.answers)


def _net_of_fees(
    context: Context, candidates: Sequence[Candidate], amounts: Sequence[int], mark: str, currency: str
) -> list[int]:
    """Amount less fee where a column named just “fee” stands beside an amount that is not called net."""
    column, amount_at = context.places.first(Role.FEE), context.places.first(Role.AMOUNT)
    if column is None or amount_at is None or "net" in vocabulary.plain(cell(context.headings, amount_at)).split():
        return list(amounts)
    fees = [written_amount(cell(candidate.record.cells, column)) for candidate in candidates]
    sizes = [
        minor_units(fee, mark, decimals) if fee else 0
        for fee, decimals in zip(fees, decimals_of(context, candidates, currency), strict=True)
    ]
    if any(sizes):
        context.warnings.append(f"The column “{context.headings[column]}” was subtracted from the amounts.")
    return [amount - size for amount, size in zip(amounts, sizes, strict=True)]

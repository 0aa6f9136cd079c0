"""What the running balance says about the amounts, and what follows from it."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from app.ingest import balance, directions, vocabulary
from app.ingest.amounts import decide_mark, minor_units, written_amount
from app.ingest.context import Context
from app.ingest.rows import Candidate, cell
from app.ingest.statement import Choice, Question, Role
from app.ingest.sums import decimals_of


def read_balances(
    context: Context, candidates: Sequence[Candidate], currency: str, mark: str | None
) -> list[int | None]:
    """The running balance of every row, None where there is none; overdrawn balances are negative."""
    column, marks = context.places.first(Role.BALANCE), context.places.first(Role.BALANCE_MARK)
    if column is None:
        return [None] * len(candidates)
    written = [written_amount(cell(candidate.record.cells, column)) for candidate in candidates]
    own_mark = decide_mark([amount for amount in written if amount], currency, mark).mark
    balances: list[int | None] = []
    for candidate, amount, decimals in zip(
        candidates, written, decimals_of(context, candidates, currency), strict=True
    ):
        if amount is None:
            balances.append(None)
            continue
        size = minor_units(amount, own_mark, decimals)
        word = vocabulary.direction_of(cell(candidate.record.cells, marks))
        is_negative = amount.sign < 0 or amount.mark == "out" or word < 0
        balances.append(-size if is_negative else size)
    return balances


def prove(
    context: Context,
    candidates: Sequence[Candidate],
    amounts: list[int],
    balances: Sequence[int | None],
    days: Sequence[date],
) -> tuple[list[int], str | None]:
    """The amounts after the running balance has spoken, and what it said in words."""
    booked = [i for i, candidate in enumerate(candidates) if not candidate.is_pending]
    accounts = {cell(candidate.record.cells, context.places.first(Role.ACCOUNT)) for candidate in candidates}
    if len(accounts) > 1 or not any(b is not None for b in balances):
        return amounts, None
    is_answered = directions.SIGN_KEY in context.wish.answers
    own, known = [amounts[i] for i in booked], [balances[i] for i in booked]
    is_ascending = _ascending([days[i] for i in booked])
    fit = balance.check(own, known, is_ascending=is_ascending)
    if fit.is_proved:
        context.questions = [question for question in context.questions if question.key != directions.SIGN_KEY]
        return amounts, f"The running balance confirms all {fit.steps} steps between rows."
    if any(question.key == directions.SIGN_KEY for question in context.questions) and (
        signed := balance.signs_from([abs(a) for a in own], known, is_ascending=is_ascending)
    ):
        context.questions = [question for question in context.questions if question.key != directions.SIGN_KEY]
        for i, amount in zip(booked, signed[0], strict=True):
            amounts[i] = amount
        if signed[1] is not None:
            _first_sign(context, candidates, amounts, booked[signed[1]])
        return amounts, "The running balance shows which amounts are money in and which are money out."
    if fit.is_turned and not is_answered:
        if vocabulary.speaks_of_card(context.above + " " + " ".join(context.headings)):
            context.questions.append(directions.sign_question("as_written"))
            return amounts, None
        context.warnings.append(
            "Money in and money out are exchanged in this file: only so does every running balance fit. The directions were corrected."
        )
        return [
            -amount for amount in amounts
        ], f"The running balance confirms all {fit.steps} steps once the directions are exchanged."
    if fit.steps:
        context.warnings.append(
            f"The running balance agrees with the amounts in {fit.held} of {fit.steps} steps; please check the amounts."
        )
    return amounts, None


def _first_sign(context: Context, candidates: Sequence[Candidate], amounts: list[int], at: int) -> None:
    """The balance tells nothing about the oldest row of unsigned amounts: the user does."""
    choice = context.wish.answers.get("first_sign")
    if choice in {"in", "out"}:
        amounts[at] = abs(amounts[at]) if choice == "in" else -abs(amounts[at])
        return
    text = f"The balance shows the direction of every row but the oldest (line {candidates[at].record.line}). Is that one money out or money in?"
    context.questions.append(Question("first_sign", text, (Choice("out", "Money out"), Choice("in", "Money in"))))


def _ascending(days: Sequence[date]) -> bool | None:
    up = all(a <= b for a, b in pairwise(days))
    down = all(a >= b for a, b in pairwise(days))
    return None if up == down else up

"""Legs of rows: one each, or several where the lines are entries between accounts."""

from collections.abc import Sequence

from app.domain.money import exponent
from app.ingest import directions, journals, vocabulary
from app.ingest.amounts import minor_units, written_amount
from app.ingest.context import Context
from app.ingest.journals import Leg
from app.ingest.rows import Candidate, cell
from app.ingest.statement import Role


def settle_legs(
    context: Context, candidates: Sequence[Candidate], amounts: Sequence[int], mark: str, currency: str
) -> list[Leg]:
    """One leg per row, except where the lines are entries between two accounts."""
    if not journals.is_journal(context.places.roles):
        return [Leg(at, amount, None, None, is_second=False) for at, amount in enumerate(amounts)]
    names_ends = Role.SOURCE in context.places.roles
    entries = [
        _entry(context, candidate, amount, mark, currency)
        for candidate, amount in zip(candidates, amounts, strict=True)
    ]
    chosen = {"in": 1, "out": -1}
    legs, unclear = journals.legs(
        entries,
        names_ends=names_ends,
        answered=lambda kind: chosen.get(context.wish.answers.get(f"direction.{kind}", ""), 0),
    )
    context.questions += [directions.word_question(kind) for kind in unclear]
    return legs


def _entry(context: Context, candidate: Candidate, amount: int, mark: str, currency: str) -> journals.Entry:
    cells, names = candidate.record.cells, [vocabulary.plain(heading) for heading in context.headings]

    def named(*headings: str) -> str:
        return next((cell(cells, names.index(name)) for name in headings if name in names), "")

    places = context.places
    source, destination = places.first(Role.SOURCE), places.first(Role.DESTINATION)
    if source is None or destination is None:
        source, destination = places.first(Role.ACCOUNT), places.first(Role.SECOND_ACCOUNT)
    second = written_amount(cell(cells, places.first(Role.SECOND_AMOUNT)) or named("foreign amount"))
    code = cell(cells, places.first(Role.SECOND_CURRENCY)) or named("foreign currency code")
    return journals.Entry(
        kind=named("type", "transaction type"),
        amount=amount,
        source=cell(cells, source),
        destination=cell(cells, destination),
        source_kind=named("source type"),
        destination_kind=named("destination type"),
        second_amount=minor_units(second, mark, exponent(code or currency)) if second else None,
        second_currency=code or None,
    )

"""From rows of text to a draft of the receipt. Pure: the same text always gives the same draft."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar

import numpy as np

from app.ocr.amounts import amounts_of
from app.ocr.candidates import Candidate
from app.ocr.dates import dates_of
from app.ocr.days import date_candidates
from app.ocr.details import currency_of, invoice_number_of, payment_of, tax_id_of, tax_of
from app.ocr.forest import Ranker, rankers
from app.ocr.items import items_of
from app.ocr.layout import Line, rows_of
from app.ocr.port import Expectations, FieldReading, NothingToRead, ReceiptReading
from app.ocr.totals import total_candidates
from app.ocr.vendors import vendor_candidates

T = TypeVar("T")
FEWEST_CHARACTERS = 8
FAINTEST_PAGE = 0.55  # mean score of a page below which the text is noise
POOR_PRINT = 0.85
WORTH_SHOWING = 0.02  # an alternative less likely than this would only confuse
HARDLY = 0.005  # a candidate less likely than this is no answer
MINOR = Decimal("0.01")


def parse(
    lines: Sequence[Line], expect: Expectations | None = None, trained: Mapping[str, Ranker] | None = None
) -> ReceiptReading:
    """Draft a receipt from recognised lines, with the rankers that come with FinTrak unless others are given.

    Raises NothingToRead when the lines are too few or too faint to be a receipt.
    """
    expect = expect or Expectations()
    characters = sum(letter.isalnum() for line in lines for letter in line.text)
    if characters < FEWEST_CHARACTERS or _mean_score(lines) < FAINTEST_PAGE:
        raise NothingToRead(f"{characters} characters")
    rows = rows_of(lines)
    amounts = amounts_of(rows)
    trained = trained or rankers()
    vendor = _best(trained["vendor"], vendor_candidates(rows), "name")
    day = _best(trained["date"], date_candidates(rows, dates_of(rows), month_first=expect.month_first), "date")
    total = _best(trained["total"], total_candidates(rows, amounts), "total")
    items, add_up = items_of(rows, amounts, total.value)
    return ReceiptReading(
        vendor=vendor,
        date=day,
        total=total,
        tax=tax_of(rows, amounts, total.value),
        currency=currency_of(rows, expect.currency),
        payment=payment_of(rows, total.value, amounts),
        invoice_number=invoice_number_of(rows),
        tax_id=tax_id_of(rows),
        items=items,
        items_add_up=add_up,
        text="\n".join(row.text for row in rows),
        turn=0,
        engine="",
        milliseconds=0,
    )


def _best(ranker: Ranker, candidates: Sequence[Candidate[T]], what: str) -> FieldReading[T]:
    """The likeliest candidate, how far to believe it, and what else it could be."""
    if not candidates:
        return FieldReading(None, why=f"We found no {what} on this receipt.")
    chances = ranker.chances([candidate.features for candidate in candidates])
    order = np.argsort(-chances, kind="stable")
    best = candidates[order[0]]
    top = float(chances[order[0]])
    second = float(chances[order[1]]) if len(order) > 1 else 0.0
    if top < HARDLY:
        return FieldReading(None, why=f"We found nothing that looks like the {what}.", alternative=best.value)
    other = candidates[order[1]] if second >= WORTH_SHOWING else None
    confidence = ranker.confidence(top, second)
    is_sure = confidence >= ranker.sure_at and best.score >= POOR_PRINT
    return FieldReading(
        value=best.value,
        confidence=round(confidence, 3),
        is_sure=is_sure,
        box=best.box,
        alternative=other.value if other else None,
        why=None if is_sure else _doubt(what, best, other),
    )


def _doubt(what: str, best: Candidate[T], other: Candidate[T] | None) -> str:
    if best.score < POOR_PRINT:
        reason = f"The {what} is smudged or faint."
    elif other is not None:
        reason = f"More than one {what} is possible here."
    else:
        reason = f"We are not certain that this is the {what}."
    return f"{reason} It could also be {in_words(other.value)}." if other is not None else reason


def in_words(value: object) -> str:
    """A value as it stands in a sentence."""
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    if isinstance(value, Decimal):
        return f"{value.quantize(MINOR):,}"
    return f"“{value}”"


def _mean_score(lines: Sequence[Line]) -> float:
    weights = [len(line.text) for line in lines]
    return sum(line.score * weight for line, weight in zip(lines, weights, strict=True)) / max(sum(weights), 1)

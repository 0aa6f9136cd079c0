"""What is known of a person's credit, on one page."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from app.blueprints.credit.forms import KINDS
from app.blueprints.credit.words import FACTORS, MISSING, SOURCES, WHERE, change_of, score_chart, value_of
from app.domain.books import Role
from app.domain.credit_factors import WEIGHTS_SOURCE, CreditEstimate
from app.domain.errors import InvalidAmount
from app.domain.money import parse_amount
from app.queries.credit import credit_of, last_question
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.formats import number_style, user_locale
from app.web.tables import Cell, table_file

SHOWN = 50
HEADINGS = ("Date", "Bureau", "Score", "Low", "High", "Source")

bp = Blueprint("credit", __name__)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What would be if more were paid on cards: what was typed, what is wrong with it, and the estimate then."""

    typed: str
    problem: str = ""
    minor: int = 0
    estimate: CreditEstimate | None = None


@bp.get("/credit")
@allow(Role.VIEWER)
def overview() -> ResponseReturnValue:
    """Scores with their history, and what they lean on."""
    session, book = current_deps().session, g.book
    credit = credit_of(session, book.id, book.currency, today())
    question = last_question(session, book.id)
    return render_template(
        "credit/overview.html",
        credit=credit,
        chart=score_chart(credit.scores),
        shown=credit.scores[:SHOWN],
        what_if=_what_if(),
        names=FACTORS,
        where=WHERE,
        weights_source=WEIGHTS_SOURCE,
        missing=MISSING,
        sources=SOURCES,
        kinds=KINDS,
        change_of=change_of,
        bureau=current_deps().credit_bureau.name,
        question=question,
        asked_on=question.granted_at.astimezone(ZoneInfo(book.timezone)).date() if question else None,
        value_of=lambda part: value_of(part, credit),
    )


@bp.get("/credit/export")
@allow(Role.VIEWER)
def export() -> ResponseReturnValue:
    """The scores as a file, which can be given back."""
    session, book = current_deps().session, g.book
    rows: list[list[Cell]] = [
        [each.on, each.bureau, each.score, each.low, each.high, SOURCES.get(each.source, each.source)]
        for each in credit_of(session, book.id, book.currency, today()).scores
    ]
    return table_file("credit-scores", HEADINGS, rows, request.args.get("format"))


def _what_if() -> WhatIf | None:
    """What the address asks to try; nothing is kept."""
    typed = request.args.get("pay", "").strip()[:40]
    if not typed:
        return None
    book = g.book
    try:
        minor = parse_amount(typed, book.currency, number_style(user_locale()))
    except InvalidAmount as error:
        return WhatIf(typed, error.user_message)
    if minor <= 0:
        return WhatIf(typed, "Write an amount above zero.")
    credit = credit_of(current_deps().session, book.id, book.currency, today(), paid_minor=minor)
    return WhatIf(typed, minor=minor, estimate=credit.estimate)

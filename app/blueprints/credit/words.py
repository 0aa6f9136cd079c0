"""The words of the credit page: what a factor's value means, where it comes from, and what is missing."""

from decimal import Decimal
from typing import Any

from app.domain.credit_factors import Factor, Part
from app.domain.credit_scores import HIGH, LOW
from app.queries.credit import Credit, ScoreView
from app.web.charts import Chart
from app.web.formats import day, long_day, money

FACTORS = {
    Factor.ON_TIME: "On-time payments",
    Factor.UTILISATION: "Limits used",
    Factor.AGE: "Age of credit",
    Factor.ENQUIRIES: "Enquiries",
    Factor.MIX: "Mix",
}
WHERE = {
    Factor.ON_TIME: "The late payments and opening dates you wrote down, of the last 24 months.",
    Factor.UTILISATION: "Card balances from your books, or as you wrote them down, and the limits you wrote down.",
    Factor.AGE: "The opening dates you wrote down.",
    Factor.ENQUIRIES: "The enquiries you wrote down, of the last 12 months.",
    Factor.MIX: "The cards and loans in your books and on this page.",
}
MISSING = {
    Factor.ON_TIME: "Write down when an account was opened and how many payments were late.",
    Factor.UTILISATION: "Write down the limit of a card.",
    Factor.AGE: "Write down when an account was opened.",
    Factor.ENQUIRIES: "Write down who asked, or that nobody did.",
    Factor.MIX: "Add a card or a loan.",
}
SOURCES = {"manual": "By hand", "report_upload": "From a file", "api": "From the bureau"}
PAINTS = 7


def value_of(part: Part, credit: Credit) -> str:
    """A factor's value in words; nothing where it is not known."""
    if part.value is None:
        return ""
    match part.rule.factor:
        case Factor.ON_TIME:
            return f"{_tenth(part.value)}% on time"
        case Factor.UTILISATION:
            return f"{_tenth(part.value)}% of {money(credit.limit_minor, decimals=False)}"
        case Factor.AGE:
            years = _tenth(part.value)
            return f"{years} {'year' if years == '1' else 'years'}"
        case Factor.ENQUIRIES:
            return f"{part.value:f} in 12 months"
        case Factor.MIX:
            return "One kind" if part.value == 1 else "Cards and loans"


def change_of(score: ScoreView) -> str:
    """How a score moved since the one before."""
    if score.change is None:
        return ""
    if score.change == 0:
        return "same as before"
    return f"{abs(score.change)} {'more' if score.change > 0 else 'less'} than before"


def score_chart(scores: tuple[ScoreView, ...]) -> Chart:
    """The scores of each bureau over time, on the scale that they have."""
    days = sorted({each.on for each in scores})
    bureaus = list(dict.fromkeys(each.bureau for each in scores))[:PAINTS]
    at = {(each.bureau, each.on): each.score for each in scores}
    data: dict[str, Any] = {
        "labels": [f"{day(each)} {each.year % 100:02d}" for each in days],
        "series": [
            {"name": bureau, "values": [at.get((bureau, each)) for each in days], "paint": number}
            for number, bureau in enumerate(bureaus, 1)
        ],
        "low": min((each.low for each in scores), default=LOW),
        "high": max((each.high for each in scores), default=HIGH),
    }
    newest = scores[0] if scores else None
    rows = tuple((long_day(each), *(str(at.get((bureau, each), "")) for bureau in bureaus)) for each in reversed(days))
    label = f"{newest.bureau} was {newest.score} on {long_day(newest.on)}." if newest else "No scores yet."
    return Chart("scores", label, data, ("Date", *bureaus), rows)


def _tenth(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.1')).normalize():f}"

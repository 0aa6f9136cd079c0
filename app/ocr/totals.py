"""Which of the printed amounts was paid: every distinct amount is a candidate, its surroundings and its sums are the evidence."""

from collections import Counter
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
from math import log10

from app.ocr import words
from app.ocr.amounts import Amount
from app.ocr.candidates import Candidate, box_around
from app.ocr.layout import Row

KINDS = {
    "grand": words.GRAND,
    "total": words.TOTAL,
    "subtotal": words.SUBTOTAL,
    "tax": words.TAX,
    "change": words.CHANGE,
    "cash": words.CASH,
    "card": words.CARD,
    "wallet": words.WALLET,
    "rounding": words.ROUNDING,
    "discount": words.DISCOUNT,
    "count": words.COUNT,
    "service": words.SERVICE,
    "price": words.PRICE,
    "points": words.POINTS,
}
ABOVE = ("grand", "total", "subtotal", "tax", "cash", "change", "card", "rounding")
RULE_OF_THUMB = (
    (-3.0, frozenset({"subtotal", "discount", "count", "points"})),
    (-4.0, frozenset({"change", "rounding"})),
    (2.0, frozenset({"card", "wallet"})),
    (0.5, frozenset({"cash"})),
)
CENT = Decimal("0.01")
FIVE_SEN = Decimal("0.05")
LARGEST_ROUNDING = Decimal("0.50")
MOST_FOR_SUMS = 60  # amounts looked at in sums; a longer receipt keeps its largest


def row_kinds(rows: Sequence[Row]) -> tuple[frozenset[str], ...]:
    """For each row, which words about money stand on it."""
    kinds = []
    for row in rows:
        text = words.squeezed(row.text)
        kinds.append(frozenset(kind for kind, pattern in KINDS.items() if pattern.search(text)))
    return tuple(kinds)


def total_candidates(rows: Sequence[Row], amounts: Sequence[Amount]) -> tuple[Candidate[Decimal], ...]:
    """One candidate per distinct positive amount, most promising place first within it."""
    usable = [amount for amount in amounts if _may_be_total(amount, rows)]
    if not usable:
        return ()
    kinds = row_kinds(rows)
    with_cents = {amount.value for amount in amounts if amount.has_cents}
    by_value: dict[Decimal, list[Amount]] = {}
    for amount in usable:
        # 1200 beside 12.00: the recogniser lost the point
        value = (
            amount.value / 100
            if not (amount.has_cents or amount.has_sign) and amount.value / 100 in with_cents
            else amount.value
        )
        by_value.setdefault(value.quantize(CENT), []).append(amount)
    sums = _Sums(amounts, kinds)
    values = sorted(by_value, reverse=True)
    width = max(row.right for row in rows) or 1.0
    tall = sorted(row.height for row in rows)[len(rows) // 2] or 1.0
    summary_at = next(
        (i for i, row in enumerate(rows) if words.TAX_SUMMARY.search(words.squeezed(row.text)) and i > len(rows) * 0.4),
        len(rows),
    )
    weights = {value: max(_weight(amount, rows, kinds) for amount in places) for value, places in by_value.items()}
    ranks = {value: rank for rank, value in enumerate(sorted(values, key=lambda v: (-weights[v], -v)))}
    candidates = []
    for value, places in by_value.items():
        best = max(places, key=lambda amount: (_weight(amount, rows, kinds), amount.row))
        features: dict[str, float] = {
            "places": len(places),
            "rank": values.index(value),
            "share_of_largest": float(value / values[0]),
            "size": log10(float(value) + 0.01),
            "weight": weights[value],
            "weight_rank": ranks[value],
            "has_cents": any(a.has_cents for a in places),
            "has_sign": any(a.has_sign for a in places),
            "is_negative": all(a.is_negative for a in places),
            "row_first": min(a.row for a in places) / len(rows),
            "row_last": max(a.row for a in places) / len(rows),
            "row_best": best.row / len(rows),
            "right": max(a.line.right for a in places) / width,
            "height": max(rows[a.row].height for a in places) / tall,
            "line_height": max(a.line.bottom - a.line.top for a in places) / tall,
            "in_summary": sum(a.row >= summary_at for a in places) / len(places),
            "score": max(a.line.score for a in places),
            "numbers_on_row": min(sum(other.row == a.row for other in amounts) for a in places),
            "alone_on_line": any(not any(c.isalpha() for c in a.before) for a in places),
            "whole_number": value == value.to_integral_value(),
            **sums.about(value),
        }
        for kind in KINDS:
            features[f"on_{kind}"] = sum(kind in kinds[a.row] for a in places)
        for kind in ABOVE:
            features[f"above_{kind}"] = any(a.row > 0 and kind in kinds[a.row - 1] for a in places)
            features[f"below_{kind}"] = any(a.row + 1 < len(rows) and kind in kinds[a.row + 1] for a in places)
        features["bare_above_grand"] = any(
            not kinds[a.row] and a.row > 0 and bool({"grand", "total"} & kinds[a.row - 1]) for a in places
        )
        features["bare_below_total"] = any(
            not kinds[a.row] and a.row + 1 < len(rows) and bool({"grand", "total"} & kinds[a.row + 1]) for a in places
        )
        candidates.append(Candidate(value, box_around([best.line]), features, best.line.score))
    return tuple(candidates)


def _may_be_total(amount: Amount, rows: Sequence[Row]) -> bool:
    if amount.value <= 0:
        return False
    if amount.has_cents or amount.has_sign:
        return True
    text = words.squeezed(rows[amount.row].text)
    return bool(words.TOTAL.search(text) or words.GRAND.search(text)) and amount.value < 1_000_000  # noqa: PLR2004 - not a phone number


def _weight(amount: Amount, rows: Sequence[Row], kinds: Sequence[frozenset[str]]) -> float:
    """A plain rule of thumb: what a clerk would look for first."""
    here = kinds[amount.row]
    above = kinds[amount.row - 1] if amount.row else frozenset()
    weight = sum(points for points, spoken in RULE_OF_THUMB if here & spoken)
    if "grand" in here:
        weight += 6
    elif "total" in here:
        weight += 4
    elif not here & {"tax", "change", "cash"} and above & {"grand", "total"}:
        weight += 2
    if "tax" in here and "grand" not in here:
        weight -= 3
    return weight + amount.has_sign + 0.5 * amount.has_cents + amount.row / max(len(rows), 1) / 2


class _Sums:
    """What the receipt's own arithmetic says about a value: cash less change, net plus tax, items together."""

    def __init__(self, amounts: Sequence[Amount], kinds: Sequence[frozenset[str]]) -> None:
        priced = [a for a in amounts if a.has_cents or a.has_sign]
        keep = sorted({a.value for a in priced}, reverse=True)[:MOST_FOR_SUMS]
        self._values = keep
        self._known = set(keep)
        self._times = Counter(a.value for a in priced)
        self._cash = {a.value for a in priced if "cash" in kinds[a.row]}
        self._change = {a.value for a in priced if "change" in kinds[a.row]}
        self._tax = {a.value for a in priced if "tax" in kinds[a.row]}
        self._rounding = {a.value for a in priced if "rounding" in kinds[a.row]}
        self._pairs = Counter(one + other for one, other in combinations(keep, 2))
        self._first_money_row = min(
            (i for i, k in enumerate(kinds) if k & {"total", "grand", "subtotal"}), default=len(kinds)
        )
        last_per_row: dict[int, Decimal] = {}
        for a in priced:
            if a.row < self._first_money_row:
                last_per_row[a.row] = -a.value if a.is_negative else a.value
        self._items = sum(last_per_row.values(), Decimal(0))

    def about(self, value: Decimal) -> dict[str, float]:
        near = {v for v in self._known if v != value and abs(v - value) <= FIVE_SEN}
        rounded_off = {v for v in self._known if v != value and abs(v - value) <= LARGEST_ROUNDING}
        return {
            "cash_less_change": any(cash - change == value for cash in self._cash for change in self._change if change),
            "any_less_any": sum(value + other in self._known for other in self._values if other != value),
            "is_cash": value in self._cash,
            "is_change": value in self._change,
            "is_sum_of_two": self._pairs[value],
            "net_plus_tax": any(value - tax in self._known for tax in self._tax if tax),
            "plus_tax": any(value + tax in self._known for tax in self._tax if tax),
            "near_other": len(near),
            "is_rounded": bool(near) and value == _to_five(value),
            "rounds_to_other": any(_to_five(value) == other for other in near),
            "by_rounding": any(abs(value - v) in self._rounding for v in rounded_off),
            "whole_beside_cents": bool(rounded_off) and value == value.to_integral_value(),
            "sum_of_items": self._items == value,
            "near_sum_of_items": abs(self._items - value) <= LARGEST_ROUNDING,
            "larger": sum(v > value for v in self._values),
            "larger_twice": sum(v > value and self._times[v] > 1 for v in self._values),
        }


def _to_five(value: Decimal) -> Decimal:
    return (value / FIVE_SEN).quantize(Decimal(1), ROUND_HALF_UP) * FIVE_SEN

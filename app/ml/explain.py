"""Why a row is unusual, in sentences that its owner can check."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from app.ml import thresholds
from app.ml.features import BookMemory
from app.ml.memory import Amounts
from app.ml.rows import Row
from app.ml.tails import quantile

_FEW: Final = 3
_OF_LAST: Final = 100
_RHYTHMS: Final = (
    (range(6, 9), " each week"),
    (range(12, 17), " every two weeks"),
    (range(27, 34), " each month"),
    (range(85, 98), " each quarter"),
    (range(350, 381), " each year"),
)


@dataclass(frozen=True, slots=True)
class Wording:
    """How to write amounts, and what the row's payee and category are called."""

    money: Callable[[int], str]
    payee: str | None = None
    category: str | None = None


def usual_range(memory: BookMemory, row: Row) -> tuple[int, int] | None:
    """Between which amounts, in minor units, four of five payments lie: here, or else in the category."""
    payee = memory.payee(row)
    category = memory.categories.get(row.category_id)
    for amounts in (payee.amounts if payee else None, category.amounts if category else None, memory.book.amounts):
        if amounts is not None and len(amounts) >= _FEW:
            logs = amounts.logs.ordered
            return round(math.exp(quantile(logs, 0.1))), round(math.exp(quantile(logs, 0.9)))
    return None


def reason(memory: BookMemory, row: Row, kind: str, wording: Wording) -> str:
    """One or two sentences for the strongest kind of evidence."""
    write = _WRITERS[kind]
    return write(memory, row, wording)


def _amount(memory: BookMemory, row: Row, wording: Wording) -> str:
    payee = memory.payee(row)
    paid = wording.money(row.amount_minor)
    place = _place(row, wording)
    if payee is None:
        return f"{paid} is {_larger_than(memory, row, wording)}."
    for factor in (10, 100):
        whole, rest = divmod(row.amount_minor, factor)
        if not rest and whole in payee.amounts.minors:
            return f"{paid} is {factor} times the {wording.money(whole)} you paid before {place}."
    usual = round(math.exp(payee.amounts.median()))
    times = row.amount_minor / usual
    if len(payee.amounts) < _FEW:
        return f"{paid} is about {_times(times)} times what you paid before {place}, and {_larger_than(memory, row, wording)}."
    return f"{paid} is about {_times(times)} times your usual {wording.money(usual)} {place}."


def _place(row: Row, wording: Wording) -> str:
    if row.payee_key is None:
        return f"in {wording.category}" if wording.category else "in this category"
    return f"at {wording.payee}" if wording.payee else "here"


def _new_payee(memory: BookMemory, row: Row, wording: Wording) -> str:
    return f"Your first purchase here, and {_larger_than(memory, row, wording)}."


def _duplicate(memory: BookMemory, row: Row, wording: Wording) -> str:
    payee = memory.payee(row)
    day = row.occurred_on.toordinal()
    gaps = [day - then for then, minor in _pairs(payee.amounts if payee else None) if minor == row.amount_minor]
    gap = min(gaps, key=abs, default=0)
    if gap == 0:
        when = "on the same day"
    elif gap == 1:
        when = "the day before"
    elif gap > 1:
        when = f"{gap} days ago"
    else:
        when = f"{-gap} day{'s' if gap < -1 else ''} later"
    return f"Same amount {'here' if row.payee_key is not None else _place(row, wording)} {when}."


def _burst(memory: BookMemory, row: Row, wording: Wording) -> str:
    day = row.occurred_on.toordinal()
    category = memory.categories.get(row.category_id)
    rows = 1 + sum(-1 <= day - then <= 1 for then, _ in _pairs(category.amounts if category else None))
    record = round(category.crowd.before(day)) if category else 0
    where = f" in {wording.category}" if wording.category else ""
    most = f"; you seldom have more than {record}" if record > 1 else ""
    return f"{rows} purchases{where} within 2 days{most}."


def _price_jump(memory: BookMemory, row: Row, wording: Wording) -> str:
    payee = memory.payee(row)
    before = payee.amounts.minors[-1] if payee else row.amount_minor
    rise = round((row.amount_minor / before - 1.0) * 100.0)
    days = payee.amounts.days if payee else []
    gap = sorted(days[i] - days[i - 1] for i in range(1, len(days)))[len(days) // 2 - 1] if len(days) > 1 else 0
    return f"Up {rise}% from {wording.money(before)}{_every(gap)}."


def _odd_hour(_memory: BookMemory, row: Row, wording: Wording) -> str:
    hour = row.hour or 0
    return (
        f"{wording.money(row.amount_minor)} at {hour:02d}:00 to {hour:02d}:59, when you hardly ever pay for anything."
    )


_WRITERS: Final[dict[str, Callable[[BookMemory, Row, Wording], str]]] = {
    thresholds.AMOUNT: _amount,
    thresholds.NEW_PAYEE: _new_payee,
    thresholds.DUPLICATE: _duplicate,
    thresholds.BURST: _burst,
    thresholds.PRICE_JUMP: _price_jump,
    thresholds.ODD_HOUR: _odd_hour,
}


def _larger_than(memory: BookMemory, row: Row, wording: Wording) -> str:
    """'larger than 98 of your last 100 in Shopping', exactly counted."""
    category = memory.categories.get(row.category_id)
    amounts = category.amounts if category else memory.book.amounts
    where = f" in {wording.category}" if category and wording.category else ""
    newest = sorted(amounts.minors[-_OF_LAST:])
    smaller = bisect_left(newest, row.amount_minor)
    if smaller == len(newest):
        return f"larger than any of your last {len(newest)}{where}"
    return f"larger than {smaller} of your last {len(newest)}{where}"


def _times(ratio: float) -> str:
    return f"{ratio:.1f}".removesuffix(".0") if ratio < _FEW else f"{ratio:,.0f}"


def _every(gap: int) -> str:
    return next((name for days, name in _RHYTHMS if gap in days), "")


def _pairs(amounts: Amounts | None) -> Sequence[tuple[int, int]]:
    return list(zip(amounts.days, amounts.minors, strict=True)) if amounts else []

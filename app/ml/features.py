"""What is surprising about a row, given only the rows before it: one path for training, replay, save and import."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Final

import numpy as np

from app.ml.memory import (
    BOOK_ROWS,
    CATEGORY_ROWS,
    Amounts,
    GroupMemory,
    Numbers,
    PayeeMemory,
    pack_amounts,
    pack_habits,
    unpack_amounts,
    unpack_habits,
)
from app.ml.rows import Row
from app.ml.tails import count_tail, quantile, student_density, student_tail

VERSION: Final = 1  # raise it with every change of meaning below: stored models then count as unknown
PAYEES: Final = 5_000  # the payees seen longest ago are forgotten beyond that

_LN10: Final = math.log(10)
_CLOSE_DAYS: Final = 2
_RECENT: Final = 8  # visits looked back for a duplicate
_WIDEST_CROWD: Final = 40
_LEAST_CROWD: Final = 4  # fewer rows within two days are no burst, whatever the rate
_LEAST_BEFORE: Final = 5  # rows of a category before its rate can be told
_YEAR_AGO: Final = range(340, 391)  # days; festivals move by the moon
_LEAST_PAYMENTS: Final = 3  # of a regular payment, before its price can jump
_LEAST_RISE: Final = 0.1
_STEADY: Final = 0.03  # steps of ln between payments of the same price
_LEAST_GAP: Final = 6  # days; what comes more often is no subscription
_NO_CATEGORY: Final = -(2**62)


class Signal(IntEnum):
    """The named numbers of a row. Ratios of amounts are natural logarithms, rates and tails minus log10."""

    SLIP = 0  # how much better a usual amount here, times ten or a hundred, explains this one
    OVER_PAYEE = 1  # over the largest amount ever here, from -1 to 1.5
    OVER_CATEGORY = 2  # over the top tenth of the category, from -1 to 1
    OVER_BOOK = 3  # tail of the amount among all rows
    KNOWN_PAYEE = 4  # ln of the visits remembered, at most 20
    FIRST_RATE = 5  # rarity of a new payee in this category; above 0 only when the payee is new
    OVER_QUARTILE = 6  # a new payee's amount over the category's upper quartile, from -1 to 1.5
    KNOWN_CATEGORY = 7  # ln of 1 + rows of the category remembered, at most 50
    REPEAT = 8  # rarity of the same amount within two days here; above 0 only when it happened
    COINCIDENCE = 9  # rarity of coming back so soon and paying this very amount by chance
    MATERIAL = 10  # size against the book's middle, from -2 to 2
    BURST = 11  # tail of the number of rows of this category within two days
    CROWD = 12  # that number over the largest such number so far
    BURST_BEFORE = 13  # BURST as it was for the row before: what has been said needs no repeating
    CROWD_BEFORE = 14  # CROWD as it was for the row before
    JUMP = 15  # tail of a price rise of a regular, steady payment
    HOUR = 16  # rarity of the hour of day


FOR_FOREST: Final = [
    signal
    for signal in Signal
    if signal not in {Signal.KNOWN_PAYEE, Signal.KNOWN_CATEGORY, Signal.BURST_BEFORE, Signal.CROWD_BEFORE}
]


class BookMemory:
    """The expenses of one book so far, in bounded memory: `features(row)` looks back only, `add(row)` learns.

    Rows may come in any order, but what is usual is learnt best from rows in order of date.
    """

    __slots__ = ("book", "categories", "hours", "payees", "rows")

    def __init__(self) -> None:
        self.rows = 0
        self.book = GroupMemory(BOOK_ROWS)
        self.categories: dict[int | None, GroupMemory] = {}
        self.payees: dict[str, PayeeMemory] = {}
        self.hours = [0.0] * 24

    def payee(self, row: Row) -> PayeeMemory | GroupMemory | None:
        """What is known of the row's payee; without a payee its category stands in. None for a new one."""
        if row.payee_key is None:
            return self.categories.get(row.category_id)
        return self.payees.get(row.payee_key)

    def features(self, row: Row) -> list[float]:
        """The surprises of a row, indexed by Signal; all zero while there is nothing to compare with."""
        found = [0.0] * len(Signal)
        if not self.rows or row.amount_minor <= 0:
            return found
        x = math.log(row.amount_minor)
        day = row.occurred_on.toordinal()
        book = self.book
        middle = book.amounts.median()
        found[Signal.OVER_BOOK] = student_tail((x - middle) / max(book.amounts.spread(), 0.3))
        found[Signal.MATERIAL] = _within(x - middle, -2.0, 2.0)

        category = self.categories.get(row.category_id)
        logs = (category or book).amounts.logs.ordered
        found[Signal.OVER_CATEGORY] = _within(x - quantile(logs, 0.9), -1.0, 1.0)
        if category is not None:
            rows = len(category.amounts)
            found[Signal.KNOWN_CATEGORY] = math.log(min(rows, 50) + 1.0)
            middle = (rows * category.amounts.median() + 2.0 * middle) / (rows + 2.0)
            self._burst(found, category, day)

        payee = self.payee(row)
        if payee is not None:
            self._amount_here(found, row, payee, category, middle)
            self._duplicate(found, row, payee, category)
            found[Signal.JUMP] = _price_jump(payee.amounts, x)
        elif row.payee_key is not None:
            rate = book.firsts.rate(0.2, 10.0)
            if category is not None:
                rate = category.firsts.rate(rate, 10.0)
            found[Signal.FIRST_RATE] = -math.log10(rate)
            found[Signal.OVER_QUARTILE] = _within(x - quantile(logs, 0.75), -1.0, 1.5)
        if row.hour is not None:
            found[Signal.HOUR] = self._odd_hour(row.hour)
        return found

    def add(self, row: Row) -> None:
        """Learn from a row. Refunds and zero amounts teach nothing."""
        if row.amount_minor <= 0:
            return
        minor, day = row.amount_minor, row.occurred_on.toordinal()
        category = self.categories.get(row.category_id)
        if category is None:
            category = self.categories[row.category_id] = GroupMemory(CATEGORY_ROWS)
        rows = _crowd(category.amounts, day)
        category.crowds.add(rows)
        category.crowd.add(day, rows)
        groups = (category, self.book)
        if row.payee_key is None:
            _learn_habits(category.amounts, day, minor, groups)
        else:
            payee = self.payees.pop(row.payee_key, None)
            for group in groups:
                group.firsts.add(payee is None)
            if payee is None:
                payee = PayeeMemory()
            _learn_habits(payee.amounts, day, minor, (*groups, payee))
            payee.amounts.add(day, minor)
            self.payees[row.payee_key] = payee  # last in order: the one seen latest
            if len(self.payees) > PAYEES:
                del self.payees[next(iter(self.payees))]
        for group in groups:
            group.amounts.add(day, minor)
        if row.hour is not None:
            self.hours[row.hour] += 1.0
        self.rows += 1

    def _amount_here(
        self,
        found: list[float],
        row: Row,
        payee: PayeeMemory | GroupMemory,
        category: GroupMemory | None,
        middle: float,
    ) -> None:
        """The amount against what is paid here: the payee's own scale, drawn towards the category's while it is young."""
        amounts = payee.amounts
        visits = len(amounts)
        x = math.log(row.amount_minor)
        wobble = self.book.wobble(0.6, 10.0)
        if category is not None:
            wobble = category.wobble(wobble, 10.0)
        wobble = max(wobble, 0.1)
        usual = (visits * amounts.median() + 0.5 * middle) / (visits + 0.5)
        variance = ((visits - 1) * amounts.spread() ** 2 + 3.0 * wobble * wobble) / (visits + 2.0)
        spread = max(math.sqrt(variance), 0.05) * math.sqrt(1.0 + 1.0 / visits)
        found[Signal.KNOWN_PAYEE] = math.log(min(visits, 20))
        found[Signal.OVER_PAYEE] = _within(x - amounts.logs.ordered[-1], -1.0, 1.5)
        z = (x - usual) / spread
        if z <= 1.0:
            return
        here = student_density(z)
        best = 0.0
        for factor, step in ((10, _LN10), (100, 2.0 * _LN10)):
            ratio = math.log10(student_density(z - step / spread) / here)
            whole, rest = divmod(row.amount_minor, factor)
            if not rest and whole in amounts.minors:
                ratio += 0.7  # the very digits of an earlier payment
            best = max(best, ratio)
        found[Signal.SLIP] = best * _news(amounts, x, row.occurred_on.toordinal())

    def _duplicate(
        self, found: list[float], row: Row, payee: PayeeMemory | GroupMemory, category: GroupMemory | None
    ) -> None:
        """The same amount here again, against how often that happens here: a daily fare stays silent."""
        minor = row.amount_minor
        near = _near(payee.amounts, row.occurred_on.toordinal())
        if minor not in near:
            return
        repeats = self.book.repeats.rate(0.01, 20.0)
        returns = self.book.returns.rate(0.1, 20.0)
        if category is not None:
            repeats = category.repeats.rate(repeats, 20.0)
            returns = category.returns.rate(returns, 20.0)
        found[Signal.REPEAT] = -math.log10(payee.repeats.rate(repeats, 4.0))
        others = len(payee.amounts) - len(near)
        same = payee.amounts.minors.count(minor) - near.count(minor)
        found[Signal.COINCIDENCE] = -math.log10(payee.returns.rate(returns, 4.0) * (same + 0.05) / (others + 1.0))

    @staticmethod
    def _burst(found: list[float], category: GroupMemory, day: int) -> None:
        """Rows of a category within two days, against its own rate, its own clumps and its own record."""
        crowd = _crowd(category.amounts, day)
        days = category.amounts.days
        before = len(days) - crowd + 1
        if crowd < _LEAST_CROWD or before < _LEAST_BEFORE:
            return
        expected = (before + 2.0) / max(day - days[0], 20) * 2.0
        usual = category.crowds.rate(1.0, 5.0) - 1.0
        # Under an even law a row finds three quarters of `expected` before it; more means that rows come in clumps.
        shape = 1.0 / max(0.3, usual / (0.75 * expected) - 1.0)
        record = max(3.0, 1.0 + usual, category.crowd.before(day))
        found[Signal.BURST] = count_tail(crowd, max(expected, usual), shape)
        found[Signal.CROWD] = math.log(crowd / record)
        if crowd > _LEAST_CROWD:
            found[Signal.BURST_BEFORE] = count_tail(crowd - 1, max(expected, usual), shape)
            found[Signal.CROWD_BEFORE] = math.log((crowd - 1) / record)

    def _odd_hour(self, hour: int) -> float:
        """Rarity of this hour among the hours so far, its neighbours counting half; 0 at the rate of a tenth."""
        near = self.hours[hour] + 0.5 * (self.hours[hour - 1] + self.hours[(hour + 1) % 24])
        return max(0.0, -math.log10((near + 0.5) / (2.0 * sum(self.hours) + 12.0)) - 1.0)

    def to_arrays(self) -> dict[str, Numbers]:
        """Everything remembered, as flat arrays for the model file."""
        payees = list(self.payees.values())
        groups = [self.book, *self.categories.values()]
        residuals = [value for group in groups for value in group.residuals.newest]
        keys = json.dumps(list(self.payees)).encode()
        arrays: dict[str, Numbers] = {
            "rows": np.array([self.rows], np.int64),
            "hours": np.array(self.hours),
            "payee_keys": np.frombuffer(keys, np.uint8),
            "payee_habits": np.array([pack_habits(payee.habits()) for payee in payees]).reshape(len(payees), 4),
            "group_ids": np.array([_NO_CATEGORY if i is None else i for i in self.categories], np.int64),
            "group_habits": np.array([pack_habits(group.habits()) for group in groups]),
            "group_crowds": np.array([group.crowd.state() for group in groups]),
            "residual_lengths": np.array([len(group.residuals) for group in groups], np.int32),
            "residuals": np.array(residuals),
        }
        arrays |= {f"payee_{name}": value for name, value in pack_amounts([p.amounts for p in payees]).items()}
        arrays |= {f"group_{name}": value for name, value in pack_amounts([g.amounts for g in groups]).items()}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Numbers]) -> BookMemory:
        """The reverse of `to_arrays`. Raises KeyError or ValueError when the arrays are not of that making."""
        memory = cls()
        memory.rows = int(arrays["rows"][0])
        memory.hours = arrays["hours"].tolist()
        memory.payees = {key: PayeeMemory() for key in json.loads(arrays["payee_keys"].tobytes())}
        memory.categories = {
            None if i == _NO_CATEGORY else i: GroupMemory(CATEGORY_ROWS) for i in arrays["group_ids"].tolist()
        }
        payees = list(memory.payees.values())
        groups = [memory.book, *memory.categories.values()]
        for payee, habits in zip(payees, arrays["payee_habits"].tolist(), strict=True):
            unpack_habits(payee.habits(), habits)
        at = 0
        residuals = arrays["residuals"].tolist()
        for group, habits, crowd, length in zip(
            groups,
            arrays["group_habits"].tolist(),
            arrays["group_crowds"].tolist(),
            arrays["residual_lengths"].tolist(),
            strict=True,
        ):
            unpack_habits(group.habits(), habits)
            group.crowd.restore(crowd)
            group.residuals.fill(residuals[at : at + length])
            at += length
        for prefix, owners in (("payee_", payees), ("group_", groups)):
            packed = {name: arrays[prefix + name] for name in ("lengths", "days", "minors")}
            unpack_amounts([owner.amounts for owner in owners], packed)
        return memory


def _within(value: float, low: float, high: float) -> float:
    return low if value < low else min(value, high)


def _learn_habits(known: Amounts, day: int, minor: int, owners: Iterable[PayeeMemory | GroupMemory]) -> None:
    """Note, for a payee and the groups it belongs to, whether this row comes back soon and repeats an amount."""
    if not len(known):
        return
    near = _near(known, day)
    residual = abs(math.log(minor) - known.median())
    for owner in owners:
        owner.repeats.add(minor in near)
        owner.returns.add(bool(near))
        if isinstance(owner, GroupMemory):
            owner.residuals.add(residual)


def _near(amounts: Amounts, day: int) -> list[int]:
    """The amounts of the latest visits that lie within two days of a day."""
    return [
        minor
        for then, minor in zip(amounts.days[-_RECENT:], amounts.minors[-_RECENT:], strict=True)
        if -_CLOSE_DAYS <= day - then <= _CLOSE_DAYS
    ]


def _crowd(amounts: Amounts, day: int) -> int:
    """How many rows there are on this day and the day before, this one included."""
    crowd = 1
    for then in reversed(amounts.days[-_WIDEST_CROWD:]):
        if -1 <= day - then <= 1:
            crowd += 1
        elif then < day:
            break
    return crowd


def _news(amounts: Amounts, x: float, day: int) -> float:
    """1 for a level never reached here, down to a quarter for one reached in the last three visits or a year ago."""
    known = max(amounts.minors[-3:])
    for then, minor in zip(amounts.days, amounts.minors, strict=True):
        if minor > known and day - then in _YEAR_AGO:
            known = minor
    return _within((x - math.log(known)) / 0.3, 0.25, 1.0)


def _price_jump(amounts: Amounts, x: float) -> float:
    """Tail of a rise over the last price of a payment that came at regular times with a steady amount."""
    if len(amounts) < _LEAST_PAYMENTS:
        return 0.0
    last = amounts.logs.newest[-6:]
    rise = x - max(last[-2:])
    if rise < _LEAST_RISE:
        return 0.0
    steps = sorted(abs(last[i] - last[i - 1]) for i in range(1, len(last)))
    wobble = (
        steps[-2] if len(amounts) > _LEAST_PAYMENTS else steps[-1]
    )  # one earlier rise is forgiven once there are three steps
    if wobble > _STEADY:
        return 0.0
    days = amounts.days[-7:]
    gaps = sorted(days[i] - days[i - 1] for i in range(1, len(days)))
    gap = gaps[len(gaps) // 2]
    unevenness = sorted(abs(g - gap) for g in gaps)[len(gaps) * 3 // 4]
    if gap < _LEAST_GAP or unevenness > max(4.0, 0.15 * gap):
        return 0.0
    return min(student_tail(rise / (0.08 + wobble)), 1.0 + 0.4 * min(len(amounts), 8))

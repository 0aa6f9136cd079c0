"""The running balance as witness: do the amounts lead from one balance to the next, and in which direction?"""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple


class Layout(NamedTuple):
    """`is_oldest_first` is the order of the rows; `is_after`: the balance of a row already contains its amount."""

    is_oldest_first: bool
    is_after: bool


LAYOUTS = (Layout(True, True), Layout(False, True), Layout(True, False), Layout(False, False))


class Fit(NamedTuple):
    """How many of the steps between balances hold in the best layout, as written and with all directions turned round."""

    steps: int
    held: int
    held_turned: int
    layout: Layout

    @property
    def is_proved(self) -> bool:
        """Every step holds as written."""
        return self.steps > 0 and self.held == self.steps

    @property
    def is_turned(self) -> bool:
        """Every step holds only with money in and out exchanged."""
        return self.steps > 1 and self.held_turned == self.steps and self.held < self.steps


def check(amounts: Sequence[int], balances: Sequence[int | None], *, is_ascending: bool | None) -> Fit:
    """How well signed amounts and running balances agree, rows in file order.

    `is_ascending` tells how the dates run; None when they do not tell. Rows without a balance are summed over.
    A turned reading of one order looks like an untouched reading of the other with the balance before the row, so turning is only
    considered where the dates tell the order.
    """
    known = [(i, balance) for i, balance in enumerate(balances) if balance is not None]
    steps = [(i, j, b - a) for (i, a), (j, b) in pairwise(known)]
    total = [0, *accumulate(amounts)]
    steps = [(i, j, change) for i, j, change in steps if change or any(amounts[i : j + 1])]
    best = Fit(len(steps), 0, 0, LAYOUTS[0])
    if not steps:
        return best
    turned = 0
    for layout in LAYOUTS:
        if is_ascending is not None and layout.is_oldest_first is not is_ascending:
            continue
        # Amounts i+1..j lie between the two balances when each contains its own row; i..j-1 when it does not.
        shift = 1 if layout.is_after == layout.is_oldest_first else 0
        sign = 1 if layout.is_oldest_first else -1
        held = sum(1 for i, j, change in steps if change == sign * (total[j + shift] - total[i + shift]))
        if layout.is_after and is_ascending is not None:
            turned = sum(1 for i, j, change in steps if -change == sign * (total[j + shift] - total[i + shift]))
        if is_ascending is None and not layout.is_after and held < len(steps):
            continue
        if held > best.held:
            best = Fit(len(steps), held, 0, layout)
    return best._replace(held_turned=turned)


def signs_from(
    sizes: Sequence[int], balances: Sequence[int | None], *, is_ascending: bool | None
) -> tuple[list[int], int | None] | None:
    """Signed amounts where only their sizes are written: each size must be the step of the balance. None when it is not.

    The oldest row has no step of its own; its place is returned beside the amounts unless the account began with it.
    """
    for is_oldest_first in (True, False) if is_ascending is None else (is_ascending,):
        step = 1 if is_oldest_first else -1
        signed = _walk(sizes[::step], balances[::step])
        if signed:
            oldest = 0 if is_oldest_first else len(sizes) - 1
            return signed[::step], None if balances[oldest] == sizes[oldest] else oldest
    return None


def _walk(sizes: Sequence[int], balances: Sequence[int | None]) -> list[int] | None:
    signed: list[int] = []
    for before, balance, size in zip(balances, balances[1:], sizes[1:], strict=False):
        if before is None or balance is None or abs(balance - before) != abs(size):
            return None
        signed.append(balance - before)
    if len(signed) < 2:  # noqa: PLR2004 - one step proves nothing
        return None
    return [sizes[0] if balances[0] == sizes[0] else -sizes[0], *signed]

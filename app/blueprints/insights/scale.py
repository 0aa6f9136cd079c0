"""Where an amount lies beside what is usual, as the geometry of a small drawing."""

from dataclasses import dataclass

ROOM = 0.95
"""Where the largest value stands, as a part of the width; the rest is air."""
NARROWEST = 1.5
"""Percent of the width that the band keeps, so that it can be seen."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Positions in percent of the width, which begins at zero."""

    left: str
    width: str
    this: str


def scale(minor: int, low_minor: int | None, high_minor: int | None) -> Scale | None:
    """The drawing for an amount above its usual range; none when there is no range, or the amount lies inside of it.

    >>> scale(684200, 194000, 278000)
    Scale(left='26.9%', width='11.7%', this='95.0%')
    """
    if low_minor is None or high_minor is None or low_minor <= minor <= high_minor:
        return None
    percent = 100 * ROOM / max(minor, high_minor)
    return Scale(
        f"{low_minor * percent:.1f}%",
        f"{max((high_minor - low_minor) * percent, NARROWEST):.1f}%",
        f"{minor * percent:.1f}%",
    )

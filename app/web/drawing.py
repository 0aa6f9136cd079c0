"""Parts of pages that a template would write slowly cell by cell: points of a line, cells of a row."""

from collections.abc import Sequence

from flask import Flask
from markupsafe import Markup, escape

_BETWEEN = "\x1f"  # the unit separator: no text that people see has one


def spark_points(values: Sequence[int | float]) -> str:
    """The points of a sparkline in its 88 × 28 box, oldest first.

    >>> spark_points([0, 10])
    '2.0,25.0 84.0,3.0'
    """
    low = min(values)
    span = (max(values) - low) or 1
    step = 82 / max(len(values) - 1, 1)
    return " ".join(f"{2 + step * at:.1f},{25 - 22 * (value - low) / span:.1f}" for at, value in enumerate(values))


def figure_cells(row: Sequence[str]) -> Markup:
    """A table row's cells: a row header, then figures. Texts are escaped together."""
    head, *figures = (text.replace(_BETWEEN, " ") for text in row)
    cells = escape(_BETWEEN.join(figures)).replace(_BETWEEN, Markup('</td><td class="num">'))
    return Markup('<th scope="row">{}</th><td class="num">{}</td>').format(head, cells)


def init_app(app: Flask) -> None:
    """Hand them to Jinja."""
    app.jinja_env.filters.update(spark_points=spark_points, figure_cells=figure_cells)

import pytest

from app.ocr.layout import Line, rows_of, slope_of
from tests.ocr.papers import TEA_HOUSE, lines_of

ROWS = tuple(" ".join(piece.strip() for piece in row.split("|")) for row in TEA_HOUSE)


@pytest.mark.parametrize("slope", [0.0, 0.03, -0.03, 0.06])
def test_pieces_side_by_side_make_a_row_even_when_the_paper_slopes(slope: float) -> None:
    rows = rows_of(lines_of(TEA_HOUSE, slope=slope))

    assert tuple(row.text for row in rows) == ROWS


def test_a_level_paper_is_not_taken_for_one_whose_rows_slope_onto_their_neighbours() -> None:
    assert abs(slope_of(lines_of(TEA_HOUSE))) < 0.005


def test_no_lines_make_no_rows() -> None:
    assert rows_of(()) == ()


def test_pieces_one_above_the_other_never_share_a_row() -> None:
    above, below = Line(0, 0, 100, 30, "Total"), Line(0, 10, 100, 40, "12.00")

    assert len(rows_of((above, below))) == 2

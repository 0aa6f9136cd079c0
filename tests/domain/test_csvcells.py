import pytest

from app.domain.csvcells import neutral


@pytest.mark.parametrize("text", ["=1+1", "+91 98450", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1+1"])
def test_a_text_that_looks_like_a_formula_stays_a_text(text: str) -> None:
    assert neutral(text) == "'" + text


@pytest.mark.parametrize("text", ["", "Chai", "a=b", "'quoted", "12.50", "₹5"])
def test_any_other_text_is_left_alone(text: str) -> None:
    assert neutral(text) == text

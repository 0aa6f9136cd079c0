"""Rounding the law asks for: incomes and taxes end in a ten."""

TEN_RUPEES = 1000
HALF = 500
RUPEE = 100


def to_ten_rupees(minor: int) -> int:
    """Drop the paise, then the nearest ten rupees; five goes up.

    Units: paise in, paise out. A refund (negative) is rounded like the same amount to pay.
    Source: sections 288A and 288B of the Act of 1961; section 516 of the Act of 2025.

    >>> to_ten_rupees(25_284_499), to_ten_rupees(25_284_500)
    (25284000, 25285000)
    """
    whole = abs(minor) // RUPEE * RUPEE
    rounded = (whole + HALF) // TEN_RUPEES * TEN_RUPEES
    return -rounded if minor < 0 else rounded

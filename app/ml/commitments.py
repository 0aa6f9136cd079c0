"""Which categories hold contracts: payments that are agreed beforehand, seldom and large."""

from __future__ import annotations

import re

_WORDS = re.compile(
    r"\b(rent|lease|emi|loans?|mortgage|interest|insurance|premiums?|tax(es)?|gst|tds|duty|fees?|tuition|school|education"
    r"|investments?|sip|mutual funds?|deposits?|savings|pension|provident|retirement|salar(y|ies)|wages|payroll|dues)\b",
    re.IGNORECASE,
)


def is_commitment(category_name: str) -> bool:
    """Whether the name of a category says that its payments are agreed beforehand.

    >>> is_commitment("Home Loan"), is_commitment("Dining")
    (True, False)
    """
    return _WORDS.search(category_name) is not None

"""What a transaction of a deposit or savings scheme is for."""

from enum import StrEnum


class EntryPart(StrEnum):
    """Money that opened it, an instalment or further deposit, interest paid out, interest credited to it, and its end."""

    OPENING = "opening"
    DEPOSIT = "deposit"
    PAYOUT = "payout"
    CREDIT = "credit"
    CLOSING = "closing"

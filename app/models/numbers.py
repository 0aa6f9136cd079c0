"""Numbers as databases return them."""

from decimal import Decimal


def whole(value: Decimal | float | None) -> int:
    """A SUM of whole numbers as an int: PostgreSQL and MariaDB return a decimal, and every database returns NULL for no rows."""
    return int(value or 0)

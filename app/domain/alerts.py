"""What people may say of a warning."""

from enum import StrEnum


class Answer(StrEnum):
    """The answer to a warning about a transaction; `OPEN` while nobody has said anything."""

    OPEN = "open"
    NORMAL = "normal"
    MISTAKE = "mistake"

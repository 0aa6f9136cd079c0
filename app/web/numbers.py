"""Numbers in addresses and forms, which anybody may write."""

from werkzeug.routing import IntegerConverter

LARGEST = 2**63 - 1


class IdConverter(IntegerConverter):
    """`<int:id>` that no database chokes on."""

    def __init__(self, map_: object, **options: object) -> None:
        super().__init__(map_, **({"max": LARGEST} | options))  # type: ignore[arg-type]


def as_id(text: str | None) -> int | None:
    """A positive identity number, or None for anything else."""
    if text and text.isascii() and text.isdecimal() and 0 < (number := int(text[:20])) <= LARGEST:
        return number
    return None

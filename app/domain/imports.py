"""The words of importing: how far an import is, and what happens to each of its rows."""

from enum import StrEnum


class ImportState(StrEnum):
    """How far an import is. Nothing is in the books before `applying`."""

    UPLOADED = "uploaded"  # read; the user settles what is doubtful
    PLANNED = "planned"  # every row has its status; the user looks through them
    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"


BEFORE_APPLYING = frozenset({ImportState.UPLOADED, ImportState.PLANNED})
AT_WORK = frozenset({ImportState.APPLYING, ImportState.UNDOING})


class RowStatus(StrEnum):
    """What happens to a row when the import is applied, and why."""

    NEW = "new"
    MAYBE = "maybe"  # written too, but it looks like a transaction that was entered by hand
    HERE = "here"
    DELETED = "deleted"  # imported earlier, and deleted since
    PENDING = "pending"  # the bank has not booked it yet
    FOREIGN = "foreign"  # in a currency that is not the account's
    EMPTY = "empty"  # of no amount
    FAR = "far"  # on a day that no book has
    LEFT_OUT = "left_out"  # by the user
    WRITTEN = "written"


TO_WRITE = frozenset({RowStatus.NEW, RowStatus.MAYBE})
ALREADY_HERE = frozenset({RowStatus.HERE, RowStatus.DELETED})
NOT_WRITTEN = frozenset({RowStatus.PENDING, RowStatus.FOREIGN, RowStatus.EMPTY, RowStatus.FAR, RowStatus.LEFT_OUT})

"""Cells of CSV and spreadsheet files that people open elsewhere: text stays text there."""

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def neutral(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula: one that starts like a formula gets an apostrophe before it.

    For texts that people or banks wrote. Amounts are numbers: write them as they are, or a minus would turn them into text.

    >>> neutral("=1+1"), neutral("  @SUM(A1)"), neutral("Chai")
    ("'=1+1", "'  @SUM(A1)", 'Chai')
    """
    return f"'{text}" if text.startswith(_STARTS) or text.lstrip(" \u00a0").startswith(_STARTS) else text

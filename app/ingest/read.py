"""The `ingest` port: bytes of any bank file in, a statement out. Content decides which reader is used; names are never asked."""

from collections.abc import Callable, Mapping

from app.domain.pauses import collector_paused
from app.ingest.context import Wish
from app.ingest.csv_reader import read_csv
from app.ingest.decode import Decoded, decode
from app.ingest.sniff import sniff_bytes, sniff_text
from app.ingest.statement import Statement, UnreadableFile

MAX_BYTES = 64 * 1024 * 1024

TEXT_READERS: Mapping[str, Callable[[Decoded, Wish], Statement]] = {"csv": read_csv}
"""One reader per text format of `sniff`; a format without a reader is refused by its name."""


def read_statement(
    data: bytes, *, answers: Mapping[str, str] | None = None, currency: str = "INR", date_order_hint: str | None = None
) -> Statement:
    """Everything that can be understood of a bank's file.

    `answers` settle earlier questions or overrule a decision: encoding, delimiter, header_line, columns.<role>, date_order (dmy, mdy, ymd),
    decimal_mark, sign (as_written, inverted, all_out, all_in), direction.<word> (in, out), currency, account.
    `currency` is the account's; a currency stated in the file wins. `date_order_hint` is the order of the user's locale (dmy or mdy).
    Raises: UnreadableFile when a limit is broken, the format has no reader yet, or there are no transactions to be found.
    """
    answers = answers or {}
    if not data.strip(b"\0 \t\r\n"):
        raise UnreadableFile("The file is empty.")
    if len(data) > MAX_BYTES:
        raise UnreadableFile(
            f"The file has {len(data) / 2**20:,.0f} MB; at most {MAX_BYTES // 2**20} MB can be read. Split it by year."
        )
    if binary := sniff_bytes(data):
        raise UnreadableFile(f"This is not a CSV file but a {binary.name}; FinTrak reads CSV so far.")
    decoded = decode(data, answers.get("encoding"))
    found = sniff_text(decoded.text)
    reader = TEXT_READERS.get(found.key)
    if reader is None:
        raise UnreadableFile(f"This is not a CSV file but another format: {found.name}; FinTrak reads CSV so far.")
    with collector_paused():
        return reader(decoded, Wish(answers, currency, date_order_hint))

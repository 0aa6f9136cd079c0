"""Which format a file really has, by its content: names and extensions lie."""

import re
from collections.abc import Callable
from dataclasses import dataclass

HEAD_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Format:
    """A recognised format: `key` is what the statement calls it, `name` is how people call it."""

    key: str
    name: str


CSV = Format("csv", "table of text (CSV)")

_BINARY: tuple[tuple[bytes, Format], ...] = (
    (b"PK\x03\x04", Format("xlsx", "spreadsheet (XLSX) or other ZIP file")),
    (b"PK\x05\x06", Format("xlsx", "spreadsheet (XLSX) or other ZIP file")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Format("xls", "Excel file (XLS)")),
    (b"%PDF-", Format("pdf", "PDF file")),
    (b"\x1f\x8b", Format("gzip", "compressed file (gzip)")),
    (b"SQLite format 3\x00", Format("sqlite", "database file")),
    (b"\x89PNG", Format("image", "picture")),
    (b"\xff\xd8\xff", Format("image", "picture")),
    (b"GIF8", Format("image", "picture")),
    (b"7z\xbc\xaf\x27\x1c", Format("7z", "compressed file (7z)")),
    (b"Rar!", Format("rar", "compressed file (RAR)")),
)

_JOURNAL = re.compile(
    r"^(?:(?:account|commodity|payee|tag|include|decimal-mark|apply account) \S.*|option \".*|\d{4}[-/.]\d\d?[-/.]\d\d?(?:=\S+)? "
    r"(?:[*!] ?|\([^)]*\) ?|txn |open |close |balance |price |pad |commodity |note |custom |event )?[^,;\t|~]*)$",
    re.MULTILINE,
)
_POSTING = re.compile(r"^(?:\t| {1,8})[^\W\d][\w &'()/-]*:\S", re.MULTILINE)


def _is_ofx(head: str) -> bool:
    return "OFXHEADER" in head[:200].upper() or bool(re.search(r"<OFX>", head, re.IGNORECASE))


def _is_qif(head: str) -> bool:
    return bool(re.match(r"\s*!(?:Type|Account|Option|Clear)", head, re.IGNORECASE))


def _is_camt(head: str) -> bool:
    return head.lstrip().startswith("<") and bool(
        re.search(r"BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn)|camt\.05[234]", head)
    )


def _is_gnucash(head: str) -> bool:
    return head.lstrip().startswith("<") and "gnc-v2" in head


def _is_html(head: str) -> bool:
    return bool(re.match(r"\s*<(?:!doctype html|html|table|head|body)\b", head, re.IGNORECASE))


def _is_xml(head: str) -> bool:
    return bool(re.match(r"\s*<(?:\?xml|!DOCTYPE|[A-Za-z][\w:.-]*[\s>/])", head))


def _is_mt940(head: str) -> bool:
    return (
        bool(re.search(r"^:(?:20|25|28C?|60[FM]|61|62[FM]):", head, re.MULTILINE)) and ":61:" in head
    ) or head.startswith("{1:")


def _is_json(head: str) -> bool:
    return bool(re.match(r"\s*(?:\{\s*[\"}]|\[\s*[\[{])", head))


def _is_journal(head: str) -> bool:
    return bool(_JOURNAL.search(head)) and bool(_POSTING.search(head))


_TEXT: tuple[tuple[Callable[[str], bool], Format], ...] = (
    (_is_ofx, Format("ofx", "OFX file")),
    (_is_qif, Format("qif", "QIF file")),
    (_is_camt, Format("camt", "CAMT statement (XML)")),
    (_is_gnucash, Format("gnucash", "GnuCash book (XML)")),
    (_is_html, Format("html", "web page (HTML)")),
    (_is_xml, Format("xml", "XML file")),
    (_is_mt940, Format("mt940", "SWIFT statement (MT940)")),
    (_is_json, Format("json", "JSON file")),
    (_is_journal, Format("journal", "plain-text journal")),
)


def sniff_bytes(data: bytes) -> Format | None:
    """The binary format that the first bytes name, or None for what may be text."""
    return next((found for magic, found in _BINARY if data.startswith(magic)), None)


def sniff_text(text: str) -> Format:
    """The text format that the beginning shows; `CSV` where nothing else is recognised."""
    head = text[:HEAD_BYTES]
    return next((found for looks_like, found in _TEXT if looks_like(head)), CSV)

"""Statements read from a file and from what is kept of it. The content is kept packed: statements shrink to a tenth."""

import zlib
from collections.abc import Mapping

from app.domain.errors import Refused
from app.ingest.read import read_statement
from app.ingest.statement import Statement, UnreadableFile
from app.queries.understood import Answers, Understood

ROW_LIMIT = 500_000


def pack(data: bytes) -> bytes:
    """What is stored of a file until it is applied."""
    return zlib.compress(data, 3)


def read(data: bytes, answers: Answers, currency: str) -> Statement:
    """The statement in a file, for an account of this currency.

    Raises: UnreadableFile.
    """
    statement = read_statement(data, answers=answers.file, currency=currency)
    if not statement.rows and not statement.questions:
        raise UnreadableFile("No transactions were found in this file: no line holds a date and an amount.")
    return statement


def read_packed(packed: bytes | None, answers: Answers, currency: str) -> Statement:
    """The statement in what was stored.

    Raises: Refused when the answers make the file unreadable, or it is not stored any more.
    """
    if packed is None:
        raise Refused("The file of this import is not kept any more. Upload it again.")
    try:
        return read(zlib.decompress(packed), answers, currency)
    except UnreadableFile as error:
        raise Refused(f"Read like this, the file makes no sense: {error.user_message}") from error


def open_question(understood: Understood) -> str | None:
    """The key of the first question that nobody has answered."""
    return next((question.key for question in understood.questions), None)


def kept_answers(given: Mapping[str, str]) -> dict[str, str]:
    """Answers fit to keep: short, without blanks, not too many."""
    return {key[:SHORT]: value[:LONG] for key, value in list(given.items())[:MOST] if value}


SHORT, LONG, MOST = 100, 200, 200

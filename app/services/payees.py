"""Payees: one name each in a book, made when first met."""

from collections.abc import Collection

from sqlalchemy import insert, select

from app.domain.sequences import batched
from app.domain.texts import clean, key
from app.models.transaction import Payee
from app.services.uow import BookWork

NAME_LENGTH = 120
KEY_LENGTH = 240  # a few letters grow when they are compared; the place of a key has room for twice the name
BATCH = 500


def payee_ids(work: BookWork, names: Collection[str]) -> dict[str, int]:
    """The id of each name, which is made when the book does not know it. Blank names are left out."""
    wanted: dict[str, str] = {}
    for name in names:
        if text := clean(name, NAME_LENGTH):
            wanted.setdefault(key(text)[:KEY_LENGTH], text)
    known: dict[str, int] = {}
    for keys in batched(wanted, BATCH):
        rows = work.session.execute(
            select(Payee.name_key, Payee.id).where(Payee.book_id == work.book.id, Payee.name_key.in_(keys))
        )
        known.update(rows.all())
    fresh = [
        {"book_id": work.book.id, "name": text, "name_key": name_key}
        for name_key, text in wanted.items()
        if name_key not in known
    ]
    for batch in batched(fresh, BATCH):
        made = work.session.execute(insert(Payee).returning(Payee.name_key, Payee.id), list(batch))
        known.update(made.all())
    return {name: known[key(clean(name, NAME_LENGTH))[:KEY_LENGTH]] for name in names if clean(name, NAME_LENGTH)}

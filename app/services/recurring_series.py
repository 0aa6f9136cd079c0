"""Answers to a series that was found: it is none, or it was one after all."""

from sqlalchemy import delete, insert, select

from app.domain.texts import clean
from app.models.series import DismissedSeries
from app.services.deps import Deps
from app.services.uow import BookWork, book_work


def dismiss_series(
    book_id: int, series_key: str, typical_minor: int, name: str, *, user_id: int | None, deps: Deps
) -> None:
    """Do not offer a series of about this amount again. Saying it twice changes nothing."""
    with book_work(deps, book_id, user_id=user_id) as work:
        if _name(work, series_key, typical_minor) is not None:
            return
        name = clean(name, 120)
        work.session.execute(
            insert(DismissedSeries).values(
                book_id=book_id, series_key=series_key, typical_minor=typical_minor, name=name, dismissed_at=work.now
            )
        )
        work.audit("series.dismissed", f"series:{series_key}", after={"name": name, "typical_minor": typical_minor})


def offer_again(book_id: int, series_key: str, typical_minor: int, *, user_id: int | None, deps: Deps) -> str | None:
    """Take a dismissal back. Returns the series' name, or none when it was not dismissed."""
    with book_work(deps, book_id, user_id=user_id) as work:
        name = _name(work, series_key, typical_minor)
        if name is None:
            return None
        work.session.execute(
            delete(DismissedSeries).where(
                DismissedSeries.book_id == book_id,
                DismissedSeries.series_key == series_key,
                DismissedSeries.typical_minor == typical_minor,
            )
        )
        work.audit("series.offered", f"series:{series_key}", before={"name": name, "typical_minor": typical_minor})
        return name


def _name(work: BookWork, series_key: str, typical_minor: int) -> str | None:
    return work.session.scalar(
        select(DismissedSeries.name).where(
            DismissedSeries.book_id == work.book.id,
            DismissedSeries.series_key == series_key,
            DismissedSeries.typical_minor == typical_minor,
        )
    )

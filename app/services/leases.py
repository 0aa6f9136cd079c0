"""Leases: of all the processes that could do a thing now, one does it."""

from datetime import timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from app.models.base import table_of
from app.models.schedule import Lease
from app.services.deps import Deps
from app.services.uow import unit_of_work


def take_lease(name: str, holder: str, length: timedelta, *, deps: Deps) -> bool:
    """Take a lease until `length` from now; whether it was got. One that has run out may be taken by anybody, its last holder included.

    Of all that try at once one gets it: the row is changed by one conditional statement, or inserted under its unique name.
    """
    now = deps.now()
    until = deps.session.scalar(select(Lease.until).where(Lease.name == name))
    if until is not None and until > now:
        return False  # the usual answer, which writes nothing
    said = {"holder": holder[:80], "until": now + length}
    try:
        with unit_of_work(deps) as work:
            if until is None:
                work.session.execute(insert(Lease).values(name=name, **said))
                return True
            lease = table_of(Lease)
            free = update(lease).where(lease.c.name == name, lease.c.until <= now).values(**said)
            return work.session.connection().execute(free).rowcount > 0
    except IntegrityError:  # somebody inserted it a moment earlier
        return False


def end_lease(name: str, holder: str, *, deps: Deps) -> None:
    """Give a lease back before it runs out: what it was taken for could not be done."""
    with unit_of_work(deps) as work:
        mine = update(Lease).where(Lease.name == name, Lease.holder == holder[:80])
        work.session.execute(mine.values(until=work.now))

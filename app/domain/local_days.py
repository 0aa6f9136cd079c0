"""Instants and the days people live in: an instant is UTC, a day belongs to a zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from app.domain.errors import Refused
from app.domain.periods import Month
from app.domain.zones import known_zones


@dataclass(frozen=True, slots=True)
class Instants:
    """From `start_at` up to, but not including, `end_at`; both UTC."""

    start_at: datetime
    end_at: datetime


def local_day(at: datetime, zone: str) -> date:
    """The day on which an instant falls where the person lives.

    Raises: Refused for an unknown zone, ValueError for an instant without one.
    Source: IANA time zone database.

    >>> local_day(datetime(2026, 3, 31, 18, 30, tzinfo=UTC), "Asia/Kolkata")
    datetime.date(2026, 4, 1)
    """
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(_zone(zone)).date()


def month_instants(month: Month, zone: str) -> Instants:
    """The instants that belong to a month: local midnight on its first to local midnight on the next first.

    Months with a change of clocks are no multiple of 24 hours.
    Raises: Refused for an unknown zone.

    >>> month_instants(Month(2026, 3), "America/New_York").end_at.hour
    4
    """
    there = _zone(zone)
    start, end = (datetime.combine(day, time.min, there).astimezone(UTC) for day in (month.first, month.next().first))
    return Instants(start, end)


def _zone(name: str) -> ZoneInfo:
    if name not in known_zones():
        raise Refused("Choose a time zone from the list.", field="timezone")
    return ZoneInfo(name)

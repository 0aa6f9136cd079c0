"""Time zones by name."""

from functools import cache
from zoneinfo import available_timezones

_ODD = ("posix/", "right/", "Etc/", "SystemV/", "US/", "Brazil/", "Canada/", "Chile/", "Mexico/")


@cache
def known_zones() -> frozenset[str]:
    """Every zone this machine knows. Finding them walks a folder, so it is done once."""
    return frozenset(available_timezones())


@cache
def offered_zones() -> tuple[str, ...]:
    """The zones that people choose from: a region and a place, and UTC."""
    return (*sorted(zone for zone in known_zones() if "/" in zone and not zone.startswith(_ODD)), "UTC")

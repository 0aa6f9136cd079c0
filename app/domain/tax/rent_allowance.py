"""House rent allowance: the part of it that the old regime leaves untaxed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.errors import Refused
from app.domain.facts.reading import facts, in_force
from app.domain.money import round_half_up


@dataclass(frozen=True, slots=True)
class RentAllowance:
    """The three limits of the exemption and the least of them, in minor units."""

    received_minor: int
    rent_over_share_minor: int
    share_of_salary_minor: int

    @property
    def exempt_minor(self) -> int:
        """The least of the three."""
        return min(self.received_minor, self.rent_over_share_minor, self.share_of_salary_minor)

    @property
    def taxable_minor(self) -> int:
        """What is left to tax."""
        return self.received_minor - self.exempt_minor


def is_metro(city: str, on: date) -> bool:
    """Whether a city counts as metro for rent allowance on a day. Old names such as Bangalore are understood.

    Raises: NotKnown for a day without a list.
    Source: Rule 2A; rule 279 of the Income-tax Rules 2026 from 1 April 2026.

    >>> is_metro("Bengaluru", date(2026, 3, 31)), is_metro("Bengaluru", date(2026, 4, 1))
    (False, True)
    """
    table = facts("deductions")["rent_allowance"]
    name = city.strip().casefold()
    name = table["other_names"].get(name, name).casefold()
    return name in {known.casefold() for known in in_force(table["cities"], on, "Metro cities")["names"]}


def rent_allowance(salary_minor: int, received_minor: int, rent_minor: int, *, is_in_metro: bool) -> RentAllowance:
    """The exemption of a time in which salary, rent, allowance and city did not change.

    `salary_minor` is basic pay, dearness allowance that counts for the pension, and commission fixed as a share of sales.

    Units: minor units for the same time. Rounding: half-up, each limit once.
    Raises: Refused for a negative amount.
    Source: section 10(13A), Rule 2A: the least of the allowance, rent less 10 % of salary, and 50 % (metro) or 40 % of salary.

    >>> rent_allowance(60_000_000, 30_000_000, 24_000_000, is_in_metro=True).exempt_minor
    18000000
    """
    if min(salary_minor, received_minor, rent_minor) < 0:
        raise Refused("Enter amounts of zero or more.", field="rent")
    table = facts("deductions")["rent_allowance"]
    over = max(Decimal(0), rent_minor - table["rent_less"] * salary_minor)
    share = table["metro" if is_in_metro else "elsewhere"] * salary_minor
    return RentAllowance(received_minor, round_half_up(over), round_half_up(share))

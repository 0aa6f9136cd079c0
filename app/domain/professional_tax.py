"""Professional tax: what some states take from a month's pay."""

from datetime import date
from enum import StrEnum

from app.domain.errors import Refused
from app.domain.facts.reading import NotKnown, Row, facts, in_force, rupees
from app.domain.fiscal_years import FiscalYear
from app.domain.periods import Month

FEBRUARY = 2


class Gender(StrEnum):
    """Maharashtra taxes men and women differently."""

    MALE = "male"
    FEMALE = "female"


_GROUP = {Gender.MALE: "men", Gender.FEMALE: "women"}


def professional_tax(state: str, gender: Gender, gross_minor: int, month: Month) -> int:
    """The tax on one month's pay, in minor units. `state` is its code on number plates, such as MH or KA.

    Units: minor units. Rounding: none, the tax is a table.
    Raises: NotKnown for a state or a month without a table, Refused for negative pay.
    Source: the states' acts; Article 276(2) of the Constitution caps it at Rs 2,500 a year. `facts/payroll.toml`.

    >>> professional_tax("MH", Gender.MALE, 4_000_000, Month(2026, 2))
    30000
    """
    if gross_minor < 0:
        raise Refused("Enter an amount of zero or more.", field="gross")
    if state in facts("payroll")["no_professional_tax"]["states"]:
        return 0
    row = _table(state, month.first)
    if "at_least" in row:
        slabs = [slab for slab in row["at_least"] if gross_minor >= rupees(slab[0])]
    else:
        group = row.get("any") or row[_GROUP[gender]]
        slabs = [slab for slab in group if gross_minor > rupees(slab[0])]
    return rupees(slabs[-1][2 if month.number == FEBRUARY else 1]) if slabs else 0


def professional_tax_of_year(state: str, gender: Gender, gross_minor: int, fy: FiscalYear) -> int:
    """The tax of twelve months with the same pay, in minor units.

    Raises: as `professional_tax`. Source: the same; the year is capped at Rs 2,500.

    >>> professional_tax_of_year("MH", Gender.MALE, 4_000_000, FiscalYear(2025))
    250000
    """
    months = [Month.of(fy.first).shift(number) for number in range(12)]
    limit = rupees(facts("deductions")["professional_tax"]["limit"])
    return min(limit, sum(professional_tax(state, gender, gross_minor, month) for month in months))


def _table(state: str, on: date) -> Row:
    rows = [row for row in facts("payroll")["professional_tax"] if row["state"] == state]
    if not rows:
        raise NotKnown(f"Professional tax of “{state[:20]}” is not known.", field="state")
    return in_force(rows, on, f"Professional tax of {state}")

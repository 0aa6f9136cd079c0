"""Tax to hold back when paying contractors, professionals, rent or interest in India."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from app.domain.errors import Refused
from app.domain.facts.reading import NotKnown, Row, facts, in_force, rupees
from app.domain.fiscal_years import FiscalYear
from app.domain.money import round_half_up


class Section(StrEnum):
    """What is paid for, by section of the Act of 1961 (393(1) of the Act of 2025)."""

    CONTRACT = "194C"
    PROFESSIONAL = "194J_prof"
    TECHNICAL = "194J_tech"
    BANK_INTEREST = "194A_bank"
    COMMISSION = "194H"
    RENT = "194I"


ANY_PAYEE = "any"
SENIOR_PAYEE = "senior"


def tax_at_source(
    section: Section, payee: str, fy: FiscalYear, payments_minor: Sequence[int], *, has_pan: bool = True
) -> list[int]:
    """The tax to hold back from each of a year's payments to one payee, in the order they are made.

    Below the limits nothing is held back. The payment that takes the year over its limit is taxed with all before it that
    were not; a contract's single payment over its own limit is taxed at once. Leave out GST that is shown separately.

    `payee` names a rate of the section: individual_huf or other for 194C, land_building_furniture or plant_machinery for
    194I, senior or other for 194A, any elsewhere.

    Units: minor units. Rounding: half-up, each payment once.
    Raises: NotKnown for a year or payee without a rate, Refused for a negative payment.
    Source: sections 194A, 194C, 194H, 194-I, 194J, 206AA; `facts/payments.toml`.

    >>> tax_at_source(Section.PROFESSIONAL, "any", FiscalYear(2025), [3_000_000, 2_000_000, 100_000, 4_000_000])
    [0, 0, 510000, 400000]
    """
    if any(payment < 0 for payment in payments_minor):
        raise Refused("A payment cannot be below zero.", field="payments")
    row = next(row for row in facts("payments")["sections"] if row["code"] == section.value)
    limits, rate = _limits(row, fy, payee), _rate(row, payee, has_pan=has_pan)
    year = untaxed = 0
    tax = []
    for payment in payments_minor:
        year += payment
        base = payment
        if year > limits["year"]:
            base += untaxed
            untaxed = 0
        elif payment <= limits["single"]:
            base = 0
            untaxed += payment
        tax.append(round_half_up(base * rate))
    return tax


def yearly_limit(section: Section, payee: str, fy: FiscalYear) -> int | None:
    """Up to how much a payer may pay in a year without holding tax back, in minor units; none where no such sum is named.

    `payee` as in `tax_at_source`. Raises: NotKnown for a year without a limit. Source: `facts/payments.toml`.

    >>> yearly_limit(Section.BANK_INTEREST, "senior", FiscalYear(2026))
    10000000
    """
    row = next(row for row in facts("payments")["sections"] if row["code"] == section.value)
    limit = _limits(row, fy, payee)["year"]
    return int(limit) if limit.is_finite() else None


def _limits(row: Row, fy: FiscalYear, payee: str) -> dict[str, Decimal]:
    what = f"Limits of section {row['code']}"
    in_force([{"to": facts("payments")["known_to"]}], fy.last, what)
    limits = in_force(row["limits"], fy.first, what)
    year = limits.get("senior_year" if payee == SENIOR_PAYEE else "year", limits.get("year"))
    single = limits.get("single", limits.get("month"))
    never = Decimal("Infinity")
    return {
        "year": never if year is None else Decimal(rupees(year)),
        "single": never if single is None else Decimal(rupees(single)),
    }


def _rate(row: Row, payee: str, *, has_pan: bool) -> Decimal:
    rates = row["rates"]
    if payee not in rates and ANY_PAYEE not in rates:
        raise NotKnown(f"Section {row['code']} has no rate for “{payee[:40]}”.", field="payee")
    rate: Decimal = rates.get(payee, rates.get(ANY_PAYEE))
    return rate if has_pan else max(rate, facts("payments")["no_pan_rate"])

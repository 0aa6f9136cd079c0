"""A year's tax as lines: both regimes beside each other, for the page and for files."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.blueprints.tax.words import KINDS, SECTIONS
from app.domain.tax.estimate import Deduction, Estimate, RegimeEstimate, Section
from app.domain.tax.years import Regime
from app.web.formats import money, pct
from app.web.tables import Cell, Money

CURRENCY = "INR"
NOT_ALLOWED = "not allowed"


@dataclass(frozen=True, slots=True)
class Line:
    """One step in both regimes, in minor units; none where a regime does not allow it. `kind` is sub, sum or total."""

    label: str
    new_minor: int | None
    old_minor: int | None
    kind: str = "sub"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A deduction: what was claimed, what each regime allows, and why it is less."""

    label: str
    claimed_minor: int
    new_minor: int
    old_minor: int
    why: str


def lines(found: Estimate) -> list[Line]:
    """From gross salary to the tax for the year. Those that are nothing in both regimes are left out."""
    every = [*_of_income(found), *_of_tax(found)]
    return [line for line in every if line.kind != "sub" or line.new_minor or line.old_minor]


def claims(found: Estimate) -> list[Claim]:
    """Every deduction that was claimed."""
    pairs = zip(found.new.deductions, found.old.deductions, strict=True)
    return [
        Claim(SECTIONS[old.section], old.claimed_minor, new.allowed_minor, old.allowed_minor, _why(new, old))
        for new, old in pairs
        if old.claimed_minor
    ]


def file_rows(found: Estimate) -> Iterator[tuple[Cell, ...]]:
    """Everything the page shows, for a file: part, step, new regime, old regime, note."""
    for line in lines(found):
        yield "Steps", line.label, _cell(line.new_minor), _cell(line.old_minor), line.note
    for claim in claims(found):
        note = f"Claimed {money(claim.claimed_minor, CURRENCY)}. {claim.why}".strip()
        yield "Deductions", claim.label, _cell(claim.new_minor), _cell(claim.old_minor), note
    if found.declared.rent_allowance_minor:
        for label, limit in rent_limits(found):
            yield "House rent allowance", label, NOT_ALLOWED, _cell(limit), ""
    for regime in (found.new, found.old):
        yield from _parts_of_tax(regime)
    for caution in found.cautions:
        yield "Uncertain", caution, None, None, ""


def rent_limits(found: Estimate) -> list[tuple[str, int]]:
    """The three limits of the exemption, and the least of them."""
    rent, declared = found.old.rent_allowance, found.declared
    share = "50%" if declared.is_in_metro else "40%"
    city = "a metro city" if declared.is_in_metro else "a city that is no metro"
    return [
        ("Allowance received", rent.received_minor),
        ("Rent paid less 10% of basic pay", rent.rent_over_share_minor),
        (f"{share} of basic pay, in {city}", rent.share_of_salary_minor),
        ("Exempt: the least of the three", rent.exempt_minor),
    ]


def _of_income(found: Estimate) -> Iterator[Line]:
    year, new, old = found.declared, found.new, found.old

    def both(label: str, minor: int) -> Line:
        return Line(label, minor, minor)

    def each(label: str, value: Callable[[RegimeEstimate], int], note: str = "") -> Line:
        return Line(label, value(new), value(old), note=note)

    yield both("Gross salary", year.salary_minor)
    yield Line("House rent allowance", _none(new.salary.rent_exempt_minor), -old.salary.rent_exempt_minor)
    yield Line("Other exempt allowances", _none(new.salary.other_exempt_minor), -old.salary.other_exempt_minor)
    yield each("Standard deduction", lambda one: -one.salary.standard_minor)
    yield Line("Professional tax", _none(new.salary.professional_tax_minor), -old.salary.professional_tax_minor)
    yield Line(
        "Home you live in", None if old.house.own_minor else 0, old.house.own_minor, note="Interest, at most ₹2,00,000"
    )
    yield each("House that is let", lambda one: one.house.let_minor, "After municipal tax, 30% and interest")
    yield each("Loss of houses that does not count here", lambda one: one.house.counted_minor - one.house.income_minor)
    yield both("Savings interest", year.savings_interest_minor)
    yield both("Deposit interest", year.deposit_interest_minor)
    yield both("Dividends", year.dividends_minor)
    yield both("Other income", year.other_income_minor)
    yield each("Short-term gains taxed by the slabs", lambda one: one.losses.slab_minor)
    yield Line("Income before deductions", new.before_deductions_minor, old.before_deductions_minor, "sum")
    for of_new, of_old in zip(new.deductions, old.deductions, strict=True):
        if of_old.claimed_minor:
            keeps = of_new.section is Section.EMPLOYER_PENSION
            yield Line(SECTIONS[of_old.section], -of_new.allowed_minor if keeps else None, -of_old.allowed_minor)
    yield each(
        "Deductions beyond the income",
        lambda one: sum(deduction.allowed_minor for deduction in one.deductions) - one.deducted_minor,
    )
    yield each("Gains with rates of their own", lambda one: one.gains_minor)
    yield each("Rounding to ₹10", lambda one: one.income_rounding_minor)
    yield Line("Taxable income", new.tax.total_income_minor, old.tax.total_income_minor, "sum")


def _of_tax(found: Estimate) -> Iterator[Line]:
    def each(label: str, value: Callable[[RegimeEstimate], int], kind: str = "sub", note: str = "") -> Line:
        return Line(label, value(found.new), value(found.old), kind, note)

    yield each("Tax on the slabs", lambda one: one.tax.slab_tax_minor, "step")
    yield each("Tax on gains", lambda one: one.tax.gains_tax_minor)
    yield each("Rebate, 87A", lambda one: -one.tax.rebate_minor, "step")
    yield each("Surcharge", lambda one: one.tax.surcharge_minor, note=_surcharge_note(found))
    yield each("Marginal relief", lambda one: -one.tax.surcharge_relief_minor)
    yield each(f"Health and education cess, {pct(found.new.rules.cess_rate)}", lambda one: one.tax.cess_minor, "step")
    yield each("Rounding to ₹10", lambda one: one.tax_rounding_minor)
    yield each("Tax for the year", lambda one: one.payable_minor, "total")
    yield each("Tax deducted", lambda _: -found.declared.tax_deducted_minor)
    yield each("Advance tax paid", lambda _: -found.declared.advance_paid_minor)
    if found.new.paid_minor:
        yield each("Left to pay, or refund below zero", lambda one: one.balance_minor, "sum")


def _surcharge_note(found: Estimate) -> str:
    rates = [(pct(one.tax.surcharge_rate), name) for one, name in ((found.new, "new"), (found.old, "old"))]
    return ", ".join(f"{rate} in the {name} regime" for rate, name in rates if rate != "0%")


def _none(minor: int) -> int | None:
    """What the new regime never lets off."""
    return -minor or None


def _why(new: Deduction, old: Deduction) -> str:
    """Why less is allowed than was claimed."""
    if old.section is Section.EMPLOYER_PENSION:
        return "A share of basic pay at most" if min(new.allowed_minor, old.allowed_minor) < old.claimed_minor else ""
    if old.allowed_minor < old.claimed_minor:
        return f"{money(old.allowed_minor, CURRENCY, decimals=False)} is the most allowed; none in the new regime"
    return "None in the new regime"


def _parts_of_tax(found: RegimeEstimate) -> Iterator[tuple[Cell, ...]]:
    def row(part: str, label: str, minor: int, note: str) -> tuple[Cell, ...]:
        is_new = found.regime is Regime.NEW
        return part, label, _cell(minor) if is_new else None, None if is_new else _cell(minor), note

    for step in found.slabs:
        if step.income_minor:
            top = "" if step.up_to_minor is None else f" to {money(step.up_to_minor, CURRENCY, decimals=False)}"
            label = f"Above {money(step.above_minor, CURRENCY, decimals=False)}{top} at {pct(step.rate)}"
            yield row("Slabs", label, step.tax_minor, f"On {money(step.income_minor, CURRENCY)}")
    for gain in found.gains:
        note = f"On {money(gain.taxed_minor, CURRENCY)} of {money(gain.gain_minor, CURRENCY)}"
        yield row("Gains", f"{KINDS[gain.kind]} at {pct(gain.rate, 1)}", gain.tax_minor, note)


def _cell(minor: int | None) -> Cell:
    return NOT_ALLOWED if minor is None else Money(minor, CURRENCY)

"""A person's tax for a year in both regimes, from the heads of income to the balance, with every step kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.domain.facts.reading import facts, in_force, rupees
from app.domain.fiscal_years import FiscalYear
from app.domain.money import round_half_up
from app.domain.tax.declared import Declared
from app.domain.tax.deductions import deductions, health_deduction
from app.domain.tax.gains import Gain, equity_exemption, less_basic_exemption, less_equity_exemption
from app.domain.tax.house_property import HouseIncome, let_house, own_house
from app.domain.tax.income_tax import IncomeTax, Taxpayer, income_tax, tax_on_slabs
from app.domain.tax.rent_allowance import RentAllowance, rent_allowance
from app.domain.tax.rounding import to_ten_rupees
from app.domain.tax.set_off import SetOff, set_off
from app.domain.tax.years import SENIOR, GainKind, Regime, Slab, TaxRules, tax_rules


class Section(StrEnum):
    """A deduction from the income of all heads, by section of the Act of 1961."""

    SAVINGS = "80C"
    OWN_PENSION = "80CCD(1B)"
    EMPLOYER_PENSION = "80CCD(2)"
    HEALTH = "80D"
    HEALTH_PARENTS = "80D parents"
    EDUCATION = "80E"
    SAVINGS_INTEREST = "80TTA"
    SENIOR_INTEREST = "80TTB"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Deduction:
    """What was claimed under a section, and what of it the regime lets off, in minor units."""

    section: Section
    claimed_minor: int
    allowed_minor: int


@dataclass(frozen=True, slots=True)
class SalaryHead:
    """Pay, and what is let off it, in minor units. Nothing is let off beyond the pay."""

    gross_minor: int
    rent_exempt_minor: int
    other_exempt_minor: int
    standard_minor: int
    professional_tax_minor: int

    @property
    def let_off_minor(self) -> int:
        """All that is let off."""
        return self.rent_exempt_minor + self.other_exempt_minor + self.standard_minor + self.professional_tax_minor

    @property
    def income_minor(self) -> int:
        """What is left to tax."""
        return self.gross_minor - self.let_off_minor


@dataclass(frozen=True, slots=True)
class HouseHead:
    """A house one lives in and one that is let, in minor units; losses negative.

    `off_other_minor` and `off_gains_minor` are what other income takes up of the loss; `carried_minor` what is left of it.
    """

    own_minor: int
    let_minor: int
    off_other_minor: int
    off_gains_minor: int
    carried_minor: int

    @property
    def income_minor(self) -> int:
        """Both together."""
        return self.own_minor + self.let_minor

    @property
    def counted_minor(self) -> int:
        """What of it the slabs see: the income, or the loss that other income takes up."""
        return max(0, self.income_minor) - self.off_other_minor


@dataclass(frozen=True, slots=True)
class SlabStep:
    """A slab, the income in it and its tax, in minor units; `up_to_minor` is None for the last one."""

    above_minor: int
    up_to_minor: int | None
    rate: Decimal
    income_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class GainStep:
    """Gains of one rate: how much, what is free, and the tax on the rest, in minor units."""

    kind: GainKind
    rate: Decimal
    gain_minor: int
    unused_exemption_minor: int
    equity_exemption_minor: int
    taxed_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class RegimeEstimate:
    """One regime, step by step. Money in minor units, each step rounded to the paisa for showing."""

    rules: TaxRules
    salary: SalaryHead
    rent_allowance: RentAllowance
    house: HouseHead
    other_sources_minor: int
    losses: SetOff
    deductions: tuple[Deduction, ...]
    deducted_minor: int
    ordinary_minor: int
    slabs: tuple[SlabStep, ...]
    gains: tuple[GainStep, ...]
    tax: IncomeTax
    paid_minor: int
    cautions: tuple[str, ...]

    @property
    def regime(self) -> Regime:
        """Which of the two."""
        return self.rules.regime

    @property
    def before_deductions_minor(self) -> int:
        """Income the slabs tax, before the deductions of Chapter VI-A."""
        return self.salary.income_minor + self.house.counted_minor + self.other_sources_minor + self.losses.slab_minor

    @property
    def special_gains(self) -> tuple[Gain, ...]:
        """Gains with rates of their own, after all losses."""
        return tuple(Gain(step.kind, step.gain_minor, step.rate) for step in self.gains)

    @property
    def gains_minor(self) -> int:
        """Their sum."""
        return sum(gain.gain_minor for gain in self.gains)

    @property
    def income_rounding_minor(self) -> int:
        """What rounding to ten rupees adds to the total income."""
        return self.tax.total_income_minor - self.ordinary_minor - self.gains_minor

    @property
    def tax_rounding_minor(self) -> int:
        """What is added to the steps of the tax to reach what is payable."""
        tax = self.tax
        steps = tax.slab_tax_minor + tax.gains_tax_minor - tax.rebate_minor
        steps += tax.surcharge_minor - tax.surcharge_relief_minor + tax.cess_minor
        return tax.payable_minor - steps

    @property
    def payable_minor(self) -> int:
        """The tax for the year."""
        return self.tax.payable_minor

    @property
    def balance_minor(self) -> int:
        """What is left to pay, or comes back when negative, to ten rupees."""
        return to_ten_rupees(self.payable_minor - self.paid_minor)

    @property
    def let_off_minor(self) -> int:
        """Everything that lowers the income the slabs see: exemptions, the loss of a house, deductions."""
        return self.salary.let_off_minor + self.house.off_other_minor + self.deducted_minor


@dataclass(frozen=True, slots=True)
class Estimate:
    """Both regimes. Where both ask the same, the new one is named: it needs no choice."""

    fy: FiscalYear
    taxpayer: Taxpayer
    declared: Declared
    new: RegimeEstimate
    old: RegimeEstimate

    @property
    def better(self) -> RegimeEstimate:
        """The regime with the lower tax."""
        return self.old if self.old.payable_minor < self.new.payable_minor else self.new

    @property
    def saving_minor(self) -> int:
        """By how much it is lower."""
        return abs(self.old.payable_minor - self.new.payable_minor)

    @property
    def earned_minor(self) -> int:
        """What came in before anything was let off; gains after losses."""
        house = self.declared.let_rent_minor
        gains = sum(gain.amount_minor for gain in self.new.losses.gains) + self.new.losses.slab_minor
        return self.declared.salary_minor + house + self.declared.other_sources_minor + gains

    @property
    def cautions(self) -> tuple[str, ...]:
        """What is uncertain in either regime, each said once."""
        return tuple(dict.fromkeys((*self.new.cautions, *self.old.cautions)))


def estimate(fy: FiscalYear, taxpayer: Taxpayer, declared: Declared) -> Estimate:
    """Reckon a year both ways.

    A loss of a house is set off against income of the slabs first, then against gains (never those of virtual assets). The
    deductions of Chapter VI-A lower the income of the slabs only. Relief under 89 to 91 and interest on late tax are left out.

    Units: minor units. Rounding: as in `income_tax`; whatever a step rounds is shown as a step.
    Raises: NotKnown for a year without rules.
    Source: sections 14 to 59 (heads), 70 to 74 (losses), Chapter VI-A, 115BAC; the rest as in the modules used.

    >>> both = estimate(FiscalYear(2025), Taxpayer(30), Declared(salary_minor=150_000_000))
    >>> both.new.payable_minor, both.old.payable_minor, both.better.regime
    (9750000, 25740000, <Regime.NEW: 'new'>)
    """
    new, old = (_in_regime(tax_rules(fy, regime), taxpayer, declared) for regime in (Regime.NEW, Regime.OLD))
    return Estimate(fy, taxpayer, declared, new, old)


def _in_regime(rules: TaxRules, taxpayer: Taxpayer, declared: Declared) -> RegimeEstimate:
    slabs = rules.slabs(taxpayer.age, is_resident=taxpayer.is_resident)
    rent = rent_allowance(
        declared.basic_minor,
        declared.rent_allowance_minor,
        declared.rent_paid_minor,
        is_in_metro=declared.is_in_metro,
    )
    salary = _salary(rules, declared, rent)
    own, let = _houses(rules.regime, declared)
    other = declared.other_sources_minor
    losses = set_off(
        declared.gains,
        slab_rate=_last_rate(slabs, salary.income_minor + other),
        carried_short_minor=declared.carried_short_minor,
        carried_long_minor=declared.carried_long_minor,
    )
    house = _house(rules.regime, own, let, salary.income_minor + other + losses.slab_minor, losses.gains)
    gains = less_basic_exemption(losses.gains, house.off_gains_minor)  # it too takes the dearest, and no virtual asset
    before = salary.income_minor + house.counted_minor + other + losses.slab_minor
    claims = _deductions(rules, taxpayer, declared)
    deducted = min(before, sum(each.allowed_minor for each in claims))
    ordinary = before - deducted
    tax = income_tax(rules, taxpayer, ordinary, gains)
    taxed_ordinary = max(0, tax.total_income_minor - sum(gain.amount_minor for gain in gains))
    return RegimeEstimate(
        rules=rules,
        salary=salary,
        rent_allowance=rent,
        house=house,
        other_sources_minor=other,
        losses=losses,
        deductions=claims,
        deducted_minor=deducted,
        ordinary_minor=ordinary,
        slabs=_slab_steps(slabs, taxed_ordinary),
        gains=_gain_steps(rules, taxpayer, slabs, taxed_ordinary, gains),
        tax=tax,
        paid_minor=declared.tax_deducted_minor + declared.advance_paid_minor,
        cautions=(*tax.cautions, *_cautions(rules, declared, house, tax)),
    )


def _salary(rules: TaxRules, declared: Declared, rent: RentAllowance) -> SalaryHead:
    left = gross = declared.salary_minor
    is_old = rules.regime is Regime.OLD
    taken = []
    for let_off in (
        rent.exempt_minor if is_old else 0,
        declared.other_exempt_minor if is_old else 0,
        rules.standard_deduction_minor,
        min(declared.professional_tax_minor, rupees(facts("deductions")["professional_tax"]["limit"])) if is_old else 0,
    ):
        taken.append(min(left, let_off))
        left -= taken[-1]
    return SalaryHead(gross, *taken)


def _houses(regime: Regime, declared: Declared) -> tuple[HouseIncome, HouseIncome]:
    return (
        own_house(regime, declared.own_house_interest_minor, declared.own_house_earlier_minor),
        let_house(regime, declared.let_rent_minor, declared.let_municipal_minor, declared.let_interest_minor),
    )


def _house(regime: Regime, own: HouseIncome, let: HouseIncome, ordinary_minor: int, gains: Sequence[Gain]) -> HouseHead:
    """Both houses as one head: its loss has one limit, and takes up no more than there is."""
    loss = max(0, -own.income_minor - let.income_minor)
    most = rupees(facts("deductions")["house"]["set_off"]) if regime is Regime.OLD else 0
    off_other = min(loss, most, ordinary_minor)
    open_gains = sum(gain.amount_minor for gain in gains if gain.kind is not GainKind.VIRTUAL_ASSET)
    off_gains = min(loss - off_other, most - off_other, open_gains)
    return HouseHead(own.income_minor, let.income_minor, off_other, off_gains, loss - off_other - off_gains)


def _deductions(rules: TaxRules, taxpayer: Taxpayer, declared: Declared) -> tuple[Deduction, ...]:
    fy, is_old = rules.fy, rules.regime is Regime.OLD
    age = taxpayer.age if taxpayer.is_resident else min(taxpayer.age, SENIOR - 1)  # 80TTB is for residents
    claimed = declared.claimed
    allowed = deductions(fy, rules.regime, age, declared.employer, claimed)
    health = health_deduction(fy, declared.family_health, declared.parents_health)
    family, parents = declared.family_health, declared.parents_health
    interest = declared.savings_interest_minor
    rows = (
        (
            Section.SAVINGS,
            claimed.savings_minor + claimed.annuity_minor + claimed.own_pension_minor,
            allowed.savings_group_minor,
        ),
        (Section.OWN_PENSION, claimed.own_pension_extra_minor, allowed.own_pension_extra_minor),
        (Section.EMPLOYER_PENSION, declared.employer_pension_minor, allowed.employer_pension_minor),
        (Section.HEALTH, family.premium_minor + family.checkup_minor, health.family_minor if is_old else 0),
        (Section.HEALTH_PARENTS, parents.premium_minor + parents.checkup_minor, health.parents_minor if is_old else 0),
        (Section.EDUCATION, declared.education_interest_minor, declared.education_interest_minor if is_old else 0),
        (Section.SAVINGS_INTEREST, interest if age < SENIOR else 0, allowed.savings_interest_minor),
        (
            Section.SENIOR_INTEREST,
            interest + declared.deposit_interest_minor if age >= SENIOR else 0,
            allowed.senior_interest_minor,
        ),
        (Section.OTHER, declared.other_deductions_minor, declared.other_deductions_minor if is_old else 0),
    )
    return tuple(Deduction(*row) for row in rows)


def _last_rate(slabs: Sequence[Slab], income_minor: int) -> Decimal:
    return next((slab.rate for slab in reversed(slabs) if income_minor > slab.above_minor), Decimal(0))


def _slab_steps(slabs: Sequence[Slab], income_minor: int) -> tuple[SlabStep, ...]:
    """One row for each slab, the untaxed one first. Rounded so that the rows add up to the rounded tax."""
    starts = [0, *(slab.above_minor for slab in slabs)]
    ends = [*starts[1:], None]
    rates = [Decimal(0), *(slab.rate for slab in slabs)]
    steps, so_far = [], 0
    for start, end, rate in zip(starts, ends, rates, strict=True):
        top = income_minor if end is None else min(income_minor, end)
        tax = round_half_up(tax_on_slabs(slabs, top))
        steps.append(SlabStep(start, end, rate, max(0, top - start), tax - so_far))
        so_far = tax
    return tuple(steps)


def _gain_steps(
    rules: TaxRules, taxpayer: Taxpayer, slabs: Sequence[Slab], ordinary_minor: int, gains: Sequence[Gain]
) -> tuple[GainStep, ...]:
    if not gains:
        return ()
    unused = max(0, slabs[0].above_minor - ordinary_minor) if taxpayer.is_resident else 0
    whole = less_basic_exemption(gains, 0)  # sorted as the two below
    after_basic = less_basic_exemption(gains, unused)
    taxed = less_equity_exemption(after_basic, equity_exemption(rules.fy))
    return tuple(
        GainStep(
            kind=all_of_it.kind,
            rate=all_of_it.rate,
            gain_minor=all_of_it.amount_minor,
            unused_exemption_minor=all_of_it.amount_minor - rest.amount_minor,
            equity_exemption_minor=rest.amount_minor - last.amount_minor,
            taxed_minor=last.amount_minor,
            tax_minor=round_half_up(last.tax_minor),
        )
        for all_of_it, rest, last in zip(whole, after_basic, taxed, strict=True)
    )


def _cautions(rules: TaxRules, declared: Declared, house: HouseHead, tax: IncomeTax) -> list[str]:
    """What this estimate leaves open besides what `income_tax` says."""
    limits, said = facts("deductions"), []
    is_old, last = rules.regime is Regime.OLD, rules.fy.last
    cities = in_force(limits["rent_allowance"]["cities"], last, "Metro cities")
    if is_old and declared.rent_allowance_minor and "caution" in cities:
        said.append(cities["caution"])
    if is_old and declared.family_health.checkup_minor + declared.parents_health.checkup_minor:
        said.append(limits["health"]["caution"])
    if not is_old and house.carried_minor:
        said.append("Whether the new regime carries the loss of a let house to later years is unclear.")
    highest = next((band.above_minor for band in rules.surcharge if band.is_without_gains), None)
    if highest is not None and declared.dividends_minor and tax.total_income_minor > highest:
        said.append("Dividends bear 15% of surcharge at most. This estimate does not part them from other income.")
    changed = facts("capital_gains")["holding"]["changed_on"]
    if any(gain.kind is GainKind.OTHER_LONG and gain.transferred_on < changed for gain in declared.gains):
        said.append("Other long-term gains of before 23 July 2024 are taxed on the indexed gain: write that one.")
    return said

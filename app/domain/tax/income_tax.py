"""Income tax of an individual for one year, step by step: slabs, gains, rebate, surcharge with relief, cess, rounding."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app.domain.errors import Refused
from app.domain.money import round_half_up
from app.domain.tax.gains import Gain, equity_exemption, less_basic_exemption, less_equity_exemption
from app.domain.tax.rounding import to_ten_rupees
from app.domain.tax.years import GainKind, Slab, SurchargeBand, TaxRules

OLDEST = 130
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Taxpayer:
    """Who is taxed: the age that counts for the year (`years.age_in`) and whether resident in India."""

    age: int
    is_resident: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.age <= OLDEST:
            raise Refused("Check the date of birth.", field="born_on")


@dataclass(frozen=True, slots=True)
class IncomeTax:
    """Every step, in minor units. Each is rounded half-up for showing; `payable_minor` comes from the exact sum.

    `surcharge_minor` is before `surcharge_relief_minor`. `cautions` say in words what the law leaves open here.
    """

    total_income_minor: int
    slab_tax_minor: int
    gains_tax_minor: int
    rebate_minor: int
    tax_after_rebate_minor: int
    surcharge_rate: Decimal
    surcharge_minor: int
    surcharge_relief_minor: int
    cess_minor: int
    total_minor: int
    payable_minor: int
    cautions: tuple[str, ...]


def income_tax(rules: TaxRules, taxpayer: Taxpayer, ordinary_minor: int, gains: Sequence[Gain] = ()) -> IncomeTax:
    """The tax on a year's income after all deductions.

    `ordinary_minor` is what the slabs tax; `gains` bear rates of their own. TDS and advance tax paid are not subtracted.

    Units: minor units. Rounding: the income to ten rupees (288A), the tax payable to ten rupees (288B), nothing between.
    Raises: Refused for a negative income, NotKnown for a year without an exemption of equity gains.
    Source: section 115BAC and First Schedule (slabs), 87A (rebate), Finance Acts (surcharge, cess); Act of 2025: 202, 156.
        Relief of the surcharge when gains stand beside other income has no settled method: a caution says so.

    >>> from app.domain.fiscal_years import FiscalYear
    >>> from app.domain.tax.years import Regime, tax_rules
    >>> income_tax(tax_rules(FiscalYear(2025), Regime.NEW), Taxpayer(30), 121_000_000).payable_minor
    1040000
    """
    if ordinary_minor < 0:
        raise Refused("An income below zero is a loss; set it off first.", field="income")
    of_gains = sum(gain.amount_minor for gain in gains)
    total_income = to_ten_rupees(ordinary_minor + of_gains)
    reckoned = _Reckoning(rules, taxpayer, max(0, total_income - of_gains), tuple(gains))
    before = reckoned.after_rebate
    rate, surcharge = reckoned.surcharge
    relief = reckoned.surcharge_relief
    cess = (before + surcharge - relief) * rules.cess_rate
    total = before + surcharge - relief + cess
    return IncomeTax(
        total_income_minor=total_income,
        slab_tax_minor=round_half_up(reckoned.slab_tax),
        gains_tax_minor=round_half_up(reckoned.gains_tax),
        rebate_minor=round_half_up(reckoned.rebate),
        tax_after_rebate_minor=round_half_up(before),
        surcharge_rate=rate,
        surcharge_minor=round_half_up(surcharge),
        surcharge_relief_minor=round_half_up(relief),
        cess_minor=round_half_up(cess),
        total_minor=round_half_up(total),
        payable_minor=to_ten_rupees(int(total)),
        cautions=_cautions(rules, reckoned, relief),
    )


def tax_on_slabs(slabs: Sequence[Slab], income_minor: int) -> Decimal:
    """The tax of an income by slabs, exact.

    >>> tax_on_slabs([Slab(100, Decimal("0.05")), Slab(200, Decimal("0.1"))], 250)
    Decimal('10.00')
    """
    ends = [slab.above_minor for slab in slabs[1:]]
    return sum(
        (
            (min(income_minor, end) - slab.above_minor) * slab.rate
            for slab, end in zip(slabs, [*ends, max(income_minor, slabs[-1].above_minor)], strict=True)
            if income_minor > slab.above_minor
        ),
        ZERO,
    )


@dataclass(frozen=True, slots=True)
class _Reckoning:
    """The parts of a tax before cess, exact, for an income already rounded."""

    rules: TaxRules
    taxpayer: Taxpayer
    ordinary_minor: int
    gains: tuple[Gain, ...]

    @property
    def total_income(self) -> int:
        return self.ordinary_minor + sum(gain.amount_minor for gain in self.gains)

    @property
    def without_gains(self) -> int:
        """The income that the higher bands of the surcharge look at. Virtual assets are no gains there."""
        return self.ordinary_minor + sum(
            gain.amount_minor for gain in self.gains if gain.kind is GainKind.VIRTUAL_ASSET
        )

    @property
    def slabs(self) -> tuple[Slab, ...]:
        return self.rules.slabs(self.taxpayer.age, is_resident=self.taxpayer.is_resident)

    @property
    def slab_tax(self) -> Decimal:
        return tax_on_slabs(self.slabs, self.ordinary_minor)

    @property
    def taxed_gains(self) -> list[Gain]:
        unused = max(0, self.slabs[0].above_minor - self.ordinary_minor) if self.taxpayer.is_resident else 0
        exempt = equity_exemption(self.rules.fy) if self.gains else 0
        return less_equity_exemption(less_basic_exemption(self.gains, unused), exempt)

    @property
    def gains_tax(self) -> Decimal:
        return sum((gain.tax_minor for gain in self.taxed_gains), ZERO)

    @property
    def rebate(self) -> Decimal:
        rebate, income = self.rules.rebate, self.total_income
        if not self.taxpayer.is_resident:
            return ZERO
        against = self.slab_tax + sum(
            (gain.tax_minor for gain in self.taxed_gains if gain.kind not in rebate.not_against), ZERO
        )
        if income <= rebate.limit_minor:
            return min(against, Decimal(rebate.most_minor))
        if not rebate.has_relief:
            return ZERO
        return min(against, max(ZERO, self.slab_tax + self.gains_tax - (income - rebate.limit_minor)))

    @property
    def after_rebate(self) -> Decimal:
        return self.slab_tax + self.gains_tax - self.rebate

    @property
    def band(self) -> SurchargeBand | None:
        """The highest band the income has passed."""
        passed = [
            band
            for band in self.rules.surcharge
            if (self.without_gains if band.is_without_gains else self.total_income) > band.above_minor
        ]
        return passed[-1] if passed else None

    @property
    def surcharge(self) -> tuple[Decimal, Decimal]:
        """The rate, and the amount before relief. Gains never bear more than the cap; nobody with a rebate reaches a band."""
        band = self.band
        if band is None:
            return ZERO, ZERO
        of_gains = sum((g.tax_minor for g in self.taxed_gains if g.kind is not GainKind.VIRTUAL_ASSET), ZERO)
        capped = min(band.rate, self.rules.surcharge_on_gains)
        return band.rate, (self.after_rebate - of_gains) * band.rate + of_gains * capped

    @property
    def surcharge_relief(self) -> Decimal:
        """What the surcharge takes beyond the income above its threshold."""
        band = self.band
        if band is None:
            return ZERO
        excess = (self.without_gains if band.is_without_gains else self.total_income) - band.above_minor
        at_threshold = self._less(excess)
        highest = at_threshold.after_rebate + at_threshold.surcharge[1] + excess
        return max(ZERO, self.after_rebate + self.surcharge[1] - highest)

    def _less(self, excess: int) -> "_Reckoning":
        """The same person with so much less income: ordinary income first, then the gains that bear least."""
        off = min(excess, self.ordinary_minor)
        excess -= off
        gains = []
        for gain in sorted(self.gains, key=lambda gain: gain.rate):
            less = min(excess, gain.amount_minor)
            excess -= less
            gains.append(replace(gain, amount_minor=gain.amount_minor - less))
        return replace(self, ordinary_minor=self.ordinary_minor - off, gains=tuple(gains))


def _cautions(rules: TaxRules, reckoned: _Reckoning, relief: Decimal) -> tuple[str, ...]:
    said = [rules.caution] if rules.caution else []
    kinds = {gain.kind for gain in reckoned.taxed_gains if gain.tax_minor}
    if reckoned.rebate and kinds & rules.rebate.disputed_against:
        said.append("Whether the rebate may be set against tax on gains is disputed for this year.")
    if reckoned.rebate and kinds and reckoned.total_income > rules.rebate.limit_minor:
        said.append("No official example shows the relief above the limit of the rebate when there are gains.")
    if relief and reckoned.gains:
        said.append("The relief of the surcharge is approximate when there are gains: its method is not settled.")
    return tuple(said)

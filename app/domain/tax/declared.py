"""Everything about a year that decides a person's tax, in amounts: what came in, what may be let off, what was paid."""

from dataclasses import dataclass

from app.domain.errors import Refused
from app.domain.facts.reading import facts, rupees
from app.domain.tax.deductions import Claimed, Employer, HealthClaim
from app.domain.tax.set_off import YearGain

NO_HEALTH = HealthClaim(0, has_senior=False)


@dataclass(frozen=True, slots=True)
class Declared:
    """A year, in minor units; none is negative. Only gains may be losses.

    `salary_minor` is the gross pay with all allowances and the employer's pension contribution; `basic_minor` is the basic pay
    in it. `own_house_earlier_minor` is all the interest before a house was completed. `carried_*` are losses of gains from
    earlier years. `other_income_minor` is taxed by the slabs without any presumption, such as freelance profit.
    """

    salary_minor: int = 0
    basic_minor: int = 0
    rent_allowance_minor: int = 0
    rent_paid_minor: int = 0
    is_in_metro: bool = False
    other_exempt_minor: int = 0
    professional_tax_minor: int = 0
    employer_pension_minor: int = 0
    employer: Employer = Employer.OTHER
    own_house_interest_minor: int = 0
    own_house_earlier_minor: int = 0
    let_rent_minor: int = 0
    let_municipal_minor: int = 0
    let_interest_minor: int = 0
    savings_interest_minor: int = 0
    deposit_interest_minor: int = 0
    dividends_minor: int = 0
    other_income_minor: int = 0
    gains: tuple[YearGain, ...] = ()
    carried_short_minor: int = 0
    carried_long_minor: int = 0
    savings_minor: int = 0
    own_pension_minor: int = 0
    family_health: HealthClaim = NO_HEALTH
    parents_health: HealthClaim = NO_HEALTH
    education_interest_minor: int = 0
    other_deductions_minor: int = 0
    tax_deducted_minor: int = 0
    advance_paid_minor: int = 0

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if name.endswith("_minor") and getattr(self, name) < 0:
                raise Refused("Write an amount of zero or more.", field=name.removesuffix("_minor"))

    @property
    def other_sources_minor(self) -> int:
        """Interest, dividends and other income."""
        return (
            self.savings_interest_minor + self.deposit_interest_minor + self.dividends_minor + self.other_income_minor
        )

    @property
    def claimed(self) -> Claimed:
        """What is put forward under 80C to 80CCD, 80TTA and 80TTB. Own pension savings use their extra limit first."""
        extra = min(self.own_pension_minor, rupees(facts("deductions")["savings"]["own_pension_extra"]))
        return Claimed(
            self.basic_minor,
            savings_minor=self.savings_minor,
            own_pension_minor=self.own_pension_minor - extra,
            own_pension_extra_minor=extra,
            employer_pension_minor=self.employer_pension_minor,
            savings_interest_minor=self.savings_interest_minor,
            deposit_interest_minor=self.deposit_interest_minor,
        )

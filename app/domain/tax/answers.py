"""What a person says about a year's tax, laid over what the books say."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta

from app.domain.fiscal_years import FiscalYear
from app.domain.tax.declared import Declared
from app.domain.tax.deductions import Employer, HealthClaim
from app.domain.tax.income_tax import Taxpayer
from app.domain.tax.rent_allowance import is_metro
from app.domain.tax.set_off import YearGain, change_of_rates
from app.domain.tax.years import SENIOR, GainKind, age_in

GAINS = {
    "gain_equity_short": GainKind.EQUITY_SHORT,
    "gain_equity_long": GainKind.EQUITY_LONG,
    "gain_other_long": GainKind.OTHER_LONG,
    "gain_slab": None,
    "gain_virtual": GainKind.VIRTUAL_ASSET,
}
"""Amounts that may be losses, by the kind they are of."""

EARLY = "_early"
"""Ends the names of gains from before the day in the year on which rates changed."""

EARLY_GAINS = {f"{name}{EARLY}": GAINS[name] for name in ("gain_equity_short", "gain_equity_long", "gain_other_long")}
MAY_BE_LOSSES = frozenset({*GAINS, *EARLY_GAINS})
FROM_BOOKS = (
    "salary",
    "basic",
    "rent_allowance",
    "other_exempt",
    "professional_tax",
    "own_house_interest",
    "savings",
    "own_pension",
    "health_family",
    "let_rent",
    "savings_interest",
    "deposit_interest",
    "dividends",
    "other_income",
    *GAINS,
    *EARLY_GAINS,
    "rent_paid",
    "tax_deducted",
    "advance_paid",
)
"""What the books may know. An answer to one of these stands above the books' figure."""


@dataclass(frozen=True, slots=True)
class Answers:
    """One year's answers. Amounts in minor units; None is not answered: the books' figure counts, or nothing."""

    born_on: date | None = None
    is_resident: bool = True
    employer: Employer = Employer.OTHER
    city: str = ""
    salary: int | None = None
    basic: int | None = None
    rent_allowance: int | None = None
    rent_paid: int | None = None
    other_exempt: int | None = None
    professional_tax: int | None = None
    employer_pension: int | None = None
    own_house_interest: int | None = None
    own_house_earlier: int | None = None
    let_rent: int | None = None
    let_municipal: int | None = None
    let_interest: int | None = None
    savings_interest: int | None = None
    deposit_interest: int | None = None
    dividends: int | None = None
    other_income: int | None = None
    gain_equity_short: int | None = None
    gain_equity_long: int | None = None
    gain_other_long: int | None = None
    gain_slab: int | None = None
    gain_virtual: int | None = None
    gain_equity_short_early: int | None = None
    gain_equity_long_early: int | None = None
    gain_other_long_early: int | None = None
    carried_short: int | None = None
    carried_long: int | None = None
    savings: int | None = None
    own_pension: int | None = None
    health_family: int | None = None
    health_family_checkup: int | None = None
    has_senior_family: bool = False
    health_parents: int | None = None
    health_parents_checkup: int | None = None
    has_senior_parents: bool = False
    education_interest: int | None = None
    other_deductions: int | None = None
    tax_deducted: int | None = None
    advance_paid: int | None = None


AMOUNTS = tuple(field.name for field in fields(Answers) if field.type == int | None)
"""The names of all amounts."""


def taxpayer(fy: FiscalYear, answers: Answers, born_on: date | None) -> Taxpayer:
    """Who is taxed. The date of birth that was answered counts before the one that is known; without any, below 60 is assumed.

    Raises: Refused for a date of birth outside a person's life.

    >>> taxpayer(FiscalYear(2025), Answers(), date(1966, 4, 1)).age
    60
    """
    born = answers.born_on or born_on
    return Taxpayer(SENIOR - 1 if born is None else age_in(fy, born), answers.is_resident)


def declared(
    fy: FiscalYear,
    answers: Answers,
    books: Mapping[str, int],
    *,
    losses_virtual_minor: int = 0,
    is_in_metro: bool = False,
) -> Declared:
    """The year as it is taxed: each answer, else the books' figure, else nothing.

    `books` has minor units by the names in FROM_BOOKS. `losses_virtual_minor` are losses of virtual assets that the books
    know beside the gains; they change no tax, but are told. `is_in_metro` counts when no city was written.

    Raises: NotKnown for a year without rates, Refused for a negative amount that is no gain.

    >>> declared(FiscalYear(2025), Answers(salary=500), {"salary": 300, "dividends": 20}).salary_minor
    500
    """

    def amount(name: str) -> int:
        said: int | None = getattr(answers, name)
        return books.get(name, 0) if said is None else said

    plain = {
        f"{name}_minor": amount(name)
        for name in AMOUNTS
        if name not in MAY_BE_LOSSES and not name.startswith("health_")
    }
    return Declared(
        **plain,
        is_in_metro=is_metro(answers.city, fy.last) if answers.city else is_in_metro,
        employer=answers.employer,
        gains=_gains(fy, {name: amount(name) for name in MAY_BE_LOSSES}, losses_virtual_minor),
        family_health=HealthClaim(amount("health_family"), answers.has_senior_family, amount("health_family_checkup")),
        parents_health=HealthClaim(
            amount("health_parents"), answers.has_senior_parents, amount("health_parents_checkup")
        ),
    )


def names_of_gains(fy: FiscalYear) -> tuple[str, ...]:
    """The amounts of gains that a year asks for: those of before a change of rates apart, in a year that had one.

    >>> len(names_of_gains(FiscalYear(2024))), len(names_of_gains(FiscalYear(2025)))
    (8, 5)
    """
    return (*EARLY_GAINS, *GAINS) if change_of_rates(fy) else tuple(GAINS)


def name_of_gain(fy: FiscalYear, kind: GainKind | None, transferred_on: date) -> str:
    """Which amount a gain of a day belongs to.

    >>> name_of_gain(FiscalYear(2024), GainKind.EQUITY_LONG, date(2024, 7, 22))
    'gain_equity_long_early'
    """
    name = next(name for name, known in GAINS.items() if known is kind)
    changed = change_of_rates(fy)
    is_early = changed is not None and transferred_on < changed and f"{name}{EARLY}" in EARLY_GAINS
    return f"{name}{EARLY}" if is_early else name


def _gains(fy: FiscalYear, amounts: Mapping[str, int], losses_virtual_minor: int) -> tuple[YearGain, ...]:
    changed = change_of_rates(fy)
    early = changed - timedelta(days=1) if changed else fy.last
    found = [YearGain(kind, amounts[name], early) for name, kind in EARLY_GAINS.items() if changed]
    found += [YearGain(kind, amounts[name], fy.last) for name, kind in GAINS.items()]
    found.append(YearGain(GainKind.VIRTUAL_ASSET, -losses_virtual_minor, fy.last))
    return tuple(gain for gain in found if gain.amount_minor)

"""Tax that banks hold back from the interest of deposits: how near a year's interest is to the limit, bank by bank."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.errors import Refused
from app.domain.fiscal_years import FiscalYear
from app.domain.scheme_plans import course_of, interest_between, with_planned
from app.domain.tax.years import age_in
from app.domain.tax_at_source import ANY_PAYEE, SENIOR_PAYEE, Section, tax_at_source, yearly_limit
from app.domain.texts import key
from app.queries.schemes import SchemeView

SENIOR_AGE = 60


@dataclass(frozen=True, slots=True)
class TaxNote:
    """Interest of a tax year at one bank or post office, in minor units: the whole year's as planned, the limit, and the tax above it."""

    institution: str
    year: FiscalYear
    interest_minor: int
    limit_minor: int
    tax_minor: int
    is_senior: bool
    names: tuple[str, ...]

    @property
    def is_over(self) -> bool:
        """Whether tax is held back without a form that asks not to."""
        return self.interest_minor > self.limit_minor


@dataclass(frozen=True, slots=True)
class TaxNotes:
    """The notes, most interest first; `unknown` says why there are none for a year that the facts do not cover."""

    notes: tuple[TaxNote, ...] = ()
    unknown: str = ""


def tax_notes(schemes: Sequence[SchemeView], today: date, born_on: date | None) -> TaxNotes:
    """What each bank and post office pays in this tax year, April to March, beside the limit up to which it holds nothing back.

    Banks count interest as it accrues. Without a date of birth the limit of people below 60 is taken.
    """
    year = FiscalYear.of(today)
    is_senior = born_on is not None and age_in(year, born_on) >= SENIOR_AGE
    payee = SENIOR_PAYEE if is_senior else ANY_PAYEE
    sums: dict[str, list[tuple[SchemeView, int]]] = defaultdict(list)
    for each in schemes:
        if each.facts.is_taxed_at_source and (each.closed_on is None or each.closed_on >= year.first):
            sums[key(each.institution)].append((each, _year_interest(each, year, today)))
    try:
        limit = yearly_limit(Section.BANK_INTEREST, payee, year)
        notes = [
            TaxNote(
                found[0][0].institution,
                year,
                total,
                limit or 0,
                tax_at_source(Section.BANK_INTEREST, payee, year, [max(0, total)])[0],
                is_senior,
                tuple(each.name for each, _ in found),
            )
            for found in sums.values()
            if (total := sum(interest for _, interest in found)) > 0
        ]
    except Refused as error:
        return TaxNotes(unknown=error.user_message)
    return TaxNotes(tuple(sorted(notes, key=lambda note: -note.interest_minor)))


def _year_interest(scheme: SchemeView, year: FiscalYear, today: date) -> int:
    """Interest of the year, with what is planned until it ends."""
    last = year.last if scheme.closed_on is None else min(year.last, scheme.closed_on - timedelta(days=1))
    return interest_between(course_of(with_planned(scheme.plan, today)), year.first, last)

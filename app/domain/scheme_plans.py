"""What a deposit or savings scheme is worth on any day, by its own rule: never more after its end than at its end.

`course_of` reads a plan once and answers for as many days as are asked: money put in, interest paid out, and worth.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import accumulate

from app.domain.anniversaries import months_later, whole_months_between
from app.domain.certificates import NSC_YEARS
from app.domain.errors import Refused
from app.domain.facts.reading import NotKnown
from app.domain.fiscal_years import FiscalYear
from app.domain.fixed_deposits import (
    DAYS,
    QUARTER_MONTHS,
    QUARTERS,
    Payout,
    deposit_payout,
    deposit_value,
)
from app.domain.income_schemes import monthly_income, senior_income, time_deposit_income
from app.domain.interest import MONTHS
from app.domain.money import round_half_up
from app.domain.periods import Month, Span
from app.domain.provident_funds import FIRST_MONTH, RUPEE_MINOR, Movement, fund_year, to_rupee
from app.domain.scheme_kinds import KINDS, Family, SchemeKind, deposits_end
from app.domain.scheme_rates import nearest_rate, scheme_rate


class Compounding(StrEnum):
    """How often interest is added to a deposit. Banks in India do it each quarter."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"
    SIMPLE = "simple"

    @property
    def months(self) -> int:
        """How many months lie between two additions; 0 when nothing is added before the end."""
        order = {Compounding.MONTHLY: 1, Compounding.QUARTERLY: 3, Compounding.HALF_YEARLY: 6, Compounding.YEARLY: 12}
        return order.get(self, 0)


@dataclass(frozen=True, slots=True)
class Plan:
    """A deposit as its rule needs it. Amounts in minor units, rates yearly fractions.

    `starts_on` is the day from which the books know it: its opening, or the day a running one was taken over. `deposits` are
    what went into a fund or a recurring deposit, by its date; `paid_before` counts the instalments of one that was taken over.
    `rates` are a person's own rates of a floating scheme, by their first day; other days take the notified ones. `credits` holds
    the interest that was credited, by the year in which the financial year began. `others` moved in the account outside the rule.
    """

    kind: SchemeKind
    opened_on: date
    matures_on: date
    starts_on: date
    principal_minor: int = 0
    rate: Decimal | None = None
    compounding: Compounding = Compounding.QUARTERLY
    payout: Payout | None = None
    instalment_minor: int = 0
    instalment_months: int = 0
    instalments_from: date | None = None
    paid_before: int = 0
    deposits: tuple[Movement, ...] = ()
    rates: tuple[tuple[date, Decimal], ...] = ()
    less_rate: Decimal = Decimal(0)
    credits: Mapping[int, int] = field(default_factory=dict)
    others: tuple[Movement, ...] = ()

    @property
    def family(self) -> Family:
        """How it earns; a tax-saver deposit with payouts earns like any other one that pays out."""
        return Family.INCOME if self.payout else KINDS[self.kind].family

    @property
    def months(self) -> int:
        """Whole months from its opening to its end."""
        return whole_months_between(self.opened_on, self.matures_on)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a deposit stands on a day, in minor units: what was put in, what interest it has paid out, and what it is worth."""

    paid_in_minor: int = 0
    paid_out_minor: int = 0
    value_minor: int = 0

    @property
    def earned_minor(self) -> int:
        """All interest so far: what is still in it, and what came out."""
        return self.value_minor + self.paid_out_minor - self.paid_in_minor


NOTHING = Standing()
Course = Callable[[date], Standing]


def course_of(plan: Plan) -> Course:
    """How a deposit stands on any day: nothing before it starts, and from its end on what it was worth then.

    Raises: nothing for a plan that was checked when it was made.

    >>> plan = Plan(SchemeKind.FD, date(2020, 1, 1), date(2021, 1, 1), date(2020, 1, 1), 100_000, Decimal("0.07"), Compounding.YEARLY)
    >>> course_of(plan)(date(2026, 11, 22)).value_minor
    107000
    """
    inner = _COURSES[plan.family](plan)

    def at(day: date) -> Standing:
        if day < plan.starts_on:
            return NOTHING
        standing = inner(min(day, plan.matures_on))
        moved = sum(move.amount_minor for move in plan.others if move.on <= day)
        if not moved:
            return standing
        return replace(standing, paid_in_minor=standing.paid_in_minor + moved, value_minor=standing.value_minor + moved)

    return at


def interest_between(course: Course, first: date, last: date) -> int:
    """What a deposit earned from `first` to `last`, both included: the parts of any split add up to the whole.

    >>> plan = Plan(SchemeKind.NSC, date(2025, 4, 1), date(2030, 4, 1), date(2025, 4, 1), 100_000, Decimal("0.068"))
    >>> interest_between(course_of(plan), date(2025, 4, 2), date(2026, 4, 1))
    6800
    """
    return course(last).earned_minor - course(date.fromordinal(first.toordinal() - 1)).earned_minor


@dataclass(frozen=True, slots=True)
class YearInterest:
    """What a deposit earned in a financial year, in minor units."""

    year: FiscalYear
    earned_minor: int


def interest_by_year(plan: Plan, course: Course, until: date, first_month: int) -> list[YearInterest]:
    """Interest of every financial year from the start to `until`, or to the end of the deposit when that is earlier.

    >>> plan = Plan(SchemeKind.KVP, date(2025, 4, 1), date(2034, 11, 1), date(2025, 4, 1), 100_000)
    >>> sum(each.earned_minor for each in interest_by_year(plan, course_of(plan), date(2040, 1, 1), 4))
    100000
    """
    until = min(until, plan.matures_on)
    years = []
    year = FiscalYear.of(plan.starts_on, first_month)
    while year.first <= until:
        years.append(YearInterest(year, interest_between(course, year.first, min(year.last, until))))
        year = FiscalYear(year.starts_in + 1, first_month)
    return years


def with_planned(plan: Plan, today: date) -> Plan:
    """The plan as if every instalment that is still to come were paid: what its value at the end is worked out from.

    An instalment of a recurring deposit whose month has passed without one is not made up for.
    """
    if not plan.instalment_minor or today >= plan.matures_on:
        return plan
    if plan.family == Family.INSTALMENTS:
        month = 0 if today < plan.opened_on else whole_months_between(plan.opened_on, today)
        made = {_month_of(plan, move.on) for move in plan.deposits} | set(range(plan.paid_before))
        planned = [
            Movement(months_later(plan.opened_on, number), plan.instalment_minor)
            for number in range(month, plan.months)
            if number not in made
        ]
    else:
        planned = [Movement(day, plan.instalment_minor) for day in instalment_days(plan) if day > today]
    return replace(plan, deposits=tuple(sorted((*plan.deposits, *planned), key=lambda move: move.on)))


def instalment_days(plan: Plan) -> Iterator[date]:
    """The days on which instalments are planned.

    >>> first = date(2025, 4, 1)
    >>> plan = Plan(SchemeKind.RD, first, date(2025, 7, 1), first, instalment_minor=100, instalment_months=1, instalments_from=first)
    >>> [f"{day:%d.%m.}" for day in instalment_days(plan)]
    ['01.04.', '01.05.', '01.06.']
    """
    if not plan.instalment_months or plan.instalments_from is None:
        return
    end = deposits_end(plan.kind, plan.opened_on, plan.matures_on)
    number = 0
    while (day := months_later(plan.instalments_from, number * plan.instalment_months)) < end:
        yield day
        number += 1


def value_at_maturity(plan: Plan, today: date) -> int:
    """What the deposit pays on its last day, in minor units, with the instalments that are still planned.

    One that pays its interest out gives back what was put in and its last payment.

    >>> plan = Plan(SchemeKind.MIS, date(2025, 4, 1), date(2030, 4, 1), date(2025, 4, 1), 150_000_000, Decimal("0.074"))
    >>> value_at_maturity(plan, date(2026, 1, 1))
    150925000
    """
    return course_of(with_planned(plan, today))(plan.matures_on).value_minor


def value_as_planned(plan: Plan) -> int:
    """What the deposit pays on its last day when every instalment since it started is paid, in minor units.

    >>> first = date(2025, 1, 1)
    >>> plan = Plan(SchemeKind.RD, first, date(2026, 1, 1), first, rate=Decimal("0.08"), instalment_minor=100_000, instalment_months=1, instalments_from=first)
    >>> value_as_planned(plan)
    1252933
    """
    before = 1 if plan.family == Family.FUND else 0
    return value_at_maturity(plan, date.fromordinal(plan.starts_on.toordinal() - before))


# Interest stays in


def compound_value(principal_minor: int, rate: Decimal, opened_on: date, on: date, compounding: Compounding) -> int:
    """A deposit whose interest stays in, on a day.

    Units: minor units; the rate a yearly fraction. Rounding: half-up, once at the end.
    Source: quarterly as `deposit_value`; otherwise P (1 + r m/12)^n (1 + r m/12 * d/D) with periods of m months, n of them
        whole and d of the D days of the next one; simple interest P (1 + r d/365).

    >>> compound_value(100_000, Decimal("0.07"), date(2020, 1, 1), date(2021, 1, 1), Compounding.YEARLY)
    107000
    """
    if compounding == Compounding.QUARTERLY:
        return deposit_value(principal_minor, rate, opened_on, on).value_minor
    if compounding == Compounding.SIMPLE:
        return round_half_up(principal_minor * (1 + rate * (on - opened_on).days / DAYS))
    whole, part = _steps(opened_on, on, compounding.months)
    each = rate * compounding.months / MONTHS
    return round_half_up(principal_minor * (1 + each) ** whole * (1 + each * part))


def _steps(start: date, on: date, months: int) -> tuple[int, Decimal]:
    """How many periods of so many months are over on a day, and which part of the next one."""
    whole = whole_months_between(start, on, months)
    first, end = months_later(start, whole * months), months_later(start, (whole + 1) * months)
    return whole, Decimal((on - first).days) / (end - first).days


def _growth(plan: Plan) -> Course:
    rate = _rate(plan)

    def at(day: date) -> Standing:
        value = compound_value(plan.principal_minor, rate, plan.opened_on, day, plan.compounding)
        return Standing(plan.principal_minor, 0, value)

    return at


def _certificate(plan: Plan) -> Course:
    rate = _rate(plan)

    def at(day: date) -> Standing:
        years, part = _steps(plan.opened_on, day, MONTHS)
        grown = (1 + rate) ** min(years, NSC_YEARS) * (1 + rate * (part if years < NSC_YEARS else 0))
        return Standing(plan.principal_minor, 0, round_half_up(plan.principal_minor * grown))

    return at


def _doubling(plan: Plan) -> Course:
    def at(day: date) -> Standing:
        if day == plan.matures_on:
            return Standing(plan.principal_minor, 0, 2 * plan.principal_minor)
        months, part = _steps(plan.opened_on, day, 1)
        grown = Decimal(2) ** ((months + part) / plan.months)
        return Standing(plan.principal_minor, 0, round_half_up(plan.principal_minor * grown))

    return at


# Interest is paid out


@dataclass(frozen=True, slots=True)
class Payment:
    """Interest that a deposit pays out: for the days from `first` on, on the day `on`, in minor units."""

    first: date
    on: date
    amount_minor: int


def payments(plan: Plan) -> tuple[Payment, ...]:
    """Every payment of interest of a deposit that pays it out, the last one on the day it ends.

    Rounding: as the function of each scheme. A period that the end cuts short earns by its days.

    >>> plan = Plan(SchemeKind.SCSS, date(2025, 11, 10), date(2030, 11, 10), date(2025, 11, 10), 300_000_000, Decimal("0.082"))
    >>> found = payments(plan)
    >>> found[0].on, found[0].amount_minor, len(found)
    (datetime.date(2026, 1, 1), 3476100, 21)
    """
    if plan.family != Family.INCOME:
        return ()
    rate, amount = _rate(plan), plan.principal_minor
    if plan.kind == SchemeKind.SCSS:
        return tuple(_senior_payments(plan, rate))
    if plan.kind == SchemeKind.MIS:
        return tuple(_regular(plan, 1, monthly_income(amount, rate)))
    if plan.kind == SchemeKind.TD:
        return tuple(_regular(plan, MONTHS, time_deposit_income(amount, rate)))
    every = plan.payout or Payout.QUARTERLY
    return tuple(_regular(plan, every.months, deposit_payout(amount, rate, every)))


def _regular(plan: Plan, months: int, amount_minor: int) -> Iterator[Payment]:
    number = 0
    first = plan.opened_on
    while first < plan.matures_on:
        number += 1
        end = months_later(plan.opened_on, number * months)
        if end > plan.matures_on:
            days = (plan.matures_on - first).days
            share = round_half_up(plan.principal_minor * _rate(plan) * days / DAYS)
            yield Payment(first, plan.matures_on, min(share, amount_minor))
            return
        yield Payment(first, end, amount_minor)
        first = end


def _senior_payments(plan: Plan, rate: Decimal) -> Iterator[Payment]:
    income = senior_income(plan.principal_minor, rate, plan.opened_on)
    end = Month.of(income.first_period_ends).next().first
    yield Payment(plan.opened_on, end, income.first_minor)
    first = end
    while first < plan.matures_on:
        end = months_later(first, QUARTER_MONTHS)
        if end <= plan.matures_on:
            yield Payment(first, end, income.quarterly_minor)
        else:
            share = Decimal((plan.matures_on - first).days) / (end - first).days
            yield Payment(first, plan.matures_on, to_rupee(plan.principal_minor * rate / QUARTERS * share))
        first = end


def _income(plan: Plan) -> Course:
    paid = payments(plan)
    ends = [payment.on for payment in paid]
    sums = [0, *accumulate(payment.amount_minor for payment in paid)]

    def at(day: date) -> Standing:
        if day == plan.matures_on:
            last = paid[-1].amount_minor if paid else 0
            return Standing(plan.principal_minor, sums[-1] - last, plan.principal_minor + last)
        number = bisect_right(ends, day)
        current = paid[number]
        share = Decimal((day - current.first).days) / (current.on - current.first).days
        accrued = round_half_up(current.amount_minor * share)
        return Standing(plan.principal_minor, sums[number], plan.principal_minor + accrued)

    return at


# Instalments


def _month_of(plan: Plan, day: date) -> int:
    return whole_months_between(plan.opened_on, max(day, plan.opened_on))


def _instalments(plan: Plan) -> Course:
    """Each month's instalments grow by the third root of a quarter's growth: the formula of recurring deposits, month by month."""
    growth = (1 + _rate(plan) / QUARTERS) ** (Decimal(1) / QUARTER_MONTHS)
    taken_over = [
        Movement(months_later(plan.opened_on, each), plan.instalment_minor) for each in range(plan.paid_before)
    ]
    moves = sorted((*taken_over, *plan.deposits), key=lambda move: move.on)
    by_month: dict[int, list[Movement]] = {}
    for move in moves:
        by_month.setdefault(_month_of(plan, move.on), []).append(move)
    openings = [Decimal(0)]
    for month in range(plan.months):
        openings.append((openings[-1] + sum(move.amount_minor for move in by_month.get(month, ()))) * growth)
    days = [move.on for move in moves]
    sums = [0, *accumulate(move.amount_minor for move in moves)]

    def at(day: date) -> Standing:
        month, part = _steps(plan.opened_on, day, 1)
        inside = [move.amount_minor for move in by_month.get(month, ()) if move.on <= day]
        paid_in = sums[bisect_right(days, day)]
        if day == plan.matures_on:
            return Standing(paid_in, 0, round_half_up(openings[min(month, plan.months)]))
        balance = openings[month] + sum(inside)
        return Standing(paid_in, 0, round_half_up(balance * (1 + (growth - 1) * part)))

    return at


# Funds with a yearly credit


@dataclass(frozen=True, slots=True)
class RateOfDay:
    """A rate of a scheme on a day: `certainty` is own, high, medium, low, or assumed where nothing is known for that day."""

    rate: Decimal
    certainty: str
    source: str

    @property
    def is_assumed(self) -> bool:
        """Whether nobody has said it for that day: it is the one known nearest before, or after."""
        return self.certainty == "assumed"


def rate_on(plan: Plan, on: date) -> RateOfDay:
    """The rate of a floating scheme on a day: a person's own one, else the notified one, else the nearest that is known.

    Raises: NotKnown for a scheme that has no rates.
    """
    own = [rate for first, rate in plan.rates if first <= on]
    if own:
        return RateOfDay(own[-1], "own", "Written by you")
    name = KINDS[plan.kind].rate_name or ""
    try:
        found = scheme_rate(name, on)
    except NotKnown:
        return RateOfDay(nearest_rate(name, on).rate, "assumed", "The nearest rate that is known")
    return RateOfDay(found.rate, found.certainty, found.source)


@dataclass(frozen=True, slots=True)
class _FundYear:
    """What a fund held when a year began in April, and what was put in or taken out in it."""

    starts_in: int
    opening_minor: int
    moves: tuple[Movement, ...]

    def until(self, day: date) -> "_FundYear":
        return replace(self, moves=tuple(move for move in self.moves if move.on <= day))

    @property
    def paid_minor(self) -> int:
        return self.opening_minor + sum(move.amount_minor for move in self.moves)


def _fund(plan: Plan) -> Course:
    years: dict[int, _FundYear] = {}
    rates: dict[int, list[Decimal]] = {}
    moves: dict[int, list[Movement]] = {}
    for move in plan.deposits:
        moves.setdefault(move.on.year - (move.on.month < FIRST_MONTH), []).append(move)
    balance = 0
    for starts_in in range(FiscalYear.of(plan.starts_on).starts_in, FiscalYear.of(plan.matures_on).starts_in + 1):
        years[starts_in] = year = _FundYear(starts_in, balance, tuple(moves.get(starts_in, ())))
        rates[starts_in] = _rates_of(plan, starts_in)
        balance = year.paid_minor + _fund_interest(plan, year, rates[starts_in], is_whole=True)
    days = [move.on for move in plan.deposits]
    sums = [0, *accumulate(move.amount_minor for move in plan.deposits)]

    def at(day: date) -> Standing:
        fy = FiscalYear.of(day)
        year = years[fy.starts_in].until(day)
        months = whole_months_between(fy.first, date.fromordinal(day.toordinal() + 1))
        is_whole = day in {fy.last, plan.matures_on}
        interest = _fund_interest(plan, year, rates[fy.starts_in][:months], is_whole=is_whole)
        return Standing(sums[bisect_right(days, day)], 0, year.paid_minor + interest)

    return at


def fund_interest(plan: Plan, starts_in: int) -> int:
    """What a fund is credited on 31 March of the year after `starts_in`, in minor units, whatever was credited before.

    Rounding: as `fund_year`, with the rate of each month.

    >>> first = date(2025, 4, 1)
    >>> plan = Plan(SchemeKind.PPF, first, date(2041, 4, 1), first, deposits=(Movement(first, 15_000_000),))
    >>> fund_interest(plan, 2025)
    1065000
    """
    uncredited = replace(plan, credits={year: each for year, each in plan.credits.items() if year != starts_in})
    course = _fund(uncredited)
    last = FiscalYear(starts_in).last
    inside = [move for move in plan.deposits if move.on in FiscalYear(starts_in)]
    opening = (
        course(FiscalYear(starts_in - 1).last).value_minor if starts_in > FiscalYear.of(plan.starts_on).starts_in else 0
    )
    return course(last).value_minor - opening - sum(move.amount_minor for move in inside)


def _rates_of(plan: Plan, starts_in: int) -> list[Decimal]:
    months = [Month(starts_in, FIRST_MONTH).shift(number) for number in range(MONTHS)]
    own = [first for first, _ in plan.rates]  # one that is written in a month counts for all of it
    days = [max([month.first, *(first for first in own if first in Span(month.first, month.last))]) for month in months]
    return [max(Decimal(0), rate_on(plan, day).rate - plan.less_rate) for day in days]


def _fund_interest(plan: Plan, year: _FundYear, rates: Sequence[Decimal], *, is_whole: bool) -> int:
    """Interest of a year's first months, one for each rate: to the rupee at its end, and whole rupees that are sure before it."""
    if len(rates) == MONTHS and year.starts_in in plan.credits:
        return plan.credits[year.starts_in]
    try:
        lowest = fund_year(year.opening_minor, year.starts_in, Decimal(0), year.moves).lowest_minor
    except Refused:  # more was taken out than there was: such a year earns nothing
        return 0
    exact = sum((low * rate for low, rate in zip(lowest, rates, strict=False)), Decimal(0)) / MONTHS
    return to_rupee(exact) if is_whole else int(exact // RUPEE_MINOR) * RUPEE_MINOR


def _rate(plan: Plan) -> Decimal:
    if plan.rate is None:
        raise Refused("Write the rate.", field="rate")
    return max(Decimal(0), plan.rate - plan.less_rate)


_COURSES: Mapping[Family, Callable[[Plan], Course]] = {
    Family.GROWTH: _growth,
    Family.INCOME: _income,
    Family.INSTALMENTS: _instalments,
    Family.FUND: _fund,
    Family.CERTIFICATE: _certificate,
    Family.DOUBLING: _doubling,
}

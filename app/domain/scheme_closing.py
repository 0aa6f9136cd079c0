"""What a deposit or savings scheme gives back when it is closed before its end, by its own rule."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from app.domain.anniversaries import months_later, whole_months_between
from app.domain.errors import Refused
from app.domain.facts.reading import NotKnown
from app.domain.fiscal_years import FiscalYear
from app.domain.fixed_deposits import SHORTEST_DAYS, close_deposit_early
from app.domain.income_schemes import (
    LockedIn,
    close_monthly_account,
    close_senior_account,
    time_deposit_income,
)
from app.domain.interest import MONTHS, check_rate
from app.domain.provident_funds import to_rupee
from app.domain.scheme_kinds import SchemeKind
from app.domain.scheme_plans import Compounding, Plan, course_of, value_at_maturity, with_planned
from app.domain.scheme_rates import scheme_rate

PPF_YEARS = 5
PPF_LESS = Decimal("0.01")
TD_LESS = Decimal("0.02")
TD_RULE_SINCE = date(2023, 11, 10)
TD_LOCKED_MONTHS = 6
TD_FIVE_LOCKED_MONTHS = 48
TD_FIVE_MONTHS = 60
RD_LOCKED_MONTHS = 36
KVP_LOCKED_MONTHS = 30


@dataclass(frozen=True, slots=True)
class EarlyTerms:
    """What a person knows about closing early. Rates are yearly fractions.

    `card_rate` is what the bank paid on the opening day for the time the deposit really ran; none takes the booked rate.
    `savings_rate` is that of post office savings accounts on the closing day; none takes the notified one.
    """

    penalty_rate: Decimal = Decimal(0)
    card_rate: Decimal | None = None
    savings_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class EarlyValue:
    """What is paid on an early day, in minor units, and by which rule; the rate that was paid in the end, where the rule names one."""

    amount_minor: int
    rule: str
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Closing now beside holding on, in minor units. `held_minor` counts the last payment and every one before it that is still to come."""

    amount_minor: int
    worth_minor: int
    held_minor: int

    @property
    def given_up_minor(self) -> int:
        """What closing costs against what has accrued."""
        return self.worth_minor - self.amount_minor

    @property
    def missed_minor(self) -> int:
        """What would still come by holding on, beyond what closing gives."""
        return self.held_minor - self.amount_minor


def early_value(plan: Plan, on: date, terms: EarlyTerms) -> EarlyValue:
    """What closing a deposit on a day gives, after interest that was paid out already; from its end on what it was worth then.

    Units: minor units. Rounding: as each scheme's rule.
    Raises: LockedIn when it cannot be closed yet; NotKnown when only the office can say; Refused for a bad rate, or a day before its opening.
    Source: State Bank of India for bank deposits; the notified rules of each scheme.

    >>> from decimal import Decimal as D
    >>> opened = date(2024, 1, 15)
    >>> plan = Plan(SchemeKind.FD, opened, date(2027, 1, 15), opened, 10_000_000, D("0.07"))
    >>> early_value(plan, date(2025, 1, 15), EarlyTerms(D("0.01"), D("0.065"))).amount_minor
    10561448
    """
    if on < plan.starts_on:
        raise Refused("It had not been opened on that day.", field="closed_on")
    for rate, name in ((terms.card_rate, "card_rate"), (terms.savings_rate, "savings_rate"), (terms.penalty_rate, "penalty_rate")):  # fmt: skip
        if rate is not None:
            check_rate(rate, name)
    if on >= plan.matures_on:
        return EarlyValue(value_at_maturity(plan, on), "It has reached its end: nothing is kept back.")
    return _RULES[plan.kind](plan, on, terms)


def compared(plan: Plan, on: date, amount_minor: int, today: date) -> Comparison:
    """Closing on a day for an amount, beside holding on to the end with every instalment that is planned.

    Further instalments are not counted as a gain: what they would pay in is taken off what the end pays.
    """
    now = course_of(plan)(on)
    planned = with_planned(plan, today)
    end = course_of(planned)(plan.matures_on)
    held = end.value_minor + end.paid_out_minor - now.paid_out_minor - (end.paid_in_minor - now.paid_in_minor)
    return Comparison(amount_minor, now.value_minor, held)


def _bank_rate(plan: Plan, on: date, terms: EarlyTerms) -> Decimal:
    booked = plan.rate or Decimal(0)
    if (on - plan.opened_on).days < SHORTEST_DAYS:
        return Decimal(0)
    return max(Decimal(0), min(booked, booked if terms.card_rate is None else terms.card_rate) - terms.penalty_rate)


BANK_RULE = (
    "The lower of the booked rate and the bank’s rate for the time it ran, less the penalty; nothing within 7 days."
)


def _deposit(plan: Plan, on: date, terms: EarlyTerms) -> EarlyValue:
    rate = _bank_rate(plan, on, terms)
    if plan.payout is None and plan.compounding == Compounding.QUARTERLY:
        booked = plan.rate or Decimal(0)
        closed = close_deposit_early(
            plan.principal_minor,
            booked_rate=booked,
            card_rate=booked if terms.card_rate is None else terms.card_rate,
            penalty_rate=terms.penalty_rate,
            opened_on=plan.opened_on,
            closed_on=on,
        )
        return EarlyValue(closed.value.value_minor, BANK_RULE, rate)
    return EarlyValue(_at_rate(plan, on, rate), BANK_RULE, rate)


def _at_rate(plan: Plan, on: date, rate: Decimal) -> int:
    """All interest at another rate, less what was paid out already."""
    earned = course_of(replace(plan, rate=rate))(on).earned_minor
    return _left(plan, on, earned)


def _left(plan: Plan, on: date, earned_minor: int) -> int:
    now = course_of(plan)(on)
    return max(0, now.paid_in_minor + earned_minor - now.paid_out_minor)


def _locked_deposit(plan: Plan, on: date, terms: EarlyTerms) -> EarlyValue:  # noqa: ARG001 - the shape of a rule
    raise LockedIn(f"A tax-saver deposit cannot be closed before {plan.matures_on:%d.%m.%Y}.", field="closed_on")


def _savings_rate(on: date, terms: EarlyTerms) -> Decimal:
    if terms.savings_rate is not None:
        return terms.savings_rate
    try:
        return scheme_rate("savings", on).rate
    except NotKnown as error:
        raise NotKnown(
            f"The post office savings rate for {on:%d.%m.%Y} is not known. Write it.", field="savings_rate"
        ) from error


def _post_instalments(plan: Plan, on: date, terms: EarlyTerms) -> EarlyValue:
    if whole_months_between(plan.opened_on, on) < RD_LOCKED_MONTHS:
        raise LockedIn("A post office recurring deposit can be closed after three years.", field="closed_on")
    rate = _savings_rate(on, terms)
    return EarlyValue(_at_rate(plan, on, rate), "After three years, at the rate of savings accounts.", rate)


def _provident(plan: Plan, on: date, terms: EarlyTerms) -> EarlyValue:  # noqa: ARG001 - the shape of a rule
    free = months_later(FiscalYear.of(plan.opened_on).first, (PPF_YEARS + 1) * MONTHS)
    if on < free:
        raise LockedIn(f"A PPF account cannot be closed before {free:%d.%m.%Y}.", field="closed_on")
    value = course_of(replace(plan, less_rate=PPF_LESS, credits={}))(on).value_minor
    rule = "After five years, for the causes the scheme lists, with one point less interest since it began"
    return EarlyValue(value, f"{rule} here." if plan.starts_on > plan.opened_on else f"{rule}.")


def _ask_office(plan: Plan, on: date, terms: EarlyTerms) -> EarlyValue:  # noqa: ARG001 - the shape of a rule
    raise NotKnown("Only the bank or post office can say what closing early pays. Write the amount.", field="received")


def _certificate(plan: Plan, on: date, terms: EarlyTerms) -> EarlyValue:  # noqa: ARG001 - the shape of a rule
    raise LockedIn(
        "A National Savings Certificate is paid before its end only when its holder dies or a court orders it.",
        field="closed_on",
    )


def _doubling(plan: Plan, on: date, terms: EarlyTerms) -> EarlyValue:  # noqa: ARG001 - the shape of a rule
    free = months_later(plan.opened_on, KVP_LOCKED_MONTHS)
    if on < free:
        raise LockedIn(f"A Kisan Vikas Patra cannot be cashed before {free:%d.%m.%Y}.", field="closed_on")
    raise NotKnown("The notified table says what it pays on that day. Write the amount.", field="received")


def _senior(plan: Plan, on: date, terms: EarlyTerms) -> EarlyValue:  # noqa: ARG001 - the shape of a rule
    closure, now = close_senior_account(plan.principal_minor, plan.opened_on, on), course_of(plan)(on)
    if closure.is_interest_recovered:
        rule = "Within a year all interest that was paid is taken back."
        return EarlyValue(max(0, closure.payout_minor - now.paid_out_minor), rule)
    accrued = now.value_minor - plan.principal_minor
    rule = (
        "1.5% of the deposit is kept back in the second year, 1% until the fifth year ends; interest runs to the day."
    )
    return EarlyValue(closure.payout_minor + accrued, rule)


def _monthly(plan: Plan, on: date, terms: EarlyTerms) -> EarlyValue:  # noqa: ARG001 - the shape of a rule
    free = months_later(plan.opened_on, MONTHS)
    if on < free:
        raise LockedIn(f"A Monthly Income account cannot be closed before {free:%d.%m.%Y}.", field="closed_on")
    payout = close_monthly_account(plan.principal_minor, plan.opened_on, on).payout_minor
    return EarlyValue(
        payout, "2% of the deposit is kept back before three years are over, 1% until the fifth year ends."
    )


def _time_deposit(plan: Plan, on: date, terms: EarlyTerms) -> EarlyValue:
    if plan.opened_on < TD_RULE_SINCE:
        raise NotKnown(
            "The rule for accounts opened before 10.11.2023 is not known here. Write the amount.", field="received"
        )
    months, is_five = whole_months_between(plan.opened_on, on), plan.months == TD_FIVE_MONTHS
    locked = TD_FIVE_LOCKED_MONTHS if is_five else TD_LOCKED_MONTHS
    if months < locked:
        free = months_later(plan.opened_on, locked)
        raise LockedIn(f"This Time Deposit cannot be closed before {free:%d.%m.%Y}.", field="closed_on")
    if is_five or months < MONTHS:
        rate = _savings_rate(on, terms)
        earned = to_rupee(plan.principal_minor * rate * months / MONTHS)
        return EarlyValue(
            _left(plan, on, earned), "Simple interest at the rate of savings accounts for whole months.", rate
        )
    years, rest = divmod(months, MONTHS)
    rate = max(Decimal(0), _completed_rate(plan, years, terms) - TD_LESS)
    earned = years * time_deposit_income(plan.principal_minor, rate)
    if rest:
        earned += to_rupee(plan.principal_minor * _savings_rate(on, terms) * rest / MONTHS)
    rule = "Two points below the rate for the whole years that ran, and the rate of savings accounts for the months after them."
    return EarlyValue(_left(plan, on, earned), rule, rate)


def _completed_rate(plan: Plan, years: int, terms: EarlyTerms) -> Decimal:
    if terms.card_rate is not None:
        return terms.card_rate
    try:
        return scheme_rate(f"td_{years}y", plan.opened_on).rate
    except NotKnown as error:
        raise NotKnown(
            f"The rate for {years} years on {plan.opened_on:%d.%m.%Y} is not known. Write it.", field="card_rate"
        ) from error


_RULES = {
    SchemeKind.FD: _deposit,
    SchemeKind.FD_PAYOUT: _deposit,
    SchemeKind.TAX_SAVER: _locked_deposit,
    SchemeKind.RD: lambda plan, on, terms: EarlyValue(
        _at_rate(plan, on, _bank_rate(plan, on, terms)), BANK_RULE, _bank_rate(plan, on, terms)
    ),
    SchemeKind.POST_RD: _post_instalments,
    SchemeKind.PPF: _provident,
    SchemeKind.SSY: _ask_office,
    SchemeKind.NSC: _certificate,
    SchemeKind.KVP: _doubling,
    SchemeKind.SCSS: _senior,
    SchemeKind.MIS: _monthly,
    SchemeKind.TD: _time_deposit,
}

"""The whole life of a loan as one plan: its terms, and what changed on the way (extra payments, other rates, the lender's own figure).

A month is a month: interest is counted on what is owed after the instalment before, as lenders do with monthly rests. What happens
between two instalments therefore counts as if it happened just after the first of them, as in `prepayments` and `rate_changes`.
"""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import count

from app.domain.errors import Refused
from app.domain.interest import MONTHS, check_rate, month_interest
from app.domain.loans import NeverRepaid, emi
from app.domain.money import MAX_MINOR, round_half_up
from app.domain.moratoriums import MoratoriumInterest
from app.domain.periods import Month
from app.domain.recurrence import Frequency, Rule, occurrences

LONGEST = 600
"""Most months that a plan may take, waiting included: fifty years."""
_LATEST_YEAR = 2200
_STEPS = 80
_LARGEST_LAST = 2  # instalments: more than that is left over only when something was mistyped


class Method(StrEnum):
    """On what the interest is counted."""

    REDUCING = "reducing"
    """On what is still owed."""
    FLAT = "flat"
    """On the whole amount for the whole time, whatever has been repaid."""
    NONE = "none"
    """No interest."""


class Keep(StrEnum):
    """What stays when something changes: the instalment (the end moves), or the end (the instalment moves)."""

    EMI = "emi"
    TENURE = "tenure"


class EventKind(StrEnum):
    """What can happen to a loan on the way."""

    PREPAYMENT = "prepayment"
    RATE = "rate"
    BALANCE = "balance"
    """The lender, or the books, say another balance: the plan goes on from there."""


class LoanStart(StrEnum):
    """How the books get to know a loan."""

    NEW = "new"
    """Its money comes in."""
    OWED = "owed"
    """It runs already, and what is owed on a day is known: the terms are those of the time left."""
    PAID = "paid"
    """It runs already, and how it began is known: so many instalments were paid before."""


class RowKind(StrEnum):
    """What a row of a plan is."""

    WAITING = "waiting"
    INSTALMENT = "instalment"
    PREPAYMENT = "prepayment"
    RATE = "rate"
    BALANCE = "balance"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a borrower agrees to. Money in minor units, the yearly rate as a fraction.

    `first_on` is the date of the first row, `day` the day of the month of all others: the 31st falls on the last day of a shorter
    month and comes back. `emi_minor` is the lender's own instalment where it differs a little from the formula. In the first
    `waiting_months` nothing is repaid.

    Raises: Refused, naming the field, when something cannot be meant.
    """

    principal_minor: int
    annual_rate: Decimal
    months: int
    first_on: date
    day: int
    method: Method = Method.REDUCING
    emi_minor: int | None = None
    waiting_months: int = 0
    waiting_interest: MoratoriumInterest = MoratoriumInterest.PAY

    def __post_init__(self) -> None:
        if not 0 < self.principal_minor <= MAX_MINOR:
            raise Refused("Write an amount above zero.", field="principal")
        check_rate(self.annual_rate)
        if self.method is Method.NONE and self.annual_rate:
            raise Refused("A loan without interest has the rate 0.", field="annual_rate")
        if not 1 <= self.months <= LONGEST:
            raise Refused(f"Write the number of months, from 1 to {LONGEST}.", field="months")
        if not 0 <= self.waiting_months <= LONGEST - self.months:
            raise Refused(f"Waiting and repaying can take {LONGEST} months together.", field="waiting_months")
        if self.first_on.year > _LATEST_YEAR:
            raise Refused("Write a day in this century.", field="first_on")
        if not 1 <= self.day <= 31 or self.first_on != Month.of(self.first_on).up_to(self.day):  # noqa: PLR2004 - days of a month
            raise Refused("The first date must fall on this day, or on the last day of a shorter month.", field="day")
        if self.emi_minor is not None and not 0 < self.emi_minor <= MAX_MINOR:
            raise Refused("Write an instalment above zero.", field="emi")

    def dates(self) -> Iterator[date]:
        """The dates of the rows, without end.

        >>> terms = Terms(100, Decimal(0), 3, date(2026, 2, 28), 31)
        >>> next(day for day in terms.dates() if day.month == 3)
        datetime.date(2026, 3, 31)
        """
        return occurrences(self.rule(), self.first_on)

    def rule(self, times: int | None = None) -> Rule:
        """The dates as a rule that begins on any of them, and ends after so many."""
        return Rule(Frequency.MONTHLY, times=times, by_month_day=(self.day,), is_clamped=True)


@dataclass(frozen=True, slots=True)
class Event:
    """What changed on a day. `amount_minor` is the extra payment or the balance, `annual_rate` the new rate."""

    on: date
    kind: EventKind
    keep: Keep = Keep.EMI
    amount_minor: int = 0
    annual_rate: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One row: an instalment, a month of waiting, or an event. Money in minor units.

    `number` counts the instalments and months of waiting from 1; an event has that of the one before it. `opening_minor` less
    principal and extra payment, and with what was added, is `balance_minor`.
    """

    number: int
    on: date
    kind: RowKind
    annual_rate: Decimal
    emi_minor: int
    opening_minor: int
    interest_minor: int
    paid_minor: int
    """What leaves the account on this day."""
    added_minor: int
    """Interest that is added to the loan, or what a corrected balance adds (less when negative)."""
    balance_minor: int

    @property
    def is_due(self) -> bool:
        """Whether it comes by itself on its date."""
        return self.kind in {RowKind.WAITING, RowKind.INSTALMENT}

    @property
    def principal_minor(self) -> int:
        """What an instalment repays."""
        return self.paid_minor - self.interest_minor if self.kind is RowKind.INSTALMENT else 0

    @property
    def prepaid_minor(self) -> int:
        """What is paid on top."""
        return self.paid_minor if self.kind is RowKind.PREPAYMENT else 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Every row of a loan, in the order of their dates. It closes at exactly zero."""

    terms: Terms
    rows: tuple[PlanRow, ...]

    @property
    def due(self) -> tuple[PlanRow, ...]:
        """Instalments and months of waiting, without the events."""
        return tuple(row for row in self.rows if row.is_due)

    @property
    def interest_minor(self) -> int:
        """Interest over the whole life."""
        return sum(row.interest_minor for row in self.rows)

    @property
    def paid_minor(self) -> int:
        """Everything that is paid, charges apart."""
        return sum(row.paid_minor for row in self.rows)

    @property
    def emi_minor(self) -> int:
        """The first full instalment; 0 when the loan is paid off before it."""
        return next((row.emi_minor for row in self.rows if row.kind is RowKind.INSTALMENT), 0)

    @property
    def ends_on(self) -> date:
        """The day of the last row."""
        return self.rows[-1].on

    def row_on(self, day: date) -> PlanRow | None:
        """The instalment or month of waiting of a day."""
        return next((row for row in self.rows if row.is_due and row.on == day), None)

    def balance_on(self, day: date) -> int:
        """What is owed at the end of a day when everything went by plan.

        >>> terms = Terms(300, Decimal(0), 3, date(2026, 1, 31), 31)
        >>> loan_plan(terms).balance_on(date(2026, 2, 28))
        100
        """
        past = [row for row in self.rows if row.on <= day]
        return past[-1].balance_minor if past else self.terms.principal_minor

    def after(self, day: date) -> tuple[PlanRow, ...]:
        """The rows that are still to come after a day."""
        return tuple(row for row in self.rows if row.on > day)


def loan_plan(terms: Terms, events: Sequence[Event] = ()) -> Plan:
    """The plan of a loan with everything that changed on the way. Events of one day count in the order given.

    Units: minor units, rates as yearly fractions.
    Rounding: interest half-up each month; each new instalment half-up; the last one takes what is left.
    Raises: Refused when an event cannot be: more than is owed, after the end, a flat rate that moves, more than 50 years;
    NeverRepaid when an instalment that stays does not cover the interest.
    Source: as `loans`, `prepayments`, `rate_changes`, `moratoriums` and `borrowing`, which it agrees with.

    >>> plan = loan_plan(Terms(1_000_000, Decimal(0), 10, date(2026, 1, 5), 5), [Event(date(2026, 2, 9), EventKind.PREPAYMENT, amount_minor=300_000)])
    >>> len(plan.due), plan.rows[-1].balance_minor, str(plan.ends_on)
    (7, 0, '2026-07-05')
    """
    todo = sorted(events, key=lambda event: event.on)
    state = _State(terms)
    rows: list[PlanRow] = []
    for number, on in zip(count(1), terms.dates(), strict=False):
        while todo and todo[0].on < on:
            rows.append(state.happen(todo.pop(0), number - 1))
        if not state.balance_minor:
            break
        rows.append(state.pay(number, on))
    if todo:
        raise Refused("The loan is paid off by then.", field="on")
    return Plan(terms, tuple(rows))


def yearly_cost(received_minor: int, payments_minor: Sequence[int]) -> Decimal:
    """The yearly rate at which monthly payments are worth what was received: 12 times their internal rate of return.

    Units: minor units; a fraction, not rounded; 0 when the payments return no more than was received.
    Source: RBI key facts statement (15 April 2024), for payments that need not be equal; by bisection, for their worth falls as
    the rate rises.

    >>> round(yearly_cost(19_600_000, [969_733] * 24), 4)
    Decimal('0.1707')
    """
    if received_minor <= 0:
        raise Refused("The fee must be less than the loan.", field="fee")
    low, high = Decimal(0), Decimal(1)
    if sum(payments_minor) <= received_minor:
        return low
    while _worth(payments_minor, high) > received_minor:
        high *= 2
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _worth(payments_minor, middle) > received_minor else (low, middle)
    return (low + high) / 2 * MONTHS


def _worth(payments_minor: Sequence[int], rate: Decimal) -> Decimal:
    worth, factor = Decimal(0), 1 + rate
    for payment in reversed(payments_minor):
        worth = (worth + payment) / factor
    return worth


class _State:
    """A loan between two rows."""

    __slots__ = (
        "accrued",
        "balance_minor",
        "base_minor",
        "counted_minor",
        "emi_minor",
        "left",
        "rate",
        "terms",
        "waiting",
    )

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.balance_minor = terms.principal_minor
        self.base_minor = terms.principal_minor  # what simple or flat interest is counted on
        self.rate = terms.annual_rate
        self.waiting = terms.waiting_months
        self.left = terms.months
        self.accrued = Decimal(
            0
        )  # twelve times the flat interest so far, exact; and what was counted of it in whole minor units
        self.counted_minor = 0
        self.emi_minor = 0
        if not self.waiting:
            self._begin()

    def pay(self, number: int, on: date) -> PlanRow:
        """The row of a date."""
        opening = self.balance_minor
        if self.waiting:
            row = self._wait(number, on)
        else:
            interest, principal = self.step()
            row = PlanRow(
                number, on, RowKind.INSTALMENT, self.rate, self.emi_minor, opening, interest, interest + principal, 0, self.balance_minor
            )  # fmt: skip
        return row

    def happen(self, event: Event, number: int) -> PlanRow:
        """Let an event change what comes, and give its row."""
        if not self.balance_minor:
            raise Refused("The loan is paid off by then.", field="on")
        opening = self.balance_minor
        match event.kind:
            case EventKind.PREPAYMENT:
                if not 0 < event.amount_minor <= opening:
                    raise Refused(
                        "The extra payment must be above zero, and no more than what is owed.", field="amount"
                    )
                self._owe(opening - event.amount_minor)
                kind, paid, added = RowKind.PREPAYMENT, event.amount_minor, 0
            case EventKind.RATE:
                check_rate(event.annual_rate, "annual_rate")
                if self.terms.method is Method.FLAT:
                    raise Refused("A flat rate stays as it was agreed.", field="annual_rate")
                self.rate = event.annual_rate
                kind, paid, added = RowKind.RATE, 0, 0
            case EventKind.BALANCE:
                if not 0 <= event.amount_minor <= MAX_MINOR:
                    raise Refused("Write a balance of zero or more.", field="amount")
                self._owe(event.amount_minor)
                kind, paid, added = RowKind.BALANCE, 0, event.amount_minor - opening
        if self.balance_minor and not self.waiting:
            self._go_on(event.keep)
        return PlanRow(number, event.on, kind, self.rate, self.emi_minor, opening, 0, paid, added, self.balance_minor)

    def _owe(self, minor: int) -> None:
        self.base_minor = max(0, self.base_minor + minor - self.balance_minor) if self.waiting else self.base_minor
        self.balance_minor = minor

    def _begin(self) -> None:
        """Repaying starts."""
        self.base_minor = self.balance_minor
        self.emi_minor = self._formula()
        own = self.terms.emi_minor
        if own is not None and own != self.emi_minor:
            wanted, self.emi_minor = self.emi_minor, own
            if own <= (interest := self.peek()):
                raise _too_small(own, interest, "emi")
            if _last_of(self) > _LARGEST_LAST * max(own, wanted):
                raise Refused(
                    "With this instalment the loan is not repaid in this time. Look at the amount, the rate and the months.",
                    field="emi",
                )

    def _go_on(self, keep: Keep) -> None:
        """Find the new instalment, or the new number of months."""
        if keep is Keep.TENURE:
            self.emi_minor = self._formula()
            return
        trial = copy(self)
        trial.left = LONGEST + 1
        for months in range(1, LONGEST + 1):
            if trial.emi_minor <= (interest := trial.peek()):
                raise _too_small(trial.emi_minor, interest, "keep")
            trial.step()
            if not trial.balance_minor:
                self.left = months
                return
        raise Refused(
            "With this instalment the loan would take more than 50 years. Keep the end instead.", field="keep"
        )

    def _formula(self) -> int:
        if self.terms.method is Method.FLAT:
            return round_half_up((self.balance_minor + self.base_minor * self.rate * self.left / MONTHS) / self.left)
        return emi(self.balance_minor, self.rate, self.left)

    def peek(self) -> int:
        """Interest of the coming month."""
        if self.terms.method is Method.FLAT:
            return round_half_up((self.accrued + self.base_minor * self.rate) / MONTHS) - self.counted_minor
        return month_interest(self.balance_minor, self.rate)

    def step(self) -> tuple[int, int]:
        """Pay an instalment: its interest and principal."""
        interest = self.peek()
        if self.terms.method is Method.FLAT:
            self.accrued += self.base_minor * self.rate
            self.counted_minor += interest
        is_last = self.left == 1
        principal = self.balance_minor if is_last else max(0, min(self.emi_minor - interest, self.balance_minor))
        self.balance_minor -= principal
        self.left -= 1
        return interest, principal

    def _wait(self, number: int, on: date) -> PlanRow:
        terms, opening = self.terms, self.balance_minor
        base = self.base_minor if terms.waiting_interest is MoratoriumInterest.SIMPLE else opening
        interest = month_interest(base, self.rate)
        is_paid = terms.waiting_interest is MoratoriumInterest.PAY
        added = 0 if is_paid else interest
        self.balance_minor += added
        if self.balance_minor > MAX_MINOR:
            raise Refused("The loan grows beyond any amount while waiting.", field="waiting_months")
        self.waiting -= 1
        if not self.waiting:
            self._begin()
        return PlanRow(
            number, on, RowKind.WAITING, self.rate, 0, opening, interest, interest if is_paid else 0, added, self.balance_minor
        )  # fmt: skip


def _last_of(state: _State) -> int:
    """The last instalment when nothing changes any more."""
    trial, paid = copy(state), 0
    while trial.balance_minor:
        paid = sum(trial.step())
    return paid


def _too_small(payment_minor: int, interest_minor: int, field: str) -> NeverRepaid:
    error = NeverRepaid(payment_minor, interest_minor)
    error.field = field
    return error


@dataclass(frozen=True, slots=True)
class Change:
    """A plan before and after one more event, seen from the day of the event. Money in minor units."""

    day: date
    before: Plan
    after: Plan

    @property
    def months_saved(self) -> int:
        """By how many months it ends sooner; later when negative."""
        return len(self.before.due) - len(self.after.due)

    @property
    def interest_saved_minor(self) -> int:
        """How much less interest it costs; more when negative."""
        return self.before.interest_minor - self.after.interest_minor

    @property
    def emi_before_minor(self) -> int:
        """The coming instalment without the event."""
        return _emi_after(self.before, self.day)

    @property
    def emi_after_minor(self) -> int:
        """The coming instalment with it; 0 when nothing is left to pay."""
        return _emi_after(self.after, self.day)


def change_by(terms: Terms, events: Sequence[Event], event: Event) -> Change:
    """What one more event would change.

    Raises: as `loan_plan`.

    >>> terms = Terms(1_000_000, Decimal(0), 10, date(2026, 1, 5), 5)
    >>> change_by(terms, [], Event(date(2026, 2, 9), EventKind.PREPAYMENT, amount_minor=300_000)).months_saved
    3
    """
    return Change(event.on, loan_plan(terms, events), loan_plan(terms, [*events, event]))


def _emi_after(plan: Plan, day: date) -> int:
    return next((row.emi_minor for row in plan.after(day) if row.kind is RowKind.INSTALMENT), 0)


@dataclass(frozen=True, slots=True)
class PayOff:
    """Paying everything back now, against going on by plan. Money in minor units, rates as fractions."""

    owed_minor: int
    charge_minor: int
    interest_left_minor: int

    @property
    def pay_minor(self) -> int:
        """What it takes to be free of the loan today."""
        return self.owed_minor + self.charge_minor

    @property
    def saved_minor(self) -> int:
        """Interest that is never paid, less the charge; negative when the charge is more."""
        return self.interest_left_minor - self.charge_minor

    @property
    def break_even_rate(self) -> Decimal:
        """The charge, as a part of what is owed, at which paying now saves nothing."""
        return Decimal(self.interest_left_minor) / self.owed_minor


def pay_off(plan: Plan, day: date, owed_minor: int, charge_rate: Decimal) -> PayOff | None:
    """What paying back all of it on a day would save; none when nothing is owed.

    Units: minor units; the charge a fraction of what is owed. Rounding: the charge half-up, once.
    Raises: Refused when the charge is negative or more than the loan.

    >>> plan = loan_plan(Terms(10_000_000, Decimal("0.12"), 12, date(2026, 1, 5), 5))
    >>> pay_off(plan, date(2026, 1, 1), 10_000_000, Decimal("0.02")).saved_minor
    461853
    """
    if not 0 <= charge_rate <= 1:
        raise Refused("Write a charge from 0 to 100 %.", field="charge")
    if owed_minor <= 0:
        return None
    left = sum(row.interest_minor for row in plan.after(day))
    return PayOff(owed_minor, round_half_up(owed_minor * charge_rate), left)

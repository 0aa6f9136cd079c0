"""What a person agrees with a bank or post office, checked by the rules of the scheme before anything is posted."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation, Overflow
from typing import Any

from app.domain.errors import Refused
from app.domain.facts.reading import NotKnown
from app.domain.fixed_deposits import Payout
from app.domain.money import MAX_MINOR
from app.domain.periods import Month
from app.domain.provident_funds import Movement
from app.domain.scheme_kinds import (
    KINDS,
    LONGEST_TENOR,
    Family,
    SchemeKind,
    check_once,
    check_year,
    deposits_end,
    limits_of,
    maturity_of,
    rate_name,
)
from app.domain.scheme_plans import Compounding, Plan, instalment_days, value_as_planned
from app.domain.scheme_rates import doubling_time, scheme_rate
from app.domain.texts import clean
from app.services.posting import check_day
from app.services.uow import BookWork

HIGHEST_RATE = Decimal("0.5")
RUPEES = "INR"


@dataclass(frozen=True, slots=True)
class SchemeCommand:
    """A deposit or scheme as a person states it. Amounts in minor units of the book's currency, rates yearly fractions.

    One that `is_taken_over` was there before the books: what was in it on `counted_on` is an opening balance, and no account pays.
    `paid_before` counts the instalments that had been paid by then; none takes all that were due. `is_scheduled`: instalments post by
    themselves. Without a rate the notified one is taken.
    """

    book_id: int
    user_id: int | None
    kind: SchemeKind
    name: str
    opened_on: date
    institution: str = ""
    number_end: str = ""
    tenor_months: int | None = None
    tenor_days: int = 0
    principal_minor: int = 0
    rate: Decimal | None = None
    compounding: Compounding = Compounding.QUARTERLY
    payout: Payout | None = None
    instalment_minor: int = 0
    instalment_months: int = 0
    instalments_from: date | None = None
    is_scheduled: bool = False
    is_taken_over: bool = False
    counted_on: date | None = None
    paid_before: int | None = None
    from_account_id: int | None = None
    payout_account_id: int | None = None
    tax_rate: Decimal | None = None
    penalty_rate: Decimal | None = None
    is_joint: bool = False
    nominee: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed, checked and complete: the columns of a scheme, its plan as it begins, and what opens it."""

    columns: dict[str, Any]
    plan: Plan
    opening_minor: int
    own_rate: Decimal | None


def terms_of(work: BookWork, command: SchemeCommand, today: date) -> Terms:
    """Check what a person states, and complete it.

    Raises: Refused with the field to correct; NotKnown beside `rate` when nobody has notified one for that day.
    """
    kind, facts = command.kind, KINDS[command.kind]
    if facts.is_indian and work.book.currency != RUPEES:
        raise Refused("This scheme is in Indian rupees. Open a book in INR for it.", field="kind")
    check_day(work, command.opened_on, field="opened_on")
    if command.opened_on > today:
        raise Refused("It begins after today. Add it once it is open.", field="opened_on")
    months = _tenor(command)
    matures_on = maturity_of(kind, command.opened_on, months, command.tenor_days)
    starts_on = _starts_on(command, today)
    rate, own_rate, is_own = _rate(command, months, starts_on, today)
    payout = _payout(command)
    plan = Plan(
        kind=kind,
        opened_on=command.opened_on,
        matures_on=matures_on,
        starts_on=starts_on,
        rate=rate,
        compounding=command.compounding if kind == SchemeKind.FD else Compounding.QUARTERLY,
        payout=payout,
        rates=((starts_on, own_rate),) if own_rate is not None else (),
    )
    plan, opening = _amounts(command, plan, today)
    _check_size(plan)
    _check_accounts(command, plan, opening)
    columns = {
        "kind": kind, "institution": clean(command.institution, 80), "number_end": clean(command.number_end, 8),
        "opened_on": plan.opened_on, "starts_on": starts_on, "matures_on": matures_on, "tenor_months": months,
        "tenor_days": command.tenor_days, "principal_minor": plan.principal_minor or opening, "rate": rate, "is_own_rate": is_own,
        "compounding": plan.compounding, "payout": payout, "instalment_minor": plan.instalment_minor,
        "instalment_months": plan.instalment_months, "instalments_from": plan.instalments_from, "paid_before": plan.paid_before,
        "is_taken_over": command.is_taken_over, "from_account_id": command.from_account_id,
        "payout_account_id": command.payout_account_id, "tax_rate": _share(command.tax_rate, "tax_rate"),
        "penalty_rate": _share(command.penalty_rate, "penalty_rate"), "is_joint": command.is_joint,
        "nominee": clean(command.nominee, 80), "note": clean(command.note, 1000, lines=True),
    }  # fmt: skip
    return Terms(columns, plan, opening, own_rate)


def _tenor(command: SchemeCommand) -> int:
    tenors = KINDS[command.kind].tenors
    if command.tenor_months is not None:
        return command.tenor_months
    if command.kind == SchemeKind.KVP:
        try:
            return doubling_time(command.opened_on).months
        except NotKnown as error:
            words = f"In how many months one bought on {command.opened_on:%d.%m.%Y} doubles is not known yet. Write it."
            raise NotKnown(words, field="tenor") from error
    if tenors and command.kind != SchemeKind.TD:
        return tenors[0]
    if not tenors and command.tenor_days:
        return 0
    raise Refused(f"Write a term from 7 days to {LONGEST_TENOR} months.", field="tenor")


def _starts_on(command: SchemeCommand, today: date) -> date:
    """From when the books know it: a fund or a recurring deposit that was taken over, from the day of its balance."""
    if not command.is_taken_over or KINDS[command.kind].family not in {Family.FUND, Family.INSTALMENTS}:
        return command.opened_on
    counted_on = command.counted_on or today
    if not command.opened_on <= counted_on <= today:
        raise Refused("Write a day from its opening to today.", field="counted_on")
    return counted_on


def _rate(
    command: SchemeCommand, months: int, starts_on: date, today: date
) -> tuple[Decimal | None, Decimal | None, bool]:
    """The fixed rate, a person's own rate of a floating scheme, and whether a person wrote either."""
    facts = KINDS[command.kind]
    if command.kind == SchemeKind.KVP:
        return None, None, command.tenor_months is not None
    if command.rate is not None:
        if not 0 < command.rate <= HIGHEST_RATE:
            raise Refused("Write a yearly rate above 0 and up to 50%.", field="rate")
        return (None, command.rate, True) if facts.is_floating else (command.rate, None, True)
    name = rate_name(command.kind, months)
    if name is None:
        raise Refused("Write the rate.", field="rate")
    if not facts.is_floating:
        return _notified(name, command.opened_on), None, False
    month = Month.of(starts_on)
    while month <= Month.of(today):
        _notified(name, max(month.first, starts_on))
        month = month.next()
    return None, None, False


def _notified(name: str, on: date) -> Decimal:
    try:
        return scheme_rate(name, on).rate
    except NotKnown as error:
        words = f"The notified rate for {on:%d.%m.%Y} is not known here yet. Write the rate."
        raise NotKnown(words, field="rate") from error


def _payout(command: SchemeCommand) -> Payout | None:
    if command.kind == SchemeKind.FD_PAYOUT:
        return command.payout or Payout.QUARTERLY
    if command.kind == SchemeKind.TAX_SAVER and command.payout in {Payout.MONTHLY, Payout.QUARTERLY}:
        return command.payout
    return None


def _amounts(command: SchemeCommand, plan: Plan, today: date) -> tuple[Plan, int]:
    match plan.family:
        case Family.INSTALMENTS:
            return _instalments(command, plan, today)
        case Family.FUND:
            return _fund(command, plan)
        case _:
            if not 0 < command.principal_minor <= MAX_MINOR:
                raise Refused("Write an amount above zero.", field="principal")
            check_once(command.kind, command.principal_minor, command.opened_on, is_joint=command.is_joint)
            return replace(plan, principal_minor=command.principal_minor), command.principal_minor


def _instalments(command: SchemeCommand, plan: Plan, today: date) -> tuple[Plan, int]:
    if not 0 < command.instalment_minor <= MAX_MINOR:
        raise Refused("Write an amount above zero.", field="instalment")
    plan = replace(
        plan, instalment_minor=command.instalment_minor, instalment_months=1, instalments_from=plan.opened_on
    )
    if not command.is_taken_over:
        return replace(plan, deposits=(Movement(plan.opened_on, plan.instalment_minor),)), plan.instalment_minor
    due = sum(1 for day in instalment_days(plan) if day <= min(plan.starts_on, today))
    paid = due if command.paid_before is None else command.paid_before
    if not 0 <= paid <= due:
        raise Refused(f"Write how many were paid by then, from 0 to {due}.", field="paid_before")
    return replace(plan, paid_before=paid), paid * plan.instalment_minor


def _fund(command: SchemeCommand, plan: Plan) -> tuple[Plan, int]:
    opening = command.principal_minor
    if not 0 <= opening <= MAX_MINOR:
        raise Refused("Write an amount from zero up.", field="principal")
    if not 0 <= command.instalment_minor <= MAX_MINOR:
        raise Refused("Write an amount from zero up.", field="instalment")
    if not opening and not command.instalment_minor:
        raise Refused("Write what is in it, or what you will pay in.", field="principal")
    if not command.is_taken_over:
        check_year(plan.kind, opening, plan.opened_on, field="principal")
    if opening:
        plan = replace(plan, deposits=(Movement(plan.starts_on, opening),))
    if not command.instalment_minor:
        return plan, opening
    first, end = command.instalments_from or plan.starts_on, deposits_end(plan.kind, plan.opened_on, plan.matures_on)
    if not plan.starts_on <= first < end:
        raise Refused(f"Write a day from {plan.starts_on:%d.%m.%Y} to {end - timedelta(days=1):%d.%m.%Y}.", field="instalments_from")  # fmt: skip
    if command.instalment_months not in {1, 3, 6, 12}:
        raise Refused("Choose how often you pay in.", field="instalment_months")
    limits = limits_of(plan.kind, first)
    if limits:
        check_year(plan.kind, command.instalment_minor * (12 // command.instalment_months), first, field="instalment")
    return (
        replace(
            plan,
            instalment_minor=command.instalment_minor,
            instalment_months=command.instalment_months,
            instalments_from=first,
        ),
        opening,
    )


def _check_size(plan: Plan) -> None:
    """Refuse what would grow beyond any amount."""
    try:
        most = value_as_planned(plan)
    except (InvalidOperation, Overflow):
        most = MAX_MINOR + 1
    if most > MAX_MINOR:
        field = "instalment" if plan.instalment_minor else "principal"
        raise Refused("This would grow to more than an amount can be. Check the amount, the rate and the term.", field=field)  # fmt: skip


def _check_accounts(command: SchemeCommand, plan: Plan, opening_minor: int) -> None:
    pays = (opening_minor and not command.is_taken_over) or (command.is_scheduled and plan.instalment_minor)
    if pays and command.from_account_id is None:
        raise Refused("Choose the account that pays.", field="from_account_id")
    if plan.family == Family.INCOME and command.payout_account_id is None:
        raise Refused("Choose the account that gets the interest.", field="payout_account_id")


def _share(rate: Decimal | None, field: str) -> Decimal | None:
    if rate is not None and not 0 <= rate <= HIGHEST_RATE:
        raise Refused("Write a share from 0 to 50%.", field=field)
    return rate or None

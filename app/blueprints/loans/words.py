"""What the pages of loans say in sentences."""

from datetime import date

from app.domain.loan_plans import Change, Event, EventKind, Keep, Method, Terms
from app.domain.moratoriums import MoratoriumInterest
from app.web.formats import counted, day, exact_pct, money

YEAR = 12


def months_in_words(count: int) -> str:
    """1 month; 5 months; 2 years; 2 years 3 months.

    >>> months_in_words(27)
    '2 years 3 months'
    """
    years, months = divmod(count, YEAR)
    parts = [counted(years, "year")] if years else []
    return " ".join([*parts, counted(months, "month")] if months or not years else parts)


def terms_in_words(terms: Terms) -> str:
    """What was agreed, in one line."""
    if terms.method is Method.NONE or not terms.annual_rate:
        at = " without interest"
    elif terms.method is Method.FLAT:
        at = f" at {exact_pct(terms.annual_rate)} a year, flat"
    else:
        at = f" at {exact_pct(terms.annual_rate)} a year on what is owed"
    waits = f", after {months_in_words(terms.waiting_months)} of waiting" if terms.waiting_months else ""
    return f"{money(terms.principal_minor, decimals=False)}{at}, in {counted(terms.months, 'instalment')}{waits}"


def waiting_in_words(terms: Terms) -> str:
    """What becomes of the interest of the waiting months."""
    return {
        MoratoriumInterest.PAY: "its interest is paid each month",
        MoratoriumInterest.CAPITALISE: "its interest is added to the loan each month",
        MoratoriumInterest.SIMPLE: "its interest is added to the loan, and bears none itself",
    }[terms.waiting_interest]


def event_in_words(event: Event) -> str:
    """An event as the list of changes says it."""
    match event.kind:
        case EventKind.PREPAYMENT:
            kept = "same instalment" if event.keep is Keep.EMI else "same end"
            return f"Extra payment of {money(event.amount_minor)}, {kept}"
        case EventKind.RATE:
            kept = "same instalment" if event.keep is Keep.EMI else "same end"
            return f"Rate {exact_pct(event.annual_rate)} from here on, {kept}"
        case EventKind.BALANCE:
            return f"Plan goes on from {money(event.amount_minor)}, as the books say"


def prepayment_answer(change: Change, event: Event, charge_minor: int, today: date) -> str:
    """What an extra payment does, in one sentence or two."""
    what = f"{_whole(event.amount_minor)} {'now' if event.on == today else 'on ' + day(event.on)}"
    saved = change.interest_saved_minor
    less = change.emi_before_minor - change.emi_after_minor
    if not change.emi_after_minor:
        does = f"pays off the loan{_sooner(change.months_saved)}"
    elif change.months_saved > 0:
        does = f"ends it {months_in_words(change.months_saved)} sooner"
    elif less > 0:  # also with the same instalment while waiting: it is not fixed before repaying begins
        does = f"lowers the instalment by {money(less)} to {money(change.emi_after_minor)}"
    else:
        does = "makes the last instalment smaller"
    answer = f"{what} {does} and saves {_whole(saved)}." if saved > 0 else f"{what} {does}, and saves no interest."
    if charge_minor and charge_minor < saved:
        answer += f" After the charge, {_whole(saved - charge_minor)} remains."
    elif charge_minor:
        answer += f" The charge of {_whole(charge_minor)} is more than that."
    return answer


def rate_answer(change: Change, event: Event) -> str:
    """What another rate does, in one sentence."""
    at = f"At {exact_pct(event.annual_rate)} from {day(event.on)} {event.on.year}"
    more = -change.interest_saved_minor
    cost = f"{_whole(abs(more))} {'more' if more > 0 else 'less'} interest" if more else "the same interest"
    step = change.emi_after_minor - change.emi_before_minor
    if event.keep is Keep.EMI and not step:
        later = -change.months_saved
        moved = f"{months_in_words(abs(later))} {'later' if later > 0 else 'sooner'}" if later else "in the same month"
        return f"{at} the instalment stays {money(change.emi_after_minor)} and it ends {moved}, for {cost}."
    if not step:
        return f"{at} the instalment stays {money(change.emi_after_minor)}, for {cost}."
    went = "rises" if step > 0 else "falls"
    return f"{at} the instalment {went} by {money(abs(step))} to {money(change.emi_after_minor)}, for {cost}."


def difference_in_words(owed_minor: int, planned_minor: int) -> str:
    """That books and plan do not agree."""
    return f"The books say {money(owed_minor)}, the plan says {money(planned_minor)}."


def _sooner(months: int) -> str:
    return f", {months_in_words(months)} sooner," if months > 0 else ""


def _whole(minor: int) -> str:
    return money(minor, decimals=False)

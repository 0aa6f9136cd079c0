"""Credit card months: on which statement a purchase stands, and when that is due."""

from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.errors import Refused
from app.domain.periods import Month

LAST_DAY = 31
LONGEST_CREDIT = 90


@dataclass(frozen=True, slots=True)
class CardCycle:
    """The statement of a purchase, its due date, and the days from the purchase until then."""

    statement_on: date
    due_on: date
    free_days: int


def card_cycle(purchased_on: date, statement_day: int, days_to_due: int) -> CardCycle:
    """The statement a purchase falls into. One made on the statement day is still in it.

    Units: days. A statement day that a month does not have is its last day.
    Raises: Refused for a day outside 1 to 31 or more than 90 days of credit.
    Source: practice of card issuers; due date = statement + days.

    >>> card_cycle(date(2026, 2, 10), 31, 18).due_on
    datetime.date(2026, 3, 18)
    """
    if not 1 <= statement_day <= LAST_DAY:
        raise Refused("The statement day lies from 1 to 31.", field="statement_day")
    if not 0 <= days_to_due <= LONGEST_CREDIT:
        raise Refused(f"The due date lies 0 to {LONGEST_CREDIT} days after the statement.", field="days_to_due")
    month = Month.of(purchased_on)
    statement = month.up_to(statement_day)
    if purchased_on > statement:
        statement = month.next().up_to(statement_day)
    due = statement + timedelta(days=days_to_due)
    return CardCycle(statement, due, (due - purchased_on).days)

"""Calendars and repetition of the contract, by our functions."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice

from app.domain import card_cycles, local_days, recurring_series
from app.domain.fiscal_years import FiscalYear
from app.domain.periods import Month
from app.domain.recurrence import billing_dates, occurrences
from app.domain.recurrence_texts import parse_rule
from benchmarks.contracts.values import Contract, Inputs, Outputs, day, major, minor


def _rrule_expand(given: Inputs) -> Outputs:
    found = islice(occurrences(parse_rule(given["rule"]), day(given["dtstart"])), given["limit"])
    return {"dates": [on.isoformat() for on in found]}


def _billing_dates(given: Inputs) -> Outputs:
    found = billing_dates(day(given["first"]), given["months"], given["count"])
    return {"dates": [on.isoformat() for on in found]}


def _fiscal_year(given: Inputs) -> Outputs:
    on = day(given["on"])
    year = FiscalYear.of(on, given["start_month"])
    return {
        "label": str(year),
        "start": year.first.isoformat(),
        "end": year.last.isoformat(),
        "quarter": year.quarter(on),
        "days": year.days,
    }


def _month_bounds_utc(given: Inputs) -> Outputs:
    found = local_days.month_instants(Month(given["year"], given["month"]), given["tz"])
    return {"start": f"{found.start_at:%Y-%m-%dT%H:%M:%SZ}", "end_exclusive": f"{found.end_at:%Y-%m-%dT%H:%M:%SZ}"}


def _local_date(given: Inputs) -> Outputs:
    return {"date": local_days.local_day(datetime.fromisoformat(given["timestamp_utc"]), given["tz"]).isoformat()}


def _card_cycle(given: Inputs) -> Outputs:
    found = card_cycles.card_cycle(day(given["purchase"]), given["statement_day"], given["days_to_due"])
    return {
        "statement": found.statement_on.isoformat(),
        "due": found.due_on.isoformat(),
        "free_days": found.free_days,
    }


def _detect_recurring(given: Inputs) -> Outputs:
    paid = [
        recurring_series.Paid(day(on), minor(amount))
        for on, amount in zip(given["dates"], given["amounts"], strict=True)
    ]
    found = recurring_series.find_series(paid)
    if isinstance(found, recurring_series.NotRecurring):
        return {"recurring": False, "reason": found.value}
    return {
        "recurring": True,
        "cadence": found.cadence.value,
        "amount_kind": found.amount_kind.value,
        "typical_amount": major(found.typical_minor),
        "next": found.next_on.isoformat(),
    }


CONTRACTS: Mapping[str, Contract] = {
    "rrule_expand": _rrule_expand,
    "billing_dates": _billing_dates,
    "fiscal_year": _fiscal_year,
    "month_bounds_utc": _month_bounds_utc,
    "local_date": _local_date,
    "card_cycle": _card_cycle,
    "detect_recurring": _detect_recurring,
}

"""What pages say of deposits in words: the rule behind a figure, the rate, and how it stands."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from app.domain.facts.reading import NotKnown
from app.domain.fixed_deposits import Payout
from app.domain.scheme_entries import EntryPart
from app.domain.scheme_kinds import Family, SchemeKind, rate_name
from app.domain.scheme_plans import Compounding, RateOfDay, rate_on
from app.domain.scheme_rates import SchemeRate, doubling_time, scheme_rate
from app.queries.accounts import AccountView
from app.queries.schemes import SchemeView
from app.web.formats import exact_pct, long_day, money

PARTS = {
    EntryPart.OPENING: "Opened",
    EntryPart.DEPOSIT: "Paid in",
    EntryPart.PAYOUT: "Interest paid out",
    EntryPart.CREDIT: "Interest credited",
    EntryPart.CLOSING: "Closed",
}
_PAID = {
    Payout.MONTHLY: "paid each month",
    Payout.QUARTERLY: "paid each quarter",
    Payout.HALF_YEARLY: "paid each half-year",
    Payout.YEARLY: "paid each year",
}
_ADDED = {
    Compounding.MONTHLY: "compounded monthly",
    Compounding.QUARTERLY: "compounded quarterly",
    Compounding.HALF_YEARLY: "compounded half-yearly",
    Compounding.YEARLY: "compounded yearly",
    Compounding.SIMPLE: "simple interest",
}
_OFFICE = {
    SchemeKind.SCSS: "paid each quarter, rounded to the rupee",
    SchemeKind.MIS: "paid each month, rounded to the rupee",
    SchemeKind.TD: "compounded quarterly, paid each year, rounded to the rupee",
}


def told(scheme: SchemeView, current: RateOfDay | None, accounts: Mapping[int, AccountView]) -> list[tuple[str, str]]:
    """What was agreed, and by which rule the figures follow from it: a name and a sentence each.

    `current` is the rate of a floating scheme today.
    """
    plan, source = scheme.plan, source_of(scheme)
    rows = [("Rule", f"{rule_of(scheme)}.")]
    if current is not None:
        rows.append(("Rate today", _floating(current)))
        own = (f"{exact_pct(rate)} from {long_day(first)}" for first, rate in plan.rates)
        rows.append(("Your rates", "\n".join(own) or "None: notified rates count"))
    elif source is not None:
        rows.append(("Notified", f"{source.source} ({source.certainty} certainty)."))
    elif scheme.facts.rate_name:
        rows.append(("Rate", "Written by you, instead of the notified one."))
    taken_over = f", in the books since {long_day(plan.starts_on)}" if plan.starts_on > plan.opened_on else ""
    rows.append(("Opened", f"{long_day(plan.opened_on)}{taken_over}"))
    rows.append(("Ends", f"{long_day(plan.matures_on)}. {FROZEN}"))
    if plan.instalment_minor:
        how = "posted by themselves" if scheme.instalment_schedule_id else "paid in by hand"
        rows.append(("Instalments", f"{money(plan.instalment_minor)}, {how}"))
    if payout := accounts.get(scheme.payout_account_id or 0):
        rows.append(("Money comes to", payout.name))
    if scheme.tax_rate:
        rows.append(("Tax held back", f"{exact_pct(scheme.tax_rate)} of each interest"))
    rows += [(name, words) for name, words in (("Nominee", scheme.nominee), ("Note", scheme.note)) if words]
    return rows


def _floating(current: RateOfDay) -> str:
    if current.is_assumed:
        return f"{exact_pct(current.rate)}, the nearest rate that is known: today’s is not confirmed."
    if current.certainty == "own":
        return f"{exact_pct(current.rate)}, written by you"
    return f"{exact_pct(current.rate)}, notified. {current.source} ({current.certainty} certainty)."


def rule_of(scheme: SchemeView) -> str:
    """The rule by which it grows: 7.1% compounded quarterly since 1 April 2025."""
    plan = scheme.plan
    since = f"since {long_day(plan.opened_on)}"
    match plan.family:
        case Family.DOUBLING:
            return f"Doubles in {plan.months} months {since}; in between it grows evenly"
        case Family.CERTIFICATE:
            return f"{exact_pct(plan.rate or Decimal(0))} compounded yearly {since}, evenly within a year"
        case Family.FUND:
            return "Each month earns on its lowest balance after the 5th; credited each 31 March, rounded to the rupee"
        case Family.INSTALMENTS:
            return f"{exact_pct(plan.rate or Decimal(0))} compounded quarterly on each instalment {since}"
        case Family.INCOME:
            how = _OFFICE.get(plan.kind) or _PAID[plan.payout or Payout.QUARTERLY]
            return f"{exact_pct(plan.rate or Decimal(0))} {how}, {since}"
        case _:
            return f"{exact_pct(plan.rate or Decimal(0))} {_ADDED[plan.compounding]} {since}"


FROZEN = "From then on it stays what it is worth that day, until it is paid out."


def frozen_rule(scheme: SchemeView) -> str:
    """What happens at its end."""
    return f"From {long_day(scheme.plan.matures_on)} on it stays what it was worth then, until it is paid out."


def rate_words(scheme: SchemeView, today: date) -> str:
    """The rate for a list."""
    plan = scheme.plan
    if scheme.facts.is_floating:
        return exact_pct(rate_on(plan, max(plan.starts_on, min(today, plan.matures_on))).rate)
    return exact_pct(plan.rate) if plan.rate is not None else f"×2 in {plan.months} months"


def source_of(scheme: SchemeView) -> SchemeRate | None:
    """The notification behind a fixed rate; none for one that a person wrote or a bank agreed."""
    plan = scheme.plan
    name = rate_name(scheme.kind, scheme.tenor_months)
    if scheme.is_own_rate or name is None or scheme.facts.is_floating:
        return None
    try:
        if scheme.kind == SchemeKind.KVP:
            found = doubling_time(plan.opened_on)
            return SchemeRate(Decimal(found.months), found.certainty, found.source)
        return scheme_rate(name, plan.opened_on)
    except NotKnown:
        return None

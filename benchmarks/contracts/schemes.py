"""Deposits and savings schemes of the contract, by our functions."""

from collections.abc import Mapping

from app.domain import certificates, fixed_deposits, income_schemes, interest, provident_funds, recurring_deposits
from benchmarks.contracts.values import Contract, Inputs, Outputs, day, fraction, major, minor, percent, whole


def _fd_cumulative(given: Inputs) -> Outputs:
    value = fixed_deposits.deposit_value(
        minor(given["principal"]), fraction(given["rate_pct"]), day(given["start"]), day(given["maturity"])
    )
    return {
        "quarters": value.quarters,
        "days": value.days,
        "maturity": major(value.value_minor),
        "interest": major(value.interest_minor),
    }


def _fd_payout(given: Inputs) -> Outputs:
    every = fixed_deposits.Payout(given["frequency"])
    return {
        "payout": major(fixed_deposits.deposit_payout(minor(given["principal"]), fraction(given["rate_pct"]), every))
    }


def _fd_premature(given: Inputs) -> Outputs:
    found = fixed_deposits.close_deposit_early(
        minor(given["principal"]),
        booked_rate=fraction(given["booked_rate_pct"]),
        card_rate=fraction(given["card_rate_pct"]),
        penalty_rate=fraction(given["penalty_pct"]),
        opened_on=day(given["start"]),
        closed_on=day(given["closed"]),
    )
    return {
        "effective_rate_pct": percent(found.effective_rate),
        "payout": major(found.value.value_minor),
        "interest": major(found.value.interest_minor),
    }


def _rd_maturity(given: Inputs) -> Outputs:
    instalment = minor(given["instalment"])
    value = recurring_deposits.recurring_deposit_value(instalment, fraction(given["rate_pct"]), given["months"])
    return {"maturity": major(value), "interest": major(value - instalment * given["months"])}


def _ppf_year(given: Inputs) -> Outputs:
    moves = [provident_funds.Movement(day(move["date"]), minor(move["amount"])) for move in given["transactions"]]
    year = provident_funds.fund_year(minor(given["opening"]), given["fy_start"], fraction(given["rate_pct"]), moves)
    return {
        "lowest_balances": [major(balance) for balance in year.lowest_minor],
        "interest": str(whole(year.interest_minor)),
        "closing": major(year.closing_minor),
    }


def _ppf_projection(given: Inputs) -> Outputs:
    yearly = minor(given["annual_deposit"])
    value = provident_funds.fund_projection(yearly, fraction(given["rate_pct"]), given["years"])
    return {"invested": major(yearly * given["years"]), "maturity": str(whole(value))}


def _ssy_projection(given: Inputs) -> Outputs:
    yearly = minor(given["annual_deposit"])
    value = provident_funds.sukanya_projection(yearly, fraction(given["rate_pct"]))
    return {"invested": major(yearly * provident_funds.SSY_DEPOSIT_YEARS), "maturity": str(whole(value))}


def _nsc_schedule(given: Inputs) -> Outputs:
    found = certificates.savings_certificate(minor(given["principal"]), fraction(given["rate_pct"]))
    return {
        "accrued": [major(year) for year in found.accrued_minor],
        "maturity": major(found.maturity_minor),
        "reinvested_80c": [major(year) for year in found.reinvested_minor],
    }


def _kvp(given: Inputs) -> Outputs:
    found = certificates.doubling_certificate(minor(given["principal"]), day(given["issued"]), given["months"])
    return {
        "maturity": major(found.maturity_minor),
        "matures_on": found.matures_on.isoformat(),
        "implied_rate_pct": percent(found.implied_rate, 4),
    }


def _scss(given: Inputs) -> Outputs:
    found = income_schemes.senior_income(minor(given["principal"]), fraction(given["rate_pct"]), day(given["opened"]))
    return {
        "quarterly": str(whole(found.quarterly_minor)),
        "first_payout": str(whole(found.first_minor)),
        "first_period_end": found.first_period_ends.isoformat(),
    }


def _scss_premature(given: Inputs) -> Outputs:
    found = income_schemes.close_senior_account(minor(given["principal"]), day(given["opened"]), day(given["closed"]))
    return {"deduction": major(found.deduction_minor), "interest_recovered": found.is_interest_recovered}


def _pomis(given: Inputs) -> Outputs:
    monthly = income_schemes.monthly_income(minor(given["principal"]), fraction(given["rate_pct"]))
    return {"monthly": str(whole(monthly))}


def _pomis_premature(given: Inputs) -> Outputs:
    try:
        found = income_schemes.close_monthly_account(
            minor(given["principal"]), day(given["opened"]), day(given["closed"])
        )
    except income_schemes.LockedIn:
        return {"allowed": False}
    return {"allowed": True, "deduction": major(found.deduction_minor), "payout": major(found.payout_minor)}


def _potd_interest(given: Inputs) -> Outputs:
    yearly = income_schemes.time_deposit_income(minor(given["principal"]), fraction(given["rate_pct"]))
    return {"annual_interest": str(whole(yearly))}


def _effective_annual_rate(given: Inputs) -> Outputs:
    return {"ear_pct": percent(interest.effective_annual_rate(fraction(given["nominal_pct"]), given["periods"]), 4)}


CONTRACTS: Mapping[str, Contract] = {
    "fd_cumulative": _fd_cumulative,
    "fd_payout": _fd_payout,
    "fd_premature": _fd_premature,
    "rd_maturity": _rd_maturity,
    "ppf_year": _ppf_year,
    "ppf_projection": _ppf_projection,
    "ssy_projection": _ssy_projection,
    "nsc_schedule": _nsc_schedule,
    "kvp": _kvp,
    "scss": _scss,
    "scss_premature": _scss_premature,
    "pomis": _pomis,
    "pomis_premature": _pomis_premature,
    "potd_interest": _potd_interest,
    "effective_annual_rate": _effective_annual_rate,
}

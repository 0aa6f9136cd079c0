"""Pay of the contract, by our functions."""

from collections.abc import Mapping

from app.domain import payslips, professional_tax, provident_contributions
from app.domain.fiscal_years import FiscalYear
from app.domain.periods import Month
from app.domain.professional_tax import Gender
from app.domain.tax.years import Regime
from benchmarks.contracts.values import Contract, Inputs, Outputs, major, minor, whole

FIRST_MONTH = 4


def _month(fy: FiscalYear, number: int) -> Month:
    return Month(fy.starts_in + (number < FIRST_MONTH), number)


def _epf(given: Inputs) -> Outputs:
    base = provident_contributions.WageBase(given["mode"])
    found = provident_contributions.provident_contribution(minor(given["wages"]), base)
    return {
        "employee": whole(found.employee_minor),
        "employer_eps": whole(found.employer_pension_minor),
        "employer_epf": whole(found.employer_fund_minor),
        "edli": major(found.insurance_minor),
    }


def _esi(given: Inputs) -> Outputs:
    found = provident_contributions.state_insurance(minor(given["gross"]))
    return {
        "covered": found.is_covered,
        "employee": whole(found.employee_minor),
        "employer": whole(found.employer_minor),
    }


def _professional_tax(given: Inputs) -> Outputs:
    month = _month(FiscalYear(2025), given["month"])
    tax = professional_tax.professional_tax(given["state"], Gender(given["gender"]), minor(given["monthly"]), month)
    return {"tax": whole(tax)}


def _tds_monthly(given: Inputs) -> Outputs:
    plan = payslips.spread_tax(minor(given["annual_tax"]), minor(given["already_deducted"]), given["months_left"])
    return {"monthly": whole(plan.monthly_minor), "last_month": whole(plan.last_minor)}


def _net_salary(given: Inputs) -> Outputs:
    fy = FiscalYear.parse(given["fy"])
    pay = payslips.PayStructure(
        minor(given["basic"]),
        minor(given["hra"]),
        minor(given["special"]),
        provident_contributions.WageBase(given["epf_mode"]),
        given["state"],
        Gender(given["gender"]),
        rent_paid_minor=minor(given.get("rent_monthly", "0")),
        is_in_metro=given.get("metro", False),
        other_savings_minor=minor(given.get("other_80c_annual", "0")),
    )
    month = _month(fy, given["month"])
    found = payslips.payslip(pay, fy, Regime(given["regime"]), given["age"], month)
    return {
        "gross_month": major(found.gross_minor),
        "epf_month": whole(found.provident_minor),
        "pt_month": whole(found.professional_tax_minor),
        "total_income": whole(found.total_income_minor),
        "annual_tax": whole(found.annual_tax_minor),
        "tds_month": whole(found.tax_minor),
        "net_month": major(found.net_minor),
    }


CONTRACTS: Mapping[str, Contract] = {
    "epf": _epf,
    "esi": _esi,
    "professional_tax": _professional_tax,
    "tds_monthly": _tds_monthly,
    "net_salary": _net_salary,
}

"""Loans of the contract, by our functions."""

from collections.abc import Mapping

from app.domain import borrowing, debts, loans, moratoriums, prepayments, rate_changes
from benchmarks.contracts.values import Contract, Inputs, Outputs, fraction, major, minor, percent


def _loan(given: Inputs) -> loans.Loan:
    return loans.Loan(minor(given["principal"]), fraction(given["rate_pct"]), given["months"])


def _emi(given: Inputs) -> Outputs:
    return {"emi": major(loans.emi(minor(given["principal"]), fraction(given["rate_pct"]), given["months"]))}


def _schedule(given: Inputs) -> Outputs:
    plan = loans.schedule(_loan(given))
    shown = (plan.rows[number - 1] for number in given["show"])
    return {
        "emi": major(plan.emi_minor),
        "instalments": len(plan.rows),
        "last_instalment": major(plan.last_minor),
        "total_interest": major(plan.interest_minor),
        "total_paid": major(plan.paid_minor),
        "rows": {
            str(row.number): {
                "interest": major(row.interest_minor),
                "principal": major(row.principal_minor),
                "balance": major(row.balance_minor),
            }
            for row in shown
        },
    }


def _prepay_keep_emi(given: Inputs) -> Outputs:
    found = prepayments.prepay_keeping_emi(_loan(given), given["after"], minor(given["lump"]))
    return {
        "balance_after": major(found.balance_minor),
        "total_instalments": found.instalments,
        "months_saved": found.months_saved,
        "last_instalment": major(found.last_minor),
        "interest_saved": major(found.interest_saved_minor),
    }


def _prepay_keep_tenure(given: Inputs) -> Outputs:
    found = prepayments.prepay_keeping_tenure(_loan(given), given["after"], minor(given["lump"]))
    return {
        "balance_after": major(found.balance_minor),
        "new_emi": major(found.emi_minor),
        "last_instalment": major(found.last_minor),
        "interest_saved": major(found.interest_saved_minor),
    }


def _flat_loan(given: Inputs) -> Outputs:
    found = borrowing.flat_loan(minor(given["principal"]), fraction(given["flat_rate_pct"]), given["months"])
    return {
        "total_interest": major(found.interest_minor),
        "emi": major(found.emi_minor),
        "reducing_rate_pct": percent(found.reducing_rate, 4),
        "effective_annual_pct": percent(found.effective_rate, 4),
    }


def _moratorium(given: Inputs) -> Outputs:
    mode = moratoriums.MoratoriumInterest(given["mode"])
    found = moratoriums.with_moratorium(_loan(given), given["moratorium_months"], mode)
    return {
        "balance_at_start": major(found.balance_minor),
        "emi": major(found.repayment.emi_minor),
        "total_paid": major(found.paid_minor),
        "total_interest": major(found.interest_minor),
    }


def _rate_change(given: Inputs) -> Outputs:
    loan, after, rate = _loan(given), given["after"], fraction(given["new_rate_pct"])
    balance = major(loans.balance_after(loans.schedule(loan).rows, loan, after))
    if given["mode"] == "keep_tenor":
        found = rate_changes.change_rate_keeping_tenure(loan, after, rate)
        changed = {"new_emi": major(found.emi_minor), "emi_change": major(found.emi_change_minor)}
        return {"balance": balance, "status": "ok", **changed}
    try:
        found = rate_changes.change_rate_keeping_emi(loan, after, rate)
    except loans.NeverRepaid as error:
        return {
            "balance": balance,
            "status": "negative_amortisation",
            "first_interest": major(error.interest_minor),
            "emi": major(error.payment_minor),
        }
    return {
        "balance": balance,
        "status": "ok",
        "emi": major(found.emi_minor),
        "remaining": found.remaining,
        "last_instalment": major(found.last_minor),
        "extra_months": found.extra_months,
    }


def _debt_plan(given: Inputs) -> Outputs:
    owed = [
        debts.Debt(debt["id"], minor(debt["balance"]), fraction(debt["apr_pct"]), minor(debt["minimum"]))
        for debt in given["debts"]
    ]
    plan = debts.debt_plan(debts.in_order(owed, debts.Strategy(given["strategy"])), minor(given["extra"]))
    if plan is None:
        return {"status": "never"}
    return {
        "status": "ok",
        "months": len(plan.months),
        "total_interest": major(plan.interest_minor),
        "payoff": [{"id": name, "month": month} for name, month in plan.payoff],
    }


def _loan_apr(given: Inputs) -> Outputs:
    cost = borrowing.annual_percentage_rate(_loan(given), minor(given["fee"]))
    return {"emi": major(cost.emi_minor), "net_disbursed": major(cost.received_minor), "apr_pct": percent(cost.apr, 4)}


def _affordable_loan(given: Inputs) -> Outputs:
    found = borrowing.affordable_loan(
        minor(given["net_income"]),
        fraction(given["foir_pct"]),
        minor(given["existing_emi"]),
        fraction(given["rate_pct"]),
        given["months"],
    )
    return {"max_emi": major(found.emi_minor), "max_loan": major(found.loan_minor)}


CONTRACTS: Mapping[str, Contract] = {
    "emi": _emi,
    "schedule": _schedule,
    "prepay_keep_emi": _prepay_keep_emi,
    "prepay_keep_tenure": _prepay_keep_tenure,
    "flat_loan": _flat_loan,
    "moratorium": _moratorium,
    "rate_change": _rate_change,
    "debt_plan": _debt_plan,
    "loan_apr": _loan_apr,
    "affordable_loan": _affordable_loan,
}

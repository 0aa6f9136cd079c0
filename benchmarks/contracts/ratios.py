"""Personal ratios and scores of the contract, by our functions."""

from collections.abc import Mapping
from decimal import Decimal

from app.domain import first_digits, health_scores, household_ratios
from app.domain.health_scores import Indicator
from benchmarks.contracts.values import Contract, Inputs, Outputs, major, minor, number, percent


def _personal_ratios(given: Inputs) -> Outputs:
    found = household_ratios.household_ratios(
        household_ratios.Household(
            gross_income_minor=minor(given["gross_income"]),
            net_income_minor=minor(given["net_income"]),
            expenses_minor=minor(given["expenses"]),
            instalments_minor=minor(given["emi_total"]),
            housing_minor=minor(given["housing_cost"]),
            liquid_minor=minor(given["liquid_assets"]),
            invested_minor=minor(given["invested_assets"]),
            assets_minor=minor(given["total_assets"]),
            liabilities_minor=minor(given["total_liabilities"]),
        )
    )
    return {
        "net_worth": major(found.net_worth_minor),
        "savings_rate_pct": percent(found.savings_rate),
        "dti_pct": percent(found.debt_to_income),
        "emi_to_net_pct": percent(found.instalments_to_net),
        "housing_pct": percent(found.housing_to_income),
        "emergency_months": number(found.emergency_months),
        "solvency_pct": percent(found.solvency),
        "debt_to_asset_pct": percent(found.debt_to_assets),
        "invest_to_net_worth_pct": percent(found.invested_to_net_worth),
        "liquid_to_net_worth_pct": percent(found.liquid_to_net_worth),
    }


def _budget_503020(given: Inputs) -> Outputs:
    found = household_ratios.budget_split(minor(given["net_income"]), minor(given["needs"]), minor(given["wants"]))
    if found is None:
        return {"status": "no_income"}
    return {
        "status": "ok",
        "savings": major(found.savings_minor),
        "needs_pct": percent(found.needs_rate),
        "wants_pct": percent(found.wants_rate),
        "savings_pct": percent(found.savings_rate),
        "needs_over": major(found.needs_over_minor),
        "wants_over": major(found.wants_over_minor),
        "savings_short": major(found.savings_short_minor),
    }


def _health_score(given: Inputs) -> Outputs:
    values = {Indicator(name): Decimal(value) for name, value in given["indicators"].items() if value is not None}
    found = health_scores.health_score(values)
    if found is None:
        return {"status": "insufficient_data", "used": len(values)}
    return {
        "status": "ok",
        "used": len(found.points),
        "indicator_scores": {indicator.value: number(points) for indicator, points in found.points.items()},
        "pillars": {pillar.value: str(points) for pillar, points in found.pillars.items()},
        "score": found.score,
        "band": found.band.value,
    }


def _credit_utilisation(given: Inputs) -> Outputs:
    cards = [(minor(card["balance"]), minor(card["limit"])) for card in given["cards"]]
    found = household_ratios.credit_utilisation(cards)
    return {"overall_pct": percent(found.overall), "highest_pct": percent(found.highest)}


def _benford(given: Inputs) -> Outputs:
    found = first_digits.first_digits([Decimal(value) for value in given["values"]])
    if found is None:
        return {"n": 0}
    return {
        "n": sum(found.counts),
        "counts": list(found.counts),
        "mad": number(found.mean_deviation, 6),
        "chi_square": number(found.chi_square, 4),
        "conformity": found.conformity.value,
    }


CONTRACTS: Mapping[str, Contract] = {
    "personal_ratios": _personal_ratios,
    "budget_503020": _budget_503020,
    "health_score": _health_score,
    "credit_utilisation": _credit_utilisation,
    "benford": _benford,
}

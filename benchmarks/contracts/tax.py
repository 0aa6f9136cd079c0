"""Income tax of the contract, by our functions."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from app.domain.facts.reading import RUPEE_MINOR
from app.domain.fiscal_years import FiscalYear
from app.domain.tax import comparison, deductions, gain_costs, gains, holding, house_property, rent_allowance
from app.domain.tax.advance_tax import advance_tax
from app.domain.tax.income_tax import Taxpayer, income_tax
from app.domain.tax.rounding import to_ten_rupees
from app.domain.tax.years import GainKind, Regime, tax_rules
from benchmarks.contracts.values import Contract, Inputs, Outputs, day, major, minor, percent, whole

# A day of the year, and after 22 July 2024: the contract's gains are all of later days.
CHANGE = date(2024, 7, 23)
GAINS = {
    "stcg_111a": GainKind.EQUITY_SHORT,
    "ltcg_112a": GainKind.EQUITY_LONG,
    "ltcg_112": GainKind.OTHER_LONG,
    "vda": GainKind.VIRTUAL_ASSET,
}


def _round_288(given: Inputs) -> Outputs:
    return {"rounded": whole(to_ten_rupees(int(Decimal(given["amount"]) * RUPEE_MINOR)))}


def _income_tax(given: Inputs) -> Outputs:
    rules = tax_rules(FiscalYear.parse(given["fy"]), Regime(given["regime"]))
    person = Taxpayer(given["age"], given.get("resident", True))
    found = income_tax(rules, person, minor(given["total_income"]))
    return {
        "total_income": whole(found.total_income_minor),
        "slab_tax": major(found.slab_tax_minor),
        "rebate": major(found.rebate_minor),
        "tax_after_rebate": major(found.tax_after_rebate_minor),
        "surcharge_pct": percent(found.surcharge_rate),
        "surcharge": major(found.surcharge_minor),
        "surcharge_relief": major(found.surcharge_relief_minor),
        "cess": major(found.cess_minor),
        "total": major(found.total_minor),
        "payable": whole(found.payable_minor),
    }


def _income_tax_mixed(given: Inputs) -> Outputs:
    fy = FiscalYear.parse(given["fy"])
    on = max(CHANGE, fy.first)
    found = income_tax(
        tax_rules(fy, Regime(given["regime"])),
        Taxpayer(given["age"], given.get("resident", True)),
        minor(given["normal_income"]),
        [gains.gain_on(kind, minor(given[name]), on) for name, kind in GAINS.items() if name in given],
    )
    return {
        "total_income": whole(found.total_income_minor),
        "slab_tax": major(found.slab_tax_minor),
        "special_tax": major(found.gains_tax_minor),
        "rebate": major(found.rebate_minor),
        "surcharge": major(found.surcharge_minor - found.surcharge_relief_minor),
        "cess": major(found.cess_minor),
        "total": major(found.total_minor),
        "payable": whole(found.payable_minor),
    }


def _cg_equity_tax_2024_25(given: Inputs) -> Outputs:
    days = {"pre": date(2024, 7, 22), "post": CHANGE}
    kinds = {"stcg": GainKind.EQUITY_SHORT, "ltcg": GainKind.EQUITY_LONG}
    found = gains.equity_tax(
        FiscalYear(2024),
        [
            gains.gain_on(kind, minor(given[f"{name}_{when}"]), on)
            for name, kind in kinds.items()
            for when, on in days.items()
        ],
    )
    return {
        "stcg_tax": major(found.short_tax_minor),
        "exempt_used": major(found.exempt_minor),
        "ltcg_tax": major(found.long_tax_minor),
        "tax": major(found.tax_minor),
    }


def _hra_exemption(given: Inputs) -> Outputs:
    found = rent_allowance.rent_allowance(
        minor(given["salary"]), minor(given["hra_received"]), minor(given["rent_paid"]), is_in_metro=given["metro"]
    )
    return {
        "limb_actual": major(found.received_minor),
        "limb_rent": major(found.rent_over_share_minor),
        "limb_pct": major(found.share_of_salary_minor),
        "exempt": major(found.exempt_minor),
        "taxable": major(found.taxable_minor),
    }


def _hra_is_metro(given: Inputs) -> Outputs:
    return {"metro": rent_allowance.is_metro(given["city"], day(given["on"]))}


def _deduction_80d(given: Inputs) -> Outputs:
    family, parents = (
        deductions.HealthClaim(
            minor(given[f"{group}_premium"]),
            given[f"{group}_senior"],
            minor(given.get(f"preventive_{group}", "0")),
        )
        for group in ("self", "parents")
    )
    found = deductions.health_deduction(FiscalYear(2025), family, parents)
    return {
        "self": major(found.family_minor),
        "parents": major(found.parents_minor),
        "total": major(found.total_minor),
    }


def _chapter_via(given: Inputs) -> Outputs:
    def claimed(name: str) -> int:
        return minor(given.get(name, "0"))

    found = deductions.deductions(
        FiscalYear.parse(given["fy"]),
        Regime(given["regime"]),
        given["age"],
        deductions.Employer(given["employer_type"]),
        deductions.Claimed(
            claimed("salary"),
            savings_minor=claimed("s80c"),
            annuity_minor=claimed("s80ccc"),
            own_pension_minor=claimed("s80ccd1"),
            own_pension_extra_minor=claimed("s80ccd1b"),
            employer_pension_minor=claimed("employer_nps"),
            savings_interest_minor=claimed("savings_interest"),
            deposit_interest_minor=claimed("deposit_interest"),
        ),
    )
    return {
        "80C_group": major(found.savings_group_minor),
        "80CCD(1B)": major(found.own_pension_extra_minor),
        "80CCD(2)": major(found.employer_pension_minor),
        "80TTA": major(found.savings_interest_minor),
        "80TTB": major(found.senior_interest_minor),
        "total": major(found.total_minor),
    }


def _house_property(given: Inputs) -> Outputs:
    regime, interest = Regime(given["regime"]), minor(given["interest"])
    earlier = minor(given.get("preconstruction_interest", "0"))
    if given["kind"] == "self_occupied":
        found = house_property.own_house(regime, interest, earlier)
    else:
        rent, municipal = minor(given.get("rent", "0")), minor(given.get("municipal_tax", "0"))
        found = house_property.let_house(regime, rent, municipal, interest, earlier)
    return {
        "income": major(found.income_minor),
        "set_off_other_heads": major(found.set_off_minor),
        "loss_not_set_off": major(found.carried_minor),
    }


def _cg_classify(given: Inputs) -> Outputs:
    found = holding.classify(given["asset"], day(given["acquired"]), day(given["transferred"]))
    months = {} if found.months is None else {"months": found.months}
    return {"term": found.term.value, "charge": found.charge, **months}


def _cost_112a(given: Inputs) -> Outputs:
    cost, value, sale = (minor(given[name]) for name in ("cost", "fmv", "sale"))
    found = gain_costs.grandfathered_cost(cost, value, sale)
    return {"cost": major(found), "gain": major(sale - found)}


def _property_ltcg(given: Inputs) -> Outputs:
    found = gain_costs.property_gain(
        minor(given["sale"]),
        minor(given["cost"]),
        FiscalYear.parse(given["buy_fy"]),
        FiscalYear.parse(given["sale_fy"]),
    )
    return {
        "gain": major(found.gain_minor),
        "tax_12_5": major(found.plain_tax_minor),
        "indexed_cost": major(found.indexed_cost_minor),
        "indexed_gain": major(found.indexed_gain_minor),
        "tax_20": major(found.indexed_tax_minor),
        "tax": major(found.tax_minor),
        "use": "indexed" if found.is_indexed_better else "unindexed",
    }


def _regime_compare(given: Inputs) -> Outputs:
    def amount(name: str) -> int:
        return minor(given.get(name, "0"))

    fy, person = FiscalYear.parse(given["fy"]), Taxpayer(given["age"])
    # The old regime's deduction for the employer's pension contribution is part of via_old: its limit is another.
    old = comparison.SalaryIncome(
        amount("gross_salary"),
        professional_tax_minor=amount("professional_tax"),
        rent_allowance_exempt_minor=amount("hra_exempt"),
        other_exempt_minor=amount("other_exempt"),
        house_loss_minor=amount("hp_loss"),
        chapter_via_minor=amount("via_old"),
    )
    new = replace(old, employer_pension_minor=amount("employer_nps_deduction"))
    found = comparison.Comparison(
        comparison.compare_regimes(fy, person, old).old, comparison.compare_regimes(fy, person, new).new
    )
    return {
        "old_total_income": whole(found.old.total_income_minor),
        "old_payable": whole(found.old.payable_minor),
        "new_total_income": whole(found.new.total_income_minor),
        "new_payable": whole(found.new.payable_minor),
        "better": found.better.value,
        "saving": whole(found.saving_minor),
    }


def _advance_tax(given: Inputs) -> Outputs:
    parts = advance_tax(FiscalYear(2025), minor(given["tax"]))
    return {
        "due": bool(parts),
        "cumulative": [major(part.cumulative_minor) for part in parts] or ["0.00"] * 4,
        "instalments": [major(part.amount_minor) for part in parts] or ["0.00"] * 4,
    }


CONTRACTS: Mapping[str, Contract] = {
    "round_288": _round_288,
    "income_tax": _income_tax,
    "income_tax_mixed": _income_tax_mixed,
    "cg_equity_tax_2024_25": _cg_equity_tax_2024_25,
    "hra_exemption": _hra_exemption,
    "hra_is_metro": _hra_is_metro,
    "deduction_80d": _deduction_80d,
    "chapter_via": _chapter_via,
    "house_property": _house_property,
    "cg_classify": _cg_classify,
    "cost_112a": _cost_112a,
    "property_ltcg": _property_ltcg,
    "regime_compare": _regime_compare,
    "advance_tax": _advance_tax,
}

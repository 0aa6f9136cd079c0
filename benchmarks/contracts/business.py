"""Business ratios, GST, TDS and depreciation of the contract, by our functions."""

from collections.abc import Mapping
from decimal import Decimal

from app.domain import ageing, business_ratios, depreciation, growth, gst, gst_credits, gst_numbers, profits
from app.domain.fiscal_years import FiscalYear
from app.domain.gst_credits import Head, Heads
from app.domain.tax_at_source import Section, tax_at_source
from benchmarks.contracts.values import Contract, Inputs, Outputs, day, fraction, major, minor, number, percent


def _pnl(given: Inputs) -> Outputs:
    found = profits.ProfitAndLoss(
        revenue_minor=minor(given["revenue"]),
        goods_minor=minor(given["cogs"]),
        operating_minor=minor(given["operating_expenses"]),
        depreciation_minor=minor(given["depreciation"]),
        interest_minor=minor(given["interest"]),
        other_income_minor=minor(given["other_income"]),
        tax_minor=minor(given["tax"]),
    )
    return {
        "gross_profit": major(found.gross_profit_minor),
        "ebitda": major(found.ebitda_minor),
        "operating_profit": major(found.operating_profit_minor),
        "profit_before_tax": major(found.before_tax_minor),
        "net_profit": major(found.net_profit_minor),
        "gross_margin_pct": percent(found.gross_margin),
        "operating_margin_pct": percent(found.operating_margin),
        "net_margin_pct": percent(found.net_margin),
        "expense_ratio_pct": percent(found.expense_ratio),
    }


def _liquidity(given: Inputs) -> Outputs:
    names = ("cash", "receivables", "inventory", "other_current", "current_liabilities")
    found = business_ratios.Liquidity(*(minor(given[name]) for name in names))
    return {
        "current_ratio": number(found.current_ratio),
        "quick_ratio": number(found.quick_ratio),
        "cash_ratio": number(found.cash_ratio),
        "working_capital": major(found.working_capital_minor),
    }


def _cash_cycle(given: Inputs) -> Outputs:
    found = business_ratios.cash_cycle(
        revenue_minor=minor(given["revenue"]),
        goods_minor=minor(given["cogs"]),
        receivables_minor=minor(given["receivables"]),
        inventory_minor=minor(given["inventory"]),
        payables_minor=minor(given["payables"]),
        days=int(given.get("days", business_ratios.YEAR_DAYS)),
    )
    return {
        "dso": number(found.receivable_days),
        "dio": number(found.inventory_days),
        "dpo": number(found.payable_days),
        "ccc": number(found.days),
    }


def _runway(given: Inputs) -> Outputs:
    inflows, outflows = ([minor(amount) for amount in given[name]] for name in ("monthly_inflows", "monthly_outflows"))
    found = business_ratios.runway(minor(given["cash"]), inflows, outflows)
    return {
        "gross_burn": major(found.gross_burn_minor),
        "net_burn": major(found.net_burn_minor),
        "runway_months": number(found.months),
    }


def _break_even(given: Inputs) -> Outputs:
    found = business_ratios.break_even(
        minor(given["fixed_costs"]), Decimal(given["price"]) * 100, Decimal(given["variable_cost"]) * 100
    )
    if found is None:
        return {"status": "impossible"}
    safety = (
        {"margin_of_safety_pct": percent(found.margin_of_safety(Decimal(given["actual_units"])))}
        if given.get("actual_units") is not None
        else {}
    )
    return {
        "status": "ok",
        "contribution_margin_pct": percent(found.contribution_rate),
        "units": found.units,
        "revenue": major(found.revenue_minor),
        **safety,
    }


def _concentration(given: Inputs) -> Outputs:
    found = business_ratios.concentration({client: minor(amount) for client, amount in given["client_revenue"].items()})
    if found is None:
        return {"status": "no_revenue"}
    return {
        "status": "ok",
        "hhi": number(found.index),
        "top_client_pct": percent(found.top_share),
        "level": found.level.value,
        "effective_clients": number(found.effective_clients),
    }


def _growth(given: Inputs) -> Outputs:
    return {"growth_pct": percent(growth.growth_rate(minor(given["previous"]), minor(given["current"])))}


def _cash_flow_indirect(given: Inputs) -> Outputs:
    found = profits.CashMovements(
        net_profit_minor=minor(given["net_profit"]),
        depreciation_minor=minor(given["depreciation"]),
        interest_expense_minor=minor(given["interest_expense"]),
        gain_on_sale_minor=minor(given["gain_on_sale"]),
        receivables_change_minor=minor(given["d_receivables"]),
        inventory_change_minor=minor(given["d_inventory"]),
        payables_change_minor=minor(given["d_payables"]),
        tax_timing_minor=minor(given["tax_timing"]),
        capital_spending_minor=minor(given["capex"]),
        asset_sales_minor=minor(given["asset_sale_proceeds"]),
        debt_raised_minor=minor(given["debt_raised"]),
        debt_repaid_minor=minor(given["debt_repaid"]),
        interest_paid_minor=minor(given["interest_paid"]),
        equity_raised_minor=minor(given["equity_raised"]),
        dividends_minor=minor(given["dividends"]),
    )
    return {
        "operating": major(found.operating_minor),
        "investing": major(found.investing_minor),
        "financing": major(found.financing_minor),
        "net_change": major(found.net_change_minor),
        "closing_cash": major(minor(given["opening_cash"]) + found.net_change_minor),
        "free_cash_flow": major(found.free_minor),
    }


def _amounts(found: gst.GstAmounts) -> Outputs:
    return {
        "taxable": major(found.taxable_minor),
        "cgst": major(found.central_minor),
        "sgst": major(found.state_minor),
        "igst": major(found.integrated_minor),
    }


def _gst_invoice(given: Inputs) -> Outputs:
    lines = [
        gst.GstLine(
            Decimal(line["qty"]), Decimal(line["rate"]), fraction(line["gst_pct"]), minor(line.get("discount", "0"))
        )
        for line in given["lines"]
    ]
    found = gst.gst_invoice(
        lines,
        is_intra_state=given["supplier_state"] == given["place_of_supply"],
        is_rounded=given.get("round_total", False),
    )
    return {
        "lines": [_amounts(line) for line in found.lines],
        **_amounts(found.sums),
        "round_off": major(found.round_off_minor),
        "total": major(found.total_minor),
    }


def _gst_inclusive(given: Inputs) -> Outputs:
    return _amounts(gst.tax_inside(minor(given["amount"]), fraction(given["gst_pct"]), is_intra_state=given["intra"]))


def _gstin(given: Inputs) -> Outputs:
    found = gst_numbers.read_gstin(given["value"])
    if isinstance(found, gst_numbers.Gstin):
        return {"valid": True, "state_code": found.state_code, "pan": found.pan}
    return {"valid": False, "reason": found.value}


def _invoice_number(given: Inputs) -> Outputs:
    return {"valid": gst_numbers.is_invoice_number(given["value"])}


def _heads(given: Inputs) -> Heads:
    return Heads(*(minor(given[head.value]) for head in Head))


def _itc_setoff(given: Inputs) -> Outputs:
    found = gst_credits.set_off(_heads(given["liability"]), _heads(given["credit"]))
    return {
        "used": [
            {"credit": use.credit.value, "against": use.against.value, "amount": major(use.amount_minor)}
            for use in found.used
        ],
        "cash": {head.value: major(found.cash.of(head)) for head in Head},
        "credit_left": {head.value: major(found.credit_left.of(head)) for head in Head},
        "cash_total": major(found.cash.total_minor),
    }


def _tds_payments(given: Inputs) -> Outputs:
    tax = tax_at_source(
        Section(given["section"]),
        given["payee"],
        FiscalYear.parse(given["fy"]),
        [minor(payment) for payment in given["payments"]],
        has_pan=given.get("pan", True),
    )
    return {"tds": [major(amount) for amount in tax], "total": major(sum(tax))}


def _ageing(given: Inputs) -> Outputs:
    amounts = [ageing.OpenAmount(day(invoice["due"]), minor(invoice["amount"])) for invoice in given["invoices"]]
    found = ageing.ageing(amounts, day(given["as_of"]))
    return {
        "buckets": {bucket.value: major(amount) for bucket, amount in found.buckets_minor.items()},
        "total": major(found.total_minor),
        "overdue_pct": percent(found.overdue_rate),
    }


def _dep_slm(given: Inputs) -> Outputs:
    asset = depreciation.FixedAsset(
        minor(given["cost"]), fraction(given["residual_pct"]), given["life_years"], day(given["put_to_use"])
    )
    found = depreciation.straight_line(asset, FiscalYear.parse(given["fy"]))
    return {"annual": major(found.annual_minor), "days": found.days, "charge": major(found.charge_minor)}


def _dep_wdv_rate(given: Inputs) -> Outputs:
    return {"rate_pct": percent(depreciation.written_down_rate(fraction(given["residual_pct"]), given["life_years"]))}


def _dep_it_block(given: Inputs) -> Outputs:
    found = depreciation.block_year(
        minor(given["opening_wdv"]),
        fraction(given["rate_pct"]),
        FiscalYear.parse(given["fy"]),
        [depreciation.Addition(minor(added["cost"]), day(added["put_to_use"])) for added in given["additions"]],
        minor(given.get("deletions", "0")),
    )
    return {
        "depreciation": major(found.depreciation_minor),
        "closing_wdv": major(found.closing_minor),
        "stcg": major(found.short_term_gain_minor),
    }


CONTRACTS: Mapping[str, Contract] = {
    "pnl": _pnl,
    "liquidity": _liquidity,
    "cash_cycle": _cash_cycle,
    "runway": _runway,
    "break_even": _break_even,
    "concentration": _concentration,
    "growth": _growth,
    "cash_flow_indirect": _cash_flow_indirect,
    "gst_invoice": _gst_invoice,
    "gst_inclusive": _gst_inclusive,
    "gstin": _gstin,
    "invoice_number": _invoice_number,
    "itc_setoff": _itc_setoff,
    "tds_payments": _tds_payments,
    "ageing": _ageing,
    "dep_slm": _dep_slm,
    "dep_wdv_rate": _dep_wdv_rate,
    "dep_it_block": _dep_it_block,
}

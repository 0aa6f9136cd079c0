"""Investments of the contract, by our functions."""

from collections.abc import Mapping
from decimal import Decimal

from app.domain import growth, lots, money_weighted
from benchmarks.contracts.values import Contract, Inputs, Outputs, day, major, minor, number


def _event(given: Inputs) -> lots.Event:
    on = day(given["date"])
    match given["type"]:
        case "split":
            return lots.Split(on, Decimal(given["old"]), Decimal(given["new"]))
        case "bonus":
            return lots.Bonus(on, Decimal(given["new"]), Decimal(given["for"]))
        case "dividend":
            return lots.Dividend(on, minor(given["amount"]))
        case "sell":
            return lots.Sell(on, Decimal(given["qty"]), Decimal(given["price"]), minor(given.get("fee", "0")))
        case _:
            return lots.Buy(on, Decimal(given["qty"]), Decimal(given["price"]), minor(given.get("fee", "0")))


def _quantity(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _fifo(given: Inputs) -> Outputs:
    try:
        held = lots.replay(map(_event, given["transactions"]))
    except lots.Oversold:
        return {"error": "oversell"}
    return {
        "sales": [
            {
                "proceeds": major(sale.proceeds_minor),
                "cost": major(sale.cost_minor),
                "gain": major(sale.gain_minor),
                "lots": [
                    {
                        "acquired": lot.acquired_on.isoformat(),
                        "qty": _quantity(lot.quantity),
                        "cost": major(lot.cost_minor),
                        "gain": major(lot.gain_minor),
                    }
                    for lot in sale.lots
                ],
            }
            for sale in held.sales
        ],
        "remaining": [
            {"acquired": lot.acquired_on.isoformat(), "qty": _quantity(lot.quantity), "cost": major(lot.cost_minor)}
            for lot in held.lots
        ],
        "dividends": major(held.dividends_minor),
    }


def _xirr(given: Inputs) -> Outputs:
    found = money_weighted.xirr(
        [money_weighted.CashFlow(day(flow["date"]), minor(flow["amount"])) for flow in given["flows"]]
    )
    if found.status is money_weighted.Xirr.OK:
        return {"status": "ok", "rate": number(found.rate, 6)}
    if found.status is money_weighted.Xirr.MULTIPLE:
        return {"status": "multiple", "roots": [number(rate, 6) for rate in found.rates]}
    return {"status": found.status.value}


def _cagr(given: Inputs) -> Outputs:
    values = [Decimal(given[name]) for name in ("start_value", "end_value")]
    places = max(-min(int(value.as_tuple().exponent), 0) for value in values)
    start, end = (int(value.scaleb(places)) for value in values)
    rate = growth.compound_growth(start, end, day(given["start"]), day(given["end"]))
    return {"status": "undefined"} if rate is None else {"status": "ok", "rate": number(rate, 6)}


def _fx_gain(given: Inputs) -> Outputs:
    quantity, *pairs = (Decimal(given[name]) for name in ("qty", "buy_price", "buy_fx", "sell_price", "sell_fx"))
    found = growth.currency_gain(quantity, (pairs[0], pairs[1]), (pairs[2], pairs[3]))
    return {
        "cost_inr": major(found.cost_minor),
        "value_inr": major(found.value_minor),
        "gain_inr": major(found.gain_minor),
        "price_effect": major(found.price_effect_minor),
        "fx_effect": major(found.currency_effect_minor),
    }


CONTRACTS: Mapping[str, Contract] = {"fifo": _fifo, "xirr": _xirr, "cagr": _cagr, "fx_gain": _fx_gain}

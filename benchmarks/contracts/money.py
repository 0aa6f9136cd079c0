"""Money of the contract, by our functions. Our minus is the typographer's; the contract's is a hyphen."""

from collections.abc import Mapping
from decimal import Decimal

from app.domain.money import INDIAN, allocate, exponent, money_parts
from app.domain.rounding import Rounding, rounded_minor
from app.domain.rupee_texts import PAISE, rupees_in_words, short_rupees
from benchmarks.contracts.values import Contract, Inputs, Outputs, major, minor


def _minor_units(given: Inputs) -> Outputs:
    return {"digits": exponent(given["currency"])}


def _round_money(given: Inputs) -> Outputs:
    currency = given["currency"]
    rounded = rounded_minor(Decimal(given["amount"]), currency, Rounding(given["mode"]))
    return {"amount": major(rounded, currency)}


def _format_inr(given: Inputs) -> Outputs:
    return {"text": str(money_parts(minor(given["amount"]), "INR", INDIAN, "₹")).replace("−", "-")}


def _words_inr(given: Inputs) -> Outputs:
    return {"text": rupees_in_words(minor(given["amount"]))}


def _compact_inr(given: Inputs) -> Outputs:
    return {"text": short_rupees(Decimal(given["amount"]) * PAISE).replace("−", "-")}


def _allocate(given: Inputs) -> Outputs:
    currency = given["currency"]
    weights = [Decimal(weight) for weight in given["weights"]]
    places = max(-min(int(weight.as_tuple().exponent), 0) for weight in weights)
    parts = allocate(minor(given["amount"], currency), [int(weight.scaleb(places)) for weight in weights])
    return {"parts": [major(part, currency) for part in parts]}


CONTRACTS: Mapping[str, Contract] = {
    "minor_units": _minor_units,
    "round_money": _round_money,
    "format_inr": _format_inr,
    "words_inr": _words_inr,
    "compact_inr": _compact_inr,
    "allocate": _allocate,
}

"""The smaller fields, by plain rules: tax, currency, means of payment, invoice number, tax registration."""

import re
from collections.abc import Sequence
from decimal import Decimal

from app.ocr import words
from app.ocr.amounts import Amount
from app.ocr.candidates import box_around
from app.ocr.layout import Row
from app.ocr.port import FieldReading

GSTIN = re.compile(r"(?<![A-Z0-9])([0-3]\d[A-Z]{5}\d{4}[A-Z][A-Z0-9]Z[A-Z0-9])(?![A-Z0-9])")
GSTIN_LIKE = re.compile(r"GSTIN?\s*(?:NO)?\s*[:.#]?\s*([0-9A-Z]{15})(?![A-Z0-9])", re.IGNORECASE)
VAT_ID = re.compile(r"(?<![A-Z])(DE\s?\d{9}|ATU\d{8}|FR[A-Z0-9]{2}\d{9}|GB\d{9}|NL\d{9}B\d{2}|IT\d{11})(?!\d)")
GST_ID = re.compile(r"GST[\s.]*(?:ID|NO|REG)[\s.A-Z]*[:.#]?\s*(\d{12})(?!\d)", re.IGNORECASE)
INVOICE = re.compile(
    r"\b(?:tax\s*)?(?:invoice|inv|bill|receipt|rcpt|doc|document|bon|beleg|rechnung|check|slip|txn|transaction|cs|order|trans)\b\.?\s*"
    r"(?:no|num|number|nr|id|#)?\s*\.?\s*[:#.]?\s*((?=[A-Z0-9/-]*\d)[A-Z0-9][A-Z0-9/\-]{0,24})(?![.,:]\d)",
    re.IGNORECASE,
)
CURRENCIES = (
    ("MYR", re.compile(r"\bRM\s?\d|\bRM\b|\bMYR\b|SDN\.?\s?BHD|MALAYSIA", re.IGNORECASE)),
    (
        "INR",
        re.compile(
            r"₹|\bRs\.?\s?\d|\bRs\b|\bINR\b|GSTIN|\bCGST\b|\bSGST\b|\bIGST\b|FSSAI|\bUPI\b|\bPVT\b", re.IGNORECASE
        ),
    ),
    ("EUR", re.compile(r"€|\bEUR\b|\bEURO\b|MwSt|\bUSt\b|GmbH", re.IGNORECASE)),
    ("GBP", re.compile(r"£|\bGBP\b|\bVAT\s?(?:no|reg)", re.IGNORECASE)),
    ("SGD", re.compile(r"S\$|\bSGD\b|SINGAPORE", re.IGNORECASE)),
    ("AED", re.compile(r"\bAED\b|\bDhs?\b|DUBAI|\bUAE\b", re.IGNORECASE)),
    ("USD", re.compile(r"\bUSD\b|US\$|\$\s?\d|sales tax", re.IGNORECASE)),
)
PAYMENTS = (
    ("upi", re.compile(r"\bUPI\b|G\s?pay|google pay|phonepe|paytm|\bBHIM\b", re.IGNORECASE)),
    (
        "card",
        re.compile(
            r"\bvisa\b|master\s?card|\bamex\b|girocard|maestro|\bdebit\b|credit card|kartenzahlung|\bcard\b|paywave|kreditkarte|EC-Cash|\bVPAY\b",
            re.IGNORECASE,
        ),
    ),
    ("wallet", re.compile(r"grabpay|touch\s?n\s?go|\bboost\b|apple pay|paypal|wallet", re.IGNORECASE)),
    ("bank", re.compile(r"bank transfer|\bNEFT\b|\bIMPS\b|\bRTGS\b|überweisung|cheque", re.IGNORECASE)),
    (
        "cash",
        re.compile(
            r"\bcash\b(?!\s*(?:bill|sales|ier|&|inv))|\btunai\b|\bchange\b|\bbar\b|gegeben|rückgeld|tendered",
            re.IGNORECASE,
        ),
    ),
)
HIGHEST_TAX_SHARE = Decimal("0.35")
CENT = Decimal("0.01")
LIKELY, PLAUSIBLE, GUESSED = 0.9, 0.7, 0.5


def currency_of(rows: Sequence[Row], default: str) -> FieldReading[str]:
    """The ISO code, from words rather than signs: recognisers read ₹ as a digit or not at all."""
    votes: dict[str, int] = {}
    for code, pattern in CURRENCIES:
        found = sum(len(pattern.findall(row.text)) for row in rows)
        if found:
            votes[code] = found
    if not votes:
        return FieldReading(default, GUESSED, why="No currency is printed; this is the usual one of your book.")
    best, *others = sorted(votes, key=lambda code: (-votes[code], code != default))
    clear = not others or votes[best] > 2 * votes[others[0]]
    return FieldReading(
        best,
        LIKELY if clear else GUESSED,
        is_sure=clear,
        alternative=others[0] if others else None,
        why=None if clear else f"Signs of both {best} and {others[0]} are on it.",
    )


def payment_of(rows: Sequence[Row], total: Decimal | None, amounts: Sequence[Amount]) -> FieldReading[str]:
    """How it was paid: the means whose row carries an amount of at least the total speaks loudest."""
    votes: dict[str, float] = {}
    for means, pattern in PAYMENTS:
        for index, row in enumerate(rows):
            if index * 4 < len(rows) or not pattern.search(row.text):  # the head says "cash bill" whatever was used
                continue
            paid = total is not None and any(a.row == index and a.value >= total for a in amounts)
            votes[means] = votes.get(means, 0.0) + (2.0 if paid else 0.5)
    if not votes:
        return FieldReading(None)
    best, *others = sorted(votes, key=lambda means: -votes[means])
    clear = not others or votes[best] > 2 * votes[others[0]]
    return FieldReading(
        best,
        LIKELY if clear else GUESSED,
        is_sure=clear and votes[best] >= 2,  # noqa: PLR2004 - named beside the amount paid
        alternative=others[0] if others else None,
        why=None if clear else f"It could also be {others[0]}.",
    )


def tax_of(rows: Sequence[Row], amounts: Sequence[Amount], total: Decimal | None) -> FieldReading[Decimal]:
    """All taxes together. Sure only when net and tax give the total, or each half of an Indian GST is there twice."""
    if total is None:
        return FieldReading(None)
    kinds = [words.squeezed(row.text) for row in rows]
    values = {a.value for a in amounts if a.has_cents}
    lines: dict[str, tuple[Decimal, int]] = {}
    for amount in amounts:
        text = kinds[amount.row]
        if not amount.has_cents or amount.is_negative or amount.value > total * HIGHEST_TAX_SHARE:
            continue
        if not re.search(r"gst|sst|vat|mwst|servicetax|taxamt|totaltax|taxtotal|salestax|^tax", text) or re.search(
            r"inclusive|gstid|gstno|gstreg|invoice", text
        ):
            continue
        name = next((n for n in ("cgst", "sgst", "utgst", "igst", "cess", "mwst", "vat") if n in text), "tax")
        if (name == "cgst" and "sgst" in text) or words.TAX_SUMMARY.search(text):
            continue
        lines[name] = (amount.value, amount.row)  # the last one stands: earlier ones are part sums
    if not lines:
        return FieldReading(None)
    tax = sum((value for value, _ in lines.values()), Decimal(0))
    if tax > total * HIGHEST_TAX_SHARE:
        return FieldReading(None, why="Several tax lines disagree.")
    proven = any(abs(net + tax - total) <= CENT for net in values) or (
        "cgst" in lines and lines["cgst"][0] == lines.get("sgst", (None,))[0]
    )
    at = rows[next(iter(lines.values()))[1]]
    return FieldReading(
        tax,
        LIKELY if proven else GUESSED,
        is_sure=proven and tax > 0,
        box=box_around(at.lines),
        why=None if proven else "The tax does not follow from the other amounts.",
    )


def invoice_number_of(rows: Sequence[Row]) -> FieldReading[str]:
    """The number after "invoice no", "bill no", "receipt #" and their kin."""
    for row in rows:
        for match in INVOICE.finditer(row.text):
            number = match[1].strip("-/")
            if re.fullmatch(r"\d{1,2}[-/]\d{1,2}[-/]\d{2,4}", number):
                continue  # a date
            return FieldReading(number, PLAUSIBLE, box=box_around(row.lines))
    return FieldReading(None)


def tax_id_of(rows: Sequence[Row]) -> FieldReading[str]:
    """The seller's GSTIN (sure when its check character agrees), VAT id or GST number."""
    for row in rows:
        text = row.text.upper()
        for pattern in (GSTIN, GSTIN_LIKE, VAT_ID, GST_ID):
            if match := pattern.search(text):
                number = match[1].replace(" ", "")
                proven = pattern is GSTIN and gstin_checks(number)
                return FieldReading(number, LIKELY if proven else PLAUSIBLE, is_sure=proven, box=box_around(row.lines))
    return FieldReading(None)


def gstin_checks(number: str) -> bool:
    """Whether a GSTIN's last character is what the other fourteen ask for.

    >>> gstin_checks("27AAPFU0939F1ZV")
    True
    """
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    total = 0
    for place, letter in enumerate(number[:-1]):
        product = alphabet.index(letter) * (1 + place % 2)
        total += product // 36 + product % 36
    return alphabet[-total % 36] == number[-1]

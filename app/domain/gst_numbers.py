"""Numbers the GST law prescribes: registration numbers (GSTIN) with their check character, and invoice numbers."""

import re
from dataclasses import dataclass
from enum import StrEnum

LENGTH = 15
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FORM = re.compile(r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]Z[0-9A-Z]")
_INVOICE = re.compile(r"[A-Za-z0-9/-]{1,16}")
STATES = frozenset({f"{number:02d}" for number in range(1, 39)} | {"97", "99"})


class GstinFault(StrEnum):
    """What is wrong with a number, in the order it is looked for."""

    LENGTH = "length"
    FORMAT = "format"
    STATE = "state"
    CHECKSUM = "checksum"


@dataclass(frozen=True, slots=True)
class Gstin:
    """The parts of a well-formed registration number. Well-formed is not registered."""

    state_code: str
    pan: str


def read_gstin(text: str) -> Gstin | GstinFault:
    """A registration number of a regular taxpayer, or what is wrong with it. Put it in capitals first.

    Numbers of United Nations bodies, of non-residents and of those who deduct tax have other forms and are not read.

    Source: GST registration form: state, PAN, entity, Z, check character by weights 1 and 2 to the base 36.

    >>> read_gstin("27AAPFU0939F1ZV")
    Gstin(state_code='27', pan='AAPFU0939F')
    >>> read_gstin("27AAPFU0939F1ZA")
    <GstinFault.CHECKSUM: 'checksum'>
    """
    if len(text) != LENGTH:
        return GstinFault.LENGTH
    if not _FORM.fullmatch(text):
        return GstinFault.FORMAT
    if text[:2] not in STATES:
        return GstinFault.STATE
    if check_sign(text[:-1]) != text[-1]:
        return GstinFault.CHECKSUM
    return Gstin(text[:2], text[2:12])


def check_sign(body: str) -> str:
    """The check character for the first 14 characters.

    >>> check_sign("27AAPFU0939F1Z")
    'V'
    """
    base = len(SIGNS)
    total = 0
    for at, sign in enumerate(body):
        quotient, rest = divmod(SIGNS.index(sign) * (1 + at % 2), base)
        total += quotient + rest
    return SIGNS[-total % base]


def is_invoice_number(text: str) -> bool:
    """Whether a text may number an invoice: up to 16 letters, digits, hyphens and slashes.

    Source: rule 46(b) of the CGST Rules.

    >>> is_invoice_number("FT/2026-27/00012"), is_invoice_number("FT_1")
    (True, False)
    """
    return _INVOICE.fullmatch(text) is not None

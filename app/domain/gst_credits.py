"""Paying GST with the tax already paid on purchases: which credit may go against which head, so that least is left to pay in cash."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.errors import Refused


class Head(StrEnum):
    """The three heads of tax."""

    INTEGRATED = "igst"
    CENTRAL = "cgst"
    STATE = "sgst"


@dataclass(frozen=True, slots=True)
class Heads:
    """An amount for each head, in minor units."""

    igst_minor: int = 0
    cgst_minor: int = 0
    sgst_minor: int = 0

    def __post_init__(self) -> None:
        if min(self.igst_minor, self.cgst_minor, self.sgst_minor) < 0:
            raise Refused("Enter amounts of zero or more.", field="gst")

    def of(self, head: Head) -> int:
        """The amount of one head."""
        return {Head.INTEGRATED: self.igst_minor, Head.CENTRAL: self.cgst_minor, Head.STATE: self.sgst_minor}[head]

    @property
    def total_minor(self) -> int:
        """All heads."""
        return self.igst_minor + self.cgst_minor + self.sgst_minor


@dataclass(frozen=True, slots=True)
class CreditUse:
    """Credit of one head used against the tax of another, in minor units."""

    credit: Head
    against: Head
    amount_minor: int


@dataclass(frozen=True, slots=True)
class SetOff:
    """How a month's tax is paid: what credit does, what cash is left to pay, what credit is left over."""

    used: tuple[CreditUse, ...]
    cash: Heads
    credit_left: Heads


def set_off(liability: Heads, credit: Heads) -> SetOff:
    """Use credit against tax in the order of the law. Tax under reverse charge is no part of it: that is paid in cash.

    Integrated credit goes first, to integrated tax, then, by our choice among what the law leaves open, to what central
    and state credit cannot cover, then to the rest of central and of state tax: this leaves the least cash to pay.
    Central and state credit never pay each other's tax.

    Units: minor units, exact. Raises: Refused for negative amounts.
    Source: CGST Act sections 49, 49A and 49B; rule 88A.

    >>> set_off(Heads(0, 5_000, 20_000), Heads(0, 15_000, 0)).cash
    Heads(igst_minor=0, cgst_minor=0, sgst_minor=20000)
    """
    owed = {head: liability.of(head) for head in Head}
    left = {head: credit.of(head) for head in Head}
    used: dict[tuple[Head, Head], int] = {}

    def use(source: Head, against: Head, most: int) -> None:
        amount = min(left[source], owed[against], most)
        if amount > 0:
            used[source, against] = used.get((source, against), 0) + amount
            left[source] -= amount
            owed[against] -= amount

    use(Head.INTEGRATED, Head.INTEGRATED, owed[Head.INTEGRATED])
    for head in (Head.CENTRAL, Head.STATE):
        use(Head.INTEGRATED, head, owed[head] - left[head])
    for head in (Head.CENTRAL, Head.STATE):
        use(Head.INTEGRATED, head, owed[head])
    for head in (Head.CENTRAL, Head.STATE):
        use(head, head, owed[head])
        use(head, Head.INTEGRATED, owed[Head.INTEGRATED])
    return SetOff(
        tuple(CreditUse(source, against, amount) for (source, against), amount in used.items()),
        _heads(owed),
        _heads(left),
    )


def _heads(amounts: dict[Head, int]) -> Heads:
    return Heads(amounts[Head.INTEGRATED], amounts[Head.CENTRAL], amounts[Head.STATE])

"""Invented books to look around in: what is in them, and the pen that writes their entries.

The same seed and end date always give the same books. No real person, and amounts that a household in Bengaluru might have.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random

from app.domain.books import BookKind, Subtype
from app.domain.periods import Month

MONTHS = 24
RUPEE = 100


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A money account with what is in it at the start (for a card or loan: what is owed). Names that a new book has are kept."""

    name: str
    subtype: Subtype
    icon: str
    colour: int
    opening_minor: int = 0


@dataclass(frozen=True, slots=True)
class DemoEntry:
    """A transaction. Its legs name accounts and categories of the book, debit positive, and add up to zero."""

    occurred_on: date
    legs: tuple[tuple[str, int], ...]
    payee: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoBook:
    """One invented book, its entries in the order of their days."""

    kind: BookKind
    name: str
    opened_on: date
    accounts: tuple[DemoAccount, ...]
    entries: tuple[DemoEntry, ...]


@dataclass(slots=True)
class Pen:
    """Writes entries of one book from its first month to its last day. What would come later is left out."""

    seed: int
    last_day: date
    entries: list[DemoEntry] = field(default_factory=list)
    chance: Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)

    @property
    def months(self) -> list[Month]:
        """The two years that end with the last day's month, oldest first."""
        return Month.of(self.last_day).last_months(MONTHS)

    def write(
        self, day: date, *legs: tuple[str, int], payee: str = "", description: str = "", tags: tuple[str, ...] = ()
    ) -> None:
        """An entry with any legs."""
        if day <= self.last_day:
            self.entries.append(DemoEntry(day, legs, payee, description, tags))

    def spend(self, day: date, account: str, category: str, minor: int, payee: str, *, description: str = "") -> None:
        """Money out of an account into a category."""
        self.write(
            day,
            (category, minor),
            (account, -minor),
            payee=payee,
            description=description or self._said(account, payee),
        )

    def earn(self, day: date, account: str, category: str, minor: int, payee: str, *, description: str = "") -> None:
        """Money into an account from a category of income, or back from one of spending."""
        self.write(
            day,
            (account, minor),
            (category, -minor),
            payee=payee,
            description=description or self._said(account, payee),
        )

    def move(self, day: date, source: str, target: str, minor: int, description: str) -> None:
        """Money from one account to another."""
        self.write(day, (target, minor), (source, -minor), description=description)

    def around(self, rupees: float, spread: float = 0.2) -> int:
        """An amount near so many rupees, in paise: mostly whole rupees, as prices are."""
        value = rupees * self.chance.uniform(1 - spread, 1 + spread)
        return round(value) * RUPEE if self.chance.random() < 0.8 else round(value * 20) * 5  # noqa: PLR2004 - four of five prices are whole

    def days(self, month: Month, count: int, weekdays: Sequence[int] = range(7)) -> list[date]:
        """Some different days of a month that fall on these weekdays (Monday is 0), in order."""
        fitting = [day for number in range(1, month.length + 1) if (day := month.up_to(number)).weekday() in weekdays]
        return sorted(self.chance.sample(fitting, min(count, len(fitting))))

    def paid_off(self, card: str, account: str, *, closes_on: int, pays_on: int) -> None:
        """Once a month, all that the card's statement showed. Written last: it reads what was written before."""
        charged = [(entry.occurred_on, minor) for entry in self.entries for name, minor in entry.legs if name == card]
        paid = 0
        for month in self.months:
            closing = month.up_to(closes_on)
            spent = -sum(minor for day, minor in charged if day <= closing)
            if spent > paid:
                self.move(month.up_to(pays_on), account, card, spent - paid, f"{card} bill")
                paid = spent

    def _said(self, account: str, payee: str) -> str:
        """What the bank would say of it."""
        if account == "Cash":
            return ""
        number = self.chance.randrange(10**11, 10**12)
        return f"UPI/{number}/{payee.upper()}" if self.chance.random() < 0.6 else payee.upper()  # noqa: PLR2004 - three of five by UPI


def finished(pen: Pen, kind: BookKind, name: str, accounts: tuple[DemoAccount, ...]) -> DemoBook:
    """What the pen wrote, in the order of the days."""
    entries = sorted(pen.entries, key=lambda entry: entry.occurred_on)
    return DemoBook(kind, name, pen.months[0].first, accounts, tuple(entries))

"""The invented firm: a small design studio with clients, a team, and the tools it pays for."""

from datetime import date, timedelta

from app.domain.books import BookKind, Subtype
from app.domain.demo import RUPEE, DemoAccount, DemoBook, Pen, finished
from app.domain.periods import Month

BANK, CASH, CARD, RESERVE = "Current account", "Cash", "Company card", "Reserve deposit"
ACCOUNTS = (
    DemoAccount(BANK, Subtype.BANK, "bank", 1, 460_000 * RUPEE),
    DemoAccount(CASH, Subtype.CASH, "cash-coin", 3, 9_000 * RUPEE),
    DemoAccount(CARD, Subtype.CARD, "credit-card", 4),
    DemoAccount(RESERVE, Subtype.DEPOSIT, "safe", 2, 400_000 * RUPEE),
)

RETAINERS = (
    ("Malgudi Foods", 138_000, 6),
    ("Tarang Labs", 96_000, 9),
    ("Saffron Stays", 74_000, 14),
    ("Northstar Clinics", 58_000, 12),
)
"""Clients who pay every month: whom, how much at the start, on which day."""

PROJECTS = ("Bluebird School", "Kaveri Textiles", "Hoysala Brewing", "Udupi Kitchens")
SEASON = {3: 1.45, 4: 0.72, 5: 0.85, 10: 1.15}
"""Clients spend their budgets in March and have none in April."""


def studio(seed: int, last_day: date) -> DemoBook:
    """Two years of the studio that end on a day."""
    pen = Pen(seed, last_day)
    for at, month in enumerate(pen.months):
        _revenue(pen, month, at)
        _people(pen, month, at)
        _place_and_tools(pen, month, at)
        _selling(pen, month)
        _once_in_a_while(pen, month)
    _odd_ones(pen)
    pen.paid_off(CARD, BANK, closes_on=18, pays_on=26)
    return finished(pen, BookKind.BUSINESS, "Rao Design Studio", ACCOUNTS)


def _revenue(pen: Pen, month: Month, at: int) -> None:
    growth = 1 + 0.011 * at
    for client, rupees, due in RETAINERS:
        minor = pen.around(rupees * growth * SEASON.get(month.number, 1), 0.07)
        late = pen.chance.choice((0, 0, 1, 3))
        pen.earn(month.up_to(due + late), BANK, "Services", minor, client, description=f"NEFT {client.upper()}")
    for client in pen.chance.sample(PROJECTS, pen.chance.choice((1, 1, 2))):
        minor = pen.around(86_000 * growth * SEASON.get(month.number, 1), 0.35)
        day = pen.days(month, 1, (0, 1, 2, 3, 4))[0]
        pen.earn(day, BANK, "Services", minor, client, description=f"NEFT {client.upper()}")
    for day in pen.days(month, 3):
        pen.earn(day, BANK, "Sales", pen.around(4_900, 0.4), "Gumroad", description="GUMROAD PAYOUT")
    if month.number % 3 == 0:
        pen.earn(month.last, BANK, "Interest", pen.around(7_200, 0.1), "Canara Bank", description="INT.PD")


def _people(pen: Pen, month: Month, at: int) -> None:
    team = (("Priya Menon", 92_000), ("Arjun Shetty", 78_000), *((("Meera Iyer", 48_000),) if at >= 10 else ()))  # noqa: PLR2004 - she joins in the eleventh month
    for name, rupees in team:
        pen.spend(month.first, BANK, "Salaries and wages", rupees * RUPEE, name, description=f"SALARY {name.upper()}")
    for name, rupees in (("Dev Patil", 34_000), ("Ines Dsouza", 26_000)):
        pen.spend(month.up_to(20), BANK, "Contractors", pen.around(rupees, 0.3), name)


def _place_and_tools(pen: Pen, month: Month, at: int) -> None:
    pen.spend(month.up_to(3), BANK, "Rent", 58_000 * RUPEE, "Indiranagar Works", description="NEFT STUDIO RENT")
    pen.spend(month.up_to(17), BANK, "Utilities", pen.around(4_200, 0.25), "BESCOM")
    pen.spend(month.up_to(8), BANK, "Phone and internet", 2_357 * RUPEE, "ACT Fibernet")
    pen.spend(month.up_to(5), CARD, "Software", 9_120 * RUPEE, "Adobe")
    pen.spend(month.up_to(11), CARD, "Software", (4_980 if at < 14 else 5_640) * RUPEE, "Figma")  # noqa: PLR2004 - the price rose once
    pen.spend(month.up_to(13), CARD, "Software", 2_720 * RUPEE, "Google Workspace")
    pen.spend(month.last - timedelta(days=1), BANK, "Bank charges", 590 * RUPEE, "Canara Bank", description="CHARGES")
    for day in pen.days(month, 2):
        pen.spend(day, CARD, "Office supplies", pen.around(1_150, 0.5), "Amazon Business")


def _selling(pen: Pen, month: Month) -> None:
    pen.spend(month.up_to(15), CARD, "Marketing", pen.around(11_500, 0.35), "LinkedIn")
    for day in pen.days(month, 3, (0, 1, 2, 3, 4)):
        pen.spend(
            day, CARD, "Meals", pen.around(1_480, 0.4), pen.chance.choice(("Third Wave Coffee", "Toit", "Glen's"))
        )
    for day in pen.days(month, 2, (0, 1, 2, 3, 4)):
        pen.spend(day, BANK, "Freight and courier", pen.around(420, 0.4), "Blue Dart")


def _once_in_a_while(pen: Pen, month: Month) -> None:
    if month.number % 2 == 0:
        pen.spend(pen.days(month, 1)[0], CARD, "Travel", pen.around(14_600, 0.3), "IndiGo")
    if month.number % 3 == 1:
        pen.spend(month.up_to(19), BANK, "Professional fees", 12_000 * RUPEE, "Hegde and Co.")
    if month.number == 9:  # noqa: PLR2004 - the policy is renewed in September
        pen.spend(month.up_to(10), BANK, "Insurance", 24_800 * RUPEE, "New India Assurance")
    if month.number == 6:  # noqa: PLR2004 - one conference a year
        pen.spend(month.up_to(21), CARD, "Training", pen.around(16_500, 0.1), "DesignUp")
    if month.number % 3 == 0:
        pen.spend(month.up_to(15), BANK, "Taxes and licences", pen.around(165_000, 0.1), "Income Tax Department")
    for day in pen.days(month, 2):
        pen.spend(day, CASH, "Office supplies", pen.around(310, 0.4), "Sapna Book House")
    pen.move(month.up_to(9), BANK, CASH, 600 * RUPEE, "ATM withdrawal")
    if month.number in (4, 10):
        pen.move(month.up_to(22), BANK, RESERVE, 200_000 * RUPEE, "To the reserve")


def _odd_ones(pen: Pen) -> None:
    """What the book should warn of: a yearly price in place of a monthly one, and a courier paid twice."""
    pen.spend(pen.last_day - timedelta(days=3), CARD, "Software", 48_640 * RUPEE, "Adobe")
    for back in (6, 5):
        pen.spend(pen.last_day - timedelta(days=back), BANK, "Freight and courier", 2_480 * RUPEE, "Blue Dart")

"""The invented household: a home, a car, and the small things of every week. What it earns, owes and saves is in `services.demo_wealth`."""

from datetime import date, timedelta

from app.domain.books import BookKind, Subtype
from app.domain.demo import RUPEE, DemoAccount, DemoBook, Pen, finished
from app.domain.periods import Month

BANK, CASH, CARD = "Bank account", "Cash", "Credit card"
ACCOUNTS = (
    DemoAccount(BANK, Subtype.BANK, "bank", 1, 182_000 * RUPEE),
    DemoAccount(CASH, Subtype.CASH, "cash-coin", 3, 6_500 * RUPEE),
    DemoAccount(CARD, Subtype.CARD, "credit-card", 4),
)

RENT = 31_000
BILLED_ON = 18
ODD_BILL = 9_842
HEAT = {3: 1.35, 4: 1.8, 5: 2.0, 6: 1.5, 7: 1.15}
"""How much more electricity the warm months take."""

FESTIVAL = {2023: date(2023, 11, 12), 2024: date(2024, 11, 1), 2025: date(2025, 10, 20), 2026: date(2026, 11, 8)}
"""Deepavali; other years have it on 25 October."""

WEEKEND, WORKDAYS = (5, 6), (0, 1, 2, 3, 4)


def household(seed: int, last_day: date) -> DemoBook:
    """Two years of the household that end on a day."""
    pen = Pen(seed, last_day)
    for at, month in enumerate(pen.months):
        _income(pen, month)
        _home(pen, month, at)
        pen.move(month.up_to(12), BANK, CASH, 6_000 * RUPEE, "ATM withdrawal")
        _groceries(pen, month)
        _getting_around(pen, month)
        _going_out(pen, month)
        _subscriptions(pen, month, at)
        _now_and_then(pen, month)
        _festival(pen, month)
    _odd_ones(pen)
    pen.paid_off(CARD, BANK, closes_on=16, pays_on=24)
    return finished(pen, BookKind.PERSONAL, "Personal", ACCOUNTS)


def _income(pen: Pen, month: Month) -> None:
    """What comes beside the salary, which is posted by its own schedule."""
    if month.number == 3:  # noqa: PLR2004 - the year's bonus comes in March
        pen.earn(month.up_to(27), BANK, "Salary", pen.around(84_000), "Lumen Systems", description="NEFT LUMEN BONUS")
    if month.number % 3 == 0:
        pen.earn(month.last, BANK, "Interest", pen.around(1_650), "Canara Bank", description="INT.PD")


def _home(pen: Pen, month: Month, at: int) -> None:
    rent = round(RENT * 1.05 ** (at // 11), -2) * RUPEE
    pen.spend(month.up_to(2), BANK, "Rent", int(rent), "Suresh Nair", description="IMPS RENT SURESH NAIR")
    pen.spend(month.up_to(1), CASH, "Household help", 4_500 * RUPEE, "Lakshmi")
    pen.spend(month.up_to(BILLED_ON), BANK, "Electricity", _bill(pen, month), "BESCOM", description="BESCOM BILL")
    pen.spend(month.up_to(7), BANK, "Phone and internet", 1_179 * RUPEE, "ACT Fibernet")
    pen.spend(month.up_to(11), BANK, "Phone and internet", 449 * RUPEE, "Airtel")
    pen.spend(month.up_to(3), BANK, "Insurance", 2_184 * RUPEE, "HDFC Life", description="ACH HDFC LIFE TERM COVER")
    if pen.chance.random() < 0.25:  # noqa: PLR2004 - something breaks every fourth month
        pen.spend(pen.days(month, 1)[0], BANK, "Home and repairs", pen.around(2_600, 0.5), "Urban Company")


def _bill(pen: Pen, month: Month) -> int:
    usual = pen.around(1_450 * HEAT.get(month.number, 1), 0.12)
    is_last = month.up_to(BILLED_ON) <= pen.last_day < month.next().up_to(BILLED_ON)
    return ODD_BILL * RUPEE if is_last else usual


def _groceries(pen: Pen, month: Month) -> None:
    for day in pen.days(month, 4, (5,)):
        pen.spend(day, CARD, "Groceries", pen.around(1_950, 0.35), "Nilgiri Fresh Supermarket")
    for day in pen.days(month, 7):
        pen.spend(day, BANK, "Groceries", pen.around(340, 0.5), pen.chance.choice(("Zepto", "Blinkit", "BigBasket")))
    for day in pen.days(month, 4, (6,)):
        pen.spend(day, BANK, "Groceries", 384 * RUPEE, "Country Delight")

    for day in pen.days(month, 3):
        pen.spend(day, CASH, "Groceries", pen.around(260, 0.4), "KR Market")


def _getting_around(pen: Pen, month: Month) -> None:
    for day in pen.days(month, 2):
        pen.spend(day, CARD, "Fuel", pen.chance.choice((2_000, 2_500, 3_000)) * RUPEE, "Indian Oil, Domlur")
    for day in pen.days(month, 6, WORKDAYS):
        pen.spend(
            day, BANK, "Taxi and auto", pen.around(230, 0.5), pen.chance.choice(("Uber", "Namma Yatri", "Rapido"))
        )
    pen.spend(month.up_to(4), BANK, "Transport", 500 * RUPEE, "Namma Metro")


def _going_out(pen: Pen, month: Month) -> None:
    places = ("Truffles", "MTR 1924", "Toit", "Vidyarthi Bhavan", "Corner House", "Empire")
    for day in pen.days(month, 4, WEEKEND):
        pen.spend(day, CARD, "Dining", pen.around(980, 0.45), pen.chance.choice(places))
    for day in pen.days(month, 5, WORKDAYS):
        pen.spend(
            day, BANK, "Dining", pen.around(290, 0.4), pen.chance.choice(("Swiggy", "Third Wave Coffee", "Zomato"))
        )
    for day in pen.days(month, pen.chance.choice((1, 1, 2)), WEEKEND):
        pen.spend(
            day, CARD, "Entertainment", pen.around(820, 0.35), pen.chance.choice(("PVR Forum Mall", "BookMyShow"))
        )


def _subscriptions(pen: Pen, month: Month, at: int) -> None:
    netflix = 649 if at >= len(pen.months) - 5 else 499
    pen.spend(month.up_to(9), CARD, "Subscriptions", netflix * RUPEE, "Netflix")
    pen.spend(month.up_to(14), CARD, "Subscriptions", 119 * RUPEE, "Spotify")
    pen.spend(month.up_to(20), CARD, "Subscriptions", 130 * RUPEE, "Google One")


def _now_and_then(pen: Pen, month: Month) -> None:
    shops = ("Myntra", "Amazon", "Decathlon", "Croma", "Westside")
    for day in pen.days(month, pen.chance.choice((1, 2, 2, 3))):
        pen.spend(day, CARD, "Shopping", pen.around(1_850, 0.6), pen.chance.choice(shops))
    for day in pen.days(month, pen.chance.choice((1, 2))):
        pen.spend(day, BANK, "Health", pen.around(640, 0.5), "Apollo Pharmacy")
    pen.spend(pen.days(month, 1, WEEKEND)[0], BANK, "Personal care", pen.around(750, 0.35), "Bodycraft")
    if month.number in (5, 12):
        _trip(pen, month)
    if month.number in (1, 7):
        pen.spend(month.up_to(15), BANK, "Donations", 2_500 * RUPEE, "Akshaya Patra")
    if month.number == 6:  # noqa: PLR2004 - a course every summer
        pen.spend(month.up_to(8), CARD, "Education", pen.around(9_800, 0.1), "Coursera")


def _trip(pen: Pen, month: Month) -> None:
    start = pen.days(month, 1, (4,))[0]
    pen.spend(start - timedelta(days=3), CARD, "Travel", pen.around(11_400), "IndiGo")
    for night in range(3):
        pen.spend(start + timedelta(days=night), CARD, "Dining", pen.around(1_300, 0.3), "Fisherman's Wharf, Goa")
    pen.spend(start + timedelta(days=3), CARD, "Travel", pen.around(13_800), "Casa Candolim, Goa")


def _festival(pen: Pen, month: Month) -> None:
    day = FESTIVAL.get(month.year, date(month.year, 10, 25))
    if Month.of(day) != month:
        return
    for before, payee, rupees in ((6, "Nalli Silks", 7_400), (4, "Anand Sweets", 2_100), (2, "Tanishq", 9_200)):
        pen.spend(day - timedelta(days=before), CARD, "Gifts and festivals", pen.around(rupees, 0.15), payee)
    pen.earn(day, BANK, "Gifts received", 5_001 * RUPEE, "Amma")


def _odd_ones(pen: Pen) -> None:
    """What the book should warn of: a purchase charged twice; and a refund, which is fine. The last electricity bill is odd as well."""
    twice = pen.around(1_864, 0.02)
    for back in (4, 3):
        pen.spend(pen.last_day - timedelta(days=back), CARD, "Health", twice, "Manipal Diagnostics")
    pen.earn(pen.last_day - timedelta(days=9), CARD, "Shopping", 1_299 * RUPEE, "Myntra", description="REFUND MYNTRA")

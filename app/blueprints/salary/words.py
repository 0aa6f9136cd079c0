"""How the pages of jobs call things."""

from app.domain.salaries import Part, PayLine
from app.domain.salary_years import PayState
from app.domain.tax.years import Regime

PARTS = {
    Part.BASIC: "Basic pay",
    Part.DEARNESS: "Dearness allowance",
    Part.RENT: "House rent allowance",
    Part.SPECIAL: "Special allowance",
    Part.PROVIDENT: "Provident fund (EPF)",
    Part.INSURANCE: "State insurance (ESI)",
    Part.PROFESSIONAL_TAX: "Professional tax",
    Part.TAX: "Income tax (TDS)",
    Part.EMPLOYER_FUND: "Provident fund, employer’s part",
    Part.EMPLOYER_PENSION: "Pension scheme, employer’s part",
}
PLAIN_BASIC = "Pay"
STATES = {"MH": "Maharashtra", "KA": "Karnataka", "AP": "Andhra Pradesh", "TS": "Telangana"}
PAY_STATES = {
    PayState.POSTED: ("In the books", "ok", "check-lg"),
    PayState.WAITING: ("Waits for you", "warn", "hourglass-split"),
    PayState.EXPECTED: ("Expected", "", "calendar"),
    PayState.EARLIER: ("Not in these books", "", "clock-history"),
    PayState.SKIPPED: ("Left out", "", "skip-forward"),
    PayState.DELETED: ("Deleted", "warn", "trash3"),
    PayState.MISSED: ("Passed in a pause", "", "pause"),
}
"""Word, tone and icon of each state of a pay day."""
REGIMES = {Regime.NEW: "New regime", Regime.OLD: "Old regime"}


def line_name(line: PayLine, *, is_indian: bool = True) -> str:
    """What a payslip calls a line."""
    if line.name:
        return line.name
    return PLAIN_BASIC if line.part is Part.BASIC and not is_indian else PARTS[line.part]

"""What the tax page calls its figures."""

from app.domain.tax.deductions import Employer
from app.domain.tax.estimate import Section
from app.domain.tax.years import GainKind, Regime

LABELS = {
    "salary": "Gross salary",
    "basic": "Basic pay in it",
    "rent_allowance": "House rent allowance in it",
    "other_exempt": "Other exempt allowances",
    "professional_tax": "Professional tax",
    "employer_pension": "Employer’s NPS, 80CCD(2)",
    "savings_interest": "Savings interest",
    "deposit_interest": "Deposit interest",
    "dividends": "Dividends",
    "other_income": "Other income",
    "gain_equity_short": "Shares and equity funds, short-term",
    "gain_equity_long": "Shares and equity funds, long-term",
    "gain_other_long": "Other assets, long-term",
    "gain_slab": "Other assets, short-term",
    "gain_virtual": "Crypto and other virtual assets",
    "gain_equity_short_early": "Shares and equity funds, short-term, to 22 July",
    "gain_equity_long_early": "Shares and equity funds, long-term, to 22 July",
    "gain_other_long_early": "Other assets, long-term, to 22 July",
    "carried_short": "Short-term losses of earlier years",
    "carried_long": "Long-term losses of earlier years",
    "own_house_interest": "Loan interest, own home",
    "own_house_earlier": "Interest before it was completed",
    "let_rent": "Rent received",
    "let_municipal": "Municipal tax on it",
    "let_interest": "Loan interest, let house",
    "rent_paid": "Rent paid",
    "savings": "80C",
    "own_pension": "Own NPS",
    "health_family": "Health insurance, family",
    "health_family_checkup": "Check-ups, family",
    "health_parents": "Health insurance, parents",
    "health_parents_checkup": "Check-ups, parents",
    "education_interest": "Education loan interest, 80E",
    "other_deductions": "Other deductions",
    "tax_deducted": "Tax deducted (TDS)",
    "advance_paid": "Advance tax paid",
}
HINTS = {
    "salary": "With all allowances, before any deduction",
    "basic": "With dearness allowance",
    "other_exempt": "Such as leave travel; old regime only",
    "employer_pension": "Count it in gross salary too",
    "other_income": "Freelance profit, tuition; taxed by the slabs",
    "gain_other_long": "Gold, property, unlisted shares; minus for a loss",
    "gain_slab": "Debt funds, gold, property; minus for a loss",
    "gain_equity_short": "Minus for a loss",
    "gain_equity_long": "Minus for a loss",
    "gain_virtual": "Gains only; losses count for nothing",
    "gain_other_long_early": "After indexation; minus for a loss",
    "own_house_earlier": "All of it; a fifth counts each year for five years",
    "savings": "PF, PPF, ELSS, life insurance, home loan principal",
    "own_pension": "80CCD(1B) first, then 80CCD(1)",
    "other_deductions": "Such as 80G, as much as you may claim",
    "education_interest": "For eight years, without a limit",
}
SECTIONS = {
    Section.SAVINGS: "80C: savings",
    Section.OWN_PENSION: "80CCD(1B): own NPS",
    Section.EMPLOYER_PENSION: "80CCD(2): employer’s NPS",
    Section.HEALTH: "80D: health, family",
    Section.HEALTH_PARENTS: "80D: health, parents",
    Section.EDUCATION: "80E: education loan",
    Section.SAVINGS_INTEREST: "80TTA: savings interest",
    Section.SENIOR_INTEREST: "80TTB: interest, from 60 on",
    Section.OTHER: "Other deductions",
}
KINDS = {
    GainKind.EQUITY_SHORT: "Equity, short-term (111A)",
    GainKind.EQUITY_LONG: "Equity, long-term (112A)",
    GainKind.OTHER_LONG: "Other assets, long-term (112)",
    GainKind.VIRTUAL_ASSET: "Virtual assets (115BBH)",
}
REGIMES = {Regime.NEW: "new regime", Regime.OLD: "old regime"}
EMPLOYERS = {Employer.OTHER: "Private or other", Employer.GOVERNMENT: "Government"}
GROUPS = (
    ("Salary", ("salary", "basic", "rent_allowance", "other_exempt", "professional_tax", "employer_pension", "employer")),
    ("Other income", ("savings_interest", "deposit_interest", "dividends", "other_income")),
    ("Deductions, old regime", ("rent_paid", "city", "savings", "own_pension", "health_family", "health_family_checkup", "has_senior_family", "health_parents", "health_parents_checkup", "has_senior_parents", "education_interest", "other_deductions")),
    ("Houses", ("own_house_interest", "own_house_earlier", "let_rent", "let_municipal", "let_interest")),
    ("Gains", ()),
    ("Tax already paid", ("tax_deducted", "advance_paid")),
    ("You", ("born_on", "is_resident")),
)  # fmt: skip
"""The form's parts. Those of gains depend on the year."""

UNKNOWN = (
    "Presumptive income of a business or profession (44AD, 44ADA, 44AE): write the taxable profit as other income",
    "Family pension, agricultural income, winnings and income from abroad",
    "Exemptions for gains that are invested again (54, 54EC, 54F), and the choice of indexing for property",
    "Relief for arrears (89) and for foreign tax (90, 91), and interest for paying late (234A to 234C)",
    "Provident fund, NPS and superannuation of an employer above ₹7,50,000 a year, which is taxed as pay",
)
"""What the estimate does not reckon."""

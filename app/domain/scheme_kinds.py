"""The kinds of deposits and savings schemes: what each is, for how long, and within which limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.anniversaries import months_later
from app.domain.errors import Refused
from app.domain.facts.reading import NotKnown, Row, facts, in_force, rupees
from app.domain.fiscal_years import FiscalYear
from app.domain.money import INDIAN, grouped
from app.domain.provident_funds import SSY_DEPOSIT_YEARS

YEAR = 12
LONGEST_TENOR = 600  # months: fifty years


class SchemeKind(StrEnum):
    """What a deposit is."""

    FD = "fd"
    FD_PAYOUT = "fd_payout"
    TAX_SAVER = "tax_saver"
    RD = "rd"
    POST_RD = "post_rd"
    PPF = "ppf"
    SSY = "ssy"
    NSC = "nsc"
    KVP = "kvp"
    SCSS = "scss"
    MIS = "mis"
    TD = "td"


class Family(StrEnum):
    """How a deposit earns: its interest stays in, is paid out, comes on instalments, is credited once a year, or doubles the price."""

    GROWTH = "growth"
    INCOME = "income"
    INSTALMENTS = "instalments"
    FUND = "fund"
    CERTIFICATE = "certificate"
    DOUBLING = "doubling"


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What holds for every deposit of a kind.

    `tenors` are the only terms in months there are; none of them means that any may be agreed. `rate_name` is what notified
    rates call it; none for what banks agree themselves. `is_taxed_at_source`: banks and post offices hold tax back from its interest.
    """

    name: str
    short: str
    about: str
    family: Family
    tenors: tuple[int, ...] = ()
    rate_name: str | None = None
    is_indian: bool = True
    is_floating: bool = False
    is_taxed_at_source: bool = False


KINDS: Mapping[SchemeKind, KindFacts] = {
    SchemeKind.FD: KindFacts(
        "Fixed deposit", "FD", "One amount, interest stays in until the end.", Family.GROWTH, is_indian=False, is_taxed_at_source=True,
    ),
    SchemeKind.FD_PAYOUT: KindFacts(
        "Fixed deposit with payouts", "FD", "One amount, interest comes every month, quarter, half-year or year.", Family.INCOME,
        is_indian=False, is_taxed_at_source=True,
    ),
    SchemeKind.RD: KindFacts(
        "Recurring deposit", "RD", "The same amount each month, interest stays in.", Family.INSTALMENTS, is_indian=False,
        is_taxed_at_source=True,
    ),
    SchemeKind.TAX_SAVER: KindFacts(
        "Tax-saver deposit", "Tax-saver FD", "A bank deposit for five years that counts towards section 80C.", Family.GROWTH, (60,),
        is_taxed_at_source=True,
    ),
    SchemeKind.PPF: KindFacts(
        "Public Provident Fund", "PPF", "15 years, deposits when you like, interest each 31 March.", Family.FUND,
        (180, 240, 300, 360, 420, 480), "ppf", is_floating=True,
    ),
    SchemeKind.SSY: KindFacts(
        "Sukanya Samriddhi", "SSY", "For a girl: deposits for 15 years, 21 years in all.", Family.FUND, (252,), "ssy", is_floating=True,
    ),
    SchemeKind.NSC: KindFacts(
        "National Savings Certificate", "NSC", "One amount for five years, interest stays in.", Family.CERTIFICATE, (60,), "nsc",
    ),
    SchemeKind.KVP: KindFacts(
        "Kisan Vikas Patra", "KVP", "One amount that doubles after a notified time.", Family.DOUBLING, (), "kvp",
    ),
    SchemeKind.SCSS: KindFacts(
        "Senior Citizens’ Savings", "SCSS", "From 60, five years, interest each quarter.", Family.INCOME, (60, 96, 132), "scss",
        is_taxed_at_source=True,
    ),
    SchemeKind.MIS: KindFacts(
        "Post office Monthly Income", "MIS", "One amount for five years, interest each month.", Family.INCOME, (60,), "mis",
    ),
    SchemeKind.TD: KindFacts(
        "Post office Time Deposit", "TD", "One amount for 1, 2, 3 or 5 years, interest each year.", Family.INCOME, (12, 24, 36, 60), "td",
    ),
    SchemeKind.POST_RD: KindFacts(
        "Post office Recurring Deposit", "RD", "The same amount each month for five years.", Family.INSTALMENTS, (60,), "rd_5y",
    ),
}  # fmt: skip


def rate_name(kind: SchemeKind, tenor_months: int) -> str | None:
    """What notified rates call a deposit; none for one whose rate a bank agrees.

    >>> rate_name(SchemeKind.TD, 24), rate_name(SchemeKind.FD, 24)
    ('td_2y', None)
    """
    name = KINDS[kind].rate_name
    return f"td_{tenor_months // YEAR}y" if kind == SchemeKind.TD else name


def maturity_of(kind: SchemeKind, opened_on: date, months: int, days: int = 0) -> date:
    """The day a deposit ends: so many months and then days after it began; a PPF counts from the end of its first year.

    Raises: Refused for a term that the kind does not have, one of fewer than seven days, or one that never ends.
    Source: RBI, Master Direction on Interest Rate on Deposits, for the seven days; the schemes of 2019 for the rest.

    >>> maturity_of(SchemeKind.PPF, date(2020, 6, 10), 180)
    datetime.date(2036, 4, 1)
    """
    tenors = KINDS[kind].tenors
    if tenors and (months not in tenors or days):
        raise Refused("Choose one of the terms this scheme has.", field="tenor")
    if not (0 <= months <= LONGEST_TENOR and 0 <= days <= LONGEST_TENOR * 31 and months + days > 0):
        raise Refused(f"Write a term from 7 days to {LONGEST_TENOR} months.", field="tenor")
    start = opened_on
    if kind == SchemeKind.PPF:
        start = months_later(FiscalYear.of(opened_on).first, YEAR)
    end = date.fromordinal(months_later(start, months).toordinal() + days)
    if (end - opened_on).days < 7:  # noqa: PLR2004 - the shortest deposit there is
        raise Refused("Write a term of at least 7 days.", field="tenor")
    return end


def deposits_end(kind: SchemeKind, opened_on: date, matures_on: date) -> date:
    """The day from which nothing can be put in any more.

    >>> deposits_end(SchemeKind.SSY, date(2025, 4, 1), date(2046, 4, 1))
    datetime.date(2040, 4, 1)
    """
    return months_later(opened_on, SSY_DEPOSIT_YEARS * YEAR) if kind == SchemeKind.SSY else matures_on


def limits_of(kind: SchemeKind, on: date) -> Row | None:
    """What may be put in, as `facts/scheme_limits.toml` says it; none where nothing is written for that day."""
    rows = [row for row in facts("scheme_limits")["limits"] if row["scheme"] == kind.value]
    try:
        return in_force(rows, on, "Limits") if rows else None
    except NotKnown:
        return None


def check_once(kind: SchemeKind, amount_minor: int, on: date, *, is_joint: bool) -> None:
    """Refuse more than may be put into one account.

    Units: minor units of rupees. Raises: Refused. Source: `facts/scheme_limits.toml`.

    >>> check_once(SchemeKind.MIS, 150_000_000, date(2026, 1, 1), is_joint=True)
    """
    row = limits_of(kind, on)
    most = row.get("joint_most" if is_joint else "once_most") if row else None
    if row and most is not None and amount_minor > rupees(most):
        raise Refused(
            f"At most ₹{grouped(str(most), INDIAN)} may be in {'a joint' if is_joint else 'one'} account. {row['source']}.",
            field="principal",
        )


def check_year(kind: SchemeKind, year_minor: int, on: date, *, field: str) -> None:
    """Refuse a year's deposits above the limit of the year in which `on` lies.

    Units: minor units of rupees. Raises: Refused beside `field`. Source: `facts/scheme_limits.toml`.

    >>> check_year(SchemeKind.PPF, 15_000_000, date(2026, 1, 1), field="amount")
    """
    row = limits_of(kind, on)
    most = row.get("year_most") if row else None
    if row and most is not None and year_minor > rupees(most):
        raise Refused(
            f"At most ₹{grouped(str(most), INDIAN)} may be paid in from April to March. {row['source']}.", field=field
        )

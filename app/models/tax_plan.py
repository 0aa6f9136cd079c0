"""What people say about a year's tax. What their books say is read when it is asked for, and not kept here."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.tax.deductions import Employer
from app.models.base import TABLE_OPTIONS, Base, words


class TaxPlan(Base):
    """The answers for one financial year, named as in `domain.tax.answers`. An amount of none follows the books."""

    __tablename__ = "tax_plans"
    __table_args__ = (TABLE_OPTIONS,)

    book_id: Mapped[int] = mapped_column(
        ForeignKey("books.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    fy: Mapped[str] = mapped_column(String(7), primary_key=True)  # 2025-26
    born_on: Mapped[date | None] = mapped_column(Date)
    is_resident: Mapped[bool]
    employer: Mapped[Employer] = mapped_column(words(Employer))
    city: Mapped[str] = mapped_column(String(80))
    salary: Mapped[int | None]
    basic: Mapped[int | None]
    rent_allowance: Mapped[int | None]
    rent_paid: Mapped[int | None]
    other_exempt: Mapped[int | None]
    professional_tax: Mapped[int | None]
    employer_pension: Mapped[int | None]
    own_house_interest: Mapped[int | None]
    own_house_earlier: Mapped[int | None]
    let_rent: Mapped[int | None]
    let_municipal: Mapped[int | None]
    let_interest: Mapped[int | None]
    savings_interest: Mapped[int | None]
    deposit_interest: Mapped[int | None]
    dividends: Mapped[int | None]
    other_income: Mapped[int | None]
    gain_equity_short: Mapped[int | None]
    gain_equity_long: Mapped[int | None]
    gain_other_long: Mapped[int | None]
    gain_slab: Mapped[int | None]
    gain_virtual: Mapped[int | None]
    gain_equity_short_early: Mapped[int | None]
    gain_equity_long_early: Mapped[int | None]
    gain_other_long_early: Mapped[int | None]
    carried_short: Mapped[int | None]
    carried_long: Mapped[int | None]
    savings: Mapped[int | None]
    own_pension: Mapped[int | None]
    health_family: Mapped[int | None]
    health_family_checkup: Mapped[int | None]
    has_senior_family: Mapped[bool]
    health_parents: Mapped[int | None]
    health_parents_checkup: Mapped[int | None]
    has_senior_parents: Mapped[bool]
    education_interest: Mapped[int | None]
    other_deductions: Mapped[int | None]
    tax_deducted: Mapped[int | None]
    advance_paid: Mapped[int | None]
    updated_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]  # cleared by a person, who may still undo it

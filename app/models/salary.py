"""Jobs: who pays, what they paid from which month on, and which pay days are in the books."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.professional_tax import Gender
from app.domain.salaries import Part, ProvidentMode, Slot, TaxMode
from app.domain.tax.years import Regime
from app.models.base import TABLE_OPTIONS, Base, words


class Salary(Base):
    """A job. Its pay days are dates of its schedule; what they post is worked out from the revision of the month."""

    __tablename__ = "salaries"
    __table_args__ = (
        UniqueConstraint("book_id", "id"),
        ForeignKeyConstraint(["book_id", "schedule_id"], ["schedules.book_id", "schedules.id"]),
        ForeignKeyConstraint(["book_id", "account_id"], ["accounts.book_id", "accounts.id"]),
        ForeignKeyConstraint(["book_id", "provident_account_id"], ["accounts.book_id", "accounts.id"]),
        TABLE_OPTIONS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"))
    schedule_id: Mapped[int]
    employer: Mapped[str] = mapped_column(String(120))
    account_id: Mapped[int]  # where the net pay arrives
    provident_account_id: Mapped[int | None]  # none until the first contribution needs one
    pay_day: Mapped[int]  # of the month; 31 is the last day of each
    first_on: Mapped[date] = mapped_column(Date)
    posts_from: Mapped[date] = mapped_column(Date)  # earlier pay days count for the year and are not posted
    last_on: Mapped[date | None] = mapped_column(Date)
    born_on: Mapped[date | None] = mapped_column(Date)
    before_gross_minor: Mapped[int]  # paid before the first pay day, in its financial year
    before_provident_minor: Mapped[int]
    before_tax_minor: Mapped[int]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_with: Mapped[str | None] = mapped_column(Text)  # what its removal took out of the books


class SalaryAccount(Base):
    """The category that a part of the pay is posted to, found or made when it is first needed and kept from then on."""

    __tablename__ = "salary_accounts"
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "salary_id"], ["salaries.book_id", "salaries.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["book_id", "account_id"], ["accounts.book_id", "accounts.id"]),
        TABLE_OPTIONS,
    )

    salary_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    slot: Mapped[Slot] = mapped_column(words(Slot), primary_key=True)
    book_id: Mapped[int]
    account_id: Mapped[int]


class SalaryRevision(Base):
    """What a job pays from a month on, each amount in minor units a month; those declared are a year's."""

    __tablename__ = "salary_revisions"
    __table_args__ = (
        UniqueConstraint("book_id", "id"),
        ForeignKeyConstraint(["book_id", "salary_id"], ["salaries.book_id", "salaries.id"], ondelete="CASCADE"),
        Index(None, "book_id", "salary_id", "from_on"),
        TABLE_OPTIONS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int]
    salary_id: Mapped[int]
    from_on: Mapped[date] = mapped_column(Date)  # the first of its month
    note: Mapped[str] = mapped_column(String(200))
    basic_minor: Mapped[int]
    dearness_minor: Mapped[int]
    rent_allowance_minor: Mapped[int]
    special_minor: Mapped[int]
    provident: Mapped[ProvidentMode] = mapped_column(words(ProvidentMode))
    own_provident_minor: Mapped[int]
    own_employer_minor: Mapped[int]
    keeps_employer: Mapped[bool]
    is_insured: Mapped[bool]
    state: Mapped[str] = mapped_column(String(5))  # whose professional tax; blank is none
    own_professional_tax_minor: Mapped[int]
    gender: Mapped[Gender] = mapped_column(words(Gender))
    tax: Mapped[TaxMode] = mapped_column(words(TaxMode))
    own_tax_minor: Mapped[int]
    regime: Mapped[Regime] = mapped_column(words(Regime))
    rent_paid_minor: Mapped[int]
    is_in_metro: Mapped[bool]
    savings_minor: Mapped[int]  # from here on a year
    health_minor: Mapped[int]
    pension_minor: Mapped[int]
    home_interest_minor: Mapped[int]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class SalaryItem(Base):
    """An allowance or a deduction with a name."""

    __tablename__ = "salary_items"
    __table_args__ = (
        ForeignKeyConstraint(
            ["book_id", "revision_id"], ["salary_revisions.book_id", "salary_revisions.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["book_id", "category_id"], ["accounts.book_id", "accounts.id"]),
        TABLE_OPTIONS,
    )

    revision_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 0, 1, 2, …
    book_id: Mapped[int]
    part: Mapped[Part] = mapped_column(words(Part))
    name: Mapped[str] = mapped_column(String(60))
    amount_minor: Mapped[int]
    category_id: Mapped[int | None]  # of a deduction


class SalaryPayment(Base):
    """A month's pay in the books. Its key makes sure that a month is paid once."""

    __tablename__ = "salary_payments"
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "salary_id"], ["salaries.book_id", "salaries.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["book_id", "transaction_id"], ["transactions.book_id", "transactions.id"]),
        ForeignKeyConstraint(["book_id", "provident_account_id"], ["accounts.book_id", "accounts.id"]),
        Index(None, "book_id", "transaction_id"),
        TABLE_OPTIONS,
    )

    salary_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    month: Mapped[date] = mapped_column(Date, primary_key=True)  # its first day
    book_id: Mapped[int]
    due_on: Mapped[date] = mapped_column(Date)
    transaction_id: Mapped[int]
    provident_account_id: Mapped[int | None]
    lines: Mapped[str] = mapped_column(
        Text
    )  # the payslip as it was posted: part, name and amount of each line, as JSON

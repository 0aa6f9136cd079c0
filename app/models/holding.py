"""Investments: what is held, what happened to it, its prices, and the exchange rates between its currency and the book's."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Date, Dialect, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from app.domain.investments import AssetClass, EventKind, PriceSource, TaxedAs, plain
from app.models.base import TABLE_OPTIONS, Base, words


class Exact(TypeDecorator[Decimal]):
    """A decimal with up to eighteen places, kept as text: a fraction of a coin or the price of a tiny one loses nothing.

    For reckoning in Python only: databases would compare the letters.
    """

    impl = String(40)
    cache_ok = True
    PLACES, LENGTH = 18, 40

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse what has more places, or is no number."""
        if value is None:
            return None
        text = plain(value)
        if not value.is_finite() or len(text.partition(".")[2]) > self.PLACES or len(text) > self.LENGTH:
            raise ValueError(f"{value} cannot be kept exactly")
        return text

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Read it back."""
        return None if value is None else Decimal(value)


class Holding(Base):
    """One investment: a share, a fund, a coin. Its account in the books holds it at cost, in its own currency."""

    __tablename__ = "holdings"
    __table_args__ = (
        UniqueConstraint("book_id", "id"),
        UniqueConstraint("book_id", "account_id"),
        ForeignKeyConstraint(["book_id", "account_id"], ["accounts.book_id", "accounts.id"]),
        TABLE_OPTIONS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"))
    account_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))  # its account's too
    symbol: Mapped[str] = mapped_column(String(40))  # ticker, ISIN, scheme code or coin id; may be blank
    asset_class: Mapped[AssetClass] = mapped_column(words(AssetClass))
    taxed_as: Mapped[TaxedAs] = mapped_column(words(TaxedAs))
    currency: Mapped[str] = mapped_column(String(3))
    price_source: Mapped[PriceSource] = mapped_column(words(PriceSource))
    price_2018: Mapped[Decimal | None] = mapped_column(Exact)  # of one on 31 January 2018, for gains that grew before
    notes: Mapped[str] = mapped_column(String(1000))
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_with: Mapped[str | None] = mapped_column(Text)  # what was deleted with it, for the undo


class HoldingEvent(Base):
    """Something that happened to a holding. Which of the columns it fills depends on its kind.

    A buy without a money account was held already when the book began: it comes out of the opening balance.
    """

    __tablename__ = "holding_events"
    __table_args__ = (
        UniqueConstraint("book_id", "id"),
        ForeignKeyConstraint(["book_id", "holding_id"], ["holdings.book_id", "holdings.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["book_id", "account_id"], ["accounts.book_id", "accounts.id"]),
        ForeignKeyConstraint(["book_id", "transaction_id"], ["transactions.book_id", "transactions.id"]),
        Index(None, "book_id", "holding_id", "on", "number"),
        Index(None, "book_id", "transaction_id"),
        TABLE_OPTIONS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int]
    holding_id: Mapped[int]
    kind: Mapped[EventKind] = mapped_column(words(EventKind))
    on: Mapped[date] = mapped_column(Date)
    number: Mapped[int]  # the order on one day
    quantity: Mapped[Decimal | None] = mapped_column(Exact)  # buy, sell
    price: Mapped[Decimal | None] = mapped_column(Exact)  # of one, in whole units of the holding's currency
    fee_minor: Mapped[int]  # of a buy or a sale, in the holding's currency
    old: Mapped[Decimal | None] = mapped_column(Exact)  # split: so many become …; bonus: for so many held …
    new: Mapped[Decimal | None] = mapped_column(Exact)  # … so many; … so many are given
    amount_minor: Mapped[int | None]  # dividend, fee: in the holding's currency
    rate: Mapped[Decimal | None] = mapped_column(
        Exact
    )  # book currency for one of the holding's; none when they are one
    account_id: Mapped[int | None]  # the money account
    transaction_id: Mapped[int | None]
    note: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]  # removed by a person, who may still undo it


class InvestmentPlan(Base):
    """An amount invested into a holding again and again: a SIP. Its schedule says when."""

    __tablename__ = "investment_plans"
    __table_args__ = (
        UniqueConstraint("book_id", "id"),
        UniqueConstraint("book_id", "schedule_id"),
        ForeignKeyConstraint(["book_id", "holding_id"], ["holdings.book_id", "holdings.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["book_id", "schedule_id"], ["schedules.book_id", "schedules.id"]),
        ForeignKeyConstraint(["book_id", "account_id"], ["accounts.book_id", "accounts.id"]),
        TABLE_OPTIONS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int]
    holding_id: Mapped[int]
    schedule_id: Mapped[int]
    account_id: Mapped[int]  # the money account
    amount_minor: Mapped[int]  # each time, fee included, in the holding's currency
    fee_minor: Mapped[int]


class Price(Base):
    """What one of a holding was worth at the end of a day, in whole units of its currency, as quoted on that day."""

    __tablename__ = "prices"
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "holding_id"], ["holdings.book_id", "holdings.id"], ondelete="CASCADE"),
        Index(None, "book_id", "holding_id", "on"),
        TABLE_OPTIONS,
    )

    holding_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    on: Mapped[date] = mapped_column(Date, primary_key=True)
    book_id: Mapped[int]
    price: Mapped[Decimal] = mapped_column(Exact)
    source: Mapped[PriceSource] = mapped_column(words(PriceSource))
    fetched_at: Mapped[datetime]


class ExchangeRate(Base):
    """What one unit of a currency was worth in the book's currency at the end of a day."""

    __tablename__ = "exchange_rates"
    __table_args__ = (TABLE_OPTIONS,)

    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"), primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    on: Mapped[date] = mapped_column(Date, primary_key=True)
    rate: Mapped[Decimal] = mapped_column(Exact)
    source: Mapped[PriceSource] = mapped_column(words(PriceSource))
    fetched_at: Mapped[datetime]

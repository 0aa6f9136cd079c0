"""holdings."""

import sqlalchemy as sa
from alembic import op

from app.models.base import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exchange_rates",
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("rate", sa.String(length=40), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "manual", "amfi", "yfinance", "coingecko", "finnhub", name="pricesource", native_enum=False, length=20
            ),
            nullable=False,
        ),
        sa.Column("fetched_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["book_id"], ["books.id"], name=op.f("fk_exchange_rates_book_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("book_id", "currency", "on", name=op.f("pk_exchange_rates")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "holdings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("symbol", sa.String(length=40), nullable=False),
        sa.Column(
            "asset_class",
            sa.Enum(
                "stock",
                "equity_fund",
                "debt_fund",
                "hybrid_fund",
                "etf",
                "gold",
                "bond",
                "crypto",
                "other",
                name="assetclass",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "taxed_as",
            sa.Enum(
                "listed_equity_stt",
                "equity_mf",
                "specified_mf",
                "business_trust_unit",
                "listed_bond",
                "listed_other",
                "unlisted_share",
                "unlisted_bond",
                "gold_physical",
                "vda",
                "other_asset",
                name="taxedas",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "price_source",
            sa.Enum(
                "manual", "amfi", "yfinance", "coingecko", "finnhub", name="pricesource", native_enum=False, length=20
            ),
            nullable=False,
        ),
        sa.Column("price_2018", sa.String(length=40), nullable=True),
        sa.Column("notes", sa.String(length=1000), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("removed_with", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["book_id", "account_id"], ["accounts.book_id", "accounts.id"], name=op.f("fk_holdings_book_id_account_id")
        ),
        sa.ForeignKeyConstraint(["book_id"], ["books.id"], name=op.f("fk_holdings_book_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holdings")),
        sa.UniqueConstraint("book_id", "account_id", name=op.f("uq_holdings_book_id_account_id")),
        sa.UniqueConstraint("book_id", "id", name=op.f("uq_holdings_book_id_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "investment_plans",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("holding_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("schedule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fee_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["book_id", "account_id"],
            ["accounts.book_id", "accounts.id"],
            name=op.f("fk_investment_plans_book_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "holding_id"],
            ["holdings.book_id", "holdings.id"],
            name=op.f("fk_investment_plans_book_id_holding_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "schedule_id"],
            ["schedules.book_id", "schedules.id"],
            name=op.f("fk_investment_plans_book_id_schedule_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_investment_plans")),
        sa.UniqueConstraint("book_id", "id", name=op.f("uq_investment_plans_book_id_id")),
        sa.UniqueConstraint("book_id", "schedule_id", name=op.f("uq_investment_plans_book_id_schedule_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "prices",
        sa.Column(
            "holding_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("price", sa.String(length=40), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "manual", "amfi", "yfinance", "coingecko", "finnhub", name="pricesource", native_enum=False, length=20
            ),
            nullable=False,
        ),
        sa.Column("fetched_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["book_id", "holding_id"],
            ["holdings.book_id", "holdings.id"],
            name=op.f("fk_prices_book_id_holding_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("holding_id", "on", name=op.f("pk_prices")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("prices", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_prices_book_id_holding_id_on"), ["book_id", "holding_id", "on"], unique=False
        )

    op.create_table(
        "holding_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("holding_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("buy", "sell", "split", "bonus", "dividend", "fee", name="eventkind", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.String(length=40), nullable=True),
        sa.Column("price", sa.String(length=40), nullable=True),
        sa.Column("fee_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("old", sa.String(length=40), nullable=True),
        sa.Column("new", sa.String(length=40), nullable=True),
        sa.Column("amount_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("rate", sa.String(length=40), nullable=True),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("transaction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["book_id", "account_id"],
            ["accounts.book_id", "accounts.id"],
            name=op.f("fk_holding_events_book_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "holding_id"],
            ["holdings.book_id", "holdings.id"],
            name=op.f("fk_holding_events_book_id_holding_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "transaction_id"],
            ["transactions.book_id", "transactions.id"],
            name=op.f("fk_holding_events_book_id_transaction_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holding_events")),
        sa.UniqueConstraint("book_id", "id", name=op.f("uq_holding_events_book_id_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("holding_events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_holding_events_book_id_holding_id_on_number"),
            ["book_id", "holding_id", "on", "number"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_holding_events_book_id_transaction_id"), ["book_id", "transaction_id"], unique=False
        )


def downgrade() -> None:
    for name in ("prices", "investment_plans", "holding_events", "holdings", "exchange_rates"):
        op.drop_table(name)

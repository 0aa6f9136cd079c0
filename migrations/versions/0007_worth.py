"""worth."""

import sqlalchemy as sa
from alembic import op

from app.models.base import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "goals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("target_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by_on", sa.Date(), nullable=False),
        sa.Column(
            "basis", sa.Enum("accounts", "savings", name="goalbasis", native_enum=False, length=20), nullable=False
        ),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["book_id"], ["books.id"], name=op.f("fk_goals_book_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goals")),
        sa.UniqueConstraint("book_id", "id", name=op.f("uq_goals_book_id_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "goal_accounts",
        sa.Column("goal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["book_id", "account_id"],
            ["accounts.book_id", "accounts.id"],
            name=op.f("fk_goal_accounts_book_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "goal_id"],
            ["goals.book_id", "goals.id"],
            name=op.f("fk_goal_accounts_book_id_goal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("goal_id", "account_id", name=op.f("pk_goal_accounts")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("goal_accounts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_goal_accounts_book_id_account_id"), ["book_id", "account_id"], unique=False
        )

    op.create_table(
        "price_failures",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("holding_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("since_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["book_id", "holding_id"],
            ["holdings.book_id", "holdings.id"],
            name=op.f("fk_price_failures_book_id_holding_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["book_id"], ["books.id"], name=op.f("fk_price_failures_book_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_failures")),
        sa.UniqueConstraint("book_id", "currency", name=op.f("uq_price_failures_book_id_currency")),
        sa.UniqueConstraint("book_id", "holding_id", name=op.f("uq_price_failures_book_id_holding_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "properties",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("house", "land", "vehicle", "gold", "other", name="propertykind", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("notes", sa.String(length=1000), nullable=False),
        sa.Column("transaction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("removed_with", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["book_id", "account_id"],
            ["accounts.book_id", "accounts.id"],
            name=op.f("fk_properties_book_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "sale_id"],
            ["transactions.book_id", "transactions.id"],
            name=op.f("fk_properties_book_id_sale_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "transaction_id"],
            ["transactions.book_id", "transactions.id"],
            name=op.f("fk_properties_book_id_transaction_id"),
        ),
        sa.ForeignKeyConstraint(["book_id"], ["books.id"], name=op.f("fk_properties_book_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_properties")),
        sa.UniqueConstraint("book_id", "account_id", name=op.f("uq_properties_book_id_account_id")),
        sa.UniqueConstraint("book_id", "id", name=op.f("uq_properties_book_id_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("properties", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_properties_book_id_sale_id"), ["book_id", "sale_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_properties_book_id_transaction_id"), ["book_id", "transaction_id"], unique=False
        )

    op.create_table(
        "valuations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("property_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("value_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["book_id", "property_id"],
            ["properties.book_id", "properties.id"],
            name=op.f("fk_valuations_book_id_property_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_valuations")),
        sa.UniqueConstraint("book_id", "id", name=op.f("uq_valuations_book_id_id")),
        sa.UniqueConstraint("book_id", "property_id", "on", name=op.f("uq_valuations_book_id_property_id_on")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )


def downgrade() -> None:
    for name in ("goal_accounts", "goals", "valuations", "properties", "price_failures"):
        op.drop_table(name)

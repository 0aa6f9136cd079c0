"""schemes."""

import sqlalchemy as sa
from alembic import op

from app.models.base import Scaled, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schemes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "fd",
                "fd_payout",
                "tax_saver",
                "rd",
                "post_rd",
                "ppf",
                "ssy",
                "nsc",
                "kvp",
                "scss",
                "mis",
                "td",
                name="schemekind",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("institution", sa.String(length=80), nullable=False),
        sa.Column("number_end", sa.String(length=8), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("matures_on", sa.Date(), nullable=False),
        sa.Column("tenor_months", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenor_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("principal_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rate", Scaled(), nullable=True),
        sa.Column("is_own_rate", sa.Boolean(), nullable=False),
        sa.Column(
            "compounding",
            sa.Enum(
                "monthly",
                "quarterly",
                "half_yearly",
                "yearly",
                "simple",
                name="compounding",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "payout",
            sa.Enum("monthly", "quarterly", "half_yearly", "yearly", name="payout", native_enum=False, length=20),
            nullable=True,
        ),
        sa.Column("instalment_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instalment_months", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instalments_from", sa.Date(), nullable=True),
        sa.Column("paid_before", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_taken_over", sa.Boolean(), nullable=False),
        sa.Column("from_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("payout_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("income_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tax_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tax_rate", Scaled(), nullable=True),
        sa.Column("penalty_rate", Scaled(), nullable=True),
        sa.Column("is_joint", sa.Boolean(), nullable=False),
        sa.Column("nominee", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("instalment_schedule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("interest_schedule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("maturity_schedule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("removed_with", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["book_id", "account_id"], ["accounts.book_id", "accounts.id"], name=op.f("fk_schemes_book_id_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "from_account_id"],
            ["accounts.book_id", "accounts.id"],
            name=op.f("fk_schemes_book_id_from_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "income_account_id"],
            ["accounts.book_id", "accounts.id"],
            name=op.f("fk_schemes_book_id_income_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "instalment_schedule_id"],
            ["schedules.book_id", "schedules.id"],
            name=op.f("fk_schemes_book_id_instalment_schedule_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "interest_schedule_id"],
            ["schedules.book_id", "schedules.id"],
            name=op.f("fk_schemes_book_id_interest_schedule_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "maturity_schedule_id"],
            ["schedules.book_id", "schedules.id"],
            name=op.f("fk_schemes_book_id_maturity_schedule_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "payout_account_id"],
            ["accounts.book_id", "accounts.id"],
            name=op.f("fk_schemes_book_id_payout_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "tax_account_id"],
            ["accounts.book_id", "accounts.id"],
            name=op.f("fk_schemes_book_id_tax_account_id"),
        ),
        sa.ForeignKeyConstraint(["book_id"], ["books.id"], name=op.f("fk_schemes_book_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schemes")),
        sa.UniqueConstraint("book_id", "id", name=op.f("uq_schemes_book_id_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("schemes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_schemes_book_id_removed_at"), ["book_id", "removed_at"], unique=False)

    op.create_table(
        "scheme_entries",
        sa.Column(
            "transaction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scheme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "part",
            sa.Enum(
                "opening", "deposit", "payout", "credit", "closing", name="entrypart", native_enum=False, length=20
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "scheme_id"],
            ["schemes.book_id", "schemes.id"],
            name=op.f("fk_scheme_entries_book_id_scheme_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "transaction_id"],
            ["transactions.book_id", "transactions.id"],
            name=op.f("fk_scheme_entries_book_id_transaction_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("transaction_id", name=op.f("pk_scheme_entries")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("scheme_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scheme_entries_book_id_scheme_id"), ["book_id", "scheme_id"], unique=False)

    op.create_table(
        "scheme_rates",
        sa.Column(
            "scheme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rate", Scaled(), nullable=False),
        sa.ForeignKeyConstraint(
            ["book_id", "scheme_id"],
            ["schemes.book_id", "schemes.id"],
            name=op.f("fk_scheme_rates_book_id_scheme_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("scheme_id", "from_on", name=op.f("pk_scheme_rates")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )


def downgrade() -> None:
    for name in ("scheme_entries", "scheme_rates", "schemes"):
        op.drop_table(name)

"""loans."""

import sqlalchemy as sa
from alembic import op

from app.models.base import Scaled, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "loans",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("lender", sa.String(length=120), nullable=False),
        sa.Column("principal_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("annual_rate", Scaled(), nullable=False),
        sa.Column("months", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("day", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "method", sa.Enum("reducing", "flat", "none", name="method", native_enum=False, length=20), nullable=False
        ),
        sa.Column("emi_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("waiting_months", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "waiting_interest",
            sa.Enum("capitalise", "simple", "pay_interest", name="moratoriuminterest", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column(
            "start", sa.Enum("new", "owed", "paid", name="loanstart", native_enum=False, length=20), nullable=False
        ),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("paid_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fee_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pay_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("into_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("interest_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("charges_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("schedule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("start_transaction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("removed_with", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["book_id", "account_id"], ["accounts.book_id", "accounts.id"], name=op.f("fk_loans_book_id_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "charges_account_id"],
            ["accounts.book_id", "accounts.id"],
            name=op.f("fk_loans_book_id_charges_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "interest_account_id"],
            ["accounts.book_id", "accounts.id"],
            name=op.f("fk_loans_book_id_interest_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "into_account_id"],
            ["accounts.book_id", "accounts.id"],
            name=op.f("fk_loans_book_id_into_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "pay_account_id"],
            ["accounts.book_id", "accounts.id"],
            name=op.f("fk_loans_book_id_pay_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "schedule_id"], ["schedules.book_id", "schedules.id"], name=op.f("fk_loans_book_id_schedule_id")
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "start_transaction_id"],
            ["transactions.book_id", "transactions.id"],
            name=op.f("fk_loans_book_id_start_transaction_id"),
        ),
        sa.ForeignKeyConstraint(["book_id"], ["books.id"], name=op.f("fk_loans_book_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loans")),
        sa.UniqueConstraint("book_id", "id", name=op.f("uq_loans_book_id_id")),
        sa.UniqueConstraint("book_id", "schedule_id", name=op.f("uq_loans_book_id_schedule_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "loan_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("loan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("prepayment", "rate", "balance", name="eventkind", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("keep", sa.Enum("emi", "tenure", name="keep", native_enum=False, length=20), nullable=False),
        sa.Column("amount_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("annual_rate", Scaled(), nullable=False),
        sa.Column("charge_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("transaction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("removed_with", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["book_id", "loan_id"],
            ["loans.book_id", "loans.id"],
            name=op.f("fk_loan_events_book_id_loan_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "transaction_id"],
            ["transactions.book_id", "transactions.id"],
            name=op.f("fk_loan_events_book_id_transaction_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan_events")),
        sa.UniqueConstraint("book_id", "id", name=op.f("uq_loan_events_book_id_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("loan_events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_loan_events_book_id_loan_id_occurred_on"),
            ["book_id", "loan_id", "occurred_on"],
            unique=False,
        )


def downgrade() -> None:
    for name in ("loan_events", "loans"):
        op.drop_table(name)

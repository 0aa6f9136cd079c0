"""salaries."""

import sqlalchemy as sa
from alembic import op

from app.models.base import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "salaries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("schedule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employer", sa.String(length=120), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provident_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("pay_day", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("posts_from", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("before_gross_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("before_provident_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("before_tax_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("removed_with", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["book_id", "account_id"], ["accounts.book_id", "accounts.id"], name=op.f("fk_salaries_book_id_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "provident_account_id"],
            ["accounts.book_id", "accounts.id"],
            name=op.f("fk_salaries_book_id_provident_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "schedule_id"],
            ["schedules.book_id", "schedules.id"],
            name=op.f("fk_salaries_book_id_schedule_id"),
        ),
        sa.ForeignKeyConstraint(["book_id"], ["books.id"], name=op.f("fk_salaries_book_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_salaries")),
        sa.UniqueConstraint("book_id", "id", name=op.f("uq_salaries_book_id_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "salary_accounts",
        sa.Column(
            "salary_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "slot",
            sa.Enum(
                "income",
                "tax",
                "professional_tax",
                "insurance",
                "deductions",
                "employer",
                name="slot",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["book_id", "account_id"],
            ["accounts.book_id", "accounts.id"],
            name=op.f("fk_salary_accounts_book_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "salary_id"],
            ["salaries.book_id", "salaries.id"],
            name=op.f("fk_salary_accounts_book_id_salary_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("salary_id", "slot", name=op.f("pk_salary_accounts")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "salary_payments",
        sa.Column(
            "salary_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provident_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["book_id", "provident_account_id"],
            ["accounts.book_id", "accounts.id"],
            name=op.f("fk_salary_payments_book_id_provident_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "salary_id"],
            ["salaries.book_id", "salaries.id"],
            name=op.f("fk_salary_payments_book_id_salary_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "transaction_id"],
            ["transactions.book_id", "transactions.id"],
            name=op.f("fk_salary_payments_book_id_transaction_id"),
        ),
        sa.PrimaryKeyConstraint("salary_id", "month", name=op.f("pk_salary_payments")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("salary_payments", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_salary_payments_book_id_transaction_id"), ["book_id", "transaction_id"], unique=False
        )

    op.create_table(
        "salary_revisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("salary_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("basic_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dearness_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rent_allowance_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("special_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "provident",
            sa.Enum("none", "capped", "full", "own", name="providentmode", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("own_provident_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("own_employer_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("keeps_employer", sa.Boolean(), nullable=False),
        sa.Column("is_insured", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=5), nullable=False),
        sa.Column("own_professional_tax_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gender", sa.Enum("male", "female", name="gender", native_enum=False, length=20), nullable=False),
        sa.Column("tax", sa.Enum("none", "plan", "own", name="taxmode", native_enum=False, length=20), nullable=False),
        sa.Column("own_tax_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("regime", sa.Enum("new", "old", name="regime", native_enum=False, length=20), nullable=False),
        sa.Column("rent_paid_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_in_metro", sa.Boolean(), nullable=False),
        sa.Column("savings_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("health_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pension_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("home_interest_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["book_id", "salary_id"],
            ["salaries.book_id", "salaries.id"],
            name=op.f("fk_salary_revisions_book_id_salary_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_salary_revisions")),
        sa.UniqueConstraint("book_id", "id", name=op.f("uq_salary_revisions_book_id_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("salary_revisions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_salary_revisions_book_id_salary_id_from_on"),
            ["book_id", "salary_id", "from_on"],
            unique=False,
        )

    op.create_table(
        "salary_items",
        sa.Column(
            "revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "part",
            sa.Enum(
                "basic",
                "dearness",
                "rent",
                "special",
                "taxed",
                "old_exempt",
                "untaxed",
                "provident",
                "insurance",
                "professional_tax",
                "tax",
                "deduction",
                "employer_fund",
                "employer_pension",
                name="part",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("amount_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("category_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["book_id", "category_id"],
            ["accounts.book_id", "accounts.id"],
            name=op.f("fk_salary_items_book_id_category_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "revision_id"],
            ["salary_revisions.book_id", "salary_revisions.id"],
            name=op.f("fk_salary_items_book_id_revision_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("revision_id", "number", name=op.f("pk_salary_items")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )


def downgrade() -> None:
    for name in ("salary_items", "salary_revisions", "salary_payments", "salary_accounts", "salaries"):
        op.drop_table(name)

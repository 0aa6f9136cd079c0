"""series."""

import sqlalchemy as sa
from alembic import op

from app.models.base import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dismissed_series",
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("series_key", sa.String(length=120), nullable=False),
        sa.Column(
            "typical_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("dismissed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["book_id"], ["books.id"], name=op.f("fk_dismissed_series_book_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("book_id", "series_key", "typical_minor", name=op.f("pk_dismissed_series")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )


def downgrade() -> None:
    op.drop_table("dismissed_series")

"""What every table shares: names of constraints, column types that behave alike on SQLite, PostgreSQL and MariaDB."""

import pkgutil
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Integer, MetaData, String, Table
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine

TABLE_OPTIONS = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}
"""MariaDB compares text byte by byte, like the other two."""

BigInt = BigInteger().with_variant(Integer, "sqlite")
"""64 bits everywhere; SQLite only counts up an INTEGER PRIMARY KEY, and its INTEGER has 64 bits anyway."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, kept in UTC to the microsecond, always aware in Python."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """MariaDB keeps whole seconds unless told otherwise."""
        return dialect.type_descriptor(mysql.DATETIME(fsp=6) if dialect.name in {"mysql", "mariadb"} else DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse a naive instant: nobody knows what it means."""
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value and value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give the zone back."""
        return value and value.replace(tzinfo=UTC)


class Scaled(TypeDecorator[Decimal]):
    """An exact decimal, kept as a whole number of its eighth place: no database rounds it, and all of them compare it alike.

    For rates (8.5 % is 0.085), quantities and prices, up to 92 billion.
    """

    impl = BigInteger
    cache_ok = True
    PLACES = 8

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse what the column cannot hold exactly."""
        if value is None:
            return None
        scaled = value.scaleb(self.PLACES)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than {self.PLACES} places")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give the point back, without zeros that say nothing."""
        if value is None:
            return None
        plain = Decimal(value).scaleb(-self.PLACES).normalize()
        return plain.quantize(Decimal(1)) if plain == plain.to_integral_value() else plain


def words(values: type[StrEnum]) -> Enum:
    """A column that holds one of a StrEnum's values, as text. SQLAlchemy refuses any other; a new value needs no migration."""
    return Enum(
        values,
        native_enum=False,
        length=20,
        values_callable=lambda enum: [member.value for member in enum],
    )


class Base(DeclarativeBase):
    """Base of all tables. NOT NULL unless the type says `| None`."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime(), Decimal: Scaled(), int: BigInt, str: String(200)}  # noqa: RUF012 - SQLAlchemy reads it from the class


def table_of(model: type[Base]) -> Table:
    """The table behind a model, for statements over many rows that need no objects."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model} is not mapped to one table")
    return table


def load_tables() -> None:
    """Read every module of models, so that `Base.metadata` knows all tables: what removes, saves or migrates a book walks them."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        import_module(f"app.models.{module.name}")

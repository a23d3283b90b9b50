"""What tables are made of: instants, numbers of rows, references."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy import types as sqltypes


class Utc(TypeDecorator[datetime]):
    """An instant: aware datetime in Python, `YYYY-MM-DDTHH:MM:SSZ` in SQLite, timestamptz in PostgreSQL."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sqltypes.TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=True) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if dialect.name == "postgresql":
            return value.astimezone(UTC).replace(microsecond=0)
        return utc_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if dialect.name == "postgresql":
            return value.astimezone(UTC)  # type: ignore[no-any-return]
        return datetime.fromisoformat(value)


def utc_text(value: datetime) -> str:
    """An instant as SQLite views show it.

    >>> utc_text(datetime(2026, 3, 1, 12, tzinfo=UTC))
    '2026-03-01T12:00:00Z'
    """
    return (value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat(timespec="seconds")[:19] + "Z"


metadata = MetaData()
REFERS_TO = "refers to"  # in a column's info: the table whose id it holds, where no foreign key says so
Id = BigInteger().with_variant(Integer, "sqlite")
OPTIONS: dict[str, Any] = {"sqlite_strict": True}


def table(name: str, comment: str, *parts: Any, **options: Any) -> Table:
    """A table of the archive."""
    return Table(name, metadata, *parts, comment=comment, **(OPTIONS | options))


def own_id(name: str, comment: str) -> Column[int]:
    """The number of a row, given out by `storage.ids` and never used twice."""
    return Column(name, Id, primary_key=True, autoincrement=False, comment=comment)


def ref(target: str, comment: str, *, name: str | None = None, null: bool = False, index: bool = False) -> Column[int]:
    """A reference that the database itself keeps whole."""
    # Deferred, because rows of one transaction name one another in both directions.
    key = ForeignKey(f"{target}.{target}_id", deferrable=True, initially="DEFERRED")
    return Column(name or f"{target}_id", Id, key, nullable=null, index=index, comment=comment)


def loose_ref(target: str, comment: str, *, name: str | None = None, null: bool = False) -> Column[int]:
    """A reference that begins no index; `verify` looks whether it holds.

    As a foreign key it would have SQLite look through this whole table for each row that is taken out of the other one,
    or added to it while any reference of the transaction waits for its row.
    """
    return Column(name or f"{target}_id", Id, nullable=null, comment=comment, info={REFERS_TO: target})

"""Column types that mean the same on every database: text, instants, exact decimals, JSON."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pydantic_core import to_json
from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    Dialect,
    Numeric,
    String,
    Text,
    TypeDecorator,
    cast,
)
from sqlalchemy.types import TypeEngine


class Instant(TypeDecorator[datetime]):
    """An aware instant, stored and returned in UTC; as text on SQLite it sorts as it should."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """Refuses an instant without a time zone."""
        return instant_text if dialect.name == "sqlite" else _utc_of

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any], datetime | None]:
        """SQLite keeps no time zone; what it holds is UTC."""
        return _instant_of if dialect.name == "sqlite" else _utc_of


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone")
    return value.astimezone(UTC)


def _utc_of(value: datetime | None) -> datetime | None:
    return None if value is None else _in_utc(value)


def instant_text(value: datetime | None) -> str | None:
    """How SQLAlchemy writes it for SQLite, in a fraction of the time: every fact has four."""
    if value is None:
        return None
    utc = value if value.tzinfo is UTC else _in_utc(value)
    return utc.isoformat(" ", "microseconds")[:-6]


def _instant_of(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


class Exact(TypeDecorator[Decimal]):
    """A decimal to the last digit. SQLite has no such number, so there it is text, and sums and
    comparisons are made in Python."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text where NUMERIC would be a binary fraction."""
        return dialect.type_descriptor(String() if dialect.name == "sqlite" else Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Never with an exponent."""
        if value is None or dialect.name != "sqlite":
            return value
        return format(value, "f")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        """The same digits that were stored."""
        return None if value is None else Decimal(value)


Words = String().with_variant(String(collation="C"), "postgresql")
"""Text that compares and sorts by its code points, as SQLite's does, whatever the language of the
database: a page that begins behind an id would otherwise begin somewhere else."""

Plain = JSON(none_as_null=True)
"""Plain JSON; nothing is NULL. Text that was stored comes back as it was."""


class Written(str):
    """JSON that is text already, and is stored as it is."""

    __slots__ = ()


def as_written(column: ColumnElement[Any]) -> ColumnElement[str]:
    """A column of JSON, as the text that was stored."""
    return cast(column, Text).label(column.key)


def json_text(plain: Any) -> str:
    """How plain JSON is written; pydantic does it several times as fast as the standard library."""
    return str(plain) if type(plain) is Written else to_json(plain).decode()

"""Column types that keep what they are given: exact decimals, aware UTC, any text, JSON, 64-bit numbers.

Each converts both ways the same on SQLite and PostgreSQL, and checks on the way in that it can be read back.
"""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator, TypeEngine
from typing_extensions import override

_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
_WIDTH = len("2026-01-01T00:00:00.000000Z")
_written = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode


class Written(str):
    """A JSON value that was put into its text before: one that goes into several columns, once."""

    __slots__ = ()


def written(value: Any) -> Written:
    """Return a JSON value as its text; ASCII only, so that every character survives every database."""
    return Written(_written(value))


@lru_cache(maxsize=256)
def _text(utc: datetime) -> str:
    """Return a time as text; what is stored of one look has few times in thousands of places."""
    text = utc.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
    assert len(text) == _WIDTH
    return text


class ExactDecimal(TypeDecorator[Decimal]):
    """A `Decimal` as text. SQLite has no exact number, and a rounded quantity is a wrong one."""

    impl = sa.Text
    cache_ok = True

    @override
    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> str | None:
        """Write it, refusing what is no exact finite number."""
        del dialect
        if value is None:
            return None
        text = str(value)
        if type(value) is Decimal and value.is_finite():
            return text  # which reads as the same number: thousands are written at once
        number = Decimal(text)
        if not number.is_finite():
            raise ValueError(f"a quantity is a finite number, not {value!r}")
        assert number == value  # a float would differ
        return text

    @override
    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> Decimal | None:
        """Read it back."""
        del dialect
        if value is None:
            return None
        number = Decimal(value)
        assert number.is_finite()
        return number


class UtcTime(TypeDecorator[datetime]):
    """An aware time to the microsecond: ISO text of fixed width on SQLite (it sorts), else timestamptz."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        """Choose text on SQLite, which has no time."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.Text())
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    @override
    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        """Write it, refusing a naive time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time {value!r}: every time here is aware UTC")
        utc = value if value.tzinfo is UTC else value.astimezone(UTC)
        if dialect.name != "sqlite":
            return utc
        return _text(utc)

    @override
    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> datetime | None:
        """Read it back, in UTC."""
        if value is None:
            return None
        time = datetime.fromisoformat(value) if dialect.name == "sqlite" else value
        assert isinstance(time, datetime)
        assert time.tzinfo is not None
        return time.astimezone(UTC)


class PlainText(TypeDecorator[str]):
    """Any text. What no database can hold (NUL, half a surrogate pair) becomes the replacement character."""

    impl = sa.Text
    cache_ok = True

    @override
    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """Write it."""
        del dialect
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return _UNWRITABLE.sub("\ufffd", value)


class JsonText(TypeDecorator[Any]):
    """A JSON value as text: the same bytes on both databases, and nothing in it is ever rounded."""

    impl = sa.Text
    cache_ok = True

    @override
    def process_bind_param(self, value: Any | None, dialect: sa.Dialect) -> str | None:
        """Write it, unless it is written already."""
        del dialect
        return None if value is None else str(value) if type(value) is Written else _written(value)

    @override
    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> Any:
        """Read it back."""
        del dialect
        return None if value is None else json.loads(value)


class BigNumber(TypeDecorator[int]):
    """A 64-bit whole number; `INTEGER` on SQLite, where only that can number rows by itself."""

    impl = sa.BigInteger
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        """Choose the name of the type."""
        return dialect.type_descriptor(sa.Integer() if dialect.name == "sqlite" else sa.BigInteger())

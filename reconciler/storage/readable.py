"""Rows of which one may be damaged: that one is told, and the others are read all the same.

Somebody changed it by hand, a disk did, or a newer Trueup wrote words into it that this one does not know.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import sqlalchemy as sa

from reconciler.facts.sqlite_text import tells_of_no_text
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.views.account import PositionView
from verification.facts.leg import Leg

T = TypeVar("T")

# What the types of columns and the mapping raise; and what SQLite's driver does, see `_is_of_a_row`.
_DAMAGE = (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, AssertionError)
_LONGEST = 200


def readable(
    connection: sa.Connection,
    query: sa.Select[Any],
    table: sa.Table,
    of: Callable[[sa.Row[Any]], T],
) -> tuple[list[T], list[str]]:
    """Return what can be read of the rows that a query finds, in its order, and a line for each that cannot.

    Args:
        connection: Of a read transaction.
        query: It selects from one table.
        table: That table.
        of: Makes a value of a row.
    """
    try:
        return [of(row) for row in connection.execute(query)], []
    except Exception as error:
        if not _is_of_a_row(error):
            raise
    found: list[T] = []
    lines: list[str] = []
    for key in _keys(connection, query, table):
        try:
            one = sa.select(*query.selected_columns).where(_is(connection, table, key))
            found.append(of(connection.execute(one).one()))
        except Exception as error:
            if not _is_of_a_row(error):
                raise
            lines.append(_line(table, key, error))
    return found, lines


@contextmanager
def needed() -> Iterator[None]:
    """Raise `StateDatabaseError` where a row is damaged without which nothing can be said."""
    try:
        yield
    except Exception as error:
        if not _is_of_a_row(error):
            raise
        message = f"state database holds a row that cannot be read ({_said(error)}): restore it from a backup"
        raise StateDatabaseError(StateTrouble.CORRUPT, message) from error


def _is_of_a_row(error: Exception) -> bool:
    if isinstance(error, sa.exc.OperationalError):
        return tells_of_no_text(error.orig)
    return isinstance(error, _DAMAGE)


def _keys(connection: sa.Connection, query: sa.Select[Any], table: sa.Table) -> list[tuple[Any, ...]]:
    rows = connection.execute(
        query.with_only_columns(*_key_of(connection, table), maintain_column_froms=True)
    )
    return [tuple(row) for row in rows]


def _key_of(connection: sa.Connection, table: sa.Table) -> list[sa.ColumnElement[Any]]:
    if connection.dialect.name == "sqlite":  # where a name in the key can be damaged, too
        return [sa.literal_column(f"{table.name}.rowid")]
    return list(table.primary_key)


def _is(connection: sa.Connection, table: sa.Table, key: tuple[Any, ...]) -> sa.ColumnElement[bool]:
    columns = _key_of(connection, table)
    return sa.and_(*(column == value for column, value in zip(columns, key, strict=True)))


def _line(table: sa.Table, key: tuple[Any, ...], error: Exception) -> str:
    name = " ".join(map(str, key))
    return f"{table.name.replace('_', ' ')} {name} in the state database cannot be read ({_said(error)})"


def _said(error: Exception) -> str:
    said = " ".join(str(getattr(error, "orig", None) or error).split()) or type(error).__name__
    return said[:_LONGEST]


def unknown_position(line: str) -> PositionView:
    """Return what stands in the place of a position whose row cannot be read: it may be any, in any state."""
    return PositionView(
        account="",
        venue="",
        symbol=line,
        leg=Leg.NET,
        expected=None,
        expected_low=None,
        expected_high=None,
        ledger_state="",
        ledgers=(),
        ledger_at=None,
        observed=None,
        observed_by=None,
        observed_at=None,
        contract_size=None,
        notional=None,
        mark_price=None,
        stop="",
        stop_price=None,
        verdict="unknown",
        kinds=(),
    )

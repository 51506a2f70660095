"""Statements that stand ready: a file is told them past SQLAlchemy, whose way to it costs many times its own.

What opens and looks store is the same few statements again and again. On a file each is put into words once,
and goes to the driver of the same connection, in the same transaction; values and rows pass through the same
column types as ever. On a server SQLAlchemy says them, for there the way over the wire costs more.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, make_dataclass
from functools import partial
from operator import itemgetter
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

Statement = sa.Select[Any] | sa.Insert | sa.Update
_Way = Callable[[Any], Any]
"""How a value is written or read, by its column's type."""
_Pick = Callable[[Mapping[str, Any]], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class _Words:
    """A statement in the words of SQLite.

    Attributes:
        text: What the driver is told.
        pick: Takes the values out of what is given by name, in their order.
        ways: At which places values are written in a way of their own, and how.
    """

    text: str
    pick: _Pick
    ways: tuple[tuple[int, _Way], ...]

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        values = list(self.pick(given))
        for place, way in self.ways:
            value = values[place]
            if value is not None:  # which is written as it is, whatever the column
                values[place] = way(value)
        return values


class Ready:
    """One statement."""

    def __init__(self, statement: Statement) -> None:
        """Of an INSERT all columns are given, and every other value by its name; no list is among them."""
        self._statement = statement
        self._words: _Words | None = None
        columns = tuple(statement.selected_columns) if isinstance(statement, sa.Select) else ()
        # As the rows of SQLAlchemy are, for whoever is given some of both.
        self._row = make_dataclass("Row", [str(each.key) for each in columns], slots=True)
        self._columns = tuple(each.type for each in columns)
        self._read: tuple[tuple[int, _Way], ...] = ()

    def tell(self, connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Say it once for each of `rows`, of which there is one at least; return how many it has changed."""
        words = self._words_for(connection, rows[0])
        if words is None:
            return connection.execute(self._statement, rows).rowcount
        if len(rows) == 1:
            cursor = _driver(connection).execute(words.text, words.values(rows[0]))
        else:
            cursor = _driver(connection).executemany(words.text, map(words.values, rows))
        changed = cursor.rowcount
        cursor.close()
        return changed

    def ask(self, connection: sa.Connection, given: Mapping[str, Any]) -> Sequence[Any]:
        """Return its rows, each with its columns by name."""
        words = self._words_for(connection, given)
        if words is None:
            return connection.execute(self._statement, given).all()
        found = _driver(connection).execute(words.text, words.values(given)).fetchall()
        return [self._row_of(list(each)) for each in found]

    def _row_of(self, values: list[Any]) -> Any:
        for place, way in self._read:
            values[place] = way(values[place])
        return self._row(*values)

    def _words_for(self, connection: sa.Connection, given: Mapping[str, Any]) -> _Words | None:
        if connection.dialect.name != "sqlite":
            return None
        if self._words is None:
            self._words = self._put_into_words(connection.dialect, tuple(given))
        return self._words

    def _put_into_words(self, dialect: sa.Dialect, names: tuple[str, ...]) -> _Words:
        reading = [each.dialect_impl(dialect).result_processor(dialect, None) for each in self._columns]
        self._read = tuple((place, way) for place, way in enumerate(reading) if way is not None)
        told = self._statement.compile(dialect=dialect, column_keys=list(names))
        places = told.positiontup or []
        binds = [told.binds[name] for name in places]
        writing = [_writing(each.type.dialect_impl(dialect), dialect) for each in binds]
        ways = tuple((place, way) for place, way in enumerate(writing) if way is not None)
        given = frozenset(names)
        fixed = {name: told.binds[name].effective_value for name in places if name not in given}
        return _Words(told.string, _picking(places, fixed), ways)


def _writing(column: Any, dialect: sa.Dialect) -> _Way | None:
    """Return how a column of a type writes values; None where it takes them as they are."""
    way: _Way | None = column.bind_processor(dialect)
    own = type(column).process_bind_param if isinstance(column, TypeDecorator) else None
    if own in {None, TypeDecorator.process_bind_param} or column.impl_instance.bind_processor(dialect):
        return way
    return partial(column.process_bind_param, dialect=dialect)  # the same, by one call less


def _picking(places: Sequence[str], fixed: Mapping[str, Any]) -> _Pick:
    if fixed:
        return lambda given: tuple(fixed[name] if name in fixed else given[name] for name in places)
    if len(places) > 1:
        return itemgetter(*places)
    return lambda given: tuple(given[name] for name in places)


def _driver(connection: sa.Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.dbapi_connection)

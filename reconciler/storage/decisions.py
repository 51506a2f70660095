"""Stores what was decided of alerts, in a few statements for a thousand as for one.

Each alert and its row of history are in the transaction of the caller: they come together or not at all.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from reconciler.alerts.alert import OVER, Alert, AlertState
from reconciler.alerts.errors import AlertChanged
from reconciler.alerts.event import Decision, Earlier
from reconciler.facts.finding import Evidence, FindingKey
from reconciler.storage.column import UtcTime, Written
from reconciler.storage.mapping import alert_values, evidence_text, transition_values
from reconciler.storage.ready import Ready
from reconciler.storage.rows import AlertRow, AlertTransitionRow, table
from reconciler.storage.upsert import insert_of, upsert_into

ALERT = table(AlertRow)
TRANSITION = table(AlertTransitionRow)

IS_OPEN = ALERT.c.state.not_in([state.value for state in OVER])
_IDENTITY = (ALERT.c.kind, ALERT.c.account, ALERT.c.symbol, ALERT.c.leg)
_SUMMED = sa.select(
    ALERT.c.symbol,
    sa.func.max(ALERT.c.resolved_at).filter(ALERT.c.state == AlertState.RESOLVED.value).label("resolved"),
    sa.func.count(ALERT.c.id).filter(ALERT.c.fired_at >= sa.bindparam("since", type_=UtcTime)).label("fired"),
)
_CLOSED = sa.select(ALERT.c.symbol, ALERT.c.resolved_at, ALERT.c.closed_by, ALERT.c.closed_because)
_RECORD = Ready(sa.insert(TRANSITION))
_NEWEST = Ready(sa.select(sa.func.max(ALERT.c.id).label("id")))
_SINCE = Ready(sa.select(ALERT.c.id, *_IDENTITY).where(ALERT.c.id > sa.bindparam("after")))
_CHANGED = Ready(
    sa.update(ALERT).where(
        ALERT.c.id == sa.bindparam("the_id"), ALERT.c.version == sa.bindparam("the_version")
    )
)
_AT_ONCE = 500
"""Names in one question; SQLite takes at most 32 766 values in a statement."""


def store_all(
    connection: sa.Connection, decisions: Sequence[tuple[Alert | None, Decision]], now: datetime
) -> list[Alert | None]:
    """Write decisions, no two of one condition, each with the alert that it was made on.

    Returns:
        The alerts as they are now, None where nothing was decided. The id of one stays 0 where another
        process has just opened the same episode: of that nothing was written.

    Raises:
        AlertChanged: Another process has changed one of them meanwhile.
    """
    told = _Told()
    numbers = _insert(connection, [each.after for _, each in decisions if _is_new(each)], told)
    _update(connection, [(before, each.after) for before, each in decisions if not _is_new(each)], told)
    stored: list[Alert | None] = []
    history = []
    for before, decision in decisions:
        after = decision.after
        if after is not None and _is_new(decision):
            after = replace(after, id=numbers.get(after.key, 0))
        if after is not None and after.id and decision.action.recorded:
            state = None if _is_new(decision) or before is None else before.state
            history.append(transition_values(state, after, decision, now, told.text(decision.evidence)))
        stored.append(after)
    if history:
        _RECORD.tell(connection, history)
    return stored


def earlier(
    connection: sa.Connection, keys: Collection[FindingKey], *, since: datetime
) -> dict[FindingKey, Earlier]:
    """Return what there was of each condition before, if anything: of the episodes that people were told of.

    Args:
        connection: To read by.
        keys: The conditions.
        since: Those that fired later than this are counted, aware UTC.
    """
    symbols = defaultdict[tuple[str, str, str], list[str]](list)
    for key in keys:
        symbols[key.kind.value, key.account, key.leg.value].append(key.symbol)
    found: dict[tuple[str, str, str, str], Earlier] = {}
    for (kind, account, leg), every in symbols.items():
        for begin in range(0, len(every), _AT_ONCE):
            mine = sa.and_(
                ALERT.c.kind == kind,
                ALERT.c.account == account,
                ALERT.c.leg == leg,
                ALERT.c.symbol.in_(every[begin : begin + _AT_ONCE]),
                ALERT.c.fired_at.is_not(None),
            )
            for row in connection.execute(_SUMMED.where(mine).group_by(ALERT.c.symbol), {"since": since}):
                found[kind, account, leg, row.symbol] = Earlier(resolved=row.resolved, fired=row.fired)
            closed = ALERT.c.state == AlertState.CLOSED.value
            for row in connection.execute(_CLOSED.where(mine, closed).order_by(ALERT.c.resolved_at)):
                name = (kind, account, leg, row.symbol)
                found[name] = replace(
                    found[name],
                    closed=row.resolved_at,
                    closed_by=row.closed_by,
                    closed_because=row.closed_because,
                )
    named = ((key, (key.kind.value, key.account, key.leg.value, key.symbol)) for key in keys)
    return {key: found[name] for key, name in named if name in found}


def is_of(key: FindingKey) -> sa.ColumnElement[bool]:
    """Return the rows of a condition."""
    values = (key.kind.value, key.account, key.symbol, key.leg.value)
    return sa.and_(*(column == value for column, value in zip(_IDENTITY, values, strict=True)))


def _is_new(decision: Decision) -> bool:
    return decision.after is not None and decision.after.id == 0


class _Told:
    """Evidence as it is written: that of an alert is mostly that of its row of history as well."""

    def __init__(self) -> None:
        self._written: dict[int, tuple[Sequence[Evidence], Written]] = {}

    def text(self, evidence: Sequence[Evidence]) -> Written:
        """Return evidence as it is stored; the very same is written once."""
        known = self._written.get(id(evidence))  # it is held here, so that no other has its number
        if known is None:
            known = self._written[id(evidence)] = evidence, evidence_text(evidence)
        return known[1]


def _insert(connection: sa.Connection, alerts: Sequence[Alert | None], told: _Told) -> dict[FindingKey, int]:
    """Insert new episodes; return the number of each that was not there."""
    new = {
        (each.key.kind.value, each.key.account, each.key.symbol, each.key.leg.value): each
        for each in alerts
        if each is not None
    }
    if not new:
        return {}
    rows = _with_something([alert_values(each, told.text(each.evidence)) for each in new.values()])
    if connection.dialect.name == "sqlite":
        # Nobody else writes meanwhile, and numbers only rise: what has a higher one is what we have added.
        (newest,) = _NEWEST.ask(connection, {})
        _adding(tuple(rows[0])).tell(connection, rows)
        added = [
            (each.id, each.kind, each.account, each.symbol, each.leg)
            for each in _SINCE.ask(connection, {"after": newest.id or 0})
        ]
    else:
        statement = upsert_into(connection, ALERT).on_conflict_do_nothing()
        added = [
            tuple(each) for each in connection.execute(statement.returning(ALERT.c.id, *_IDENTITY), rows)
        ]
    return {new[tuple(identity)].key: number for number, *identity in added}


@lru_cache(maxsize=64)
def _adding(names: tuple[str, ...]) -> Ready:
    del names  # a statement that stands ready is of these columns
    return Ready(insert_of("sqlite", ALERT).on_conflict_do_nothing())


def _with_something(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows without the columns that none of them tells: those have no default, and are null.

    Of a new alert that is every second one, and each value is turned into what the database takes by itself.
    """
    told = [name for name in rows[0] if any(row[name] is not None for row in rows)]
    return [{name: row[name] for name in told} for row in rows]


def _update(
    connection: sa.Connection, changes: Sequence[tuple[Alert | None, Alert | None]], told: _Told
) -> None:
    values = []
    for before, after in changes:
        if after is not None:
            assert before is not None
            names = {"the_id": after.id, "the_version": before.version}
            values.append({**names, **alert_values(after, told.text(after.evidence))})
    if values and _CHANGED.tell(connection, values) != len(values):
        one = "" if len(values) == 1 else "one of "
        numbers = ", ".join(str(each["the_id"]) for each in values)
        raise AlertChanged(f"{one}alert {numbers} was changed by another process meanwhile")

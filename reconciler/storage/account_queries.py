"""What is read of accounts: their last sweeps, their sources and their legs, as of the last look."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from reconciler.storage.alert_queries import SHOWN
from reconciler.storage.decisions import ALERT
from reconciler.storage.looked import Looked
from reconciler.storage.mapping import cycle_of, position_of, source_of
from reconciler.storage.readable import readable
from reconciler.storage.records import CYCLE, POSITION, SOURCE
from reconciler.views.account import CycleView, PositionView, SourceView

_NEVER = Looked()
_VERDICTS = ("differs", "unknown", "in flight", "dust", "agree")
"""Worst first."""


def cycles(connection: sa.Connection, looked: Mapping[str, Looked]) -> tuple[list[CycleView], list[str]]:
    """Return the last sweep of each account, and a line for each row that cannot be read."""
    latest = sa.select(sa.func.max(CYCLE.c.id)).group_by(CYCLE.c.account)
    query = sa.select(CYCLE).where(CYCLE.c.id.in_(latest)).order_by(CYCLE.c.account)
    return readable(
        connection, query, CYCLE, lambda row: looked.get(row.account, _NEVER).of_sweep(cycle_of(row))
    )


def sources(connection: sa.Connection, looked: Mapping[str, Looked]) -> tuple[list[SourceView], list[str]]:
    """Return the state of each source, and a line for each row that cannot be read."""
    query = sa.select(SOURCE).order_by(SOURCE.c.account, SOURCE.c.source)
    return readable(
        connection, query, SOURCE, lambda row: looked.get(row.account, _NEVER).of_source(source_of(row))
    )


def positions(
    connection: sa.Connection, looked: Mapping[str, Looked]
) -> tuple[list[PositionView], list[str]]:
    """Return every leg with the kinds of its open alerts, and a line for each row that cannot be read."""
    told = sa.select(ALERT.c.account, ALERT.c.symbol, ALERT.c.leg, ALERT.c.kind)
    told = told.where(ALERT.c.state.in_([each.value for each in SHOWN]))
    kinds: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in connection.execute(told.order_by(ALERT.c.kind)):
        kinds[row.account, row.symbol, row.leg].append(row.kind)

    def position(row: sa.Row[Any]) -> PositionView:
        view = position_of(row, tuple(kinds.get((row.account, row.symbol, row.leg), ())))
        return looked.get(row.account, _NEVER).of_leg(view) if row.with_look else view

    return readable(connection, sa.select(POSITION), POSITION, position)


def urgency(position: PositionView) -> tuple[int, int, str, str, str]:
    """Sort legs by this: those with an open alert first, then the worst verdict."""
    known = position.verdict in _VERDICTS
    rank = _VERDICTS.index(position.verdict) if known else -1
    return (0 if position.kinds else 1, rank, position.account, position.symbol, position.leg.value)

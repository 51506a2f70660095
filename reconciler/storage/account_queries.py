"""What is read of accounts: their last sweeps, their sources and their legs, as of the last look."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from reconciler.storage.alert_queries import SHOWN
from reconciler.storage.decisions import ALERT
from reconciler.storage.groups import Only, is_one_of
from reconciler.storage.looked import Looked
from reconciler.storage.mapping import cycle_of, position_of, source_of
from reconciler.storage.readable import readable
from reconciler.storage.records import CYCLE, POSITION, SOURCE
from reconciler.views.account import CycleView, LegsView, PositionView, SourceView

_NEVER = Looked()
_VERDICTS = ("differs", "unknown", "in flight", "dust", "agree")
"""Worst first."""
_IN_LINE = ("agree", "dust", "in flight")
_UNCOVERED = ("none", "idle", "partial", "unknown")


def cycles(
    connection: sa.Connection, looked: Mapping[str, Looked], only: Only = None
) -> tuple[list[CycleView], list[str]]:
    """Return the last sweep of each account, and a line for each row that cannot be read."""
    latest = sa.select(sa.func.max(CYCLE.c.id)).group_by(CYCLE.c.account)
    query = sa.select(CYCLE).where(CYCLE.c.id.in_(latest), is_one_of(CYCLE.c.account, only))
    query = query.order_by(CYCLE.c.account)
    return readable(
        connection, query, CYCLE, lambda row: looked.get(row.account, _NEVER).of_sweep(cycle_of(row))
    )


def sources(
    connection: sa.Connection, looked: Mapping[str, Looked], only: Only = None
) -> tuple[list[SourceView], list[str]]:
    """Return the state of each source, and a line for each row that cannot be read."""
    query = sa.select(SOURCE).where(is_one_of(SOURCE.c.account, only))
    query = query.order_by(SOURCE.c.account, SOURCE.c.source)
    return readable(
        connection, query, SOURCE, lambda row: looked.get(row.account, _NEVER).of_source(source_of(row))
    )


def legs(
    connection: sa.Connection, looked: Mapping[str, Looked], only: Only = None
) -> tuple[LegsView, list[str]]:
    """Return all legs at one glance, and a line for each row of those out of line that cannot be read."""
    ours = is_one_of(POSITION.c.account, only)
    out = ours & sa.or_(POSITION.c.verdict.not_in(_IN_LINE), POSITION.c.stop.in_(_UNCOVERED))
    found, unread = positions(connection, looked, where=out)
    counted = sa.select(POSITION.c.stop, sa.func.count()).where(ours).group_by(POSITION.c.stop)
    stops = {str(stop): int(many) for stop, many in connection.execute(counted)}
    held: dict[str, Decimal] = defaultdict(Decimal)
    unpriced = 0
    for symbol, observed, notional in connection.execute(
        sa.select(POSITION.c.symbol, POSITION.c.observed, POSITION.c.notional).where(ours)
    ):
        if notional is not None:
            held[str(symbol).partition("/")[2].partition(":")[0]] += notional
        elif observed:
            unpriced += 1
    view = LegsView(tuple(sorted(found, key=urgency)), stops, dict(held), unpriced)
    return view, unread


def positions(
    connection: sa.Connection, looked: Mapping[str, Looked], *, where: sa.ColumnElement[bool] | None = None
) -> tuple[list[PositionView], list[str]]:
    """Return legs with the kinds of their open alerts, and a line for each row that cannot be read.

    `where` says which; None means every one.
    """
    told = sa.select(ALERT.c.account, ALERT.c.symbol, ALERT.c.leg, ALERT.c.kind)
    told = told.where(ALERT.c.state.in_([each.value for each in SHOWN]))
    kinds: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in connection.execute(told.order_by(ALERT.c.kind)):
        kinds[row.account, row.symbol, row.leg].append(row.kind)

    asked = sa.select(POSITION) if where is None else sa.select(POSITION).where(where)

    def position(row: sa.Row[Any]) -> PositionView:
        view = position_of(row, tuple(kinds.get((row.account, row.symbol, row.leg), ())))
        return looked.get(row.account, _NEVER).of_leg(view) if row.with_look else view

    return readable(connection, asked, POSITION, position)


def urgency(position: PositionView) -> tuple[int, int, str, str, str]:
    """Sort legs by this: those with an open alert first, then the worst verdict."""
    known = position.verdict in _VERDICTS
    rank = _VERDICTS.index(position.verdict) if known else -1
    return (0 if position.kinds else 1, rank, position.account, position.symbol, position.leg.value)

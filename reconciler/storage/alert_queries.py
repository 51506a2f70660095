"""What is read of alerts: lists by filters, what is shown, what is lately over, in which order."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from reconciler.alerts.alert import Alert, AlertState
from reconciler.facts.finding import Kind
from reconciler.storage.decisions import ALERT, IS_OPEN
from reconciler.storage.groups import Only, is_one_of
from reconciler.storage.mapping import alert_of
from reconciler.storage.readable import readable

SHOWN = (AlertState.FIRING, AlertState.ACKNOWLEDGED, AlertState.RECOVERING)
_OVER_SHOWN = 10


def listed(
    states: Collection[AlertState] | None,
    kinds: Collection[Kind] | None,
    accounts: Collection[str] | None,
) -> sa.Select[Any]:
    """Return the question for alerts, newest first seen first. None means all of them."""
    query = sa.select(ALERT).order_by(ALERT.c.first_seen.desc(), ALERT.c.id.desc())
    if states is not None:
        query = query.where(ALERT.c.state.in_([each.value for each in states]))
    if kinds is not None:
        query = query.where(ALERT.c.kind.in_([each.value for each in kinds]))
    if accounts is not None:
        query = query.where(ALERT.c.account.in_(list(accounts)))
    return query


def shown(
    connection: sa.Connection, accounts: Collection[str] | None = None
) -> tuple[list[Alert], list[str]]:
    """Return the open alerts that people are told of, and a line for each row that cannot be read."""
    # By the states that are not shown: one that nobody knows is not passed over.
    query = sa.select(ALERT).where(IS_OPEN, ALERT.c.state != AlertState.PENDING.value)
    if accounts is not None:
        query = query.where(ALERT.c.account.in_(accounts))
    return readable(connection, query, ALERT, alert_of)


def lately_over(connection: sa.Connection, only: Only = None) -> tuple[list[Alert], list[str]]:
    """Return the latest alerts that are over, newest first, and a line for each row that cannot be read."""
    ours = is_one_of(ALERT.c.account, only)
    query = sa.select(ALERT).where(~IS_OPEN, ALERT.c.fired_at.is_not(None), ours)
    query = query.order_by(ALERT.c.resolved_at.desc()).limit(_OVER_SHOWN)
    return readable(connection, query, ALERT, alert_of)


def worst_first(alert: Alert) -> tuple[int, int, float, datetime, int]:
    """Sort alerts that are shown by this: the most severe first, then who waits for a person, then money."""
    # An exposure that is not known is shown before any that is: it may be the largest.
    exposure = float("inf") if alert.exposure is None else float(alert.exposure)
    return (-alert.severity.rank, SHOWN.index(alert.state), -exposure, alert.first_seen, alert.id)

"""How long what is over is kept, by its age and by the size of the file; what is open is kept for ever.

Kept whatever its age: open alerts, all of their history (who acknowledged, what was said), the messages about
them, the verifications that they name; those whose orders still rest; and the latest state of everything.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from reconciler.storage import unprotected
from reconciler.storage.acts import prune_acts
from reconciler.storage.changes import prune_changes
from reconciler.storage.decisions import ALERT, IS_OPEN, TRANSITION
from reconciler.storage.latency import prune_latency
from reconciler.storage.maintenance import WINDOW
from reconciler.storage.messages import forget_tells, prune_messages
from reconciler.storage.records import CYCLE, VERIFICATION
from reconciler.storage.replies import prune_replies
from reconciler.storage.silences import prune_silences
from reconciler.storage.source_changes import prune_source_changes
from verification.rules.working_order import RESTING

AT_ONCE = 500
"""Rows of a kind that are forgotten in one transaction: what waits to be written has its turn between two."""

LEAST = timedelta(days=1)
"""What is younger is kept, however large the file; of sweeps, which are many, `LEAST_CYCLES`."""

LEAST_CYCLES = timedelta(hours=1)

_NAMED = re.compile(r'"verification"\s*:\s*"(\d{1,18})"')
"""As `comparison.watched_order` writes it into the evidence of a finding."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is over is kept.

    Attributes:
        alerts: Alerts after they were over, with their history, and maintenance windows.
        verifications: Verifications after they were asked.
        cycles: Sweeps, but for the latest of each account.
        size: Bytes of a file from which on all of it is kept for a shorter time; 0 for no limit.
    """

    alerts: timedelta = timedelta(days=365)
    verifications: timedelta = timedelta(days=90)
    cycles: timedelta = timedelta(days=3)
    size: int = 0

    def shorter(self) -> "Retention":
        """Return one that keeps everything half as long; the same where that would be too short."""
        return replace(
            self,
            alerts=_half(self.alerts, LEAST),
            verifications=_half(self.verifications, LEAST),
            cycles=_half(self.cycles, LEAST_CYCLES),
        )


def prune(connection: sa.Connection, retention: Retention, *, now: datetime) -> bool:
    """Forget some of what is over and older than its time, oldest first; True where more is left."""
    old = ~IS_OPEN & (ALERT.c.resolved_at < now - retention.alerts)
    alerts = _some(connection, ALERT.c.id, old, by=ALERT.c.resolved_at)
    forget_tells(connection, sa.select(ALERT.c.id).where(ALERT.c.id.in_(alerts)))
    connection.execute(sa.delete(TRANSITION).where(TRANSITION.c.alert_id.in_(alerts)))
    connection.execute(sa.delete(ALERT).where(ALERT.c.id.in_(alerts)))
    connection.execute(sa.delete(WINDOW).where(WINDOW.c.until < now - retention.alerts))
    stale = (VERIFICATION.c.asked_at < now - retention.verifications) & (VERIFICATION.c.verdict != RESTING)
    kept = sorted(set(_named(connection)))
    verifications = _some(
        connection, VERIFICATION.c.id, stale & VERIFICATION.c.id.not_in(kept), by=VERIFICATION.c.asked_at
    )
    connection.execute(sa.delete(VERIFICATION).where(VERIFICATION.c.id.in_(verifications)))
    latest = sa.select(sa.func.max(CYCLE.c.id)).group_by(CYCLE.c.account)
    past = (CYCLE.c.finished_at < now - retention.cycles) & CYCLE.c.id.not_in(latest)
    cycles = _some(connection, CYCLE.c.id, past, by=CYCLE.c.id)
    connection.execute(sa.delete(CYCLE).where(CYCLE.c.id.in_(cycles)))
    prune_messages(connection, now=now, most=retention.alerts)
    prune_replies(connection, now=now)
    prune_silences(connection, now=now)
    prune_changes(connection, now=now)
    prune_latency(connection, now=now)
    prune_source_changes(connection, now=now)
    prune_acts(connection, now=now)
    unprotected.prune(connection, now=now)
    return max(map(len, (alerts, verifications, cycles))) == AT_ONCE


def _some(
    connection: sa.Connection, number: sa.Column[int], old: sa.ColumnElement[bool], *, by: sa.Column[object]
) -> list[int]:
    return list(connection.execute(sa.select(number).where(old).order_by(by).limit(AT_ONCE)).scalars())


def _named(connection: sa.Connection) -> Iterator[int]:
    """Give the verifications that open alerts name, now or in their history."""
    ids = sa.select(ALERT.c.id).where(IS_OPEN)
    # As text, whatever else is in it: a damaged row hinders nothing, and what it names stays.
    now = sa.select(sa.type_coerce(ALERT.c.evidence, sa.Text)).where(IS_OPEN)
    before = sa.select(sa.type_coerce(TRANSITION.c.evidence, sa.Text))
    for query in (now, before.where(TRANSITION.c.alert_id.in_(ids))):
        for evidence in connection.execute(query).scalars():
            yield from map(int, _NAMED.findall(evidence))


def _half(kept: timedelta, least: timedelta) -> timedelta:
    return max(kept / 2, min(kept, least))

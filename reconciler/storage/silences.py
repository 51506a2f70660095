"""Silences of an Alertmanager in the database: those that it last told of, for whoever shows an alert."""

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from reconciler.facts.silence import Silence
from reconciler.storage.decisions import ALERT
from reconciler.storage.silence_row import SilenceRow
from reconciler.storage.state_row import table
from reconciler.storage.upsert import put

SILENCE = table(SilenceRow)


def store_silences(
    connection: sa.Connection, *, accounts: Collection[str], silences: Mapping[int, Silence]
) -> None:
    """Store which alerts of these accounts are silenced; what is not among them is not."""
    ours = sa.select(ALERT.c.id).where(ALERT.c.account.in_(accounts))
    connection.execute(sa.delete(SILENCE).where(SILENCE.c.alert_id.in_(ours)))
    rows: list[dict[str, object]] = [
        {"alert_id": alert, "by": each.by, "until": each.until, "note": each.note}
        for alert, each in sorted(silences.items())
    ]
    if rows:
        put(connection, SILENCE, rows)


def silence_of(connection: sa.Connection, alert_id: int, *, now: datetime) -> Silence | None:
    """Return the silence of an alert; None for none, and for one that is over."""
    query = sa.select(SILENCE).where(SILENCE.c.alert_id == alert_id, SILENCE.c.until > now)
    row = connection.execute(query).one_or_none()
    return None if row is None else Silence(row.by, row.until, row.note)


def prune_silences(connection: sa.Connection, *, now: datetime) -> None:
    """Forget those that are over."""
    connection.execute(sa.delete(SILENCE).where(SILENCE.c.until <= now))

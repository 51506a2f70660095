"""What has come to pass since midnight, UTC, as the first page tells it."""

from collections.abc import Mapping
from datetime import UTC, datetime

import sqlalchemy as sa

from reconciler.storage import unprotected
from reconciler.storage.decisions import ALERT, IS_OPEN
from reconciler.storage.groups import Only, is_one_of
from reconciler.storage.looked import Looked
from reconciler.storage.records import VERIFICATION
from reconciler.views.today import WITHIN, TodayView
from verification.rules.working_order import RESTING


def today(
    connection: sa.Connection, looked: Mapping[str, Looked], *, now: datetime, only: Only = None
) -> TodayView:
    """Return the day so far."""
    since = datetime.combine(now.astimezone(UTC).date(), datetime.min.time(), UTC)
    over = sa.select(sa.func.count()).where(
        ~IS_OPEN,
        ALERT.c.fired_at.is_not(None),
        ALERT.c.resolved_at >= since,
        is_one_of(ALERT.c.account, only),
    )
    soon = (VERIFICATION.c.milliseconds <= WITHIN.total_seconds() * 1000) & (
        VERIFICATION.c.verdict != "unknown"
    )
    asked = sa.select(sa.func.count(), sa.func.sum(sa.case((soon, 1), else_=0))).where(
        VERIFICATION.c.asked_at >= since,
        VERIFICATION.c.verdict != RESTING,
        is_one_of(VERIFICATION.c.account, only),
    )
    verified, within = connection.execute(asked).one()
    return TodayView(
        since=since,
        over=int(connection.execute(over).scalar() or 0),
        verified=int(verified),
        within=int(within or 0),
        unprotected=unprotected.today(connection, looked, now=now, only=only),
    )

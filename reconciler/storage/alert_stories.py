"""What led to an alert, as the state database keeps it: the verifications about it, its earlier episodes."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from reconciler.alerts.alert import Alert
from reconciler.kinds.registry import is_blindness
from reconciler.record.evidence_form import EvidenceUnreadable
from reconciler.record.stored_verification import verification_from
from reconciler.storage.decisions import ALERT, is_of
from reconciler.storage.mapping import alert_of, verification_of
from reconciler.storage.readable import readable
from reconciler.storage.records import VERIFICATION
from reconciler.views.alert_story import AlertStory, RecordedVerification

BEFORE = timedelta(minutes=10)
"""What was verified longer before an alert was suspected is of its story only where its evidence names it."""
_AFTER = timedelta(seconds=10)
_VERIFICATIONS = 8
_EPISODES = 20


def story(connection: sa.Connection, alert: Alert) -> AlertStory:
    """Return what led to an alert."""
    told_before = ALERT.c.fired_at.is_not(None) & (ALERT.c.first_seen <= alert.first_seen)
    mine = is_of(alert.key) & told_before & (ALERT.c.id != alert.id)
    query = sa.select(ALERT).where(mine).order_by(ALERT.c.first_seen.desc(), ALERT.c.id.desc())
    earlier, _ = readable(connection, query.limit(_EPISODES), ALERT, alert_of)
    episodes = connection.execute(sa.select(sa.func.count()).select_from(ALERT).where(mine)).scalar_one()
    verified = () if is_blindness(alert.key.kind) else tuple(_verified(connection, alert))
    return AlertStory(verified, tuple(earlier), episodes)


def recorded(row: sa.Row[Any]) -> RecordedVerification:
    """Return the verification of a whole row; one that cannot be read says why.

    Raises:
        ValueError: A column of it holds what no version writes.
    """
    view = verification_of(row)
    try:
        return RecordedVerification(view, verification_from(view, row.evidence))
    except EvidenceUnreadable as error:
        return RecordedVerification(view, None, str(error))


def _verified(connection: sa.Connection, alert: Alert) -> Iterator[RecordedVerification]:
    key = alert.key
    asked = VERIFICATION.c.asked_at
    told = alert.fired_at or alert.first_seen
    near = asked.between(alert.first_seen - BEFORE, told + _AFTER)
    named = [int(each) for each in _named(alert)]
    of_it = (VERIFICATION.c.account == key.account) & (VERIFICATION.c.symbol == key.symbol)
    of_it &= VERIFICATION.c.leg == key.leg.value
    query = sa.select(VERIFICATION).where(of_it & (near | VERIFICATION.c.id.in_(named)))
    newest = query.order_by(asked.desc(), VERIFICATION.c.id.desc()).limit(_VERIFICATIONS)
    found, _ = readable(connection, newest, VERIFICATION, recorded)
    yield from reversed(found)


def _named(alert: Alert) -> Iterator[str]:
    for item in alert.evidence:
        number = item.data.get("verification", "")
        if number.isascii() and number.isdigit():
            yield number

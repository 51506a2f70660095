"""What a person says of an alert, and of an account: decided and stored in one transaction.

It needs no lease: a person speaks through any process, and an alert's version keeps two apart.
"""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from reconciler.alerts.alert import Alert
from reconciler.alerts.answer import Answer, answer
from reconciler.alerts.errors import AlertNotFound
from reconciler.alerts.event import Action, AlertSettings, Decision, Weigh
from reconciler.alerts.policy import decide
from reconciler.alerts.said import Bounded, Note, Said
from reconciler.storage.decisions import ALERT, TRANSITION, store_all
from reconciler.storage.mapping import alert_of

_WORDS = (Action.ACKNOWLEDGED, Action.SNOOZED, Action.INTENDED)


def say(
    connection: sa.Connection, alert_id: int, said: Said, settings: AlertSettings, *, now: datetime
) -> Answer:
    """Store what a person says of an alert, for as much of it as they saw.

    Raises:
        AlertCommandError: It was refused; the message is for that person.
    """
    row = connection.execute(sa.select(ALERT).where(ALERT.c.id == alert_id).with_for_update()).one_or_none()
    if row is None:
        raise AlertNotFound(f"there is no alert {alert_id}: see `trueup alerts list`")
    alert = alert_of(row)
    if not isinstance(said, Note):
        said = replace(said, unaware=_unaware(connection, alert, said))
    decisions = [decide(alert, said, settings, now=now)]
    alert = _stored(connection, alert, decisions[0], now)
    weighed = decide(alert, Weigh(now), settings, now=now)
    if isinstance(said, Bounded) and weighed.after is not None:
        _stored(connection, alert, weighed, now)
        decisions.append(weighed)
    return answer(said, decisions)


def _unaware(connection: sa.Connection, alert: Alert, said: Said) -> bool:
    """Return whether the word in force is younger than what the person saw."""
    in_force = alert.acknowledgement or alert.hold
    if in_force is None or isinstance(said, Note) or said.seen is None or said.seen.version >= alert.version:
        return False
    given = (TRANSITION.c.alert_id == alert.id) & TRANSITION.c.action.in_([each.value for each in _WORDS])
    newest = connection.execute(sa.select(sa.func.max(TRANSITION.c.seq)).where(given)).scalar()
    return newest is not None and int(newest) > said.seen.version


def _stored(connection: sa.Connection, before: Alert, decision: Decision, now: datetime) -> Alert:
    (after,) = store_all(connection, [(before, decision)], now)
    assert after is not None, "what a person does is stored or refused"
    return after

"""Alerts in the database: every decision, its alert and its transition row are one transaction.

The functions take the connection of a write transaction (`Database.write`, `Writer`). Several processes may
call them at once: open alerts are locked while they are decided upon, each update is a compare-and-set on the
version, and the partial unique index lets no second open episode of a condition in.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from reconciler.alerts.alert import OVER, STEPPED, Alert, AlertState
from reconciler.alerts.errors import AlertChanged
from reconciler.alerts.event import (
    NEVER_BEFORE,
    AlertSettings,
    Decision,
    Detected,
    Event,
    Expire,
    Observed,
    Retire,
)
from reconciler.alerts.policy import decide
from reconciler.facts.finding import FindingKey
from reconciler.storage.decisions import ALERT, IS_OPEN, TRANSITION, earlier, is_of, store_all
from reconciler.storage.mapping import alert_of, transition_of
from reconciler.views.alert import TransitionView

_ATTEMPTS = 3
"""How often a decision is made anew because another process opened the same episode in between."""

# Kept, for these are asked with every look, and once a second: to put them together costs more.
_OPEN = sa.select(ALERT).where(IS_OPEN).order_by(ALERT.c.id)
_OPEN_OF = _OPEN.where(ALERT.c.account.in_(sa.bindparam("accounts", expanding=True)))
_RECORDED = (
    sa.select(TRANSITION)
    .where(TRANSITION.c.id > sa.bindparam("after"))
    .order_by(TRANSITION.c.id)
    .limit(sa.bindparam("most"))
)
_NUMBERED = sa.select(ALERT).where(ALERT.c.id.in_(sa.bindparam("numbers", expanding=True)))


@dataclass(frozen=True, slots=True)
class Change:
    """What was decided and stored: the alert as it is now, and why."""

    alert: Alert
    decision: Decision


def open_alerts(connection: sa.Connection, accounts: Collection[str] | None = None) -> tuple[Alert, ...]:
    """Return every open alert, pending ones too, oldest first; of some accounts or of all."""
    asked = _OPEN if accounts is None else _OPEN_OF
    found = connection.execute(asked, {} if accounts is None else {"accounts": list(accounts)})
    return tuple(map(alert_of, found))


@dataclass(frozen=True, slots=True)
class Recorded:
    """One row of the history of all alerts.

    Attributes:
        number: Its number, rising.
        alert: Its alert, as it is now.
        change: What happened.
    """

    number: int
    alert: Alert
    change: TransitionView


def newest_recorded(connection: sa.Connection) -> int:
    """Return the number of the newest row of the history; 0 while there is none."""
    return int(connection.execute(sa.select(sa.func.max(TRANSITION.c.id))).scalar() or 0)


def recorded_after(connection: sa.Connection, number: int, *, most: int) -> tuple[Recorded, ...]:
    """Return what was recorded after a row, whichever process did it, oldest first."""
    rows = connection.execute(_RECORDED, {"after": number, "most": most}).all()
    if not rows:
        return ()
    found = connection.execute(_NUMBERED, {"numbers": sorted({row.alert_id for row in rows})})
    alerts = {alert.id: alert for alert in map(alert_of, found)}
    return tuple(Recorded(row.id, alerts[row.alert_id], transition_of(row)) for row in rows)


def observe(
    connection: sa.Connection,
    observed: Observed,
    settings: AlertSettings,
    *,
    now: datetime,
    account: str | None = None,
) -> tuple[Change, ...]:
    """Apply what a sweep learned. A condition it does not name stays as it is.

    Args:
        connection: Of a write transaction.
        observed: What was found, cleared, and not seen.
        settings: The numbers of the alert policy.
        now: Aware UTC.
        account: Whose words of people may end by now; None for those of all. The holder of one lease
            ends no word about another account: by the clock of that one's own holder it has run out or not.

    Returns:
        Every change, mere re-sightings too (`decision.action.recorded` tells them apart).
    """
    changes = list(_expire(connection, settings, account, now=now))
    events = tuple(_events(observed))
    current = _lock_open(connection, {key.account for key, _ in events})
    for group in _each_key_once(events):
        for change in _apply(connection, current, group, settings, now=now):
            current[change.alert.key] = change.alert
            changes.append(change)
    return tuple(changes)


def _expire(
    connection: sa.Connection, settings: AlertSettings, account: str | None, *, now: datetime
) -> tuple[Change, ...]:
    """End every word of a person whose time is over, of one account or all: who was told is told again."""
    taken = (ALERT.c.state == AlertState.ACKNOWLEDGED.value) & (ALERT.c.acknowledged_until <= now)
    quiet = (ALERT.c.held_until <= now) | (ALERT.c.held_at > now + STEPPED)
    held = (ALERT.c.state == AlertState.FIRING.value) & quiet
    mine = sa.true() if account is None else ALERT.c.account == account
    query = sa.select(ALERT).where(taken | held, mine)
    due = [alert_of(row) for row in connection.execute(query.order_by(ALERT.c.id).with_for_update())]
    changes = (_store(connection, each, decide(each, Expire(now), settings, now=now), now) for each in due)
    return tuple(change for change in changes if change is not None)


def retire(
    connection: sa.Connection,
    account: str,
    why: Callable[[Alert], str],
    settings: AlertSettings,
    *,
    now: datetime,
) -> tuple[Change, ...]:
    """Retire the open alerts of an account for which `why` says a reason; pending ones too."""
    changes = []
    for alert in _lock_open(connection, {account}).values():
        reason = why(alert)
        if reason:
            change = _store(connection, alert, decide(alert, Retire(reason, now), settings, now=now), now)
            assert change is not None, "an open alert can be retired"
            changes.append(change)
    return tuple(changes)


def _events(observed: Observed) -> Iterator[tuple[FindingKey, Event]]:
    found = {each.finding.identity for each in observed.detected}
    for each in observed.detected:
        yield each.finding.identity, each
    for key, unknown in observed.unknown.items():
        if key not in found:
            yield key, unknown
    for key, clear in observed.clear.items():
        if key not in found and key not in observed.unknown:
            yield key, clear


def _lock_open(connection: sa.Connection, accounts: set[str]) -> dict[FindingKey, Alert]:
    query = sa.select(ALERT).where(IS_OPEN, ALERT.c.account.in_(accounts)).order_by(ALERT.c.id)
    alerts = (alert_of(row) for row in connection.execute(query.with_for_update()))
    return {alert.key: alert for alert in alerts}


def _each_key_once(events: Sequence[tuple[FindingKey, Event]]) -> Iterator[dict[FindingKey, Event]]:
    """Yield the events in their order, in groups of which none has two of one condition."""
    group: dict[FindingKey, Event] = {}
    for key, event in events:
        if key in group:
            yield group
            group = {}
        group[key] = event
    yield group


def _apply(
    connection: sa.Connection,
    current: Mapping[FindingKey, Alert],
    events: Mapping[FindingKey, Event],
    settings: AlertSettings,
    *,
    now: datetime,
) -> Iterator[Change]:
    """Decide and store, in a few statements however many there are; yield what has changed, in order."""
    since = now - settings.flapping_within
    told = _with_what_was_before(connection, current, events, since)
    decisions = {key: decide(current.get(key), event, settings, now=now) for key, event in told.items()}
    stored = store_all(connection, [(current.get(key), each) for key, each in decisions.items()], now)
    for key, alert in zip(decisions, stored, strict=True):
        if alert is None:
            continue
        if alert.id:
            yield Change(alert, decisions[key])
            continue
        change = _opened_meanwhile(connection, key, told[key], settings, now=now)
        if change is not None:
            yield change


def _with_what_was_before(
    connection: sa.Connection,
    current: Mapping[FindingKey, Alert],
    events: Mapping[FindingKey, Event],
    since: datetime,
) -> dict[FindingKey, Event]:
    """Return the events; those of conditions that nobody was told of, with what there was of them before."""

    def unheard(key: FindingKey) -> bool:
        return key not in current or current[key].state in OVER | {AlertState.PENDING}

    asked = {key for key, event in events.items() if isinstance(event, Detected) and unheard(key)}
    before = earlier(connection, asked, since=since)
    return {
        key: replace(event, before=told)
        if isinstance(event, Detected)
        and key in asked
        and event.before is not (told := before.get(key, NEVER_BEFORE))
        else event
        for key, event in events.items()
    }


def _opened_meanwhile(
    connection: sa.Connection, key: FindingKey, event: Event, settings: AlertSettings, *, now: datetime
) -> Change | None:
    """Decide anew, and store it: another process has just opened the same episode."""
    for _ in range(_ATTEMPTS):
        query = sa.select(ALERT).where(IS_OPEN, is_of(key)).with_for_update()
        row = connection.execute(query).one_or_none()
        alert = None if row is None else alert_of(row)
        change = _store(connection, alert, decide(alert, event, settings, now=now), now)
        if change is None or change.alert.id:
            return change
    raise AlertChanged(f"{key.kind} of {key.symbol} in {key.account} is being written by another process")


def _store(
    connection: sa.Connection, before: Alert | None, decision: Decision, now: datetime
) -> Change | None:
    """Write a decision. The alert's id stays 0 when another process has just opened the same episode."""
    (alert,) = store_all(connection, [(before, decision)], now)
    return None if alert is None else Change(alert, decision)

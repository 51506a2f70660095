"""Messages in the database: what is owed, what was sent, how channels fare.

What is owed stands in the history of alerts (`owed` without `notified_at`), written with the change that
owes it. A message is stored once a channel has taken it, with what it covers of each alert, in a transaction
that is fenced by the leases of their accounts: what a crash takes in between is owed still, and sent again.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.event import Owed
from reconciler.alerts.quiet import quiet
from reconciler.facts.finding import Severity
from reconciler.facts.lease import Lease, is_of
from reconciler.facts.message import ChannelView, MessageView
from reconciler.notify.outbox import AlertCase, Step, Told, Why
from reconciler.notify.owed import DIGEST_EVERY
from reconciler.storage.alerts import open_alerts
from reconciler.storage.decisions import ALERT, IS_OPEN, TRANSITION
from reconciler.storage.decisions import is_of as is_condition
from reconciler.storage.errors import LeaseLost
from reconciler.storage.groups import Only
from reconciler.storage.leases import LEASE, fence
from reconciler.storage.maintenance import windows
from reconciler.storage.mapping import alert_of, tenancy_of
from reconciler.storage.replies import place_offer
from reconciler.storage.rows import ChannelRow, MessageAlertRow, MessageRow, table
from reconciler.storage.upsert import put, upsert_into

MESSAGE = table(MessageRow)
TELLS = table(MessageAlertRow)
CHANNEL = table(ChannelRow)

_OWED = TRANSITION.c.owed.is_not(None) & TRANSITION.c.notified_at.is_(None)
_AT_ONCE = 500
"""Numbers in one question; SQLite takes at most 32 766 values in a statement."""

_KEPT = timedelta(days=90)
"""How long a message is kept after it was sent; those of an open alert are kept as long as it is open."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """What there is to decide on, from one consistent read.

    Attributes:
        cases: Alerts that fire, or of which something is not settled; of accounts that are ours.
        channels: How each channel fares, by its name.
        ours: The accounts whose lease is still the one that was asked with.
        strays: Accounts that were taken out of the settings, and of which something is not settled: nobody
            has their leases.
    """

    cases: tuple[AlertCase, ...]
    channels: Mapping[str, ChannelView]
    ours: frozenset[str]
    strays: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that a channel has taken.

    Attributes:
        name: Given to it before it was sent, so that it is stored once.
        channel: The channel's name.
        title: Its first line.
        body: The rest.
        tried_at: When it was first tried, aware UTC.
        at: When it was taken, aware UTC.
        attempts: How often it was tried, the last time included.
        said: What the channel said.
        tells: What it tells: alert, account, version that is covered, why.
        place: What the channel calls it, where it can be answered and changed there; empty where it cannot.
    """

    name: str
    channel: str
    title: str
    body: str
    tried_at: datetime
    at: datetime
    attempts: int
    said: str
    tells: tuple[tuple[int, str, int, Why], ...]
    place: str = ""


def outbox(connection: sa.Connection, leases: Sequence[Lease], *, now: datetime) -> Outbox:
    """Return what is to be decided on at `now` of the accounts whose leases these are. Reads only."""
    rows = {row.account: tenancy_of(row) for row in connection.execute(sa.select(LEASE))}
    ours = frozenset(x.account for x in leases if x.account in rows and is_of(rows[x.account], x))
    owing = sa.select(ALERT.c.account).where(ALERT.c.id.in_(sa.select(TRANSITION.c.alert_id).where(_OWED)))
    owing_accounts = set(connection.execute(owing.distinct()).scalars())
    watched = {account for account, tenancy in rows.items() if tenancy.holder is not None}
    strays = frozenset(owing_accounts - watched - {lease.account for lease in leases})
    channels = {row.name: _channel_of(row) for row in connection.execute(sa.select(CHANNEL))}
    return Outbox(tuple(_cases(connection, ours, now)), channels, ours, strays)


def settle(
    connection: sa.Connection, leases: Mapping[str, Lease], cases: Sequence[AlertCase], *, now: datetime
) -> None:
    """Store that nobody is owed more by the steps of these cases, where their accounts are still ours."""
    ours = _still_ours(connection, leases, {case.alert.key.account for case in cases})
    for case in cases:
        if case.alert.key.account in ours:
            known = (TRANSITION.c.alert_id == case.alert.id) & (TRANSITION.c.seq <= case.steps[-1].seq)
            connection.execute(sa.update(TRANSITION).where(known, _OWED).values(notified_at=now))


def store_sent(
    connection: sa.Connection, leases: Mapping[str, Lease], sent: Sent, channel: ChannelView
) -> None:
    """Store a message that was taken, what it covers of accounts that are still ours, and its channel."""
    put(connection, CHANNEL, [asdict(channel)])
    if sent.place:
        place_offer(connection, sent.name, sent.place)
    ours = _still_ours(connection, leases, {account for _, account, _, _ in sent.tells})
    values = {name: value for name, value in asdict(sent).items() if name not in {"tells", "place"}}
    once = upsert_into(connection, MESSAGE).values(values).on_conflict_do_nothing().returning(MESSAGE.c.id)
    number = connection.execute(once).scalar()
    if number is None:
        return  # it was stored already, and only the answer was lost
    rows = [
        {
            "message_id": number,
            "alert_id": alert,
            "channel": sent.channel,
            "seq": seq,
            "why": why.value,
            "at": sent.at,
        }
        for alert, account, seq, why in sent.tells
        if account in ours
    ]
    if rows:
        connection.execute(sa.insert(TELLS), rows)


def store_channels(connection: sa.Connection, channels: Sequence[ChannelView], *, first: bool) -> None:
    """Store how channels fare.

    Args:
        connection: Of a write transaction.
        channels: Which.
        first: They are the first ones that there are: nobody is told of what was over before them.
    """
    put(connection, CHANNEL, [asdict(each) for each in channels])
    if first and channels:
        over = TRANSITION.c.alert_id.in_(sa.select(ALERT.c.id).where(~IS_OPEN))
        now = max(each.at for each in channels)
        connection.execute(sa.update(TRANSITION).where(over, _OWED).values(notified_at=now))


def channels(connection: sa.Connection) -> tuple[ChannelView, ...]:
    """Return how each channel fares, by its name; one that was taken out of the settings too."""
    return tuple(_channel_of(row) for row in connection.execute(sa.select(CHANNEL).order_by(CHANNEL.c.name)))


_OF_OTHERS = "told of other accounts, too: its words are not shown to you"


def messages_about(connection: sa.Connection, alert_id: int, only: Only = None) -> tuple[MessageView, ...]:
    """Return the messages that told of an alert, oldest first; `only`: without the words about others."""
    told = sa.select(MESSAGE, TELLS.c.why).join(TELLS, TELLS.c.message_id == MESSAGE.c.id)
    rows = connection.execute(told.where(TELLS.c.alert_id == alert_id).order_by(MESSAGE.c.id)).all()
    hidden: frozenset[int] = frozenset()
    if only is not None:
        beside = sa.select(TELLS.c.message_id).join(ALERT, ALERT.c.id == TELLS.c.alert_id)
        of_others = ALERT.c.account.not_in(sorted(only)) & TELLS.c.message_id.in_([row.id for row in rows])
        hidden = frozenset(connection.execute(beside.where(of_others)).scalars())
    found = []
    for row in rows:
        title, body = (_OF_OTHERS, "") if row.id in hidden else (row.title, row.body)
        found.append(
            MessageView(row.channel, row.why, title, body, row.tried_at, row.at, row.attempts, row.said)
        )
    return tuple(found)


def forget_tells(connection: sa.Connection, alerts: sa.Select[tuple[int]]) -> None:
    """Forget what was told of alerts that are about to be forgotten themselves."""
    connection.execute(sa.delete(TELLS).where(TELLS.c.alert_id.in_(alerts)))


def prune_messages(connection: sa.Connection, *, now: datetime, most: timedelta = _KEPT) -> None:
    """Forget messages that are older than their time, or than `most`, and tell of nothing that is open."""
    old = now - min(_KEPT, most)
    over = sa.select(ALERT.c.id).where(~IS_OPEN)
    connection.execute(sa.delete(TELLS).where(TELLS.c.at < old, TELLS.c.alert_id.in_(over)))
    told = sa.select(TELLS.c.message_id)
    connection.execute(sa.delete(MESSAGE).where(MESSAGE.c.at < old, MESSAGE.c.id.not_in(told)))


def _still_ours(connection: sa.Connection, leases: Mapping[str, Lease], accounts: set[str]) -> frozenset[str]:
    """Hold the leases of these accounts until the transaction ends; return those that could be held."""
    held = []
    for account in sorted(accounts):  # in one order, or two processes could wait for each other
        lease = leases.get(account)
        try:
            if lease is not None:
                fence(connection, lease)
                held.append(account)
        except LeaseLost:
            pass  # it is another process's by now, which tells it itself
    return frozenset(held)


def _cases(connection: sa.Connection, accounts: frozenset[str], now: datetime) -> Iterator[AlertCase]:
    owing = ALERT.c.id.in_(sa.select(TRANSITION.c.alert_id).where(_OWED))
    fires = ALERT.c.state == AlertState.FIRING.value
    query = sa.select(ALERT).where(ALERT.c.account.in_(accounts), owing | fires).order_by(ALERT.c.id)
    alerts = [alert_of(row) for row in connection.execute(query)] if accounts else []
    if not alerts:
        return
    every = open_alerts(connection, accounts)  # what somebody has acknowledged quiets others, too
    quieted = quiet(every, windows(connection, now=now, accounts=accounts), now=now)
    for begin in range(0, len(alerts), _AT_ONCE):
        for case in _with_history(connection, alerts[begin : begin + _AT_ONCE]):
            digested = _digested(connection, case, now)
            yield replace(case, quiet=quieted.get(case.alert.id), digested=digested)


def _digested(connection: sa.Connection, case: AlertCase, now: datetime) -> dict[str, datetime]:
    """Return when each channel was lately told of the condition of an alert that comes and goes."""
    if not any(step.owed == Owed.FLAPPING and not step.settled for step in case.steps):
        return {}
    last = sa.func.max(TELLS.c.at).label("last")
    query = sa.select(TELLS.c.channel, last).join(ALERT, ALERT.c.id == TELLS.c.alert_id)
    lately = (TELLS.c.at > now - DIGEST_EVERY) & (TELLS.c.at <= now)
    rows = connection.execute(query.where(is_condition(case.alert.key), lately).group_by(TELLS.c.channel))
    return {row.channel: row.last for row in rows}


def _with_history(connection: sa.Connection, alerts: Sequence[Alert]) -> Iterator[AlertCase]:
    numbers = [alert.id for alert in alerts]
    steps = defaultdict[int, list[Step]](list)
    names = ("alert_id", "seq", "at", "before", "after", "action", "severity", "owed", "notified_at")
    columns = [TRANSITION.c[name] for name in names]
    query = sa.select(*columns).where(TRANSITION.c.alert_id.in_(numbers))
    for row in connection.execute(query.order_by(TRANSITION.c.alert_id, TRANSITION.c.seq)):
        steps[row.alert_id].append(_step_of(row))
    told = defaultdict[int, dict[str, Told]](dict)
    tells = sa.select(TELLS).where(TELLS.c.alert_id.in_(numbers)).order_by(TELLS.c.message_id)
    for row in connection.execute(tells):
        known = told[row.alert_id].get(row.channel)
        seq = row.seq if known is None else max(known.seq, row.seq)
        told[row.alert_id][row.channel] = Told(row.at, seq, Why(row.why))
    for alert in alerts:
        yield AlertCase(alert, tuple(steps[alert.id]), told[alert.id])


def _step_of(row: sa.Row[tuple[object, ...]]) -> Step:
    return Step(
        seq=row.seq,
        at=row.at,
        before=None if row.before is None else AlertState(row.before),
        after=AlertState(row.after),
        action=row.action,
        severity=Severity(row.severity),
        owed=row.owed,
        settled=row.notified_at is not None,
    )


def _channel_of(row: sa.Row[tuple[object, ...]]) -> ChannelView:
    return ChannelView(**row._mapping)  # noqa: SLF001 - public in spite of its name

"""Leases in the database: given, renewed and asked about in the transaction of the write that needs them.

The functions take the connection of a write transaction. On PostgreSQL a lease's row stays locked until that
transaction ends, and the time is the server's; on SQLite there is one writer at a time, and the time `wall`.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from reconciler.facts.heartbeat import Heartbeat, WatchView
from reconciler.facts.lease import Holder, Lease, Tenancy, claimed, given_back, held_by, is_of, renewed
from reconciler.storage.beats import Beat, last_beat
from reconciler.storage.errors import LeaseLost
from reconciler.storage.looked import Looked, note
from reconciler.storage.mapping import Values, heartbeat_of, tenancy_of
from reconciler.storage.ready import Ready
from reconciler.storage.rows import LeaseRow, table
from reconciler.storage.source_changes import note_unwatched
from reconciler.storage.upsert import upsert_into

LEASE = table(LeaseRow)

_OWN = Ready(
    sa.select(LEASE.c.instance, LEASE.c.host, LEASE.c.pid, LEASE.c.token, LEASE.c.expires_at)
    .where(LEASE.c.account == sa.bindparam("of"))
    .with_for_update()
)


@dataclass(frozen=True, slots=True)
class Given:
    """A lease that was given, and the heartbeat that the holder before left."""

    lease: Lease
    before: Heartbeat


@dataclass(frozen=True, slots=True)
class Kept:
    """A lease that another process keeps.

    Attributes:
        holder: Who; None where it is just being written.
        until: Until when it holds if it is not renewed, by the database's clock; None if not known.
    """

    holder: Holder | None
    until: datetime | None


def claim(
    connection: sa.Connection,
    account: str,
    by: Holder,
    *,
    locked: bool,
    wall: datetime,
    last: Beat | None = None,
    group: str | None = None,
) -> Given | Kept:
    """Give the lease of an account to `by` unless another process holds it. Waits for nobody.

    Args:
        connection: Of a write transaction.
        account: Whose.
        by: Who asks.
        locked: True when `by` has the lock of the operating system; see `lease.claimed`.
        wall: The machine's time, aware UTC.
        last: The latest beat beside the database, where it is a file.
        group: The group of accounts that it belongs to by the settings of `by`, empty for none; None where
            they do not name the account: then it stays as it is stored.
    """
    mine = sa.select(LEASE).where(LEASE.c.account == account)
    seen = connection.execute(mine).one_or_none()
    if seen is not None and _claimed(connection, seen, by, locked=locked, wall=wall) is None:
        return _kept(seen, last)  # who only asks locks nothing and writes nothing
    fresh = {"account": account, "token": 0, "interval_seconds": 0.0, "stopped": False}
    connection.execute(upsert_into(connection, LEASE).values(fresh).on_conflict_do_nothing())
    row = connection.execute(mine.with_for_update(skip_locked=True)).one_or_none()
    if row is None:  # its holder is writing right now
        return _kept(connection.execute(mine).one(), last)
    tenancy = _claimed(connection, row, by, locked=locked, wall=wall)
    if tenancy is None:
        return _kept(row, last)
    _store(connection, account, tenancy)
    if group is not None and group != row.account_group:
        named = sa.update(LEASE).where(LEASE.c.account == account)
        connection.execute(named.values(account_group=group))
    before = heartbeat_of(row)
    if last is not None and last.of(tenancy_of(row)):
        before = last.heartbeat
        note(connection, account, last.looked)
    if before.at is not None:
        note_unwatched(connection, account, before.at)
    return Given(Lease(account, by, tenancy.token), before)


def kept(connection: sa.Connection, account: str, last: Beat | None = None) -> Kept | None:
    """Return who was last given the lease of an account, and until when; None for nobody. Reads only."""
    row = connection.execute(sa.select(LEASE).where(LEASE.c.account == account)).one_or_none()
    return None if row is None or row.instance is None or row.expires_at is None else _kept(row, last)


def fence(connection: sa.Connection, lease: Lease) -> None:
    """Make sure that a lease is its holder's until the transaction ends.

    Raises:
        LeaseLost: It is not any more.
    """
    _own(connection, lease)


def beat(
    connection: sa.Connection, lease: Lease, heartbeat: Heartbeat, looked: Looked, *, wall: datetime
) -> None:
    """Renew a lease, and store that its account is looked at, and when it last was.

    Raises:
        LeaseLost: It is not its holder's any more.
    """
    tenancy = renewed(_own(connection, lease), database_time(connection, wall))
    _store(connection, lease.account, tenancy, heartbeat)
    note(connection, lease.account, looked)


def give_back(connection: sa.Connection, lease: Lease, heartbeat: Heartbeat, looked: Looked) -> None:
    """Give a lease back, and store that its account is looked at no more, and when it last was.

    Raises:
        LeaseLost: It is not its holder's any more.
    """
    _store(connection, lease.account, given_back(_own(connection, lease)), heartbeat)
    note(connection, lease.account, looked)


def forget(connection: sa.Connection, lease: Lease) -> None:
    """Give a lease back, and that of an account that nobody is to watch any more: only its number stays.

    Raises:
        LeaseLost: It is not its holder's any more.
    """
    token = _own(connection, lease).token
    _store(connection, lease.account, Tenancy(None, token, None), Heartbeat(None, 0.0, None, stopped=False))
    connection.execute(sa.update(LEASE).where(LEASE.c.account == lease.account).values(looked=None))


def watches(
    connection: sa.Connection, file: Path | None, *, wall: datetime
) -> tuple[tuple[WatchView, Looked], ...]:
    """Return who watches each account, and when it was last looked at; of one that nobody watches too.

    Args:
        connection: Of a transaction that reads.
        file: The file of the database, where it is one: beside it are the latest beats.
        wall: The machine's time, aware UTC.
    """
    now = database_time(connection, wall)
    # Of an account that is expected and was never watched only the interval is known.
    watched = LEASE.c.at.is_not(None) | LEASE.c.instance.is_not(None) | (LEASE.c.interval_seconds > 0)
    rows = connection.execute(sa.select(LEASE).where(watched).order_by(LEASE.c.account))
    return tuple(_watch(row, last_beat(file, row.account), now) for row in rows)


def _watch(row: sa.Row[Any], beat: Beat | None, now: datetime) -> tuple[WatchView, Looked]:
    tenancy, heartbeat, looked = tenancy_of(row), heartbeat_of(row), Looked.of_values(row.looked)
    if beat is not None and beat.of(tenancy):
        tenancy, heartbeat, looked = beat.renewing(tenancy), beat.heartbeat, looked.then(beat.looked)
    holder = held_by(tenancy, now)
    named = None if holder is None else str(holder)
    return WatchView(row.account, named, heartbeat, row.account_group), looked


def database_time(connection: sa.Connection, wall: datetime) -> datetime:
    """Return the time of the database's server now (not of the transaction's begin); `wall` on SQLite."""
    if connection.dialect.name != "postgresql":
        return wall
    asked = sa.select(sa.func.clock_timestamp(type_=LEASE.c.at.type))
    now = connection.execute(asked).scalar_one()
    assert isinstance(now, datetime)
    return now


def _claimed(
    connection: sa.Connection, row: sa.Row[Any], by: Holder, *, locked: bool, wall: datetime
) -> Tenancy | None:
    return claimed(tenancy_of(row), by, database_time(connection, wall), locked=locked)


def _own(connection: sa.Connection, lease: Lease) -> Tenancy:
    rows = _OWN.ask(connection, {"of": lease.account})
    tenancy = tenancy_of(rows[0]) if rows else None
    if tenancy is None or not is_of(tenancy, lease):
        raise LeaseLost(lease, None if tenancy is None else tenancy.holder)
    return tenancy


def _store(
    connection: sa.Connection, account: str, tenancy: Tenancy, heartbeat: Heartbeat | None = None
) -> None:
    holder = tenancy.holder
    values: Values = {
        "instance": holder and holder.instance,
        "host": holder and holder.host,
        "pid": holder and holder.pid,
        "token": tenancy.token,
        "expires_at": tenancy.expires_at,
    }
    if heartbeat is not None:
        values |= {
            "at": heartbeat.at,
            "interval_seconds": heartbeat.interval_seconds,
            "started_at": heartbeat.started_at,
            "stopped": heartbeat.stopped,
        }
    connection.execute(sa.update(LEASE).where(LEASE.c.account == account).values(values))


def _kept(row: sa.Row[Any], last: Beat | None) -> Kept:
    tenancy = tenancy_of(row)
    if last is not None and last.of(tenancy):
        tenancy = last.renewing(tenancy)
    return Kept(tenancy.holder, tenancy.expires_at)

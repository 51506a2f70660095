"""The processes that share the accounts, and who holds which: one row a process, by the database's clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from reconciler.facts.lease import LASTS, Holder, held_by
from reconciler.facts.sharing import Worker
from reconciler.storage.beats import last_beat
from reconciler.storage.health_rows import WorkerRow
from reconciler.storage.leases import LEASE, database_time
from reconciler.storage.mapping import tenancy_of
from reconciler.storage.state_row import table
from reconciler.storage.upsert import put, upsert_into

WORKER = table(WorkerRow)

LIVES = LASTS / 2
"""How long after its last word a worker counts as living: what is given up for one is to be taken soon."""

SETTLED = timedelta(seconds=10)
"""How long a worker has to live before anything is given up for it: one that dies at its start is not given
account after account."""

KEPT = timedelta(hours=1)

EXPECTED_SECONDS = 2.0
"""The interval of a heart that is to beat and never did: such an account is shown as watched by nobody."""

_HOLDING: sa.Select[Any] = sa.select(
    *(LEASE.c[name] for name in ("account", "instance", "host", "pid", "token", "expires_at")),
    *(LEASE.c[name] for name in ("at", "interval_seconds")),
)


class Told(msgspec.Struct, frozen=True):
    """What a worker says of itself.

    Attributes:
        process: `HOST PID`.
        most: How many accounts it watches at most.
        accounts: Those that it may watch.
        settings: A mark of the accounts of its settings; empty of a version that had none.
    """

    process: str
    most: int
    accounts: tuple[str, ...]
    settings: str = ""


@dataclass(frozen=True, slots=True)
class Together:
    """How the accounts are shared at this moment.

    Attributes:
        workers: Those that live.
        held: Who holds each account that is held.
        expected: The accounts that are shown where nobody watches them.
    """

    workers: tuple[Worker, ...]
    held: Mapping[str, Holder]
    expected: frozenset[str]


def tell(connection: sa.Connection, instance: str, told: Told, *, wall: datetime) -> None:
    """Say that a worker lives, and what it would watch; forget those that have said nothing for long."""
    now = database_time(connection, wall)
    row = {"instance": instance, "since": now, "at": now, "told": msgspec.json.encode(told).decode()}
    put(connection, WORKER, [row])
    connection.execute(sa.delete(WORKER).where(WORKER.c.at < now - KEPT))


def renew(connection: sa.Connection, instance: str, *, wall: datetime) -> bool:
    """Say that a worker still lives; False where it was not known to."""
    now = database_time(connection, wall)
    told = sa.update(WORKER).where(WORKER.c.instance == instance).values(at=now)
    return connection.execute(told).rowcount > 0


def end(connection: sa.Connection, instance: str) -> None:
    """Say that a worker ends."""
    connection.execute(sa.delete(WORKER).where(WORKER.c.instance == instance))


def expect(connection: sa.Connection, groups: Mapping[str, str]) -> None:
    """Have accounts shown that nobody has ever watched: that they are in the settings is known here alone.

    `groups` has the group of accounts that each belongs to, empty for none.
    """
    for account, group in sorted(groups.items()):
        fresh = {"token": 0, "interval_seconds": EXPECTED_SECONDS, "stopped": False}
        row = upsert_into(connection, LEASE).values(account=account, account_group=group, **fresh)
        never = LEASE.c.at.is_(None) & LEASE.c.instance.is_(None)
        renewed = {"interval_seconds": EXPECTED_SECONDS, "account_group": group}
        connection.execute(row.on_conflict_do_update(index_elements=["account"], set_=renewed, where=never))


def together(connection: sa.Connection, file: Path | None, *, wall: datetime) -> Together:
    """Return how the accounts are shared.

    Args:
        connection: Of a transaction that reads.
        file: The file of the database, where it is one: beside it are the latest beats.
        wall: The machine's time, aware UTC.
    """
    now = database_time(connection, wall)
    held: dict[str, Holder] = {}
    expected: set[str] = set()
    for row in connection.execute(_HOLDING):
        tenancy = tenancy_of(row)
        beat = None if tenancy.holder is None else last_beat(file, row.account)
        if beat is not None and beat.of(tenancy):
            tenancy = beat.renewing(tenancy)
        holder = held_by(tenancy, now)
        if holder is not None:
            held[row.account] = holder
        if row.at is not None or row.instance is not None or row.interval_seconds:
            expected.add(row.account)
    return Together(tuple(_workers(connection, now)), held, frozenset(expected))


def _workers(connection: sa.Connection, now: datetime) -> list[Worker]:
    found = []
    for row in connection.execute(sa.select(WORKER).order_by(WORKER.c.instance)):
        if not abs(now - row.at) < LIVES:  # one from the future is of a clock that was set
            continue
        try:
            told = msgspec.json.decode(row.told, type=Told)
        except msgspec.MsgspecError:  # of another version: what it holds is held, and nothing is given to it
            continue
        settled = now - row.since >= SETTLED
        may = frozenset(told.accounts)
        found.append(Worker(row.instance, told.most, may, settled, told.settings, told.process))
    return found

"""Maintenance windows in the database: one account has at most one that is open."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from reconciler.alerts import maintenance
from reconciler.alerts.errors import NoSuchAccount
from reconciler.alerts.limits import Limits
from reconciler.alerts.quiet import Window
from reconciler.storage.leases import LEASE
from reconciler.storage.rows import MaintenanceRow, table

WINDOW = table(MaintenanceRow)


def windows(
    connection: sa.Connection, *, now: datetime, accounts: Collection[str] | None = None
) -> tuple[Window, ...]:
    """Return the windows that are open, by account; of some accounts or of all."""
    query = sa.select(WINDOW).where(WINDOW.c.ended_at.is_(None), WINDOW.c.until > now)
    if accounts is not None:
        query = query.where(WINDOW.c.account.in_(accounts))
    found = map(_window_of, connection.execute(query.order_by(WINDOW.c.account, WINDOW.c.id)))
    return tuple(each for each in found if each.stands(now))


def begin(
    connection: sa.Connection,
    account: str,
    *,
    by: str,
    note: str,
    origin: str,
    until: datetime | None,
    limits: Limits,
    now: datetime,
) -> Window:
    """Open a window of an account; it takes the place of one that is open.

    Raises:
        AlertCommandError: It was refused; the message is for that person.
    """
    known = sa.select(LEASE.c.account).where(LEASE.c.account == account).with_for_update()
    if connection.execute(known).one_or_none() is None:
        raise NoSuchAccount(f"no account is called {account}: `trueup status` lists them")
    opened = maintenance.opened(account, by=by, note=note, until=until, limits=limits, now=now)
    for older in windows(connection, now=now, accounts=[account]):
        _end(connection, maintenance.ended(account, older, by=by, now=now))
    values: dict[str, Any] = asdict(opened) | {"origin": origin}
    del values["id"]
    result = connection.execute(sa.insert(WINDOW).values(values).returning(WINDOW.c.id))
    return Window(**(asdict(opened) | {"id": int(result.scalar_one())}))


def end(connection: sa.Connection, account: str, *, by: str, now: datetime) -> Window:
    """End the open window of an account before its time.

    Raises:
        AlertCommandError: It was refused; the message is for that person.
    """
    found = windows(connection, now=now, accounts=[account])
    ended = maintenance.ended(account, found[-1] if found else None, by=by, now=now)
    _end(connection, ended)
    return ended


def _end(connection: sa.Connection, window: Window) -> None:
    values = {"ended_at": window.ended_at, "ended_by": window.ended_by}
    connection.execute(sa.update(WINDOW).where(WINDOW.c.id == window.id).values(values))


def _window_of(row: sa.Row[Any]) -> Window:
    return Window(
        id=row.id,
        account=row.account,
        by=row.by,
        note=row.note,
        at=row.at,
        until=row.until,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )

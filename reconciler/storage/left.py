"""What is stored of accounts that a process does not watch, and what of it is retired and forgotten."""

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from reconciler.alerts.retirement import Left
from reconciler.facts.lease import Holder
from reconciler.storage.decisions import ALERT, IS_OPEN
from reconciler.storage.leases import LEASE
from reconciler.storage.mapping import tenancy_of
from reconciler.storage.records import CYCLE, POSITION, SOURCE


def holders(connection: sa.Connection) -> dict[str, Holder]:
    """Return the process to which each account was last given, dead or alive, by account."""
    rows = connection.execute(sa.select(LEASE))
    last = {row.account: tenancy_of(row).holder for row in rows}
    return {account: holder for account, holder in last.items() if holder is not None}


def left_accounts(connection: sa.Connection, watched: Collection[str]) -> tuple[Left, ...]:
    """Return the accounts of which something is stored, but for those that are watched, by name."""
    had = holders(connection)
    signs = _last_signs(connection)
    return tuple(
        Left(account, had[account].instance if account in had else None, signs[account])
        for account in sorted(signs.keys() - set(watched))
    )


def _last_signs(connection: sa.Connection) -> Mapping[str, datetime | None]:
    """Return when each account was last looked at, by account; None where nothing says when."""
    had = LEASE.c.at.is_not(None) | LEASE.c.instance.is_not(None) | (LEASE.c.interval_seconds > 0)
    times = (
        sa.select(LEASE.c.account, LEASE.c.at).where(had),
        sa.select(ALERT.c.account, sa.func.max(ALERT.c.last_seen)).where(IS_OPEN).group_by(ALERT.c.account),
        sa.select(CYCLE.c.account, sa.func.max(CYCLE.c.finished_at)).group_by(CYCLE.c.account),
        sa.select(SOURCE.c.account, sa.func.max(SOURCE.c.at)).group_by(SOURCE.c.account),
        sa.select(POSITION.c.account, sa.func.max(POSITION.c.ledger_at)).group_by(POSITION.c.account),
    )
    signs: dict[str, datetime | None] = {}
    for query in times:
        for account, at in connection.execute(query):
            known = [each for each in (signs.get(account), at) if each is not None]
            signs[account] = max(known, default=None)
    return signs

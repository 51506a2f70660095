"""Which accounts belong to groups: what somebody who is limited to these sees, and may act upon.

An account belongs to the group that the settings of its last watch name. One of which no lease tells, and a
row whose account cannot be read, belong to none: whoever is limited to groups sees nothing of them.
"""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from reconciler.storage.database import Database
from reconciler.storage.decisions import ALERT
from reconciler.storage.rows import LeaseRow, table

_LEASE = table(LeaseRow)

Only = Collection[str] | None
"""Accounts that something is limited to; None for no limit. Empty is a limit, too: to nothing."""


def is_one_of(account: sa.ColumnElement[Any], only: Only) -> sa.ColumnElement[bool]:
    """Return what limits a question to these accounts."""
    return sa.true() if only is None else account.in_(sorted(only))


def accounts_in(connection: sa.Connection, groups: Collection[str] | None) -> frozenset[str] | None:
    """Return the accounts of these groups, as they are now; None where nothing is limited."""
    if groups is None:
        return None
    named = [group for group in groups if group]  # no group is no group that anybody can be limited to
    query = sa.select(_LEASE.c.account).where(_LEASE.c.account_group.in_(named))
    return frozenset(connection.execute(query).scalars())


def names_of_groups(stored: object) -> tuple[str, ...] | None:
    """Return the groups that somebody is limited to, as a row keeps them; None for no limit.

    Raises:
        ValueError: It is something else: then it is not known what they may see.
    """
    if stored is None:
        return None
    if not isinstance(stored, list) or not all(isinstance(each, str) for each in stored):
        raise ValueError(f"groups are a list of names, not {stored!r}")
    return tuple(stored)


class StoredBelonging:
    """`commands.Belonging` on the state database."""

    def __init__(self, database: Database) -> None:
        """`database` is where leases and alerts are."""
        self._database = database

    def of_alert(self, alert_id: int) -> str | None:
        """Return the group of an alert's account, empty for none; None where there is no such alert."""
        with self._database.read() as connection:
            query = sa.select(ALERT.c.account).where(ALERT.c.id == alert_id)
            account = connection.execute(query).scalar()
            return None if account is None else _group(connection, account) or ""

    def of_account(self, account: str) -> str | None:
        """Return the group of an account, empty for none; None where nothing is known of it."""
        with self._database.read() as connection:
            return _group(connection, account)


def _group(connection: sa.Connection, account: str) -> str | None:
    query = sa.select(_LEASE.c.account_group).where(_LEASE.c.account == account)
    found: str | None = connection.execute(query).scalar()
    return found

"""What has changed legs, in the database: rows that are renewed as more of them is known."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from reconciler.facts.attribution import OPEN, Attribution, By
from reconciler.facts.change import Change, Explained, Mark
from reconciler.storage.change_rows import ChangeMarkRow, ChangeRow
from reconciler.storage.groups import Only, is_one_of
from reconciler.storage.state_row import table
from reconciler.storage.upsert import put
from verification.facts.leg import Leg

CHANGE = table(ChangeRow)
MARK = table(ChangeMarkRow)

KEPT = timedelta(days=7)
"""Over how long a share is counted, and how long changes are kept."""

MOST = 5000
"""Changes that are kept of an account at most, the newest; what is counted begins with the oldest of them."""

SHOWN = 50

Key = tuple[str, Leg, str]


@dataclass(frozen=True, slots=True)
class Counting:
    """Up to where the changes of an account are counted.

    Attributes:
        since: From when on, aware UTC.
        until: When all of it was last seen, aware UTC.
        marks: Up to where each symbol is counted.
    """

    since: datetime
    until: datetime
    marks: tuple[Mark, ...]


def save_changes(
    connection: sa.Connection,
    account: str,
    changes: Iterable[Change],
    dropped: Collection[Key],
    counting: Counting,
) -> None:
    """Renew changes and marks, all at once: what is counted is counted once. Other marks stay as they are."""
    for symbol, leg, order_id in sorted(dropped):
        same = (CHANGE.c.account == account) & (CHANGE.c.symbol == symbol) & (CHANGE.c.leg == leg.value)
        connection.execute(sa.delete(CHANGE).where(same, CHANGE.c.order_id == order_id))
    put(connection, CHANGE, [_change_values(account, each) for each in changes])
    marks = [_mark_values(account, each, counting.since) for each in counting.marks]
    marks.append(_mark_values(account, Mark("", {}, counting.until), counting.since))
    put(connection, MARK, marks)


def counted(connection: sa.Connection, account: str, *, most: int) -> tuple[Counting | None, list[Change]]:
    """Return up to where an account is counted, and its newest changes."""
    rows = connection.execute(sa.select(MARK).where(MARK.c.account == account)).all()
    whole = next((row for row in rows if not row.symbol), None)
    if whole is None:
        return None, []
    counting = Counting(whole.since, whole.until, tuple(_mark_of(row) for row in rows if row.symbol))
    return counting, _newest(connection, account, most=most)


def explained(connection: sa.Connection, account: str, *, now: datetime) -> Explained:
    """Return how much of what has changed on an account is explained."""
    whole = (MARK.c.account == account) & (MARK.c.symbol == "")
    since = connection.execute(sa.select(MARK.c.since).where(whole)).scalar()
    ours = (CHANGE.c.account == account) & (CHANGE.c.at >= now - KEPT)
    counts = sa.select(CHANGE.c.by, sa.func.count()).where(ours).group_by(CHANGE.c.by)
    oldest = connection.execute(sa.select(sa.func.count()).where(ours)).scalar_one() >= MOST
    if oldest:
        since = connection.execute(sa.select(sa.func.min(CHANGE.c.at)).where(ours)).scalar() or since
    elif since is not None:
        since = max(since, now - KEPT)
    return Explained(
        account=account,
        since=since,
        counts={By(by): count for by, count in connection.execute(counts).all()},
        unexplained=tuple(
            _newest(connection, account, most=SHOWN, where=CHANGE.c.by.in_([each.value for each in OPEN]))
        ),
        latest=tuple(_newest(connection, account, most=SHOWN)),
    )


def changes_of(connection: sa.Connection, account: str, symbol: str, *, most: int) -> tuple[Change, ...]:
    """Return the newest changes of a symbol, newest first."""
    return tuple(_newest(connection, account, most=most, where=CHANGE.c.symbol == symbol))


def counted_accounts(connection: sa.Connection, only: Only = None) -> list[str]:
    """Return the accounts whose changes are counted, by name."""
    names = sa.select(MARK.c.account).where(MARK.c.symbol == "", is_one_of(MARK.c.account, only))
    return list(connection.execute(names.order_by(MARK.c.account)).scalars())


def forget_marks(connection: sa.Connection, account: str) -> None:
    """Forget up to where an account is counted: it is watched no more."""
    connection.execute(sa.delete(MARK).where(MARK.c.account == account))


def prune_changes(connection: sa.Connection, *, now: datetime) -> None:
    """Forget changes that are old, and the oldest of those that are too many."""
    connection.execute(sa.delete(CHANGE).where(CHANGE.c.at < now - KEPT))
    counts = sa.select(CHANGE.c.account).group_by(CHANGE.c.account).having(sa.func.count() > MOST)
    for account in connection.execute(counts).scalars().all():
        ours = CHANGE.c.account == account
        last = sa.select(CHANGE.c.at).where(ours).order_by(CHANGE.c.at.desc()).limit(1).offset(MOST - 1)
        at = connection.execute(last).scalar_one()
        connection.execute(sa.delete(CHANGE).where(ours, CHANGE.c.at < at))


def _newest(
    connection: sa.Connection, account: str, *, most: int, where: sa.ColumnElement[bool] | None = None
) -> list[Change]:
    query = sa.select(CHANGE).where(CHANGE.c.account == account)
    if where is not None:
        query = query.where(where)
    query = query.order_by(CHANGE.c.at.desc(), CHANGE.c.symbol, CHANGE.c.order_id).limit(most)
    return [_change_of(row) for row in connection.execute(query)]


def _change_values(account: str, change: Change) -> dict[str, object]:
    return {
        "account": account,
        "symbol": change.symbol,
        "leg": change.leg.value,
        "order_id": change.order_id,
        "client_order_id": change.client_order_id,
        "contracts": change.contracts,
        "trades": change.trades,
        "since": change.since,
        "at": change.at,
        "by": change.who.by.value,
        "name": change.who.name,
        "row_id": change.who.row,
        "role": change.who.role,
    }


def _change_of(row: sa.Row[Any]) -> Change:
    return Change(
        symbol=row.symbol,
        leg=Leg(row.leg),
        order_id=row.order_id,
        client_order_id=row.client_order_id,
        contracts=row.contracts,
        trades=row.trades,
        since=row.since,
        at=row.at,
        who=Attribution(By(row.by), row.name, row.row_id, row.role),
    )


def _mark_values(account: str, mark: Mark, since: datetime) -> dict[str, object]:
    return {
        "account": account,
        "symbol": mark.symbol,
        "since": since,
        "until": mark.until,
        "held": {leg.value: str(held) for leg, held in mark.held.items()},
        "counted": list(mark.counted),
    }


def _mark_of(row: sa.Row[Any]) -> Mark:
    held = {Leg(leg): Decimal(amount) for leg, amount in row.held.items()}
    return Mark(row.symbol, held, row.until, tuple(row.counted))

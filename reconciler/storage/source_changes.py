"""Since when each source is as it is: one row for each change, and how much of a period it was live by them.

That nobody watched is a state of its own, which the next holder of the lease writes down: it begins with the
last heartbeat of the one before, whether that one said good-bye or not.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from reconciler.record.attestation.coverage import NO_SOURCE, UNWATCHED, WELL
from reconciler.storage.health_rows import SourceChangeRow
from reconciler.storage.state_row import table
from reconciler.storage.upsert import put
from reconciler.views.account import SourceView
from reconciler.views.availability import AvailabilityView

CHANGE = table(SourceChangeRow)

KEPT = timedelta(days=400)

_NEWEST = (
    sa.select(CHANGE.c.at, CHANGE.c.state)
    .where(CHANGE.c.account == sa.bindparam("of"), CHANGE.c.source == sa.bindparam("named"))
    .order_by(CHANGE.c.at.desc())
    .limit(1)
)

_Spell = tuple[datetime, str]


def note_changes(connection: sa.Connection, sources: Iterable[SourceView]) -> None:
    """Write down which of these are in another state than they were last known to be."""
    new: list[dict[str, object]] = []
    for each in sources:
        newest = connection.execute(_NEWEST, {"of": each.account, "named": each.source}).one_or_none()
        if newest is None or (newest.state != each.state and newest.at <= each.at):
            named = {"account": each.account, "source": each.source}
            new.append({**named, "at": each.at, "state": each.state})
    put(connection, CHANGE, new)


def note_unwatched(connection: sa.Connection, account: str, since: datetime) -> None:
    """Write down that nobody has watched the sources of an account since the last heartbeat."""
    names = sa.select(CHANGE.c.source).where(CHANGE.c.account == account).distinct()
    new: list[dict[str, object]] = []
    for name in connection.execute(names).scalars().all():
        newest = connection.execute(_NEWEST, {"of": account, "named": name}).one()
        if newest.state != UNWATCHED:
            at = max(since, newest.at + timedelta(microseconds=1))
            new.append({"account": account, "source": name, "at": at, "state": UNWATCHED})
    put(connection, CHANGE, new)


def prune_source_changes(connection: sa.Connection, *, now: datetime) -> None:
    """Forget what is too old, but for the newest of each source, which still holds."""
    newest = (
        sa.select(sa.func.max(CHANGE.c.at))
        .where(CHANGE.c.at < now - KEPT)
        .group_by(CHANGE.c.account, CHANGE.c.source)
    )
    connection.execute(sa.delete(CHANGE).where(CHANGE.c.at < now - KEPT, CHANGE.c.at.not_in(newest)))


def availability(
    connection: sa.Connection, period: timedelta, ticks: int, *, beats: Mapping[str, datetime], now: datetime
) -> tuple[AvailabilityView, ...]:
    """Return how much of the last `period` each source was live, in so many equal parts.

    Args:
        connection: Of a read transaction.
        period: How far back from now.
        ticks: Into how many parts.
        beats: Up to when each account is known to be watched; of others nothing is known.
        now: Aware UTC.
    """
    start = now - period
    before = (
        sa.select(CHANGE.c.account, CHANGE.c.source, sa.func.max(CHANGE.c.at).label("at"))
        .where(CHANGE.c.at <= start)
        .group_by(CHANGE.c.account, CHANGE.c.source)
        .subquery()
    )
    first = sa.select(CHANGE).join(
        before,
        sa.and_(
            CHANGE.c.account == before.c.account,
            CHANGE.c.source == before.c.source,
            CHANGE.c.at == before.c.at,
        ),
    )
    within = sa.select(CHANGE).where(CHANGE.c.at > start, CHANGE.c.at <= now)
    spells: dict[tuple[str, str], list[_Spell]] = defaultdict(list)
    rows: list[sa.Row[Any]] = [*connection.execute(first), *connection.execute(within.order_by(CHANGE.c.at))]
    for row in rows:
        spells[row.account, row.source].append((row.at, row.state))
    return tuple(
        _view(account, source, found, (start, min(now, beats[account])), (start, period / ticks, ticks))
        for (account, source), found in sorted(spells.items())
        if account in beats and any(state not in NO_SOURCE | {UNWATCHED} for _, state in found)
    )


def _view(
    account: str,
    source: str,
    spells: Sequence[_Spell],
    bounds: tuple[datetime, datetime],
    parts: tuple[datetime, timedelta, int],
) -> AvailabilityView:
    start, end = bounds
    began, width, number = parts
    watched, live = [0.0] * number, [0.0] * number
    ends = [at for at, _ in spells[1:]] + [end]
    for (at, state), until in zip(spells, ends, strict=True):
        if state == UNWATCHED or state in NO_SOURCE:
            continue
        for place in range(number):
            part = began + place * width
            seconds = (min(until, end, part + width) - max(at, part)).total_seconds()
            if seconds > 0:
                watched[place] += seconds
                live[place] += seconds if state == WELL else 0.0
    whole = sum(watched)
    return AvailabilityView(
        account=account,
        source=source,
        known_from=max(start, spells[0][0]),
        live=sum(live) / whole if whole else None,
        ticks=tuple(
            lived / seconds if seconds else None for lived, seconds in zip(live, watched, strict=True)
        ),
        down_seconds=whole - sum(live),
    )

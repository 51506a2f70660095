"""What stood without a stop, day by day: what is added to it, and what of it is told of today."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from reconciler.record.unprotected import HELD_TRUE, DayPart
from reconciler.storage.groups import Only, is_one_of
from reconciler.storage.looked import Looked
from reconciler.storage.rows import table
from reconciler.storage.unprotected_row import UnprotectedDayRow
from reconciler.storage.upsert import put
from reconciler.views.today import UnprotectedView

DAY = table(UnprotectedDayRow)
KEPT = timedelta(days=400)
_NEVER = Looked()


def add(connection: sa.Connection, account: str, parts: Sequence[DayPart]) -> None:
    """Add parts of days to what is stored of them."""
    for part in parts:
        row = connection.execute(
            sa.select(DAY).where(DAY.c.account == account, DAY.c.day == part.day.isoformat())
        ).one_or_none()
        whole = part if row is None else part_of(row).then(part)
        put(connection, DAY, [_values(account, whole)])


def today(
    connection: sa.Connection, looked: Mapping[str, Looked], *, now: datetime, only: Only = None
) -> UnprotectedView | None:
    """Return the sum of all accounts since midnight, UTC; None where nothing is stored yet."""
    found = by_account(connection, looked, now=now, only=only).values()
    if not found:
        return None
    return UnprotectedView(
        dollar_seconds=sum((each.dollar_seconds for each in found), Decimal(0)),
        exposed=sum((each.exposed for each in found), timedelta(0)),
        unseen=sum((each.unseen for each in found), timedelta(0)),
        until=min(each.until for each in found),
    )


def by_account(
    connection: sa.Connection, looked: Mapping[str, Looked], *, now: datetime, only: Only = None
) -> dict[str, UnprotectedView]:
    """Return what stood without a stop since midnight, UTC, of each account of which anything is stored."""
    day = now.astimezone(UTC).date()
    midnight = datetime.combine(day, datetime.min.time(), UTC)
    # Whoever was watched on an earlier day is owed this one from its beginning.
    ours = is_one_of(DAY.c.account, only)
    before = sa.select(DAY.c.account).where(DAY.c.day < day.isoformat(), ours)
    earlier = set(connection.execute(before).scalars())
    found = {
        row.account: part_of(row)
        for row in connection.execute(sa.select(DAY).where(DAY.c.day == day.isoformat(), ours))
    }
    for account in earlier - found.keys():
        found[account] = DayPart(day, midnight, midnight, Decimal(0), 0.0, 0.0)
    return {
        account: UnprotectedView(
            dollar_seconds=part.dollar_seconds,
            exposed=timedelta(seconds=part.exposed),
            unseen=_unseen(
                part, looked.get(account, _NEVER), midnight if account in earlier else part.since, now
            ),
            until=part.until,
        )
        for account, part in found.items()
    }


def prune(connection: sa.Connection, *, now: datetime) -> None:
    """Forget days that are long over."""
    connection.execute(sa.delete(DAY).where(DAY.c.day < (now - KEPT).date().isoformat()))


def _unseen(part: DayPart, looked: Looked, begun: datetime, now: datetime) -> timedelta:
    """Return how much of the day was not seen; what was swept and not written was seen to be nothing."""
    swept = part.until if looked.sweep is None else max(part.until, looked.sweep[0])
    seen = part.seen + max(0.0, (min(swept, now) - part.until).total_seconds())
    upto = swept if timedelta(0) <= now - swept <= HELD_TRUE else now
    return max(timedelta(0), upto - begun - timedelta(seconds=seen))


def part_of(row: sa.Row[tuple[object, ...]]) -> DayPart:
    """Return the part of a day that a row holds."""
    return DayPart(
        date.fromisoformat(row.day),
        row.since,
        row.until,
        row.dollar_seconds,
        row.exposed_seconds,
        row.seen_seconds,
    )


def _values(account: str, part: DayPart) -> dict[str, object]:
    return {
        "account": account,
        "day": part.day.isoformat(),
        "since": part.since,
        "until": part.until,
        "dollar_seconds": part.dollar_seconds,
        "exposed_seconds": part.exposed,
        "seen_seconds": part.seen,
    }

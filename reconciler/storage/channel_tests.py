"""Test messages that were asked for on a screen: stored by who asks, sent and answered by the reconciler."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from reconciler.alerts.errors import NoSuchChannel, TakenMeanwhile
from reconciler.storage.acts import TEST
from reconciler.storage.messages import CHANNEL
from reconciler.views.health import ChannelTestView

GIVEN_UP = timedelta(seconds=60)
"""After so long without an answer none comes any more, and it may be asked again."""


def ask(connection: sa.Connection, channel: str, *, by: str, now: datetime) -> int:
    """Store that somebody wants a channel tried, and return the number of that test.

    Raises:
        AlertCommandError: It was refused; the message is for that person.
    """
    served = sa.select(CHANNEL.c.name).where(CHANNEL.c.name == channel).with_for_update()
    if connection.execute(served).one_or_none() is None:
        raise NoSuchChannel("no channel of this name is served: it may have been taken out of the settings")
    waits = TEST.c.answered_at.is_(None) & (TEST.c.asked_at > now - GIVEN_UP)
    query = sa.select(TEST.c.asked_by).where(TEST.c.channel == channel, waits)
    other = connection.execute(query.limit(1)).scalar()
    if other is not None:
        raise TakenMeanwhile(f"{other} has it tried already: the answer comes within a minute")
    values = {"channel": channel, "asked_by": by, "asked_at": now, "taken": False, "said": ""}
    return int(connection.execute(sa.insert(TEST).values(values).returning(TEST.c.id)).scalar_one())


def take_up(
    connection: sa.Connection, channels: Collection[str], by: str, *, now: datetime
) -> tuple[ChannelTestView, ...]:
    """Return the tests that are to be sent now: each is given to one process, once."""
    open_ = TEST.c.taken_up_by.is_(None) & (TEST.c.asked_at > now - GIVEN_UP)
    query = sa.select(TEST).where(open_, TEST.c.channel.in_(list(channels))).order_by(TEST.c.id)
    rows = connection.execute(query.with_for_update(skip_locked=True)).all()
    for row in rows:
        connection.execute(sa.update(TEST).where(TEST.c.id == row.id).values(taken_up_by=by))
    return tuple(map(_test_of, rows))


def wait(connection: sa.Connection, *, now: datetime) -> bool:
    """Return whether any test waits to be taken up. Reads only."""
    open_ = TEST.c.taken_up_by.is_(None) & (TEST.c.asked_at > now - GIVEN_UP)
    return connection.execute(sa.select(TEST.c.id).where(open_).limit(1)).first() is not None


def answer(connection: sa.Connection, number: int, *, taken: bool, said: str, now: datetime) -> None:
    """Store what came of a test."""
    values = {"answered_at": now, "taken": taken, "said": said}
    connection.execute(sa.update(TEST).where(TEST.c.id == number).values(values))


def newest(connection: sa.Connection) -> tuple[ChannelTestView, ...]:
    """Return the newest test of each channel, by its name."""
    last = sa.select(sa.func.max(TEST.c.id)).group_by(TEST.c.channel)
    rows = connection.execute(sa.select(TEST).where(TEST.c.id.in_(last)).order_by(TEST.c.channel))
    return tuple(map(_test_of, rows))


def _test_of(row: sa.Row[Any]) -> ChannelTestView:
    return ChannelTestView(
        row.id, row.channel, row.asked_by, row.asked_at, row.answered_at, row.taken, row.said
    )

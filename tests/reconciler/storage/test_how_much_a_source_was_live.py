"""Since when each source is as it is: written where it changes, and how much of a period it was live."""

from datetime import datetime, timedelta

import pytest

from reconciler.storage.database import Database
from reconciler.storage.records import save_sources
from reconciler.storage.source_changes import (
    CHANGE,
    KEPT,
    availability,
    note_unwatched,
    prune_source_changes,
)
from reconciler.views.account import SourceView
from reconciler.views.availability import AvailabilityView
from tests.reconciler.alert_life import NOON, after

HOUR = timedelta(hours=1)


def say(database: Database, state: str, minute: float, source: str = "websocket") -> None:
    with database.write() as connection:
        save_sources(connection, [SourceView("main", source, state, None, "", after(minute))])


def rest(database: Database, minute: float) -> None:
    with database.write() as connection:
        note_unwatched(connection, "main", after(minute))


def live(database: Database, *, beat: float, now: float, ticks: int = 4) -> tuple[AvailabilityView, ...]:
    with database.read() as connection:
        return availability(connection, HOUR, ticks, beats={"main": after(beat)}, now=after(now))


def rows(database: Database) -> list[tuple[datetime, str]]:
    with database.read() as connection:
        return [(row.at, row.state) for row in connection.execute(CHANGE.select().order_by(CHANGE.c.at))]


def test_only_another_state_is_written_down(database: Database) -> None:
    for minute, state in enumerate(("ok", "ok", "down", "down", "ok")):
        say(database, state, minute)

    assert rows(database) == [(NOON, "ok"), (after(2), "down"), (after(4), "ok")]


def test_a_quarter_of_an_hour_down_is_a_quarter_and_one_hollow_tick(database: Database) -> None:
    say(database, "ok", -90)
    say(database, "down", -30)
    say(database, "ok", -15)

    (view,) = live(database, beat=0, now=0)

    assert (view.live, view.ticks, view.down_seconds) == (0.75, (1.0, 1.0, 0.0, 1.0), 900.0)
    assert view.known_from == after(-60)


def test_what_nobody_watched_is_neither_live_nor_down(database: Database) -> None:
    say(database, "ok", -90)
    rest(database, -45)  # a reconciler died, as the next one learns from its last heartbeat
    say(database, "ok", -15)

    (view,) = live(database, beat=0, now=0)

    assert (view.live, view.ticks) == (1.0, (1.0, None, None, 1.0))


def test_after_the_last_heartbeat_nothing_is_known(database: Database) -> None:
    say(database, "ok", -60)

    (view,) = live(database, beat=-30, now=0)

    assert (view.live, view.ticks) == (1.0, (1.0, 1.0, None, None))


def test_before_the_first_word_nothing_is_known(database: Database) -> None:
    say(database, "down", -15)

    (view,) = live(database, beat=0, now=0)

    assert (view.live, view.ticks, view.known_from) == (0.0, (None, None, None, 0.0), after(-15))


@pytest.mark.parametrize("state", ["unsupported", "untried"])
def test_what_there_is_not_is_never_missed(state: str, database: Database) -> None:
    say(database, state, -60)

    assert live(database, beat=0, now=0) == ()


def test_a_heartbeat_that_is_older_than_the_last_word_ends_nothing_before_it(database: Database) -> None:
    say(database, "ok", -10)
    rest(database, -20)
    rest(database, -5)

    (first, then) = rows(database)
    assert (first, then) == ((after(-10), "ok"), (after(-10) + timedelta(microseconds=1), "unwatched"))


def test_the_newest_word_is_kept_however_old(database: Database) -> None:
    old = -KEPT.total_seconds() / 60
    for minute, state in ((old - 9, "ok"), (old - 8, "down"), (old - 7, "ok")):
        say(database, state, minute)
    with database.write() as connection:
        prune_source_changes(connection, now=NOON)

    assert rows(database) == [(after(old - 7), "ok")]

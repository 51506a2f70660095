"""Beside a database that is a file a heart beats in a page of memory: it costs next to nothing, and shows."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
import sqlalchemy as sa
from msgspec import structs

from reconciler.console import Console
from reconciler.facts.heartbeat import Heartbeat, HeartbeatState
from reconciler.facts.lease import Holder, Lease
from reconciler.storage.beats import BeatFile, beside, last_beat
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.storage.held_store import ROW_SECONDS, HeldStore
from reconciler.storage.leases import LEASE
from reconciler.storage.looked import Looked
from reconciler.storage.store import Store
from tests.dashboard import drawn
from tests.reconciler.alert_life import NOON
from tests.reconciler.claimed import HERE, claimed
from verification.facts.clock import Moment

T = TypeVar("T")

THERE = Holder("b", "there", 2)
DAY = 86_400.0
MOST_A_DAY = 10e6
"""Bytes that an account at rest may write to the database and its log."""


class SetClock:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.second = 0.0

    def now(self) -> Moment:
        return Moment.at(at(self.second), self.second)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing here waits, not even {seconds} s")


def at(second: float) -> datetime:
    return NOON + timedelta(seconds=second)


def heartbeat(second: float) -> Heartbeat:
    return Heartbeat(at(second), 2.0, NOON, stopped=False)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def store(sqlite_state: str) -> AsyncIterator[Store]:
    async with Store.open(sqlite_state) as opened:
        yield opened


@pytest.fixture
def console(sqlite_state: str, clock: SetClock) -> Iterator[Console]:
    with Console.open(sqlite_state, clock=clock) as opened:
        yield opened


async def beat(held: HeldStore, clock: SetClock, second: float) -> None:
    clock.second = second
    await held.beat(heartbeat(second))


def shown(console: Console) -> Heartbeat:
    (watch,) = console.queries.watches()
    return watch.heartbeat


def beaten_in_the_row(store: Store) -> datetime | None:
    with store._database.read() as connection:
        found: datetime | None = connection.execute(sa.select(LEASE.c.at)).scalar_one()
        return found


async def test_its_beats_show_at_once_and_seldom_go_into_the_database(
    store: Store, console: Console, clock: SetClock
) -> None:
    held = await claimed(store, clock)
    for second in range(0, int(ROW_SECONDS), 2):
        await beat(held, clock, second)
        assert shown(console) == heartbeat(second)
        assert beaten_in_the_row(store) == at(0)
    assert console.queries.watches()[0].holder == str(HERE)

    await beat(held, clock, ROW_SECONDS)
    assert beaten_in_the_row(store) == at(ROW_SECONDS)


async def test_an_account_at_rest_writes_little(store: Store, clock: SetClock) -> None:
    held = await claimed(store, clock)
    file = store.file
    assert file is not None
    log = file.with_name(f"{file.name}-wal")
    minutes = 10

    async def rest(until: int) -> None:
        for second in range(int(clock.second), until, 2):
            await beat(held, clock, second)
            await held.save_sources([replace(drawn.source(), at=at(second), last_ok=at(second))])
            if second % 30 == 0:
                legs = [structs.replace(drawn.leg(), symbol=f"{number}/USDT:USDT") for number in range(5)]
                await held.save_positions(
                    "main",
                    [structs.replace(each, ledger_at=at(second), observed_at=at(second)) for each in legs],
                )
                await held.save_cycle(drawn.cycle(finished_at=at(second), last_complete_at=at(second)))

    await rest(30)
    before = log.stat().st_size + file.stat().st_size
    await rest(30 + 60 * minutes)
    written = log.stat().st_size + file.stat().st_size - before

    assert 0 < written * DAY / (60 * minutes) < MOST_A_DAY


async def test_while_something_cannot_be_stored_it_does_not_beat(
    store: Store, console: Console, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = await claimed(store, clock)
    await beat(held, clock, 0)

    async def full(_: Callable[[sa.Connection], T], **__: bool) -> T:
        raise StateDatabaseError(StateTrouble.FULL, "the disk is full", again=True)

    with monkeypatch.context() as patched:
        patched.setattr(store._writer, "do", full)
        with pytest.raises(StateDatabaseError):
            await held.save_positions("main", [])
        for second in (2, 4, 6, 8):
            with pytest.raises(StateDatabaseError):
                await beat(held, clock, second)
    assert shown(console).state(at(8)) is HeartbeatState.LATE

    await beat(held, clock, 10)
    assert shown(console).state(at(10)) is HeartbeatState.ALIVE
    assert beaten_in_the_row(store) == at(10)


def _move_away(file: Path) -> None:
    file.rename(file.with_name("elsewhere.db"))


def _replace(file: Path) -> None:
    other = file.with_name("other.db")
    other.write_bytes(file.read_bytes())
    other.replace(file)


@pytest.mark.parametrize("deed", [Path.unlink, _move_away, _replace])
async def test_a_file_that_is_not_in_its_place_any_more_is_noticed_at_the_next_beat(
    store: Store, clock: SetClock, deed: Callable[[Path], None]
) -> None:
    held = await claimed(store, clock)
    await beat(held, clock, 0)
    await beat(held, clock, 2)
    assert store.file is not None
    deed(store.file)

    for second in (4, 6):
        with pytest.raises(StateDatabaseError) as told:
            await beat(held, clock, second)
        assert told.value.trouble is StateTrouble.GONE


async def test_the_last_beat_of_one_that_died_is_told_to_the_next(store: Store, clock: SetClock) -> None:
    held = await claimed(store, clock)
    await beat(held, clock, 0)
    await beat(held, clock, 90)

    given = await store.claim("main", THERE, locked=True, wall=at(100))

    assert getattr(given, "before", None) == heartbeat(90)
    kept = await store.kept("main")
    assert kept is not None
    assert kept.holder == THERE


async def test_a_beat_of_a_lease_that_is_over_proves_no_life(
    store: Store, console: Console, clock: SetClock
) -> None:
    held = await claimed(store, clock)
    await beat(held, clock, 0)
    await beat(held, clock, 2)
    await claimed(store, clock, by=THERE)
    clock.second = 60
    file = store.file
    assert file is not None
    late = BeatFile(file, Lease("main", HERE, 1))
    late.beat(heartbeat(60), Looked())
    late.close()

    assert shown(console).state(at(60)) is HeartbeatState.LATE


async def test_one_that_was_given_back_has_stopped(store: Store, console: Console, clock: SetClock) -> None:
    held = await claimed(store, clock)
    await beat(held, clock, 0)
    await beat(held, clock, 4)
    await held.give_back(Heartbeat(at(5), 2.0, NOON, stopped=True))

    assert shown(console).state(at(5)) is HeartbeatState.STOPPED


def test_a_beat_that_is_half_written_hides_the_one_before_it_not(tmp_path: Path) -> None:
    database, lease = tmp_path / "state.db", Lease("main", HERE, 7)
    beats = BeatFile(database, lease)
    for second in range(4):
        beats.beat(heartbeat(second), Looked())
    place = beside(database, "main", "beat")
    whole = place.read_bytes()
    half = len(whole) // 2
    newest = 0 if whole[:half].find(at(3).isoformat().encode()) >= 0 else half

    place.write_bytes(whole[: newest + 40] + bytes(20) + whole[newest + 60 :])
    last = last_beat(database, "main")
    assert last is not None
    assert last.heartbeat == heartbeat(2)

    place.write_bytes(bytes(len(whole)))
    assert last_beat(database, "main") is None


def test_it_makes_room_for_many_sources_and_its_file_anew_where_somebody_took_it(tmp_path: Path) -> None:
    database, lease = tmp_path / "state.db", Lease("main", HERE, 7)
    beats = BeatFile(database, lease)
    beats.beat(heartbeat(0), Looked())
    many = Looked(sources={f"ledger:bot{number}": (at(1), at(0)) for number in range(200)})
    beats.beat(heartbeat(1), many)
    last = last_beat(database, "main")
    assert last is not None
    assert (last.heartbeat, last.looked) == (heartbeat(1), many)

    beside(database, "main", "beat").unlink()
    assert last_beat(database, "main") is None
    beats.beat(heartbeat(2), Looked())
    last = last_beat(database, "main")
    assert last is not None
    assert last.heartbeat == heartbeat(2)
    assert beside(database, "main", "beat").stat().st_mode & 0o777 == 0o600

"""A ledger is looked at in its own thread: a change or a failure wakes the event loop, which asks itself."""

import asyncio
import threading
from dataclasses import dataclass

import pytest

from reconciler.account import ledger_reader
from reconciler.account.ledger_reader import LedgerReader
from reconciler.account.ledger_watch import LedgerChange, LedgerWatch
from reconciler.account.version_watch import LOOK_SECONDS, VersionWatch
from reconciler.facts.expectation import LedgerReading
from reconciler.ledgers.port import LedgerTrouble, LedgerUnreadable
from tests.virtual_time import VirtualClock, run
from verification.facts.clock import Clock, Moment, SystemClock

PATIENCE = 10.0
"""Longer than any of this takes on a machine that is busy."""


class Rowless:
    """A ledger without rows, whose version a test sets, and which fails or hangs when it is told to."""

    name = "bot"

    def __init__(self) -> None:
        self.token: object = 1
        self.trouble: LedgerUnreadable | None = None
        self.open = threading.Event()
        self.open.set()
        self.looks = 0
        self.looked = threading.Semaphore(0)
        self.threads: set[str] = set()

    def version(self) -> object:
        self.looks += 1
        self.looked.release()
        self.threads.add(threading.current_thread().name)
        self.open.wait(PATIENCE)
        if self.trouble is not None:
            raise self.trouble
        return self.token

    def read(self) -> LedgerReading:
        return LedgerReading(self.name, (), SystemClock().now(), None, version=self.version())


class Watched:
    """A ledger that is watched, and what is told of it."""

    def __init__(self, ledger: Rowless, clock: Clock, *, seconds: float = PATIENCE) -> None:
        self.reader = LedgerReader(ledger, clock, seconds=seconds)
        self.asked = 0
        self.told: asyncio.Queue[LedgerUnreadable | None] = asyncio.Queue()
        ask = self.reader.read_unless

        async def read_unless(token: object) -> tuple[object, LedgerReading | None]:
            self.asked += 1
            return await ask(token)

        self.reader.read_unless = read_unless  # type: ignore[method-assign]
        self.watch = LedgerWatch(
            [self.reader], clock, every=LOOK_SECONDS, on_change=self._changed, on_read=self._read
        )

    def _changed(self, change: LedgerChange) -> None:
        """No row changes here: what is told of reads is enough."""

    def _read(self, name: str, error: LedgerUnreadable | None, at: Moment) -> None:
        self.told.put_nowait(error)

    async def next(self) -> LedgerUnreadable | None:
        return await asyncio.wait_for(self.told.get(), PATIENCE)


@pytest.fixture
def ledger() -> Rowless:
    return Rowless()


async def until_looked_at(ledger: Rowless, times: int) -> None:
    ledger.looked = threading.Semaphore(0)
    for _ in range(times):
        assert await asyncio.to_thread(ledger.looked.acquire, timeout=PATIENCE)


async def test_a_ledger_that_does_not_change_is_looked_at_and_the_loop_is_not_woken(
    ledger: Rowless, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_reader, "ASKED_SECONDS", 600.0)
    watched = Watched(ledger, SystemClock())
    task = asyncio.create_task(watched.watch.run())
    try:
        assert await watched.next() is None
        await until_looked_at(ledger, 4)
        assert watched.asked == 1
        ledger.token = 2
        assert await watched.next() is None  # it was read again
        assert watched.asked == 2
    finally:
        task.cancel()
        watched.reader.close()
    assert ledger.threads == {"ledger bot"}


async def test_a_ledger_that_becomes_unreadable_between_two_looks_is_told_at_once(
    ledger: Rowless, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_reader, "ASKED_SECONDS", 600.0)
    watched = Watched(ledger, SystemClock())
    task = asyncio.create_task(watched.watch.run())
    try:
        assert await watched.next() is None
        await until_looked_at(ledger, 2)
        ledger.trouble = LedgerUnreadable("bot", LedgerTrouble.ABSENT, "it is gone")
        assert await watched.next() is ledger.trouble
    finally:
        task.cancel()
        watched.reader.close()


async def test_a_ledger_that_hangs_in_its_thread_is_told_by_the_loop(
    ledger: Rowless, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_reader, "ASKED_SECONDS", 1.0)
    watched = Watched(ledger, SystemClock(), seconds=0.5)
    task = asyncio.create_task(watched.watch.run())
    try:
        assert await watched.next() is None
        ledger.open.clear()
        error = await watched.next()
        assert error is not None
        assert error.trouble is LedgerTrouble.TIMEOUT
        with pytest.raises(LedgerUnreadable):
            await watched.reader.read()
    finally:
        ledger.open.set()
        task.cancel()
        watched.reader.close()


async def test_what_hears_nothing_of_its_thread_asks_all_the_same(
    ledger: Rowless, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_reader, "ASKED_SECONDS", 0.3)
    monkeypatch.setattr(VersionWatch, "look", lambda _: None)
    watched = Watched(ledger, SystemClock())
    task = asyncio.create_task(watched.watch.run())
    try:
        assert await watched.next() is None
        ledger.token = 2
        assert await watched.next() is None
    finally:
        task.cancel()
        watched.reader.close()


def test_by_a_clock_that_is_not_the_machines_it_is_asked_for_at_every_interval(ledger: Rowless) -> None:
    async def story() -> None:
        clock = VirtualClock()
        watched = Watched(ledger, clock)
        task = asyncio.create_task(watched.watch.run())
        await clock.sleep(10.0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert watched.asked in range(40, 42)
        watched.reader.close()

    run(story())


@dataclass
class SetClock:
    """A clock that a test moves on."""

    second: float = 100.0

    def now(self) -> Moment:
        return Moment(0, self.second)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing here waits, not even {seconds} s")


async def test_who_looks_once_a_second_is_not_woken_sooner_by_who_looks_more_often(ledger: Rowless) -> None:
    clock = SetClock()
    watch = VersionWatch(ledger.version, clock)
    often, seldom = (
        asyncio.create_task(watch.otherwise(1, every=every, within=PATIENCE, begin=lambda: None))
        for every in (0.25, 1.0)
    )
    await asyncio.sleep(0)
    ledger.token = 2
    done = []
    for second in (100.0, 100.25, 100.5, 101.0):
        clock.second = second
        watch.look()
        for _ in range(5):
            await asyncio.sleep(0)
        done.append((often.done(), seldom.done()))
    assert done == [(False, False), (True, False), (True, False), (True, True)]
    looked = ledger.looks
    assert watch.look() is None  # nobody waits
    assert ledger.looks == looked

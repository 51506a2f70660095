"""An account is not looked at while another process has it, and no more once its lease is lost."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog.testing
from typing_extensions import override

from reconciler.account.unit import AccountUnit
from reconciler.alerts import retirement
from reconciler.facts.finding import Kind
from reconciler.facts.heartbeat import Heartbeat
from reconciler.facts.lease import Holder
from reconciler.service.account_runner import AccountRunner
from reconciler.service.claims import Claim, Claims
from reconciler.storage.errors import StateDatabaseError
from reconciler.storage.leases import Given, Kept
from reconciler.storage.store import Store
from tests.reconciler.claimed import HERE
from tests.reconciler.house import House
from tests.virtual_time import ThreadlessLoop, VirtualLoop, run

THERE = Holder("b", "there", 2)
SIGHT = retirement.Watched("main", frozenset({"mine"}), frozenset({"websocket", "rest"}), frozenset())


@pytest.fixture(autouse=True)
def lines() -> Iterator[list[MutableMapping[str, Any]]]:
    with structlog.testing.capture_logs() as captured:
        yield captured


class ClaimsOnAServer(Claims):
    """As on PostgreSQL, where no lock keeps what is not renewed in time."""

    @override
    async def claim(self, account: str, group: str | None = None) -> Claim | Kept:
        claim = await super().claim(account, group)
        if isinstance(claim, Claim):
            claim.store._expires = True
        return claim


class Watched:
    """The house with a runner before it, and how often that has begun."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.units: list[AccountUnit] = []
        self.others = Claims(house.store, THERE, house.clock)
        claims = ClaimsOnAServer(house.store, HERE, house.clock)
        self.runner = AccountRunner(
            "main", self._make, claims, house.clock, interval=timedelta(seconds=30), watched=SIGHT
        )

    def _make(self, store: Store) -> AccountUnit:
        self.units.append(self.house.unit_on(store))
        return self.units[-1]

    async def taken_by_another(self) -> Claim:
        claim = await self.others.claim("main")
        assert isinstance(claim, Claim)
        return claim

    async def leave(self, claim: Claim) -> None:
        now = self.house.clock.now().utc
        await claim.store.give_back(Heartbeat(now, 2.0, now, stopped=True))
        claim.let_go()

    async def stolen(self) -> None:
        """Let the lease be another's by the database, as after a pause: what is in hand is old then."""
        given = await self.house.store.claim("main", THERE, locked=True, wall=self.house.clock.now().utc)
        assert isinstance(given, Given)


Story = Callable[[Watched], Awaitable[None]]


async def _every(house: House, seconds: float, job: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await job()
        except StateDatabaseError as error:  # as the schedule does
            if not error.again:
                raise
        await house.clock.sleep(seconds)


def play(folder: Path, story: Story, *, before: Callable[[Watched], Awaitable[None]] | None = None) -> None:
    """Run an account beside a story, with its jobs in the rhythm of the schedule."""

    async def whole() -> None:
        house = House(folder)
        with house._open():
            there = Watched(house)
            if before is not None:
                await before(there)
            runner = there.runner
            tasks = [
                asyncio.ensure_future(runner.run()),
                asyncio.ensure_future(_every(house, 2, runner.beat)),
                asyncio.ensure_future(_every(house, 2, runner.check_health)),
                asyncio.ensure_future(_every(house, 30, runner.sweep)),
            ]
            told = asyncio.ensure_future(story(there))
            await asyncio.wait([told, *tasks], return_when=asyncio.FIRST_COMPLETED)
            for task in (told, *tasks):
                if not task.done():
                    task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await runner.close()
            await runner.give_back()
            for task in (*tasks, told):
                if not task.cancelled():
                    await task

    run(whole(), ThreadlessLoop())


def locked(folder: Path) -> Path:
    (lock,) = folder.glob("state.db.*.lock")
    return lock


def events(lines: list[MutableMapping[str, Any]], name: str) -> list[MutableMapping[str, Any]]:
    return [line for line in lines if line["event"] == name]


def test_nothing_is_looked_at_while_another_process_has_the_account_and_it_is_told_now_and_then(
    tmp_path: Path, lines: list[MutableMapping[str, Any]]
) -> None:
    other: list[Claim] = []

    async def before(there: Watched) -> None:
        other.append(await there.taken_by_another())

    async def story(there: Watched) -> None:
        await there.house.quiet(290)
        assert there.units == []
        assert there.house.venue.reads == []
        assert [line["why"].split(" until ")[0] for line in events(lines, "account.waiting")] == [
            "held by there 2"
        ]
        await there.house.quiet(300)
        assert len(events(lines, "account.waiting")) == 2
        await there.leave(other[0])
        await there.house.until(lambda: there.units, within=1.1, what="the watch")
        await there.house.until(lambda: there.house.console.queries.now().cycles, within=5, what="a look")

    play(tmp_path, story, before=before)


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_is_set_neither_hands_an_account_over_nor_keeps_it(tmp_path: Path, hours: int) -> None:
    other: list[Claim] = []

    async def before(there: Watched) -> None:
        other.append(await there.taken_by_another())

    async def story(there: Watched) -> None:
        await there.house.quiet(5)
        there.house.clock.step(timedelta(hours=hours))
        await there.house.quiet(60)
        assert there.units == [], "its holder lives"
        other[0].let_go()  # as the system does when it dies
        await there.house.until(lambda: there.units, within=1.1, what="the watch")

    play(tmp_path, story, before=before)


def test_who_has_lost_the_account_ends_and_begins_as_after_a_restart(
    tmp_path: Path, lines: list[MutableMapping[str, Any]]
) -> None:
    async def story(there: Watched) -> None:
        house = there.house
        house.open_trade()
        house.venue.hold("60")
        await house.until(lambda: Kind.QUANTITY_MISMATCH in house.alerts(), within=60)
        known = house.alerts()[Kind.QUANTITY_MISMATCH].id
        await there.stolen()
        await house.until(lambda: len(there.units) == 2, within=4, what="a new watch")
        assert len(events(lines, "account.lost")) == 1
        assert house.alerts()[Kind.QUANTITY_MISMATCH].id == known
        house.venue.hold("43")
        await house.until(lambda: Kind.QUANTITY_MISMATCH not in house.alerts(), within=60)
        (watch,) = house.console.queries.watches()
        assert watch.holder == str(HERE)
        assert not events(lines, "account.unexpected")

    play(tmp_path, story)


def test_the_lock_of_an_account_that_is_watched_is_in_nobody_elses_hands(tmp_path: Path) -> None:
    async def story(there: Watched) -> None:
        await there.house.until(lambda: there.units, within=3, what="the watch")
        kept = await there.others.claim("main")
        assert isinstance(kept, Kept)
        assert kept.holder == HERE
        other = await there.others.claim("other")
        assert isinstance(other, Claim)
        other.let_go()

    play(tmp_path, story)


def test_a_lock_whose_file_was_removed_is_no_lock_and_is_taken_anew(
    tmp_path: Path, lines: list[MutableMapping[str, Any]]
) -> None:
    async def story(there: Watched) -> None:
        await there.house.until(lambda: there.units, within=3, what="the watch")
        lock = locked(tmp_path)
        lock.unlink()
        await there.house.until(lambda: len(there.units) == 2, within=5, what="a new watch")
        assert lock.exists()
        assert len(events(lines, "account.lost")) == 1

    play(tmp_path, story)


@pytest.mark.parametrize("seconds", [20, 45, 90, 3600])
def test_a_machine_that_has_slept_watches_on_though_nobody_took_over(
    tmp_path: Path, lines: list[MutableMapping[str, Any]], seconds: int
) -> None:
    async def story(there: Watched) -> None:
        house = there.house
        house.open_trade()
        await house.until(lambda: house.console.queries.now().cycles, within=5, what="a look")
        await house.quiet(10)
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        loop.virtual.now += seconds  # all of us stands still, and the world goes on
        house.venue.hold("60")
        woke = house.clock.now().utc
        await house.until(lambda: Kind.QUANTITY_MISMATCH in house.alerts(), within=60, what="what it missed")
        (cycle,) = house.console.queries.now().cycles
        assert cycle.finished_at > woke
        await house.quiet(20)
        assert Kind.RECONCILER_STALLED not in house.alerts()
        assert len(events(lines, "account.lost")) == (1 if seconds > 60 else 0)

    play(tmp_path, story)

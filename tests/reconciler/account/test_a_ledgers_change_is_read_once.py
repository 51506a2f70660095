"""A change of a bot's ledger costs one full read: whoever else needs it is shown that nothing came since."""

import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from typing_extensions import override

from reconciler.account.ledger_reader import DOUBTED_SECONDS, KEPT_SECONDS
from reconciler.account.unit import AccountUnit
from reconciler.account.watch import Rules
from reconciler.facts.expectation import LedgerReading
from reconciler.ledgers.freqtrade import FreqtradeLedger
from reconciler.ledgers.port import LedgerUnreadable
from reconciler.sight.blindness import BlindnessSettings
from reconciler.storage.store import Store
from tests.reconciler.accounts import stop
from tests.reconciler.house import House, live
from tests.reconciler.ledgers.freqtrade_files import LIVE, RECORDED, copied, url_of
from tests.reconciler.recorded_freqtrade import MARKETS
from tests.virtual_time import ThreadlessLoop, run
from verification.facts.clock import Clock
from verification.facts.leg import Leg, LegKey, Side
from verification.race.pace import Pace

KEY = LegKey("main", "BTC/USDT:USDT", Leg.NET)


class Counted(FreqtradeLedger):
    """Counts how often it is read in full."""

    def __init__(self, path: Path, clock: Clock) -> None:
        super().__init__("mybot", url_of(path), clock=clock)
        self.reads = 0

    @override
    def read(self) -> LedgerReading:
        self.reads += 1
        return super().read()


class FreqtradeHouse(House):
    """The account of a real freqtrade database."""

    def __init__(self, folder: Path) -> None:
        self.path = copied(LIVE, folder)
        super().__init__(folder)

    @override
    def unit_on(self, store: Store) -> AccountUnit:
        self.counted = Counted(self.path, self.clock)
        self.venue.markets = MARKETS
        return AccountUnit(
            self.venue,
            [self.counted],
            rules=Rules(),
            blindness=BlindnessSettings(),
            pace=Pace(),
            store=store,
            clock=self.clock,
        )

    def looks(self) -> int:
        return len(self.venue.reads)


@contextmanager
def bot(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    """The bot, which keeps its database open."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.execute("DELETE FROM orders WHERE ft_trade_id <> 1")
        connection.execute("DELETE FROM trades WHERE id <> 1")
        yield connection


def holds(connection: sqlite3.Connection, amount: str) -> None:
    connection.execute("UPDATE trades SET amount = ?", (float(amount),))


Told = Callable[[FreqtradeHouse, sqlite3.Connection], Awaitable[None]]


def play(folder: Path, mode: str, story: Told) -> None:
    async def whole() -> None:
        house = FreqtradeHouse(folder)
        house.clock.step(RECORDED - house.clock.wall)
        house.venue.stops["1000006"] = replace(stop("1000006", Side.SELL, None), symbol=KEY.symbol)
        with house._open(), bot(house.path, mode) as connection:

            async def told(_: House) -> None:
                house.venue.hold("0.024", key=KEY)
                await house.quiet(60)
                assert house.alerts(fired=False) == {}
                await story(house, connection)

            await live(house, told, sweeps=False)

    run(whole(), ThreadlessLoop())


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_a_change_is_read_once_in_full(tmp_path: Path, mode: str) -> None:
    async def story(house: FreqtradeHouse, connection: sqlite3.Connection) -> None:
        for amount in ("0.03", "0.024", "0.05"):
            reads, looks = house.counted.reads, house.looks()
            holds(connection, amount)
            house.venue.hold(amount, key=KEY, told=False)
            await house.quiet(1.5)
            assert (house.counted.reads - reads, house.looks() - looks) == (1, 1)
            await house.quiet(60)
            assert house.alerts() == {}

    play(tmp_path, mode, story)


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_what_is_written_while_the_venue_is_read_is_seen_to_move(tmp_path: Path, mode: str) -> None:
    async def story(house: FreqtradeHouse, connection: sqlite3.Connection) -> None:
        watch = house.unit._watch
        await watch.look()
        reads = house.counted.reads
        look = await watch.look()
        assert (house.counted.reads - reads, set(look.comparison.check.moving)) == (0, set())
        house.venue.during = lambda: holds(connection, "0.05")
        look = await watch.look()
        assert (house.counted.reads - reads, set(look.comparison.check.moving)) == (1, {KEY.symbol})
        assert [str(row.expected) for row in look.ledgers["mybot"].rows] == ["0.05"]

    play(tmp_path, mode, story)


def test_a_reading_is_as_old_as_the_proof_that_it_still_holds(tmp_path: Path) -> None:
    async def story(house: FreqtradeHouse, _: sqlite3.Connection) -> None:
        (reader,) = house.unit._watch.ledgers
        first = await reader.read()
        await house.quiet(KEPT_SECONDS / 2)
        reads = house.counted.reads
        again = await reader.read()
        assert (again.rows, house.counted.reads) == (first.rows, reads)
        assert again.read_at.monotonic == first.read_at.monotonic + KEPT_SECONDS / 2
        await house.quiet(KEPT_SECONDS / 2)
        await reader.read()
        assert house.counted.reads == reads + 1, "that it can be read is only shown by reading it"

    play(tmp_path, "WAL", story)


def test_after_a_failure_each_read_is_a_full_one_for_a_while(tmp_path: Path) -> None:
    async def story(house: FreqtradeHouse, _: sqlite3.Connection) -> None:
        (reader,) = house.unit._watch.ledgers
        away = house.path.with_name("away")
        house.path.rename(away)
        with pytest.raises(LedgerUnreadable):
            await reader.version()
        away.rename(house.path)
        reads = house.counted.reads
        await reader.read()
        await reader.read()
        await reader.read()
        assert house.counted.reads == reads + 3
        await house.quiet(DOUBTED_SECONDS)
        reads = house.counted.reads
        await reader.read()
        await reader.read()
        await reader.read()
        assert house.counted.reads == reads + 1

    play(tmp_path, "DELETE", story)

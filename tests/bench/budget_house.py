"""A house to measure: a simulated venue, a bot that trades there, the real `trueup run` beside."""

import asyncio
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from reconciler.alerts.alert import Alert, AlertState
from reconciler.console import Console
from reconciler.journal.journal import Journal
from reconciler.kinds.registry import is_blindness
from reconciler.storage.database import migrate
from simulator.binance.urls import toml
from simulator.engine.market import Market
from simulator.engine.order import Kind, Side, Ticket
from simulator.server import SimulatedVenue
from tests.bench.children import end
from tests.bench.machine import written_bytes
from verification.facts.leg import Side as Way

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = """
[ledgers.{ledger}]
kind = "journal"
url = "sqlite:///{ledger}.db"

[accounts.{account}]
venue = "binanceusdm"
ledgers = ["{ledger}"]
api_key_env = "BENCH_KEY_{number}"
secret_env = "BENCH_SECRET"
"""
HELD = tuple(f"HELD{number:02}/USDT:USDT" for number in range(20))
TRADED = tuple(f"TRADED{number}/USDT:USDT" for number in range(6))
SPARE = ("SPARE0/USDT:USDT", "SPARE1/USDT:USDT")
QUANTITY, STOP = Decimal(100), Decimal("0.5")
START_SECONDS = 240.0
POLL_SECONDS = 0.1
MOST_ALERTS = 100_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a house is to hold.

    Attributes:
        held: The symbols that the bot holds, with a stop each, before the reconciler starts.
        others: What else the venue lists.
        accounts: How many accounts are watched. To the venue all of them are one: each sees the same.
    """

    held: tuple[str, ...] = HELD
    others: tuple[str, ...] = (*TRADED, *SPARE)
    accounts: int = 1

    @property
    def names(self) -> tuple[str, ...]:
        """The accounts' names."""
        return tuple("main" if number == 0 else f"further{number}" for number in range(self.accounts))

    def settings(self, url: str) -> str:
        """Return the settings of all accounts, with a journal each."""
        parts = [
            ACCOUNT.format(account=name, ledger=ledger_name(number), number=number) + toml(url, name)
            for number, name in enumerate(self.names)
        ]
        return "\n".join(parts)

    def environment(self) -> dict[str, str]:
        """Return the variables with their keys: each account has one of its own."""
        keys = {f"BENCH_KEY_{number}": f"key{number}" for number in range(self.accounts)}
        return {**os.environ, "PYTHONPATH": str(ROOT), "BENCH_SECRET": "secret", **keys}


def ledger_name(number: int) -> str:
    """Return the name of the ledger of an account, and of its file."""
    return "bot" if number == 0 else f"bot{number}"


class HouseError(Exception):
    """A part of it does not run."""


class Bot:
    """Holds positions with a stop each, trades others, and writes all of it down before and after.

    Attributes:
        trading: The symbols that it is trading at the moment.
        round_trips: How many it has carried through.
        late: The longest that one of its orders was not written down, in seconds.
        said: When it had written down that it holds its last position, on this process's own clock.
    """

    def __init__(self, venue: SimulatedVenue, journal: Journal, first: int = 1) -> None:
        """It begins to count its orders with `first`."""
        self.trading: set[str] = set()
        self.round_trips = 0
        self.late = 0.0
        self.said = 0.0
        self._exchange = venue.exchange
        self._journal = journal
        self._numbers = count(first)

    async def open(self, symbol: str) -> int:
        """Open a position with its stop, and return its entry in the journal."""
        name, journal = f"bench-{next(self._numbers)}", self._journal
        entry = await _written(lambda: journal.opening(symbol, Way.BUY, QUANTITY, client_order_id=name))
        order, began = (
            self._exchange.place(Ticket(symbol, Side.BUY, QUANTITY, client_id=name)),
            perf_counter(),
        )
        await _written(lambda: journal.ordered(entry, str(order.id)))
        await _written(lambda: journal.opened(entry, QUANTITY))
        self.said = perf_counter()
        protects = self._exchange.place_conditional(_stop(symbol, name))
        await _written(lambda: journal.stop_placed(entry, str(protects.id), STOP))
        self.late = max(self.late, perf_counter() - began)
        return entry

    def hold(self, symbols: Sequence[str]) -> None:
        """Hold what a copy of another bot's journal says: the same orders, in the same sequence."""
        for symbol in symbols:
            name = f"bench-{next(self._numbers)}"
            self._exchange.place(Ticket(symbol, Side.BUY, QUANTITY, client_id=name))
            self._exchange.place_conditional(_stop(symbol, name))

    async def round_trip(self, symbol: str, held: float) -> None:
        """Open a position, hold it for some seconds, and close it. One at a time of a symbol."""
        self.trading.add(symbol)
        journal, entry = self._journal, await self.open(symbol)
        await asyncio.sleep(held)
        name = f"bench-{next(self._numbers)}"
        await _written(lambda: journal.closing(entry, name, QUANTITY))
        order = self._exchange.place(Ticket(symbol, Side.SELL, QUANTITY, reduce_only=True, client_id=name))
        began = perf_counter()
        await _written(lambda: journal.ordered(entry, str(order.id)))
        for protects in self._exchange.open_algos(symbol):
            self._exchange.cancel_conditional(protects.id)
        await _written(lambda: journal.closed(entry))
        self.late = max(self.late, perf_counter() - began)
        self.round_trips += 1
        self.trading.discard(symbol)


def _stop(symbol: str, name: str) -> Ticket:
    return Ticket(
        symbol,
        Side.SELL,
        QUANTITY,
        kind=Kind.STOP_MARKET,
        trigger_price=STOP,
        reduce_only=True,
        client_id=f"{name}-s",
    )


async def _written(write: Callable[[], T]) -> T:
    """Write to the journal beside the loop, on which the venues of other cases live too."""
    return await asyncio.to_thread(write)


class House:
    """An account with its bot and its reconciler.

    Attributes:
        venue: The simulated venue.
        bot: The bot.
        console: Reads the state database.
        state: Its address.
    """

    def __init__(self, folder: Path, venue: SimulatedVenue, bot: Bot, console: Console, plan: Plan) -> None:
        self.venue = venue
        self.bot = bot
        self.console = console
        self.state = state_of(folder)
        self._plan = plan
        self._said = folder / "trueup.log"
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start `trueup run`, and wait until it has seen the whole account once with its stream live.

        Raises:
            HouseError: It does not come up.
        """
        with self._said.open("wb") as said:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "reconciler", "run"),
                cwd=self._folder,
                env=self._plan.environment(),
                stdout=said,
                stderr=said,
            )
        try:
            async with asyncio.timeout(START_SECONDS):
                await self.venue.streams.user_stream_opened.wait()
                while not self._complete():
                    self.check()
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            raise HouseError(f"no complete look in {START_SECONDS:.0f} s: {self._last_words()}") from None

    def _complete(self) -> bool:
        cycles = self.console.queries.now().cycles
        return {cycle.account for cycle in cycles if cycle.status == "complete"} >= set(self._plan.names)

    @property
    def pid(self) -> int:
        """The number of the reconciler's process."""
        assert self._process is not None, "it has been started"
        return self._process.pid

    def written(self) -> float:
        """Return how many bytes the reconciler has written to files so far, but for its log."""
        return written_bytes(self.pid) - self._said.stat().st_size

    def check(self) -> None:
        """Do nothing while the reconciler runs.

        Raises:
            HouseError: It has ended.
        """
        if self._process is not None and self._process.returncode is not None:
            raise HouseError(f"trueup run ended ({self._process.returncode}): {self._last_words()}")

    def _last_words(self) -> str:
        return self._said.read_text(errors="replace")[-2000:]

    def told(self) -> list[Alert]:
        """Return every alert that people were told of, open or over. What was only pending was never told."""
        every = self.console.queries.alerts(limit=MOST_ALERTS)
        return [alert for alert in every if alert.fired_at is not None]

    def tells_of(self, symbol: str) -> bool:
        """Return True while an alert about a symbol fires."""
        firing = self.console.queries.alerts(states=[AlertState.FIRING], limit=MOST_ALERTS)
        return any(alert.key.symbol == symbol and not is_blindness(alert.key.kind) for alert in firing)

    async def end(self) -> None:
        """End the reconciler, gently first."""
        if self._process is not None:
            await end(self._process)


def state_of(folder: Path) -> str:
    """Return the address of the state database in a folder."""
    return f"sqlite:///{folder}/trueup.db"


@asynccontextmanager
async def furnished(folder: Path, checks: str, plan: Plan) -> AsyncIterator[tuple[SimulatedVenue, Bot]]:
    """Open a venue on which a bot holds positions, with the settings and the journals of all accounts."""
    markets = [
        Market(symbol.split("/", maxsplit=1)[0], "USDT", Decimal(1), Decimal("0.0001"), Decimal(1))
        for symbol in (*plan.held, *plan.others)
    ]
    async with SimulatedVenue(markets=markets, secret="secret") as venue:
        (folder / "trueup.toml").write_text(checks + plan.settings(venue.url))
        with Journal(f"sqlite:///{folder}/bot.db", bot="bench") as journal:
            bot = Bot(venue, journal)
            for symbol in plan.held:
                await bot.open(symbol)
            for number in range(1, plan.accounts):
                copy_journal(folder / "bot.db", folder / f"{ledger_name(number)}.db")
            yield venue, bot


@asynccontextmanager
async def house(folder: Path, checks: str, plan: Plan = Plan()) -> AsyncIterator[House]:
    """Open a house whose bot holds positions, with a reconciler that has seen them.

    Args:
        folder: An empty one, for settings and databases.
        checks: The `[checks]` of the settings; empty for those that Trueup has by itself.
        plan: What it is to hold.

    Raises:
        HouseError: The reconciler does not come up.
    """
    async with furnished(folder, checks, plan) as (venue, bot):
        migrate(state_of(folder))
        with Console.open(state_of(folder)) as console:
            opened = House(folder, venue, bot, console, plan)
            try:
                await opened.start()
                yield opened
            finally:
                await opened.end()


def copy_journal(journal: Path, to: Path) -> None:
    """Copy a journal that is in use."""
    with closing(sqlite3.connect(journal)) as source, closing(sqlite3.connect(to)) as copy:
        source.backup(copy)

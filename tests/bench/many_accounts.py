"""What one process costs that watches many accounts over several addresses, and how soon it sees things."""

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import sqlalchemy as sa
from typing_extensions import override

from reconciler.console import Console
from reconciler.journal.journal import Journal
from reconciler.settings import ChecksSettings
from reconciler.settings.egresses import least_interval
from reconciler.storage.database import migrate
from reconciler.storage.decisions import ALERT
from reconciler.storage.records import CYCLE, VERIFICATION
from simulator.binance.urls import ccxt_config
from simulator.engine.market import Market
from simulator.engine.order import Side, Ticket
from simulator.server import SimulatedVenue
from simulator.serving.journal import Entry
from simulator.toml import settings_toml
from tests.bench import machine
from tests.bench.budget import most_in_a_minute
from tests.bench.budget_house import ACCOUNT, QUANTITY, Bot, House, Plan, copy_journal, ledger_name, state_of
from tests.bench.crowd import Crowd
from tests.bench.goals import MAIN_LIMIT
from tests.bench.large_account import symbols_of
from tests.bench.quantiles import quantile
from verification.facts.clock import Clock, Moment, SystemClock
from verification.facts.verdict import VerdictKind

Numbers = dict[str, float]
Keep = Callable[[Numbers], None]

HELD, MARKETS, EGRESSES = 5, 600, 7
HELD_FOR = timedelta(hours=1)
SOON = 30.0
"""How long an alert or a verdict is waited for, seconds. A figure of this size: it did not come."""

POLL = 0.01


@dataclass(frozen=True, slots=True)
class Many:
    """How many accounts are watched, and for how long.

    Attributes:
        accounts: Their number.
        settle: Seconds after the first sweep of all until they count as being at rest.
        rest: Seconds for which what they cost at rest is measured; None: from one sweep of each to the next.
        opens: How many positions their bots open after that, one account after another.
        orphans: How many positions appear after that which no bot knows.
        apart: Seconds between two of them.
    """

    accounts: int
    settle: float = 5.0
    rest: float | None = None
    opens: int = 20
    orphans: int = 20
    apart: float = 0.4


MANY = (Many(1, opens=5, orphans=5), Many(10), Many(50), Many(100))


@dataclass(frozen=True, slots=True)
class CrowdPlan(Plan):
    """Accounts that share addresses, each of them counted for itself by the venue."""

    def egress(self, number: int) -> int:
        """Return the address of an account: they take turns."""
        return number % EGRESSES

    @override
    def settings(self, url: str) -> str:
        """Return the settings of all accounts, each with its journal, at the pace that they would choose."""
        return "\n".join(
            (f"[checks]\ninterval = {self.pace():g}", *map(partial(self._account, url), self._numbers))
        )

    def pace(self) -> float:
        """Return the seconds between two sweeps that the settings choose on the real venue."""
        told = {
            name: {"venue": "binanceusdm", "egress": f"address{self.egress(number)}"}
            for number, name in enumerate(self.names)
        }
        return max(ChecksSettings().interval, least_interval(told)).total_seconds()

    @property
    def _numbers(self) -> range:
        return range(self.accounts)

    def _account(self, url: str, number: int) -> str:
        account, egress = self.names[number], self.egress(number)
        config = ccxt_config(url) | {"headers": {"X-Forwarded-For": address_of(egress)}}
        told = ACCOUNT.format(account=account, ledger=ledger_name(number), number=number)
        return f'{told}egress = "address{egress}"\n' + settings_toml(config, account)


def address_of(egress: int) -> str:
    """Return what the venue takes for the address of requests."""
    return f"10.0.0.{egress + 1}"


class ManyHouse(House):
    """The accounts of one process, with a bot each."""

    def __init__(self, folder: Path, crowd: Crowd, bots: Sequence[Bot], console: Console, plan: Plan) -> None:
        """Nothing runs yet."""
        super().__init__(folder, crowd.venues[0], bots[0], console, plan)
        self.crowd = crowd
        self.bots = bots
        self.began = perf_counter()
        self._engine = sa.create_engine(self.state, poolclass=sa.NullPool)

    @override
    def _complete(self) -> bool:
        """Return whether each account was seen whole. It is asked often, and is to cost next to nothing."""
        seen = sa.select(sa.func.count(CYCLE.c.account.distinct())).where(CYCLE.c.status == "complete")
        return bool(self._one(seen) >= len(self.bots))

    def alerts_of(self, symbol: str) -> bool:
        """Return whether there is an alert about a symbol."""
        return bool(self._one(sa.select(sa.func.count()).where(ALERT.c.symbol == symbol)))

    def verified(self, symbol: str) -> bool:
        """Return whether the open of a symbol was verified, and confirmed."""
        confirmed = VERIFICATION.c.verdict == VerdictKind.CONFIRMED.value
        return bool(self._one(sa.select(sa.func.count()).where(VERIFICATION.c.symbol == symbol, confirmed)))

    def _one(self, asked: sa.Select[Any]) -> int:
        with self._engine.connect() as connection:
            return int(connection.execute(asked).scalar_one())

    async def seconds_until(self, true: Callable[[], bool], since: float) -> float:
        """Wait until something is so, not for long; return how long after a `perf_counter()` that is."""
        while perf_counter() - since < SOON:
            self.check()
            if await asyncio.to_thread(true):
                return perf_counter() - since
            await asyncio.sleep(POLL)
        return SOON


@asynccontextmanager
async def many_house(folder: Path, plan: CrowdPlan) -> AsyncIterator[ManyHouse]:
    """Open a venue with many accounts, whose bots hold positions, and start the reconciler.

    Raises:
        HouseError: It does not come up.
    """
    markets = [
        Market(symbol.split("/", maxsplit=1)[0], "USDT", Decimal(1), Decimal("0.0001"), Decimal(1))
        for symbol in (*plan.held, *plan.others)
    ]
    crowd = Crowd([f"key{number}" for number in range(plan.accounts)], "secret", markets)
    journals = [folder / f"{ledger_name(number)}.db" for number in range(plan.accounts)]
    await _hold(crowd.venues, journals, plan.held)
    with ExitStack() as stack:
        bots = [
            Bot(venue, stack.enter_context(_journal(place)), len(plan.held) + 1)
            for venue, place in zip(crowd.venues, journals, strict=True)
        ]
        async with crowd.open():
            (folder / "trueup.toml").write_text(plan.settings(crowd.url))
            migrate(state_of(folder))
            with Console.open(state_of(folder)) as console:
                here = ManyHouse(folder, crowd, bots, console, plan)
                try:
                    await here.start()
                    yield here
                finally:
                    await here.end()


def _journal(place: Path, clock: Clock | None = None) -> Journal:
    return Journal(f"sqlite:///{place}", bot="bench", clock=clock)


async def _hold(venues: Sequence[SimulatedVenue], journals: Sequence[Path], symbols: Sequence[str]) -> None:
    """Have each account hold the same, for an hour: what is younger is verified at the start."""
    for venue in venues:
        venue.clock.skew_ms = -1000 * int(HELD_FOR.total_seconds())
    with _journal(journals[0], _HourAgo()) as journal:
        bot = Bot(venues[0], journal)
        for symbol in symbols:
            await bot.open(symbol)
        for venue, place in zip(venues[1:], journals[1:], strict=True):
            Bot(venue, journal).hold(symbols)
            copy_journal(journals[0], place)
    for venue in venues:
        venue.clock.skew_ms = 0


class _HourAgo(SystemClock):
    """The machine's clock as it was when the bots opened what they hold."""

    @override
    def now(self) -> Moment:
        now = super().now()
        return Moment.at(now.utc - HELD_FOR, now.monotonic)


async def measure_many(many: Many, keep: Keep) -> None:
    """Watch so many accounts: start, rest, then positions that bots open, and such that no bot knows."""
    symbols = tuple(symbols_of(MARKETS))
    plan = CrowdPlan(symbols[:HELD], symbols[HELD:], many.accounts)
    name = f"accounts.{many.accounts}"
    with tempfile.TemporaryDirectory(prefix="trueup-bench-") as folder:
        async with many_house(Path(folder), plan) as here:
            keep({f"{name}.first_sweep_s": perf_counter() - here.began, f"{name}.sweep_every_s": plan.pace()})
            await asyncio.sleep(many.settle)
            keep(await _at_rest(here, name, plan.pace() if many.rest is None else many.rest))
            spare = iter(plan.others)
            opened = await _spread(here, many.opens, many.apart, lambda each: _open(here, each, next(spare)))
            keep(_quantiles(f"{name}.open_verified", opened))
            met = await _spread(here, many.orphans, many.apart, lambda each: _orphan(here, each, next(spare)))
            keep(_quantiles(f"{name}.orphan_pending", met))
            entries = here.crowd.entries()
            keep(_most(name, entries))


async def _at_rest(here: ManyHouse, name: str, seconds: float) -> Numbers:
    """Measure what all of them cost while nothing happens."""
    began, cpu, since = perf_counter(), machine.cpu_seconds(here.pid), here.venue.clock.ms()
    while (left := began + seconds - perf_counter()) > 0:
        here.check()
        await asyncio.sleep(min(left, 1.0))
    took, used = perf_counter() - began, machine.cpu_seconds(here.pid) - cpu
    asked = [each for each in here.crowd.entries() if each.at_ms >= since]
    return {
        f"{name}.rss_mb": machine.rss_mb(here.pid),
        f"{name}.cpu_cores": used / took,
        f"{name}.threads": float(machine.threads(here.pid)),
        f"{name}.weight_per_minute": sum(each.weight for each in asked) * 60 / took,
        f"{name}.alerts": float(len(here.told())),
    }


def _most(name: str, entries: Sequence[Entry]) -> Numbers:
    """Return what each address has used of a fifth in its dearest minute since the start."""
    by_address: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_address[entry.address].append(entry)
    shares = {
        address: most_in_a_minute(asked, 0, asked[-1].at_ms + 1) / MAIN_LIMIT
        for address, asked in by_address.items()
    }
    told = {f"{name}.share_of_fifth.{address.rpartition('.')[2]}": share for address, share in shares.items()}
    return told | {f"{name}.share_of_fifth_most": max(shares.values())}


async def _spread(
    here: ManyHouse, count: int, apart: float, does: Callable[[int], Coroutine[None, None, float]]
) -> list[float]:
    """Do something at one account after another, each beside those before; return what each took."""
    doing: list[asyncio.Task[float]] = []
    for number in range(count):
        doing.append(asyncio.create_task(does(number * len(here.bots) // count % len(here.bots))))
        await asyncio.sleep(apart)
    return list(await asyncio.gather(*doing))


async def _open(here: ManyHouse, account: int, symbol: str) -> float:
    """Have a bot open a position; return how long after it has written so that is verified."""
    bot = here.bots[account]
    await bot.open(symbol)
    return await here.seconds_until(lambda: here.verified(symbol), bot.said)


async def _orphan(here: ManyHouse, account: int, symbol: str) -> float:
    """Open a position by hand; return how long it took to a pending alert of it."""
    here.crowd.venues[account].exchange.place(Ticket(symbol, Side.BUY, QUANTITY, owner="hand"))
    return await here.seconds_until(lambda: here.alerts_of(symbol), perf_counter())


def _quantiles(name: str, took: Sequence[float]) -> Numbers:
    return {f"{name}_p50_s": quantile(took, 0.5), f"{name}_p99_s": quantile(took, 0.99)}

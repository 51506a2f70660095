"""One act of its own: three workers share four accounts on PostgreSQL, and are killed, stopped and cut off.

All accounts are of one exchange and one bot, so that one world is true of each of them: what is planted must
be told once for each account, and nothing else.
"""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from reconciler.alerts.alert import Alert, AlertState
from reconciler.storage.database import migrate
from simulator.server import SimulatedVenue
from tests.torture.legs import CONTROL, Legs
from tests.torture.mailbox import Mailbox
from tests.torture.postgres_server import PostgresServer
from tests.torture.terminal import Terminal
from tests.torture.wall_clock import WallClock
from tests.torture.witness import ONCE, Promise, Witness
from tests.torture.workers import ACCOUNTS, NAMES, Workers, shared_numbers, strays

LEASE_SECONDS = 30.0
START_SECONDS, STARTS = 60.0, 3.0
"""What a worker may take to start and look at all: so long, or so many times as long as at first."""

MERCY = 0.25
"""In how many of the cases nobody else is struck until all accounts are watched again."""

SENDING_SECONDS = 40.0
"""How long a message may take that is being sent."""

READY_SECONDS = 300.0
CALM_SECONDS = 420.0
"""What is told in one message of several waits up to five minutes for it."""

STEADY_LOOKS = 4
LOOK_SECONDS = 0.7
STOPPED_SECONDS = 2 * LEASE_SECONDS + 5


@dataclass(slots=True)
class WorkersAct:
    """What is played.

    Attributes:
        seed: Decides all chance of ours.
        seconds: Of the storm, at least; it ends with its last strike undone.
        kills: How many kills it goes on for, however long that takes; 0 for as long as `seconds` say.
        say: Is told what happens.
        counts: How often each thing was done.
        taken_over: How long it took each time until all accounts were watched again, seconds.
        wrong: Broken promises.
        said: What the workers said.
    """

    seed: int
    seconds: float
    kills: int
    say: Callable[[str], None]
    counts: Counter[str] = field(default_factory=Counter)
    taken_over: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    said: str = ""
    witnesses: dict[str, Witness] = field(default_factory=lambda: {name: Witness() for name in ACCOUNTS})
    _strikes: list[float] = field(default_factory=list)
    _within: float = READY_SECONDS

    async def play(self, folder: Path) -> None:
        """Play it; what is wrong is kept."""
        async with (
            SimulatedVenue(api_key="the-key", secret="the-secret", seed=self.seed) as venue,
            self._stage(folder, venue) as (workers, legs, mailbox),
        ):
            await self._live(workers, legs, mailbox)
        for witness in self.witnesses.values():
            self.wrong += witness.wrong

    @asynccontextmanager
    async def _stage(
        self, folder: Path, venue: SimulatedVenue
    ) -> AsyncIterator[tuple[Workers, Legs, Mailbox]]:
        (folder / "state").mkdir()
        server = await asyncio.to_thread(PostgresServer, folder / "state")
        mailbox = Mailbox()
        try:
            phone = await mailbox.open()
            hands = f"sqlite:///{folder}/hands.db"
            workers = Workers(folder, server, venue.url, hands, phone)
            await asyncio.to_thread(migrate, server.url)
            await asyncio.to_thread(workers.note_from_now_on)
            yield workers, Legs(venue, hands, WallClock(folder)), mailbox
        finally:
            await mailbox.close()
            await asyncio.to_thread(server.stop, "immediate")

    async def _live(self, workers: Workers, legs: Legs, mailbox: Mailbox) -> None:
        await asyncio.to_thread(legs.build)
        terminal = await asyncio.to_thread(Terminal, workers.server.url)
        await workers.begin()
        keeping = asyncio.create_task(workers.keep())
        try:
            began = asyncio.get_running_loop().time()
            await self._until_watched(workers)
            start = max(START_SECONDS, STARTS * (asyncio.get_running_loop().time() - began))
            self._within = 2 * LEASE_SECONDS + start
            living = [
                asyncio.create_task(self._look(terminal, legs)),
                asyncio.create_task(self._change(legs)),
                asyncio.create_task(self._acknowledge(terminal)),
            ]
            try:
                await self._storm(workers)
            finally:
                await _cancelled(*living)
            self.say("calm")
            await self._calm(workers, terminal, legs, mailbox)
        finally:
            keeping.cancel()
            terminal.close()
            self.wrong += await workers.end()
        noted = await asyncio.to_thread(workers.noted)
        pids = {run: life.process.pid for run, life in workers.lives.items()}
        self.counts["written"] = len(noted)
        self.counts["grants"] = len({(each.account, each.token) for each in noted})
        self.wrong += strays(noted, pids) + shared_numbers(noted)
        self.wrong += [f"an error of its own: {line}" for line in workers.own_errors()]
        self.wrong += workers.own_ends()
        self.said = "".join(f"--- what {name} said\n{workers.log(name).read_text()}\n" for name in NAMES)

    async def _storm(self, workers: Workers) -> None:
        rng = random.Random(f"workers {self.seed}")
        loop = asyncio.get_running_loop()
        end = loop.time() + self.seconds
        long = self.kills or self.seconds > 2 * STOPPED_SECONDS
        while self.counts["worker_kills"] < self.kills if self.kills else loop.time() < end:
            strike = rng.choices((self._kill, self._stop, self._cut), (26, 1, 1) if long else (1, 0, 0))[0]
            await strike(workers, rng)
            if rng.random() < MERCY or not long:
                await self._until_watched(workers)
            await asyncio.sleep(rng.uniform(0.2, 4))

    async def _kill(self, workers: Workers, rng: random.Random) -> None:
        holders = set((await asyncio.to_thread(workers.holders)).values())
        for name in rng.sample(NAMES, rng.choices((1, 2, 3), (8, 2, 1))[0]):
            life = workers.send(name, signal.SIGKILL)
            if life is not None:
                self.counts["worker_kills"] += 1
                self.counts["holder_kills"] += life.process.pid in holders
                self._struck(f"kill -9 {name}")
                await life.process.wait()

    async def _stop(self, workers: Workers, rng: random.Random) -> None:
        name = rng.choice(NAMES)
        life = workers.send(name, signal.SIGSTOP)
        if life is None:
            return
        self.counts["worker_stops"] += 1
        self._struck(f"{name} stands still for {STOPPED_SECONDS:g} s")
        await self._until_watched(workers)
        left = STOPPED_SECONDS - (asyncio.get_running_loop().time() - self._strikes[-1])
        await asyncio.sleep(max(0.0, left))
        self._struck(f"{name} goes on")
        life.stopped = False
        with suppress(ProcessLookupError):
            life.process.send_signal(signal.SIGCONT)

    async def _cut(self, workers: Workers, rng: random.Random) -> None:
        name = rng.choice(NAMES)
        self.counts["worker_cuts"] += 1
        self._struck(f"{name} is cut off from the database")
        workers.cut(name)
        try:
            await self._until_watched(workers)
            await asyncio.sleep(rng.uniform(0, 10))
        finally:
            self._struck(f"{name} reaches the database again")
            workers.cables[name].mend()

    def _struck(self, what: str) -> None:
        self._strikes.append(asyncio.get_running_loop().time())
        self.say(what)

    async def _until_watched(self, workers: Workers) -> None:
        """Wait until all accounts are watched by who is well; too long a wait is a broken promise."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while not await asyncio.to_thread(workers.all_watched):
            if loop.time() - began > self._within:
                self.wrong.append(f"after {self._within:.0f} s not all accounts are watched")
                self.say(self.wrong[-1])
                return
            await asyncio.sleep(0.3)
        if self._strikes:
            self.taken_over.append(loop.time() - began)
        self.say(f"all accounts are watched after {loop.time() - began:.1f} s")

    async def _change(self, legs: Legs) -> None:
        rng = random.Random(f"world {self.seed}")
        mine = [leg for symbol, leg in legs.legs.items() if symbol != CONTROL]
        while True:
            await asyncio.sleep(rng.uniform(2, 12))
            self.say(legs.change(rng.choice(mine), rng))

    async def _acknowledge(self, terminal: Terminal) -> None:
        rng = random.Random(f"people {self.seed}")
        while True:
            await asyncio.sleep(rng.uniform(1, 6))
            alerts = await asyncio.to_thread(terminal.open_now)
            firing = [each for each in alerts or () if each.state is AlertState.FIRING]
            if firing:
                alert = rng.choice(firing)
                promise = Promise(alert.id, "ann", f"note {self.counts['worker_words']}")
                self.counts["worker_words"] += 1
                if await asyncio.to_thread(terminal.acknowledged, promise):
                    self.witnesses.get(alert.key.account, Witness()).promises.append(promise)

    async def _look(self, terminal: Terminal, legs: Legs) -> None:
        seen = frozenset[int]()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            lasting = legs.lasting()
            alerts = await asyncio.to_thread(terminal.news, seen)
            if alerts is not None and lasting == legs.lasting():
                for account, witness in self.witnesses.items():
                    witness.look(_of(account, alerts), lasting)
                seen = frozenset(alert.id for alert in alerts if alert.state.open)

    async def _calm(self, workers: Workers, terminal: Terminal, legs: Legs, mailbox: Mailbox) -> None:
        loop = asyncio.get_running_loop()
        end, steady, lines = loop.time() + CALM_SECONDS, 0, ["nothing was seen in the calm"]
        alerts: tuple[Alert, ...] = ()
        while steady < STEADY_LOOKS and loop.time() < end:
            await asyncio.sleep(LOOK_SECONDS)
            alerts, lasting = await asyncio.to_thread(terminal.everything), legs.lasting()
            lines = list(mailbox.missing(alerts))
            for account, witness in self.witnesses.items():
                mine = _of(account, alerts)
                witness.look(mine, lasting)
                lines += [f"{account}: {line}" for line in witness.settled(mine, lasting, {})]
            if not await asyncio.to_thread(workers.all_watched):
                lines.append("not all accounts are watched in the calm")
            steady = 0 if lines else steady + 1
        self.wrong += lines
        self.say(f"it took {CALM_SECONDS - end + loop.time():.0f} s until all was right")
        histories = await asyncio.to_thread(terminal.histories, alerts)
        for account, witness in self.witnesses.items():
            witness.judge({each.id: histories[each.id] for each in _of(account, alerts)})
        self._count(alerts, mailbox)

    def _count(self, alerts: Sequence[Alert], mailbox: Mailbox) -> None:
        self.wrong += repeated(mailbox.came, self._strikes)
        self.counts["worker_alerts"] = sum(each.fired_at is not None for each in alerts)
        self.counts["worker_messages"] = mailbox.messages
        self.counts["worker_repeated"] = mailbox.again


def repeated(came: Mapping[tuple[int, str], Sequence[float]], strikes: Sequence[float]) -> list[str]:
    """Return what was told once more though nobody was struck meanwhile who could have been sending it.

    Args:
        came: When each alert came with each head, monotonic seconds, oldest first.
        strikes: When somebody was killed, stopped, cut off, or came back from that; monotonic seconds.
    """
    lines = []
    for (number, head), times in came.items():
        for first, second in pairwise(times):
            if head in ONCE and not any(first - SENDING_SECONDS <= at <= second for at in strikes):
                lines.append(f"{head} of alert {number} came twice, and nobody was struck between")
    return lines


def _of(account: str, alerts: Sequence[Alert]) -> list[Alert]:
    return [alert for alert in alerts if alert.key.account == account]


async def _cancelled(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(ended, Exception):
            raise ended

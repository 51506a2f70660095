"""Plays the world of one seed: ledger and venue live, the real reconciler watches, is killed, comes back."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from structlog.testing import capture_logs

from reconciler.account.unit import AccountUnit
from reconciler.account.watch import Rules
from reconciler.alerts.alert import AlertState
from reconciler.alerts.event import Acknowledge
from reconciler.blindness import BlindnessSettings
from tests.simulation.reconciler.ledger import SimulatedLedger
from tests.simulation.reconciler.plan import END, Noted, Sent, WatchedPlan
from tests.simulation.reconciler.state import Entry, MemoryStore
from tests.simulation.reconciler.trouble import Trouble
from tests.simulation.reconciler.venue import WatchedVenue
from tests.simulation.trace import Trace
from tests.simulation.truth import LegState, TrueOrder, Truth
from tests.simulation.versions import versions
from tests.virtual_time import ThreadlessLoop, VirtualClock
from verification.clock import Clock, Moment
from verification.leg import LegKey
from verification.pace import Pace

SWEEP = 30.0
HEALTH = 2.0
CLOCK = 60.0
OLD = -100.0
"""When what was there before the world came to be."""


@dataclass(frozen=True, slots=True)
class WatchedVariant:
    """What is put to the test: the product, or one with a planted fault."""

    name: str = "trueup"
    unit: type[AccountUnit] = AccountUnit
    venue: type[WatchedVenue] = WatchedVenue
    ledger: type[SimulatedLedger] = SimulatedLedger
    store: type[MemoryStore] = MemoryStore
    clock: Callable[[VirtualClock], Clock] = lambda clock: clock


@dataclass(slots=True)
class WatchedEpisode:
    """All that is known of one world after it has ended.

    Attributes:
        truth: What each leg held, from when on.
        rows: What the ledgers said, from when on.
        sweeps: When a sweep of the whole account began.
        broken: What was left behind or raised.
    """

    plan: WatchedPlan
    trace: Trace
    store: MemoryStore
    truth: dict[LegKey, list[LegState]]
    rows: list[Noted]
    orders: list[TrueOrder]
    sweeps: list[float] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def diary(self) -> list[Entry]:
        return self.store.diary


def play_watched(
    plan: WatchedPlan, variant: WatchedVariant | None = None, *, traced: bool = False
) -> WatchedEpisode:
    """Play a world to its end on a loop of its own."""
    loop = ThreadlessLoop()
    complaints: list[str] = []
    loop.set_exception_handler(
        lambda _, context: complaints.append(f"{context['message']}: {context.get('exception')!r}")
    )
    try:
        with capture_logs():  # a hundred thousand worlds would fill the screen
            episode = loop.run_until_complete(_on_stage(plan, variant or WatchedVariant(), traced=traced))
    finally:
        loop.close()
    episode.broken += complaints
    return episode


async def _on_stage(plan: WatchedPlan, variant: WatchedVariant, *, traced: bool) -> WatchedEpisode:
    return await _Stage(plan, variant, traced=traced).play()


class _Stage:
    """The actors of one world."""

    def __init__(self, plan: WatchedPlan, variant: WatchedVariant, *, traced: bool) -> None:
        self.plan = plan
        self.variant = variant
        self.clock = VirtualClock()
        self.trace = Trace(self.clock, on=traced)
        self.chance = random.Random(plan.seed + 2)
        self.truth = Truth(versions(plan.venue))
        stamped = Trouble.NO_STAMPS not in plan.troubles
        self.ledgers = [
            variant.ledger(number, plan.storms, self.clock, stamped=stamped) for number in range(plan.ledgers)
        ]
        self.store = variant.store(self.clock)
        self.store.hears = self._decided
        self.rows: list[Noted] = []
        self.broken: list[str] = []
        self.sweeps: list[float] = []

    async def play(self) -> WatchedEpisode:
        self._prepare()
        for start, end in self._lives():
            await self._live(start, end)
        return WatchedEpisode(
            self.plan,
            self.trace,
            self.store,
            self.truth.legs,
            self.rows,
            list(self.truth.orders.values()),
            self.sweeps,
            self.broken,
        )

    def _lives(self) -> list[tuple[float, float]]:
        """When each process of the reconciler begins and is killed."""
        lives, begins = [], 0.0
        for down, up in self.plan.crashes:
            lives.append((begins, down))
            begins = up
        return [*lives, (begins, END)]

    def _prepare(self) -> None:
        loop = asyncio.get_running_loop()
        for key, by in self.plan.past:
            self.truth.move(key, by, OLD)
        for row in self.plan.rows:
            self._note(Noted(OLD, row))
        self.truth.hears.append(self._noted)
        for noted in self.plan.noted:
            loop.call_at(noted.at, self._note, noted)
        for moved in self.plan.moved:
            loop.call_at(moved.at, self._move, moved.key, moved.by)
        for sent in self.plan.sent:
            self._schedule(sent)
        for at, seconds in self.plan.steps:
            loop.call_at(at, self._step, seconds)

    def _note(self, noted: Noted) -> None:
        self.rows.append(noted)
        self.trace.note("ledger", noted.row)
        wall = self.clock.wall + timedelta(seconds=noted.at)
        self.ledgers[noted.row.ledger].note(noted.row, wall)

    def _move(self, key: LegKey, by: int | None) -> None:
        held = self.truth.held(key).quantity
        by = -held if by is None else by
        if by:
            self.truth.move(key, by, self._now)

    def _schedule(self, sent: Sent) -> None:
        sign = 1 if sent.by > 0 else -1
        name = sent.order_id
        order = TrueOrder(sent.key, name, f"c{name}", sign, abs(sent.by), reduce_only=sent.reduces)
        loop = asyncio.get_running_loop()
        loop.call_at(sent.at, lambda: self.truth.submit(order, self._now))
        if sent.fills is not None:
            loop.call_at(sent.fills + 0.001, lambda: self.truth.fill(order, order.quantity, self._now))
        ended = (sent.fills if sent.fills is not None else sent.at + 1.0) + 0.01
        loop.call_at(ended, lambda: self.truth.end(order, "canceled", self._now))

    def _step(self, seconds: float) -> None:
        self.trace.note("the wall clock is set by", seconds)
        self.clock.step(timedelta(seconds=seconds))

    def _noted(self, key: LegKey, state: LegState | None, order: TrueOrder | None) -> None:
        if order is not None:
            self.trace.note("truth: order", order.order_id, order.now)
        if state is not None:
            self.trace.note("truth: leg", key.symbol, key.leg, state)

    def _decided(self, entry: Entry) -> None:
        if entry.decision.action.recorded:
            key, decision = entry.after.key, entry.decision
            self.trace.note("alert:", key.kind, key.symbol, key.leg, decision.action, decision.reason)

    @property
    def _now(self) -> float:
        return self.clock.now().monotonic

    async def _live(self, start: float, end: float) -> None:
        """Run one process of the reconciler until it is killed."""
        await self.clock.sleep(start - self._now)
        self.trace.note("the reconciler starts")
        self.store.restarted()
        venue = self.variant.venue(self.plan, self.truth, self.clock, self.chance, self.trace)
        unit = self.variant.unit(
            venue,
            list(self.ledgers),
            rules=Rules(),
            blindness=BlindnessSettings(),
            pace=Pace(),
            store=self.store,
            clock=self.variant.clock(self.clock),
            chance=random.Random(self.plan.seed + 3),
        )
        jobs: list[Awaitable[None]] = [
            unit.run(),
            self._every(HEALTH, unit.loop.check_health),
            self._every(SWEEP, self._sweep(unit)),
            self._every(CLOCK, unit.measure_clock),
            self._person(),
        ]
        tasks = [asyncio.ensure_future(job) for job in jobs]
        await asyncio.wait(tasks, timeout=end - self._now, return_when=asyncio.FIRST_EXCEPTION)
        self.trace.note("the reconciler is killed")
        for task in tasks:
            if task.done() and task.exception() is not None:
                self.broken.append(f"the reconciler ended: {task.exception()!r}")
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await unit.close()
        await self._leave_nothing()

    async def _leave_nothing(self) -> None:
        left = asyncio.all_tasks() - {asyncio.current_task()}
        self.broken += sorted(f"task left: {task.get_name()}" for task in left)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _sweep(self, unit: AccountUnit) -> Callable[[], Awaitable[None]]:
        async def sweep() -> None:
            self.sweeps.append(self._now)
            await unit.loop.sweep()

        return sweep

    async def _every(self, seconds: float, job: Callable[[], Awaitable[Any]]) -> None:
        """Run a job as the schedule does: now and then every so many seconds, never twice at once."""
        due = self._now
        while True:
            await job()
            due += seconds
            while due <= self._now:
                due += seconds
            await self.clock.sleep(due - self._now)

    async def _person(self) -> None:
        """Look at the alerts now and then, and acknowledge what fires."""
        for at in self.plan.looks:
            if at < self._now:
                continue
            await self.clock.sleep(at - self._now)
            for alert in await self.store.open_alerts():
                if alert.state is AlertState.FIRING:
                    now = self.clock.now().utc
                    self.trace.note("acknowledged", alert.key)
                    person = Acknowledge("mika", "I look at it", now, "dashboard")
                    await self.store.acknowledge(alert, person, now=now)
        await asyncio.Event().wait()


class WallTime:
    """A clock whose monotonic time is the wall's: what a planted fault goes by."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock

    def now(self) -> Moment:
        wall = self._clock.now().utc
        return Moment.at(wall, wall.timestamp())

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)

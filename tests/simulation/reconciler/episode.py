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
from reconciler.alerts.said import Acknowledge
from reconciler.facts.expectation import StopPolicy
from reconciler.sight.blindness import BlindnessSettings
from tests.simulation.reconciler.ledger import Habits, SimulatedLedger
from tests.simulation.reconciler.leg_story import OLD
from tests.simulation.reconciler.life import STEPS_WITHIN, Life
from tests.simulation.reconciler.plan import Noted, Placed, Sent, WatchedPlan
from tests.simulation.reconciler.state import Entry, MemoryStore
from tests.simulation.reconciler.stops import Stops
from tests.simulation.reconciler.trouble import Trouble
from tests.simulation.reconciler.venue import WatchedVenue
from tests.simulation.trace import Trace
from tests.simulation.truth import LegState, TrueOrder, Truth
from tests.simulation.versions import versions
from tests.virtual_time import ThreadlessLoop, VirtualClock
from verification.facts.clock import Clock, Moment
from verification.facts.leg import LegKey
from verification.race.pace import Pace

SWEEP = 30.0
HEALTH = 2.0
CLOCK = 60.0
DOUBTED_CLOCK = 10.0


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
        downs: When there was no process of the reconciler.
        killed: In the middle of which steps it was killed.
    """

    plan: WatchedPlan
    trace: Trace
    store: MemoryStore
    truth: dict[LegKey, list[LegState]]
    rows: list[Noted]
    orders: list[TrueOrder]
    sweeps: list[float] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    downs: list[tuple[float, float]] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)

    @property
    def still(self) -> float:
        """When the last thing had happened: from then on nothing changed, and nothing failed."""
        return max(self.plan.still, *(up for _, up in self.downs), 0.0)

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


class _KilledError(Exception):
    """The process is no more."""


async def _raised(life: Life) -> None:
    await life.over.wait()
    raise _KilledError


class _Stage:
    """The actors of one world."""

    def __init__(self, plan: WatchedPlan, variant: WatchedVariant, *, traced: bool) -> None:
        self.plan = plan
        self.variant = variant
        self.clock = VirtualClock()
        self.trace = Trace(self.clock, on=traced)
        self.rng = random.Random(plan.seed + 2)
        self.truth = Truth(versions(plan.venue))
        self.stops = Stops()
        habits = Habits(
            stamped=Trouble.NO_STAMPS not in plan.troubles,
            policy=StopPolicy.VENUE if Trouble.VENUE_STOPS in plan.troubles else StopPolicy.SOFTWARE,
            scales=dict(plan.scales),
        )
        self.ledgers = [
            variant.ledger(number, plan.storms, self.clock, habits) for number in range(plan.ledgers)
        ]
        self.store = variant.store(self.clock)
        self.store.hears = self._decided
        self.rows: list[Noted] = []
        self.broken: list[str] = []
        self.sweeps: list[float] = []
        self.downs: list[tuple[float, float]] = []
        self.killed: list[str] = []

    async def play(self) -> WatchedEpisode:
        self._prepare()
        crashes, kills = list(self.plan.crashes), list(self.plan.kills)
        begins, ends = 0.0, self.plan.end
        while begins < ends:
            while crashes and crashes[0][0] <= begins:
                begins = max(begins, crashes.pop(0)[1])
                if self.downs:
                    self.downs[-1] = (self.downs[-1][0], begins)
            down, up = crashes[0] if crashes else (ends, ends)
            kill = next((each for each in kills if begins - STEPS_WITHIN < each.after < down), None)
            life = Life(self.clock, kill)
            await self._live(begins, down, life)
            if life.over.is_set() and kill is not None:
                kills.remove(kill)
                up = self._now + kill.away
                self.killed.append(life.last_step)
            self.downs.append((self._now, up))
            begins = up
        self.downs.pop()
        return WatchedEpisode(
            self.plan,
            self.trace,
            self.store,
            self.truth.legs,
            self.rows,
            list(self.truth.orders.values()),
            self.sweeps,
            self.broken,
            self.downs,
            self.killed,
        )

    def _prepare(self) -> None:
        loop = asyncio.get_running_loop()
        for key, by in self.plan.past:
            self.truth.move(key, by, OLD)
        for row in self.plan.rows:
            self._note(Noted(OLD, row))
        self.truth.hears.append(self._noted)
        for noted in self.plan.noted:
            if noted.at < 0:
                self._note(noted)
            else:
                loop.call_at(noted.at, self._note, noted)
        for placed in self.plan.placed:
            if placed.at < 0:
                self._place(placed)
            else:
                loop.call_at(placed.at, self._place, placed)
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
        self.ledgers[noted.row.ledger].note(noted.row, wall, self.clock.wall)

    def _place(self, placed: Placed) -> None:
        self.trace.note("truth: stop", placed.key.symbol, placed.key.leg, placed.order_id, placed.stop)
        self.stops.take(placed)

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
        for at, by in sent.fills:
            loop.call_at(at, self._fill, order, by)
        if sent.ends is not None:
            loop.call_at(sent.ends, lambda: self.truth.end(order, "canceled", self._now))

    def _fill(self, order: TrueOrder, by: int) -> None:
        self.truth.fill(order, by, self._now)

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

    async def _live(self, start: float, end: float, life: Life) -> None:
        """Run one process of the reconciler until it is killed."""
        await self.clock.sleep(start - self._now)
        self.trace.note("the reconciler starts")
        self.store.restarted(life)
        venue = self.variant.venue(
            self.plan,
            self.truth,
            self.clock,
            stops=self.stops,
            life=life,
            rng=self.rng,
            trace=self.trace,
        )
        unit = self.variant.unit(
            venue,
            list(self.ledgers),
            rules=Rules(),
            blindness=BlindnessSettings(),
            pace=Pace(),
            store=self.store,
            clock=self.variant.clock(self.clock),
            rng=random.Random(self.plan.seed + 3),
        )
        jobs: list[Awaitable[None]] = [
            unit.run(),
            self._every(HEALTH, unit.loop.check_health),
            self._every(SWEEP, self._sweep(unit)),
            self._every(CLOCK, unit.measure_clock),
            self._every(DOUBTED_CLOCK, unit.doubt_clock),
            self._person(),
        ]
        tasks = [asyncio.ensure_future(job) for job in jobs]
        death = asyncio.ensure_future(_raised(life))
        await asyncio.wait([*tasks, death], timeout=end - self._now, return_when=asyncio.FIRST_EXCEPTION)
        self.trace.note("the reconciler is killed", life.last_step)
        if life.over.is_set():
            await self._drop_all()
            await venue.close()
            return
        for task in tasks:
            if task.done() and task.exception() is not None:
                self.broken.append(f"the reconciler ended: {task.exception()!r}")
        for task in (*tasks, death):
            task.cancel()
        await asyncio.gather(*tasks, death, return_exceptions=True)
        await unit.close()
        self.broken += sorted(f"task left: {name}" for name in await self._drop_all())

    async def _drop_all(self) -> list[str]:
        """Cancel what still runs; return its names."""
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        return [task.get_name() for task in left]

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

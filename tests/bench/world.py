"""One open or close as it truly happens, and a venue that shows it with the lags of a profile.

The truth, the gateway's reading of it, the fact store and the shared position list are the simulation's.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from typing_extensions import override

from tests.bench.profiles import Mix, Profile
from tests.simulation.exchange import SimulatedVenue
from tests.simulation.faults import Fault
from tests.simulation.plan import Plan, Weather
from tests.simulation.stream import SimulatedStream
from tests.simulation.trace import Trace
from tests.simulation.truth import LegState, OrderState, TrueOrder, Truth
from tests.virtual_time import VirtualClock
from verification.facts.account import Fill
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.observation import PositionSeen, Provenance, Source
from verification.facts.question import Baseline, CloseQuestion, OpenQuestion, Question
from verification.venues.ccxt.asker import Asker
from verification.venues.dialect import OrderStatus
from verification.venues.stream_state import StreamState

KEY = LegKey("main", "AVL/USDT:USDT", Leg.NET)
SIZE = 43
LIST_WEIGHT, ORDER_WEIGHT, TRADES_WEIGHT = 5, 1, 5
"""Binance USD-M request weights: positionRisk, order, userTrades."""


class Fact(StrEnum):
    """What is so after an order, and what a policy may take to be so."""

    HELD = "held"  # the open executed
    NOT_HELD = "not_held"  # the open executed nothing: a bot drops it, which is a rollback
    WRONG = "wrong"  # the open executed the other way round
    CLOSED = "closed"
    STILL_OPEN = "still_open"
    GREW = "grew"  # the close went the wrong way and doubled the position
    OTHER = "other"  # anything that is never so here
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One episode: what is asked, what happens, what the bot's own cache knows."""

    seed: int
    opens: bool
    fact: Fact
    cold: bool
    earlier: float | None
    phase: float

    @property
    def before(self) -> int:
        """Contracts held before the order."""
        return 0 if self.opens else SIZE


def draw_case(seed: int, mix: Mix, *, opens: bool) -> Scenario:
    """Draw what happens in an episode. The same for every policy and in every profile."""
    rng = random.Random(f"case {seed} {opens}")
    luck = rng.random()
    if luck < mix.refused:
        fact = Fact.NOT_HELD if opens else Fact.STILL_OPEN
    elif luck < mix.refused + mix.wrong_side:
        fact = Fact.WRONG if opens else Fact.GREW
    else:
        fact = Fact.HELD if opens else Fact.CLOSED
    earlier = rng.uniform(0.2, 5.0) if rng.random() < mix.earlier_position and opens else None
    return Scenario(seed, opens, fact, rng.random() < mix.cold_cache, earlier, rng.random())


class LaggingStream(SimulatedStream):
    """Pushes each fact after a lag of the profile, or never."""

    profile: Profile

    @override
    def _send(self, deliver: Callable[..., None], *what: object) -> None:
        lag, lost = self.profile.push.draw(self._rng), self._rng.random() < self.profile.push_lost
        if not lost:
            asyncio.get_running_loop().call_later(lag, deliver, self.epoch, *what)


class LaggingVenue(SimulatedVenue):
    """The simulated account, seen through the lags of a profile. Counts what its requests weigh."""

    def __init__(self, profile: Profile, case: Scenario, truth: Truth, clock: VirtualClock) -> None:
        """Draw the lags of this episode; they are the same for every policy."""
        rng = random.Random(f"lags {case.seed} {case.opens} {profile.name}")
        plan = _plan(profile, case, rng)
        super().__init__(plan, truth, clock, rng, Trace(clock, on=False))
        self.profile = profile
        self.asked["trades"] = 0
        down = rng.random() < profile.stream_down
        quiet = random.Random(f"pushes {case.seed} {case.opens} {profile.name}")
        truth.hears.remove(self.stream.hear)
        stream = LaggingStream(plan, clock, quiet, self.trace, self._list, versions=True)
        stream.profile = profile
        if down:
            stream.state = StreamState.DOWN
        self.stream = stream
        truth.hears.append(stream.hear)

    @property
    def weight(self) -> int:
        """What was asked so far, in units of Binance's request weight."""
        lists, orders, trades = self.asked["list"], self.asked["order"], self.asked["trades"]
        return lists * LIST_WEIGHT + orders * ORDER_WEIGHT + trades * TRADES_WEIGHT

    @override
    async def order(
        self, asker: Asker, key: LegKey, order_id: str | None, client_order_id: str | None
    ) -> OrderStatus:
        answer = await super().order(asker, key, order_id, client_order_id)
        await self._pause()
        return answer

    @override
    async def order_fills(self, asker: Asker, symbol: str, order_id: str) -> tuple[Fill, ...]:
        self.asked["trades"] += 1
        fills = await super().order_fills(asker, symbol, order_id)
        await self._pause()
        return fills

    @override
    async def _pause(self) -> None:
        await self.clock.sleep(self.profile.round_trip.draw(self.rng) / 2)


class Stage:
    """The world of one episode, set up for one policy. Make it inside the loop that it lives on."""

    def __init__(self, profile: Profile, case: Scenario) -> None:
        """Put down the past; nothing of the order has happened yet."""
        self.case = case
        self.clock = VirtualClock()
        self.truth = Truth(lambda _, changes: 10 + changes)
        if case.earlier is not None:
            self.truth.move(KEY, SIZE, -30.0)
            self.truth.move(KEY, -SIZE, -case.earlier)
        if case.before:
            self.truth.move(KEY, case.before, -120.0)
        self.venue = LaggingVenue(profile, case, self.truth, self.clock)
        held = self.truth.held(KEY)
        if held.version and not case.cold and self.venue.stream.state is StreamState.LIVE:
            self.venue.stream.store.offer(self._shown(held))
        self.question = self._question(held)

    def _shown(self, held: LegState) -> PositionSeen:
        """Return what the stream said of the leg before the episode."""
        came = Provenance(Source.WEBSOCKET, self.clock.now(), epoch=1)
        return PositionSeen(KEY, Decimal(held.quantity), held.version, came)

    def _question(self, held: LegState) -> Question:
        """Return what a bot asks that noted the leg before it sent its order.

        A leg that no source showed is a baseline without a version, as in `Verifier.baseline`.
        """
        now = self.clock.now()
        noted = Baseline(Decimal(held.quantity), held.version or None)
        if self.case.opens:
            return OpenQuestion(KEY, Side.BUY, Decimal(SIZE), "1", "mine", noted, exclusive=True, asked=now)
        return CloseQuestion(KEY, noted, "1", "mine", exclusive=True, asked=now)

    def send(self) -> None:
        """Let the order happen: this is time 0, when every policy begins."""
        case = self.case
        sign = 1 if case.opens else -1
        if case.fact in {Fact.WRONG, Fact.GREW}:
            sign = -sign
        order = TrueOrder(KEY, "1", "mine", sign, SIZE)
        self.truth.submit(order, 0.0)
        if case.fact in {Fact.NOT_HELD, Fact.STILL_OPEN}:
            order.log.append(OrderState(0.0, 0, ended=True, status="expired"))
            for hear in self.truth.hears:
                hear(KEY, None, order)
        else:
            self.truth.fill(order, SIZE, 0.0)

    async def close(self) -> None:
        """End what is in flight."""
        await self.venue.close()


def _plan(profile: Profile, case: Scenario, rng: random.Random) -> Plan:
    down = rng.lognormvariate(0, 0.5) * profile.stream_down_s
    weather = Weather(
        lists=(profile.list.draw(rng), profile.list.draw(rng)),
        orders=(profile.order.draw(rng), profile.order.draw(rng)),
        trades=profile.order.draw(rng),
        answer=0.0,
        push=0.0,
        failures=(Fault.UNREACHABLE,),
        failing=profile.failing,
        refused=None,
        lost=0.0,
        doubled=0.0,
        late=0.0,
        down=((0.0, down),),
        bounded=True,
    )
    nothing: Any = ()
    return Plan(
        case.seed, frozenset(), nothing, nothing, nothing, weather, nothing, measured=False, shuts=None
    )

"""What the verifier itself costs, on sources in memory: CPU of one, and the loop under a thousand."""

import asyncio
import gc
import random
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from time import perf_counter, process_time
from typing import Never

from tests.bench.turns import Turns
from verification.facts.account import AccountReading, Fill, Market, Position, PositionMode, PositionsReading
from verification.facts.clock import Clock, Moment, SystemClock
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.observation import (
    Observation,
    OrderSeen,
    PositionSeen,
    Provenance,
    Silence,
    Source,
    SourceSilent,
)
from verification.facts.order_fact import OrderFact, OrderRef
from verification.facts.prices import Prices
from verification.facts.question import Baseline, OpenQuestion
from verification.facts.verdict import VerdictKind
from verification.race.pace import Pace
from verification.race.verifier import Verifier
from verification.venues.port import Access, ClockOffset, OrdersWanted
from verification.venues.reading.single_flight import SingleFlight
from verification.venues.stream_state import Listener, StreamHealth, StreamState

BATCH = 50
"""Verifications of one measurement of CPU: the process's clock ticks too coarsely for a single one."""
TURNS = 12
"""Turns of the loop that are left to the sources before the stream decides."""
OBSERVATIONS = 3
"""What a verification has heard in that time: of the order, of the list, and of the stream."""
ATTEMPTS = 10
"""How many rounds are tried for each that is measured."""


class Disturbed(Exception):
    """The machine was away: what was measured says nothing of the verifier."""


class MemoryVenue:
    """Answers at once: no order, and a list that does not show the leg yet; pushes when told to."""

    def __init__(self, clock: Clock, rows: tuple[Position, ...] = (), *, shared: bool = True) -> None:
        """`shared`: position lists are shared by the gateway's single flight, as on a real venue."""
        self.access = Access("main", "memory", "", "")
        self.mode = PositionMode.ONE_WAY
        self.markets: Mapping[str, Market] = {}
        self.rows = rows
        self.lists = self.orders = 0
        self._clock = clock
        self._listeners: list[Listener] = []
        self._health = StreamHealth(StreamState.LIVE, 1, clock.now(), None, None, None, None)
        self._flight = SingleFlight(self._list)
        self._shared = shared

    async def connect(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """End the lists in flight."""
        await self._flight.close()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell a listener what is pushed."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def push(self, key: LegKey, quantity: Decimal, version: int) -> None:
        """Tell the listeners of a position, now."""
        came = Provenance(Source.WEBSOCKET, self._clock.now(), epoch=1)
        seen: Observation = PositionSeen(key, quantity, version, came)
        for listener in tuple(self._listeners):
            listener(seen)

    def stream_health(self) -> StreamHealth:
        """Live since the beginning."""
        return self._health

    def latest(self, key: LegKey) -> Observation | None:
        """Nothing was pushed before the question."""
        return None

    async def read_positions(self) -> PositionsReading:
        """Answer with the rows."""
        return await (self._flight.ask() if self._shared else self._list())

    async def _list(self) -> PositionsReading:
        self.lists += 1
        sent = self._clock.now()
        await asyncio.sleep(0)
        return PositionsReading(self.rows, sent, self._clock.now())

    async def read_order(
        self, key: LegKey, *, order_id: str | None, client_order_id: str | None
    ) -> OrderSeen | SourceSilent:
        """Not found yet."""
        self.orders += 1
        sent = self._clock.now()
        await asyncio.sleep(0)
        came = Provenance(Source.ORDER, self._clock.now(), sent=sent)
        return SourceSilent(key, Silence.ABSENT, "no such order yet", complete=False, provenance=came)

    async def read(self, symbols: frozenset[str] | None = None) -> AccountReading:
        """Nobody asks."""
        _unasked()

    async def read_trades_of(self, ended: OrderSeen) -> OrderSeen | SourceSilent:
        """Nobody asks."""
        _unasked()

    async def read_some(self, symbols: frozenset[str], ordinary: frozenset[str]) -> AccountReading:
        """Nobody asks."""
        _unasked()

    async def sweep(self, wanted: OrdersWanted) -> AccountReading:
        """Nobody asks."""
        _unasked()

    async def read_order_fact(self, ref: OrderRef) -> OrderFact | None:
        """Nobody asks."""
        _unasked()

    async def read_fills(self, symbol: str, since: datetime) -> tuple[Fill, ...]:
        """Nobody asks."""
        _unasked()

    async def read_prices(self, symbols: frozenset[str]) -> Mapping[str, Prices]:
        """Nobody asks."""
        _unasked()

    async def read_key_rights(self) -> None:
        return None

    async def read_clock_offset(self) -> ClockOffset:
        """Nobody asks."""
        _unasked()


def _unasked() -> Never:
    raise NotImplementedError("a verification reads positions and the order, nothing else")


def _question(key: LegKey, asked: Moment, version: int) -> OpenQuestion:
    flat = Baseline(Decimal(0), version)
    return OpenQuestion(key, Side.BUY, Decimal(43), "1", None, flat, exclusive=True, asked=asked)


async def _verified(venue: MemoryVenue, verifier: Verifier, clock: Clock, key: LegKey, version: int) -> bool:
    """Verify once. Return False where the machine was away for so long that a source was asked again."""
    asking = asyncio.create_task(verifier.verify(_question(key, clock.now(), version)))
    for _ in range(TURNS):
        await asyncio.sleep(0)
    venue.push(key, Decimal(43), version + 1)
    answer = await asking
    for _ in range(4):
        await asyncio.sleep(0)
    if len(answer.observations) != OBSERVATIONS:
        return False
    assert answer.verdict.kind is VerdictKind.CONFIRMED, answer.verdict.reason
    return True


async def _sources_only(venue: MemoryVenue, key: LegKey, version: int) -> None:
    """Do what the sources do in `_verified`, in as many turns, with nobody who judges."""
    heard: list[Observation] = []
    stop = venue.listen(heard.append)
    order = asyncio.create_task(venue.read_order(key, order_id="1", client_order_id=None))
    listed = asyncio.create_task(venue.read_positions())
    for _ in range(TURNS):
        await asyncio.sleep(0)
    venue.push(key, Decimal(43), version + 1)
    assert order.done()
    assert listed.done()
    stop()
    for _ in range(4):
        await asyncio.sleep(0)


async def _bare_race(version: int) -> None:
    """The least that three sources need to race: three tasks, a deadline, the first one counts."""

    async def source(wins: bool) -> int:  # noqa: FBT001 - one of three
        if not wins:
            await asyncio.Event().wait()
        return version

    tasks = [asyncio.create_task(source(number == 1)) for number in range(3)]
    await asyncio.wait(tasks, timeout=10, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def cpu(rounds: int) -> tuple[dict[str, list[float]], int]:
    """Measure the CPU of a verification. The three are measured in turn within each round, each as a batch.

    A round in which the machine was away for so long that a source was asked twice is another work: it is
    thrown away and measured again.

    Returns:
        Seconds of CPU for one: `whole`, `sources` (what they alone cost), `bare_race`; and how many rounds
        were thrown away.

    Raises:
        RuntimeError: The machine was always away.
    """
    clock = SystemClock()
    venue = MemoryVenue(clock, shared=False)
    verifier = Verifier(venue, clock, rng=random.Random(1))
    key = LegKey("main", "AVL/USDT:USDT", Leg.NET)
    took: dict[str, list[float]] = {"whole": [], "sources": [], "bare_race": []}
    disturbed = 0
    gc.disable()  # what it costs hangs on what else the process holds
    try:
        while len(took["whole"]) < rounds and disturbed < ATTEMPTS * rounds:
            began = process_time()
            quiet = [await _verified(venue, verifier, clock, key, version) for version in range(BATCH)]
            whole = process_time()
            for version in range(BATCH):
                await _sources_only(venue, key, version)
            sources = process_time()
            for version in range(BATCH):
                await _bare_race(version)
            ended = process_time()
            gc.collect()
            if not all(quiet):
                disturbed += 1
                continue
            spans = {"whole": whole - began, "sources": sources - whole, "bare_race": ended - sources}
            for name, seconds in spans.items():
                took[name].append(seconds / BATCH)
    finally:
        gc.enable()
    await verifier.close()
    await venue.close()
    if not took["whole"]:
        raise RuntimeError("no round was undisturbed: the machine is too busy to measure CPU")
    return took, disturbed


async def stall(concurrent: int, turns: Turns) -> tuple[float, int, int]:
    """Run so many verifications at once on as many legs, whose list has a row for each of the others.

    Returns:
        The longest turn of the loop in seconds, from the first question to the last answer and all that is
        cancelled after it; the lists and the orders asked for.

    Raises:
        Disturbed: The machine was away for longer than a verification may take.
    """
    clock = SystemClock()
    keys = [LegKey("main", f"C{number}/USDT:USDT", Leg.NET) for number in range(concurrent)]
    others = tuple(
        Position(LegKey("main", f"O{number}/USDT:USDT", Leg.NET), Decimal(1), 1, None, None, None, None)
        for number in range(concurrent)
    )
    venue = MemoryVenue(clock, others)
    verifier = Verifier(venue, clock, rng=random.Random(1))
    gc.collect()  # what an earlier run has left is not this one's
    gc.freeze()  # nor is what the bench itself has loaded
    await asyncio.sleep(0)  # the turn in which that was done is over
    turns.take()
    began = perf_counter()
    asking = [asyncio.create_task(verifier.verify(_question(key, clock.now(), 1))) for key in keys]
    await asyncio.sleep(0.5)
    # Frames come one by one, as from a socket.
    for key in keys:
        venue.push(key, Decimal(43), 2)
        await asyncio.sleep(0)
    answers = await asyncio.gather(*asking)
    await asyncio.sleep(0.05)
    longest = turns.take()
    await verifier.close()
    await venue.close()
    unsure = [each.verdict.reason for each in answers if each.verdict.kind is not VerdictKind.CONFIRMED]
    if unsure and perf_counter() - began > Pace().deadline:
        raise Disturbed(f"the machine was away until the deadline of {len(unsure)} was over")
    assert not unsure, unsure[0]
    return longest, venue.lists, venue.orders

"""What a bot could do to learn whether its order happened: five policies, each on a copy of one world."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from decimal import Decimal

from tests.bench.world import KEY, SIZE, Fact, Stage
from verification.facts.errors import SourceError
from verification.facts.observation import Observation, OrderSeen, PositionSeen
from verification.facts.verdict import Mismatch, Verdict, VerdictKind
from verification.race.verifier import Verifier
from verification.venues.stream_state import StreamState

Policy = Callable[[Stage], Awaitable[Fact]]


async def cron(stage: Stage) -> Fact:
    """Read the position list every 60 s and believe it. A read that fails is made again a minute later."""
    await stage.clock.sleep(60 * stage.case.phase)
    for _ in range(3):
        try:
            return _by_list(stage, await _listed(stage))
        except SourceError:
            await stage.clock.sleep(60)
    return Fact.UNKNOWN


async def sleep3(stage: Stage) -> Fact:
    """Sleep 3 s, read the position list once and believe it. A read that fails is an honest "unknown"."""
    await stage.clock.sleep(3)
    try:
        return _by_list(stage, await _listed(stage))
    except SourceError:
        return Fact.UNKNOWN


async def sequential(stage: Stage) -> Fact:
    """The bot of the incident: its sources in turn, one saying yes is enough, and time up means rollback.

    An open: order, own stream cache, list, with pauses of 0.5 s growing by half to 2 s, for 10 s. A close:
    ten attempts a second apart; a cache without the leg counts as closed.
    """
    cache = _Cache(stage)
    return await (_sequential_open(stage, cache) if stage.case.opens else _sequential_close(stage, cache))


async def _sequential_open(stage: Stage, cache: "_Cache") -> Fact:
    pause = 0.5
    while stage.clock.now().monotonic < 10:
        await stage.clock.sleep(pause)
        pause = min(2.0, pause * 1.5)
        with suppress(SourceError):  # the next source is asked
            order = await stage.venue.read_order(KEY, order_id="1", client_order_id=None)
            if isinstance(order, OrderSeen) and order.executed:
                return Fact.HELD
            if isinstance(order, OrderSeen) and order.terminal:
                return Fact.NOT_HELD
        if cache.quantity:
            return Fact.HELD
        with suppress(SourceError):
            if await _listed(stage):
                return Fact.HELD
    return Fact.NOT_HELD


async def _sequential_close(stage: Stage, cache: "_Cache") -> Fact:
    for _ in range(10):
        if not cache.quantity:
            return Fact.CLOSED
        with suppress(SourceError):  # the next attempt asks again
            if not await _listed(stage):
                return Fact.CLOSED
        await stage.clock.sleep(1)
    return Fact.UNKNOWN


async def first_discrepancy(stage: Stage) -> Fact:
    """A model of an engine that keeps a picture from pushes and adopts the first difference that it reads.

    It waits 5 s for the order's push; then, up to six times 5 s apart, it asks for the order and reads the
    list. An order that it never finds it takes for rejected.
    """
    orders: asyncio.Queue[OrderSeen] = asyncio.Queue()
    stage.venue.listen(lambda seen: orders.put_nowait(seen) if isinstance(seen, OrderSeen) else None)
    for _ in range(6):
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                while True:
                    told = _by_order(stage, await orders.get())
                    if told is not Fact.UNKNOWN:
                        return told
        found = await _asked_and_listed(stage)
        if found is not Fact.UNKNOWN:
            return found
    return Fact.NOT_HELD if stage.case.opens else Fact.UNKNOWN


async def _asked_and_listed(stage: Stage) -> Fact:
    try:
        order = await stage.venue.read_order(KEY, order_id="1", client_order_id=None)
        if isinstance(order, OrderSeen) and (told := _by_order(stage, order)) is not Fact.UNKNOWN:
            return told
        held = await _listed(stage)
    except SourceError:
        return Fact.UNKNOWN
    return _by_list(stage, held) if held != stage.case.before else Fact.UNKNOWN


async def trueup(stage: Stage) -> Fact:
    """The product: `Verifier` with its own pace and its own rules."""
    verifier = Verifier(stage.venue, stage.clock, rng=random.Random(stage.case.seed))
    answer = await verifier.verify(stage.question)
    await verifier.close()
    return _by_verdict(answer.verdict, opens=stage.case.opens)


POLICIES: dict[str, Policy] = {
    "cron": cron,
    "sleep3": sleep3,
    "sequential": sequential,
    "first_discrepancy": first_discrepancy,
    "trueup": trueup,
}
STREAMLESS = frozenset({"cron", "sleep3"})
"""Policies that keep no stream, and so do not pay for its snapshots."""


class _Cache:
    """What ccxt's position cache would hold: it survives a lost connection, and takes what is pushed."""

    def __init__(self, stage: Stage) -> None:
        self.quantity = Decimal(0 if stage.case.cold else stage.case.before)
        stage.venue.listen(self._hear)

    def _hear(self, seen: Observation) -> None:
        if isinstance(seen, PositionSeen):
            self.quantity = seen.quantity


async def _listed(stage: Stage) -> int:
    """Return what the position list shows of the leg; 0 where it does not show it, as these policies do."""
    reading = await stage.venue.read_positions()
    return int(next((row.quantity for row in reading.positions if row.key == KEY), 0))


def _by_list(stage: Stage, held: int) -> Fact:
    if stage.case.opens:
        return {SIZE: Fact.HELD, 0: Fact.NOT_HELD, -SIZE: Fact.WRONG}.get(held, Fact.OTHER)
    return {SIZE: Fact.STILL_OPEN, 0: Fact.CLOSED, 2 * SIZE: Fact.GREW}.get(held, Fact.OTHER)


def _by_order(stage: Stage, order: OrderSeen) -> Fact:
    if order.executed:
        return _by_list(stage, stage.case.before + int(order.executed))
    return _by_list(stage, stage.case.before) if order.terminal else Fact.UNKNOWN


def _by_verdict(verdict: Verdict, *, opens: bool) -> Fact:
    match verdict.kind, verdict.mismatch:
        case VerdictKind.UNKNOWN, _:
            return Fact.UNKNOWN
        case VerdictKind.CONFIRMED, _:
            return Fact.HELD if opens else Fact.CLOSED
        case VerdictKind.REFUTED, _:
            return Fact.NOT_HELD
        case VerdictKind.MISMATCH, Mismatch.STILL_OPEN:
            return Fact.STILL_OPEN
        case VerdictKind.MISMATCH, _:
            return Fact.WRONG if opens else Fact.GREW
        case _:
            return Fact.OTHER


def live(stage: Stage, policy: str) -> None:
    """Start the stream where the policy has one and it is down at the beginning; it comes back by itself."""
    if policy not in STREAMLESS and stage.venue.stream.state is StreamState.DOWN:
        stage.venue.stream.start()

"""Plays a world in which the real opener opens positions, is killed, and recovers from its journal."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.simulation.opening_plan import OpeningPlan, Wish
from tests.simulation.opening_venue import Life, TradedVenue
from tests.simulation.trace import Trace
from tests.simulation.truth import Truth
from tests.simulation.versions import versions
from tests.verification.faulty_steps import Crash
from tests.verification.memory_journal import MemoryJournal
from tests.virtual_time import ThreadlessLoop, VirtualClock, mourned
from verification.facts.errors import SourceError
from verification.opening.intent import Intent
from verification.opening.journal_port import JournalFailed, OpeningRecord
from verification.opening.opener import Opener
from verification.opening.outcome import Opened, Outcome
from verification.race.verifier import Verifier

STOP_PRICES = {1: Decimal("0.18"), -1: Decimal("0.25")}
STOP_STEP = Decimal("0.01")
SETTLING = 60.0
PATIENCE = 300.0


@dataclass(frozen=True, slots=True)
class OpeningVariant:
    """What is put to the test: the product, or one with a planted fault."""

    name: str = "trueup"
    venue: type[TradedVenue] = TradedVenue
    verifier: type[Verifier] = Verifier
    recovers: bool = True
    reports: bool = True
    remembers: Callable[[OpeningRecord], OpeningRecord] = lambda record: record


@dataclass(slots=True)
class OpeningEpisode:
    """All that is known of one world after it has ended.

    Attributes:
        outcomes: Each with the time it took, in seconds.
        reports: What a person was told.
        exposure: What each entry and its exits and stop have done to the leg, after each change.
    """

    plan: OpeningPlan
    venue: TradedVenue
    journal: MemoryJournal
    trace: Trace
    outcomes: list[tuple[float, Outcome]] = field(default_factory=list)
    reports: list[Outcome] = field(default_factory=list)
    exposure: dict[str, list[int]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    died: bool = False

    def ours(self, entry: str) -> int:
        """Return what an entry, its exits and its stop come to now: signed contracts."""
        orders = self.venue.truth.orders.values()
        return sum(order.now.executed for order in orders if order.client_id.split("-")[0] == entry)


def play_opening(
    plan: OpeningPlan, variant: OpeningVariant | None = None, *, traced: bool = False
) -> OpeningEpisode:
    """Play a world to its end on a loop of its own."""
    loop = ThreadlessLoop()
    complaints: list[str] = []
    loop.set_exception_handler(
        lambda _, context: complaints.append(str(context.get("exception"))) if mourned(context) else None
    )
    try:
        episode = loop.run_until_complete(_whole(plan, variant or OpeningVariant(), traced=traced))
    finally:
        loop.close()
    episode.broken += [each for each in complaints if each != "None"]
    return episode


async def _whole(plan: OpeningPlan, variant: OpeningVariant, *, traced: bool) -> OpeningEpisode:
    clock = VirtualClock()
    trace = Trace(clock, on=traced)
    truth = Truth(versions(plan.world))
    venue = variant.venue(plan, truth, clock, random.Random(plan.seed + 2), trace)
    episode = OpeningEpisode(plan, venue, MemoryJournal(venue.life), trace)
    truth.hears.append(lambda *_: _noted(episode))
    for at, key, by in sorted(plan.world.past):
        truth.move(key, by, at)
    loop = asyncio.get_running_loop()
    for at, key, move in plan.world.strangers:
        assert move is not None, "nobody is liquidated here"
        loop.call_at(at, truth.move, key, move, at)
    for at, seconds in plan.world.steps:
        loop.call_at(at, clock.step, timedelta(seconds=seconds))
    await venue.connect()
    await _life(episode, variant, 0, [_opening(episode, clock, wish) for wish in plan.wishes])
    for number in range(1, len(plan.lives) + 1):
        records = episode.journal.unfinished() if venue.life.dead and variant.recovers else []
        if not records:
            break
        await clock.sleep(1)
        await _life(
            episode, variant, number, [_recovery(episode, clock, variant.remembers(each)) for each in records]
        )
    await clock.sleep(SETTLING)
    listeners = len(venue.stream.listeners)
    await venue.close()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    if not episode.died:  # what dies leaves what it likes
        episode.broken += [f"{listeners} still listen"] if listeners else []
    episode.broken += sorted(f"task left: {task.get_name()}" for task in left)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    return episode


Work = Callable[[Opener], Coroutine[Any, Any, None]]


def _opening(episode: OpeningEpisode, clock: VirtualClock, wish: Wish) -> Work:
    price = STOP_PRICES[wish.side.sign]
    intent = Intent(wish.key.symbol, wish.side, Decimal(wish.quantity), price, wish.all_or_nothing)

    async def kept(what: str, step: Coroutine[Any, Any, Outcome]) -> Outcome:
        began = clock.now().monotonic
        outcome = await step
        episode.outcomes.append((clock.now().monotonic - began, outcome))
        episode.trace.note(what, type(outcome).__name__, outcome.reason)
        return outcome

    async def work(opener: Opener) -> None:
        await clock.sleep(wish.at)
        try:
            outcome = await kept("outcome", opener.open(intent))
        except (SourceError, JournalFailed) as error:
            episode.trace.note("not sent", error)
            return
        if wish.moves is not None and isinstance(outcome, Opened):
            await clock.sleep(wish.moves)
            outcome = await kept("moved", opener.protect(outcome, price + STOP_STEP))
        if wish.leaves is not None and isinstance(outcome, Opened):
            await clock.sleep(wish.leaves)
            await kept("left", opener.leave(outcome))

    return work


def _recovery(episode: OpeningEpisode, clock: VirtualClock, record: OpeningRecord) -> Work:
    async def work(opener: Opener) -> None:
        began = clock.now().monotonic
        outcome = await opener.recover(record)
        episode.outcomes.append((clock.now().monotonic - began, outcome))
        episode.trace.note("recovered", type(outcome).__name__, outcome.reason)

    return work


async def _life(episode: OpeningEpisode, variant: OpeningVariant, number: int, works: list[Work]) -> None:
    """Live one life of the process: until all work is done, or it dies."""
    plan, venue = episode.plan, episode.venue
    numbered, named = plan.lives[number] if number < len(plan.lives) else ({}, {})
    life = Life(named=named)
    life.live(numbered)
    venue.life = episode.journal.steps = life
    clock, rng = venue.clock, random.Random(plan.seed + 10 + number)
    verifier = variant.verifier(venue, clock, rng=rng)
    report = episode.reports.append if variant.reports else (lambda _: None)
    opener = Opener(
        venue,
        venue,
        episode.journal,
        clock,
        report=report,
        verifier=verifier,
        rng=random.Random(rng.random()),
    )
    tasks = [asyncio.create_task(work(opener), name="bot") for work in works]
    kill = plan.kills[number] if number < len(plan.kills) else None
    if kill is not None:
        asyncio.get_running_loop().call_later(kill, _kill, life, opener)
    done, waiting = await asyncio.wait(tasks, timeout=PATIENCE, return_when=asyncio.FIRST_EXCEPTION)
    crashed = any(isinstance(task.exception(), Crash) for task in done if not task.cancelled())
    if crashed or any(task.cancelled() for task in done):
        _kill(life, opener)
    elif waiting and not any(task.exception() for task in done):
        episode.broken.append("an opening does not end")
        _kill(life, opener)
    for task in tasks:
        if task in waiting:
            task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, BaseException) and not isinstance(outcome, Crash | asyncio.CancelledError):
            episode.broken.append(f"an opening raised {outcome!r}")
    await opener.close()
    await verifier.close()
    episode.died = episode.died or life.dead


def _kill(life: Life, opener: Opener) -> None:
    """End the process: no step has an effect any more, whatever still runs is over."""
    life.dead = True
    opener._context.writer.abandon()
    for task in list(opener._queue.running):
        task.cancel()


def _noted(episode: OpeningEpisode) -> None:
    for order in episode.venue.truth.orders.values():
        entry = order.client_id.split("-")[0]
        episode.exposure.setdefault(entry, []).append(episode.ours(entry))

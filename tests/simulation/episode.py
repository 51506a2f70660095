"""Plays the world of one seed in virtual time: the truth happens, the real verifier is asked, all is kept."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from tests.simulation.bot_cache import BotCache
from tests.simulation.exchange import SimulatedVenue
from tests.simulation.faults import Fault
from tests.simulation.plan import END, Intent, Plan
from tests.simulation.trace import Trace
from tests.simulation.truth import LegState, TrueOrder, Truth
from tests.simulation.versions import versions
from tests.verification.promises import Rule
from tests.verification.world import State
from tests.virtual_time import VirtualClock, VirtualLoop
from verification.facts.leg import LegKey
from verification.facts.observation import Observation
from verification.facts.question import Baseline, CloseQuestion, OpenQuestion, Question
from verification.facts.verification import Verification
from verification.race.verifier import Verifier

PATIENCE = 40.0
"""Seconds after which a question without an answer is taken for hanging."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What is put to the test: the product, or one with a planted fault."""

    name: str = "trueup"
    verifier: type[Verifier] = Verifier
    venue: type[SimulatedVenue] = SimulatedVenue


@dataclass(slots=True)
class Asked:
    """One question with its answer and with what was true then.

    Attributes:
        pushed: What the stream told the listeners of this leg while the bot watched, until the answer.
        history: The leg and the order from the baseline to the answer.
        began, ended: When it was asked and answered, in seconds of the world.
        requests: Orders and lists asked for meanwhile, by everybody.
    """

    intent: Intent
    question: Question | None = None
    answer: Verification | None = None
    history: tuple[State, ...] = ()
    final: State | None = None
    pushed: list[Observation] = field(default_factory=list)
    began: float = 0.0
    ended: float = 0.0
    requests: tuple[int, int] = (0, 0)
    gone: bool = False


@dataclass(slots=True)
class Episode:
    """All that is known of one world after it has ended."""

    plan: Plan
    rule: Rule
    asked: list[Asked]
    trace: Trace
    listed: dict[float, frozenset[LegKey] | None]
    left_behind: list[str] = field(default_factory=list)
    backwards: list[str] = field(default_factory=list)


def play(plan: Plan, variant: Variant | None = None, *, traced: bool = False) -> Episode:
    """Play a world to its end on a loop of its own."""
    loop = VirtualLoop()
    complaints: list[str] = []
    loop.set_exception_handler(
        lambda _, context: complaints.append(f"{context['message']}: {context.get('exception')!r}")
    )
    try:
        episode = loop.run_until_complete(_on_stage(plan, variant or Variant(), traced=traced))
    finally:
        loop.close()
    episode.left_behind += complaints
    return episode


async def _on_stage(plan: Plan, variant: Variant, *, traced: bool) -> Episode:
    return await _Stage(plan, variant, traced=traced).play()


class _Stage:
    """The actors of one world."""

    def __init__(self, plan: Plan, variant: Variant, *, traced: bool) -> None:
        self.plan = plan
        self.clock = VirtualClock()
        self.trace = Trace(self.clock, on=traced)
        rng = random.Random(plan.seed + 2)
        self.truth = Truth(versions(plan))
        self.venue = variant.venue(plan, self.truth, self.clock, rng, self.trace)
        self.verifier = variant.verifier(
            self.venue,
            self.clock,
            rng=random.Random(plan.seed + 3),
            bot_cache=BotCache(self.truth, plan.seed) if Fault.BOT_CACHE in plan.faults else None,
            on_sample=(lambda _: None) if plan.measured else None,
        )
        self.orders: dict[str, TrueOrder] = {}
        self.asked = [Asked(intent) for intent in plan.intents if intent.asked is not None]
        self.backwards: list[str] = []

    async def play(self) -> Episode:
        loop = asyncio.get_running_loop()
        for at, key, by in sorted(self.plan.past):
            self.truth.move(key, by, at)
        self._reuse_ids()
        self.truth.hears.append(self._noted)
        for intent in self.plan.intents:
            self._schedule(intent)
        for at, key, move in self.plan.strangers:
            loop.call_at(at, self._strange, key, move)
        for at, seconds in self.plan.steps:
            loop.call_at(at, self.clock.step, timedelta(seconds=seconds))
        self._watch_the_store()
        await self.venue.connect()
        asking = [asyncio.create_task(self._ask(asked), name="asker") for asked in self.asked]
        if self.plan.shuts is not None:
            loop.call_at(self.plan.shuts, self._shut)
        await asyncio.wait(asking, timeout=PATIENCE)
        return await self._end(asking)

    async def _end(self, asking: list[asyncio.Task[None]]) -> Episode:
        if self.plan.measured:
            await asyncio.sleep(75)
        await asyncio.sleep(max(0.0, END - self._now))
        await self.verifier.close()
        listeners = len(self.venue.stream.listeners)
        await self.venue.close()
        left = [f"asker still waits: {task.get_coro()}" for task in asking if not task.done()]
        for task in asking:
            if task.done() and not task.cancelled() and task.exception() is not None:
                left.append(f"the verifier raised {task.exception()!r}")
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        left += [f"{listeners} still listen"] if listeners else []
        others = asyncio.all_tasks() - {asyncio.current_task()}
        left += sorted(f"task left: {task.get_name()}" for task in others)
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for asked in self.asked:
            asked.final = self._state(asked.intent)
        return Episode(
            self.plan, self.verifier.rule, self.asked, self.trace, self.venue.listed, left, self.backwards
        )

    def _shut(self) -> None:
        self.trace.note("the process ends")
        self._closing = asyncio.create_task(self.verifier.close(), name="closing")

    def _reuse_ids(self) -> None:
        """Give an older order, long over, the id of ours that the bot will use again."""
        if Fault.REUSED_IDS not in self.plan.faults:
            return
        for intent in self.plan.intents:
            if intent.knows[0]:
                self.truth.recall(
                    TrueOrder(intent.key, f"old{intent.order_id}", intent.client_id, intent.sign, 20),
                    executed=random.Random(self.plan.seed).choice([0, 20]),
                )

    def _schedule(self, intent: Intent) -> None:
        order = TrueOrder(
            intent.key,
            intent.order_id,
            intent.client_id,
            intent.sign,
            intent.quantity,
            reduce_only=not intent.opens and intent.sign == intent.side.sign,
        )
        self.orders[intent.order_id] = order
        loop = asyncio.get_running_loop()
        if intent.asked is None:
            loop.call_at(max(intent.sent, 0.0), self._submit, order)
        for at, size in intent.fills:
            loop.call_at(at, self._fill, order, size)
        if intent.ends is not None:
            loop.call_at(intent.ends[0], self._finish, order, intent.ends[1])

    def _submit(self, order: TrueOrder) -> None:
        self.trace.note("sent", order.order_id)
        self.truth.submit(order, self._now)

    def _fill(self, order: TrueOrder, size: int) -> None:
        if order.log:
            self.truth.fill(order, size, self._now)

    def _finish(self, order: TrueOrder, status: str) -> None:
        if order.log:
            self.truth.end(order, status, self._now)

    def _strange(self, key: LegKey, by: int | None) -> None:
        held = self.truth.held(key).quantity
        by = -held if by is None else by
        if by:
            self.truth.move(key, by, self._now)

    def _noted(self, key: LegKey, state: LegState | None, order: TrueOrder | None) -> None:
        if order is not None:
            self.trace.note("truth: order", order.order_id, order.now)
        if state is not None:
            self.trace.note("truth: leg", key.symbol, key.leg, state)
        for asked in self.asked:
            if asked.intent.key == key and asked.history and asked.answer is None:
                asked.history = (*asked.history, self._state(asked.intent))

    def _state(self, intent: Intent) -> State:
        held = self.truth.held(intent.key)
        order = self.orders[intent.order_id]
        done, ended = (order.now.executed, order.now.ended) if order.log else (0, False)
        return State(held.version, held.quantity, done, ended)

    def _watch_the_store(self) -> None:
        """Note whenever the newest known version of a leg goes back within one life of the stream."""
        newest: dict[tuple[int, LegKey], int] = {}

        def look(seen: Observation) -> None:
            known = self.venue.latest(seen.key)
            version = getattr(known, "version", None)
            if version is None:
                return
            place = (self.venue.stream.epoch, seen.key)
            if version < newest.get(place, version):
                self.backwards.append(f"{seen.key} from version {newest[place]} back to {version}")
            newest[place] = version

        self.venue.stream.watchers.append(look)

    @property
    def _now(self) -> float:
        return self.clock.now().monotonic

    async def _ask(self, asked: Asked) -> None:
        """Send the order of an intent, ask about it, keep the answer."""
        intent = asked.intent
        await self.clock.sleep(intent.sent)
        watch = self.verifier.watch(intent.key) if intent.watched else None
        hears = self._hears(asked)
        stop = self.venue.stream.hear_too(hears) if intent.watched else None
        question = asked.question = self._question(intent)
        if question is None:
            if watch is not None:
                watch.close()
            return
        asked.history = (self._state(intent),)
        self._submit(self.orders[intent.order_id])
        await self.clock.sleep((intent.asked or 0) - intent.sent)
        asked.began = self._now
        stop = stop or self.venue.stream.hear_too(hears)
        before = dict(self.venue.asked)
        self.trace.note("asked", question)
        timeout = intent.gives_up
        try:
            async with asyncio.timeout(timeout):
                asked.answer = await self.verifier.verify(question, watch)
        except TimeoutError:
            asked.gone = True
        finally:
            asked.ended = self._now
            asked.requests = (
                self.venue.asked["order"] - before["order"],
                self.venue.asked["list"] - before["list"],
            )
            stop()
        self.trace.note("answer", asked.answer and (asked.answer.verdict.kind, asked.answer.verdict.reason))

    def _hears(self, asked: Asked) -> Callable[[Observation], None]:
        def hear(seen: Observation) -> None:
            if asked.answer is None and seen.key == asked.intent.key:
                asked.pushed.append(seen)

        return hear

    def _question(self, intent: Intent) -> Question | None:
        """Return what the bot asks, with what it knows just before it sends the order."""
        held = self.truth.held(intent.key)
        order_id = intent.order_id if intent.knows[0] else None
        client_id = intent.client_id if intent.knows[1] else None
        unversioned = not self.venue.versions or intent.baseline == "unversioned"
        known = Baseline(Decimal(held.quantity), None if unversioned else held.version)
        asked = self.clock.now()
        if intent.opens:
            baseline = None if intent.baseline == "unknown" else known
            return OpenQuestion(
                intent.key,
                intent.side,
                Decimal(intent.quantity),
                order_id,
                client_id,
                baseline,
                intent.exclusive,
                asked,
            )
        if held.quantity == 0:
            return None  # somebody was quicker: there is nothing to close
        return CloseQuestion(intent.key, known, order_id, client_id, intent.exclusive, asked)

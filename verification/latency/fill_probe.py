"""Measures the sources from the moment the stream tells of an execution, whatever any bot has written down.

Whoever asks only when a bot's database has changed comes half a second late, and measures himself. The probe
asks at once, first for the order, then for the position list, until each shows the fill, within an allowance.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from verification.budget.allowance import Allowance
from verification.budget.backoff import Backoff
from verification.budget.purpose import Purpose, asked_for
from verification.facts.clock import Clock, Moment
from verification.facts.errors import SourceError
from verification.facts.leg import LegKey
from verification.facts.observation import Observation, OrderSeen, PositionSeen, Source
from verification.facts.question import Question
from verification.latency.first_showing import FirstAnswer, Listening, lag_of_push
from verification.latency.lag_watch import request_time
from verification.latency.probed_fill import ProbedFill, first_of
from verification.latency.sample import LatencySample, Measure, behind_fastest
from verification.latency.venue_clock import VenueClock
from verification.venues.port import Venue
from verification.venues.position_list import leg_in_list
from verification.venues.stream_state import StreamState

_log = logging.getLogger(__name__)
_REMEMBERED = 1000  # orders; an order that trades on for long is measured at its first execution only


@dataclass(frozen=True, slots=True)
class ProbeLimits:
    """How much a probe asks.

    The weights are as venues count that count most closely (order 1, position list 5, 2400 a minute and
    address): at most a tenth of it is ever used. Those that count questions by the second allow more. A probe
    begins only if its worst case fits, so that none ends early because the source is slow: that would leave
    out just the long lags.

    Attributes:
        weight: Most weight in any minute, all probes together.
        number: Most probes in any minute.
        order_weight: Weight of one question about an order.
        list_weight: Weight of one position list.
        pace: Pauses between questions. Each is a quarter longer, so a lag is known to within a quarter.
        questions: Most questions to one source about one fill; with this pace they last half a minute.
        rest_after_failure: Seconds without a new probe after a source has failed.
    """

    weight: int = 240
    number: int = 5
    order_weight: int = 1
    list_weight: int = 5
    pace: Backoff = field(default_factory=lambda: Backoff(0.1, factor=1.25, most=8.0, jitter=0.1))
    questions: int = 20
    rest_after_failure: float = 60.0

    @property
    def worst(self) -> int:
        """Most weight that one probe can use."""
        return self.questions * (self.order_weight + self.list_weight)


class FillProbe:
    """Measures the fills of one account. Listens from its making on; asks while `run` runs."""

    def __init__(
        self,
        venue: Venue,
        clock: Clock,
        venue_clock: VenueClock,
        *,
        rng: random.Random,
        on_sample: Callable[[LatencySample], None],
        on_order: Callable[[OrderSeen], None] = lambda _: None,
        limits: ProbeLimits | None = None,
    ) -> None:
        """`on_sample` gets each latency measured, `on_order` what the venue answers about an order."""
        self._venue = venue
        self._clock = clock
        self._venue_clock = venue_clock
        self._rng = rng
        self._on_sample = on_sample
        self._on_order = on_order
        self._limits = limits or ProbeLimits()
        self._allowance = Allowance(weight=self._limits.weight, number=self._limits.number)
        self._waiting: asyncio.Queue[ProbedFill] = asyncio.Queue()
        self._probing: list[ProbedFill] = []
        self._orders: dict[str, bool] = {}
        self._client_ids: dict[str, bool] = {}
        self._failed: Moment | None = None
        self._changed: dict[LegKey, PositionSeen] = {}
        self._unlisten = venue.listen(self._hear)

    def measures(self, question: Question) -> bool:
        """Return True when the fill that a question asks about is, or was, measured here."""
        if question.order_id is not None:
            return self._orders.get(question.order_id, False)
        return question.client_order_id is not None and self._client_ids.get(question.client_order_id, False)

    def heard(self, question: Question) -> bool:
        """Return True when the fill that a question asks about was heard of here, measured or not.

        What was let go is over the allowance, or of a venue in trouble; who asks about it later would ask as
        much, and measure himself.
        """
        if question.order_id is not None:
            return question.order_id in self._orders
        return question.client_order_id in self._client_ids

    def close(self) -> None:
        """Stop listening. Safe to call twice."""
        self._unlisten()
        self._unlisten = _nothing

    async def run(self) -> None:
        """Measure until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                probe = await self._waiting.get()
                group.create_task(self._measure(probe), name=f"probe {probe.fill.key.symbol}")

    def _hear(self, seen: Observation) -> None:
        if isinstance(seen, PositionSeen):
            if self._is_known(seen):
                return
            self._changed[seen.key] = seen
        for probe in self._probing:
            probe.hear(seen)
        if isinstance(seen, OrderSeen) and seen.executed != 0 and not seen.conditional:
            self._executed(seen)

    def _is_known(self, seen: PositionSeen) -> bool:
        """Return True for a row told once more: an order alone brings one, and its time is none of a fill."""
        known = self._changed.get(seen.key)
        if known is None or seen.version is None:
            return False
        return (seen.version, seen.quantity) == (known.version, known.quantity)

    def _executed(self, seen: OrderSeen) -> None:
        """Begin to measure the first execution that is heard of an order."""
        at = seen.provenance.exchange_at
        if at is None or seen.status not in {"open", "closed"} or seen.order_id in self._orders:
            return
        reserve = None if self._rests() else self._allowance.reserve(self._limits.worst, self._clock.now())
        self._remember(seen, taken=reserve is not None)
        if reserve is None:
            return
        probe = ProbedFill(seen, at, self._listening(), reserve)
        probe.hear(self._changed.get(seen.key))  # the position may have been pushed before the order
        self._probing.append(probe)
        self._waiting.put_nowait(probe)

    def _remember(self, seen: OrderSeen, *, taken: bool) -> None:
        self._orders[seen.order_id] = taken
        if seen.client_order_id is not None:
            self._client_ids[seen.client_order_id] = taken
        for known in (self._orders, self._client_ids):
            if len(known) > _REMEMBERED:
                del known[next(iter(known))]

    def _rests(self) -> bool:
        """Return True for a while after a failure: a venue in trouble is not asked more than needed."""
        if self._failed is None:
            return False
        return self._clock.now().monotonic - self._failed.monotonic < self._limits.rest_after_failure

    def _listening(self) -> Listening | None:
        health = self._venue.stream_health()
        return Listening(health.since, health.epoch) if health.state is StreamState.LIVE else None

    async def _measure(self, probe: ProbedFill) -> None:
        try:
            with asked_for(Purpose.MEASUREMENT):
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._ask_order(probe))
                    group.create_task(self._ask_list(probe))
                await self._emit_push(probe)
            for sample in behind_fastest(probe.lags):
                self._on_sample(sample)
        finally:
            self._probing.remove(probe)
            self._allowance.settle(probe.reserve, probe.spent, self._clock.now())

    async def _ask_order(self, probe: ProbedFill) -> None:
        async def ask() -> Observation:
            fill = probe.fill
            probe.spent += self._limits.order_weight
            seen = await self._venue.read_order(fill.key, order_id=fill.order_id, client_order_id=None)
            if isinstance(seen, OrderSeen):
                self._on_order(seen)
            return seen

        await self._until_shown(probe, Source.ORDER, ask, probe.in_order)

    async def _ask_list(self, probe: ProbedFill) -> None:
        async def ask() -> Observation:
            probe.spent += self._limits.list_weight
            return leg_in_list(await self._venue.read_positions(), probe.fill.key)

        await self._until_shown(probe, Source.REST, ask, probe.in_list)

    async def _until_shown(
        self,
        probe: ProbedFill,
        source: Source,
        ask: Callable[[], Awaitable[Observation]],
        shows: Callable[[Observation], bool | None],
    ) -> None:
        """Ask until the source shows the fill, and tell its lag."""
        answers: list[Observation] = []
        for asked in range(1, self._limits.questions + 1):
            if source is Source.REST and probe.flat:
                return
            try:
                answers.append(await ask())
            except SourceError as error:
                self._failed = self._clock.now()
                _log.info("measuring the %s ended: %s", source, error)
                return
            self._on_sample(request_time(self._venue.access.account, answers[-1].provenance))
            # All of them anew: what dates the first may have been pushed after it.
            first = first_of(answers, shows)
            if first.shown is not None:
                await self._emit(probe, source, first)
                return
            await self._clock.sleep(self._limits.pace.pause(asked, self._rng))
        _log.info("the %s has not shown the fill of order %s", source, probe.fill.order_id)

    async def _emit(self, probe: ProbedFill, source: Source, first: FirstAnswer) -> None:
        venue_time = await self._venue_clock.ask(self._limits.pace.most)
        if venue_time is not None and first.shown is not None:
            self._sample(probe, source, first.shown, first.lag(venue_time.monotonic(probe.at)))

    async def _emit_push(self, probe: ProbedFill) -> None:
        venue_time = await self._venue_clock.ask(self._limits.pace.most)
        if venue_time is None:
            return
        first = probe.first_push
        filled = venue_time.monotonic(probe.at)
        lag = lag_of_push(first.received, first.epoch, probe.listening, filled, venue_time.slack)
        self._sample(probe, Source.WEBSOCKET, first.received, lag)

    def _sample(self, probe: ProbedFill, source: Source, shown: Moment, lag: float | None) -> None:
        if lag is not None:
            account = self._venue.access.account
            probe.lags.append(LatencySample(account, source, Measure.VISIBILITY_LAG, shown.utc, lag))
            self._on_sample(probe.lags[-1])


def _nothing() -> None:
    return

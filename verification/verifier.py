"""Races the sources for one question, answers with the first conclusive evidence, and goes on measuring."""

import asyncio
import random
from collections.abc import Callable
from functools import partial

from verification.baseline import baseline_of
from verification.clock import Clock, Moment
from verification.errors import SourceError
from verification.evidence import bears
from verification.judgement import decide
from verification.lag_watch import LagWatch
from verification.latency import LatencySample
from verification.leg import LegKey
from verification.observation import (
    Observation,
    PositionSeen,
    Provenance,
    Silence,
    Source,
    SourceSilent,
)
from verification.pace import Pace
from verification.question import Baseline, Question
from verification.sources.bot_cache import read_bot_cache
from verification.sources.rest import leg_in_list, list_within
from verification.stream import StreamState
from verification.venue import Venue
from verification.venue_clock import VenueClock
from verification.verdict import Verdict, VerdictKind
from verification.verification import Verification
from verification.watch import Watch

SampleSink = Callable[[LatencySample], None]


class Verifier:
    """Answers questions about one account. Safe to use for many questions at once."""

    rule = staticmethod(decide)

    def __init__(
        self,
        venue: Venue,
        clock: Clock,
        *,
        chance: random.Random,
        pace: Pace | None = None,
        bot_cache: object | None = None,
        on_sample: SampleSink | None = None,
        venue_clock: VenueClock | None = None,
        lag_is_measured: Callable[[Question], bool] = lambda _: False,
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            venue: The account.
            clock: Where time comes from.
            chance: Jitter between questions.
            pace: How time and budget are spent.
            bot_cache: Any object; see `read_bot_cache`.
            on_sample: Gets each latency measured. None: after a verdict nothing more is asked.
            venue_clock: The venue's clock as others know it already; None: one of its own.
            lag_is_measured: True of a question whose fill somebody else measures: only request times are
                sampled then, and nothing is asked after the verdict.
        """
        self._venue = venue
        self._clock = clock
        self._chance = chance
        self._pace = pace or Pace()
        self._bot_cache = bot_cache
        self._on_sample = on_sample
        self._venue_clock = venue_clock or VenueClock(venue, clock)
        self._lag_is_measured = lag_is_measured
        self._races: set[asyncio.Task[None]] = set()

    def watch(self, key: LegKey) -> Watch:
        """Start to listen for a leg. Call it before the order is sent, so that no push can be missed."""
        return Watch(self._venue, key, self._clock.now())

    async def baseline(self, key: LegKey) -> Baseline:
        """Return what the leg holds now, for a question that is to be asked after an order.

        Without a version rows cannot prove the open (an older position might be shown again), the order's
        own facts can: so it is where no source shows the leg, and where list and stream disagree.

        Raises:
            SourceError: The position list could not be read in time.
        """
        listed = leg_in_list(await list_within(self._venue, self._pace.deadline), key)
        pushed = self._venue.latest(key)
        in_list = listed if isinstance(listed, PositionSeen) else None
        in_stream = pushed if isinstance(pushed, PositionSeen) else None
        return baseline_of(in_list, in_stream)

    async def verify(self, question: Question, watch: Watch | None = None) -> Verification:
        """Answer `question`: at the first conclusive evidence, at the latest at the deadline.

        Args:
            question: What is asked.
            watch: A watch started before the order was sent; a new one is started if None. It is closed when
                the slower sources have been measured.

        Returns:
            The verification, with UNKNOWN as its verdict if no source proved anything in time.
        """
        watch = watch or self.watch(question.key)
        self._hear_first(watch)
        decided: asyncio.Future[Verification] = asyncio.get_running_loop().create_future()
        race = asyncio.create_task(self._race(question, watch, decided), name=f"verify {question.key.symbol}")
        self._races.add(race)
        race.add_done_callback(partial(self._ended, question, watch, decided))
        try:
            return await decided
        except asyncio.CancelledError:
            race.cancel()
            await asyncio.wait([race])
            raise

    def _hear_first(self, watch: Watch) -> None:
        """Take in what the stream showed before the watch began; or that it cannot show anything now."""
        known = self._venue.latest(watch.key)
        if known is not None and known not in watch.seen:
            watch.add(known)
        health = self._venue.stream_health()
        silence = _STREAM_SILENCES.get(health.state)
        if silence is not None:
            detail = health.error or f"the stream is {health.state}"
            watch.add(self._silent(watch.key, Source.WEBSOCKET, silence, detail))

    def _answer(self, question: Question, watch: Watch, verdict: Verdict) -> Verification:
        return Verification(question, verdict, tuple(watch.seen), decided=self._clock.now())

    def _ended(
        self,
        question: Question,
        watch: Watch,
        decided: asyncio.Future[Verification],
        race: asyncio.Task[None],
    ) -> None:
        """Pass on how a race ended: a bug must reach somebody and never look like a verdict."""
        self._races.discard(race)
        watch.close()  # a race that was cancelled before its first step never got to it
        if race.cancelled():
            if not decided.done():  # closing the verifier is an early deadline
                decided.set_result(self._answer(question, watch, self.rule(question, watch.seen)))
            return
        error = race.exception()
        told = decided.done() and not decided.cancelled() and decided.exception() is not None
        if error is None or told:
            return
        if not decided.done():
            decided.set_exception(error)
            return
        race.get_loop().call_exception_handler(
            {"message": "measuring after a verdict failed", "exception": error, "task": race}
        )

    async def close(self) -> None:
        """End the measurements that still run."""
        races = list(self._races)
        for race in races:
            race.cancel()
        await asyncio.gather(*races, return_exceptions=True)

    async def _race(self, question: Question, watch: Watch, decided: asyncio.Future[Verification]) -> None:
        end = self._clock.now().monotonic + self._pace.deadline
        lags = LagWatch(question, self._venue.access.account, watch.listening)
        with watch:
            async with asyncio.TaskGroup() as group:
                askers = [
                    group.create_task(self._ask_order(question, watch, lags, decided)),
                    group.create_task(self._ask_rest(question, watch, lags, decided)),
                ]
                if self._bot_cache is not None:
                    askers.append(group.create_task(self._ask_bot_cache(question.key, watch, decided)))
                verdict = await self._until_decided(question, watch, decided, end)
                if self._measures(question, verdict):
                    await self._until_shown_by_all(watch, lags)
                for asker in askers:
                    asker.cancel()
        if self._on_sample is not None:
            lags.catch_up(watch.seen)
            await self._report(lags, with_lag=self._measures(question, verdict))

    async def _until_decided(
        self, question: Question, watch: Watch, decided: asyncio.Future[Verification], end: float
    ) -> Verdict:
        watch.heed = partial(self._judge, question, watch, decided)
        self._judge(question, watch, decided)
        await asyncio.wait({decided}, timeout=max(0.0, end - self._clock.now().monotonic))
        if not decided.done():
            decided.set_result(self._answer(question, watch, self.rule(question, watch.seen)))
        return decided.result().verdict

    def _judge(
        self,
        question: Question,
        watch: Watch,
        decided: asyncio.Future[Verification],
        news: Observation | None = None,
    ) -> None:
        """Decide if what was seen is conclusive: at once, in the frame that brought it, not a turn later."""
        if decided.done() or not watch.seen or (news is not None and not bears(question, news)):
            return
        try:
            verdict = self.rule(question, watch.seen)
        except Exception as bug:  # noqa: BLE001 - the stream must not meet it, but whoever asks
            decided.set_exception(bug)
        else:
            if verdict.conclusive:
                decided.set_result(self._answer(question, watch, verdict))

    async def _until_shown_by_all(self, watch: Watch, lags: LagWatch) -> None:
        end = self._clock.now().monotonic + self._pace.measure_for
        while True:
            watch.news.clear()
            lags.catch_up(watch.seen)
            left = end - self._clock.now().monotonic
            if lags.complete or left <= 0:
                return
            await watch.news_within(left)

    def _measures(self, question: Question, verdict: Verdict) -> bool:
        """Return True when there is a lag to learn, somebody wants it, and nobody else learns it."""
        wanted = self._on_sample is not None and verdict.kind is not VerdictKind.REFUTED
        return wanted and not self._lag_is_measured(question)

    async def _report(self, lags: LagWatch, *, with_lag: bool) -> None:
        if self._on_sample is None:
            return
        venue_time = await self._venue_clock.ask(self._pace.deadline) if with_lag else None
        for sample in (*lags.request_times(), *lags.lags(venue_time)):
            self._on_sample(sample)

    async def _ask_order(
        self, question: Question, watch: Watch, lags: LagWatch, decided: asyncio.Future[Verification]
    ) -> None:
        if question.order_id is None and question.client_order_id is None:
            watch.add(self._silent(question.key, Source.ORDER, Silence.UNSUPPORTED, "no order id is known"))
            return
        asked = 0
        while not (decided.done() and lags.shown_by(Source.ORDER)):
            sent = self._clock.now()
            try:
                seen: Observation = await self._venue.read_order(
                    question.key, order_id=question.order_id, client_order_id=question.client_order_id
                )
            except SourceError as error:
                watch.add(self._failed(question.key, Source.ORDER, error, sent))
                if not error.again:
                    return
            else:
                watch.add(seen)
            asked += 1
            await self._clock.sleep(self._pace.order.pause(asked, self._chance))

    async def _ask_rest(
        self, question: Question, watch: Watch, lags: LagWatch, decided: asyncio.Future[Verification]
    ) -> None:
        asked = 0
        while not (decided.done() and lags.shown_by(Source.REST)):
            sent = self._clock.now()
            try:
                seen = leg_in_list(await self._venue.read_positions(), question.key)
            except SourceError as error:
                watch.add(self._failed(question.key, Source.REST, error, sent))
                if not error.again:
                    return
            else:
                watch.add(seen)
            asked += 1
            await self._clock.sleep(self._pace.rest.pause(asked, self._chance))

    async def _ask_bot_cache(self, key: LegKey, watch: Watch, decided: asyncio.Future[Verification]) -> None:
        asked = 0
        while not decided.done():
            watch.add(await read_bot_cache(self._bot_cache, key, self._clock))
            asked += 1
            await self._clock.sleep(self._pace.rest.pause(asked, self._chance))

    def _failed(self, key: LegKey, source: Source, error: SourceError, sent: Moment) -> SourceSilent:
        return self._silent(key, source, Silence(error.code), str(error), sent=sent)

    def _silent(
        self, key: LegKey, source: Source, silence: Silence, detail: str, *, sent: Moment | None = None
    ) -> SourceSilent:
        came = Provenance(source, received=self._clock.now(), sent=sent)
        return SourceSilent(key, silence, detail, complete=False, provenance=came)


_STREAM_SILENCES = {
    StreamState.CONNECTING: Silence.NOT_READY,
    StreamState.DOWN: Silence.UNREACHABLE,
    StreamState.UNSUPPORTED: Silence.UNSUPPORTED,
}

"""One question under way: its sources race, the first conclusive evidence answers, the rest is measured."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from contextvars import copy_context
from functools import partial
from typing import Any

from verification.budget.backoff import Backoff
from verification.budget.purpose import Errand, Purpose, asked_for, on_errand
from verification.facts.clock import Moment
from verification.facts.errors import SourceError
from verification.facts.observation import Observation, Provenance, Silence, Source, SourceSilent
from verification.facts.question import Question
from verification.facts.verdict import Verdict, VerdictKind
from verification.facts.verification import Verification
from verification.latency.lag_watch import LagWatch
from verification.race.bot_cache import read_bot_cache
from verification.race.context import Means, SampleSink
from verification.race.poller import Asking
from verification.race.stream_listener import Watch
from verification.rules.evidence import bears
from verification.rules.working_order import rests
from verification.venues.position_list import leg_in_list

_LOOK_EVERY = 1.0  # seconds between two looks at whether a request hangs


class Race:
    """One question. It runs on timers and callbacks alone; its only tasks are the requests under way.

    Attributes:
        decided: The answer; cancelled by nobody but whoever awaits it.
    """

    def __init__(
        self, means: Means, question: Question, watch: Watch, now: Moment, over: Callable[["Race"], None]
    ) -> None:
        """Prepare; the deadline runs from `now`.

        Args:
            means: What it runs with.
            question: What is asked.
            watch: What the stream pushes about the leg; closed at the end.
            now: The present instant.
            over: Called once when nothing is left but tasks that are being cancelled.
        """
        self._means = means
        self._question = question
        self._watch = watch
        self._end = now.monotonic + means.pace.deadline
        self._tell_over = over
        self._loop = asyncio.get_running_loop()
        self._context = copy_context()  # for what follows the verdict: a copy there would be waited for
        self.decided: asyncio.Future[Verification] = self._loop.create_future()
        self._askings: list[Asking] = []
        self._lags: LagWatch | None = None
        self._spared: set[Source] = set()
        self._then: Callable[[], None] = self._at_deadline
        self._timer: asyncio.TimerHandle | None = None
        self._left: set[asyncio.Task[Observation] | asyncio.Task[None]] = set()
        self._over = False

    def start(self) -> None:
        """Judge what is known already, then ask, until the deadline."""
        if self._over:
            return  # ended before it began
        now = self._means.clock.now()
        self._watch.hear_first(now)
        self._watch.heed = self._heed
        self._judge()
        if not self.decided.done():
            self._run_until(self._end, self._at_deadline, now)
            self._ask_all(now)
        elif self._measures():
            self._ask_all(now)

    def _ask_all(self, now: Moment) -> None:
        question, pace = self._question, self._means.pace
        if question.order_id is None and question.client_order_id is None:
            self._watch.add(self._silent(Source.ORDER, Silence.UNSUPPORTED, "no order id is known"))
        else:
            self._ask(Source.ORDER, self._order, pace.order, now)
        self._ask(Source.REST, self._list, pace.rest, now)
        if self._means.bot_cache is not None:
            self._ask(Source.BOT_CACHE, self._cached, pace.rest, now)

    def _ask(
        self,
        source: Source,
        request: Callable[[], Coroutine[Any, Any, Observation]],
        pauses: Backoff,
        now: Moment,
    ) -> None:
        asking = Asking(
            self._question.key,
            source,
            request,
            self._watch.add,
            wanted=self._wants,
            pause=partial(pauses.pause, chance=self._means.chance),
            patience=self._means.pace.patience,
            failed=self._failed,
            clock=self._means.clock,
        )
        self._askings.append(asking)
        asking.ask(now)

    async def _order(self) -> Observation:
        question = self._question
        with self._errand():
            return await self._means.venue.read_order(
                question.key, order_id=question.order_id, client_order_id=question.client_order_id
            )

    async def _list(self) -> Observation:
        with self._errand():
            return leg_in_list(await self._means.venue.read_positions(), self._question.key)

    def _errand(self) -> AbstractContextManager[None]:
        """Name what a request is for: after the verdict it only measures, whoever wanted the verdict."""
        if self.decided.done():
            return on_errand(Errand(Purpose.MEASUREMENT))
        return asked_for(Purpose.VERIFICATION)

    async def _cached(self) -> Observation:
        return await read_bot_cache(self._means.bot_cache, self._question.key, self._means.clock)

    def _wants(self, source: Source) -> bool:
        """Until the verdict every source is asked; then those that answer, and whose lag is to be learnt."""
        if not self.decided.done():
            return True
        if source is Source.BOT_CACHE or source in self._spared:
            return False
        return self._lags is None or not self._lags.shown_by(source)

    def _heed(self, news: Observation) -> None:
        if not self.decided.done():
            if bears(self._question, news):
                self._judge()
            return
        if isinstance(news, SourceSilent) and news.silence is not Silence.ABSENT:
            self._spared.add(news.provenance.source)  # a venue in trouble is not asked more than needed
        if self._lags is not None:
            self._measure()

    def _judge(self) -> None:
        """Decide if what was seen is conclusive: at once, in the frame that brought it, not a turn later."""
        if not self._watch.seen:
            return
        try:
            verdict = self._means.rule(self._question, self._watch.seen)
        except Exception as bug:  # noqa: BLE001 - the stream must not meet it, but whoever asks
            self._failed(bug)
        else:
            if verdict.conclusive:
                self._decide(verdict)

    def _at_deadline(self) -> None:
        if self.decided.done():
            return  # in this very turn
        try:
            self._decide(self._means.rule(self._question, self._watch.seen))
        except Exception as bug:  # noqa: BLE001 - as above
            self._failed(bug)

    def _decide(self, verdict: Verdict) -> None:
        seen = tuple(self._watch.seen)
        answer = Verification(self._question, verdict, seen, decided=self._means.clock.now())
        self.decided.set_result(answer)
        self._loop.call_soon(
            self._after_verdict, context=self._context
        )  # whoever waits for the verdict goes on first

    def _failed(self, bug: BaseException) -> None:
        """Pass on a bug: it must reach somebody and never look like a verdict."""
        if self.decided.done():
            self._loop.call_exception_handler(
                {"message": "measuring after a verdict failed", "exception": bug}
            )
        else:
            self.decided.set_exception(bug)
        self._loop.call_soon(self.stop)

    def _measures(self) -> bool:
        """Return True when there is a lag to learn, somebody wants it, and nobody else learns it."""
        if self._means.on_sample is None or self._means.lag_is_measured(self._question):
            return False
        answer = self.decided.result()
        if rests(answer.question, answer.verdict, answer.observations):
            return False  # there is no fill yet, and asking for it for a minute would be paid for each order
        return answer.verdict.kind is not VerdictKind.REFUTED

    def _after_verdict(self) -> None:
        if self._over:
            return
        means = self._means
        if means.on_sample is None:
            self.stop()
            return
        self._lags = LagWatch(self._question, means.venue.access.account, self._watch.listening)
        if self._measures():
            now = means.clock.now()
            self._run_until(now.monotonic + means.pace.measure_for, self._report, now)
            self._measure()
        else:
            self._report()

    def _measure(self) -> None:
        if self._lags is not None and not self._over:
            self._lags.catch_up(self._watch.seen)
            if self._lags.complete:
                self._report()

    def _report(self) -> None:
        """End the measuring and tell what was learnt."""
        means, lags = self._means, self._lags
        if self._over or lags is None or means.on_sample is None:
            return
        lags.catch_up(self._watch.seen)
        if self._measures():
            self._await_end_of(self._loop.create_task(self._tell_lags(lags, means.on_sample)))
        for sample in lags.request_times():
            means.on_sample(sample)
        self.stop()

    async def _tell_lags(self, lags: LagWatch, on_sample: SampleSink) -> None:
        venue_time = await self._means.venue_clock.ask(self._means.pace.deadline)
        for sample in lags.lags(venue_time):
            on_sample(sample)

    def stop(self) -> None:
        """Ask and listen no more. The tasks that this cancels end in the next turns."""
        self._end_asking()
        self._over = True
        if not self._left:
            self._tell_over(self)

    async def end(self) -> None:
        """Answer now with what is known, as at the deadline, and leave nothing behind."""
        if not self.decided.done():
            self._at_deadline()
        self.stop()
        for task in self._left:
            task.cancel()
        if self._left:
            await asyncio.wait(self._left)

    def _end_asking(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for asking in self._askings:
            for task in asking.stop():
                self._await_end_of(task)
        self._askings.clear()
        self._watch.close()

    def _await_end_of(self, task: asyncio.Task[Observation] | asyncio.Task[None]) -> None:
        self._left.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Observation] | asyncio.Task[None]) -> None:
        self._left.discard(task)
        bug = None if task.cancelled() else task.exception()
        if bug is not None and not isinstance(bug, SourceError):
            self._failed(bug)
        if self._over and not self._left:
            self._tell_over(self)

    def _run_until(self, end: float, then: Callable[[], None], now: Moment) -> None:
        """Look after the requests until a moment of the monotonic clock, in seconds; then do something."""
        if self._timer is not None:
            self._timer.cancel()
        self._end, self._then = end, then
        left = end - now.monotonic
        self._timer = self._loop.call_later(max(0.0, min(left, _LOOK_EVERY)), self._look_after)

    def _look_after(self) -> None:
        self._timer = None
        now = self._means.clock.now()
        if now.monotonic >= self._end:
            self._then()
            return
        for asking in self._askings:
            asking.look_after(now)
        if not self._over:
            self._run_until(self._end, self._then, now)

    def _silent(self, source: Source, silence: Silence, detail: str) -> SourceSilent:
        came = Provenance(source, received=self._means.clock.now())
        return SourceSilent(self._question.key, silence, detail, complete=False, provenance=came)

"""One question under way: its sources race, the first conclusive evidence answers, the rest is measured."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from functools import partial
from typing import Any

from verification.budget.backoff import Backoff
from verification.facts.clock import Moment
from verification.facts.errors import SourceError
from verification.facts.observation import Observation, Provenance, Silence, Source, SourceSilent
from verification.facts.question import Question
from verification.facts.verdict import Verdict, VerdictKind
from verification.facts.verification import Verification
from verification.latency.lag_watch import LagWatch
from verification.race.context import RaceContext, SampleSink
from verification.race.poller import Poller
from verification.race.requests import Requests
from verification.race.stream_listener import StreamListener
from verification.rules.evidence import bears, is_doubtful_end
from verification.rules.working_order import rests

_LOOK_EVERY = 1.0  # seconds between two looks at whether a request hangs


class Race:
    """One question. It runs on timers and callbacks alone; its only tasks are the requests under way.

    Attributes:
        decided: The answer; cancelled by nobody but whoever awaits it.
    """

    def __init__(
        self,
        context: RaceContext,
        question: Question,
        watch: StreamListener,
        now: Moment,
        over: Callable[["Race"], None],
    ) -> None:
        """Prepare; the deadline runs from `now`.

        Args:
            context: What it runs with.
            question: What is asked.
            watch: What the stream pushes about the leg; closed at the end.
            now: The present instant.
            over: Called once when nothing is left but tasks that are being cancelled.
        """
        self._context = context
        self._question = question
        self._watch = watch
        self._rule = context.rule
        self._end = now.monotonic + context.pace.deadline
        self._tell_over = over
        self._loop = asyncio.get_running_loop()
        self._variables = copy_context()  # for what follows the verdict: a copy there would be waited for
        self.decided: asyncio.Future[Verification] = self._loop.create_future()
        self._requests = Requests(context, question, self.decided.done)
        self._pollers: list[Poller] = []
        self._end_is_checked = False
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
        now = self._context.clock.now()
        self._watch.hear_first(now)
        self._watch.on_observation = self._on_observation
        self._judge()
        if not self.decided.done():
            self._run_until(self._end, self._at_deadline, now)
            self._ask_all(now)
            for known in tuple(self._watch.seen):
                self._check_end(known)
        elif self._measures():
            self._ask_all(now)

    def _ask_all(self, now: Moment) -> None:
        question, pace = self._question, self._context.pace
        if question.order_id is None and question.client_order_id is None:
            self._watch.add(self._silent(Source.ORDER, Silence.UNSUPPORTED, "no order id is known"))
        else:
            self._ask(Source.ORDER, self._requests.order, pace.order, now)
        self._ask(Source.REST, self._requests.list, pace.rest, now)
        if self._context.bot_cache is not None:
            self._ask(Source.BOT_CACHE, self._requests.cached, pace.rest, now)

    def _ask(
        self,
        source: Source,
        request: Callable[[], Coroutine[Any, Any, Observation]],
        pauses: Backoff,
        now: Moment,
        most: int | None = None,
    ) -> None:
        poller = Poller(
            self._question.key,
            source,
            request,
            self._watch.add,
            wanted=self._wants,
            pause=partial(pauses.pause, rng=self._context.rng),
            patience=self._context.pace.patience,
            failed=self._failed,
            clock=self._context.clock,
            most=most,
        )
        self._pollers.append(poller)
        poller.ask(now)

    def _check_end(self, seen: Observation) -> None:
        """Have the trades of an order asked for at once when the stream shows it ended: a status can lie.

        Once: whatever they do not settle, the order is asked about as before.
        """
        if not self._end_is_checked and is_doubtful_end(seen, self._question):
            self._end_is_checked = True
            request = partial(self._requests.trades, seen)
            self._ask(Source.ORDER, request, self._context.pace.order, seen.provenance.received, most=1)

    def _wants(self, source: Source) -> bool:
        """Until the verdict every source is asked; then those that answer, and whose lag is to be learnt."""
        if not self.decided.done():
            return True
        if source is Source.BOT_CACHE or source in self._spared:
            return False
        return self._lags is None or not self._lags.shown_by(source)

    def _on_observation(self, news: Observation) -> None:
        if not self.decided.done():
            if not isinstance(news, SourceSilent) or bears(self._question, news):
                self._judge()
                if self._pollers and not self.decided.done():
                    self._check_end(news)
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
            verdict = self._rule(self._question, self._watch.seen)
        except Exception as bug:  # noqa: BLE001 - the stream must not meet it, but whoever asks
            self._failed(bug)
        else:
            if verdict.conclusive:
                self._decide(verdict)

    def _at_deadline(self) -> None:
        if self.decided.done():
            return  # in this very turn
        try:
            self._decide(self._context.rule(self._question, self._watch.seen))
        except Exception as bug:  # noqa: BLE001 - as above
            self._failed(bug)

    def _decide(self, verdict: Verdict) -> None:
        seen = tuple(self._watch.seen)
        answer = Verification(self._question, verdict, seen, decided=self._context.clock.now())
        self.decided.set_result(answer)
        self._loop.call_soon(
            self._after_verdict, context=self._variables
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
        if self._context.on_sample is None or self._context.lag_is_measured(self._question):
            return False
        answer = self.decided.result()
        if rests(answer.question, answer.verdict, answer.observations):
            return False  # there is no fill yet, and asking for it for a minute would be paid for each order
        return answer.verdict.kind is not VerdictKind.REFUTED

    def _after_verdict(self) -> None:
        if self._over:
            return
        context = self._context
        if context.on_sample is None:
            self.stop()
            return
        self._lags = LagWatch(self._question, context.venue.access.account, self._watch.listening)
        if self._measures():
            now = context.clock.now()
            self._run_until(now.monotonic + context.pace.measure_for, self._report, now)
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
        context, lags = self._context, self._lags
        if self._over or lags is None or context.on_sample is None:
            return
        lags.catch_up(self._watch.seen)
        if self._measures():
            self._await_end_of(self._loop.create_task(self._emit_lags(lags, context.on_sample)))
        for sample in lags.request_times():
            context.on_sample(sample)
        self.stop()

    async def _emit_lags(self, lags: LagWatch, on_sample: SampleSink) -> None:
        venue_time = await self._context.venue_clock.ask(self._context.pace.deadline)
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
        for poller in self._pollers:
            for task in poller.stop():
                self._await_end_of(task)
        self._pollers.clear()
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
        now = self._context.clock.now()
        if now.monotonic >= self._end:
            self._then()
            return
        for poller in self._pollers:
            poller.look_after(now)
        if not self._over:
            self._run_until(self._end, self._then, now)

    def _silent(self, source: Source, silence: Silence, detail: str) -> SourceSilent:
        came = Provenance(source, received=self._context.clock.now())
        return SourceSilent(self._question.key, silence, detail, complete=False, provenance=came)

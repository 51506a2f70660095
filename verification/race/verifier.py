"""Races the sources for one question, answers with the first conclusive evidence, and goes on measuring."""

import random
from collections.abc import Callable

from verification.budget.purpose import Purpose, asked_for
from verification.facts.clock import Clock
from verification.facts.errors import SourceUnreachable
from verification.facts.leg import LegKey
from verification.facts.observation import PositionSeen
from verification.facts.question import Baseline, Question
from verification.facts.verification import Verification
from verification.latency.venue_clock import VenueClock
from verification.race.admission_gate import AdmissionGate
from verification.race.context import RaceContext, SampleSink
from verification.race.pace import Pace
from verification.race.race import Race
from verification.race.stream_listener import StreamListener
from verification.rules.baseline import baseline_of
from verification.rules.judgement import decide
from verification.venues.port import Venue
from verification.venues.position_list import leg_in_list, list_within


class Verifier:
    """Answers questions about one account. Safe to use for many questions at once."""

    rule = staticmethod(decide)
    race = Race

    def __init__(
        self,
        venue: Venue,
        clock: Clock,
        *,
        rng: random.Random,
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
            rng: Jitter between questions.
            pace: How time and budget are spent.
            bot_cache: Any object; see `read_bot_cache`.
            on_sample: Gets each latency measured. None: after a verdict nothing more is asked.
            venue_clock: The venue's clock as others know it already; None: one of its own.
            lag_is_measured: True of a question whose fill somebody else measures: only request times are
                sampled then, and nothing is asked after the verdict.
        """
        self._context = RaceContext(
            venue,
            clock,
            rng,
            pace or Pace(),
            self.rule,
            bot_cache,
            venue_clock or VenueClock(venue, clock),
            on_sample,
            lag_is_measured,
        )
        self._gate = AdmissionGate()
        self._races: set[Race] = set()

    def watch(self, key: LegKey) -> StreamListener:
        """Start to listen for a leg. Call it before the order is sent, so that no push can be missed."""
        return StreamListener(self._context.venue, key, self._context.clock.now())

    async def baseline(self, key: LegKey) -> Baseline:
        """Return what the leg holds now, for a question that is to be asked after an order.

        Without a version rows cannot prove the open (an older position might be shown again), the order's
        own facts can: so it is where no source shows the leg, and where list and stream disagree.

        Raises:
            SourceError: The position list, or the part of it that shows the leg, could not be read in time.
        """
        with asked_for(Purpose.VERIFICATION):
            reading = await list_within(self._context.venue, self._context.pace.deadline)
        listed = leg_in_list(reading, key)
        pushed = self._context.venue.latest(key)
        in_list = listed if isinstance(listed, PositionSeen) else None
        in_stream = pushed if isinstance(pushed, PositionSeen) else None
        unread = reading.why_unread(key.symbol)
        if unread is not None and in_list is None and in_stream is None:
            raise SourceUnreachable(f"what is held in {key.symbol} is not known: {unread}")
        return baseline_of(in_list, in_stream)

    async def verify(self, question: Question, watch: StreamListener | None = None) -> Verification:
        """Answer `question`: at the first conclusive evidence, at the latest at the deadline.

        Args:
            question: What is asked.
            watch: A watch started before the order was sent; a new one is started if None. It is closed when
                the slower sources have been measured.

        Returns:
            The verification, with UNKNOWN as its verdict if no source proved anything in time.
        """
        now = self._context.clock.now()
        watch = watch or StreamListener(self._context.venue, question.key, now)
        race = self.race(self._context, question, watch, now, self._races.discard)
        self._races.add(race)
        try:
            await self._gate.enter()
            race.start()
            return await race.decided
        except BaseException:
            await race.end()
            raise

    async def close(self) -> None:
        """Answer what is asked now with what is known, and end the measurements that still run."""
        for race in tuple(self._races):
            await race.end()

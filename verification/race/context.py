"""What every race of an account runs with."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from verification.facts.clock import Clock
from verification.facts.observation import Observation
from verification.facts.question import Question
from verification.facts.verdict import Verdict
from verification.latency.sample import LatencySample
from verification.latency.venue_clock import VenueClock
from verification.race.pace import Pace
from verification.venues.port import Venue

SampleSink = Callable[[LatencySample], None]
Rule = Callable[[Question, Sequence[Observation]], Verdict]


@dataclass(frozen=True, slots=True)
class RaceContext:
    """What every race of an account runs with.

    Attributes:
        venue: The account.
        clock: Where time comes from.
        rng: Jitter between questions.
        pace: How time and budget are spent.
        rule: What observations prove.
        bot_cache: Any object, see `read_bot_cache`; None if the bot has none.
        venue_clock: The venue's clock, for lags.
        on_sample: Gets each latency measured; None if nobody wants any.
        lag_is_measured: True of a question whose fill somebody else measures.
    """

    venue: Venue
    clock: Clock
    rng: random.Random
    pace: Pace
    rule: Rule
    bot_cache: object | None
    venue_clock: VenueClock
    on_sample: SampleSink | None
    lag_is_measured: Callable[[Question], bool]

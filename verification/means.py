"""What every race of an account runs with."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from verification.clock import Clock
from verification.latency import LatencySample
from verification.observation import Observation
from verification.pace import Pace
from verification.question import Question
from verification.venue import Venue
from verification.venue_clock import VenueClock
from verification.verdict import Verdict

SampleSink = Callable[[LatencySample], None]
Rule = Callable[[Question, Sequence[Observation]], Verdict]


@dataclass(frozen=True, slots=True)
class Means:
    """What every race of an account runs with.

    Attributes:
        venue: The account.
        clock: Where time comes from.
        chance: Jitter between questions.
        pace: How time and budget are spent.
        rule: What observations prove.
        bot_cache: Any object, see `read_bot_cache`; None if the bot has none.
        venue_clock: The venue's clock, for lags.
        on_sample: Gets each latency measured; None if nobody wants any.
        lag_is_measured: True of a question whose fill somebody else measures.
    """

    venue: Venue
    clock: Clock
    chance: random.Random
    pace: Pace
    rule: Rule
    bot_cache: object | None
    venue_clock: VenueClock
    on_sample: SampleSink | None
    lag_is_measured: Callable[[Question], bool]

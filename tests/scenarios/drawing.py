"""Draws a scenario: what each source says and from when on, and what the verifier answers, in one line.

    told = tell(opening(43), stream={0.008: row(43, 11)}, listed={3: shows(43, 11)})
    assert told.answer == "confirmed 43 by websocket"

Seconds count from the question. The real verifier plays it in virtual time. A source that is not drawn says
what an innocent one says of a leg it does not know: the order is not found, the list is complete and does not
show the leg, the stream lives and pushes nothing.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from msgspec.structs import replace

from tests.verification.drawn import KEY, START, order
from tests.verification.scene import Scene, play
from verification.facts.account import Position
from verification.facts.clock import microseconds
from verification.facts.leg import LegKey
from verification.facts.observation import Observation, OrderSeen, Silence, Source, SourceSilent
from verification.facts.question import Question
from verification.facts.verdict import Grade, Verdict
from verification.facts.verification import Verification
from verification.latency.sample import LatencySample, Measure
from verification.rules.judgement import decide
from verification.venues.stream_state import StreamState

NOT_FOUND = "not found"
NOTHING: tuple[Position, ...] = ()
DEADLINE = 10.0
_MEASURED = 75.0  # seconds after the answer by which the slower sources have been measured

Timeline = Mapping[float, object]
"""What a source says, by the second from which on it says so. An exception fails it, None lets it hang."""


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it.

    Attributes:
        verification: The whole of it.
        samples: What was measured, until all was measured.
        looks: When each source that is asked was asked before the answer, in seconds.
    """

    verification: Verification
    samples: tuple[LatencySample, ...]
    looks: Mapping[Source, list[float]]

    @property
    def verdict(self) -> Verdict:
        return self.verification.verdict

    @property
    def answer(self) -> str:
        """What was found, how much of it, who said so: `partial 20 by order`."""
        verdict = self.verdict
        words = [str(verdict.kind)]
        words += [str(verdict.mismatch)] if verdict.mismatch is not None else []
        words += [f"{verdict.quantity:f}"] if verdict.quantity is not None else []
        words += [f"by {verdict.decided_by}"] if verdict.decided_by is not None else []
        words += ["(bounded lag)"] if verdict.grade is Grade.BOUNDED_LAG else []
        return " ".join(words)

    @property
    def seconds(self) -> float:
        """From the question to the answer."""
        return self.verification.milliseconds / 1000

    def lag(self, source: Source) -> float:
        """How many seconds after the fill a source first showed it."""
        lags = [s for s in self.samples if s.measure is Measure.VISIBILITY_LAG and s.source is source]
        assert len(lags) == 1, f"{source}: {lags}"
        return lags[0].milliseconds / 1000

    def silences(self, source: Source) -> set[Silence]:
        """Why a source said nothing, as it was recorded."""
        seen = [each for each in self.verification.observations if isinstance(each, SourceSilent)]
        return {each.silence for each in seen if each.provenance.source is source}


def tell(
    question: Question,
    *,
    stream: Mapping[float, Observation] | None = None,
    order: Timeline | None = None,
    listed: Timeline | None = None,
    cache: Mapping[float, Decimal | None] | None = None,
    live_from: float = 0.0,
) -> Told:
    """Play a scenario. The bot has a `cache` of its own only where one is drawn."""
    answers: list[Verification] = []
    told: list[Told] = []

    async def story(scene: Scene) -> None:
        venue = scene.venue
        venue.order.answers = {0.0: NOT_FOUND} | dict(order or {})
        venue.positions.answers = {0.0: NOTHING} | dict(listed or {})
        for seconds, fact in (stream or {}).items():
            venue.push_later(seconds, fact)
        if live_from:
            venue.state = StreamState.CONNECTING
            asyncio.get_running_loop().call_later(live_from, setattr, venue, "state", StreamState.LIVE)
        answers.append(await scene.ask(question))
        looks = {Source.ORDER: [*venue.order.asked_at], Source.REST: [*venue.positions.asked_at]}
        await asyncio.sleep(_MEASURED)
        told.append(Told(answers[0], tuple(scene.samples), looks))

    play(story, bot_cache=None if cache is None else _Cache(cache))
    (end,) = told
    assert end.seconds <= DEADLINE + 0.05, "a verdict later than the deadline"
    assert decide(question, end.verdict.rests_on).kind is end.verdict.kind, "not what it rests on"
    return end


def filled(quantity: float | str = 43, *, at: float = 0.0) -> OrderSeen:
    """The order has executed whole, its trades agree; the venue dates the fill so many seconds after."""
    seen = order(quantity, ended=True, agree=True)
    when = START + timedelta(seconds=at)
    return replace(seen, status="closed", provenance=replace(seen.provenance, exchange_us=microseconds(when)))


def shows(quantity: float | str, version: int | None, *, key: LegKey = KEY) -> tuple[Position, ...]:
    """A complete position list with one row."""
    return (Position(key, Decimal(str(quantity)), version, None, None, None, None),)


class _Cache:
    """A bot's own position cache that learns as the bot does."""

    def __init__(self, entries: Mapping[float, Decimal | None]) -> None:
        self._entries = entries

    def get_cached_position(self, symbol: str) -> dict[str, Decimal] | None:
        now = asyncio.get_running_loop().time()
        known = [entry for since, entry in self._entries.items() if since <= now and symbol == KEY.symbol]
        return {"quantity": known[-1]} if known and known[-1] is not None else None

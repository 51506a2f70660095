"""Notes, for one question, when each source first showed the answer: visibility lag and request times."""

from collections.abc import Sequence
from datetime import datetime

from verification.facts.observation import (
    Observation,
    OrderSeen,
    PositionSeen,
    Provenance,
    Silence,
    Source,
    SourceSilent,
)
from verification.facts.order_identity import is_of
from verification.facts.question import OpenQuestion, Question
from verification.latency.first_showing import FirstAnswer, Listening, lag_of_push
from verification.latency.sample import LatencySample, Measure, behind_fastest
from verification.latency.venue_time import VenueTime

MEASURED = (Source.WEBSOCKET, Source.ORDER, Source.REST)


class LagWatch:
    """Is told every observation; knows the fill's time and who showed it when."""

    def __init__(self, question: Question, account: str, listening: Listening | None) -> None:
        """Nothing has been shown yet. `listening` tells since when pushes have been heard."""
        self._question = question
        self._account = account
        self._listening = listening
        self._noted = 0
        self._filled_at: datetime | None = None
        self._shown: set[Source] = set()
        self._answers = {Source.ORDER: FirstAnswer(), Source.REST: FirstAnswer()}
        self._pushed: Provenance | None = None
        self._requests: list[LatencySample] = []

    def catch_up(self, seen: Sequence[Observation]) -> None:
        """Note what `seen` holds beyond what was noted before. It only grows."""
        for observation in seen[self._noted :]:
            self.note(observation)
        self._noted = len(seen)

    def note(self, seen: Observation) -> None:
        """Take one observation into account."""
        came = seen.provenance
        answered = not isinstance(seen, SourceSilent) or seen.silence is Silence.ABSENT
        # What was known before the question arose comes along as well; its request has been counted.
        asked_since = came.sent is not None and came.sent.monotonic >= self._question.asked.monotonic
        if asked_since and answered:
            self._requests.append(request_time(self._account, came))
        shows = self._shows(seen)
        if shows:
            self._shown.add(came.source)
        if isinstance(seen, OrderSeen) and shows and _dates_the_fill(seen):
            known = self._filled_at
            at = came.exchange_at
            self._filled_at = at if known is None or at is None else min(known, at)
        if came.source is Source.WEBSOCKET:
            if shows and self._pushed is None:
                self._pushed = came
        elif came.source in self._answers:
            self._note_answer(seen, self._answers[came.source], answered=answered, shows=shows)

    def _note_answer(self, seen: Observation, first: FirstAnswer, *, answered: bool, shows: bool) -> None:
        came = seen.provenance
        if came.sent is None or not answered:
            first.failed()
        elif not shows:
            first.without(came.sent)
        elif isinstance(seen, SourceSilent):
            # A leg that is missing from the list may have been closed, or may not be listed yet.
            first.failed()
        else:
            first.showed(came.sent, came.received)

    def shown_by(self, source: Source) -> bool:
        """True once `source` has shown the fill."""
        return source in self._shown

    @property
    def complete(self) -> bool:
        """True once every measured source has shown it."""
        return self._shown.issuperset(MEASURED)

    def request_times(self) -> list[LatencySample]:
        """Return how long each answer took."""
        return list(self._requests)

    def lags(self, venue_time: VenueTime | None) -> list[LatencySample]:
        """Return the visibility lags that say something about their source, and how far they lie apart.

        See `first_showing`.

        Args:
            venue_time: None if the venue's clock is not known: lags cannot be told then, for they run from
                the venue's time of the fill to ours.
        """
        if venue_time is None or self._filled_at is None:
            return []
        filled = venue_time.monotonic(self._filled_at)
        samples = []
        if self._pushed is not None:
            came = self._pushed
            lag = lag_of_push(came.received, came.epoch, self._listening, filled, venue_time.slack)
            samples += self._lag(Source.WEBSOCKET, came.received.utc, lag)
        for source, first in self._answers.items():
            if first.shown is not None:
                samples += self._lag(source, first.shown.utc, first.lag(filled))
        return samples + behind_fastest(samples)

    def _lag(self, source: Source, at: datetime, lag: float | None) -> list[LatencySample]:
        return [] if lag is None else [LatencySample(self._account, source, Measure.VISIBILITY_LAG, at, lag)]

    def _shows(self, seen: Observation) -> bool:
        question = self._question
        if seen.key != question.key:
            return False
        match seen:
            case OrderSeen():
                return is_of(question, seen) and seen.executed != 0
            case PositionSeen():
                return self._row_shows(seen)
            case SourceSilent():
                if isinstance(question, OpenQuestion) or seen.provenance.source is not Source.REST:
                    return False
                return seen.silence is Silence.ABSENT and seen.complete

    def _row_shows(self, row: PositionSeen) -> bool:
        question = self._question
        before = question.baseline if isinstance(question, OpenQuestion) else question.position
        if before is None:
            return False
        if row.version is not None and before.version is not None and row.version <= before.version:
            return False  # an old fact told again
        if isinstance(question, OpenQuestion):
            return (row.quantity - before.quantity) * question.side.sign > 0
        held = before.quantity
        return row.quantity == 0 or abs(row.quantity) < abs(held) or row.quantity * held < 0


def request_time(account: str, came: Provenance) -> LatencySample:
    """Return how long an answer took.

    Raises:
        ValueError: It was pushed, not asked for.
    """
    if came.sent is None:
        raise ValueError("a push has no request time")
    took = (came.received.monotonic - came.sent.monotonic) * 1000
    return LatencySample(account, came.source, Measure.REQUEST_TIME, came.received.utc, round(took, 3))


def _dates_the_fill(seen: OrderSeen) -> bool:
    """False for an order that ended otherwise, for its time is that of its end."""
    return seen.provenance.exchange_at is not None and seen.status in {"open", "closed"}

"""Notes, for one question, when each source first showed the answer: visibility lag and request times."""

from datetime import datetime, timedelta

from verification.clock import Moment
from verification.latency import LatencySample, Measure
from verification.observation import Observation, OrderSeen, PositionSeen, Silence, Source, SourceSilent
from verification.question import OpenQuestion, Question

MEASURED = (Source.WEBSOCKET, Source.ORDER, Source.REST)


class LagWatch:
    """Is told every observation; knows the fill's time and who showed it when."""

    def __init__(self, question: Question, account: str) -> None:
        """Nothing has been shown yet."""
        self._question = question
        self._account = account
        self._filled_at: datetime | None = None
        self._first: dict[Source, Moment] = {}
        self._requests: list[LatencySample] = []

    def note(self, seen: Observation) -> None:
        """Take one observation into account."""
        came = seen.provenance
        if came.sent is not None:
            took = (came.received.monotonic - came.sent.monotonic) * 1000
            self._requests.append(
                LatencySample(self._account, came.source, Measure.REQUEST_TIME, came.received.utc, took)
            )
        if not self._shows(seen):
            return
        self._first.setdefault(came.source, came.received)
        if isinstance(seen, OrderSeen) and came.exchange_at is not None:
            known = self._filled_at
            self._filled_at = came.exchange_at if known is None else min(known, came.exchange_at)

    def shown_by(self, source: Source) -> bool:
        """True once `source` has shown the fill."""
        return source in self._first

    @property
    def complete(self) -> bool:
        """True once every measured source has shown it."""
        return all(source in self._first for source in MEASURED)

    def samples(self, offset: timedelta | None, now: Moment) -> list[LatencySample]:
        """Return what was measured.

        Args:
            now: When `offset` was measured. Earlier instants are counted back from it on the monotonic clock,
                so that a wall clock that was set meanwhile does not look like a lag.
            offset: Venue clock minus ours. None if it is unknown: visibility lag cannot be told then, for it
                runs from the venue's time of the fill to ours.
        """
        samples = list(self._requests)
        if offset is None or self._filled_at is None:
            return samples
        filled = self._filled_at - offset
        for source, moment in self._first.items():
            shown = now.utc - timedelta(seconds=now.monotonic - moment.monotonic)
            lag = (shown - filled) / timedelta(milliseconds=1)
            samples.append(
                LatencySample(self._account, source, Measure.VISIBILITY_LAG, moment.utc, round(lag, 3))
            )
        return samples

    def _shows(self, seen: Observation) -> bool:
        question = self._question
        if seen.key != question.key:
            return False
        match seen:
            case OrderSeen():
                ours = question.order_id is not None and seen.order_id == question.order_id
                named = question.client_order_id is not None and (
                    seen.client_order_id == question.client_order_id
                )
                return (ours or named) and seen.executed != 0
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

"""Keeps what the stream pushes about one leg, from before the order until the last measurement."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from verification.facts.clock import Moment
from verification.facts.leg import LegKey
from verification.facts.observation import Observation, Provenance, Silence, Source, SourceSilent
from verification.latency.first_showing import Listening
from verification.venues.port import Venue
from verification.venues.stream_state import StreamState


class StreamListener:
    """Keeps what the stream pushes about one leg, from before the order is sent.

    Attributes:
        listening: Since when, and to which life of the stream; None if it was not live at the beginning.
        on_observation: Called with each observation as it is added; must not raise. None: nobody needs to
            know at once.
    """

    def __init__(self, venue: Venue, key: LegKey, now: Moment) -> None:
        """Start to listen at once."""
        self.key = key
        self._venue = venue
        health = venue.stream_health()
        self.listening = Listening(now, health.epoch) if health.state is StreamState.LIVE else None
        self.seen: list[Observation] = []
        self.on_observation: Callable[[Observation], None] | None = None
        self._stop: Callable[[], None] | None = venue.listen(self._hear)

    def hear_first(self, now: Moment) -> None:
        """Take in what the stream showed before this began; or that it cannot show anything now."""
        known = self._venue.latest(self.key)
        if known is not None and known not in self.seen:
            self.add(known)
        health = self._venue.stream_health()
        silence = _STREAM_SILENCES.get(health.state)
        if silence is not None:
            detail = health.error or f"the stream is {health.state}"
            came = Provenance(Source.WEBSOCKET, received=now)
            self.add(SourceSilent(self.key, silence, detail, complete=False, provenance=came))

    def _hear(self, observation: Observation) -> None:
        if observation.key == self.key:  # `add` spelled out: a verdict waits for each call
            self.seen.append(observation)
            if self.on_observation is not None:
                self.on_observation(observation)

    def add(self, observation: Observation) -> None:
        """Put one more observation to the rest and tell `on_observation` of it."""
        self.seen.append(observation)
        if self.on_observation is not None:
            self.on_observation(observation)

    def close(self) -> None:
        """Stop listening. Safe to call twice."""
        stop, self._stop = self._stop, None
        if stop is not None:
            stop()

    def __enter__(self) -> Self:
        """Listen for the length of a block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening."""
        self.close()


_STREAM_SILENCES = {
    StreamState.CONNECTING: Silence.NOT_READY,
    StreamState.DOWN: Silence.UNREACHABLE,
    StreamState.UNSUPPORTED: Silence.UNSUPPORTED,
}

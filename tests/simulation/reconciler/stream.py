"""The simulated private stream as the gateway keeps it: it notices by itself that it misses facts."""

from collections.abc import Callable
from typing import Any

from typing_extensions import override

from tests.simulation.stream import SimulatedStream
from verification.facts.account import PositionsReading
from verification.facts.clock import Moment
from verification.facts.observation import Observation, PositionSeen, Source
from verification.venues.capabilities import StreamRules
from verification.venues.stream_state import StreamHealth, StreamState
from verification.venues.streaming.pushing import Pushing
from verification.venues.streaming.steadiness import Steadiness

RULES = StreamRules()
LOOK = 1.0
"""Seconds between two looks at whether it has to be renewed."""


class WatchedStream(SimulatedStream):
    """Lives, dies and is renewed; `mute` says when it pushes nothing although it stands."""

    mute: tuple[tuple[float, float], ...] = ()
    supported = True

    @override
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._pushing = Pushing(RULES)
        self._steadiness = Steadiness(RULES, self._since)
        self._frame: Moment | None = None
        self.state = StreamState.CONNECTING
        self.epoch = 0

    @override
    def start(self) -> None:
        if self.supported:
            super().start()
        else:
            self.state = StreamState.UNSUPPORTED

    @override
    def health(self) -> StreamHealth:
        live = self.state is StreamState.LIVE
        now = self._clock.now()
        if live:
            self._frame = now  # pongs come, whatever is pushed or not
        missed = self._pushing.silent_since(now) if live else None
        error = None if live else "connection reset"
        away = self._steadiness.away_since(now)
        proof = self._pushing.proof() if live else None
        return StreamHealth(
            self.state, self.epoch, self._since, self._frame, None, missed, error, away, proof
        )

    def compare(self, reading: PositionsReading) -> None:
        """Hold a complete position list against what was pushed."""
        if self.state is StreamState.LIVE and reading.sent.monotonic >= self._since.monotonic:
            self._pushing.compare(reading, self.store.facts())

    @override
    def _send(self, deliver: Callable[..., None], *what: object) -> None:
        now = self._clock.now().monotonic
        if not any(start <= now < end for start, end in self.mute):
            super()._send(deliver, *what)

    @override
    def _tell(self, seen: Observation) -> None:
        if isinstance(seen, PositionSeen) and seen.provenance.source is Source.WEBSOCKET:
            self._pushing.pushed(seen)
        super()._tell(seen)

    @override
    async def _live(self) -> None:
        while True:
            await self._connect()
            await self._until_it_ends()
            self._turn(StreamState.DOWN)
            self.store.begin()
            now = self._clock.now()
            self._pushing.end(now)
            self._steadiness.ended(now, fault=False)
            await self._clock.sleep(0.3)

    async def _connect(self) -> None:
        while self._is_down():
            await self._clock.sleep(LOOK)
        self.epoch += 1
        self._turn(StreamState.CONNECTING)
        while not await self._load():
            await self._clock.sleep(LOOK)
        self._pushing.begin()
        self._turn(StreamState.LIVE)
        self._steadiness.began(self._clock.now())

    async def _until_it_ends(self) -> None:
        while not self._is_down():
            await self._clock.sleep(LOOK)
            if self._pushing.is_deaf(self._clock.now()):
                return

    def _is_down(self) -> bool:
        now = self._clock.now().monotonic
        return any(down <= now < up for down, up in self._weather.down)

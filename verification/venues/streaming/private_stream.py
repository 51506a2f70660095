"""The account's private stream: connects, takes a snapshot, stays, says what it knows of itself.

Each connection is an epoch, a `StreamLife`. It counts as live only when a position list read after connecting
has come, for facts missed between two connections are not pushed again. What cannot be read ends the epoch: a
fact may have been in it, and the next snapshot will show it. Whatever ends one, another begins.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

from verification.budget.purpose import Purpose, asked_for
from verification.facts.account import PositionsReading
from verification.facts.clock import Clock, Moment
from verification.facts.leg import LegKey
from verification.facts.observation import Observation, PositionSeen
from verification.facts.spell import Spell
from verification.venues.capabilities import StreamRules
from verification.venues.ccxt.asker import Asker
from verification.venues.dialect import StreamDialect
from verification.venues.frame import Frame
from verification.venues.stream_state import Listener, StreamFault, StreamHealth, StreamState
from verification.venues.streaming.fact_store import FactStore
from verification.venues.streaming.pushing import Pushing
from verification.venues.streaming.steadiness import Steadiness
from verification.venues.streaming.stream_life import Ending, StreamLife, bug_in

_log = logging.getLogger(__name__)
_rng = random.SystemRandom()


class PrivateStream:
    """Feeds the fact store and the listeners from one venue's stream."""

    def __init__(
        self,
        dialect: StreamDialect,
        snapshot: Callable[[], Awaitable[PositionsReading]],
        rules: StreamRules,
        clock: Clock,
    ) -> None:
        self._dialect = dialect
        self._snapshot = snapshot
        self._rules = rules
        self._clock = clock
        self._store = FactStore()
        self._pushing = Pushing(rules)
        self._listeners: tuple[Listener, ...] = ()  # a new one at each change: whoever is told may leave
        self._task: asyncio.Task[None] | None = None
        self._life: StreamLife | None = None
        self._epoch = 0
        self._state = StreamState.CONNECTING
        self._wanted = False
        self._since = clock.now()
        self._steadiness = Steadiness(rules, self._since)
        self._fault: StreamFault | None = None
        self._ending, self._name = Spell(steady=0.0), ""
        self._last_frame: Moment | None = None
        self._last_fact: Moment | None = None
        self._error: str | None = None
        self._told: tuple[StreamLife, Frame] | None = None

    def start(self, asker: Asker) -> None:
        """Keep the stream up in the background, over the asker's exchange, until `stop`. Once is enough."""
        self._want()
        self._name = asker.exchange.id
        if self._task is None:
            with asked_for(Purpose.STREAM):
                self._task = asyncio.create_task(self._run(asker))

    async def stop(self) -> None:
        """End the stream and every task of it. Safe to call twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._turn(StreamState.DOWN, "the stream was stopped")

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each pushed observation; return the function that stops it."""
        self._listeners = (*self._listeners, listener)

        def forget() -> None:
            left = list(self._listeners)
            if listener in left:
                left.remove(listener)
                self._listeners = tuple(left)

        return forget

    def health(self) -> StreamHealth:
        """Return what is known about the stream now."""
        self._want()
        now = self._clock.now()
        live = self._state is StreamState.LIVE
        away = self._steadiness.away_since(now)
        if away is None and self._ending.well(now) is not None:
            _log.info("%s: the stream lives again", self._name)
        return StreamHealth(
            self._state,
            self._epoch,
            self._since,
            self._last_frame,
            self._last_fact,
            self._pushing.silent_since(now) if live else None,
            self._error,
            away,
            self._pushing.proof() if live else None,
            None if away is None else self._fault,
        )

    def _want(self) -> None:
        """Count from the first time that somebody relies on it: before, it was missed by nobody.

        It is made when a process starts, which may wait for hours for the account's lease.
        """
        if not self._wanted:
            self._wanted, self._since = True, self._clock.now()
            self._steadiness = Steadiness(self._rules, self._since)

    def latest(self, key: LegKey) -> Observation | None:
        """Return the newest fact of a leg in the present epoch; None if there is none."""
        return self._store.latest(key)

    def compare(self, reading: PositionsReading) -> None:
        """Hold a position list against what the stream has shown, if it was asked for in this epoch."""
        if self._state is StreamState.LIVE and reading.sent.monotonic >= self._since.monotonic:
            self._pushing.compare(reading, self._store.facts())

    def rename(self) -> None:
        """Keep and tell, under a contract's present name, what was shown under its old one or its id."""
        self._pushing.rename(self._dialect.name_now)
        for fact in self._store.rename(self._dialect.name_now):
            self._tell(fact)

    async def _run(self, asker: Asker) -> None:
        while True:
            try:
                ending = await self._live(asker)
            except Exception as error:  # noqa: BLE001 - a bug ends one life at most: it is told, and another begins
                ending = bug_in("the stream", error)
            self._ended(ending)
            if self._ending.met(self._clock.now(), "a bug" if ending.bug else ""):
                _log.warning("%s: the stream ended: %s", asker.exchange.id, ending.why)
            await self._clock.sleep(self._steadiness.pause() * _rng.uniform(0.5, 1.0))

    async def _live(self, asker: Asker) -> Ending:
        """Live one epoch; return why it ended."""
        self._epoch += 1
        self._turn(StreamState.CONNECTING, self._error)
        self._life = StreamLife(
            self._epoch,
            asker,
            self._dialect,
            rules=self._rules,
            clock=self._clock,
            snapshot=self._snapshot,
            keeper=self,
        )
        return await self._life.run()

    def _ended(self, ending: Ending) -> None:
        now = self._clock.now()
        self._life = None
        self._store.begin()
        self._pushing.end(now)
        if self._steadiness.away_since(now) is None:
            self._fault = None
        self._steadiness.ended(now, fault=ending.fault)
        if ending.bug:
            past = self._fault
            count, since = (1, now) if past is None else (past.count + 1, past.since)
            self._fault = StreamFault(count, since, ending.why)
        self._turn(StreamState.DOWN, ending.why)

    def _turn(self, state: StreamState, error: str | None) -> None:
        if state is not self._state:
            self._since = self._clock.now()
        self._state, self._error = state, error

    def _tell(self, fact: Observation) -> None:
        for listener in self._listeners:
            listener(fact)

    # What follows is called by the present life.

    def take_snapshot(self, reading: PositionsReading) -> None:
        """Merge a position list into the facts of this epoch."""
        rows = [reading.seen(row, self._epoch) for row in reading.positions]
        self.rename()
        self._pushing.begin()
        for fact in self._store.take_snapshot(
            rows, reading.sent, reading.received, self._epoch, reading.why_unread
        ):
            self._tell(fact)

    def went_live(self) -> None:
        """From now on the epoch counts as live."""
        self._turn(StreamState.LIVE, None)
        self._steadiness.began(self._clock.now())

    def is_deaf(self) -> bool:
        """Return True when only a new connection can help."""
        return self._pushing.is_deaf(self._clock.now())

    def wants_list(self) -> bool:
        """Return True when a position list is to confirm what the stream pushes again."""
        return self._pushing.wants_list(self._clock.now())

    def heard(self) -> None:
        """Note that a ping or a pong came."""
        self._last_frame = self._clock.now()

    def frame(self, text: str) -> None:
        """Read a frame, keep its facts, tell the listeners; the rest of it is for `told`."""
        life = self._life
        if life is None or life.connection is None:
            return  # on its way out: its facts are covered by the next life's snapshot
        self._last_frame = received = self._clock.now()
        frame = self._dialect.read_frame(text, received, life.epoch)
        for fact in frame.facts:
            self._last_fact = received
            if isinstance(fact, PositionSeen):
                self._store.offer(fact)
            for listener in self._listeners:  # `_tell` spelled out: a verdict waits for each call
                listener(fact)
        self._told = life, frame

    def told(self) -> None:
        """Do the rest of the last frame, of which nobody waits for anything, if its life goes on."""
        told, self._told = self._told, None
        if told is None or told[0] is not self._life:
            return
        life, frame = told
        for fact in frame.facts:
            if isinstance(fact, PositionSeen):
                self._pushing.pushed(fact)
        if life.connection is None:
            return
        if frame.reply is not None:
            life.connection.note_reply(frame.event, frame.reply)
        if self._dialect.ends_stream(frame):
            life.connection.note_end(f"the venue ended the stream ({frame.event})")
        if not frame.known:
            life.load_again(frame.event)

    def broken(self, error: Exception) -> None:
        """End the epoch: a frame could not be read, and what it said is only in the next snapshot."""
        if self._life is not None:
            self._life.cannot_read(error)

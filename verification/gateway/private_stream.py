"""The account's private stream: connects, takes a snapshot, stays, says what it knows of itself.

Each connection is an epoch. It counts as live only when a position list read after connecting has come, for
facts missed between two connections are not pushed again. What cannot be read ends the epoch: a fact may have
been in it, and the next snapshot will show it.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from verification.account import PositionsReading
from verification.capabilities import StreamRules
from verification.clock import Clock, Moment
from verification.errors import SourceError, SourceMalformed
from verification.gateway.asker import Asker
from verification.gateway.connection import Connection
from verification.gateway.dialect import StreamDialect
from verification.gateway.fact_store import FactStore
from verification.gateway.missed_facts import MissedFacts
from verification.leg import LegKey
from verification.observation import Observation, PositionSeen, Provenance, Source
from verification.purpose import Purpose, asked_for
from verification.stream import Listener, StreamHealth, StreamState

_log = logging.getLogger(__name__)
_CHECK_EVERY = 1.0  # seconds between two looks at whether facts are missed
_STEADY = 10.0  # seconds after which a life counts as steady and the pauses start small again
_chance = random.SystemRandom()


class PrivateStream:
    """Feeds the fact store and the listeners from one venue's stream. Also the tap of its ccxt exchange."""

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
        self._missed = MissedFacts(rules)
        self._listeners: tuple[Listener, ...] = ()  # a new one at each change: whoever is told may leave
        self._connection: Connection | None = None
        self._task: asyncio.Task[None] | None = None
        self._resnapshot: asyncio.Task[None] | None = None
        self._epoch = 0
        self._state = StreamState.CONNECTING
        self._since = clock.now()
        self._last_frame: Moment | None = None
        self._last_fact: Moment | None = None
        self._error: str | None = None

    def start(self, asker: Asker) -> None:
        """Keep the stream up in the background, over the asker's exchange, until `stop`. Once is enough."""
        if self._task is not None:
            return
        with asked_for(Purpose.STREAM):
            self._task = asyncio.create_task(self._run(asker))
        self._task.add_done_callback(self._died)

    async def stop(self) -> None:
        """End the stream and every task of it. Safe to call twice."""
        tasks = [task for task in (self._task, self._resnapshot) if task is not None]
        self._task = self._resnapshot = None
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome
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
        missed = self._missed.since(self._clock.now()) if self._state is StreamState.LIVE else None
        return StreamHealth(
            self._state, self._epoch, self._since, self._last_frame, self._last_fact, missed, self._error
        )

    def latest(self, key: LegKey) -> Observation | None:
        """Return the newest fact of a leg in the present epoch; None if there is none."""
        return self._store.latest(key)

    def compare(self, reading: PositionsReading) -> None:
        """Hold a complete position list against what the stream has shown."""
        if self._state is StreamState.LIVE:
            self._missed.compare(reading, self._store.facts())

    def rename(self) -> None:
        """Keep and tell, under a contract's present name, what was shown under its old one or its id."""
        self._missed.rename(self._dialect.name_now)
        for fact in self._store.rename(self._dialect.name_now):
            self._tell(fact)

    def _died(self, task: asyncio.Task[None]) -> None:
        """Show a bug that ended the stream for good; `stop` raises it."""
        if not task.cancelled() and (bug := task.exception()) is not None:
            _log.error("the stream met a bug", exc_info=bug)
            self._turn(StreamState.DOWN, f"the stream met a bug ({type(bug).__name__}); see the log")

    async def _run(self, asker: Asker) -> None:
        attempt = 0
        while True:
            born = self._clock.now().monotonic
            why = await self._live(asker)
            attempt = 0 if self._clock.now().monotonic - born > _STEADY else attempt + 1
            self._store.begin()
            self._missed.clear()
            self._turn(StreamState.DOWN, why)
            _log.warning("%s: the stream ended: %s", asker.exchange.id, why)
            pause = min(self._rules.backoff_most, self._rules.backoff_first * 2 ** min(attempt, 10))
            await self._clock.sleep(pause * _chance.uniform(0.5, 1.0))

    async def _live(self, asker: Asker) -> str:
        """Live one epoch; return why it ended."""
        self._epoch += 1
        self._turn(StreamState.CONNECTING, self._error)
        try:
            url = await self._dialect.open_stream(asker)
            async with Connection(asker.exchange, url) as self._connection:
                why = await self._connection.opened(self._rules.connect_timeout + 1)
                why = why or await self._introduce(asker, self._connection)
                return why or await self._serve(asker, self._connection)
        except SourceError as error:
            return str(error)
        finally:
            self._connection = None

    async def _introduce(self, asker: Asker, connection: Connection) -> str:
        """Sign in and subscribe, where the venue wants that; return why it failed, or an empty text."""
        for message in await self._dialect.introduction(asker):
            refusal = await connection.say(message, self._rules.connect_timeout)
            if refusal:
                what = message.get("op", "command")
                return (
                    f"the stream could not be set up ({what}: {refusal}): check the key and its permissions"
                )
        return ""

    async def _serve(self, asker: Asker, connection: Connection) -> str:
        """Take the snapshot, go live, and stay until something ends the connection."""
        ended = asyncio.create_task(connection.ended())
        tasks: list[asyncio.Task[Any]] = [ended, *(asyncio.create_task(job) for job in self._jobs(asker))]
        try:
            loading = asyncio.create_task(self._load())
            tasks.append(loading)
            await asyncio.wait({ended, loading}, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                return str(ended.result())
            loading.result()
            self._turn(StreamState.LIVE, None)
            tasks.remove(loading)
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return str(next(iter(done)).result())
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _jobs(self, asker: Asker) -> tuple[Coroutine[Any, Any, str], ...]:
        return self._refresh(asker), self._watch_missed()

    async def _refresh(self, asker: Asker) -> str:
        """Renew the stream's key for ever; return why that became pointless."""
        pause = self._rules.key_refresh
        while True:
            await self._clock.sleep(pause)
            pause = self._rules.key_refresh
            try:
                await self._dialect.refresh_stream(asker)
            except SourceError as error:
                if not error.again:
                    return str(error)
                _log.warning("%s", error)
                pause = min(60.0, pause / 4)

    async def _watch_missed(self) -> str:
        """Return when facts have been missing for so long that only a new connection helps."""
        while True:
            await self._clock.sleep(_CHECK_EVERY)
            now = self._clock.now()
            since = self._missed.since(now)
            if since is not None and now.monotonic - since.monotonic >= self._rules.renew_after_missed:
                return "the stream was connected but did not push a change that the position list showed"

    async def _load(self) -> None:
        """Read the position list and merge it into the facts of this epoch."""
        epoch = self._epoch
        reading = await self._snapshot()
        rows = [
            PositionSeen(
                row.key,
                row.quantity,
                row.version,
                Provenance.at(Source.REST, reading.received, reading.sent, row.updated_at, epoch),
            )
            for row in reading.positions
        ]
        self.rename()
        self._missed.clear()
        for fact in self._store.take_snapshot(
            rows, reading.sent, reading.received, epoch, reading.why_unread
        ):
            self._tell(fact)

    def _turn(self, state: StreamState, error: str | None) -> None:
        if state is not self._state:
            self._since = self._clock.now()
        self._state, self._error = state, error

    def _tell(self, fact: Observation) -> None:
        for listener in self._listeners:
            listener(fact)

    # What follows is the tap: called by ccxt's connection, synchronously, frame by frame.

    def connected(self, client: Any) -> None:
        """Note that the present connection stands."""
        if self._connection is not None and self._connection.client is client:
            self._connection.note_open()

    def heard(self, client: Any) -> None:
        """Note that a frame arrived, a pong too."""
        if self._connection is not None and self._connection.client is client:
            self._last_frame = self._clock.now()

    def frame(self, client: Any, text: str) -> None:
        """Read a frame, keep its facts, tell the listeners."""
        connection = self._connection
        if connection is None or connection.client is not client:
            return  # an old connection on its way out: its facts are covered by the new one's snapshot
        self._last_frame = received = self._clock.now()
        frame = self._dialect.read_frame(text, received, self._epoch)
        for fact in frame.facts:
            self._last_fact = received
            if isinstance(fact, PositionSeen):
                self._store.offer(fact)
                self._missed.pushed(fact)
            for listener in self._listeners:  # `_tell` spelled out: a verdict waits for each call
                listener(fact)
        if frame.reply is not None:
            connection.note_reply(frame.reply)
        if self._dialect.ends_stream(frame):
            connection.note_end(f"the venue ended the stream ({frame.event})")
        if not frame.known:
            _log.warning("the stream spoke of something unknown (%s): reading the position list", frame.event)
            self._load_again()

    def broken(self, client: Any, error: Exception) -> None:
        """End the epoch: a frame could not be read, and what it said is only in the next snapshot."""
        if isinstance(error, (SourceMalformed, ValueError)):
            why = f"a frame could not be read ({error if isinstance(error, SourceMalformed) else 'not JSON'})"
        else:
            _log.error("a frame met a bug", exc_info=error)
            why = f"a frame met a bug ({type(error).__name__}); see the log"
        if self._connection is not None and self._connection.client is client:
            self._connection.note_end(why)

    def ended(self, client: Any, why: str) -> None:
        """Note that a connection is gone."""
        if self._connection is not None and self._connection.client is client:
            self._connection.note_end(why)

    def _load_again(self) -> None:
        if self._state is not StreamState.LIVE or (self._resnapshot and not self._resnapshot.done()):
            return
        self._resnapshot = asyncio.create_task(self._load_or_end())

    async def _load_or_end(self) -> None:
        try:
            await self._load()
        except SourceError as error:
            if self._connection is not None:
                self._connection.note_end(str(error))

"""One life of a private stream, from dialling to its end: all that runs for it ends with it.

A position list that was asked for in one life says nothing in the next, which begins with a list of its own.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from verification.budget.purpose import Purpose, asked_for
from verification.facts.account import PositionsReading
from verification.facts.clock import Clock, until_next
from verification.facts.errors import NotAsked, SourceError, SourceMalformed
from verification.facts.spell import Spell
from verification.venues.capabilities import StreamRules
from verification.venues.ccxt.asker import Asker
from verification.venues.ccxt.dialling import dial
from verification.venues.dialect import StreamDialect
from verification.venues.streaming.connection import Connection, Hearer

_log = logging.getLogger(__name__)
_CHECK_EVERY = 1.0  # seconds between two looks at whether facts are missed
_AFTER_FAILURE = 30.0  # seconds until a list that failed is asked for again to confirm a push
_LISTS_APART = 3.0  # seconds between two lists for events that are not known: they may come in crowds


class Keeper(Hearer, Protocol):
    """Whose life it is, and who hears its frames."""

    def take_snapshot(self, reading: PositionsReading) -> None:
        """Merge a position list that was read in this life."""

    def went_live(self) -> None:
        """The first list has come."""

    def is_deaf(self) -> bool:
        """Return True when only a new connection can help: facts have been missing for too long."""

    def wants_list(self) -> bool:
        """Return True when a position list is to confirm what the stream pushes again."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a life ended.

    Attributes:
        why: One plain line without secrets.
        fault: True when what came over the connection could not be read, or our own work failed.
        bug: True for an error that nobody expected: the line names its trace in the log.
    """

    why: str
    fault: bool = False
    bug: bool = False


class StreamLife:
    """Connects, signs in, takes a position list, stays until something ends it. Lives once.

    Attributes:
        epoch: Its number.
        connection: Its connection while that is of use; None before and after.
    """

    def __init__(
        self,
        epoch: int,
        asker: Asker,
        dialect: StreamDialect,
        *,
        rules: StreamRules,
        clock: Clock,
        snapshot: Callable[[], Awaitable[PositionsReading]],
        keeper: Keeper,
    ) -> None:
        self.epoch = epoch
        self.connection: Connection | None = None
        self._asker = asker
        self._dialect = dialect
        self._rules = rules
        self._clock = clock
        self._snapshot = snapshot
        self._keeper = keeper
        self._work: set[asyncio.Task[None]] = set()
        self._live = False
        self._reloading = False
        self._unshown = ""  # what was told that no list has shown yet
        self._unlisted = Spell()
        self._ending: Ending | None = None

    async def run(self) -> Ending:
        """Live; return why it ended. Nothing of it runs on, whatever ended it."""
        try:
            url = await self._dialect.open_stream(self._asker)
            ping = self._dialect.ping
            dialled = await dial(self._asker.exchange, url, self._rules)
            async with Connection(dialled, self._keeper, ping) as connection:
                self.connection = connection
                why = await self._introduce(connection) or await self._stay(connection)
                return self._ending or Ending(why)
        except SourceError as error:
            return Ending(str(error))
        except Exception as error:  # noqa: BLE001 - a bug ends this life at most: it is told, and another begins
            return bug_in("the stream", error)
        finally:
            self.connection = None

    def end(self, ending: Ending) -> None:
        """End it soon. The first reason counts."""
        if self.connection is not None and not self.connection.is_over:
            self._ending = ending
            self.connection.note_end(ending.why)

    def cannot_read(self, error: Exception) -> None:
        """End it: what a frame said is only in the next list."""
        if isinstance(error, SourceMalformed):
            self.end(Ending(f"a frame could not be read ({error})", fault=True))
        elif isinstance(error, ValueError):
            self.end(Ending("a frame could not be read (not JSON)", fault=True))
        else:
            self.end(bug_in("a frame", error))

    def load_again(self, event: str) -> None:
        """Read the position list: something was told that only it can show. In crowds, now and then."""
        self._unshown = event or "an event without a name"
        if self._live and not self._reloading and self.connection is not None:
            self._reloading = True
            self._begin(self._reload)

    async def _introduce(self, connection: Connection) -> str:
        """Sign in and subscribe, where the venue wants that; return why it failed, or an empty text."""
        for message in await self._dialect.introduction(self._asker):
            refusal = await connection.say(message, self._rules.connect_timeout)
            if refusal:
                what = message.get("op", "command")
                return (
                    f"the stream could not be set up ({what}: {refusal}): check the key and its permissions"
                )
        return ""

    async def _stay(self, connection: Connection) -> str:
        """Go live and stay; return what ended it when all of its work has ended too."""
        try:
            self._begin(self._go_live)
            return await connection.ended()
        finally:
            self.connection = None
            while self._work:
                left = tuple(self._work)
                for task in left:
                    task.cancel()
                await asyncio.gather(*left, return_exceptions=True)
                self._work.difference_update(left)

    def _begin(self, work: Callable[[], Awaitable[str]]) -> None:
        with asked_for(Purpose.STREAM):  # whoever begins it
            task = asyncio.create_task(self._do(work))
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _do(self, work: Callable[[], Awaitable[str]]) -> None:
        """Do a piece of work; what goes wrong in it ends the life, and so does a reason that it returns."""
        try:
            why = await work()
        except SourceError as error:
            self.end(Ending(str(error)))
        except Exception as error:  # noqa: BLE001 - a bug ends this life at most: it is told, and another begins
            self.end(bug_in("the stream", error))
        else:
            if why:
                self.end(Ending(why))

    async def _go_live(self) -> str:
        await self._load()
        self._live = True
        self._keeper.went_live()
        self._begin(self._refresh)
        self._begin(self._watch_missed)
        self._begin(self._confirm)
        if self._unshown:
            self.load_again(self._unshown)
        return ""

    async def _load(self) -> None:
        """Read the position list, and have it merged if this life has not ended meanwhile."""
        self._unshown = ""
        reading = await self._snapshot()
        if self.connection is not None:
            self._keeper.take_snapshot(reading)

    async def _reload(self) -> str:
        try:
            while self._unshown:
                event = self._unshown
                said = self._unlisted.met(self._clock.now())
                if said:
                    _log.warning("the stream spoke of something unknown (%s): reading the list", event)
                try:
                    await self._load()
                except NotAsked as error:
                    # Nothing went wrong with the stream: it stays, and the list is read when it may be.
                    if said:
                        _log.warning("%s", error)
                    self._unshown = event
                await self._clock.sleep(_LISTS_APART)
        finally:
            self._reloading = False
        return ""

    async def _refresh(self) -> str:
        """Renew the stream's key for ever; return why that became pointless."""
        pause = self._rules.key_refresh
        while True:
            await self._clock.sleep(pause)
            pause = self._rules.key_refresh
            try:
                await self._dialect.refresh_stream(self._asker)
            except SourceError as error:
                if not error.again:
                    return str(error)
                _log.warning("%s", error)
                pause = min(60.0, pause / 4)

    async def _watch_missed(self) -> str:
        """Return when facts have been missing for so long that only a new connection helps."""
        while not self._keeper.is_deaf():
            await self._clock.sleep(until_next(_CHECK_EVERY, self._clock.now()))
        return "the stream was connected but did not push a change that the position list showed"

    async def _confirm(self) -> str:
        """Read position lists for ever, when they are to confirm what is pushed again."""
        while True:
            await self._clock.sleep(until_next(_CHECK_EVERY, self._clock.now()))
            if not self._keeper.wants_list():
                continue
            pause = _LISTS_APART
            try:
                await self._snapshot()  # whoever reads it holds it against the stream
            except SourceError as error:
                _log.info("%s", error)  # it says nothing of the stream
                pause = _AFTER_FAILURE
            await self._clock.sleep(pause)


def bug_in(what: str, error: Exception) -> Ending:
    """Log an error that nobody expected with its traceback; return the ending that names its trace.

    The error's own text stays out of it: that may hold anything, a signed address too.
    """
    trace = secrets.token_hex(4)
    _log.error("%s met a bug (trace %s)", what, trace, exc_info=error)
    return Ending(
        f"{what} met a bug ({type(error).__name__}, trace {trace}); see the log", fault=True, bug=True
    )

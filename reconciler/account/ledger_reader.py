"""Reads one ledger in a thread of its own, in time, once a change: a read that hangs starves nobody else."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from reconciler.account.one_thread import OneThread
from reconciler.account.version_watch import VersionWatch
from reconciler.facts.expectation import Expectation, LedgerReading
from reconciler.ledgers.naming import MarketNames, named
from reconciler.ledgers.port import Ledger, LedgerTrouble, LedgerUnreadable
from verification.facts.account import Market
from verification.facts.clock import Clock, Moment, SystemClock, until_next

READ_SECONDS = 15.0
"""How long a read is waited for. The databases' own limits (8 s on SQLite, 10 s on PostgreSQL) come first;
what gets here has no limit of its own: a file on a network that is gone, a server that is held."""

KEPT_SECONDS = 10.0
"""How long a reading stands for a ledger that is not written to. That it can be read is only shown by reading
it, and trades that have ended leave it with time."""

DOUBTED_SECONDS = 60.0
"""How long after a failure each read is a full one: two of them, a moment apart, tell that it is over."""

ASKED_SECONDS = 5.0
"""How often the version is asked for from the event loop, whatever the thread has seen: so a ledger that
hangs is told of as one, and no change waits for longer."""

T = TypeVar("T")


class LedgerReader:
    """One ledger, read from the event loop. One read at a time; the next waits for it, within the limit."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        *,
        seconds: float = READ_SECONDS,
        markets: Callable[[], Mapping[str, Market]] = dict,
    ) -> None:
        """Nothing is read yet.

        Args:
            ledger: The ledger.
            clock: Where time comes from.
            seconds: The limit of one read.
            markets: The venue's market list, in which symbols are found that a bot names its own way.
        """
        self.ledger = ledger
        self.name = ledger.name
        self._clock = clock
        self._seconds = seconds
        self._kept: LedgerReading | None = None
        self._rows: tuple[Expectation, ...] = ()
        self._markets = markets
        self._names = MarketNames({})
        self._failed: Moment | None = None
        self._changes = VersionWatch(ledger.version, clock)
        self._thread = OneThread(f"ledger {ledger.name}", self._changes.look)
        self._turn = asyncio.Lock()
        self._late: asyncio.Future[Any] | None = None

    async def read(self) -> LedgerReading:
        """Return what it holds now: the last reading again, where it is young and nothing was written since.

        Raises:
            LedgerUnreadable: It could not be read in full, or not in time.
        """
        return self._known(self._named(await self.do(self._read)))

    async def version(self) -> object:
        """Return its change token.

        Raises:
            LedgerUnreadable: It is not there, or did not answer in time.
        """
        return await self.do(self.ledger.version)

    async def read_unless(self, token: object) -> tuple[object, LedgerReading | None]:
        """Return its change token, and what it holds where that is not `token`; all in one go.

        Raises:
            LedgerUnreadable: It could not be read in full, or not in time.
        """

        def work() -> tuple[object, LedgerReading | None]:
            version = self.ledger.version()
            return version, None if token is not None and version == token else self._read()

        version, reading = await self.do(work)
        return version, None if reading is None else self._known(self._named(reading))

    async def changed(self, token: object, *, every: float) -> None:
        """Return when the version is to be asked for again; what counts is asked for, not remembered here.

        That is once it is not `token` or cannot be told, but at multiples of `every` seconds, and after some
        seconds all the same. Time that is not the machine's own does not pass in a thread: by such a clock,
        and where no version is known, it is at the next multiple.
        """
        if token is None or not isinstance(self._clock, SystemClock):
            await self._clock.sleep(until_next(every, self._clock.now()))
            return
        await self._changes.otherwise(token, every=every, within=max(every, ASKED_SECONDS), begin=self._nudge)

    def _nudge(self) -> None:
        self._thread.submit(int)  # after each job the thread asks what else there is to do

    async def do(self, work: Callable[[], T]) -> T:
        """Do blocking work on the ledger in its thread.

        While work that was given up has not come back the thread gets no other, and this fails at once.

        Raises:
            LedgerUnreadable: It failed so, or has not come back in time.
        """
        async with self._turn:
            try:
                return await self._in_time(work)
            except LedgerUnreadable:
                self._failed = self._clock.now()
                raise

    async def _in_time(self, work: Callable[[], T]) -> T:
        if self._late is not None and not self._late.done():
            raise self._hangs()
        future = asyncio.get_running_loop().run_in_executor(self._thread, work)
        future.add_done_callback(_take_note)
        done, _ = await asyncio.wait({future}, timeout=self._seconds)
        if done:
            return future.result()
        self._late = future
        raise self._hangs()

    def _read(self) -> LedgerReading:
        now, kept = self._clock.now(), self._kept
        self._kept = None
        young = kept is not None and _since(kept.read_at, now) < KEPT_SECONDS
        if kept is not None and young and self.ledger.version() == kept.version:
            self._kept = kept
            return replace(kept, read_at=now)  # nothing was committed from that reading until after `now`
        reading = self.ledger.read()
        doubted = self._failed is not None and _since(self._failed, now) < DOUBTED_SECONDS
        self._kept = None if doubted or reading.version is None else reading
        return reading

    def _named(self, reading: LedgerReading) -> LedgerReading:
        if not reading.own_names:
            return reading
        markets = self._markets()
        if self._names.markets is not markets:
            self._names = MarketNames(markets)
        return named(reading, self._names)

    def _known(self, reading: LedgerReading) -> LedgerReading:
        """Return a reading with the very rows of the one before where all of them say the same.

        By that whoever judges them sees that none has changed, without looking through them.
        """
        if reading.rows != self._rows:
            self._rows = reading.rows
        return reading if reading.rows is self._rows else replace(reading, rows=self._rows)

    def close(self) -> None:
        """End the thread; what hangs in it is left behind and ends with the process."""
        if self._late is not None:
            self._late.cancel()
        self._thread.shutdown()

    def _hangs(self) -> LedgerUnreadable:
        message = (
            f"ledger {self.name}: a read has not come back within {self._seconds:g} s; "
            "see that its disk or its server answers. It is read again when that read is back."
        )
        return LedgerUnreadable(self.name, LedgerTrouble.TIMEOUT, message, again=True)


def _since(then: Moment, now: Moment) -> float:
    return now.monotonic - then.monotonic


def _take_note(future: "asyncio.Future[Any]") -> None:
    """Look at an error that nobody waits for any more: it was told as a read that did not come back."""
    if not future.cancelled():
        future.exception()

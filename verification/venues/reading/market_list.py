"""Keeps the market list young: read hourly, and when something turns up that it does not name."""

import asyncio
import logging
from collections.abc import Iterable, Sequence

from verification.facts.clock import Clock, Moment
from verification.facts.errors import SourceError, SourceUnreachable
from verification.venues.ccxt.asker import Asker
from verification.venues.reading.markets import Markets

_log = logging.getLogger(__name__)

EVERY = 3600.0
"""Seconds after which the list is read again in any case: contracts are listed, renamed and resized daily."""

ASKED_AGAIN = 300.0
"""Seconds after which what the list did not name is looked for in it once more."""

MISSING_AGAIN = 20.0
"""Seconds after which a list that lacked a contract is read again: only then is the contract delisted."""

FAILED_AGAIN = 60.0
"""Seconds after a failure before an old list is read again."""

MOST, WITHIN = 3, 60.0
"""Reads of it, and in how many seconds: it is the largest answer that a venue gives."""

LONGEST = 60.0
"""Seconds that one read of it may take."""

OVERDUE = EVERY + 900.0
"""Seconds after which a person is told that the facts in use are old."""


class MarketList:
    """Reads the list through one exchange and shares it with the others. What is known outlives a failure."""

    def __init__(self, markets: Markets, first: Asker, others: Sequence[Asker], clock: Clock) -> None:
        """Nothing is read yet."""
        self.longest = LONGEST
        self._markets = markets
        self._first = first
        self._others = tuple(others)
        self._clock = clock
        self._tried: float | None = None
        self._reads: list[float] = []
        self._read: Moment | None = None
        self._looked_up: dict[str, float] = {}
        self._trouble = ""

    async def load(self) -> None:
        """Read it now.

        Raises:
            SourceError: It could not be read; what was known before stays.
        """
        self._tried = self._clock.now().monotonic
        self._reads.append(self._tried)
        told: list[str] = []

        def read(_: object) -> None:
            told.extend(self._markets.fill(self._first.exchange))

        # Always afresh: ccxt keeps whatever its first attempt brought, be it nothing.
        try:
            async with asyncio.timeout(self.longest):
                await self._first.ask("the market list", lambda exchange: exchange.load_markets(True), read)  # noqa: FBT003
        except TimeoutError:
            # ccxt follows a list from page to page, wherever it leads.
            raise SourceUnreachable(
                f"{self._first.exchange.id}: the market list did not end within {self.longest:g} s"
            ) from None
        for asker in self._others:
            asker.exchange.set_markets_from_exchange(self._first.exchange)
            # Reading the certificates takes 100 ms, during which nothing else runs: once is enough.
            asker.exchange.ssl_context = self._first.exchange.ssl_context
        self._read, self._trouble = self._clock.now(), ""
        for line in told:
            _log.warning("%s: %s", self._first.exchange.id, line)

    async def refresh(self, wanted: Iterable[str] = (), *, hourly: bool = True) -> bool:
        """Read it again if there is a reason to; return True if it was. Never raises: the old facts stay.

        Args:
            wanted: Symbols that somebody asks about.
            hourly: False for a caller who cannot wait: then only what has no name is a reason.
        """
        now = self._clock.now()
        strange = self._strange(wanted, now)
        if not (strange or (hourly and self._due(now))) or not self._may(now):
            return False
        try:
            await self.load()
        except SourceError as error:
            self._trouble = str(error)
            _log.warning("%s; the facts in use stay", error)
            return False
        self._looked_up |= dict.fromkeys(strange, now.monotonic)
        return True

    def remarks(self) -> tuple[str, ...]:
        """Return what a person should know of it, plain lines: that it is old, and why."""
        now = self._clock.now()
        if not self._trouble or self._read is None or now.monotonic - self._read.monotonic < OVERDUE:
            return ()
        return (f"the market list is of {self._read.utc:%d %b %H:%M} UTC: {self._trouble}",)

    def _strange(self, wanted: Iterable[str], now: Moment) -> set[str]:
        """Return what has no name and was not looked for lately."""
        nameless = self._markets.unknown | {each for each in wanted if self._markets.id_of(each) is None}
        young = {each: at for each, at in self._looked_up.items() if now.monotonic - at < ASKED_AGAIN}
        self._looked_up = young
        return nameless - young.keys()

    def _due(self, now: Moment) -> bool:
        if self._read is None or self._trouble:
            return self._tried is not None and now.monotonic - self._tried >= FAILED_AGAIN
        age = now.monotonic - self._read.monotonic
        return age >= (MISSING_AGAIN if self._markets.missing else EVERY)

    def _may(self, now: Moment) -> bool:
        self._reads = [at for at in self._reads if now.monotonic - at < WITHIN]
        return len(self._reads) < MOST

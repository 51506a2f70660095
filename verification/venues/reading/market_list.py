"""Keeps what an account knows of its markets young: hourly, and when something turns up that has no name."""

import logging
from collections.abc import Iterable, Sequence

from verification.facts.clock import Clock, Moment
from verification.facts.errors import SourceError
from verification.venues.ccxt.asker import Asker
from verification.venues.ccxt.likeness import Likeness
from verification.venues.reading import venue_list
from verification.venues.reading.markets import Markets
from verification.venues.reading.venue_list import LONGEST, Read, VenueList, VenueLists

_log = logging.getLogger(__name__)

ASKED_AGAIN = 300.0
"""Seconds after which what the list did not name is looked for in it once more."""

OVERDUE = venue_list.EVERY + 900.0
"""Seconds after which a person is told that the facts in use are old."""


class MarketList:
    """One account's part in the list that it shares. What is known outlives a failure."""

    def __init__(
        self,
        markets: Markets,
        askers: Sequence[Asker],
        likeness: Likeness,
        clock: Clock,
        lists: VenueLists = venue_list.OF_PROCESS,
    ) -> None:
        """Nothing is read yet.

        Args:
            markets: What is filled.
            askers: Those whose exchanges need it; the first one asks.
            likeness: Which accounts are like this one.
            clock: Where time comes from.
            lists: Where the list is shared.
        """
        self.longest = LONGEST
        self._markets = markets
        self._askers = tuple(askers)
        self._likeness = likeness
        self._clock = clock
        self._lists = lists
        self._shared: VenueList | None = None
        self._taken: Read | None = None
        self._looked_up: dict[str, float] = {}

    async def load(self) -> None:
        """Have a list that is young.

        Raises:
            SourceError: It could not be read; what was known before stays.
        """
        if self._shared is None:
            self._shared = self._lists.join(self, self._likeness, self._clock)
        await self._shared.need(self._askers[0], self.longest)
        self._take(self._shared)

    async def refresh(self, wanted: Iterable[str] = (), *, hourly: bool = True) -> bool:
        """Read it again if there is a reason to; return True if there is a newer one. Never raises.

        Where it cannot be read the old facts stay.

        Args:
            wanted: Symbols that somebody asks about.
            hourly: False for a caller who cannot wait: then only what has no name is a reason.
        """
        now, shared = self._clock.now(), self._shared
        if shared is None:
            return False
        newer = self._take(shared)  # if others have read it
        strange = self._strange(wanted, now)
        due = hourly and shared.is_due(now, missing=self._markets.missing)
        if not (strange or due) or not shared.may_be_read(now):
            return newer
        try:
            whole = await shared.renew(self._askers[0], self.longest)
        except SourceError as error:
            _log.warning("%s; the facts in use stay", error)
            return newer
        if whole:
            self._looked_up |= dict.fromkeys(strange, now.monotonic)
        return self._take(shared) or newer

    def remarks(self) -> tuple[str, ...]:
        """Return what a person should know of it, plain lines: that it is old, and why."""
        now, taken = self._clock.now(), self._taken
        trouble = "" if self._shared is None else self._shared.trouble
        if not trouble or taken is None or now.monotonic - taken.at.monotonic < OVERDUE:
            return ()
        return (f"the market list is of {taken.at.utc:%d %b %H:%M} UTC: {trouble}",)

    def leave(self) -> None:
        """Need it no more."""
        self._shared = None
        self._lists.leave(self)

    def _take(self, shared: VenueList) -> bool:
        """Take the newest list; False if that is the one in use."""
        read = shared.read
        if read is None or read is self._taken:
            return False
        for line in self._markets.take(read.listing):
            _log.warning("%s: %s", self._askers[0].exchange.id, line)
        for asker in self._askers:
            asker.exchange.set_markets_from_exchange(read.tables)
        self._taken = read
        return True

    def _strange(self, wanted: Iterable[str], now: Moment) -> set[str]:
        """Return what has no name and was not looked for lately."""
        nameless = self._markets.unknown | {each for each in wanted if self._markets.id_of(each) is None}
        young = {each: at for each, at in self._looked_up.items() if now.monotonic - at < ASKED_AGAIN}
        self._looked_up = young
        return nameless - young.keys()

"""The market list of accounts that are alike: read once for all of them, and by the rules of its age.

Whoever needs it newer reads it with its own keys, and the others take what came. A failure is everybody's:
none of them goes on as if the list were young. Only a refusal is its own, for it may be about keys.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from verification.budget.purpose import Purpose, SharedPurpose, present_purpose, sharing
from verification.facts.clock import Clock, Moment
from verification.facts.errors import SourceError, SourceRejected, SourceUnreachable
from verification.venues.ccxt.asker import Asker
from verification.venues.ccxt.beside import beside
from verification.venues.ccxt.likeness import Likeness
from verification.venues.reading.frozen import frozen
from verification.venues.reading.listing import Listing, listing_of

EVERY = 3600.0
"""Seconds after which the list is read again in any case: contracts are listed, renamed and resized daily."""

MISSING_AGAIN = 20.0
"""Seconds after which a list that lacked a contract is read again: only then is the contract delisted."""

FAILED_AGAIN = 60.0
"""Seconds after a failure before an old list is read again."""

FAILED_FOR_ALL = 4.0
"""Seconds for which a failure is the answer to every other account too that connects."""

MOST, WITHIN = 3, 60.0
"""Reads of it, and in how many seconds: it is the largest answer that a venue gives."""

LONGEST = 60.0
"""Seconds that one read of it may take."""

_TABLES = (
    "markets",
    "markets_by_id",
    "symbols",
    "ids",
    "currencies",
    "currencies_by_id",
    "baseCurrencies",
    "quoteCurrencies",
    "codes",
)


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A list that was read.

    Attributes:
        at: When it was there.
        listing: What it says.
        tables: What ccxt made of it; exchanges take it from there, and none can change it.
    """

    at: Moment
    listing: Listing
    tables: Any


@dataclass(slots=True)
class _Attempt:
    """The last one to read it."""

    by: Asker
    at: float
    ended: float = 0.0
    failure: SourceError | None = None


class VenueList:
    """Reads the list for all that are alike, one read at a time. What is known outlives a failure."""

    def __init__(self, likeness: Likeness, clock: Clock, loop: asyncio.AbstractEventLoop) -> None:
        """Nothing is read yet."""
        self.likeness = likeness
        self.clock = clock
        self.loop = loop
        self.users: set[object] = set()
        self.read: Read | None = None
        self._attempt: _Attempt | None = None
        self._attempts = 0
        self._turn = asyncio.Lock()
        self._shared = SharedPurpose(Purpose.MEASUREMENT)
        self._times: list[float] = []
        self._lacks = False

    @property
    def trouble(self) -> str:
        """Why the last attempt to read it failed; empty if it did not."""
        failure = None if self._attempt is None else self._attempt.failure
        return "" if failure is None else str(failure)

    async def need(self, asker: Asker, longest: float) -> Read:
        """Return a list that is young, for an account that connects.

        Raises:
            SourceError: There is none, and it could not be read.
        """
        attempts = self._attempts
        self._hurry()
        async with self._turn:
            attempt, now = self._attempt, self.clock.now()
            if attempt is not None and attempt.by is not asker:
                asked_by_then = self._attempts != attempts or now.monotonic - attempt.ended < FAILED_FOR_ALL
                if asked_by_then and attempt.failure is not None and _is_of_all(attempt.failure):
                    raise attempt.failure
            if self.read is None or self.trouble or self.is_due(now, missing=False):
                await self._attempt_it(asker, longest)
            assert self.read is not None, "it was read, or this has raised"
            return self.read

    async def renew(self, asker: Asker, longest: float) -> bool:
        """Read it again; False if another account has read it meanwhile, from before this was asked.

        Raises:
            SourceError: It could not be read; what was known before stays.
        """
        attempts = self._attempts
        self._hurry()
        async with self._turn:
            attempt = self._attempt
            if self._attempts != attempts and attempt is not None:
                if attempt.failure is None:
                    return False
                if _is_of_all(attempt.failure):
                    raise attempt.failure
            await self._attempt_it(asker, longest)
            return True

    def is_due(self, now: Moment, *, missing: bool) -> bool:
        """Return True when it is old, or may be tried again. `missing`: it lacked what was there before."""
        if self.read is None or self.trouble:
            return self._attempt is None or now.monotonic - self._attempt.at >= FAILED_AGAIN
        age = now.monotonic - self.read.at.monotonic
        return age >= (MISSING_AGAIN if missing or self._lacks else EVERY)

    def may_be_read(self, now: Moment) -> bool:
        """Return False where it was read so often lately that it has to wait."""
        self._times = [at for at in self._times if now.monotonic - at < WITHIN]
        return len(self._times) < MOST

    def _hurry(self) -> None:
        """Make what is read at the moment as urgent as the one is who comes to wait for it."""
        self._shared.purpose = max(self._shared.purpose, present_purpose())

    async def _attempt_it(self, asker: Asker, longest: float) -> None:
        """Read it now, and remember what came of it.

        Raises:
            SourceError: It could not be read.
        """
        attempt = _Attempt(asker, self.clock.now().monotonic)
        self._times.append(attempt.at)
        self._shared = SharedPurpose(present_purpose())
        try:
            with sharing(self._shared):
                listing, tables = await self._read_in_time(asker, longest)
        except SourceError as error:
            attempt.failure = error
            self._note(attempt)
            raise
        else:
            before = self.read
            self._lacks = before is not None and bool(before.listing.symbols.keys() - listing.symbols.keys())
            self.read = Read(self.clock.now(), listing, tables)
            self._note(attempt)

    def _note(self, attempt: _Attempt) -> None:
        """Remember an attempt that has ended. One that was cut off says nothing: whoever waits tries too."""
        attempt.ended = self.clock.now().monotonic
        self._attempt, self._attempts = attempt, self._attempts + 1

    async def _read_in_time(self, asker: Asker, longest: float) -> tuple[Listing, Any]:
        known = self.likeness.capabilities

        def listed(twin: Any) -> tuple[Listing, Any]:
            return listing_of(twin, known.part_of, known.rows), _tables_of(twin)

        async def work(twin: Any) -> tuple[Listing, Any]:
            # Always afresh: ccxt keeps whatever its first attempt brought, be it nothing.
            load: Callable[[Any], Awaitable[Any]] = lambda each: each.load_markets(True)  # noqa: E731, FBT003
            return await asker.of(twin).ask("the market list", load, lambda _: listed(twin))

        try:
            async with asyncio.timeout(longest):
                return await beside(asker.exchange, work)
        except TimeoutError:
            # ccxt follows a list from page to page, wherever it leads.
            raise SourceUnreachable(
                f"{asker.exchange.id}: the market list did not end within {longest:g} s"
            ) from None


class VenueLists:
    """The market lists of one process: one for all accounts that are alike, for as long as there is one."""

    def __init__(self) -> None:
        """None yet."""
        self._lists: list[VenueList] = []

    def join(self, user: object, likeness: Likeness, clock: Clock) -> VenueList:
        """Return the list of accounts that are alike; `leave` must follow."""
        loop = asyncio.get_running_loop()
        self._lists = [each for each in self._lists if not each.loop.is_closed()]
        for each in self._lists:
            if each.loop is loop and each.clock is clock and each.likeness == likeness:
                each.users.add(user)
                return each
        made = VenueList(likeness, clock, loop)
        made.users.add(user)
        self._lists.append(made)
        return made

    def leave(self, user: object) -> None:
        """Take note that an account needs it no more: with the last of them it is forgotten."""
        for each in self._lists:
            each.users.discard(user)
        self._lists = [each for each in self._lists if each.users]


OF_PROCESS = VenueLists()
"""Shared by all accounts of this process that are alike."""


def _is_of_all(failure: SourceError) -> bool:
    return not isinstance(failure, SourceRejected)


def _tables_of(exchange: Any) -> Any:
    """Return what `set_markets_from_exchange` takes, and nothing else of the exchange: it has had keys."""
    helpers = exchange.options.get("marketHelperProps") or []
    options = {name: exchange.options.get(name) for name in ("marketHelperProps", *helpers)}
    known: dict[int, Any] = {}
    tables = {name: frozen(getattr(exchange, name), known) for name in _TABLES}
    return SimpleNamespace(id=exchange.id, options=frozen(options, known), **tables)

"""The tokens that open something, in memory: asking the gate never waits for the state database."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from reconciler.console import StateDatabaseError
from reconciler.facts.token import Token, digest_of
from reconciler.serve.door import by_digest
from verification.facts.clock import Clock

READ_AGAIN_SECONDS = 5.0
"""How long after it was revoked a token may still open something."""

ASK_AGAIN_SECONDS = 1.0
"""How often a token that nobody knows has the tokens read again: it may have just been made."""

log = structlog.get_logger()


class Keyring:
    """Knows the tokens. While the state database is away it goes by what it last read.

    Attributes:
        was_read: False until the tokens were read once: nobody can be let in, and nobody is refused for it.
    """

    def __init__(self, read: Callable[[], Awaitable[tuple[Token, ...]]], clock: Clock) -> None:
        """`read` reads every token."""
        self._read = read
        self._clock = clock
        self._known: Mapping[str, Token] = {}
        self._read_at: float | None = None
        self._turn = asyncio.Lock()
        self.was_read = False

    async def run(self) -> None:
        """Read the tokens again and again, until cancelled."""
        while True:
            async with self._turn:
                await self._renew()
            await self._clock.sleep(READ_AGAIN_SECONDS)

    async def holder(self, token: str) -> Token | None:
        """Return the token that somebody shows, as it is kept; None for one that opens nothing."""
        digest = digest_of(token)
        found = self._known.get(digest)
        if found is None:
            async with self._turn:  # where they are being read, it may be among them
                if digest not in self._known and self._may_ask():
                    await self._renew()
            found = self._known.get(digest)
        return found

    def _may_ask(self) -> bool:
        return self._read_at is None or self._clock.now().monotonic - self._read_at >= ASK_AGAIN_SECONDS

    async def _renew(self) -> None:
        # Set first: also what fails is not asked for more often.
        self._read_at = self._clock.now().monotonic
        try:
            self._known = by_digest(await self._read())
            self.was_read = True
        except StateDatabaseError as error:
            log.debug("serve.tokens_not_read", error=str(error))  # the store tells of an outage, once

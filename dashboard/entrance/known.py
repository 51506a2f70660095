"""Who is known here by name, and which sessions are over: read now and then, so that no page waits for it."""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

from dashboard import state_reader
from dashboard.words.verdict import Unread
from reconciler.console import Accounts
from reconciler.facts.person import Account
from verification.facts.clock import Clock

READ_SECONDS = 5.0
"""How long after it was removed an account may still be let in, at most."""

PATIENCE_SECONDS = 1.0
"""How long a request waits for that."""

Asked = TypeVar("Asked")


class Ask(Protocol):
    """How the state database is asked; it blocks."""

    def __call__(self, question: Callable[[Accounts], Asked]) -> Asked | Unread:
        """Return the answer, or why there is none."""


class Known:
    """Goes by what it last read while the state database is away."""

    def __init__(self, clock: Clock, ask: Ask = state_reader.ask_accounts) -> None:
        """Nothing is read yet."""
        self._clock = clock
        self._ask = ask
        self._reading: asyncio.Task[None] | None = None
        self._read_at: float | None = None
        self._accounts: dict[int, Account] = {}
        self._ended: frozenset[str] = frozenset()
        self._ended_here: set[str] = set()

    async def refresh(self) -> None:
        """Read again what was read too long ago; a database that is slow to answer holds nobody up."""
        if self._reading is None or self._reading.done():
            if self._read_at is not None and self._now() - self._read_at < READ_SECONDS:
                return
            self._read_at = self._now()
            self._reading = asyncio.create_task(self._read())
        done, _ = await asyncio.wait({self._reading}, timeout=PATIENCE_SECONDS)
        for reading in done:
            reading.result()

    def account(self, number: int) -> Account | None:
        """Return an account as it was last read; None for one that nobody knows."""
        return self._accounts.get(number)

    def is_over(self, session_id: str) -> bool:
        """Return whether somebody signed out of this session."""
        digest = digest_of(session_id)
        return digest in self._ended_here or digest in self._ended

    async def check(self, name: str, password: str) -> Account | Unread | None:
        """Return the account that name and password are of; None for none, `Unread` if not known."""
        found = await asyncio.to_thread(self._ask, lambda accounts: accounts.check(name, password))
        if isinstance(found, Account):
            self._accounts[found.id] = found
        return found

    async def end(self, session_id: str, until: datetime) -> bool:
        """End a session, here at once; return whether that is stored, to hold after a restart."""
        digest = digest_of(session_id)
        self._ended_here.add(digest)
        stored = await asyncio.to_thread(self._ask, lambda accounts: accounts.end_session(digest, until))
        return not isinstance(stored, Unread)

    async def _read(self) -> None:
        found = await asyncio.to_thread(self._ask, _everything)
        if not isinstance(found, Unread):
            accounts, self._ended = found
            self._accounts = {account.id: account for account in accounts}

    def _now(self) -> float:
        return self._clock.now().monotonic


def _everything(accounts: Accounts) -> tuple[tuple[Account, ...], frozenset[str]]:
    return accounts.every(), accounts.ended_sessions()


def digest_of(session_id: str) -> str:
    """Return what is stored of a session that is over: it opens nothing, whoever reads it."""
    return hashlib.sha256(session_id.encode()).hexdigest()

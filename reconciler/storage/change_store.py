"""What has changed legs, for the reconciler, and for whoever shows it."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from reconciler.facts.change import Change, Explained
from reconciler.storage import changes
from reconciler.storage.changes import Counting, Key
from reconciler.storage.database import Database
from reconciler.storage.groups import accounts_in
from verification.facts.clock import Clock

RESTORED = 500
"""Changes that a process begins with: of older ones no more becomes known."""


class KeptChanges(Protocol):
    """Changes of the accounts that a store is for. Each method raises `StateDatabaseError`, as it does."""

    async def save(
        self, account: str, news: Sequence[Change], dropped: Collection[Key], counting: Counting
    ) -> None:
        """Renew changes and marks, all at once: what is counted is counted once. Other marks stay stored."""

    async def counted(self, account: str) -> tuple[Counting | None, list[Change]]:
        """Return up to where an account is counted, and its newest changes."""

    async def explained(self, account: str, *, now: datetime) -> Explained:
        """Return how much of what has changed on an account is explained."""


@dataclass(frozen=True, slots=True)
class StoredChanges:
    """`KeptChanges` in the state database.

    Attributes:
        durably: Runs work in a write transaction of the store.
        asked: Answers a question in a read transaction of it.
    """

    durably: Callable[[Callable[[Any], Any]], Awaitable[Any]]
    asked: Callable[[Callable[[Any], Any]], Awaitable[Any]]

    async def save(
        self, account: str, news: Sequence[Change], dropped: Collection[Key], counting: Counting
    ) -> None:
        """Renew changes and marks, all at once. See `changes.save_changes`."""
        work = partial(changes.save_changes, account=account, changes=news, dropped=dropped)
        await self.durably(partial(work, counting=counting))

    async def counted(self, account: str) -> tuple[Counting | None, list[Change]]:
        """Return up to where an account is counted, and its newest changes."""
        found: tuple[Counting | None, list[Change]] = await self.asked(
            partial(changes.counted, account=account, most=RESTORED)
        )
        return found

    async def explained(self, account: str, *, now: datetime) -> Explained:
        """Return how much of what has changed on an account is explained."""
        told: Explained = await self.asked(partial(changes.explained, account=account, now=now))
        return told


@dataclass(frozen=True, slots=True)
class ShownChanges:
    """`console.Changes` on the state database."""

    database: Database
    clock: Clock
    groups: frozenset[str] | None = None

    def explained(self) -> tuple[Explained, ...]:
        """Return how much of what has changed is explained, by account."""
        with self.database.read() as connection:
            now = self.clock.now().utc
            accounts = changes.counted_accounts(connection, accounts_in(connection, self.groups))
            return tuple(changes.explained(connection, account, now=now) for account in accounts)

    def of(self, account: str, symbol: str) -> tuple[Change, ...]:
        """Return the newest changes of a symbol, newest first."""
        with self.database.read() as connection:
            only = accounts_in(connection, self.groups)
            if only is not None and account not in only:
                return ()
            return changes.changes_of(connection, account, symbol, most=changes.SHOWN)

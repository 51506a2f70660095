"""Claims the leases of accounts for this process: by the state database, and beside a file by a lock too.

A database that is a file has no clock of its own but the machine's, which can be set. There a lock of the
operating system decides, one for each account, which dies with its process.
"""

import os
import secrets
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.facts.heartbeat import Heartbeat
from reconciler.facts.lease import Holder, Lease
from reconciler.storage.beats import beside
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.storage.held_store import HeldStore
from reconciler.storage.leases import Given, Kept
from reconciler.storage.process_lock import LockTaken, ProcessLock
from reconciler.storage.store import Store
from verification.facts.clock import Clock


def this_process() -> Holder:
    """Return this process under a name of its own, which no other one has or will have."""
    return Holder(secrets.token_hex(8), socket.gethostname(), os.getpid())


@dataclass(frozen=True, slots=True)
class Claim:
    """An account that is this process's.

    Attributes:
        store: Writes for as long as that is so.
        before: The heartbeat that the holder before left.
        lock: The lock beside a database that is a file.
    """

    store: HeldStore
    before: Heartbeat
    lock: ProcessLock | None

    def stands(self) -> bool:
        """Return whether the lock, if there is one, is still the one that others would ask for."""
        if self.lock is None:
            return True
        try:
            return self.lock.is_ours()
        except OSError:  # somebody has removed its file: others would make a new one
            return False

    def let_go(self) -> None:
        """Let another process have the lock. Safe to call twice."""
        if self.lock is not None:
            self.lock.release()


@dataclass(slots=True)
class Leases:
    """What may be written of: accounts whose leases are ours, by account."""

    stores: dict[str, HeldStore] = field(default_factory=dict)

    @property
    def all(self) -> dict[str, Lease]:
        """The leases, by account."""
        return {account: store.lease for account, store in self.stores.items()}

    def stand(self, accounts: Iterable[str]) -> bool:
        """Return whether these are surely ours at this moment, and nobody else's."""
        held = [self.stores.get(account) for account in accounts]
        return all(store is not None and not store.may_be_anothers for store in held)


class Claims:
    """Asks for leases in the name of one process.

    Attributes:
        by: That process.
    """

    def __init__(self, store: Store, by: Holder, clock: Clock) -> None:
        """`by` is this process."""
        self._store = store
        self.by = by
        self._clock = clock

    async def claim(self, account: str, group: str | None = None) -> Claim | Kept:
        """Take the lease of an account unless another process has it. Waits for nobody.

        `group` is that of the account by our settings, empty for none; None where they do not name it.

        Raises:
            StateDatabaseError: It could not be asked for.
        """
        file = self._store.file
        if file is None:
            return await self._given(account, None, group)
        try:
            lock = _lock(file, account)
        except LockTaken as taken:
            kept = await self._store.kept(account)
            return kept or Kept(Holder("", self.by.host, int(taken.process or 0)), None)
        claim: Claim | Kept | None = None
        try:
            claim = await self._given(account, lock, group)
            return claim
        finally:
            if not isinstance(claim, Claim):
                lock.release()

    async def _given(self, account: str, lock: ProcessLock | None, group: str | None) -> Claim | Kept:
        sent = self._clock.now()
        locked = lock is not None
        given = await self._store.claim(account, self.by, locked=locked, wall=sent.utc, group=group)
        if not isinstance(given, Given):
            return given
        return Claim(HeldStore(self._store.shared, given.lease, self._clock, sent=sent), given.before, lock)


def _lock(file: Path, account: str) -> ProcessLock:
    place = beside(file, account, "lock")
    try:
        return ProcessLock(place)
    except OSError as error:
        message = (
            f"state database {file}: its lock {place} cannot be made ({error.strerror}): allow this user to"
        )
        raise StateDatabaseError(StateTrouble.PERMISSION, message) from error

"""An account's lease in a test's state database: taken for a process of the test, and beaten for."""

import dataclasses

from reconciler.alerts.retirement import Watched
from reconciler.facts.heartbeat import Heartbeat
from reconciler.facts.lease import Holder
from reconciler.storage.held_store import HeldStore
from reconciler.storage.leases import Given
from reconciler.storage.store import Store
from verification.facts.clock import Clock

HERE = Holder("a", "here", 1)


async def claimed(store: Store, clock: Clock, account: str = "main", by: Holder = HERE) -> HeldStore:
    """Take the lease of an account, whoever has it, and return what its holder writes through."""
    sent = clock.now()
    given = await store.claim(account, by, locked=True, wall=sent.utc)
    assert isinstance(given, Given)
    return HeldStore(store.shared, given.lease, clock, sent=sent)


async def beaten(store: Store, clock: Clock, heartbeat: Heartbeat, account: str = "main") -> None:
    """Leave a heartbeat; one that says good-bye gives the lease back."""
    held = await claimed(store, clock, account)
    beat = held.give_back if heartbeat.stopped else held.beat
    await beat(dataclasses.replace(heartbeat))


def watched(account: str = "main", *ledgers: str) -> Watched:
    """What is watched of an account whose position list is all that is read of it."""
    return Watched(account, frozenset(ledgers), frozenset({"rest"}), frozenset())

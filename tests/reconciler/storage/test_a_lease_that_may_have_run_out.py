"""Whoever stood still for a lease's time knows, before anything else, that another may have its account."""

from collections.abc import AsyncIterator

import pytest

from reconciler.facts.lease import LASTS
from reconciler.storage.store import Store
from tests.reconciler.claimed import claimed
from verification.facts.clock import Moment, SystemClock


class Hand:
    """A clock of which the monotonic hand is put where a test wants it."""

    def __init__(self) -> None:
        self.monotonic = 0.0

    def now(self) -> Moment:
        return Moment.at(SystemClock().now().utc, self.monotonic)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing here waits, not even {seconds} s")


@pytest.fixture
async def store(state_url: str) -> AsyncIterator[Store]:
    async with Store.open(state_url) as opened:
        yield opened


async def test_it_may_be_anothers_once_its_time_has_passed_without_a_renewal(store: Store) -> None:
    clock = Hand()
    held = await claimed(store, clock)
    assert not held.may_be_anothers
    clock.monotonic = LASTS.total_seconds() - 1
    assert not held.may_be_anothers
    clock.monotonic += 2
    assert held.may_be_anothers == (store.file is None), (
        "beside a file the lock decides, whatever a clock says"
    )
    held.lost.set()
    assert held.may_be_anothers

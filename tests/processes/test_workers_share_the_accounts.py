"""Several `trueup run --claim N` on one PostgreSQL: each watches its part; what one loses another takes."""

import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.sight.account_state import AccountState
from tests.postgres import Server
from tests.processes.several import Field, field

pytestmark = [pytest.mark.processes, pytest.mark.wire, pytest.mark.postgres, pytest.mark.timeout(300)]

ACCOUNTS = ("a", "b", "c")


def loads(there: Field) -> Counter[str]:
    """How many accounts each process holds."""
    return Counter(holder for account in ACCOUNTS if (holder := there.holder(account)) is not None)


def all_watched(there: Field) -> bool:
    return all(there.state(account) is AccountState.WATCHED for account in ACCOUNTS)


async def test_what_no_worker_has_room_for_is_shown_and_another_worker_takes_it(
    tmp_path: Path, own_postgres: Server, record_property: Callable[[str, object], None]
) -> None:
    async with field(tmp_path, own_postgres) as there:
        one = await there.start("one", *ACCOUNTS, options=("--claim", "2"))
        await there.until(lambda: loads(there) == {one.holder: 2}, within=60, what="that it has its two")
        await there.watched_by(one, "a")
        assert there.state("c") is AccountState.NOT_WATCHED, "nobody has ever watched it, and that is shown"
        await there.until(lambda: one.said("accounts.unwatched", "c"), within=30, what="that it says so")

        two = await there.start("two", *ACCOUNTS, options=("--claim", "3"))
        await there.watched_by(two, "c")
        await there.until(lambda: all_watched(there), within=60, what="that all are watched")
        assert loads(there) == {one.holder: 2, two.holder: 1}
        one.send(signal.SIGKILL)
        passed = await there.until(lambda: loads(there) == {two.holder: 3}, within=90, what="the takeover")
        record_property("seconds_to_take_over", round(passed, 1))
        await there.until(lambda: all_watched(there), within=60, what="that all are watched again")

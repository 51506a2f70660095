"""Several `trueup run --claim N` on one PostgreSQL: each watches its part; what one loses another takes."""

import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.record.report import ExitCode
from reconciler.service import ending
from reconciler.sight.account_state import AccountState
from tests.postgres import Server
from tests.processes.several import WRITTEN, Field, field

pytestmark = [pytest.mark.processes, pytest.mark.wire, pytest.mark.postgres, pytest.mark.timeout(900)]

ACCOUNTS = ("main", "other", "third")


def loads(there: Field) -> Counter[str]:
    """How many accounts each process holds."""
    return Counter(holder for account in ACCOUNTS if (holder := there.holder(account)) is not None)


def all_watched(there: Field) -> bool:
    return all(there.state(account) is AccountState.WATCHED for account in ACCOUNTS)


async def test_what_one_has_no_room_for_or_loses_another_watches_and_who_stood_still_writes_nothing(
    tmp_path: Path, own_postgres: Server, record_property: Callable[[str, object], None]
) -> None:
    async with field(tmp_path, own_postgres) as there:
        one = await there.start("one", *ACCOUNTS, options=("--claim", "2"))
        await there.until(lambda: loads(there) == {one.holder: 2}, within=150, what="that it has its two")
        await there.watched_by(one, "main", within=150)
        assert there.state("third") is AccountState.NOT_WATCHED, "nobody ever watched it, and that is shown"
        await there.until(lambda: one.said("accounts.unwatched", "third"), within=150, what="that it says so")

        two = await there.start("two", *ACCOUNTS, options=("--claim", "3"))
        await there.until(lambda: all_watched(there), within=150, what="that all are watched")
        assert loads(there) == {one.holder: 2, two.holder: 1}

        own_postgres.tell(WRITTEN)
        one.send(signal.SIGSTOP)
        passed = await there.until(lambda: loads(there) == {two.holder: 3}, within=150, what="the takeover")
        record_property("seconds_to_take_over_from_one_that_stands_still", round(passed, 1))
        with own_postgres.talk() as record:
            taken = record.execute("SELECT clock_timestamp()").fetchone()
            assert taken is not None
            await there.until(lambda: all_watched(there), within=150, what="that all are watched again")
            one.send(signal.SIGCONT)
            await there.until(lambda: one.said("account.lost", "main"), within=150, what="that it notices")

            # It lives and has room: what it is given back is the first of those that the other has.
            await there.until(lambda: there.holder("main") == one.holder, within=150, what="its part")
            await there.until(lambda: all_watched(there), within=150, what="that all are watched by both")
            assert loads(there) == {one.holder: 1, two.holder: 2}
            wrote = "SELECT DISTINCT name, holder FROM written WHERE run = 'one' AND at > %s"
            rows = record.execute(wrote, taken).fetchall()
        assert {holder for _, holder in rows} <= {one.process.pid}, f"it wrote what was another's: {rows}"

        one.send(signal.SIGKILL)
        passed = await there.until(lambda: loads(there) == {two.holder: 3}, within=150, what="the takeover")
        record_property("seconds_to_take_over_from_a_dead_one", round(passed, 1))

        # Told to end while its server neither answers nor refuses: it ends all the same, and says what is so.
        with own_postgres.standing_still():
            two.send(signal.SIGTERM)
            passed = await there.until(
                lambda: two.process.returncode is not None, within=ending.SECONDS + 1, what="its end"
            )
        record_property("seconds_to_end_beside_a_server_that_stands_still", round(passed, 1))
        assert await two.end(signal.SIGKILL) == ExitCode.UNCHECKED
        assert len(two.said("state.good_bye_not_stored", *ACCOUNTS)) == 1, "in one line"
        with own_postgres.talk() as record:
            kept = "SELECT account FROM lease WHERE pid = %s AND expires_at < now() + interval '31 s'"
            rows = record.execute(kept + " AND NOT stopped", [two.process.pid]).fetchall()
        assert {account for (account,) in rows} == set(ACCOUNTS), "they run out by themselves, and say so"

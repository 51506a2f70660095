"""Two `trueup run` on one state database: one watches an account, the other waits, and neither is fooled."""

import asyncio
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from dashboard.words.verdict import Level, judge
from reconciler.facts.finding import Kind
from reconciler.sight.account_state import AccountState
from tests.postgres import Server
from tests.processes.several import WRITTEN, Field, Run, field

pytestmark = [pytest.mark.processes, pytest.mark.wire, pytest.mark.timeout(300)]

KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


def server_of(kind: str, request: pytest.FixtureRequest) -> Server | None:
    if kind == "sqlite":
        return None
    server = request.getfixturevalue("own_postgres")
    assert isinstance(server, Server)
    return server


async def both(there: Field) -> tuple[Run, Run]:
    """Let one watch the account and another one wait for it."""
    one = await there.start("one", "main")
    await there.watched_by(one)
    two = await there.start("two", "main")
    waits = f"held by {one.holder} until "
    await there.until(lambda: two.said("account.waiting", waits), within=60, what="that the second one waits")
    return one, two


@pytest.mark.parametrize("kind", KINDS)
async def test_when_the_holder_is_killed_the_other_takes_over(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    async with field(tmp_path, server_of(kind, request)) as there:
        one, two = await both(there)
        one.send(signal.SIGKILL)
        passed = await there.watched_by(two)
        record_property("seconds_to_take_over", round(passed, 1))
        assert len(two.said("account.waiting")) == 1, "it is told once, and not with every renewal"
        if kind == "postgres":
            stalled = there.console.queries.alerts(kinds=[Kind.RECONCILER_STALLED])
            assert [alert.key.account for alert in stalled] == ["main"], "it was silent for half a minute"


@pytest.mark.parametrize("kind", KINDS)
async def test_when_the_holder_is_stopped_the_other_takes_over_at_once(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    async with field(tmp_path, server_of(kind, request)) as there:
        one, two = await both(there)
        assert await one.end(signal.SIGTERM) == 0
        await there.until(lambda: there.holder() == two.holder, within=15, what="the takeover")
        await there.watched_by(two)
        assert there.console.queries.alerts(kinds=[Kind.RECONCILER_STALLED]) == ()


@pytest.mark.postgres
async def test_a_holder_that_stood_still_writes_nothing_any_more_and_waits(
    tmp_path: Path, own_postgres: Server
) -> None:
    async with field(tmp_path, own_postgres) as there:
        one, two = await both(there)
        own_postgres.tell(WRITTEN)
        with own_postgres.talk() as record:
            noted = partial(record.execute, "SELECT 1 FROM written")
            await there.until(lambda: noted().fetchone(), within=30, what="a row")
            one.send(signal.SIGSTOP)
            await there.until(lambda: there.holder() == two.holder, within=60, what="the takeover")
            now = record.execute("SELECT clock_timestamp()").fetchone()
            assert now is not None
            await there.watched_by(two)
            one.send(signal.SIGCONT)
            await there.until(lambda: one.said("account.lost"), within=60, what="that it notices")
            waits = f"held by {two.holder} until "
            await there.until(lambda: one.said("account.waiting", waits), within=60, what="that it waits")
            await asyncio.sleep(5)
            wrote = "SELECT DISTINCT run, name FROM written WHERE at > %s"
            rows = record.execute(wrote, now).fetchall()
            writers = set(record.execute("SELECT DISTINCT run, holder FROM written").fetchall())
        assert {run for run, _ in rows} == {"two"}, rows
        assert {"cycle", "lease", "source_state"} <= {name for _, name in rows}
        assert writers == {("one", one.process.pid), ("two", two.process.pid)}, (
            "each wrote while it was its own"
        )
        assert there.holder() == two.holder
        assert one.process.returncode is None

        two.send(signal.SIGKILL)
        await there.watched_by(one)


async def test_beside_a_file_a_holder_that_stands_still_keeps_its_account_and_goes_on(tmp_path: Path) -> None:
    async with field(tmp_path) as there:
        one, two = await both(there)
        one.send(signal.SIGSTOP)
        await there.until(lambda: there.state() is AccountState.STALLED, within=30, what="its silence")
        await asyncio.sleep(3)
        assert not two.said("account.watched")
        one.send(signal.SIGCONT)
        await there.watched_by(one)
        assert not one.said("account.lost")


async def test_each_account_is_had_by_itself_and_a_dead_one_is_seen_beside_a_live_one(tmp_path: Path) -> None:
    async with field(tmp_path) as there:
        one = await there.start("one", "main")
        await there.watched_by(one)
        two = await there.start("two", "other")
        await there.watched_by(two, "other")
        three = await there.start("three", "main", "other")
        await there.until(lambda: len(three.said("account.waiting")) == 2, within=60, what="that it waits")
        await three.end(signal.SIGTERM)

        one.send(signal.SIGKILL)
        await there.until(lambda: there.state() is AccountState.STALLED, within=30, what="its silence")
        assert there.state("other") is AccountState.WATCHED
        seen = judge(there.console.queries.now())
        assert (seen.level, seen.lead.startswith("Trueup is blind on main: ")) == (Level.BLIND, True)

        four = await there.start("four", "main", "other")
        await there.watched_by(four, "main")
        await there.until(lambda: four.said("account.waiting", two.holder), within=10, what="that it waits")

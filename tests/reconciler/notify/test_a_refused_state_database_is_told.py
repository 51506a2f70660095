"""Where the state database itself is refused, people are told past it: first, again, and that it is over."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.facts.finding import Kind
from reconciler.facts.heartbeat import Heartbeat
from reconciler.facts.lease import Holder, Lease
from reconciler.notify.answer import Answer
from reconciler.notify.channel import Channel
from reconciler.service.last_resort import LastResort
from reconciler.service.served_channel import Posting
from reconciler.storage import sqlite_engine
from reconciler.storage.database import Database
from reconciler.storage.errors import LeaseLost, StateDatabaseError
from reconciler.storage.held_store import HeldStore
from reconciler.storage.outage import Away
from reconciler.storage.store import Store
from tests.postgres import Server
from tests.reconciler.claimed import claimed
from tests.reconciler.notify.desk import LINK, Inbox, MortalWriter, Points, state_in
from tests.virtual_time import VirtualClock, run

PHONE = Channel("phone")
READ_ONLY = "ALTER SYSTEM SET default_transaction_read_only = on"
WRITABLE = "ALTER SYSTEM RESET default_transaction_read_only"


@dataclass
class Life:
    """A process that beats every two seconds, as `trueup run` does, and looks each time."""

    held: HeldStore
    clock: VirtualClock
    resort: LastResort

    async def until(self, seconds: float) -> None:
        """Live until a time of the story.

        Raises:
            StateDatabaseError: The state database cannot be used any more.
        """
        while self.clock.now().monotonic < seconds:
            now = self.clock.now().utc
            try:
                await self.held.newest_recorded()
                if self.held.away is None:
                    await self.held.settle({}, [], now=now)  # at rest the next write may be five minutes away
                await self.held.beat(Heartbeat(now, 2.0, now, stopped=False))
            except StateDatabaseError as error:
                if not error.again:
                    raise
            await self.resort.look()
            await asyncio.sleep(2)


def lived(
    url: str,
    story: Callable[[Life], Awaitable[None]],
    *channels: tuple[Channel, Inbox],
    accounts: tuple[str, ...] = ("main",),
) -> None:
    async def life() -> None:
        clock = VirtualClock()
        database = Database.open(url, create=True)
        store = Store(database, clock=clock)
        store._writer.close()
        store._writer = MortalWriter(database, Points())
        try:
            held = await claimed(store, clock)
            posting = Posting(tuple(channels), LINK, frozenset({"main"}))
            resort = LastResort(posting, lambda: store.away, lambda: accounts, clock)
            await story(Life(held, clock, resort))
            await resort.close()
        finally:
            await store.close()

    run(life())


def refusing(folder: Path) -> sqlite3.Connection:
    """Hold the file as a program does that writes and does not end: every other write is refused."""
    other = sqlite3.connect(folder / "state.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


@pytest.fixture(autouse=True)
def _refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_engine, "BUSY_SECONDS", 0.004)


def test_a_file_that_takes_no_writes_is_told_and_told_again_and_so_is_its_end(tmp_path: Path) -> None:
    inbox = Inbox()

    async def story(life: Life) -> None:
        await life.until(30)
        other = refusing(tmp_path)
        await life.until(30 + 660)
        other.close()
        await life.until(800)

    lived(state_in(tmp_path), story, (PHONE, inbox))

    first, again, once_more, over = inbox.got
    assert first.title == "NEW CRITICAL: Trueup cannot store anything"
    assert "is locked by another program" in first.body
    assert "since 10:00:30 UTC" in first.body
    assert "Nothing new is told of account main" in first.body
    assert first.body.endswith(f"{LINK}/")
    assert 90 <= first.at <= 100
    assert 300 <= again.at - first.at <= 310
    assert 300 <= once_more.at - again.at <= 310
    assert again.title == "STILL CRITICAL: Trueup cannot store anything, for 6 min"
    assert over.title.startswith("RESOLVED: Trueup can store again, after 11 min")
    assert 710 <= over.at <= 720


def test_what_is_back_within_a_minute_wakes_nobody(tmp_path: Path) -> None:
    inbox = Inbox()

    async def story(life: Life) -> None:
        for minute in range(5):
            other = refusing(tmp_path)
            await life.until(minute * 60 + 35)
            other.close()
            await life.until(minute * 60 + 60)

    lived(state_in(tmp_path), story, (PHONE, inbox))

    assert inbox.tried == []


def test_a_write_that_waits_for_long_until_it_is_refused_is_no_return(tmp_path: Path) -> None:
    inbox = Inbox()
    moments: list[Away | None] = []

    async def story(life: Life) -> None:
        resort = LastResort(
            Posting(((PHONE, inbox),), LINK, frozenset({"main"})),
            lambda: moments[-1],
            lambda: ("main",),
            life.clock,
        )
        while (now := life.clock.now().monotonic) < 200:
            # Refused after five seconds and then called back, because reads work: again and again.
            moments.append(Away(now, "it is locked") if now % 8 < 3 and now < 120 else None)
            await resort.look()
            await asyncio.sleep(1)

    lived(state_in(tmp_path), story, (PHONE, Inbox()))

    first, over = inbox.got
    assert 60 <= first.at <= 65
    assert 130 <= over.at <= 145


def test_a_channel_that_does_not_take_it_is_tried_again(tmp_path: Path) -> None:
    down = Answer(taken=False, said="connection refused")
    inbox = Inbox(answers=lambda at: down if at < 200 else Answer(taken=True, said="HTTP 200"))
    other_inbox = Inbox()

    async def story(life: Life) -> None:
        other = refusing(tmp_path)
        await life.until(300)
        other.close()

    lived(state_in(tmp_path), story, (PHONE, inbox), (Channel("second"), other_inbox))

    assert [each.title[:3] for each in inbox.got] == ["NEW"]
    assert 4 <= len(inbox.tried) <= 8  # pauses grow
    assert len(other_inbox.got) == 1  # and holds up no other


def test_who_hears_of_it_is_who_hears_of_the_account(tmp_path: Path) -> None:
    later, elsewhere, chosen = Inbox(), Inbox(), Inbox()

    async def story(life: Life) -> None:
        other = refusing(tmp_path)
        await life.until(300)
        other.close()
        await life.until(350)

    lived(
        state_in(tmp_path),
        story,
        (Channel("later", after=timedelta(minutes=3)), later),
        (Channel("elsewhere", accounts=frozenset({"other"})), elsewhere),
        (Channel("chosen", kinds=frozenset({Kind.UNPROTECTED_POSITION})), chosen),
    )

    assert [round(each.at / 60) for each in later.got] == [4, 5]
    assert elsewhere.tried == []
    assert chosen.tried == []


def test_a_process_without_an_account_of_its_own_tells_nothing(tmp_path: Path) -> None:
    inbox = Inbox()

    async def story(life: Life) -> None:
        other = refusing(tmp_path)
        await life.until(120)
        other.close()

    lived(state_in(tmp_path), story, (PHONE, inbox), accounts=())

    assert inbox.tried == []


def test_a_process_that_ends_because_its_file_is_gone_says_so(tmp_path: Path) -> None:
    inbox = Inbox()

    async def story(life: Life) -> None:
        await life.until(10)
        (tmp_path / "state.db").rename(tmp_path / "moved.db")
        with pytest.raises(StateDatabaseError) as ended:
            await life.until(60)
        await life.resort.end(ExceptionGroup("tasks", [ended.value]))

    lived(state_in(tmp_path), story, (PHONE, inbox))

    (told,) = inbox.got
    assert told.title == "NEW CRITICAL: Trueup has ended, its state database cannot be used"
    assert "was deleted or moved while it was in use" in told.body
    assert "nobody watches account main" in told.body


def test_a_process_that_ends_for_another_reason_says_nothing_of_its_database(tmp_path: Path) -> None:
    inbox = Inbox()

    async def story(life: Life) -> None:
        await life.resort.end(ValueError("a bug"))
        await life.resort.end(LeaseLost(Lease("main", Holder("a", "here", 1), 1), None))

    lived(state_in(tmp_path), story, (PHONE, inbox))

    assert inbox.tried == []


@pytest.mark.postgres
def test_a_server_that_takes_no_changes_is_told_and_so_is_its_end(own_postgres: Server) -> None:
    inbox = Inbox()

    async def story(life: Life) -> None:
        await life.until(10)
        own_postgres.tell(READ_ONLY, "SELECT pg_reload_conf()")
        await life.until(100)
        own_postgres.tell(WRITABLE, "SELECT pg_reload_conf()")
        await life.until(150)

    lived(own_postgres.url, story, (PHONE, inbox))

    first, over = inbox.got
    assert "takes no changes now" in first.body
    assert own_postgres.url not in first.body
    assert over.title.startswith("RESOLVED: Trueup can store again")

"""After a fill nothing waits for the journal: not for one that is locked, nor for one that says nothing."""

import asyncio
import contextlib
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from reconciler.journal import database as journal_database
from reconciler.journal import silence as journal_silence
from reconciler.journal.journal import Journal, JournalError
from simulator.engine.effect import AlgoChanged, Effect, Filled
from tests.wire.faces import BINANCE, Step
from tests.wire.opening_scene import BUY, Scene, entry_fills, scene
from verification.opening.journal_port import JournalFailed
from verification.opening.outcome import Closed, Opened, RolledBack

pytestmark = pytest.mark.wire

NAKED = 1.0
"""Seconds that a position may be without its stop, on a machine that is busy with other things too."""

LOCKS = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.readline()
"""


class Stopwatch:
    """When what happened at the venue, on this machine's clock, and how long the loop stood still."""

    def __init__(self, on: Scene) -> None:
        self.at: dict[str, float] = {}
        self.stood_still = 0.0
        on.venue.exchange.listen(self._hear)

    def _hear(self, effect: Effect) -> None:
        if isinstance(effect, Filled):
            self.at.setdefault("flat" if effect.position.amount == 0 else "filled", time.perf_counter())
        if isinstance(effect, AlgoChanged):
            self.at.setdefault("stop", time.perf_counter())

    @property
    def naked(self) -> float:
        return self.at["stop"] - self.at["filled"]

    async def watch(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.01)
            self.stood_still = max(self.stood_still, time.perf_counter() - before)


@asynccontextmanager
async def timed(on: Scene) -> AsyncIterator[Stopwatch]:
    watch = Stopwatch(on)
    task = asyncio.create_task(watch.watch())
    try:
        yield watch
    finally:
        task.cancel()
        await asyncio.wait({task})


@contextmanager
def locked(path: Path) -> Iterator[Callable[[], None]]:
    """Let another process lock the journal's file, until the function is called."""
    process = subprocess.Popen(
        [sys.executable, "-c", LOCKS, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"locked\n"

    def free() -> None:
        process.kill()
        process.wait()

    try:
        yield free
    finally:
        free()
        process.communicate()


async def caught_up(on: Scene) -> bool:
    """Wait until the journal holds all that was handed in."""
    writer = on.opener._context.writer
    return await writer._wait_until(lambda: not writer._queue, 20)


async def state_of(folder: Path, entry: int, wanted: str) -> str:
    """Wait until the journal's file says what is wanted, and return what it says."""
    query, said = "SELECT state FROM journal_position WHERE id = ?", ""
    for _ in range(400):
        with closing(sqlite3.connect(folder / "bot.db")) as connection:
            found = connection.execute(query, (entry,)).fetchone()
        said = "" if found is None else found[0]
        if said == wanted:
            break
        await asyncio.sleep(0.05)
    return said


async def test_a_stop_is_placed_while_the_file_is_locked_and_the_books_follow(tmp_path: Path) -> None:
    async with scene(tmp_path, BINANCE) as on, timed(on) as watch:
        with contextlib.ExitStack() as stack:
            frees: list[Callable[[], None]] = []
            on.when(entry_fills, lambda: frees.append(stack.enter_context(locked(tmp_path / "bot.db"))))
            opened = await on.opener.open(BUY)
            assert isinstance(opened, Opened), opened
            assert watch.naked < NAKED
            (concern,) = opened.concerns
            assert "the journal does not hold what was done" in concern
            assert on.reports == [opened]
            frees[0]()
        assert await caught_up(on)
        assert watch.stood_still < NAKED, "the bot's loop does not wait for it either"
        names = [what for (what,) in rows_of(tmp_path, "SELECT what FROM journal_event ORDER BY id")]
        assert names == ["opening", "ordered", "verified", "opened", "protecting", "stop_placed"]


def rows_of(folder: Path, query: str) -> list[tuple[str]]:
    with closing(sqlite3.connect(folder / "bot.db")) as connection:
        return connection.execute(query).fetchall()


async def test_leaving_and_moving_wait_for_no_books(tmp_path: Path) -> None:
    async with scene(tmp_path, BINANCE) as on:
        opened = await on.opened()
        await on.opener._context.writer.concerns(opened.entry)
        with locked(tmp_path / "bot.db") as free:
            began = time.perf_counter()
            moving = asyncio.create_task(on.opener.protect(opened, Decimal("0.16")))
            leaving = asyncio.create_task(on.opener.leave(opened))
            while on.held:  # noqa: ASYNC110 - how long it takes is what is asked
                await asyncio.sleep(0.01)
            assert time.perf_counter() - began < 2 * NAKED
            assert isinstance(await moving, Opened)
            assert isinstance(await leaving, Closed)
            assert not on.stops
            free()
        assert await state_of(tmp_path, opened.entry, "closed") == "closed"


async def test_a_rollback_waits_for_no_books(tmp_path: Path) -> None:
    async with scene(tmp_path, BINANCE) as on, timed(on) as watch:
        BINANCE.refuse(on.venue, Step.STOP)
        with contextlib.ExitStack() as stack:
            on.when(entry_fills, lambda: stack.enter_context(locked(tmp_path / "bot.db")))
            outcome = await on.opener.open(BUY)
        assert isinstance(outcome, RolledBack), outcome
        assert watch.at["flat"] - watch.at["filled"] < NAKED


async def test_an_entry_that_cannot_be_written_down_is_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_database, "BUSY_SECONDS", 0.3)
    async with scene(tmp_path, BINANCE) as on, timed(on) as watch:
        with locked(tmp_path / "bot.db"), pytest.raises(JournalError, match="locked"):
            await on.opener.open(BUY)
        assert on.count(Step.ENTRY) == 0
        assert watch.stood_still < NAKED
        await on.opened()


async def test_what_the_journal_took_too_late_is_written_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene(tmp_path, BINANCE) as on:
        await on.opened()
        monkeypatch.setattr("verification.opening.journal_writer.PATIENCE", 0.3)
        with locked(tmp_path / "bot.db") as free:
            with pytest.raises(JournalFailed, match="nothing was sent"):
                await on.opener.open(BUY)
            free()
        assert await state_of(tmp_path, 2, "failed") == "failed"
        assert on.count(Step.ENTRY) == 1
        assert on.journal.unfinished() == ()


class Wire:
    """A way to a server that can fall silent, without a word, as a network does."""

    def __init__(self, host: str, port: int) -> None:
        self._there = (host, port)
        self._open = asyncio.Event()
        self._open.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> int:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*(each.wait_closed() for each in self._writers), return_exceptions=True)

    def falls_silent(self) -> None:
        self._open.clear()

    def speaks(self) -> None:
        self._open.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, back = await asyncio.open_connection(*self._there)
        self._writers += (writer, back)
        for one, other in ((reader, back), (theirs, writer)):
            task = asyncio.create_task(self._carry(one, other))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                await self._open.wait()
                writer.write(data)


@pytest.mark.postgres
async def test_a_server_that_says_nothing_costs_no_stop_and_gets_the_books_later(
    tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_silence, "SILENCE_SECONDS", 2.0)
    server = sa.make_url(request.getfixturevalue("postgres_url"))
    wire = Wire(server.host or "", server.port or 0)
    bot = f"bot-{uuid4().hex}"
    async with wire as port:
        url = server.set(port=port).render_as_string(hide_password=False)
        journal = await asyncio.to_thread(Journal, url, bot=bot)
        async with scene(tmp_path, BINANCE, journal=journal) as on, timed(on) as watch:
            on.when(entry_fills, wire.falls_silent)
            opened = await on.opener.open(BUY)
            assert isinstance(opened, Opened), opened
            assert watch.naked < NAKED
            assert opened.concerns
            assert watch.stood_still < NAKED
            await asyncio.sleep(2.5)  # by then the silent connection is cut
            wire.speaks()
            assert await caught_up(on)
            assert await asyncio.to_thread(journal.unfinished) == ()


@pytest.mark.postgres
async def test_a_row_that_somebody_else_has_locked_costs_no_stop(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url")
    engine = sa.create_engine(url)
    journal = Journal(url, bot=f"bot-{uuid4().hex}")
    async with scene(tmp_path, BINANCE, journal=journal) as on, timed(on) as watch:
        with engine.connect() as other:
            on.when(
                entry_fills,
                lambda: other.execute(sa.text("LOCK TABLE journal_position IN ACCESS EXCLUSIVE MODE")),
            )
            opened = await on.opener.open(BUY)
            assert isinstance(opened, Opened), opened
            assert watch.naked < NAKED
            assert opened.concerns
            other.rollback()
        assert await caught_up(on)
        assert journal.unfinished() == ()
    engine.dispose()


async def test_a_server_that_accepts_and_says_nothing_is_given_up_soon(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(journal_database._ADDRESS_LIMITS, "connect_timeout", 2)

    with socket.create_server(("127.0.0.1", 0)) as server:  # the system accepts, and nobody answers
        port = server.getsockname()[1]
        began = time.perf_counter()
        with pytest.raises(JournalError, match="cannot be opened"):
            await asyncio.to_thread(Journal, f"postgresql+psycopg://u@127.0.0.1:{port}/db", bot="mine")
        assert time.perf_counter() - began < 10


async def test_a_journal_whose_file_was_deleted_is_told_and_nothing_new_is_opened(tmp_path: Path) -> None:
    async with scene(tmp_path, BINANCE) as on:
        file, away = tmp_path / "bot.db", tmp_path / "away.db"
        on.when(entry_fills, lambda: file.rename(away))
        opened = await on.opener.open(BUY)
        assert isinstance(opened, Opened), opened
        assert len(on.stops) == 1
        assert "bot.db is gone" in opened.concerns[0]
        away.rename(file)
        assert await caught_up(on)
        assert await state_of(tmp_path, opened.entry, "open") == "open", "put back, it gets what was done"
        file.rename(away)
        with pytest.raises(JournalError, match="is gone"):
            await on.opener.open(BUY)
        assert on.count(Step.ENTRY) == 1
        away.rename(file)

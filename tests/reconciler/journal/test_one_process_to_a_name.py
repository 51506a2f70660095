"""A second process under a bot's name is refused at once, and gets the journal when the first is dead."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from reconciler.journal.journal import Journal, JournalError
from verification.facts.leg import Side

ROOT = Path(__file__).parents[3]
HOLDS = """
import os, sys
from decimal import Decimal
from reconciler.journal.journal import Journal
from verification.facts.leg import Side
journal = Journal(sys.argv[1], bot="mine")
print("there", flush=True)
if "fork" in sys.argv and os.fork() == 0:
    try:
        journal.opening("A/B:B", Side.BUY, Decimal(1), client_order_id="child")
    except Exception as error:
        print(error, flush=True)
    sys.stdin.readline()
    os._exit(0)
sys.stdin.readline()
"""
AT_ONCE = 3.0  # seconds


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/bot.db"
        return
    server = sa.make_url(request.getfixturevalue("postgres_url"))
    name = f"journal_{uuid4().hex}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    yield server.set(database=name).render_as_string(hide_password=False)


@contextmanager
def another(url: str, *how: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a process that holds the journal until it is told to end."""
    command = [sys.executable, "-c", HOLDS, url, *how]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "there\n"
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def entered(journal: Journal, name: str = "one") -> int:
    return journal.opening("A/B:B", Side.BUY, Decimal(1), client_order_id=name, stop_price=Decimal(1))


def test_a_second_process_is_refused_at_once_and_another_name_is_not(url: str) -> None:
    with another(url):
        began = time.perf_counter()
        with pytest.raises(JournalError, match="works with it as `mine`"):
            Journal(url, bot="mine")
        assert time.perf_counter() - began < AT_ONCE
        with Journal(url, bot="other") as other:
            assert entered(other) == 1


def test_the_journal_of_a_dead_process_is_free(url: str) -> None:
    with another(url) as process:
        process.kill()
        process.wait()
        end = time.perf_counter() + 10
        while True:  # PostgreSQL learns of the death when it next looks at the socket
            try:
                with Journal(url, bot="mine") as journal:
                    assert entered(journal) == 1
                    return
            except JournalError:
                assert time.perf_counter() < end
                time.sleep(0.05)  # noqa: TID251 - another process is waited for


def test_a_second_journal_in_one_process_is_refused_until_the_first_is_closed(url: str) -> None:
    with Journal(url, bot="mine"), pytest.raises(JournalError, match="works with it"):
        Journal(url, bot="mine")
    Journal(url, bot="mine").close()


def test_the_refusal_names_the_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/bot.db"
    with another(url) as process, pytest.raises(JournalError, match=f"process {process.pid} works with it"):
        Journal(url, bot="mine")


def test_two_names_of_one_file_are_one_journal(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "bot.db")
    with Journal(f"sqlite:///{tmp_path}/bot.db", bot="mine"), pytest.raises(JournalError, match="works with"):
        Journal(f"sqlite:///{tmp_path}/link.db", bot="mine")


def test_a_forked_process_neither_writes_nor_keeps_the_lock_of_the_dead(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/bot.db"
    with another(url, "fork") as process:
        assert process.stdout is not None
        assert "forked from" in process.stdout.readline()
        process.kill()
        process.wait()
        Journal(url, bot="mine").close()


def test_nothing_new_is_written_down_once_the_lock_was_removed(tmp_path: Path) -> None:
    with Journal(f"sqlite:///{tmp_path}/bot.db", bot="mine") as journal:
        entry = entered(journal)
        (lock,) = tmp_path.glob("*.lock")
        lock.unlink()
        with pytest.raises(JournalError, match=r"its lock .* is gone"):
            entered(journal, "two")
        journal.opened(entry, Decimal(1))  # what is at the venue already is written down all the same


@pytest.mark.postgres
@pytest.mark.parametrize("overtaken", [False, True])
def test_a_lock_that_the_server_dropped_is_taken_again_or_nothing_is_opened(
    request: pytest.FixtureRequest, *, overtaken: bool
) -> None:
    url = request.getfixturevalue("postgres_url")
    bot = f"bot-{uuid4().hex}"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    holders = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    with Journal(url, bot=bot) as journal:
        entered(journal)
        with engine.connect() as connection:
            connection.execute(sa.text(holders))
        if not overtaken:
            entered(journal, "two")
            with pytest.raises(JournalError, match="works with it"):
                Journal(url, bot=bot)
        else:
            with Journal(url, bot=bot), pytest.raises(JournalError, match="works with it"):
                entered(journal, "two")
    engine.dispose()

"""A backup goes back while nobody uses the state, whole or not at all, and what stood there is kept."""

import asyncio
import os
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.alerts.alert import AlertState
from reconciler.facts.lease import Holder
from reconciler.storage.backup import back_up
from reconciler.storage.beats import beside
from reconciler.storage.database import Database
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.storage.process_lock import ProcessLock
from reconciler.storage.restore import GAP
from reconciler.storage.restore import restore as put_back
from reconciler.storage.store import Store
from tests.reconciler.alert_life import NOON
from tests.reconciler.storage.kept_state import find, litter, shown, url

LATER = NOON + timedelta(days=1)
HERE = socket.gethostname()


def test_what_came_later_goes_and_what_was_there_comes_back(state: Path, kept: Path) -> None:
    before = shown(state)
    asyncio.run(find(state, "XRP/USDT:USDT"))

    done = put_back(url(state), kept, now=LATER)

    assert shown(state) == before
    assert done.replaced is not None
    assert done.replaced.parent == state.parent
    assert set(shown(done.replaced).values()) == {"AVL/USDT:USDT", "XRP/USDT:USDT"}
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    assert litter(state.parent) == []


def test_the_backup_itself_is_only_read(state: Path, kept: Path) -> None:
    before = kept.read_bytes()
    kept.chmod(0o400)

    put_back(url(state), kept, now=LATER)

    assert kept.read_bytes() == before


def test_a_number_that_was_given_since_never_comes_to_mean_another_alert(state: Path, kept: Path) -> None:
    asyncio.run(find(state, "XRP/USDT:USDT", "DOGE/USDT:USDT"))
    given = set(shown(state))

    done = put_back(url(state), kept, now=LATER)
    asyncio.run(find(state, "SOL/USDT:USDT"))

    assert not done.numbers_jump
    (new,) = [number for number, symbol in shown(state).items() if symbol == "SOL/USDT:USDT"]
    assert new not in given


@pytest.mark.parametrize("there", ["nothing", "garbage", "cut"])
def test_it_goes_where_nothing_is_or_what_is_there_is_damaged(state: Path, kept: Path, there: str) -> None:
    if there == "nothing":
        state.unlink()
    elif there == "garbage":
        state.write_bytes(b"\x00\xff" * 5000)
    else:
        os.truncate(state, 5000)
    wreck = state.read_bytes() if state.exists() else None

    done = put_back(url(state), kept, now=LATER)
    asyncio.run(find(state, "SOL/USDT:USDT"))

    assert set(shown(state).values()) == {"AVL/USDT:USDT", "SOL/USDT:USDT"}
    assert done.numbers_jump
    assert max(shown(state)) > GAP
    assert (None if done.replaced is None else done.replaced.read_bytes()) == wreck


def test_the_log_of_a_damaged_file_is_not_taken_for_one_of_the_new(state: Path, kept: Path) -> None:
    state.write_bytes(b"\x00\xff" * 5000)
    log = state.with_name("trueup.db-wal")
    log.write_bytes(b"what was last written")

    put_back(url(state), kept, now=LATER)

    assert not log.exists()
    assert list(shown(state).values()) == ["AVL/USDT:USDT"]


@contextmanager
def using(state: Path, who: str) -> Iterator[None]:
    """Let somebody use the state database, for as long as the block lasts."""
    if who == "watch":
        lock = ProcessLock(beside(state, "main", "lock"))
        yield
        lock.release()
        return
    with Database.open(url(state), create=who == "run") as database:
        with database.read() as connection:
            if who == "page":
                yield
            connection.exec_driver_sql("SELECT 1").close()
        if who != "page":
            yield  # it asks nothing now, and has it open all the same


@pytest.mark.parametrize("who", ["watch", "page", "idle page", "run"])
def test_while_anybody_uses_the_state_it_is_refused_and_nothing_changes(
    state: Path, kept: Path, who: str
) -> None:
    with using(state, who), pytest.raises(StateDatabaseError, match="in use by") as refused:
        put_back(url(state), kept, now=LATER)

    assert refused.value.trouble is StateTrouble.LOCKED
    assert list(state.parent.glob("*replaced*")) == []
    assert litter(state.parent) == []
    put_back(url(state), kept, now=LATER)


@pytest.mark.parametrize(("host", "refused"), [("elsewhere", True), (HERE, False)])
def test_a_lease_of_another_machine_holds_and_one_of_a_dead_process_here_does_not(
    state: Path, kept: Path, host: str, *, refused: bool
) -> None:
    async def leave() -> None:
        async with Store.open(url(state)) as store:
            await store.claim("main", Holder("one", host, 7), locked=True, wall=NOON)

    asyncio.run(leave())
    if refused:
        with pytest.raises(StateDatabaseError, match="elsewhere 7, which watches main"):
            put_back(url(state), kept, now=NOON + timedelta(seconds=5))
        put_back(url(state), kept, now=NOON + timedelta(seconds=31))
    else:
        put_back(url(state), kept, now=NOON + timedelta(seconds=5))


def test_who_watched_when_it_was_made_does_not_watch_what_is_restored(state: Path, tmp_path: Path) -> None:
    async def watched() -> None:
        async with Store.open(url(state)) as store:
            await store.claim("main", Holder("one", HERE, 7), locked=True, wall=LATER)

    asyncio.run(watched())
    back_up(url(state), tmp_path / "while")

    put_back(url(state), tmp_path / "while", now=LATER)

    with Database.open(url(state), create=False) as database, database.read() as connection:
        assert connection.exec_driver_sql("SELECT expires_at FROM lease").scalar_one() is None


@pytest.mark.parametrize("what", ["newer", "damaged", "bot", "text", "empty"])
def test_what_is_no_whole_backup_is_refused_and_nothing_changes(state: Path, kept: Path, what: str) -> None:
    if what == "newer":
        with closing(sqlite3.connect(kept)) as connection, connection:
            connection.execute("UPDATE trueup_schema SET version_num = '9999'")
    elif what == "damaged":
        whole = kept.read_bytes()
        kept.write_bytes(whole[: len(whole) // 2])
    elif what == "bot":
        fixtures = Path(__file__).parents[2] / "fixtures"
        shutil.copy(fixtures / "freqtrade-2026.9-binance-futures-live.sqlite", kept)
    else:
        kept.write_text("no database\n" * 1000 if what == "text" else "")
    before = state.read_bytes()

    with pytest.raises(StateDatabaseError) as refused:
        put_back(url(state), kept, now=LATER)

    assert str(kept) in str(refused.value)
    assert (refused.value.trouble is StateTrouble.NEWER) == (what == "newer")
    assert state.read_bytes() == before
    assert litter(state.parent) == []


def test_another_programs_file_is_never_replaced(tmp_path: Path, kept: Path) -> None:
    bot = tmp_path / "tradesv3.sqlite"
    fixtures = Path(__file__).parents[2] / "fixtures"
    shutil.copy(fixtures / "freqtrade-2026.9-binance-futures-live.sqlite", bot)
    before = bot.read_bytes()

    with pytest.raises(StateDatabaseError, match="another program") as refused:
        put_back(url(bot), kept, now=LATER)

    assert refused.value.trouble is StateTrouble.FOREIGN
    assert bot.read_bytes() == before


DYING = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from reconciler.storage import restore
number, url, backup = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
calls = 0
def dying(real):
    def step(*arguments, **named):
        global calls
        if calls == number:
            os._exit(9)
        calls += 1
        return real(*arguments, **named)
    return step
os.link, os.replace, os.rename = map(dying, (os.link, os.replace, os.rename))
restore.on_disk, restore._upgrade = map(dying, (restore.on_disk, restore._upgrade))
restore.restore(url, backup, now=datetime(2026, 3, 2, tzinfo=UTC))
"""


@pytest.mark.processes
def test_a_death_at_any_step_leaves_the_old_or_the_new_one_there(
    state: Path, kept: Path, tmp_path: Path
) -> None:
    asyncio.run(find(state, "XRP/USDT:USDT"))
    ends = []
    for number in range(10):
        folder = tmp_path / str(number)
        folder.mkdir()
        shutil.copy(state, folder / "trueup.db")
        code = subprocess.run(
            [sys.executable, "-c", DYING, str(number), url(folder / "trueup.db"), str(kept)], check=False
        ).returncode
        ends.append(len(shown(folder / "trueup.db")))
        if code == 0:
            break
        assert code == 9
    assert ends[0] == 2
    assert ends[-1] == 1
    assert len(ends) >= 4


def test_after_it_the_alerts_live_on(state: Path, kept: Path) -> None:
    put_back(url(state), kept, now=LATER)

    async def live() -> AlertState:
        async with Store.open(url(state)) as store:
            (alert,) = await store.open_alerts()
            return alert.state

    assert asyncio.run(live()) is AlertState.FIRING

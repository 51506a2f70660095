"""Real processes write the same alerts at once and are killed: nothing that was confirmed is lost."""

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from reconciler.storage.database import Database
from reconciler.storage.decisions import ALERT, TRANSITION

ROOT = Path(__file__).parents[3]


def start(url: str, role: str, seed: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.reconciler.storage.alert_worker", url, role, str(seed)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def notes(process: subprocess.Popen[str], count: int) -> list[str]:
    assert process.stdout is not None
    return [process.stdout.readline().strip() for _ in range(count)]


def kill(process: subprocess.Popen[str]) -> list[str]:
    """SIGKILL; return what it had still said."""
    process.kill()
    rest = "" if process.stdout is None or process.stdout.closed else process.communicate(timeout=20)[0]
    # The last line may be torn; what is not a whole line was never confirmed to anybody.
    return [line for line in rest.split("\n")[:-1] if line]


@pytest.mark.processes
@pytest.mark.timeout(180)  # three interpreters start on a machine that may be busy
def test_no_confirmed_acknowledgement_is_lost_and_no_episode_doubled(state_url: str) -> None:
    sweeps = [start(state_url, "sweep", seed) for seed in (1, 2)]
    person = start(state_url, "person", 3)
    try:
        confirmed = notes(person, 8)
        kill(sweeps[0])
        confirmed += notes(person, 5)
    finally:
        confirmed_late = kill(person)
        for process in sweeps:
            kill(process)
    confirmed += confirmed_late

    with Database.open(state_url, create=False) as database, database.read() as connection:
        given = sa.select(TRANSITION.c.reason).where(TRANSITION.c.action == "acknowledged")
        stored = set(connection.execute(given).scalars())
        rows = connection.execute(
            sa.select(TRANSITION).order_by(TRANSITION.c.alert_id, TRANSITION.c.seq)
        ).all()
        states = connection.execute(sa.select(ALERT.c.id, ALERT.c.symbol, ALERT.c.state)).all()
    assert len(confirmed) >= 13
    assert all(confirmed), "a worker ended by itself"
    assert set(confirmed) <= stored
    still_open = [row.symbol for row in states if row.state != "resolved"]
    assert len(set(still_open)) == len(still_open)
    for alert in states:
        steps = [row for row in rows if row.alert_id == alert.id]
        assert [row.before for row in steps] == [None, *(row.after for row in steps[:-1])]
        assert steps[-1].after == alert.state

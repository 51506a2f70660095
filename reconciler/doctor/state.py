"""Tries the state database: whether it opens, whether anybody writes to it, and who may read it."""

import stat
from collections.abc import Iterator
from pathlib import Path

from reconciler.console import Console, StateDatabaseError, StateTrouble
from reconciler.doctor.check import Check, Health
from reconciler.facts.heartbeat import HeartbeatState
from reconciler.settings.database_url import SQLITE
from verification.facts.clock import Clock

SUBJECT = "state database"


def examine_state(url: str, clock: Clock) -> list[Check]:
    """Return the checks of the state database at `url`. Blocks; creates nothing."""
    file = Path(url.removeprefix(SQLITE).partition("?")[0]) if url.startswith(SQLITE) else None
    seen_by_others = list(_open_to_others(file)) if file is not None else []
    try:
        with Console.open(url, clock=clock) as console:
            watches = console.queries.watches()
    except StateDatabaseError as error:
        text = str(error).removeprefix(f"{SUBJECT} ")
        to_be_created = error.trouble is StateTrouble.ABSENT and file is not None and file.parent.is_dir()
        later = error.trouble in {StateTrouble.EMPTY, StateTrouble.OLDER} or to_be_created
        return [Check(SUBJECT, Health.NOTE if later else Health.NOT_OK, text), *seen_by_others]
    except ValueError as error:  # what is stored is not what was written: a damaged text, a time that is none
        what = f"holds a row that cannot be read ({error}): restore it from a backup"
        return [Check(SUBJECT, Health.NOT_OK, what), *seen_by_others]
    checks = [Check(SUBJECT, Health.OK, "opens, and is of this version"), *seen_by_others]
    if not watches:
        never = f"nobody looks now ({HeartbeatState.NEVER}): start `trueup run`"
        return [*checks, Check("reconciler", Health.NOTE, never)]
    for watch in watches:
        heartbeat_state = watch.heartbeat.state(clock.now().utc)
        if heartbeat_state is not HeartbeatState.ALIVE:
            nobody = f"nobody looks at {watch.account} now ({heartbeat_state}): start `trueup run`"
            checks.append(Check("reconciler", Health.NOTE, nobody))
    return checks


def _open_to_others(file: Path) -> Iterator[Check]:
    """Tell of a file that Trueup made before it made them for its user alone, or that somebody opened."""
    wide = []
    for path in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
        except OSError:
            continue  # one that cannot be looked at is told by opening it
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            wide.append((path, mode))
    if wide:
        which = ", ".join(f"{path} ({mode:04o})" for path, mode in wide)
        files = " ".join(str(path) for path, _ in wide)
        yield Check(SUBJECT, Health.NOTE, f"other users of this machine may open {which}: chmod 600 {files}")

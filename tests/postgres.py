"""A PostgreSQL server for tests marked `postgres` (a pytest plugin, loaded by conftest)."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

GIVEN = "TRUEUP_TEST_POSTGRES"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The url of a server whose user may create databases: postgresql+psycopg://USER@HOST:PORT/NAME.

    It is the one named in the environment, else a temporary one on loopback, started from the binaries of
    this machine. Whoever uses it makes databases of their own, for the server is shared by the session.
    """
    given = os.environ.get(GIVEN)
    if given:
        yield given
        return
    binaries = _binaries()
    if binaries is None:
        pytest.skip(f"no PostgreSQL binaries here and {GIVEN} is not set: install postgresql")
    account = _account()
    if account is None:
        pytest.skip(f"PostgreSQL refuses to run as root and there is no other user: set {GIVEN}")
    with tempfile.TemporaryDirectory(prefix="trueup-postgres-", ignore_cleanup_errors=True) as folder:
        yield from _served(binaries, Path(folder), account)


def _served(binaries: Path, folder: Path, account: pwd.struct_passwd) -> Iterator[str]:
    data = folder / "data"
    if os.geteuid() == 0:
        os.chown(folder, account.pw_uid, account.pw_gid)
    _run(
        [binaries / "initdb", "-D", data, "-U", "trueup", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
        account,
    )
    port = _free_port()
    # Nothing here outlives the session, so it need not survive a crash of the machine.
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    _run([binaries / "pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start"], account)
    try:
        yield f"postgresql+psycopg://trueup@127.0.0.1:{port}/postgres"
    finally:
        _run([binaries / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"], account)


def _binaries() -> Path | None:
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    if found:
        places.append(Path(found).resolve().parent)
    for place in places:
        if (place / "initdb").exists() and (place / "pg_ctl").exists():
            return place
    return None


def _account() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


def _run(command: list[str | Path], account: pwd.struct_passwd) -> None:
    identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    # The output goes to a file: the server inherits it, so a pipe would never come to its end.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            command,
            check=False,
            cwd="/",
            timeout=50,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            **(identity if os.geteuid() == 0 else {}),  # type: ignore[call-overload]  # user and group only
        )
        output.seek(0)
        assert done.returncode == 0, output.read().decode(errors="replace")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

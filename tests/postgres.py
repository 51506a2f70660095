"""A PostgreSQL server for tests marked `postgres` (a pytest plugin, loaded by conftest)."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
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
    with _folder() as folder:
        server = Server(folder)
        server.start()
        try:
            yield server.url
        finally:
            server.stop()


@pytest.fixture(scope="module")
def server_of_the_module() -> Iterator["Server"]:
    with _folder() as folder:
        server = Server(folder)
        try:
            yield server
        finally:
            if server.runs:
                server.stop()


@pytest.fixture
def own_postgres(server_of_the_module: "Server") -> "Server":
    """A running, empty server for one test, which may stop it, start it again and set it up as it likes."""
    server = server_of_the_module
    if server.runs:
        server.tell("ALTER SYSTEM RESET ALL")
        server.stop()
    server.start()
    server.tell("ALTER DATABASE postgres RESET ALL", "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    return server


@pytest.fixture
def standby_postgres(own_postgres: "Server") -> Iterator["Server"]:
    """A running standby of `own_postgres`, to be promoted."""
    with _folder() as folder:
        server = Server(folder, standby_of=own_postgres)
        server.start()
        try:
            yield server
        finally:
            server.stop()


class Server:
    """A PostgreSQL server on loopback, started from the binaries of this machine."""

    def __init__(self, folder: Path, *, standby_of: "Server | None" = None) -> None:
        """Set it up in a folder, empty or to follow another one; it does not run yet."""
        binaries, account = _binaries(), _account()
        if binaries is None:
            pytest.skip(f"no PostgreSQL binaries here and {GIVEN} is not set: install postgresql")
        if account is None:
            pytest.skip(f"PostgreSQL refuses to run as root and there is no other user: set {GIVEN}")
        self._binaries, self._account = binaries, account
        self._folder, self._data = folder, folder / "data"
        self._port = _free_port()
        self.runs = False
        if os.geteuid() == 0:
            os.chown(folder, account.pw_uid, account.pw_gid)
        if standby_of is None:
            how = ["-U", "trueup", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
            _run([binaries / "initdb", "-D", self._data, *how], account)
        else:
            how = ["-R", "-N", "-c", "fast", "-d", standby_of.url.replace("+psycopg", "")]
            _run([binaries / "pg_basebackup", "-D", self._data, *how], account)

    @property
    def url(self) -> str:
        """Its address, of the user who may do everything."""
        return f"postgresql+psycopg://trueup@127.0.0.1:{self._port}/postgres"

    def start(self, *more: str) -> None:
        """Start it with these settings (`name=value`), and wait until it answers."""
        # Nothing here outlives the test, so it need not survive a crash of the machine.
        given = ["listen_addresses=127.0.0.1", "unix_socket_directories=''", "fsync=off", *more]
        options = " ".join([f"-p {self._port}", *(f"-c {each}" for each in given)])
        self._control("-l", self._folder / "log", "-o", options, "-w", "start")
        self.runs = True

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: `immediate` as a crash does, `fast` as an administrator does."""
        self._control("-m", mode, "-w", "stop")
        self.runs = False

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Have it stand still, with all of its processes: it neither answers nor refuses."""
        head = int((self._data / "postmaster.pid").read_text().split()[0])
        listed = Path(f"/proc/{head}/task/{head}/children").read_text().split()
        every = [head, *map(int, listed)]  # the head first: it would begin others
        for each in every:
            os.kill(each, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in every:
                os.kill(each, signal.SIGCONT)

    def promote(self) -> None:
        """Let a standby be the server that takes changes."""
        self._control("-w", "promote")

    def tell(self, *statements: str) -> None:
        """Have the server do this, each by itself."""
        with self.talk() as connection:
            for each in statements:
                connection.execute(each)

    def talk(self) -> psycopg.Connection[Any]:
        """Return a connection of the test's own, with each statement a transaction."""
        plain = self.url.replace("+psycopg", "")
        return psycopg.connect(plain, autocommit=True, application_name="test")

    def _control(self, *arguments: str | Path) -> None:
        _run([self._binaries / "pg_ctl", "-D", self._data, *arguments], self._account)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="trueup-postgres-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


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

"""A PostgreSQL server of our own that is restarted, stopped and cut from its disk."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import psycopg

from simulator.demo.house import free_port
from tests.postgres import _account, _binaries, _run


class PostgresServer:
    """One server with its data in a folder. Slow calls: call them in a thread."""

    def __init__(self, folder: Path) -> None:
        """Make its data and start it.

        Raises:
            RuntimeError: This machine has no PostgreSQL, or nobody who may run it.
        """
        binaries, account = _binaries(), _account()
        if binaries is None or account is None:
            raise RuntimeError("no PostgreSQL here")
        self._bin, self._account = binaries, account
        self._data = folder / "data"
        if os.geteuid() == 0:  # the server is another user, and has to get to its data
            os.chown(folder, account.pw_uid, account.pw_gid)
            folder.parent.chmod(0o711)
        self.port = free_port()
        command: list[str | Path] = [self._bin / "initdb", "-D", self._data, "-U", "trueup", "-A", "trust"]
        _run([*command, "-E", "UTF8", "--locale=C", "-N"], account)
        os.sync()  # it is older than any cut
        self.start()
        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute("CREATE DATABASE state")

    @property
    def url(self) -> str:
        """The state database's address, as in the settings."""
        return f"postgresql+psycopg://trueup@127.0.0.1:{self.port}/state"

    @property
    def _address(self) -> str:
        return f"host=127.0.0.1 port={self.port} user=trueup dbname=postgres connect_timeout=5"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        words: list[str | Path] = [
            "-D",
            self._data,
            "-l",
            self._data.parent / "log",
            "-o",
            options,
            "-w",
            "start",
        ]
        _run([self._bin / "pg_ctl", *words], self._account)

    def stop(self, mode: str) -> None:
        """Stop it: `fast` ends the sessions, `immediate` is its crash."""
        _run([self._bin / "pg_ctl", "-D", self._data, "-m", mode, "-w", "stop"], self._account)

    def end_sessions(self) -> int:
        """End every session but our own, as a fail-over or an administrator does; return how many."""
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        with psycopg.connect(self._address, autocommit=True) as connection:
            return len(connection.execute(f"{others} AND datname = 'state'").fetchall())

    def kill(self) -> None:
        """Kill every process of it at once, as a loss of power does."""
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal() and self._is_ours(folder):
                with suppress(ProcessLookupError):
                    os.kill(int(folder.name), signal.SIGKILL)

    def forget_the_dead(self) -> None:
        """Take away the mark that a killed server leaves, whose number may by now be another process's."""
        (self._data / "postmaster.pid").unlink(missing_ok=True)

    def _is_ours(self, process: Path) -> bool:
        try:
            return (process / "cwd").readlink() == self._data
        except OSError:
            return False  # it has ended, or is not ours to look at

"""Where freqtrade keeps its trades: a file, or a PostgreSQL server whose sessions are east of UTC."""

import shutil
from pathlib import Path
from typing import Protocol

import psycopg

from tests.postgres import Server

ZONE = "Asia/Tokyo"


class BotDatabase(Protocol):
    """A database that can be out of reach for a while.

    Attributes:
        zone_ahead: True where its sessions are in a zone ahead of UTC.
    """

    zone_ahead: bool

    @property
    def freqtrade_url(self) -> str: ...

    @property
    def trueup_url(self) -> str | None: ...

    def move_away(self) -> None: ...

    def move_back(self) -> None: ...

    def close(self) -> None: ...


class SqliteFile:
    """`tradesv3.sqlite` with what SQLite keeps beside it."""

    zone_ahead = False

    def __init__(self, folder: Path) -> None:
        self._file = folder / "user_data" / "tradesv3.sqlite"
        self._away = folder / "elsewhere"

    @property
    def freqtrade_url(self) -> str:
        return f"sqlite:///{self._file}"

    @property
    def trueup_url(self) -> None:
        """None: the one that the bot's settings name."""

    def move_away(self) -> None:
        """Move the file with its companions, as a person who tidies up does; the bot writes on into it."""
        self._away.mkdir()
        for each in self._file.parent.glob(f"{self._file.name}*"):
            shutil.move(each, self._away / each.name)

    def move_back(self) -> None:
        for each in self._away.iterdir():
            shutil.move(each, self._file.parent / each.name)
        self._away.rmdir()

    def close(self) -> None:
        """Nothing runs."""


class PostgresEast:
    """A server of our own. Its database has a zone, and so have all sessions in it."""

    zone_ahead = True

    def __init__(self, folder: Path) -> None:
        data = folder / "postgres"
        data.mkdir()
        folder.chmod(0o711)
        self._server = Server(data)
        self._server.start()
        self._server.tell("CREATE DATABASE trades", "CREATE ROLE reader LOGIN")
        self._server.tell(f"ALTER DATABASE trades SET timezone = '{ZONE}'")
        with psycopg.connect(self._plain("trueup", "trades"), autocommit=True) as connection:
            connection.execute("GRANT pg_read_all_data TO reader")

    @property
    def freqtrade_url(self) -> str:
        return self._plain("trueup", "trades").replace("postgresql", "postgresql+psycopg2", 1)

    @property
    def trueup_url(self) -> str:
        """A role of its own, which may only read."""
        return self._plain("reader", "trades")

    def move_away(self) -> None:
        """Rename it: who is connected is thrown out, and who comes anew does not find it."""
        self._rename("trades", "moved")

    def move_back(self) -> None:
        self._rename("moved", "trades")

    def close(self) -> None:
        self._server.stop()

    def _rename(self, before: str, after: str) -> None:
        thrown_out = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{before}'"
        self._server.tell(
            f"ALTER DATABASE {before} ALLOW_CONNECTIONS false",
            thrown_out,
            f"ALTER DATABASE {before} RENAME TO {after}",
        )
        self._server.tell(f"ALTER DATABASE {after} ALLOW_CONNECTIONS true")

    def _plain(self, role: str, name: str) -> str:
        return (
            self._server.url.replace("+psycopg", "")
            .replace("trueup@", f"{role}@")
            .replace("/postgres", f"/{name}")
        )

"""Where `trueup reload` asks a running `trueup run`: a socket that this user alone can reach.

It is named by the settings file, which both of them know, and by the process. It stands in the folder that
systemd makes for a service (`RuntimeDirectory=trueup`), or in one of this user's own among temporary files.
"""

import asyncio
import os
import socket
import stat
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import orjson
import structlog

from reconciler.service.reloaded import Reloaded

ANSWER_SECONDS = 60.0
"""How long an answer may take: streams of accounts that were taken out are closed meanwhile."""

ASKED = b"reload\n"
SERVICE_FOLDER = Path("/run/trueup")
LONGEST_FOLDER = 64
"""Bytes of a folder's path that leave room for a socket's name: a socket's whole path has about a hundred."""

log = structlog.get_logger()


def _own_folder() -> Path:
    name = f"trueup-{os.getuid()}"
    place = Path(tempfile.gettempdir()) / name
    return place if len(os.fsencode(place)) <= LONGEST_FOLDER else Path("/tmp") / name  # noqa: S108 - made for this user alone


def _named(settings: Path) -> str:
    return sha256(os.fsencode(settings.absolute())).hexdigest()[:16]


class Control:
    """The socket of one process."""

    def __init__(self, settings: Path, reload: Callable[[], Awaitable[Reloaded]]) -> None:
        """Nothing listens yet.

        Args:
            settings: The settings file.
            reload: Reads the settings again.
        """
        self._name = f"{_named(settings)}-{os.getpid()}.sock"
        self._reload = reload

    async def run(self) -> None:
        """Listen until cancelled. Where that cannot be, the log says so, and SIGHUP is left."""
        given = os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
        place = (Path(given) if given else _own_folder()) / self._name
        try:
            _make(place.parent)
            place.unlink(missing_ok=True)
            server = await asyncio.start_unix_server(self._answer, place, limit=len(ASKED))
        except OSError as error:
            log.warning("reload.not_offered", why=str(error), hint="SIGHUP has the settings read again")
            return
        try:
            async with server:
                await server.serve_forever()
        finally:
            with suppress(OSError):
                place.unlink()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if await asyncio.wait_for(reader.readline(), ANSWER_SECONDS) == ASKED:
                told = await self._reload()
                writer.write(orjson.dumps({"taken": told.taken, "lines": told.lines}))
                await writer.drain()
        except (OSError, ValueError, TimeoutError):
            log.info("reload.nobody_waits")
        finally:
            writer.close()


def _make(folder: Path) -> None:
    """Make the folder, or raise OSError where others than this user could stand in for what is in it."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o022:
        raise PermissionError(f"{folder} is not this user's alone")


def ask_to_reload(settings: Path) -> list[tuple[int, Reloaded]]:
    """Ask each process that runs by this settings file, and return their numbers with what became of it.

    Raises:
        OSError: One that listens has not answered.
    """
    return [
        (int(place.stem.rpartition("-")[2]), told)
        for place in _places(settings)
        if (told := _asked(place)) is not None
    ]


def _places(settings: Path) -> Iterator[Path]:
    given = os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    folders = {_own_folder(), SERVICE_FOLDER, *([Path(given)] if given else [])}
    for folder in sorted(folders):
        with suppress(OSError):  # it is not there, or another user's
            yield from sorted(folder.glob(f"{_named(settings)}-*.sock"))


def _asked(place: Path) -> Reloaded | None:
    """Ask one; None where nobody listens any more."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(ANSWER_SECONDS)
        try:
            line.connect(str(place))
        except (ConnectionRefusedError, FileNotFoundError):
            with suppress(OSError):
                place.unlink()  # its process was killed
            return None
        line.sendall(ASKED)
        with line.makefile("rb") as answer:
            said = answer.read()
    if not said:
        raise ConnectionAbortedError("it has ended meanwhile: its log says why")
    found = orjson.loads(said)
    return Reloaded(bool(found["taken"]), tuple(map(str, found["lines"])))

"""A bot's state in one JSON file that it replaces whole: read at once, exact, or not at all."""

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

from reconciler.ledgers.port import LedgerTrouble, LedgerUnreadable

FILE = "file:"
MOST_BYTES = 64 * 1024 * 1024
"""A state that is larger is none: it would be read into memory every second."""


class StateFile:
    """One file by its address, `file:PATH`. It is opened, read and closed, never written or locked."""

    def __init__(self, ledger: str, url: str, *, folder: Path | None, name: str) -> None:
        """`folder` is what a relative path is relative to; `name` is the file's where `url` names a folder.

        Raises:
            LedgerUnreadable: The url is none of a file.
        """
        self._ledger = ledger
        path = url.removeprefix(FILE)
        if not url.startswith(FILE) or not path:
            what = f"url is no address of a file: write {FILE}path/to/{name}"
            raise LedgerUnreadable(ledger, LedgerTrouble.SETTINGS, f"ledger {ledger}: {what}")
        if path.startswith("//"):  # file:///absolute
            path = "/" + path.lstrip("/")
        expanded = Path(path).expanduser()
        self._path = expanded if folder is None else folder / expanded
        self._name = name

    @property
    def where(self) -> Path:
        """The file."""
        return self._path / self._name if self._path.is_dir() else self._path

    def version(self) -> object:
        """Return a token that changes when the file is replaced or written.

        Raises:
            LedgerUnreadable: It is not there.
        """
        try:
            status = self.where.stat()
        except OSError as error:
            self._refuse(error)
        return status.st_ino, status.st_mtime_ns, status.st_size

    def read(self) -> tuple[Mapping[str, Any], object]:
        """Return its JSON object, numbers with a fraction as Decimal, and the version that it is of.

        Raises:
            LedgerUnreadable: It cannot be read, or is no JSON object.
        """
        before = self.version()
        try:
            with self.where.open("rb") as file:
                text = file.read(MOST_BYTES + 1)
        except OSError as error:
            self._refuse(error)
        if len(text) > MOST_BYTES:
            raise self.trouble(LedgerTrouble.CORRUPT, f"is larger than {MOST_BYTES // 1024 // 1024} MB")
        try:
            state = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            # It is replaced whole: half a file is damage, not a moment between two writes.
            raise self.trouble(LedgerTrouble.CORRUPT, f"is no JSON ({error})") from error
        if not isinstance(state, dict):
            raise self.trouble(LedgerTrouble.SCHEMA, "is no JSON object: check the ledger's url")
        return state, before

    def trouble(self, trouble: LedgerTrouble, what: str) -> LedgerUnreadable:
        """Return an error of this ledger that says where and what."""
        return LedgerUnreadable(self._ledger, trouble, f"ledger {self._ledger}: {self.where} {what}")

    def _refuse(self, error: OSError) -> NoReturn:
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            what = "is not there: check the ledger's url, and that the bot has been started once"
            raise self.trouble(LedgerTrouble.ABSENT, what) from error
        what = f"cannot be read ({error.strerror}): let this user read it"
        raise self.trouble(LedgerTrouble.PERMISSION, what) from error


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")

"""Whether an open SQLite file still stands at its path: what goes into one that does not is lost.

Only by asking the file system for names: a descriptor of our own on the file would, when it is closed, take
away the locks that SQLite holds for this process.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from reconciler.storage.errors import StateDatabaseError, StateTrouble

_Mark = tuple[int, int]
"""Device and number of a file: no other one has them while it is open, deleted or not."""

_AGAIN = "start `trueup run` again, which uses the file that stands there then, or makes a new one"


class FileConnection(sqlite3.Connection):
    """A connection that remembers which files it has opened."""

    marks: tuple[_Mark | None, ...] = ()
    """Of the file, its log and the log's index; None for one that was not there."""


class OpenedFile:
    """The file of a state database, as this process has opened it."""

    def __init__(self, path: Path, *, ours: bool) -> None:
        """Nothing is opened yet.

        Args:
            path: The file.
            ours: True in the process that owns it: what it knows belongs to this very file, so that no other
                one is ever used in its place. False for whoever only asks: the next question is asked of the
                file that stands there then.
        """
        self.path = path
        self._ours = ours
        self._paths = (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm"))
        self._first: _Mark | None = None
        self._size = 0
        self._trouble: StateDatabaseError | None = None

    def about_to_open(self) -> _Mark | None:
        """Return the mark of what stands there now.

        Raises:
            StateDatabaseError: It is not the file that this process has opened before.
        """
        if self._ours and self._first is not None:
            self.check()
        return _mark(self._found(self.path))

    def opened(self, connection: FileConnection, before: _Mark | None) -> None:
        """Take note of a connection just made, to what stood there `before` it was."""
        connection.execute("PRAGMA schema_version").fetchall()  # a read opens the log and its index as well
        connection.marks = (before, *(_mark(self._found(each)) for each in self._paths[1:]))
        if self._first is None or not self._ours:
            self._first = before

    def check(self, connection: FileConnection | None = None) -> None:
        """Do nothing while the file stands there whole, the one that was opened.

        Args:
            connection: One that is to be of this file; None to ask whether there is any.

        Raises:
            StateDatabaseError: It was deleted, moved, replaced or cut; or the file system does not answer.
        """
        if self._trouble is not None:
            raise self._trouble.anew()
        trouble = self._seen(() if connection is None else connection.marks)
        if trouble is not None:
            self._trouble = trouble if self._ours else None
            raise trouble.anew()

    def check_name(self) -> None:
        """Do nothing while the file that was opened stands there: cheaper than `check`, and from any thread.

        Raises:
            StateDatabaseError: It was deleted, moved or replaced; or the file system does not answer.
        """
        if self._trouble is not None:
            raise self._trouble.anew()
        trouble = self._named(self._found(self.path))
        if trouble is not None:
            raise trouble

    def shrunk(self) -> None:
        """Take note that the file has just been made smaller on purpose."""
        found = self._found(self.path)
        self._size = 0 if found is None else found.st_size

    def _seen(self, marks: tuple[_Mark | None, ...]) -> StateDatabaseError | None:
        there = self._found(self.path)
        trouble = self._named(there)
        if trouble is not None or there is None:
            return trouble
        if self._first is not None and marks and marks[0] != self._first:
            return self._replaced()
        for path, then in zip(self._paths[1:], marks[1:], strict=False):
            if then is not None and _mark(self._found(path)) != then:
                return self._gone(f"was damaged: its {path.name} was deleted or replaced while in use:")
        return self._cut(there.st_size)

    def _named(self, there: os.stat_result | None) -> StateDatabaseError | None:
        if there is None:
            return self._gone("was deleted or moved while it was in use: put it back, or")
        return self._replaced() if self._first is not None and _mark(there) != self._first else None

    def _replaced(self) -> StateDatabaseError:
        return self._gone("was replaced by another file while it was in use:")

    def _gone(self, what: str) -> StateDatabaseError:
        message = f"state database {self.path} {what} {_AGAIN}; what was last written may be lost"
        return StateDatabaseError(StateTrouble.GONE, message)

    def _cut(self, size: int) -> StateDatabaseError | None:
        """Return what is wrong with a file that has become smaller; SQLite itself may not see it for long."""
        before, self._size = self._size, size
        if size >= before or (size and not self._ours):
            return None
        if size and _is_whole(self.path):
            return None  # somebody has compacted it
        message = f"state database {self.path} was cut off while it was in use: restore it from a backup"
        return StateDatabaseError(StateTrouble.CORRUPT, message)

    def _found(self, path: Path) -> os.stat_result | None:
        try:
            return path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            message = f"state database {path} cannot be looked at ({error.strerror}): check the disk it is on"
            raise StateDatabaseError(StateTrouble.OTHER, message, again=True) from error


def _mark(found: os.stat_result | None) -> _Mark | None:
    return None if found is None else (found.st_dev, found.st_ino)


def _is_whole(path: Path) -> bool:
    """Look through the whole file anew, past everything that a connection may remember of it."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True)) as fresh:
            return fresh.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)]
    except sqlite3.Error:
        return False

"""A lock on a file that the operating system takes away from a process when it dies, and from nobody else."""

import os
import weakref
from pathlib import Path


class LockTaken(Exception):
    """Another process has the lock.

    Attributes:
        process: The number that it wrote into the file; empty where it has not yet.
    """

    def __init__(self, process: str) -> None:
        """`process` may be empty."""
        super().__init__(f"process {process} has the lock" if process else "another process has the lock")
        self.process = process


class LockForked(Exception):
    """The lock is of the process that this one was forked from."""


class ProcessLock:
    """Held from its making on. For the processes of one machine: network file systems do not all keep it."""

    def __init__(self, place: Path) -> None:
        """Take it.

        Raises:
            LockTaken: Another process has it.
            OSError: The file cannot be made.
        """
        import fcntl

        self._place = place
        self._process = os.getpid()
        self._file = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._file, 20).decode(errors="replace").strip()
            os.close(self._file)
            raise LockTaken(holder) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{self._process}\n".encode(), 0)
        _held.add(self)

    @property
    def place(self) -> Path:
        """The file that is locked."""
        return self._place

    def is_ours(self) -> bool:
        """Return whether the file that others would lock is still the one that we have locked.

        Raises:
            LockForked: It is of the process that this one was forked from.
            OSError: The file is gone.
        """
        if os.getpid() != self._process:
            raise LockForked
        now, ours = self._place.stat(), os.fstat(self._file)
        return (now.st_dev, now.st_ino) == (ours.st_dev, ours.st_ino)

    def release(self) -> None:
        """Give it up. The file stays: whoever waits to lock it must find the one that others lock."""
        if self in _held:
            _held.discard(self)
            os.close(self._file)

    def forget(self) -> None:
        """Let go in a forked process: what it inherited would keep the lock alive after its owner's death."""
        os.close(self._file)


_held: "weakref.WeakSet[ProcessLock]" = weakref.WeakSet()


def _forked() -> None:
    for lock in list(_held):
        lock.forget()
    _held.clear()


os.register_at_fork(after_in_child=_forked)

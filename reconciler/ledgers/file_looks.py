"""How a file looks to somebody who only watches it: what shows that it has changed.

It is looked at four times a second for each ledger, so by its plain name: a `Path` costs as much again.
"""

import os
from pathlib import Path


def looks(path: str) -> tuple[int, int, int] | None:
    """Return what tells a file from what it was; None where there is none."""
    try:
        seen = os.stat(path)  # noqa: PTH116 - see above
    except FileNotFoundError:
        return None
    return (seen.st_ino, seen.st_size, seen.st_mtime_ns)


def part(path: str, start: int, length: int) -> bytes:
    """Return a part of a file; nothing of one that cannot be read: whoever reads it says why."""
    try:
        file = os.open(path, os.O_RDONLY)
        try:
            return os.pread(file, length, start)
        finally:
            os.close(file)
    except OSError:
        return b""


def size(path: Path) -> int:
    """Return how many bytes a file has; 0 where there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0  # no log and an empty log say the same: everything is in the file

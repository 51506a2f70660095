"""How a file looks to somebody who only watches it: what shows that it has changed."""

from pathlib import Path


def looks(path: Path) -> tuple[int, int, int] | None:
    """Return what tells a file from what it was; None where there is none."""
    try:
        seen = path.stat()
    except FileNotFoundError:
        return None
    return (seen.st_ino, seen.st_size, seen.st_mtime_ns)


def part(path: Path, start: int, length: int) -> bytes:
    """Return a part of a file; nothing of one that cannot be read: whoever reads it says why."""
    try:
        with path.open("rb", buffering=0) as file:
            file.seek(start)
            return file.read(length)
    except OSError:
        return b""


def size(path: Path) -> int:
    """Return how many bytes a file has; 0 where there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0  # no log and an empty log say the same: everything is in the file

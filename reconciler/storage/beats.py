"""Heartbeats beside a database that is a file: a page of memory, which the system writes out by itself.

A commit of SQLite costs pages of its log and of the log's index: a beat every two seconds came to half a
gigabyte a day. Who can read the file of the database is on the same machine, and reads this one as well. Now
and then a beat goes into the row of the lease all the same, which shows that the database can be written.
"""

import mmap
import os
import zlib
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from reconciler.facts.heartbeat import Heartbeat
from reconciler.facts.lease import Lease, Tenancy, renewed
from reconciler.storage.looked import Looked
from reconciler.storage.sqlite_engine import PRIVATE

_PAGE = 4096
_HEAD = 16
_NAME_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Beat:
    """A heartbeat that says of which lease it is, and when its account was last looked at."""

    instance: str
    token: int
    heartbeat: Heartbeat
    looked: Looked

    def of(self, tenancy: Tenancy) -> bool:
        """Return whether it is of the lease that was given last, and was not given back."""
        holder = tenancy.holder
        ours = holder is not None and (holder.instance, tenancy.token) == (self.instance, self.token)
        return ours and tenancy.expires_at is not None

    def renewing(self, tenancy: Tenancy) -> Tenancy:
        """Return the lease as its holder renews it: by the beat, as by one in its row."""
        return tenancy if self.heartbeat.at is None else renewed(tenancy, self.heartbeat.at)


def beside(database: Path, account: str, kind: str) -> Path:
    """Return the file of an account's `beat`, or of its `lock`, beside a database that is a file."""
    name = sha256(account.encode()).hexdigest()[:_NAME_SHOWN]
    return database.with_name(f"{database.name}.{name}.{kind}")


class BeatFile:
    """Where the holder of a lease beats. It holds two beats: while one is written the other can be read."""

    def __init__(self, database: Path, lease: Lease) -> None:
        """Nothing is opened yet."""
        self._place = beside(database, lease.account, "beat")
        self._lease = lease
        self._number = 0
        self._memory: mmap.mmap | None = None
        self._opened: tuple[int, int] | None = None

    def beat(self, heartbeat: Heartbeat, looked: Looked) -> None:
        """Write a beat in the place of the one before the last.

        Raises:
            OSError: The file cannot be made.
        """
        told = orjson.dumps(
            {
                "instance": self._lease.holder.instance,
                "token": self._lease.token,
                "at": heartbeat.at,
                "interval": heartbeat.interval_seconds,
                "started_at": heartbeat.started_at,
                "looked": looked.values(),
            }
        )
        memory = self._memory_for(len(told) + _HEAD)
        self._number += 1
        start = self._number % 2 * (len(memory) // 2)
        numbered = self._number.to_bytes(8, "big") + told
        head = zlib.crc32(numbered).to_bytes(4, "big") + len(numbered).to_bytes(4, "big")
        memory[start : start + len(head) + len(numbered)] = head + numbered

    def close(self) -> None:
        """Let go of the memory; the last beats stay. Safe to call twice."""
        if self._memory is not None:
            self._memory.close()
            self._memory = None

    def _memory_for(self, size: int) -> mmap.mmap:
        """Return the file as memory: the one that stands in its place, with room for two beats."""
        if self._memory is not None and 2 * size <= len(self._memory) and self._is_in_place():
            return self._memory
        self.close()
        room = max(_PAGE, -(-2 * size // _PAGE) * _PAGE)
        file = os.open(self._place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
        try:
            # Written and not only made longer: a page without room on the disk would end the process.
            os.ftruncate(file, room)
            os.pwrite(file, bytes(room), 0)
            stat = os.fstat(file)
            self._opened = (stat.st_dev, stat.st_ino)
            self._memory = mmap.mmap(file, room)
        finally:
            os.close(file)
        return self._memory

    def _is_in_place(self) -> bool:
        try:
            stat = self._place.stat()
        except OSError:
            return False
        return (stat.st_dev, stat.st_ino) == self._opened


def last_beat(database: Path | None, account: str) -> Beat | None:
    """Return the last beat beside a database; None where there is none that can be read, or no such file."""
    if database is None:
        return None
    try:
        held = beside(database, account, "beat").read_bytes()
    except OSError:
        return None
    half = len(held) // 2
    told = [each for each in (_told(held[:half]), _told(held[half:])) if each is not None]
    return _of(max(told)[1]) if told else None


def _told(held: bytes) -> tuple[int, bytes] | None:
    """Return the number of a beat and what it says; None where it is just being written."""
    check, length = int.from_bytes(held[:4], "big"), int.from_bytes(held[4:8], "big")
    numbered = held[8 : 8 + length]
    if not numbered or zlib.crc32(numbered) != check:
        return None
    return int.from_bytes(numbered[:8], "big"), numbered[8:]


def _of(told: bytes) -> Beat:
    raw: dict[str, Any] = orjson.loads(told)
    times = (raw["at"], raw["started_at"])
    at, started_at = (None if each is None else datetime.fromisoformat(each) for each in times)
    heartbeat = Heartbeat(at, raw["interval"], started_at, stopped=False)
    return Beat(raw["instance"], raw["token"], heartbeat, Looked.of_values(raw["looked"]))

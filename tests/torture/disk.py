"""A small disk of its own: a file system in a file, whose power can be cut and whose room can be used up.

The cut is the kernel's: `FS_IOC_SHUTDOWN` stops a file system where it stands, so that what was not synced is
gone, and the next mount finds what a machine finds that has lost its power. Needs root and a loop device.
"""

import fcntl
import os
import shutil
import struct
import subprocess
from pathlib import Path

_SHUTDOWN = 0x8004587D  # FS_IOC_SHUTDOWN, <linux/fs.h>
_WITHOUT_THE_LOG = 2  # nothing more is written, not even the file system's own journal


class Disk:
    """One disk, mounted; or a plain folder where a machine does not let us mount."""

    def __init__(self, image: Path, place: Path, megabytes: int) -> None:
        """Make it and mount it at `place`.

        Attributes:
            place: The folder.
            why_not: Why it is but a folder; empty when it is a disk.
        """
        self.place = place
        self._image = image
        place.mkdir()
        self.why_not = self._format(megabytes) or self._mount()

    def lose_power(self) -> None:
        """Cut it: nothing that is not on the disk by now ever will be. Every later access fails."""
        folder = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, _SHUTDOWN, struct.pack("I", _WITHOUT_THE_LOG))
        finally:
            os.close(folder)

    def power_up(self) -> None:
        """Mount it again after a cut. Nobody may have a file of it open."""
        _ran("umount", str(self.place))
        why = self._mount()
        assert not why, why

    def fill(self) -> Path:
        """Use up its room with one file, to be deleted, and return it."""
        filler = self.place / "filler"
        with filler.open("wb", buffering=0) as file:
            for size in (1_000_000, 4096, 1):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    continue  # full for pieces of this size
        return filler

    def empty(self, filler: Path) -> None:
        """Give back the room that `fill` used up, for good: a cut at once does not bring it back."""
        filler.unlink()
        folder = os.open(self.place, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def remove(self) -> None:
        """Unmount it and forget all of it."""
        if self.why_not:
            return
        _ran("umount", "--lazy", str(self.place))
        self._image.unlink()

    def _format(self, megabytes: int) -> str:
        if os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
            return "needs root and mkfs.ext4"
        with self._image.open("wb") as file:
            file.truncate(megabytes * 1_000_000)
        return _said("mkfs.ext4", "-q", str(self._image))

    def _mount(self) -> str:
        return _said("mount", "-o", "loop", str(self._image), str(self.place))


def _said(*command: str) -> str:
    """Run it; return the last line that it complained with, empty if it went well."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"{command[0]}: {done.stderr.strip().splitlines()[-1:]}"


def _ran(*command: str) -> None:
    why = _said(*command)
    assert not why, why

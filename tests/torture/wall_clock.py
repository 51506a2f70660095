"""The machine's wall clock as our processes see it: set by a library that is loaded into each of them."""

import mmap
import shutil
import struct
import subprocess
from pathlib import Path

from typing_extensions import override

from verification.facts.clock import Moment, SystemClock

SOURCE = Path(__file__).with_name("wall_clock.c")
_NANOSECONDS = 1_000_000_000


class WallClock(SystemClock):
    """The clock of the tortured machine, and the hand that sets it.

    It is a `Clock` too, so that what we do on that machine ourselves has its time.
    """

    def __init__(self, folder: Path) -> None:
        """Build the library in `folder`, where there is a C compiler; without one the clock stays right."""
        self.ahead = 0.0
        self._file = folder / "wall_clock"
        self._file.write_bytes(struct.pack("<q", 0))
        self._library = folder / "wall_clock.so"
        self.why_not = _build(self._library)

    def set(self, ahead: float) -> None:
        """Set it to so many seconds ahead of the truth, for every process at once."""
        self.ahead = ahead
        # One write of eight bytes into the mapped page: no process sees half of it.
        with self._file.open("r+b") as file, mmap.mmap(file.fileno(), 8) as page:
            page[:] = struct.pack("<q", int(ahead * _NANOSECONDS))

    def environment(self) -> dict[str, str]:
        """Return what a process of that machine is started with."""
        if self.why_not:
            return {}
        return {"LD_PRELOAD": str(self._library), "TORTURE_WALL_CLOCK": str(self._file)}

    @override
    def now(self) -> Moment:
        """Return the present instant as that machine tells it."""
        true = super().now()
        return Moment(true.utc_us + int(self.ahead * 1_000_000), true.monotonic)


def _build(library: Path) -> str:
    """Return why it cannot be built; empty when it was."""
    compiler = shutil.which("cc")
    if compiler is None:
        return "no C compiler here (cc)"
    command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE), "-ldl"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"cc: {done.stderr.strip().splitlines()[-1]}"

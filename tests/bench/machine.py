"""What the machine was doing while it was measured, and what a process has cost: from `/proc`."""

import os
import platform
import re
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
_MIB = 1024.0


class NotTold(Exception):
    """This machine does not tell it."""


def load() -> float:
    """Return how many processes wanted to run, over the last minute; 0 where that is not told."""
    with suppress(OSError):
        return os.getloadavg()[0]
    return 0.0


def clock_mhz() -> float:
    """Return the fastest clock of any processor now; 0 where that is not told."""
    with suppress(OSError):
        told = re.findall(r"^cpu MHz\s*:\s*([\d.]+)", (PROC / "cpuinfo").read_text(), re.MULTILINE)
        return max(map(float, told), default=0.0)
    return 0.0


def described() -> str:
    """Return the machine, its load and its clock in one line."""
    model = ""
    with suppress(OSError):
        found = re.search(r"^model name\s*:\s*(.+)$", (PROC / "cpuinfo").read_text(), re.MULTILINE)
        model = found.group(1).strip() if found else ""
    loads = " ".join(f"{each:.1f}" for each in os.getloadavg()) if hasattr(os, "getloadavg") else "not told"
    return (
        f"Python {platform.python_version()}, {os.cpu_count()} x {model or platform.machine()}, "
        f"{clock_mhz():.0f} MHz, load {loads}"
    )


def processes_of(pid: int) -> list[int]:
    """Return a process and all that it has started and that still run."""
    found = [pid]
    for one in found:
        with suppress(OSError):  # it has ended meanwhile
            for task in (PROC / str(one) / "task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process and those that it has started have used.

    Raises:
        NotTold: It has ended, or this machine has no `/proc`.
    """
    ticks = 0
    for one in processes_of(pid):
        fields = _read(one, "stat").rpartition(")")[2].split()
        ticks += sum(map(int, fields[11:15]))  # its own, and of those that have ended and were waited for
    return ticks / os.sysconf("SC_CLK_TCK")


def cpu_of_those_named(name: str) -> float:
    """Return the processor time of what this process has started under a name, such as a browser.

    One that ends meanwhile is left out: take the difference only while none does.
    """
    ticks = 0
    for one in processes_of(os.getpid()):
        with suppress(NotTold):
            told = _read(one, "stat")
            if name in told.partition("(")[2].rpartition(")")[0]:
                ticks += sum(map(int, told.rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    """Return the memory that a process and those that it has started hold, in MiB.

    Raises:
        NotTold: It has ended, or this machine has no `/proc`.
    """
    return sum(_number(one, "status", "VmRSS") for one in processes_of(pid)) / _MIB


def threads(pid: int) -> int:
    """Return how many threads a process and those that it has started run.

    Raises:
        NotTold: It has ended, or this machine has no `/proc`.
    """
    return int(sum(_number(one, "status", "Threads") for one in processes_of(pid)))


def written_bytes(pid: int) -> float:
    """Return how many bytes a process has written to files so far; what is sent by sockets is not among them.

    Raises:
        NotTold: It has ended, or this machine has no `/proc`.
    """
    return sum(_number(one, "io", "wchar") for one in processes_of(pid))


def _number(pid: int, file: str, name: str) -> float:
    found = re.search(rf"^{name}:\s*(\d+)", _read(pid, file), re.MULTILINE)
    if found is None:
        raise NotTold(f"/proc/{pid}/{file} does not tell {name}")
    return float(found.group(1))


def _read(pid: int, file: str) -> str:
    try:
        return (PROC / str(pid) / file).read_text()
    except OSError as error:
        raise NotTold(f"/proc/{pid}/{file} cannot be read: {error.strerror}") from error

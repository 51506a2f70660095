"""What one running process takes of the machine, as the system's own books say (Linux)."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1e6
_KILOBYTES = re.compile(r"^(\w+): +(\d+) kB$", re.MULTILINE)
_THREADS = re.compile(r"^Threads:\s+(\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ProcessFigures:
    """Of one process at one moment; memory in megabytes.

    Attributes:
        rss: Memory that is resident, shared pages counted whole.
        pss: The same, each shared page divided by those who share it.
        uss: What would be free if the process ended: a leak shows here.
        descriptors: Open files of every sort, sockets too.
        sockets: The sockets among them.
        threads: Its threads.
        cpu_seconds: What it has computed since its start.
    """

    rss: float
    pss: float
    uss: float
    descriptors: int
    sockets: int
    threads: int
    cpu_seconds: float


def figures_of(pid: int) -> ProcessFigures:
    """Read them.

    Raises:
        OSError: There is no such process any more, or it is not ours to look at.
    """
    proc = Path(f"/proc/{pid}")
    memory = {name: int(size) for name, size in _KILOBYTES.findall((proc / "smaps_rollup").read_text())}
    threads = _THREADS.search((proc / "status").read_text())
    assert threads is not None, "every process has a thread"
    targets = [target for link in (proc / "fd").iterdir() if (target := _target(link)) is not None]
    return ProcessFigures(
        rss=memory["Rss"] * 1024 / MEGABYTE,
        pss=memory["Pss"] * 1024 / MEGABYTE,
        uss=(memory["Private_Clean"] + memory["Private_Dirty"]) * 1024 / MEGABYTE,
        descriptors=len(targets),
        sockets=sum(target.startswith("socket:") for target in targets),
        threads=int(threads[1]),
        cpu_seconds=sum(int(ticks) for ticks in _after_name(proc)[11:13]) / os.sysconf("SC_CLK_TCK"),
    )


def _after_name(proc: Path) -> list[str]:
    """Return the fields of `stat` that follow the name, which may hold spaces: state is the first."""
    return (proc / "stat").read_text().rpartition(")")[2].split()


def _target(link: Path) -> str | None:
    try:
        return str(link.readlink())
    except FileNotFoundError:
        return None  # closed while we were counting: it is not open

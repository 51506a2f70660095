"""A process of Trueup's own: no working folder can stand in for its modules, and it dies with who started it.

`python -P -m reconciler.service.child_process PARENT MODULE ...` becomes `python -m MODULE ...` then.
"""

import ctypes
import os
import runpy
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def command(module: str, *arguments: str) -> list[str]:
    """Return what runs `python -m module arguments`, wherever it is started.

    Without `-P` Python looks into the working folder first, and a bot's folder may well have a `dashboard`.
    """
    return [sys.executable, "-P", "-m", module, *arguments]


def leashed(module: str, *arguments: str) -> list[str]:
    """Return the same for a child that the system kills when this process is gone, however it ended.

    That is Linux's to do; elsewhere a child outlives a parent that was killed outright.
    """
    return command(__name__, str(os.getpid()), module, *arguments)


def environment(inherited: Mapping[str, str], added: Mapping[str, str]) -> dict[str, str]:
    """Return a child's environment: ours and what is added, and nothing that leads to the working folder."""
    path = [part for part in inherited.get("PYTHONPATH", "").split(os.pathsep) if not _is_here(part)]
    kept = {name: value for name, value in inherited.items() if name != "PYTHONPATH"}
    if path:
        kept["PYTHONPATH"] = os.pathsep.join(path)
    return {**kept, "PYTHONSAFEPATH": "1", **added}


def _is_here(part: str) -> bool:
    return not part or Path(part).resolve() == Path.cwd()


def main() -> None:
    """Take the leash, and become the module."""
    parent, module, *arguments = sys.argv[1:]
    _die_with(int(parent))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _die_with(parent: int) -> None:
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the system refuses to end this process with its parent")
    if os.getppid() != parent:
        sys.exit(f"trueup: process {parent}, which started this one, is gone already")


if __name__ == "__main__":
    main()

"""Other processes of Trueup, started by module name: become one, or supervise several."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

GRACE_SECONDS = 10.0
"""How long a child may take to end by itself before it is killed."""


@dataclass(frozen=True, slots=True)
class Child:
    """One process to start.

    Attributes:
        name: For log lines.
        module: What `python -m` runs.
        arguments: Its arguments; never a secret, since every user of the machine can read them.
        environment: Added to our own.
        place: Where it can be seen, `127.0.0.1:8501`; empty if nowhere.
    """

    name: str
    module: str
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    place: str = ""


def become(module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
    """Go on as `python -m module arguments`, in this very process where the system can: does not return."""
    sys.stdout.flush()
    command = [sys.executable, "-m", module, *arguments]
    changed = {**os.environ, **(environment or {})}
    if os.name == "posix":
        os.execve(command[0], command, changed)  # noqa: S606 - our own interpreter and modules
    sys.exit(subprocess.call(command, env=changed))  # noqa: S603 - the same


async def supervise(children: Sequence[Child], *, grace: float = GRACE_SECONDS) -> int:
    """Run the children until one ends or we are told to stop, then end them all.

    Args:
        children: What to run.
        grace: Seconds that a child may take to end before it is killed.

    Returns:
        0 after Ctrl-C or a termination signal; otherwise the exit code of the child that ended first, and 2
        where it claims success or was killed: without it we are blind.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    running: dict[str, asyncio.subprocess.Process] = {}
    try:
        for child in children:
            running[child.name] = await _start(child)
        return await _first_end(running, stop)
    finally:
        await asyncio.gather(*(_end(process, grace) for process in running.values()))


async def _start(child: Child) -> asyncio.subprocess.Process:
    # A group of its own, so that Ctrl-C reaches it through us, once, and not a second time from the terminal.
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        child.module,
        *child.arguments,
        env={**os.environ, **child.environment},
        process_group=0,
    )


async def _first_end(running: Mapping[str, asyncio.subprocess.Process], stop: asyncio.Event) -> int:
    stopped = asyncio.create_task(stop.wait(), name="stop")
    waits = {asyncio.create_task(process.wait(), name=name) for name, process in running.items()}
    done, pending = await asyncio.wait({stopped, *waits}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    if stopped in done:
        return 0
    ended = next(task for task in waits if task in done)
    code = ended.result()
    sys.stderr.write(f"trueup: the {ended.get_name()} ended by itself (exit code {code}): ending the rest\n")
    return code if code > 0 else 2


async def _end(process: asyncio.subprocess.Process, grace: float) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), grace)
    except TimeoutError:
        process.kill()
        await process.wait()

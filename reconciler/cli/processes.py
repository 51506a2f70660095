"""Other processes of Trueup, started by module name: become one, or keep several running."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from reconciler.service.child_process import command, environment, leashed
from reconciler.service.hangup import Terminal
from verification.budget.backoff import Backoff

GRACE_SECONDS = 10.0
"""How long a child may take to end by itself before it is killed."""

REFUSED = 3
"""The exit code of a child that cannot be started as it is told to: wrong settings, a port that is taken."""


@dataclass(frozen=True, slots=True)
class Child:
    """One process to start.

    Attributes:
        name: For log lines.
        module: What `python -m` runs.
        arguments: Its arguments; never a secret, since every user of the machine can read them.
        environment: Added to our own.
        place: Where it can be seen, `127.0.0.1:8501`; empty if nowhere.
        hears_hangups: True where a hangup has it read its settings again.
    """

    name: str
    module: str
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    place: str = ""
    hears_hangups: bool = False


PAUSES = Backoff(1.0, most=60.0)
"""Before a child that ended is started again."""

STEADY_SECONDS = 60.0
"""A child that ran so long begins with the first pause again."""


def become(module: str, *arguments: str, environ: Mapping[str, str] | None = None) -> None:
    """Go on as `python -m module arguments`, in this very process where the system can: does not return."""
    sys.stdout.flush()
    started, changed = command(module, *arguments), environment(os.environ, environ or {})
    if os.name == "posix":
        os.execve(started[0], started, changed)  # noqa: S606 - our own interpreter and modules
    sys.exit(subprocess.call(started, env=changed))  # noqa: S603 - the same


async def supervise(
    children: Sequence[Child],
    *,
    grace: float = GRACE_SECONDS,
    pauses: Backoff = PAUSES,
    terminal: Terminal | None = None,
) -> int:
    """Keep the children running until we are told to stop, then end them all.

    A child that ends is started again after a pause, while the others go on: without one of them we see less,
    which the screens say, and that is no reason to see nothing. If we are killed outright, so are they.

    Args:
        children: What to run.
        grace: Seconds that a child may take to end before it is killed.
        pauses: How long to wait before starting one again.
        terminal: Says what a hangup means: the end, or what is passed on to the children that hear it; None:
            as the system has it.

    Returns:
        0 after Ctrl-C or a termination signal; 3 where a child refuses its very first start (wrong
        settings, a port that is taken), which a person must mend: then all are ended.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    hearing: dict[str, asyncio.subprocess.Process] = {}
    if terminal is not None:
        loop.add_signal_handler(signal.SIGHUP, partial(_hangup, terminal, stop, hearing))
    stopped = asyncio.create_task(stop.wait(), name="stop")
    keep = partial(_keep, hearing=hearing, grace=grace, pauses=pauses)
    kept = {asyncio.create_task(keep(child), name=child.name) for child in children}
    try:
        done, _ = await asyncio.wait({stopped, *kept}, return_when=asyncio.FIRST_COMPLETED)
        return 0 if stopped in done else REFUSED
    finally:
        for task in (stopped, *kept):
            task.cancel()
        await asyncio.gather(stopped, *kept, return_exceptions=True)


def _hangup(
    terminal: Terminal, stop: asyncio.Event, hearing: Mapping[str, asyncio.subprocess.Process]
) -> None:
    if terminal.is_gone():
        stop.set()
        return
    for process in hearing.values():
        if process.returncode is None:
            process.send_signal(signal.SIGHUP)


async def _keep(
    child: Child, *, hearing: dict[str, asyncio.subprocess.Process], grace: float, pauses: Backoff
) -> None:
    """Run a child again and again; return only where its first start is refused."""
    loop = asyncio.get_running_loop()
    ended, first = 0, True
    while True:
        began = loop.time()
        process = await _start(child)
        if child.hears_hangups:
            hearing[child.name] = process
        try:
            code = await process.wait()
        finally:
            await _end(process, grace)
        if first and code == REFUSED:
            sys.stderr.write(f"trueup: the {child.name} cannot start: ending the rest\n")
            return
        first = False
        ended = 1 if loop.time() - began >= STEADY_SECONDS else ended + 1
        pause = pauses.after(ended)
        sys.stderr.write(f"trueup: the {child.name} ended (exit code {code}): started again in {pause:g} s\n")
        await asyncio.sleep(pause)


async def _start(child: Child) -> asyncio.subprocess.Process:
    # A group of its own, so that Ctrl-C reaches it through us, once, and not a second time from the terminal.
    return await asyncio.create_subprocess_exec(
        *leashed(child.module, *child.arguments),
        env=environment(os.environ, child.environment),
        process_group=0,
    )


async def _end(process: asyncio.subprocess.Process, grace: float) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), grace)
    except TimeoutError:
        process.kill()
        await process.wait()

"""The stage of the demo: venue, bot, reconciler and dashboard as processes, in one folder, ended together."""

import asyncio
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.service.child_process import environment, leashed
from verification.budget.backoff import Backoff

READY_SECONDS = 120.0
GRACE_SECONDS = 8.0
PAUSES = Backoff(6.0, most=60.0)
"""How long a process that died stays dead: long enough for a person to see the screens say so."""

STEADY_SECONDS = 60.0
"""A process that ran so long is started again after the shortest pause."""


class StageError(Exception):
    """A part of the demo did not come up: which, and why, in one line."""


@dataclass(slots=True)
class Part:
    """One process.

    Attributes:
        name: For the story.
        module: What `python -m` runs.
        arguments: Its arguments.
        environment: Added to ours.
        talks: True when it speaks to us over pipes.
        process: The running process; None before the start.
    """

    name: str
    module: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    talks: bool = False
    process: asyncio.subprocess.Process | None = None


class Stage:
    """Starts and ends the processes; keeps their logs in the folder."""

    def __init__(self, folder: Path) -> None:
        """Nothing is started yet. `folder` holds settings, databases and logs."""
        self.folder = folder
        self._parts: dict[str, Part] = {}
        self._last_id = 0

    @property
    def names(self) -> tuple[str, ...]:
        """What was started, in order."""
        return tuple(self._parts)

    async def start(
        self,
        name: str,
        module: str,
        *arguments: str,
        environ: Mapping[str, str] | None = None,
        talks: bool = False,
    ) -> asyncio.subprocess.Process:
        """Start a process; what it says goes to a log unless it `talks` to us over pipes."""
        part = Part(name, module, arguments, environ or {}, talks)
        self._parts[name] = part
        return await self._launch(part)

    async def keep(self, name: str, say: Callable[[str], None], back: Callable[[], None]) -> None:
        """Start a process again whenever it has ended, until cancelled.

        Args:
            name: Which.
            say: Is told in words.
            back: Is called when it speaks, or runs, again.
        """
        loop, part = asyncio.get_running_loop(), self._parts[name]
        died = 0
        while True:
            began, code = loop.time(), await self.wait_ended(name)
            died = 1 if loop.time() - began >= STEADY_SECONDS else died + 1
            pause = PAUSES.after(died)
            say(f"the {name} ended ({code}): the screens say so; it starts again in {pause:g} s")
            await asyncio.sleep(pause)
            await self._launch(part)
            if part.talks:
                try:
                    await self.first_line(name)
                except StageError as error:
                    say(str(error))
                    continue
            back()

    def ended(self, name: str) -> int | None:
        """Return the exit code of a process that has ended; None while it runs."""
        process = self._parts[name].process
        return None if process is None else process.returncode

    def pid(self, name: str) -> int:
        """Return the process id of a process that was started."""
        process = self._parts[name].process
        assert process is not None, f"{name} was never started"
        return process.pid

    async def wait_ended(self, name: str) -> int:
        """Wait until a process has ended and return its exit code."""
        process = self._parts[name].process
        assert process is not None, f"{name} was never started"
        return await process.wait()

    async def first_line(self, name: str) -> str:
        """Return the first line that a talking process says.

        Raises:
            StageError: It said none in time, or ended.
        """
        process = self._parts[name].process
        assert process is not None, f"{name} was never started"
        assert process.stdout is not None, f"{name} does not talk"
        try:
            line = await asyncio.wait_for(process.stdout.readline(), READY_SECONDS)
        except TimeoutError:
            raise StageError(
                f"the {name} said nothing for {READY_SECONDS:.0f} s: see {self.log(name)}"
            ) from None
        if not line:
            raise StageError(f"the {name} ended at once: {self.last_words(name)}")
        return line.decode().strip()

    async def ask_bot(self, **command: Any) -> dict[str, Any]:
        """Have the bot do something and return its answer.

        Raises:
            StageError: The bot has ended.
        """
        process = self._parts["bot"].process
        assert process is not None, "the bot was never started"
        assert process.stdin is not None, "the bot listens"
        self._last_id += 1
        process.stdin.write(json.dumps({"id": self._last_id, **command}).encode() + b"\n")
        try:
            await process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            raise StageError(f"the bot ended: {self.last_words('bot')}") from None
        answer: dict[str, Any] = json.loads(await self.first_line("bot"))
        return answer

    def log(self, name: str) -> Path:
        """Return where a process's words are kept."""
        return self.folder / f"{name}.log"

    def last_words(self, name: str) -> str:
        """Return the last line of a process's log."""
        lines = self.log(name).read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"it left no words in {self.log(name)}"

    async def end(self) -> None:
        """End every process, politely first."""
        await asyncio.gather(*(_end(part.process) for part in reversed(self._parts.values())))

    async def _launch(self, part: Part) -> asyncio.subprocess.Process:
        talks = part.talks
        with self.log(part.name).open("ab") as log:
            part.process = await asyncio.create_subprocess_exec(
                *leashed(part.module, *part.arguments),
                env=environment(os.environ, part.environment),
                stdin=asyncio.subprocess.PIPE if talks else asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE if talks else log,
                stderr=log,
                process_group=0,  # Ctrl-C reaches it through us, once
            )
        return part.process


async def _end(process: asyncio.subprocess.Process | None) -> None:
    if process is None or process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), GRACE_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()

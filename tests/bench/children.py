"""Processes of the bench's own: they end when what started them ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

END_SECONDS = 20.0


async def end(process: asyncio.subprocess.Process) -> None:
    """End a process, gently first."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):  # it has ended meanwhile
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), END_SECONDS)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@asynccontextmanager
async def ended(process: asyncio.subprocess.Process) -> AsyncIterator[None]:
    """End a process when the block is left, however."""
    try:
        yield
    finally:
        await end(process)

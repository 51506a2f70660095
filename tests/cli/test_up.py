"""`trueup up`: the real reconciler and the real dashboard as one, beside the simulated venue."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest

from tests.cli.simulated import venue
from verification.facts.clock import SystemClock

pytestmark = [pytest.mark.processes, pytest.mark.timeout(150)]

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {"BINANCE_KEY": "the-key", "BINANCE_SECRET": "the-secret"}
STARTING_SECONDS = 90.0
POLL_SECONDS = 0.2


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


async def answers(url: str, process: asyncio.subprocess.Process) -> None:
    """Wait until the page is served, or the process ends."""
    clock = SystemClock()
    end = clock.now().monotonic + STARTING_SECONDS
    async with aiohttp.ClientSession() as session:
        while process.returncode is None and clock.now().monotonic < end:
            try:
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await clock.sleep(POLL_SECONDS)
    raise AssertionError(f"nobody serves {url}; exit code {process.returncode}")


async def made(exists: Callable[[], bool], process: asyncio.subprocess.Process) -> None:
    """Wait until the reconciler has made its file: the dashboard may be up before it, or after."""
    clock = SystemClock()
    end = clock.now().monotonic + STARTING_SECONDS
    while process.returncode is None and clock.now().monotonic < end:
        if exists():
            return
        await clock.sleep(POLL_SECONDS)
    raise AssertionError(f"nobody makes the file; exit code {process.returncode}")


async def test_both_run_and_ctrl_c_ends_both(tmp_path: Path) -> None:
    port = free_port()
    async with venue(tmp_path):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "reconciler", "up", "--port", str(port)),
            cwd=tmp_path,
            env={**os.environ, **SECRETS, "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        assert b"Dashboard: http://127.0.0.1:%d " % port in await process.stdout.readline()
        await answers(f"http://127.0.0.1:{port}/_stcore/health", process)
        await made((tmp_path / "trueup.db").exists, process)

        process.send_signal(signal.SIGINT)

        assert await asyncio.wait_for(process.wait(), 20) == 0
    with pytest.raises(OSError, match=r"Connect call failed|refused"):
        await asyncio.open_connection("127.0.0.1", port)

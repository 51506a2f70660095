"""What is in the pictures: a real freqtrade bot's database, its account then, and Trueup beside them."""

import asyncio
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from reconciler.alerts.alert import AlertState
from reconciler.console import Console, StateDatabaseError
from simulator.binance.urls import toml
from simulator.recorded.account import RecordedState
from simulator.server import SimulatedVenue

FIXTURES = Path(__file__).parents[1] / "fixtures"
DATABASE = FIXTURES / "freqtrade-2026.9-binance-futures-live.sqlite"
HELD = FIXTURES / "freqtrade-2026.9-binance-futures-live.venue.json"
ALERTS = 5
PATIENCE_SECONDS = 180

SETTINGS = """
[ledgers.mybot]
kind = "freqtrade"
url = "sqlite:///tradesv3.sqlite"

[accounts.main]
venue = "binanceusdm"
ledgers = ["mybot"]
api_key_env = "ANY_KEY"
secret_env = "ANY_SECRET"

[serve]
port = 0

[dashboard]
port = {port}

[sign_in]
ways = []
"""


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[str]:
    """Run it until the block is left; give the address of the screens once all alerts are told.

    Args:
        folder: An empty one, for its settings and databases.

    Raises:
        RuntimeError: They were not told in three minutes.
    """
    shutil.copy(DATABASE, folder / "tradesv3.sqlite")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with SimulatedVenue(state=RecordedState.read(HELD)) as venue:
        (folder / "trueup.toml").write_text(SETTINGS.format(port=port) + toml(venue.url), "utf-8")
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "reconciler",
            "up",
            cwd=folder,
            env=os.environ | {"ANY_KEY": "any", "ANY_SECRET": "any", "PYTHONPATH": str(FIXTURES.parents[1])},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            await _told(f"sqlite:///{folder}/trueup.db")
            yield f"http://127.0.0.1:{port}"
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


async def _told(state: str) -> None:
    for _ in range(PATIENCE_SECONDS):
        with suppress(StateDatabaseError):
            if await asyncio.to_thread(_firing, state) >= ALERTS:
                return
        await asyncio.sleep(1)
    raise RuntimeError(f"{ALERTS} alerts were not told in {PATIENCE_SECONDS} s")


def _firing(state: str) -> int:
    with Console.open(state) as console:
        return len(console.queries.alerts(states=[AlertState.FIRING]))

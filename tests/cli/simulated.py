"""A settings file that points at the simulated venue and at the database that a real freqtrade wrote."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from simulator.binance.urls import toml
from simulator.recorded.account import RecordedState
from simulator.server import SimulatedVenue
from tests.reconciler.settings_files import GOOD, written

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
LIVE = FIXTURES / "freqtrade-2026.9-binance-futures-live.sqlite"


def point(folder: Path, url: str, *, more: str = "") -> Path:
    """Write settings for the venue at `url`, and put the bot's database where they say."""
    (folder / "user_data").mkdir(exist_ok=True)
    shutil.copy(LIVE, folder / "user_data" / "tradesv3.sqlite")
    return written(folder, GOOD + toml(url) + more)


@asynccontextmanager
async def venue(
    folder: Path, *, api_key: str = "the-key", state: RecordedState | None = None
) -> AsyncIterator[SimulatedVenue]:
    """Run a simulated venue that accepts one key, with settings in `folder` that point at it."""
    async with SimulatedVenue(api_key=api_key, secret="the-secret", state=state) as simulated:
        point(folder, simulated.url)
        yield simulated

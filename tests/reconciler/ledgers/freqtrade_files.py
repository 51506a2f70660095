"""Copies of databases that freqtrade wrote, and a clock at the time they were written."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from verification.facts.clock import Moment

FIXTURES = Path(__file__).parents[2] / "fixtures"
LIVE = FIXTURES / "freqtrade-2026.9-binance-futures-live.sqlite"
DRY_RUN = FIXTURES / "freqtrade-2026.9-binance-futures-dryrun.sqlite"
RECORDED = datetime(2026, 11, 22, 10, 39, 4, tzinfo=UTC)


class StoppedClock:
    """The time at which the databases were recorded."""

    def now(self) -> Moment:
        return Moment.at(RECORDED, 0.0)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("a ledger never waits on the clock")


def copied(source: Path, folder: Path) -> Path:
    """Return a copy to work on: no test opens the fixture for writing."""
    return Path(shutil.copy(source, folder / "tradesv3.sqlite"))


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"

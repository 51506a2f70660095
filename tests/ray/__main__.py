"""`python -m tests.ray`: real Ray, nodes that die, and Trueup's workers on them; a table of what it took."""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from simulator.server import SimulatedVenue
from tests.postgres import Server
from tests.ray.house import House
from tests.ray.installed import VERSION, environment
from tests.ray.story import Story

KEPT = Path("build/ray-logs")


def main() -> int:
    """Return 0 when all was as it must be; else the failed step raises."""
    environment()
    with (
        tempfile.TemporaryDirectory(prefix="trueup-ray-postgres-", ignore_cleanup_errors=True) as database,
        tempfile.TemporaryDirectory(prefix="trueup-ray-", ignore_cleanup_errors=True) as folder,
    ):
        server = Server(Path(database))
        server.start()
        try:
            return asyncio.run(_played(Path(folder), server))
        finally:
            server.stop()


async def _played(folder: Path, server: Server) -> int:
    _say(f"Ray {VERSION}, load {os.getloadavg()[0]:.0f}")
    async with SimulatedVenue(api_key="the-key", secret="the-secret") as venue:
        house = House(folder, server, venue)
        story = Story(house)
        try:
            await story.play()
        finally:
            for what, took in story.told:
                _say(f"{took:>8}  {what}")
            await house.close()
            _keep(folder)
    _say(f"All was as it must be; load {os.getloadavg()[0]:.0f}")
    return 0


def _keep(folder: Path) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.log"):
        (KEPT / file.name).write_bytes(file.read_bytes())


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

"""Takes a sample of everything every few seconds: processes, files, requests, heartbeat, page."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp

from reconciler.console import Console
from simulator.demo.bot_process import KEY as BOTS_KEY
from simulator.demo.house import KEY, House
from simulator.wire import sender_of
from tests.soak.page import OpenPage
from tests.soak.process_figures import MEGABYTE, figures_of
from verification.facts.clock import SystemClock

Sample = dict[str, float]


class Measuring:
    """Samples of one run.

    Attributes:
        at: When each sample was taken, seconds after the first.
        samples: What it was, by name.
    """

    def __init__(self, house: House, page: OpenPage, *, every: float) -> None:
        """Nothing is measured yet; `every` is in seconds."""
        self.at: list[float] = []
        self.samples: list[Sample] = []
        self._house = house
        self._page = page
        self._every = every
        self._clock = SystemClock()
        self._cpu: dict[str, tuple[float, float]] = {}

    async def run(self, until: float, say: Callable[[str], None]) -> None:
        """Measure until a second of the loop's clock, or until a process of ours has ended."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with aiohttp.ClientSession(base_url=self._house.venue_url) as session:
            with Console.open(self._house.state_url) as console:
                while loop.time() < until:
                    if dead := self.dead():
                        say(f"{dead}: this ends the run")
                        return
                    taken = loop.time()
                    sample = await self._sample(session, console)
                    self.at.append(taken - began)
                    self.samples.append(sample)
                    await asyncio.sleep(max(0.0, taken + self._every - loop.time()))

    def dead(self) -> str:
        """Say which process has ended; empty while all of them run."""
        codes = {name: self._house.stage.ended(name) for name in self._house.parts}
        return ", ".join(
            f"the {name} ended (exit code {code})" for name, code in codes.items() if code is not None
        )

    def series(self, name: str) -> list[float]:
        """Return the samples of one name."""
        return [sample[name] for sample in self.samples]

    async def _sample(self, session: aiohttp.ClientSession, console: Console) -> Sample:
        sample = self._processes() | self._files()
        sample |= await self._weights(session)
        watches = await asyncio.to_thread(console.queries.watches)
        beats = [watch.heartbeat.at for watch in watches if watch.heartbeat.at is not None]
        assert len(beats) == len(watches) > 0, "the first sweep is over: each has beaten"
        sample["reconciler.heartbeat_age_s"] = (self._clock.now().utc - min(beats)).total_seconds()
        return sample | await self._page.figures()

    def _processes(self) -> Sample:
        sample: Sample = {}
        now = self._clock.now().monotonic
        for name in self._house.parts:
            figures = figures_of(self._house.stage.pid(name))
            sample[f"{name}.rss_mb"] = figures.rss
            sample[f"{name}.pss_mb"] = figures.pss
            sample[f"{name}.uss_mb"] = figures.uss
            sample[f"{name}.descriptors"] = figures.descriptors
            sample[f"{name}.sockets"] = figures.sockets
            sample[f"{name}.threads"] = figures.threads
            before, spent = self._cpu.get(name, (now, figures.cpu_seconds))
            passed = now - before
            sample[f"{name}.cpu_percent"] = 100 * (figures.cpu_seconds - spent) / passed if passed else 0.0
            self._cpu[name] = (now, figures.cpu_seconds)
        return sample

    def _files(self) -> Sample:
        folder = self._house.stage.folder
        files = {
            "state.file_mb": folder / "trueup.db",
            "state.wal_mb": folder / "trueup.db-wal",
            "journal.file_mb": folder / "bot.sqlite",
            "reconciler.log_mb": self._house.stage.log("reconciler"),
            "dashboard.log_mb": self._house.stage.log("dashboard"),
        }
        return {name: _megabytes(path) for name, path in files.items()}

    async def _weights(self, session: aiohttp.ClientSession) -> Sample:
        """Return what the requests of the last minute weighed, as the venue counts it for each sender."""
        async with session.get("/sim/spending") as answer:
            answer.raise_for_status()
            spent: dict[str, Any] = await answer.json()
        by_sender = {name: float(each["weight"]) for name, each in spent["by_sender"].items()}
        return {
            "trueup.weight_per_minute": by_sender.get(sender_of(KEY), 0.0),
            "bot.weight_per_minute": by_sender.get(sender_of(BOTS_KEY), 0.0),
            "venue.weight_per_minute": float(spent["weight"]),
        }


def _megabytes(path: Path) -> float:
    try:
        return path.stat().st_size / MEGABYTE
    except FileNotFoundError:
        return 0.0  # SQLite takes its -wal away when the last connection closes

"""`python -m tests.soak --minutes 10`: runs, prints a table, writes `build/soak.json`. See docs/soak.md."""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

import aiohttp

from reconciler.console import Console, StateDatabaseError
from simulator.demo.alerts import AlertFollower
from simulator.demo.house import House, free_port
from simulator.demo.narrator import Narrator
from simulator.demo.stage import StageError
from tests.soak.bounds import BOUNDS
from tests.soak.measuring import Measuring
from tests.soak.page import open_page
from tests.soak.rounds import Rounds
from tests.soak.trend import Bound, Trend, trend

RESULT = Path("build/soak.json")
TOLD = Path("build/soak.log")
WARM_UP_SECONDS = 120.0
MINUTES = 6.0
SAMPLES = 1500
"""About so many samples are taken, at least two seconds apart."""


class Soak:
    """One run: what was measured, and what was wrong."""

    def __init__(self, seconds: float, seed: int) -> None:
        """Nothing runs yet."""
        self.seconds = seconds
        self.warm_up = min(WARM_UP_SECONDS, seconds / 3)
        self.rounds = 0
        self.wrong: list[str] = []
        self.trends: dict[str, Trend] = {}
        self._seed = seed

    async def run(self, folder: Path, out: TextIO) -> None:
        """Start everything, measure, end everything. `out` is told what happens."""
        loop = asyncio.get_running_loop()
        house = House(folder)
        began = loop.time()
        narrator = Narrator(lambda: loop.time() - began, out)
        try:
            port = free_port()
            await house.open(seed=self._seed, dashboard_port=port)
            async with open_page(await house.link(port)) as page:
                measuring = Measuring(house, page, every=max(2.0, self.seconds / SAMPLES))
                rounds = Rounds(house, narrator, self._seed, _say)
                try:
                    await self._watch(house, narrator, measuring, rounds)
                except* (StageError, StateDatabaseError, OSError, aiohttp.ClientError) as group:
                    self.wrong += [f"{type(error).__name__}: {error}" for error in group.exceptions]
        finally:
            await house.stage.end()
        self._judge(measuring, rounds)

    async def _watch(self, house: House, narrator: Narrator, measuring: Measuring, rounds: Rounds) -> None:
        alerts = AlertFollower(lambda: Console.open(house.state_url), narrator)
        until = asyncio.get_running_loop().time() + self.seconds
        async with asyncio.TaskGroup() as group:
            following = group.create_task(alerts.run())
            playing = group.create_task(rounds.play(alerts))
            await measuring.run(until, _say)
            following.cancel()
            playing.cancel()
        if dead := measuring.dead():
            self.wrong.append(dead)

    def _judge(self, measuring: Measuring, rounds: Rounds) -> None:
        self.rounds = rounds.played
        self.wrong += rounds.wrong
        if not rounds.played:
            self.wrong.append("no round of the story was played to its end: let it run for longer")
        for name in measuring.samples[0] if measuring.samples else ():
            judged = trend(
                measuring.at,
                measuring.series(name),
                warm_up=self.warm_up,
                bound=BOUNDS.get(name, Bound()),
            )
            self.trends[name] = judged
            if judged.complaint:
                self.wrong.append(f"{name} {judged.complaint}")

    def document(self) -> dict[str, object]:
        """Return what is written to `build/soak.json`."""
        return {
            "minutes": round(self.seconds / 60, 2),
            "warm_up_seconds": self.warm_up,
            "rounds": self.rounds,
            "wrong": self.wrong,
            "figures": {
                name: {key: round(value, 3) for key, value in asdict(each).items() if key != "complaint"}
                for name, each in self.trends.items()
            },
        }

    def table(self) -> list[str]:
        """Return what is printed."""
        titles = ("start", "warm", "end", "highest", "slope/h")
        lines = [f"{'':<28}" + "".join(f"{title:>10}" for title in titles)]
        for name, each in self.trends.items():
            figures = (each.start, each.warm, each.end, each.highest, each.slope)
            lines.append(f"{name:<28}" + "".join(f"{figure:>10.1f}" for figure in figures))
        return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when everything stayed within its bounds, 1 with what did not."""
    parser = argparse.ArgumentParser(prog="make soak", description="Everything for hours: what grows?")
    parser.add_argument("--minutes", type=float, default=0.0, help=f"how long ({MINUTES:g})")
    parser.add_argument("--hours", type=float, default=0.0, help="how long, in hours")
    parser.add_argument("--seed", type=int, default=1, help="the story's chance (1)")
    asked = parser.parse_args(arguments)
    minutes = asked.minutes + 60 * asked.hours or MINUTES
    if minutes < 1:
        parser.error("a minute at least: nothing can be said of less")
    RESULT.parent.mkdir(exist_ok=True)
    soak = Soak(60 * minutes, asked.seed)
    _say(f"{minutes:g} minutes; what happens is told in {TOLD}")
    with (
        TOLD.open("w") as out,
        tempfile.TemporaryDirectory(prefix="trueup-soak-", ignore_cleanup_errors=True) as folder,
    ):
        asyncio.run(soak.run(Path(folder), out))
    RESULT.write_text(json.dumps(soak.document(), indent=2) + "\n")
    _say(*soak.table(), "", *(soak.wrong or ["nothing grew beyond its bound, and every alert was right"]))
    return 1 if soak.wrong else 0


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

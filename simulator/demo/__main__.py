"""`trueup demo`: everything on one machine, nothing to configure; ends all of it on Ctrl-C."""

import argparse
import asyncio
import json
import random
import signal
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp

from reconciler.console import Console
from simulator.demo.alerts import AlertFollower
from simulator.demo.house import House, is_free
from simulator.demo.narrator import Narrator
from simulator.demo.phone import DemoPhone
from simulator.demo.report import report
from simulator.demo.stage import StageError
from simulator.demo.story import Story, Tempo
from simulator.demo.venue_control import VenueControl

PORT = 8501
PHONE_PORT = 8503
WRONG_USAGE = 3
DID_NOT_COME_UP = 2
HOLD_SECONDS = 25.0
"""How long an alert stays before the story heals it, so that a person can look at it and acknowledge it."""

PAUSE_SECONDS = 4.0
HEADLESS = Tempo(alert_seconds=1.0, pause_seconds=0.2)


class Demo:
    """One performance."""

    def __init__(self, house: House, options: argparse.Namespace, phone: DemoPhone | None = None) -> None:
        """Nothing is started yet."""
        self._house = house
        self._phone = phone
        self._options = options
        self._started = 0.0
        self._again = asyncio.Event()
        self._tell = Narrator(self._elapsed)
        self._rng = random.Random(options.seed)

    async def run(self, stop: asyncio.Event) -> None:
        """Play until told to stop, or until the time is over.

        Raises:
            StageError: A part of it did not come up.
        """
        self._started = asyncio.get_running_loop().time()
        port = None if self._options.headless else self._options.port
        await self._house.open(seed=self._options.seed, dashboard_port=port, phone=self._phone)
        self._tell.say(
            f"a simulated exchange, a bot and Trueup are running; all of it is in {self._house.stage.folder}"
        )
        if port is not None:
            self._tell.say(f"the dashboard: {await self._house.link(port)}   (Ctrl-C ends everything)")
        if self._phone is not None:
            self._tell.say(f"your phone:    {self._phone.url}   (messages arrive there; answer by a button)")
        alerts = AlertFollower(lambda: Console.open(self._house.state_url), self._tell)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(alerts.run()),
                *(
                    group.create_task(self._house.stage.keep(name, self._tell.say, self._again.set))
                    for name in self._house.parts
                ),
                group.create_task(self._play(alerts)),
            ]
            try:
                async with asyncio.timeout(self._options.seconds):
                    await stop.wait()
            except TimeoutError:
                self._tell.say(f"{self._options.seconds:g} s are over")
            for task in tasks:
                task.cancel()

    async def _play(self, alerts: AlertFollower) -> None:
        unhurried = Tempo(alert_seconds=self._options.hold, pause_seconds=PAUSE_SECONDS)
        tempo = HEADLESS if self._options.headless else unhurried
        while True:
            self._again.clear()
            async with VenueControl(self._house.venue_url) as venue:
                story = Story(
                    self._house.stage,
                    venue,
                    alerts,
                    narrator=self._tell,
                    tempo=tempo,
                    rng=self._rng,
                )
                try:
                    while True:
                        await story.play()
                        self._tell.chapter("Quiet trading")
                        for _ in range(8):
                            await story.quiet_trading()
                            await asyncio.sleep(tempo.pause_seconds)
                except (StageError, aiohttp.ClientError) as error:
                    self._tell.say(f"the story stops here ({error}) and begins again when all of it runs")
            await self._again.wait()

    def _elapsed(self) -> float:
        return asyncio.get_running_loop().time() - self._started


async def perform(options: argparse.Namespace) -> int:
    """Run the demo and return its exit code."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    code = 0
    with tempfile.TemporaryDirectory(prefix="trueup-demo-", ignore_cleanup_errors=True) as folder:
        house = House(Path(folder))
        try:
            async with AsyncExitStack() as beside:
                phone = None
                if not options.headless:
                    free = is_free(options.phone_port)
                    phone = await beside.enter_async_context(DemoPhone(options.phone_port if free else 0))
                await Demo(house, options, phone).run(stop)
                await house.stage.end()
            if options.json:
                with Console.open(house.state_url) as console:
                    print(json.dumps(report(console), indent=2))  # noqa: T201 - this is its output
        except* StageError as group:
            for error in group.exceptions:
                sys.stderr.write(f"trueup demo: {error}\n")
            code = DID_NOT_COME_UP
        finally:
            await house.stage.end()
    return code


def main() -> int:
    """Read the options and perform."""
    parser = argparse.ArgumentParser(
        prog="trueup demo",
        description="A simulated exchange, a bot and its troubles, and Trueup watching.",
    )
    parser.add_argument("--headless", action="store_true", help="without the dashboard, and in a hurry")
    parser.add_argument("--seconds", type=float, default=None, help="end after this long")
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    parser.add_argument("--seed", type=int, default=1, help="the story's chance (1)")
    parser.add_argument(
        "--hold",
        type=float,
        default=HOLD_SECONDS,
        help=f"how many seconds an alert stays before the story heals it ({HOLD_SECONDS:g})",
    )
    parser.add_argument("--port", type=int, default=PORT, help=f"the dashboard's port ({PORT})")
    parser.add_argument(
        "--phone-port",
        type=int,
        default=PHONE_PORT,
        help=f"the phone's port, another where it is in use ({PHONE_PORT})",
    )
    options = parser.parse_args()
    if not options.headless and not is_free(options.port):
        sys.stderr.write(
            f"trueup demo: port {options.port} is in use: end what listens there, or give another --port\n"
        )
        return WRONG_USAGE
    return asyncio.run(perform(options))


if __name__ == "__main__":
    sys.exit(main())

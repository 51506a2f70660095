"""The story of the demo, round after round: after each its alerts are held against what the story did."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable

from reconciler.alerts.alert import Alert, AlertState
from reconciler.console import Console
from simulator.demo.alerts import AlertFollower
from simulator.demo.house import House
from simulator.demo.narrator import Narrator
from simulator.demo.story import Story, Tempo
from simulator.demo.venue_control import VenueControl
from tests.processes.incidents import INCIDENTS

BUSY = Tempo(alert_seconds=2.0, pause_seconds=6.0)
"""Faster than life, and slow enough that a fifth of the venue's weight is enough to look at all of it."""

QUIET_TRADES = 8
QUIET_SECONDS = 5.0
SETTLE_SECONDS = 45.0
TOLD = frozenset(AlertState) - {AlertState.PENDING}
PAGE = 100
"""Alerts of one round, and more."""


class Rounds:
    """Plays on until cancelled.

    Attributes:
        played: Rounds that were played to their end.
        wrong: What was wrong with the alerts of a round, one line each.
    """

    def __init__(self, house: House, narrator: Narrator, seed: int, say: Callable[[str], None]) -> None:
        """Nothing is played yet. `say` is told one line after each round."""
        self.played = 0
        self.wrong: list[str] = []
        self._house = house
        self._narrator = narrator
        self._rng = random.Random(seed)
        self._say = say

    async def play(self, alerts: AlertFollower) -> None:
        """Play, judge, play again."""
        loop = asyncio.get_running_loop()
        async with VenueControl(self._house.venue_url) as venue:
            story = Story(
                self._house.stage,
                venue,
                alerts,
                narrator=self._narrator,
                tempo=BUSY,
                rng=self._rng,
            )
            with Console.open(self._house.state_url) as console:
                known = 0
                while True:
                    began = loop.time()
                    await story.play()
                    for _ in range(QUIET_TRADES):
                        await story.quiet_trading()
                        await asyncio.sleep(QUIET_SECONDS)
                    complaint, known = await self._judge(console, known)
                    self.played += 1
                    if complaint:
                        self.wrong.append(f"round {self.played}: {complaint}")
                    took = loop.time() - began
                    self._say(f"round {self.played}, {took:.0f} s: {complaint or 'every alert is right'}")

    async def _judge(self, console: Console, known: int) -> tuple[str, int]:
        """Return what is wrong with the alerts after number `known`, once they rest, and the last number."""
        end = asyncio.get_running_loop().time() + SETTLE_SECONDS
        while True:
            alerts = await asyncio.to_thread(console.queries.alerts, states=TOLD, limit=PAGE)
            new = [alert for alert in alerts if alert.id > known]
            complaint = complaint_of(new)
            if not complaint or asyncio.get_running_loop().time() > end:
                return complaint, max((alert.id for alert in new), default=known)
            await asyncio.sleep(0.5)


def complaint_of(alerts: list[Alert]) -> str:
    """Return what is wrong with the alerts of one round; empty if nothing is."""
    told = Counter((str(alert.key.kind), alert.key.symbol) for alert in alerts if alert.fired_at is not None)
    meant = Counter(INCIDENTS)
    left = [f"{alert.key.kind} of {alert.key.symbol}" for alert in alerts if alert.state.open]
    parts = {
        "not told": [f"{kind} of {symbol}" for kind, symbol in (meant - told).elements()],
        "told without cause": [f"{kind} of {symbol}" for kind, symbol in (told - meant).elements()],
        "healed and still open": left,
    }
    return "; ".join(f"{what}: {', '.join(which)}" for what, which in parts.items() if which)

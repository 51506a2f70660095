"""A verifier on a scripted venue in virtual time, and how a story on it is played."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from tests.verification.drawn import opening
from tests.verification.scripted_venue import ScriptedVenue
from tests.virtual_time import VirtualClock, run
from verification.facts.question import Question
from verification.facts.verification import Verification
from verification.latency.sample import LatencySample
from verification.race.verifier import Verifier


class Scene:
    """A verifier on a scripted venue in virtual time."""

    def __init__(self, *, bot_cache: object | None = None, seed: int = 1) -> None:
        self.clock = VirtualClock()
        self.venue = ScriptedVenue(self.clock)
        self.samples: list[LatencySample] = []
        self.verifier = Verifier(
            self.venue,
            self.clock,
            rng=random.Random(seed),
            bot_cache=bot_cache,
            on_sample=self.samples.append,
        )

    @property
    def now(self) -> float:
        return self.clock.now().monotonic

    async def ask(self, question: Question | None = None) -> Verification:
        return await self.verifier.verify(question or opening())

    async def end(self) -> None:
        await self.verifier.close()
        await self.venue.close()
        await asyncio.sleep(0)
        assert not self.venue.listeners, "somebody still listens to the stream"
        assert not self.verifier._races, "a question that is over is kept"


def play(
    story: Callable[[Scene], Awaitable[None]], *, bot_cache: object | None = None, seed: int = 1
) -> None:
    """Run a story on a fresh scene; tasks, listeners and exceptions that outlive it fail the test."""

    async def whole() -> None:
        scene = Scene(bot_cache=bot_cache, seed=seed)
        await story(scene)
        await scene.end()

    run(whole())

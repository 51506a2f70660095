"""The storm: one torment after the other, at times two at once, each before any comes again.

A process that is killed while it starts has nothing to lose. So after most deaths the storm waits until
somebody looks again; how long that takes is the machine's affair.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence

from tests.torture.scene import Scene, Torment

AT_ONCE = 2
MERCY = 0.75
"""In how many of the cases it waits."""


async def storm(
    scene: Scene,
    torments: Sequence[Torment],
    rng: random.Random,
    seconds: float,
    watched: Callable[[], Awaitable[None]],
) -> None:
    """Strike for so long; return when the last torment is undone. `watched` returns when somebody looks."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    possible = [torment for torment in torments if not torment.why_not(scene)]
    deck: list[Torment] = []
    under_way = set[asyncio.Task[None]]()
    while loop.time() < end:
        if not deck:
            deck = rng.sample(possible, len(possible))
        torment = deck.pop()
        own = random.Random(rng.getrandbits(64))  # what it draws depends on no other's timing
        if torment.alone:
            await asyncio.gather(*under_way)
            await torment.strike(scene, own)
        else:
            while len(under_way := {task for task in under_way if not task.done()}) >= AT_ONCE:
                await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            under_way.add(asyncio.create_task(torment.strike(scene, own), name=torment.name))
        if rng.random() < MERCY and torment.blinding:
            await asyncio.gather(*under_way)
            await watched()
        await asyncio.sleep(rng.uniform(0.2, 2.5))
    await asyncio.gather(*under_way)
    scene.venue.faults.clear()

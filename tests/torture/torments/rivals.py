"""A second reconciler on the same state database, for a while; it may be killed, and the first too."""

import asyncio
import random
import signal

from tests.torture.scene import Scene, Torment


async def _rival(scene: Scene, rng: random.Random) -> None:
    seconds = rng.uniform(5, 15)
    how = rng.choice((signal.SIGTERM, signal.SIGKILL))
    if scene.household.pid("rival") is not None:
        return
    scene.counts["rivals"] += 1
    scene.say(f"a second reconciler runs for {seconds:.1f} s ({how.name})")
    await scene.household.start("rival")
    await asyncio.sleep(seconds)
    scene.household.send("rival", how)


RIVALS = (Torment("rivals", _rival),)

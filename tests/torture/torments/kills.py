"""SIGKILL, at any moment."""

import asyncio
import random
import signal
from functools import partial

from tests.torture.scene import Scene, Torment

WAIT_SECONDS = 10.0


async def _kill(name: str, scene: Scene, rng: random.Random) -> None:
    del rng  # the moment is the chance
    if scene.household.send(name, signal.SIGKILL):
        scene.counts["kills"] += 1
        scene.say(f"kill -9 the {name}")


async def _kill_supervisor(scene: Scene, rng: random.Random) -> None:
    """Kill it outright: its children must not outlive it."""
    del rng
    parts = {pid for name in ("reconciler", "dashboard") if (pid := scene.household.pid(name)) is not None}
    if not scene.household.send("supervisor", signal.SIGKILL):
        return
    scene.counts["kills"] += 1
    scene.say("kill -9 the supervisor")
    loop = asyncio.get_running_loop()
    end = loop.time() + WAIT_SECONDS
    while left := parts & set(scene.household.left_over()):
        if loop.time() > end:
            scene.wrong.append(f"{len(left)} children outlived their supervisor by {WAIT_SECONDS:g} s")
            return
        await asyncio.sleep(0.05)


KILLS = (
    Torment("kills", partial(_kill, "reconciler"), blinding=True),
    Torment("kills", partial(_kill, "dashboard")),
    Torment("kills", partial(_kill, "robot")),
    Torment("kills", partial(_kill, "person")),
    Torment("kills", _kill_supervisor, blinding=True),
)

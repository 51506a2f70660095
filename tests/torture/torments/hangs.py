"""Processes that stand still for a while: SIGSTOP, and SIGCONT."""

import asyncio
import os
import random
import signal
from functools import partial

from tests.torture.scene import Scene, Torment


async def _hang(name: str, scene: Scene, rng: random.Random) -> None:
    seconds = rng.choice((0.5, 3.0, 9.0))
    pid = scene.household.pid(name)
    if pid is None or not scene.household.send(name, signal.SIGSTOP):
        return
    scene.counts["hangs"] += 1
    scene.say(f"the {name} hangs for {seconds:g} s")
    await asyncio.sleep(seconds)
    if pid in scene.household.left_over():  # it may have been killed meanwhile
        os.kill(pid, signal.SIGCONT)


HANGS = tuple(
    Torment("hangs", partial(_hang, name)) for name in ("reconciler", "dashboard", "supervisor", "robot")
)

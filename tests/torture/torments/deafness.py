"""Who takes the messages breaks, asks to be left alone, or answers nothing, for a while."""

import asyncio
import random

from tests.torture.scene import Scene, Torment


async def _deaf(scene: Scene, rng: random.Random) -> None:
    seconds = rng.uniform(4, 12)
    mood = rng.choice(("broken", "busy", "deaf"))
    scene.counts["deafness"] += 1
    scene.say(f"messages are not taken for {seconds:.1f} s ({mood})")
    scene.mailbox.mood = mood
    await asyncio.sleep(seconds)
    scene.mailbox.mood = "well"


DEAFNESS = (Torment("deafness", _deaf),)

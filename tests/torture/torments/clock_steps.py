"""The machine's wall clock is set, forwards and back, while everything runs."""

import random

from tests.torture.scene import Scene, Torment

STEPS = (-3600.0, -90.0, -3.0, 3.0, 90.0, 3600.0)
FURTHEST = 2 * 3600.0


async def _step(scene: Scene, rng: random.Random) -> None:
    step = rng.choice(STEPS)
    ahead = scene.clock.ahead + step
    if abs(ahead) > FURTHEST:
        ahead = 0.0
    scene.counts["steps"] += 1
    scene.say(f"the wall clock is set by {ahead - scene.clock.ahead:+g} s, to {ahead:+g} s from the truth")
    scene.clock.set(ahead)


CLOCK_STEPS = (Torment("steps", _step, lambda scene: scene.clock.why_not),)

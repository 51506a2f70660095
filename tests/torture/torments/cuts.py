"""The power of the whole machine is cut: every process is gone, and with it whatever no disk had synced."""

import asyncio
import random

from tests.torture.scene import Scene, Torment


def _why_not(scene: Scene) -> str:
    return scene.state_disk.why_not or scene.bots_disk.why_not


async def _cut(scene: Scene, rng: random.Random) -> None:
    async with scene.files:
        scene.counts["cuts"] += 1
        scene.say("the power is cut")
        disks = [scene.state_disk, scene.bots_disk]
        for disk in disks:
            disk.lose_power()
        if scene.server is not None:
            scene.server.kill()
        await scene.household.power_off()
        await asyncio.sleep(rng.uniform(0, 1))
        await asyncio.to_thread(_power_up, scene)
        await scene.household.power_on()


def _power_up(scene: Scene) -> None:
    for disk in (scene.state_disk, scene.bots_disk):
        disk.power_up()
    if scene.server is not None:
        scene.server.forget_the_dead()
        scene.server.start()


CUTS = (Torment("cuts", _cut, _why_not, alone=True, blinding=True),)

"""The venue does not answer, answers with errors, keeps silent, or cuts the line."""

import asyncio
import random

from simulator.faults.faults import Garbage, RequestAction, RequestFault
from tests.torture.scene import Scene, Torment

LONGEST = 10.0


async def _error(scene: Scene, rng: random.Random) -> None:
    seconds = rng.uniform(1, LONGEST)
    fault = RequestFault(action=RequestAction.ERROR, status=503, for_seconds=seconds)
    _told(scene, f"the venue answers 503 for {seconds:.1f} s")
    scene.venue.faults.add(fault)
    await asyncio.sleep(seconds)


async def _garbage(scene: Scene, rng: random.Random) -> None:
    seconds = rng.uniform(1, LONGEST)
    garbage = rng.choice(tuple(Garbage))
    fault = RequestFault(action=RequestAction.GARBAGE, garbage=garbage, method="GET", for_seconds=seconds)
    _told(scene, f"the venue answers with garbage ({garbage}) for {seconds:.1f} s")
    scene.venue.faults.add(fault)
    await asyncio.sleep(seconds)


async def _reset(scene: Scene, rng: random.Random) -> None:
    seconds = rng.uniform(1, LONGEST)
    fault = RequestFault(action=RequestAction.LOSE, for_seconds=seconds)
    _told(scene, f"every connection to the venue is reset for {seconds:.1f} s")
    scene.venue.faults.add(fault)
    await scene.venue.streams.disconnect(abort=True)
    await asyncio.sleep(seconds)


async def _refuse(scene: Scene, rng: random.Random) -> None:
    seconds = rng.uniform(1, LONGEST)
    _told(scene, f"the venue refuses connections for {seconds:.1f} s")
    await scene.venue.stop()
    try:
        await asyncio.sleep(seconds)
    finally:
        await scene.venue.start()


async def _mute(scene: Scene, rng: random.Random) -> None:
    seconds = rng.uniform(5, 3 * LONGEST)
    _told(scene, f"the stream is connected and mute for {seconds:.1f} s")
    scene.venue.streams.silent = scene.venue.streams.mute = True
    try:
        await asyncio.sleep(seconds)
    finally:
        scene.venue.streams.silent = scene.venue.streams.mute = False


def _told(scene: Scene, what: str) -> None:
    scene.counts["outages"] += 1
    scene.say(what)


OUTAGES = (
    Torment("outages", _error),
    Torment("outages", _garbage),
    Torment("outages", _reset),
    Torment("outages", _refuse, alone=True),
    Torment("outages", _mute),
)

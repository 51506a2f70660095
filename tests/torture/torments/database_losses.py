"""The state database goes away for a while: its server, its sessions, its lock, its room."""

import asyncio
import random
import sqlite3
from contextlib import closing

from tests.torture.scene import Scene, Torment

LONGEST = 12.0


def _not_postgres(scene: Scene) -> str:
    return "" if scene.server is not None else "the state database is SQLite"


def _not_sqlite(scene: Scene) -> str:
    return "" if scene.server is None else "the state database is PostgreSQL"


def _no_disk(scene: Scene) -> str:
    return _not_sqlite(scene) or scene.state_disk.why_not


async def _end_sessions(scene: Scene, rng: random.Random) -> None:
    del rng
    assert scene.server is not None
    ended = await asyncio.to_thread(scene.server.end_sessions)
    scene.counts["losses"] += 1
    scene.say(f"{ended} sessions of the state database are ended")


async def _restart(scene: Scene, rng: random.Random) -> None:
    assert scene.server is not None
    mode, away = rng.choice(("fast", "immediate")), rng.uniform(0, 6)
    scene.counts["losses"] += 1
    scene.say(f"the database server is stopped ({mode}), and away for {away:.1f} s")
    async with scene.files:
        await asyncio.to_thread(scene.server.stop, mode)
        await asyncio.sleep(away)
        await asyncio.to_thread(scene.server.start)


async def _lock(scene: Scene, rng: random.Random) -> None:
    seconds = rng.uniform(1, LONGEST)
    path = scene.household.state_url.removeprefix("sqlite:///")
    async with scene.files:
        with closing(sqlite3.connect(path, timeout=LONGEST)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return  # somebody else was faster
            scene.counts["losses"] += 1
            scene.say(f"another program locks the state database for {seconds:.1f} s")
            await asyncio.sleep(seconds)
            other.rollback()


async def _fill(scene: Scene, rng: random.Random) -> None:
    seconds = rng.uniform(1, LONGEST)
    async with scene.files:
        scene.counts["losses"] += 1
        scene.say(f"the disk is full for {seconds:.1f} s")
        filler = await asyncio.to_thread(scene.state_disk.fill)
        try:
            await asyncio.sleep(seconds)
        finally:
            scene.state_disk.empty(filler)


DATABASE_LOSSES = (
    Torment("losses", _end_sessions, _not_postgres),
    Torment("losses", _restart, _not_postgres, alone=True),
    Torment("losses", _lock, _not_sqlite),
    Torment("losses", _fill, _no_disk),
)

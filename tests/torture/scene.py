"""What a torment finds: the processes, the world, the disks, the database and the clock of one act."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from simulator.server import SimulatedVenue
from tests.torture.disk import Disk
from tests.torture.household import Household
from tests.torture.legs import Legs
from tests.torture.mailbox import Mailbox
from tests.torture.postgres_server import PostgresServer
from tests.torture.wall_clock import WallClock


@dataclass(slots=True)
class Scene:
    """One act's stage.

    Attributes:
        household: The processes.
        venue: The exchange, in our own process.
        legs: The world.
        clock: The machine's wall clock.
        state_disk: Where the state database is.
        bots_disk: Where the journals are.
        server: The PostgreSQL server of the state database; None where that is SQLite.
        mailbox: Where messages to people arrive.
        say: Is told what is done, one line at a time.
        counts: How often each thing was done.
        wrong: What was seen to be wrong while it was done.
        files: Held by us while we have a file of a disk open, and by whoever takes the disks away.
    """

    household: Household
    venue: SimulatedVenue
    legs: Legs
    clock: WallClock
    state_disk: Disk
    bots_disk: Disk
    server: PostgresServer | None
    mailbox: Mailbox
    say: Callable[[str], None]
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    files: asyncio.Lock = field(default_factory=asyncio.Lock)


def _always(_: Scene) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Torment:
    """One thing that is done to Trueup.

    Attributes:
        name: What its count is called.
        strike: Does it, and undoes it where it would last.
        why_not: Says why a scene does not have it; empty where it has.
        alone: True when nothing else may be under way meanwhile.
        blinding: True when nobody looks after it until a process has started again.
    """

    name: str
    strike: Callable[[Scene, random.Random], Coroutine[Any, Any, None]]
    why_not: Callable[[Scene], str] = _always
    alone: bool = False
    blinding: bool = False

"""Detect, alert, outbox, send, mark: a process that dies anywhere in it loses nothing, and repeats little.

Each run counts the points of a life at which it can die: before and after every question to the state
database, around every commit, before and after a message is taken. Then the life is played again for each
point, and for each pair of points, dying there; another life goes on a second later, until the story is over.
"""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.alerts.alert import AlertState
from reconciler.console import Console
from reconciler.facts.finding import Severity
from reconciler.notify.channel import Channel
from reconciler.notify.message import Message
from reconciler.storage.database import migrate
from tests.reconciler.notify.desk import Desk, Inbox, Points, play, state_in

AVL, BTC = "AVL/USDT:USDT", "BTC/USDT:USDT"
LIVES = 6
PARTS = 16
"""Into which the pairs are divided, to be played side by side."""

PLAYED = range(PARTS) if os.environ.get("EVERY_PAIR") else range(1)
"""All of them take minutes of a processor: `make pairs`. Else every sixteenth first death is played."""


class World:
    """What is so, and when: the process that looks learns it, whichever life it is in."""

    def __init__(self, *, lasts: float, wide: bool) -> None:
        """It lasts for so long. `wide`: with a second alert, and the first gets worse."""
        self.lasts = lasts
        self.wide = wide

    @property
    def ends(self) -> float:
        """When nothing is new any more."""
        return self.lasts + 10

    async def watch(self, desk: Desk) -> None:
        """Look every four seconds, as the reconciler does, and at least four times."""
        loop = asyncio.get_running_loop()
        until = max(self.ends, loop.time() + 10)
        while loop.time() <= until:
            await self._look(desk, loop.time())
            await asyncio.sleep(4)
        await asyncio.sleep(15)

    async def _look(self, desk: Desk, now: float) -> None:
        if now < self.lasts:
            await desk.find(AVL, critical=self.wide and now >= 11)
            if self.wide:
                await desk.find(BTC)
        else:
            await desk.clear(AVL)
            if self.wide:
                await desk.clear(BTC)


def played(folder: Path, fresh: Path, world: World, deaths: tuple[int, ...]) -> tuple[Inbox, Points, str]:
    """Play a world with these deaths; return what came, the points of the last life, and where it died."""
    state = folder / "state.db"
    for name in ("state.db", "state.db-wal", "state.db-shm"):
        (folder / name).unlink(missing_ok=True)
    state.write_bytes(fresh.read_bytes())
    inbox, points, at = Inbox(takes=0.1), Points(deaths), 0.0
    for _ in range(LIVES):
        left = len(points.deaths)
        at = play(state_in(folder), world.watch, [(Channel("phone"), inbox)], points, begins=at) + 1
        if len(points.deaths) == left:
            break  # it was not killed, so it has told what there was to tell
    return inbox, points, " then ".join(points.names[-1:])


def wrong(folder: Path, inbox: Inbox, crashes: int) -> list[str]:
    """Say what was lost, and what came more often than crashes explain."""
    lines = []
    heads = inbox.heads()
    with Console.open(state_in(folder)) as console:
        alerts = console.queries.alerts()
        histories = {alert.id: console.queries.alert(alert.id) for alert in alerts}
    for alert in alerts:
        if alert.fired_at is None:
            continue
        if alert.state is not AlertState.RESOLVED:
            lines.append(f"alert {alert.id} was not played to its end: {alert.state}")
        said = {head for number, head in heads if number == alert.id}
        if not said & {"RESOLVED", "OVER BY NOW"}:
            lines.append(f"the end of alert {alert.id} was lost")
        if "RESOLVED" in said and not said & {"NEW", "WORSE"}:
            lines.append(f"the end of alert {alert.id} came without its beginning")
        severe = any(step.severity is Severity.CRITICAL for step in histories[alert.id].transitions)
        bodies = [got.body for got in inbox.got if alert.id in got.alerts]
        if severe and not any("CRITICAL" in body or "OVER" in body for body in bodies):
            lines.append(f"that alert {alert.id} got worse was lost")
    lines += [f"{key} came {count} times" for key, count in heads.items() if count > 1 + crashes]
    twice = sum(count - 1 for count in heads.values())
    if sum(heads.values()) and len(inbox.got) > len({(g.title, g.body) for g in inbox.got}) + crashes:
        lines.append(f"{twice} were repeated, by {crashes} crashes")
    return lines


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory where the machine has that: what dies here is a process, and no disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as made:
        yield Path(made)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state database just set up, in a file of its own."""
    folder = tmp_path_factory.mktemp("fresh")
    migrate(state_in(folder))
    return folder / "state.db"


def points_of(folder: Path, fresh: Path, world: World) -> list[str]:
    inbox, points, _ = played(folder, fresh, world, ())
    assert wrong(folder, inbox, 0) == []
    assert {"before a message comes", "before its commit", "after it was answered"} <= set(points.names)
    return points.names


def test_a_life_that_is_not_disturbed_tells_each_thing_once(folder: Path, fresh: Path) -> None:
    inbox, _, _ = played(folder, fresh, World(lasts=22, wide=True), ())

    assert inbox.heads() == {
        (1, "NEW"): 1, (2, "NEW"): 1, (1, "WORSE"): 1, (1, "RESOLVED"): 1, (2, "RESOLVED"): 1,
    }  # fmt: skip


@pytest.mark.timeout(300)
def test_every_single_death(folder: Path, fresh: Path) -> None:
    world = World(lasts=22, wide=True)
    names = points_of(folder, fresh, world)

    found = {}
    for point in range(1, len(names) + 1):
        inbox, _, _ = played(folder, fresh, world, (point,))
        if lines := wrong(folder, inbox, 1):
            found[f"{point}: {names[point - 1]}"] = lines

    assert len(names) > 60
    assert found == {}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", PLAYED)
def test_every_pair_of_deaths(folder: Path, fresh: Path, part: int) -> None:
    world = World(lasts=3, wide=False)
    names = points_of(folder, fresh, world)

    found, pairs = {}, 0
    for first in range(1 + part, len(names) + 1, PARTS):
        second = 1
        while True:
            inbox, points, _ = played(folder, fresh, world, (first, second))
            if points.deaths:
                break  # the second life ended before that point
            pairs += 1
            if lines := wrong(folder, inbox, 2):
                found[first, second] = lines
            second += 1

    assert pairs > 150
    assert found == {}


def test_what_is_marked_before_it_is_sent_would_be_noticed(
    folder: Path, fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oracle bites: a sender that marks first loses a message at some point."""
    send = Inbox.send
    world = World(lasts=3, wide=False)

    async def careless(self: Inbox, message: Message) -> object:
        answer = await send(self, message)
        if len(self.got) == 1:
            self.got.clear()  # the first one is said to be taken, and never came
        return answer

    monkeypatch.setattr(Inbox, "send", careless)
    inbox, _, _ = played(folder, fresh, world, ())

    assert wrong(folder, replace(inbox), 0) != []

"""Message, tap, heard, stored, given back: a process that dies anywhere in it loses no answer, no message.

As in `test_no_crash_loses_a_message`, every point at which a life can die is tried, and each life after it
goes on. A person taps as soon as the phone shows buttons, once. The phone is one in memory that keeps to what
Telegram promises: what was heard is heard again until it was given back.
"""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from typing_extensions import override

from reconciler.alerts.event import Action
from reconciler.console import Console
from reconciler.notify.answer import Answer
from reconciler.notify.channel import Channel
from reconciler.notify.message import Message
from reconciler.notify.reply import BUTTONS as OFFERED
from reconciler.notify.reply import Heard, Reply, Shown, read_back, sent_back
from reconciler.service.replying import Replying
from reconciler.storage.database import migrate
from tests.reconciler.notify.desk import Desk, Inbox, Points, play, state_in
from tests.virtual_time import Death

AVL = "AVL/USDT:USDT"
LIVES = 6
NEEDED = {"before it is heard", "after it was heard", "before it is told", "before it is changed"}


@dataclass(slots=True)
class PhoneInbox(Inbox):
    """An inbox that can be answered.

    Attributes:
        updates: What was answered and not given back yet, by its number.
        tapped: The tokens that a person has used.
        told: What they were told.
        shown: What the messages say of how they stand.
    """

    updates: dict[int, tuple[str, str]] = field(default_factory=dict)
    tapped: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    shown: dict[str, str] = field(default_factory=dict)

    @override
    async def send(self, message: Message) -> Answer:
        before = len(self.got)
        try:
            return await self._sent(message)
        finally:
            if len(self.got) > before and message.reply and not self.tapped:
                self.tapped.append(message.reply)
                self.updates[7] = (sent_back(OFFERED[0], message.reply), str(len(self.got)))

    async def _sent(self, message: Message) -> Answer:
        answer = await Inbox.send(self, message)
        return Answer(answer.taken, answer.said, answer.status, place=str(len(self.got)))

    async def hear(self, cursor: str) -> Heard:
        self.point("before it is heard")
        if cursor:
            for number in [each for each in self.updates if each < int(cursor)]:
                del self.updates[number]
        if not self.updates:
            await asyncio.sleep(2)
        replies = []
        for number, (data, place) in self.updates.items():
            note, token = read_back(data)
            replies.append(
                Reply(
                    str(number), str(number + 1), "ada", "telegram:ada", token=token, note=note, place=place
                )
            )
        self.point("after it was heard")
        return Heard(tuple(replies), replies[-1].cursor if replies else cursor)

    async def tell(self, reply: Reply, text: str) -> None:
        del reply
        self.point("before it is told")
        self.told.append(text)

    async def amend(self, shown: Shown) -> Answer:
        self.point("before it is changed")
        self.shown[shown.place] = shown.standing
        self.point("after it was changed")
        return Answer(taken=True, said="")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A state database just set up, in memory where the machine has that."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as made:
        migrate(state_in(Path(made)))
        yield Path(made)


def played(folder: Path, fresh: bytes, deaths: tuple[int, ...]) -> tuple[PhoneInbox, Points]:
    """Play the story with these deaths, life after life, until one of them is not disturbed."""
    for name in ("state.db-wal", "state.db-shm"):
        (folder / name).unlink(missing_ok=True)
    (folder / "state.db").write_bytes(fresh)
    inbox, points, at = PhoneInbox(takes=0.1), Points(deaths), 0.0

    async def story(desk: Desk) -> None:
        replying = Replying({"phone": inbox}, desk.store, lambda: True, desk.clock)
        hearing = asyncio.ensure_future(_mortal(replying, points))
        looking = asyncio.ensure_future(_looks(desk, replying))
        try:
            await asyncio.wait({hearing, looking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (hearing, looking):
                task.cancel()
            endings = await asyncio.gather(hearing, looking, return_exceptions=True)
        for ending in endings:
            if isinstance(ending, BaseException) and not isinstance(ending, asyncio.CancelledError):
                raise ending

    for _ in range(LIVES):
        left = len(points.deaths)
        at = play(
            state_in(folder), story, [(Channel("phone"), inbox)], points, begins=at, phones={"phone": inbox}
        )
        at += 1
        if len(points.deaths) == left:
            break
    return inbox, points


async def _mortal(replying: Replying, points: Points) -> None:
    """Hear until the process is dead."""
    try:
        await replying.run()
    except BaseExceptionGroup as group:
        died, rest = group.split(Death)
        if rest is None or points.dead:
            raise Death from died
        raise


async def _looks(desk: Desk, replying: Replying) -> None:
    """Find it again and again, at least for a while in each life."""
    end = max(9.0, asyncio.get_running_loop().time() + 7)
    while asyncio.get_running_loop().time() < end:
        await desk.find(AVL, critical=True)
        replying.changed(recorded=True)
        await asyncio.sleep(4)


def wrong(folder: Path, inbox: PhoneInbox, crashes: int) -> list[str]:
    """Say what was lost, and what came more often than crashes explain."""
    lines = []
    with Console.open(state_in(folder)) as console:
        alert = console.queries.alert(1)
        replies = console.queries.replies()
    taken = [step for step in alert.transitions if step.action == Action.ACKNOWLEDGED.value]
    if [(step.actor, step.reason) for step in taken] != [("ada", "looking")]:
        lines.append(f"acknowledged {len(taken)} times: {[step.reason for step in taken]}")
    if len(replies) != 1 or not replies[0].taken:
        lines.append(f"written down: {[(each.by, each.taken, each.told) for each in replies]}")
    if not 0 < len(inbox.got) <= 1 + crashes:
        lines.append(f"{len(inbox.got)} messages came, with {crashes} crashes")
    if not inbox.shown or not all("cknowledged by ada" in each for each in inbox.shown.values()):
        lines.append(f"the phone shows {inbox.shown}")
    if inbox.updates:
        lines.append("what was answered was not given back")
    return lines


def test_a_life_that_is_not_disturbed_hears_it_once_and_says_so(folder: Path) -> None:
    inbox, points = played(folder, (folder / "state.db").read_bytes(), ())

    assert wrong(folder, inbox, 0) == []
    assert len(inbox.told) == 1
    assert set(points.names) >= NEEDED


@pytest.mark.timeout(300)
def test_every_single_death(folder: Path) -> None:
    fresh = (folder / "state.db").read_bytes()
    _, points = played(folder, fresh, ())

    found = {}
    for number, name in enumerate(points.names, 1):
        inbox, _ = played(folder, fresh, (number,))
        if lines := wrong(folder, inbox, 1):
            found[f"{number}: {name}"] = lines

    assert len(points.names) > 60
    assert found == {}


def test_one_who_gives_back_before_it_is_stored_would_be_noticed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oracle bites: an answer that is confirmed first is lost by a death in between."""
    fresh = (folder / "state.db").read_bytes()
    hear = PhoneInbox.hear

    async def careless(self: PhoneInbox, cursor: str) -> Heard:
        try:
            return await hear(self, cursor)
        finally:
            self.updates.clear()

    monkeypatch.setattr(PhoneInbox, "hear", careless)
    _, points = played(folder, fresh, ())
    at = points.names.index("after it was heard", points.names.index("after it has come")) + 1

    lost = False
    for number in range(at, at + 8):
        with suppress(AssertionError):
            lost = lost or bool(wrong(folder, played(folder, fresh, (number,))[0], 1))
    assert lost

"""One life of a process in the model: the real store, claims and sender, with joints where it can break.

At each joint it may die, stand still, be cut off from the database, or lose the answer to its commit. What is
written goes through the product's own group commit, at once, in the thread of the test.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from typing_extensions import override

from reconciler.facts.lease import Holder, Lease
from reconciler.facts.message import ChannelView
from reconciler.notify.answer import Answer
from reconciler.notify.message import Message
from reconciler.notify.reply import Offer
from reconciler.service.claims import Claim, Claims
from reconciler.service.notifying import Notifying
from reconciler.service.served_channel import Posting
from reconciler.storage.database import Database
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.storage.messages import Outbox, Sent
from reconciler.storage.store import Store
from reconciler.storage.writer import Writer, _Job
from tests.virtual_time import Death
from verification.facts.clock import Moment

if TYPE_CHECKING:
    from tests.model.world import World

T = TypeVar("T")


@dataclass(frozen=True)
class Act:
    """What is being written, and what follows from it once it is committed.

    Attributes:
        lease: By whose right; None where it needs none, or several.
        then: Is given what came of it.
        within: Is called in the transaction, before its commit: what happens elsewhere meanwhile.
    """

    lease: Lease | None = None
    then: Callable[[Any], None] = lambda _: None
    within: Callable[[], None] = lambda: None


ACT: ContextVar[Act] = ContextVar("ACT", default=Act())  # noqa: B039 - it is frozen


class MachineClock:
    """The clock of one machine: its wall is wrong by some seconds, all the time."""

    def __init__(self, noon: datetime, wrong: float) -> None:
        self._noon = noon + timedelta(seconds=wrong)

    def now(self) -> Moment:
        seconds = asyncio.get_running_loop().time()
        return Moment.at(self._noon + timedelta(seconds=seconds), seconds)

    def now_in(self, seconds: float) -> datetime:
        """Return what its wall shows at a time of the world."""
        return self._noon + timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(eq=False)
class Process:
    """One life.

    Attributes:
        name: Of the machine.
        holder: The name of this very life.
        world: Where it lives.
        clock: Its machine's.
        held: The accounts that it takes for its own.
        pending: What stands still in the middle: tasks, and what must come of them.
        flying: What it has sent on each channel and not marked yet.
        read_at: When it last asked what is owed.
    """

    name: str
    holder: Holder
    world: "World"
    clock: MachineClock
    held: dict[str, Claim] = field(default_factory=dict)
    pending: list[tuple["asyncio.Task[Any]", Lease | None]] = field(default_factory=list)
    flying: dict[str, Message] = field(default_factory=dict)
    read_at: float = 0.0
    cut: bool = False
    loses_answer: bool = False
    dead: bool = False
    dies_in: int | None = None
    freezes_in: int | None = None
    _going: asyncio.Event = field(default_factory=asyncio.Event)

    def born(self, database: Database, posting: Posting) -> None:
        """Begin: the store, what claims, what tells people."""
        self._going.set()
        self.store = MortalStore(database, clock=self.clock)
        self.store.process = self
        self.store._writer.close()
        self.store._writer = self.writer = InlineWriter(database, self)
        self.claims = Claims(self.store, self.holder, self.clock)
        held = self.held
        self.notifying = Notifying(
            posting, self.store, self.claims, lambda: [each.store for each in held.values()], self.clock
        )
        self.telling: asyncio.Task[None] | None = None

    @property
    def frozen(self) -> bool:
        """It stands still."""
        return not self._going.is_set()

    def freeze(self) -> None:
        """SIGSTOP."""
        self._going.clear()

    def thaw(self) -> None:
        """SIGCONT."""
        self.freezes_in = None
        self._going.set()

    async def joint(self) -> None:
        """Pass a joint of what it does: it may die there, or stand still."""
        if self.freezes_in is not None:
            self.freezes_in -= 1
            if self.freezes_in < 0:
                self.freezes_in = None
                self.freeze()
        await self._going.wait()
        self.mortal()

    def mortal(self) -> None:
        """Die, if this is the moment."""
        if self.dies_in is not None:
            self.dies_in -= 1
            self.dead = self.dead or self.dies_in < 0
        if self.dead:
            raise Death

    def away(self) -> None:
        """Raise where the database cannot be reached."""
        if self.cut:
            raise StateDatabaseError(StateTrouble.UNREACHABLE, "the state database is away", again=True)


class InlineWriter(Writer):
    """Commits at once, by the product's own group; the world is told of each commit, and of each refusal."""

    def __init__(self, database: Database, process: Process) -> None:
        super().__init__(database)
        super().close()  # nothing is left to its thread
        self._process = process

    @override
    async def do(self, work: Callable[[sa.Connection], T], *, last: bool = False) -> T:
        act, process = ACT.get(), self._process
        await process.joint()
        process.away()
        process.world.tell_time()

        def mortal(connection: sa.Connection) -> T:
            done = work(connection)
            act.within()
            process.mortal()
            return done

        job = _Job(mortal, Future())
        with process.world.judged(act.lease) as committed:
            self._commit([job])
            result: T = job.future.result()
            committed()
        act.then(result)
        await process.joint()
        if process.loses_answer:
            process.loses_answer = False
            raise StateDatabaseError(StateTrouble.UNREACHABLE, "the answer is lost", again=True, unsure=True)
        return result


class MortalStore(Store):
    """A store whose process may break before it asks and after it was answered."""

    process: Process

    @override
    async def _asked(self, question: Callable[[sa.Connection], T]) -> T:
        await self.process.joint()
        self.process.away()
        answer = await super()._asked(question)
        await self.process.joint()
        return answer

    @override
    async def outbox(self, held: Sequence[Lease], *, now: datetime) -> Outbox:
        read_at = asyncio.get_running_loop().time()
        found = await super().outbox(held, now=now)
        self.process.read_at = read_at
        return found

    @override
    async def save_sent(self, held: Mapping[str, Lease], sent: Sent, channel: ChannelView) -> None:
        world, process = self.process.world, self.process
        token = ACT.set(Act(then=lambda _: world.is_marked(held, sent)))
        try:
            await super().save_sent(held, sent, channel)
        finally:
            ACT.reset(token)
        process.flying.pop(sent.channel, None)

    @override
    async def save_offer(self, offer: Offer) -> None:
        self.process.world.is_offered(offer, self.process.read_at)
        await super().save_offer(offer)


@dataclass
class Mailbox:
    """Where the messages of a channel arrive, whichever process sends them.

    Attributes:
        name: The channel's.
        works: False while it takes nothing.
        tokens: Of the messages that can be answered, oldest first.
    """

    name: str
    works: bool = True
    tokens: list[str] = field(default_factory=list)


@dataclass
class Courier:
    """Takes the messages of one process to a channel."""

    process: Process
    mailbox: Mailbox

    async def send(self, message: Message) -> Answer:
        process = self.process
        await process.joint()
        await asyncio.sleep(0.2)
        if not self.mailbox.works:
            return Answer(taken=False, said="HTTP 503", status=503)
        process.flying[self.mailbox.name] = message
        process.world.comes(self.mailbox, message)
        await process.joint()
        return Answer(taken=True, said="HTTP 200", status=200)

    async def try_way(self) -> Answer:
        return Answer(taken=True, said="HTTP 200", status=200)

    async def close(self) -> None:
        return

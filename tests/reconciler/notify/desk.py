"""A reconciler's process on virtual time that finds things and tells people; it may die at any point.

The state database, the store, the alert policy and all that decides and sends messages are the real ones.
Only the looks are drawn, and what takes messages counts them.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.util import LRUCache
from typing_extensions import override

from reconciler.alerts.event import Clear, Detected, Observed
from reconciler.facts.finding import Evidence, Finding, Party, Severity
from reconciler.facts.lease import Holder
from reconciler.notify.answer import Answer
from reconciler.notify.channel import Channel
from reconciler.notify.message import Message
from reconciler.notify.phone import Phone
from reconciler.service.claims import Claims
from reconciler.service.notifying import Notifying
from reconciler.service.served_channel import Posting
from reconciler.storage.database import Database
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.storage.failure import explained
from reconciler.storage.held_store import HeldStore
from reconciler.storage.store import Store
from reconciler.storage.writer import Writer
from tests.reconciler.alert_life import finding
from tests.reconciler.claimed import claimed
from tests.virtual_time import Death, ThreadlessLoop, VirtualClock, run

T = TypeVar("T")

LINK = "https://trueup.example.com"
_LINE = re.compile(r"alert\?id=(\d+)")
_HEAD = re.compile(r"^([A-Z][A-Z ]*?)(?= (?:CRITICAL|WARNING|INFO):|:)", re.MULTILINE)


_STATEMENTS: LRUCache[Any, Any] = LRUCache(1000)
"""Statements as they were compiled in an earlier life: that is half of what a short life does."""


class Points:
    """Counts what a process does, and lets it die at one of these."""

    def __init__(self, deaths: Sequence[int] = ()) -> None:
        """`deaths` are the numbers at which it dies, counted anew in each of its lives."""
        self.deaths = list(deaths)
        self.busy = False  # the state database, for the moment
        self.passed = 0
        self.names: list[str] = []
        self.dead = False

    def born(self) -> None:
        """Begin another life."""
        self.dead, self.passed = False, 0

    def __call__(self, name: str) -> None:
        """Pass a point, or die there."""
        if self.dead:
            raise Death
        self.passed += 1
        self.names.append(name)
        if self.deaths and self.passed == self.deaths[0]:
            self.deaths.pop(0)
            self.dead = True
            raise Death


class MortalWriter(Writer):
    """Writes at once, in the caller's thread, and dies around the commit."""

    def __init__(self, database: Database, point: Points) -> None:
        super().__init__(database)
        self._point = point

    @override
    async def do(self, work: Callable[[sa.Connection], T], *, last: bool = False) -> T:
        await asyncio.sleep(0.001)
        self._point("before a transaction")
        if self._point.busy:
            raise StateDatabaseError(StateTrouble.LOCKED, "state database is locked", again=True)
        with explained("state"), self._database.write() as connection:
            result = work(connection)
            self._point("before its commit")
        self._point("after its commit")
        return result


class MortalStore(Store):
    """A store whose process may die before it asks and after it was answered."""

    point: Callable[[str], None]

    @override
    async def _asked(self, question: Callable[[sa.Connection], T]) -> T:
        self.point("before it asks")
        answer = await super()._asked(question)
        self.point("after it was answered")
        return answer


@dataclass(slots=True)
class Got:
    """A message that came."""

    at: float
    title: str
    body: str

    @property
    def alerts(self) -> list[int]:
        """The alerts that it names."""
        return [int(number) for number in _LINE.findall(self.body)]

    @property
    def heads(self) -> list[str]:
        """What it says of each."""
        return _HEAD.findall(self.body)


@dataclass(slots=True)
class Inbox:
    """What takes messages: it keeps what came, and answers as it is told to.

    Attributes:
        point: Passed before a message comes and after it has come.
        got: All that came, oldest first.
        answers: Says what is answered at a time; a message that is not taken has not come.
        takes: Seconds until it answers.
        tried: When something was tried.
    """

    point: Callable[[str], None] = lambda _: None
    got: list[Got] = field(default_factory=list)
    answers: Callable[[float], Answer] = lambda _: Answer(taken=True, said="HTTP 200", status=200)
    takes: float = 0.3
    tried: list[float] = field(default_factory=list)

    async def send(self, message: Message) -> Answer:
        loop = asyncio.get_running_loop()
        self.point("before a message comes")
        self.tried.append(loop.time())
        await asyncio.sleep(self.takes)
        answer = self.answers(loop.time())
        if answer.taken:
            self.got.append(Got(loop.time(), message.title, message.body))
        self.point("after it has come")
        return answer

    async def try_way(self) -> Answer:
        return self.answers(asyncio.get_running_loop().time())

    async def close(self) -> None:
        return

    def heads(self) -> Counter[tuple[int, str]]:
        """How often each alert came with each head."""
        return Counter(pair for each in self.got for pair in zip(each.alerts, each.heads, strict=True))


@dataclass(slots=True)
class Desk:
    """One life of the process, in the middle of a story.

    Attributes:
        store: The process's own.
        held: What writes of account `main`, whose lease it has.
        clock: Virtual.
        notifying: What tells people.
        points: Where it may die, and whether the state database is busy.
    """

    store: Store
    held: HeldStore
    clock: VirtualClock
    notifying: Notifying
    points: Points

    async def until(self, seconds: float) -> None:
        """Wait until a time of the story."""
        await asyncio.sleep(max(0.0, seconds - asyncio.get_running_loop().time()))

    async def find(self, symbol: str = "AVL/USDT:USDT", *, critical: bool = False, **more: object) -> None:
        """Find a condition; it lasts."""
        severity = Severity.CRITICAL if critical else Severity.WARNING
        found = replace(finding(severity=severity, symbol=symbol), **more)  # type: ignore[arg-type]
        now = self.clock.now().utc
        await self._observe(Observed((Detected(found, now, confirmed=True),)))

    async def clear(self, symbol: str = "AVL/USDT:USDT") -> None:
        """See that it is gone."""
        found: Finding = finding(symbol=symbol)
        now = self.clock.now().utc
        shown = (Evidence(Party.EXCHANGE, "rest", "both sides hold 43", now, {}),)
        await self._observe(Observed(clear={found.identity: Clear(shown, now)}))

    async def _observe(self, observed: Observed) -> None:
        changes = await self.held.observe(observed, now=self.clock.now().utc)
        self.notifying.changed(recorded=any(each.decision.action.recorded for each in changes))


Story = Callable[[Desk], Awaitable[None]]


def play(
    url: str,
    story: Story,
    channels: Sequence[tuple[Channel, Inbox]],
    points: Points | None = None,
    *,
    begins: float = 0.0,
    accounts: frozenset[str] = frozenset({"main"}),
    phones: Mapping[str, Phone] | None = None,
) -> float:
    """Live until the story ends, or the process dies; return when that was, in seconds of the story."""
    points = points or Points()
    points.born()
    loop = ThreadlessLoop()
    loop.virtual.now = begins

    async def life() -> float:
        clock = VirtualClock()
        database = Database.open(url, create=True)
        for _, inbox in channels:
            inbox.point = points
        database._engine._compiled_cache = _STATEMENTS
        store = MortalStore(database, clock=clock)
        store.point = points
        store._writer.close()
        store._writer = writer = MortalWriter(database, points)
        try:
            posting = Posting(tuple(channels), LINK, accounts, phones or {})
            await _lived(store, clock, story, posting, points)
        except Death:
            pass
        finally:
            points.dead = True
            writer.close()
            database.close()
        return loop.time()

    return run(life(), loop)


async def _lived(
    store: MortalStore,
    clock: VirtualClock,
    story: Story,
    posting: Posting,
    points: Points,
) -> None:
    process = Holder(f"process {asyncio.get_running_loop().time():.3f}", "here", 1)
    own: dict[str, HeldStore] = {}
    notifying = Notifying(
        posting,
        store,
        Claims(store, process, clock),
        lambda: list(own.values()),
        clock,
    )
    await notifying.begin()
    account = min(posting.accounts)
    own[account] = await claimed(store, clock, account, by=process)
    desk = Desk(store, own[account], clock, notifying, points)
    telling = asyncio.create_task(notifying.run())
    acting = asyncio.ensure_future(story(desk))
    try:
        ends = {telling, acting} if posting.couriers else {acting}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        points.dead = points.dead or any(_died(task) for task in (telling, acting))
        for task in (telling, acting):
            task.cancel()
        endings = await asyncio.gather(telling, acting, return_exceptions=True)
    for ending in endings:
        if isinstance(ending, BaseException) and not isinstance(ending, asyncio.CancelledError):
            raise ending


def _died(task: "asyncio.Future[None]") -> bool:
    return task.done() and not task.cancelled() and isinstance(task.exception(), Death)


def state_in(folder: Path) -> str:
    """Return the url of a state database in a folder."""
    return f"sqlite:///{folder / 'state.db'}"


def hours(number: float) -> float:
    """Return hours as seconds."""
    return timedelta(hours=number).total_seconds()

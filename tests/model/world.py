"""The world of the model: processes on one database, people, channels, one time; and what is known of all.

Whatever is committed, sent and marked is told to the spec at that very moment, by whoever did it. What breaks
a promise is noted in `wrong`, for it may come to light in a task that nobody waits for.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import sqlalchemy as sa

from reconciler.alerts.event import AlertSettings
from reconciler.facts.finding import Finding, FindingKey, Kind, Severity
from reconciler.facts.lease import Holder, Lease
from reconciler.notify.channel import Channel
from reconciler.notify.message import Message
from reconciler.notify.reply import Offer
from reconciler.service.served_channel import Posting
from reconciler.storage.database import Database
from reconciler.storage.decisions import ALERT, TRANSITION, is_of
from reconciler.storage.errors import LeaseLost, StateDatabaseError
from reconciler.storage.messages import Sent
from reconciler.storage.rows import StateRow
from tests.model.process import ACT, Act, Courier, MachineClock, Mailbox, Process
from tests.model.spec import Episodes, Letters, Tenure
from tests.reconciler.alert_life import NOON, finding
from tests.reconciler.notify.desk import Got
from tests.reconciler.storage import alert_model
from tests.reconciler.storage.alert_model import Found, Life
from tests.virtual_time import Death, ThreadlessLoop, mourned

T = TypeVar("T")

ACCOUNTS = ("main", "other")
SYMBOLS = {Kind.ORPHANED_POSITION: "AVL/USDT:USDT", Kind.UNPROTECTED_POSITION: "BTC/USDT:USDT"}
"""Two conditions of each account, of kinds that no other alert quiets."""

CONDITIONS = tuple(
    finding(kind=kind, account=account, symbol=symbol).identity
    for account in ACCOUNTS
    for kind, symbol in SYMBOLS.items()
)
WRONG_BY = {"a": 0.0, "b": 45.0, "c": -45.0}
"""By how many seconds the clock of each machine is wrong: more than a lease lasts."""

CHANNELS = ("mail", "phone")
SETTINGS = AlertSettings()


class World:
    """All of it, for one example."""

    def __init__(self, database: Database, tell_time: Callable[[datetime], None] | None) -> None:
        """Begin with nothing stored. `tell_time` sets the clock of a database that has one."""
        self.database = database
        self.loop = ThreadlessLoop()
        self.loop.set_exception_handler(self._complain)
        self.file = tell_time is None
        self._tell_time = tell_time
        self._told: float | None = None
        self.wrong: list[str] = []
        self.tenures = {account: Tenure() for account in ACCOUNTS}
        self.lives = {key: Life() for key in CONDITIONS}
        self.episodes = {key: Episodes() for key in CONDITIONS}
        self.letters = Letters()
        self.mailboxes = {name: Mailbox(name) for name in CHANNELS}
        self.offers: dict[str, tuple[Offer, float]] = {}
        self.used: set[str] = set()
        self.processes: dict[str, Process] = {}
        self._lives = 0
        with database.write() as connection:
            for table in reversed(StateRow.metadata.sorted_tables):
                connection.execute(sa.delete(table))

    # time

    @property
    def seconds(self) -> float:
        """Since noon, by the one true clock, which the database's server has."""
        return self.loop.time()

    @property
    def minutes(self) -> float:
        """The same in minutes, as the spec of alerts counts."""
        return self.seconds / 60

    @property
    def now(self) -> datetime:
        """The true time."""
        return NOON + timedelta(seconds=self.seconds)

    def tell_time(self) -> None:
        """Set the clock of the database's server."""
        if self._tell_time is not None and self._told != self.seconds:
            self._tell_time(self.now)
            self._told = self.seconds

    def passes(self, seconds: float) -> None:
        """Let time pass, and everything go on meanwhile that can."""
        self.run(asyncio.sleep(seconds))

    def run(self, story: Coroutine[Any, Any, T]) -> T:
        """Run something to its end, then bury who died."""
        answer = self.loop.run_until_complete(story)
        for process in list(self.processes.values()):
            telling = process.telling
            if process.dead:
                self.bury(process)
            elif telling is not None and telling.done():
                self.wrong.append(f"{process.name} tells nobody any more: {telling.exception()!r}")
        return answer

    # processes

    def start(self, name: str) -> Process:
        """Begin another life on a machine."""
        self._lives += 1
        holder = Holder(f"{name}{self._lives}", name, self._lives)
        process = Process(name, holder, self, MachineClock(NOON, WRONG_BY[name]))
        couriers = tuple(
            (Channel(box.name, Severity.INFO, repeat=timedelta(0)), Courier(process, box))
            for box in self.mailboxes.values()
        )
        phones: Any = {"phone": couriers[1][1]}
        process.born(self.database, Posting(couriers, "https://trueup.example.com", ACCOUNTS, phones))
        self.processes[name] = process

        async def begin() -> None:
            await process.notifying.begin()
            process.telling = asyncio.create_task(process.notifying.run())

        self.run(begin())
        return process

    def bury(self, process: Process) -> None:
        """It is dead: nothing of it goes on, and the system takes its locks."""
        process.dead = True
        del self.processes[process.name]
        tasks = [task for task, _ in process.pending]
        tasks += [] if process.telling is None else [process.telling]
        for task in tasks:
            task.cancel()
        process.thaw()
        self.loop.run_until_complete(asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 60))
        for channel, message in process.flying.items():
            for item in message.items:
                self.letters.cut_off((channel, item.alert.id))
        for account in list(process.held):
            self.let_go(process, account)
        for tenure in self.tenures.values():
            if tenure.lock == process.holder.instance:
                tenure.lock = ""

    def let_go(self, process: Process, account: str) -> None:
        """A process takes an account for its own no more."""
        process.held.pop(account).let_go()
        if self.tenures[account].lock == process.holder.instance:
            self.tenures[account].lock = ""

    def is_current(self, lease: Lease) -> bool:
        """What is written by this lease may be taken."""
        return self.tenures[lease.account].is_of(lease.holder.instance, lease.token)

    def is_given(self, lease: Lease) -> None:
        """An account was given to a process; who had it, and lives, may still send what it has read."""
        tenure = self.tenures[lease.account]
        before = [each for each in self.processes.values() if each.holder.instance == tenure.holder]
        if before and (before[0].frozen or before[0].holder != lease.holder):
            for number, key in self.alerts().items():
                if key.account == lease.account:
                    for channel in CHANNELS:
                        self.letters.cut_off((channel, number))
        tenure.given(lease.holder.instance, lease.token, self.seconds)

    # what is done by a process

    def does(
        self, process: Process, work: Callable[[], Coroutine[Any, Any, object]], act: Act
    ) -> BaseException | None:
        """Have a process do something, until it is done or stands still; return what it met."""

        async def acting() -> object:
            ACT.set(act)
            return await work()

        async def begun() -> "asyncio.Task[object]":
            task = asyncio.create_task(acting())
            while not task.done() and not process.frozen:  # noqa: ASYNC110 - in no time of the model
                await asyncio.sleep(0)
            return task

        task = self.run(begun())
        if not task.done():
            process.pending.append((task, act.lease))
            return None
        return self._came_of(process, task, act.lease)

    def thaw(self, process: Process) -> None:
        """Let it go on, and what it was at come to its end."""
        process.thaw()
        pending, process.pending = process.pending, []
        if pending:
            self.run(_ended([task for task, _ in pending]))
        for task, lease in pending:
            self._came_of(process, task, lease)
        self.passes(0.1)

    def _came_of(
        self, process: Process, task: "asyncio.Task[Any]", lease: Lease | None
    ) -> BaseException | None:
        met = None if task.cancelled() else task.exception()
        match met:
            case LeaseLost():
                if self.is_current(met.lease):
                    self.wrong.append(f"{process.name} was refused what is its own: {met}")
                mine = process.held.get(met.lease.account)
                if mine is not None and mine.store.lease == met.lease:
                    self.let_go(process, met.lease.account)
            case StateDatabaseError() if met.again:
                pass
            case Death() | None:
                pass
            case _:
                self.wrong.append(f"{process.name} met {met!r}")
        del lease
        return met

    @contextmanager
    def judged(self, lease: Lease | None) -> Iterator[Callable[[], None]]:
        """Hold a transaction against whose the account is: before, and at its end."""
        stale = lease is not None and not self.is_current(lease)
        before = self.everything() if stale else None
        taken: list[bool] = []
        try:
            yield lambda: taken.append(True)
        finally:
            if taken and lease is not None and not self.is_current(lease):
                self.wrong.append(f"{lease} was written by after {self.tenures[lease.account]}")
            if stale and self.everything() != before:
                self.wrong.append(f"{lease} is passed, and it has changed something")

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table."""
        with self.database.read() as connection:
            tables = StateRow.metadata.sorted_tables
            return {
                table.name: [tuple(row) for row in connection.execute(sa.select(table))] for table in tables
            }

    # what becomes of alerts and messages

    def learned(self, accounts: Collection[str], change: Callable[[], None]) -> Callable[[object], None]:
        """Return what follows in the spec once something about these accounts is stored."""

        def then(_: object) -> None:
            opened = {key for key, life in self.lives.items() if life.open}
            for key, life in self.lives.items():
                if key.account in accounts:
                    alert_model.time_is(life, self.minutes)
            self.take_over()
            change()
            for key, life in self.lives.items():
                if life.open and key not in opened:
                    self.episodes[key].began()
            self.take_over()

        return then

    def take_over(self) -> None:
        """Have the words that are owed anew count for the episode that they are of."""
        for key, life in self.lives.items():
            self.episodes[key].learn(life.owed, over=not life.open)

    def alerts(self) -> dict[int, FindingKey]:
        """Return the condition of each alert by its number, oldest first."""
        known = {(key.kind.value, key.account, key.symbol): key for key in CONDITIONS}
        query = sa.select(ALERT.c.id, ALERT.c.kind, ALERT.c.account, ALERT.c.symbol).order_by(ALERT.c.id)
        with self.database.read() as connection:
            return {row.id: known[row.kind, row.account, row.symbol] for row in connection.execute(query)}

    def episode_of(self, alert: int) -> tuple[FindingKey, int]:
        """Return the condition of an alert, and which of its episodes it is, from 1."""
        key = self.alerts()[alert]
        with self.database.read() as connection:
            until = sa.select(sa.func.count()).where(is_of(key), ALERT.c.id <= alert)
            return key, int(connection.execute(until).scalar_one())

    def word_at(self, alert: int, seq: int) -> int:
        """Return how many words were owed of an alert up to a version of it."""
        owed = (TRANSITION.c.alert_id == alert) & TRANSITION.c.owed.is_not(None) & (TRANSITION.c.seq <= seq)
        with self.database.read() as connection:
            return int(connection.execute(sa.select(sa.func.count()).where(owed)).scalar_one())

    def comes(self, mailbox: Mailbox, message: Message) -> None:
        """A message has come to a channel."""
        if message.reply:
            mailbox.tokens.append(message.reply)
        heads = _heads(message)
        for item in message.items:
            key, number = self.episode_of(item.alert.id)
            words, upto = self.episodes[key].words[number], self.word_at(item.alert.id, item.seq)
            head = heads[item.alert.id]
            try:
                self.letters.comes((mailbox.name, item.alert.id), words, upto, head)
            except (AssertionError, KeyError) as error:
                self.wrong.append(f"alert {item.alert.id}: {error}")

    def is_marked(self, held: Mapping[str, Lease], sent: Sent) -> None:
        """A process has stored that a message was taken."""
        for alert, account, seq, _ in sent.tells:
            if account in held and self.is_current(held[account]):
                self.letters.is_marked((sent.channel, alert), self.word_at(alert, seq))

    def is_offered(self, offer: Offer, read_at: float) -> None:
        """A message will offer to be answered, as what was read then shows it."""
        self.offers[offer.token] = (offer, read_at)

    def close(self) -> None:
        """End what still lives."""
        for process in list(self.processes.values()):
            self.bury(process)
        self.loop.close()

    def _complain(self, _: object, context: Mapping[str, Any]) -> None:
        if mourned(context):
            self.wrong.append(str(context))


def drawn(key: FindingKey, found: Found) -> Finding:
    """Return the finding of a condition that is that bad; 43 are in the bots' books."""
    return finding(
        kind=key.kind,
        account=key.account,
        symbol=key.symbol,
        severity=Severity.CRITICAL if found.critical else Severity.WARNING,
        exposure=Decimal(found.exposure),
        observed=Decimal(43 + found.beyond),
    )


def _heads(message: Message) -> dict[int, str]:
    """Return how a message begins of each alert that it tells, as it is read."""
    got = Got(0.0, message.title, message.body)
    return dict(zip(got.alerts, got.heads, strict=True))


async def _ended(tasks: Collection["asyncio.Task[Any]"]) -> None:
    while not all(task.done() for task in tasks):  # noqa: ASYNC110 - in no time of the model
        await asyncio.sleep(0)

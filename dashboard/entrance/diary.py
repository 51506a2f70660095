"""Keeps for the Audit who signed in, who left and who was refused; it lets nobody in and keeps nobody out."""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from dashboard import state_reader
from dashboard.entrance.known import Ask
from dashboard.entrance.refusals import Refusals, Refused
from dashboard.words.verdict import Unread
from reconciler.console import Accounts
from reconciler.facts.act import Act
from reconciler.facts.sign_in import Way
from verification.facts.clock import Clock

PATIENCE_SECONDS = 1.0
"""How long an answer waits until what it says is stored."""

TRIED_AGAIN = timedelta(seconds=30)
MOST_WAITING = 200
"""How many wait for a state database that is away; the oldest are dropped then, and the log says so."""

MOST_SEEN = 10_000

_BY = {
    Way.LINK: "by the link",
    Way.ACCOUNTS: "by name and password",
    Way.OIDC: "by the provider",
    Way.PROXY: "by the proxy",
}

log = structlog.get_logger()


class Diary:
    """What is still to be stored waits in memory, oldest first."""

    def __init__(self, clock: Clock, ask: Ask = state_reader.ask_accounts) -> None:
        """Nothing has happened yet."""
        self._clock = clock
        self._ask = ask
        self._refusals = Refusals()
        self._waiting: deque[Act] = deque()
        self._storing: asyncio.Task[None] | None = None
        self._again: datetime | None = None
        self._seen: dict[str, datetime] = {}

    async def signed_in(self, way: Way, name: str, address: str) -> None:
        """Keep that somebody was let in; `name` is empty for whoever came by the link."""
        await self._keep(Act(self._now(), name, "dashboard", "signed in", "", f"{_BY[way]}, from {address}"))

    async def signed_out(self, way: Way, name: str) -> None:
        """Keep that somebody left."""
        note = f"had come {_BY[way]}"
        await self._keep(Act(self._now(), name, "dashboard", "signed out", "", note))

    async def refused(self, way: Way, address: str, *, name: str = "") -> None:
        """Keep that somebody was not let in; many such tries are counted and told as one."""
        told = self._refusals.tried(way, address, self._now(), name=name)
        if told is not None:
            await self._keep(_act(told))

    async def shown_by_proxy(self, name: str, address: str, idle: timedelta) -> None:
        """Keep that a proxy has brought somebody, whom it had not for so long."""
        now = self._now()
        last = self._seen.get(name)
        if last is None and len(self._seen) >= MOST_SEEN:
            self._seen = {each: at for each, at in self._seen.items() if now - at < idle}
        self._seen[name] = now
        if last is None or now - last >= idle:
            await self.signed_in(Way.PROXY, name, address)

    async def goes_on(self) -> None:
        """Store what was counted for long enough, and what could not be stored before."""
        now = self._now()
        for told in self._refusals.due(now):
            await self._keep(_act(told))
        is_storing = self._storing is not None and not self._storing.done()
        if self._waiting and not is_storing and (self._again is None or now >= self._again):
            await self._store()

    async def _keep(self, act: Act) -> None:
        if len(self._waiting) >= MOST_WAITING:
            dropped = self._waiting.popleft()
            log.error("sign_in.not_kept", action=dropped.action, at=dropped.at.isoformat())
        self._waiting.append(act)
        await self._store()

    async def _store(self) -> None:
        if self._storing is None or self._storing.done():
            self._storing = asyncio.create_task(self._write())
        done, _ = await asyncio.wait({self._storing}, timeout=PATIENCE_SECONDS)
        for storing in done:
            storing.result()

    async def _write(self) -> None:
        while self._waiting:
            acts = tuple(self._waiting)
            if isinstance(await asyncio.to_thread(self._ask, partial(_noted, acts=acts)), Unread):
                self._again = self._now() + TRIED_AGAIN
                log.warning("sign_in.not_stored_yet", waiting=len(self._waiting))
                return
            stored = set(map(id, acts))
            self._waiting = deque(act for act in self._waiting if id(act) not in stored)
        self._again = None

    def _now(self) -> datetime:
        return self._clock.now().utc


def _noted(accounts: Accounts, acts: Sequence[Act]) -> None:
    accounts.note(acts)


def _act(told: Refused) -> Act:
    where = f"from {told.address}" if told.address else "from many addresses, which are counted together"
    note = f"{_BY[told.way]}, {where}"
    if told.more:
        tries = "1 more try" if told.more == 1 else f"{told.more:,} more tries"
        note = f"{tries} since {told.since:%H:%M} UTC, {note}"
    return Act(told.at, told.name, "dashboard", "sign-in refused", "", note)

"""A house in which an alert fires, its message is on a simulated phone, and somebody taps."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.alerts.alert import Alert
from reconciler.alerts.policy import Detected, Observed
from reconciler.console import Console
from reconciler.facts.finding import Severity
from reconciler.facts.message import ChannelView
from reconciler.notify.message import Message
from reconciler.notify.outbox import AlertCase, Item, Why
from reconciler.notify.phone import Phone
from reconciler.notify.phone_address import TelegramAddress
from reconciler.notify.telegram import TelegramPhone
from reconciler.service.offering import offered
from reconciler.service.replying import Replying
from reconciler.storage.messages import Sent
from reconciler.storage.store import Store
from simulator.messengers.chat import Shown
from simulator.messengers.telegram import SimulatedTelegram
from tests.reconciler.alert_life import finding
from verification.facts.clock import SystemClock

ADA, STRANGER, CHAT = 81, 666, 81
PEOPLE = {str(ADA): "ada"}
PATIENCE = 10.0


@dataclass(slots=True)
class House:
    """One life of a process that hears a phone."""

    url: str
    telegram: SimulatedTelegram
    store: Store
    phone: Phone
    replying: Replying
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def fires(self, symbol: str = "AVL/USDT:USDT") -> Alert:
        """Have an alert fire."""
        now = SystemClock().now().utc
        found = finding(severity=Severity.CRITICAL, symbol=symbol)
        (change,) = await self.store.observe(Observed((Detected(found, now, confirmed=True),)), now=now)
        return change.alert

    async def sent(self, alert: Alert) -> Shown:
        """Send its message; return what the phone shows."""
        await self.sends(alert)
        return self.telegram.messages[-1]

    async def sends(self, alert: Alert) -> None:
        """Send its message as the service does."""
        clock, name = SystemClock(), secrets.token_hex(4)
        now = clock.now().utc
        item = Item(AlertCase(alert, ()), Why.FIRST, alert.version, now)
        title = f"NEW CRITICAL: {alert.key.symbol}"
        message = Message(title, f"{title}\nhttp://x", Severity.CRITICAL, (item,))
        message = await offered(self.store, "phone", name, message, clock)
        answer = await self.phone.send(message)
        sent = Sent(
            name, "phone", message.title, message.body, now, now, 1, answer.said, (), place=answer.place
        )
        await self.store.save_sent({}, sent, ChannelView("phone", now, now))

    def alert(self, number: int) -> Alert:
        """Return an alert as it stands."""
        with Console.open(self.url) as console:
            return console.queries.alert(number).alert

    async def until(self, so: Callable[[], bool]) -> None:
        """Wait until it is so."""
        await until(so)

    def stop(self) -> None:
        """Hear nothing any more."""
        for task in self.tasks:
            task.cancel()


async def until(so: Callable[[], bool]) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(PATIENCE):
        while not so():  # noqa: ASYNC110 - what is waited for is in a database and on sockets
            await asyncio.sleep(0.02)


def living(folder: Path, *lives: Callable[[House], Awaitable[None]]) -> None:
    """Play one life after another, on one state database and one phone."""

    async def played() -> None:
        async with SimulatedTelegram(names={ADA: "Ada", STRANGER: "Mallory"}) as telegram:
            telegram.chats = {CHAT}
            for life in lives:
                await lived(folder, telegram, life)

    asyncio.run(played())


async def lived(
    folder: Path,
    telegram: SimulatedTelegram,
    life: Callable[[House], Awaitable[None]],
    person: int = ADA,
) -> None:
    """Play one life on a phone that is there, in a chat with ada, who has this number."""
    url = f"sqlite:///{folder / 'state.db'}"
    async with Store.open(url) as store:
        phone = TelegramPhone(
            TelegramAddress(telegram.token, str(person)), {str(person): "ada"}, telegram.url
        )
        replying = Replying({"phone": phone}, store, lambda: True, SystemClock())
        house = House(url, telegram, store, phone, replying)
        house.tasks = [asyncio.create_task(replying.run())]
        try:
            await life(house)
            for task in house.tasks:
                if task.done() and not task.cancelled():
                    task.result()
        finally:
            house.stop()
            await asyncio.gather(*house.tasks, return_exceptions=True)
            await phone.close()

"""The house's account beside another one, in the real service on virtual time."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from typing_extensions import override

from reconciler.account.unexpected import EVERY_WORK
from reconciler.account.unit import AccountUnit
from reconciler.account.watch import Rules
from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.retirement import Watched
from reconciler.facts.finding import Kind
from reconciler.ledgers.port import Ledger
from reconciler.serve.open_alerts import OpenAlerts
from reconciler.service.account_runner import AccountRunner
from reconciler.service.alert_log import AlertLog
from reconciler.service.claims import Claims
from reconciler.service.fleet import Fleet
from reconciler.service.notifying import Notifying
from reconciler.service.process import Service
from reconciler.service.retirement import Retiring
from reconciler.service.served_channel import Posting
from reconciler.settings import load
from reconciler.sight.blindness import BlindnessSettings
from reconciler.views.account import CycleView
from tests.reconciler.apscheduler_time import go_by
from tests.reconciler.claimed import HERE
from tests.reconciler.house import House, ScriptedAccount
from tests.reconciler.settings_files import written
from tests.virtual_time import ThreadlessLoop, run
from verification.facts.account import AccountReading
from verification.facts.clock import Clock
from verification.race.pace import Pace
from verification.venues.port import Access
from verification.venues.stream_state import Listener

SOURCES = frozenset({"websocket", "rest", "orders", "conditional_orders"})


class OtherAccount(ScriptedAccount):
    """Holds nothing, and meets errors that nobody expected where it is told to."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.access = Access("other", "scripted", "", "")
        self.broken: set[str] = set()

    def _stumble(self, at: str) -> None:
        if at in self.broken:
            raise TypeError("'NoneType' object is not subscriptable: ?signature=0123")

    @override
    async def connect(self) -> None:
        self._stumble("connect")

    @override
    async def read(self, symbols: frozenset[str] | None = None) -> AccountReading:
        self._stumble("read")
        return dataclasses.replace(await super().read(symbols), account="other")

    @override
    def listen(self, listener: Listener) -> Callable[[], None]:
        self._stumble("listen")
        return super().listen(listener)


class Both:
    """The house, the other account, and what is known of both."""

    def __init__(self, house: House, ledgers: list[Ledger]) -> None:
        self.house = house
        self.other = OtherAccount(house.clock)
        self.unit = AccountUnit(
            self.other,
            ledgers,
            rules=Rules(),
            blindness=BlindnessSettings(),
            pace=Pace(),
            store=house.store,
            clock=house.clock,
        )

    def alert(self, kind: Kind, account: str, what: str | None = None) -> Alert | None:
        """The open alert of a kind that people were told of; None if there is none."""
        told = [state for state in AlertState if state.open and state is not AlertState.PENDING]
        for alert in self.house.console.queries.alerts(states=told):
            if (alert.key.kind, alert.key.account) == (kind, account) and what in {None, alert.key.symbol}:
                return alert
        return None

    def stalled(self) -> list[str]:
        """The accounts that people are told nobody looks at."""
        return [name for name in ("main", "other") if self.alert(Kind.RECONCILER_STALLED, name) is not None]

    def beats(self, account: str) -> bool:
        """Whether an account's heart has beaten in the last seconds."""
        (watch,) = [one for one in self.house.console.queries.watches() if one.account == account]
        at = watch.heartbeat.at
        return at is not None and (self.house.clock.now().utc - at).total_seconds() < 4

    def cycle(self, account: str) -> CycleView:
        """What the last pass over an account came to."""
        (cycle,) = [one for one in self.house.console.queries.now().cycles if one.account == account]
        return cycle


def serve(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    story: Callable[[Both], Awaitable[None]],
    *,
    ledgers: Callable[[House], list[Ledger]] = lambda _: [],
    loop: ThreadlessLoop | None = None,
) -> None:
    """Run the service for both accounts beside a story; that the service ends first is an error."""

    async def whole() -> None:
        house = House(folder)
        go_by(house.clock, monkeypatch)
        with house._open():
            both = Both(house, ledgers(house))
            settings = load(written(folder), venues=False)
            claims = Claims(house.store, HERE, house.clock)
            runners = [
                AccountRunner(
                    account,
                    lambda _, unit=unit: unit,  # type: ignore[misc]
                    claims,
                    house.clock,
                    interval=settings.checks.interval,
                    watched=Watched(account, frozenset({"mine"}), SOURCES, EVERY_WORK),
                )
                for account, unit in (("main", house.unit), ("other", both.unit))
            ]
            retiring = Retiring(house.store, claims, HERE, settings.accounts, house.clock)
            nobody = Posting((), "", frozenset())
            notifying = Notifying(nobody, house.store, claims, list, house.clock)
            fleet = Fleet(runners, settings.sweep_every)
            open_alerts = OpenAlerts(house.store.open_alerts, house.clock)
            service = Service(
                settings.keep,
                fleet,
                house.store,
                house.clock,
                retiring=retiring,
                notifying=notifying,
                alert_log=AlertLog(house.store, open_alerts, look_again=fleet.look_again),
                server=None,
            )
            stop = asyncio.Event()
            running = asyncio.create_task(service.run(stop))
            telling = asyncio.ensure_future(story(both))
            try:
                await asyncio.wait({running, telling}, return_when=asyncio.FIRST_COMPLETED)
                assert telling.done(), f"the service has ended: {running}"
            finally:
                stop.set()
                telling.cancel()
                endings = await asyncio.gather(running, telling, return_exceptions=True)
                await service.close()
            for ending in endings:
                if isinstance(ending, Exception):
                    raise ending

    run(whole(), loop or ThreadlessLoop())

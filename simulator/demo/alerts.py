"""Follows the alerts of the demo through the state database: tells each change, and waits for one."""

import asyncio
from collections.abc import Callable

from reconciler.alerts.alert import Alert, AlertState
from reconciler.console import Console, StateDatabaseError
from reconciler.facts.finding import Kind
from simulator.demo.narrator import Narrator

POLL_SECONDS = 0.2
VISIBLE = frozenset(AlertState) - {AlertState.PENDING}


class AlertFollower:
    """Looks at the alerts several times a second."""

    def __init__(self, open_console: Callable[[], Console], narrator: Narrator) -> None:
        """The state database may not exist yet; it is opened when it does."""
        self._open = open_console
        self._narrator = narrator
        self._states: dict[int, AlertState] = {}
        self._alerts: dict[int, Alert] = {}
        self._changed = asyncio.Condition()

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                with self._open() as console:
                    while True:
                        await self._look(console)
                        await asyncio.sleep(POLL_SECONDS)
            except StateDatabaseError:
                await asyncio.sleep(
                    POLL_SECONDS
                )  # not there yet, or busy: the story waits, it concludes nothing

    async def fired(self, kinds: frozenset[Kind], symbol: str, seconds: float) -> Alert | None:
        """Wait until an alert of one of these kinds is open for a symbol; None if it did not come in time."""
        return await self._wait(
            lambda alert: alert.key.kind in kinds and alert.key.symbol == symbol and alert.state.open, seconds
        )

    async def resolved(self, alert: Alert, seconds: float) -> bool:
        """Wait until an alert is resolved; False if it was not in time."""
        found = await self._wait(
            lambda other: other.id == alert.id and other.state is AlertState.RESOLVED, seconds
        )
        return found is not None

    async def _wait(self, wanted: Callable[[Alert], bool], seconds: float) -> Alert | None:
        try:
            async with asyncio.timeout(seconds), self._changed:
                while True:
                    for alert in self._alerts.values():
                        if wanted(alert):
                            return alert
                    await self._changed.wait()
        except TimeoutError:
            return None

    async def _look(self, console: Console) -> None:
        alerts = await asyncio.to_thread(console.queries.alerts, states=VISIBLE)
        async with self._changed:
            for alert in reversed(alerts):
                self._tell(alert)
                self._alerts[alert.id] = alert
            self._changed.notify_all()

    def _tell(self, alert: Alert) -> None:
        before = self._states.get(alert.id)
        self._states[alert.id] = alert.state
        if before is alert.state:
            return
        name = f"{str(alert.key.kind).replace('_', ' ')}, {alert.key.symbol}"
        if alert.state is AlertState.FIRING and before is None:
            self._narrator.alert(f"{name}: {alert.reason}")
        elif alert.state is AlertState.ACKNOWLEDGED and alert.acknowledgement is not None:
            given = alert.acknowledgement
            self._narrator.say(f"{name}: acknowledged by {given.by}: {given.note}")
        elif alert.state is AlertState.RESOLVED:
            self._narrator.well(f"{name}: resolved")

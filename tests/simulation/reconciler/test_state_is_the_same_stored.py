"""What the worlds keep in memory, the state database keeps too: the same decisions, alert by alert."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from typing_extensions import override

from reconciler.alerts.alert import Alert
from reconciler.alerts.event import AlertSettings, Observed
from reconciler.alerts.said import Acknowledge
from reconciler.storage import persons
from reconciler.storage.alerts import Change
from reconciler.storage.database import Database
from reconciler.storage.store import Store
from tests.reconciler.house import InlineWriter
from tests.simulation.reconciler.drawing import watched_plan_of
from tests.simulation.reconciler.episode import WatchedVariant, play_watched
from tests.simulation.reconciler.state import MemoryStore
from verification.facts.clock import Clock

WORLDS = (13, 14)


class StoredToo(MemoryStore):
    """Keeps everything in a real state database as well, and notes where they part."""

    folder: Path

    @override
    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        database = Database.open(f"sqlite:///{self.folder / 'state.db'}", create=True)
        self.database = Store(database)
        self.database._writer.close()
        self.database._writer = self.writer = InlineWriter(database)
        self.apart: list[str] = []
        self.compared = 0

    @override
    async def open_alerts(self, accounts: Collection[str] | None = None) -> tuple[Alert, ...]:
        remembered, stored = await super().open_alerts(accounts), await self.database.open_alerts(accounts)
        self._compare(remembered, stored)
        return remembered

    @override
    async def observe(self, observed: Observed, *, now: datetime) -> tuple[Change, ...]:
        await self._write("observed")
        stored = await self.database.observe(observed, now=now)
        changes = self._observe(observed, now)
        self._compare([each.alert for each in changes], [each.alert for each in stored])
        await self.life.ended()
        return changes

    @override
    async def acknowledge(self, alert: Alert, person: Acknowledge, *, now: datetime) -> None:
        await self.writer.do(
            lambda connection: persons.say(connection, alert.id, person, AlertSettings(), now=now)
        )
        await super().acknowledge(alert, person, now=now)

    def _compare(self, remembered: Collection[Alert], stored: Collection[Alert]) -> None:
        self.compared += len(stored)
        if sorted(remembered, key=_number) != sorted(stored, key=_number):
            self.apart.append(f"remembered {remembered}, stored {stored}")


def _number(alert: Alert) -> int:
    return alert.id


def test_worlds_are_the_same_in_memory_and_stored(tmp_path: Path) -> None:
    compared = 0
    for seed in WORLDS:
        folder = tmp_path / str(seed)
        folder.mkdir()
        there = WatchedVariant("stored", store=type("Here", (StoredToo,), {"folder": folder}))
        stored = play_watched(watched_plan_of(seed), there)
        store = stored.store
        assert isinstance(store, StoredToo)
        store.writer.close()
        store.database._database.close()
        assert not stored.broken
        assert not store.apart, f"seed {seed}: {store.apart[0]}"
        compared += store.compared
        in_memory = play_watched(watched_plan_of(seed))
        assert [_what(each.after) for each in in_memory.diary] == [_what(each.after) for each in stored.diary]
    assert compared > 50


def _what(alert: Alert) -> tuple[object, ...]:
    return alert.key, alert.state, alert.severity, alert.expected, alert.observed

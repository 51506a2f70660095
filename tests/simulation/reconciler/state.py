"""The state database of a world, in memory: the real alert policy, without its tables; all of it is kept.

The tables have tests of their own, and some worlds are played on both (`test_state_is_the_same_stored.py`).
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from typing_extensions import override

from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.event import AlertSettings, Decision, Detected, Earlier, Event, Expire, Observed
from reconciler.alerts.policy import decide
from reconciler.alerts.said import Acknowledge
from reconciler.facts.change import Change, Explained
from reconciler.facts.finding import FindingKey
from reconciler.storage import alerts
from reconciler.storage.change_store import KeptChanges
from reconciler.storage.changes import Counting, Key
from reconciler.storage.store import Store
from reconciler.views.account import CycleView, PositionView, SourceView
from reconciler.views.verification import VerificationView
from tests.simulation.reconciler.life import Life
from verification.facts.clock import Clock
from verification.latency.sample import LatencySample

WRITE_SECONDS = 0.001


@dataclass(frozen=True, slots=True)
class Entry:
    """One recorded change in the life of an alert.

    Attributes:
        at: When, in seconds of the world.
        before: The alert before; None for a new episode.
        after: The alert as it is from now on.
    """

    at: float
    before: Alert | None
    after: Alert
    decision: Decision


class MemoryChanges:
    """What has changed legs; it outlives the reconciler too."""

    def __init__(self, store: "MemoryStore") -> None:
        self._store = store
        self.kept: dict[Key, Change] = {}
        self.counting: Counting | None = None

    async def save(
        self, account: str, news: Sequence[Change], dropped: Collection[Key], counting: Counting
    ) -> None:
        del account
        await self._store.writes("changes")
        for key in dropped:
            self.kept.pop(key, None)
        self.kept |= {each.key: each for each in news}
        before = () if self.counting is None else self.counting.marks
        marks = {each.symbol: each for each in (*before, *counting.marks)}
        self.counting = replace(counting, marks=tuple(marks.values()))
        await self._store.life.ended()

    async def counted(self, account: str) -> tuple[Counting | None, list[Change]]:
        del account
        return self.counting, list(self.kept.values())

    async def explained(self, account: str, *, now: datetime) -> Explained:
        del now
        counts = Counter(each.who.by for each in self.kept.values())
        return Explained(account, None if self.counting is None else self.counting.since, counts)


class MemoryStore(Store):
    """What `Store` keeps in tables; it outlives the reconciler."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._settings = AlertSettings()
        self.hears: Callable[[Entry], None] = lambda _: None
        self.life = Life(clock, None)
        self.alerts: dict[int, Alert] = {}
        self.diary: list[Entry] = []
        self.cycles: list[tuple[float, CycleView]] = []
        self.positions: list[tuple[float, tuple[PositionView, ...]]] = []
        self.stored: dict[tuple[Any, ...], tuple[VerificationView, str]] = {}
        self.told_changes = MemoryChanges(self)

    def restarted(self, life: Life) -> None:
        """Be told that a new process has opened the database."""
        self.life = life

    @override
    async def open_alerts(self, accounts: Collection[str] | None = None) -> tuple[Alert, ...]:
        return tuple(self._open().values())

    @override
    async def observe(self, observed: Observed, *, now: datetime) -> tuple[alerts.Change, ...]:
        await self._write("observed")
        changes = self._observe(observed, now)
        await self.life.ended()
        return changes

    def _observe(self, observed: Observed, now: datetime) -> tuple[alerts.Change, ...]:
        due = [
            (alert.key, Expire(now))
            for alert in self.alerts.values()
            if alert.state is AlertState.ACKNOWLEDGED
            and alert.acknowledgement is not None
            and alert.acknowledgement.until <= now
        ]
        return self._take([*due, *_events(observed)], now)

    async def acknowledge(self, alert: Alert, person: Acknowledge, *, now: datetime) -> None:
        """Do what the console does when a person acknowledges an alert."""
        self._take([(alert.key, person)], now)

    def _take(self, events: Sequence[tuple[FindingKey, Event]], now: datetime) -> tuple[alerts.Change, ...]:
        changes = []
        current = self._open()
        for key, event in events:
            alert = current.get(key)
            heard = alert is not None and alert.state is not AlertState.PENDING
            told = event
            if isinstance(event, Detected) and not heard:
                told = replace(event, before=self._before(key, now))
            decision = decide(alert, told, self._settings, now=now)
            if decision.after is not None:
                change = self._keep(alert, decision)
                current[key] = change.alert
                changes.append(change)
        return tuple(changes)

    def _keep(self, before: Alert | None, decision: Decision) -> alerts.Change:
        after = decision.after
        assert after is not None
        if after.id == 0:
            after = replace(after, id=len(self.alerts) + 1)
        self.alerts[after.id] = after
        entry = Entry(self._clock.now().monotonic, before, after, decision)
        self.diary.append(entry)
        self.hears(entry)
        return alerts.Change(after, decision)

    def _open(self) -> dict[FindingKey, Alert]:
        return {alert.key: alert for alert in self.alerts.values() if alert.state.open}

    def _before(self, key: FindingKey, now: datetime) -> Earlier:
        told = [each for each in self.alerts.values() if each.key == key and each.fired_at is not None]
        resolved = [
            each.resolved_at for each in told if each.state is AlertState.RESOLVED and each.resolved_at
        ]
        since = now - self._settings.flapping_within
        fired = [each for each in told if each.fired_at is not None and each.fired_at >= since]
        return Earlier(resolved=max(resolved, default=None), fired=len(fired))

    @override
    async def save_cycle(self, cycle: CycleView) -> None:
        await self._write("cycle")
        self.cycles.append((self._clock.now().monotonic, cycle))
        await self.life.ended()

    @override
    async def save_positions(
        self, account: str, positions: Sequence[PositionView], *, symbols: Collection[str] | None = None
    ) -> None:
        await self._write("positions")
        self.positions.append((self._clock.now().monotonic, tuple(positions)))
        await self.life.ended()

    @override
    async def save_sources(self, sources: Sequence[SourceView]) -> None:
        await self._write("sources")

    @override
    async def save_verification(self, view: VerificationView, evidence: str = "[]") -> int:
        await self._write("verification")
        key = (view.symbol, view.leg, view.question, view.asked_by, view.order_id, view.asked_at)
        known = self.stored.get(key)
        number = len(self.stored) + 1 if known is None else known[0].id
        open_ended = {"unknown", "resting"}
        if known is None or known[0].verdict in open_ended or view.verdict not in open_ended:
            self.stored[key] = (replace(view, id=number), evidence)
        await self.life.ended()
        return number

    @override
    async def verifications(
        self, account: str, *, since: datetime, after: int = 0, asked_by: str | None = None
    ) -> tuple[tuple[VerificationView, str], ...]:
        return tuple(
            each
            for each in self.stored.values()
            if each[0].id > after and each[0].asked_at >= since and asked_by in {None, each[0].asked_by}
        )

    @override
    async def resting(self, account: str) -> tuple[tuple[VerificationView, str], ...]:
        return tuple(each for each in self.stored.values() if each[0].verdict == "resting")

    @property
    @override
    def changes(self) -> KeptChanges:
        return self.told_changes

    @override
    async def add_latency(self, samples: Sequence[LatencySample]) -> None:
        await self._write("latency")

    async def writes(self, what: str) -> None:
        """Begin a write, in the middle of which the process may be killed."""
        await self._write(what)

    async def _write(self, what: str) -> None:
        await self.life.begins(what)
        await self._clock.sleep(WRITE_SECONDS)

    @override
    async def close(self) -> None:
        return


def _events(observed: Observed) -> list[tuple[FindingKey, Event]]:
    """Return what a look said in the order in which it is taken: found before not seen before gone."""
    found: dict[FindingKey, Event] = {each.finding.identity: each for each in observed.detected}
    unknown: dict[FindingKey, Event] = {
        key: event for key, event in observed.unknown.items() if key not in found
    }
    clear: list[tuple[FindingKey, Event]] = [
        (key, event) for key, event in observed.clear.items() if key not in found and key not in unknown
    ]
    return [*found.items(), *unknown.items(), *clear]

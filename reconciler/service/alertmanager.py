"""Tells an Alertmanager of every open alert, again and again, and of what is over. Called by the schedule."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import orjson
import structlog

from reconciler.alerts.alert import Alert
from reconciler.facts.message import ChannelView
from reconciler.facts.silence import Silence
from reconciler.notify.alertmanager_body import posted
from reconciler.notify.answer import Answer, pause
from reconciler.notify.channel import Channel
from reconciler.notify.phone import Got, Line, said_of
from reconciler.notify.text import printable
from reconciler.serve.open_alerts import OpenAlerts
from reconciler.service.channel_alarm import ChannelAlarm
from reconciler.storage.errors import LeaseLost
from reconciler.storage.held_store import HeldStore
from reconciler.storage.store import Store
from verification.facts.clock import Clock

NAME = "alertmanager"
AGAIN_SECONDS = 60.0
"""How often it is told all anew: it forgets what it hears on a start without its disk."""

POST_SECONDS = 10.0
READ_SECONDS = 15.0
"""Alerts that were read longer ago say nothing of what is over."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Manager:
    """Where it is, what we call ourselves there, and what the links begin with."""

    url: str
    name: str
    link: str


class Alertmanaging:
    """Keeps what an Alertmanager holds of us as it is."""

    def __init__(
        self,
        manager: Manager,
        store: Store,
        alerts: OpenAlerts,
        held: Callable[[], Collection[HeldStore]],
        clock: Clock,
        *,
        others: bool,
    ) -> None:
        """Nothing is told yet.

        Args:
            manager: Where.
            store: Where it stands what is quiet, and where its failures are told.
            alerts: The open alerts, in memory.
            held: Says which accounts are ours at the moment.
            clock: Where time comes from.
            others: People are told on channels, too.
        """
        self._manager = manager
        self._base = f"{manager.url.rstrip('/')}/api/v2/alerts"
        self._silences_at = f"{manager.url.rstrip('/')}/api/v2/silences"
        self._store = store
        self._alerts = alerts
        self._held = held
        self._clock = clock
        self._others = others
        self._line = Line()
        self._alarm = ChannelAlarm(store, clock)
        self._state: ChannelView | None = None
        self._due = 0.0
        self._last: frozenset[tuple[Any, ...]] = frozenset()
        self._shown: dict[int, Silence] | None = None  # what an earlier process has stored is not known

    async def look(self) -> None:
        """Tell it of what has changed, or of all where that was long ago.

        Raises:
            StateDatabaseError: The state database could not be used.
        """
        held = {store.lease.account: store for store in self._held()}
        now = self._clock.now()
        if not held:
            return
        state = self._state
        if state is not None and state.failing_since is not None and now.monotonic < self._due:
            return  # it is left alone
        read_at = self._alerts.read_at
        if read_at is None or now.monotonic - read_at.monotonic > READ_SECONDS:
            return  # what is open is not known: what was told holds for days
        alerts = [each for each in self._alerts.alerts if each.key.account in held]
        marks = frozenset(map(_mark, alerts))
        if now.monotonic < self._due and marks == self._last:
            return
        answer = await self._tell(alerts, held)
        if answer is not None:
            await self._note(answer, marks, held)

    async def close(self) -> None:
        """End what is left of it."""
        await self._line.close()

    async def _tell(self, alerts: Collection[Alert], held: Mapping[str, HeldStore]) -> Answer | None:
        now = self._clock.now()
        asked = urlencode({"filter": f'trueup="{self._manager.name}"', "active": "true", "silenced": "true"})
        listed = await self._line.get(f"{self._base}?{asked}", POST_SECONDS)
        if not _is_well(listed):
            return self._answer(listed)
        rows = _rows(listed.lines)
        if rows is None:
            return Answer(taken=False, said="what it lists as its alerts cannot be read")
        await self._show(await self._silences(rows), held)
        told = posted(
            alerts,
            rows,
            ours=held.keys(),
            quiet=(await self._store.quiet(now=now.utc)).keys(),
            name=self._manager.name,
            now=now.utc,
            link=self._manager.link,
        )
        if not told:
            return _NOTHING
        if any(store.may_be_anothers for store in held.values()):
            return None  # we stood still meanwhile: whoever has the account by now tells of it
        body = orjson.dumps(told)
        return self._answer(await self._line.post_bytes(self._base, body, {}, POST_SECONDS))

    async def _show(self, silences: dict[int, Silence], held: Mapping[str, HeldStore]) -> None:
        """Have them shown: by the API from memory, by the screens from what is stored."""
        self._alerts.silences = silences
        if self._shown != silences:
            ours = {each.id for each in self._alerts.alerts if each.key.account in held}
            await self._store.save_silences(
                list(held), {number: each for number, each in silences.items() if number in ours}
            )
            self._shown = silences

    async def _silences(self, rows: Collection[Mapping[str, Any]]) -> dict[int, Silence]:
        """Return who has silenced which of our alerts there, as far as it says so."""
        asked = [(row["labels"].get("alert", ""), _silencers(row)) for row in rows]
        if not any(names for _, names in asked):
            return {}
        listed = await self._line.get(self._silences_at, POST_SECONDS)
        if not _is_well(listed):
            return dict(self._alerts.silences)  # by whom is not told now: what it said last stands
        known = silences_of(listed.lines)
        return {
            int(number): known[name]
            for number, names in asked
            for name in names
            if name in known and number.isdecimal()
        }

    async def _note(
        self, answer: Answer, marks: frozenset[tuple[Any, ...]], held: Mapping[str, HeldStore]
    ) -> None:
        now, channel = self._clock.now(), Channel(NAME)
        state = self._state or ChannelView(NAME, now.utc, now.utc)
        try:
            if answer.taken:
                failed_before = state.failing_since is not None
                self._state = ChannelView(NAME, state.since, now.utc, now.utc, said=answer.said)
                self._last, self._due = marks, now.monotonic + AGAIN_SECONDS
                await self._alarm.well(channel, held, known_bad=failed_before)
                return
            failures = state.failures if answer.busy else state.failures + 1
            wait = pause(answer, max(1, failures))
            self._due = now.monotonic + wait.total_seconds()
            since = state.failing_since or now.utc
            self._state = replace(state, at=now.utc, failing_since=since, failures=failures, said=answer.said)
            log.warning("alertmanager.not_taken", said=answer.said, again_in=f"{wait.total_seconds():.0f} s")
            await self._alarm.failing(channel, self._state, answer, held, others=self._others)
        except LeaseLost:
            return  # whoever has the account now tells it

    def _answer(self, got: Got) -> Answer:
        return Answer(_is_well(got), said_of(got, self._manager.url), got.status or None, got.wait)


_NOTHING = Answer(taken=True, said="nothing to tell")


def _is_well(got: Got) -> bool:
    return 200 <= got.status < 300  # noqa: PLR2004 - what HTTP calls success


def _rows(body: bytes) -> list[dict[str, Any]] | None:
    """Return the alerts that it lists; None where that is no such list, of which nothing follows."""
    try:
        rows = orjson.loads(body)
    except ValueError:
        return None
    return rows if isinstance(rows, list) and all(map(_is_row, rows)) else None


def _is_row(row: object) -> bool:
    if not isinstance(row, dict) or not isinstance(row.get("labels"), dict):
        return False
    try:
        return datetime.fromisoformat(row["startsAt"]).tzinfo is not None
    except (KeyError, TypeError, ValueError):
        return False


def _silencers(row: Mapping[str, Any]) -> list[str]:
    status = row.get("status")
    names = status.get("silencedBy") if isinstance(status, dict) else None
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def silences_of(body: bytes) -> dict[str, Silence]:
    """Return the silences of an Alertmanager's list, by their names; what cannot be read is left out."""
    found = {}
    try:
        rows = orjson.loads(body)
    except ValueError:
        return {}
    for row in rows if isinstance(rows, list) else ():
        try:
            until = datetime.fromisoformat(row["endsAt"]).astimezone(UTC)
            found[row["id"]] = Silence(printable(row["createdBy"]), until, printable(row["comment"]))
        except (KeyError, TypeError, ValueError):
            continue
    return found


def _mark(alert: Alert) -> tuple[Any, ...]:
    return (alert.id, alert.version)

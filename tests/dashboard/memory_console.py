"""A console in memory that keeps the rules of the real one, for pages drawn without a database."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from reconciler.alerts.alert import Acknowledgement, Alert, AlertState, HoldKind
from reconciler.alerts.errors import AlertNotFound, NameRequired, NoteRequired
from reconciler.alerts.quiet import Window, quiet
from reconciler.console import Answer, Console, Seen
from reconciler.facts.change import Change, Explained
from reconciler.facts.finding import Kind, Severity
from reconciler.facts.heartbeat import WatchView
from reconciler.facts.message import ChannelView, MessageView, ReplyView
from reconciler.facts.silence import Silence
from reconciler.facts.token import Role, Token
from reconciler.storage.accounts import StoredAccounts
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.views.account import PositionView
from reconciler.views.alert import AlertView, ChangesView
from reconciler.views.alert_list import AlertFilter, AlertListView
from reconciler.views.alert_story import AlertStory
from reconciler.views.latency import LatencyView
from reconciler.views.now import NowView
from reconciler.views.verification import VerificationView
from tests.dashboard import drawn, listed
from tests.dashboard.memory_insight import MemoryInsight


class NoTokens:
    """The screens have nothing to do with tokens."""

    def new(self, *, role: Role, name: str, groups: object = None) -> tuple[Token, str]:
        del groups
        raise AssertionError(f"a screen makes no token ({role} {name})")

    def every(self) -> tuple[Token, ...]:
        raise AssertionError("a screen lists no tokens")

    def revoke(self, token_id: int) -> Token:
        raise AssertionError(f"a screen revokes no token ({token_id})")


class NoAccounts(StoredAccounts):
    """The pages have nothing to do with accounts: the gate has."""

    def __init__(self) -> None:
        """Have no database: whatever is asked fails."""


@dataclass
class MemoryChanges:
    """What has changed, by account and in all."""

    shares: tuple[Explained, ...] = ()
    made: tuple[Change, ...] = ()
    broken: str = ""

    def explained(self) -> tuple[Explained, ...]:
        self._read()
        return self.shares

    def of(self, account: str, symbol: str) -> tuple[Change, ...]:
        self._read()
        return tuple(each for each in self.made if each.symbol == symbol)

    def _read(self) -> None:
        if self.broken:
            raise StateDatabaseError(StateTrouble.CORRUPT, self.broken)


@dataclass
class Memory:
    """Holds what the screens are told. `broken` makes every read fail with that line.

    `answers` is what a person is told who acknowledges an alert.
    """

    view: NowView = field(default_factory=drawn.view)
    legs: tuple[PositionView, ...] = ()
    silences: dict[int, Silence] = field(default_factory=dict)
    messages: tuple[MessageView, ...] = ()
    stories: dict[int, AlertStory] = field(default_factory=dict)
    series: tuple[LatencyView, ...] = ()
    verified: tuple[VerificationView, ...] = ()
    broken: str = ""
    refuses_writes: str = ""
    told: list[dict[str, object]] = field(default_factory=list)
    words: list[dict[str, object]] = field(default_factory=list)
    seen: list[Seen | None] = field(default_factory=list)
    answers: str = ""
    insight: MemoryInsight = field(default_factory=MemoryInsight)
    changed: MemoryChanges = field(default_factory=MemoryChanges)
    tried: list[tuple[str, str]] = field(default_factory=list)

    def try_channel(self, channel: str, *, by: str) -> int:
        if self.refuses_writes:
            raise StateDatabaseError(StateTrouble.LOCKED, self.refuses_writes)
        self.tried.append((channel, by))
        return len(self.tried)

    def console(self) -> Console:
        self.insight.broken = self.broken
        return Console(
            queries=self,
            commands=self,
            tokens=NoTokens(),
            accounts=NoAccounts(),
            insight=self.insight,
            changes=self.changed,
        )

    def now(self) -> NowView:
        self._read()
        return self.view

    def alerts(
        self,
        *,
        states: Collection[AlertState] | None = None,
        kinds: Collection[Kind] | None = None,
        accounts: Collection[str] | None = None,
        limit: int = 200,
        offset: int = 0,
    ) -> tuple[Alert, ...]:
        self._read()
        found = [
            alert
            for alert in self._all()
            if (states is None or alert.state in states)
            and (kinds is None or alert.key.kind in kinds)
            and (accounts is None or alert.key.account in accounts)
        ]
        return tuple(found[offset : offset + limit])

    def alert(self, alert_id: int) -> AlertView:
        self._read()
        alert = self._one(alert_id)
        return replace(
            drawn.history(alert),
            messages=self.messages,
            quiet=self.view.quiet.get(alert_id),
            silenced=self.silences.get(alert_id),
        )

    def alert_list(self, wanted: AlertFilter, *, limit: int | None = 50, offset: int = 0) -> AlertListView:
        self._read()
        fits = [alert for alert in self._all() if listed.fits(alert, wanted)]
        page = fits[offset : None if limit is None else offset + limit]
        quieted = {each.id: self.view.quiet[each.id] for each in page if each.id in self.view.quiet}
        counts = listed.facets(self._all(), wanted)
        return AlertListView(self.view.read_at, tuple(page), len(fits), counts, quieted)

    def alerts_numbered(self, numbers: Collection[int]) -> tuple[Alert, ...]:
        self._read()
        return tuple(alert for alert in self._all() if alert.id in numbers)

    def story(self, alert: Alert) -> AlertStory:
        self._read()
        return self.stories.get(alert.id, AlertStory())

    def positions(self) -> tuple[PositionView, ...]:
        self._read()
        return self.legs

    def latency(
        self, period: timedelta, bucket: timedelta, *, account: str | None = None
    ) -> tuple[LatencyView, ...]:
        self._read()
        return self.series

    def verifications(
        self, *, limit: int = 100, offset: int = 0, accounts: Collection[str] | None = None
    ) -> tuple[VerificationView, ...]:
        self._read()
        return tuple(each for each in self.verified if accounts is None or each.account in accounts)[:limit]

    def channels(self) -> tuple[ChannelView, ...]:
        self._read()
        return self.view.channels

    def replies(self) -> tuple[ReplyView, ...]:
        return ()

    def windows(self) -> tuple[Window, ...]:
        self._read()
        return self.view.windows

    def watches(self) -> tuple[WatchView, ...]:
        self._read()
        return self.view.watches

    def changes(self, after: int | None) -> ChangesView:
        self._read()
        return ChangesView(len(self.told), shown=after is not None and after != len(self.told))

    def version(self) -> str:
        self._read()
        return str(len(self.told))

    def acknowledge(
        self,
        alert_id: int,
        *,
        by: str,
        note: str,
        origin: str,
        seen: Seen | None = None,
        until: datetime | None = None,
    ) -> Answer:
        found = self._told("acknowledge", alert_id, by, note, origin=origin, seen=seen, until=until)
        given = Acknowledgement(
            by=by,
            at=drawn.NOW,
            note=note,
            until=until or drawn.NOW + timedelta(minutes=15),
            severity=found.severity,
            exposure=found.exposure,
        )
        return self._is(replace(found, state=AlertState.ACKNOWLEDGED, acknowledgement=given))

    def snooze(
        self,
        alert_id: int,
        *,
        by: str,
        note: str,
        origin: str,
        seen: Seen | None = None,
        until: datetime | None = None,
    ) -> Answer:
        found = self._told("snooze", alert_id, by, note, origin=origin, seen=seen, until=until)
        return self._is(replace(found, hold=drawn.hold(found, HoldKind.SNOOZED, until, by=by, note=note)))

    def intend(
        self,
        alert_id: int,
        *,
        by: str,
        note: str,
        origin: str,
        seen: Seen | None = None,
        until: datetime | None = None,
        surplus: Decimal | None = None,
    ) -> Answer:
        found = self._told(
            "intend", alert_id, by, note, origin=origin, seen=seen, until=until, surplus=surplus
        )
        return self._is(replace(found, hold=drawn.hold(found, HoldKind.INTENDED, until, by=by, note=note)))

    def close(self, alert_id: int, *, by: str, note: str, origin: str, seen: Seen | None = None) -> Answer:
        found = self._told("close", alert_id, by, note, origin=origin, seen=seen, until=None)
        over = replace(
            found, state=AlertState.CLOSED, closed_by=by, closed_because=note, resolved_at=drawn.NOW
        )
        alerts = tuple(alert for alert in self.view.alerts if alert.id != alert_id)
        self.view = replace(self.view, alerts=alerts, resolved=(over, *self.view.resolved))
        return Answer(over, self.answers)

    def note(self, alert_id: int, *, by: str, note: str, origin: str) -> Answer:
        return Answer(
            self._told("note", alert_id, by, note, origin=origin, seen=None, until=None), self.answers
        )

    def check_again(self, alert_id: int, *, by: str, origin: str) -> Answer:
        found = self._one(alert_id)
        self.told.append({"id": alert_id, "by": by, "note": "", "origin": origin})
        self.words.append({"what": "check_again", "until": None})
        return Answer(found, self.answers)

    def begin_maintenance(
        self, account: str, *, by: str, note: str, origin: str, until: datetime | None = None
    ) -> Window:
        end = until or drawn.NOW + timedelta(hours=1)
        window = Window(len(self.view.windows) + 1, account, by, f"{note} ({origin})", drawn.NOW, end)
        self.view = replace(self.view, windows=(*self.view.windows, window))
        return window

    def end_maintenance(self, account: str, *, by: str) -> Window:
        (window,) = (each for each in self.view.windows if each.account == account)
        self.view = replace(self.view, windows=())
        return replace(window, ended_at=drawn.NOW, ended_by=by)

    def _told(
        self,
        what: str,
        alert_id: int,
        by: str,
        note: str,
        *,
        origin: str,
        seen: Seen | None,
        until: datetime | None,
        **more: object,
    ) -> Alert:
        if self.refuses_writes:
            raise StateDatabaseError(StateTrouble.FULL, self.refuses_writes)
        found = self._one(alert_id)
        if not by:
            raise NameRequired("An acknowledgement needs a name.")
        if found.severity is Severity.CRITICAL and not note:
            raise NoteRequired("A critical alert needs a note.")
        self.told.append({"id": alert_id, "by": by, "note": note, "origin": origin})
        self.words.append({"what": what, "until": until, **more})
        self.seen.append(seen)
        return found

    def _is(self, done: Alert) -> Answer:
        alerts = tuple(done if alert.id == done.id else alert for alert in self.view.alerts)
        self.view = replace(self.view, alerts=alerts, quiet=quiet(alerts, self.view.windows, now=drawn.NOW))
        return Answer(done, self.answers)

    def _all(self) -> tuple[Alert, ...]:
        return (*self.view.alerts, *self.view.resolved)

    def _one(self, alert_id: int) -> Alert:
        for alert in self._all():
            if alert.id == alert_id:
                return alert
        raise AlertNotFound(f"There is no alert {alert_id}.")

    def _read(self) -> None:
        if self.broken:
            raise StateDatabaseError(StateTrouble.LOCKED, self.broken, again=True)

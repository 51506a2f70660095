"""What screens and the command line ask of the state database; each answer is one read transaction."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.errors import AlertNotFound
from reconciler.alerts.quiet import Quiet, Window, quiet
from reconciler.alerts.runbook import steps_for
from reconciler.facts.finding import Kind
from reconciler.facts.heartbeat import WatchView
from reconciler.facts.message import ChannelView, ReplyView
from reconciler.storage import account_queries, alert_queries, alert_search
from reconciler.storage.alert_stories import story
from reconciler.storage.database import Database
from reconciler.storage.decisions import ALERT, IS_OPEN, TRANSITION
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.storage.groups import accounts_in, is_one_of
from reconciler.storage.latency import p95_by_source, read_latency
from reconciler.storage.leases import LEASE, watches
from reconciler.storage.maintenance import WINDOW, windows
from reconciler.storage.mapping import (
    alert_of,
    transition_of,
    verification_of,
)
from reconciler.storage.messages import CHANNEL, channels, messages_about
from reconciler.storage.readable import needed, readable, unknown_position
from reconciler.storage.records import CYCLE, POSITION, SOURCE, VERIFICATION
from reconciler.storage.replies import replies
from reconciler.storage.silences import silence_of
from reconciler.storage.today_queries import today
from reconciler.views.account import PositionView
from reconciler.views.alert import AlertView, ChangesView
from reconciler.views.alert_list import AlertFilter, AlertListView
from reconciler.views.alert_story import AlertStory
from reconciler.views.latency import LatencyView
from reconciler.views.now import NowView
from reconciler.views.verification import VerificationView
from verification.facts.clock import Clock
from verification.latency.sample import Measure

_LAG_PERIOD = timedelta(hours=1)
_LAG_BUCKET = timedelta(minutes=5)

log = structlog.get_logger()


class StoredQueries:
    """`console.Queries` on the state database."""

    def __init__(self, database: Database, clock: Clock, groups: frozenset[str] | None = None) -> None:
        """`clock` is where `now` comes from; `groups`: of the accounts in these alone, None for all."""
        self._database = database
        self._clock = clock
        self._groups = groups
        self._known_unread: set[str] = set()

    def now(self) -> NowView:
        """Return what the first page and the strip need."""
        with self._database.read() as connection, needed():
            # After the transaction has begun, or a fact in it could be younger than "now".
            every = watches(connection, self._database.file, wall=self._clock.now().utc)
            read_at = self._clock.now().utc
            only = self._only(connection)
            watched = [each for each in every if only is None or each[0].account in only]
            looked = {watch.account: each for watch, each in watched}
            lag = read_latency(
                connection,
                _LAG_PERIOD,
                _LAG_BUCKET,
                account=None,
                now=read_at,
                measure=Measure.VISIBILITY_LAG,
                only=only,
            )
            cycles, unread_cycles = account_queries.cycles(connection, looked, only)
            sources, unread_sources = account_queries.sources(connection, looked, only)
            shown, unread_alerts = alert_queries.shown(connection, only)
            over, unread_over = alert_queries.lately_over(connection, only)
            legs, unread_legs = account_queries.legs(connection, looked, only)
            maintained = windows(connection, now=read_at, accounts=only)
            unread = [*unread_alerts, *unread_cycles, *unread_sources, *unread_over, *unread_legs]
            return NowView(
                read_at=read_at,
                watches=tuple(watch for watch, _ in watched),
                cycles=tuple(cycles),
                sources=tuple(sources),
                alerts=tuple(sorted(shown, key=alert_queries.worst_first)),
                resolved=tuple(over),
                p95_ms=p95_by_source(lag),
                unreadable=tuple(self._told(unread)),
                channels=channels(connection),
                quiet=quiet(shown, maintained, now=read_at),
                windows=maintained,
                legs=legs,
                today=today(connection, looked, now=read_at, only=only),
                hidden=len(every) - len(watched),
            )

    def alerts(
        self,
        *,
        states: Collection[AlertState] | None = None,
        kinds: Collection[Kind] | None = None,
        accounts: Collection[str] | None = None,
        limit: int = 200,
        offset: int = 0,
    ) -> tuple[Alert, ...]:
        """Return alerts, newest first seen first."""
        query = alert_queries.listed(states, kinds, accounts).limit(limit).offset(offset)
        with self._database.read() as connection:
            query = query.where(is_one_of(ALERT.c.account, self._only(connection)))
            found, unread = readable(connection, query, ALERT, alert_of)
        self._told(unread)
        return tuple(found)

    def alert(self, alert_id: int) -> AlertView:
        """Return one alert with its history."""
        with self._database.read() as connection:
            only = self._only(connection)
            query = sa.select(ALERT).where(ALERT.c.id == alert_id, is_one_of(ALERT.c.account, only))
            found, unread = readable(connection, query, ALERT, alert_of)
            history = (
                sa.select(TRANSITION).where(TRANSITION.c.alert_id == alert_id).order_by(TRANSITION.c.seq)
            )
            changes, unread_changes = readable(connection, history, TRANSITION, transition_of)
            told = messages_about(connection, alert_id, only) if found else ()
            now = self._clock.now().utc
            quieted = self._quieted(connection, found, now)
            silence = silence_of(connection, alert_id, now=now)
        self._told(unread_changes)
        for line in unread:
            raise StateDatabaseError(StateTrouble.CORRUPT, f"{line}: restore the database from a backup")
        for alert in found:
            return AlertView(alert, tuple(changes), steps_for(alert), told, quieted.get(alert.id), silence)
        raise AlertNotFound(f"there is no alert {alert_id}: see `trueup alerts list`")

    def alert_list(self, wanted: AlertFilter, *, limit: int | None = 50, offset: int = 0) -> AlertListView:
        """Return a page of what fits, and how many there are of each."""
        with self._database.read() as connection:
            now = self._clock.now().utc
            only = self._only(connection)
            total, facets = alert_search.counted(connection, wanted, only)
            found, unread = alert_search.found(connection, wanted, limit=limit, offset=offset, only=only)
            quieted = self._quieted(connection, found, now)
        return AlertListView(now, tuple(found), total, facets, quieted, tuple(self._told(unread)))

    def alerts_numbered(self, numbers: Collection[int]) -> tuple[Alert, ...]:
        """Return the alerts of these numbers, open ones first; a number that none has is passed over."""
        with self._database.read() as connection:
            found, unread = alert_search.numbered(connection, numbers, self._only(connection))
        self._told(unread)
        return tuple(found)

    def story(self, alert: Alert) -> AlertStory:
        """Return what led to an alert."""
        with self._database.read() as connection:
            only = self._only(connection)
            return story(connection, alert) if only is None or alert.key.account in only else AlertStory()

    def _only(self, connection: sa.Connection) -> frozenset[str] | None:
        """Return the accounts that these answers are limited to, as they are now; None for no limit."""
        return accounts_in(connection, self._groups)

    def _quieted(
        self, connection: sa.Connection, alerts: Collection[Alert], now: datetime
    ) -> dict[int, Quiet]:
        """Return by what these are quiet: another alert, perhaps, that is not among them."""
        accounts = {alert.key.account for alert in alerts if alert.state.open}
        if not accounts:
            return {}
        beside, _ = alert_queries.shown(connection, accounts)
        return dict(quiet(beside, windows(connection, now=now), now=now))

    def positions(self) -> tuple[PositionView, ...]:
        """Return the latest view of every leg, those that differ first."""
        with self._database.read() as connection:
            with needed():
                watched = watches(connection, self._database.file, wall=self._clock.now().utc)
            looked = {watch.account: each for watch, each in watched}
            ours = is_one_of(POSITION.c.account, self._only(connection))
            views, unread = account_queries.positions(connection, looked, where=ours)
        found = [*views, *map(unknown_position, self._told(unread))]
        return tuple(sorted(found, key=account_queries.urgency))

    def latency(
        self, period: timedelta, bucket: timedelta, *, account: str | None = None
    ) -> tuple[LatencyView, ...]:
        """Return one series per source and measure over the last `period`."""
        now = self._clock.now().utc
        with self._database.read() as connection, needed():
            only = self._only(connection)
            return read_latency(connection, period, bucket, account=account, now=now, only=only)

    def verifications(
        self, *, limit: int = 100, offset: int = 0, accounts: Collection[str] | None = None
    ) -> tuple[VerificationView, ...]:
        """Return stored verifications, latest first."""
        columns = [column for column in VERIFICATION.c if column.name != "evidence"]
        query = sa.select(*columns).order_by(VERIFICATION.c.asked_at.desc(), VERIFICATION.c.id.desc())
        if accounts is not None:
            query = query.where(VERIFICATION.c.account.in_(list(accounts)))
        with self._database.read() as connection:
            ours = is_one_of(VERIFICATION.c.account, self._only(connection))
            page = query.where(ours).limit(limit).offset(offset)
            found, unread = readable(connection, page, VERIFICATION, verification_of)
        self._told(unread)
        return tuple(found)

    def _told(self, lines: list[str]) -> list[str]:
        """Write each line about a row that cannot be read to the log, once; return all of them."""
        for line in lines:
            if line not in self._known_unread:
                self._known_unread.add(line)
                log.warning("state.row_unreadable", what=line)
        return lines

    def windows(self) -> tuple[Window, ...]:
        """Return the maintenance windows that are open."""
        with self._database.read() as connection, needed():
            return windows(connection, now=self._clock.now().utc, accounts=self._only(connection))

    def watches(self) -> tuple[WatchView, ...]:
        """Return who watches each account."""
        with self._database.read() as connection, needed():
            watched = watches(connection, self._database.file, wall=self._clock.now().utc)
            only = self._only(connection)
        return tuple(watch for watch, _ in watched if only is None or watch.account in only)

    def channels(self) -> tuple[ChannelView, ...]:
        """Return how the channels fare on which people are told."""
        with self._database.read() as connection, needed():
            return channels(connection)

    def replies(self) -> tuple[ReplyView, ...]:
        """Return the newest answers from phones, refused ones too, newest first."""
        with self._database.read() as connection, needed():
            # Of which alerts they are is not kept: whoever is limited to groups is shown none.
            return replies(connection) if self._groups is None else ()

    def changes(self, after: int | None) -> ChangesView:
        """Return whether an alert that people are told of has changed since the change of this number."""
        told = [each.value for each in alert_queries.SHOWN]
        with self._database.read() as connection:
            newest = int(connection.execute(sa.select(sa.func.max(TRANSITION.c.id))).scalar() or 0)
            if after is None or newest == after:
                return ChangesView(newest, shown=False)
            since = sa.select(TRANSITION.c.id).where(
                TRANSITION.c.id > after, TRANSITION.c.before.in_(told) | TRANSITION.c.after.in_(told)
            )
            # Numbers only rise: a smaller one is of another database, which has taken the place of this one.
            shown = newest < after or connection.execute(since.limit(1)).first() is not None
            return ChangesView(newest, shown=shown)

    def version(self) -> str:
        """Return a cheap token that changes with anything a screen shows, but not with mere heartbeats."""
        shown = IS_OPEN
        query = sa.select(
            _only(sa.func.max(TRANSITION.c.id)),
            _only(sa.func.count(ALERT.c.id), shown),
            _only(sa.func.sum(ALERT.c.version), shown),
            _only(sa.func.max(CYCLE.c.id)),
            _only(sa.func.max(VERIFICATION.c.id)),
            _only(sa.func.max(SOURCE.c.at)),
            _only(sa.func.count(POSITION.c.symbol)),
            _only(sa.func.max(POSITION.c.ledger_at)),
            _only(sa.func.max(POSITION.c.observed_at)),
            _only(sa.func.sum(LEASE.c.token)),
            _only(sa.func.count(LEASE.c.account), LEASE.c.stopped.is_(sa.true())),
            _only(sa.func.max(CHANNEL.c.at)),
            _only(sa.func.max(WINDOW.c.id)),
            _only(sa.func.count(WINDOW.c.ended_at)),
        )
        with self._database.read() as connection:
            return "|".join(str(each) for each in connection.execute(query).one())


def _only(value: sa.ColumnElement[Any], *where: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    return sa.select(value).where(*where).scalar_subquery()

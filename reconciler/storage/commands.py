"""What a person can have done through a screen or the command line: each is one durable transaction."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from reconciler.alerts.answer import Answer
from reconciler.alerts.event import AlertSettings
from reconciler.alerts.quiet import Window
from reconciler.alerts.said import Acknowledge, CheckAgain, Close, Intend, Note, Said, Snooze
from reconciler.alerts.seen import Seen
from reconciler.storage import channel_tests, maintenance, persons
from reconciler.storage.database import Database
from reconciler.storage.repeating import durably
from verification.facts.clock import Clock

LOOK_AGAIN = "asked for another look"


class StoredCommands:
    """`console.Commands` on the state database. It writes beside the reconciler's process."""

    def __init__(self, database: Database, clock: Clock, settings: AlertSettings | None = None) -> None:
        """`clock` is where `now` comes from."""
        self._database = database
        self._clock = clock
        self._settings = settings or AlertSettings()

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
        """Store that a person has seen an alert. On return it is durable."""
        return self._say(alert_id, lambda now: Acknowledge(by, note, now, origin, seen, until=until))

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
        """Store that an alert is to be quiet for a while. On return it is durable."""
        return self._say(alert_id, lambda now: Snooze(by, note, now, origin, seen, until=until))

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
        """Store that a position is meant to be there, of this size. On return it is durable."""
        return self._say(
            alert_id, lambda now: Intend(by, note, now, origin, seen, until=until, surplus=surplus)
        )

    def close(self, alert_id: int, *, by: str, note: str, origin: str, seen: Seen | None = None) -> Answer:
        """Store that a person has closed an alert. On return it is durable."""
        return self._say(alert_id, lambda now: Close(by, note, now, origin, seen))

    def note(self, alert_id: int, *, by: str, note: str, origin: str) -> Answer:
        """Store a further word about an alert. On return it is durable."""
        return self._say(alert_id, lambda now: Note(by, note, now, origin))

    def check_again(self, alert_id: int, *, by: str, origin: str) -> Answer:
        """Store that a person asks for another look. On return it is durable."""
        return self._say(alert_id, lambda now: CheckAgain(by, LOOK_AGAIN, now, origin))

    def begin_maintenance(
        self, account: str, *, by: str, note: str, origin: str, until: datetime | None = None
    ) -> Window:
        """Store that an account is being worked on. On return it is durable."""

        def work(connection: sa.Connection) -> Window:
            return maintenance.begin(
                connection,
                account,
                by=by,
                note=note,
                origin=origin,
                until=until,
                limits=self._settings.limits,
                now=self._clock.now().utc,
            )

        return durably(self._database, work)

    def end_maintenance(self, account: str, *, by: str) -> Window:
        """Store that the work on an account is over. On return it is durable."""

        def work(connection: sa.Connection) -> Window:
            return maintenance.end(connection, account, by=by, now=self._clock.now().utc)

        return durably(self._database, work)

    def try_channel(self, channel: str, *, by: str) -> int:
        """Store that somebody wants a channel tried. On return it is durable."""

        def work(connection: sa.Connection) -> int:
            return channel_tests.ask(connection, channel, by=by, now=self._clock.now().utc)

        return durably(self._database, work)

    def _say(self, alert_id: int, said: Callable[[datetime], Said]) -> Answer:
        def work(connection: sa.Connection) -> Answer:
            # After the lock is had, so that the order of times is the order of changes.
            now = self._clock.now().utc
            return persons.say(connection, alert_id, said(now), self._settings, now=now)

        return durably(self._database, work)

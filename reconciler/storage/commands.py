"""What a person can have done through a screen or the command line: each is one durable transaction."""

from reconciler.alerts.answer import Answer
from reconciler.alerts.event import Acknowledge, AlertSettings
from reconciler.alerts.seen import Seen
from reconciler.storage import alerts
from reconciler.storage.database import Database
from verification.facts.clock import Clock


class StoredCommands:
    """`console.Commands` on the state database. It writes beside the reconciler's process."""

    def __init__(self, database: Database, clock: Clock, settings: AlertSettings | None = None) -> None:
        """`clock` is where `now` comes from."""
        self._database = database
        self._clock = clock
        self._settings = settings or AlertSettings()

    def acknowledge(
        self, alert_id: int, *, by: str, note: str, origin: str, seen: Seen | None = None
    ) -> Answer:
        """Store that a person has seen an alert. On return it is durable."""
        with self._database.write() as connection:
            # After the lock is had, so that the order of times is the order of changes.
            now = self._clock.now().utc
            person = Acknowledge(by=by, note=note, at=now, origin=origin, seen=seen)
            return alerts.acknowledge(connection, alert_id, person, self._settings, now=now)

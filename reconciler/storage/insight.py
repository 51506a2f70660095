"""`insight.Insight` on the state database; each answer is one read transaction."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from reconciler.record.attestation.statement import statement
from reconciler.storage import (
    acts,
    channel_tests,
    process_states,
    source_changes,
    unprotected,
    verification_queries,
)
from reconciler.storage.attestation import day_facts
from reconciler.storage.database import Database
from reconciler.storage.decisions import TRANSITION
from reconciler.storage.groups import accounts_in
from reconciler.storage.latency import read_totals
from reconciler.storage.leases import watches
from reconciler.storage.readable import needed
from reconciler.version import version_here
from reconciler.views.attestation import Attestation
from reconciler.views.audit import ActsWanted, ActView
from reconciler.views.availability import AvailabilityView, DecidedView
from reconciler.views.health import HealthView, of_accounts
from reconciler.views.latency import LatencyView
from reconciler.views.today import UnprotectedView
from reconciler.views.verification import FoundVerifications, RaceView, VerificationsWanted
from verification.facts.clock import Clock

_OWED = TRANSITION.c.owed.is_not(None) & TRANSITION.c.notified_at.is_(None)


class StoredInsight:
    """What can be asked beside the alerts."""

    def __init__(self, database: Database, clock: Clock, groups: frozenset[str] | None = None) -> None:
        """`clock` is where `now` comes from; `groups`: of the accounts in these alone, None for all."""
        self._database = database
        self._clock = clock
        self._groups = groups

    def health(self) -> HealthView:
        """Return how the reconciler's processes fare, and what waits to be told."""
        with self._database.read() as connection, needed():
            now = self._clock.now().utc
            told, unread = process_states.processes(connection)
            only = self._only(connection)
            owed = sa.select(sa.func.count(), sa.func.min(TRANSITION.c.at)).where(_OWED)
            count, oldest = connection.execute(owed).one()
            return HealthView(
                read_at=now,
                processes=told if only is None else tuple(of_accounts(each, only) for each in told),
                unreadable=unread,
                tests=channel_tests.newest(connection),
                oldest_owed=oldest,
                owed=int(count),
                database=connection.dialect.name,
                database_bytes=_bytes(self._database.file),
            )

    def acts(self, wanted: ActsWanted, *, limit: int = 500) -> tuple[ActView, ...]:
        """Return who did what, newest first."""
        with self._database.read() as connection, needed():
            return acts.acts(connection, wanted, limit=limit, only=self._only(connection))

    def found(self, wanted: VerificationsWanted, *, limit: int = 100, offset: int = 0) -> FoundVerifications:
        """Return the verifications that are wanted, latest first, and how many there are of each verdict."""
        with self._database.read() as connection, needed():
            only = self._only(connection)
            return verification_queries.found(connection, wanted, limit=limit, offset=offset, only=only)

    def race(self, verification: int) -> RaceView | None:
        """Return one verification with what each source said when; None where there is none."""
        with self._database.read() as connection, needed():
            return verification_queries.race(connection, verification, self._only(connection))

    def decided(self, period: timedelta) -> tuple[DecidedView, ...]:
        """Return which source decided how many verifications of each account."""
        since = self._clock.now().utc - period
        with self._database.read() as connection, needed():
            return verification_queries.decided(connection, since=since, only=self._only(connection))

    def availability(self, period: timedelta, *, ticks: int) -> tuple[AvailabilityView, ...]:
        """Return how much of the last `period` each source of each account was live."""
        with self._database.read() as connection, needed():
            now = self._clock.now().utc
            only = self._only(connection)
            every = [watch for watch, _ in watches(connection, self._database.file, wall=now)]
            watched = [watch for watch in every if only is None or watch.account in only]
            beats: dict[str, datetime] = {
                watch.account: watch.heartbeat.at for watch in watched if watch.heartbeat.at is not None
            }
            return source_changes.availability(connection, period, ticks, beats=beats, now=now)

    def latency_by_account(self, period: timedelta) -> tuple[LatencyView, ...]:
        """Return the totals of each account, source and measure over the last `period`."""
        with self._database.read() as connection, needed():
            return read_totals(connection, period, now=self._clock.now().utc, only=self._only(connection))

    def unprotected_today(self) -> Mapping[str, UnprotectedView]:
        """Return what stood without a stop since midnight, UTC, of each account."""
        with self._database.read() as connection, needed():
            watched = watches(connection, self._database.file, wall=self._clock.now().utc)
            now = self._clock.now().utc
            looked = {watch.account: each for watch, each in watched}
            return unprotected.by_account(connection, looked, now=now, only=self._only(connection))

    def attest(self, day: date, *, group: str = "") -> Attestation:
        """Return what can be stated of a day, UTC, of a group of accounts or of all of them."""
        with self._database.read() as connection, needed():
            watched = watches(connection, self._database.file, wall=self._clock.now().utc)
            # After the transaction has begun, or a fact in it could be younger than "now".
            now = self._clock.now().utc
            only = self._only(connection)
            facts = day_facts(connection, day, watched=watched, now=now, group=group, only=only)
        return statement(facts, version=version_here(), group=group, only=only is not None)

    def _only(self, connection: sa.Connection) -> frozenset[str] | None:
        return accounts_in(connection, self._groups)


def _bytes(file: Path | None) -> int | None:
    """Return how large a file is; None where a server keeps it, or the file cannot be looked at."""
    if file is None:
        return None
    try:
        return file.stat().st_size
    except OSError:
        return None

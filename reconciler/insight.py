"""What can be asked beside the alerts: how Trueup fares, what was verified and live, who did what."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Protocol

from reconciler.facts.change import Change, Explained
from reconciler.views.attestation import Attestation
from reconciler.views.audit import ActsWanted, ActView
from reconciler.views.availability import AvailabilityView, DecidedView
from reconciler.views.health import HealthView
from reconciler.views.latency import LatencyView
from reconciler.views.today import UnprotectedView
from reconciler.views.verification import FoundVerifications, RaceView, VerificationsWanted


class Changes(Protocol):
    """What has changed legs, and who did. Each raises `StateDatabaseError` when it cannot be read."""

    def explained(self) -> tuple[Explained, ...]:
        """Return how much of what has changed is explained, by account; only those that are counted."""

    def of(self, account: str, symbol: str) -> tuple[Change, ...]:
        """Return the newest changes of a symbol, newest first."""


class Insight(Protocol):
    """What can be asked beside the alerts. Every method raises `StateDatabaseError` where it cannot be."""

    def health(self) -> HealthView:
        """Return how the reconciler's processes fare, and what waits to be told."""

    def acts(self, wanted: ActsWanted, *, limit: int = 500) -> tuple[ActView, ...]:
        """Return who did what, newest first."""

    def found(self, wanted: VerificationsWanted, *, limit: int = 100, offset: int = 0) -> FoundVerifications:
        """Return the verifications that are wanted, latest first, and how many there are of each verdict."""

    def race(self, verification: int) -> RaceView | None:
        """Return one verification with what each source said when; None where there is none."""

    def decided(self, period: timedelta) -> tuple[DecidedView, ...]:
        """Return which source decided how many verifications of each account over the last `period`."""

    def availability(self, period: timedelta, *, ticks: int) -> tuple[AvailabilityView, ...]:
        """Return how much of the last `period` each source of each account was live."""

    def latency_by_account(self, period: timedelta) -> tuple[LatencyView, ...]:
        """Return the totals of each account, source and measure over a period, without their points."""

    def unprotected_today(self) -> Mapping[str, UnprotectedView]:
        """Return what stood without a stop since midnight, UTC, of each account of which that is stored."""

    def attest(self, day: date, *, group: str = "") -> Attestation:
        """Return what can be stated of a day, UTC, of a group of accounts or of all of them.

        Raises:
            ValueError: The day has not begun.
        """

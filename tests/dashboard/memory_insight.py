"""What Trueup says of itself, held in memory for the pages Health, Latency, Verifications and Audit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from reconciler.record.attestation.facts import DayFacts
from reconciler.record.attestation.statement import statement
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.views.attestation import Attestation
from reconciler.views.audit import ActsWanted, ActView
from reconciler.views.availability import AvailabilityView, DecidedView
from reconciler.views.health import HealthView
from reconciler.views.latency import LatencyView
from reconciler.views.today import UnprotectedView
from reconciler.views.verification import FoundVerifications, RaceView, VerificationsWanted
from tests.dashboard import drawn


def nothing_told() -> HealthView:
    return HealthView(drawn.NOW, (), (), (), None, 0, "sqlite", 214 * 2**20)


@dataclass
class MemoryInsight:
    """Answers with what it holds; `wanted` keeps what was asked for."""

    told: HealthView = field(default_factory=nothing_told)
    done: tuple[ActView, ...] = ()
    verified: FoundVerifications = field(default_factory=lambda: FoundVerifications((), {}, None))
    races: dict[int, RaceView] = field(default_factory=dict)
    deciders: tuple[DecidedView, ...] = ()
    available: tuple[AvailabilityView, ...] = ()
    totals: tuple[LatencyView, ...] = ()
    bare: Mapping[str, UnprotectedView] = field(default_factory=dict)
    wanted: list[object] = field(default_factory=list)
    broken: str = ""

    def health(self) -> HealthView:
        self._read()
        return self.told

    def acts(self, wanted: ActsWanted, *, limit: int = 500) -> tuple[ActView, ...]:
        self._read()
        self.wanted.append(wanted)
        return self.done[:limit]

    def found(self, wanted: VerificationsWanted, *, limit: int = 100, offset: int = 0) -> FoundVerifications:
        self._read()
        self.wanted.append((wanted, limit, offset))
        return self.verified

    def race(self, verification: int) -> RaceView | None:
        self._read()
        return self.races.get(verification)

    def decided(self, period: timedelta) -> tuple[DecidedView, ...]:
        self._read()
        self.wanted.append(period)
        return self.deciders

    def availability(self, period: timedelta, *, ticks: int) -> tuple[AvailabilityView, ...]:
        self._read()
        self.wanted.append((period, ticks))
        return self.available

    def latency_by_account(self, period: timedelta) -> tuple[LatencyView, ...]:
        self._read()
        self.wanted.append(period)
        return self.totals

    def unprotected_today(self) -> Mapping[str, UnprotectedView]:
        self._read()
        return self.bare

    def attest(self, day: date, *, group: str = "") -> Attestation:
        self._read()
        self.wanted.append((day, group))
        facts = DayFacts(day, drawn.NOW, (), (), (), (), (), alerts_whole=True, sources_kept_from=drawn.NOW)
        return statement(facts, version="1.2.3", group=group)

    def _read(self) -> None:
        if self.broken:
            raise StateDatabaseError(StateTrouble.LOCKED, self.broken)

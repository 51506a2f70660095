"""The reconciler with one fault planted in each variant, by name: the simulation must catch every one.

A fault is planted by a subclass or by an explicit parameter, never by patching the product.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import structs
from typing_extensions import override

from reconciler.account.glances import Glances
from reconciler.account.health import Health
from reconciler.account.look import Judged
from reconciler.account.loop import AccountLoop
from reconciler.account.watch import AccountWatch
from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.event import AlertSettings, Clear, Detected, Observed
from reconciler.comparison.outcome import Comparison
from reconciler.facts.expectation import Direction, Expectation, LedgerReading
from reconciler.facts.finding import Evidence, Finding, FindingKey, Party
from reconciler.ledgers.port import LedgerTrouble
from reconciler.sight.blindness import Blindness
from reconciler.storage.alerts import Change
from reconciler.views.account import CycleView
from tests.simulation.reconciler.episode import WallTime, WatchedVariant
from tests.simulation.reconciler.ledger import SimulatedLedger
from tests.simulation.reconciler.life import Life
from tests.simulation.reconciler.mutants_of_changes import change_mutants
from tests.simulation.reconciler.mutants_of_memory import memory_mutants
from tests.simulation.reconciler.mutants_of_orders import order_mutants
from tests.simulation.reconciler.mutants_of_sight import sight_mutants
from tests.simulation.reconciler.mutants_of_waiting import waiting_mutants
from tests.simulation.reconciler.planting import PlantedUnit, SeesOtherwise
from tests.simulation.reconciler.state import MemoryStore
from tests.simulation.reconciler.venue import WatchedVenue
from tests.simulation.truth import LegState
from verification.facts.account import Position, PositionMode
from verification.facts.clock import Moment
from verification.facts.errors import SourceError
from verification.facts.leg import LegKey
from verification.venues.stream_state import StreamHealth


class AFailedListIsEmpty(WatchedVenue):
    """Swallows an exception and answers with nothing."""

    @override
    def _failed_list(self, error: SourceError) -> tuple[Position, ...]:
        return ()


class ACutPageIsComplete(WatchedVenue):
    """Takes the first page for the list."""

    @override
    def _cut(self, rows: tuple[Position, ...]) -> tuple[Position, ...]:
        return rows[: len(rows) // 2]


class ANamelessRowIsLeftOut(WatchedVenue):
    """Skips rows whose symbol it cannot tell."""

    @override
    def _rows(self, held: list[tuple[LegKey, LegState]]) -> tuple[Position, ...]:
        return tuple(row for row in super()._rows(held) if row.key.named)


class PushesForgetTheirSign(WatchedVenue):
    """Gives sizes without a side, as some venues' rows do."""

    @override
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.stream.signed = False


class AGlanceAlarms(Glances):
    """Tells people of what a push has just shown: its bot may be about to write it down."""

    @override
    def _suspected(self, finding: Finding, now: datetime) -> Detected:
        return Detected(finding, now, confirmed=True)


class AnUnreadableLedgerIsEmpty(SimulatedLedger):
    """Answers a failure with no rows."""

    @override
    def _unreadable(self, trouble: LedgerTrouble) -> LedgerReading:
        return LedgerReading(self.name, (), self._clock.now(), None)


class PlayMoneyIsBelieved(SimulatedLedger):
    """Reads a dry run's trades as if they were real."""

    @override
    def _unreadable(self, trouble: LedgerTrouble) -> LedgerReading:
        if trouble is not LedgerTrouble.DRY_RUN:
            return super()._unreadable(trouble)
        rows = [replace(row, expected=2 * row.expected, expected_low=row.expected) for row in self._all()]
        return LedgerReading(self.name, tuple(rows), self._clock.now(), None)

    def _all(self) -> list[Expectation]:
        return [replace(row, expected_high=2 * row.expected) for row in self._rows.values()]


class EqualRowsCountOnce(SimulatedLedger):
    """Takes two rows that say the same for one."""

    @override
    def read(self) -> LedgerReading:
        reading = super().read()
        rows = {(row.symbol, row.direction, row.expected): row for row in reading.rows}
        return replace(reading, rows=tuple(rows.values()))


class TheFirstDifferenceFires(AccountWatch):
    """Asks nobody twice."""

    @override
    def _confirm(self, finding: Finding, comparison: Comparison, now: Moment) -> Judged:
        return replace(super()._confirm(finding, comparison, now), confirmed=True)


class EveryLookBeginsAnew(AccountWatch):
    """Forgets what it suspected."""

    @override
    def _confirm(self, finding: Finding, comparison: Comparison, now: Moment) -> Judged:
        self._suspicions.clear()
        return super()._confirm(finding, comparison, now)


class OnlyTheVenuesRows(SeesOtherwise):
    """Does not compare what the venue does not list."""

    @override
    def _rows(self, rows: Sequence[Expectation], shown: set[str], mode: PositionMode) -> list[Expectation]:
        return [row for row in rows if row.symbol in shown]


class OnlyTheLedgersRows(SeesOtherwise):
    """Does not compare what no ledger names."""

    @override
    def _list(self, rows: Sequence[Position], named: set[str], mode: PositionMode) -> tuple[Position, ...]:
        alive = {row.key for row in rows if row.key.symbol in named}
        self._pushed = {key: seen for key, seen in self._pushed.items() if key.symbol in named}
        return tuple(row for row in rows if row.key in alive)


class QuantitiesWithoutSign(SeesOtherwise):
    """Compares how much, not which way."""

    @override
    def _list(self, rows: Sequence[Position], named: set[str], mode: PositionMode) -> tuple[Position, ...]:
        if mode is PositionMode.HEDGE:
            return tuple(rows)
        self._pushed = {
            key: structs.replace(seen, quantity=abs(seen.quantity)) for key, seen in self._pushed.items()
        }
        return tuple(structs.replace(row, quantity=abs(row.quantity)) for row in rows)

    @override
    def _rows(self, rows: Sequence[Expectation], shown: set[str], mode: PositionMode) -> list[Expectation]:
        if mode is PositionMode.HEDGE:
            return list(rows)
        return [replace(row, direction=Direction.LONG) for row in rows]


class SweepsNothing(AccountLoop):
    """Goes by events alone."""

    @override
    async def sweep(self) -> None:
        if not self.connected:
            return
        self.last_pass = self._clock.now()


class BlindnessIsNotTold(Health):
    """Keeps to itself what it cannot see."""

    @override
    def judge(self, stream: StreamHealth, now: Moment) -> Blindness:
        return replace(super().judge(stream, now), findings=())


class ALegHidesTheOther(MemoryStore):
    """Has one alert for a symbol."""

    @override
    async def observe(self, observed: Observed, *, now: datetime) -> tuple[Change, ...]:
        told = {alert.key for alert in self._open().values() if alert.fired_at is not None}
        kept = tuple(each for each in observed.detected if not _beside(each.finding.identity, told))
        return await super().observe(replace(observed, detected=kept), now=now)


def _beside(key: FindingKey, told: set[FindingKey]) -> bool:
    return any(other.symbol == key.symbol and other.leg is not key.leg for other in told)


class AnAcknowledgementSilencesAll(MemoryStore):
    """Tells of nothing new while a person is at work."""

    @override
    async def observe(self, observed: Observed, *, now: datetime) -> tuple[Change, ...]:
        alerts = self._open().values()
        busy = any(alert.state is AlertState.ACKNOWLEDGED for alert in alerts)
        known = {alert.key for alert in alerts}
        kept = tuple(each for each in observed.detected if not busy or each.finding.identity in known)
        return await super().observe(replace(observed, detected=kept), now=now)


class ResolvedWhileBlind(MemoryStore):
    """Takes what could not be checked for gone."""

    @override
    async def observe(self, observed: Observed, *, now: datetime) -> tuple[Change, ...]:
        line = (Evidence(Party.TRUEUP, "nothing", "not seen any more", now, {}),)
        gone = {key: Clear(line, each.at) for key, each in observed.unknown.items()}
        return await super().observe(Observed(observed.detected, {**observed.clear, **gone}), now=now)


class NothingResolves(MemoryStore):
    """Leaves it to people to see that it is over."""

    @override
    async def observe(self, observed: Observed, *, now: datetime) -> tuple[Change, ...]:
        return await super().observe(replace(observed, clear={}), now=now)


class AWorseningStaysQuiet(MemoryStore):
    """Lets an acknowledged alert grow."""

    @override
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._settings = AlertSettings(exposure_growth=Decimal(1_000_000))


class ARestartForgets(MemoryStore):
    """Keeps open alerts in the process."""

    @override
    def restarted(self, life: Life) -> None:
        super().restarted(life)
        self.alerts = {number: alert for number, alert in self.alerts.items() if not alert.state.open}


class ARestartForgetsAcknowledgements(MemoryStore):
    """Keeps acknowledgements in the process."""

    @override
    def restarted(self, life: Life) -> None:
        super().restarted(life)
        self.alerts = {number: _unseen(alert) for number, alert in self.alerts.items()}


def _unseen(alert: Alert) -> Alert:
    if alert.state is not AlertState.ACKNOWLEDGED:
        return alert
    return replace(alert, state=AlertState.FIRING, acknowledgement=None)


class ARecoveringAlertIsOver(MemoryStore):
    """Begins another alert beside one that has not ended."""

    @override
    def _open(self) -> dict[FindingKey, Alert]:
        held = super()._open()
        return {key: alert for key, alert in held.items() if alert.state is not AlertState.RECOVERING}


class BlindIsGreen(MemoryStore):
    """Publishes every look as complete."""

    @override
    async def save_cycle(self, cycle: CycleView) -> None:
        await super().save_cycle(replace(cycle, status="complete"))


VENUES: dict[str, type[WatchedVenue]] = {
    "reconciler_a_failed_read_is_an_empty_list": AFailedListIsEmpty,
    "reconciler_a_cut_page_is_complete": ACutPageIsComplete,
    "reconciler_a_nameless_row_is_left_out": ANamelessRowIsLeftOut,
    "reconciler_pushes_forget_their_sign": PushesForgetTheirSign,
}

LEDGERS: dict[str, type[SimulatedLedger]] = {
    "reconciler_an_unreadable_ledger_is_empty": AnUnreadableLedgerIsEmpty,
    "reconciler_play_money_is_believed": PlayMoneyIsBelieved,
    "reconciler_equal_rows_count_once": EqualRowsCountOnce,
}

WATCHES: dict[str, type[AccountWatch]] = {
    "reconciler_the_first_difference_fires": TheFirstDifferenceFires,
    "reconciler_every_look_begins_anew": EveryLookBeginsAnew,
    "reconciler_only_the_venues_rows": OnlyTheVenuesRows,
    "reconciler_only_the_ledgers_rows": OnlyTheLedgersRows,
    "reconciler_quantities_without_sign": QuantitiesWithoutSign,
}

STORES: dict[str, type[MemoryStore]] = {
    "reconciler_a_leg_hides_the_other": ALegHidesTheOther,
    "reconciler_an_acknowledgement_silences_all": AnAcknowledgementSilencesAll,
    "reconciler_resolved_while_blind": ResolvedWhileBlind,
    "reconciler_nothing_resolves": NothingResolves,
    "reconciler_a_worsening_stays_quiet": AWorseningStaysQuiet,
    "reconciler_a_restart_forgets": ARestartForgets,
    "reconciler_a_restart_forgets_acknowledgements": ARestartForgetsAcknowledgements,
    "reconciler_a_recovering_alert_is_over": ARecoveringAlertIsOver,
    "reconciler_blind_is_green": BlindIsGreen,
}


def watched_mutants() -> list[WatchedVariant]:
    """Return every planted fault."""
    variants = [WatchedVariant(name, venue=venue) for name, venue in VENUES.items()]
    variants += [WatchedVariant(name, ledger=ledger) for name, ledger in LEDGERS.items()]
    for name, watch in WATCHES.items():
        variants.append(WatchedVariant(name, unit=type(name, (PlantedUnit,), {"watch": watch})))
    loops = type("sweeps", (PlantedUnit,), {"looping": SweepsNothing})
    variants.append(WatchedVariant("reconciler_sweeps_nothing", unit=loops))
    hasty = type("hasty", (PlantedUnit,), {"glances": AGlanceAlarms})
    variants.append(WatchedVariant("reconciler_a_glance_alarms", unit=hasty))
    quiet = type("quiet", (PlantedUnit,), {"health": BlindnessIsNotTold})
    variants.append(WatchedVariant("reconciler_blindness_is_not_told", unit=quiet))
    variants += [WatchedVariant(name, store=store) for name, store in STORES.items()]
    variants.append(WatchedVariant("reconciler_goes_by_the_wall_clock", clock=WallTime))
    others = (sight_mutants, order_mutants, memory_mutants, waiting_mutants, change_mutants)
    return [*variants, *(each for of_file in others for each in of_file())]

"""A reconciler that misreads lots, orders, stops or parts of an account: one fault in each variant."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from msgspec import structs
from typing_extensions import override

from reconciler.alerts.event import Observed
from reconciler.facts.expectation import Expectation, ExpectationState, LedgerReading
from reconciler.facts.finding import Kind, Severity
from reconciler.storage.alerts import Change
from tests.simulation.reconciler.episode import WatchedVariant
from tests.simulation.reconciler.planting import PlantedUnit, SeesOtherwise
from tests.simulation.reconciler.state import MemoryStore
from tests.simulation.reconciler.stream import WatchedStream
from tests.simulation.reconciler.venue import WatchedVenue
from verification.facts.account import (
    AccountReading,
    Market,
    Position,
    PositionMode,
    PositionsReading,
    RestingOrder,
)
from verification.facts.leg import Leg, LegKey
from verification.venues.stream_state import PushProof, StreamHealth, StreamState


class Claim(NamedTuple):
    """What live rows of a leg come to, signed contracts, and how many they are."""

    believed: Decimal
    low: Decimal
    high: Decimal
    lot: Decimal
    rows: int


class Agreeable(SeesOtherwise):
    """Takes for what the bots believe what is close to it by the rule `_close`. No fault by itself."""

    @override
    def _reading(self, reading: AccountReading, ledgers: Mapping[str, LedgerReading]) -> AccountReading:
        rows = [row for each in ledgers.values() for row in each.rows if row.state not in GONE]
        for key in {_leg(row, reading) for row in rows}:
            market = self.venue.markets.get(key.symbol)
            if market is not None and reading.positions is not None:
                claim = _claim([row for row in rows if _leg(row, reading) == key], market)
                listed = self._seen(reading.positions, key, claim)
                reading = replace(reading, positions=listed)
        return reading

    def _seen(self, listed: PositionsReading, key: LegKey, claim: Claim) -> PositionsReading:
        row, pushed = listed.row(key), self._pushed.get(key)
        held = row.quantity if row is not None else Decimal(0)
        if held == claim.believed or not self._close(held, claim):
            return listed
        if pushed is not None and pushed.quantity == held:
            self._pushed[key] = structs.replace(pushed, quantity=claim.believed)
        others = tuple(each for each in listed.positions if each.key != key)
        if claim.believed == 0:
            return replace(listed, positions=others)
        if row is None:
            row = Position(key, claim.believed, None, None, None, None, None)
        return replace(listed, positions=(*others, structs.replace(row, quantity=claim.believed)))

    def _close(self, held: Decimal, claim: Claim) -> bool:
        """Return True if this variant takes the two for one."""
        raise NotImplementedError


def _leg(row: Expectation, reading: AccountReading) -> LegKey:
    leg = Leg.NET if reading.mode is PositionMode.ONE_WAY else Leg(row.direction.value)
    return LegKey(reading.account, row.symbol, leg)


def _claim(rows: Sequence[Expectation], market: Market) -> Claim:
    believed = low = high = Decimal(0)
    for row in rows:
        unit = Decimal(1) if row.unit_size is None else row.unit_size / market.contract_size
        sign = row.direction.sign
        believed += sign * row.expected * unit
        ends = sorted((sign * row.expected_low * unit, sign * row.expected_high * unit))
        low, high = low + ends[0], high + ends[1]
    return Claim(believed, low, high, market.lot_step, len(rows))


GONE = frozenset({ExpectationState.CLOSED, ExpectationState.FAILED})


class OneLotIsRounding(Agreeable):
    """Tolerates a whole lot."""

    @override
    def _close(self, held: Decimal, claim: Claim) -> bool:
        return abs(held - claim.believed) <= claim.lot


class RoundingsAddUp(Agreeable):
    """Tolerates half a lot for each row."""

    @override
    def _close(self, held: Decimal, claim: Claim) -> bool:
        return abs(held - claim.believed) <= claim.rows * claim.lot / 2


class InFlightForEver(Agreeable):
    """Says nothing as long as an order of the bot might explain it."""

    @override
    def _close(self, held: Decimal, claim: Claim) -> bool:
        return claim.low <= held <= claim.high


class SeesStopsOtherwise(SeesOtherwise):
    """Reads conditional orders otherwise. No fault by itself."""

    @override
    def _reading(self, reading: AccountReading, ledgers: Mapping[str, LedgerReading]) -> AccountReading:
        stops = reading.conditional_orders
        if stops is None:
            return reading
        return replace(reading, conditional_orders=tuple(self._stop(stop) for stop in stops))

    def _stop(self, stop: RestingOrder) -> RestingOrder:
        return stop


class ATriggeredStopGuards(SeesStopsOtherwise):
    """Does not read whether a stop has triggered."""

    @override
    def _stop(self, stop: RestingOrder) -> RestingOrder:
        return replace(stop, triggered=False, kind="stop_market", price=None)


class ASleepingStopGuards(SeesStopsOtherwise):
    """Does not read whether a trailing stop was activated."""

    @override
    def _stop(self, stop: RestingOrder) -> RestingOrder:
        return replace(stop, dormant=False)


class EitherSideGuards(SeesStopsOtherwise):
    """Does not read where a stop triggers."""

    @override
    def _stop(self, stop: RestingOrder) -> RestingOrder:
        return replace(stop, trigger_price=None)


class AnyStopIsEnough(SeesStopsOtherwise):
    """Does not read for how much a stop is."""

    @override
    def _stop(self, stop: RestingOrder) -> RestingOrder:
        return replace(stop, close_position=True, quantity=None)


class NobodyIsLiquidated(SeesOtherwise):
    """Does not read the liquidation price."""

    @override
    def _reading(self, reading: AccountReading, ledgers: Mapping[str, LedgerReading]) -> AccountReading:
        listed = reading.positions
        if listed is None:
            return reading
        rows = tuple(structs.replace(row, liquidation_price=None) for row in listed.positions)
        return replace(reading, positions=replace(listed, positions=rows))


class OneSpaceOfNumbers(SeesOtherwise):
    """Takes an order and a conditional order of one number for the same."""

    @override
    def _reading(self, reading: AccountReading, ledgers: Mapping[str, LedgerReading]) -> AccountReading:
        if reading.orders is None or reading.conditional_orders is None:
            return reading
        ordinary = {(order.symbol, order.order_id) for order in reading.orders}
        stops = tuple(
            stop for stop in reading.conditional_orders if (stop.symbol, stop.order_id) not in ordinary
        )
        return replace(reading, conditional_orders=stops)


class FillsOfRestingOrdersAreLost(SeesOtherwise):
    """Does not read what an order that rests has executed."""

    @override
    def _reading(self, reading: AccountReading, ledgers: Mapping[str, LedgerReading]) -> AccountReading:
        if reading.orders is None:
            return reading
        return replace(reading, orders=tuple(replace(order, filled=Decimal(0)) for order in reading.orders))


class AnUnreadPartIsEmpty(WatchedVenue):
    """Does not say what its list does not cover."""

    @override
    def _told_unread(self, unread: dict[str, str]) -> dict[str, str]:
        return {}


class ReconnectsAreHealth(WatchedStream):
    """Judges a stream by its present connection alone, and by that it stands."""

    @override
    def health(self) -> StreamHealth:
        found, now = super().health(), self._clock.now()
        if found.state is not StreamState.LIVE or self._pushing._missed.since(now) is not None:
            return found
        return replace(found, missed_since=None, proof=PushProof(now, "connected"))


class AReconnectIsHealth(WatchedVenue):
    """Has such a stream."""

    streaming = ReconnectsAreHealth


class AnUnlistedSymbolIsSkipped(MemoryStore):
    """Keeps to itself that it does not know a contract."""

    @override
    async def observe(self, observed: Observed, *, now: datetime) -> tuple[Change, ...]:
        kept = tuple(each for each in observed.detected if each.finding.kind is not Kind.UNLISTED_SYMBOL)
        return await super().observe(replace(observed, detected=kept), now=now)


class APhantomIsOnlyAWarning(MemoryStore):
    """Supposes that a stop has closed what is not there any more."""

    @override
    async def observe(self, observed: Observed, *, now: datetime) -> tuple[Change, ...]:
        lowered = tuple(
            replace(each, finding=replace(each.finding, severity=Severity.WARNING))
            if each.finding.kind is Kind.PHANTOM_POSITION
            else each
            for each in observed.detected
        )
        return await super().observe(replace(observed, detected=lowered), now=now)


SIGHTS: dict[str, type[SeesOtherwise]] = {
    "reconciler_one_lot_is_rounding": OneLotIsRounding,
    "reconciler_roundings_add_up": RoundingsAddUp,
    "reconciler_in_flight_for_ever": InFlightForEver,
    "reconciler_a_triggered_stop_guards": ATriggeredStopGuards,
    "reconciler_a_sleeping_stop_guards": ASleepingStopGuards,
    "reconciler_either_side_guards": EitherSideGuards,
    "reconciler_any_stop_is_enough": AnyStopIsEnough,
    "reconciler_nobody_is_liquidated": NobodyIsLiquidated,
    "reconciler_one_space_of_numbers": OneSpaceOfNumbers,
    "reconciler_fills_of_resting_orders_are_lost": FillsOfRestingOrdersAreLost,
}


def sight_mutants() -> list[WatchedVariant]:
    """Return every planted fault of this file."""
    variants = [
        WatchedVariant(name, unit=type(name, (PlantedUnit,), {"watch": watch}))
        for name, watch in SIGHTS.items()
    ]
    variants.append(WatchedVariant("reconciler_an_unread_part_is_empty", venue=AnUnreadPartIsEmpty))
    variants.append(WatchedVariant("reconciler_a_reconnect_is_health", venue=AReconnectIsHealth))
    variants.append(
        WatchedVariant("reconciler_an_unlisted_symbol_is_skipped", store=AnUnlistedSymbolIsSkipped)
    )
    variants.append(WatchedVariant("reconciler_a_phantom_is_only_a_warning", store=APhantomIsOnlyAWarning))
    return variants

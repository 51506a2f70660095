"""Gateways with one fault planted in each: what they hide, make up or forget reaches the verifier as fact."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

from msgspec.structs import replace as replace_in
from typing_extensions import override

from tests.simulation.exchange import SimulatedVenue
from tests.simulation.truth import LegState
from verification.facts.account import Fill, Position
from verification.facts.errors import SourceError
from verification.facts.leg import LegKey
from verification.facts.observation import OrderSeen, PositionSeen, Provenance, Source, SourceSilent
from verification.venues.ccxt.asker import Asker, OrderUnknown
from verification.venues.dialect import OrderStatus
from verification.venues.reading.order_reading import judge
from verification.venues.streaming.fact_store import FactStore


class AFailedListIsEmpty(SimulatedVenue):
    """Swallows an exception and answers with nothing."""

    @override
    def _failed_list(self, error: SourceError) -> tuple[Position, ...]:
        return ()


class ACutPageIsWhole(SimulatedVenue):
    """Takes the first page for the list."""

    @override
    def _cut(self, rows: tuple[Position, ...]) -> tuple[Position, ...]:
        return rows[: len(rows) // 2]


class AnAliasIsLeftOut(SimulatedVenue):
    """Skips rows whose symbol it cannot tell."""

    @override
    def _rows(self, held: list[tuple[LegKey, LegState]]) -> tuple[Position, ...]:
        return tuple(row for row in super()._rows(held) if row.key.named)


class StatusesAreBelieved(SimulatedVenue):
    """Does not ask for the trades of an order that ended with less than all of it."""

    @override
    async def read_order(
        self, key: LegKey, *, order_id: str | None, client_order_id: str | None
    ) -> OrderSeen | SourceSilent:
        seen = await super().read_order(key, order_id=order_id, client_order_id=client_order_id)
        if isinstance(seen, SourceSilent) or seen.trades_agree is None:
            return seen
        try:
            status = await self.order(self.asker, key, order_id, client_order_id)
        except OrderUnknown:
            return seen
        at = self.clock.now().utc
        traded = (Fill("1", status.order_id, key.symbol, status.executed, Decimal(1), at),)
        return judge(status, traded, seen.provenance)


class PushedEndsAreBelieved(SimulatedVenue):
    """Does not ask for the trades of an order whose end was pushed."""

    @override
    async def read_trades_of(self, ended: OrderSeen) -> OrderSeen | SourceSilent:
        now = self.clock.now()
        came = Provenance(Source.ORDER, now, sent=now)
        return replace_in(ended, trades_agree=True, provenance=came)


class TradesThatFailAreNone(SimulatedVenue):
    """Answers with no trades when they could not be read, or are not there yet."""

    @override
    async def order_fills(self, asker: Any, symbol: str, order_id: str) -> tuple[Fill, ...]:
        try:
            await self._way("order")
        except SourceError:
            return ()
        return ()


class AcceptedIsExecuted(SimulatedVenue):
    """Takes the acknowledgement of an order for its execution."""

    @override
    def _status(self, order: Any, state: Any) -> OrderStatus:
        said = super()._status(order, state)
        meant = cast("Decimal", said.quantity) * order.sign
        return OrderStatus(
            said.key,
            said.order_id,
            said.client_order_id,
            meant,
            said.quantity,
            said.status,
            said.terminal,
            None,
            said.updated_at,
        )


class LastComeStore(FactStore):
    """Keeps whatever came last."""

    @override
    def offer(self, seen: PositionSeen) -> bool:
        self._facts[seen.key] = seen
        return True


class TheLastPushIsTheNewest(SimulatedVenue):
    """Lets an old push overwrite a newer one."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.stream.store = LastComeStore()


class AMissingRowIsAZero(SimulatedVenue):
    """Makes an explicit zero, newer than anything, of every leg that a list does not show."""

    @override
    def _rows(self, held: list[tuple[LegKey, LegState]]) -> tuple[Position, ...]:
        rows = super()._rows(held)
        shown = {row.key for row in rows}
        gone = [key for key in self.truth.legs if key not in shown]
        newest = None
        if self.versions:
            newest = max((states[-1].version for states in self.truth.legs.values()), default=0)
        zeros = [Position(key, Decimal(0), newest, None, None, None, None) for key in gone]
        return (*rows, *zeros)


class ARepeatedTradeCountsAgain(SimulatedVenue):
    """Adds up the rows of a page, whatever their ids."""

    @override
    async def order_fills(self, asker: Asker, symbol: str, order_id: str) -> tuple[Fill, ...]:
        fills = await super().order_fills(asker, symbol, order_id)
        return tuple(replace(fill, trade_id=f"row {number}") for number, fill in enumerate(fills))


class PushesForgetTheirSign(SimulatedVenue):
    """Gives sizes without a side, as some venues' rows do."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.stream.signed = False


VENUES: dict[str, type[SimulatedVenue]] = {
    "a_failed_list_is_empty": AFailedListIsEmpty,
    "a_cut_page_is_whole": ACutPageIsWhole,
    "an_alias_is_left_out": AnAliasIsLeftOut,
    "statuses_are_believed": StatusesAreBelieved,
    "pushed_ends_are_believed": PushedEndsAreBelieved,
    "trades_that_fail_are_none": TradesThatFailAreNone,
    "accepted_is_executed": AcceptedIsExecuted,
    "the_last_push_is_the_newest": TheLastPushIsTheNewest,
    "a_missing_row_is_a_zero": AMissingRowIsAZero,
    "a_repeated_trade_counts_again": ARepeatedTradeCountsAgain,
    "pushes_forget_their_sign": PushesForgetTheirSign,
}

"""The opening with one fault planted in each variant; among them the rollback of the incident."""

from dataclasses import replace
from decimal import Decimal

from typing_extensions import override

from tests.simulation.mutants import DropsAtTheDeadline, SleepsThreeSeconds, run_by
from tests.simulation.opening_episode import OpeningVariant
from tests.simulation.opening_venue import TradedVenue
from tests.simulation.truth import TrueOrder
from verification.facts.account import RestingOrder
from verification.facts.errors import AnswerLost
from verification.facts.leg import LegKey, Side
from verification.venues.trading import OrderRefused


class SideFromTheAnswer(TradedVenue):
    """Rolls back on the side that the order's answer names; an empty one reads as buy."""

    @override
    async def leave(self, key: LegKey, side: Side, quantity: Decimal, client_order_id: str) -> str:
        self.reduce_only = False
        return await super().leave(key, Side.BUY, quantity, client_order_id)


class SendsAgain(TradedVenue):
    """Takes a lost answer for a lost order, and sends another."""

    @override
    async def enter(self, key: LegKey, side: Side, quantity: Decimal, client_order_id: str) -> str:
        try:
            return await super().enter(key, side, quantity, client_order_id)
        except AnswerLost:
            return await super().enter(key, side, quantity, f"{client_order_id}again")


class LostIsRefused(TradedVenue):
    """Takes a lost answer for a refusal."""

    @override
    async def enter(self, key: LegKey, side: Side, quantity: Decimal, client_order_id: str) -> str:
        try:
            return await super().enter(key, side, quantity, client_order_id)
        except AnswerLost as error:
            raise OrderRefused(str(error)) from error


class NotReduceOnly(TradedVenue):
    """Sends exits that may open a position the other way, for more than executed."""

    @override
    async def leave(self, key: LegKey, side: Side, quantity: Decimal, client_order_id: str) -> str:
        self.reduce_only = False
        return await super().leave(key, side, quantity + 1, client_order_id)


class BelievesTheStop(TradedVenue):
    """Takes a stop that was sent for one that rests."""

    believed: tuple[tuple[TrueOrder, Decimal], ...] = ()

    @override
    async def place_stop(
        self, key: LegKey, side: Side, quantity: Decimal, trigger_price: Decimal, client_order_id: str
    ) -> str:
        believed = TrueOrder(key, "?", client_order_id, side.sign, int(quantity))
        self.believed = (*self.believed, (believed, trigger_price))
        try:
            return await super().place_stop(key, side, quantity, trigger_price, client_order_id)
        except OrderRefused:
            return "?"

    @override
    def _resting(self, time: float) -> tuple[RestingOrder, ...]:
        return tuple(self._stop_row(*each) for each in self.believed)


class LeavesTheStop(TradedVenue):
    """Forgets to take back the stop of a position that is closed."""

    @override
    async def withdraw_stop(self, key: LegKey, client_order_id: str) -> bool:
        return True


def opening_mutants() -> list[OpeningVariant]:
    """Return every planted fault, those of the incident first."""
    return [
        OpeningVariant("rollback_side_from_the_answer", venue=SideFromTheAnswer),
        OpeningVariant("opening_sleeps_three_seconds", verifier=SleepsThreeSeconds),
        OpeningVariant(
            "opening_drops_the_unknown", verifier=run_by("unknown_is_dropped", DropsAtTheDeadline)
        ),
        OpeningVariant("a_lost_entry_is_sent_again", venue=SendsAgain),
        OpeningVariant("a_lost_answer_is_a_refusal", venue=LostIsRefused),
        OpeningVariant("exits_are_not_reduce_only", venue=NotReduceOnly),
        OpeningVariant("a_stop_sent_is_a_stop", venue=BelievesTheStop),
        OpeningVariant("a_stop_is_left_over", venue=LeavesTheStop),
        OpeningVariant("a_crash_is_forgotten", recovers=False),
        OpeningVariant("nobody_is_told", reports=False),
        OpeningVariant(
            "a_stop_that_was_moved_is_forgotten", remembers=lambda record: replace(record, stop_before=None)
        ),
    ]

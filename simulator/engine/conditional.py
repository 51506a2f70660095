"""Conditional (algo) orders: waiting, waking at the mark price, and what they become."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from simulator.engine.admission import triggered
from simulator.engine.market import Market
from simulator.engine.matching import closes, room
from simulator.engine.order import AlgoOrder, AlgoStatus, Kind, Order, Ticket, Watches
from simulator.engine.refusal import Refused
from simulator.engine.trailing import acts, followed
from simulator.engine.truth import Truth

REDUCE_ONLY_REJECT = "Reduce Only reject"


class Conditionals:
    """Keeps conditional orders and turns them into orders when the mark price reaches their triggers."""

    def __init__(self, truth: Truth, place: Callable[[Ticket, AlgoOrder | None], Order]) -> None:
        self._truth = truth
        self._place = place

    def accept(self, ticket: Ticket) -> AlgoOrder:
        """Store an admitted conditional order, and return it."""
        now, number = self._truth.clock.ms(), ticket.number or self._truth.next_id()
        assert ticket.trigger_price is not None or ticket.trail is not None, "admission asks for a price"
        market = self._truth.markets.find(ticket.symbol)
        accepted = self._truth.algo_changed(
            AlgoOrder(
                id=number,
                client_id=ticket.client_id or f"web_{number}",
                symbol=ticket.symbol,
                side=ticket.side,
                kind=ticket.kind,
                position_side=ticket.position_side,
                quantity=ticket.quantity or Decimal(0),
                price=ticket.price or Decimal(0),
                trigger_price=ticket.trigger_price or Decimal(0),
                time_in_force=ticket.time_in_force,
                reduce_only=ticket.reduce_only,
                close_position=ticket.close_position,
                created_ms=now,
                updated_ms=now,
                owner=ticket.owner,
                watches=ticket.watches,
                trail=ticket.trail,
            )
        )
        return self._follow(accepted, market)

    def _follow(self, algo: AlgoOrder, market: Market) -> AlgoOrder:
        moved = followed(algo, market.watched(last=algo.watches is Watches.LAST))
        return algo if moved == algo else self._truth.algo_changed(moved)

    def wake(self, market: Market) -> None:
        """Trigger what waits for the market's prices, oldest first."""
        for key in self._truth.algos.keys():  # noqa: SIM118 - a shelf is no mapping
            algo = self._truth.algos.get(key)
            if algo is None or algo.symbol != market.symbol or algo.status is not AlgoStatus.NEW:
                continue
            price = market.watched(last=algo.watches is Watches.LAST)
            if algo.trail is not None:
                algo = self._follow(algo, market)
                if acts(algo, price):
                    self._trigger(algo)
            elif triggered(algo.kind, algo.side, algo.trigger_price, price):
                self._trigger(algo)

    def _trigger(self, algo: AlgoOrder) -> None:
        truth = self._truth
        now = truth.clock.ms()
        algo = truth.algo_changed(
            replace(algo, status=AlgoStatus.TRIGGERING, updated_ms=now, triggered_ms=now)
        )
        only_closes = algo.close_position or closes(
            algo.side, algo.position_side, reduce_only=algo.reduce_only
        )
        available = room(truth, algo.symbol, algo.side, algo.position_side)
        if only_closes and not available:
            self._fail(algo, REDUCE_ONLY_REJECT)
            return
        quantity = available if algo.close_position else algo.quantity
        ticket = Ticket(
            symbol=algo.symbol,
            side=algo.side,
            quantity=min(quantity, available) if only_closes else quantity,
            kind=Kind.LIMIT if algo.kind.priced else Kind.MARKET,
            price=algo.price if algo.kind.priced else None,
            position_side=algo.position_side,
            reduce_only=algo.reduce_only,
            time_in_force=algo.time_in_force,
            client_id=algo.client_id,
            owner=algo.owner,
        )
        try:
            self._place(ticket, algo)
        except Refused as refused:  # A post-only order that would take: the venue tells it by a push.
            self._fail(algo, str(refused))

    def _fail(self, algo: AlgoOrder, why: str) -> None:
        now = self._truth.clock.ms()
        self._truth.algo_changed(replace(algo, status=AlgoStatus.EXPIRED, updated_ms=now, failure=why))

    def order_accepted(self, algo_id: int, order: Order) -> None:
        """Note which order a conditional order became."""
        algo = self._truth.algos.get(algo_id)
        if algo is not None:
            self._truth.algo_changed(
                replace(algo, status=AlgoStatus.TRIGGERED, order_id=order.id, updated_ms=order.updated_ms)
            )

    def order_ended(self, algo_id: int, order: Order) -> None:
        """Note what a conditional order's order came to."""
        algo = self._truth.algos.get(algo_id)
        if algo is not None and algo.status is AlgoStatus.TRIGGERED:
            self._truth.algo_changed(
                replace(
                    algo,
                    status=AlgoStatus.FINISHED,
                    average=order.average,
                    executed=order.executed,
                    updated_ms=order.updated_ms,
                )
            )

"""Stops that belong to a position itself: set by `trading-stop`, gone with the position."""

from decimal import Decimal

from simulator.engine.effect import Effect, Filled
from simulator.engine.exchange import Exchange
from simulator.engine.order import AlgoOrder, AlgoStatus, Kind, PositionSide, Side, Ticket, Trail, Watches
from simulator.engine.refusal import Reason, Refused


def attached_to(exchange: Exchange, symbol: str, side: PositionSide, kind: Kind) -> AlgoOrder | None:
    """Return the stop loss or take profit of a position; None if it has none."""
    found = (algo for algo in exchange.open_algos(symbol) if algo.close_position and algo.kind is kind)
    return next((algo for algo in found if algo.position_side is side), None)


def attach(
    exchange: Exchange,
    symbol: str,
    side: PositionSide,
    kind: Kind,
    trigger: Decimal,
    *,
    activation: Decimal | None = None,
) -> None:
    """Set, move or (with a trigger of 0) take away the stop loss or take profit of a position.

    For a trailing stop `trigger` is its distance, and `activation` the price from which it follows.

    Raises:
        Refused: There is no position, or the trigger is on the wrong side of the price.
    """
    held = exchange.position(symbol, side)
    if not held.amount:
        raise Refused(Reason.NO_POSITION, symbol)
    before = attached_to(exchange, held.symbol, side, kind)
    trails = kind is Kind.TRAILING_STOP_MARKET
    if trigger:
        ticket = Ticket(
            symbol=symbol,
            side=Side.SELL if held.amount > 0 else Side.BUY,
            quantity=None,
            kind=kind,
            trigger_price=None if trails else trigger,
            position_side=side,
            close_position=True,
            client_id="",
            watches=Watches.LAST,
            trail=Trail(activation or None, behind=trigger) if trails else None,
        )
        exchange.place_conditional(ticket)
    if before is not None:
        exchange.cancel_conditional(before.id)


class Attached:
    """Takes the stops of a position away when it is closed or turned round."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def follow(self, effect: Effect) -> None:
        """Look at what a fill has left of a position."""
        if not isinstance(effect, Filled):
            return
        left = effect.position
        for algo in self._exchange.open_algos(left.symbol):
            mine = algo.close_position and algo.position_side is left.side and algo.status is AlgoStatus.NEW
            if mine and left.amount * algo.side.sign >= 0:
                self._exchange.cancel_conditional(algo.id)

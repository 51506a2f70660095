"""Bybit's private messages for what happened on the engine: topics position, order and execution.

Every order that is accepted, triggered or cancelled brings a message about its position, changed or not.
"""

from typing import Any

from simulator.bybit import payloads
from simulator.bybit.ids import uuid_of
from simulator.engine.effect import AlgoChanged, Effect, Filled, OrderChanged
from simulator.engine.exchange import Exchange
from simulator.engine.order import AlgoOrder, AlgoStatus, Order
from simulator.engine.position import Position
from simulator.serving.push import Push

_TOLD = frozenset({AlgoStatus.NEW, AlgoStatus.TRIGGERING, AlgoStatus.CANCELED, AlgoStatus.EXPIRED})


def pushes_of(exchange: Exchange, effect: Effect) -> list[Push]:
    """Return the messages an effect causes. Those of a fill have no order of their own between topics."""
    if isinstance(effect, OrderChanged):
        told = [_order(exchange, effect.order)] if _speaks(effect) else []
        return [*told, _noise(exchange, effect.order)]
    if isinstance(effect, AlgoChanged):
        if effect.algo.status not in _TOLD:
            return []  # What became of it is told of the order that it is.
        row = payloads.waiting(exchange, effect.algo)
        return [_push(exchange, "order", row), _noise(exchange, effect.algo)]
    if isinstance(effect, Filled):
        row = payloads.trade(exchange, effect.trade, effect.order)
        return [
            _order(exchange, effect.order),
            _push(exchange, "execution", row),
            _position(exchange, effect.position),
        ]
    return []


def _speaks(effect: OrderChanged) -> bool:
    """Return False for a market order's acceptance: it is told once, when it is filled."""
    return effect.execution != "NEW" or effect.order.kind.priced


def _order(exchange: Exchange, order: Order) -> Push:
    row = payloads.order(exchange, order) | {"feeCurrency": "", "closedPnl": "0"}
    return _push(exchange, "order", row)


def _noise(exchange: Exchange, order: Order | AlgoOrder) -> Push:
    """Return a row that holds nothing new but its time: an order moves the margin of its position."""
    held = exchange.truth.position(order.symbol, order.position_side)
    row = payloads.position(exchange, held, pushed=True)
    return _push(exchange, "position", row | {"updatedTime": str(exchange.clock.ms())})


def _position(exchange: Exchange, position: Position) -> Push:
    return _push(exchange, "position", payloads.position(exchange, position, pushed=True))


def _push(exchange: Exchange, topic: str, row: dict[str, Any]) -> Push:
    now = exchange.clock.ms()
    message = {
        "id": uuid_of(len(exchange.truth.log)),
        "topic": topic,
        "creationTime": now,
        "data": [{"category": "linear", **row}],
    }
    return Push(topic, frozenset({str(row["symbol"])}), message)

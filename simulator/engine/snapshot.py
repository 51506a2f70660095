"""The truth as JSON, in the shape a state is loaded from: what one prints, the other reads."""

from typing import Any

from simulator.engine.exchange import Exchange
from simulator.engine.figures import text
from simulator.engine.market import Market
from simulator.engine.order import AlgoOrder, Order, PositionSide
from simulator.engine.position import Position


def snapshot(exchange: Exchange) -> dict[str, Any]:
    """Return what the venue holds now. Quantities and prices are strings."""
    truth = exchange.truth
    return {
        "at_ms": exchange.clock.ms(),
        "hedge": truth.hedge,
        "wallet": text(truth.wallet),
        "markets": {market.symbol: _market(market) for market in truth.markets},
        "positions": [_position(exchange, held) for held in exchange.positions() if held.amount],
        "open_orders": [_order(order) for order in exchange.open_orders()],
        "open_stops": [_stop(algo) for algo in exchange.open_algos()],
    }


def _market(market: Market) -> dict[str, Any]:
    return {
        "step": text(market.step),
        "tick": text(market.tick),
        "price": text(market.price),
        "min_notional": text(market.min_notional),
    }


def _position(exchange: Exchange, held: Position) -> dict[str, Any]:
    return {
        "symbol": held.symbol,
        "side": "long" if held.amount > 0 else "short",
        "contracts": text(abs(held.amount)),
        "entryPrice": text(held.entry),
        "marginMode": "isolated" if held.symbol in exchange.truth.isolated else "cross",
        "leverage": exchange.truth.leverage.get(held.symbol),
        "hedged": held.side is not PositionSide.BOTH,
        "updated": held.updated_ms,
        "version": held.version,
    }


def _shared(order: Order | AlgoOrder) -> dict[str, Any]:
    return {
        "id": str(order.id),
        "clientOrderId": order.client_id,
        "symbol": order.symbol,
        "side": order.side.value.lower(),
        "positionSide": order.position_side.value,
        "amount": text(order.quantity),
        "price": text(order.price),
        "reduceOnly": order.reduce_only,
        "closePosition": order.close_position,
        "status": "open",
        "timestamp": order.created_ms,
        "owner": order.owner,
    }


def _order(order: Order) -> dict[str, Any]:
    return {**_shared(order), "type": order.kind.value.lower(), "filled": text(order.executed)}


def _stop(algo: AlgoOrder) -> dict[str, Any]:
    return {
        **_shared(algo),
        "kind": algo.kind.value,
        "type": "limit" if algo.kind.priced else "market",
        "triggerPrice": text(algo.trigger_price),
    }

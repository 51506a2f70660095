"""The truth as JSON, in the shape a state is loaded from: what one prints, the other reads."""

from typing import Any

from simulator.binance.payloads import text
from simulator.engine import Exchange
from simulator.order import PositionSide


def snapshot(exchange: Exchange) -> dict[str, Any]:
    """Return what the venue holds now. Quantities and prices are strings."""
    truth = exchange.truth
    return {
        "at_ms": exchange.clock.ms(),
        "hedge": truth.hedge,
        "wallet": text(truth.wallet),
        "markets": {
            m.symbol: {
                "step": text(m.step),
                "tick": text(m.tick),
                "price": text(m.price),
                "min_notional": text(m.min_notional),
            }
            for m in truth.markets
        },
        "positions": [
            {
                "symbol": p.symbol,
                "side": "long" if p.amount > 0 else "short",
                "contracts": text(abs(p.amount)),
                "entryPrice": text(p.entry),
                "marginMode": "isolated" if p.symbol in truth.isolated else "cross",
                "leverage": truth.leverage.get(p.symbol),
                "hedged": p.side is not PositionSide.BOTH,
                "updated": p.updated_ms,
                "version": p.version,
            }
            for p in exchange.positions()
            if p.amount
        ],
        "open_orders": [
            {
                "id": str(o.id),
                "clientOrderId": o.client_id,
                "symbol": o.symbol,
                "type": o.kind.value.lower(),
                "side": o.side.value.lower(),
                "positionSide": o.position_side.value,
                "amount": text(o.quantity),
                "filled": text(o.executed),
                "price": text(o.price),
                "reduceOnly": o.reduce_only,
                "status": "open",
                "timestamp": o.created_ms,
                "owner": o.owner,
            }
            for o in exchange.open_orders()
        ],
        "open_stops": [
            {
                "id": str(a.id),
                "clientOrderId": a.client_id,
                "symbol": a.symbol,
                "kind": a.kind.value,
                "type": "limit" if a.kind.priced else "market",
                "side": a.side.value.lower(),
                "positionSide": a.position_side.value,
                "amount": text(a.quantity),
                "price": text(a.price),
                "triggerPrice": text(a.trigger_price),
                "reduceOnly": a.reduce_only,
                "closePosition": a.close_position,
                "status": "open",
                "timestamp": a.created_ms,
                "owner": a.owner,
            }
            for a in exchange.open_algos()
        ],
    }

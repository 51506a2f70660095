"""Binance's user-stream events for what happened on the engine."""

from decimal import Decimal
from typing import Any

from simulator.engine.effect import AlgoChanged, Effect, Filled, FundingPaid, LeverageChanged, OrderChanged
from simulator.engine.figures import profit, text
from simulator.engine.order import AlgoOrder, AlgoStatus, Order, Trade, Watches
from simulator.engine.position import Position
from simulator.engine.truth import Truth
from simulator.serving.push import Push


def pushes_of(truth: Truth, effect: Effect) -> list[Push]:
    """Return the events an effect causes. Those of a fill have no order of their own between types."""
    if isinstance(effect, OrderChanged):
        return [_order_push(truth, effect.order, effect.execution, None, effect.at_ms)]
    if isinstance(effect, Filled):
        execution = "CALCULATED" if effect.trade.forced else "TRADE"
        return [
            _order_push(truth, effect.order, execution, effect.trade, effect.at_ms),
            _account_push(truth, "ORDER", effect.position, effect.wallet, effect.at_ms),
        ]
    if isinstance(effect, AlgoChanged):
        return [_algo_push(truth, effect.algo, effect.at_ms)]
    if isinstance(effect, FundingPaid):
        return [_account_push(truth, "FUNDING_FEE", None, effect.wallet, effect.at_ms)]
    if isinstance(effect, LeverageChanged):
        symbol = truth.markets.find(effect.symbol).id
        config = {"ac": {"s": symbol, "l": effect.leverage}}
        return [_push(truth, "ACCOUNT_CONFIG_UPDATE", symbol, effect.at_ms, config)]
    return []


def _push(truth: Truth, event: str, symbol: str | None, at_ms: int, content: dict[str, Any]) -> Push:
    times = {"e": event, "E": max(truth.clock.ms(), at_ms), "T": at_ms}
    return Push(event, frozenset({symbol} if symbol else ()), {**times, **content})


def _order_push(truth: Truth, order: Order, execution: str, trade: Trade | None, at_ms: int) -> Push:
    market = truth.markets.find(order.symbol)
    row: dict[str, Any] = {
        "s": market.id,
        "c": order.client_id,
        "S": order.side.value,
        "o": order.kind.value,
        "f": order.time_in_force.value,
        "q": text(order.quantity),
        "p": text(order.price),
        "ap": text(order.average),
        "sp": text(order.trigger_price),
        "x": execution,
        "X": order.status.value,
        "i": order.id,
        "l": text(trade.quantity) if trade else "0",
        "z": text(order.executed),
        "L": text(trade.price) if trade else "0",
        "T": at_ms,
        "t": trade.id if trade else 0,
        "b": "0",
        "a": "0",
        "m": trade.maker if trade else False,
        "R": order.reduce_only,
        "wt": "CONTRACT_PRICE",
        "ot": (order.origin or order.kind).value,
        "ps": order.position_side.value,
        "cp": order.close_position,
        "rp": text(trade.realized) if trade else "0",
        "pP": False,
        "si": 0,
        "ss": 0,
        "V": "EXPIRE_MAKER",
        "pm": "NONE",
        "gtd": 0,
    }
    if trade is not None:
        row |= {"n": text(trade.fee), "N": market.quote}
    return _push(truth, "ORDER_TRADE_UPDATE", market.id, at_ms, {"o": row})


def _account_push(truth: Truth, reason: str, position: Position | None, wallet: Decimal, at_ms: int) -> Push:
    rows: list[dict[str, Any]] = []
    symbol = None
    if position is not None:
        market = truth.markets.find(position.symbol)
        symbol = market.id
        isolated = position.symbol in truth.isolated
        rows.append(
            {
                "s": market.id,
                "pa": text(position.amount),
                "ep": text(position.entry),
                "bep": text(position.entry),
                "cr": text(position.realized),
                "up": text(profit(position, market)),
                "mt": "isolated" if isolated else "cross",
                "iw": text(abs(position.amount * position.entry)) if isolated else "0",
                "ps": position.side.value,
                "ma": market.quote,
            }
        )
    content = {
        "a": {
            "m": reason,
            "B": [{"a": "USDT", "wb": text(wallet), "cw": text(wallet), "bc": "0"}],
            "P": rows,
        }
    }
    return _push(truth, "ACCOUNT_UPDATE", symbol, at_ms, content)


def _algo_push(truth: Truth, algo: AlgoOrder, at_ms: int) -> Push:
    symbol = truth.markets.find(algo.symbol).id
    started = algo.status in {AlgoStatus.TRIGGERED, AlgoStatus.FINISHED}
    row: dict[str, Any] = {
        "caid": algo.client_id,
        "aid": algo.id,
        "at": "CONDITIONAL",
        "o": algo.kind.value,
        "s": symbol,
        "S": algo.side.value,
        "ps": algo.position_side.value,
        "f": algo.time_in_force.value,
        "q": text(algo.quantity),
        "X": algo.status.value,
        "ai": str(algo.order_id) if algo.order_id else "",
        "ap": text(algo.average),
        "aq": text(algo.executed),
        "act": ("LIMIT" if algo.kind.priced else "MARKET") if started else "0",
        "tp": text(algo.trigger_price),
        "p": text(algo.price),
        "V": "EXPIRE_MAKER",
        "wt": "CONTRACT_PRICE" if algo.watches is Watches.LAST else "MARK_PRICE",
        "pm": "NONE",
        "cp": algo.close_position,
        "pP": False,
        "R": algo.reduce_only,
        "tt": algo.triggered_ms,
        "gtd": 0,
    }
    if algo.failure:
        row["rm"] = algo.failure
    return _push(truth, "ALGO_UPDATE", symbol, at_ms, {"o": row})


def listen_key_expired(truth: Truth, key: str) -> Push:
    """Return the last event of a user stream whose key ran out."""
    message = {"e": "listenKeyExpired", "E": truth.clock.ms(), "listenKey": key}
    return Push("listenKeyExpired", frozenset(), message)


def market_message(truth: Truth, stream: str) -> dict[str, Any] | None:
    """Return the present state of a market stream, `avlusdt@markPrice@1s`; None for one not simulated."""
    name, _, kind = stream.partition("@")
    market = next((m for m in truth.markets if m.id == name.upper()), None)
    if market is None:
        return None
    now, price = truth.clock.ms(), text(market.price)
    head = {"E": now, "s": market.id}
    day = {"c": price, "o": price, "h": price, "l": price, "v": "1000000", "q": "1000000"}
    match kind.partition("@")[0]:
        case "markPrice":
            settled = {"p": price, "ap": price, "i": price, "P": price, "r": "0.0001", "T": now}
            return {"e": "markPriceUpdate", **head, **settled}
        case "miniTicker":
            return {"e": "24hrMiniTicker", **head, **day}
        case "ticker":
            return {"e": "24hrTicker", **head, **day, "p": "0", "P": "0", "w": price, "O": now, "C": now}
        case "bookTicker":
            best = {"b": price, "B": "1000", "a": text(market.ask), "A": "1000"}
            return {"e": "bookTicker", "u": now, **head, **best, "T": now}
        case _:
            return None

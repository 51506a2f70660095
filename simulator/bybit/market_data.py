"""Market data over REST: contracts, time, tickers, book, candles. Everything follows from one price."""

from decimal import Decimal
from typing import Any

from simulator.bybit.context import Context, Params
from simulator.bybit.pages import page
from simulator.bybit.params import integer, needed, wrong
from simulator.engine.exchange import MAX_LEVERAGE
from simulator.engine.figures import text
from simulator.engine.market import Market

BOOK_LEVELS = 25
LEVEL_QUANTITY = Decimal(1000)
MINUTE_MS = 60_000
_MINUTES = {"D": 1440, "W": 10_080, "M": 43_200}


def _instrument(market: Market) -> dict[str, Any]:
    step, tick, largest = text(market.step), text(market.tick), text(market.max_quantity)
    return {
        "symbol": market.id,
        "contractType": "LinearPerpetual",
        "status": "Trading",
        "baseCoin": market.base,
        "quoteCoin": market.quote,
        "settleCoin": market.quote,
        "launchTime": "1569398400000",
        "deliveryTime": "0",
        "deliveryFeeRate": "",
        "priceScale": "4",
        "leverageFilter": {"minLeverage": "1", "maxLeverage": str(MAX_LEVERAGE), "leverageStep": "0.01"},
        "priceFilter": {"minPrice": tick, "maxPrice": "1000000", "tickSize": tick},
        "lotSizeFilter": {
            "minOrderQty": text(market.least),
            "maxOrderQty": largest,
            "maxMktOrderQty": largest,
            "qtyStep": step,
            "minNotionalValue": text(market.min_notional),
        },
        "unifiedMarginTrade": True,
        "fundingInterval": 480,
        "isPreListing": False,
    }


def instruments(context: Context, params: Params) -> dict[str, Any]:
    """List the contracts. Only linear ones are simulated."""
    wanted = context.symbol(params)
    listed = needed(params, "category") == "linear" and params.get("status", "Trading") == "Trading"
    found = [_instrument(m) for m in context.truth.markets if listed and wanted in {None, m.symbol}]
    return page(found, params, usual=500, most=1000) | {"category": params["category"]}


def time(context: Context, _params: Params) -> dict[str, Any]:
    """Return the venue's time."""
    now = context.exchange.clock.ms()
    return {"timeSecond": str(now // 1000), "timeNano": str(now * 1_000_000)}


def ticker(market: Market) -> dict[str, Any]:
    """Return a ticker."""
    price = text(market.price)
    return {
        "symbol": market.id,
        "lastPrice": text(market.last),
        "markPrice": price,
        "indexPrice": price,
        "prevPrice24h": price,
        "price24hPcnt": "0",
        "highPrice24h": price,
        "lowPrice24h": price,
        "volume24h": "1000000",
        "turnover24h": text(market.price * 1_000_000),
        "fundingRate": "0.0001",
        "bid1Price": text(market.bid),
        "bid1Size": text(LEVEL_QUANTITY * market.step),
        "ask1Price": text(market.ask),
        "ask1Size": text(LEVEL_QUANTITY * market.step),
    }


def tickers(context: Context, params: Params) -> dict[str, Any]:
    """List the tickers of a symbol, or of all."""
    wanted = context.symbol(params)
    rows = [ticker(market) for market in context.truth.markets if wanted in {None, market.symbol}]
    return {"category": "linear", "list": rows}


def book(context: Context, params: Params) -> dict[str, Any]:
    """Return the book: a level a tick, the same quantity on each."""
    market, now = context.exchange.market(needed(params, "symbol")), context.exchange.clock.ms()
    quantity = text(LEVEL_QUANTITY * market.step)
    bids = [market.bid - market.tick * level for level in range(BOOK_LEVELS)]
    asks = [market.ask + market.tick * level for level in range(BOOK_LEVELS)]
    return {
        "s": market.id,
        "b": [[text(price), quantity] for price in bids if price > 0],
        "a": [[text(price), quantity] for price in asks],
        "ts": now,
        "u": now,
        "seq": now,
    }


def candles(context: Context, params: Params) -> dict[str, Any]:
    """List candles up to now, newest first, all at the present price."""
    market, interval = context.exchange.market(needed(params, "symbol")), needed(params, "interval")
    if interval not in _MINUTES and not (interval.isdecimal() and int(interval)):
        raise wrong("interval")
    width = (_MINUTES.get(interval) or int(interval)) * MINUTE_MS
    now = integer(params, "end", context.exchange.clock.ms())
    last, price = now - now % width, text(market.price)
    opens = (last - width * back for back in range(min(integer(params, "limit", 200), 1000)))
    start = integer(params, "start", 0)
    rows = [[str(at), price, price, price, price, "1000", "1000"] for at in opens if at >= start]
    return {"category": "linear", "symbol": market.id, "list": rows}

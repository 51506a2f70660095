"""Market data over REST: symbols, time, book, candles, tickers. Everything follows from one price."""

from decimal import Decimal
from typing import Any

from simulator.binance.context import Context, Request
from simulator.binance.errors import ApiError
from simulator.binance.params import Params, integer, needed
from simulator.engine.exchange import MAX_LEVERAGE
from simulator.engine.figures import text
from simulator.engine.market import Market

ORDER_TYPES = [
    "LIMIT",
    "MARKET",
    "STOP",
    "STOP_MARKET",
    "TAKE_PROFIT",
    "TAKE_PROFIT_MARKET",
    "TRAILING_STOP_MARKET",
]
BOOK_LEVELS = 20
LEVEL_QUANTITY = Decimal(1000)
DAY_MS = 86_400_000
FUNDING_MS = 8 * 3_600_000
_UNIT_MS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": DAY_MS, "w": 7 * DAY_MS, "M": 30 * DAY_MS}


def _digits(step: Decimal) -> int:
    exponent = step.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _symbol(market: Market) -> dict[str, Any]:
    step, tick, largest = text(market.step), text(market.tick), text(market.max_quantity)
    lot = {"stepSize": step, "minQty": text(market.least), "maxQty": largest}
    return {
        "symbol": market.id,
        "pair": market.id,
        "contractType": "PERPETUAL",
        "deliveryDate": 4133404800000,
        "onboardDate": 1569398400000,
        "status": "TRADING",
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": market.base,
        "quoteAsset": market.quote,
        "marginAsset": market.quote,
        "pricePrecision": _digits(market.tick),
        "quantityPrecision": _digits(market.step),
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "orderTypes": ORDER_TYPES,
        "timeInForce": ["GTC", "IOC", "FOK", "GTX"],
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": "1000000", "tickSize": tick},
            {"filterType": "LOT_SIZE", **lot},
            {"filterType": "MARKET_LOT_SIZE", **lot},
            {"filterType": "MIN_NOTIONAL", "notional": text(market.min_notional)},
        ],
    }


def exchange_info(context: Context, _request: Request) -> dict[str, Any]:
    """List the symbols."""
    return {
        "timezone": "UTC",
        "serverTime": context.exchange.clock.ms(),
        "rateLimits": [],
        "exchangeFilters": [],
        "assets": [{"asset": "USDT", "marginAvailable": True}],
        "symbols": [_symbol(market) for market in context.truth.markets],
    }


def nothing_listed(_context: Context, _request: Request) -> dict[str, Any]:
    """List no symbols: spot, coin-margined and options are not simulated."""
    return {"timezone": "UTC", "serverTime": 0, "symbols": [], "optionSymbols": []}


def nothing(_context: Context, _request: Request) -> list[Any]:
    """List nothing: coins and margin pairs are not simulated."""
    return []


def empty(_context: Context, _request: Request) -> dict[str, Any]:
    """Answer a ping."""
    return {}


def time(context: Context, _request: Request) -> dict[str, Any]:
    """Return the venue's time."""
    return {"serverTime": context.exchange.clock.ms()}


def leverage_bracket(context: Context, request: Request) -> list[dict[str, Any]]:
    """List one bracket for each symbol."""
    bracket = {
        "bracket": 1,
        "initialLeverage": MAX_LEVERAGE,
        "notionalCap": 1_000_000_000,
        "notionalFloor": 0,
        "maintMarginRatio": 0.01,
        "cum": 0,
    }
    asked = context.symbol(request.params)
    return [
        {"symbol": market.id, "notionalCoef": 1.0, "brackets": [bracket]}
        for market in context.truth.markets
        if asked in {None, market.symbol}
    ]


def _market(context: Context, params: Params) -> Market:
    return context.exchange.market(needed(params, "symbol"))


def depth(context: Context, request: Request) -> dict[str, Any]:
    """Return the book: a level a tick, the same quantity on each."""
    market, now = _market(context, request.params), context.exchange.clock.ms()
    quantity = text(LEVEL_QUANTITY * market.step)
    bids = [market.bid - market.tick * level for level in range(BOOK_LEVELS)]
    return {
        "lastUpdateId": now,
        "E": now,
        "T": now,
        "bids": [[text(price), quantity] for price in bids if price > 0],
        "asks": [[text(market.ask + market.tick * level), quantity] for level in range(BOOK_LEVELS)],
    }


def klines(context: Context, request: Request) -> list[list[Any]]:
    """List candles up to now, all at the present price."""
    market = _market(context, request.params)
    interval = needed(request.params, "interval")
    if not interval[:-1].isdecimal() or interval[-1] not in _UNIT_MS or not int(interval[:-1]):
        raise ApiError(-1120, "Invalid interval.")
    width = int(interval[:-1]) * _UNIT_MS[interval[-1]]
    limit = min(integer(request.params, "limit") or 500, 1500)
    now = integer(request.params, "endTime") or context.exchange.clock.ms()
    start = integer(request.params, "startTime")
    last = now - now % width
    first = last - (limit - 1) * width if start is None else start - start % -width
    price = text(market.price)
    opens = range(first, min(last, first + (limit - 1) * width) + 1, width)
    return [
        [at, price, price, price, price, "1000", at + width - 1, "1000", 100, "500", "500", "0"]
        for at in opens
    ]


def _one_or_all(context: Context, request: Request, rows: list[dict[str, Any]]) -> Any:
    if not request.params.get("symbol"):
        return rows
    wanted = _market(context, request.params).id
    return next(row for row in rows if row["symbol"] == wanted)


def ticker_24h(context: Context, request: Request) -> Any:
    """Return the day's figures of a symbol, or of all."""
    now = context.exchange.clock.ms()
    rows = [
        {
            "symbol": market.id,
            "priceChange": "0",
            "priceChangePercent": "0",
            "weightedAvgPrice": text(market.price),
            "lastPrice": text(market.price),
            "lastQty": text(market.step),
            "openPrice": text(market.price),
            "highPrice": text(market.price),
            "lowPrice": text(market.price),
            "volume": "1000000",
            "quoteVolume": text(market.price * 1_000_000),
            "openTime": now - DAY_MS,
            "closeTime": now,
            "firstId": 1,
            "lastId": 2,
            "count": 2,
        }
        for market in context.truth.markets
    ]
    return _one_or_all(context, request, rows)


def ticker_price(context: Context, request: Request) -> Any:
    """Return the last price of a symbol, or of all."""
    now = context.exchange.clock.ms()
    rows = [{"symbol": m.id, "price": text(m.last), "time": now} for m in context.truth.markets]
    return _one_or_all(context, request, rows)


def book_ticker(context: Context, request: Request) -> Any:
    """Return the best prices of a symbol, or of all."""
    now = context.exchange.clock.ms()
    rows = [
        {
            "symbol": market.id,
            "bidPrice": text(market.bid),
            "bidQty": text(LEVEL_QUANTITY * market.step),
            "askPrice": text(market.ask),
            "askQty": text(LEVEL_QUANTITY * market.step),
            "time": now,
        }
        for market in context.truth.markets
    ]
    return _one_or_all(context, request, rows)


def premium_index(context: Context, request: Request) -> Any:
    """Return mark price and funding of a symbol, or of all."""
    now = context.exchange.clock.ms()
    rows = [
        {
            "symbol": market.id,
            "markPrice": text(market.price),
            "indexPrice": text(market.price),
            "estimatedSettlePrice": text(market.price),
            "lastFundingRate": "0.0001",
            "interestRate": "0.0001",
            "nextFundingTime": now - now % FUNDING_MS + FUNDING_MS,
            "time": now,
        }
        for market in context.truth.markets
    ]
    return _one_or_all(context, request, rows)

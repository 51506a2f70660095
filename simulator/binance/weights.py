"""What each request weighs by Binance's USD-M documents, which counts, whatever ccxt takes for it."""

from simulator.wire import Call

UNLISTED = 1
_EACH = {
    "GET /fapi/v1/klines": 5,
    "GET /fapi/v1/markPriceKlines": 5,
    "GET /fapi/v1/depth": 10,
    "GET /fapi/v1/fundingInfo": 0,
    "GET /fapi/v1/positionSide/dual": 30,
    "GET /fapi/v1/multiAssetsMargin": 30,
    "GET /fapi/v2/account": 5,
    "GET /fapi/v3/account": 5,
    "GET /fapi/v2/balance": 5,
    "GET /fapi/v3/balance": 5,
    "GET /fapi/v2/positionRisk": 5,
    "GET /fapi/v3/positionRisk": 5,
    "GET /fapi/v1/income": 30,
    "GET /fapi/v1/commissionRate": 20,
    "GET /fapi/v1/allOrders": 5,
    "GET /fapi/v1/allAlgoOrders": 5,
    "GET /fapi/v1/userTrades": 5,
    # Orders are counted by themselves, for each account.
    "POST /fapi/v1/order": 0,
    "POST /fapi/v1/algoOrder": 0,
}
"""Everything else is 1."""
_ONE_OR_ALL = {
    "GET /fapi/v1/openOrders": (1, 40),
    "GET /fapi/v1/openAlgoOrders": (1, 40),
    "GET /fapi/v1/forceOrders": (20, 50),
    "GET /fapi/v1/ticker/24hr": (1, 40),
    "GET /fapi/v1/ticker/price": (1, 2),
    "GET /fapi/v2/ticker/price": (1, 2),
    "GET /fapi/v1/ticker/bookTicker": (2, 5),
    "GET /fapi/v1/premiumIndex": (1, 10),
}
"""Of one symbol, and of all."""
_BY_LIMIT = {
    "/fapi/v1/klines": ((99, 1), (499, 2), (1000, 5), (1500, 10)),
    "/fapi/v1/markPriceKlines": ((99, 1), (499, 2), (1000, 5), (1500, 10)),
    "/fapi/v1/depth": ((50, 2), (100, 5), (500, 10), (1000, 20)),
}
"""Up to how many rows, and the weight."""
ORDERS = frozenset({"POST /fapi/v1/order", "POST /fapi/v1/algoOrder"})


def weight_of(call: Call) -> int:
    """Return what a request weighs. Another host than that of `/fapi/` has limits of its own."""
    route = f"{call.method} {call.path}"
    if not call.path.startswith("/fapi/"):
        return 0
    if route in _ONE_OR_ALL:
        return _ONE_OR_ALL[route][call.symbol is None]
    rows = call.params.get("limit", "")
    if call.method == "GET" and call.path in _BY_LIMIT and rows.isdecimal():
        steps = _BY_LIMIT[call.path]
        return next((weight for most, weight in steps if int(rows) <= most), steps[-1][1])
    return _EACH.get(route, UNLISTED)

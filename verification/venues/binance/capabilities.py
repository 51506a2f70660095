"""What is known of Binance's USD-M futures."""

from verification.budget.rates import Limit, Rates, Weight
from verification.facts.leg import Leg
from verification.venues.capabilities import Capabilities, Conditionals, Dialect, KeyKind, Shape, StreamRules

_ORDER_KEYS = ("orderId", "symbol", "side", "status", "executedQty", "origQty", "positionSide")
_ALGO_KEYS = ("algoId", "symbol", "side", "algoStatus", "orderType", "positionSide")

# Key names: Binance USD-M futures REST documentation (position risk v3, orders, algo orders, trades).
_PLACES = (
    "pricePrecision",
    "quantityPrecision",
    "baseAssetPrecision",
    "quotePrecision",
    "priceScale",
    "quantityScale",
)
_SHAPES = (
    Shape("/fapi/v3/positionRisk", "GET", (), ("symbol", "positionSide", "positionAmt", "updateTime")),
    Shape("/fapi/v1/openOrders", "GET", (), _ORDER_KEYS),
    Shape("/fapi/v1/openAlgoOrders", "GET", (), _ALGO_KEYS),
    Shape("/fapi/v1/order", "GET", None, _ORDER_KEYS),
    Shape("/fapi/v1/algoOrder", "GET", None, _ALGO_KEYS),
    Shape("/fapi/v1/order", "POST", None, ("orderId",)),
    Shape("/fapi/v1/algoOrder", "POST", None, ("algoId",)),
    Shape("/fapi/v1/algoOrder", "DELETE", None, ("algoId",)),
    Shape("/fapi/v1/userTrades", "GET", (), ("id", "orderId", "symbol", "side", "qty", "price", "time")),
    Shape("/fapi/v1/positionSide/dual", "GET", None, ("dualSidePosition",)),
    Shape("/fapi/v1/listenKey", "POST", None, ("listenKey",)),
    Shape("/fapi/v1/exchangeInfo", "GET", ("symbols",), ("symbol", "filters"), places=_PLACES),
    Shape("/fapi/v1/time", "GET", None, ("serverTime",)),
)

_ADVICE = {
    "-2015": (
        "check the key: Binance says this of several things: the key may not use futures (enable futures at "
        "the key; one that is older than the futures account has to be made again), the account is in "
        "portfolio margin, which is not served here, this machine's address is not among those of the key, "
        "the key is of the testnet or the demo and the settings mean the real venue (or the other way round) "
        "or it was deleted"
    ),
    "-2014": "this is no key of Binance: look at the variable or the file that it comes from",
    "-1022": "the secret does not belong to this key: look at the variable or the file that it comes from",
}

# Weights: Binance USD-M futures REST documentation. Lists of all symbols are dear, order requests are counted
# by another limit too, which orders alone come near to.
_RATES = Rates(
    name="Binance",
    address=Limit(2400, 60.0),
    used="X-MBX-USED-WEIGHT-1M",
    weights=(
        Weight("GET", "/fapi/v2/positionRisk", 5),
        Weight("GET", "/fapi/v3/positionRisk", 5),
        Weight("GET", "/fapi/v2/account", 5),
        Weight("GET", "/fapi/v3/account", 5),
        Weight("GET", "/fapi/v2/balance", 5),
        Weight("GET", "/fapi/v3/balance", 5),
        Weight("GET", "/fapi/v1/openOrders", 1, ("symbol", 40)),
        Weight("GET", "/fapi/v1/openAlgoOrders", 1, ("symbol", 40)),
        Weight("GET", "/fapi/v1/allOrders", 5),
        Weight("GET", "/fapi/v1/allAlgoOrders", 5),
        Weight("GET", "/fapi/v1/userTrades", 5),
        Weight("GET", "/fapi/v1/positionSide/dual", 30),
        Weight("GET", "/fapi/v1/multiAssetsMargin", 30),
        Weight("GET", "/fapi/v1/income", 30),
        Weight("GET", "/fapi/v1/commissionRate", 20),
        Weight("GET", "/fapi/v1/premiumIndex", 1, ("symbol", 10)),
        Weight("GET", "/fapi/v1/ticker/price", 1, ("symbol", 2)),
        Weight("GET", "/fapi/v2/ticker/price", 1, ("symbol", 2)),
        Weight("GET", "/fapi/v1/ticker/24hr", 1, ("symbol", 40)),
    ),
    look=(
        ("GET", "/fapi/v3/positionRisk"),
        ("GET", "/fapi/v1/openOrders"),
        ("GET", "/fapi/v1/openAlgoOrders"),
    ),
    pauses={429: 1.0, 418: 120.0},
    address_codes=frozenset({"-1003"}),
    user_codes=frozenset({"-1015"}),  # orders: those of the account, and no list
)

_WITHOUT_SNAPSHOT = {"fetchPositionsSnapshot": False, "awaitPositionsSnapshot": False}

CAPABILITIES = Capabilities(
    dialect=Dialect.BINANCE_FUTURES,
    stream=StreamRules(),
    conditionals=Conditionals.OWN_LIST,
    shapes=_SHAPES,
    options={"fetchCurrencies": False, "watchPositions": _WITHOUT_SNAPSHOT},
    no_sandbox="Binance has none for futures any more; use options.enableDemoTrading = true",
    exceptions_of="linear",
    advice=_ADVICE,
    temporary_codes=frozenset({"-1000", "-1001", "-1007", "-1008", "-1016"}),
    doubtful_codes=frozenset({"-1006", "-4116"}),
    keys=frozenset({KeyKind.HMAC, KeyKind.RSA, KeyKind.ED25519}),
    asks_by_client_id=True,
    cancels_at_once=True,
    leg_parameters={Leg.LONG: {"positionSide": "LONG"}, Leg.SHORT: {"positionSide": "SHORT"}},
    flags_exits_of_legs=False,
    rates=_RATES,
)

ALL_IN_ONE = Capabilities(instead="binanceusdm")
"""One id for spot, USD-M and COIN-M together: no single list of it covers an account."""

"""What is known of Bybit v5."""

from verification.budget.rates import Limit, Rates, Weight
from verification.facts.leg import Leg
from verification.venues.capabilities import Capabilities, Conditionals, Dialect, KeyKind, Shape, StreamRules
from verification.venues.parts import settle_coin

_BYBIT_LIST = ("result", "list")
_BYBIT_ORDER_KEYS = ("orderId", "symbol", "side", "orderStatus", "qty", "cumExecQty", "positionIdx")
# Bybit v5 puts every list under result.list; its position list covers one settle coin a request.
_SHAPES = (
    Shape("/v5/position/list", "GET", _BYBIT_LIST, ("symbol", "side", "size", "positionIdx", "seq")),
    Shape("/v5/order/realtime", "GET", _BYBIT_LIST, _BYBIT_ORDER_KEYS),
    Shape("/v5/order/history", "GET", _BYBIT_LIST, _BYBIT_ORDER_KEYS),
    Shape(
        "/v5/execution/list",
        "GET",
        _BYBIT_LIST,
        ("execId", "orderId", "symbol", "side", "execQty", "execPrice", "execType", "execTime"),
    ),
    Shape("/v5/market/instruments-info", "GET", _BYBIT_LIST, ("symbol", "lotSizeFilter", "priceFilter")),
    Shape("/v5/market/time", "GET", None, ("time",)),
)

_ADVICE = {
    "10003": (
        "the key is not known here: it was deleted or has run out, or it is of the testnet or the demo and "
        "the settings mean the real venue (or the other way round)"
    ),
    "10004": "the secret does not belong to this key: look at the variable or the file that it comes from",
    "10005": "give the key the right to read contracts (orders and positions)",
    "10010": "this machine's address is not among those of the key: add it there",
    "33004": "the key has run out: make a new one",
}

# Bybit counts requests: 600 in five seconds from one address, and of each user so many a second for each
# path, most often 50; a path that takes 10 weighs five times as much of that. Half of that is ours: what is
# too much of it is refused for less than a second, and one list takes a request for each coin.
_RATES = Rates(
    name="Bybit",
    address=Limit(600, 5.0),
    user=Limit(50, 1.0, ours=1 / 2),
    left=("X-Bapi-Limit-Status", "X-Bapi-Limit"),
    until="X-Bapi-Limit-Reset-Timestamp",
    weights=(
        Weight("GET", "/v5/position/list", 1, user=1),
        Weight("GET", "/v5/order/realtime", 1, user=1),
        Weight("GET", "/v5/order/history", 1, user=1),
        Weight("GET", "/v5/execution/list", 1, user=1),
        Weight("GET", "/v5/account/info", 1, user=1),
        Weight("GET", "/v5/account/wallet-balance", 1, user=1),
        Weight("GET", "/v5/user/query-api", 1, user=5),
    ),
    # A list for each of two coins. Orders and conditional orders are in one list, which is asked for twice.
    look=(
        *(("GET", "/v5/position/list"), ("GET", "/v5/position/list")),
        *(("GET", "/v5/order/realtime"),) * 4,
    ),
    # An address that was refused so is to stop for ten minutes. Other pages of this status are about places.
    pauses={429: 1.0, 418: 120.0, 403: 600.0},
    pause_words={403: "too frequent"},
    address_codes=frozenset({"10018"}),
    user_codes=frozenset({"10006"}),
)

_WITHOUT_SNAPSHOT = {"fetchPositionsSnapshot": False, "awaitPositionsSnapshot": False}

# Linear contracts of a unified account: what is held in inverse contracts, options and spot is not read.
CAPABILITIES = Capabilities(
    dialect=Dialect.BYBIT_V5,
    stream=StreamRules(),
    conditionals=Conditionals.AMONG_ORDERS,
    shapes=_SHAPES,
    envelope="retCode",
    options={"fetchMarkets": {"types": ["linear"]}, "watchPositions": _WITHOUT_SNAPSHOT},
    # The list of coins weighs 28, needs a permission of its own, and says nothing about contracts.
    settings={"has": {"fetchCurrencies": False}},
    # 429 is a code here as well as a status: the trading service is overloaded.
    advice=_ADVICE,
    temporary_codes=frozenset({"10000", "10016", "10429", "429"}),
    # The first is a duplicate of a request, the second an order's id that is taken.
    doubtful_codes=frozenset({"10014", "110072"}),
    keys=frozenset({KeyKind.HMAC, KeyKind.RSA}),
    symbol_words={"10001": "symbol", "110074": "contract"},
    position_requests=(
        {"settleCoin": "USDT"},
        {"settleCoin": "USDC"},
    ),
    part_of=settle_coin,
    client_id_name="orderLinkId",
    asks_by_client_id=True,
    leg_parameters={Leg.LONG: {"positionIdx": 1}, Leg.SHORT: {"positionIdx": 2}},
    before_trading=("is_unified_enabled",),
    beside="inverse contracts, options and spot",
    rates=_RATES,
)
